"""One range of rows, from the file to verdicts, findings, flow sums and counts. A run is a map of this over ranges.

Nothing here depends on any other range, so ranges may be judged in any order, by threads, processes or machines, and an
interrupted run goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Semaphore
from typing import Any

import polars as pl

from vehiclecheck.flows.harmonised import partial_harmonised
from vehiclecheck.flows.table import FlowKeys, all_single, partial_flows
from vehiclecheck.records.habits import Habits
from vehiclecheck.records.preparing import Prepared, PrepareOptions, prepare, survey
from vehiclecheck.records.sources import RawRange, RowRange, Source, each_line
from vehiclecheck.records.vehicles import sightings
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.runs.annotating import annotated_rows
from vehiclecheck.runs.options import RunOptions
from vehiclecheck.screening.fuel_match import MATCHES
from vehiclecheck.screening.judge import FINDING_COLUMNS, Judge, Judgement
from vehiclecheck.vocabulary.choices import VERDICTS
from vehiclecheck.vocabulary.countries import COUNTRY, COUNTRY_CODES

#: How many records of a range are kept with their reason, to be shown when a run ends.
SHOWN = 40


@dataclass(slots=True)
class Counts:
    """What a range came to. Rows in = judged + set aside + not vehicles; judgements are records times countries asked."""

    rows_in: int = 0
    rows_judged: int = 0
    rows_set_aside: int = 0
    rows_not_vehicles: int = 0
    units_judged: int = 0
    units_set_aside: int = 0
    judgements: int = 0
    findings: int = 0
    quality_findings: int = 0
    verdicts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))
    #: Units by how they fit the lawful fuel of their destination (`MATCHES`); none where fuel was judged, or flows alone.
    fuel_matches: dict[str, int] = field(default_factory=dict)

    def add(self, other: Counts) -> None:
        """Adds another range's counts to these."""
        for name in self.__slots__:
            mine, its = getattr(self, name), getattr(other, name)
            if isinstance(mine, dict):
                for word, number in its.items():
                    mine[word] = mine.get(word, 0) + number
            else:
                setattr(self, name, mine + its)

    def adds_up(self) -> bool:
        """Whether every row of the input is accounted for."""
        return self.rows_in == self.rows_judged + self.rows_set_aside + self.rows_not_vehicles

    def as_dict(self) -> dict[str, Any]:
        """The counts by name."""
        return asdict(self)


@dataclass(slots=True)
class ReadRange:
    """One range as it was read and cleaned, before it is judged: `pairs` holds its records once for each country asked,
    `behind` the lines of the file behind each record, where they are several.
    """

    prepared: Prepared
    pairs: pl.DataFrame
    set_aside: pl.DataFrame
    rows_in: int
    rows_judged: int
    not_vehicles: int
    behind: pl.DataFrame | None
    #: `line` and `hs_code` as written, where the harmonised table is wanted and the file has codes.
    codes: pl.DataFrame | None = None

    def counts(self) -> Counts:
        """What is known of the range without judging it."""
        return Counts(
            rows_in=self.rows_in,
            rows_judged=self.rows_judged,
            rows_set_aside=self.set_aside.height,
            rows_not_vehicles=self.not_vehicles,
            units_judged=int(self.prepared.records["quantity"].sum()),
            units_set_aside=int(self.prepared.set_aside["quantity"].fill_null(0).sum()),
            judgements=self.pairs.height,
            quality_findings=self.prepared.quality.height,
        )


@dataclass(slots=True)
class RangeResult:
    """One judged range. Tables that the run does not want are None.

    `quality`: remarks on the data themselves; `annotations`: what stands before each row in the annotated
    shipment; `reasons`: records and units by sentence of the judge's words; `shown`: some records that are
    not admitted, the worst first; `sightings`: vehicles by key and line, to find them again in other ranges.
    """

    counts: Counts
    verdicts: pl.DataFrame | None
    findings: pl.DataFrame | None
    flows: pl.DataFrame | None
    set_aside: pl.DataFrame
    quality: pl.DataFrame
    sightings: pl.DataFrame | None
    annotations: pl.DataFrame | None
    reasons: pl.DataFrame
    shown: pl.DataFrame
    harmonised: pl.DataFrame | None = None


