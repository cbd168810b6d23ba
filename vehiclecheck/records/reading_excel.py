"""Workbooks (.xlsx, .xlsb, .xls, .ods): the sheet that matches best, its header found below titles, all
cells as text.

The sheet is spooled to a temporary Parquet file, so that ranges of it are read like those of any other
file. Formulas are
never run: the values stored with them are read.
"""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import fastexcel
import polars as pl

from vehiclecheck.records import reading_spool
from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.reading_parquet import ParquetTable
from vehiclecheck.records.reading_table import HEADER_WITHIN, Header, Score, check_header, find_header

#: The most a workbook may hold unpacked, in bytes, and the largest .xls (which is not packed).
MOST_UNPACKED = 2 << 30
MOST_PACKED = 512 << 20
RATIO = 500
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"([^>]*)>(.{0,400}?)</c>', re.DOTALL)
_VALUE = re.compile(rb"<v>(.*?)</v>")
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00(?:\.0+)?$"


@dataclass
class _Unpacked:
    """What one pass over a workbook's parts found: for each sheet part, its cells with an error value."""

    errors: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    first_column: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Candidate:
    sheet: str
    header: Header
    frame: pl.DataFrame
    visible: bool


def open_excel(path: Path, score: Score, packed: bool) -> ParquetTable:
    """Opens a workbook. `packed`: it is a zip file (.xlsx, .xlsb, .ods). InputError if damaged, hostile or
    without a header.
    """
    name = reading_spool.name_of(path)
    if path.stat().st_size > MOST_PACKED:
        raise InputError(
            f"{name}: a workbook of more than {MOST_PACKED >> 20} MiB is not read; export it as CSV"
        )
    found = _check_parts(path, name) if packed else _Unpacked()
    parts = _parts_of_sheets(path) if packed else {}
    try:
        workbook = fastexcel.read_excel(str(path))
        sheets = list(workbook.sheet_names)
        candidates: list[_Candidate] = []
        first_rows: list[list[str]] = []
        for sheet in sheets:
            loaded = workbook.load_sheet(
                sheet, header_row=None, skip_rows=0, dtypes="string", whitespace_as_null=True
            )
            frame = loaded.to_polars()
            if not frame.width or not frame.height:
                continue
            rows = [[cell or "" for cell in row] for row in frame.head(HEADER_WITHIN + 1).rows()]
            first_rows = first_rows or [row for row in rows if any(row)]
            header = find_header(rows, score)
            if header is not None:
                check_header(f"{name}, sheet {shown(sheet)}", rows, header, score)
                candidates.append(_Candidate(sheet, header, frame, loaded.visible == "visible"))
    except InputError:
        raise
    except Exception as error:  # fastexcel raises classes of its own and plain ones
        raise InputError(f"{name}: is not a readable workbook ({str(error).splitlines()[0]})") from error
    if not candidates:
        if not first_rows:
            raise InputError(f"{name}: is empty")
        check_header(name, first_rows, None, score)
    best = max(candidates, key=lambda one: (one.visible, one.header.known, one.frame.height))
    part = parts.get(best.sheet, "")
    frame = _with_errors(best.frame, found.errors.get(part, []), found.first_column.get(part, 0))
    table = _spooled(frame, best.header, name)
    others = [shown(sheet) for sheet in sheets if sheet != best.sheet]
    if others:
        table.notes.append(f"sheet {shown(best.sheet)} was read; not read: {', '.join(others)}")
    return table


def _spooled(frame: pl.DataFrame, header: Header, name: str) -> ParquetTable:
    unique = [f"c{position}" for position in range(frame.width)]
    below = (
        frame.rename(dict(zip(frame.columns, unique, strict=True)))
        .with_columns(pl.col(pl.String).str.strip_chars().str.replace(_MIDNIGHT, "$1"))
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("line"))
        .slice(header.index + 1)
    )
    filled = below.filter(pl.any_horizontal(pl.col(unique).is_not_null()))
    path = reading_spool.fresh(".parquet")
    filled.write_parquet(path, compression="lz4", row_group_size=1 << 16)
    table = ParquetTable(
        path, name, header.names, unique, [pl.String()] * len(unique), filled.height, line_column="line"
    )
    table.blank_lines = below.height - filled.height
    table.header_line = header.index + 1
    table.format = "excel"
    return table


