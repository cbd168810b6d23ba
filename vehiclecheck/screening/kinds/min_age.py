"""At least so old, counted as the law counts; or from before a fixed day. The lower end of a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vehiclecheck.screening.counting import (
    FROM_FIELDS,
    age_shape,
    counting_words,
    fixed_day,
    least_age,
    number_words,
    observed_age,
    observed_start,
)
from vehiclecheck.screening.facts import Facts, Param
from vehiclecheck.screening.kinds import Observation, Sets


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    if "before" in asks:
        return ("fixed", asks["from_date"])
    return ("age", *age_shape(asks), asks["unit"])


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    if "before" in asks:
        return {"limit": fixed_day(asks["before"], asks["from_date"]) - 1}
    return {"limit": least_age(asks)}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    limit = param("limit")
    if shape[0] == "fixed":
        return observed_start(facts, shape[1], None, limit)
    return observed_age(facts, shape[1:], limit, None)


def quantity(asks: Mapping[str, Any]) -> str:
    if "before" in asks:
        return f"day of {FROM_FIELDS[asks['from_date']].replace('_', ' ')}"
    return f"age {counting_words(asks)}"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    if "before" in asks:
        return f"before {asks['before']}", "yyyymmdd"
    bound = "at least" if asks["reaching"] == "allowed" else "more than"
    return f"{bound} {number_words(asks['min'])} {asks['unit']}", asks["unit"]
