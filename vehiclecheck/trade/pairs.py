"""What each side reports of a pair of countries: used vehicles and dollars as bounds, in whole numbers that add up in
any order.

A code that does not tell used vehicles from new ones holds none to all of its vehicles; one that does not tell light
from heavy holds none to all of either. Amounts are thousandths of a vehicle and cents here.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.vocabulary.harmonised import UNDECIDED

SIDES = ("exporter", "importer")
#: What of a table is meant: used vehicles, or vehicles new and used.
CONDITIONS = ("used", "any")
_OTHER = "other"

#: Sums of a group of rows: vehicles as bounds (in thousandths), dollars as bounds (in cents), the rows by which a
#: vehicle can be priced, and doubts. `high` null: nothing bounds it; `value_low` null: no value is told at all.
SUMS = ("low", "high", "value_low", "value_high", "priced_low", "priced_high", "priced_value")
DOUBTS = ("mixed", "undecided", "estimated")


def classed(frame: pl.DataFrame, condition: str = "used", *, by_class: bool = True) -> pl.DataFrame:
    """Rows of a harmonised table with `low`, `high`, `cents` and `certain` (surely of the class and condition meant).

    `by_class`: a row of an undecided class becomes two, none to all of it being light, and heavy. Otherwise class
    `other` (no road vehicles) is left out, and light and heavy are one. Rows without a year are in no period, and are
    left out.
    """
    if condition not in CONDITIONS:
        raise ValueError(f"condition {condition!r} is none of {', '.join(CONDITIONS)}")
    used = pl.col("condition") == "used" if condition == "used" else pl.lit(True)
    undecided = pl.col("vehicle_class") == UNDECIDED
    rows = frame.lazy().filter(pl.col("year").is_not_null())
    if condition == "used":
        rows = rows.filter(pl.col("condition") != "new")
    if not by_class:
        rows = rows.filter(pl.col("vehicle_class") != _OTHER)
    certain = used & ~undecided if by_class else used
    told = rows.with_columns(
        certain.alias("certain"),
        undecided.alias("undecided"),
        pl.col("condition").is_in(["mixed", "unspecified"]).alias("mixed"),
        pl.col("flags").str.contains("estimated:", literal=True).alias("estimated"),
        pl.col("flags").str.contains("partial:value-usd", literal=True).alias("@partial"),
        _whole(pl.col("units_low"), 1000).alias("low"),
        _whole(pl.col("units_high"), 1000).alias("high"),
        _whole(pl.col("value_usd"), 100).alias("cents"),
    ).with_columns(pl.when("certain").then("low").otherwise(0).alias("low"))
    if not by_class:
        return told.collect()
    either = pl.when("undecided").then(pl.lit(["LDV", "HDV"])).otherwise(pl.concat_list("vehicle_class"))
    return told.with_columns(either.alias("vehicle_class")).explode("vehicle_class").collect()


def _whole(amount: pl.Expr, parts: int) -> pl.Expr:
    return (amount * parts).round().cast(pl.Int64)


def summed(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """SUMS and DOUBTS of classed rows by the columns named."""
    priced = (
        pl.col("certain") & pl.col("cents").is_not_null() & pl.col("high").is_not_null() & ~pl.col("@partial")
    )
    whole = pl.col("cents").is_not_null() & ~pl.col("@partial")
    told = pl.col("cents").is_not_null().any()
    return rows.group_by(by).agg(
        pl.col("low").sum(),
        pl.when(pl.col("high").is_not_null().all()).then(pl.col("high").sum()).alias("high"),
        pl.when(told).then(pl.col("cents").filter("certain").sum()).alias("value_low"),
        pl.when(whole.all()).then(pl.col("cents").sum()).alias("value_high"),
        pl.col("low").filter(priced).sum().alias("priced_low"),
        pl.col("high").filter(priced).sum().alias("priced_high"),
        pl.col("cents").filter(priced).sum().alias("priced_value"),
        *(pl.col(name).any() for name in DOUBTS),
    )


def coverage(frame: pl.DataFrame, *, by_month: bool = False) -> pl.DataFrame:
    """Which office told anything at all: reporter, reported_by, year (and month, null for figures of a year), and of
    how many months of the year (12 where figures are of a whole year).
    """
    rows = frame.lazy().filter(pl.col("year").is_not_null(), pl.col("reporter").is_not_null())
    flagged = pl.col("flags").str.extract(r"(?:^|;)months:(\d+)", 1).cast(pl.Int64)
    annual = pl.when(pl.col("month").is_null()).then(flagged.fill_null(12)).max().fill_null(0)
    counted = pl.col("month").drop_nulls().n_unique().cast(pl.Int64)
    key = ["reporter", "reported_by", "year", *(["month"] if by_month else [])]
    return rows.group_by(key).agg(pl.max_horizontal(annual, counted).alias("months")).sort(key).collect()


def reliability(rows: pl.DataFrame) -> pl.DataFrame:
    """How far each office's figures of a year can be leant on, 0 to 1: reporter, reported_by, year, reliability.

    The share of its vehicles that were counted and are surely used, times the share of its rows that have an upper bound:

        (vehicles of rows that are counted, not estimated, of known condition, without an outlier) / (vehicles of all
        rows with a bound) x (rows with a bound) / (all rows)

    Rows are those of `classed` with `by_class=False`; vehicles are upper bounds. Without any vehicle it is 0.
    """
    counted = (pl.col("low") == pl.col("high")) & ~pl.col("mixed") & ~pl.col("estimated")
    counted &= ~pl.col("flags").str.contains("outlier:|zero-quantity|confidential")
    sure, everything = pl.col("high").filter(counted).sum(), pl.col("high").sum()
    bounded = pl.col("high").is_not_null().sum() / pl.len()
    return (
        rows.filter(~pl.col("re_export"), pl.col("reporter").is_not_null())
        .group_by("reporter", "reported_by", "year")
        .agg(
            pl.when(everything > 0)
            .then((sure / everything * bounded).round(6))
            .otherwise(0.0)
            .alias("reliability")
        )
        .sort("reporter", "reported_by", "year")
    )
