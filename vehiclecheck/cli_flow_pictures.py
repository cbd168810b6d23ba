"""`vehiclecheck flows draw`: pictures of a compiled dataset for a report.

Parses, calls, writes; what is drawn is composed by `vehiclecheck.outputs.flow_pictures`.
"""

from __future__ import annotations

from pathlib import Path

import click

from vehiclecheck.cli_options import fail, refusals

#: Kept here and in `vehiclecheck.outputs.flow_pictures`, which loads more than a help text needs.
PICTURES = ("sankey", "importers", "map", "mirror")
_PIXELS = 1800


def _years(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last.isdigit() or not last)):
        fail(f"--years: {text!r} is not a year or a span such as 2015-2022")
    span = int(first), int(last or first)
    if span[0] > span[1]:
        fail(f"--years: {text!r} ends before it begins")
    return span


@click.command("draw")
@click.argument("dataset", type=click.Path(path_type=Path))
@click.argument("picture", type=click.Choice(PICTURES))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Where to: FILE.svg or FILE.png.",
)
@click.option("--class", "vehicle_class", type=click.Choice(["LDV", "HDV"]), default="LDV", show_default=True)
@click.option(
    "--condition",
    type=click.Choice(["used", "mixed", "new", "unspecified", "any"]),
    default="used",
    show_default=True,
    help="`mixed` is of codes that hold new and used vehicles; `any` is all together.",
)
@click.option(
    "--reported-by", type=click.Choice(["exporter", "importer"]), default="exporter", show_default=True
)
@click.option("--years", metavar="YEARS", help="2022 or 2015-2022; all years where not told.")
@click.option("--re-exports", is_flag=True, help="Count re-exports, too.")
@click.option("--source", "cited", default="", metavar="TEXT", help="A line of sources under the picture.")
def draw(
    dataset: Path,
    picture: str,
    out: Path,
    vehicle_class: str,
    condition: str,
    reported_by: str,
    years: str | None,
    re_exports: bool,
    cited: str,
) -> None:
    """Draws a DATASET (a folder of `flows compile`, or its flows.parquet): who sends where, the largest importers over time,
    the world by destination (light and heavy), or where exporter and importer disagree.
    """
    span = _years(years)
    if out.suffix not in (".svg", ".png"):
        fail(f"--out {out}: pictures are written as .svg or .png")
    from vehiclecheck.outputs.files import write_bytes, write_text
    from vehiclecheck.outputs.flow_pictures import PICTURES as DRAWN
    from vehiclecheck.outputs.flow_pictures import destinations
    from vehiclecheck.outputs.png import png_of
    from vehiclecheck.trade.harmonised_files import read_harmonised
    from vehiclecheck.trade.series import Choice

    with refusals():
        frame = read_harmonised([dataset]).lazy()
        chosen = Choice(vehicle_class, condition, reported_by, span, re_exports)
        if picture == "map":
            both = [Choice(one, condition, reported_by, span, re_exports) for one in ("LDV", "HDV")]
            svg = destinations(frame, both, cited)
        else:
            svg = DRAWN[picture](frame, chosen, cited)
        if out.suffix == ".svg":
            write_text(svg, out)
        else:
            write_bytes(png_of(svg, _PIXELS), out)
    click.echo(f"Written: {out}")
