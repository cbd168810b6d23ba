"""At most so many kilometres."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import Facts, Param, within
from vehiclecheck.screening.kinds import Observation, Sets


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {"limit": asks["max"]}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    low, high = facts.numbers("odometer_km")
    return Observation(
        outcome=within((low, high), None, param("limit")),
        low=pl.when(low.is_finite()).then(low),
        high=pl.when(high.is_finite()).then(high),
        fields={"odometer_km": low == high},
    )


def quantity(asks: Mapping[str, Any]) -> str:
    return "odometer"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return f"at most {asks['max']:,.0f} km", "km"
