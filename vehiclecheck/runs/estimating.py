"""A run from files to an estimate of what their vehicles give off: cut into ranges like any run, and put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from vehiclecheck.air.assumptions import Assumptions
from vehiclecheck.air.estimate import Estimate, estimate
from vehiclecheck.air.sulphur import LegalSulphur
from vehiclecheck.air.sums import AirSums, Groups, partial_sums
from vehiclecheck.records.sources import RowRange, Source
from vehiclecheck.runs.errors import RunError
from vehiclecheck.runs.options import RunOptions, countries_asked
from vehiclecheck.runs.ranges import Counts, RangeJudge, in_own_memory
from vehiclecheck.runs.running import (
    Progress,
    begun,
    mapped,
    merged_set_aside,
    open_sources,
    reconcile,
    rows_a_range,
)
from vehiclecheck.screening.judge import Judge
from vehiclecheck.vocabulary.countries import COUNTRY_CODES

#: Groups of an estimate where none are asked for.
DEFAULT_BY = ("importer", "verdict")


@dataclass(slots=True)
class AirResult:
    """What came of an estimate. Verdicts in it are the importer's. `importers`: the countries asked about, if any were."""

    estimate: Estimate
    counts: Counts
    set_aside: pl.DataFrame
    sources: list[Source]
    options: RunOptions
    importers: list[str]
    packs: list[str]


def estimate_files(
    paths: Sequence[str],
    options: RunOptions,
    assumptions: Assumptions,
    by: Sequence[str] = DEFAULT_BY,
    progress: Progress | None = None,
) -> AirResult:
    """Estimates what the vehicles of files give off. RunError, InputError and PackError say in one sentence what is wrong.

    Of `options` those of reading count, the countries and the packs; nothing is written.
    """
    try:
        groups = Groups(by, COUNTRY_CODES)
    except ValueError as error:
        raise RunError(f"--by: {error}") from error
    options = replace(options.checked(), out=None, tables=())
    library = options.library()
    sources = open_sources(paths, options)
    for source in sources:
        if source.subject != "vehicle":
            raise RunError(f"{source.name}: holds fuel records; what vehicles give off is estimated")
    importers = countries_asked(options.to, library, "vehicle")
    sulphur = LegalSulphur(library.packs(importers or None), COUNTRY_CODES)
    judge = begun(lambda: Judge(library, COUNTRY_CODES))
    told = None if assumptions.sulphur_mg_kg is not None else sulphur
    worker = RangeJudge(options, judge, importers)
    size = rows_a_range(options, importers)
    parts = [part for source in sources for part in source.ranges(size)] or [RowRange(sources[0], 0, 0)]
    for source in sources:
        worker.survey(source, size)

    def summed(part: RowRange) -> tuple[Counts, pl.DataFrame, pl.DataFrame]:
        read = worker.read(part)
        verdict = judge().places(read.pairs, of=("import",))
        return read.counts(), read.set_aside, partial_sums(read.pairs, verdict, groups, told)

    counts, sums = Counts(), AirSums(groups)
    aside: list[pl.DataFrame] = []
    done, total = 0, sum(part.count for part in parts)
    for part, (counted, left, added) in zip(parts, mapped(parts, summed, options.threads), strict=True):
        counts.add(counted)
        aside.append(in_own_memory(left))
        sums.add(added)
        done += part.count
        if progress:
            progress(done, total)
    reconcile(counts, sources)
    return AirResult(
        estimate=estimate(sums.table(), groups.by, assumptions, sulphur.levels),
        counts=counts,
        set_aside=merged_set_aside(aside, sources),
        sources=sources,
        options=options,
        importers=importers,
        packs=judge().codes_used,
    )
