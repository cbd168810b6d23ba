"""A run from files to results: open, cut into ranges, judge each, put together, reconcile."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, TypeVar

import polars as pl

from vehiclecheck.flows.harmonised import HarmonisedSums
from vehiclecheck.flows.table import FlowKeys, FlowSums
from vehiclecheck.records.quality import repeated_vehicles
from vehiclecheck.records.set_aside import empty as nothing_set_aside
from vehiclecheck.records.sources import RowRange, Source, expand, open_source
from vehiclecheck.runs.annotating import SCHEMA as ANNOTATIONS
from vehiclecheck.runs.annotating import annotated_shipment, why_not_annotated
from vehiclecheck.runs.errors import RunError
from vehiclecheck.runs.folder import RunFolder
from vehiclecheck.runs.options import ALL, RunOptions, countries_asked
from vehiclecheck.runs.ranges import SHOWN, Counts, RangeJudge, RangeResult, in_own_memory
from vehiclecheck.screening.judge import Judge
from vehiclecheck.standards import Library
from vehiclecheck.vocabulary.choices import RANGE_ROWS
from vehiclecheck.vocabulary.countries import COUNTRY_CODES

#: Told rows done and rows in all.
Progress = Callable[[int, int], None]
_Result = TypeVar("_Result")

#: A pair of record and country is a row of memory: ranges are cut so that they make about this many.
_PAIRS = RANGE_ROWS
#: Small tables of ranges that are put together at the end, read back for memory of their own (`in_own_memory`). What grows
#: with the records is read at the end, not kept.
_TAKEN_UP = ("set_aside", "reasons", "shown", "quality")


@dataclass(slots=True)
class Sightings:
    """The vehicles of all ranges, to be found again in another one. Of too many none are kept: memory has a bound."""

    MOST: ClassVar[int] = 5_000_000
    tables: list[pl.DataFrame] = field(default_factory=list)
    seen: int = 0

    def add(self, table: pl.DataFrame) -> None:
        """Takes the vehicles of one more range."""
        self.seen += table.height
        if self.too_many:
            self.tables.clear()
        else:
            self.tables.append(table)

    @property
    def too_many(self) -> bool:
        """Whether the same vehicle can only be looked for within each range."""
        return self.seen > self.MOST


@dataclass(slots=True)
class RunResult:
    """What came of a run.

    With an output folder `verdicts` and `findings` are None (they lie in `files`); without one they are whole tables.
    `quality` holds remarks on the data themselves (a VIN that cannot be, an odometer that fell).
    `reasons` has a row a version of a provision and outcome, with the records and units it holds up; `shown`
    some of the records that are not admitted, the worst first. `resumed` is the number of ranges that were done before;
    `notes` are sentences on what was not done, and why.
    """

    counts: Counts
    flows: pl.DataFrame
    set_aside: pl.DataFrame
    quality: pl.DataFrame
    reasons: pl.DataFrame
    shown: pl.DataFrame
    sources: list[Source]
    options: RunOptions
    packs: list[str] = field(default_factory=list)
    verdicts: pl.DataFrame | None = None
    findings: pl.DataFrame | None = None
    files: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    resumed: int = 0
    #: Sums for the harmonised table, where the run's tables name it and nothing is written.
    harmonised: HarmonisedSums = field(default_factory=HarmonisedSums)


def run(paths: Sequence[str], options: RunOptions, progress: Progress | None = None) -> RunResult:
    """Screens files. RunError, InputError, PackError and OutputError say in one sentence what is wrong; then nothing
    that was there before has changed.
    """
    options = options.checked()
    library = options.library()
    if options.standard is not None:  # results name it by its code, however it was typed
        options = replace(options, standard=library.standard_code(options.standard))
    sources = open_sources(paths, options)
    subjects = sorted({source.subject for source in sources})
    if len(subjects) > 1:
        raise RunError("vehicle records and fuel records are screened in runs of their own")
    importers = countries_asked(options.to, library, subjects[0])
    judge = begun(lambda: _made_judge(library, subjects[0], options))
    not_annotated = why_not_annotated(options, sources, importers)
    annotate = options.out is not None and options.format == "xlsx" and not_annotated is None
    worker = RangeJudge(options, judge, importers, several_files=len(sources) > 1, annotate=annotate)
    size = rows_a_range(options, importers)
    folder = None
    if options.out is not None:
        folder = RunFolder.open(options, sources, lambda: judge().codes_used, library)
    # files without a single row give one empty range, so that the results have their columns
    parts = [part for source in sources for part in source.ranges(size)] or [RowRange(sources[0], 0, 0)]
    result = RunResult(
        counts=Counts(),
        flows=pl.DataFrame(),
        set_aside=nothing_set_aside(),
        quality=pl.DataFrame(),
        reasons=pl.DataFrame(),
        shown=pl.DataFrame(),
        sources=sources,
        options=options,
        notes=[not_annotated] if not_annotated else [],
    )
    try:
        for source in sources:
            worker.survey(source, size)
        if folder is None:
            _collect(parts, worker, result, progress)
        else:
            _keep(parts, worker, folder, result, progress, annotate=annotate)
        result.packs = judge().codes_used
    except BaseException:
        if folder is not None:
            folder.leave()
        raise
    return result


def begun(work: Callable[[], _Result]) -> Callable[[], _Result]:
    """Begins something in a thread of its own; what is given back waits for it and returns (or raises) what came of it."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future.result


