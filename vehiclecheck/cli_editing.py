"""`vehiclecheck packs format`, `new` and `diff`: for those who write packs.

Parses, calls, prints. The commands are attached to the group `packs`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vehiclecheck.cli_options import fail, json_option, print_json, refused_in_a_sentence

if TYPE_CHECKING:
    from vehiclecheck.scenarios.changes import Change
    from vehiclecheck.standards import Library


# ---------------------------------------------------------------- format


@click.command("format")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--check", is_flag=True, help="Change nothing; exit status 2 if a file would be changed.")
@click.option(
    "--packs",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The packs of this folder, in place of the shipped ones.",
)
def format_packs(files: tuple[Path, ...], check: bool, folder: Path | None) -> None:
    """Lays out packs and their cases in the one way: all of them, or the files given.

    What they say stays as it is. A file with comments that would be lost is left alone, with exit status 2.
    """
    from vehiclecheck.outputs.packs import counted, printable_lines
    from vehiclecheck.standards.errors import PackError
    from vehiclecheck.standards.writing import format_file, write_file

    with refused_in_a_sentence():
        chosen = list(files) or _all_files(folder)
    changed = refused = 0
    for file in chosen:
        try:
            text = format_file(file)
        except PackError as error:
            refused += 1
            click.echo(printable_lines(str(error)))
            continue
        if text is None:
            continue
        changed += 1
        if not check:
            with refused_in_a_sentence():
                write_file(file, text)
        click.echo(printable_lines(f"{'would change' if check else 'changed'} {_short(file)}"))
    words = f"{counted(len(chosen), 'file')}: {changed:,} {'would change' if check else 'changed'}"
    click.echo(f"{words}, {refused:,} left alone" if refused else words)
    if refused or (check and changed):
        click.get_current_context().exit(2)


def _all_files(folder: Path | None) -> list[Path]:
    from vehiclecheck.standards.errors import PackError
    from vehiclecheck.vocabulary.places import data_root

    if folder is None:
        places = [data_root() / "countries", data_root() / "rules" / "standards"]
    elif folder.is_dir():
        places = [folder, folder / "standards"]
    else:
        raise PackError(f"--packs: {folder}: is not a folder of packs")
    return [file for place in places for file in sorted(place.glob("*.toml"))]


def _short(file: Path) -> str:
    """A path as seen from the current folder, where it lies below it."""
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)


# ---------------------------------------------------------------- new


@click.command("new")
@click.argument("country")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to write; the shipped countries if that folder can be written to, else the current folder.",
)
def new_country(country: str, folder: Path | None) -> None:
    """Begins a pack: XX.toml and XX.cases.toml with every part of a pack in comments, to be filled in.

    COUNTRY is a code or a name.
    """
    from vehiclecheck.outputs.packs import printable_lines
    from vehiclecheck.standards.starting import start_pack
    from vehiclecheck.vocabulary.countries import country_code, country_name

    code = country_code(country)
    if code is None:
        fail(f"{country!r} names no country; write its two letters, for example KE")
    with refused_in_a_sentence():
        for file in start_pack(code, country_name(code), folder or _own_folder()):
            click.echo(printable_lines(f"written {_short(file)}"))


def _own_folder() -> Path:
    from vehiclecheck.vocabulary.places import data_root

    shipped = data_root() / "countries"
    return shipped if os.access(shipped, os.W_OK) else Path.cwd()


# ---------------------------------------------------------------- diff


@click.command("diff")
@click.argument("before")
@click.argument("after")
@json_option
def diff_packs(before: str, after: str, as_json: bool) -> None:
    """Shows what changed from one state of the packs to another: provision, from what to what, since when.

    BEFORE and AFTER are each a folder of packs, or a git revision of the repository in the current folder
    (HEAD~1, a tag, the start of a commit's number).
    """
    from vehiclecheck.outputs.packs import printable_lines, terminal_width
    from vehiclecheck.scenarios.changes import changes

    with refused_in_a_sentence(), ExitStack() as until_done:
        found = changes(*(_library(word, until_done) for word in (before, after)))
    if as_json:
        print_json([change.as_dict() for change in found])
        return
    click.echo(printable_lines(_text(found, terminal_width())))


def _library(word: str, until_done: ExitStack) -> Library:
    """The packs of a folder, or of a revision: these lie in a folder of their own until the stack is closed."""
    from vehiclecheck.scenarios.changes import library_of_folder, library_of_revision

    if Path(word).is_dir():
        return library_of_folder(Path(word))
    target = until_done.enter_context(tempfile.TemporaryDirectory(prefix="vehiclecheck-"))
    return library_of_revision(Path.cwd(), word, Path(target))


def _text(found: Sequence[Change], width: int) -> str:
    from vehiclecheck.outputs.packs import WIDE, counted, table

    if not found:
        return "Nothing changed."
    packs = len({change.pack for change in found})
    total = f"{counted(len(found), 'change')} in {counted(packs, 'pack')}"
    cells = [
        [
            change.provision or change.pack,
            f"{change.what}: {change.key}" if change.key else change.what,
            change.since or "",
            change.before or "",
            change.after or "",
        ]
        for change in found
    ]
    if width >= WIDE:
        made = table(["provision", "what", "since", "before", "after"], cells, width, [3, 3, 0, 5, 5])
    else:
        narrow = [["\n".join(filter(None, row[:3])), *row[3:]] for row in cells]
        made = table(["provision", "before", "after"], narrow, width, [4, 5, 5])
    return f"{made}\n\n{total}"
