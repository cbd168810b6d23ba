"""Pictures of flows for a report: the largest importers over time, the world by destination, and where exporter and importer
disagree. Drawn at the least units; where more are possible, bands, lines and numbers say so.

Colours go from dark to light and differ in grey as well; form and words say everything that colour says.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from vehiclecheck.outputs.drawing import PAPER, QUIET, RULE, Type, coord, escaped, text_width, wrapped
from vehiclecheck.outputs.flow_captions import (
    CLASS_WORDS,
    COLOURS,
    MARGIN,
    SMALL,
    TEXT,
    WIDTH,
    bounds_words,
    caption,
    closed,
    name_of,
    note_of,
    number,
    opened,
    span_words,
)
from vehiclecheck.outputs.flow_sankey import sankey
from vehiclecheck.outputs.worldmap import Panel, tile_map, world_map
from vehiclecheck.trade.series import Choice, both_sides, largest, summed

_DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "12 4")
_BINS = ("#F3E3B3", "#E9B96E", "#D98A3D", "#A6502F", "#4A1F3D")


# ---------------------------------------------------------------- over time


def importers_over_time(frame: pl.LazyFrame, choice: Choice, cited: str = "") -> str:
    """The largest importers as lines over the years, each with its name at the end. ValueError if there is none."""
    told = largest(frame, choice, most=8)
    if told.is_empty():
        raise ValueError(
            f"no {caption(choice).lower()} reported by {choice.reported_by}s are in this dataset"
        )
    page, y, whole = opened("The largest importers", choice)
    years = list(range(told["year"].min(), told["year"].max() + 1))  # type: ignore[operator,arg-type]
    top, bottom, left, right = y + 34, y + 470, MARGIN + 76.0, WIDTH - MARGIN - 190.0
    greatest = max(float(told["low"].max() or 0), float(told["high"].max() or 0), 1.0)  # type: ignore[arg-type]
    step = _step(greatest)
    ceiling = step * -(-greatest // step)

    def across(year: int) -> float:
        return left + (right - left) * ((year - years[0]) / max(1, len(years) - 1) if len(years) > 1 else 0.5)

    def up(value: float) -> float:
        return bottom - (bottom - top) * value / ceiling

    page.block(MARGIN, y + 4, ["vehicles a year"], SMALL, ink=QUIET)
    mark = 0.0
    while mark <= ceiling:
        page.add(
            f'<rect x="{coord(left)}" y="{coord(up(mark))}" width="{coord(right - left)}" height="1" fill="{RULE}"/>'
        )
        page.block(left - 8, up(mark) - SMALL.line / 2, [number(mark)], SMALL, ink=QUIET, anchor="end")
        mark += step
    for year in years:
        page.block(across(year), bottom + 6, [str(year)], SMALL, ink=QUIET, anchor="middle")
    labels: list[tuple[float, str, str]] = []
    names: list[str] = told["country"].unique(maintain_order=True).to_list()
    for place, code in enumerate(names):
        own = {row["year"]: row for row in told.filter(pl.col("country") == code).iter_rows(named=True)}
        colour, dash = COLOURS[place % len(COLOURS)], _DASHES[place % len(_DASHES)]
        points = [(across(year), own[year]) for year in years if year in own]
        if all(row["high"] is not None for _, row in points):
            upper = [f"{coord(x)} {coord(up(row['high']))}" for x, row in points]
            lower = [f"{coord(x)} {coord(up(row['low']))}" for x, row in reversed(points)]
            page.add(f'<polygon points="{" ".join([*upper, *lower])}" fill="{colour}" fill-opacity="0.14"/>')
        path = " ".join(f"{coord(x)} {coord(up(row['low']))}" for x, row in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        page.add(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.4"{dashed}/>')
        for x, row in points:
            said = f"{name_of(code)} {row['year']}: {bounds_words(row['low'], row['high'])}"
            look = (
                f'fill="{colour}"'
                if row["high"] is not None
                else f'fill="{PAPER}" stroke="{colour}" stroke-width="2"'
            )
            page.add(
                f'<circle cx="{coord(x)}" cy="{coord(up(row["low"]))}" r="3.4" {look}>'
                f"<title>{escaped(said)}</title></circle>"
            )
        labels.append((up(points[-1][1]["low"]), name_of(code), colour))
    for at, name, colour in _apart(labels, SMALL.line, bottom):
        lines = wrapped(name, 180, SMALL)
        page.block(
            right + 12, at - SMALL.line / 2, lines[:1], Type(SMALL.size, SMALL.line, bold=True), ink=colour
        )
    described = "Vehicles a year. " + ". ".join(
        f"{name_of(code)}: "
        + ", ".join(
            f"{row['year']} {bounds_words(row['low'], row['high'])}"
            for row in told.filter(pl.col("country") == code).iter_rows(named=True)
        )
        for code in names
    )
    more = (
        "Lines are the least numbers; a pale band reaches up to the greatest. Where a point is hollow, nothing bounds "
        "what there may be more."
    )
    return closed(page, bottom + 30, whole, note_of(choice, cited, more), described)


def _step(greatest: float) -> float:
    """A round step that gives four to eight marks."""
    size = 10.0 ** (len(str(int(greatest))) - 1)
    return next(size * part for part in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0) if greatest / (size * part) <= 7)


def _apart(
    labels: Sequence[tuple[float, str, str]], least: float, bottom: float
) -> list[tuple[float, str, str]]:
    """Labels moved so far that none stands on another, the lowest not below the chart."""
    placed: list[tuple[float, str, str]] = []
    for at, name, colour in sorted(labels):
        placed.append((max(at, placed[-1][0] + least) if placed else at, name, colour))
    over = placed[-1][0] - bottom if placed else 0.0
    if over > 0:
        limit = bottom
        for place in range(len(placed) - 1, -1, -1):
            at, name, colour = placed[place]
            placed[place] = (min(at, limit), name, colour)
            limit = placed[place][0] - least
    return placed


# ---------------------------------------------------------------- the world


def destinations(frame: pl.LazyFrame, choices: Sequence[Choice], cited: str = "") -> str:
    """A map of the importers, light and heavy vehicles side by side, in five bins. ValueError if there are none."""
    tables = [
        summed(frame, choice, ["importer"]).filter(pl.col("importer").is_not_null(), pl.col("low") > 0)
        for choice in choices
    ]
    if all(table.is_empty() for table in tables):
        raise ValueError(
            f"no {choices[0].condition} vehicles reported by {choices[0].reported_by}s are in this dataset"
        )
    edges = (100, 1_000, 10_000, 100_000)
    labels = [
        f"up to {number(edges[0])}",
        *(f"over {number(low)} to {number(high)}" for low, high in itertools.pairwise(edges)),
        f"over {number(edges[-1])}",
    ]
    names = [f"bin{place}" for place in range(len(labels))]
    panels, untiled = [], 0.0
    for choice, table in zip(choices, tables, strict=True):
        classes: dict[str, str] = {}
        for code, low, _ in table.iter_rows():
            if code in tile_map():
                classes[code] = names[sum(low > edge for edge in edges)]
            else:
                untiled += low
        words = CLASS_WORDS.get(choice.vehicle_class, choice.vehicle_class).capitalize()
        panels.append(Panel(f"{words} vehicles", classes))
    legend = [(name, label, colour) for name, label, colour in zip(names, labels, _BINS, strict=True)]
    when = "" if choices[0].years is None else f", {span_words(choices[0].years)}"
    lost = f" {number(untiled)} vehicles went to places without a square." if untiled else ""
    return world_map(
        panels,
        legend,
        f"Where {choices[0].condition} vehicles go{when}",
        note_of(choices[0], cited, f"Least numbers of vehicles.{lost}"),
    )


# ---------------------------------------------------------------- where reports differ


def mirror_gaps(frame: pl.LazyFrame, choice: Choice, cited: str = "") -> str:
    """The pairs where exporter and importer differ most, each with both reports. ValueError if there is no pair."""
    pairs, silent = both_sides(frame, choice)
    if pairs.is_empty():
        raise ValueError(
            f"of no pair of countries both sides report {caption(choice).lower()} in this dataset"
        )
    page, y, whole = opened("Where reports differ", choice)
    sent, received = "#0B3C78", "#C2571A"
    left, right, row_height = MARGIN + 250.0, WIDTH - MARGIN - 40.0, 24.0
    y += 6
    page.add(_square_mark(MARGIN + 8, y + 9, sent))
    x = MARGIN + 22 + text_width("reported by the exporter", TEXT)
    page.block(MARGIN + 20, y, ["reported by the exporter"], TEXT)
    page.add(_ring_mark(x + 20, y + 9, received))
    page.block(x + 32, y, ["reported by the importer"], TEXT)
    top = y + 52
    bottom = top + row_height * pairs.height
    greatest = max(
        1.0,
        *(
            float(value)
            for name in ("sent_low", "sent_high", "received_low", "received_high")
            for value in pairs[name].drop_nulls()
        ),
    )
    step = _step(greatest)
    ceiling = step * -(-greatest // step)

    def across(value: float) -> float:
        return left + (right - left) * value / ceiling

    mark = 0.0
    while mark <= ceiling:
        page.add(
            f'<rect x="{coord(across(mark))}" y="{coord(top - 4)}" width="1" height="{coord(bottom - top + 4)}" '
            f'fill="{RULE}"/>'
        )
        page.block(across(mark), top - 8 - SMALL.line, [number(mark)], SMALL, ink=QUIET, anchor="middle")
        mark += step
    said: list[str] = []
    for place, row in enumerate(pairs.iter_rows(named=True)):
        middle = top + row_height * (place + 0.5)
        title = f"{name_of(row['exporter'])} to {name_of(row['importer'])}"
        label = wrapped(title, left - MARGIN - 12, SMALL)
        page.block(
            left - 12,
            middle - SMALL.line / 2,
            label[:1] if len(label) < 2 else [f"{label[0]} …"],
            SMALL,
            anchor="end",
        )
        ends = [across(row[name]) for name in ("sent_low", "received_low") if row[name] is not None]
        if len(ends) == 2:
            page.add(
                f'<rect x="{coord(min(ends))}" y="{coord(middle - 2)}" width="{coord(abs(ends[0] - ends[1]))}" '
                'height="4" fill="#C9CFD4"/>'
            )
        for name, colour in (("sent", sent), ("received", received)):
            low, high = row[f"{name}_low"], row[f"{name}_high"]
            if low is None:
                continue
            if high is not None and round(high) > round(low):
                page.add(
                    f'<rect x="{coord(across(low))}" y="{coord(middle - 0.75)}" width="{coord(across(high) - across(low))}" '
                    f'height="1.5" fill="{colour}"/>'
                )
            page.add((_square_mark if name == "sent" else _ring_mark)(across(low), middle, colour))
        words = [
            f"{who} {bounds_words(row[f'{name}_low'], row[f'{name}_high'])}"
            for name, who in (("sent", "exporter"), ("received", "importer"))
            if row[f"{name}_low"] is not None
        ]
        said.append(f"{title}: {', '.join(words)}")
    pairs_words = "The pair" if pairs.height == 1 else f"The {pairs.height} pairs"
    more = f"{pairs_words} with the largest gap; a thin line reaches from the least number to the greatest."
    if silent:
        more += f" Of {silent:,} more pairs only one side reports."
    note = note_of(choice, cited, more).replace(f"As reported by {choice.reported_by}s. ", "")
    return closed(page, bottom + 6, whole, note, "; ".join(said))


def _square_mark(x: float, y: float, colour: str) -> str:
    return f'<rect x="{coord(x - 5)}" y="{coord(y - 5)}" width="10" height="10" fill="{colour}"/>'


def _ring_mark(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{coord(x)}" cy="{coord(y)}" r="5.4" fill="{PAPER}" stroke="{colour}" stroke-width="2.6"/>'


#: The pictures of one class, by the word that asks for them.
PICTURES: Mapping[str, Callable[[pl.LazyFrame, Choice, str], str]] = {
    "sankey": sankey,
    "importers": importers_over_time,
    "mirror": mirror_gaps,
}
