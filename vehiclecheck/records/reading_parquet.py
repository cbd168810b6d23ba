"""Parquet files: lazily scanned, only the columns and rows asked for are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.records import reading_spool
from vehiclecheck.records.errors import InputError
from vehiclecheck.records.reading_table import Piece, column
from vehiclecheck.records.set_aside import Aside


@dataclass
class ParquetTable:
    """A Parquet file. Rows are numbered as lines from 2 (the header counts as line 1). See
    `reading_table.Table`.

    `stored` are the columns' names in the file. For a spooled workbook they differ from those written in
    the sheet
    (`columns`, which may repeat), and `line_column` holds the line numbers.
    """

    path: Path
    name: str
    columns: list[str]
    stored: list[str]
    types: list[pl.DataType]
    n_rows: int
    line_column: str | None = None
    blank_lines: int = 0
    header_line: int = 1
    notes: list[str] = field(default_factory=list)
    format: str = "parquet"
    _scanned: pl.LazyFrame | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_scanned": None}

    def scan(self, first: int, count: int, positions: Sequence[int]) -> pl.LazyFrame | None:
        """The rows lazily, native types kept; None if a column holds bare bytes: see `read`."""
        if any(self.types[position] == pl.Binary for position in positions):
            return None
        return self._scan(first, count, positions)

    def _scan(self, first: int, count: int, positions: Sequence[int]) -> pl.LazyFrame:
        if self._scanned is None:
            self._scanned = pl.scan_parquet(self.path, glob=False)
        count = max(0, min(count, self.n_rows - first))
        line = pl.int_range(first + 2, first + 2 + count, dtype=pl.Int64)
        return self._scanned.slice(first, count).select(
            *(pl.col(self.stored[position]).alias(column(position)) for position in positions),
            (line if self.line_column is None else pl.col(self.line_column)).alias("line"),
        )

    def collect(self, lazy: pl.LazyFrame) -> pl.DataFrame:
        """Runs a plan over the file; InputError if the file turns out to be damaged."""
        try:
            return lazy.collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            reason = (str(error).splitlines() or ["unknown"])[0]
            raise InputError(f"{self.name}: its rows cannot be read ({reason})") from error

    def read(self, first: int, count: int, positions: Sequence[int]) -> Piece:
        """See `reading_table.Table.read`; native types are kept."""
        frame = self.collect(self._scan(first, count, positions))
        return _bytes_as_text(Piece(frame), [self.types[p] for p in positions], positions, self.columns)


def open_parquet(path: Path) -> ParquetTable:
    """Opens a Parquet file by its footer. InputError if it is damaged."""
    name = reading_spool.name_of(path)
    try:
        scanned = pl.scan_parquet(path, glob=False)
        schema = scanned.collect_schema()
        rows = int(scanned.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{name}: is not a readable Parquet file ({str(error).splitlines()[0]})") from error
    names = list(schema.names())
    return ParquetTable(path, name, names, names, list(schema.dtypes()), rows, _scanned=scanned)


def _bytes_as_text(
    piece: Piece, types: list[pl.DataType], positions: Sequence[int], names: list[str]
) -> Piece:
    """Some writers store text as bare bytes; rows whose bytes are not UTF-8 are set aside."""
    binary = [(column(p), names[p]) for p, dtype in zip(positions, types, strict=True) if dtype == pl.Binary]
    if not binary:
        return piece
    broken: dict[int, Aside] = {}
    texts = piece.frame
    for key, written in binary:
        try:
            texts = texts.with_columns(pl.col(key).cast(pl.String))
        except pl.exceptions.ComputeError:  # one damaged cell fails the column: find it
            cells: list[str | None] = []
            for line, value in texts.select("line", key).iter_rows():
                try:
                    cells.append(None if value is None else value.decode("utf-8"))
                except UnicodeDecodeError:
                    cells.append(None)
                    broken[line] = Aside(line, written, repr(value), "bytes that are not UTF-8 text")
            texts = texts.with_columns(pl.Series(key, cells, pl.String))
    if broken:
        texts = texts.filter(~pl.col("line").is_in(list(broken)))
    return Piece(texts, list(broken.values()))
