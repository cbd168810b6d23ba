"""The side on which the wheel must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import UNKNOWN, Facts, Param, told
from vehiclecheck.screening.kinds import Observation, Sets

_SIDES = ("left", "right")


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {"side": _SIDES.index(asks["side"])}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    if not facts.has("steering"):
        return Observation(outcome=UNKNOWN, fields={"steering": pl.lit(False)})
    side = pl.col("steering").to_physical().cast(pl.Int32)
    return Observation(outcome=told(side == param("side")), fields={"steering": side.is_not_null()})


def quantity(asks: Mapping[str, Any]) -> str:
    return "side of the wheel"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return f"wheel on the {asks['side']}", ""