class RangeJudge:
    """Judges ranges of files under one set of options, as many at a time as these say. `judge` is asked for when a range
    has been read; while it is not there yet, further ranges are read.
    """

    def __init__(
        self,
        options: RunOptions,
        judge: Callable[[], Judge],
        importers: list[str],
        several_files: bool = False,
        annotate: bool = False,
    ) -> None:
        self._annotate = annotate
        self._at_once = Semaphore(max(1, options.threads))
        self._options = options
        self._several = several_files
        self._judge = judge
        self._importers = importers
        self._words = WordBook()
        self._keys = FlowKeys(options.by, COUNTRY_CODES)
        self._habits: dict[int, Habits] = {}

    def survey(self, source: Source, size: int) -> None:
        """Looks at how a whole file writes its dates and numbers, before any of it is read for good."""
        found = source.habits
        if source.format != "parquet" and source.n_rows > size:
            for part in source.ranges(size):
                found |= survey(source.read(part).frame, words=self._words, subject=source.subject)
        if found.bits:
            self._habits[source.index] = found

    def read(self, part: RowRange) -> ReadRange:
        """Reads and cleans one range. The cells as they were read, the largest thing in memory, do not outlive this call."""
        raw = part.source.read(part)
        prepared = prepare(raw.frame, options=self._prepare_options(part.source), words=self._words)
        aside = self._set_aside(raw, prepared.set_aside, part.source)
        return ReadRange(
            prepared=prepared,
            pairs=self._pairs(prepared.records),
            set_aside=aside,
            rows_in=raw.rows_in,
            rows_judged=raw.rows_behind(prepared.records["line"]),
            not_vehicles=raw.not_vehicles.height,
            behind=raw.behind,
            codes=raw.frame.select("line", "hs_code")
            if "harmonised" in self._options.tables and "hs_code" in raw.frame.columns
            else None,
        )

    def judge(self, part: RowRange) -> RangeResult:
        """Reads, cleans and judges one range."""
        with self._at_once:
            read = self.read(part)
        judge = self._judge()
        with self._at_once:
            return self._judged(read, judge, part)

    def _judged(self, read: ReadRange, judge: Judge, part: RowRange) -> RangeResult:
        prepared, pairs, records = read.prepared, read.pairs, read.prepared.records
        wanted = self._options.tables
        judgement = judge.judge(pairs) if self._options.explains else None
        verdict = judge.places(pairs) if judgement is None else judgement.verdicts["verdict"]
        units = pairs["quantity"]
        counts = read.counts()
        counts.findings = judgement.findings.height if judgement else 0
        counts.verdicts |= _units_by_word(verdict, VERDICTS, units)
        if judgement and "fuel_match" in judgement.verdicts.columns:
            # every word in its order, whatever occurs: what is written of a run has the same bytes each time
            counts.fuel_matches |= _units_by_word(judgement.verdicts["fuel_match"], MATCHES, units)
        return RangeResult(
            counts=counts,
            verdicts=self._named(judgement.verdicts, part.source)
            if judgement and "verdicts" in wanted
            else None,
            findings=judgement.findings.select(FINDING_COLUMNS)
            if judgement and "findings" in wanted
            else None,
            flows=partial_flows(pairs, verdict, self._keys) if "flows" in wanted else None,
            set_aside=read.set_aside,
            quality=prepared.quality.with_columns(pl.lit(part.source.name).alias("file")),
            sightings=sightings(records) if "vehicle_key" in records.columns else None,
            annotations=each_line(annotated_rows(judgement), read.behind)
            if judgement and self._annotate
            else None,
            reasons=self._reasons(judgement, units) if judgement else pl.DataFrame(),
            shown=self._shown(judgement) if judgement else pl.DataFrame(),
            harmonised=partial_harmonised(pairs, Path(part.source.name).name, read.codes)
            if "harmonised" in wanted
            else None,
        )

    def _named(self, verdicts: pl.DataFrame, source: Source) -> pl.DataFrame:
        """Verdicts with the name of the file, where there are several."""
        if not self._several:
            return verdicts
        return verdicts.select(
            pl.col("record_id"), pl.lit(source.name).alias("file"), pl.all().exclude("record_id")
        )

    def _prepare_options(self, source: Source) -> PrepareOptions:
        order = self._options.date_order or source.date_order
        # constants of the source (what the user or the layout states) are columns of its frames already
        return PrepareOptions(
            importer=self._importers[0] if self._importers else None,
            exporter=self._options.sender,
            importer_needed=self._options.standard is None,
            infer=self._options.infer,
            date_order=order,  # type: ignore[arg-type]
            subject=source.subject,
            habits=self._habits.get(source.index),
        )

    @staticmethod
    def _set_aside(raw: RawRange, unread: pl.DataFrame, source: Source) -> pl.DataFrame:
        columns = raw.set_aside.columns
        named = unread.with_columns(pl.lit(source.name).alias("file")).select(columns)
        named = each_line(named, raw.behind)
        return pl.concat([raw.set_aside, named], how="vertical_relaxed").sort("line", maintain_order=True)

    def _pairs(self, records: pl.DataFrame) -> pl.DataFrame:
        """Records, once for each country asked about."""
        if len(self._importers) < 2:
            return records
        asked = pl.DataFrame({"importer": pl.Series(self._importers, dtype=COUNTRY)})
        return records.drop("importer", strict=False).join(asked, how="cross", maintain_order="left_right")

    def _reasons(self, judgement: Judgement, units: pl.Series) -> pl.DataFrame:
        """How many records and units each sentence of the judge's words holds up."""
        words, records, single = self._judge().words, pl.len().cast(pl.Int64), all_single(units)
        return (
            judgement.findings.lazy()
            .select(
                words.sentence().alias("sentence"),
                *([] if single else [pl.lit(units).gather(pl.col("row")).alias("units")]),
            )
            .group_by("sentence")
            .agg(records.alias("records"), (records if single else pl.col("units").sum()).alias("units"))
            .collect()
        )

    def reasons(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """Reasons of all ranges in words, the weightiest first."""
        parts = [part for part in parts if part.width]
        if not parts:
            return pl.DataFrame()
        order = ["side", "provision", "outcome", "message", "effect", "status", "source"]
        told = ["side", "country", "provision", "effect", "status", "source", "message", "outcome"]
        sums = pl.col("records", "units").sum()
        summed = pl.concat(parts).group_by("sentence").agg(sums)
        said = self._judge().words.of(summed["sentence"]).select(pl.col(told).cast(pl.String))
        return (
            said.hstack(summed.select("records", "units"))
            .group_by(told)
            .agg(sums)
            .sort("units", *order, descending=[True, *[False] * len(order)])
        )

    @staticmethod
    def _shown(judgement: Judgement) -> pl.DataFrame:
        """A few records to show on a screen, refused ones first, each with its first sentence."""
        place = judgement.verdicts["verdict"].to_physical()
        at = pl.Series([], dtype=pl.UInt32)
        for bad in range(3):
            if at.len() < SHOWN:
                at = at.append(pl.arg_where(place == bad, eager=True).head(SHOWN - at.len()))
        worst = judgement.verdicts[at].with_columns(at.alias("row"))
        # findings lie in the order of their rows
        rows = judgement.findings["row"]
        first, behind = (rows.search_sorted(at, side) for side in ("left", "right"))
        spans = pl.DataFrame({"first": first, "behind": behind}).sort("first")
        chosen = spans.select(pl.int_ranges("first", "behind").explode()).to_series().drop_nulls()
        about = (
            judgement.findings[chosen]
            .lazy()
            .select(
                "row",
                pl.col("provision").cast(pl.String),
                pl.col("outcome").cast(pl.String),
                "missing",
                pl.col("message").cast(pl.String),
                "remark",
                "observed_low",
                "observed_high",
                pl.col("unit").cast(pl.String),
                pl.col("effect").cast(pl.String),
            )
            .group_by("row", maintain_order=True)
            .agg(pl.all())
            .collect()
        )
        return worst.join(about, on="row", how="left", maintain_order="left").drop("row")


def in_own_memory(table: pl.DataFrame) -> pl.DataFrame:
    """The same table in memory of its own: a few words that were picked from a large table hold fast all words of it."""
    copied = table.write_ipc(None, compat_level=pl.CompatLevel.oldest())
    return pl.read_ipc(copied.getvalue())


def _units_by_word(column: pl.Series, words: Sequence[str], units: pl.Series) -> dict[str, int]:
    """Units by the words of an Enum, in their order; a null is of no word. Words are few: each is looked for."""
    places, single = column.to_physical(), all_single(units)
    found = {word: places == place for place, word in enumerate(words)}
    return {word: int(is_it.sum() if single else units.filter(is_it).sum()) for word, is_it in found.items()}
