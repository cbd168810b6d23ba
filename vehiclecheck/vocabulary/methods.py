"""Methods by which fuel is tested: what they measure, range, repeatability and reproducibility (rules/test-methods.toml).

What a single result can prove follows ISO 4259: two laboratories may differ by R once in twenty times, so a result
proves with 95 % confidence that a limit is broken only where it lies beyond it by more than 0.59 R.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root

_UNIT = re.compile(r"_(?:mg_kg|g_l|mg_l|mg_100ml|pct|c|15c|40c|um|min|kpa)$")


def method_column(fuel_property: str) -> str:
    """The column with the test method of a fuel property: `sulphur_mg_kg` -> `sulphur_method`."""
    return _UNIT.sub("", fuel_property) + "_method"


def results_column(fuel_property: str) -> str:
    """The column with the number of results whose mean is stated: `sulphur_mg_kg` -> `sulphur_results`."""
    return _UNIT.sub("", fuel_property) + "_results"


@dataclass(frozen=True, slots=True)
class Precision:
    """A precision `a * X ** b + c` in the unit of the property, for levels X from `start` up to `end`."""

    start: float
    end: float
    a: float
    b: float
    c: float

    def at(self, level: float) -> float:
        """The precision at a level."""
        return float(self.a * level**self.b + self.c)


@dataclass(frozen=True, slots=True)
class Method:
    """What one test method tells of one property. `low` and `high` bound the levels that it measures, in the unit of the
    property (infinite where no source states a bound).

    `reproducibility` and `repeatability` are empty where no source that was read states them. `until_edition`: the last
    year whose edition is meant, None for the current one.
    """

    id: str
    title: str
    property: str
    low: float
    high: float
    grade: str
    source: str
    note: str | None
    names: tuple[str, ...]
    reproducibility: tuple[Precision, ...]
    repeatability: tuple[Precision, ...]
    until_edition: int | None = None

    def reproducibility_at(self, level: float) -> float | None:
        """The reproducibility R at a level, in the unit of the property; None where it is not known or not measured."""
        return self._at(self.reproducibility, level)

    def repeatability_at(self, level: float) -> float | None:
        """The repeatability r at a level, in the unit of the property; None where it is not known or not measured."""
        return self._at(self.repeatability, level)

    def _at(self, pieces: tuple[Precision, ...], level: float) -> float | None:
        if not self.low <= level <= self.high:
            return None
        return next((piece.at(level) for piece in pieces if piece.start <= level < piece.end), None)


def _pieces(entries: Sequence[Mapping[str, Any]]) -> tuple[Precision, ...]:
    return tuple(
        Precision(entry.get("from", -math.inf), entry.get("to", math.inf), entry["a"], entry["b"], entry["c"])
        for entry in entries
    )


@functools.cache
def _data() -> Mapping[str, Any]:
    return toml_document(data_root() / "rules" / "test-methods.toml")


@functools.cache
def methods() -> tuple[Method, ...]:
    """All that is known of methods, one entry a method and property, in the order of their file."""
    return tuple(
        Method(
            id=entry["id"],
            title=entry["title"],
            property=entry["property"],
            low=float(entry.get("low", -math.inf)),
            high=float(entry.get("high", math.inf)),
            grade=entry["grade"],
            source=entry["source"],
            note=entry.get("note"),
            names=tuple(entry.get("names", [])),
            reproducibility=_pieces(entry.get("reproducibility", [])),
            repeatability=_pieces(entry.get("repeatability", [])),
            until_edition=entry.get("until_edition"),
        )
        for entry in _data()["method"]
    )


def tolerance_factor() -> float:
    """The share of R by which a single result must lie beyond a limit to prove that it is broken (ISO 4259, 95 %)."""
    return float(_data()["rule"]["factor"])


_SEPARATORS = re.compile(r"[^a-z0-9]")
# year, month or letter, year of an amendment or reapproval, editorial change: 2019, 202003, 19a, 16e1, 2016a12021, 122017
_EDITION = re.compile(
    r"(?P<year>(?:19|20)\d\d|\d\d)?(?:0[1-9]|1[0-2])?(?:[a-z]{1,2}\d?)?(?:(?:19|20)\d\d)?(?:e\d)?"
)


@functools.cache
def _spelled() -> list[tuple[str, Method]]:
    """All names in plain letters, the longest first: what follows the longest that fits is the edition."""
    found = {
        (_SEPARATORS.sub("", name.casefold()), place)
        for place, method in enumerate(methods())
        for name in (method.id, *method.names)
    }
    return [(name, methods()[place]) for name, place in sorted(found, key=lambda one: (-len(one[0]), one[1]))]


def methods_named(text: str) -> list[Method]:
    """The entries of the method that a laboratory names, whatever body adopted it and whatever the edition
    (`DIN EN ISO 20846:2019`, `ASTM D 5453-19a`): one for each property that it measures; none if it is not known.
    """
    plain = _SEPARATORS.sub("", text.casefold())
    for name, _ in _spelled():
        # what stands before is the body that adopted the method: DIN EN ISO, NF, GOST R
        before, found, after = plain.partition(name)
        edition = _EDITION.fullmatch(after)
        if not found or edition is None or (before and not before.isalpha()):
            continue
        return _of_edition([method for other, method in _spelled() if other == name], edition["year"])
    return []


def _of_edition(named: list[Method], written: str | None) -> list[Method]:
    year = None
    if written is not None:
        year = int(written) if len(written) == 4 else int(written) + (1900 if int(written) >= 50 else 2000)
    old = [
        one
        for one in named
        if one.until_edition is not None and year is not None and year <= one.until_edition
    ]
    return old or [one for one in named if one.until_edition is None]


def method_of(text: str, fuel_property: str) -> Method | None:
    """What the method that a laboratory names tells of a property; None if the method is not known or measures another."""
    return next((one for one in methods_named(text) if one.property == fuel_property), None)
