"""Rating scales, as data: `rules/ratings/*.toml` says what reaches which class, with which vehicles countries are asked,
and what others have published, to be compared with.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vehiclecheck.standards import PackError
from vehiclecheck.vocabulary.places import data_root

#: What a scale rates apart.
VEHICLES = ("light", "heavy")


@dataclass(frozen=True, slots=True)
class Step:
    """A class, and the greatest age limit in years and the least Euro class that reach it (either may be missing)."""

    name: str
    age: float | None
    euro: float | None


@dataclass(frozen=True, slots=True)
class Published:
    """Counts that somebody else published: of `countries`, so many in each group of classes (`weak or very weak`)."""

    vehicles: str
    on: dt.date
    countries: int
    counts: Mapping[str, int]
    source: str


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """The class of one country as somebody else published it."""

    country: str
    vehicles: str
    on: dt.date
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A rating scale; `steps` from the strictest down, `region` an M49 region where only that is rated."""

    name: str
    title: str
    note: str
    steps: tuple[Step, ...]
    banned: str
    last: str
    better: bool
    region: str | None
    probes: Mapping[str, Mapping[str, Any]]
    published: tuple[Published, ...]
    fixed: tuple[FixedPoint, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """All classes, the strictest first."""
        return (self.banned, *(step.name for step in self.steps), self.last)

    def rated(self, banned: bool, age: float, euro: float) -> str:
        """The class of a country that bans, or lets in up to `age` years (infinite without a limit) and asks for a class of
        at least `euro` (negative without one).
        """
        if banned:
            return self.banned
        by_age = self._reached(lambda step: step.age is not None and age <= step.age)
        by_class = self._reached(lambda step: step.euro is not None and euro >= step.euro)
        if not any(step.euro is not None for step in self.steps):
            by_class = by_age
        place = min(by_age, by_class) if self.better else max(by_age, by_class)
        return self.classes[1 + place]

    def _reached(self, holds: Any) -> int:
        return next((place for place, step in enumerate(self.steps) if holds(step)), len(self.steps))


#: No limit, and no class asked.
NO_LIMIT, NO_CLASS = math.inf, -1.0


def _folder() -> Path:
    return data_root() / "rules" / "ratings"


def scale_names() -> list[str]:
    """The scales that there are."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def load_scale(name: str) -> Scale:
    """A scale by its name, or by the path of a file. PackError names what is wrong with it."""
    path = Path(name) if name.endswith(".toml") else _folder() / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PackError(f"no rating scale {name!r}; scales: {', '.join(scale_names())}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError(f"{path.name}: cannot be read: {error}") from error
    try:
        return _scale(data)
    except KeyError as error:
        raise PackError(f"{path.name}: needs {error.args[0]!r}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise PackError(f"{path.name}: {error}") from error


def _scale(data: Mapping[str, Any]) -> Scale:
    if data["combine"] not in ("better", "worse"):
        raise ValueError(f"combine is {data['combine']!r}, but must be one of: better, worse")
    unknown = set(data["probe"]) ^ set(VEHICLES)
    if unknown:
        raise ValueError(f"probe needs light and heavy, not {', '.join(sorted(data['probe']))}")
    return Scale(
        name=str(data["name"]),
        title=str(data["title"]),
        note=" ".join(str(data.get("note", "")).split()),
        steps=tuple(Step(step["class"], step.get("age"), step.get("euro")) for step in data["step"]),
        banned=data["banned"],
        last=data["last"],
        better=data["combine"] == "better",
        region=data.get("region"),
        probes=data["probe"],
        published=tuple(
            Published(each["vehicles"], each["on"], each["countries"], each["counts"], each["source"])
            for each in data.get("published", [])
        ),
        fixed=tuple(
            FixedPoint(each["country"], each["vehicles"], each["on"], each["class"], each["source"])
            for each in data.get("fixed", [])
        ),
    )