def _with_errors(
    frame: pl.DataFrame, errors: Sequence[tuple[int, int, str]], first_column: int
) -> pl.DataFrame:
    """Cells that hold an error (#N/A) come as empty ones; they are written in as text, so that they are not
    taken for absent.
    """
    of_column: dict[int, list[tuple[int, str]]] = {}
    for row, position, text in errors:
        if 0 <= position - first_column < frame.width and row < frame.height:
            of_column.setdefault(position - first_column, []).append((row, text))
    changed = []
    for position, cells in of_column.items():
        series = frame.to_series(position)
        changed.append(series.scatter([row for row, _ in cells], pl.Series([text for _, text in cells])))
    return frame.with_columns(changed)


def _check_parts(path: Path, name: str) -> _Unpacked:
    """Unpacks every part once, counting bytes: the sizes that a zip file states about itself can lie."""
    found = _Unpacked()
    limit = min(MOST_UNPACKED, max(64 << 20, RATIO * path.stat().st_size))
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                is_sheet = info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml")
                with archive.open(info) as part:
                    carry = b""
                    while chunk := part.read(1 << 20):
                        total += len(chunk)
                        if total > limit:
                            raise InputError(
                                f"{name}: unpacks to more than {limit >> 20} MiB; not read (is it a "
                                "zip bomb?)"
                            )
                        if is_sheet:
                            carry = _look_for_errors(info.filename, carry + chunk, found)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        reason = "it is locked with a password" if "password" in str(error) else str(error)
        raise InputError(f"{name}: is not a readable workbook ({reason})") from error
    return found


def _look_for_errors(part: str, data: bytes, found: _Unpacked) -> bytes:
    """Notes cells of type error in whole cells of `data`, and the first column used; gives back the cut-off
    end.
    """
    cut = data.rfind(b"</c>")
    if cut < 0:
        return data[-4096:]
    whole, rest = data[: cut + 4], data[cut + 4 :]
    lowest = min(
        (_position(letters) for letters in set(re.findall(rb'<c\b[^>]*?\br="([A-Z]{1,3})', whole))), default=0
    )
    found.first_column[part] = min(found.first_column.get(part, lowest), lowest)
    if b't="e"' in whole:
        for cell in _CELL.finditer(whole):
            value = _VALUE.search(cell[4])
            if b't="e"' in cell[0].split(b">", 1)[0] and value:
                place = (int(cell[2]) - 1, _position(cell[1]), value[1].decode("utf-8", "replace"))
                found.errors.setdefault(part, []).append(place)
    return rest


def _position(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _parts_of_sheets(path: Path) -> dict[str, str]:
    """The part of each sheet of an .xlsx file; empty for other workbooks."""
    try:
        with zipfile.ZipFile(path) as archive:
            book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
            relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except KeyError:
        return {}
    target = {}
    for tag in re.findall(r"<Relationship\b[^>]*>", relations):
        ident, where = re.search(r'\bId="([^"]*)"', tag), re.search(r'\bTarget="([^"]*)"', tag)
        if ident and where:
            target[ident[1]] = where[1].lstrip("/") if where[1].startswith("/") else "xl/" + where[1]
    parts = {}
    for tag in re.findall(r"<sheet\b[^>]*>", book):
        named, ident = re.search(r'\bname="([^"]*)"', tag), re.search(r'\br:id="([^"]*)"', tag)
        if named and ident and ident[1] in target:
            parts[html.unescape(named[1])] = target[ident[1]]
    return parts
