"""The greatest values that a country's law (or a standard) allows of a fuel on a day, as its pack says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vehiclecheck.scenarios.wording import exemption_words, limitation_words
from vehiclecheck.standards import Pack, Version
from vehiclecheck.standards.model import PROPOSED_STATUSES
from vehiclecheck.vocabulary.fuel_needs import grade_key


@dataclass(frozen=True, slots=True)
class LegalLimit:
    """One limit: at most so much of a property, in its unit. `open` says what may keep it from applying to this fuel,
    empty where it surely applies.
    """

    name: str
    most: float
    version: Version
    open: tuple[str, ...]


def legal_limits(pack: Pack, product: str, on: dt.date, grade: str | None = None) -> list[LegalLimit]:
    """The limits that bind a product (and grade, where it is named) on a day, in the order of the pack.

    Like everywhere only what is law or reported as law binds; in a standard asked for by name its proposals do as well.
    Advice is no limit.
    """
    found = []
    for version in pack.versions:
        binds = version.binds or (
            pack.standard and version.status in PROPOSED_STATUSES and version.effect != "advise"
        )
        if version.kind != "fuel_limit" or "max" not in version.asks or version.direction == "export":
            continue
        if not binds or product not in version.products or version.in_force(on) is False:
            continue
        doubts = _doubts(version, product, on, grade)
        if doubts is not None:
            found.append(
                LegalLimit(version.asks["property"], float(version.asks["max"]), version, tuple(doubts))
            )
    return found


def _doubts(version: Version, product: str, on: dt.date, grade: str | None) -> list[str] | None:
    """What may keep a version from applying; None where something surely does."""
    doubts = [] if version.in_force(on) else ["its sources leave open whether it is in force"]
    within = _met(version.scope, product, grade)
    if within is False:
        return None
    if within is None:
        doubts += [f"only {words}" for words in _limitations(version.scope, grade)]
    for scope in version.exempt:
        spared = _met(scope, product, grade)
        if spared:
            return None
        if spared is None:
            doubts += [f"except {words}" for words in exemption_words([scope], version.subject)]
    return doubts


def _met(scope: Mapping[str, Any], product: str, grade: str | None) -> bool | None:
    """Whether a fuel lies in a scope; None where that hangs on what is not known of it."""
    known = True
    for key, value in scope.items():
        if key == "products":
            if product not in value:
                return False
        elif key == "grades" and grade is not None:
            if grade_key(grade) not in map(grade_key, value):
                return False
        elif key != "note":
            known = False
    return True if known else None


def _limitations(scope: Mapping[str, Any], grade: str | None) -> Iterator[str]:
    rest = {key: value for key, value in scope.items() if key != "grades" or grade is None}
    yield from limitation_words(rest)
