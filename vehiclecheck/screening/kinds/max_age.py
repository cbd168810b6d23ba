"""Not older than a number of years or months, counted as the law counts; or not from before a fixed day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vehiclecheck.screening.counting import (
    FROM_FIELDS,
    age_shape,
    counting_words,
    fixed_day,
    greatest_age,
    number_words,
    observed_age,
    observed_start,
)
from vehiclecheck.screening.facts import Facts, Param
from vehiclecheck.screening.kinds import Observation, Sets


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    if "not_before" in asks:
        return ("fixed", asks["from_date"])
    return ("age", *age_shape(asks), asks["unit"])


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    if "not_before" in asks:
        return {"limit": fixed_day(asks["not_before"], asks["from_date"])}
    return {"limit": greatest_age(asks)}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    limit = param("limit")
    if shape[0] == "fixed":
        return observed_start(facts, shape[1], limit, None)
    return observed_age(facts, shape[1:], None, limit)


def quantity(asks: Mapping[str, Any]) -> str:
    if "not_before" in asks:
        return f"day of {FROM_FIELDS[asks['from_date']].replace('_', ' ')}"
    return f"age {counting_words(asks)}"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    if "not_before" in asks:
        return f"not before {asks['not_before']}", "yyyymmdd"
    bound = "at most" if asks["reaching"] == "allowed" else "less than"
    return f"{bound} {number_words(asks['max'])} {asks['unit']}", asks["unit"]
