"""Nomenclatures: editions of the Harmonized System (HS), the systems of national lines, and what each code of them means.

Two files of rules come together here: rules/hs-vehicles.toml (HS subheadings; lines that say new or used) and
rules/trade/codes.toml (editions, systems, what national lines tell beyond their subheading).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.terms import CATEGORY_ATOMS, PROPULSION_WORDS

HS = "HS"
#: The headings of vehicles that move by road on their own; 8701 to 8705.
HEADINGS = ("8701", "8702", "8703", "8704", "8705")
#: UNEP's border between light and heavy vehicles: gross weight in kg, the border itself is light.
LIGHT_UP_TO_KG = 3500.0

#: What an entry says, with the types of its columns.
FACTS: dict[str, pl.DataType] = {
    "vehicle_class": pl.String(),
    "category": pl.String(),
    "fuel": pl.String(),
    "propulsions": pl.String(),
    "condition": pl.String(),
    "engine_cc_over": pl.Float64(),
    "engine_cc_upto": pl.Float64(),
    "gvw_kg_over": pl.Float64(),
    "gvw_kg_upto": pl.Float64(),
    "code_flags": pl.List(pl.String()),
}

# Light and heavy by UNEP's 3.5 t. M2 reaches from below it to 5 t, M3 begins there; N2 begins at 3.5 t.
_CLASS_OF_ATOM = {
    "M1": "LDV",
    "N1": "LDV",
    "M2": "LDV or HDV",
    "M3": "HDV",
    "N2-rigid": "HDV",
    "N3-rigid": "HDV",
    "tractor-unit": "HDV",
    "T": "other",
}
_HYBRIDS = frozenset({"hev", "phev"})
_ELECTRIC = frozenset({"bev", "fcev"})


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition of the HS. `first` and `last` (None: it goes on) are its years; `seen`: a list of its codes was read."""

    name: str
    first: int
    last: int | None
    seen: bool


@dataclass(frozen=True)
class System:
    """A nomenclature of national lines. Countries in `members` declare in it, or those that belong to `bloc`."""

    name: str
    title: str
    digits: int
    editions: tuple[str, ...]
    sides: tuple[str, ...]
    members: tuple[str, ...] = ()
    bloc: str | None = None
    prompt: bool = False
    whole: bool = False
    inherits: str | None = None
    unlisted: str = "unspecified"


@dataclass(frozen=True, slots=True)
class Line:
    """A national line: the editions in which it was seen, its first year (None: that of the edition), what it tells."""

    editions: tuple[str, ...]
    since: int | None
    condition: str
    tells: Mapping[str, Any] = field(default_factory=dict)


@functools.cache
def _subheadings() -> dict[str, Any]:
    return toml_document(data_root() / "rules" / "hs-vehicles.toml")


@functools.cache
def _document() -> dict[str, Any]:
    return toml_document(data_root() / "rules" / "trade" / "codes.toml")


def years_of_grace() -> int:
    """Years that administrations may need to take over an edition."""
    return int(_subheadings()["years_of_grace"])


@functools.cache
def editions() -> tuple[Edition, ...]:
    """The editions of the HS whose codes are known, oldest first."""
    return tuple(
        Edition(entry["name"], entry["from"], entry.get("to"), "read_as" not in entry)
        for entry in _document()["edition"]
    )


@functools.cache
def systems() -> dict[str, System]:
    """The systems by name, in the order of the file."""
    national: dict[str, dict[str, Any]] = {entry["name"]: entry for entry in _subheadings()["national"]}
    found = {}
    for entry in _document()["system"]:
        known = national.get(entry["name"], {})
        side = entry.get("side") or known.get("side", "both")
        found[entry["name"]] = System(
            name=entry["name"],
            title=entry["title"],
            digits=entry["digits"],
            editions=tuple(entry["editions"]),
            sides=("import", "export") if side == "both" else (side,),
            members=() if "bloc" in entry else tuple(entry.get("countries") or known["countries"]),
            **{
                name: entry[name]
                for name in ("bloc", "prompt", "whole", "inherits", "unlisted")
                if name in entry
            },
        )
    return found


@functools.cache
def spans() -> dict[str, tuple[int, int]]:
    """Code of the HS (heading, subheading) -> number of the first edition that has it, and of the first that has no more."""
    known = editions()
    came = {code: i for i, entry in enumerate(_document()["edition"]) for code in entry.get("adds", ())}
    went = {code: i for i, entry in enumerate(_document()["edition"]) for code in entry.get("drops", ())}
    return {
        entry["code"]: (came.get(entry["code"], 0), went.get(entry["code"], len(known)))
        for entry in _subheadings()["code"]
        if entry["code"].startswith(HEADINGS)
    }


