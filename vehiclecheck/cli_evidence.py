"""`vehiclecheck packs coverage|sources|disputed|stale|register|rate`: how much the packs know, and how much to trust it.

Parses, calls, prints; what is printed is composed by `vehiclecheck.outputs.evidence`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

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
    refused_in_a_sentence,
)

csv_option = click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
map_option = click.option(
    "--map", "target", type=click.Path(path_type=Path), metavar="FILE.svg", help="Draw a map instead."
)


def _printed(
    rows: Sequence[Mapping[str, Any]], as_json: bool, as_csv: bool, columns: Sequence[str] = ()
) -> bool:
    """Prints rows as data, if data are asked for. `columns`: those of a table that may have no row."""
    if as_json:
        print_json(list(rows))
    elif as_csv:
        from vehiclecheck.outputs.evidence import csv_text

        click.echo(csv_text(rows, columns), nl=False)
    return as_json or as_csv


def _write_map(draw: Callable[[], str], target: Path) -> None:
    from vehiclecheck.outputs.errors import OutputError
    from vehiclecheck.outputs.files import write_text

    try:
        write_text(draw(), target)
    except OutputError as error:
        fail(str(error))
    except ValueError as error:  # a country that has no place on the map
        fail(f"--map: {error}")
    click.echo(f"Written: {target}")


@click.command()
@click.option("--by", type=click.Choice(["region", "country"]), default="region", show_default=True)
@map_option
@on_option
@json_option
@csv_option
@packs_option
def coverage(
    by: str, target: Path | None, on: str | None, as_json: bool, as_csv: bool, folder: Path | None
) -> None:
    """What the packs cover: regulated, unregulated or not reviewed, by region and country.

    As JSON and CSV a row is one part (light or heavy vehicles in or out, petrol, diesel) of one country's law.
    """
    from vehiclecheck.outputs.evidence import coverage_by_country, coverage_by_region
    from vehiclecheck.outputs.packs import terminal_width
    from vehiclecheck.scenarios.coverage import by_region
    from vehiclecheck.scenarios.coverage import coverage as covered

    day, library = day_of(on), library_of(folder)
    with refused_in_a_sentence():
        rows = covered(library, day)
    if target is not None:
        from vehiclecheck.outputs.policymaps import coverage_map

        _write_map(lambda: coverage_map(rows, day), target)
    elif not _printed([row.as_dict() for row in rows], as_json, as_csv):
        known = [row for row in rows if row.code in library.countries]
        text = (
            coverage_by_country(known, terminal_width())
            if by == "country"
            else coverage_by_region(by_region(rows, library.countries), terminal_width())
        )
        click.echo(text)


@click.command()
@click.argument("code")
@json_option
@csv_option
@packs_option
def sources(code: str, as_json: bool, as_csv: bool, folder: Path | None) -> None:
    """The sources of a pack, and what rests on each."""
    from vehiclecheck.outputs.evidence import sources_text
    from vehiclecheck.outputs.packs import terminal_width
    from vehiclecheck.scenarios.evidence import sources_of

    (pack,) = packs_named(library_of(folder), [code])
    uses = sources_of(pack)
    rows = [use.as_dict() for use in uses]
    if as_csv:
        rows = [
            row | {"provisions": "; ".join(f"{p['provision']} ({p['grade']})" for p in row["provisions"])}
            for row in rows
        ]
    if not _printed(rows, as_json, as_csv):
        click.echo(sources_text(pack, uses, terminal_width()))


@click.command()
@click.argument("codes", nargs=-1)
@json_option
@csv_option
@packs_option
def disputed(codes: tuple[str, ...], as_json: bool, as_csv: bool, folder: Path | None) -> None:
    """Where sources contradict the packs (all of them, or those named)."""
    from vehiclecheck.outputs.evidence import disputes_text
    from vehiclecheck.outputs.packs import terminal_width
    from vehiclecheck.scenarios.evidence import DISPUTE_COLUMNS, disputes

    library = library_of(folder)
    found = disputes(packs_named(library, codes or [*library.countries, *library.standards]))
    rows = [each.as_dict() for each in found]
    if as_csv:
        rows = [row | {"sources": "; ".join(row["sources"])} for row in rows]
    if not _printed(rows, as_json, as_csv, DISPUTE_COLUMNS):
        click.echo(disputes_text(found, terminal_width()))


@click.command()
@click.argument("codes", nargs=-1)
@click.option(
    "--before", metavar="DATE", required=True, help="Provisions with no source of this day or later."
)
@on_option
@json_option
@csv_option
@packs_option
def stale(
    codes: tuple[str, ...], before: str, on: str | None, as_json: bool, as_csv: bool, folder: Path | None
) -> None:
    """Provisions in force that rest on old sources: what to check next, the oldest first."""
    from vehiclecheck.outputs.evidence import stale_text
    from vehiclecheck.outputs.packs import terminal_width
    from vehiclecheck.scenarios.evidence import STALE_COLUMNS
    from vehiclecheck.scenarios.evidence import stale as old

    library, edge = library_of(folder), day_of(before, "--before", "2024-01-01")
    found = old(packs_named(library, codes or library.countries), edge, day_of(on))
    if not _printed([each.as_dict() for each in found], as_json, as_csv, STALE_COLUMNS):
        click.echo(stale_text(found, edge, terminal_width()))


@click.command()
@click.argument("codes", nargs=-1)
@click.option("--history", is_flag=True, help="All versions, past and planned ones too.")
@on_option
@json_option
@csv_option
@packs_option
def register(
    codes: tuple[str, ...], history: bool, on: str | None, as_json: bool, as_csv: bool, folder: Path | None
) -> None:
    """The register of policies, a row a provision: instrument, target with its unit, scope, since when, source.

    The shape in which countries report policies under SDG indicator 12.1.1.
    """
    from vehiclecheck.outputs.evidence import register_text
    from vehiclecheck.outputs.packs import terminal_width
    from vehiclecheck.scenarios.register import COLUMNS, quantified_share
    from vehiclecheck.scenarios.register import register as entered

    day, library = day_of(on), library_of(folder)
    entries = entered(packs_named(library, codes or library.countries), day, history=history)
    if not _printed([entry.as_dict() for entry in entries], as_json, as_csv, COLUMNS):
        click.echo(register_text(entries, quantified_share(entries), day, terminal_width()))


@click.command()
@click.option(
    "--scale",
    "scale_name",
    default="project-1",
    show_default=True,
    help="A scale of rules/ratings, or a file.",
)
@click.option("--by", type=click.Choice(["class", "country"]), default="class", show_default=True)
@map_option
@on_option
@json_option
@csv_option
@packs_option
def rate(
    scale_name: str,
    by: str,
    target: Path | None,
    on: str | None,
    as_json: bool,
    as_csv: bool,
    folder: Path | None,
) -> None:
    """How strict countries are towards used vehicles on a day, by a scale that is data.

    Where sources leave open what held, the class is open and both ends are told. Published counts are shown beside ours.
    """
    from vehiclecheck.outputs.evidence import rating_by_country, rating_text
    from vehiclecheck.outputs.packs import terminal_width
    from vehiclecheck.scenarios.rating import compared, fixed_points
    from vehiclecheck.scenarios.rating import rate as rated_on
    from vehiclecheck.scenarios.scales import load_scale

    day, library = day_of(on), library_of(folder)
    with refused_in_a_sentence("--scale"):
        scale = load_scale(scale_name)
    with refused_in_a_sentence():
        rated = rated_on(library, scale, day)
    if target is not None:
        from vehiclecheck.outputs.policymaps import rating_map

        _write_map(lambda: rating_map(scale, rated, day), target)
    elif not _printed([each.as_dict() for each in rated], as_json, as_csv):
        width = terminal_width()
        if by == "country":
            click.echo(rating_by_country(scale, rated, day, width))
            return
        comparisons = compared(scale, rated, day)
        points = fixed_points(scale, library) if comparisons else []
        click.echo(rating_text(scale, rated, comparisons, points, day, width))


COMMANDS = (coverage, sources, disputed, stale, register, rate)
