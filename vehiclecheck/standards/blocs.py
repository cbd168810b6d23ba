"""Blocs: which countries belonged to one on a day.

`rules/blocs.toml` holds the memberships with their days and sources. Packs adopt a bloc's standard by name and
date whatever is said here; this table answers whose standards may concern a country, and when.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from vehiclecheck.standards.model import Source
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root


@dataclass(frozen=True, slots=True)
class Membership:
    """One stretch of a country's membership: the days from `start`, before `end`, that are certain.

    `bloc` is a code (`EAC`), `name` the bloc's English name, `country` alpha-2. `start` is None where no source says
    when it began, `end` while it lasts. A country that left and came back has two.
    """

    bloc: str
    name: str
    country: str
    start: dt.date | None
    end: dt.date | None
    note: str | None
    sources: tuple[Source, ...]

    def holds(self, on: dt.date) -> bool:
        """Whether the country belonged to the bloc on that day."""
        return (self.start is None or self.start <= on) and (self.end is None or on < self.end)


def _span(written: dt.date | str) -> tuple[dt.date, dt.date]:
    """The first day that a date, a month (`2004-07`) or a year (`1977`) may mean, and the first day after it.

    ValueError on another text. A date means itself: both are that day.
    """
    if isinstance(written, dt.date):
        return written, written
    year, _, month = written.partition("-")
    first = dt.date(int(year), int(month or 1), 1)
    if month:
        return first, (first + dt.timedelta(days=31)).replace(day=1)
    return first, dt.date(first.year + 1, 1, 1)


def _members_of(bloc: dict[str, Any]) -> Iterator[Membership]:
    sources = {source["id"]: Source(**source) for source in bloc["source"]}
    first = next(iter(sources))
    for member in bloc["member"]:
        yield Membership(
            bloc=bloc["code"],
            name=bloc["name"],
            country=member["country"],
            # Only what is certain counts: from the end of a start that is a month or a year, to an end's begin.
            start=_span(member["from"])[1] if "from" in member else None,
            end=_span(member["to"])[0] if "to" in member else None,
            note=member.get("note"),
            sources=tuple(sources[name] for name in member.get("sources", [first])),
        )


@cache
def _by_bloc() -> dict[str, tuple[Membership, ...]]:
    data = toml_document(data_root() / "rules" / "blocs.toml")
    return {bloc["code"]: tuple(_members_of(bloc)) for bloc in data["bloc"]}


@cache
def _by_country() -> dict[str, tuple[Membership, ...]]:
    found: dict[str, list[Membership]] = {}
    for entries in _by_bloc().values():
        # Oldest first within a bloc; a start that is not known was before any other.
        for entry in sorted(entries, key=lambda entry: entry.start or dt.date.min):
            found.setdefault(entry.country, []).append(entry)
    return {country: tuple(entries) for country, entries in found.items()}


def blocs() -> list[str]:
    """The codes of the blocs whose members are known, in the order of the file."""
    return list(_by_bloc())


def memberships(country: str) -> tuple[Membership, ...]:
    """Every membership that a country (alpha-2) has or had, by bloc in the order of the file, oldest first.

    Empty for a country in no bloc, and for a code that is unknown.
    """
    return _by_country().get(country, ())


def members(bloc: str, on: dt.date) -> list[str]:
    """The countries (alpha-2, sorted) that certainly belonged to a bloc on a day. KeyError on an unknown bloc."""
    return sorted({entry.country for entry in _by_bloc()[bloc] if entry.holds(on)})
