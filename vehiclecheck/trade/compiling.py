"""Files of statistical offices compiled into one harmonised table, with an account of every row.

    compiled = compile_statistics(["statistics/"], CompileOptions(period="year"))
    compiled.frame, compiled.left_out, compiled.set_aside, compiled.document()

Of a file only rows about headings 8701 to 8705 leave the scan. They meet the tables of codes and partners and get a fate.
What several rows tell of the same trade is settled over all files, then vehicles are counted, and rows that mean the same
are summed in whole vehicles, cents and grams, so that no sum depends on an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.trade import quantities
from vehiclecheck.trade.fates import COMPILED, FATE, LEFT_OUT, SET_ASIDE, TOLD, typed
from vehiclecheck.trade.inputs import InputFile, NotRead, open_inputs, reason_of
from vehiclecheck.trade.overlaps import without_overlaps
from vehiclecheck.trade.rates import no_rates, read_rates, with_usd
from vehiclecheck.trade.summing import harmonised

PERIODS = ("month", "year")


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """`period`: as reported (`month`), or months summed to years. `estimate`: a method of `quantities.METHODS` for vehicles
    that were not counted. `rates`: a table of dollars a unit of currency. `leave`: files and folders that are no input.
    """

    period: str = "month"
    estimate: str | None = None
    keep_outliers: bool = False
    rates: Path | None = None
    leave: tuple[Path, ...] = ()

    def checked(self) -> CompileOptions:
        """These options. InputError names what is wrong with them."""
        if self.period not in PERIODS:
            raise InputError(f"period {self.period!r} is none of {', '.join(PERIODS)}")
        if self.estimate is not None and self.estimate not in quantities.METHODS:
            raise InputError(f"estimate {self.estimate!r} is none of {', '.join(quantities.METHODS)}")
        return self

    def described(self) -> dict[str, Any]:
        """What decides the result, by name."""
        return {
            "period": self.period,
            "estimate": self.estimate,
            "keep_outliers": self.keep_outliers,
            "rates": self.rates.name if self.rates else None,
        }


@dataclass(slots=True)
class FileCounts:
    """What became of a file: rows = vehicle_rows + other_goods, and figures = compiled + left_out + set_aside (by reason).

    A figure is what is told of one reporter, partner, flow, code and period. Mostly a row tells one; where months or flows
    stand beside each other a row tells several, and where indicators stand below each other several rows tell one.
    """

    rows: int = 0
    other_goods: int = 0
    vehicle_rows: int = 0
    figures: int = 0
    compiled: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    set_aside: dict[str, int] = field(default_factory=dict)

    def adds_up(self) -> bool:
        """Whether every row and every figure is accounted for."""
        fates = (self.compiled, *self.left_out.values(), *self.set_aside.values())
        return (
            self.rows == self.vehicle_rows + self.other_goods
            and self.other_goods >= 0
            and self.figures == sum(fates)
        )

    def add(self, other: FileCounts) -> None:
        """Adds the counts of another file to these."""
        for name in ("rows", "other_goods", "vehicle_rows", "figures", "compiled"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, its in ((self.left_out, other.left_out), (self.set_aside, other.set_aside)):
            for reason, number in its.items():
                mine[reason] = mine.get(reason, 0) + number

    def as_dict(self) -> dict[str, Any]:
        """The counts by name, reasons in alphabetical order."""
        return {
            "rows": self.rows,
            "other_goods": self.other_goods,
            "vehicle_rows": self.vehicle_rows,
            "figures": self.figures,
            "compiled": self.compiled,
            "left_out": dict(sorted(self.left_out.items())),
            "set_aside": dict(sorted(self.set_aside.items())),
        }


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """What came of one file."""

    name: str
    size: int
    sha256: str
    layout: str
    counts: FileCounts
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For `inputs.json`."""
        return {
            "name": self.name,
            "bytes": self.size,
            "sha256": self.sha256,
            "layout": self.layout,
            **self.counts.as_dict(),
            **({"notes": list(self.notes)} if self.notes else {}),
        }


