"""How old: the countries' ways of counting, as arithmetic on day codes.

An age is (day counted to) - (day counted from), each first rounded as the law rounds it. In day codes a year is 384 and
a month 32, so a limit of N years is the same number whether the law counts days, months or calendar years, and a
month's end clips by itself (see `vehiclecheck.vocabulary.days`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import Bounds, Facts, within
from vehiclecheck.screening.kinds import Observation
from vehiclecheck.vocabulary.days import MONTH, YEAR, day_code, day_of_text, written_day
from vehiclecheck.vocabulary.terms import DATE_COLUMNS

UNITS = {"years": YEAR, "months": MONTH}

FROM_FIELDS = {
    "first_registration": "first_registered",
    "manufacture": "manufactured",
    "model_year": "model_year",
}

_COUNTING_WORDS = {
    "elapsed": "to the day",
    "calendar_years": "by calendar years",
    "calendar_months": "by calendar months",
    "vehicle_years": "by vehicle years",
    "next_january": "from 1 January of the year after",
}
_FROM_WORDS = {
    "first_registration": "first registration",
    "manufacture": "manufacture",
    "model_year": "the model year",
}


def age_shape(asks: Mapping[str, Any]) -> tuple[str, ...]:
    """What of a way of counting decides the expression; provisions alike in this are judged together."""
    return (asks["from_date"], asks["to_date"], asks["counting"], asks.get("year_starts", ""))


def units(asks: Mapping[str, Any], number: float) -> float:
    """`number` years or months in day-code units."""
    return number * UNITS[asks["unit"]]


def greatest_age(asks: Mapping[str, Any]) -> int:
    """The greatest age, in day-code units, that `max` still allows."""
    limit = units(asks, asks["max"])
    return math.floor(limit) if asks["reaching"] == "allowed" else math.ceil(limit) - 1


def least_age(asks: Mapping[str, Any]) -> int:
    """The least age, in day-code units, that `min` asks for."""
    limit = units(asks, asks["min"])
    return math.ceil(limit) if asks["reaching"] == "allowed" else math.floor(limit) + 1


def counted_from(facts: Facts, from_date: str) -> Bounds:
    """First and last possible day from which is counted; a model year is its 1 January."""
    if from_date == "model_year":
        low, high = facts.years()
        return low * YEAR, high * YEAR
    return facts.days(FROM_FIELDS[from_date])


def _rounded(bounds: Bounds, how: str, year_starts: str) -> Bounds:
    low, high = bounds
    if how == "calendar_years":
        return low // YEAR * YEAR, high // YEAR * YEAR
    if how == "calendar_months":
        return low // MONTH * MONTH, high // MONTH * MONTH
    if how == "vehicle_years":
        month, day = map(int, year_starts.split("-"))
        start = (month - 1) * MONTH + day

        def vehicle_year(code: pl.Expr) -> pl.Expr:
            return (code // YEAR + (code % YEAR >= start).cast(pl.Int32)) * YEAR

        return vehicle_year(low), vehicle_year(high)
    return low, high


def _ends(facts: Facts, shape: tuple[str, ...]) -> tuple[Bounds, Bounds]:
    """What is counted from and what is counted to, each as the law rounds it."""
    from_date, to_date, counting, year_starts = shape
    start, end = counted_from(facts, from_date), facts.clock(to_date)
    if counting == "next_january":
        low, high = start
        return ((low // YEAR + 1) * YEAR + 1, (high // YEAR + 1) * YEAR + 1), end
    if from_date != "model_year":
        start = _rounded(start, counting, year_starts)
    return start, _rounded(end, counting, year_starts)


def age(facts: Facts, shape: tuple[str, ...]) -> Bounds:
    """Least and greatest possible age in day-code units."""
    start, end = _ends(facts, shape)
    return end[0] - start[1], end[1] - start[0]


def reported(code: pl.Expr, unit: float) -> pl.Expr:
    """An age in the law's unit, null where it is not bounded."""
    bounded = code.abs() < 1_000 * YEAR
    return pl.when(bounded).then(code / unit)


def settled_fields(facts: Facts, shape: tuple[str, ...]) -> dict[str, pl.Expr]:
    """The record fields an age rests on, each with whether it is known as exactly as the law counts."""
    start, end = _ends(facts, shape)
    return {FROM_FIELDS[shape[0]]: start[0] == start[1], f"{DATE_COLUMNS[shape[1]]}_on": end[0] == end[1]}


def observed_age(
    facts: Facts, form: tuple[str, ...], least: pl.Expr | None, greatest: pl.Expr | None
) -> Observation:
    """Whether an age lies between two limits. `form` is `age_shape` and the unit in which the law counts."""
    *how, unit = form
    low, high = age(facts, tuple(how))
    return Observation(
        outcome=within((low, high), least, greatest),
        low=reported(low, UNITS[unit]),
        high=reported(high, UNITS[unit]),
        fields=settled_fields(facts, tuple(how)),
        numeric=True,
    )


def observed_start(
    facts: Facts, from_date: str, least: pl.Expr | None, greatest: pl.Expr | None
) -> Observation:
    """Whether the day counted from lies between two fixed days."""
    low, high = counted_from(facts, from_date)
    return Observation(
        outcome=within((low, high), least, greatest),
        low=written_day(low),
        high=written_day(high),
        fields={FROM_FIELDS[from_date]: low == high},
        numeric=True,
    )


def fixed_day(day: str, from_date: str) -> int:
    """The code of a day that a law names; of its year where a model year is compared with it."""
    named = day_of_text(day)
    return named.year * YEAR if from_date == "model_year" else day_code(named)


def counting_words(asks: Mapping[str, Any]) -> str:
    """A way of counting in words: `from first registration to arrival, by calendar years`."""
    words = f"from {_FROM_WORDS[asks['from_date']]} to {asks['to_date']}, {_COUNTING_WORDS[asks['counting']]}"
    return f"{words} beginning {asks['year_starts']}" if asks.get("year_starts") else words


def number_words(number: float) -> str:
    """A number without a needless decimal point."""
    return f"{number:g}"
