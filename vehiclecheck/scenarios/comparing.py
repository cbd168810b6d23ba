"""Packs side by side: one row a topic, one column a country, what holds on a day in few and exact words."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from vehiclecheck.scenarios.wording import (
    class_words,
    exemption_words,
    limitation_words,
    listed,
    property_words,
)
from vehiclecheck.screening.kinds import registry
from vehiclecheck.standards import Pack, Version
from vehiclecheck.standards.model import DECIDING_STATUSES, PROPOSED_STATUSES
from vehiclecheck.vocabulary.ladders import threshold
from vehiclecheck.vocabulary.terms import (
    ALL_CATEGORIES,
    ALL_PROPULSIONS,
    FUEL_PROPERTIES,
    HEAVY_DUTY,
    LIGHT_DUTY,
    PRODUCTS,
    PROPULSION_WORDS,
    category_words,
    propulsion_mask,
)

OTHER_CATEGORIES = ALL_CATEGORIES & ~(LIGHT_DUTY | HEAVY_DUTY)
_COUNTING = {
    "elapsed": "to the day",
    "calendar_years": "calendar years",
    "calendar_months": "calendar months",
    "vehicle_years": "vehicle years",
    "next_january": "from next 1 January",
}
_FROM = {"first_registration": "first registration", "manufacture": "manufacture", "model_year": "model year"}
_PLAIN_SCOPE = frozenset({"condition", "categories", "propulsion", "products"})

Stricter = Literal["less", "more"]
#: What a version says on a topic: text, what narrows it, its number.
Said = tuple[str, str, float | None]
Says = Callable[[Version, dt.date], Said | None]


@dataclass(frozen=True, slots=True)
class Item:
    """One version in one cell. `value` is its limit in the unit of the row, None where it is no number."""

    version: Version
    text: str
    qualifier: str
    certain: bool | None
    value: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        version = self.version
        return {
            "provision": version.provision,
            "text": f"{self.qualifier}: {self.text}" if self.qualifier else self.text,
            "value": self.value,
            "effect": version.effect,
            "status": version.status,
            "grade": version.grade,
            "in_force": "yes" if self.certain else "perhaps",
            "exempt": exemption_words(version.exempt, version.subject),
            "source": version.cite(),
        }


@dataclass(frozen=True, slots=True)
class Cell:
    """What one country says on one topic. `empty` says what no item means: nothing asked, or not reviewed."""

    items: tuple[Item, ...]
    empty: str

    @property
    def lines(self) -> list[str]:
        """The cell in words, one line an item; items that say the same share one."""
        if not self.items:
            return [self.empty]
        grouped: dict[str, list[str]] = {}
        for item in self.items:
            grouped.setdefault(item.text + _marks(item), []).append(item.qualifier)
        return [text if "" in names else f"{_joined(names)}: {text}" for text, names in grouped.items()]


@dataclass(frozen=True, slots=True)
class Row:
    """One topic over all countries. `strictest` are those with the strictest number, if they differ."""

    key: str
    topic: str
    unit: str
    cells: Mapping[str, Cell]
    strictest: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "key": self.key,
            "topic": self.topic,
            "unit": self.unit or None,
            "strictest": list(self.strictest),
            "cells": {
                code: {"text": "; ".join(cell.lines), "items": [item.as_dict() for item in cell.items]}
                for code, cell in self.cells.items()
            },
        }


@dataclass(frozen=True, slots=True)
class _Topic:
    key: str
    title: str
    #: (subject, direction) that must have been reviewed for silence to mean anything.
    reviewed: tuple[str, str]
    says: Says
    unit: str = ""
    stricter: Stricter | None = None
    classes: tuple[str, ...] = field(default=())
    #: Left out of the comparison where no country has anything.
    optional: bool = False


def _joined(qualifiers: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(qualifiers))
    return ("; " if any(" " in words.replace(", ", "") for words in distinct) else ", ").join(distinct)


def _marks(item: Item) -> str:
    """What a reader must know of an item: an effect that does not refuse, a status that is no law, doubt."""
    version, marks = item.version, []
    if version.direction == "market" and version.subject == "vehicle":
        marks.append("in use, not judged")
    elif version.effect not in ("refuse", version.kind):
        marks.append({"inspect": "inspection", "advise": "advice"}.get(version.effect, version.effect))
    if version.status in PROPOSED_STATUSES:
        marks.append(version.status)
    words = f" ({', '.join(marks)})" if marks else ""
    return f"{words} ?" if item.certain is None else words


def _qualifier(version: Version, within: int = ALL_CATEGORIES) -> str:
    """What narrows a version inside its row: categories, propulsion, condition, weight, origin …"""
    words: list[str] = []
    mine = version.categories & within
    if mine != within and version.subject == "vehicle":
        words.append(", ".join(category_words(mine)))
    propulsion = version.scope.get("propulsion")
    if propulsion:
        words.append(", ".join(propulsion))
    condition = version.scope.get("condition", ())
    if "new" in condition:
        words.append("new" if len(condition) == 1 else "new and used")
    elif "salvage" in condition and "used" not in condition:
        words.append("salvage")
    words += limitation_words(version.scope, short=True)
    return ", ".join(words)


def _plain(version: Version) -> bool:
    """Whether a version speaks to everybody in its row, so that its number may be compared."""
    return set(version.scope) <= _PLAIN_SCOPE and "new" not in version.scope.get("condition", ())


# ---------------------------------------------------------------- what a version says on a topic


def _age_value(version: Version, on: dt.date) -> float | None:
    asks = version.asks
    if "not_before" in asks:
        first = dt.date.fromisoformat(asks["not_before"])
        return round((on - first).days / 365.2425, 2)
    if "max" in asks:
        return float(asks["max"]) / (12 if asks["unit"] == "months" else 1)
    return None


def _age_text(asks: Mapping[str, Any]) -> str:
    bound = {"not_before": "from", "before": "before"}
    for key, word in bound.items():
        if key in asks:
            return f"{word} {asks[key][:4] if asks[key].endswith('-01-01') else asks[key]}"
    number = asks["max"] if "max" in asks else asks["min"]
    edge = "" if asks["reaching"] == "allowed" else "under " if "max" in asks else "over "
    years = f" ({number / 12:.3g} years)" if asks["unit"] == "months" and number >= 12 else ""
    return f"{edge}{number:g} {asks['unit']}{years}"


def _max_age(mask: int) -> Says:
    def says(version: Version, on: dt.date) -> Said | None:
        if version.kind != "max_age" or version.direction != "import" or not version.categories & mask:
            return None
        if mask == OTHER_CATEGORIES and "categories" not in version.scope:
            return None  # a rule for all vehicles is told with the light and the heavy ones
        return _age_text(version.asks), _qualifier(version, mask), _age_value(version, on)

    return says


def _counting(version: Version, on: dt.date) -> Said | None:
    if version.kind != "max_age" or version.direction != "import":
        return None
    asks = version.asks
    if "not_before" in asks:
        return f"day of {_FROM[asks['from_date']]}", _qualifier(version), None
    text = f"{_FROM[asks['from_date']]} to {asks['to_date']}, {_COUNTING[asks['counting']]}"
    if "year_starts" in asks:
        text += f" beginning {asks['year_starts']}"
    return text, _qualifier(version), None


def _min_age(version: Version, on: dt.date) -> Said | None:
    if version.kind != "min_age" or version.direction != "import":
        return None
    return _age_text(version.asks), _qualifier(version), None


def _emission(mask: int, fuel: str) -> Says:
    key = "light" if mask == LIGHT_DUTY else "heavy"

    def says(version: Version, on: dt.date) -> Said | None:
        if (
            version.kind != "min_emission_class"
            or version.direction == "export"
            or not version.categories & mask
        ):
            return None
        propulsions = (
            propulsion_mask(version.scope["propulsion"]) if "propulsion" in version.scope else ALL_PROPULSIONS
        )
        name = version.asks.get("class") or version.asks.get(key)
        if not propulsions & PROPULSION_WORDS[fuel] or name is None:
            return None
        unscoped = _without(version, "propulsion")
        return str(name), _qualifier(unscoped, mask), threshold(name)

    return says


def _without(version: Version, key: str) -> Version:
    return replace(version, scope={name: value for name, value in version.scope.items() if name != key})


def _of_kind(*kinds: str, direction: str = "import") -> Says:
    def says(version: Version, on: dt.date) -> Said | None:
        wanted = version.direction == direction or (direction == "import" and version.direction == "market")
        if version.kind not in kinds or not wanted:
            return None
        value = float(version.asks["max"]) if version.kind == "max_odometer" else None
        return _short(version), _qualifier(version), value

    return says


def _short(version: Version) -> str:
    """What a version asks, without the words that its row says already."""
    asks = version.asks
    if version.kind == "steering_side":
        return str(asks["side"])
    if version.kind == "condition":
        return f"no {listed(asks['refused'])}"
    if version.kind == "prohibition":
        return "prohibited"
    if version.kind == "max_odometer":
        return f"{asks['max']:,.0f} km"
    if version.kind == "max_per_person":
        return registry()[version.kind].required(asks)[0].removeprefix("at most ")
    if version.kind == "min_emission_class":
        return class_words(asks)
    if version.kind == "certificate" and "issuers" in asks:
        # an issuer's other spellings are for matching records
        asks = {**asks, "issuers": asks["issuers"][:1]} if _one_issuer(asks["issuers"]) else asks
    required = registry()[version.kind].required(asks)[0]
    if version.kind in ("exhaust_limit", "registration") and "deregistered" not in asks:
        return f"{registry()[version.kind].quantity(asks)} {required}"
    if version.kind in ("max_age", "min_age"):
        return _age_text(asks)
    return required


def _one_issuer(names: Sequence[str]) -> bool:
    """Whether names are spellings of one issuer: the first is the beginning or the initials of each other."""
    first = names[0].casefold()
    return all(
        name.casefold().startswith(first)
        or "".join(word[0] for word in name.split()).casefold().startswith(first[:3])
        for name in names[1:]
    )


def _export(version: Version, on: dt.date) -> Said | None:
    if version.direction != "export" or version.subject != "vehicle":
        return None
    return _short(version), _qualifier(version), None


def _fuel(product: str, name: str, bound: str) -> Says:
    def says(version: Version, on: dt.date) -> Said | None:
        asks = version.asks
        if version.kind != "fuel_limit" or asks["property"] != name or bound not in asks:
            return None
        if "products" in version.scope and product not in version.scope["products"]:
            return None
        return f"{asks[bound]:,.10g}", _qualifier(version), float(asks[bound])

    return says


def _topics() -> Iterator[_Topic]:
    imported, exported, fuel = ("vehicle", "import"), ("vehicle", "export"), ("fuel", "import")
    light, heavy = ("LDV",), ("HDV",)
    yield _Topic("prohibition", "prohibition", imported, _of_kind("prohibition"))
    yield _Topic(
        "max_age.light", "maximum age, light (M1 N1)", imported, _max_age(LIGHT_DUTY), "years", "less", light
    )
    yield _Topic(
        "max_age.heavy",
        "maximum age, heavy (M2 M3 N2 N3)",
        imported,
        _max_age(HEAVY_DUTY),
        "years",
        "less",
        heavy,
    )
    yield _Topic(
        "max_age.other",
        "maximum age, other (L T)",
        imported,
        _max_age(OTHER_CATEGORIES),
        "years",
        "less",
        optional=True,
    )
    yield _Topic("age.counting", "age counted", imported, _counting)
    yield _Topic("min_age", "minimum age", imported, _min_age, optional=True)
    for mask, word, classes in ((LIGHT_DUTY, "light", light), (HEAVY_DUTY, "heavy", heavy)):
        for propulsion in ("petrol", "diesel"):
            yield _Topic(
                f"emission.{propulsion}.{word}",
                f"emission class, {propulsion}, {word}",
                imported,
                _emission(mask, propulsion),
                "Euro",
                "more",
                classes,
            )
    yield _Topic("exhaust", "measured exhaust", imported, _of_kind("exhaust_limit"), optional=True)
    yield _Topic("steering", "steering wheel", imported, _of_kind("steering_side"))
    yield _Topic("certificate", "certificate", imported, _of_kind("certificate"))
    yield _Topic("condition", "condition", imported, _of_kind("condition"))
    yield _Topic("odometer", "odometer at most", imported, _of_kind("max_odometer"), "km", "less")
    yield _Topic("registration", "registration abroad", imported, _of_kind("registration"), optional=True)
    yield _Topic("equipment", "equipment", imported, _of_kind("equipment", "custom"), optional=True)
    yield _Topic("permit", "permit", imported, _of_kind("permit"), optional=True)
    yield _Topic(
        "per_person", "vehicles a person, at most", imported, _of_kind("max_per_person"), optional=True
    )
    yield _Topic("surcharge", "surcharges", imported, _of_kind("surcharge"))
    yield _Topic("export", "leaving the country", exported, _export)
    for name, unit in FUEL_PROPERTIES.items():
        for product in ("diesel", "petrol", *PRODUCTS[2:]):
            for bound, words in (("max", "at most"), ("min", "at least")):
                always = name == "sulphur_mg_kg" and bound == "max" and product in ("diesel", "petrol")
                yield _Topic(
                    f"fuel.{product}.{name}.{bound}",
                    f"{product}: {property_words(name)} {words}{f', {unit}' if unit else ''}",
                    fuel,
                    _fuel(product, name, bound),
                    unit,
                    "less" if bound == "max" else "more",
                    optional=not always,
                )


# ---------------------------------------------------------------- the comparison


def compare(packs: Sequence[Pack], on: dt.date) -> list[Row]:
    """What the packs say on a day, topic by topic.

    Of countries only what decides counts; of standards, which nobody need have enacted, proposals as well.
    """
    candidates = {pack.code: _holding(pack, on) for pack in packs}
    rows = []
    for topic in _topics():
        cells = {pack.code: _cell(topic, pack, candidates[pack.code], on) for pack in packs}
        if topic.optional and not any(cell.items for cell in cells.values()):
            continue
        rows.append(Row(topic.key, topic.title, topic.unit, cells, _strictest(topic, cells)))
    return rows


def _holding(pack: Pack, on: dt.date) -> list[tuple[Version, bool | None]]:
    statuses = DECIDING_STATUSES | PROPOSED_STATUSES if pack.standard else DECIDING_STATUSES
    found = ((version, version.in_force(on)) for version in pack.versions if version.status in statuses)
    return [(version, certain) for version, certain in found if certain is not False]


def _cell(topic: _Topic, pack: Pack, holding: Sequence[tuple[Version, bool | None]], on: dt.date) -> Cell:
    items = []
    for version, certain in holding:
        said = topic.says(version, on)
        if said is not None:
            text, qualifier, value = said
            items.append(Item(version, text, qualifier, certain, value))
    if topic.key == "age.counting" and len({item.text for item in items}) == 1:
        items = [replace(item, qualifier="") for item in items]
    return Cell(tuple(items), _silence(pack, topic))


def _silence(pack: Pack, topic: _Topic) -> str:
    """What it means that a pack says nothing: nothing is asked, or it was not looked at."""
    subject, direction = topic.reviewed
    seen = [entry for entry in pack.reviewed if (entry.subject, entry.direction) == (subject, direction)]
    wanted = set(topic.classes)
    looked_at = {name for entry in seen for name in (entry.classes or ("LDV", "HDV"))}
    if not seen or not wanted <= looked_at:
        return "not reviewed"
    return "unregulated" if all(entry.finding == "unregulated" for entry in seen) else "–"


def _refuses(version: Version) -> bool:
    judged = version.subject == "fuel" or version.direction != "market"
    return judged and version.effect == "refuse" and version.lawful


def _strictest(topic: _Topic, cells: Mapping[str, Cell]) -> tuple[str, ...]:
    """The countries whose number, of those that are law, refuse and are certainly in force, is the strictest.

    None where all are alike.
    """
    if topic.stricter is None:
        return ()
    limits: dict[str, float] = {}
    for code, cell in cells.items():
        numbers = [
            item.value
            for item in cell.items
            if item.value is not None and item.certain and _refuses(item.version) and _plain(item.version)
        ]
        if numbers:
            limits[code] = min(numbers) if topic.stricter == "less" else max(numbers)
    if not limits or len(cells) < 2:
        return ()
    best = min(limits.values()) if topic.stricter == "less" else max(limits.values())
    leaders = tuple(code for code, value in limits.items() if math.isclose(value, best))
    return () if len(leaders) == len(cells) else leaders
