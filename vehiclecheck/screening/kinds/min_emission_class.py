"""At least an emission class, by its position on the Euro ladder: one for all, or one for light and one for heavy vehicles.

Where the category is open, what it may be is asked: a class that does for both passes, one that does for neither fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import Answer, Facts, Param, within
from vehiclecheck.screening.kinds import Observation, Sets
from vehiclecheck.vocabulary.ladders import threshold
from vehiclecheck.vocabulary.terms import HEAVY_DUTY, LIGHT_DUTY


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ("class",) if "class" in asks else tuple(name for name in ("light", "heavy") if name in asks)


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {name: threshold(asks[name]) for name in ("class", "light", "heavy") if name in asks}


def position(facts: Facts) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Least and greatest possible Euro position (Float32, infinite where unknown), and whether the least is inferred
    from the market.
    """
    stated, high = facts.positions("class_lo", float("-inf")), facts.positions("class_hi", float("inf"))
    if facts.has("propulsion"):
        # what can only be electric has no exhaust: it meets every class
        stated = (
            pl.when(facts.without_exhaust()).then(pl.lit(float("inf"), dtype=pl.Float32)).otherwise(stated)
        )
        high = pl.when(facts.without_exhaust()).then(pl.lit(float("inf"), dtype=pl.Float32)).otherwise(high)
    if not facts.has("class_inferred_lo"):
        return stated, high, pl.lit(False)
    inferred = facts.positions("class_inferred_lo", float("-inf"))
    # a class below what its market asked for is as it is stated: then the market tells nothing
    counts = (inferred > stated) & (inferred <= high)
    return pl.when(counts).then(inferred).otherwise(stated), high, counts


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    low, high, inferred = position(facts)
    # positions are kept in single precision, and so the limit is: 6.2 is 6.2 only among its like
    answers = {name: within((low, high), param(name).cast(pl.Float32), None) for name in shape}
    outcome = next(iter(answers.values()))
    if len(answers) > 1:
        category = facts.mask("category") & param("scope.category")
        light, heavy = (category & LIGHT_DUTY) == 0, (category & HEAVY_DUTY) == 0
        outcome = Answer(
            (light | answers["light"].yes) & (heavy | answers["heavy"].yes),
            (light | answers["light"].no) & (heavy | answers["heavy"].no),
        )
    return Observation(
        outcome=outcome,
        low=pl.when(low.is_finite()).then(low.cast(pl.Float64).round(2)),
        high=pl.when(high.is_finite()).then(high.cast(pl.Float64).round(2)),
        fields={"emission_class": facts.positions("class_lo", float("-inf")) == high},
        inferred=inferred,
    )


def quantity(asks: Mapping[str, Any]) -> str:
    return "emission class"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    if "class" in asks:
        return f"at least {asks['class']}", "Euro"
    parts = [f"{asks[name]} ({name} vehicles)" for name in ("light", "heavy") if name in asks]
    return f"at least {', '.join(parts)}", "Euro"
