"""One pack described: what it holds as a whole, and what it asks on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vehiclecheck.scenarios.wording import sentence, span_words
from vehiclecheck.standards import Library, Pack, Version
from vehiclecheck.standards.blocs import memberships
from vehiclecheck.standards.model import newest_date
from vehiclecheck.vocabulary.countries import country_code

#: Reasons to leave something out that a reader of the rules must still hear of.
ALSO_ASKED = ("unencoded", "disputed")


@dataclass(frozen=True, slots=True)
class Overview:
    """A pack in one line. `kind` is `country`, `standard` (of a bloc) or `specification` (of fuel). `worst` and `best` are
    grades (A is best), empty where the pack has no version.
    """

    code: str
    name: str
    kind: str
    reviewed: tuple[tuple[str, str, tuple[str, ...], dt.date, str], ...]
    provisions: int
    versions: int
    worst: str
    best: str
    newest_source: str | None

    @property
    def standard(self) -> bool:
        """Whether it is no country's."""
        return self.kind != "country"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "code": self.code,
            "name": self.name,
            "type": self.kind,
            "reviewed": [
                {
                    "subject": subject,
                    "direction": direction,
                    "classes": list(classes),
                    "on": on.isoformat(),
                    "finding": finding,
                }
                for subject, direction, classes, on, finding in self.reviewed
            ],
            "provisions": self.provisions,
            "versions": self.versions,
            "worst_grade": self.worst or None,
            "best_grade": self.best or None,
            "newest_source": self.newest_source,
        }


def overview(pack: Pack) -> Overview:
    """A pack in one line; what it adopted counts as its own."""
    grades = sorted({version.grade for version in pack.versions})
    return Overview(
        code=pack.code,
        name=pack.name,
        kind=pack.kind,
        reviewed=tuple(
            (entry.subject, entry.direction, entry.classes, entry.on, entry.finding)
            for entry in pack.reviewed
        ),
        provisions=len(pack.provisions),
        versions=len(pack.versions),
        worst=grades[-1] if grades else "",
        best=grades[0] if grades else "",
        newest_source=newest_date(pack.sources.values()),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One version as it is shown. `certain` is None where it is only perhaps in force on the day."""

    version: Version
    title: str
    asks: str
    span: str
    certain: bool | None
    judged: bool

    @property
    def section(self) -> tuple[str, str]:
        """Subject and direction, by which a pack is shown in parts."""
        return self.version.subject, self.version.direction

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the sentence, and the parts it was made of. `to` is the first day out of force."""
        version = self.version
        return {
            "provision": version.provision,
            "kind": version.kind,
            "subject": version.subject,
            "direction": version.direction,
            "title": self.title,
            "asks": self.asks,
            "effect": version.effect,
            "decides": version.decides,
            "status": version.status,
            "grade": version.grade,
            "from": _iso(version.start),
            "to": _iso(version.end),
            "possible_from": _iso(version.possible_start),
            "possible_to": _iso(version.possible_end),
            "in_force": {True: "yes", None: "perhaps", False: "no"}[self.certain],
            "judged": self.judged,
            "adopted_from": version.adopted_from,
            "parameters": dict(version.asks),
            "scope": dict(version.scope),
            "exempt": [dict(scope) for scope in version.exempt],
            "instrument": version.instrument,
            "source": version.cite(),
            "sources": [
                {"title": s.title, "publisher": s.publisher, "date": s.date, "url": s.url, "kind": s.kind}
                for s in version.sources
            ],
            "note": version.note,
        }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def shown(pack: Pack, on: dt.date, *, kind: str | None = None, history: bool = False) -> list[Shown]:
    """What a pack asks on a day, in its order; with `history` all versions, whenever they held."""
    found = []
    for provision in pack.provisions:
        if kind is not None and provision.kind != kind:
            continue
        for version in provision.versions:
            certain = version.in_force(on)
            if history or certain is not False:
                judged = version.subject == "fuel" or version.direction != "market"
                found.append(
                    Shown(version, provision.title, sentence(version), span_words(version), certain, judged)
                )
    return found


def also_asked(pack: Pack) -> list[dict[str, Any]]:
    """What sources say beside the provisions: what no kind can ask yet, and what they dispute."""
    return [
        {
            "what": item.what,
            "reason": item.reason,
            "topic": item.topic,
            "direction": item.direction,
            "classes": list(item.classes),
            "from": _iso(item.start),
            "to": _iso(item.end),
            "provision": item.provision,
            "why": item.why,
            "sources": [source.cite() for source in item.sources],
        }
        for item in pack.left_out
        if item.reason in ALSO_ASKED
    ]


@dataclass(frozen=True, slots=True)
class Member:
    """A country's membership of a bloc on a day, and what of the bloc's standard the pack applies.

    `applied` and `shown` count the adopted provisions in force that decide, and those that are shown only; `offered` those
    of the bloc's standard, 0 where there is no such pack.
    """

    bloc: str
    name: str
    since: dt.date | None
    applied: int
    shown: int
    offered: int

    @property
    def words(self) -> str:
        """In a sentence."""
        since = f" since {self.since}" if self.since else ""
        text = f"Member of {self.bloc} ({self.name}){since}."
        if not self.offered:
            return text
        if self.applied:
            what = (
                "1 provision of its standard applies"
                if self.applied == 1
                else f"{self.applied} provisions of its standard apply"
            )
            return f"{text} {what} here."
        if self.shown == 1:
            return f"{text} 1 provision of its standard is shown; no source says that it is applied yet."
        if self.shown:
            return f"{text} {self.shown} provisions of its standard are shown; no source says that they are applied yet."
        return f"{text} No source says that its standard is applied here: packs show {self.bloc}."

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "bloc": self.bloc,
            "name": self.name,
            "since": _iso(self.since),
            "applied": self.applied,
            "shown": self.shown,
            "offered": self.offered,
        }


def membership(pack: Pack, library: Library, on: dt.date) -> list[Member]:
    """The blocs that a country belongs to on a day."""
    found = []
    for each in memberships(pack.code):
        if not each.holds(on):
            continue
        standard = library.pack(each.bloc) if each.bloc in library.standards else None
        adopted = [
            version
            for version in pack.versions
            if version.adopted_from == each.bloc and version.in_force(on) is not False
        ]
        applied = {version.provision for version in adopted if version.lawful}
        shown_only = {version.provision for version in adopted} - applied
        offered = len(standard.provisions) if standard else 0
        found.append(Member(each.bloc, each.name, each.start, len(applied), len(shown_only), offered))
    return found


def find_pack(library: Library, word: str) -> Pack:
    """The pack that a user names by code or by the country's name. PackError where there is none."""
    codes = {*library.countries, *library.standards}
    code = word.strip().upper()
    if code not in codes:
        code = country_code(word.strip()) or library.standard_named(word) or code
    if code not in codes:
        library.file(word.strip())  # says in one sentence that there is none
    return library.pack(code)


def find_packs(library: Library, words: Iterable[str]) -> list[Pack]:
    """The packs that a user names, each once, in that order."""
    return list({pack.code: pack for pack in (find_pack(library, word) for word in words)}.values())
