"""From paths to raw frames: what kind of file it is, which column is what, and any range of its rows.

    for path in expand(["lists/*.csv"]):
        source = open_source(path)
        for part in source.ranges(1_000_000):
            raw = source.read(part)      # raw.frame, raw.set_aside, raw.not_vehicles

Rows in = rows of the frame + rows set aside + rows that are not vehicles, for every range; `read` checks it.
"""

from __future__ import annotations

import functools
import glob
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

from vehiclecheck.records import (
    certificate_columns,
    certificates,
    fuel_headings,
    laboratory,
    reading_spool,
    set_aside,
)
from vehiclecheck.records.endings import endings
from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.habits import Habits
from vehiclecheck.records.layouts import (
    AUTO,
    CANONICAL,
    CERTIFICATES,
    MATCHED,
    Layout,
    Scale,
    built_in,
    known_names,
    layout_named,
    recognised,
)
from vehiclecheck.records.matching import (
    FUEL_COLUMNS,
    VEHICLE_COLUMNS,
    Matching,
    check_duplicates,
    first_positions,
    match,
    match_names,
    normalise,
    unsure,
)
from vehiclecheck.records.reading_cells import canonical_cell
from vehiclecheck.records.reading_csv import open_csv
from vehiclecheck.records.reading_excel import open_excel
from vehiclecheck.records.reading_json import open_json
from vehiclecheck.records.reading_kinds import check_path, kind_of
from vehiclecheck.records.reading_parquet import ParquetTable, open_parquet
from vehiclecheck.records.reading_table import Piece, Score, Table, column
from vehiclecheck.records.set_aside import Aside

Subject = Literal["vehicle", "fuel"]

#: Bytes that are read at once for the digest of a file.
_BITE = 1 << 24


@dataclass(frozen=True)
class RowRange:
    """Rows `first` to `first + count` of a source (0-based below the header, blank lines not counted); of a source with a
    row a property, its certificates.
    """

    source: Source
    first: int
    count: int


@dataclass(frozen=True)
class RawRange:
    """What one range holds.

    `frame`: the canonical columns present (String; native types from Parquet), `line` Int64, `file` Int16.
    `set_aside` and `not_vehicles`: frames of set_aside.SCHEMA, one row a row of the file.
    `behind`: `line` of a row of the frame, `lines` of the file that went into it, where they are several; else None.
    """

    frame: pl.DataFrame
    set_aside: pl.DataFrame
    not_vehicles: pl.DataFrame
    behind: pl.DataFrame | None = None

    @property
    def rows_in(self) -> int:
        """Rows of the file that this range accounts for."""
        return self.rows_behind(self.frame["line"]) + self.set_aside.height + self.not_vehicles.height

    def rows_behind(self, lines: pl.Series) -> int:
        """How many rows of the file went into the records of `lines`."""
        if self.behind is None:
            return len(lines)
        mine = self.behind.filter(pl.col("line").is_in(lines.implode()))
        return int(mine["lines"].list.len().sum())


def each_line(told: pl.DataFrame, behind: pl.DataFrame | None) -> pl.DataFrame:
    """What is told of records (by `line`), for each line of the file behind them (see RawRange)."""
    if behind is None:
        return told
    spread = told.join(behind, on="line", how="left", maintain_order="left")
    return spread.with_columns(pl.col("lines").alias("line")).drop("lines").explode("line")