@functools.cache
def lines(system: str) -> dict[str, tuple[Line, ...]]:
    """The lines of a system by code, without those that it inherits. Codes are cut to the system's digits."""
    of = systems()[system]
    national: dict[str, Any] = next(
        (entry for entry in _subheadings()["national"] if entry["name"] == system), {}
    )
    said = {code[: of.digits]: word for word in ("used", "new") for code in national.get(word, ())}
    found: dict[str, list[Line]] = {}
    for group in _document()["lines"]:
        if group["system"] == system:
            for code in group["codes"]:
                condition = group.get("condition") or said.get(code, "mixed")
                line = Line(_seen_in(of, code, group), group.get("since"), condition, group)
                found.setdefault(code, []).append(line)
    for code, word in said.items():
        # A line that tells nothing else is not repeated in the file of trade codes.
        found.setdefault(code, [Line(_seen_in(of, code, {}), None, word)])
    return {code: tuple(found[code]) for code in sorted(found)}


def _seen_in(system: System, code: str, group: Mapping[str, Any]) -> tuple[str, ...]:
    """The editions in which a line was seen: those of its group or else its system, as far as they have its subheading."""
    came, went = spans()[code[:6]]
    since = group.get("since")
    return tuple(
        edition.name
        for i, edition in enumerate(editions())
        if came <= i < went
        and (
            edition.name in group.get("editions", system.editions)
            or (since is not None and (edition.last is None or since <= edition.last))
        )
    )


def class_of(categories: tuple[str, ...], over: float | None, upto: float | None, other: bool) -> str:
    """The class by UNEP's 3.5 t of vehicles of these categories and this gross weight (over, up to; in kg)."""
    classes = {_CLASS_OF_ATOM[category] for category in categories}
    if other or "other" in classes:
        return "other"
    may_be = {part for word in classes for part in word.split(" or ")}
    if over is not None and over >= LIGHT_UP_TO_KG:
        may_be.discard("LDV")
    if upto is not None and upto <= LIGHT_UP_TO_KG:
        may_be.discard("HDV")
    return " or ".join(sorted(may_be, reverse=True))


def _fuel_of(propulsions: frozenset[str] | None) -> str:
    """One word for what drives the vehicles; hybrids that are counted with their engine go under it."""
    if propulsions is None:
        return "any"
    engines = propulsions - _HYBRIDS
    if not engines:
        return "hybrid" if propulsions == _HYBRIDS else next(iter(propulsions))
    if "other" in engines:
        return "other"
    if engines <= _ELECTRIC:
        return "bev"
    return "diesel" if engines == {"diesel"} else "petrol"


def _propulsions(entry: Mapping[str, Any], edition: Edition, late: bool) -> frozenset[str] | None:
    """What drives vehicles of a code in an edition; `late`: as if the office may still use the edition before."""
    if "propulsion" not in entry:
        return None
    year = edition.first - 1 if late else edition.first
    older = "before" in entry and year < entry["from"]
    return frozenset(entry["before"] if older else entry["propulsion"])


def _bounds(pair: list[float] | None) -> tuple[float | None, float | None]:
    if pair is None:
        return None, None
    return float(pair[0]), float(pair[1]) if len(pair) > 1 else None


def _facts(
    entry: Mapping[str, Any], edition: Edition, condition: str, *, late: bool = False, flags: tuple[str, ...]
) -> dict[str, Any]:
    """What a code says, as a row of FACTS. `entry` holds the keys of both files of rules."""
    categories = tuple(entry["categories"])
    engine_over, engine_upto = _bounds(entry.get("engine_cc"))
    gvw_over, gvw_upto = _bounds(entry.get("gvw_kg"))
    other = entry.get("other", False) or entry["code"].startswith(tuple(_document()["other_headings"]))
    vehicle_class = class_of(categories, gvw_over, gvw_upto, other)
    propulsions = _propulsions(entry, edition, late)
    fuel = _fuel_of(propulsions)
    marks = set(flags)
    if vehicle_class == "LDV or HDV" or (
        vehicle_class == "other" and len(categories) > 1 and "T" in categories
    ):
        marks.add("undecided-class")
    if propulsions is not None and propulsions & _HYBRIDS and propulsions - _HYBRIDS:
        marks.add("hybrids-included")
    order = [word for word in PROPULSION_WORDS if propulsions and word in propulsions]
    return {
        "vehicle_class": vehicle_class,
        "category": " or ".join(
            word.removesuffix("-rigid") for word in sorted(categories, key=_category_place)
        ),
        "fuel": fuel,
        "propulsions": " ".join(order) or None,
        "condition": condition,
        "engine_cc_over": engine_over,
        "engine_cc_upto": engine_upto,
        "gvw_kg_over": gvw_over,
        "gvw_kg_upto": gvw_upto,
        "code_flags": sorted(marks),
    }


