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
    """Least and greatest possible Euro position, and whether the least is inferred from the market."""
    # positions are kept in single precision: rounding makes 6.2 the 6.2 of the law again
    stated, high = (bound.round(2) for bound in facts.numbers("class"))
    if not facts.has("class_inferred_lo"):
        return stated, high, pl.lit(False)
    inferred = pl.col("class_inferred_lo").cast(pl.Float64).fill_null(float("-inf")).round(2)
    return pl.max_horizontal(stated, inferred), high, inferred > stated


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    low, high, inferred = position(facts)
    stated = facts.numbers("class")[0].round(2)
    return Observation(
        outcome=within((low, high), param("limit"), None),
        low=pl.when(low.is_finite()).then(low),
        high=pl.when(high.is_finite()).then(high),
        fields={"emission_class": stated == high},
        inferred=inferred,
    )


def quantity(asks: Mapping[str, Any]) -> str:
    return "emission class"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return f"at least {asks['class']}", "Euro"
