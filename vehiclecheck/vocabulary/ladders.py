"""Emission classes of the world as positions on the Euro ladder.

A *position* is a Euro number: 4.0 is Euro 4 or Euro IV, 5.5 Japan's heavy 2009 regulation, 6.1 and 6.2 the
sub-steps 6d-temp and 6d. A stated class is an interval of positions `(low, high)`: "Euro 6" alone may be any
of its sub-steps, (6.0, 6.9). A class that is known by name but that no source ranks has the whole ladder,
`UNRANKED`.

The ladders are data: `rules/ladders/*.toml` (one file a scheme) and `rules/japan-prefixes.toml`, each row
with its sources and with a mark where it rests on memory. They are read at the first question and kept.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from vehiclecheck.vocabulary.days import day_code
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.terms import HEAVY_DUTY, LIGHT_DUTY, category_mask, propulsion_mask

#: The ends of the ladder. Zero-emission vehicles stand at its top, above every class.
LOWEST = 0.0
HIGHEST = 9.0
#: The interval of a class that is known by name but has no Euro position.
UNRANKED = (LOWEST, HIGHEST)

Interval = tuple[float, float]

#: Propulsion that an ignition certainly covers. A hybrid has either ignition, so only a step for all covers
#: it.
IGNITION: dict[str, int] = {
    "SI": propulsion_mask(["petrol", "lpg", "cng"]),
    "CI": propulsion_mask(["diesel"]),
    "all": propulsion_mask(["petrol", "diesel", "lpg", "cng", "hev", "phev"]),
}

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣-ー"), "-")
_SEPARATORS = re.compile(r"[\s\-_./,:;()'\"’]+")
# A model code after the hyphen: letters with figures (NZE141, LV280L1), or six figures (Mercedes-Benz
# 204052).
_MODEL = r"(?:(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{3,12}|[0-9]{6}[A-Z]?)"
_JAPAN_CODE = re.compile(
    rf"(?P<code>[A-Z]{{1,2}}|[A-Z2-8][A-Z]{{2}})(?P<tail>-(?P<model>{_MODEL}(?:-[A-Z0-9]+)?)?)?"
)


class MarketStep(NamedTuple):
    """From `day` (day code) on, every new vehicle of the group registered in `country` met `position`."""

    country: str
    group: str
    ignition: int
    day: int
    position: float


class CategoryStep(NamedTuple):
    """From `day` (day code) on, every new vehicle of `categories` registered in `country` met `position`.

    `categories` is a mask of category atoms, `ignition` one of propulsions.
    """

    country: str
    categories: int
    ignition: int
    day: int
    position: float


@dataclass(frozen=True, slots=True)
class EmissionClass:
    """One class of one scheme, as its ladder file has it.

    `group` is LDV, HDV, L or all; `position` is None where no source ranks the class. Dates are days where
    the day is known and the source's words otherwise. `recall` names what rests on memory: rank, dates,
    limits, all.
    """

    scheme: str
    name: str
    group: str
    ignition: str
    position: Interval | None
    type_approval: dt.date | str | None
    all_registrations: dt.date | str | None
    grade: str
    recall: frozenset[str]
    sources: tuple[str, ...]
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the Euro ladder: its names for light and heavy vehicles and the words by which a pack may ask
    for it.
    """

    position: float
    light: str
    heavy: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JapanCode:
    """What the letters before the hyphen of a Japanese model code tell.

    `position` is the interval without a date of build. Where one is given, `before` holds for vehicles built
    before the day code `built_from` and `after` for those built from it. `propulsion` and `categories` are
    sets (masks) of what it may be, 0 where the letters do not tell. `recall` is true where a part of it rests
    on memory.
    """

    code: str
    position: Interval
    meaning: str
    recall: bool
    propulsion: int = 0
    categories: int = 0
    built_from: int | None = None
    before: Interval | None = None
    after: Interval | None = None

    def built(self, earliest: int, latest: int) -> Interval:
        """The interval for a vehicle built between two day codes (both inclusive)."""
        if self.built_from is None or self.before is None or self.after is None:
            return self.position
        if latest < self.built_from:
            return self.before
        return self.after if earliest >= self.built_from else self.position


@dataclass(frozen=True, slots=True)
class Ladders:
    """All ladders: the classes, the rungs, and the market steps."""

    classes: tuple[EmissionClass, ...]
    steps: tuple[Step, ...]
    market: tuple[CategoryStep, ...]


def _spelling_key(text: str) -> str:
    """What is left of a spelling when case, accents, separators and the script of its digits do not count."""
    if text.isascii():  # nearly all are: nothing to take apart
        return _SEPARATORS.sub("", text.casefold())
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).translate(_DASHES).casefold())
    digits = (str(unicodedata.decimal(c, c)) for c in plain if not unicodedata.combining(c))
    return _SEPARATORS.sub("", "".join(digits))


def _interval(pair: list[float] | None) -> Interval | None:
    return None if pair is None else (float(pair[0]), float(pair[1]))


