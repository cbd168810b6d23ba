"""Rows that could not be read: one row each, with the place, what stood there, and why. Never dropped,
always counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from vehiclecheck.records.errors import shown

#: The columns of a frame of rows set aside. `line` is the line in the file (a header is line 1).
SCHEMA: dict[str, pl.DataType] = {
    "file": pl.String(),
    "line": pl.Int64(),
    "field": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
}
#: Longest value that is kept, in characters; the file and the line say where the whole of it stands.
LONGEST_VALUE = 200


@dataclass(frozen=True)
class Aside:
    """One row set aside: its line, the field that is to blame (null = the row as a whole), its value, the
    reason.
    """

    line: int
    field: str | None
    value: str | None
    reason: str


def shortened(value: str | None) -> str | None:
    """`value` safe to print and at most LONGEST_VALUE characters long."""
    if value is None:
        return None
    cut = value[:LONGEST_VALUE]
    return shown(cut) + ("…" if len(value) > len(cut) else "")


def frame_of(file: str, rows: Sequence[Aside]) -> pl.DataFrame:
    """The frame (SCHEMA) of `rows` of the file shown as `file`, in the order of lines."""
    ordered = sorted(rows, key=lambda row: row.line)
    return pl.DataFrame(
        {
            "file": [file] * len(ordered),
            "line": [row.line for row in ordered],
            "field": [row.field for row in ordered],
            "value": [shortened(row.value) for row in ordered],
            "reason": [row.reason for row in ordered],
        },
        schema=SCHEMA,
    )


def empty() -> pl.DataFrame:
    """A frame of no rows set aside."""
    return pl.DataFrame(schema=SCHEMA)
