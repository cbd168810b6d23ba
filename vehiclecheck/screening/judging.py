"""A range of records judged: for every row and every rule that concerns it pass, fail or unknown.

The dense path serves rows whose deciding date lies in one period of law: every slot is one expression over the whole
column. Rows whose date straddles a change of law (or that meet two versions of one provision at once) take the path by
parts: each possible period is asked about its part of the window, and the answers are merged by provision.
"""

from __future__ import annotations

import functools
import operator
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import polars as pl

from vehiclecheck.screening import summaries
from vehiclecheck.screening.answers import NOTHING, PASS, UNKNOWN
from vehiclecheck.screening.asking import FINDING, Asker, no_findings
from vehiclecheck.screening.cells import PROFILE, Cells, build_calendar, build_cells
from vehiclecheck.screening.facts import Facts, points_of
from vehiclecheck.screening.parts import by_parts
from vehiclecheck.screening.periods import INDEX
from vehiclecheck.screening.rulebook import Rulebook


@dataclass(slots=True)
class SideResult:
    """One side of a judged range.

    `severity` of each row; `summaries`, one frame a deciding date with a row a record: its severity, the `reasons`
    (provision ids) that make it so, the `effects` that follow (bits of EFFECTS), the worst `grade` of the reasons;
    `findings` with rules numbered in the side's book.
    """

    book: Rulebook
    severity: pl.Series
    summaries: list[pl.DataFrame]
    findings: pl.DataFrame


#: Ranges that are judged side by side wait for what one of them builds for all.
_BUILDING = threading.Lock()


class SideJudge:
    """Judges ranges with one rulebook; what it looks up is built once and kept for the next range."""

    def __init__(self, book: Rulebook, codes: Sequence[str], passes: bool = False) -> None:
        self.book = book
        self._codes = list(codes)
        self._passes = passes
        self._asker = Asker(book)
        decides = sorted({rule.shape.decides for rule in book.rules})
        self._calendars = [build_calendar(book, name, codes) for name in decides]
        self._cells: dict[tuple[int, ...], list[Cells]] = {}

    @property
    def missing_fields(self) -> list[str]:
        """The names of the bits in a finding's `missing`."""
        return self._asker.missing.fields

    def judge(self, base: pl.DataFrame, country: pl.Series, details: bool = True) -> SideResult:
        """Judges prepared rows (with a column `row`); `country` holds their places in the codes (INDEX), null for none.

        Without `details` only severities are found: all that flow tables need.
        """
        if not self.book.rules or base.is_empty():
            empty = pl.repeat(NOTHING, base.height, dtype=pl.Int8, eager=True)
            return SideResult(self.book, empty, [], no_findings())
        frame, facts = self._facts(base, country)
        summed: list[pl.DataFrame] = []
        findings: list[pl.DataFrame] = []
        groups, places = self._cells_of(frame)
        for cells in groups:
            summary, found = self._judge_group(frame, facts, cells, places, details)
            summed.append(summary)
            findings.extend(found)
        worst = pl.select(pl.max_horizontal(part["severity"] for part in summed).cast(pl.Int8)).to_series()
        kept = [part for part in findings if part.height]
        return SideResult(self.book, worst, summed, pl.concat(kept) if kept else no_findings())

    def _facts(self, base: pl.DataFrame, country: pl.Series) -> tuple[pl.DataFrame, Facts]:
        """The frame with the columns that all tests share: country, profile, places of names."""
        facts = Facts(base.columns, self.book.relations)
        masks = {name: facts.mask(name) for name in PROFILE}
        if self.book.subject == "fuel":
            masks["category"] = facts.products()
        key = masks["category"] * 4096 + masks["propulsion"] * 8 + masks["condition"]
        frame = base.lazy().with_columns(
            *facts.position_columns(self.book.domains),
            key.reinterpret(signed=False).alias("@profile"),
            pl.lit(country).alias("@country"),
        )
        if self.book.subject == "fuel":
            frame = frame.with_columns(category=masks["category"])
        done = frame.collect()
        return done, Facts(done.columns, self.book.relations, points_of(done))

    def _cells_of(self, frame: pl.DataFrame) -> tuple[list[Cells], pl.Series]:
        """The cells for the profiles of a frame, one entry a deciding date, and the table from profile key to number."""
        keys = frame["@profile"].unique().sort()
        known = tuple(keys.to_list())
        with _BUILDING:
            if known not in self._cells:
                profiles = pl.DataFrame(
                    {"category": keys // 4096, "propulsion": keys // 8 % 512, "condition": keys % 8}
                )
                profiles = profiles.cast(pl.Int32)
                self._cells[known] = [
                    build_cells(self.book, calendar, profiles) for calendar in self._calendars
                ]
        return self._cells[known], _place_table(keys)

    def _judge_group(
        self, frame: pl.DataFrame, facts: Facts, cells: Cells, places: pl.Series, details: bool
    ) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
        lookups = self._asker.lookups
        located = _located(frame, facts, cells, places)
        slots = cells.met(located["@cell"])
        judged = located.hstack(self._asker.codes(slots, located, facts))
        least = PASS if self._passes else UNKNOWN
        found: list[pl.DataFrame] = []
        if details:
            findings = (
                self._asker.findings(judged.lazy(), number, slot, facts, least)
                for number, slot in enumerate(slots)
            )
            found = pl.collect_all(findings)
            summary = summaries.summary(lookups, judged, slots)
        else:
            summary = summaries.severity(judged, slots)
        parts = located.filter("@parted") if "@parted" in located.columns else located.clear()
        merged = by_parts(self._asker, parts, facts, cells) if parts.height else None
        if merged is not None:
            straddling = summaries.summary_by_parts(lookups, merged).select(summary.columns)
            summary = summary.update(straddling, on="row", how="left")
            found.append(merged.filter(pl.col("code") >= least).select(*FINDING))
        return summary.drop("row"), found


def _located(frame: pl.DataFrame, facts: Facts, cells: Cells, places: pl.Series) -> pl.DataFrame:
    """The frame with the row of each country, the place of each profile, the periods in which the deciding date may lie, and
    the cell. `@parted`, where there are such: rows of two periods, or in whose period one provision stands twice.
    """
    first, last = facts.deciding(cells.calendar.decides)
    dated, periods = first is last, cells.calendar.periods
    # beside a column: what no record tells is one value, which must become as long as the others
    days = (
        frame.lazy().select("row", first.alias("first"), (first if dated else last).alias("last")).collect()
    )
    row, place = periods.rows(frame["@country"]), places[frame["@profile"]]
    period = periods.at(row, days["first"])
    until = period if dated else periods.at(row, days["last"])
    cell = cells.cell(row, place, period)
    columns = {"@row": row, "@place": place, "@period": period, "@until": until, "@cell": cell}
    located = frame.hstack([column.alias(name) for name, column in columns.items()])
    parted = [cells.merge[cell]] if cells.merge.any() else []
    if not dated:
        parted.append((period != until).fill_null(False))
    if not parted:
        return located
    return located.with_columns(functools.reduce(operator.or_, parted).alias("@parted")).with_columns(
        pl.when("@parted").then(cells.empty).otherwise("@cell").alias("@cell")
    )


def _place_table(keys: pl.Series) -> pl.Series:
    """From a profile key to its number, as a table as long as the greatest key."""
    size = cast(int, keys.max()) + 1
    numbers = pl.int_range(keys.len(), dtype=INDEX, eager=True)
    return pl.repeat(None, size, dtype=INDEX, eager=True).scatter(keys, numbers)