def _class_of(scheme: str, words: list[str], row: dict[str, Any]) -> EmissionClass:
    numbered = [f"{word} {number}" for word in words for number in row.get("numbers", [])]
    return EmissionClass(
        scheme=scheme,
        name=row["name"],
        group=row["group"],
        ignition=row["ignition"],
        position=_interval(row.get("position")),
        type_approval=row.get("type_approval"),
        all_registrations=row.get("all_registrations"),
        grade=row["grade"],
        recall=frozenset(row.get("recall", [])),
        sources=tuple(row["sources"]),
        spellings=(row["name"], *numbered, *row.get("spellings", [])),
    )


def _steps_of(markets: dict[str, Any]) -> list[CategoryStep]:
    """Market steps of one file. A member follows from its accession on, and takes no further step after it
    has left.
    """
    found = []
    for step in markets.get("step", []):
        start: dt.date = step["from"]
        for member in markets["members"]:
            if "until" in member and start >= member["until"]:
                continue
            day = day_code(max(start, member["since"]))
            categories = category_mask(step["categories"])
            found.append(
                CategoryStep(
                    member["code"], categories, IGNITION[step["ignition"]], day, float(step["position"])
                )
            )
    return found


@cache
def load_ladders() -> Ladders:
    """All ladders of `rules/ladders/`, read once. FileNotFoundError without the data, KeyError on a row that
    lacks a key.
    """
    classes: list[EmissionClass] = []
    steps: list[Step] = []
    market: list[CategoryStep] = []
    for path in sorted((data_root() / "rules" / "ladders").glob("*.toml")):
        data = toml_document(path)
        classes += [_class_of(data["scheme"], data["words"], row) for row in data.get("class", [])]
        steps += [
            Step(float(s["position"]), s["light"], s["heavy"], tuple(s["words"]))
            for s in data.get("step", [])
        ]
        market += _steps_of(data.get("markets", {}))
    return Ladders(
        classes=tuple(classes),
        steps=tuple(sorted(steps, key=lambda step: step.position)),
        market=tuple(sorted(market)),
    )


@cache
def classes_by_spelling() -> dict[str, list[EmissionClass]]:
    """The classes of all ladders by what is left of each of their spellings."""
    spelled: dict[str, list[EmissionClass]] = {}
    for entry in load_ladders().classes:
        for key in dict.fromkeys(map(_spelling_key, entry.spellings)):
            spelled.setdefault(key, []).append(entry)
    return spelled


@lru_cache(maxsize=65_536)
def class_position(text: str, group: str | None = None) -> Interval | None:
    """The interval of Euro positions that a written emission class tells; None where it is not recognised.

    Reads the spellings of every ladder (`Euro 4`, `EURO IV`, `E4`, `国五`, `BS IV`, `Tier 2`, `2005 new long
    term`) and the letters of Japanese model codes (`DBA-NZE141`, `DBA-`, `3BA`). `group` (LDV, HDV or L)
    decides between classes that share a spelling; without it the interval spans them. A class that no source
    ranks gives `UNRANKED`, and so is told from a text that is not understood.
    """
    entries = classes_by_spelling().get(_spelling_key(text))
    if entries is None:
        code = japan_code(text)
        return None if code is None else code.position
    chosen = [entry for entry in entries if entry.group in (group, "all")] or entries
    intervals = [entry.position or UNRANKED for entry in chosen]
    return min(low for low, _ in intervals), max(high for _, high in intervals)


def threshold(name: str) -> float:
    """The position that a pack's word asks for: `Euro 4`, `Euro IV`, `Euro 6b`, `Euro VI-c`, `Euro 6d`, or
    the exact name of a ranked class of another ladder (`China 6b`), whose lowest position it is.

    6, 6a, 6b and 6c are all 6.0, 6d-temp is 6.1, 6d is 6.2. ValueError on any other word,
    with those that are accepted.
    """
    found = _thresholds().get(_spelling_key(name))
    if found is None:
        euro = ", ".join(word for step in load_ladders().steps for word in step.words)
        raise ValueError(
            f"unknown emission class {name!r}: use one of {euro}, "
            "or the name of a ranked class in rules/ladders"
        )
    return found


@cache
def _thresholds() -> dict[str, float]:
    ladders = load_ladders()
    accepted = {
        _spelling_key(c.name): c.position[0] for c in ladders.classes if c.position and c.scheme != "EU"
    }
    return accepted | {_spelling_key(word): step.position for step in ladders.steps for word in step.words}


def name_of(position: float, group: str | None = None) -> str:
    """What a message calls a position: `Euro 4`, or `Euro IV` for HDV. Between two rungs it is the lower
    one's name.
    """
    # A position that went through a 32-bit column is off by less than a millionth; rungs are tenths.
    at = round(float(position), 1)
    rungs = [step for step in load_ladders().steps if step.position <= at]
    rung = rungs[-1] if rungs else load_ladders().steps[0]
    return rung.heavy if group == "HDV" else rung.light


