"""Not older than a number of years or months, counted as the law counts; or not from before a fixed day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vehiclecheck.screening.counting import (
    FROM_FIELDS,
    UNITS,
    age,
    age_shape,
    counted_from,
    counting_words,
    greatest_age,
    number_words,
    reported,
    settled_fields,
    settled_start,
)
from vehiclecheck.screening.facts import Facts, Param, within
from vehiclecheck.screening.kinds import Observation, Sets
from vehiclecheck.vocabulary.days import YEAR, day_code, day_of_text, written_day


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    if "not_before" in asks:
        return ("fixed", asks["from_date"])
    return ("age", *age_shape(asks), asks["unit"])


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    if "not_before" in asks:
        day = day_of_text(asks["not_before"])
        return {"limit": day.year * YEAR if asks["from_date"] == "model_year" else day_code(day)}
    return {"limit": greatest_age(asks)}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    if shape[0] == "fixed":
        low, high = counted_from(facts, shape[1])
        return Observation(
            outcome=within((low, high), param("limit"), None),
            low=written_day(low),
            high=written_day(high),
            fields=settled_start(facts, shape[1]),
            numeric=True,
        )
    *how, unit = shape[1:]
    low, high = age(facts, tuple(how))
    return Observation(
        outcome=within((low, high), None, param("limit")),
        low=reported(low, UNITS[unit]),
        high=reported(high, UNITS[unit]),
        fields=settled_fields(facts, tuple(how)),
        numeric=True,
    )


def quantity(asks: Mapping[str, Any]) -> str:
    if "not_before" in asks:
        return f"day of {FROM_FIELDS[asks['from_date']].replace('_', ' ')}"
    return f"age {counting_words(asks)}"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    if "not_before" in asks:
        return f"not before {asks['not_before']}", "yyyymmdd"
    bound = "at most" if asks["reaching"] == "allowed" else "less than"
    return f"{bound} {number_words(asks['max'])} {asks['unit']}", asks["unit"]
