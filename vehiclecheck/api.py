"""The Python door: the same calls as the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from vehiclecheck.records.errors import InputError
from vehiclecheck.screening.explaining import Explanation
from vehiclecheck.screening.explaining import explain as _explain
from vehiclecheck.standards import Library, load_library
from vehiclecheck.vocabulary.countries import country_code

if TYPE_CHECKING:
    from vehiclecheck.air import Assumptions
    from vehiclecheck.runs.estimating import AirResult
    from vehiclecheck.runs.running import Progress, RunResult


def screen(
    files: str | Path | Sequence[str | Path], *, progress: Progress | None = None, **options: Any
) -> RunResult:
    """Judges the records of files (paths, patterns, `-`) against the packs of both sides.

    Options are those of `vehiclecheck.runs.RunOptions`: `to` (countries), `sender` (the exporter), `layout`, `standard`,
    `packs` (a folder), `out`, `format`, `by`, `infer`, … Without `out` the tables are in the result.
    Raises InputError (a file), RunError (an option, or totals that do not add up), PackError, OutputError.
    """
    from vehiclecheck.runs.options import RunOptions
    from vehiclecheck.runs.running import run  # explaining one vehicle does without the machinery of runs

    return run(_texts(files), RunOptions(**_settled(options)), progress)


def _texts(files: str | Path | Sequence[str | Path]) -> list[str]:
    return [str(path) for path in ([files] if isinstance(files, str | Path) else files)]


def _settled(options: dict[str, Any]) -> dict[str, Any]:
    """Options as RunOptions has them: one country may be named alone, folders may be text."""
    settled = dict(options)
    to = settled.pop("to", None) or ()
    settled["to"] = (to,) if isinstance(to, str) else tuple(to)
    for name in ("out", "packs"):
        if settled.get(name) is not None:
            settled[name] = Path(settled[name])
    return settled


def explain(
    record: Mapping[str, Any],
    *,
    to: str,
    sender: str | None = None,
    standard: str | None = None,
    packs: str | Path | None = None,
    infer: bool = True,
) -> Explanation:
    """Judges one vehicle, told by its canonical fields: each provision, what it asks, what is known, what follows.

    Raises InputError for a field or country that cannot be read, PackError for packs.
    """
    importer, exporter = country(to), country(sender) if sender else None
    told = {name: str(value) for name, value in record.items() if value is not None}
    return _explain(
        told, load_library(packs), importer=importer, exporter=exporter, standard=standard, infer=infer
    )


def flow_table(
    files: str | Path | Sequence[str | Path], *, by: Sequence[str], **options: Any
) -> pl.DataFrame:
    """The flow table of files: units, value, mean age as bounds and units by verdict, grouped by some of
    exporter, importer, year, month, vehicle_class, category, propulsion, emission_class.
    """
    return screen(files, by=tuple(by), tables=("flows",), **options).flows


def emissions(
    files: str | Path | Sequence[str | Path],
    *,
    by: Sequence[str] = ("importer", "verdict"),
    assumptions: Assumptions | None = None,
    **options: Any,
) -> AirResult:
    """Estimates what the vehicles of files give off, in tonnes, as bounds: `estimate.table`, `estimate.coverage`, ….

    `by`: groups of flows, and `verdict` (the importer's). `assumptions`: kilometres, years, driving, sulphur. Options of
    reading and errors are those of `screen`. For a flow table: `vehiclecheck.air.estimate_flows`.
    """
    from vehiclecheck.air import Assumptions
    from vehiclecheck.runs.estimating import estimate_files
    from vehiclecheck.runs.options import RunOptions

    return estimate_files(_texts(files), RunOptions(**_settled(options)), assumptions or Assumptions(), by)


def packs(folder: str | Path | None = None) -> Library:
    """The rule packs, extended or replaced by those of `folder`."""
    return load_library(folder)


def country(name: str) -> str:
    """The code of a country by any name or code. InputError if it is not known."""
    code = country_code(name)
    if code is None:
        raise InputError(f"{name!r} is not a country that is known: use an ISO code such as KE")
    return code


__all__ = ["country", "emissions", "explain", "flow_table", "packs", "screen"]
