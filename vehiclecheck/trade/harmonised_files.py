"""Harmonised tables read back from files, checked before anything is reckoned from them.

A dataset is a folder with `flows.parquet` or `flows.csv`, or such a file under any name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.vocabulary.harmonised import CLASSES, CONDITIONS, HARMONISED, KEYS, sorted_harmonised

_NAMES = ("flows.parquet", "flows.csv")
_SIDES = ("exporter", "importer")
_FILLED = {"re_export": False, "flags": "", "condition": "unspecified"}
#: What is needed; other columns may be missing and are then not told.
_NEEDED = (
    "exporter",
    "importer",
    "year",
    "vehicle_class",
    "units_low",
    "units_high",
    "reported_by",
    "reporter",
)
#: Amounts stay exact in thousandths of a vehicle and cents, as whole numbers of 64 bits.
_MOST = {"units_low": 1e12, "units_high": 1e12, "value_usd": 1e15}


def read_harmonised(paths: Sequence[str | os.PathLike[str]]) -> pl.DataFrame:
    """The tables of all datasets under each other, in the order of `sorted_harmonised`.

    InputError names file, row and column of what cannot be used, and datasets that tell the same rows.
    """
    files = [_file(Path(path)) for path in paths]
    frames = []
    for number, file in enumerate(files):
        if any(os.path.samefile(file, other) for other in files[:number]):
            raise InputError(f"{shown(file)}: named twice")
        frames.append(_checked(_read(file), file).with_columns(pl.lit(number).alias("@file")))
    if not frames:
        return pl.DataFrame(schema=HARMONISED)
    rows = pl.concat(frames)
    again = rows.group_by(KEYS).agg(pl.col("@file").unique().sort()).filter(pl.col("@file").list.len() > 1)
    if again.height:
        first = again.sort(KEYS, nulls_last=True).row(0, named=True)
        one, other = (shown(files[place]) for place in first["@file"][:2])
        raise InputError(
            f"{one} and {other} tell the same {again.height:,} rows, the first of code {first['code']} "
            f"from {first['exporter']} to {first['importer']} in {first['year']}: they would be counted twice"
        )
    return sorted_harmonised(rows.drop("@file"))


def checked_table(frame: pl.DataFrame, name: str = "table") -> pl.DataFrame:
    """A harmonised table from elsewhere, checked as a file would be. InputError says what is wrong with it."""
    return sorted_harmonised(_checked(frame, Path(name)))


def _file(path: Path) -> Path:
    if path.is_dir():
        found = next((path / name for name in _NAMES if (path / name).is_file()), None)
        if found is None:
            raise InputError(
                f"{shown(path)}: holds no {' and no '.join(_NAMES)}, so it is no compiled dataset"
            )
        return found
    if not path.exists():
        raise InputError(f"{shown(path)}: no such file or folder")
    if path.suffix not in (".parquet", ".csv"):
        raise InputError(f"{shown(path)}: a dataset is a folder, or a .parquet or .csv file")
    return path


def _read(path: Path) -> pl.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{shown(path)}: cannot be read: {str(error).splitlines()[0]}") from error


def _checked(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing:
        raise InputError(f"{shown(path)}: is no harmonised table: it has no column {', '.join(missing)}")
    given = frame.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in HARMONISED.items()
        if name not in frame.columns
    ).select(list(HARMONISED))
    typed = given.with_columns(_typed(given, name, dtype) for name, dtype in HARMONISED.items())
    line = 2 if path.suffix == ".csv" else 1
    for name in HARMONISED:
        _refuse(typed[name].is_null() & given[name].is_not_null(), given[name], line, path, "cannot be read")
    typed = typed.with_columns(pl.col(name).fill_null(value) for name, value in _FILLED.items())
    for name, words in (("vehicle_class", CLASSES), ("condition", CONDITIONS), ("reported_by", _SIDES)):
        _refuse(
            typed[name].is_in(words).fill_null(False).not_(),
            typed[name],
            line,
            path,
            f"is none of {', '.join(words)}",
        )
    for name, most in _MOST.items():
        amount = typed[name]
        _refuse(
            (amount.is_between(0, most).not_()).fill_null(False),
            amount,
            line,
            path,
            "is no amount that can be",
        )
    low, high = typed["units_low"], typed["units_high"]
    _refuse(low.is_null(), low, line, path, "is needed")
    _refuse((low > high).fill_null(False), low, line, path, "is above units_high")
    return typed


def _typed(given: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean() and given.schema[name] == pl.String():
        return (
            pl.col(name)
            .str.to_lowercase()
            .replace_strict({"true": True, "false": False}, default=None, return_dtype=dtype)
        )
    return pl.col(name).cast(dtype, strict=False)


def _refuse(wrong: pl.Series, values: pl.Series, line: int, path: Path, why: str) -> None:
    """Refuses the table for the first row that is wrong. `line`: how the first row is numbered."""
    if wrong.any():
        place = wrong.arg_true()[0]
        value = "empty" if values[place] is None else repr(values[place])
        raise InputError(f"{shown(path)}, row {place + line}, {values.name}: {value} {why}")