@dataclass(frozen=True, slots=True)
class Compiled:
    """The harmonised table (`frame`, columns and order of `vocabulary.harmonised`), what was left out and set aside (columns
    of `fates.TOLD`), the account of every file, the files of the folder that were not read, and the median weights by which
    vehicles were estimated and outliers bounded. `without_rate`: rows with a value and no rate, by currency and year.
    """

    frame: pl.DataFrame
    left_out: pl.DataFrame
    set_aside: pl.DataFrame
    files: tuple[CompiledFile, ...]
    not_read: tuple[NotRead, ...]
    weights: pl.DataFrame
    without_rate: pl.DataFrame
    options: CompileOptions

    def counts(self) -> FileCounts:
        """The counts of all files together."""
        total = FileCounts()
        for one in self.files:
            total.add(one.counts)
        return total

    def document(self) -> dict[str, Any]:
        """The inputs and what became of them, for `inputs.json`: the same files and options give the same text."""
        return {
            "options": self.options.described(),
            "inputs": [one.as_dict() for one in self.files],
            "not_read": [
                {"name": one.name, "bytes": one.size, "reason": one.reason} for one in self.not_read
            ],
            "total": self.counts().as_dict(),
            "rows_without_rate": self.without_rate.to_dicts(),
        }


def compile_statistics(
    paths: Sequence[str | PathLike[str]], options: CompileOptions | None = None
) -> Compiled:
    """Compiles files, and all files of folders whose layout is known. Nothing is written.

    InputError says in one sentence what cannot be read; a file of a folder that cannot be is among `not_read` instead.
    """
    options = (options or CompileOptions()).checked()
    rates = read_rates(options.rates) if options.rates else no_rates()
    leave = (*options.leave, *([options.rates] if options.rates else []))
    opened, not_read = open_inputs(paths, leave)
    read: list[InputFile] = []
    frames: list[pl.DataFrame] = []
    digests: dict[str, str] = {}
    for one in opened:
        try:
            frames.append(_read(one, digests))
            read.append(one)
        except InputError as error:
            if not one.found:
                raise
            not_read.append(NotRead(one.name, one.size, reason_of(error, one.path)))
    if not frames:
        reasons = "; ".join(f"{shown(one.name)}: {one.reason}" for one in not_read[:5])
        raise InputError(f"no file could be read: {reasons}")
    rows = without_overlaps(pl.concat(frames).with_row_index("@row"))
    files = tuple(_accounted(one, rows.filter(file=one.name)) for one in read)
    left_out, set_aside = _told(rows, LEFT_OUT), _told(rows, SET_ASIDE)
    rows = rows.filter(pl.col("fate") == COMPILED).select(_COUNTED).rename({"weighed_kg": "weight_kg"})
    weights = quantities.typical_weights(rows.lazy())
    counted = _counted(rows, weights, rates, options)
    del frames, rows  # what is summed stands in `counted`: a large table is not held twice
    return Compiled(
        frame=harmonised(counted, by_year=options.period == "year"),
        left_out=left_out,
        set_aside=set_aside,
        files=files,
        not_read=tuple(sorted(not_read, key=lambda one: one.name)),
        weights=weights,
        without_rate=_without_rate(counted),
        options=options,
    )


#: What is kept of a row: texts that repeat (as numbers of words while rows are worked on), and all else.
_WORDS = (
    "reporter", "partner", "part", "flow", "period", "quantity_unit", "currency", "reason", "reporter_country",
    "reporter_bloc", "partner_country", "edition", "code_system", "vehicle_class", "category", "fuel", "condition",
)  # fmt: skip
_KEPT = (
    "line", "rows", "code", "quantity", "weight_kg", "value", "fate", "detail", "year", "month", "heaviest_kg", "vehicles",
    "weighed_kg", "@flags",
)  # fmt: skip
#: What counting and summing need of them.
_COUNTED = (
    "file", "flow", "code", "value", "currency", "reporter_country", "reporter_bloc", "partner_country", "year", "month",
    "code_system", "vehicle_class", "category", "fuel", "condition", "heaviest_kg", "vehicles", "weighed_kg", "@flags",
)  # fmt: skip


