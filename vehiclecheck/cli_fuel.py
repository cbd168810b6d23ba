"""`vehiclecheck fuel`: what fuel and vehicles ask of one another, and how fuels blend.

Parses, calls, prints; what is printed is composed by `vehiclecheck.outputs`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from vehiclecheck.scenarios.fuel_gaps import Gap
    from vehiclecheck.scenarios.fuel_limits import LegalLimit
    from vehiclecheck.standards import Library


@click.group()
def fuel() -> None:
    """Fuel: which vehicles a country's fuel can serve, and how parts of a tank blend."""


# ---------------------------------------------------------------- blend


@fuel.command()
@click.argument("parts", nargs=-1, metavar="[PART]...")
@click.option(
    "--file", "file", metavar="FILE", help="The parts as the rows of a file with the columns of fuel records."
)
@click.option("--layout", metavar="NAME", help="How to read the columns of --file, as in `screen`.")
@click.option(
    "--density",
    metavar="A..B",
    help="Where no density is told, it lies between these (kg/m3), for example 820..845.",
)
@click.option(
    "--to-limit", "levels", multiple=True, metavar="[NAME=]N", help="A limit: sulphur=50, or 50 alone."
)
@click.option(
    "--limit-of", "country", metavar="COUNTRY", help="The limits of a country's (or standard's) pack."
)
@click.option(
    "--product",
    type=click.Choice(["petrol", "diesel", "kerosene", "marine"]),
    help="The fuel, for --limit-of.",
)
@click.option("--grade", metavar="TEXT", help="Its grade, where limits differ by grade.")
@on_option
@click.option("--with", "clean", metavar="RESULTS", help="The clean product to add: sulphur=8:density=830.")
@click.option("--below", multiple=True, metavar="[NAME=]N", help="Stay so far under the limit, in its unit.")
@json_option
@packs_option
def blend(
    parts: tuple[str, ...],
    file: str | None,
    layout: str | None,
    density: str | None,
    levels: tuple[str, ...],
    country: str | None,
    product: str | None,
    grade: str | None,
    on: str | None,
    clean: str | None,
    below: tuple[str, ...],
    as_json: bool,
    folder: Path | None,
) -> None:
    """What a tank of several PARTs holds, and how much clean product brings it under a limit.

    A PART is an amount and its results, each behind a colon: 800m3:sulphur=62:density=838, 400t:sulphur=..10 (at most 10),
    780..820m3:sulphur=40..60. Between digits a comma is a decimal comma. Bounds are the least and the greatest blend that
    can be.
    """
    from vehiclecheck.outputs.blending import blend_dict, blend_text
    from vehiclecheck.outputs.packs import terminal_width
    from vehiclecheck.records.errors import InputError
    from vehiclecheck.scenarios.blending import BALANCES, with_density
    from vehiclecheck.scenarios.blending import blend as blended
    from vehiclecheck.scenarios.diluting import limits_asked, needed
    from vehiclecheck.scenarios.tank import (
        DENSITY,
        read_levels,
        read_part,
        read_product,
        read_result,
        read_tank,
    )

    _check_blend_options(parts, file, levels, country, product, clean, below)
    try:
        tank = [read_part(text, f"part {place}") for place, text in enumerate(parts, 1)]
        tank += read_tank(file, layout) if file is not None else []
        assumed = read_result(density, DENSITY, "--density") if density is not None else None
        tank = [with_density(part, assumed) for part in tank]
        cleaner = with_density(read_product(clean), assumed) if clean is not None else None
        told = [name for name in BALANCES if name != DENSITY and any(name in part.results for part in tank)]
        legal = _legal_limits(country, product, grade, on, folder, told) if country and product else []
        asked = read_levels(levels, told, "--to-limit"), legal, read_levels(below, told, "--below")
        answers = [needed(tank, cleaner, limit) for limit in limits_asked(tank, *asked)]
    except InputError as error:
        fail(str(error))
    found = blended(tank)
    if as_json:
        print_json(blend_dict(tank, found, answers))
    else:
        click.echo(blend_text(tank, found, answers, terminal_width()))


def _check_blend_options(
    parts: Sequence[str],
    file: str | None,
    levels: Sequence[str],
    country: str | None,
    product: str | None,
    clean: str | None,
    below: Sequence[str],
) -> None:
    if not parts and file is None:
        fail(
            "name the parts of the tank, as in 800m3:sulphur=62:density=838 400t:sulphur=..10, or a --file of them"
        )
    for option, given in (("--with", clean is not None), ("--below", below)):
        if given and not levels and country is None:
            fail(f"{option}: under which limit? Name it with --to-limit or --limit-of")
    if country is not None and product is None:
        fail("--limit-of: of which fuel? Name it with --product")


