"""What `vehiclecheck packs coverage`, `sources`, `disputed`, `stale`, `register` and `rate` print."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vehiclecheck.outputs.packs import WIDE, counted, table, wrap

if TYPE_CHECKING:
    from vehiclecheck.scenarios.coverage import Covered, RegionCount
    from vehiclecheck.scenarios.evidence import Dispute, SourceUse, Stale
    from vehiclecheck.scenarios.rating import Comparison, Rated
    from vehiclecheck.scenarios.register import Entry
    from vehiclecheck.scenarios.scales import FixedPoint, Scale
    from vehiclecheck.standards import Pack


def csv_text(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """Rows as CSV; cells that a spreadsheet would run are neutralised. `columns` are the header where there is no row."""
    import polars as pl

    from vehiclecheck.outputs.neutral import neutral_csv

    frame = (
        pl.DataFrame(list(rows), infer_schema_length=None)
        if rows
        else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    )
    return neutral_csv(frame)


# ---------------------------------------------------------------- coverage


def coverage_by_region(counts: Sequence[RegionCount], width: int) -> str:
    """How many countries of each region are regulated, of those reviewed; the world last."""
    from vehiclecheck.scenarios.coverage import NOT_REVIEWED, PARTS, REGULATED

    narrow = width < _ROOMY
    headers = [
        "region",
        "coun-\ntries" if narrow else "countries",
        "with a\npack",
        *(_breaking(part.title, narrow) for part in PARTS),
    ]
    cells = []
    for count in counts:
        shown = []
        for part in PARTS:
            of = count.counts[part.key]
            reviewed = count.countries - of[NOT_REVIEWED]
            of_words = "/" if narrow else " of "
            shown.append(f"{of[REGULATED]}{of_words}{reviewed}" if reviewed else "–")
        cells.append([count.region, str(count.countries), str(count.with_pack), *shown])
    note = (
        "Countries with rules in force, of those reviewed. – none reviewed. One line a country: --by country"
    )
    return (
        f"{table(headers, cells, width, [1, *[0] * (len(headers) - 1)], spaced=False)}\n\n{wrap(note, width)}"
    )


def _breaking(title: str, narrow: bool) -> str:
    return title.replace(" vehicles ", "\n" if narrow else "\nvehicles\n")


#: Under this width tables write in short, and under that one even a date is broken.
_ROOMY, _SMALL = 96, 80
_SHORT = {"regulated": "yes", "advice only": "adv", "unregulated": "no", "not reviewed": "?"}


def coverage_by_country(rows: Sequence[Covered], width: int) -> str:
    """A line a country: each part of its law, how much decides, how good and how new it is."""
    from vehiclecheck.scenarios.coverage import PARTS

    narrow = width < _ROOMY
    headers = [
        "code",
        "country",
        *(_breaking(part.title, narrow) for part in PARTS),
        "provi-\nsions",
        "gra-\ndes" if narrow else "grades",
        "newest\nsource",
    ]
    weights = [0, 1, *[0] * (len(headers) - 2)]
    cells, region = [], None
    by_code: dict[str, list[Covered]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    for code, own in by_code.items():
        place = own[0].region.part if own[0].region else "elsewhere"
        if place != region:
            region = place
            cells.append(["", f"[{place}]", *[""] * (len(headers) - 2)])
        best, worst = min(filter(None, (row.best for row in own)), default=""), max(row.worst for row in own)
        newest = max((row.newest for row in own if row.newest), default="")
        cells.append(
            [
                code,
                own[0].country,
                *(_SHORT[row.status] for row in own),
                str(sum(row.provisions for row in own)),
                best if best == worst else f"{best}{'-' if narrow else ' to '}{worst}",
                newest[: 4 if narrow else 7],
            ]
        )
    note = (
        "yes: rules in force; adv: known, but nothing binds (a level, a draft, a recommendation); "
        "no: reviewed, nothing in force; ?: not reviewed. A provision counts in each of its parts."
    )
    return f"{table(headers, cells, width, weights, spaced=False)}\n\n{wrap(note, width)}"


# ---------------------------------------------------------------- what it rests on


def sources_text(pack: Pack, uses: Sequence[SourceUse], width: int) -> str:
    """The sources of a pack, each with what rests on it."""
    cells = []
    for use in uses:
        source = use.source
        resting = ", ".join(f"{name} ({grade})" for name, grade in use.provisions)
        if use.left_out:
            resting += f"{'; ' if resting else ''}{use.left_out} left out"
        cells.append(
            [
                source.id,
                source.date or "",
                source.kind or "",
                f"{source.cite()}\n{source.url or ''}".strip(),
                resting,
            ]
        )
    headers = ["source", "date", "kind", "what it is", "what rests on it (grade)"]
    weights = [0, 0, 0, 5, 4] if width >= _ROOMY else [3, 0 if width >= _SMALL else 2, 2, 5, 4]
    return f"{pack.name} ({pack.code}): {counted(len(uses), 'source')}\n\n{table(headers, cells, width, weights)}"


def disputes_text(found: Sequence[Dispute], width: int) -> str:
    """What sources say against the packs."""
    if not found:
        return "Nothing is disputed."
    cells = [
        [
            each.pack,
            f"{each.says}{f' (against {each.provision})' if each.provision else ''}",
            each.why,
            "; ".join(source.cite() for source in each.sources),
        ]
        for each in found
    ]
    packs = len({each.pack for each in found})
    closing = f"{counted(len(found), 'dispute')} in {counted(packs, 'pack')}"
    body = table(["pack", "a source says", "why the pack does not", "source"], cells, width, [0, 3, 4, 3])
    return f"{body}\n\n{closing}"


def stale_text(found: Sequence[Stale], before: dt.date, width: int) -> str:
    """Provisions that rest on old sources alone."""
    if not found:
        return wrap(f"Every provision in force has a source of {before} or later.", width)
    cells = [
        [each.newest or "undated", each.provision, each.grade, each.title, each.source] for each in found
    ]
    body = table(["newest source", "provision", "grade", "title", "source"], cells, width, [0, 2, 0, 2, 4])
    rest = "rests" if len(found) == 1 else "rest"
    closing = f"{counted(len(found), 'provision')} in force {rest} on nothing of {before} or later"
    return f"{body}\n\n{wrap(closing, width)}"


# ---------------------------------------------------------------- register


def register_text(entries: Sequence[Entry], share: tuple[int, int], on: dt.date, width: int) -> str:
    """The register as a table, and the share of policies with a number."""
    cells = []
    for entry in entries:
        row = entry.as_dict()
        target = "" if row["target"] is None else _target_words(row["target"], row["unit"])
        since = row["since"] or (f"by {row['known_since']}" if row["known_since"] else "")
        cells.append(
            [
                row["provision"],
                f"{row['scope']}: {row['policy']}",
                target,
                since,
                f"{row['status']}, {row['grade']}",
                row["instrument"] or row["source"] or "",
            ]
        )
    headers = ["policy", "what it asks", "target", "since", "status", "instrument or source"]
    weights = [2, 4, 1, 0, 0, 3] if width >= WIDE else [2, 3, 1, 0 if width >= _SMALL else 1, 1, 2]
    with_number, whole = share
    percent = f" ({with_number / whole:.0%})" if whole else ""
    policies, have = ("policy" if whole == 1 else "policies"), ("has" if with_number == 1 else "have")
    closing = f"{whole:,} {policies} on {on}; {with_number:,} {have} a quantified target{percent}"
    return f"{table(headers, cells, width, weights)}\n\n{wrap(closing, width)}"


def _target_words(number: float, unit: str) -> str:
    if unit.startswith("year, "):
        return f"{unit.removeprefix('year, ')} {number:.0f}"
    return f"{number:,.10g} {unit}".strip()


# ---------------------------------------------------------------- rating


def rating_text(
    scale: Scale,
    rated: Sequence[Rated],
    comparisons: Sequence[Comparison],
    points: Sequence[tuple[FixedPoint, Rated | None]],
    on: dt.date,
    width: int,
) -> str:
    """How many countries are of each class, beside what was published, and the published classes of single countries."""
    blocks = [f"{scale.title}, {on}", wrap(scale.note, min(width, 100))]
    kinds = [name for name in ("light", "heavy") if any(each.vehicles == name for each in rated)]
    cells = []
    for name in scale.classes:
        row = [name]
        for vehicles in kinds:
            own = [each for each in rated if each.vehicles == vehicles]
            settled = sum(each.rating == name for each in own)
            maybe = sum(name in (each.loose, each.strict) and each.rating is None for each in own)
            row.append(f"{settled}{f' (and {maybe} perhaps)' if maybe else ''}")
        cells.append(row)
    totals = Counter(each.vehicles for each in rated)
    cells.append(["rated", *(str(totals[name]) for name in kinds)])
    blocks.append(
        table(
            ["class", *(f"{name} vehicles" for name in kinds)],
            cells,
            width,
            [0] * (1 + len(kinds)),
            spaced=False,
        )
    )
    if comparisons:
        rows = [
            [
                each.vehicles,
                each.group,
                f"{each.published} of {each.of}",
                f"{each.ours}{f' (and {each.may_be} perhaps)' if each.may_be else ''}",
                f"{each.ours - each.published:+d}",
                each.source,
            ]
            for each in comparisons
        ]
        headers = ["vehicles", "class", "published", "here", "differ-\nence", "published by"]
        blocks.append("Beside published counts:\n\n" + table(headers, rows, width, [0, 2, 0, 2, 0, 3]))
    if points:
        rows = [
            [
                point.country,
                point.vehicles,
                point.on.isoformat(),
                point.name,
                ours.words if ours else "not reviewed",
                ""
                if ours is None
                else "agrees"
                if ours.rating == point.name
                else "open"
                if ours.rating is None
                else "differs",
            ]
            for point, ours in points
        ]
        headers = ["country", "vehicles", "on", "published", "here", ""]
        blocks.append(
            "Beside published classes of single countries:\n\n"
            + table(headers, rows, width, [0, 0, 0, 1, 2, 0], spaced=False)
        )
    return "\n\n".join(blocks)


def rating_by_country(scale: Scale, rated: Sequence[Rated], on: dt.date, width: int) -> str:
    """A line a country: its classes, and the limits that make them."""
    cells = [
        [each.code, each.name, each.vehicles, each.words, _limits(each)]
        for each in sorted(rated, key=lambda each: (each.code, each.vehicles != "light"))
    ]
    body = table(
        ["code", "country", "vehicles", "class", "because"], cells, width, [0, 2, 0, 2, 4], spaced=False
    )
    return f"{scale.title}, {on}\n\n{body}"


def _limits(rated: Rated) -> str:
    words = []
    if any(rated.banned):
        words.append("banned" if rated.banned[0] else "perhaps banned")
    ends = ["no age limit" if age == float("inf") else f"at most {age:g} years" for age in rated.age]
    words.append(ends[0] if ends[0] == ends[1] else f"{ends[0]}, perhaps {ends[1]}")
    steps = ["no class" if euro < 0 else f"Euro {euro:g}" for euro in rated.euro]
    words.append(steps[0] if steps[0] == steps[1] else f"{steps[0]}, perhaps {steps[1]}")
    return "; ".join(words)
