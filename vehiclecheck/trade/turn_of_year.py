"""Vehicles that left in one year and arrived in the next: where figures by month show it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.trade.bounds import Bounds, difference
from vehiclecheck.trade.pairs import classed, coverage, summed

#: The part of a gap that is closed if the importer's year begins a month later. The project's own choice: more than a
#: lesser gap that happens by chance.
CLOSED = 0.5


def late_arrivals(frame: pl.DataFrame, key: Sequence[str], condition: str) -> pl.DataFrame:
    """The keys (exporter, importer, year and perhaps vehicle_class) of flows that arrived late over the turn of the year.

    A flow did if both offices report all twelve months, the importer January of the year after as well, and the
    importer's figure from February to January is nearer to the exporter's of the year than its own of the year: by at
    least CLOSED of the gap, whatever the amounts within their bounds.
    """
    monthly = frame.filter(pl.col("month").is_not_null(), pl.col("year").is_not_null(), ~pl.col("re_export"))
    # an office that tells months beside a year would be counted twice here
    annual = frame.filter(pl.col("month").is_null()).select("reporter", "reported_by", "year").unique()
    monthly = monthly.join(annual, on=["reporter", "reported_by", "year"], how="anti")
    rows = classed(monthly, condition, by_class="vehicle_class" in key)
    sent = summed(rows.filter(pl.col("reported_by") == "exporter"), key)
    arrived = rows.filter(pl.col("reported_by") == "importer")
    a_month_later = arrived.with_columns(
        pl.when(pl.col("month") == 1).then(pl.col("year") - 1).otherwise("year").alias("year")
    )
    names = [*key, "low", "high"]
    both = (
        sent.select(names)
        .join(summed(arrived, key).select(names), on=key, suffix="_same")
        .join(summed(a_month_later, key).select(names), on=key, suffix="_later")
    )
    for side, months in (("exporter", range(1, 13)), ("importer", range(1, 14))):
        both = both.join(_whole_years(monthly, side, months), on=[side, "year"], how="semi")
    own = (pl.col("low"), pl.col("high"))
    before = _nearest(difference(own, (pl.col("low_same"), pl.col("high_same"))))
    after = _farthest(difference(own, (pl.col("low_later"), pl.col("high_later"))))
    return both.filter((before > 0) & (after <= (1 - CLOSED) * before)).select(key)


def _whole_years(monthly: pl.DataFrame, side: str, months: range) -> pl.DataFrame:
    """Offices and years of which all months are told; month 13 is January of the year after."""
    told = (
        coverage(monthly, by_month=True)
        .filter(reported_by=side)
        .select(pl.col("reporter").alias(side), "year", "month")
    )
    after = told.filter(month=1).with_columns(pl.col("year") - 1, pl.lit(13, dtype=pl.Int8).alias("month"))
    counted = pl.concat([told, after]).filter(pl.col("month").is_in(list(months)))
    return counted.group_by(side, "year").agg(pl.col("month").n_unique()).filter(month=len(months))


def _nearest(gap: Bounds) -> pl.Expr:
    """How far apart two amounts are at least."""
    return pl.max_horizontal(gap[0], -gap[1], pl.lit(0))


def _farthest(gap: Bounds) -> pl.Expr:
    """How far apart two amounts are at most; null where nothing bounds it."""
    return pl.when(gap[0].is_not_null() & gap[1].is_not_null()).then(
        pl.max_horizontal(gap[0].abs(), gap[1].abs())
    )
