"""Rows that would double the sums are marked: totals beside their parts, parents beside their lines, years beside months.

Only rows that can be read and are not marked yet stand for others: a total that cannot be read leaves its parts in place.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from vehiclecheck.trade.layouts import KEY, KeepWhole, Layout
from vehiclecheck.trade.reading_cells import HEADINGS
from vehiclecheck.trade.reading_rows import out_column, whole_column

PARENT = "parent code beside its lines"
YEAR_BESIDE_MONTHS = "annual total beside months"
YEAR_BESIDE_SOME = "annual total beside months that add up to less"
OTHER_EDITION = "older nomenclature beside a newer one"

#: Imports and re-imports are one direction, exports and re-exports the other.
_INWARD = ("import", "re-import")
#: A year that is greater than its months by more than this share has months that the file lacks.
SHARE = 0.005
_STANDS = pl.col("left_out").is_null() & pl.col("unread").is_null()


def marked(rows: pl.DataFrame, layout: Layout, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """STAT rows about vehicles with `left_out`; the helper columns of `reading_rows` are gone."""
    total_rows = [out_column(place) for place, rule in enumerate(layout.leave_out) if rule.column == "period"]
    about = pl.col("code").str.contains(HEADINGS).fill_null(False) | pl.col("unread").str.starts_with("row: ")
    rows = rows.filter(pl.any_horizontal(about.fill_null(False), *total_rows))
    if rows.is_empty():
        return rows.select(*schema)
    rows = rows.with_columns(
        pl.col("flow").is_in(_INWARD).alias("@inward"), pl.col("period").str.slice(0, 4).alias("@year")
    )
    rows = _left_out(rows, layout)
    wholes = [(whole_column(place), rule) for place, rule in enumerate(layout.keep_whole)]
    wholes = [(column, rule) for column, rule in wholes if column in rows.columns]
    for place, (column, rule) in enumerate(wholes):
        later = [other for other, its_rule in wholes[place + 1 :] if its_rule.within == KEY]
        rows = _whole_kept(rows, column, rule, later if rule.within == KEY else [])
    rows = _one_edition(rows)
    rows = _parents(rows)
    return _years(rows).select(*schema)


def _mark(rows: pl.DataFrame, where: pl.Expr, reason: str | pl.Expr) -> pl.DataFrame:
    """Rows with the reason where the condition holds for rows that stand."""
    why = pl.lit(reason) if isinstance(reason, str) else reason
    return rows.with_columns(pl.when(_STANDS & where).then(why).otherwise("left_out").alias("left_out"))


def _keys(names: tuple[str, ...]) -> list[str]:
    return ["@inward" if name == "flow" else name for name in names]


def _left_out(rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """What is a total by itself, or beside its members. What it is decides before what it says can be read."""
    for place, rule in enumerate(layout.leave_out):
        met = pl.col(out_column(place))
        if not rule.beside_members:
            met = met & pl.col("left_out").is_null()
            rows = rows.with_columns(
                pl.when(met).then(pl.lit(rule.reason)).otherwise("left_out").alias("left_out"),
                pl.when(met.not_()).then("unread").alias("unread"),
            )
        elif rows[out_column(place)].any():
            others = _keys(tuple(name for name in KEY if name != rule.column))
            members = (_STANDS & met.not_()).any().over(others)
            rows = _mark(rows, met & members, rule.reason)
    return rows


def _whole_kept(rows: pl.DataFrame, column: str, rule: KeepWhole, later: list[str]) -> pl.DataFrame:
    """Parts marked where the whole is there too, within the parts of the rules that come `later`.

    So the modes of transport of each customs procedure are settled first, and then the procedures that are left: a whole of
    parts of parts is kept, and where it lacks, its parts are.
    """
    if rows[column].is_null().all():
        return rows
    whole = pl.col(column).is_null()
    beside = (_STANDS & whole).any().over(*_keys(rule.within), *later)
    return _mark(rows, whole.not_() & beside, rule.reason)


def _one_edition(rows: pl.DataFrame) -> pl.DataFrame:
    """Where the same flows are told in several editions of the nomenclature, the newest one is kept."""
    if rows["edition"].drop_nulls().n_unique() < 2:
        return rows
    # an edition that was not there in that year is a slip of one row, and no reason to leave out the others
    possible = pl.col("edition").str.slice(-4).cast(pl.Int32, strict=False) <= pl.col("period").str.head(
        4
    ).cast(pl.Int32, strict=False)
    standing = pl.col("edition").filter(_STANDS & possible.fill_null(False))
    newest = standing.max().over("reporter", "@inward", "period")
    return _mark(rows, (pl.col("edition") < newest).fill_null(False), OTHER_EDITION)


def _parents(rows: pl.DataFrame) -> pl.DataFrame:
    """Codes that are the beginning of another code of the same reporter, partner, flow and period are their totals."""
    lengths = sorted(set(rows["code"].drop_nulls().str.len_chars()))
    longest = lengths[-1] if lengths else 0
    size = pl.col("code").str.len_chars()
    for length in lengths[:-1]:
        # from the shortest on: a line that is a parent itself still has a parent
        keys = [*_keys(("reporter", "partner", "flow", "period")), pl.col("code").str.slice(0, length)]
        children = (_STANDS & (size > length)).any().over(keys)
        rows = _mark(rows, (size == length) & (size < longest) & children, PARENT)
    return rows


def _years(rows: pl.DataFrame) -> pl.DataFrame:
    """Years of which months are there, too; it is said where the months add up to less."""
    monthly = pl.col("period").str.len_chars() == 7
    if rows.select(monthly.all() | monthly.not_().all()).item():
        return rows
    keys = [*_keys(("reporter", "partner", "flow", "code")), "@year"]
    there = (_STANDS & monthly).any().over(keys)
    amount = pl.coalesce("value", "weight_kg", "quantity").fill_null(0)
    months = amount.filter(_STANDS & monthly).sum().over(keys)
    years = amount.filter(_STANDS & monthly.not_()).sum().over(keys)
    reason = (
        pl.when(years - months > SHARE * years)
        .then(pl.lit(YEAR_BESIDE_SOME))
        .otherwise(pl.lit(YEAR_BESIDE_MONTHS))
    )
    return _mark(rows, monthly.not_() & there, reason)
