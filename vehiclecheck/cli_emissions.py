"""`vehiclecheck emissions`: what vehicles give off, as an estimate with bounds.

Parses, calls, prints; what is printed is composed by `vehiclecheck.outputs.emissions`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vehiclecheck.cli_options import (
    date_order_option,
    fail,
    from_option,
    no_infer_option,
    range_rows_option,
    refusals,
    to_option,
)
from vehiclecheck.vocabulary.choices import GROUPS

if TYPE_CHECKING:
    from vehiclecheck.air import Assumptions, Estimate
    from vehiclecheck.runs.estimating import AirResult


@click.command()
@click.argument("files", nargs=-1)
@click.option(
    "--flows",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Estimate from a flow table (CSV or Parquet) instead of records.",
)
@to_option
@from_option
@click.option(
    "--km-per-year",
    metavar="N",
    help="Kilometres a year: a number, or GROUP=N,… for some groups of vehicles.",
)
@click.option("--years", metavar="N", help="Years that a vehicle is still driven: a number, or GROUP=N,…")
@click.option(
    "--speed",
    metavar="MIX",
    help="urban, rural, highway, or shares in percent: urban=50,rural=30,highway=20. Not given: anything between.",
)
@click.option(
    "--sulphur",
    type=float,
    metavar="PPM",
    help="Sulphur of the fuel in mg/kg. Not given: up to the legal limit of the destination.",
)
@click.option(
    "--by",
    metavar="A,B",
    help=f"Groups: some of {', '.join(GROUPS)}, verdict (of the importer).  [default: importer,verdict]",
)
@click.option(
    "--layout", metavar="NAME", help="How to read the columns: a layout's name, a TOML file, or `auto`."
)
@click.option(
    "--packs",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder of packs that extend or replace the shipped ones.",
)
@date_order_option
@no_infer_option
@range_rows_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the estimate there as well.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def emissions(
    files: tuple[str, ...],
    flows: Path | None,
    km_per_year: str | None,
    years: str | None,
    speed: str | None,
    sulphur: float | None,
    by: str | None,
    out: Path | None,
    as_json: bool,
    as_csv: bool,
    quiet: bool,
    **asked: Any,
) -> None:
    """Estimate what the vehicles of FILES give off: CO, NOx, PM2.5, VOC, fuel, SO2, in the first year and over their life.

    An estimate of hot exhaust, as bounds over all that the records leave open (emission class, fuel, size, driving), and
    by the importer's verdict: what refused vehicles would have added. Groups of vehicles for --km-per-year and --years:
    passenger-car, light-commercial, truck, bus.
    """
    from vehiclecheck.outputs import emissions as shown

    if bool(files) == bool(flows):
        fail("name FILES of records, or a flow table with --flows: one of them")
    groups = None if by is None else [name.strip() for name in by.split(",")]
    with refusals():
        from vehiclecheck.air import Assumptions

        assumptions = Assumptions.from_words(km_per_year, years, speed, sulphur)
        if flows is not None:
            given = [f"--{name}" for name in ("to", "layout") if asked[name]]
            given += ["--from"] if asked["sender"] else []
            if given:
                fail(f"{', '.join(given)}: a flow table names its countries itself")
            estimate, result = _of_flows(flows, assumptions, groups, asked["packs"]), None
        else:
            result = _of_records(files, assumptions, groups, asked, quiet=quiet)
            estimate = result.estimate
        document = shown.estimate_document(estimate)
        if result is not None:
            document["counts"] = result.counts.as_dict()
            document["set_aside"] = result.set_aside.to_dicts()
        written = shown.write_estimate(estimate, document, out) if out is not None else []
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))
    elif as_csv:
        click.echo(shown.estimate_csv(estimate), nl=False)
    else:
        click.echo(shown.estimate_text(estimate, sum_up=result is None or len(result.importers) < 2))
        if result is not None:
            _accounted(result)
        if written:
            click.echo("\n" + shown.written_text(written))


def _of_flows(path: Path, assumptions: Assumptions, by: list[str] | None, packs: Path | None) -> Estimate:
    from vehiclecheck.air import estimate_flows
    from vehiclecheck.air.flow_tables import read_flow_table
    from vehiclecheck.air.sulphur import LegalSulphur
    from vehiclecheck.cli_options import library_of
    from vehiclecheck.vocabulary.countries import COUNTRY_CODES

    sulphur = LegalSulphur(library_of(packs).packs(), COUNTRY_CODES)
    return estimate_flows(read_flow_table(path), assumptions, by, sulphur, name=str(path))


def _of_records(
    files: tuple[str, ...],
    assumptions: Assumptions,
    by: list[str] | None,
    asked: dict[str, Any],
    *,
    quiet: bool,
) -> AirResult:
    from vehiclecheck.runs.estimating import DEFAULT_BY, estimate_files
    from vehiclecheck.runs.options import RunOptions

    infer = not asked.pop("no_infer")
    options = RunOptions(**asked, infer=infer)
    groups = DEFAULT_BY if by is None else by
    if quiet or not sys.stderr.isatty():
        return estimate_files(files, options, assumptions, groups)
    with click.progressbar(length=1, label="rows read", file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        return estimate_files(files, options, assumptions, groups, progress)


def _accounted(result: AirResult) -> None:
    """What was set aside, and the totals."""
    from vehiclecheck.outputs.terminal import aside_table, reconciliation

    if result.set_aside.height:
        click.echo("\n" + aside_table(result))
    click.echo("\n" + reconciliation(result))
