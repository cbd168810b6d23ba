"""A tax, levy or penalty that is due above an age, below an emission class, or always. It is due where the test fails."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vehiclecheck.screening.counting import (
    age_shape,
    counting_words,
    number_words,
    observed_age,
    units,
)
from vehiclecheck.screening.facts import NEVER, Facts, Param
from vehiclecheck.screening.kinds import Observation, Sets
from vehiclecheck.screening.kinds import min_emission_class as emission
from vehiclecheck.vocabulary.ladders import threshold


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ("age", *age_shape(asks), asks["unit"]) if asks["by"] == "age" else (asks["by"],)


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    if asks["by"] == "age":
        # due above `over`, or from it on where the law says that reaching it is enough
        limit = units(asks, asks["over"])
        return {"limit": math.ceil(limit) - 1 if asks.get("reaching") == "refused" else math.floor(limit)}
    return {"class": threshold(asks["below"])} if asks["by"] == "class" else {}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    if shape[0] == "all":
        return Observation(outcome=NEVER)
    if shape[0] == "class":
        return emission.observe(("class",), facts, param)
    return observed_age(facts, shape[1:], None, param("limit"))


def quantity(asks: Mapping[str, Any]) -> str:
    if asks["by"] == "age":
        return f"age {counting_words(asks)}"
    return "emission class" if asks["by"] == "class" else "the vehicle"


def _rate(entry: Mapping[str, Any], asks: Mapping[str, Any]) -> str:
    if "rate_percent" in entry:
        return f"{number_words(entry['rate_percent'])} %" + (f" of {asks['of']}" if "of" in asks else "")
    if "amount" in entry:
        return f"{entry['amount']:,.10g} {asks.get('currency', '')}".strip()
    return ""


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    rate = _rate(asks, asks)
    due = f"{rate} due" if rate else "due"
    if asks["by"] == "all":
        return due, ""
    if asks["by"] == "class":
        return f"{due} below {asks['below']}", "Euro"
    bands = [
        f"{_rate(band, asks)} over {number_words(band['over'])}"
        + (f" up to {number_words(band['upto'])}" if "upto" in band else "")
        for band in asks.get("bands", [])
    ]
    words = (
        "; ".join(bands) + f" {asks['unit']}"
        if bands
        else f"{due} {'from' if asks.get('reaching') == 'refused' else 'over'} {number_words(asks['over'])} {asks['unit']}"
    )
    return words.strip(), asks["unit"]
