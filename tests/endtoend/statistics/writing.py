"""Writing the files of offices: rows by names of columns, in the order of the layout."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


def csv_text(header: Sequence[str], rows: Sequence[Row], names: Sequence[str] | None = None) -> str:
    """A table; `names` stand in the header in place of `header`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names or header)
    writer.writerows(
        [["" if row.get(name) is None else row.get(name, "") for name in header] for row in rows]
    )
    return out.getvalue()


def mixed_in(draw: random.Random, rows: list[Row], others: Sequence[Row]) -> list[Row]:
    """Rows with others among them, each kind in its order."""
    kinds = iter(rows), iter(others)
    turns = [0] * len(rows) + [1] * len(others)
    draw.shuffle(turns)
    return [next(kinds[turn]) for turn in turns]


def save(path: Path, text: str, *, mark: bool = False) -> None:
    """A file in UTF-8; `mark`: with a byte order mark."""
    path.write_text(text, encoding="utf-8-sig" if mark else "utf-8")