def _made_judge(library: Library, subject: str, options: RunOptions) -> Judge:
    """The judge of a run, made while the first ranges are read; the words of its findings may come a little later."""
    judge = Judge(
        library,
        COUNTRY_CODES,
        standard=options.standard,
        subject=subject,
        passes=options.passes,
        view=options.view,
    )
    if options.explains:
        begun(lambda: judge.words)
    return judge


def rows_a_range(options: RunOptions, importers: Sequence[str]) -> int:
    """Rows of a range, so that with all countries asked about it fits memory."""
    return max(1, min(options.range_rows, _PAIRS // max(1, len(importers))))


def open_sources(paths: Sequence[str], options: RunOptions) -> list[Source]:
    """The files of a run. InputError or RunError on one that cannot be used."""
    given = {"importer": options.to[0]} if options.to and options.to[0] != ALL else {}
    if options.sender:
        given["exporter"] = options.sender
    sources = [
        open_source(path, options.layout, options.subject, given=given, index=place)  # type: ignore[arg-type]
        for place, path in enumerate(expand(paths))
    ]
    for source in sources:
        told = {*source.matched, *source.constants, *source.rules.extract, *source.rules.implied}
        if "importer" not in told and not options.to and options.standard is None:
            raise RunError(
                f"{source.name}: names no importing country: add a column `importer` or give the country (--to)"
            )
    return sources


def mapped(parts: Sequence[RowRange], work: Callable[[RowRange], _Result], threads: int) -> Iterator[_Result]:
    """Results in the order of the ranges, with at most `threads` + 1 of them in memory."""
    if threads < 2 or len(parts) < 2:
        yield from map(work, parts)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting = []
        for part in parts:
            waiting.append(pool.submit(work, part))
            if len(waiting) > threads:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def _collect(
    parts: Sequence[RowRange], worker: RangeJudge, result: RunResult, progress: Progress | None
) -> None:
    """Everything in memory."""
    results: list[RangeResult] = []
    seen = Sightings()
    flows = FlowSums(FlowKeys(result.options.by, COUNTRY_CODES))
    done, total = 0, sum(part.count for part in parts)
    for part, one in zip(parts, mapped(parts, worker.judge, result.options.threads), strict=True):
        result.counts.add(one.counts)
        if one.flows is not None:
            flows.add(one.flows)
            one.flows = None
        if one.harmonised is not None:
            result.harmonised.add(one.harmonised)
            one.harmonised = None
        if one.sightings is not None:
            seen.add(one.sightings)
            one.sightings = None
        one.set_aside, one.quality = in_own_memory(one.set_aside), in_own_memory(one.quality)
        results.append(one)
        done += part.count
        if progress:
            progress(done, total)
    reconcile(result.counts, result.sources)
    result.flows = flows.table()
    result.set_aside = merged_set_aside([one.set_aside for one in results], result.sources)
    result.quality = merged_quality([one.quality for one in results], seen, result)
    result.reasons = worker.reasons([one.reasons for one in results])
    result.shown = merged_shown([one.shown for one in results])
    for name in ("verdicts", "findings"):
        tables = [table for one in results if (table := getattr(one, name)) is not None]
        setattr(result, name, pl.concat(tables, how="vertical_relaxed") if tables else None)


def _keep(
    parts: Sequence[RowRange],
    worker: RangeJudge,
    folder: RunFolder,
    result: RunResult,
    progress: Progress | None,
    *,
    annotate: bool,
) -> None:
    """Ranges into parts on disk; the parts of an interrupted run are not made again."""
    finished = folder.finished
    result.resumed = len(finished)
    todo = [(number, part) for number, part in enumerate(parts) if number not in finished]
    done, total = (
        sum(part.count for number, part in enumerate(parts) if number in finished),
        sum(part.count for part in parts),
    )

    def judge_and_keep(number: int, part: RowRange) -> list[pl.DataFrame]:
        judged = worker.judge(part)
        folder.keep(number, judged)
        return [] if judged.flows is None else [judged.flows]

    flows = FlowSums(FlowKeys(result.options.by, COUNTRY_CODES))
    small: dict[int, dict[str, list[pl.DataFrame]]] = {}

    def take(number: int, sums: list[pl.DataFrame]) -> None:
        """What a finished range adds to the whole: taken up while other ranges are judged."""
        for one in sums:
            flows.add(one)
        small[number] = {name: folder.small_tables(name, [number]) for name in _TAKEN_UP}

    # what came of a range takes far less memory than judging it: one more thread, so that it is written meanwhile
    with ThreadPoolExecutor(result.options.threads + 1) as pool:
        # what was taken up is not held by its future any longer
        underway = deque((number, part, pool.submit(judge_and_keep, number, part)) for number, part in todo)
        try:
            folder.sign()
            for number in finished:
                take(number, folder.small_tables("flows", [number]))
            while underway:
                number, part, future = underway.popleft()
                take(number, future.result())
                done += part.count
                if progress:
                    progress(done, total)
        except BaseException:
            for _, _, future in underway:
                future.cancel()
            raise
    for counts in folder.counts(len(parts)):
        result.counts.add(counts)
    reconcile(result.counts, result.sources)
    ordered = [small[number] for number in sorted(small)]

    def taken(name: str) -> list[pl.DataFrame]:
        return [table for tables in ordered for table in tables[name]]

    result.flows = flows.table()
    result.set_aside = merged_set_aside(taken("set_aside"), result.sources)
    result.reasons = worker.reasons(taken("reasons"))
    result.shown = merged_shown(taken("shown"))
    seen = Sightings()
    for number in range(len(parts)):
        for table in folder.small_tables("sightings", [number]):
            seen.add(table)
        if seen.too_many:
            break
    result.quality = merged_quality(taken("quality"), seen, result)
    tables = {"flows": result.flows, "set_aside": result.set_aside, "quality": result.quality}
    shipment = None
    if annotate:
        annotated = pl.concat(
            [pl.DataFrame(schema=ANNOTATIONS), *folder.small_tables("annotations", range(len(parts)))],
            how="vertical",
        )
        shipment = annotated_shipment(result.sources[0], annotated, result.set_aside)
    result.files = folder.publish(len(parts), tables, result.counts, shipment, result.notes)


def merged_set_aside(parts: Sequence[pl.DataFrame], sources: Sequence[Source]) -> pl.DataFrame:
    """Rows set aside of all ranges, in the order of their files and lines."""
    together = pl.concat([nothing_set_aside(), *parts], how="vertical_relaxed")
    if all(source.fold is None for source in sources):
        return together  # ranges follow one another
    names = [source.name for source in sources]
    return together.sort(pl.col("file").replace_strict(names, range(len(names))), "line", maintain_order=True)


def merged_quality(parts: Sequence[pl.DataFrame], seen: Sightings, result: RunResult) -> pl.DataFrame:
    """Remarks on the data of all ranges; a vehicle is looked for across them (a note says where it was not), and the count
    is brought up to date.
    """
    if not parts:
        return pl.DataFrame()
    found = pl.concat(parts)
    if seen.too_many and len(parts) > 1:
        result.notes.append(
            f"More than {Sightings.MOST:,} vehicles have a number: the same vehicle was looked for among neighbouring rows "
            "alone, as many as --range-rows says."
        )
    if len(seen.tables) > 1:
        names = pl.Series([source.name for source in result.sources])
        again = repeated_vehicles(pl.concat(seen.tables, how="diagonal"))
        again = again.with_columns(pl.lit(names).gather(pl.col("file").cast(pl.Int32)).alias("file"))
        within = pl.col("check").is_in(["vehicle_repeated", "odometer_ran_backwards"])
        found = pl.concat([found.filter(within.not_()), again.select(found.columns)]).sort(
            "file", "line", maintain_order=True
        )
    result.counts.quality_findings = found.height
    return found


def merged_shown(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The first records of all ranges that are not admitted, the worst first."""
    kept = [part for part in parts if part.height]
    if not kept:
        return pl.DataFrame()
    together = pl.concat(kept, how="vertical_relaxed")
    place = together["verdict"].cast(pl.String).replace_strict(_ORDER, return_dtype=pl.Int8)
    return (
        together.with_columns(place.alias("@place"))
        .sort("@place", maintain_order=True)
        .drop("@place")
        .head(SHOWN)
    )


_ORDER = {"refused": 0, "undetermined": 1, "conditional": 2, "admitted": 3, "unregulated": 4, "no_pack": 5}


def reconcile(counts: Counts, sources: Sequence[Source]) -> None:
    """RunError unless every row of the files was judged, set aside, or found to be no vehicle."""
    rows = sum(source.n_rows for source in sources)
    if not counts.adds_up() or counts.rows_in != rows:
        raise RunError(
            f"the totals do not add up: {rows} rows in the files, {counts.rows_in} read, {counts.rows_judged} judged, "
            f"{counts.rows_set_aside} set aside, {counts.rows_not_vehicles} not vehicles. "
            "This is a bug; no file was written"
        )
