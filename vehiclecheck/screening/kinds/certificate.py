"""A paper: of one of these types, by one of these issuers, at most so old, still valid, dated before shipment, passed.

Every part that the provision names must hold; one that certainly does not makes it fail, one that is not told leaves it
unknown. `where` is for people: what is inspected at destination cannot be held before it arrives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.counting import number_words, told_exactly
from vehiclecheck.screening.facts import ALWAYS, UNKNOWN, Answer, Facts, Param, told, within
from vehiclecheck.screening.kinds import Observation, Sets
from vehiclecheck.vocabulary.days import MONTH, epoch_day
from vehiclecheck.vocabulary.terms import CERTIFICATE_TYPES, DATE_COLUMNS

_BITS = pl.Series("certificate", [1 << place for place in range(len(CERTIFICATE_TYPES))], dtype=pl.Int32)


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        "issuers" in asks,
        asks.get("at") if "max_age" in asks else None,
        asks.get("unit") if "max_age" in asks else None,
        asks.get("valid_at"),
        bool(asks.get("before_shipment")),
        "result" in asks,
    )


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    found: dict[str, float] = {"types": sum(1 << CERTIFICATE_TYPES.index(word) for word in asks["types"])}
    if "issuers" in asks:
        found["issuers"] = sets.index("issuer", [name.upper() for name in asks["issuers"]])
    if "max_age" in asks:
        found["max_age"] = asks["max_age"] * (MONTH if asks["unit"] == "months" else 1)
    return found


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    issuers, at, unit, valid_at, before_shipment, result = shape
    fields: dict[str, pl.Expr] = {}
    outcome = ALWAYS

    def ask(part: Answer, **exact: pl.Expr) -> None:
        """One more thing that must hold; a field that is not exact matters only while this is open."""
        nonlocal outcome
        outcome = outcome & part
        for name, known in exact.items():
            enough = known | part.settled
            fields[name] = fields[name] & enough if name in fields else enough

    if facts.has("certificate_type"):
        bit = pl.lit(_BITS).gather(pl.col("certificate_type").to_physical())
        ask(told((bit & param("types")) != 0), certificate_type=bit.is_not_null())
    else:
        ask(UNKNOWN, certificate_type=pl.lit(False))
    low = high = None
    if issuers:
        named = facts.column("certificate_issuer", pl.String).is_not_null()
        ask(facts.member("issuer", param("issuers")), certificate_issuer=named)
    dated = facts.days("certificate_on")
    exact_date = told_exactly(dated)
    if at is not None:
        end = facts.clock(at)
        exact_end = {f"{DATE_COLUMNS[at]}_on": told_exactly(end)}
        if unit == "days":
            end, issued = (epoch_day(end[0]), epoch_day(end[1])), (epoch_day(dated[0]), epoch_day(dated[1]))
        else:
            issued = dated
        low, high = end[0] - issued[1], end[1] - issued[0]
        ask(within((low, high), None, param("max_age")), certificate_on=exact_date, **exact_end)
        size = MONTH if unit == "months" else 1
        low, high = (pl.when(bound.abs() < 300_000).then(bound / size) for bound in (low, high))
    if before_shipment:
        shipped = facts.days("shipped")
        ask(
            Answer(dated[1] <= shipped[0], dated[0] > shipped[1]),
            certificate_on=exact_date,
            shipped_on=told_exactly(shipped),
        )
    if valid_at is not None:
        until, end = facts.days("certificate_valid_until"), facts.clock(valid_at)
        exact_end = {f"{DATE_COLUMNS[valid_at]}_on": told_exactly(end)}
        ask(
            Answer(until[0] >= end[1], until[1] < end[0]),
            certificate_valid_until=told_exactly(until),
            **exact_end,
        )
    if result:
        passed = facts.column("certificate_result", pl.String)
        ask(told(passed.cast(pl.String) == "pass"), certificate_result=passed.is_not_null())
    return Observation(outcome=outcome, low=low, high=high, fields=fields)


def quantity(asks: Mapping[str, Any]) -> str:
    return "certificate"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    words = " or ".join(word.replace("_", " ") for word in asks["types"])
    words = words if "inspection" in words else f"{words} certificate"
    if "issuers" in asks:
        words += f" by {' or '.join(asks['issuers'])}"
    if "max_age" in asks:
        words += f", at most {number_words(asks['max_age'])} {asks['unit']} old at {asks['at']}"
    if asks.get("before_shipment"):
        words += ", dated before shipment"
    if "valid_at" in asks:
        words += f", valid at {asks['valid_at']}"
    if "result" in asks:
        words += ", passed"
    if asks.get("where") == "destination" and "destination" not in words:
        words += ", at destination"
    return words, asks.get("unit", "") if "max_age" in asks else ""
