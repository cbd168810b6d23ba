"""A measured exhaust value: CO in % by volume, HC in ppm, opacity in 1/m."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.counting import number_words
from vehiclecheck.screening.facts import Facts, Param, within
from vehiclecheck.screening.kinds import Observation, Sets

_UNITS = {"co_percent": "% vol", "hc_ppm": "ppm", "opacity_m1": "1/m"}
_WORDS = {"co_percent": "carbon monoxide", "hc_ppm": "hydrocarbons", "opacity_m1": "opacity"}


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return (asks["quantity"],)


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {"limit": asks["max"]}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    low, high = facts.numbers(shape[0])
    if facts.has("propulsion"):
        # what can only be electric has no exhaust
        low = pl.when(facts.without_exhaust()).then(0.0).otherwise(low)
        high = pl.when(facts.without_exhaust()).then(0.0).otherwise(high)
    return Observation(
        outcome=within((low, high), None, param("limit")),
        low=pl.when(low.is_finite()).then(low),
        high=pl.when(high.is_finite()).then(high),
        fields={shape[0]: low == high},
    )


def quantity(asks: Mapping[str, Any]) -> str:
    return _WORDS[asks["quantity"]]


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    unit = _UNITS[asks["quantity"]]
    return f"at most {number_words(asks['max'])} {unit}", unit
