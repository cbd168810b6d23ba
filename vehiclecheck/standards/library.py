"""The packs at hand: which there are, what one says once adoption and inheritance are resolved.

A pack is checked whenever its text is new, and the checked document is kept under the digest of that text, so
that a second run spends no time on it and an edited pack is never taken for the old one.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vehiclecheck.standards.beside import asked_beside
from vehiclecheck.standards.checking import CASES_ENDING, Problem, asks_problems, check_file, read_document
from vehiclecheck.standards.errors import PackError
from vehiclecheck.standards.lines import Lines
from vehiclecheck.standards.model import (
    DEFAULT_EFFECTS,
    LeftOut,
    Pack,
    Provision,
    Reviewed,
    Source,
    Version,
)
from vehiclecheck.vocabulary.kept import digest, keep, recall, rules_digest
from vehiclecheck.vocabulary.places import data_root

_INHERITED = ("effect", "decides", "scope", "exempt")


def _checked_document(path: Path) -> dict[str, Any]:
    """The document of a pack file that is well formed. PackError lists every problem otherwise."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PackError(f"{path.name}: cannot be read: {error.strerror}") from error
    key = digest((raw, rules_digest().encode()))
    kept = recall(key)
    if kept is not None:
        return kept
    problems = check_file(path)
    document, _ = read_document(path)
    if problems or document is None:
        raise PackError("\n".join(map(str, problems)), problems)
    keep(key, document)
    return document


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _source(entry: Mapping[str, Any]) -> Source:
    return Source(**{key: entry.get(key) for key in ("id", "title", "publisher", "url", "date", "kind")})  # type: ignore[arg-type]


def _spans(versions: Sequence[Mapping[str, Any]]) -> list[tuple[dt.date | None, ...]]:
    """For each version (certain start, certain end, possible start, possible end).

    Where a source gives no first day (`first_seen`), the law may have held since its predecessor ended; where
    it gives no last day (`last_seen`), it may have held until its successor began.
    """
    spans: list[tuple[dt.date | None, ...]] = []
    for number, version in enumerate(versions):
        start = _day(version.get("from") or version.get("first_seen"))
        end = _day(version.get("to") or version.get("last_seen"))
        possible_start, possible_end = start, end
        if "first_seen" in version:
            before = versions[number - 1] if number else {}
            possible_start = _day(before.get("to") or before.get("last_seen"))
        if "last_seen" in version:
            after = versions[number + 1] if number + 1 < len(versions) else {}
            possible_end = _day(after.get("from") or after.get("first_seen"))
        spans.append((start, end, possible_start, possible_end))
    return spans


def _provision(entry: Mapping[str, Any], pack: str, sources: Mapping[str, Source]) -> Provision:
    subject = "fuel" if entry["kind"] == "fuel_limit" else "vehicle"
    versions = []
    for version, (start, end, possible_start, possible_end) in zip(
        entry["version"], _spans(entry["version"]), strict=True
    ):
        merged = {key: version.get(key, entry.get(key)) for key in _INHERITED}
        versions.append(
            Version(
                provision=entry["id"],
                pack=pack,
                kind=entry["kind"],
                subject=subject,
                direction=entry["direction"],
                title=entry["title"],
                effect=merged["effect"] or DEFAULT_EFFECTS.get(entry["kind"], "refuse"),
                decides=merged["decides"] or "arrival",
                scope={**entry.get("scope", {}), **version.get("scope", {})},
                exempt=tuple(merged["exempt"] or ()),
                asks={**entry.get("asks", {}), **version.get("asks", {})},
                start=start,
                end=end,
                possible_start=possible_start,
                possible_end=possible_end,
                status=version["status"],
                grade=version["grade"],
                instrument=version.get("instrument"),
                sources=tuple(sources[name] for name in version["sources"]),
                note=version.get("note"),
            )
        )
    return Provision(
        id=entry["id"],
        kind=entry["kind"],
        subject=subject,
        direction=entry["direction"],
        title=entry["title"],
        versions=tuple(versions),
        note=entry.get("note"),
    )