@dataclass
class Source:
    """One file opened for reading. Can be pickled, so that ranges are read by other processes on the same
    machine.

    `name` is how the file is shown (`-` for standard input); `n_rows` is counted before anything is parsed;
    `matched` and
    `confidence` tell which written column was taken for each canonical one and how surely; `constants` are
    facts that the
    layout or the user states for every row, `defaults` the part of them that a user may override (an
    importer).
    """

    path: Path
    name: str
    format: str
    size: int
    subject: Subject
    layout: str
    columns: list[str]
    matched: dict[str, str]
    confidence: dict[str, str]
    unmatched: list[str]
    constants: dict[str, str]
    defaults: dict[str, str]
    date_order: str | None
    notes: list[str]
    index: int
    table: Table = field(repr=False)
    rules: Layout = field(repr=False)
    scale: dict[str, Scale] = field(repr=False)
    positions: dict[str, int] = field(repr=False)
    #: What stands in and beside the headings of fuel properties.
    told: fuel_headings.Told = field(repr=False, default_factory=fuel_headings.Told)
    #: Lines at the end that are no records.
    endings: dict[int, Aside] = field(repr=False, default_factory=dict)
    #: The certificates of a file with a row a property.
    fold: certificates.Fold | None = field(repr=False, default=None)

    @property
    def habits(self) -> Habits:
        """What opening the file has found out of how it is written."""
        return self.fold.habits if self.fold is not None else Habits()

    @property
    def n_rows(self) -> int:
        """Rows below the header, as counted when the file was opened; blank ones do not count."""
        return self.table.n_rows

    rows_in = n_rows

    @property
    def blank_lines(self) -> int:
        """Lines that were skipped because nothing stands on them."""
        return self.table.blank_lines

    @functools.cached_property
    def sha256(self) -> str:
        """SHA-256 of the file as it came, hexadecimal; read in chunks when first asked for."""
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            # large bites: between two of them this thread waits for its turn among those that judge
            while chunk := file.read(_BITE):
                digest.update(chunk)
        return digest.hexdigest()

    def ranges(self, rows_per_range: int) -> list[RowRange]:
        """The file cut into ranges of at most `rows_per_range` rows; a file without rows has none."""
        if rows_per_range < 1:
            raise ValueError("rows_per_range must be at least 1")
        if self.fold is not None:
            return [RowRange(self, *cut) for cut in self.fold.ranges(rows_per_range)] if self.n_rows else []
        starts = range(0, self.n_rows, rows_per_range)
        return [RowRange(self, first, min(rows_per_range, self.n_rows - first)) for first in starts]

    def read(self, part: RowRange) -> RawRange:
        """The rows of one range. InputError if they do not add up to as many as were counted."""
        if self.fold is not None:
            folded = self.fold.read(part.first, part.count)
            return RawRange(folded.frame, folded.set_aside, set_aside.empty(), folded.behind)
        extracted = self._extract_positions()
        wanted = sorted(
            {*self.positions.values(), *(p for ps in extracted.values() for p in ps), *self._header_probe()}
            | set(self.told.unit_columns.values())
        )
        table = self.table
        plan = table.scan(part.first, part.count, wanted) if isinstance(table, ParquetTable) else None
        if isinstance(table, ParquetTable) and plan is not None and self.format == "parquet":
            # one plan from the file to the frame: no second copy
            piece = Piece(table.collect(self._canonical(plan, extracted)))
        else:
            read = self._without_furniture(table.read(part.first, part.count, wanted))
            piece = Piece(self._canonical(read.frame.lazy(), extracted).collect(), read.broken, read.others)
        frame, others = self._split_off(piece.frame)
        raw = RawRange(
            frame,
            set_aside.frame_of(self.name, piece.broken),
            pl.concat([set_aside.frame_of(self.name, piece.others), *others]),
        )
        expected = max(0, min(part.count, self.n_rows - part.first))
        if raw.rows_in != expected:
            raise InputError(
                f"{self.name}: {expected} rows were counted from row {part.first + 1} on, "
                f"{raw.rows_in} were read; "
                "the file changed, or this is a bug: nothing of it is used"
            )
        return raw

    def _extract_positions(self) -> dict[str, list[int]]:
        where = first_positions(self.columns)
        return {
            canonical: [where[normalise(name)] for name in extract.written if normalise(name) in where]
            for canonical, extract in self.rules.extract.items()
            if canonical not in self.positions
        }

    def _header_probe(self) -> list[int]:
        """Columns by which a header that is repeated among the rows is known."""
        if self.format == "parquet":
            return []
        if self.table.header_line == 0:
            return [0] if self._has_record_types() else []
        return sorted(self.positions.values())[:3]

    def _has_record_types(self) -> bool:
        return self.rules.record is not None and self.table.format == "csv" and self.table.header_line == 0

    def _without_furniture(self, piece: Piece) -> Piece:
        """Sets aside headers that are repeated among the rows, totals at the end, and rows of other record
        types.
        """
        frame, broken, others = piece.frame, list(piece.broken), list(piece.others)
        probe = self._header_probe()
        if probe and self.table.header_line:
            repeated = pl.all_horizontal(
                pl.col(column(p)).str.strip_chars() == self.columns[p] for p in probe
            )
            lines = frame.filter(repeated)["line"].to_list()
            frame = frame.filter(~pl.col("line").is_in(lines)) if lines else frame
            broken += [
                Aside(line, None, self.columns[probe[0]], "the header is repeated here") for line in lines
            ]
        if self.endings and not frame.is_empty():
            ends = pl.col("line").is_in(list(self.endings))
            lines = frame.filter(ends)["line"].to_list()
            frame = frame.filter(~ends) if lines else frame
            broken += [self.endings[line] for line in lines]
        if self._has_record_types():
            first = pl.col(column(0)).str.strip_chars().fill_null("")
            rows = frame.filter(first != self.rules.record).select("line", column(0)).rows()
            frame = frame.filter(first == self.rules.record) if rows else frame
            others += [Aside(line, None, value, "a record of another type") for line, value in rows]
        return Piece(frame, broken, others)

    def _canonical(self, frame: pl.LazyFrame, extracted: Mapping[str, Sequence[int]]) -> pl.LazyFrame:
        schema = frame.collect_schema()
        order = VEHICLE_COLUMNS if self.subject == "vehicle" else FUEL_COLUMNS
        if self.rules.long is not None:
            order = (*certificate_columns.ROLES, *certificate_columns.HEADS)
        made: dict[str, pl.Expr] = {}
        for canonical in order:
            if canonical in self.constants:
                made[canonical] = pl.lit(self.constants[canonical]).alias(canonical)
            elif canonical in self.positions:
                key = column(self.positions[canonical])
                beside = self.told.unit_columns.get(canonical)
                made[canonical] = canonical_cell(
                    self.rules,
                    self.scale.get(canonical),
                    canonical,
                    pl.col(key),
                    schema[key],
                    unit=self.told.units.get(canonical),
                    units=None if beside is None else pl.col(column(beside)),
                ).alias(canonical)
            elif extracted.get(canonical):
                pattern = self.rules.extract[canonical].pattern
                found = (
                    pl.col(column(p)).cast(pl.String).str.extract(pattern, 1) for p in extracted[canonical]
                )
                made[canonical] = pl.coalesce(*found).alias(canonical)
        out = frame.select(*made.values(), pl.col("line"), pl.lit(self.index, pl.Int16).alias("file"))
        implied = [
            pl.when(pl.col(with_).is_not_null()).then(pl.lit(value)).alias(canonical)
            for canonical, (value, with_) in self.rules.implied.items()
            if canonical not in made and with_ in made
        ]
        return out.select(pl.exclude("line", "file"), *implied, "line", "file") if implied else out

    def _split_off(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
        """Rows that the layout says are no vehicles; there may be millions of them, so they stay a frame."""
        others: list[pl.DataFrame] = []
        for rule in self.rules.not_vehicle:
            if rule.column not in frame.columns:
                continue
            text = pl.col(rule.column).cast(pl.String)
            is_one = text.str.replace_all(r"[^0-9A-Za-z]", "").str.contains(rule.unless).fill_null(True)
            told = frame.filter(~is_one).select(
                pl.lit(self.name).alias("file"),
                "line",
                pl.lit(rule.column).alias("field"),
                text.str.slice(0, set_aside.LONGEST_VALUE).alias("value"),
                pl.lit(rule.reason).alias("reason"),
            )
            others.append(told)
            frame = frame.filter(is_one)
        return frame, others


def expand(paths: Sequence[str]) -> list[Path]:
    """Files from what a user names: files, patterns (`lists/**/*.csv`), `-` for standard input (spooled to
    a temporary file).

    A file that is named twice, or by two patterns, comes once. InputError if something does not exist, is a
    folder or no
    ordinary file, or if a pattern matches nothing.
    """
    if not paths:
        raise InputError("no file was named")
    found: dict[str, Path] = {}
    for text in paths:
        if text == "-":
            found.setdefault("-", reading_spool.spool_stdin() if "-" not in found else found["-"])
            continue
        candidates = [Path(text)]
        if not os.path.lexists(text) and glob.has_magic(text):
            candidates = [
                Path(one) for one in sorted(glob.glob(text, recursive=True)) if not Path(one).is_dir()
            ]
            if not candidates:
                raise InputError(f"{shown(text)}: no file matches")
        for path in candidates:
            check_path(path)
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def open_source(
    path: Path | str,
    layout: str | None = None,
    subject: Subject | None = None,
    *,
    given: Mapping[str, str] | None = None,
    index: int = 0,
) -> Source:
    """Opens one file and finds out what its columns are.

    `layout`: the name of a layout, a TOML file of the user's own, or `auto` (take the best guesses). None:
    the built-in
    layout whose columns are all there, otherwise the canonical names and the synonyms of matching.py.
    `given`: facts the user states for all rows (`{"importer": "KE"}`); they stand in place of the file's
    and the layout's.
    `index`: the number that the frames carry in the column `file`.

    InputError if the file cannot be read as a table; LayoutUnsure (an InputError) if a person should
    confirm the columns.
    """
    path = Path(path)
    check_path(path)
    own = None if layout is None or layout in (AUTO, CANONICAL) else layout_named(layout)
    kind, text_path = kind_of(path)
    score = _score(own)
    table = _open_table(kind, text_path, score, own)
    name = reading_spool.name_of(path)
    if not table.columns:
        raise InputError(f"{name}: has no columns")
    rules, matching = _understand(name, table, layout, own, subject)
    if not matching.positions and not rules.extract:
        raise InputError(
            f"{name}: none of its columns is known: {', '.join(shown(c) for c in table.columns[:12])}"
        )
    what = subject or rules.subject or _subject_of(matching)
    told = fuel_headings.Told()
    if what == "fuel" and rules.long is None:
        told = fuel_headings.complete(table.columns, matching, rules.columns)
    check_duplicates(table.columns, matching, name)
    if matching.questions and layout != AUTO:
        raise unsure(name, table.columns, matching)
    facts = {**told.methods, **rules.defaults, **rules.constants, **(given or {})}
    # a default or a constant of the layout gives way to a column of the file; what the user states does not
    facts = {
        key: value for key, value in facts.items() if key in (given or {}) or key not in matching.positions
    }
    used = {*matching.positions.values(), *told.unit_columns.values()} | {
        p
        for one in rules.extract.values()
        for n in one.written
        if (p := first_positions(table.columns).get(normalise(n))) is not None
    }
    scale = {**{key: Scale(unit.factor, unit.below) for key, unit in matching.units.items()}, **rules.scale}
    source = Source(
        path=path,
        name=name,
        format="csv.gz" if kind == "gzip" else table.format,
        size=path.stat().st_size,
        subject="fuel" if what == "fuel" else "vehicle",
        layout=rules.name,
        columns=table.columns,
        matched=matching.written(table.columns),
        confidence=matching.confidence,
        unmatched=[shown(one) for position, one in enumerate(table.columns) if position not in used],
        constants=facts,
        defaults={
            key: value for key, value in rules.defaults.items() if key in facts and key not in (given or {})
        },
        date_order=rules.date_order,
        notes=list(table.notes),
        index=index,
        table=table,
        rules=rules,
        scale={key: value for key, value in scale.items() if key in matching.positions},
        positions=matching.positions,
        told=fuel_headings.Told(
            {k: v for k, v in told.units.items() if k not in rules.scale}, told.unit_columns
        ),
    )
    source.endings = endings(table, matching.positions, source.subject)
    if rules.long is not None:
        source.fold = certificates.fold(name, index, map(source.read, source.ranges(certificates.CHUNK)))
        source.notes += source.fold.notes
    return source


def _score(own: Layout | None) -> Score:
    known = known_names(own)

    def score(row: Sequence[str]) -> int:
        cells = [cell for cell in row if cell and len(cell) <= 100]
        found = {key for cell in cells if (key := normalise(cell)) in known}
        return len(found | {cell for cell in cells if normalise(cell) not in found and _is_property(cell)})

    return score


def _is_property(cell: str) -> bool:
    named = laboratory.read_heading(cell)
    return named is not None and named.level == laboratory.EXACT


def _open_table(kind: str, path: Path, score: Score, own: Layout | None) -> Table:
    if kind == "parquet":
        return open_parquet(path)
    if kind in ("excel", "xls"):
        return open_excel(path, score, packed=kind == "excel")
    encoding = own.encoding if own else None
    if kind == "json":
        return open_json(path, encoding)
    layouts = [own] if own else list(built_in().values())
    positional = {one.record: list(one.fields) for one in layouts if one.record is not None}
    return open_csv(
        path, score, encoding=encoding, delimiter=own.delimiter if own else None, positional=positional
    )


def _understand(
    name: str, table: Table, layout: str | None, own: Layout | None, subject: Subject | None
) -> tuple[Layout, Matching]:
    """The layout of a table and its matched columns."""
    if own is None and table.header_line == 0 and table.format == "csv":
        own = next(one for one in built_in().values() if list(one.fields) == table.columns)
    if own is None and layout is None:
        own = recognised(table.columns)
        if own is not None and own.long is not None and not _is_long(table, own, subject):
            own = None
    if own is None and layout == AUTO and _is_long(table, built_in()[CERTIFICATES], subject):
        own = built_in()[CERTIFICATES]
    if own is not None and own.long is not None:
        return own, certificate_columns.understand(table.columns, own, name)
    if own is not None:
        matching = match_names(table.columns, own.columns)
        if not matching.positions:
            raise InputError(
                f"{name}: has none of the columns of layout {own.name}: "
                f"{', '.join(shown(c) for c in table.columns[:12])}"
            )
        if subject is not None and own.subject not in (None, subject):
            raise InputError(
                f"{name}: layout {own.name} is of {own.subject} records, not of {subject} records"
            )
        return own, matching
    exact = match_names(table.columns, {})
    if layout == CANONICAL:
        return built_in()[CANONICAL], exact
    sides = {"vehicle": VEHICLE_COLUMNS, "fuel": FUEL_COLUMNS}
    tried = {
        side: match(table.columns, columns) for side, columns in sides.items() if subject in (None, side)
    }
    best = max(tried, key=lambda side: sum(level != "unsure" for level in tried[side].confidence.values()))
    matching = tried[best]
    sure = [c for c, level in matching.confidence.items() if level != "unsure"]
    canonical = all(table.columns[matching.positions[c]].strip() == c for c in sure)
    if (
        canonical
        and len(exact.positions) >= 2
        and (not matching.questions or any("_" in c for c in exact.positions))
    ):
        return built_in()[
            CANONICAL
        ], exact  # `vin` and `make` are plain words, `first_registered` is nobody else's
    return Layout(MATCHED, "matched by names", subject=best), matching


def _is_long(table: Table, layout: Layout, subject: Subject | None) -> bool:
    """Whether a table has a row a property of fuel, without anybody having said so."""
    return (
        subject != "vehicle"
        and layout.fits(table.columns) > 0
        and certificate_columns.names_properties(table, layout)
    )


def _subject_of(matching: Matching) -> Subject:
    vehicle = len(set(matching.positions) & set(VEHICLE_COLUMNS))
    return "fuel" if len(set(matching.positions) & set(FUEL_COLUMNS)) > vehicle else "vehicle"
