"""Rows of one meaning summed to a row of the harmonised table, by month or by year, exactly and in any order."""

from __future__ import annotations

import polars as pl

from vehiclecheck.trade import flags
from vehiclecheck.vocabulary.harmonised import KEYS, of_parts, sorted_harmonised

_GROUPS = [name for name in KEYS if name != "source"]


def harmonised(counted: pl.DataFrame, *, by_year: bool) -> pl.DataFrame:
    """The harmonised table of counted rows: one row for each file (a year: for all its files), reporter, partner, period,
    code and flow.

    Needs units_low, units_high, weight_kg, value_cents, usd_cents, `@flags` beside the columns of typed rows. A sum of
    which some rows do not tell the weight or the value holds the others and is flagged; where one row has no
    upper bound, the sum has none.
    """
    imports = pl.col("flow") == "import"
    rows = counted.lazy().with_columns(
        pl.coalesce("reporter_country", "reporter_bloc").alias("reporter"),
        pl.col("partner_country").alias("@partner"),
        pl.when(imports).then(pl.lit("importer")).otherwise(pl.lit("exporter")).alias("reported_by"),
        (pl.col("flow") == "re-export").alias("re_export"),
        (pl.col("weight_kg") * 1000).round().cast(pl.Int64).alias("@grams"),
        pl.col("file").alias("source"),
    )
    if by_year:
        rows = _by_year(rows)
    rows = rows.with_columns(
        pl.when(imports).then("@partner").otherwise("reporter").alias("exporter"),
        pl.when(imports).then("reporter").otherwise("@partner").alias("importer"),
    )
    groups = _GROUPS if by_year else list(KEYS)
    weighed, valued, in_dollars = (
        (pl.col(name).is_not_null()).sum() for name in ("@grams", "value_cents", "usd_cents")
    )
    amounts = {
        "weight_kg": ("@grams", 1000, weighed),
        "value": ("value_cents", 100, valued),
        "value_usd": ("usd_cents", 100, in_dollars),
    }
    summed = rows.group_by(groups).agg(
        pl.col("units_low").sum(),
        pl.when(pl.col("units_high").is_not_null().all()).then(pl.col("units_high").sum()).alias("units_high"),
        *(
            pl.when(told > 0).then(of_parts(pl.col(column).sum(), parts)).alias(name)
            for name, (column, parts, told) in amounts.items()
        ),
        (
            pl.col("@flags").bitwise_or()
            | flags.bits(
                {
                    "partial:weight": (weighed > 0) & (weighed < pl.len()),
                    "partial:value": (valued > 0) & (valued < pl.len()),
                    "partial:value-usd": (in_dollars > 0) & (in_dollars < valued),
                }
            )
        ).alias("@flags"),
        *([pl.col("source").cast(pl.String).unique().sort().str.join(";").alias("source")] if by_year else []),
    ).collect()  # fmt: skip
    return sorted_harmonised(summed.with_columns(flags.in_words(summed["@flags"]).alias("flags")))


def _by_year(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows without their months; where the office did not report all twelve, their flags say how many.

    A month counts as reported if anything of headings 8701 to 8705 was compiled of it on that side (imports, or exports).
    """
    side = ["reporter", "reported_by", "year"]
    monthly = pl.col("month").is_not_null()
    reported = rows.filter(monthly).group_by(side).agg(pl.col("month").n_unique().alias("@months"))
    return (
        rows.join(reported, on=side, how="left", nulls_equal=True)
        .with_columns(
            (pl.col("@flags") | flags.months(pl.when(monthly).then("@months"))).alias("@flags"),
            pl.lit(None, dtype=pl.Int8).alias("month"),
        )
        .drop("@months")
    )
