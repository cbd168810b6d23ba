"""Methods by which fuel is tested: range, repeatability and reproducibility, from `rules/test-methods.toml`.

What a single result can prove follows ISO 4259: two laboratories may differ by R once in twenty times, so a result
proves with 95 % confidence that a limit is broken only where it lies beyond it by more than 0.59 R.
"""

from __future__ import annotations

import functools
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vehiclecheck.vocabulary.places import data_root


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
    """One test method. `low` and `high` bound the levels that it measures, in the unit of the property.

    `reproducibility` and `repeatability` are empty where no source that was read states them.
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

    def reproducibility_at(self, level: float) -> float | None:
        """R at a level (unit of the property); None where it is not known or the level lies outside the range."""
        return self._at(self.reproducibility, level)

    def repeatability_at(self, level: float) -> float | None:
        """R at a level (unit of the property); None where it is not known or the level lies outside the range."""
        return self._at(self.repeatability, level)

    def _at(self, pieces: tuple[Precision, ...], level: float) -> float | None:
        if not self.low <= level <= self.high:
            return None
        return next((piece.at(level) for piece in pieces if piece.start <= level < piece.end), None)


def _pieces(entries: list[Mapping[str, Any]]) -> tuple[Precision, ...]:
    return tuple(
        Precision(entry.get("from", -math.inf), entry.get("to", math.inf), entry["a"], entry["b"], entry["c"])
        for entry in entries
    )


@functools.cache
def _data() -> dict[str, Any]:
    text = (data_root() / "rules" / "test-methods.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def methods() -> tuple[Method, ...]:
    """All methods that are known, in the order of their file."""
    return tuple(
        Method(
            id=entry["id"],
            title=entry["title"],
            property=entry["property"],
            low=float(entry["low"]),
            high=float(entry["high"]),
            grade=entry["grade"],
            source=entry["source"],
            note=entry.get("note"),
            names=tuple(entry.get("names", [])),
            reproducibility=_pieces(entry.get("reproducibility", [])),
            repeatability=_pieces(entry.get("repeatability", [])),
        )
        for entry in _data()["method"]
    )


def tolerance_factor() -> float:
    """The share of R by which a single result must lie beyond a limit to prove that it is broken (ISO 4259, 95 %)."""
    return float(_data()["rule"]["factor"])


_SEPARATORS = re.compile(r"[^a-z0-9]")


@functools.cache
def _spelled() -> dict[str, Method]:
    found = {}
    for method in methods():
        for name in (method.id, *method.names):
            found[_SEPARATORS.sub("", name.casefold())] = method
    return found


def method_of(text: str) -> Method | None:
    """The method that a laboratory names, whatever the edition (`EN ISO 20846:2019`, `ASTM D 5453-19a`), if known."""
    plain = _SEPARATORS.sub("", text.casefold())
    # the longest name that it begins with; what follows is the edition
    for name in sorted(_spelled(), key=len, reverse=True):
        if plain == name or (
            plain.startswith(name) and re.fullmatch(r"\d{2}(\d{2})?[a-z]?\d?", plain[len(name) :])
        ):
            return _spelled()[name]
    return None
