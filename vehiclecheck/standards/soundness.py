"""Does a pack that is well formed make sense as a whole? What only shows once adoption is resolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from vehiclecheck.standards.checking import Problem
from vehiclecheck.standards.lines import Lines
from vehiclecheck.standards.model import Pack, Provision, Version
from vehiclecheck.vocabulary.terms import ALL_CATEGORIES, VEHICLE_CLASSES


def soundness(pack: Pack, path: Path) -> Iterator[Problem]:
    """The problems of a pack that its parts do not show."""
    if pack.specification:
        yield from _no_specification(pack, path)
    for number, entry in enumerate(pack.reviewed):
        reached = [
            provision for provision in pack.provisions if _of(provision, entry.subject, entry.direction)
        ]
        for vehicle_class in entry.classes or (None,):
            if any(_reaches(provision, vehicle_class) for provision in reached):
                if entry.finding == "unregulated" and any(
                    _reaches(provision, vehicle_class, refusing_on=entry.on) for provision in reached
                ):
                    what = f"{vehicle_class} " if vehicle_class else ""
                    said = f"found {what}unregulated, but a provision in force refuses some of it"
                    yield Problem(path.name, _line(path, number), None, said)
                continue
            if entry.finding != "unregulated":
                what = f" of {vehicle_class}" if vehicle_class else ""
                said = (
                    f"{entry.subject} {entry.direction}{what} is reviewed, but no provision speaks of it: write "
                    "finding = 'unregulated' with the source that says so, or leave the entry out"
                )
                yield Problem(path.name, _line(path, number), None, said)


def _no_specification(pack: Pack, path: Path) -> Iterator[Problem]:
    """Why a pack cannot be the specification of fuel that it says it is."""
    lines = Lines(path.read_text(encoding="utf-8-sig"))
    if not pack.standard:
        said = f"kind = 'specification' is for standards; {pack.code} is a country"
        yield Problem(path.name, lines.find(["kind"]), None, said)
    for number, provision in enumerate(pack.provisions):
        if pack.standard and provision.subject != "fuel":
            said = f"{pack.code} is a specification of fuel: it holds fuel limits only, no {provision.kind}"
            yield Problem(path.name, lines.find(["provision", number, "kind"]), provision.id, said)


def _of(provision: Provision, subject: str, direction: str) -> bool:
    if provision.subject != subject:
        return False
    return subject == "fuel" or provision.direction == direction


def _reaches(provision: Provision, vehicle_class: str | None, refusing_on: dt.date | None = None) -> bool:
    wanted = ALL_CATEGORIES if vehicle_class is None else VEHICLE_CLASSES[vehicle_class]
    for version in provision.versions:
        if refusing_on is not None and not _refuses(version, refusing_on):
            continue
        if version.categories & wanted:
            return True
    return False


def _refuses(version: Version, on: dt.date) -> bool:
    return version.in_force(on) is True and version.effect == "refuse" and version.lawful


def _line(path: Path, number: int) -> int:
    return Lines(path.read_text(encoding="utf-8-sig")).find(["reviewed", number])
