"""The side on which the wheel must be. What can only be a motorcycle has handlebars, and no side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import Answer, Facts, Param
from vehiclecheck.screening.kinds import Observation, Sets
from vehiclecheck.vocabulary.terms import category_mask

_SIDES = ("left", "right")
_UNTOLD = 9
_MOTORCYCLES = category_mask(["L"])


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {"side": _SIDES.index(asks["side"])}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    handlebars = (facts.mask("category") & ~_MOTORCYCLES) == 0 if facts.has("category") else pl.lit(False)
    if not facts.has("steering"):
        return Observation(outcome=Answer(handlebars, pl.lit(False)), fields={"steering": handlebars})
    side = pl.col("steering").to_physical().cast(pl.Int32).fill_null(_UNTOLD)
    asked, told = param("side"), side != _UNTOLD
    return Observation(
        outcome=Answer((side == asked) | handlebars, (side != asked) & told & handlebars.not_()),
        fields={"steering": told | handlebars},
    )


def quantity(asks: Mapping[str, Any]) -> str:
    return "side of the wheel"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return f"wheel on the {asks['side']}", ""
