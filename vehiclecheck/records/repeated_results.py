"""Several results of one property in one certificate: their mean with their number, where they are of one kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from vehiclecheck.records import numbers
from vehiclecheck.records.number_cells import COMMA

_MET = ("at", "name")


def averaged(
    rows: pl.DataFrame, styles: Mapping[str, int], unsettled: Collection[str] = ()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A cell a certificate and property: at, name, text, method, results (how many the text is the mean of, null for one);
    and the rows that contradict one another, with field, value and reason.

    `rows`: at, name, text, low, high, worth, by_density, method, method_id, line. A mean is written in the unit of the
    record's column, as the file writes numbers (`styles`); where nothing tells how (`unsettled`) a mean that needs a decimal
    sign is not written, for it would settle how others are read. The mean of results of which one is a bound is a bound: of
    `<1` and `1.4` it is `<1.2`.
    """
    once = rows.select(pl.struct(_MET).is_unique()).to_series()
    single = rows.filter(once).select(*_MET, "text", "method", pl.lit(None, dtype=pl.String).alias("results"))
    fine, broken = _averaged(rows.filter(~once), styles, unsettled)
    return pl.concat([single, fine]), broken


def _averaged(
    rows: pl.DataFrame, styles: Mapping[str, int], unsettled: Collection[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    told = pl.col("text").is_not_null() & (pl.col("low").is_not_null() | pl.col("high").is_not_null())
    is_number = pl.col("text").str.contains(r"^[+-]?\s*[\d.,]")
    rows = rows.with_columns(
        told.alias("told"),
        (told & (pl.col("low") == pl.col("high"))).fill_null(False).alias("exact"),
        (told & is_number.not_() & pl.col("high").is_not_null()).alias("below"),
        (told & is_number.not_() & pl.col("high").is_null()).alias("above"),
    )
    rows = rows.with_columns((pl.col("below") & pl.col("exact").not_()).alias("below"))
    of = pl.col("told")
    cells = rows.group_by(_MET, maintain_order=True).agg(
        pl.col("text").filter(of).first(),
        pl.col("method").drop_nulls().first(),
        of.sum().cast(pl.Int64).alias("k"),
        pl.col("method_id").filter(of).drop_nulls().n_unique().alias("methods"),
        pl.col("method")
        .filter(of)
        .drop_nulls()
        .unique(maintain_order=True)
        .head(3)
        .str.join(", ")
        .alias("their_methods"),
        pl.col("worth").filter(of).n_unique().alias("units"),
        pl.col("low").filter(of).mean(),
        pl.col("high").filter(of).mean(),
        pl.col("exact").sum(),
        pl.col("below").sum(),
        pl.col("above").sum(),
        pl.col("by_density").any(),
    )
    several = pl.col("k") > 1
    mean = pl.when(pl.col("above") > 0).then("low").otherwise("high")
    unclear = pl.col("exact") + pl.col("below") + pl.col("above") < pl.col("k")
    cells = cells.with_columns(
        pl.when(several & (pl.col("methods") > 1))
        .then(pl.format("several results by different methods: {}", "their_methods"))
        .when(several & (pl.col("units") > 1))
        .then(pl.lit("several results in different units"))
        .when(several & pl.col("by_density"))
        .then(pl.lit("several results in a unit that needs the density of the fuel"))
        .when(several & unclear)
        .then(pl.lit("several results, of which one is no single number"))
        .when(several & (pl.col("below") > 0) & (pl.col("above") > 0))
        .then(pl.lit("several results, of which one says less than and one more than"))
        .when(several & pl.col("name").is_in(list(unsettled)) & (mean.round(9) != mean.floor()))
        .then(pl.lit("several results, and nothing in the file tells its decimal sign"))
        .alias("reason")
    )
    torn = cells.filter(pl.col("reason").is_not_null())
    broken = rows.join(torn.select(*_MET, "reason"), on=list(_MET), how="inner").select(
        "line", pl.col("name").alias("field"), pl.col("text").alias("value"), "reason"
    )
    sign = (
        pl.when(pl.col("above") > 0)
        .then(pl.lit(">"))
        .when(pl.col("below") > 0)
        .then(pl.lit("<"))
        .otherwise(pl.lit(""))
    )
    with_comma = [name for name, style in styles.items() if style == COMMA]
    written = numbers.written(mean.round(9))
    written = (
        pl.when(pl.col("name").is_in(with_comma))
        .then(written.str.replace(".", ",", literal=True))
        .otherwise(written)
    )
    fine = cells.filter(pl.col("reason").is_null()).select(
        *_MET,
        pl.when(several).then(pl.concat_str(sign, written)).otherwise("text").alias("text"),
        "method",
        pl.when(several).then(pl.col("k").cast(pl.String)).alias("results"),
    )
    return fine, broken
