"""Files of statistical offices, opened: CSV, JSON, XML and Parquet, also packed, as lazy plans of STAT columns.

    file = open_statistics(path)
    file.rows(), file.layout.name, file.notes
    file.scan()     # a LazyFrame of `reading_figures.STAT`: rows about headings 8701 to 8705

A file is never held in memory: the commodity code is compared while it is scanned, other rows are counted only.
"""

from __future__ import annotations

import functools
import hashlib
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from vehiclecheck.records import reading_spool
from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.reading_kinds import check_path, kind_of
from vehiclecheck.trade.layouts import Layout, layout_of
from vehiclecheck.trade.reading_answers import open_json, open_xml
from vehiclecheck.trade.reading_cells import Cells
from vehiclecheck.trade.reading_figures import STAT, stat_plan
from vehiclecheck.trade.reading_rows import columns_read, holding
from vehiclecheck.trade.reading_text import TextTable, at, open_text

__all__ = ["STAT", "StatisticsFile", "open_statistics"]

_WORKBOOK = "[Content_Types].xml"


@dataclass(frozen=True)
class StatisticsFile:
    """A file of a statistical office. `path` as given, `name` as it is shown; `notes` say what a person should know of it.

    `form`: csv, json, xml or parquet, whatever it was packed in.
    """

    path: Path
    name: str
    form: str
    layout: Layout
    notes: tuple[str, ...]
    _rows: int = field(repr=False)
    _plan: Callable[[], pl.LazyFrame] = field(repr=False)

    def scan(self) -> pl.LazyFrame:
        """The rows about vehicles as a lazy plan of STAT columns; `collect` runs it with errors a person can act on."""
        return self._plan()

    def rows(self) -> int:
        """All rows of the file, about whatever goods; the header and blank lines are none."""
        return self._rows

    @functools.cached_property
    def _digest(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def sha256(self) -> str:
        """The SHA-256 of the file as given, in hexadecimal digits."""
        return self._digest

    def collect(self, plan: pl.LazyFrame) -> pl.DataFrame:
        """Runs a plan over `scan()`, streaming; InputError if the file turns out to be damaged or gone."""
        try:
            return plan.collect(engine="streaming")
        except (pl.exceptions.PolarsError, OSError) as error:
            reason = (str(error).splitlines() or ["unknown"])[0]
            raise InputError(f"{self.name}: its rows cannot be read ({reason})") from error


def open_statistics(path: Path | str) -> StatisticsFile:
    """Opens a file of a statistical office; its layout is told by its columns.

    InputError if it is no table of such an office (with the nearest layout), is damaged, cut off so that it cannot be read,
    or hostile.
    """
    path = Path(path)
    check_path(path)
    name = reading_spool.name_of(path)
    unpacked, notes = _unpacked(path, name)
    form = _form(unpacked, name)
    if form == "parquet":
        return _parquet(path, unpacked, name, notes)
    table = {"csv": open_text, "json": open_json, "xml": open_xml}[form](unpacked, name)
    layout, lacking = layout_of(table.columns, name)
    return StatisticsFile(
        path,
        name,
        form,
        layout,
        (*notes, *table.notes, *lacking),
        table.rows,
        functools.partial(_text_plan, table, layout),
    )


def _text_plan(table: TextTable, layout: Layout) -> pl.LazyFrame:
    wanted = columns_read(Cells(table.columns), layout)
    return stat_plan(table.scan(holding(layout), wanted), table.columns, layout)


def _form(path: Path, name: str) -> str:
    """What a file is by its content."""
    with path.open("rb") as file:
        head = file.read(4096)
    begin = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    if begin.startswith(b"<") and b"<html" not in begin.lower():
        return "xml"
    kind, _ = kind_of(path)
    if kind not in ("csv", "json", "parquet"):
        raise InputError(f"{name}: is a workbook; save its sheet as CSV")
    return kind


def _unpacked(path: Path, name: str) -> tuple[Path, list[str]]:
    """The file itself, or what is packed in it, as a temporary file."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(b"\x1f\x8b"):
        unpacked = reading_spool.unpack_gzip(path)
    elif head == b"PK\x03\x04":
        unpacked = _unzipped(path, name)
    else:
        return path, []
    reading_spool.show_as(unpacked, name)
    with unpacked.open("rb") as file:
        if file.read(4).startswith((b"\x1f\x8b", b"PK\x03\x04")):
            raise InputError(f"{name}: holds another packed file; unpack it first")
    return unpacked, ["unpacked"]


def _unzipped(path: Path, name: str) -> Path:
    """The one file in a zip file. InputError if there are several, if it is damaged, encrypted, or a bomb."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [
                one
                for one in archive.infolist()
                if not one.is_dir() and not one.filename.startswith("__MACOSX/")
            ]
            names = {one.filename for one in members}
            if _WORKBOOK in names or "mimetype" in names:
                raise InputError(f"{name}: is a workbook; save its sheet as CSV")
            if len(members) != 1:
                listed = ", ".join(shown(one.filename) for one in members[:5])
                raise InputError(
                    f"{name}: holds {len(members)} files ({listed}); unpack it and name those to be read"
                )
            member = members[0]
            if member.flag_bits & 1:
                raise InputError(f"{name}: is encrypted; unpack it first")
            limit = max(reading_spool.LARGE, reading_spool.RATIO * max(member.compress_size, 1))
            target = reading_spool.fresh(".csv")
            with archive.open(member) as source, target.open("wb") as out:
                written = 0
                while chunk := source.read(reading_spool.CHUNK):
                    written += len(chunk)
                    if written > limit:
                        raise InputError(
                            f"{name}: unpacks to more than {reading_spool.RATIO} times its size; not read "
                            "(is it a zip bomb?)"
                        )
                    out.write(chunk)
            return target
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{name}: the zip file is damaged or cut off ({error})") from error
    except OSError as error:
        raise InputError(f"{name}: cannot be unpacked ({error.strerror or error})") from error


def _parquet(path: Path, unpacked: Path, name: str, notes: list[str]) -> StatisticsFile:
    """A Parquet file: columns of any type are brought to text, so that the same rules read them."""
    try:
        scanned = pl.scan_parquet(unpacked, glob=False)
        schema = scanned.collect_schema()
        rows = int(scanned.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{name}: is not a readable Parquet file ({str(error).splitlines()[0]})") from error
    columns = schema.names()
    layout, lacking = layout_of(columns, name)
    nested = [column for column, dtype in schema.items() if dtype.is_nested() or dtype == pl.Object]
    for column in nested:
        if any(column.casefold() == one.casefold() for names in layout.read for one in names):
            raise InputError(
                f"{name}: the column {shown(column)} holds lists or structs, not figures or text"
            )

    def plan() -> pl.LazyFrame:
        texts = [
            _as_text(pl.col(column), dtype).alias(at(place))
            for place, (column, dtype) in enumerate(schema.items())
            if column not in nested
        ]
        scan = pl.scan_parquet(unpacked, glob=False, row_index_name="@row").select(
            (pl.col("@row").cast(pl.Int64) + 2).alias("line"), *texts
        )
        return stat_plan(scan, columns, layout)

    return StatisticsFile(path, name, "parquet", layout, (*notes, *lacking), rows, plan)


def _as_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A column of any plain type as text; days are months of a period."""
    if dtype in (pl.Date, pl.Datetime):
        return column.dt.strftime("%Y-%m")
    if dtype == pl.Binary:
        text = column.cast(pl.String, strict=False)
        return pl.when(column.is_not_null() & text.is_null()).then(pl.lit("\ufffd")).otherwise(text)
    return column.cast(pl.String)
