"""On what the packs rest, and what to check next: sources, disputes, provisions whose newest source is old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vehiclecheck.standards import Pack, Source
from vehiclecheck.standards.model import newest_date


@dataclass(frozen=True, slots=True)
class SourceUse:
    """One source of a pack and the provisions that rest on it, each with the grade of the version."""

    source: Source
    provisions: tuple[tuple[str, str], ...]
    left_out: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        source = self.source
        return {
            "id": source.id,
            "title": source.title,
            "publisher": source.publisher,
            "date": source.date,
            "kind": source.kind,
            "url": source.url,
            "provisions": [{"provision": name, "grade": grade} for name, grade in self.provisions],
            "left_out": self.left_out,
        }


def sources_of(pack: Pack) -> list[SourceUse]:
    """The sources of a pack, those that most rests on first."""
    found = []
    for source in pack.sources.values():
        used = {
            (version.provision, version.grade): None for version in pack.versions if source in version.sources
        }
        left_out = sum(source in item.sources for item in pack.left_out)
        found.append(SourceUse(source, tuple(used), left_out))
    return sorted(found, key=lambda use: (-len(use.provisions), -use.left_out))


#: What `as_dict` of a dispute and of a stale provision holds.
DISPUTE_COLUMNS = ("pack", "provision", "says", "why", "sources")
STALE_COLUMNS = ("pack", "provision", "title", "grade", "newest_source", "source")


@dataclass(frozen=True, slots=True)
class Dispute:
    """What a source says against a pack, or against one of its provisions."""

    pack: str
    provision: str | None
    says: str
    why: str
    sources: tuple[Source, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "pack": self.pack,
            "provision": self.provision,
            "says": self.says,
            "why": self.why,
            "sources": [source.cite() for source in self.sources],
        }


def disputes(packs: Sequence[Pack]) -> list[Dispute]:
    """All that is disputed in some packs, in their order."""
    return [
        Dispute(pack.code, item.provision, item.what, item.why, item.sources)
        for pack in packs
        for item in pack.left_out
        if item.reason == "disputed"
    ]


@dataclass(frozen=True, slots=True)
class Stale:
    """A provision in force whose newest source is old; `newest` is None where no source has a date."""

    pack: str
    provision: str
    title: str
    grade: str
    newest: str | None
    source: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "pack": self.pack,
            "provision": self.provision,
            "title": self.title,
            "grade": self.grade,
            "newest_source": self.newest,
            "source": self.source,
        }


def stale(packs: Sequence[Pack], before: dt.date, on: dt.date) -> list[Stale]:
    """The provisions in force on a day that rest on nothing newer than `before`, the oldest first; undated ones lead."""
    found = []
    for pack in packs:
        for version in pack.versions:
            if not version.lawful or version.in_force(on) is False:
                continue
            newest = newest_date(version.sources)
            # a source of "2024" may be of any day of that year
            if newest is None or newest < before.isoformat()[: len(newest)]:
                title = version.title
                found.append(
                    Stale(pack.code, version.provision, title, version.grade, newest, version.cite())
                )
    return sorted(found, key=lambda each: (each.newest or "", each.pack, each.provision))
