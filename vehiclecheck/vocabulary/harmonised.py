"""The harmonised table of flows: its columns, its order, its words.

Compiled statistics have these columns, and so have the flows of vehicle records, so that both can be joined.
Units are bounds; a class or category that is not known for certain is a set (`LDV or HDV`, `N1 or N2`).
"""

from __future__ import annotations

import polars as pl

#: Name and type of every column, in their order.
HARMONISED: dict[str, pl.DataType] = {
    "exporter": pl.String(),  # ISO alpha-2; null where it is not told
    "importer": pl.String(),
    "year": pl.Int16(),
    "month": pl.Int8(),  # null in figures of a whole year
    "vehicle_class": pl.String(),  # of CLASSES
    "category": pl.String(),  # UNECE categories that it can be: `M1`, `N1 or N2`
    "fuel": pl.String(),
    "condition": pl.String(),  # of CONDITIONS
    "units_low": pl.Float64(),  # vehicles; low = high where they were counted
    "units_high": pl.Float64(),  # null where nothing bounds them
    "weight_kg": pl.Float64(),
    "value_usd": pl.Float64(),
    "value": pl.Float64(),  # as reported, in `currency`
    "currency": pl.String(),
    "re_export": pl.Boolean(),
    "reported_by": pl.String(),  # `exporter` or `importer`
    "reporter": pl.String(),  # ISO alpha-2 of the country whose office reported it
    "code_system": pl.String(),
    "code": pl.String(),
    "source": pl.String(),  # file name; several joined by `;`
    "flags": pl.String(),  # joined by `;` in alphabetical order; empty = as reported
}

#: Vehicle classes by UNEP's border of 3.5 t; `LDV or HDV` is what cannot be told apart.
CLASSES = ("LDV", "HDV", "LDV or HDV", "other")
UNDECIDED = "LDV or HDV"
#: `mixed`: new and used in one code; `unspecified`: nobody says.
CONDITIONS = ("used", "new", "mixed", "unspecified")

MEASURES = ("units_low", "units_high", "weight_kg", "value_usd", "value")
#: What tells one row from another, in the order in which rows are sorted.
KEYS = tuple(name for name in HARMONISED if name not in (*MEASURES, "flags"))


def of_parts(whole: pl.Expr, parts: int) -> pl.Expr:
    """Whole numbers of parts (cents, grams) as the nearest number of units.

    The divisor is made a column: Polars divides by a constant with its inverse, and 13851033 / 100 is 138510.33000000002.
    """
    return whole / (whole * 0 + parts)


def sorted_harmonised(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the columns of HARMONISED, sorted by all of them (nulls last): same rows, same bytes."""
    order = [*KEYS, "flags", *MEASURES]
    return frame.select(pl.col(name).cast(dtype) for name, dtype in HARMONISED.items()).sort(
        order, nulls_last=True
    )
