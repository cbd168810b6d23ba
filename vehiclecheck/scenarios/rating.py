"""How strict is each country towards used vehicles on a day, by a scale that is data.

Nothing is read out of the packs by other means than a judgement: each country is asked with made vehicles, one of every age
and one of every emission class, and its class follows from which of them it turns away. Where the sources leave open what
held on that day the class is open too, and both ends of it are told.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from vehiclecheck.records.preparing import PrepareOptions, prepare
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.scenarios.scales import NO_CLASS, NO_LIMIT, VEHICLES, Scale
from vehiclecheck.screening.judge import Judge
from vehiclecheck.standards import Library, PackError
from vehiclecheck.standards.model import DECIDING_STATUSES
from vehiclecheck.vocabulary.countries import COUNTRY_CODES
from vehiclecheck.vocabulary.regions import region_of

#: The ages and the classes that countries are asked with.
_AGES = range(1, 41)
_CLASSES = range(7)
_BANS, _LIMITS, _STEPS = ("prohibition", "condition"), ("max_age",), ("min_emission_class",)
_CLASS_OF = {"light": "LDV", "heavy": "HDV"}


@dataclass(frozen=True, slots=True)
class Rated:
    """One country's rating for light or heavy vehicles.

    `strict` and `loose` are the classes if all that is open is in force, and if none of it is. Ages in years, infinite
    without a limit; classes as Euro numbers, -1 without one: each first as it surely is, then as it may be.
    """

    code: str
    name: str
    vehicles: str
    loose: str
    strict: str
    banned: tuple[bool, bool]
    age: tuple[float, float]
    euro: tuple[float, float]

    @property
    def rating(self) -> str | None:
        """The class; None where it is open."""
        return self.strict if self.strict == self.loose else None

    @property
    def words(self) -> str:
        """The class in words, with both ends where it is open."""
        return self.strict if self.strict == self.loose else f"{self.loose} to {self.strict}"

    def as_dict(self) -> dict[str, Any]:
        """For tables and JSON: the limits as they surely are."""
        return {
            "country": self.code,
            "name": self.name,
            "vehicles": self.vehicles,
            "rating": self.words,
            "settled": self.strict == self.loose,
            "banned": self.banned[0],
            "max_age_years": None if self.age[0] == NO_LIMIT else self.age[0],
            "min_euro": None if self.euro[0] == NO_CLASS else self.euro[0],
        }


def rate(
    library: Library, scale: Scale, on: dt.date, countries: Collection[str] | None = None
) -> list[Rated]:
    """The countries (of those named, or of all) whose rules on arriving vehicles were reviewed, each for light and for
    heavy vehicles.

    PackError: a pack cannot be used, or the vehicles that the scale asks with cannot be read.
    """
    codes = [
        code
        for code in library.countries
        if code in COUNTRY_CODES
        and (countries is None or code in countries)
        and (scale.region is None or _in(code, scale.region))
    ]
    rated = []
    for vehicles in VEHICLES:
        reviewed = [code for code in codes if _reviewed(library, code, _CLASS_OF[vehicles])]
        if not reviewed:
            continue
        try:
            refused = _refusals(library, reviewed, scale.probes[vehicles], on)
        except ValueError as error:
            raise PackError(f"{scale.name}: probe.{vehicles}: {error}") from error
        for code in reviewed:
            banned = _banned(refused, code)
            age, euro = _age(refused, code), _euro(refused, code)
            loose, strict = (scale.rated(banned[end], age[end], euro[end]) for end in (0, 1))
            rated.append(Rated(code, library.pack(code).name, vehicles, loose, strict, banned, age, euro))
    return rated


def _in(code: str, region: str) -> bool:
    place = region_of(code)
    return place is not None and region in (place.name, place.part)


def _reviewed(library: Library, code: str, vehicle_class: str) -> bool:
    return any(
        (entry.subject, entry.direction) == ("vehicle", "import")
        and vehicle_class in (entry.classes or (vehicle_class,))
        for entry in library.pack(code).reviewed
    )


#: (country, group of kinds, number asked with) to whether it is certainly turned away; absent where it is let in.
_Refusals = Mapping[tuple[str, str, int], bool]


def _refusals(library: Library, codes: Sequence[str], probe: Mapping[str, Any], on: dt.date) -> _Refusals:
    asked = [("age", number) for number in _AGES] + [("euro", number) for number in _CLASSES]
    rows = [
        {**_probe(probe, group, number, on), "importer": code, "record_id": f"{code} {group} {number}"}
        for code in codes
        for group, number in asked
    ]
    raw = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)).with_row_index("line")
    options = PrepareOptions(infer=False, date_order="ymd", decimal="point")
    prepared = prepare(raw.with_columns(pl.col("line").cast(pl.Int64)), options=options, words=WordBook())
    for aside in prepared.set_aside.head(1).iter_rows(named=True):
        raise ValueError(f"{aside['field']} {aside['value']!r}: {aside['reason']}")
    judged = Judge(library, COUNTRY_CODES, countries=codes).judge(prepared.records)
    groups = {**dict.fromkeys(_BANS, "ban"), **dict.fromkeys(_LIMITS, "age"), **dict.fromkeys(_STEPS, "euro")}
    found: dict[tuple[str, str, int], bool] = {}
    columns = ("record_id", "kind", "outcome", "effect", "status", "side")
    for name, kind, outcome, effect, status, side in judged.findings.select(columns).iter_rows():
        group = groups.get(kind)
        if group is None or side != "import" or effect != "refuse" or status not in DECIDING_STATUSES:
            continue
        code, asked_with, number = name.split()
        # a ban is asked of the newest vehicle, an age of vehicles of that age, a class of new vehicles of that class
        if (group == "ban" and (asked_with, number) != ("euro", "6")) or group not in ("ban", asked_with):
            continue
        key = (code, group, int(number))
        found[key] = found.get(key, False) or outcome == "fail"
    return found


def _probe(probe: Mapping[str, Any], group: str, number: int, on: dt.date) -> dict[str, str]:
    made = _born(on, number if group == "age" else 1)
    row = {key: str(value) for key, value in probe.items()} | {
        "condition": "used",
        "arrived_on": on.isoformat(),
    }
    row |= {name: on.isoformat() for name in ("shipped_on", "declared_on", "registered_on")}
    row |= {
        "first_registered": made.isoformat(),
        "manufactured": made.isoformat(),
        "model_year": str(made.year),
    }
    return row | {"emission_class": f"Euro {number}" if group == "euro" else ""}


def _born(on: dt.date, years: int) -> dt.date:
    """A day of birth at which a vehicle is `years` old by every way of counting, and not older by any: the day after the
    anniversary, so that "less than eight years" lets in the eighth year of life as "at most eight" does. On the last day of
    a year, where that day is one of the next calendar year, the anniversary itself.
    """
    leapless = (on.month, on.day) == (2, 29) and not calendar.isleap(on.year - years)
    anniversary = on.replace(year=on.year - years, day=28 if leapless else on.day)
    after = anniversary + dt.timedelta(days=1)
    return after if after.year == anniversary.year else anniversary


def _banned(refused: _Refusals, code: str) -> tuple[bool, bool]:
    key = (code, "ban", 6)
    return refused.get(key, False), key in refused


def _age(refused: _Refusals, code: str) -> tuple[float, float]:
    """The limit as it surely is, and as it may be."""
    sure = [age for age in _AGES if refused.get((code, "age", age), False)]
    perhaps = [age for age in _AGES if (code, "age", age) in refused]
    return tuple(min(ages) - 1 if ages else NO_LIMIT for ages in (sure, perhaps))  # type: ignore[return-value]


def _euro(refused: _Refusals, code: str) -> tuple[float, float]:
    sure = [step for step in _CLASSES if refused.get((code, "euro", step), False)]
    perhaps = [step for step in _CLASSES if (code, "euro", step) in refused]
    return tuple(max(steps) + 1 if steps else NO_CLASS for steps in (sure, perhaps))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A count that somebody published beside ours: `ours` are settled, `may_be` more are of the group or not."""

    vehicles: str
    group: str
    published: int
    of: int
    ours: int
    may_be: int
    source: str


def compared(scale: Scale, rated: Sequence[Rated], on: dt.date) -> list[Comparison]:
    """The published counts of the very day, beside the counts of `rated` (of that day)."""
    found = []
    for published in scale.published:
        if published.on != on:
            continue
        own = [each for each in rated if each.vehicles == published.vehicles]
        for group, count in published.counts.items():
            names = set(group.split(" or "))
            settled = sum({each.strict, each.loose} <= names for each in own)
            touched = sum(bool({each.strict, each.loose} & names) for each in own)
            found.append(
                Comparison(
                    published.vehicles,
                    group,
                    count,
                    published.countries,
                    settled,
                    touched - settled,
                    published.source,
                )
            )
    return found


def fixed_points(scale: Scale, library: Library) -> list[tuple[Any, Rated | None]]:
    """Each published class of one country, with ours of that day."""
    asked: dict[dt.date, set[str]] = {}
    for point in scale.fixed:
        asked.setdefault(point.on, set()).add(point.country)
    ours = {
        (day, each.code, each.vehicles): each
        for day, countries in asked.items()
        for each in rate(library, scale, day, countries)
    }
    return [(point, ours.get((point.on, point.country, point.vehicles))) for point in scale.fixed]
