"""The picture of `vehiclecheck fuel gaps`: the class that a country's fuel serves beside the class that it asks for.

A line a country: a square where the legal fuel stands on the ladder of classes, a ring where the demand stands, and between
them the gap. Countries that ask for no class follow as codes, by what their fuel serves. Form tells apart what colour does,
so that a print in grey is read as well.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vehiclecheck.outputs.drawing import (
    OUTLINE,
    PAPER,
    QUIET,
    RULE,
    Page,
    Type,
    balanced,
    baseline_of,
    coord,
    escaped,
    ink_on,
    one_line,
    square,
    text_width,
    wrapped,
)
from vehiclecheck.outputs.fuel_gaps import sulphur_words, vehicle_words
from vehiclecheck.scenarios.fuel_gaps import (
    BANNED,
    CLEANER,
    FINDINGS,
    FITS,
    MORE,
    RUINS,
    STRAINS,
    UNKNOWN,
    Gap,
    served_words,
)
from vehiclecheck.standards.model import newest_date
from vehiclecheck.vocabulary.fuel_needs import needs
from vehiclecheck.vocabulary.ladders import LOWEST, name_of

#: The square is dark, the broad gap in the middle, the narrow one pale: in grey they stay apart.
_FUEL, _SHORT, _ROOM, _ASKED = "#1A4F8B", "#E28A35", "#A9C1D9", "#7A3B00"
_WIDTH, _MARGIN = 900.0, 30.0
_LABELS = 226.0
_AXIS_LEFT, _AXIS_STEP = 318.0, 92.0
_ROW, _BOX, _RADIUS = 21.0, 9.6, 8.0
_CHIP = 28.0
_TITLE, _TEXT, _SMALL = Type(23, 29, bold=True), Type(14, 19), Type(12.5, 17)
_HEAD, _CODE = Type(13.5, 18, bold=True), Type(12, 12, bold=True)
_ORDER = (RUINS, STRAINS, CLEANER, UNKNOWN, FITS, MORE)
_HEADINGS = {UNKNOWN: "Unknown: sources differ, or leave open what is asked"}


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the chart: groups of vehicles of one country that fare alike."""

    gap: Gap
    vehicles: str
    serves: tuple[float, float]
    asked: float
    of_new: bool
    perhaps: bool

    @property
    def finding(self) -> str:
        return self.gap.finding

    @property
    def shortfall(self) -> float:
        """By how many classes the demand lies above what any pump serves; below it, negative."""
        return math.floor(self.asked) - _place(self.serves[0])


def gap_chart(gaps: Sequence[Gap], fuel: str, on: dt.date) -> str:
    """The findings of one day as an SVG document. The same arguments give the same text."""
    rows = sorted(_rows(gaps), key=lambda row: (_ORDER.index(row.finding), -abs(row.shortfall), row.gap.name))
    page = Page()
    width = _WIDTH - 2 * _MARGIN
    title = f"The emission class that legal {fuel} serves, and the class asked of vehicles, {on}"
    y = page.block(_MARGIN, _MARGIN - 6, balanced(title, width, _TITLE), _TITLE)
    y = _draw_key(page, y + 8)
    if rows:
        y = _draw_rows(page, y + 16, rows, fuel)
    y = _draw_chips(page, y + 22, gaps, fuel)
    y = page.block(_MARGIN, y + 14, wrapped(_note(gaps, rows, fuel, on), width, _SMALL), _SMALL, ink=QUIET)
    return page.document(_WIDTH, y + _MARGIN - 8, one_line(title), _described(rows, fuel))


# ---------------------------------------------------------------- what is drawn


def _rows(gaps: Sequence[Gap]) -> Iterable[_Row]:
    """The lines: wherever the fuel's class is known and a class is asked for, or perhaps is."""
    for _, own in itertools.groupby(gaps, key=lambda gap: gap.code):
        alike: dict[tuple[object, ...], list[Gap]] = {}
        for gap in own:
            asked = _asked(gap)
            if gap.serves is not None and asked is not None and gap.finding in _ORDER:
                alike.setdefault((gap.finding, *asked), []).append(gap)
        for (_, asked_for, of_new, perhaps), those in alike.items():
            first = those[0]
            assert first.serves is not None
            assert isinstance(asked_for, float)
            vehicles = vehicle_words(tuple(gap.vehicles for gap in those))
            yield _Row(first, vehicles, first.serves, asked_for, bool(of_new), bool(perhaps))


