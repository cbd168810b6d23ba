"""Columns of numbers: plain ones at once, each distinct text of the others as `number_cells` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from vehiclecheck.records.number_cells import POINT, evidence, read_cell
from vehiclecheck.records.number_fields import QUANTITY, NumberField


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers read: lowest and highest value (the same Series where they never differ), and why
    cells are set aside.
    """

    low: pl.Series
    high: pl.Series
    #: Reasons (String), null where the cell is fine; None if every cell is.
    reasons: pl.Series | None
    #: Which of the units by density of its field a cell has (their number, null for none); None if no cell has one.
    by_density: pl.Series | None = None


def _fine(values: pl.Expr, spec: NumberField) -> pl.Expr:
    fine = values.is_between(spec.low, spec.high)
    if spec.zero:
        fine |= values == 0
    if spec is QUANTITY:
        fine &= values == values.floor()
    return fine


_PLAIN = r"^-?(\d*\.(\d{1,2}|\d{4,})|\d{4,}\.\d+|0?\.\d+)$"


def _written(column: pl.Series) -> tuple[pl.Series, pl.Series, bool]:
    """Values of the cells that are plain numbers (Float64), the distinct texts of the others, and whether a
    plain one has a point.

    A plain number has digits only, or a point and so many digits around it that it cannot separate thousands.
    """
    frame = column.to_frame("t")
    text = pl.col("t")
    whole = frame.select(text.cast(pl.Int64, strict=False)).to_series()
    missing = column.null_count()
    if whole.null_count() == missing:
        return whole.cast(pl.Float64), pl.Series([], dtype=pl.String), False
    pointed = pl.when(text.str.contains(_PLAIN)).then(text.cast(pl.Float64, strict=False))
    values = frame.select(pl.coalesce(pl.lit(whole).cast(pl.Float64), pointed)).to_series()
    others = column.filter(values.is_null() & column.is_not_null()).unique().sort()
    return values, others, values.null_count() < whole.null_count()


def column_evidence(column: pl.Series) -> int:
    """All that the cells of a text column prove of its decimal sign (POINT | COMMA bits)."""
    if column.dtype != pl.String:
        return 0
    _, others, pointed = _written(column)
    found = POINT if pointed else 0
    for text in others.to_list():  # distinct texts that are not plain numbers
        found |= evidence(text)
    return found


def written(number: pl.Expr) -> pl.Expr:
    """Numbers as texts that can be read in one way only: never with three decimals, which might be thousands."""
    text = number.cast(pl.Float64).fill_nan(None).cast(pl.String).str.strip_suffix(".0")
    return text.str.replace(r"(\.\d{3})$", "${1}0")


def read_column(column: pl.Series, spec: NumberField, style: int) -> NumberColumn:
    """Read a column of numbers of any type. `style` is what the column's evidence says (0: nothing)."""
    if column.dtype == pl.String:
        values, others, _ = _written(column)
    else:
        values = column.cast(pl.Float64, strict=False)
        if column.dtype.is_float():
            values = values.fill_nan(None)
        others = pl.Series([], dtype=pl.String)
    high = values
    low_high = values.min(), values.max()
    reasons: pl.Series | None = None
    by_density: pl.Series | None = None
    inside = all(v is None or (isinstance(v, int | float) and spec.low <= v <= spec.high) for v in low_high)
    if (
        not inside
        or (spec is QUANTITY and column.dtype.is_float())
        or (spec is QUANTITY and column.dtype == pl.String)
    ):
        frame = values.to_frame("v")
        if spec.bare_factor is not None:
            other = pl.col("v") * spec.bare_factor
            as_other = ~pl.col("v").is_between(spec.low, spec.high) & other.is_between(spec.low, spec.high)
            frame = frame.select(pl.when(as_other).then(other.round_sig_figs(12)).otherwise("v").alias("v"))
            values = high = frame.to_series()
        fine = frame.select(_fine(pl.col("v"), spec)).to_series()
        if not fine.all():  # nulls count as fine
            fraction = pl.lit(spec is QUANTITY) & pl.col("v").is_between(spec.low, spec.high)
            reason = pl.when(fraction).then(pl.lit("no whole number")).otherwise(pl.lit(spec.refusal))
            reasons = frame.select(pl.when(~pl.lit(fine)).then(reason)).to_series()
            values = frame.select(pl.when(pl.lit(fine)).then("v")).to_series()
            high = values
    if not others.is_empty():
        texts = others.to_list()
        read = [read_cell(text, spec, style) for text in texts]
        place = column.cast(pl.Enum(others), strict=False).to_physical().to_frame("i")

        def spread(found: list[Any], dtype: pl.DataType) -> pl.Series:
            return place.select(pl.lit(pl.Series(found, dtype=dtype)).gather(pl.col("i"))).to_series()

        lows, highs = (spread([one[side] for one in read], pl.Float64()) for side in (0, 1))
        whys = spread([one.reason for one in read], pl.String())
        low = pl.select(pl.coalesce(pl.lit(values), pl.lit(lows))).to_series()
        high = pl.select(pl.coalesce(pl.lit(high), pl.lit(highs))).to_series()
        values = low
        if any(one.reason is not None for one in read):
            reasons = (
                whys if reasons is None else pl.select(pl.coalesce(pl.lit(reasons), pl.lit(whys))).to_series()
            )
        if any(one.unit is not None for one in read):
            order = list(spec.by_density)
            by_density = spread([one.unit and order.index(one.unit) for one in read], pl.UInt8())
    return NumberColumn(values, high, reasons, by_density)
