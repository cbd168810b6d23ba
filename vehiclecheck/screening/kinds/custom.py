"""A Polars SQL expression over record columns: true passes, false fails, null is unknown. For what nothing else can say.

It sees the canonical columns of `needs`: a number or date where it is known exactly, null otherwise; words as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import Facts, Param, told
from vehiclecheck.screening.kinds import Observation, Sets
from vehiclecheck.vocabulary.days import day_expr
from vehiclecheck.vocabulary.terms import DATE_COLUMNS, FUEL_PROPERTIES

_DATES = {f"{prefix}_on": prefix for prefix in DATE_COLUMNS.values()} | {
    "first_registered": "first_registered",
    "manufactured": "manufactured",
    "certificate_on": "certificate_on",
    "certificate_valid_until": "certificate_valid_until",
}


#: What a column holds where the frame lacks it: an expression must find the type that it expects.
_NUMBERS = frozenset(
    {*FUEL_PROPERTIES, "quantity", "engine_cc", "gvw_kg", "seats", "power_kw", "odometer_km", "model_year"}
    | {"person_vehicles", "co_percent", "hc_ppm", "opacity_m1", "net_mass_kg", "volume_m3"}
)
_TRUTHS = frozenset({"deregistered", "permit"})
#: Columns that go by another name once records are prepared.
_PREPARED = {"vin": "vehicle_key"}


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return (asks["sql"], *asks["needs"])


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {}


def _exact(facts: Facts, name: str) -> pl.Expr:
    prefix = _DATES.get(name, name)
    low, high = f"{prefix}_lo", f"{prefix}_hi"
    if facts.has(low) and facts.has(high):
        code = pl.when(pl.col(low) == pl.col(high)).then(pl.col(low))
        return day_expr(code) if name in _DATES else code
    dtype: type[pl.DataType] = pl.String
    if name in _DATES:
        dtype = pl.Date
    elif name in _NUMBERS:
        dtype = pl.Float64
    elif name in _TRUTHS:
        dtype = pl.Boolean
    return facts.column(_PREPARED.get(name, name), dtype)


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    sql, *needs = shape
    known = {name: _exact(facts, name) for name in needs}
    row = pl.struct(expression.alias(name) for name, expression in known.items())
    judged = pl.sql_expr(sql).cast(pl.Boolean).alias("outcome")
    # the expression names canonical columns, which the prepared frame holds as bounds: it is run on a frame of its own
    outcome = row.map_batches(
        lambda rows: rows.struct.unnest().select(judged).to_series(), return_dtype=pl.Boolean
    )
    return Observation(
        outcome=told(outcome), fields={name: expression.is_not_null() for name, expression in known.items()}
    )


def quantity(asks: Mapping[str, Any]) -> str:
    return ", ".join(asks["needs"])


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return asks["says"], ""
