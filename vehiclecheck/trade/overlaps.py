"""The same trade told twice: by two rows or files, a bloc and its members, a heading and its lines, a year and its months.

Sums must not double. Of two tellings one stays, by a fixed rule, and the other is set aside (a repeated period) or left out
(a total), each with its reason. All rules look across files; what doubles within one is found when it is read.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from vehiclecheck.standards.blocs import members
from vehiclecheck.trade import flags
from vehiclecheck.trade.fates import COMPILED, DUPLICATED, FATE, LEFT_OUT, SET_ASIDE
from vehiclecheck.trade.reading_totals import (
    OTHER_EDITION,
    PARENT,
    SHARE,
    YEAR_BESIDE_MONTHS,
    YEAR_BESIDE_SOME,
)

#: Who reports what of whom: countries where they are known, what the office wrote where not.
_WHO = ("@reporter", "@partner", "flow")
_CODE_LENGTHS = (4, 6, 8, 9)
_NUMBERS = ("vehicles", "weighed_kg", "value", "currency")


def without_overlaps(rows: pl.DataFrame) -> pl.DataFrame:
    """Typed rows of all files (`@row` numbers them in the order of files and lines, `file` and `layout` say whose they are)
    with the `fate`, `reason`, `detail` of those that say again what others say. The first row stays where two are alike.
    """
    rows = rows.sort("@row").with_columns(
        _written("reporter").alias("@reporter"), _written("partner").alias("@partner")
    )
    for step in (_repeated, _told_elsewhere, _blocs, _older_editions, _coarser, _years_beside_months):
        rows = step(rows)
    return rows.drop("@reporter", "@partner")


def _written(side: str) -> pl.Expr:
    """The country, or, where the office tells none, what it wrote."""
    written = pl.lit("?") + pl.col(side).cast(pl.String).fill_null("").str.to_uppercase()
    return pl.coalesce(pl.col(f"{side}_country").cast(pl.String), written).cast(pl.Categorical)


def _compiled(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("fate") == COMPILED)


def _drop(rows: pl.DataFrame, found: pl.DataFrame, what: str, reason: str) -> pl.DataFrame:
    """Rows with the fate of those in `found` (`@row`, `detail`) changed."""
    if found.is_empty():
        return rows
    marked = found.select("@row", pl.col("detail").alias("@detail"), pl.lit(True).alias("@found"))
    joined = rows.join(marked, on="@row", how="left", maintain_order="left")
    holds = pl.col("@found").is_not_null() & (pl.col("fate") == COMPILED)
    return joined.with_columns(
        pl.when(holds).then(pl.lit(what)).otherwise(pl.col("fate").cast(pl.String)).cast(FATE).alias("fate"),
        pl.when(holds).then(pl.lit(reason)).otherwise(pl.col("reason").cast(pl.String)).alias("reason"),
        pl.when(holds).then("@detail").otherwise("detail").alias("detail"),
    ).drop("@detail", "@found")


def _place() -> pl.Expr:
    """Where the first row of a group stands."""
    return pl.format("also in {}, line {}", pl.col("file").first(), pl.col("line").first())


def _repeated(rows: pl.DataFrame) -> pl.DataFrame:
    """Set aside: the same reporter, partner, flow, code and period again, in one layout."""
    key = ["layout", "reporter", "partner", "part", "flow", "code", "year", "month"]
    return _again(rows, key, DUPLICATED)


def _told_elsewhere(rows: pl.DataFrame) -> pl.DataFrame:
    """Set aside: the same again in a file of another layout, where codes of partners may be written otherwise."""
    key = [*_WHO, "code", "year", "month"]
    if rows["layout"].n_unique() < 2:
        return rows
    several = (
        _compiled(rows)
        .group_by(key)
        .agg(
            pl.col("layout").n_unique().alias("@layouts"),
            pl.col("layout").first().alias("@first"),
            _place().alias("detail"),
        )
        .filter(pl.col("@layouts") > 1)
    )
    if several.is_empty():
        return rows
    again = (
        _compiled(rows)
        .join(several, on=key, how="inner", nulls_equal=True)
        .filter(pl.col("layout") != pl.col("@first"))
    )
    return _drop(rows, again, SET_ASIDE, DUPLICATED)


def _again(rows: pl.DataFrame, key: list[str], reason: str) -> pl.DataFrame:
    suspects = _compiled(rows)
    # most rows stand alone; a hash tells so without comparing them
    suspects = suspects.filter(suspects.select(key).hash_rows().is_duplicated())
    counts = suspects.group_by(key).len().filter(pl.col("len") > 1).drop("len")
    if counts.is_empty():
        return rows
    alike = suspects.join(counts, on=key, how="semi", nulls_equal=True).sort("@row")
    numbers = pl.struct(_NUMBERS)
    alike = alike.with_columns(
        _place().over(key).alias("@where"),
        (numbers == numbers.first().over(key)).alias("@same"),
        pl.int_range(pl.len()).over(key).alias("@turn"),
        (pl.struct(_NUMBERS).n_unique().over(key) > 1).alias("@contradicted"),
    )
    says = pl.when("@same").then(pl.lit(", with the same numbers")).otherwise(pl.lit(", with other numbers"))
    again = alike.filter(pl.col("@turn") > 0).with_columns((pl.col("@where") + says).alias("detail"))
    kept = alike.filter((pl.col("@turn") == 0) & pl.col("@contradicted")).select(
        "@row", pl.lit(True).alias("@contradicted")
    )
    rows = rows.join(kept, on="@row", how="left", maintain_order="left")
    rows = rows.with_columns(
        (pl.col("@flags") | flags.bits({"contradicted": pl.col("@contradicted")})).alias("@flags")
    ).drop("@contradicted")
    return _drop(rows, again, SET_ASIDE, reason)


def _beside(rows: pl.DataFrame, others: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Rows for whose key `others` have a row of the same period, or of one that holds it or lies in it."""
    periods = [*key, "year", "month"]
    told = others.select(periods).unique()
    same = rows.join(told, on=periods, how="semi", nulls_equal=True)
    years = told.filter(pl.col("month").is_null())
    within = rows.filter(pl.col("month").is_not_null()).join(
        years, on=[*key, "year"], how="semi", nulls_equal=True
    )
    months = told.filter(pl.col("month").is_not_null())
    around = rows.filter(pl.col("month").is_null()).join(
        months, on=[*key, "year"], how="semi", nulls_equal=True
    )
    return pl.concat([same, within, around]).unique(subset="@row")


