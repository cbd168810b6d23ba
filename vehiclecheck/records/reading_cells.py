"""Cells as a layout says they are written, in the canonical words and units: expressions over whole
columns.
"""

from __future__ import annotations

import polars as pl

from vehiclecheck.records import laboratory
from vehiclecheck.records.layouts import Layout, Scale
from vehiclecheck.records.matching import NUMBER_COLUMNS
from vehiclecheck.records.number_fields import UNIT_NOT_TOLD
from vehiclecheck.records.numbers import written
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: Letter and name of an era, and the year before its first.
_JAPANESE_ERAS = (("R", "令和", 2018), ("H", "平成", 1988), ("S", "昭和", 1925))


def canonical_cell(
    rules: Layout,
    scale: Scale | None,
    canonical: str,
    cell: pl.Expr,
    dtype: pl.DataType,
    *,
    unit: str | None = None,
    units: pl.Expr | None = None,
) -> pl.Expr:
    """A column in the canonical unit and words. A column that needs nothing passes as it is.

    `unit`: the unit of a column of fuel tests, where it is not that of the record; `units`: the column of units beside it.
    """
    if canonical in FUEL_PROPERTIES and dtype == pl.String:
        cell = cell.map_batches(laboratory.clean_results, return_dtype=pl.String, is_elementwise=True)
    if canonical in rules.japanese_dates:
        cell, dtype = _japanese(cell.cast(pl.String)), pl.String()
    if rules.decimal_comma and canonical in NUMBER_COLUMNS and dtype == pl.String:
        plain = cell.str.replace_all(r"[.\s\u00a0\u202f']", "").str.replace(",", ".", literal=True)
        # `1,598` becomes 1.5980: with three digits the point could be taken for one of thousands
        plain = plain.str.replace(r"(\.\d{3})$", "${1}0")
        cell = (
            pl.when(cell.str.contains(r"^\s*[-+]?[\d.\s\u00a0\u202f']*\d(?:,\d+)?\s*$"))
            .then(plain)
            .otherwise(cell)
        )
    if canonical in rules.values:
        words = {key.strip().casefold(): value or None for key, value in rules.values[canonical].items()}
        text = cell.cast(pl.String)
        key = text.str.strip_chars().str.to_lowercase()
        replaced = key.replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.String)
        cell = pl.when(key.is_in(list(words))).then(replaced).otherwise(text)
        dtype = pl.String()
    if scale is not None:
        cell = _scaled(cell, dtype, scale, thousands=canonical != "engine_cc")
    if unit == UNIT_NOT_TOLD and dtype.is_integer():
        unit = None  # it makes a difference below 1 only
    if unit is not None or units is not None:
        cell = _in_unit(cell, dtype, canonical, unit, units)
    return cell


def _in_unit(
    cell: pl.Expr, dtype: pl.DataType, canonical: str, unit: str | None, units: pl.Expr | None
) -> pl.Expr:
    """Results with their unit behind them, so that the reader of numbers converts them; numbers by type at once."""
    worth = laboratory.worth(canonical, unit) if unit is not None else None
    if (
        dtype.is_numeric()
        and units is None
        and worth is not None
        and unit != UNIT_NOT_TOLD
        and not worth.power
    ):
        return (cell.cast(pl.Float64) * worth.factor + worth.offset).round_sig_figs(12)
    cell = written(cell) if dtype.is_numeric() and not dtype.is_integer() else cell.cast(pl.String)
    if units is not None:
        beside = pl.struct(cell.alias("cell"), units.cast(pl.String).alias("unit"))
        cell = beside.map_batches(
            lambda both: laboratory.with_units(both.struct.field("cell"), both.struct.field("unit")),
            return_dtype=pl.String,
            is_elementwise=True,
        )
    if unit is not None:
        cell = cell.map_batches(
            lambda cells: laboratory.with_unit(cells, unit), return_dtype=pl.String, is_elementwise=True
        )
    return cell


def _japanese(cell: pl.Expr) -> pl.Expr:
    """`平成27年4月`, `H27/4`, `R元.5`, `2015年4月10日` as `2015-04`, `2015-04-10`; anything else as it is."""
    text = cell.str.normalize("NFKC").str.strip_chars().str.replace("元", "1", literal=True)
    tail = r"\s*[年/.\-]?\s*(?:(\d{1,2})\s*[月/.\-]?\s*(?:(\d{1,2})\s*日?)?)?$"
    out = cell
    plain = text.str.extract_groups(r"^(\d{4})\s*年" + tail.removeprefix(r"\s*[年/.\-]?"))
    out = (
        pl.when(plain.struct[0].is_not_null())
        .then(_joined(plain, plain.struct[0].cast(pl.Int32)))
        .otherwise(out)
    )
    for letter, word, before in _JAPANESE_ERAS:
        era = text.str.extract_groups(rf"^(?i:{letter}|{word})\.?\s*(\d{{1,2}})" + tail)
        year = era.struct[0].cast(pl.Int32) + before
        out = pl.when(era.struct[0].is_not_null()).then(_joined(era, year)).otherwise(out)
    return out


def _joined(groups: pl.Expr, year: pl.Expr) -> pl.Expr:
    month, day = (groups.struct[index].str.zfill(2) for index in (1, 2))
    return pl.concat_str([year.cast(pl.String), month, day], separator="-", ignore_nulls=True)


def _scaled(cell: pl.Expr, dtype: pl.DataType, scale: Scale, *, thousands: bool) -> pl.Expr:
    """Numbers times the factor; text that is no number stays, so that cleaning can say so."""
    if dtype == pl.String:
        text = cell.str.strip_chars()
        if thousands:
            grouped = text.str.replace_all(r"[,\s\u00a0\u202f']", "")
            text = (
                pl.when(text.str.contains(r"^\d{1,3}(?:[,\s\u00a0\u202f']\d{3})+(?:\.\d+)?$"))
                .then(grouped)
                .otherwise(text)
            )
        else:
            text = text.str.replace(",", ".", literal=True)
        number = text.cast(pl.Float64, strict=False)
    else:
        number = cell.cast(pl.Float64)
    converted = number * scale.factor
    if scale.below is not None:
        converted = pl.when(number < scale.below).then(converted).otherwise(number)
    if dtype == pl.String:
        return pl.when(number.is_not_null()).then(converted.round(2).cast(pl.String)).otherwise(cell)
    return converted
