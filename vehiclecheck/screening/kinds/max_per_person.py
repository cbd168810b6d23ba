"""At most so many vehicles for one person within a period.

The period is the law's: the record counts within it, so it decides no test and stands in the words alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.counting import number_words
from vehiclecheck.screening.facts import Facts, Param, within
from vehiclecheck.screening.kinds import Observation, Sets


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {"limit": asks["max"]}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    low, high = facts.numbers("person_vehicles")
    return Observation(
        outcome=within((low, high), None, param("limit")),
        low=pl.when(low.is_finite()).then(low),
        high=pl.when(high.is_finite()).then(high),
        fields={"person_vehicles": low == high},
    )


def quantity(asks: Mapping[str, Any]) -> str:
    return "vehicles of one person"


def period(asks: Mapping[str, Any]) -> str:
    """Within what: ` in 3 years`, ` in 1 year`; nothing where the law names no period."""
    if "within" not in asks:
        return ""
    unit = asks["unit"].removesuffix("s") if asks["within"] == 1 else asks["unit"]
    return f" in {number_words(asks['within'])} {unit}"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return f"at most {number_words(asks['max'])}{period(asks) or ' ever'}", "vehicles"
