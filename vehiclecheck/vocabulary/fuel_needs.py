"""The fuel that an emission class needs: how much sulphur its after-treatment bears, from `rules/fuel-needs.toml`.

A step holds from its Euro position up to the next step of its fuel. Below the first step no source states a need, and any
fuel serves. What is borne falls as the class rises, so that `sulphur_borne` and `class_served` are two views of the same
steps: fuel of sulphur `s` suits a class at position `p` exactly where `p` lies below every step that bears less than `s`.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from typing import Any, Literal

from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.ladders import LOWEST
from vehiclecheck.vocabulary.places import data_root

#: The fuels for which classes have needs; vehicles that burn gas or none at all need neither.
FUELS: tuple[str, ...] = ("diesel", "petrol")


@dataclass(frozen=True, slots=True)
class Need:
    """From `position` (Euro number) on, vehicles that burn `fuel` need it with at most `sulphur_mg_kg`.

    Up to `disputed_to_mg_kg` other sources let them have more, so that what lies between the two is open. `basis` is
    `after-treatment` where more sulphur spoils filters and catalysts, `market fuel` where the source states only the fuel
    that goes with the class.
    """

    fuel: str
    position: float
    sulphur_mg_kg: float
    source: str
    grade: str
    title: str
    basis: Literal["after-treatment", "market fuel"]
    url: str
    disputed_to_mg_kg: float
    note: str | None = None

    def borne(self, sulphur_mg_kg: float) -> bool | None:
        """Whether a class with this need bears fuel of this sulphur; None where the sources differ."""
        if sulphur_mg_kg <= self.sulphur_mg_kg:
            return True
        return None if sulphur_mg_kg <= self.disputed_to_mg_kg else False


@functools.cache
def _data() -> dict[str, Any]:
    return toml_document(data_root() / "rules" / "fuel-needs.toml")


@functools.cache
def needs() -> tuple[Need, ...]:
    """All needs, by fuel, the lowest class first."""
    found = (
        Need(
            fuel=entry["fuel"],
            position=float(entry["position"]),
            sulphur_mg_kg=float(entry["sulphur_mg_kg"]),
            source=entry["source"],
            grade=entry["grade"],
            title=entry["title"],
            basis=entry["basis"],
            url=entry["url"],
            disputed_to_mg_kg=float(entry.get("disputed_to_mg_kg", entry["sulphur_mg_kg"])),
            note=entry.get("note"),
        )
        for entry in _data()["need"]
    )
    return tuple(sorted(found, key=lambda need: (need.fuel, need.position)))


def need_of(fuel: str, position: float) -> Need | None:
    """The need of a class at a Euro position; None where none is stated. KeyError on a fuel without needs."""
    met = [need for need in _steps()[fuel] if need.position <= position]
    return met[-1] if met else None


def sulphur_borne(fuel: str, position: float) -> float | None:
    """The sulphur (mg/kg) that a class at a Euro position bears; None where none is stated. KeyError on another fuel."""
    need = need_of(fuel, position)
    return need.sulphur_mg_kg if need else None


def class_served(fuel: str, sulphur_mg_kg: float) -> float:
    """The strictest step (Euro position) whose need fuel of this sulphur meets. KeyError on a fuel without needs.

    Infinite where it meets the strictest need and so serves every class; `LOWEST` where it meets none, and serves only
    classes of which no need is stated. Classes between this step and the next are served too.
    """
    met = [need.position for need in _steps()[fuel] if sulphur_mg_kg <= need.sulphur_mg_kg]
    if len(met) == len(_steps()[fuel]):
        return math.inf
    return max(met, default=LOWEST)


@functools.cache
def _steps() -> dict[str, tuple[Need, ...]]:
    return {fuel: tuple(need for need in needs() if need.fuel == fuel) for fuel in FUELS}


_SEPARATORS = re.compile(r"[\W_]+")


def grade_key(name: str) -> str:
    """What is left of a grade's name when case, spaces and signs do not count: `S-10` and `s 10` are one grade."""
    return _SEPARATORS.sub("", name.casefold())


@functools.cache
def grades_not_for_roads() -> frozenset[str]:
    """Grades that road vehicles do not burn, by `grade_key`."""
    return frozenset(grade_key(name) for name in _data()["not_for_roads"]["grades"])
