"""What several commands on packs share: their options, how a day and a pack are named, how a refusal is said."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from vehiclecheck.vocabulary.choices import RANGE_ROWS

if TYPE_CHECKING:
    from vehiclecheck.standards import Library, Pack


class Failed(click.ClickException):
    """What cannot be answered as asked: one sentence, exit code 2."""

    exit_code = 2


def fail(message: str) -> NoReturn:
    """Ends with one sentence and exit code 2."""
    from vehiclecheck.outputs.packs import printable_lines

    raise Failed(printable_lines(message))


@contextmanager
def refused_in_a_sentence(about: str = "") -> Iterator[None]:
    """Turns what packs, scales and folders refuse into one sentence and exit code 2; `about` names the option."""
    from vehiclecheck.standards.errors import PackError

    try:
        yield
    except PackError as error:
        fail(f"{about}: {error}" if about else str(error))


@contextmanager
def refusals() -> Iterator[None]:
    """Turns all errors that are meant for people, of files, packs, runs and outputs, into one sentence and exit code 2."""
    from vehiclecheck.outputs.errors import OutputError
    from vehiclecheck.records.errors import InputError
    from vehiclecheck.runs.errors import RunError
    from vehiclecheck.standards.errors import PackError

    try:
        yield
    except (InputError, RunError, PackError, OutputError, ValueError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'the system'}: {error.strerror or error}")


def day_of(text: str | None, option: str = "--on", example: str = "2026-01-31") -> dt.date:
    """The day that an option names; today where it names none."""
    if text is None:
        return dt.date.today()
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        fail(f"{option}: {text!r} is not a day such as {example}")


def library_of(folder: Path | None) -> Library:
    """The shipped packs, with those of a folder."""
    from vehiclecheck.standards import load_library

    with refused_in_a_sentence("--packs"):
        library = load_library(folder)
    return library


def packs_named(library: Library, words: Sequence[str]) -> list[Pack]:
    """The packs that codes or names of countries mean."""
    from vehiclecheck.scenarios.describing import find_packs

    with refused_in_a_sentence():
        found = find_packs(library, words)
    return found


def print_json(value: Any) -> None:
    """Prints a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


to_option = click.option(
    "--to",
    "to",
    multiple=True,
    metavar="COUNTRY",
    help="Importer of all records, for this and every --to; `all`: every country whose law is known.",
)
from_option = click.option("--from", "sender", metavar="COUNTRY", help="Exporter of all records.")
date_order_option = click.option(
    "--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), help="The order of dates such as 03/04/2020."
)
no_infer_option = click.option(
    "--no-infer",
    is_flag=True,
    help="Do not bound a missing emission class by the market of first registration.",
)
range_rows_option = click.option(
    "--range-rows",
    default=RANGE_ROWS,
    show_default=True,
    type=click.IntRange(1),
    help="Rows judged at a time.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
packs_option = click.option(
    "--packs",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder of packs that add to or replace the shipped ones.",
)
on_option = click.option(
    "--on", metavar="DATE", help="The day whose law is meant (2026-01-31); today if not given."
)
