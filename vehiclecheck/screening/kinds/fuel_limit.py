"""A limit of a tested fuel property. Compared plainly: a test method's tolerance is not weighed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.counting import number_words
from vehiclecheck.screening.facts import Facts, Param, within
from vehiclecheck.screening.kinds import Observation, Sets
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return (asks["property"],)


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {"least": asks.get("min", float("-inf")), "greatest": asks.get("max", float("inf"))}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    low, high = facts.numbers(shape[0])
    # an infinite limit is no limit: a value that is not told must not fail it, nor pass the other one
    return Observation(
        outcome=within((low, high), param("least"), param("greatest")),
        low=pl.when(low.is_finite()).then(low),
        high=pl.when(high.is_finite()).then(high),
        fields={shape[0]: low == high},
    )


def quantity(asks: Mapping[str, Any]) -> str:
    return str(asks["property"])


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    unit = asks.get("unit") or FUEL_PROPERTIES[asks["property"]]
    words = []
    if "min" in asks:
        words.append(f"at least {number_words(asks['min'])}")
    if "max" in asks:
        words.append(f"at most {number_words(asks['max'])}")
    return f"{' and '.join(words)} {unit}".strip(), FUEL_PROPERTIES[asks["property"]]
