"""The state of the registration abroad: cancelled, so many months old, or made soon after manufacture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.counting import number_words, reported
from vehiclecheck.screening.facts import Facts, Param, told, within
from vehiclecheck.screening.kinds import Observation, Sets
from vehiclecheck.vocabulary.days import MONTH
from vehiclecheck.vocabulary.terms import DATE_COLUMNS

_MODES = ("deregistered", "within_months_of_manufacture", "at_least_months", "at_most_months")


def _mode(asks: Mapping[str, Any]) -> str:
    return next(mode for mode in _MODES if mode in asks)


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return (_mode(asks), asks.get("to_date", ""))


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    mode = _mode(asks)
    return {} if mode == "deregistered" else {"limit": asks[mode] * MONTH}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    mode, to_date = shape
    if mode == "deregistered":
        cancelled = facts.column("deregistered", pl.Boolean)
        return Observation(outcome=told(cancelled), fields={"deregistered": cancelled.is_not_null()})
    registered = facts.days("first_registered")
    fields = {"first_registered": registered[0] == registered[1]}
    if mode == "within_months_of_manufacture":
        made = facts.days("manufactured")
        # nothing is registered before it is made, so the time between is never less than nothing
        low, high = pl.max_horizontal(registered[0] - made[1], 0), registered[1] - made[0]
        fields["manufactured"] = made[0] == made[1]
    else:
        end = facts.clock(to_date)
        low, high = end[0] - registered[1], end[1] - registered[0]
        fields[f"{DATE_COLUMNS[to_date]}_on"] = end[0] == end[1]
    at_least = mode == "at_least_months"
    limit = param("limit")
    return Observation(
        outcome=within((low, high), limit if at_least else None, None if at_least else limit),
        low=reported(low, MONTH),
        high=reported(high, MONTH),
        fields=fields,
    )


def quantity(asks: Mapping[str, Any]) -> str:
    mode = _mode(asks)
    if mode == "deregistered":
        return "registration abroad"
    if mode == "within_months_of_manufacture":
        return "time from manufacture to first registration"
    return f"time from first registration to {asks['to_date']}"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    mode = _mode(asks)
    if mode == "deregistered":
        return "cancelled in the exporting country", ""
    bound = "at least" if mode == "at_least_months" else "at most"
    return f"{bound} {number_words(asks[mode])} months", "months"