def name_of_interval(low: float, high: float, group: str | None = None) -> str:
    """What a message calls an interval: `Euro 4`, `Euro 4 to Euro 5`, `Euro 6` for any sub-step, `not
    ranked`.
    """
    low, high = round(float(low), 1), round(float(high), 1)
    if (low, high) == UNRANKED:
        return "not ranked"
    if low == high or (low, high) == (6.0, 6.9):
        return name_of(low, group)
    return f"{name_of(low, group)} to {name_of(high, group)}"


def category_steps() -> list[CategoryStep]:
    """From when on a registration in a country proves a class, by category: the sharpest form of
    `market_steps`.

    A record has step s if its country is s.country, its possible categories and propulsions lie wholly within
    s.categories and s.ignition, and it was certainly registered on or after s.day. Its class is then at least
    the highest such position. Dates that rest on memory are not among them, but to make a step later.
    """
    return list(load_ladders().market)


def _first_day(
    market: tuple[CategoryStep, ...], country: str, atom: int, ignition: int, position: float
) -> int | None:
    """The day code from which one category atom met `position` there, by a step for these propulsions or
    more.
    """
    return min(
        (
            step.day
            for step in market
            if step.country == country
            and step.categories & atom
            and step.ignition & ignition == ignition
            and step.position >= position
        ),
        default=None,
    )


@cache
def _group_steps() -> tuple[MarketStep, ...]:
    market = load_ladders().market
    found = []
    for group, mask in (("LDV", LIGHT_DUTY), ("HDV", HEAVY_DUTY)):
        for country, ignition, position in sorted({(s.country, s.ignition, s.position) for s in market}):
            # A step of the whole group holds when the last of its categories has come so far, by this or a
            # higher step, for these or for all propulsions.
            atoms = [1 << bit for bit in range(mask.bit_length()) if mask & 1 << bit]
            days = [_first_day(market, country, atom, ignition, position) for atom in atoms]
            known = [day for day in days if day is not None]
            if len(known) == len(atoms):
                found.append(MarketStep(country, group, ignition, max(known), position))
    # What a step of the same or an earlier day proves as well adds nothing.
    return tuple(
        s
        for s in sorted(found)
        if not any(
            t != s
            and t[:2] == s[:2]
            and t.ignition & s.ignition == s.ignition
            and t.day <= s.day
            and t.position >= s.position
            for t in found
        )
    )


def market_steps() -> list[MarketStep]:
    """(country, LDV or HDV, propulsion mask, day code, position): from that day on EVERY new vehicle of the
    group met it.

    The day is that of the group's last category (light goods vehicles follow cars by a year), so it holds for
    all of them. `category_steps` has the earlier days of the single categories.
    """
    return list(_group_steps())


@cache
def _japan() -> dict[str, Any]:
    data = toml_document(data_root() / "rules" / "japan-prefixes.toml")
    return {
        "not_codes": frozenset(data["not_codes"]),
        "first": {row["letter"]: row for row in data["first"]},
        "second": {(row.get("first"), row["letter"]): row for row in data["second"]},
        "third": {(row.get("first"), row["letter"]): row for row in data["third"]},
        "code": {letters: row for row in data["code"] for letters in row["letters"]},
    }


def japan_code(text: str) -> JapanCode | None:
    """What a Japanese model code (`DBA-NZE141`, `KL-LV280L1`), or its letters alone (`DBA-`, `3BA`), tells.

    Codes of one or two letters count only with their hyphen. None where the text is no such code.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).upper()
    match = _JAPAN_CODE.fullmatch(re.sub(r"\s+", "", plain))
    if match is None:
        return None
    code, hyphen, model = match["code"], match["tail"] is not None, match["model"] is not None
    table = _japan()
    if len(code) < 3:
        row = table["code"].get(code)
        if row is None or not hyphen:
            return None
        return JapanCode(
            code=code,
            position=_interval(row.get("position")) or UNRANKED,
            meaning=row["meaning"],
            recall=row.get("recall", False),
            propulsion=propulsion_mask(row.get("propulsion", [])),
            categories=category_mask(row.get("categories", [])),
        )
    first = table["first"].get(code[0])
    own = code[0] if code[0] == "Z" else None
    second = table["second"].get((own, code[1]))
    third = table["third"].get((own, code[2])) or table["third"].get((None, code[2]))
    # The rank hangs on the first and third character; a second that no source lists is let pass before a
    # model code only.
    if first is None or third is None or (second is None and not model) or code in table["not_codes"]:
        return None
    weight = third.get("weight", "position")
    parts = [first, third] if second is None else [first, second, third]
    changes = weight == "position" and "built_from" in first
    return JapanCode(
        code=code,
        position=_interval(first.get(weight, first.get("position") if weight == "heavy" else None))
        or UNRANKED,
        meaning="; ".join(part["meaning"] for part in parts),
        recall=any(part.get("recall", False) for part in parts),
        propulsion=propulsion_mask(second["propulsion"]) if second else 0,
        categories=category_mask(third["categories"]),
        built_from=day_code(first["built_from"]) if changes else None,
        before=_interval(first["before"]) if changes else None,
        after=_interval(first["after"]) if changes else None,
    )
