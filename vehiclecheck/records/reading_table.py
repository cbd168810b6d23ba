"""What every reader gives: a table of written columns, cut into ranges of rows, that loses none of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.set_aside import Aside

#: How many of a row's cells are names of columns that somebody knows.
Score = Callable[[Sequence[str]], int]
#: How far down a header is looked for.
HEADER_WITHIN = 40
_DATA_LIKE = re.compile(r"[\d.,:/ +-]*\d[\d.,:/ +-]*|[A-HJ-NPR-Z0-9]{17}", re.IGNORECASE)


def looks_like_data(cell: str) -> bool:
    """Is the cell a number, a date or a vehicle identification number, such as no header names a column?"""
    return bool(_DATA_LIKE.fullmatch(cell.strip()))


def column(position: int) -> str:
    """The name under which the written column at `position` (0-based) stands in a Piece."""
    return f"column_{position + 1}"


@dataclass(frozen=True)
class Piece:
    """Rows of one range: a frame of written columns (named by `column`) and `line`; rows broken; rows of
    other records.
    """

    frame: pl.DataFrame
    broken: list[Aside] = field(default_factory=list)
    others: list[Aside] = field(default_factory=list)


class Table(Protocol):
    """A file opened: its columns as written, its rows counted, any range of them readable on its own."""

    format: str
    columns: list[str]
    n_rows: int
    blank_lines: int
    header_line: int
    notes: list[str]

    def read(self, first: int, count: int, positions: Sequence[int]) -> Piece:
        """Rows `first` to `first + count` (0-based, blank ones not counted), the columns at `positions`."""
        ...


@dataclass(frozen=True)
class Header:
    """The header found among the first rows: its index, its names, how many of them are known."""

    index: int
    names: list[str]
    known: int


def find_header(rows: Sequence[Sequence[str]], score: Score) -> Header | None:
    """The row, among the first ones, that matches most known column names; None if no row does."""
    best: Header | None = None
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        filled = [cell for cell in row if cell.strip()]
        known = score(row) if sum(looks_like_data(cell) for cell in filled) * 3 < len(filled) else 0
        if known and (best is None or known > best.known):
            best = Header(index, [name.strip() for name in row], known)
    return best


def check_header(
    name: str, rows: Sequence[Sequence[str]], header: Header | None, score: Score, first_line: int = 1
) -> Header:
    """`header`, or an InputError that says what is wrong: none at all, data in its place, two of them."""
    if header is None:
        filled = [cell.strip() for cell in rows[0] if cell.strip()] if rows else []
        like_data = sum(looks_like_data(cell) for cell in filled)
        start = ", ".join(shown(cell[:30]) for cell in filled[:8])
        if filled and like_data >= max(1, len(filled) / 4):
            raise InputError(
                f"{name}: line {first_line} looks like data, not like a header ({start}); add a row "
                "of column names, "
                "or name a layout that knows the columns by position (--layout NAME)"
            )
        raise InputError(
            f"{name}: no column name is known in its first {min(len(rows), HEADER_WITHIN)} rows (line "
            f"{first_line}: {start}); "
            "use the canonical names or a layout of your own (--layout FILE.toml)"
        )
    after = next((row for row in rows[header.index + 1 : header.index + 2]), None)
    if after is not None and [cell.strip() for cell in after] != header.names:
        again = score(after)
        if again >= 2 and again >= header.known / 2:
            raise InputError(
                f"{name}: two rows in a row look like headers "
                f"({', '.join(shown(c[:20]) for c in header.names[:4])} … and "
                f"{', '.join(shown(c[:20]) for c in after[:4])} …); keep one"
            )
    return header
