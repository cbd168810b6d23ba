"""What the packs cover: for each country and part of its law whether it is regulated, unregulated, or not reviewed.

The parts are those by which UNEP reviews countries: light and heavy vehicles that arrive, those that leave, petrol and
diesel.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vehiclecheck.standards import Library, Pack, Reviewed, Version
from vehiclecheck.standards.model import newest_date
from vehiclecheck.vocabulary.countries import COUNTRY_CODES, country_name
from vehiclecheck.vocabulary.regions import Region, region_of
from vehiclecheck.vocabulary.terms import VEHICLE_CLASSES

REGULATED, ADVICE, UNREGULATED, NOT_REVIEWED = "regulated", "advice only", "unregulated", "not reviewed"
#: `advice only`: something is known (a level, a recommendation, a draft), and nothing binds.
STATUSES = (REGULATED, ADVICE, UNREGULATED, NOT_REVIEWED)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a country's law: `key` for data, `title` for people; fuel has a product instead of a class."""

    key: str
    title: str
    subject: str
    direction: str
    vehicle_class: str | None = None
    product: str | None = None


PARTS = (
    Part("import.LDV", "light vehicles in", "vehicle", "import", "LDV"),
    Part("import.HDV", "heavy vehicles in", "vehicle", "import", "HDV"),
    Part("export.LDV", "light vehicles out", "vehicle", "export", "LDV"),
    Part("export.HDV", "heavy vehicles out", "vehicle", "export", "HDV"),
    Part("fuel.petrol", "petrol", "fuel", "import", product="petrol"),
    Part("fuel.diesel", "diesel", "fuel", "import", product="diesel"),
)


@dataclass(frozen=True, slots=True)
class Covered:
    """One part of one country's law on a day.

    `provisions` are those in force, certainly or perhaps, that bind (those that advise, where none does); `best` and
    `worst` their grades (A is best), empty where there is none; `newest` is the date of the newest source that they rest
    on, as printed, and `reviewed` the day of the review.
    """

    code: str
    country: str
    region: Region | None
    part: Part
    status: str
    provisions: int
    best: str
    worst: str
    newest: str | None
    reviewed: dt.date | None

    def as_dict(self) -> dict[str, Any]:
        """For tables and JSON."""
        return {
            "region": self.region.name if self.region else None,
            "subregion": self.region.part if self.region else None,
            "country": self.code,
            "name": self.country,
            "subject": self.part.subject,
            "direction": self.part.direction,
            "class": self.part.vehicle_class or self.part.product,
            "status": self.status,
            "provisions": self.provisions,
            "best_grade": self.best or None,
            "worst_grade": self.worst or None,
            "newest_source": self.newest,
            "reviewed": self.reviewed.isoformat() if self.reviewed else None,
        }


def coverage(library: Library, on: dt.date) -> list[Covered]:
    """Every part of every country's law on a day: countries by region, those without a pack too."""
    known = set(library.countries)
    places = {code: region_of(code) for code in (*COUNTRY_CODES, *library.countries)}
    codes = sorted(
        (code for code, place in places.items() if place is not None or code in known),
        key=lambda code: (_order(places[code]), country_name(code) if code in COUNTRY_CODES else code),
    )
    return [
        covered(library.pack(code) if code in known else None, code, places[code], part, on)
        for code in codes
        for part in PARTS
    ]


def _order(region: Region | None) -> tuple[str, str]:
    return (region.name, region.part) if region else ("~", "")


def covered(pack: Pack | None, code: str, region: Region | None, part: Part, on: dt.date) -> Covered:
    """One part of one country's law on a day."""
    name = pack.name if pack else country_name(code)
    ever = speaking(pack, part) if pack else []
    entries = [entry for entry in pack.reviewed if _reviews(entry, part, ever)] if pack else []
    spoken = [version for version in ever if version.in_force(on) is not False]
    holding = [version for version in spoken if version.binds]
    status = UNREGULATED if entries else NOT_REVIEWED
    if holding:
        status = REGULATED
    elif spoken:
        status, holding = ADVICE, spoken
    if status == NOT_REVIEWED:
        return Covered(code, name, region, part, status, 0, "", "", None, None)
    grades = sorted({version.grade for version in holding})
    return Covered(
        code=code,
        country=name,
        region=region,
        part=part,
        status=status,
        provisions=len({version.provision for version in holding}),
        best=grades[0] if grades else "",
        worst=grades[-1] if grades else "",
        newest=newest_date(source for version in holding for source in version.sources),
        reviewed=min((entry.on for entry in entries), default=None),
    )


def _reviews(entry: Reviewed, part: Part, spoken: Sequence[Version]) -> bool:
    if (entry.subject, entry.direction) != (part.subject, part.direction):
        return False
    if part.subject == "fuel":
        # who looked at diesel alone has said nothing of petrol
        return entry.finding == "unregulated" or any(version.binds for version in spoken)
    return part.vehicle_class is None or part.vehicle_class in (entry.classes or tuple(VEHICLE_CLASSES))


def speaking(pack: Pack, part: Part) -> list[Version]:
    """The versions of a pack that speak of a part, whenever they held."""
    return [
        version
        for version in pack.versions
        if version.status != "repealed" and version.subject == part.subject and _speaks_of(version, part)
    ]


def _speaks_of(version: Version, part: Part) -> bool:
    if part.subject == "fuel":
        return part.product in version.products
    return version.direction == part.direction and bool(
        version.categories & VEHICLE_CLASSES[str(part.vehicle_class)]
    )


@dataclass(frozen=True, slots=True)
class RegionCount:
    """How many countries of a region are of each status, by the key of the part."""

    region: str
    countries: int
    with_pack: int
    counts: dict[str, dict[str, int]]


def by_region(rows: Sequence[Covered], packs: Iterable[str]) -> list[RegionCount]:
    """The rows of `coverage` counted by M49 sub-region, and the whole world last."""
    known = set(packs)
    groups: dict[str, list[Covered]] = {}
    for row in rows:
        groups.setdefault(row.region.part if row.region else "elsewhere", []).append(row)
    groups["World"] = list(rows)
    return [
        RegionCount(
            region=name,
            countries=len({row.code for row in members}),
            with_pack=len({row.code for row in members} & known),
            counts={
                part.key: {
                    status: sum(row.part is part and row.status == status for row in members)
                    for status in STATUSES
                }
                for part in PARTS
            },
        )
        for name, members in groups.items()
    ]
