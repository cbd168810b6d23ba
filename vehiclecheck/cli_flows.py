"""`vehiclecheck flows`: a command on files of vehicle records, and beside it commands on trade statistics.

Parses, calls, prints; what is printed is composed by `vehiclecheck.outputs.statistics`. A further subcommand is a module of
its own, added in `vehiclecheck.cli`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vehiclecheck.cli_flow_sharing import sharing_options, write_shared
from vehiclecheck.cli_options import fail, print_json, refusals

if TYPE_CHECKING:
    from vehiclecheck.runs.running import RunResult
    from vehiclecheck.trade.dataset import Sharing

#: Kept here and in `vehiclecheck.trade.quantities`, which loads more than a help text needs.
ESTIMATES = ("unit-weight",)
PERIODS = ("month", "year")


class FilesOrCommand(click.Group):
    """A command on FILES with commands beside it: a first argument that names none of them is a file (a file of such a name
    is written `./compile`).
    """

    allow_extra_args = False
    allow_interspersed_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The options and files of the command itself, or all that belongs to a command beside it."""
        if args and args[0] in self.commands:
            ctx.args = list(args)
            return ctx.args
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command on FILES, or the one that is named."""
        if not ctx.args:
            return click.Command.invoke(self, ctx)
        name, command, args = self.resolve_command(ctx, ctx.args)
        assert command is not None
        ctx.invoked_subcommand = name
        inner = command.make_context(name, args, parent=ctx)
        with inner:
            return inner.command.invoke(inner)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its own parameters; a command beside it is called without them, also in its usage line."""
        return super().get_params(ctx) if ctx.command is self else []

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both ways to call it."""
        formatter.write_usage(ctx.command_path, "[OPTIONS] FILES...")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix=" " * len("Usage: "))


def harmonised_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of `flows FILES` that write the harmonised table of the records."""
    for option in (
        click.option(
            "--reported-by",
            type=click.Choice(["exporter", "importer"]),
            default="importer",
            show_default=True,
            help="Whose authority made the records, for --harmonised.",
        ),
        click.option(
            "--harmonised",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Write the flows in the columns of compiled statistics, too: FILE.parquet or FILE.csv.",
        ),
    ):
        command = option(command)
    return command


@contextmanager
def harmonised_file(
    path: Path | None, reported_by: str, importers: Sequence[str]
) -> Iterator[Callable[[RunResult], None]]:
    """Refuses, before files are read, what cannot be written; gives what writes the table of a run."""
    if path is not None and path.suffix not in (".parquet", ".csv"):
        fail(f"--harmonised {path}: is written as .parquet or .csv")
    if path is not None and (len(importers) > 1 or tuple(importers) == ("all",)):
        fail(
            "--harmonised: a vehicle goes to one country; name one importer, or none where the records tell it"
        )

    def write(result: RunResult) -> None:
        if path is None:
            return
        from vehiclecheck.outputs.files import write_table
        from vehiclecheck.outputs.statistics_files import write_harmonised

        if result.sources[0].subject != "vehicle":
            fail("--harmonised: the files hold fuel records; flows of vehicles are harmonised")
        table = result.harmonised.table(reported_by)
        if path.suffix == ".csv":
            write_harmonised(table, path)
        else:
            write_table(table, path, "parquet")

    yield write


@click.command("compile")
@click.argument("paths", nargs=-1, required=True, metavar="FOLDER|FILES...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a dataset there: flows as Parquet and CSV, what is not in them, codebook, provenance, citation.",
)
@click.option(
    "--period",
    type=click.Choice(PERIODS),
    default="month",
    show_default=True,
    help="Periods as reported (months where an office tells them), or months summed to years.",
)
@click.option(
    "--estimate",
    type=click.Choice(ESTIMATES),
    help="Where vehicles were not counted: weight / median weight of a vehicle. Such rows are flagged.",
)
@click.option(
    "--keep-outliers",
    is_flag=True,
    help="Keep a number of vehicles that its weight contradicts; otherwise it becomes bounds.",
)
@click.option(
    "--rates",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="US dollars a unit of currency: a CSV with the columns currency, period (2021 or 2021-03), usd.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the table, the counts and the inputs as JSON.")
@sharing_options
def compile_command(
    paths: tuple[str, ...],
    out: Path | None,
    period: str,
    estimate: str | None,
    keep_outliers: bool,
    rates: Path | None,
    as_json: bool,
    sharing: Sharing,
) -> None:
    """Compile files of statistical offices into one harmonised table of flows.

    Of a FOLDER, every file is read whose layout is known; the others are named. Every row is accounted for: compiled, about
    other goods, left out (totals that would double the sums), or set aside with the reason.
    """
    with refusals():
        from vehiclecheck.trade.compiling import CompileOptions, compile_statistics

        options = CompileOptions(period, estimate, keep_outliers, rates, leave=() if out is None else (out,))
        compiled = compile_statistics(paths, options)
        written = write_shared(compiled, sharing, out) if out is not None else []
    if as_json:
        print_json({**compiled.document(), "flows": compiled.frame.to_dicts()})
        return
    from vehiclecheck.outputs.statistics import compiled_text

    click.echo(compiled_text(compiled, written))
