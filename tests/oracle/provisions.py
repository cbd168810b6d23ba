"""Packs: what is adopted is resolved, and every version gets the spans of days on which it is law."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from .days import BEGIN, END

Pack = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """One version with all keys of its provision merged in, and its two spans (first day in, last day out).

    In force for certain on [certain_from, certain_to), which may be empty; perhaps on the rest of
    [possible_from, possible_to).
    """

    keys: dict[str, Any]
    possible_from: dt.date
    certain_from: dt.date
    certain_to: dt.date
    possible_to: dt.date

    def force(self, day: dt.date) -> str:
        """ "certain", "possible" or "no"."""
        if self.certain_from <= day < self.certain_to:
            return "certain"
        return "possible" if self.possible_from <= day < self.possible_to else "no"


@dataclass(frozen=True)
class Provision:
    """One provision of a pack, own or adopted, with its history."""

    id: str
    versions: tuple[Version, ...]

    @property
    def decides(self) -> str:
        """Which date picks the law. ValueError where versions disagree: no rule says how to pick then."""
        words = {version.keys.get("decides", "arrival") for version in self.versions}
        if len(words) != 1:
            raise ValueError(f"{self.id}: versions are picked by different dates {sorted(words)}")
        return str(words.pop())

    @property
    def subject(self) -> str:
        """Fuel limits are about fuel, everything else about vehicles."""
        return "fuel" if self.versions[0].keys["kind"] == "fuel_limit" else "vehicle"


def laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Keys of `above` replace those of `below`; of `asks` and `scope` only the keys inside them do."""
    merged = {**below, **above}
    for table in ("asks", "scope"):
        merged[table] = {**below.get(table, {}), **above.get(table, {})}
    return merged


def _start(version: dict[str, Any]) -> dt.date:
    day: dt.date = version.get("from", version.get("first_seen", BEGIN))
    return day


def _end(version: dict[str, Any]) -> dt.date:
    day: dt.date = version.get("to", version.get("last_seen", END))
    return day


def own(pack: Pack) -> list[Provision]:
    """The provisions that a pack or standard writes itself."""
    found = []
    for provision in pack.get("provision", []):
        common = {key: value for key, value in provision.items() if key != "version"}
        history = provision["version"]
        versions = []
        for at, version in enumerate(history):
            keys = laid_over(common, version)
            keys.setdefault(
                "effect", {"surcharge": "surcharge", "permit": "permit"}.get(keys["kind"], "refuse")
            )
            possible_from, possible_to = _start(version), _end(version)
            if "from" not in version:
                possible_from = _end(history[at - 1]) if at else BEGIN
            if "to" not in version:
                possible_to = END
                if "last_seen" in version and at + 1 < len(history):
                    possible_to = _start(history[at + 1])
            versions.append(Version(keys, possible_from, _start(version), _end(version), possible_to))
        found.append(Provision(provision["id"], tuple(versions)))
    return found


def adopted(code: str, adoption: dict[str, Any], standard: Pack) -> list[Provision]:
    """The provisions that one [[adopt]] block makes law, for as long as it does."""
    begins, ends = _start(adoption), _end(adoption)
    perhaps_from = begins if "from" in adoption or "first_seen" not in adoption else BEGIN
    perhaps_to = END if "last_seen" in adoption and "to" not in adoption else ends
    found = []
    for provision in own(standard):
        if "provisions" in adoption and provision.id not in adoption["provisions"]:
            continue
        versions = []
        for version in provision.versions:
            keys = laid_over(version.keys, adoption.get("override", {}).get(provision.id, {}))
            keys.update({key: adoption[key] for key in ("status", "grade", "sources") if key in adoption})
            clipped = Version(
                keys,
                max(version.possible_from, perhaps_from),
                max(version.certain_from, begins),
                min(version.certain_to, ends),
                min(version.possible_to, perhaps_to),
            )
            if clipped.possible_from < clipped.possible_to:
                versions.append(clipped)
        if versions:
            found.append(Provision(f"{code}:{provision.id}", tuple(versions)))
    return found


def provisions(pack: Pack, standards: dict[str, Pack]) -> list[Provision]:
    """All provisions of a pack. One that is adopted twice is one provision with both histories."""
    found = {provision.id: provision for provision in own(pack)}
    for adoption in pack.get("adopt", []):
        for provision in adopted(pack["code"], adoption, standards[adoption["standard"]]):
            before = found.get(provision.id)
            versions = before.versions if before else ()
            found[provision.id] = replace(provision, versions=versions + provision.versions)
    return list(found.values())
