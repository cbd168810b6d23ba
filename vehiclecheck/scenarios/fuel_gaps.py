"""What a country's legal fuel can serve, beside the emission class that it demands of the vehicles that arrive.

A demand above what the fuel serves brings in vehicles whose after-treatment that fuel spoils; a fuel that serves more than
is demanded lets the country ask for more without waiting for a refinery. Both sides are law: what is really sold may be
cleaner or dirtier. Levels that are only reported (the world map of 2019) are told beside and decide nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vehiclecheck.scenarios.demanded import VEHICLES, Demanded, demanded
from vehiclecheck.standards import Library, Pack
from vehiclecheck.standards.legal_sulphur import Allowed, allowed_on, legal_sulphur
from vehiclecheck.vocabulary.countries import BLOC_NAMES, COUNTRY_CODES
from vehiclecheck.vocabulary.fuel_needs import class_served, need_of, needs
from vehiclecheck.vocabulary.ladders import LOWEST, name_of
from vehiclecheck.vocabulary.regions import Region, region_of

RUINS = "asks for vehicles that its fuel will ruin"
STRAINS = "asks for a class that its fuel cannot keep clean"
CLEANER = "fits the cleaner fuel on sale, not all of it"
FITS = "fits"
MORE = "could ask for more at once"
BANNED = "lets no used vehicles in"
NEITHER = "asks for no class, and its fuel serves none"
UNKNOWN = "unknown"
#: All findings, in the order in which they are told.
FINDINGS = (RUINS, STRAINS, CLEANER, FITS, MORE, NEITHER, BANNED, UNKNOWN)

#: The last whole class of the ladder that a country could ask for.
_LAST_CLASS = 6.0


@dataclass(frozen=True, slots=True)
class Gap:
    """One group of vehicles of one country, and the fuel that the law allows it, on a day.

    `used` and `new` are what is demanded, None where it was not reviewed. `reported` is a level (mg/kg) that is no law.
    `about` says whether the finding is on used vehicles or on new ones.
    """

    code: str
    name: str
    region: Region | None
    on: dt.date
    fuel: str
    vehicles: str
    allowed: Allowed
    reported: float | None
    used: Demanded | None
    new: Demanded | None
    finding: str
    about: str = "used"

    @property
    def serves(self) -> tuple[float, float] | None:
        """The strictest step that any fuel on sale serves, and that the cleanest serves; None where the law is not known."""
        if self.allowed.low is None or self.allowed.high is None:
            return None
        return class_served(self.fuel, self.allowed.high), class_served(self.fuel, self.allowed.low)

    @property
    def group(self) -> str:
        """How classes of these vehicles are written: LDV or HDV."""
        return VEHICLES[self.vehicles]

    @property
    def why_unknown(self) -> str:
        """What is missing for a finding; empty where there is one."""
        if self.finding != UNKNOWN:
            return ""
        if self.allowed.unregulated:
            return "sulphur is not regulated"
        if self.allowed.low is None:
            return "no sulphur limit known"
        if self.allowed.high is None:
            return "the sulphur limit is open"
        if self.used is None:
            return "vehicles not reviewed"
        return (
            "what is asked is open"
            if self.used.sure != self.used.perhaps
            else "sources differ on what it bears"
        )

    def as_dict(self) -> dict[str, Any]:
        """For tables and JSON. Classes as Euro names; `null` is not known, an empty class that none is asked for."""
        serves = self.serves
        return {
            "country": self.code,
            "name": self.name,
            "region": self.region.name if self.region else None,
            "subregion": self.region.part if self.region else None,
            "on": self.on.isoformat(),
            "fuel": self.fuel,
            "vehicles": self.vehicles,
            "sulphur_cleanest_mg_kg": self.allowed.low,
            "sulphur_dirtiest_mg_kg": self.allowed.high,
            "sulphur_unregulated": self.allowed.unregulated,
            "reported_level_mg_kg": self.reported,
            "serves": None if serves is None else served_words(self.fuel, serves[0], self.group),
            "cleanest_serves": None if serves is None else served_words(self.fuel, serves[1], self.group),
            "asks_of_used": _asked(self.used, self.group),
            "asks_of_used_perhaps": _asked(self.used, self.group, perhaps=True),
            "asks_of_new": _asked(self.new, self.group),
            "used_banned": None if self.used is None else self.used.banned[0],
            "finding": self.finding,
            "about": self.about,
            "why_unknown": self.why_unknown,
            "fuel_provisions": "; ".join(dict.fromkeys(v.provision for v in self.allowed.versions)),
            "vehicle_provisions": "; ".join(
                dict.fromkeys(name for each in (self.used, self.new) if each for name in each.provisions)
            ),
        }


def served_words(fuel: str, served: float, group: str) -> str:
    """A step that a fuel serves, in words: `Euro 4`, `every class`, `below Euro 2`."""
    if math.isinf(served):
        return "every class"
    if served > LOWEST:
        return name_of(served, group)
    return f"below {name_of(min(need.position for need in needs() if need.fuel == fuel), group)}"


def _asked(asked: Demanded | None, group: str, *, perhaps: bool = False) -> str | None:
    if asked is None:
        return None
    position = asked.perhaps if perhaps else asked.sure
    return name_of(position, group) if position > LOWEST else ""


def fuel_gaps(library: Library, codes: Sequence[str], fuel: str, days: Sequence[dt.date]) -> list[Gap]:
    """Each group of vehicles of each country on each day, in this order. Blocs are left out.

    PackError: a pack cannot be used.
    """
    countries = [code for code in codes if code in COUNTRY_CODES and code not in BLOC_NAMES]
    asked = demanded(library, countries, fuel, days) if countries else {}
    found = []
    for code in countries:
        pack = library.pack(code)
        spans = legal_sulphur(pack, fuel)
        for on in days:
            allowed, reported = allowed_on(spans, on), _reported(pack, fuel, on)
            for vehicles, reviewed_as in VEHICLES.items():
                used, new = (
                    asked[code, on, vehicles, condition] if _reviewed(pack, reviewed_as) else None
                    for condition in ("used", "new")
                )
                finding, about = _finding(fuel, allowed, used, new)
                place = region_of(code)
                found.append(
                    Gap(
                        code,
                        pack.name,
                        place,
                        on,
                        fuel,
                        vehicles,
                        allowed,
                        reported,
                        used,
                        new,
                        finding,
                        about,
                    )
                )
    return found


def _reviewed(pack: Pack, vehicle_class: str) -> bool:
    return any(
        (entry.subject, entry.direction) == ("vehicle", "import")
        and vehicle_class in (entry.classes or (vehicle_class,))
        for entry in pack.reviewed
    )


def _reported(pack: Pack, fuel: str, on: dt.date) -> float | None:
    """The highest sulphur level that is reported of a fuel without being law."""
    levels = [
        float(version.asks["max"])
        for version in pack.versions
        if version.kind == "fuel_limit"
        and version.asks["property"] == "sulphur_mg_kg"
        and "max" in version.asks
        and version.lawful
        and not version.binds
        and fuel in version.products
        and version.in_force(on) is not False
    ]
    return max(levels, default=None)


def _finding(fuel: str, allowed: Allowed, used: Demanded | None, new: Demanded | None) -> tuple[str, str]:
    """The finding, and whether it is about used or new vehicles: the used ones, but where only the new ones are ruined, or
    where no used ones come in and something is asked of the new ones.
    """
    of_used = _of_group(fuel, allowed, used)
    if new is None or new.perhaps <= LOWEST:
        return of_used, "used"
    of_new = _of_group(fuel, allowed, new)
    if of_used == BANNED or (of_new == RUINS and of_used != RUINS):
        return of_new, "new"
    return of_used, "used"


def _of_group(fuel: str, allowed: Allowed, asked: Demanded | None) -> str:
    if asked is None:
        return UNKNOWN
    if asked.banned[0]:
        return BANNED
    ends = {_of_class(fuel, allowed, position) for position in (asked.sure, asked.perhaps)}
    return ends.pop() if len(ends) == 1 else UNKNOWN


def _of_class(fuel: str, allowed: Allowed, position: float) -> str:
    """The finding where a class at this position is asked for; `LOWEST` where none is."""
    if allowed.low is None or allowed.high is None:
        return UNKNOWN
    need = need_of(fuel, position)
    if need is not None:
        clean, dirty = need.borne(allowed.low), need.borne(allowed.high)
        if clean is False:
            return RUINS if need.basis == "after-treatment" else STRAINS
        if clean is None or dirty is None:
            return UNKNOWN
        if not dirty:
            return CLEANER
    served = min(class_served(fuel, allowed.high), _LAST_CLASS)
    if math.floor(position) < math.floor(served):
        return MORE
    return FITS if position > LOWEST else NEITHER
