"""What the tariff code of a record says: category, propulsion, engine, weight, seats, and whether it is new
or used.

The codes are data (rules/hs-vehicles.toml), with the reasons for each set there.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from typing import Any

import polars as pl

from vehiclecheck.records.lexicon import is_not_told
from vehiclecheck.records.spellings import Reading
from vehiclecheck.vocabulary.countries import COUNTRY_CODES
from vehiclecheck.vocabulary.days import YEAR
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.terms import (
    CATEGORY_ATOMS,
    CATEGORY_WORDS,
    CONDITION_WORDS,
    PRODUCT,
    PROPULSION_WORDS,
)

#: Bounds that a code can give, in the order of their tables (low, high each).
BOUNDS = ("engine_cc", "gvw_kg", "power_kw", "seats")
#: Tables of a reading: category mask, propulsion mask to the older edition, to the newer one, day code from
#: which the newer is sure, number among codes that tell new from used (null: tells nothing), then low and
#: high of BOUNDS.
CODE_DTYPES: tuple[Any, ...] = (
    pl.UInt16,
    pl.UInt16,
    pl.UInt16,
    pl.Int32,
    pl.UInt32,
    *(pl.Float64,) * (2 * len(BOUNDS)),
)
CATEGORY, OLDER, NEWER, NEWER_FROM, NATIONAL, FIRST_BOUND = range(6)
#: Tables of a fuel reading: product by the combined nomenclature.
FUEL_DTYPES: tuple[Any, ...] = (PRODUCT,)

_NOT_TOLD: tuple[None, ...] = (None,) * len(CODE_DTYPES)
_FUEL_CHAPTERS = ("2710", "3826", "2207", "2711")


@functools.cache
def _document() -> dict[str, Any]:
    return toml_document(data_root() / "rules" / "hs-vehicles.toml")


@functools.cache
def _entries() -> dict[str, dict[str, Any]]:
    return {entry["code"]: entry for entry in _document()["code"]}


def _mask(words: list[str] | None, bits: dict[str, int]) -> int | None:
    if words is None:
        return None
    mask = 0
    for word in words:
        mask |= bits[word]
    return mask


def _limits(pair: list[float] | None, whole: bool) -> list[float | None]:
    """[over, up to] as lowest and highest value. "Over 9" persons is 10; over 1,000 cc is the next number
    above it.
    """
    if pair is None:
        return [None, None]
    over = float(pair[0])
    low = over + 1 if whole else (math.nextafter(over, math.inf) if over else 0.0)
    return [low, float(pair[1]) if len(pair) > 1 else None]


@functools.cache
def _national() -> tuple[dict[str, int], list[dict[str, int]], list[dict[str, Any]]]:
    """Code -> number; number -> {nomenclature: condition mask}; the nomenclatures."""
    said: dict[str, dict[str, int]] = {}
    for system in _document()["national"]:
        for word in ("used", "new"):
            for code in system.get(word, []):
                said.setdefault(code, {})[system["name"]] = CONDITION_WORDS[word]
    patterns: list[dict[str, int]] = []
    numbers: dict[str, int] = {}
    for code in sorted(said):
        if said[code] not in patterns:
            patterns.append(said[code])
        numbers[code] = patterns.index(said[code])
    return numbers, patterns, _document()["national"]


@dataclass(frozen=True)
class ConditionTables:
    """What a national code says of the condition to its exporter and to its importer: number * countries +
    country -> mask.
    """

    exporter: pl.Series
    importer: pl.Series
    countries: int


@functools.cache
def condition_tables() -> ConditionTables:
    """The tables, for countries numbered as in the Enum of countries; 0 = nothing."""
    _, patterns, systems = _national()
    place = {code: i for i, code in enumerate(COUNTRY_CODES)}
    tables = {side: [0] * (len(patterns) * len(place)) for side in ("export", "import")}
    for number, pattern in enumerate(patterns):
        for system in systems:
            if system["name"] in pattern:
                for side, table in tables.items():
                    if system["side"] in (side, "both"):
                        for country in system["countries"]:
                            if country in place:
                                table[number * len(place) + place[country]] |= pattern[system["name"]]
    return ConditionTables(
        pl.Series(tables["export"], dtype=pl.UInt8), pl.Series(tables["import"], dtype=pl.UInt8), len(place)
    )


@functools.cache
def condition_in(nomenclature: str) -> pl.Series:
    """What the national codes (by number) say of the condition in one nomenclature: mask, 0 = nothing.
    KeyError on a name unknown.
    """
    _, patterns, systems = _national()
    if nomenclature not in {system["name"] for system in systems}:
        raise KeyError(f"no nomenclature {nomenclature!r} in rules/hs-vehicles.toml")
    return pl.Series([pattern.get(nomenclature, 0) for pattern in patterns], dtype=pl.UInt8)


@functools.cache
def fuel_nomenclature_members() -> tuple[str, ...]:
    """Countries that declare in the nomenclature whose fuel codes are known."""
    return tuple(next(s["countries"] for s in _document()["national"] if s["name"] == "EU-CN8"))


def _digits(text: str) -> str | None:
    """The digits of a code: `8703.23.19`, `'870323915`, `870323.0` (a number that went through a
    spreadsheet). None if it is none.
    """
    bare = re.sub(r"^(?:HS|CN|TARIC|NCM)\s*:?\s*", "", text.strip(), flags=re.IGNORECASE)
    if re.fullmatch(r"\d{4,12}\.0", bare):
        bare = bare[:-2]
    bare = re.sub(r"[\s.'\-\u2019\u00a0]", "", bare)
    return bare if re.fullmatch(r"[0-9]{2,12}", bare) else None


def read_code(text: str) -> Reading:
    """What a tariff code says (tables as in CODE_DTYPES), by the longest part of it that is known."""
    if is_not_told(text):
        return Reading(_NOT_TOLD)
    code = _digits(text)
    if code is None:
        return Reading(_NOT_TOLD, reason="no tariff code: digits are expected")
    if not code.startswith("87"):
        return Reading(_NOT_TOLD, reason=f"goods of chapter {code[:2]} are no vehicles")
    entry, length = next(
        ((_entries()[code[:n]], n) for n in (6, 4, 2) if code[:n] in _entries()), (_entries()["87"], 2)
    )
    if "refuse" in entry:
        return Reading(_NOT_TOLD, reason=entry["refuse"])
    if length == 2 and len(code) >= 4:
        return Reading(_NOT_TOLD, reason=f"there is no heading {code[:4]}")
    newer = _mask(entry.get("propulsion"), PROPULSION_WORDS)
    older = _mask(entry.get("before"), PROPULSION_WORDS) or newer
    grace = int(_document()["years_of_grace"])
    bounds: list[float | None] = []
    for name in BOUNDS:
        bounds += _limits(entry.get(name), whole=name == "seats")
    return Reading(
        (
            _mask(entry["categories"], CATEGORY_WORDS | CATEGORY_ATOMS),
            older,
            newer,
            (entry["from"] + grace) * YEAR + 1 if "from" in entry else None,
            _national()[0].get(code),
            *bounds,
        ),
        doubt=f"subheading {code[:6]} is not known, heading {code[:4]} was read"
        if length == 4 and len(code) >= 6 and code[4:6] != "00"
        else None,
    )


@functools.cache
def _fuels() -> dict[str, str]:
    return {code: entry["product"] for entry in _document()["fuel"] for code in entry["codes"]}


def read_fuel_code(text: str) -> Reading:
    """The product that a code of the EU's combined nomenclature names; other codes of fuels tell none."""
    if is_not_told(text):
        return Reading((None,))
    code = _digits(text)
    if code is None:
        return Reading((None,), reason="no tariff code: digits are expected")
    if not code.startswith(_FUEL_CHAPTERS):
        return Reading((None,), reason=f"goods of heading {code[:4]} are no motor fuel")
    return Reading((_fuels().get(code[:8]),))
