"""The side on which the wheel must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import UNKNOWN, Answer, Facts, Param
from vehiclecheck.screening.kinds import Observation, Sets

_SIDES = ("left", "right")
_UNTOLD = 9


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {"side": _SIDES.index(asks["side"])}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    if not facts.has("steering"):
        return Observation(outcome=UNKNOWN, fields={"steering": pl.lit(False)})
    side = pl.col("steering").to_physical().cast(pl.Int32).fill_null(_UNTOLD)
    asked = param("side")
    return Observation(
        outcome=Answer(side == asked, (side != asked) & (side != _UNTOLD)),
        fields={"steering": side != _UNTOLD},
    )


def quantity(asks: Mapping[str, Any]) -> str:
    return "side of the wheel"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return f"wheel on the {asks['side']}", ""