def _left_out(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> LeftOut:
    return LeftOut(
        what=entry["what"],
        reason=entry["reason"],
        why=entry["why"],
        sources=tuple(sources[name] for name in entry.get("sources", ())),
        subject=entry.get("subject"),
        direction=entry.get("direction"),
        topic=entry.get("topic"),
        classes=tuple(entry.get("classes", ())),
        # a day on which it was first seen is no day before which it was not asked
        start=_day(entry.get("from")),
        end=_day(entry.get("to") or entry.get("last_seen")),
        instrument=entry.get("instrument"),
        provision=entry.get("provision"),
    )


def _later(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return max(one, other) if one is not None and other is not None else one if one is not None else other


def _earlier(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return min(one, other) if one is not None and other is not None else one if one is not None else other


def _hint(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


#: So many packs can be listed in a sentence.
_FEW = 30


def _listed(codes: Sequence[str]) -> str:
    return (
        f"; packs: {', '.join(codes)}" if len(codes) <= _FEW else "; `packs list` shows those that there are"
    )


def _adoption_error(
    path: Path, number: int, where: list[str], provision: str | None, message: str
) -> PackError:
    try:
        line = Lines(path.read_text(encoding="utf-8-sig")).find(["adopt", number, *where])
    except OSError:  # a pack that is no file
        line = 1
    problem = Problem(path.name, line, provision, message)
    return PackError(str(problem), [problem])


def _fact_ids(document: Mapping[str, Any]) -> frozenset[str]:
    found: set[str] = set()
    for name in ("reviewed", "adopt", "left_out"):
        for entry in document.get(name, []):
            found.update(entry.get("facts", []))
    for provision in document.get("provision", []):
        for version in provision["version"]:
            found.update(version.get("facts", []))
    return frozenset(found)


class Library:
    """All packs that a run may use: countries and standards by code, read when first asked for."""

    def __init__(
        self,
        countries: Mapping[str, Path],
        standards: Mapping[str, Path],
        documents: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._countries = dict(countries)
        self._standards = dict(standards)
        self._documents = dict(documents or {})
        self._packs: dict[str, Pack] = {}

    @classmethod
    def of_documents(
        cls, countries: Mapping[str, Mapping[str, Any]], standards: Mapping[str, Mapping[str, Any]]
    ) -> Library:
        """A library of packs that are no files (drafts, tests): what their TOML would hold, days as text."""

        def named(packs: Mapping[str, Any]) -> dict[str, Path]:
            return {code: Path(f"{code}.toml") for code in packs}

        return cls(named(countries), named(standards), {**countries, **standards})

    @property
    def countries(self) -> list[str]:
        """Codes of the countries that have a pack, in order."""
        return sorted(self._countries)

    @property
    def standards(self) -> list[str]:
        """Codes of the harmonised standards, in order."""
        return sorted(self._standards)

    def standard_named(self, word: str) -> str | None:
        """The code of the standard that somebody names, whatever the case, spaces and hyphens (`en 590`, `AFRI-5`); None
        where there is none. A name with an edition (`EN 590:2013`) is none: a standard is asked as it stood on a day.
        """
        code = "".join(letter for letter in word if letter not in " -\u00a0").upper()
        return code if code in self._standards else None

    def standard_code(self, word: str) -> str:
        """The code of the standard that somebody names. PackError with those that there are where there is none."""
        code = self.standard_named(word)
        if code is None:
            raise PackError(f"no standard {word!r}; standards: {', '.join(self.standards)}")
        return code

    def file(self, code: str) -> Path:
        """The file of a pack. PackError where there is none."""
        path = self._countries.get(code) or self._standards.get(code)
        if path is None:
            known = [*self.countries, *self.standards]
            raise PackError(f"no pack for {code!r}{_hint(code, known) or _listed(known)}")
        return path

    def pack(self, code: str) -> Pack:
        """The pack of a country or standard, adoption resolved. PackError names what is wrong."""
        if code not in self._packs:
            self._packs[code] = self._build(code)
        return self._packs[code]

    def packs(self, codes: Iterable[str] | None = None) -> list[Pack]:
        """The packs of `codes` that exist (all countries by default), ordered by code."""
        wanted = self.countries if codes is None else sorted(set(codes))
        return [self.pack(code) for code in wanted if code in self._countries or code in self._standards]

    def _build(self, code: str) -> Pack:
        path = self.file(code)
        document = self._documents.get(code) or _checked_document(path)
        if document["code"] != code:
            raise PackError(
                f"{path.name}: holds the pack {document['code']!r}; its name must be {document['code']}.toml"
            )
        sources = {entry["id"]: _source(entry) for entry in document.get("source", [])}
        left_out = tuple(_left_out(entry, sources) for entry in document.get("left_out", []))
        provisions = [_provision(entry, code, sources) for entry in document.get("provision", [])]
        for number, entry in enumerate(document.get("adopt", [])):
            provisions += self._adopted(entry, number, code, path, sources)
        return Pack(
            code=code,
            name=document["name"],
            note=document.get("note"),
            file=path.name,
            reviewed=tuple(
                Reviewed(
                    entry["subject"],
                    entry["direction"],
                    tuple(entry.get("classes", ())),
                    dt.date.fromisoformat(entry["on"]),
                    entry.get("finding", "regulated"),
                )
                for entry in document.get("reviewed", [])
            ),
            sources=sources,
            provisions=tuple(provisions),
            left_out=left_out,
            beside=asked_beside(code, left_out),
            standard=code in self._standards,
            specification=document.get("kind") == "specification",
            fact_ids=_fact_ids(document),
        )

    def _adopted(
        self, entry: Mapping[str, Any], number: int, code: str, path: Path, sources: Mapping[str, Source]
    ) -> list[Provision]:
        standard = entry["standard"]
        if code in self._standards:
            said = f"{code} is a standard, and a standard adopts none: write here what it asks itself"
            raise _adoption_error(path, number, ["standard"], None, said)
        if standard not in self._standards:
            said = f"adopts the standard {standard!r}, which does not exist{_hint(standard, self.standards)}"
            raise _adoption_error(
                path, number, ["standard"], None, f"{said}; standards: {', '.join(self.standards)}"
            )
        offered = {provision.id: provision for provision in self.pack(standard).provisions}
        names = entry.get("provisions", list(offered))
        ((start, end, first, last),) = _spans([entry])
        adopted = []
        overridden = entry.get("override", {})
        for name in [*names, *overridden]:
            if name not in offered:
                where = ["provisions"] if name in names else ["override", name]
                said = f"adopts {name!r}, which {standard} does not have"
                hint = _hint(name, offered) or f"; it has: {', '.join(offered)}"
                raise _adoption_error(path, number, where, name, said + hint)
        for name in overridden:
            if name not in names:
                raise _adoption_error(path, number, ["override", name], name, "overrides what is not adopted")
        asked = [
            (name, version.kind, {**version.asks, **overridden[name]["asks"]})
            for name in overridden
            if "asks" in overridden[name]
            for version in offered[name].versions
        ]
        key = digest((b"overridden", rules_digest().encode(), json.dumps(asked, default=str).encode()))
        if asked and recall(key) is None:
            for name, kind, asks in asked:
                for wrong in asks_problems(kind, asks):
                    raise _adoption_error(path, number, ["override", name, "asks"], name, wrong)
            keep(key, {"sound": True})
        for name in names:
            override = entry.get("override", {}).get(name, {})
            versions = []
            for version in offered[name].versions:
                possible_start = _later(version.possible_start, first)
                possible_end = _earlier(version.possible_end, last)
                if possible_end is not None and possible_start is not None and possible_end <= possible_start:
                    continue
                versions.append(
                    Version(
                        provision=f"{code}:{name}",
                        pack=code,
                        kind=version.kind,
                        subject=version.subject,
                        direction=version.direction,
                        title=version.title,
                        effect=override.get("effect", version.effect),
                        decides=override.get("decides", version.decides),
                        scope={**version.scope, **override.get("scope", {})},
                        exempt=tuple(override.get("exempt", version.exempt)),
                        asks={**version.asks, **override.get("asks", {})},
                        start=_later(version.start, start),
                        end=_earlier(version.end, end),
                        possible_start=possible_start,
                        possible_end=possible_end,
                        status=entry["status"],
                        grade=entry["grade"],
                        instrument=override.get("instrument", version.instrument),
                        sources=tuple(sources[source] for source in entry["sources"]) + version.sources,
                        note=override.get("note", version.note),
                        adopted_from=standard,
                    )
                )
            if versions:
                offer = offered[name]
                adopted.append(
                    Provision(
                        f"{code}:{name}",
                        offer.kind,
                        offer.subject,
                        offer.direction,
                        offer.title,
                        tuple(versions),
                    )
                )
        return adopted


def pack_files(folder: Path) -> dict[str, Path]:
    """The packs that lie in a folder, by code; none where there is no such folder."""
    return {
        path.stem: path
        for path in sorted(folder.glob("*.toml"))
        if not path.name.endswith(CASES_ENDING) and path.is_file()
    }


def load_library(extra: str | Path | None = None) -> Library:
    """The shipped packs, extended and replaced by those of the folder `extra` (country packs at its top,
    standards in its folder `standards`). Read and checked when first used. PackError: no such folder.
    """
    root = data_root()
    countries = pack_files(root / "countries")
    standards = pack_files(root / "rules" / "standards")
    if extra is not None:
        folder = Path(extra)
        if not folder.is_dir():
            raise PackError(f"{extra}: is not a folder of packs")
        countries |= pack_files(folder)
        standards |= pack_files(folder / "standards")
    return Library(countries, standards)
