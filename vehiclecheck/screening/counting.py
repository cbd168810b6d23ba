"""How old: the countries' ways of counting, as arithmetic on day codes.

An age is (day counted to) - (day counted from), each first rounded as the law rounds it. In day codes a year is 384 and
a month 32, so a limit of N years is the same number whether the law counts days, months or calendar years, and a
month's end clips by itself (see `vehiclecheck.vocabulary.days`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
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
    if how == "calendar_years":
        return _both(bounds, lambda code: code // YEAR * YEAR)
    if how == "calendar_months":
        return _both(bounds, lambda code: code // MONTH * MONTH)
    if how == "vehicle_years":
        month, day = map(int, year_starts.split("-"))
        start = (month - 1) * MONTH + day
        return _both(bounds, lambda code: (code // YEAR + (code % YEAR >= start).cast(pl.Int32)) * YEAR)
    return bounds


def _both(bounds: Bounds, rounded: Callable[[pl.Expr], pl.Expr]) -> Bounds:
    """Both ends rounded; a known day stays one expression."""
    low, high = bounds
    first = rounded(low)
    return first, first if high is low else rounded(high)


def _ends(facts: Facts, shape: tuple[str, ...]) -> tuple[Bounds, Bounds]:
    """What is counted from and what is counted to, each as the law rounds it."""
    from_date, to_date, counting, year_starts = shape
    start, end = counted_from(facts, from_date), facts.clock(to_date)
    if counting == "next_january":
        return _both(start, lambda code: (code // YEAR + 1) * YEAR + 1), end
    if from_date != "model_year":
        start = _rounded(start, counting, year_starts)
    return start, _rounded(end, counting, year_starts)


def age(facts: Facts, shape: tuple[str, ...]) -> Bounds:
    """Least and greatest possible age in day-code units."""
    start, end = _ends(facts, shape)
    least = end[0] - start[1]
    known = start[0] is start[1] and end[0] is end[1]
    return least, least if known else end[1] - start[0]


def reported(code: pl.Expr, unit: float) -> pl.Expr:
    """An age in the law's unit, null where it is not bounded."""
    bounded = code.abs() < 1_000 * YEAR
    return pl.when(bounded).then(code / unit)


def settled_fields(facts: Facts, shape: tuple[str, ...]) -> dict[str, pl.Expr]:
    """The record fields an age rests on, each with whether it is known as exactly as the law counts."""
    start, end = _ends(facts, shape)
    return {FROM_FIELDS[shape[0]]: told_exactly(start), f"{DATE_COLUMNS[shape[1]]}_on": told_exactly(end)}


def told_exactly(bounds: Bounds) -> pl.Expr:
    """Whether a day is known to the day."""
    low, high = bounds
    return pl.lit(True) if low is high else low == high


def observed_age(
    facts: Facts, form: tuple[str, ...], least: pl.Expr | None, greatest: pl.Expr | None
) -> Observation:
    """Whether an age lies between two limits. `form` is `age_shape` and the unit in which the law counts."""
    *how, unit = form
    low, high = age(facts, tuple(how))
    shown = reported(low, UNITS[unit])
    return Observation(
        outcome=within((low, high), least, greatest),
        low=shown,
        high=shown if low is high else reported(high, UNITS[unit]),
        fields=settled_fields(facts, tuple(how)),
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
        fields={FROM_FIELDS[from_date]: told_exactly((low, high))},
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
