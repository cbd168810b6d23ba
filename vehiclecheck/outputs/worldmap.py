"""A map of the world for policy reports: one tile a country, classes as colours, one panel or two side by side.

Every tile has the same size, so that a small island state is seen as well as Russia; where the tiles lie is
data (rules/tile-map.toml). The picture is SVG and needs nothing besides: no library, no font, no map data.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from vehiclecheck.outputs.drawing import (
    QUIET,
    RULE,
    Page,
    Type,
    balanced,
    baseline_of,
    coord,
    escaped,
    ink_on,
    legal,
    one_line,
    square,
    text_width,
    wrapped,
)
from vehiclecheck.vocabulary.countries import country_name
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root

#: Both palettes go from dark to light, so that a print in grey keeps them apart, and from blue to orange, which
#: the common kinds of colour blindness keep apart. The darker, the more is ruled.
COVERAGE_COLOURS: Mapping[str, str] = MappingProxyType(
    {"regulated": "#1A4F8B", "advice": "#4F9C9E", "unregulated": "#F2A541", "not_reviewed": "#DFE3E6"}
)
#: The darker, the stricter.
RATING_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "banned": "#22183C",
        "very good": "#1D4F91",
        "good": "#2B7C84",
        "weak": "#E28A35",
        "very weak": "#F8D274",
        "unrated": "#F4F6F7",
    }
)

_NO_DATA = "No data"
_READING = (
    "One square stands for one country or territory, whatever its size; where it lies is approximate. "
    "Squares say nothing about borders or the status of a territory."
)

# Sizes, in units of the viewBox (pixels at 100 %).
_PITCH = 26.0
_TILE = 24.4
_MARGIN = 30.0
_BETWEEN_PANELS = 44.0
#: A page with two panels is read at half the size of a page with one: its texts are larger by so much.
_TWO_PANELS = 1.3


_TITLE = Type(25, 31, bold=True)
_HEADING = Type(17, 22, bold=True)
_TEXT = Type(14, 19)
_SMALL = Type(12.5, 17)
_HEAD = Type(12.5, 17, bold=True)
_CODE = Type(13, 13, bold=True)
_LABEL_WIDTH = 330.0
_COUNT_WIDTH = 130.0
#: A note is not set beside the legend where it would be narrower than this, nor wider than is well read.
_NOTE_WIDTHS = (370.0, 760.0)

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Panel:
    """One map: its title and the class of each country.

    `classes` goes from country code (ISO 3166-1 alpha-2, or XK) to class name. A country of the tile map that
    it lacks is drawn as "no data".
    """

    title: str
    classes: Mapping[str, str]


@cache
def tile_map() -> Mapping[str, tuple[int, int]]:
    """Column and row of every country on the map, counted from the upper left corner (0, 0).

    Read once, from `rules/tile-map.toml`. FileNotFoundError without the data; ValueError names two countries
    on one tile, or an entry that is not a column and a row.
    """
    taken: dict[tuple[int, int], str] = {}
    for code, place in toml_document(data_root() / "rules" / "tile-map.toml")["tiles"].items():
        match place:
            case [int(column), int(row)] if column >= 0 and row >= 0:
                if (other := taken.setdefault((column, row), code)) != code:
                    raise ValueError(f"rules/tile-map.toml: {code} and {other} share the tile {place}")
            case _:
                raise ValueError(f"rules/tile-map.toml: {code} = {place!r} is not [column, row]")
    return MappingProxyType({code: tile for tile, code in taken.items()})


def world_map(panels: Sequence[Panel], legend: Sequence[tuple[str, str, str]], title: str, note: str) -> str:
    """The map as an SVG document.

    `panels`: one, or two to stand side by side. `legend`: class name, label and colour (`#rrggbb`) of every
    class, in the order in which the legend shows them, each with its number of countries per panel. `note`
    stands at the bottom and is wrapped; a line break in it begins a paragraph. Texts may hold anything and are
    shown as they are. The same arguments give the same text.

    ValueError if there are no panels or more than two, a class has two entries or a colour is not `#rrggbb`,
    a panel has a class that the legend lacks, or a country that the tile map lacks; it names what is wrong.
    """
    _check(panels, legend)
    columns = 1 + max(column for column, _ in tile_map().values())
    panel_width = columns * _PITCH
    lefts = [_MARGIN + number * (panel_width + _BETWEEN_PANELS) for number in range(len(panels))]
    width = lefts[-1] + panel_width - _MARGIN
    factor = 1.0 if len(panels) == 1 else _TWO_PANELS
    heading, text = _HEADING.times(factor), _TEXT.times(factor)

    page = Page()
    y = page.block(_MARGIN, _MARGIN - 6, balanced(title, width, _TITLE.times(factor)), _TITLE.times(factor))
    y = page.block(_MARGIN, y + 2, wrapped(_READING, width, text), text, ink=QUIET)
    y += text.line * 0.8
    titles = [balanced(panel.title, panel_width, heading) for panel in panels]
    y = max(page.block(left, y, lines, heading) for left, lines in zip(lefts, titles, strict=True))
    y = max(_draw_panel(page, left, y + 6, panel, legend) for left, panel in zip(lefts, panels, strict=True))
    page.add(
        f'<rect x="{coord(_MARGIN)}" y="{coord(y + 18)}" width="{coord(width)}" height="1" fill="{RULE}"/>'
    )
    y = _draw_foot(page, _MARGIN, y + 32, width, factor, panels, legend, note)
    return page.document(width + 2 * _MARGIN, y + _MARGIN - 8, one_line(title), _described(panels, legend))


def _check(panels: Sequence[Panel], legend: Sequence[tuple[str, str, str]]) -> None:
    if not 1 <= len(panels) <= 2:
        raise ValueError(f"a map has one panel or two, not {len(panels)}")
    names = [name for name, _, _ in legend]
    if twice := sorted(name for name, times in Counter(names).items() if times > 1):
        raise ValueError("classes with two entries in the legend: " + ", ".join(map(repr, twice)))
    if odd := [colour for _, _, colour in legend if not _COLOUR.fullmatch(colour)]:
        raise ValueError("colours that are not #rrggbb: " + ", ".join(map(repr, odd)))
    if strange := sorted({code for panel in panels for code in panel.classes} - set(tile_map())):
        raise ValueError("countries without a tile in rules/tile-map.toml: " + ", ".join(map(repr, strange)))
    if unknown := sorted({name for panel in panels for name in panel.classes.values()} - set(names)):
        raise ValueError("classes without an entry in the legend: " + ", ".join(map(repr, unknown)))


class _Row(NamedTuple):
    """One line of the legend: the numbers are countries, one for each panel."""

    label: str
    colour: str | None
    numbers: list[int]


def _rows(panels: Sequence[Panel], legend: Sequence[tuple[str, str, str]]) -> list[_Row]:
    """Every class, then the countries without one if there are any."""
    counts = [Counter(panel.classes.values()) for panel in panels]
    rows = [_Row(label, colour, [count[name] for count in counts]) for name, label, colour in legend]
    if any(missing := [len(tile_map()) - len(panel.classes) for panel in panels]):
        rows.append(_Row(_NO_DATA, None, missing))
    return rows


def _described(panels: Sequence[Panel], legend: Sequence[tuple[str, str, str]]) -> str:
    """The picture in words, for those who hear it read."""
    rows = _rows(panels, legend)
    parts = [
        f"{one_line(panel.title)}: "
        + ", ".join(f"{one_line(row.label)} {row.numbers[number]}" for row in rows)
        for number, panel in enumerate(panels)
    ]
    return "Map of the world, one square a country. Number of countries. " + ". ".join(parts) + "."


def _draw_panel(
    page: Page, left: float, top: float, panel: Panel, legend: Sequence[tuple[str, str, str]]
) -> float:
    """The tiles of one panel, from north to south and west to east; the y below them."""
    looks: dict[str, tuple[str, str | None]] = {name: (label, colour) for name, label, colour in legend}
    tiles = sorted((row, column, code) for code, (column, row) in tile_map().items())
    page.add(f'<g text-anchor="middle" font-size="{coord(_CODE.size)}" font-weight="bold">')
    for row, column, code in tiles:
        name = panel.classes.get(code)
        label, colour = (_NO_DATA, None) if name is None else looks[name]
        named = "" if name is None else f" data-class={quoteattr(legal(name))}"
        page.add(
            f'<g data-country="{code}"{named}><title>{escaped(f"{country_name(code)} ({code}): {label}")}</title>'
            f"{square(left + column * _PITCH, top + row * _PITCH, _TILE, colour)}"
            f"{_code(left + column * _PITCH, top + row * _PITCH, code, colour)}</g>"
        )
    page.add("</g>")
    return top + _PITCH * (1 + tiles[-1][0])


def _draw_foot(
    page: Page,
    left: float,
    top: float,
    width: float,
    factor: float,
    panels: Sequence[Panel],
    legend: Sequence[tuple[str, str, str]],
    note: str,
) -> float:
    """The legend with its numbers, and the note beside it or below; the y below both."""
    text, small, head = _TEXT.times(factor), _SMALL.times(factor), _HEAD.times(factor)
    rows = _rows(panels, legend)
    labels = [wrapped(row.label, _LABEL_WIDTH * factor, text) for row in rows]
    titles = ["Countries"] if len(panels) == 1 else [panel.title for panel in panels]
    heads = [balanced(title, _COUNT_WIDTH * factor, head) for title in titles]
    swatch = 0.85 * text.line
    label_left = left + swatch + 0.6 * text.line
    # the right edges of the columns of numbers
    edges: list[float] = []
    edge = label_left + max(text_width(line, text) for lines in labels for line in lines)
    for lines in heads:
        edge += 26 * factor + max(text_width(line, head) for line in [*lines, "000"])
        edges.append(edge)

    deepest = max(map(len, heads))
    for lines, edge in zip(heads, edges, strict=True):
        # heads of unequal length end on the same line
        drop = (deepest - len(lines)) * head.line
        page.block(edge, top + drop, lines, head, ink=QUIET, anchor="end")
    y = top + deepest * head.line + 5
    for row, lines in zip(rows, labels, strict=True):
        page.add(square(left, y + (text.line - swatch) / 2, swatch, row.colour))
        for number, edge in zip(row.numbers, edges, strict=True):
            page.block(edge, y, [str(number)], text, anchor="end")
        y = page.block(label_left, y, lines, text) + 4

    least, most = (bound * factor for bound in _NOTE_WIDTHS)
    note_left, note_top = edges[-1] + 60 * factor, top
    if left + width - note_left < least:
        note_left, note_top = left, y + text.line / 2
    note_lines = wrapped(note, min(left + width - note_left, most), small)
    return max(y, page.block(note_left, note_top, note_lines, small, ink=QUIET))


def _code(x: float, y: float, code: str, colour: str | None) -> str:
    """The code of a country in the middle of the tile whose corner is given."""
    # MW is as wide as the tile in some fonts
    room = _TILE - 2.4
    size = min(_CODE.size, _CODE.size * room / text_width(code, _CODE))
    smaller = f' font-size="{coord(size)}"' if size < _CODE.size else ""
    ink = QUIET if colour is None else ink_on(colour)
    baseline = baseline_of(y, _TILE, size)
    return f'<text x="{coord(x + _TILE / 2)}" y="{coord(baseline)}" fill="{ink}"{smaller}>{code}</text>'