def _asked(gap: Gap) -> tuple[float, bool, bool] | None:
    """The class asked for, whether it is of new vehicles, and whether it only may be; None where none is asked for."""
    asked = gap.new if gap.about == "new" else gap.used
    if asked is None or asked.banned[0] or asked.perhaps <= LOWEST:
        return None
    perhaps = asked.sure <= LOWEST
    return (asked.perhaps if perhaps else asked.sure), gap.about == "new", perhaps


def _asks_nothing(gap: Gap) -> bool:
    used = gap.used
    return used is not None and not used.banned[0] and used.perhaps <= LOWEST and gap.about == "used"


def _place(position: float) -> int:
    """The column of a class: fuel that serves every class stands under the last."""
    first = int(min(need.position for need in needs()))
    return max(first - 1, min(6, math.floor(position) if math.isfinite(position) else 6))


def _x(position: float) -> float:
    return _AXIS_LEFT + (_place(position) - _place(LOWEST)) * _AXIS_STEP


# ---------------------------------------------------------------- the parts of the page


def _draw_key(page: Page, top: float) -> float:
    """What the signs mean, each drawn as in the chart."""
    y, left = top, _MARGIN
    middle = y + _TEXT.line / 2
    entries = [
        (_box(left + 14, middle), "strictest class that all legal fuel on sale serves"),
        (_box(left + 14, middle, open_=True), "that the cleanest serves"),
        (_ring(left + 14, middle), "class asked of used vehicles"),
        (_ring(left + 14, middle, perhaps=True), "perhaps asked"),
        (_diamond(left + 14, middle), "asked of new vehicles, where these decide"),
        (_line(left, left + 28, middle, RUINS), "fuel too dirty for what is asked"),
        (_line(left, left + 28, middle, MORE), "fuel serves more than is asked"),
        (_line(left, left + 28, middle, UNKNOWN), "open"),
    ]
    right = _WIDTH - _MARGIN
    x = left
    for sign, words in entries:
        wide = 28 + 8 + text_width(words, _TEXT) * 0.92 + 18
        if x + wide - 18 > right:
            x, y = left, y + _TEXT.line + 4
        page.add(f'<g transform="translate({coord(x - left)} {coord(y - top)})">{sign}</g>')
        page.block(x + 36, y, [words], _TEXT)
        x += wide
    return y + _TEXT.line


def _draw_rows(page: Page, top: float, rows: Sequence[_Row], fuel: str) -> float:
    """The chart, with the ladder above it and a heading above each finding."""
    steps = range(_place(LOWEST), 7)
    names = [f"below {name_of(steps[1])}", *(name_of(step) for step in steps[1:])]
    page.block(_WIDTH - _MARGIN, top, ["legal sulphur,", "mg/kg"], _SMALL, ink=QUIET, anchor="end")
    for step, name in zip(steps, names, strict=True):
        page.block(_x(step), top + _SMALL.line, [name], _SMALL, ink=QUIET, anchor="middle")
    y = top + 2 * _SMALL.line + 3
    findings = {row.finding for row in rows}
    bottom = y + len(rows) * _ROW + len(findings) * (_HEAD.line + 9)
    for step in steps:
        page.add(_path(f"M{coord(_x(step))} {coord(y)}V{coord(bottom)}", RULE, 0.8))
    for step, name in zip(steps, names, strict=True):
        page.block(_x(step), bottom + 2, [name], _SMALL, ink=QUIET, anchor="middle")
    for finding, own in itertools.groupby(rows, key=lambda row: row.finding):
        heading = _HEADINGS.get(finding, finding[0].upper() + finding[1:])
        ground = text_width(heading, _HEAD) + 4
        page.add(
            f'<rect x="{_MARGIN}" y="{coord(y + 7)}" width="{coord(ground)}" height="18" fill="{PAPER}"/>'
        )
        y = page.block(_MARGIN, y + 7, [heading], _HEAD) + 2
        for row in own:
            _draw_row(page, y, row)
            y += _ROW
    return bottom + 2 + _SMALL.line


