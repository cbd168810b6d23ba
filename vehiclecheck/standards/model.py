"""A rule pack as Python objects: what `countries/KE.toml` says after adoption and inheritance are resolved.

Days are `datetime.date`; `None` as a start is "since ever", as an end "still in force". A version is
*certainly* in force in [start, end) and *possibly* in [possible_start, possible_end): a source may report a
law without its first day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vehiclecheck.vocabulary.terms import ALL_CATEGORIES, PRODUCTS, category_mask

#: Statuses that decide a verdict; the others are shown as advice.
DECIDING_STATUSES = frozenset({"enacted", "reported"})
#: On a side that a user asks for by name (`--standard`), proposals decide too.
PROPOSED_STATUSES = frozenset({"draft", "recommended"})

#: The kind of the provisions that say what a country asks besides (see `vehiclecheck.standards.beside`).
ALSO_ASKS = "also_asks"

#: The effect of a kind whose provision names none.
DEFAULT_EFFECTS = {"surcharge": "surcharge", "permit": "permit"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a provision was read. `date` is as the source prints it."""

    id: str
    title: str
    publisher: str | None = None
    url: str | None = None
    date: str | None = None
    kind: str | None = None

    def cite(self) -> str:
        """The source in one line: publisher, title, date."""
        parts = [self.publisher, self.title, self.date]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What was looked at when the pack was written, and when. `classes` is of LDV and HDV, empty for fuel."""

    subject: str
    direction: str
    classes: tuple[str, ...]
    on: dt.date
    finding: str = "regulated"


@dataclass(frozen=True, slots=True)
class Version:
    """One provision as it stood in one span of time, with everything it inherits."""

    provision: str
    pack: str
    kind: str
    subject: str
    direction: str
    title: str
    effect: str
    decides: str
    scope: Mapping[str, Any]
    exempt: tuple[Mapping[str, Any], ...]
    asks: Mapping[str, Any]
    start: dt.date | None
    end: dt.date | None
    possible_start: dt.date | None
    possible_end: dt.date | None
    status: str
    grade: str
    instrument: str | None
    sources: tuple[Source, ...]
    note: str | None = None
    adopted_from: str | None = None

    def cite(self) -> str:
        """What to cite for this provision: the instrument if one is known, then the first source read."""
        read = self.sources[0].cite() if self.sources else ""
        if self.kind == ALSO_ASKS:
            read = "; ".join(source.cite() for source in self.sources)
        return f"{self.instrument} (read in: {read})" if self.instrument else read

    def in_force(self, on: dt.date) -> bool | None:
        """Whether it is in force on a day; None where its sources leave that open."""
        if not _holds(self.possible_start, self.possible_end, on):
            return False
        return True if _holds(self.start, self.end, on) else None

    @property
    def lawful(self) -> bool:
        """Whether its status lets it decide: it is law, or reported as law."""
        return self.status in DECIDING_STATUSES

    @property
    def binds(self) -> bool:
        """Whether it can change a verdict: it is law, and more than advice."""
        return self.lawful and self.effect != "advise"

    @property
    def categories(self) -> int:
        """The categories that its scope names, as bits; all where it names none."""
        named = self.scope.get("categories")
        return ALL_CATEGORIES if named is None else category_mask(named)

    @property
    def products(self) -> frozenset[str]:
        """The fuels that it speaks of; none where it is about vehicles."""
        return frozenset(self.scope.get("products", PRODUCTS)) if self.subject == "fuel" else frozenset()


def _holds(start: dt.date | None, end: dt.date | None, on: dt.date) -> bool:
    return (start is None or start <= on) and (end is None or on < end)


def newest_date(sources: Iterable[Source]) -> str | None:
    """The date of the newest source, as printed (the year first); None where none has one."""
    return max((source.date for source in sources if source.date), default=None)


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision with its whole history, oldest version first."""

    id: str
    kind: str
    subject: str
    direction: str
    title: str
    versions: tuple[Version, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something a source says that is not a provision here, and why.

    `topic`, `subject`, `direction` and `classes` say where it belongs; `start` and `end` when it held, as in a version;
    `provision` is the one that it contradicts.
    """

    what: str
    reason: str
    why: str
    sources: tuple[Source, ...] = ()
    subject: str | None = None
    direction: str | None = None
    topic: str | None = None
    classes: tuple[str, ...] = ()
    start: dt.date | None = None
    end: dt.date | None = None
    instrument: str | None = None
    provision: str | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """One country's or bloc's rules. `beside` says what is asked and cannot be judged: shown as advice, never decisive.

    `specification` marks a standard that is a named specification of fuel (EN 590) and the rules of no bloc.
    """

    code: str
    name: str
    note: str | None
    file: str
    reviewed: tuple[Reviewed, ...]
    sources: Mapping[str, Source]
    provisions: tuple[Provision, ...]
    left_out: tuple[LeftOut, ...] = ()
    beside: tuple[Provision, ...] = ()
    standard: bool = False
    specification: bool = False
    fact_ids: frozenset[str] = field(default_factory=frozenset)

    @property
    def kind(self) -> str:
        """`country`, `standard` (a bloc's or an organisation's) or `specification` (of fuel)."""
        if not self.standard:
            return "country"
        return "specification" if self.specification else "standard"

    @property
    def versions(self) -> list[Version]:
        """All versions of all provisions."""
        return [version for provision in self.provisions for version in provision.versions]
