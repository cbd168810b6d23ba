"""Compiled statistics as files of a folder: all of them, or none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from vehiclecheck.outputs.errors import OutputError
from vehiclecheck.outputs.files import put_in_place, write_table, write_text
from vehiclecheck.trade.compiling import Compiled

#: Makes one file under the path it is given.
Maker = Callable[[Path], None]

#: Not that of a run of records, which may wait there to be resumed.
_WORK = ".statistics.unfinished"


def statistics_makers(compiled: Compiled) -> dict[str, Maker]:
    """The files of compiled statistics by name, each with what makes it."""
    return {
        "flows.parquet": lambda path: write_table(compiled.frame, path, "parquet"),
        "flows.csv": lambda path: write_harmonised(compiled.frame, path),
        "left_out.csv": lambda path: write_table(compiled.left_out, path, "csv"),
        "set_aside.csv": lambda path: write_table(compiled.set_aside, path, "csv"),
        "median_weights.csv": lambda path: write_table(compiled.weights, path, "csv"),
        "inputs.json": lambda path: write_text(
            json.dumps(compiled.document(), indent=2, ensure_ascii=False) + "\n", path
        ),
    }


def write_statistics(compiled: Compiled, folder: Path, more: Mapping[str, Maker] | None = None) -> list[Path]:
    """Writes the files of compiled statistics (and `more`, by name) into a folder. Returns them.

    OutputError if that fails; then files that lay there before are as they were.
    """
    return write_all({**statistics_makers(compiled), **(more or {})}, folder)


def write_all(makers: Mapping[str, Maker], folder: Path) -> list[Path]:
    """Makes every file in a work folder beside its place, and moves them when all are whole."""
    made = not folder.exists()
    work = folder / _WORK
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


def write_harmonised(frame: pl.DataFrame, path: Path) -> None:
    """A harmonised table as CSV: whole vehicles are whole numbers."""
    write_table(frame.with_columns(pl.col("units_low", "units_high").cast(pl.Int64)), path, "csv")