def _read(one: InputFile, digests: dict[str, str]) -> pl.DataFrame:
    """The rows of a file about vehicles with their fates. `digests`: names by content, so far.

    A file with the content of one before it says nothing new: all of it is left out.
    """
    statistics = one.statistics
    stat = statistics.collect(statistics.scan())
    frame = typed(stat.sort("line", "period", "flow", "part", maintain_order=True), statistics.layout.scheme)
    twin = digests.setdefault(statistics.sha256(), one.name)
    if twin != one.name:
        frame = frame.with_columns(
            pl.lit(LEFT_OUT).cast(FATE).alias("fate"),
            pl.lit("same content as another file").alias("reason"),
            pl.lit(twin).alias("detail"),
        )
    texts = pl.col(_WORDS).cast(pl.Categorical)
    whose = {"file": one.name, "layout": statistics.layout.name}
    return frame.select(
        *_KEPT, texts, *(pl.lit(text).cast(pl.Categorical).alias(name) for name, text in whose.items())
    )


def _accounted(one: InputFile, rows: pl.DataFrame) -> CompiledFile:
    """What came of a file; InputError unless everything is accounted for."""
    statistics = one.statistics
    counts = FileCounts(rows=statistics.rows(), vehicle_rows=int(rows["rows"].sum()), figures=rows.height)
    counts.other_goods = counts.rows - counts.vehicle_rows
    for fate, reason, number in rows.group_by("fate", "reason").len().sort("fate", "reason").iter_rows():
        if fate == COMPILED:
            counts.compiled += number
        else:
            (counts.left_out if fate == LEFT_OUT else counts.set_aside)[reason] = number
    if not counts.adds_up():
        raise InputError(
            f"{shown(one.name)}: {counts.rows} rows were counted, and {counts.vehicle_rows} came of it; the file "
            "changed while it was read, or this is a bug: nothing of it is used"
        )
    return CompiledFile(
        one.name, one.size, statistics.sha256(), statistics.layout.name, counts, statistics.notes
    )


def _counted(
    kept: pl.DataFrame, weights: pl.DataFrame, rates: pl.DataFrame, options: CompileOptions
) -> pl.DataFrame:
    """Compiled rows with vehicles as bounds, cents, and their flags."""
    rows = quantities.with_typical_weight(kept.lazy(), weights)
    rows = quantities.with_units(
        rows, estimate=options.estimate == quantities.UNIT_WEIGHT, keep_outliers=options.keep_outliers
    )
    rows = quantities.with_value_outliers(rows.collect().lazy())
    return with_usd(
        rows.with_columns((pl.col("value") * 100).round().cast(pl.Int64).alias("value_cents")), rates
    ).collect()


def _told(rows: pl.DataFrame, fate: str) -> pl.DataFrame:
    """The rows of a fate as the office wrote them, with the reason, in the order of files and lines."""
    told = rows.filter(pl.col("fate") == fate).sort("@row")
    return told.select(pl.col(name).cast(dtype) for name, dtype in TOLD.items())


def _without_rate(counted: pl.DataFrame) -> pl.DataFrame:
    """Rows that tell a value for which there is no rate: currency, year, rows."""
    return (
        counted.filter(pl.col("value_cents").is_not_null() & pl.col("usd_cents").is_null())
        .group_by("currency", "year")
        .agg(pl.len().cast(pl.Int64).alias("rows"))
        .sort("currency", "year", nulls_last=True)
    )
