"""A limit of a tested fuel property, with what the test method can prove.

A result has a reproducibility R. Beyond the limit by more than 0.59 R it fails with a confidence of 95 %; between the limit
and that it proves nothing to the receiver. A supplier is as sure of his product only where it keeps 0.59 R from the limit.
Where R is not known the result is compared plainly, and the finding says so. (ISO 4259; rules/test-methods.toml)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import Answer, Facts, Param
from vehiclecheck.screening.kinds import Observation, Sets
from vehiclecheck.screening.tolerance import tolerance
from vehiclecheck.vocabulary.choices import SUPPLIER
from vehiclecheck.vocabulary.methods import method_column
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: What is said beside an answer, by the number of the remark.
REMARKS = (
    "",
    "compared plainly, since no tolerance of its test method is known",
    "since a single result within 0.59 R of the limit proves neither (ISO 4259)",
    "by more than 0.59 R of its test method (ISO 4259)",
)
_PLAIN, WITHIN, _BEYOND = 1, 2, 3


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    sides = tuple(side for side in ("min", "max") if side in asks)
    return (asks["property"], *sides, asks["view"])


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {side: asks[side] for side in ("min", "max") if side in asks}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    name, *sides, view = shape
    low, high = facts.numbers(name)
    answers: list[Answer] = []
    plainly: list[Answer] = []
    known = pl.lit(True)
    for side in sides:
        limit = param(side).cast(pl.Float64)
        plainly.append(_compared(side, low, high, limit, limit))
        if facts.has(method_column(name)):
            proof = tolerance(pl.col(method_column(name)), limit)
            known = known & proof.is_not_null()
            band = proof.fill_null(0.0)
        else:
            known, band = pl.lit(False), pl.lit(0.0)
        sure, broken = (limit - band, limit + band) if side == "max" else (limit + band, limit - band)
        # so that a result written as the very edge is the edge
        sure, broken = sure.round(9), broken.round(9)
        answers.append(_compared(side, low, high, sure if view == SUPPLIER else limit, broken))
    outcome, plain = _both(answers), _both(plainly)
    remark = (
        pl.when(outcome.settled & known.not_())
        .then(_PLAIN)
        .when(outcome.settled.not_() & plain.settled)
        .then(WITHIN)
        .when(outcome.no)
        .then(_BEYOND)
        .otherwise(0)
        .cast(pl.UInt8)
    )
    # an infinite bound is no bound: it is not shown
    return Observation(
        outcome=outcome,
        low=pl.when(low.is_finite()).then(low),
        high=pl.when(high.is_finite()).then(high),
        fields={name: low == high},
        remark=remark,
    )


def _compared(side: str, low: pl.Expr, high: pl.Expr, sure: pl.Expr, broken: pl.Expr) -> Answer:
    """Yes where a value keeps the limit `sure` for certain, no where it surely is beyond `broken`."""
    return Answer(low >= sure, high < broken) if side == "min" else Answer(high <= sure, low > broken)


def _both(answers: list[Answer]) -> Answer:
    """Both sides of a range kept, or one of them broken."""
    yes, no = answers[0].yes, answers[0].no
    for answer in answers[1:]:
        yes, no = yes & answer.yes, no | answer.no
    return Answer(yes, no)


def quantity(asks: Mapping[str, Any]) -> str:
    return str(asks["property"])


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    """The limit in the unit of the record; behind it the law's own words, where they are no mere unit."""
    written, unit = asks.get("unit", ""), FUEL_PROPERTIES[asks["property"]]
    more_than_unit = written[:1].isdigit() or written.startswith("not ")
    bounds = [
        f"at {word} {asks[key]:,.10g}" for key, word in (("min", "least"), ("max", "most")) if key in asks
    ]
    words = f"{' and '.join(bounds)} {unit if more_than_unit or not written else written}".strip()
    words = words.removesuffix(" RON").removesuffix(" MON")
    return (f"{words} (law: {written})" if more_than_unit else words), unit
