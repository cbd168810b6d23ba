"""Equipment that must be there, by the words of the record's equipment list (`esc; abs; no-airbags`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import ALWAYS, UNKNOWN, Answer, Facts, Param
from vehiclecheck.screening.kinds import Observation, Sets


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    # records write `no-airbags` and `emission-reduction`: hyphens inside an item
    return tuple(sorted(item.replace("_", "-") for item in asks["items"]))


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    if not facts.has("equipment"):
        return Observation(outcome=UNKNOWN, fields={"equipment": pl.lit(False)})
    listed = pl.col("equipment").str.to_lowercase()
    outcome = ALWAYS
    for item in shape:
        absent = listed.str.contains(rf"(^|[;,\s])no-{item}([;,\s]|$)")
        present = listed.str.contains(rf"(^|[;,\s]){item}([;,\s]|$)")
        outcome = outcome & Answer(
            (present & absent.not_()).fill_null(False), (absent & present.not_()).fill_null(False)
        )
    return Observation(outcome=outcome, fields={"equipment": outcome.settled})


def quantity(asks: Mapping[str, Any]) -> str:
    return "equipment"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return f"has {', '.join(item.replace('_', ' ') for item in asks['items'])}", ""
