"""Compiled statistics as files of a folder: all of them, or none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from vehiclecheck.outputs.files import Maker, write_all, write_table, write_text
from vehiclecheck.trade.compiling import Compiled


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


def write_harmonised(frame: pl.DataFrame, path: Path) -> None:
    """A harmonised table as CSV: whole vehicles are whole numbers."""
    write_table(frame.with_columns(pl.col("units_low", "units_high").cast(pl.Int64)), path, "csv")
