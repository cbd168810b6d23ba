"""Rating scales, as data: `rules/ratings/*.toml` says what reaches which class, with which vehicles countries are asked,
and what others have published, to be compared with.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vehiclecheck.records.matching import VEHICLE_COLUMNS
from vehiclecheck.standards import PackError
from vehiclecheck.vocabulary.countries import COUNTRY_CODES
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.regions import regions, subregions

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

#: What a scale may say, and the keys of its tables: as in a pack, no slip of the pen is a rule.
_KEYS = {
    "": [
        "schema",
        "name",
        "title",
        "note",
        "combine",
        "banned",
        "last",
        "region",
        "step",
        "probe",
        "published",
        "fixed",
    ],
    "step": ["class", "age", "euro"],
    "published": ["vehicles", "on", "countries", "counts", "source"],
    "fixed": ["country", "vehicles", "on", "class", "source"],
}
_WORDS: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    dt.date: "a day such as 2021-08-01",
    dict: "a table",
    list: "written as tables, [[…]]",
}


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
    except ValueError as error:
        raise PackError(f"{path.name}: {error}") from error


def _scale(data: Mapping[str, Any]) -> Scale:
    _known(data, "", "")
    if data.get("schema") != 1:
        raise ValueError("schema must be 1")
    steps = [
        _step(table, f"step {number}: ") for number, table in enumerate(_told(data, "step", list), start=1)
    ]
    classes = [_told(data, "banned", str), *(step.name for step in steps), _told(data, "last", str)]
    for name in classes:
        if classes.count(name) > 1:
            raise ValueError(f"two classes are called {name!r}")
    for key in ("age", "euro"):
        limits = [value for step in steps if (value := getattr(step, key)) is not None]
        if limits != sorted(set(limits), reverse=key == "euro"):
            raise ValueError(f"the steps go from the strictest down, but their `{key}` does not")
    combine = _one_of(data, "combine", ("better", "worse"), "")
    region = _one_of(data, "region", (*regions(), *subregions()), "") if "region" in data else None
    probes = _told(data, "probe", dict)
    if set(probes) != set(VEHICLES):
        raise ValueError(f"probe needs light and heavy, not {', '.join(sorted(probes)) or 'nothing'}")
    return Scale(
        name=_told(data, "name", str),
        title=_told(data, "title", str),
        note=" ".join(_told(data, "note", str).split()) if "note" in data else "",
        steps=tuple(steps),
        banned=classes[0],
        last=classes[-1],
        better=combine == "better",
        region=region,
        probes={name: _probe(_told(probes, name, dict, "probe: "), f"probe.{name}: ") for name in VEHICLES},
        published=tuple(
            _published(table, classes, f"published {number}: ")
            for number, table in enumerate(_told(data, "published", list) if "published" in data else [], 1)
        ),
        fixed=tuple(
            _fixed(table, classes, f"fixed {number}: ")
            for number, table in enumerate(_told(data, "fixed", list) if "fixed" in data else [], start=1)
        ),
    )


def _told(table: Mapping[str, Any], key: str, kind: type, where: str = "") -> Any:
    """The value of a key, of the kind that it must be of. ValueError otherwise."""
    if key not in table:
        raise ValueError(f"{where}needs {key!r}")
    value = table[key]
    fits = isinstance(value, (int, float) if kind is float else kind)
    if not fits or isinstance(value, bool | dt.datetime):
        raise ValueError(f"{where}{key} must be {_WORDS[kind]}, not {value!r}")
    if kind is list and not all(isinstance(each, dict) for each in value):
        raise ValueError(f"{where}{key} must be {_WORDS[kind]}")
    return value


def _one_of(table: Mapping[str, Any], key: str, words: Collection[str], where: str) -> str:
    value: str = _told(table, key, str, where)
    if value not in words:
        close = difflib.get_close_matches(value, words, n=1)
        few = f", but must be one of: {', '.join(words)}" if len(words) < 10 else ", which is not known"
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"{where}{key} is {value!r}{few}{hint}")
    return value


def _known(table: Mapping[str, Any], name: str, where: str) -> None:
    for key in table:
        if key not in _KEYS[name]:
            raise ValueError(f"{where}{key!r} is not a key here; known here: {', '.join(_KEYS[name])}")


def _step(table: Mapping[str, Any], where: str) -> Step:
    _known(table, "step", where)
    age, euro = (_told(table, key, float, where) if key in table else None for key in ("age", "euro"))
    if age is None and euro is None:
        raise ValueError(f"{where}needs 'age', 'euro' or both")
    return Step(_told(table, "class", str, where), age, euro)


def _probe(table: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    for key, value in table.items():
        if key not in VEHICLE_COLUMNS:
            close = difflib.get_close_matches(key, VEHICLE_COLUMNS, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ValueError(f"{where}{key!r} is no column of a vehicle record{hint}")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"{where}{key} must be a text or a number, not {value!r}")
    return table


def _published(table: Mapping[str, Any], classes: Collection[str], where: str) -> Published:
    _known(table, "published", where)
    counts = _told(table, "counts", dict, where)
    for group in counts:
        _told(counts, group, int, f"{where}counts: ")
        for name in group.split(" or "):
            if name not in classes:
                raise ValueError(f"{where}counts: {name!r} is no class of this scale")
    return Published(
        vehicles=_one_of(table, "vehicles", VEHICLES, where),
        on=_told(table, "on", dt.date, where),
        countries=_told(table, "countries", int, where),
        counts=counts,
        source=_told(table, "source", str, where),
    )


def _fixed(table: Mapping[str, Any], classes: Collection[str], where: str) -> FixedPoint:
    _known(table, "fixed", where)
    return FixedPoint(
        country=_one_of(table, "country", COUNTRY_CODES, where),
        vehicles=_one_of(table, "vehicles", VEHICLES, where),
        on=_told(table, "on", dt.date, where),
        name=_one_of(table, "class", classes, where),
        source=_told(table, "source", str, where),
    )
