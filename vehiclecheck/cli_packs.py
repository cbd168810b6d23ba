"""`vehiclecheck packs`: which packs there are, what one asks, whether they are sound, how countries compare.

Parses, calls, prints; what is printed is composed by `vehiclecheck.outputs.packs`.
"""

from __future__ import annotations

from pathlib import Path

import click

from vehiclecheck.cli_options import (
    day_of,
    fail,
    json_option,
    library_of,
    on_option,
    packs_named,
    packs_option,
    print_json,
)


@click.group()
def packs() -> None:
    """The rule packs: what they say, how much to trust it, how to change them."""


@packs.command("list")
@json_option
@packs_option
def list_packs(as_json: bool, folder: Path | None) -> None:
    """Lists the packs: what was reviewed and when, how much they hold, how good their sources are."""
    from vehiclecheck.outputs.packs import overview_table, terminal_width
    from vehiclecheck.scenarios.describing import overview

    library = library_of(folder)
    rows = [overview(pack) for pack in packs_named(library, [*library.countries, *library.standards])]
    if as_json:
        print_json([row.as_dict() for row in rows])
        return
    click.echo(overview_table(rows, terminal_width()))


@packs.command("show")
@click.argument("code")
@on_option
@click.option("--kind", metavar="KIND", help="Only provisions of this kind, for example max_age.")
@click.option("--history", is_flag=True, help="All versions, past and planned ones too.")
@json_option
@packs_option
def show_pack(
    code: str, on: str | None, kind: str | None, history: bool, as_json: bool, folder: Path | None
) -> None:
    """Shows what a country or standard asks on a day, with the source to cite for each provision."""
    from vehiclecheck.outputs.packs import pack_text, terminal_width
    from vehiclecheck.scenarios.describing import also_asked, membership, overview, shown

    day, library = day_of(on), library_of(folder)
    _known_kind(kind)
    (pack,) = packs_named(library, [code])
    found = shown(pack, day, kind=kind, history=history)
    others = also_asked(pack) if kind is None else []
    members = membership(pack, library, day) if kind is None else []
    path = library.file(pack.code)
    own = str(path) if folder is not None and path.is_relative_to(folder) else ""
    if as_json:
        print_json(
            {
                **overview(pack).as_dict(),
                "note": pack.note,
                "file": str(path) if own else path.name,
                "member_of": [member.as_dict() for member in members],
                "on": day.isoformat(),
                "provisions": [each.as_dict() for each in found],
                "also_asked": others,
            }
        )
        return
    text = pack_text(pack, day, found, others, members, history=history, width=terminal_width(), file=own)
    click.echo(text)


def _known_kind(kind: str | None) -> None:
    import difflib

    from vehiclecheck.standards.checking import kind_names

    names = kind_names()
    if kind is not None and kind not in names:
        close = difflib.get_close_matches(kind, names, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"kinds: {', '.join(names)}"
        fail(f"--kind: {kind!r} is no kind; {hint}")


@packs.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@json_option
@packs_option
def check_all(files: tuple[Path, ...], as_json: bool, folder: Path | None) -> None:
    """Checks packs and their cases: all of them, or the files given. Exit status 2 if anything is wrong."""
    from vehiclecheck.outputs.packs import check_summary, printable_lines, report_dict
    from vehiclecheck.screening.cases import check_packs

    reports = check_packs(library_of(folder), files or None)
    problems = [problem for report in reports for problem in report.problems]
    if as_json:
        print_json([report_dict(report) for report in reports])
    else:
        for problem in dict.fromkeys(map(str, problems)):
            click.echo(printable_lines(problem))
        click.echo(check_summary(reports))
    if problems:
        click.get_current_context().exit(2)


@packs.command("compare")
@click.argument("codes", nargs=-1, required=True)
@on_option
@json_option
@packs_option
def compare_packs(codes: tuple[str, ...], on: str | None, as_json: bool, folder: Path | None) -> None:
    """Compares countries and standards topic by topic, on a day."""
    from vehiclecheck.outputs.packs import comparison_text, terminal_width
    from vehiclecheck.scenarios.comparing import compare

    day = day_of(on)
    chosen = packs_named(library_of(folder), codes)
    rows = compare(chosen, day)
    if as_json:
        print_json(
            {
                "on": day.isoformat(),
                "packs": {pack.code: pack.name for pack in chosen},
                "rows": [row.as_dict() for row in rows],
            }
        )
        return
    click.echo(comparison_text(rows, {pack.code: pack.name for pack in chosen}, day, terminal_width()))
