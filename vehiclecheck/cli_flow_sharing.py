"""Sharing of compiled statistics: the options of `flows compile` that make them a dataset, and `flows verify`."""

from __future__ import annotations

import functools
import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vehiclecheck.cli_options import fail, json_option, print_json, refusals

if TYPE_CHECKING:
    from vehiclecheck.trade.compiling import Compiled
    from vehiclecheck.trade.dataset import Sharing

#: Parquet and CSV are always written: the version of a dataset is a digest of its CSV.
FORMATS = ("csv", "parquet", "xlsx")
_SHOWN = 40


def sharing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of `flows compile` that say how a dataset is shared. They come as one argument, `sharing`."""

    @functools.wraps(command)
    def with_sharing(**asked: Any) -> Any:
        told = {name: asked.pop(name) for name in ("formats", "sdmx", "title", "creators", "date")}
        if asked.get("out") is None and any(told.values()):
            fail("--format, --sdmx, --title, --creator and --date are for a dataset: --out names its folder")
        return command(sharing=_sharing(told, asked), **asked)

    for option in (
        click.option("--date", metavar="DATE", help="The day of release (2026-01-31), for the citation."),
        click.option(
            "--creator",
            "creators",
            multiple=True,
            metavar="NAME",
            help="Who compiled the dataset (`Family, Given`, or an office), for the citation. Several times for several.",
        ),
        click.option("--title", metavar="TEXT", help="The title of the dataset."),
        click.option(
            "--sdmx",
            is_flag=True,
            help="Write the flows as SDMX-CSV 2.0, too, with their structure (SDMX-JSON).",
        ),
        click.option(
            "--format",
            "formats",
            multiple=True,
            type=click.Choice(FORMATS),
            help="Format of the flows. CSV and Parquet are always written; xlsx adds a workbook.",
        ),
    ):
        with_sharing = option(with_sharing)
    return with_sharing


def _sharing(told: dict[str, Any], asked: dict[str, Any]) -> Sharing:
    from vehiclecheck.cli_options import day_of
    from vehiclecheck.trade.dataset import Sharing
    from vehiclecheck.trade.sdmx import INSTALL

    if told["sdmx"] and importlib.util.find_spec("pysdmx") is None:
        fail(f"--sdmx: {INSTALL}")
    named = [told["title"] or "", *told["creators"]]
    if any(not text.isprintable() for text in named) or any(not name.strip() for name in told["creators"]):
        fail("--title and --creator are one line of text each")
    return Sharing(
        title=told["title"] or None,
        creators=tuple(name.strip() for name in told["creators"]),
        date=day_of(told["date"], "--date") if told["date"] else None,
        command=_command(told, asked),
        excel="xlsx" in told["formats"],
        sdmx=told["sdmx"],
    )


def _command(told: dict[str, Any], asked: dict[str, Any]) -> str:
    """The command as it would be typed beside the files: names without their folders, without where to write."""
    import shlex

    words = ["vehiclecheck", "flows", "compile", *(Path(path).name or str(path) for path in asked["paths"])]
    if asked["period"] != "month":
        words += ["--period", asked["period"]]
    if asked["estimate"]:
        words += ["--estimate", asked["estimate"]]
    words += ["--keep-outliers"] if asked["keep_outliers"] else []
    words += ["--rates", asked["rates"].name] if asked["rates"] else []
    words += [word for name in told["formats"] for word in ("--format", name)]
    words += ["--sdmx"] if told["sdmx"] else []
    words += ["--title", told["title"]] if told["title"] else []
    words += [word for name in told["creators"] for word in ("--creator", name)]
    words += ["--date", told["date"]] if told["date"] else []
    return shlex.join(words)


def write_shared(compiled: Compiled, sharing: Sharing, out: Path) -> list[Path]:
    """Writes compiled statistics as a dataset. Returns its files."""
    from vehiclecheck.outputs.dataset_files import write_dataset
    from vehiclecheck.outputs.statistics_files import statistics_makers
    from vehiclecheck.trade.dataset import Contents, hashed

    document = compiled.document()
    if compiled.options.rates is not None:  # values in dollars follow from it as from any other input
        document["rates"] = hashed(compiled.options.rates).as_dict()
    contents = Contents(compiled.frame, compiled.left_out, compiled.set_aside, document)
    return write_dataset(statistics_makers(compiled), contents, sharing, out)


@click.command("verify")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DATASET")
@json_option
def verify_command(folder: Path, as_json: bool) -> None:
    """Verify that a DATASET is what its provenance says.

    Files by their hashes, rows and sums by counting again. Every difference is named; then the exit code is 1.
    """
    from vehiclecheck.trade.verifying import verify

    with refusals():
        found = verify(folder)
    if as_json:
        print_json(
            {
                "version": found.version[:12],
                "digest": found.version,
                "files": found.files,
                "rows": found.rows,
                "differences": list(found.differences),
            }
        )
    else:
        click.echo(_verified(folder, found.differences, found.files, found.rows, found.sums, found.version))
    if found.differences:
        sys.exit(1)


def _verified(
    folder: Path, differences: Sequence[str], files: int, rows: int, groups: int, version: str
) -> str:
    from vehiclecheck.outputs.neutral import printable
    from vehiclecheck.outputs.packs import wrap
    from vehiclecheck.outputs.terminal import width

    name = printable(str(folder))
    if not differences:
        return wrap(
            f"{name}: version {version[:12]} is as recorded: {files:,} files, {rows:,} rows of flows, and {groups:,} "
            "sums of vehicles and value by reporter, flow and year.",
            width(),
        )
    many = "1 difference" if len(differences) == 1 else f"{len(differences):,} differences"
    lines = [
        wrap(f"{name} is not as recorded: {many}. Its tables are now version {version[:12]}.", width()),
        "",
    ]
    lines += [wrap(f"- {printable(one)}", width()) for one in differences[:_SHOWN]]
    if len(differences) > _SHOWN:
        lines.append(f"and {len(differences) - _SHOWN:,} more: --json has all")
    return "\n".join(lines)