def _draw_row(page: Page, top: float, row: _Row) -> None:
    gap, middle = row.gap, top + _ROW / 2
    said = f"{gap.name} ({gap.code}): {gap.finding}"
    page.add(f'<g data-country="{gap.code}" data-vehicles="{row.vehicles}"><title>{escaped(said)}</title>')
    after = "" if row.vehicles == "all" else f" ({row.vehicles})"
    room = _LABELS - text_width(after, _TEXT)
    page.block(_MARGIN + 10, top + 1, [_shortened(gap.name, room) + after], _TEXT)
    page.block(_WIDTH - _MARGIN, top + 1, [sulphur_words(gap)], _TEXT, anchor="end")
    fuel_at, clean_at, asked_at = _x(row.serves[0]), _x(row.serves[1]), _x(row.asked)
    if clean_at != fuel_at:
        page.add(_path(f"M{coord(fuel_at)} {coord(middle)}H{coord(clean_at)}", _FUEL, 1.2))
        page.add(_box(clean_at, middle, open_=True))
    if asked_at != fuel_at:
        reach = _RADIUS if asked_at > fuel_at else -_RADIUS
        page.add(_line(fuel_at, asked_at - reach, middle, row.finding))
    page.add(_box(fuel_at, middle))
    page.add(_diamond(asked_at, middle) if row.of_new else _ring(asked_at, middle, perhaps=row.perhaps))
    page.add("</g>")