def _category_place(category: str) -> int:
    order = (*CATEGORY_ATOMS, "tractor-unit")
    return order.index(category)


@functools.cache
def _entries() -> dict[str, dict[str, Any]]:
    return {entry["code"]: entry for entry in _subheadings()["code"] if entry["code"] in spans()}


def _subheading_rows() -> Iterator[dict[str, Any]]:
    """The HS: headings and subheadings, by edition. `late` rows are for offices that may still use the edition before."""
    known = editions()
    for (code, (came, went)), (i, edition) in itertools.product(spans().items(), enumerate(known)):
        flags = () if edition.seen else ("edition-assumed",)
        row = {"system": HS, "code": code, "edition": edition.name, "unfit": None}
        before = i > 0 and came <= i - 1 < went
        if came <= i < went:
            facts = _facts(_entries()[code], edition, "mixed", flags=flags)
            yield row | {"late": False, "read_in": edition.name} | _years(edition) | facts
            late = _facts(_entries()[code], edition, "mixed", late=before, flags=flags)
            yield row | {"late": True, "read_in": edition.name} | _years(edition) | late
        elif before:
            facts = _facts(_entries()[code], known[i - 1], "mixed", flags=("older-edition",))
            yield row | {"late": True, "read_in": known[i - 1].name} | _years(edition) | facts


def _years(edition: Edition, since: int | None = None) -> dict[str, int | None]:
    return {"from_year": max(edition.first, since or 0), "to_year": edition.last}


def _narrowed(subheading: Mapping[str, Any], tells: Mapping[str, Any]) -> dict[str, Any]:
    """A subheading's entry with what a line tells in its place. A line that names its propulsion names it for all years."""
    replaced = {"codes", *(("before", "from") if "propulsion" in tells else ())}
    kept = {key: value for key, value in subheading.items() if key not in replaced}
    return kept | {key: value for key, value in tells.items() if key != "codes"}


def _line_rows(system: System) -> Iterator[dict[str, Any]]:
    """The lines of a system in every edition: as they were seen, or as they may be read where no list was."""
    known = {edition.name: edition for edition in editions()}
    names = list(known)
    listed = lines(system.inherits or system.name)
    whole = {
        (code[:6], name)
        for code, held in listed.items()
        for line in held
        for name in line.editions
        if systems()[system.inherits or system.name].whole
    }
    for code, held in listed.items():
        came, went = spans()[code[:6]]
        seen = {name: line for line in held for name in line.editions}
        for i, name in enumerate(names):
            nearest = min(seen, key=lambda other: (abs(names.index(other) - i), names.index(other)))
            line, read_in = seen[nearest], known[name]
            flags: tuple[str, ...] = ()
            unfit = None
            if name in seen:
                flags = () if name in system.editions or line.since else ("edition-assumed",)
            elif came <= i < went:
                if (code[:6], name) in whole:
                    unfit = f"{code} is no line of {system.name} in {name}"
                flags = ("edition-assumed",)
            elif i > names.index(nearest) and not system.prompt:
                flags, read_in = ("older-edition",), known[nearest]
            else:
                continue
            entry = _narrowed(_entries()[code[:6]], line.tells)
            yield {
                "system": system.name,
                "code": code,
                "edition": name,
                "read_in": read_in.name,
                "unfit": unfit,
                "late": False,
                **_years(known[name], line.since),
                **_facts(entry, read_in, line.condition, flags=flags),
            }


@functools.cache
def entries() -> pl.DataFrame:
    """Every code in every edition in which it can be read: system, code, edition, late, read_in (the edition whose facts
    they are), unfit (why it cannot be, or null), from_year, to_year, FACTS. Unique by (system, code, edition, late).
    """
    rows = [*_subheading_rows(), *(row for system in systems().values() for row in _line_rows(system))]
    return pl.DataFrame(
        rows,
        schema={
            "system": pl.String(),
            "code": pl.String(),
            "edition": pl.String(),
            "late": pl.Boolean(),
            "read_in": pl.String(),
            "unfit": pl.String(),
            "from_year": pl.Int16(),
            "to_year": pl.Int16(),
            **FACTS,
        },
    )