def _legal_limits(
    country: str, product: str, grade: str | None, on: str | None, folder: Path | None, told: Sequence[str]
) -> list[LegalLimit]:
    """The limits of a pack for what the parts tell; ends with a sentence where there is none."""
    from vehiclecheck.scenarios.fuel_limits import legal_limits
    from vehiclecheck.scenarios.tank import DENSITY, SHORT_NAMES_OF

    day = day_of(on)
    (pack,) = packs_named(library_of(folder), [country])
    found = [limit for limit in legal_limits(pack, product, day, grade) if limit.name in (*told, DENSITY)]
    if not any(limit.name in told for limit in found):
        names = " or ".join(SHORT_NAMES_OF[name] for name in told) or "anything that the parts tell"
        fail(f"--limit-of: {pack.name} has no limit that binds on {day} of {names} in {product}")
    return found


# ---------------------------------------------------------------- gaps


@fuel.command()
@click.argument("countries", nargs=-1, metavar="[COUNTRY]...")
@on_option
@click.option("--years", metavar="YEARS", help="The law of 1 July of each year instead: 2010-2026, or 2020.")
@click.option("--fuel", "burnt", type=click.Choice(["diesel", "petrol"]), default="diesel", show_default=True)
@click.option("--by", type=click.Choice(["finding", "region"]), default="finding", show_default=True)
@click.option(
    "--picture", type=click.Path(path_type=Path), metavar="FILE.svg", help="Draw a picture instead."
)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@packs_option
def gaps(
    countries: tuple[str, ...],
    on: str | None,
    years: str | None,
    burnt: str,
    by: str,
    picture: Path | None,
    as_json: bool,
    as_csv: bool,
    folder: Path | None,
) -> None:
    """Who asks for vehicles that the country's legal fuel ruins, and who could ask for more at once.

    The strictest emission class that the legal fuel can serve, beside the class that is asked of vehicles that arrive: of
    the countries named, or of all. As JSON and CSV a row is one group of vehicles of one country on one day.
    """
    from vehiclecheck.outputs.fuel_gaps import gaps_text, world_years_text, years_text
    from vehiclecheck.outputs.packs import terminal_width
    from vehiclecheck.scenarios.fuel_gaps import fuel_gaps

    if years is not None and (on is not None or picture is not None):
        fail(f"--years: not together with {'--on' if on is not None else '--picture'}, which is of one day")
    library = library_of(folder)
    days = [day_of(on)] if years is None else _days_of(years)
    codes = _countries_named(library, countries)
    with refused_in_a_sentence():
        found = fuel_gaps(library, codes, burnt, days)
    if picture is not None:
        _write_picture(found, burnt, days[0], picture)
    elif as_json:
        print_json([gap.as_dict() for gap in found])
    elif as_csv:
        from vehiclecheck.outputs.evidence import csv_text

        click.echo(csv_text([gap.as_dict() for gap in found]), nl=False)
    elif years is None:
        click.echo(gaps_text(found, burnt, days[0], by, terminal_width()))
    else:
        click.echo((years_text if countries else world_years_text)(found, burnt, terminal_width()))


def _days_of(years: str) -> list[dt.date]:
    """1 July of each of the years that a word such as `2010-2026` means."""
    import re

    match = re.fullmatch(r"\s*(\d{4})(?:\s*[-–]\s*(\d{4}))?\s*", years)
    if match is None:
        fail(f"--years: {years!r} are not years such as 2010-2026")
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1990 <= first <= last <= 2060:
        fail(f"--years: {years!r} must go from 1990 or later to 2060 or earlier, the first year first")
    return [dt.date(year, 7, 1) for year in range(first, last + 1)]


def _countries_named(library: Library, words: Sequence[str]) -> list[str]:
    """The codes of the countries that are named, or of all."""
    if not words:
        return list(library.countries)
    packs = packs_named(library, words)
    if blocs := [pack.code for pack in packs if pack.standard]:
        fail(f"{', '.join(blocs)}: a standard lets no vehicles in; name countries")
    return list(dict.fromkeys(pack.code for pack in packs))


def _write_picture(found: Sequence[Gap], burnt: str, on: dt.date, target: Path) -> None:
    from vehiclecheck.outputs.errors import OutputError
    from vehiclecheck.outputs.files import write_text
    from vehiclecheck.outputs.fuel_gap_chart import gap_chart

    try:
        write_text(gap_chart(found, burnt, on), target)
    except OutputError as error:
        fail(str(error))
    click.echo(f"Written: {target}")