def _draw_chips(page: Page, top: float, gaps: Sequence[Gap], fuel: str) -> float:
    """Who asks for no class, by what the fuel serves: a code a country, pale where only some vehicles are meant."""
    groups: dict[float, dict[str, list[Gap]]] = {}
    for gap in gaps:
        if gap.serves is not None and _asks_nothing(gap):
            groups.setdefault(gap.serves[0], {}).setdefault(gap.code, []).append(gap)
    if not groups:
        return top
    page.add(
        f'<rect x="{_MARGIN}" y="{coord(top)}" width="{_WIDTH - 2 * _MARGIN}" height="1" fill="{RULE}"/>'
    )
    y = page.block(_MARGIN, top + 10, ["Ask for no class; their fuel serves"], _HEAD) + 4
    left, per_line, any_pale = (
        _MARGIN + _LABELS - 60,
        int((_WIDTH - 2 * _MARGIN - _LABELS + 60) // _CHIP),
        False,
    )
    for served in sorted(groups, reverse=True):
        countries = sorted(groups[served].items())
        words = f"{served_words(fuel, served, 'LDV')} ({len(countries)})"
        page.block(_MARGIN + 10, y + 4, [words], _TEXT)
        for place, (code, own) in enumerate(countries):
            pale = any(not _asks_nothing(gap) for gap in gaps if gap.code == code)
            any_pale |= pale
            meant = escaped(f"{own[0].name} ({code}): {vehicle_words(tuple(gap.vehicles for gap in own))}")
            chip = _chip(left + place % per_line * _CHIP, y + place // per_line * _CHIP, code, pale)
            page.add(f'<g data-country="{code}"><title>{meant}</title>{chip}</g>')
        y += _CHIP * -(-len(countries) // per_line) + 5
    words = "Pale: only some of the vehicles (cars, vans, heavy) of that country."
    return page.block(_MARGIN + 10, y, [words] if any_pale else [], _SMALL, ink=QUIET)


def _note(gaps: Sequence[Gap], rows: Sequence[_Row], fuel: str, on: dt.date) -> str:
    """What is not drawn, and on what the picture rests."""
    drawn = {row.gap.code for row in rows} | {
        gap.code for gap in gaps if gap.serves is not None and _asks_nothing(gap)
    }
    rest = {gap.code: gap for gap in gaps if gap.code not in drawn}
    banned = {gap.code for gap in gaps if gap.code in rest and gap.finding == BANNED}
    versions = (version for gap in gaps for version in gap.allowed.versions)
    newest = newest_date(source for version in versions for source in version.sources)
    stated = sorted(
        {need.source.split(",")[0] for need in needs() if need.fuel == fuel and need.grade != "C"}
    )
    return (
        f"Not drawn: countries that let no used vehicles in ({len(banned)}), and those of which the sulphur limit or the "
        f"rules on vehicles are not known ({len(rest) - len(banned)}). Law of {on}; what is sold may differ from it. An "
        "age limit is no class, though it keeps old classes out.\n"
        f"Sources: rule packs of vehiclecheck (newest source on {fuel} {newest or 'undated'}), each provision with its own: "
        f"packs show CODE. What a class needs: {', '.join(stated)}, as in rules/fuel-needs.toml."
    )


def _described(rows: Sequence[_Row], fuel: str) -> str:
    """The picture in words, for those who hear it read."""
    parts = []
    for finding in FINDINGS:
        names = [
            f"{row.gap.name}{'' if row.vehicles == 'all' else f' ({row.vehicles})'}: serves "
            f"{served_words(fuel, row.serves[0], 'LDV')}, asks {name_of(row.asked)}"
            for row in rows
            if row.finding == finding
        ]
        if names:
            parts.append(f"{finding}: {'; '.join(names)}")
    return one_line(". ".join(parts)) or "No country asks for a class."


# ---------------------------------------------------------------- signs


def _path(way: str, colour: str, stroke: float) -> str:
    return f'<path d="{way}" stroke="{colour}" stroke-width="{coord(stroke)}" fill="none"/>'


def _line(x: float, end: float, y: float, finding: str) -> str:
    """From the fuel to the demand: broad where the fuel falls short of it, narrow and pale where there is room."""
    colour, stroke = (_ROOM, 3.0) if finding == MORE else (_SHORT, 6.0)
    dashes = ' stroke-dasharray="2 4"' if finding == UNKNOWN else ""
    way = f"M{coord(x)} {coord(y)}H{coord(end)}"
    return (
        f'<path d="{way}" stroke="{OUTLINE if dashes else colour}" stroke-width="{coord(stroke)}"{dashes}/>'
    )


def _box(x: float, y: float, *, open_: bool = False) -> str:
    size = _BOX - 1.6 if open_ else _BOX
    fill = PAPER if open_ else _FUEL
    corner = (
        f'x="{coord(x - size / 2)}" y="{coord(y - size / 2)}" width="{coord(size)}" height="{coord(size)}"'
    )
    return f'<rect {corner} fill="{fill}" stroke="{_FUEL}" stroke-width="1.4"/>'


def _ring(x: float, y: float, *, perhaps: bool = False) -> str:
    """A demand. Empty, so that fuel which stands on the same class is seen in it."""
    dashes = ' stroke-dasharray="2.4 2.2"' if perhaps else ""
    place = f'cx="{coord(x)}" cy="{coord(y)}" r="{coord(_RADIUS)}"'
    return f'<circle {place} fill="none" stroke="{_ASKED}" stroke-width="2.2"{dashes}/>'


def _diamond(x: float, y: float) -> str:
    reach = _RADIUS + 1.6
    corners = ((x - reach, y), (x, y - reach), (x + reach, y), (x, y + reach))
    points = " ".join(f"{coord(across)},{coord(down)}" for across, down in corners)
    return f'<polygon points="{points}" fill="none" stroke="{_ASKED}" stroke-width="2.2"/>'


def _chip(x: float, y: float, code: str, pale: bool) -> str:
    colour, size = ("#DFE3E6" if pale else _ROOM), _CHIP - 2
    words = (
        f'<text x="{coord(x + size / 2)}" y="{coord(baseline_of(y, size, _CODE.size))}" font-size="{coord(_CODE.size)}" '
        f'font-weight="bold" text-anchor="middle" fill="{ink_on(colour)}">{code}</text>'
    )
    return square(x, y, size, colour) + words


def _shortened(name: str, room: float) -> str:
    """A name that fits its column."""
    while text_width(name, _TEXT) > room and len(name) > 4:
        name = name.rstrip("…")[:-1].rstrip() + "…"
    return name
