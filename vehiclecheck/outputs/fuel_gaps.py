"""What `vehiclecheck fuel gaps` prints: what fuel serves and what is asked, totals first, then country by country."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vehiclecheck.outputs.packs import table, wrap
from vehiclecheck.scenarios.demanded import VEHICLES, Demanded
from vehiclecheck.scenarios.fuel_gaps import FINDINGS, UNKNOWN, Gap, served_words
from vehiclecheck.vocabulary.ladders import LOWEST, name_of

#: From these widths on countries are named in full: by finding, and by region, where findings need a column.
_ROOMY, _ROOMY_BY_REGION = 100, 120
_LIGHT = tuple(name for name, group in VEHICLES.items() if group == "LDV")
#: Said under every table of the world.
_LAWS = (
    "Sulphur is what the law allows in road fuel, from the cleanest grade to the dirtiest; what is sold may differ. A level "
    "that is only reported is no law and decides nothing. (new): the finding is on new vehicles. All data: --csv, --json."
)


@dataclass(frozen=True, slots=True)
class _Line:
    """Groups of vehicles of one country for which all is the same."""

    vehicles: str
    sulphur: str
    serves: str
    used: str
    new: str
    finding: str
    reported: str
    why_unknown: str


def gaps_text(gaps: Sequence[Gap], fuel: str, on: dt.date, by: str, width: int) -> str:
    """One day: how many countries have which finding, then each of them, by finding or by region."""
    title = f"{fuel.capitalize()} and the vehicles that are asked to burn it, law of {on}"
    blocks = [wrap(title, width), _totals(gaps, by, width)]
    blocks += _by_region(gaps, width) if by == "region" else _by_finding(gaps, width)
    return "\n\n".join([*blocks, wrap(_LAWS, width)])


def years_text(gaps: Sequence[Gap], fuel: str, width: int) -> str:
    """Some years of some countries: a block a country, years in which nothing changes on one line."""
    years = sorted({gap.on.year for gap in gaps})
    blocks = [
        wrap(
            f"{fuel.capitalize()} and the vehicles that are asked to burn it, law of 1 July, {_span(years)}",
            width,
        )
    ]
    for _, own in itertools.groupby(gaps, key=lambda gap: gap.code):
        country = list(own)
        by_year = {
            year: tuple(_lines(list(those)))
            for year, those in itertools.groupby(country, key=lambda gap: gap.on.year)
        }
        cells = []
        for lines, alike in itertools.groupby(by_year, key=by_year.__getitem__):
            written = _span(list(alike))
            for line in lines:
                finding = line.finding if line.finding != UNKNOWN else f"{UNKNOWN}: {line.why_unknown}"
                cells.append(
                    [written, line.vehicles, line.sulphur, line.serves, line.used, line.new, finding]
                )
                written = ""
        headers = [
            "years",
            "vehicles",
            "legal sulphur\nmg/kg",
            "fuel\nserves",
            "asked of\nused",
            "of new",
            "finding",
        ]
        body = table(headers, cells, width, [0, 0, 1, 1, 1, 1, 6], spaced=False)
        blocks.append(f"{country[0].name} ({country[0].code})\n\n{body}")
    return "\n\n".join([*blocks, wrap(_LAWS, width)])


def world_years_text(gaps: Sequence[Gap], fuel: str, width: int) -> str:
    """Some years of all countries: how many cars and heavy vehicles have which finding in each."""
    years = sorted({gap.on.year for gap in gaps})
    counts = Counter((gap.finding, gap.on.year, gap.vehicles) for gap in gaps)
    blocks = [
        wrap(
            f"{fuel.capitalize()} and the vehicles that are asked to burn it, law of 1 July, {_span(years)}",
            width,
        )
    ]
    for vehicles in ("cars", "heavy"):
        cells = [
            [str(year), *(str(counts[finding, year, vehicles]) for finding in FINDINGS)] for year in years
        ]
        headers = [vehicles, *FINDINGS]
        blocks.append(table(headers, cells, width, [0, *[1] * len(FINDINGS)], spaced=False))
    blocks.append(
        wrap("Numbers of countries. Named countries are shown year by year; all data: --csv.", width)
    )
    return "\n\n".join(blocks)


# ---------------------------------------------------------------- the parts


def _totals(gaps: Sequence[Gap], by: str, width: int) -> str:
    if by == "region":
        keys = sorted({gap.region.name if gap.region else "elsewhere" for gap in gaps})
        counts = Counter(
            (gap.finding, gap.region.name if gap.region else "elsewhere", gap.vehicles) for gap in gaps
        )
        cells = [
            [finding, *(f"{counts[finding, key, 'cars']} / {counts[finding, key, 'heavy']}" for key in keys)]
            for finding in FINDINGS
        ]
        headers = ["countries, cars / heavy", *keys]
        return table(headers, cells, width, [1, *[0] * len(keys)], spaced=False)
    of_group = Counter((gap.finding, gap.vehicles) for gap in gaps)
    cells = [[finding, *(str(of_group[finding, name]) for name in VEHICLES)] for finding in FINDINGS]
    cells.append(["countries", *(str(sum(gap.vehicles == name for gap in gaps)) for name in VEHICLES)])
    return table(["finding", *VEHICLES], cells, width, [1, 0, 0, 0], spaced=False)


def _by_finding(gaps: Sequence[Gap], width: int) -> Iterator[str]:
    told: dict[str, list[list[str]]] = {finding: [] for finding in FINDINGS}
    for _, own in itertools.groupby(gaps, key=lambda gap: gap.code):
        country = list(own)
        for line in _lines(country):
            told[line.finding].append(_cells(country[0], line, width >= _ROOMY))
    for finding, cells in told.items():
        if cells and finding != UNKNOWN:
            weights = [0, 3, 1, 1, 2, 2, 2, 0] if width >= _ROOMY else [0, *[1] * 5, 0]
            body = table(_headers(width >= _ROOMY), cells, width, weights, spaced=False)
            yield f"{_sentence(finding)}\n\n{body}"
    yield from _unknown(gaps, width)


def _by_region(gaps: Sequence[Gap], width: int) -> Iterator[str]:
    def region(gap: Gap) -> tuple[str, str]:
        return (gap.region.name, gap.region.part) if gap.region else ("~", "elsewhere")

    # beside the finding there is room for less
    roomy = width >= _ROOMY_BY_REGION
    kept = len(_headers(roomy)) - (0 if roomy else 2)
    for place, own in itertools.groupby(sorted(gaps, key=lambda gap: (region(gap), gap.code)), key=region):
        cells = []
        for _, those in itertools.groupby(own, key=lambda gap: gap.code):
            country = list(those)
            for line in _lines(country):
                if line.finding != UNKNOWN:
                    cells.append([*_cells(country[0], line, roomy)[:kept], line.finding])
        if cells:
            headers = [*_headers(roomy)[:kept], "finding"]
            weights = [0, *[1] * (kept - 1), 4]
            yield f"{place[1]}\n\n{table(headers, cells, width, weights, spaced=False)}"
    yield from _unknown(gaps, width)


def _headers(roomy: bool) -> list[str]:
    if not roomy:
        return [
            "",
            "vehicles",
            "sulphur\nmg/kg",
            "fuel serves",
            "asked of\nused",
            "of new",
            "reported,\nno law",
        ]
    headers = [
        "",
        "country",
        "vehicles",
        "legal sulphur\nmg/kg",
        "fuel serves",
        "asked of used",
        "asked of new",
    ]
    return [*headers, "reported level,\nno law"]


def _cells(gap: Gap, line: _Line, roomy: bool) -> list[str]:
    named = [gap.code, gap.name] if roomy else [gap.code]
    return [*named, line.vehicles, line.sulphur, line.serves, line.used, line.new, line.reported]


def _unknown(gaps: Sequence[Gap], width: int) -> Iterator[str]:
    """Who has no finding and why, in few lines; levels that are no law in brackets."""
    reasons: dict[str, dict[str, str]] = {}
    for code, own in itertools.groupby(gaps, key=lambda gap: gap.code):
        country = list(own)
        level = "" if country[0].reported is None else f" [{country[0].reported:,.10g}]"
        open_ = sorted((gap for gap in country if gap.finding == UNKNOWN), key=lambda gap: gap.why_unknown)
        for why, those in itertools.groupby(open_, key=lambda gap: gap.why_unknown):
            vehicles = vehicle_words(tuple(gap.vehicles for gap in those))
            reasons.setdefault(why, {})[code] = (
                f"{code}{'' if vehicles == 'all' else f' ({vehicles})'}{level}"
            )
    if not reasons:
        return
    lines = [
        wrap(f"{_countries(len(named))}, {why}: {', '.join(named.values())}", width)
        for why, named in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    if any("[" in line for line in lines):
        lines.append(wrap("In square brackets the level (mg/kg) that is only reported.", width))
    yield "\n\n".join([_sentence(UNKNOWN), *lines])


def _countries(number: int) -> str:
    return "1 country" if number == 1 else f"{number} countries"


def vehicle_words(names: tuple[str, ...]) -> str:
    """Groups of vehicles in few words: `all`, `light`, `vans, heavy`."""
    return {tuple(VEHICLES): "all", _LIGHT: "light"}.get(names, ", ".join(names))


def _sentence(finding: str) -> str:
    return finding[0].upper() + finding[1:]


# ---------------------------------------------------------------- one country


def _lines(gaps: Sequence[Gap]) -> list[_Line]:
    """What is to be said of one country on one day; groups of vehicles that fare alike share a line."""
    alike: dict[tuple[object, ...], list[Gap]] = {}
    for gap in gaps:
        key = (
            gap.finding,
            gap.about,
            gap.why_unknown,
            *(asked_words(each, "") for each in (gap.used, gap.new)),
        )
        alike.setdefault(key, []).append(gap)
    return [_line(own) for own in alike.values()]


def _line(gaps: Sequence[Gap]) -> _Line:
    gap = gaps[0]
    vehicles = vehicle_words(tuple(each.vehicles for each in gaps))
    return _Line(
        vehicles=vehicles if gap.about == "used" else f"{vehicles} (new)",
        sulphur=sulphur_words(gap),
        serves=serves_words(gap),
        used=asked_words(gap.used, gap.group),
        new=asked_words(gap.new, gap.group),
        finding=gap.finding,
        reported="" if gap.reported is None else f"{gap.reported:,.10g}",
        why_unknown=gap.why_unknown,
    )


def sulphur_words(gap: Gap) -> str:
    """The legal sulphur, mg/kg: `50`, `10 to 500`, `50 or more`."""
    allowed = gap.allowed
    if allowed.unregulated:
        return "unregulated"
    if allowed.low is None:
        return "not known"
    if allowed.high is None:
        return f"{allowed.low:,.10g} or open"
    if allowed.low == allowed.high:
        return f"{allowed.low:,.10g}"
    return f"{allowed.low:,.10g} to {allowed.high:,.10g}"


def serves_words(gap: Gap) -> str:
    """What the fuel serves: that of any pump, then that of the cleanest."""
    if gap.serves is None:
        return "not known"
    least, most = (served_words(gap.fuel, end, gap.group) for end in gap.serves)
    return least if least == most else f"{least}; the cleanest {most}"


def asked_words(asked: Demanded | None, group: str) -> str:
    """What is asked of a group of vehicles."""
    if asked is None:
        return "not reviewed"
    if asked.banned[0]:
        return "banned"
    ends = [name_of(end, group) if end > LOWEST else "nothing" for end in (asked.sure, asked.perhaps)]
    if ends[0] == ends[1]:
        return ends[0]
    return f"perhaps {ends[1]}" if asked.sure <= LOWEST else f"{ends[0]}, perhaps {ends[1]}"


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if years[0] == years[-1] else f"{years[0]}–{years[-1]}"
