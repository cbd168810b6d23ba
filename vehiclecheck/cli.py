"""The command line: parse, call, print."""

from __future__ import annotations

import errno
import functools
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vehiclecheck.cli_flows import FilesOrCommand, compile_command, harmonised_file, harmonised_options
from vehiclecheck.cli_options import (
    Failed,
    date_order_option,
    from_option,
    no_infer_option,
    range_rows_option,
    refusals,
    to_option,
)
from vehiclecheck.tuning import collect_rarely, work_alone
from vehiclecheck.version import __version__
from vehiclecheck.vocabulary.choices import GROUPS, RECEIVER, VEHICLE_FIELDS, VERDICTS, VIEWS

if TYPE_CHECKING:
    from vehiclecheck.runs.running import RunResult


class Interrupted(Failed):
    """The user's Ctrl-C, with the exit code that shells give it (1 would say that `--fail-on` was met)."""

    exit_code = 130


class Main(click.Group):
    """The commands, with one sentence for a standard output that cannot be written (a full disk)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        _add_commands()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name; for the answer about one vehicle the other commands are not imported."""
        if cmd_name != "explain":
            _add_commands()
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; what it could not read or write elsewhere has become a sentence there."""
        collect_rarely()
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader has gone (`| head`): click ends quietly
                raise
            # what is left in the buffer would fail once more when the interpreter ends
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Failed(f"standard output cannot be written to: {error.strerror or error}") from error


@contextmanager
def sentences() -> Iterator[None]:
    """Turns the errors that are meant for people, and memory that runs out over many rows, into one sentence and exit
    code 2.
    """
    with refusals():
        try:
            yield
        except MemoryError as error:
            raise Failed("there is not enough memory: cut the work smaller with --range-rows") from error


@click.group(cls=Main, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="vehiclecheck")
def main() -> None:
    """Judge used vehicles and fuel against the dated, cited rules of the countries they leave and reach."""


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        (
            click.argument("files", nargs=-1, required=True),
            to_option,
            from_option,
            click.option(
                "--layout",
                metavar="NAME",
                help="How to read the columns: a layout's name, a TOML file, or `auto` for the best guess.",
            ),
            click.option(
                "--standard",
                metavar="CODE",
                help="Judge against a standard as well: a bloc's (EAC, EU), a fuel specification (EN590).",
            ),
            click.option(
                "--packs",
                "packs",
                type=click.Path(path_type=Path),
                metavar="DIR",
                help="A folder of packs that extend or replace the shipped ones.",
            ),
            click.option(
                "--subject",
                type=click.Choice(["vehicle", "fuel"]),
                help="What the records are, where the file does not tell.",
            ),
            date_order_option,
            no_infer_option,
            click.option(
                "--view",
                type=click.Choice(VIEWS),
                default=RECEIVER,
                show_default=True,
                help="Fuel: to whom a test result is to prove something (ISO 4259).",
            ),
            click.option(
                "--by",
                default="exporter,importer,year,vehicle_class",
                show_default=True,
                metavar="A,B",
                help=f"Groups of the flow table: some of {', '.join(GROUPS)}.",
            ),
            range_rows_option,
            click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
            click.option("--quiet", is_flag=True, help="No progress on standard error."),
        )
    ):
        command = option(command)
    return command


@main.command()
@_common
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write verdicts, findings, flows, set_aside and run.json there.",
)
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["csv", "parquet", "xlsx", "json"]),
    default="csv",
    show_default=True,
    help="Format of the files in --out.",
)
@click.option("--resume", is_flag=True, help="Go on where an interrupted run into --out stopped.")
@click.option("--passes", is_flag=True, help="List in the findings what passed, too.")
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(VERDICTS),
    help="Exit with 1 if any record has this verdict.",
)
def screen(fail_on: tuple[str, ...], as_json: bool, quiet: bool, **asked: Any) -> None:
    """Screen the records of FILES (paths, patterns, or - for standard input): what to hold, why, under which law."""
    result = _run(asked, quiet=quiet)
    if as_json:
        click.echo(_result_json(result))
    else:
        from vehiclecheck.outputs.terminal import screening_report

        click.echo(screening_report(result))
    if any(result.counts.verdicts[verdict] for verdict in fail_on):
        sys.exit(1)


@main.group(cls=FilesOrCommand, no_args_is_help=False)
@_common
@harmonised_options
def flows(as_json: bool, quiet: bool, harmonised: Path | None, reported_by: str, **asked: Any) -> None:
    """Count FILES by exporter, importer, year and more: units, value, mean age as bounds, units by verdict.

    The commands below are on the files of statistical offices instead of vehicle records.
    """
    tables = ("flows",) if harmonised is None else ("flows", "harmonised")
    with sentences(), harmonised_file(harmonised, reported_by, asked["to"]) as write:
        result = _run(asked, quiet=quiet, tables=tables)
        write(result)
    if as_json:
        click.echo(_json({"flows": result.flows.to_dicts(), "counts": result.counts.as_dict()}))
        return
    from vehiclecheck.outputs.terminal import aside_table, flow_table, reconciliation

    click.echo(flow_table(result.flows))
    if result.set_aside.height:
        click.echo("\n" + aside_table(result))
    click.echo("\n" + reconciliation(result))


def _run(asked: dict[str, Any], *, quiet: bool, tables: tuple[str, ...] | None = None) -> RunResult:
    with sentences():
        from vehiclecheck.runs.folder import unfinished
        from vehiclecheck.runs.options import RunOptions
        from vehiclecheck.runs.running import run

        paths = asked.pop("files")
        options = RunOptions(
            **{
                "to": asked.pop("to"),
                "by": tuple(name.strip() for name in asked.pop("by").split(",")),
                "infer": not asked.pop("no_infer"),
                "format": asked.pop("fmt", "csv"),
                **asked,
                **({"tables": tables} if tables else {}),
            }
        )
        try:
            return run(paths, options) if quiet else _with_progress(paths, options)
        except KeyboardInterrupt as error:
            kept = (
                f"; the same command with --resume goes on in {options.out}"
                if unfinished(options.out)
                else ""
            )
            raise Interrupted(f"interrupted{kept}") from error


def _with_progress(paths: tuple[str, ...], options: Any) -> RunResult:
    from vehiclecheck.runs.running import run

    if not sys.stderr.isatty():
        return run(paths, options)
    bar = None

    def progress(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            bar = click.progressbar(length=total, label="rows judged", file=sys.stderr)
            bar.__enter__()
        bar.update(done - bar.pos)

    try:
        return run(paths, options, progress)
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)


def _result_json(result: RunResult) -> str:
    document: dict[str, Any] = {
        "counts": result.counts.as_dict(),
        "read": [
            {"file": source.name, "rows": source.n_rows, "layout": source.layout, "columns": source.matched}
            for source in result.sources
        ],
        "packs": result.packs,
        "reasons": result.reasons.to_dicts(),
        "flows": result.flows.to_dicts(),
        "set_aside": result.set_aside.to_dicts(),
        "quality": result.quality.to_dicts(),
        "files": [str(path) for path in result.files],
        "notes": result.notes,
    }
    for name in ("verdicts", "findings"):
        frame = getattr(result, name)
        if frame is not None:
            document[name] = frame.to_dicts()
    return _json(document)


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, default=str)


def _vehicle_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, words in reversed(VEHICLE_FIELDS.items()):
        flags = [f"--{name.replace('_', '-')}"]
        if name.endswith("_on") and not name.startswith("certificate"):
            flags.append(f"--{name.removesuffix('_on')}")
        command = click.option(*flags, name, metavar="TEXT", help=words)(command)
    return command


@main.command()
@click.option("--to", "to", required=True, metavar="COUNTRY", help="Where the vehicle goes.")
@click.option("--from", "sender", metavar="COUNTRY", help="Where it comes from.")
@click.option("--standard", metavar="CODE", help="A standard to judge by as well.")
@click.option(
    "--packs",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder of packs that extend or replace the shipped ones.",
)
@no_infer_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@_vehicle_options
def explain(
    to: str,
    sender: str | None,
    standard: str | None,
    packs: Path | None,
    no_infer: bool,
    as_json: bool,
    **record: str | None,
) -> None:
    """Explain one vehicle: each provision, what it asks, what is known, what follows, and what would have to be known."""
    work_alone()
    with sentences():
        from vehiclecheck import api

        told = api.explain(record, to=to, sender=sender, standard=standard, packs=packs, infer=not no_infer)
        if as_json:
            click.echo(
                _json(
                    {
                        "verdicts": told.verdicts,
                        "provisions": told.provisions.to_dicts(),
                        "needed": told.needed,
                        "remarks": told.quality.to_dicts(),
                    }
                )
            )
            return
        from vehiclecheck.outputs.terminal import explanation_report

        click.echo(explanation_report(told))


@functools.cache
def _add_commands() -> None:
    """The commands that have modules of their own, which take a while to be imported."""
    from vehiclecheck.cli_editing import diff_packs, format_packs, new_country
    from vehiclecheck.cli_emissions import emissions
    from vehiclecheck.cli_evidence import COMMANDS as EVIDENCE
    from vehiclecheck.cli_flow_pictures import draw
    from vehiclecheck.cli_flow_sharing import verify_command
    from vehiclecheck.cli_flow_tables import TABLES
    from vehiclecheck.cli_fuel import fuel
    from vehiclecheck.cli_packs import packs

    for command in (*EVIDENCE, new_country, format_packs, diff_packs):
        packs.add_command(command)
    for command in (compile_command, verify_command, draw, *TABLES):
        flows.add_command(command)
    for command in (packs, fuel, emissions):
        main.add_command(command)
