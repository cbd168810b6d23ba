"""At least an emission class, by its position on the Euro ladder.

A provision that names a light and a heavy class is two rules (see `rulebook`): here there is one class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import Facts, Param, within
from vehiclecheck.screening.kinds import Observation, Sets
from vehiclecheck.vocabulary.ladders import threshold


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {"limit": threshold(asks["class"])}


def position(facts: Facts) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Least and greatest possible Euro position (Float32, infinite where unknown), and whether the least is inferred
    from the market.
    """
    stated, high = facts.positions("class_lo", float("-inf")), facts.positions("class_hi", float("inf"))
    if not facts.has("class_inferred_lo"):
        return stated, high, pl.lit(False)
    inferred = facts.positions("class_inferred_lo", float("-inf"))
    return pl.max_horizontal(stated, inferred), high, inferred > stated


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    low, high, inferred = position(facts)
    return Observation(
        # positions are kept in single precision, and so the limit is: 6.2 is 6.2 only among its like
        outcome=within((low, high), param("limit").cast(pl.Float32), None),
        low=pl.when(low.is_finite()).then(low.cast(pl.Float64).round(2)),
        high=pl.when(high.is_finite()).then(high.cast(pl.Float64).round(2)),
        fields={"emission_class": facts.positions("class_lo", float("-inf")) == high},
        inferred=inferred,
    )


def quantity(asks: Mapping[str, Any]) -> str:
    return "emission class"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return f"at least {asks['class']}", "Euro"
