"""Estimates from a flow table as `vehiclecheck flows` makes it: units by class, category, propulsion and emission class.

A flow table tells less than its records did (no weight, no engine, classes as one word), so its bounds are at least as wide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import polars as pl

from vehiclecheck.air.assumptions import Assumptions
from vehiclecheck.air.estimate import Estimate, estimate
from vehiclecheck.air.factors import last_band, rung_of
from vehiclecheck.air.profiles import profile_of_bounds
from vehiclecheck.air.sulphur import LegalSulphur
from vehiclecheck.air.sums import BY
from vehiclecheck.records.errors import InputError
from vehiclecheck.screening.verdicts import VERDICT
from vehiclecheck.vocabulary.choices import VERDICTS
from vehiclecheck.vocabulary.countries import COUNTRY_CODES, country_code
from vehiclecheck.vocabulary.days import FIRST_DAY, LAST_DAY, MONTH, YEAR
from vehiclecheck.vocabulary.ladders import class_position
from vehiclecheck.vocabulary.terms import (
    ALL_CATEGORIES,
    ALL_PROPULSIONS,
    CATEGORY_ATOMS,
    CATEGORY_WORDS,
    HEAVY_DUTY,
    LIGHT_DUTY,
    PROPULSION_WORDS,
    mask_of,
)

_Value = TypeVar("_Value")
#: Units that a line may state at most; a number above is a mistake.
_MOST_UNITS = 10_000_000_000
_CLASSES = {"LDV": LIGHT_DUTY, "HDV": HEAVY_DUTY, "other": ALL_CATEGORIES & ~LIGHT_DUTY & ~HEAVY_DUTY}
_CATEGORIES = {**CATEGORY_ATOMS, **CATEGORY_WORDS}
_DAYS = {"year": re.compile(r"(\d{4})"), "month": re.compile(r"(\d{4})-(0[1-9]|1[0-2])")}


def read_flow_table(path: Path) -> pl.DataFrame:
    """A flow table from a CSV or Parquet file, all its cells as text. InputError if it cannot be read."""
    try:
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path).cast(pl.String)
        return pl.read_csv(path, infer_schema=False)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except pl.exceptions.PolarsError as error:
        reason = (str(error).strip().splitlines() or ["unknown"])[0]
        raise InputError(f"{path}: cannot be read as a flow table (CSV or Parquet): {reason}") from error


def estimate_flows(
    table: pl.DataFrame,
    assumptions: Assumptions | None = None,
    by: Sequence[str] | None = None,
    sulphur: LegalSulphur | None = None,
    name: str = "the flow table",
) -> Estimate:
    """The estimate of a flow table. It needs `units`; of vehicle_class, category, propulsion and emission_class it uses what
    is there. `by`: some of its group columns, and `verdict` where it has units by verdict (by default importer and verdict).
    `sulphur`: the law on fuel, used with importer and year (or month); without it SO2 needs a stated sulphur.

    InputError names line and field of what cannot be read.
    """
    assumptions = assumptions or Assumptions()
    given = _Cells(table, name)
    by = _groups(table, by, name)
    frame = given.frame.select(
        *(pl.col(column) for column in by if column != "verdict"),
        _profile(given, None if assumptions.sulphur_mg_kg is not None else sulphur).alias("profile"),
        given.units("units").alias("units"),
        *((given.units(verdict).alias(verdict) for verdict in _verdicts(table)) if "verdict" in by else ()),
    )
    if "verdict" in by:
        frame = _by_verdict(frame, _verdicts(table), name)
    keys = [*by, "profile"]
    sums = (
        frame.filter(pl.col("units") > 0)
        .group_by(keys)
        .agg(pl.len().cast(pl.Int64).alias("rows"), pl.col("units").sum())
        .sort(keys, nulls_last=True)
    )
    return estimate(sums, by, assumptions, sulphur.levels if sulphur else ())


def _verdicts(table: pl.DataFrame) -> list[str]:
    return [verdict for verdict in VERDICTS if verdict in table.columns]


def _groups(table: pl.DataFrame, by: Sequence[str] | None, name: str) -> tuple[str, ...]:
    here = [column for column in BY if column in table.columns]
    if _verdicts(table):
        here.append("verdict")
    if by is None:
        return tuple(column for column in ("importer", "verdict") if column in here)
    for column in by:
        if column not in here:
            raise InputError(
                f"{name}: cannot be grouped by {column!r}: it has {', '.join(here) or 'no group columns'}"
            )
    return tuple(dict.fromkeys(by))


def _by_verdict(frame: pl.DataFrame, verdicts: Sequence[str], name: str) -> pl.DataFrame:
    wrong = frame.select(pl.arg_where(pl.sum_horizontal(verdicts) != pl.col("units"))).to_series()
    if len(wrong):
        raise InputError(
            f"{name}: line {wrong[0] + 2}, field units: the units by verdict do not add up to the units"
        )
    index = [column for column in frame.columns if column not in (*verdicts, "units")]
    parted = frame.drop("units").unpivot(
        on=list(verdicts), index=index, variable_name="verdict", value_name="units"
    )
    return parted.with_columns(pl.col("verdict").cast(VERDICT))


def _profile(given: _Cells, sulphur: LegalSulphur | None) -> pl.Expr:
    category = given.looked_up(
        "category", lambda text: mask_of(text.split(" or "), _CATEGORIES), ALL_CATEGORIES
    )
    both = category & given.looked_up("vehicle_class", _class, ALL_CATEGORIES)
    propulsion = given.looked_up(
        "propulsion", lambda text: mask_of(text.split(" or "), PROPULSION_WORDS), ALL_PROPULSIONS
    )
    low = given.looked_up("emission_class", lambda text: _position(text)[0], float("-inf"))
    high = given.looked_up("emission_class", lambda text: _position(text)[1], float("inf"))
    places = {}
    if sulphur is not None:
        first, last = given.days()
        country = given.looked_up("importer", _country, None)
        places = sulphur.places(country, first, last)
    lowest = pl.lit(0, dtype=pl.Int64)
    return profile_of_bounds(
        pl.when(both != 0).then(both).otherwise(category),
        propulsion,
        (rung_of(low), rung_of(high)),
        (lowest, pl.lit(last_band("kg"), dtype=pl.Int64)),
        (lowest, pl.lit(last_band("cc"), dtype=pl.Int64)),
        places,
    )


def _class(text: str) -> int:
    return _CLASSES[text]


def _position(text: str) -> tuple[float, float]:
    found = class_position(text)
    if found is None:
        raise KeyError(text)
    return found


def _country(text: str) -> int:
    code = country_code(text)
    if code is None:
        raise KeyError(text)
    return COUNTRY_CODES.index(code)


class _Cells:
    """The cells of a flow table, read column by column; each distinct word is looked at once."""

    def __init__(self, table: pl.DataFrame, name: str) -> None:
        if "units" not in table.columns:
            raise InputError(f"{name}: has no column `units`, so it is no flow table")
        self.frame = table.cast(pl.String).with_columns(
            pl.when(pl.all().str.strip_chars() != "").then(pl.all().str.strip_chars())
        )
        self._name = name

    def _refuse(self, column: str, text: str | None, why: str) -> InputError:
        place = self.frame.select(
            pl.arg_where(pl.col(column).is_null() if text is None else pl.col(column) == text)
        )
        return InputError(f"{self._name}: line {place.item(0, 0) + 2}, field {column}: {text or ''!r} {why}")

    def looked_up(self, column: str, read: Callable[[str], _Value], absent: _Value | None) -> pl.Expr:
        """A column with every word read; `absent` where there is none. InputError for a word that `read` does not know."""
        if column not in self.frame.columns:
            return pl.lit(absent, dtype=None if absent is not None else pl.Int64)
        words = self.frame[column].unique(maintain_order=True).drop_nulls().to_list()
        values = []
        for word in words:
            try:
                values.append(read(word))
            except KeyError:
                raise self._refuse(column, word, "is no word that flow tables have there") from None
        dtype = pl.Float64 if isinstance(absent, float) else pl.Int64
        if not words:
            return pl.lit(absent, dtype=dtype)
        found = pl.col(column).replace_strict(words, values, default=None, return_dtype=dtype)
        return found if absent is None else found.fill_null(absent)

    def units(self, column: str) -> pl.Expr:
        """A column of whole numbers. InputError for a cell that is none."""
        number = pl.col(column).cast(pl.Int64, strict=False)
        good = number.is_between(0, _MOST_UNITS).fill_null(False)
        wrong = self.frame.select(pl.arg_where(good.not_())).to_series()
        if len(wrong):
            raise self._refuse(
                column, self.frame[column][wrong[0]], f"is no whole number from 0 to {_MOST_UNITS:,}"
            )
        return number

    def days(self) -> tuple[pl.Expr, pl.Expr]:
        """First and last day of the period of each line."""
        for column, pattern in reversed(_DAYS.items()):
            if column not in self.frame.columns:
                continue

            def first(text: str, pattern: re.Pattern[str] = pattern) -> int:
                match = pattern.fullmatch(text)
                if match is None:
                    raise KeyError(text)
                year, *month = match.groups()
                return int(year) * YEAR + (int(month[0]) - 1) * MONTH if month else int(year) * YEAR

            start = self.looked_up(column, first, None)
            span = MONTH if column == "month" else YEAR
            return (start + 1).fill_null(FIRST_DAY), (start + span - 1).fill_null(LAST_DAY)
        return pl.lit(FIRST_DAY, dtype=pl.Int64), pl.lit(LAST_DAY, dtype=pl.Int64)
