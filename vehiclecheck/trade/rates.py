"""A table of exchange rates: US dollars a unit of currency, by month or by year. Nothing is assumed beyond it."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import polars as pl

from vehiclecheck.records.errors import InputError, shown

COLUMNS = ("currency", "period", "usd")
_PERIOD = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?")
_CURRENCY = re.compile(r"[A-Z]{3}")
#: A US dollar is one, whatever a table says.
DOLLAR = "USD"

_SCHEMA = {"currency": pl.String(), "year": pl.Int16(), "month": pl.Int8(), "rate": pl.Float64()}


def no_rates() -> pl.DataFrame:
    """A table without any."""
    return pl.DataFrame(schema=_SCHEMA)


def read_rates(path: Path) -> pl.DataFrame:
    """The rates of a CSV file with the columns `currency` (ISO 4217), `period` (2021 or 2021-03), `usd` (dollars a unit):
    currency, year, month (null: the whole year), rate.

    InputError names the line that cannot be used, and a period that is told twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file)
            named = [(name or "").strip().lower() for name in lines.fieldnames or []]
            missing = [name for name in COLUMNS if name not in named]
            if missing:
                raise InputError(
                    f"{shown(path.name)}: a table of rates has the columns {', '.join(COLUMNS)}; "
                    f"it lacks {', '.join(missing)}"
                )
            lines.fieldnames = named
            rates = [_rate(row, f"{shown(path.name)}: line {lines.line_num}") for row in lines]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{shown(path.name)}: is no CSV file in UTF-8: {error}") from error
    seen = set()
    for currency, year, month, _ in rates:
        if (currency, year, month) in seen:
            period = f"{year}" if month is None else f"{year}-{month:02d}"
            raise InputError(f"{shown(path.name)}: tells the rate of {currency} in {period} twice")
        seen.add((currency, year, month))
    return pl.DataFrame(rates, schema=_SCHEMA, orient="row").sort("currency", "year", "month")


def _rate(row: dict[str, str | None], place: str) -> tuple[str, int, int | None, float]:
    currency, period, usd = ((row.get(name) or "").strip() for name in COLUMNS)
    when = _PERIOD.fullmatch(period)
    if not _CURRENCY.fullmatch(currency):
        raise InputError(f"{place}: currency: {shown(currency)!r} is no ISO code such as EUR")
    if when is None:
        raise InputError(f"{place}: period: {shown(period)!r} is no year or month such as 2021 or 2021-03")
    try:
        rate = float(usd)
    except ValueError:
        rate = math.nan
    if not (0 < rate < math.inf):
        raise InputError(f"{place}: usd: {shown(usd)!r} is no number above zero")
    return currency, int(when[1]), int(when[2]) if when[2] else None, rate


def with_usd(rows: pl.LazyFrame, rates: pl.DataFrame) -> pl.LazyFrame:
    """Rows with `usd_cents` from `value_cents`, `currency`, `year`, `month`: by the rate of the month, else of the year; a
    figure of a year by the rate of the year alone. Null where there is none; dollars stay dollars.
    """
    months = rates.lazy().filter(pl.col("month").is_not_null()).rename({"rate": "@monthly"})
    years = rates.lazy().filter(pl.col("month").is_null()).drop("month").rename({"rate": "@yearly"})
    rate = pl.when(pl.col("currency") == DOLLAR).then(1.0).otherwise(pl.coalesce("@monthly", "@yearly"))
    return (
        rows.with_columns(pl.col("currency").cast(pl.String))
        .join(months, on=["currency", "year", "month"], how="left")
        .join(years, on=["currency", "year"], how="left")
        .with_columns((pl.col("value_cents") * rate).round().cast(pl.Int64).alias("usd_cents"))
        .drop("@monthly", "@yearly")
    )
