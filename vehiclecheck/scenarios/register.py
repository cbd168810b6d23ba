"""The register of policies: one row a provision, in the shape in which countries report policies under SDG indicator
12.1.1: who, by what instrument, what is aimed at (with a number and its unit, where there is one), for what, since when.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vehiclecheck.scenarios.wording import asked_words, exemption_words, scope_words
from vehiclecheck.screening.kinds.max_per_person import period
from vehiclecheck.standards import Pack, Version
from vehiclecheck.vocabulary.ladders import threshold
from vehiclecheck.vocabulary.regions import region_of
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: What `Entry.as_dict` holds.
COLUMNS = (
    *(
        "code",
        "country",
        "region",
        "provision",
        "title",
        "instrument",
        "subject",
        "direction",
        "kind",
        "policy",
    ),
    *("target", "unit", "scope", "exempt", "effect", "since", "known_since", "until", "in_force", "status"),
    *("grade", "adopted_from", "source", "url"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a provision as a policy. `target` is None where the policy names no number."""

    version: Version
    country: str
    target: tuple[float, str] | None
    certain: bool | None

    def as_dict(self) -> dict[str, Any]:
        """The row, flat. `since` and `until` (first day out of force) are None where no source states them."""
        version = self.version
        region = region_of(version.pack)
        return {
            "code": version.pack,
            "country": self.country,
            "region": region.part if region else None,
            "provision": version.provision,
            "title": version.title,
            "instrument": version.instrument,
            "subject": version.subject,
            "direction": version.direction,
            "kind": version.kind,
            "policy": asked_words(version),
            "target": self.target[0] if self.target else None,
            "unit": self.target[1] if self.target else None,
            "scope": scope_words(version.scope, version.subject),
            "exempt": "; ".join(exemption_words(version.exempt, version.subject)) or None,
            "effect": version.effect,
            "since": version.start.isoformat()
            if version.start and version.start == version.possible_start
            else None,
            "known_since": version.start.isoformat() if version.start else None,
            "until": version.end.isoformat() if version.end and version.end == version.possible_end else None,
            "in_force": {True: "yes", None: "perhaps", False: "no"}[self.certain],
            "status": version.status,
            "grade": version.grade,
            "adopted_from": version.adopted_from,
            "source": version.sources[0].cite() if version.sources else None,
            "url": version.sources[0].url if version.sources else None,
        }


def register(packs: Sequence[Pack], on: dt.date, *, history: bool = False) -> list[Entry]:
    """The provisions that hold on a day, certainly or perhaps; with `history` all versions, past and planned."""
    entries = []
    for pack in packs:
        for version in pack.versions:
            certain = version.in_force(on)
            if history or certain is not False:
                entries.append(Entry(version, pack.name, target(version), certain))
    return entries


def target(version: Version) -> tuple[float, str] | None:
    """The number that a provision aims at and its unit; None where it names none.

    Of an emission class it is the position on the Euro ladder, of two classes the light one's.
    """
    found = _TARGETS.get(version.kind, _none)(version.asks)
    return found if found is None else (float(found[0]), found[1])


def _none(asks: Mapping[str, Any]) -> tuple[float, str] | None:
    return None


def _age(asks: Mapping[str, Any]) -> tuple[float, str] | None:
    for key, word in (("not_before", "not before"), ("before", "before")):
        if key in asks:
            return int(str(asks[key])[:4]), f"year, {word}"
    limit = asks.get("max", asks.get("min"))
    return None if limit is None else (limit, asks["unit"])


def _class(asks: Mapping[str, Any]) -> tuple[float, str] | None:
    word = asks.get("class") or asks.get("light") or asks.get("heavy")
    return None if word is None else (round(threshold(word), 2), "Euro")


def _certificate(asks: Mapping[str, Any]) -> tuple[float, str] | None:
    return (asks["max_age"], asks["unit"]) if "max_age" in asks else None


def _registration(asks: Mapping[str, Any]) -> tuple[float, str] | None:
    for key in ("within_months_of_manufacture", "at_least_months", "at_most_months"):
        if key in asks:
            return asks[key], "months"
    return None


def _surcharge(asks: Mapping[str, Any]) -> tuple[float, str] | None:
    for rates in (asks, *asks.get("bands", [])):
        if "rate_percent" in rates:
            return rates["rate_percent"], "%"
        if "amount" in rates:
            return rates["amount"], asks.get("currency", "")
    return None


def _fuel(asks: Mapping[str, Any]) -> tuple[float, str] | None:
    limit = asks.get("max", asks.get("min"))
    return None if limit is None else (limit, FUEL_PROPERTIES[asks["property"]])


def _exhaust(asks: Mapping[str, Any]) -> tuple[float, str] | None:
    return asks["max"], {"co_percent": "% vol", "hc_ppm": "ppm", "opacity_m1": "1/m"}[asks["quantity"]]


def _odometer(asks: Mapping[str, Any]) -> tuple[float, str] | None:
    return asks["max"], "km"


def _per_person(asks: Mapping[str, Any]) -> tuple[float, str] | None:
    return asks["max"], f"vehicles{period(asks)}"


_TARGETS = {
    "max_age": _age,
    "min_age": _age,
    "min_emission_class": _class,
    "exhaust_limit": _exhaust,
    "certificate": _certificate,
    "max_odometer": _odometer,
    "max_per_person": _per_person,
    "registration": _registration,
    "surcharge": _surcharge,
    "fuel_limit": _fuel,
}


def quantified_share(entries: Sequence[Entry]) -> tuple[int, int]:
    """How many of the policies have a number, and how many there are."""
    return sum(entry.target is not None for entry in entries), len(entries)
