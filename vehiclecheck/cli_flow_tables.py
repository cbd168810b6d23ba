"""`vehiclecheck flows mirror`, `indicators` and `compare`: tables out of compiled datasets.

Parses, calls, prints; what is printed is composed by `vehiclecheck.outputs.mirror`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vehiclecheck.cli_options import fail, library_of, packs_option, print_json, refusals

if TYPE_CHECKING:
    import polars as pl

#: Kept here and in `vehiclecheck.trade`, which loads more than a help text needs.
RULES = ("exporter", "importer", "larger", "weighted")
BY = ("exporter", "importer", "region", "bloc")
_SCALE = "project-1"


def _table_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """DATASETS, and in which form their table is told."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--csv", "as_csv", is_flag=True, help="Print CSV."),
        click.option(
            "--out",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            help="Write the table there as CSV and Parquet.",
        ),
        click.argument(
            "datasets", nargs=-1, required=True, metavar="DATASETS...", type=click.Path(path_type=Path)
        ),
    ):
        command = option(command)
    return command


_prefer_option = click.option(
    "--prefer",
    type=click.Choice(RULES),
    default="exporter",
    show_default=True,
    help="Which figure is chosen where both sides tell one.",
)


def _told(
    frame: pl.DataFrame,
    name: str,
    out: Path | None,
    text: Callable[[list[Path]], str],
    *,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Writes and prints a table in the form asked for."""
    from vehiclecheck.outputs.mirror import write_both
    from vehiclecheck.outputs.neutral import neutral_csv

    if as_csv and as_json:
        fail("--csv, --json: one of them")
    written = write_both(frame, out, name) if out is not None else []
    if as_json:
        print_json({name: frame.to_dicts()})
    elif as_csv:
        click.echo(neutral_csv(frame), nl=False)
    else:
        click.echo(text(written))


@click.command("mirror")
@_table_options
@click.option(
    "--by",
    default="year,vehicle_class",
    show_default=True,
    metavar="A,B",
    help="Groups beside the pair: year or month, and vehicle_class.",
)
@_prefer_option
@click.option(
    "--condition",
    type=click.Choice(["used", "any"]),
    default="used",
    show_default=True,
    help="Used vehicles, or vehicles new and used.",
)
def mirror_command(
    datasets: tuple[Path, ...],
    by: str,
    prefer: str,
    condition: str,
    out: Path | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Put what exporters report beside what importers report, pair by pair, with the gap and its likely reasons.

    DATASETS are folders of `flows compile` or harmonised tables (.parquet, .csv). Figures are bounds; so are gap and ratio.
    """
    with refusals():
        from vehiclecheck.outputs.mirror import mirror_text
        from vehiclecheck.trade.harmonised_files import read_harmonised
        from vehiclecheck.trade.mirror import mirror

        found = mirror(read_harmonised(datasets), [name.strip() for name in by.split(",")], prefer, condition)
        _told(
            found, "mirror", out, lambda written: mirror_text(found, written), as_csv=as_csv, as_json=as_json
        )


@click.command("indicators")
@_table_options
@click.option(
    "--by", type=click.Choice(BY), required=True, help="Whose trade; regions are those of the UN M49."
)
@click.option("--class", "vehicle_class", type=click.Choice(["LDV", "HDV"]), help="Light or heavy alone.")
@click.option(
    "--of",
    type=click.Choice(["importer", "exporter"]),
    default="importer",
    show_default=True,
    help="Whose region or bloc.",
)
@_prefer_option
@click.option(
    "--scale",
    "scale_name",
    default=_SCALE,
    show_default=True,
    metavar="NAME",
    help="The rating scale of destinations.",
)
@click.option("--no-ratings", is_flag=True, help="Leave out how strict destinations are (faster).")
@click.option(
    "--verdicts",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="A run of records (`screen --out DIR`): the share that the destination's rules refuse.",
)
@packs_option
def indicators_command(
    datasets: tuple[Path, ...],
    by: str,
    vehicle_class: str | None,
    of: str,
    prefer: str,
    scale_name: str,
    no_ratings: bool,
    verdicts: Path | None,
    folder: Path | None,
    out: Path | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Measure the trade in used vehicles by year: units, share, growth, unit value, concentration, strictness of
    destinations.

    Light and heavy vehicles apart, all as bounds. DATASETS are folders of `flows compile` or harmonised tables.
    """
    with refusals():
        from vehiclecheck.outputs.mirror import indicators_text
        from vehiclecheck.trade.harmonised_files import read_harmonised
        from vehiclecheck.trade.indicators import CLASSES, indicators
        from vehiclecheck.trade.judged import judged_units

        frame = read_harmonised(datasets)
        refused = judged_units(verdicts) if verdicts is not None else None
        ratings, notes = (None, []) if no_ratings else _ratings(frame, scale_name, folder)
        classes = CLASSES if vehicle_class is None else (vehicle_class,)
        found = indicators(frame, by, classes=classes, of=of, prefer=prefer, ratings=ratings, refused=refused)

        def text(written: list[Path]) -> str:
            return indicators_text(found, by, notes, written)

        _told(found, "indicators", out, text, as_csv=as_csv, as_json=as_json)


def _ratings(frame: pl.DataFrame, scale_name: str, folder: Path | None) -> tuple[pl.DataFrame, list[str]]:
    from vehiclecheck.scenarios.destinations import ratings_by_year
    from vehiclecheck.scenarios.scales import load_scale

    scale = load_scale(scale_name)
    pairs = frame.select("year", "importer").drop_nulls().unique().sort("year", "importer")
    importers: dict[int, list[str]] = {}
    for year, importer in pairs.iter_rows():
        importers.setdefault(year, []).append(importer)
    ratings = ratings_by_year(library_of(folder), scale, importers)
    unrated = sorted(set(pairs["importer"]) - set(ratings["importer"]))
    notes = [f"Rated by {scale.title}."]
    if unrated:
        named = ", ".join(unrated[:8]) + (f" and {len(unrated) - 8} more" if len(unrated) > 8 else "")
        notes.append(f"Without a rating, so between the bounds: {named}.")
    return ratings, notes


@click.command("compare")
@_table_options
@click.option("--published", is_flag=True, help="With figures that UNEP and others published.")
def compare_command(
    datasets: tuple[Path, ...], published: bool, out: Path | None, as_csv: bool, as_json: bool
) -> None:
    """Put compiled flows beside published figures, with the difference; disputed figures are marked.

    Only figures of the same exporters, years and vehicles are compared; of the others the reason is told. DATASETS are
    folders of `flows compile` or harmonised tables.
    """
    if not published:
        fail("compare with what? --published: with figures that UNEP and others published")
    with refusals():
        from vehiclecheck.outputs.mirror import compared_text
        from vehiclecheck.trade.harmonised_files import read_harmonised
        from vehiclecheck.trade.published import compared

        found = compared(read_harmonised(datasets))
        _told(
            found,
            "published",
            out,
            lambda written: compared_text(found, written),
            as_csv=as_csv,
            as_json=as_json,
        )


#: The commands of this module, for the group `flows`.
TABLES = (mirror_command, indicators_command, compare_command)
