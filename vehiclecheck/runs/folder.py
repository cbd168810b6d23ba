"""The output folder of a run: parts while it goes on, whole files at its end, and how an interrupted run goes on."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.outputs.errors import OutputError
from vehiclecheck.outputs.files import (
    join_parts,
    part_path,
    put_in_place,
    write_part,
    write_shipment,
    write_table,
    write_text,
)
from vehiclecheck.records.sources import Source
from vehiclecheck.runs.errors import RunError
from vehiclecheck.runs.options import RunOptions
from vehiclecheck.runs.ranges import Counts, RangeResult
from vehiclecheck.screening.judge import FINDING_COLUMNS
from vehiclecheck.standards import Library
from vehiclecheck.version import __version__

_WORK = ".unfinished"
#: Within the work folder: whole files that wait for their names. Its `run.json` comes last and says that all are there.
_READY = "ready"
_RECORD = "run.json"
#: What the files, options and packs of an unfinished run are.
_MARK = "identity.json"
_COLUMNS = "verdict-columns.json"
#: Tables of a range that are kept as Parquet until the end, whatever the format of the results.
_SMALL = ("flows", "reasons", "shown", "set_aside", "quality", "sightings", "annotations")
_LARGE = ("verdicts", "findings")


def unfinished(out: Path | None) -> bool:
    """Whether an interrupted run lies in a folder, for `--resume`."""
    return out is not None and (out / _WORK).is_dir()


class RunFolder:
    """Where a run keeps its parts and puts its results."""

    def __init__(
        self,
        options: RunOptions,
        identity: Callable[[], dict[str, Any]],
        finished: set[int],
        made: bool = False,
    ) -> None:
        assert options.out is not None
        self._out = options.out
        self._work = options.out / _WORK
        self._format = options.format
        self._wanted = [name for name in _LARGE if name in options.tables]
        self._with_flows = "flows" in options.tables
        self._identified = identity
        self._made = made
        #: Numbers of the ranges that an interrupted run has finished.
        self.finished = finished

    @functools.cached_property
    def _identity(self) -> dict[str, Any]:
        return self._identified()

    @classmethod
    def open(
        cls,
        options: RunOptions,
        sources: Sequence[Source],
        packs: Callable[[], Sequence[str]],
        library: Library,
    ) -> RunFolder:
        """Begins a run in the folder of the options, or takes up an unfinished one where they say so. `packs` gives the
        codes of the packs that judge, when the folder is signed.

        RunError if there is nothing to resume or it was another run; OutputError if the folder cannot be written to.
        """
        assert options.out is not None
        work = options.out / _WORK
        identity = functools.partial(_identity, options, sources, packs, library)
        begun = cls(options, identity, set(), made=not options.out.exists())
        try:
            if options.resume and not work.is_dir():
                raise RunError(f"nothing to resume in {options.out}: no unfinished run lies there")
            # a run that was killed in its first moments has no mark yet: it begins anew
            if options.resume and (work / _MARK).exists():
                if (work / _MARK).read_text(encoding="utf-8") != begun._marked():
                    raise RunError(
                        f"the unfinished run in {options.out} had other files, packs or options; "
                        "without --resume a new one begins"
                    )
                begun.finished = {int(path.stem.split("-")[1]) for path in work.glob("done-*.json")}
                return begun
            options.out.mkdir(parents=True, exist_ok=True)
            if work.exists():
                packs()  # a broken pack is told of before an interrupted run is swept away
                shutil.rmtree(work)
            work.mkdir()
        except (OSError, OutputError) as error:
            if not options.resume:
                begun.leave()
            why = error.strerror or error if isinstance(error, OSError) else error
            raise OutputError(f"{options.out}: cannot be written to: {why}") from error
        return begun

    def sign(self) -> None:
        """Marks the folder with what the run is made of, for `--resume`. Files are read through for it: while ranges are
        judged already.
        """
        if not (self._work / _MARK).exists():
            write_text(self._marked(), self._work / _MARK)

    def _marked(self) -> str:
        return json.dumps(self._identity, sort_keys=True, default=str)

    def leave(self) -> None:
        """Leaves a run that failed: what was finished stays for `--resume`; where nothing was, nothing is left behind."""
        if next(self._work.glob("done-*.json"), None) is not None:
            return
        shutil.rmtree(self._work, ignore_errors=True)
        if self._made:
            with contextlib.suppress(OSError):
                self._out.rmdir()

    def keep(self, number: int, result: RangeResult) -> None:
        """Keeps what a range came to. Its mark comes last: a range is finished when everything it made is in place."""
        if result.verdicts is not None and not (self._work / _COLUMNS).exists():
            beside = self._work / f"{_COLUMNS}.{number}"
            write_text(json.dumps(result.verdicts.columns), beside)
            os.replace(beside, self._work / _COLUMNS)
        for name in self._wanted:
            write_part(getattr(result, name), part_path(self._work, name, number, self._format), self._format)
        for name in _SMALL:
            table = getattr(result, name)
            if table is not None:
                write_part(table, self._small(name, number), "parquet")
        write_text(json.dumps(result.counts.as_dict()), self._work / f"done-{number:06d}.json")

    def _small(self, name: str, number: int) -> Path:
        return self._work / f"{name}-part-{number:06d}.parquet"

    def counts(self, ranges: int) -> Iterator[Counts]:
        """The counts of all ranges."""
        for number in range(ranges):
            yield Counts(**json.loads((self._work / f"done-{number:06d}.json").read_text(encoding="utf-8")))

    def small_tables(self, name: str, numbers: Iterable[int]) -> list[pl.DataFrame]:
        """The kept tables of one name, of ranges by their numbers."""
        places = [self._small(name, number) for number in numbers]
        return [pl.read_parquet(place) for place in places if place.exists()]

    def publish(
        self,
        ranges: int,
        tables: Mapping[str, pl.DataFrame],
        counts: Counts,
        shipment: tuple[pl.DataFrame, list[str]] | None = None,
        notes: Sequence[str] = (),
    ) -> list[Path]:
        """Puts the results under their names and removes the parts. Returns what was written.

        First every file is made whole in the work folder, then all are moved: a full disk leaves the results of an earlier
        run as they were, and an interruption between two moves is mended by `--resume`.
        """
        ready = self._work / _READY
        if not (ready / _RECORD).exists():
            self._make_ready(ready, ranges, tables, counts, shipment, notes)
        try:
            names = json.loads((ready / _RECORD).read_text(encoding="utf-8"))["outputs"]
            for name in (*names, _RECORD):
                if (ready / name).exists():
                    put_in_place(ready / name, self._out / name)
        except OSError as error:
            raise OutputError(f"{self._out}: cannot be written to: {error.strerror or error}") from error
        shutil.rmtree(self._work, ignore_errors=True)
        return [self._out / name for name in (*names, _RECORD)]

    def _make_ready(
        self,
        ready: Path,
        ranges: int,
        tables: Mapping[str, pl.DataFrame],
        counts: Counts,
        shipment: tuple[pl.DataFrame, list[str]] | None,
        notes: Sequence[str],
    ) -> None:
        if self._format == "xlsx":
            self._check_sheets(counts)
        ready.mkdir(exist_ok=True)
        outputs = []
        for name in self._wanted:
            target = ready / f"{name}.{self._format}"
            places = [part_path(self._work, name, number, self._format) for number in range(ranges)]
            join_parts(places, target, self._format, self._columns(name))
            outputs.append(target.name)
        for name, table in tables.items():
            if name == "flows" and not self._with_flows:
                continue
            target = ready / f"{name}.{self._format}"
            write_table(table, target, self._format)
            outputs.append(target.name)
        if shipment is not None:
            found = [part_path(self._work, "findings", number, self._format) for number in range(ranges)]
            write_shipment(*shipment, found, tables["set_aside"], ready / "shipment.xlsx")
            outputs.append("shipment.xlsx")
        record = {
            **self._identity,
            "counts": counts.as_dict(),
            "outputs": outputs,
            "notes": list(notes),
            "clock": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        }
        write_text(json.dumps(record, indent=2, default=str) + "\n", ready / _RECORD)

    def _check_sheets(self, counts: Counts) -> None:
        from vehiclecheck.outputs.files import MAX_SHEET_ROWS

        rows = max(counts.judgements, counts.findings)
        if rows >= MAX_SHEET_ROWS:
            raise OutputError(
                f"{rows:,} rows do not fit a worksheet ({MAX_SHEET_ROWS:,} at most): ask for --format csv or parquet"
            )

    def _columns(self, name: str) -> list[str]:
        if name == "findings":
            return list(FINDING_COLUMNS)
        place = self._work / _COLUMNS
        return (
            [str(column) for column in json.loads(place.read_text(encoding="utf-8"))]
            if place.exists()
            else []
        )


def _identity(
    options: RunOptions, sources: Sequence[Source], packs: Callable[[], Sequence[str]], library: Library
) -> dict[str, Any]:
    """What makes two runs the same: files, options, packs, version."""
    return {
        "vehiclecheck": __version__,
        "inputs": [
            {
                "name": source.name,
                "bytes": source.size,
                "sha256": source.sha256,
                "rows": source.n_rows,
                "layout": source.layout,
                "columns": source.matched,
            }
            for source in sources
        ],
        "packs": [
            {"code": code, "sha256": hashlib.sha256(library.file(code).read_bytes()).hexdigest()}
            for code in packs()
        ],
        "options": options.described(),
    }
