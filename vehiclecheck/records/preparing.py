"""From raw frames to records that can be judged: every cell read into bounds, every row kept or set aside.

    words, habits = WordBook(), Habits()
    for raw in ranges:
        habits |= survey(raw, words=words)
    options = PrepareOptions(importer="KE", habits=habits)
    for raw in ranges:
        prepared = prepare(raw, options=options, words=words)

(The survey makes results independent of the cuts; columns of native types cost it nothing.)

What a cell says is either read, or known to be not told (empty, `-`, `n/a`, `unknown` …), or its row is set
aside with a reason: never a silent null. Rows in = records + rows set aside. Bounds: `NAME_lo` is the least
and `NAME_hi` the greatest value possible, null where that side is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from vehiclecheck.records import dates, numbers, quality, tariff
from vehiclecheck.records.cells import (
    FUEL_DATES,
    HEAD,
    Rows,
    columns_of,
    date_text,
    is_day,
    leave_refused,
    read_numbers,
    read_words_and_dates,
    record_id,
    refuse_missing_importer,
)
from vehiclecheck.records.errors import InputError
from vehiclecheck.records.fuel_results import METHOD_WORDS, RESULTS, within_range
from vehiclecheck.records.habits import Habits
from vehiclecheck.records.options import PrepareOptions
from vehiclecheck.records.spellings import number_columns
from vehiclecheck.records.vehicles import sightings, vehicle_records
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.vocabulary.countries import COUNTRY, COUNTRY_CODES
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

__all__ = ["Habits", "PrepareOptions", "Prepared", "WordBook", "prepare", "survey"]


@dataclass(frozen=True)
class Prepared:
    """What became of a raw frame."""

    #: One row a record that can be judged (see the module); `vehicle_key` besides, where there is a VIN.
    records: pl.DataFrame
    #: file, line, field, value, reason, quantity (null where it could not be read): one row a row set aside.
    set_aside: pl.DataFrame
    #: file, line, record_id, check, field, value, message.
    quality: pl.DataFrame
    rows_in: int

    @property
    def reconciles(self) -> bool:
        """Whether every row came out once: as a record or set aside."""
        return self.records.height + self.set_aside.height == self.rows_in


def survey(raw: pl.DataFrame, *, words: WordBook, subject: Literal["vehicle", "fuel"] = "vehicle") -> Habits:
    """What the text columns of a range prove of how dates and numbers are written in its file.

    Join (`|`) the surveys of all ranges of a file and hand them to `prepare`, so that no result depends on
    the cuts.
    """
    _, date_columns, number_fields = columns_of(subject)
    bits: dict[tuple[int, str], int] = {}
    for file, part in _by_file(raw):
        texts = {
            name: date_text(part.get_column(name))
            for name in date_columns
            if name in part.columns and not is_day(part.get_column(name))
        }
        numbered, states = number_columns(pl.DataFrame(texts), dict.fromkeys(texts, words["date"]))
        for name in texts:
            bits[file, name] = dates.evidence_of(numbered[name], states[name])
        for spec in number_fields:
            if spec.name in part.columns and part.get_column(spec.name).dtype == pl.String:
                bits[file, spec.name] = numbers.column_evidence(part.get_column(spec.name))
    return Habits(bits)


def _by_file(raw: pl.DataFrame) -> list[tuple[int, pl.DataFrame]]:
    if "file" not in raw.columns:
        return [(0, raw.with_columns(pl.lit(0, dtype=pl.Int16).alias("file")))]
    column = raw.get_column("file")
    if column.min() == column.max():
        return [(column[0] if len(column) else 0, raw)]
    files = column.unique(maintain_order=True).to_list()
    return [(file, raw.filter(pl.col("file") == file)) for file in files]


def prepare(raw: pl.DataFrame, *, options: PrepareOptions, words: WordBook) -> Prepared:
    """Read the rows of a raw frame (canonical columns, `line`, `file`) into records, rows set aside and
    quality findings.

    InputError if no row can have an importer (no such column, none given), or if a country of the options is
    not known.
    """
    for side in (options.importer, options.exporter):
        if side is not None and side not in COUNTRY_CODES:
            raise InputError(f"{side!r} is no country code (ISO 3166-1 alpha-2)")
    if options.importer is None and options.importer_needed and "importer" not in raw.columns:
        raise InputError(
            "the file names no importing country: add a column `importer` or give the country (--to)"
        )
    parts = [_prepare_file(part, file, options, words) for file, part in _by_file(raw)]
    if len(parts) > 1:
        records = pl.concat([part[0] for part in parts], how="diagonal")
        aside = pl.concat([part[1] for part in parts])
        found = pl.concat([part[2] for part in parts])
    else:
        records, aside, found = parts[0]
    if "vehicle_key" in records.columns:
        found = pl.concat([found, quality.repeated_vehicles(sightings(records))])
    return Prepared(records, aside, found.sort("file", "line", maintain_order=True), raw.height)


def _prepare_file(
    raw: pl.DataFrame, file: int, options: PrepareOptions, words: WordBook
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    word_columns, date_columns, number_fields = columns_of(options.subject)
    overridden = {side for side in ("importer", "exporter") if getattr(options, side) is not None}
    raw = raw.drop(overridden & set(raw.columns))
    if "line" not in raw.columns:
        raw = raw.with_row_index("line", offset=2)
    rows = Rows(raw, raw.select(pl.col("file").cast(pl.Int16), pl.col("line").cast(pl.Int64)).rechunk())
    kinds = {name: kind for name, kind in word_columns.items() if name in raw.columns}
    read_words_and_dates(rows, raw, kinds, date_columns, file, options, words)
    read_numbers(rows, raw, number_fields, file, options)
    if "importer" in kinds and options.importer_needed:
        refuse_missing_importer(rows)
    aside = leave_refused(rows)
    frame = rows.frame.with_columns(
        record_id(rows),
        *(
            pl.lit(getattr(options, side), dtype=pl.String).cast(COUNTRY).alias(side)
            for side in sorted(overridden)
        ),
    )
    if options.subject == "fuel":
        return fuel_records(frame, rows), aside, pl.DataFrame(schema=quality.SCHEMA)
    return vehicle_records(frame, rows, aside, options)


def fuel_records(frame: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    if "index:product" in frame.columns:
        stated = rows.known["product"].value(pl.col("index:product"))
        frame = frame.with_columns(stated.alias("product"))
    if "index:hs_code" in frame.columns:
        members = pl.Series(tariff.fuel_nomenclature_members(), dtype=COUNTRY)
        sides = [side for side in ("exporter", "importer") if side in frame.columns]
        read_so = pl.any_horizontal(pl.col(side).is_in(members.implode()).fill_null(False) for side in sides)
        told = pl.when(read_so).then(rows.known["hs_code"].value(pl.col("index:hs_code")))
        stated_or_told = pl.coalesce("product", told) if "product" in frame.columns else told
        frame = frame.with_columns(stated_or_told.alias("product"))
    order = [
        *HEAD,
        *(f"{prefix}_{side}" for prefix in FUEL_DATES.values() for side in ("lo", "hi")),
        "product",
        "grade",
        "volume_m3",
        "net_mass_kg",
        "value_cents",
        *(f"{name}_{side}" for name in FUEL_PROPERTIES for side in ("lo", "hi")),
        *METHOD_WORDS,
        *(field.name for field in RESULTS),
    ]
    return within_range(frame.select(name for name in order if name in frame.columns))