def _blocs(rows: pl.DataFrame) -> pl.DataFrame:
    """Left out: what a bloc reports for a period of which any of its members reports. Flagged where none does."""
    totals = _compiled(rows).filter(pl.col("reporter_bloc").is_not_null())
    for bloc in totals["reporter_bloc"].unique().sort():
        of_bloc = totals.filter(reporter_bloc=bloc)
        years = of_bloc["year"].unique().sort()
        its = [
            _compiled(rows)
            .filter(year=year)
            .filter(pl.col("reporter_country").is_in(members(bloc, dt.date(year, 7, 1))))
            for year in years
        ]
        found = _beside(of_bloc, pl.concat(its), ["flow"])
        rows = _drop(
            rows,
            found.with_columns(pl.lit(f"members of {bloc} report the period").alias("detail")),
            LEFT_OUT,
            "bloc total beside members",
        )
    return rows.with_columns(
        (pl.col("@flags") | flags.bits({"bloc-total": pl.col("reporter_bloc").is_not_null()})).alias("@flags")
    )


def _older_editions(rows: pl.DataFrame) -> pl.DataFrame:
    """Left out: flows of an office in an edition of the HS, where files tell those of the period in a newer one, too."""
    stated = _compiled(rows).filter(pl.col("edition").is_not_null(), pl.col("code_system") == "HS")
    if stated["edition"].n_unique() < 2:
        return rows
    inward = (pl.col("flow") == "import").alias("@inward")
    newest = pl.col("edition").max().over("@reporter", "@inward", "year", "month")
    older = stated.with_columns(pl.col("edition").cast(pl.String), inward).with_columns(
        newest.alias("@newest")
    )
    detail = pl.format("{} is told, too", pl.col("@newest")).alias("detail")
    older = older.filter(pl.col("edition") < pl.col("@newest")).with_columns(detail)
    return _drop(rows, older, LEFT_OUT, OTHER_EDITION)


def _coarser(rows: pl.DataFrame) -> pl.DataFrame:
    """Left out: a heading or subheading of whose lines the same trade is told, in whatever file."""
    compiled = _compiled(rows)
    lines = compiled.with_columns(pl.col("code").str.len_chars().alias("@digits"))
    found = []
    for digits in _CODE_LENGTHS:
        finer = lines.filter(pl.col("@digits") > digits).with_columns(
            pl.col("code").str.slice(0, digits).alias("code")
        )
        coarse = lines.filter(pl.col("@digits") == digits)
        if finer.is_empty() or coarse.is_empty():
            continue
        found.append(_beside(coarse, finer, [*_WHO, "code"]))
    if not found:
        return rows
    detail = pl.lit("lines of it are told by the same reporter")
    return _drop(rows, pl.concat(found).with_columns(detail.alias("detail")), LEFT_OUT, PARENT)


def _years_beside_months(rows: pl.DataFrame) -> pl.DataFrame:
    """Left out: the figure of a year of which months are told; it is said where these add up to less."""
    compiled = _compiled(rows)
    key = [*_WHO, "code", "year"]
    amount = pl.coalesce("value", "weighed_kg", "vehicles").fill_null(0)
    monthly = pl.col("month").is_not_null()
    months = (
        compiled.filter(monthly)
        .group_by(key)
        .agg(pl.col("month").n_unique().alias("@months"), amount.sum().alias("@of_months"))
    )
    years = (
        compiled.filter(monthly.not_())
        .join(months, on=key, how="inner", nulls_equal=True)
        .with_columns(
            pl.format("{} months of the year are told", pl.col("@months")).alias("detail"),
            (amount - pl.col("@of_months") > SHARE * amount).alias("@more"),
        )
    )
    rows = _drop(rows, years.filter("@more"), LEFT_OUT, YEAR_BESIDE_SOME)
    return _drop(rows, years.filter(pl.col("@more").not_()), LEFT_OUT, YEAR_BESIDE_MONTHS)
