"""Tables as files, whole or not at all.

A run writes one part a range into a work folder and joins the parts at its end; only then do files appear under their
names. Nothing that was there before is touched until the new file is complete.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import polars as pl

from vehiclecheck.outputs.errors import OutputError
from vehiclecheck.outputs.neutral import neutral_frame

FORMATS = ("csv", "parquet", "xlsx", "json")
#: The ending of a part, by format: workbooks are composed at the end, from Parquet.
_PART_ENDINGS = {"csv": "csv", "parquet": "parquet", "xlsx": "parquet", "json": "ndjson"}
#: A worksheet's rows, its header among them (the limit of the format).
MAX_SHEET_ROWS = 1_048_576
#: Makes one file under the path it is given.
Maker = Callable[[Path], None]
#: Where files that belong together are made; not the folder of a run of records, which may wait there to be resumed.
_TOGETHER = ".together.unfinished"


def part_path(folder: Path, table: str, number: int, fmt: str) -> Path:
    """Where the part of a range lies in the work folder."""
    return folder / f"{table}-{number:06d}.{_PART_ENDINGS[fmt]}"


def write_part(frame: pl.DataFrame, path: Path, fmt: str) -> None:
    """One part, complete under its name or absent. OutputError on a full disk and the like."""
    beside = path.with_name(path.name + ".partial")
    try:
        if fmt == "csv":
            neutral_frame(frame).write_csv(beside, include_header=False)
        elif fmt == "json":
            frame.write_ndjson(beside)
        else:
            # not compressed: two fifths more bytes than with Snappy, which would take a tenth of the time of a whole run
            frame.write_parquet(beside, compression="uncompressed", statistics=False)
        os.replace(beside, path)
    except (OSError, pl.exceptions.PolarsError) as error:
        beside.unlink(missing_ok=True)
        raise OutputError(f"{path.name}: cannot be written: {error}") from error


def join_parts(parts: Sequence[Path], target: Path, fmt: str, columns: Sequence[str]) -> None:
    """One file (a folder of parts for Parquet of several ranges) from the parts of a table, put in place at once.

    Parts of Parquet are moved, not copied: joining again after an interruption goes on where it stopped.
    """
    beside = target.with_name(f".{target.name}.partial")
    if fmt == "parquet":
        _gather(parts, beside, target)
        return
    _remove(beside)
    try:
        if fmt == "xlsx":
            _workbook(parts, beside)
        else:
            with beside.open("wb") as file:
                if fmt == "csv":
                    file.write((",".join(columns) + "\n").encode())
                    for part in parts:
                        _append(part, file)
                else:
                    _json_array(parts, file)
        put_in_place(beside, target)
    except OSError as error:
        _remove(beside)
        raise OutputError(f"{target.name}: cannot be written: {error.strerror or error}") from error


def _gather(parts: Sequence[Path], beside: Path, target: Path) -> None:
    """Moves parts of Parquet under the name of their table. What was moved before an interruption is left where it is."""
    try:
        if len(parts) == 1:
            if parts[0].exists():
                put_in_place(parts[0], target)
            return
        if not target.exists():
            beside.mkdir(exist_ok=True)
            for number, part in enumerate(parts):
                if part.exists():
                    os.replace(part, beside / f"part-{number:06d}.parquet")
            put_in_place(beside, target)
    except OSError as error:
        raise OutputError(f"{target.name}: cannot be written: {error.strerror or error}") from error


def put_in_place(beside: Path, target: Path) -> None:
    """Gives a complete file or folder its name; a folder of an earlier run makes way."""
    if target.is_dir():
        shutil.rmtree(target)
    elif beside.is_dir():
        target.unlink(missing_ok=True)
    os.replace(beside, target)


def write_text(text: str, target: Path) -> None:
    """A small text file, whole or not at all."""
    write_bytes(text.encode("utf-8"), target)


def write_bytes(content: bytes, target: Path) -> None:
    """A small file, whole or not at all."""
    if target.is_dir():
        raise OutputError(f"{target}: cannot be written: is a folder")
    beside = target.with_name(f".{target.name}.partial")
    try:
        beside.write_bytes(content)
        os.replace(beside, target)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise OutputError(f"{target.name}: cannot be written: {error.strerror or error}") from error


def write_table(frame: pl.DataFrame, target: Path, fmt: str) -> None:
    """A whole table as one file."""
    part = target.with_name(f".{target.name}.table")
    write_part(frame, part, "parquet" if fmt == "xlsx" else fmt)
    try:
        join_parts([part], target, fmt, frame.columns)
    finally:
        part.unlink(missing_ok=True)


def write_shipment(
    shipment: pl.DataFrame,
    titles: Sequence[str],
    findings: Sequence[Path],
    set_aside: pl.DataFrame,
    target: Path,
) -> None:
    """The annotated shipment as one workbook, with the findings of all parts. OutputError if it cannot be written."""
    from vehiclecheck.outputs.workbook import annotated_workbook

    beside = target.with_name(f".{target.name}.partial")
    try:
        annotated_workbook(shipment, titles, pl.read_parquet(list(findings)), set_aside, beside)
        put_in_place(beside, target)
    except OSError as error:
        _remove(beside)
        raise OutputError(f"{target.name}: cannot be written: {error.strerror or error}") from error


def _append(part: Path, file: BinaryIO) -> None:
    with part.open("rb") as source:
        shutil.copyfileobj(source, file, 1 << 20)


def _json_array(parts: Sequence[Path], file: BinaryIO) -> None:
    """A JSON array with a record a line. A line break inside a value is escaped, so lines are records."""
    first = True
    file.write(b"[")
    for part in parts:
        with part.open("rb") as lines:
            for line in lines:
                file.write((b"\n" if first else b",\n") + line.rstrip(b"\n"))
                first = False
    file.write(b"\n]\n")


def _workbook(parts: Sequence[Path], target: Path) -> None:
    frame = pl.read_parquet(list(parts))
    if frame.height >= MAX_SHEET_ROWS:
        raise OutputError(
            f"{frame.height:,} rows do not fit a worksheet ({MAX_SHEET_ROWS:,} at most): ask for csv or parquet"
        )
    from vehiclecheck.outputs.workbook import plain_workbook

    plain_workbook(frame, target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_all(makers: Mapping[str, Maker], folder: Path) -> list[Path]:
    """Makes every file in a work folder beside its place, and moves them when all are whole. OutputError if that fails."""
    made = not folder.exists()
    work = folder / _TOGETHER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        for name, make in makers.items():
            make(work / name)
        for name in makers:
            put_in_place(work / name, folder / name)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written to: {error.strerror or error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if made and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return [folder / name for name in makers]
