"""Which written column is which canonical one, by its name: English, French, Spanish, Portuguese and the
canonical names.

The names are data (layouts/synonyms.toml). A match is `exact`, `likely` or `unsure`; a person confirms the
last.
"""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vehiclecheck.records import laboratory
from vehiclecheck.records.errors import InputError, LayoutUnsure, shown
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.methods import method_column, results_column
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

SHARED_COLUMNS = (
    "record_id", "declaration_id", "exporter", "importer", "exporter_region", "importer_region", "transit",
    "declared_on", "shipped_on", "arrived_on", "hs_code", "value_usd", "net_mass_kg",
)  # fmt: skip
_OF_VEHICLES = (
    "quantity", "registered_on", "category", "vehicle_class", "body", "condition", "make", "model", "vin",
    "propulsion", "engine_cc",
    "gvw_kg", "seats", "power_kw", "first_registered", "manufactured", "model_year", "emission_class",
    "odometer_km", "steering",
    "certificate_type", "certificate_issuer", "certificate_on", "certificate_valid_until",
    "certificate_result", "co_percent",
    "hc_ppm", "opacity_m1", "deregistered", "regime", "equipment", "permit", "importer_type", "person_vehicles",
)  # fmt: skip
_OF_FUELS = (
    "product",
    "grade",
    "volume_m3",
    *FUEL_PROPERTIES,
    *map(method_column, FUEL_PROPERTIES),
    *map(results_column, FUEL_PROPERTIES),
)
VEHICLE_COLUMNS = SHARED_COLUMNS + _OF_VEHICLES
FUEL_COLUMNS = SHARED_COLUMNS + _OF_FUELS
#: Columns that hold numbers: a decimal comma concerns these.
NUMBER_COLUMNS = frozenset(
    {"quantity", "engine_cc", "gvw_kg", "seats", "power_kw", "odometer_km", "co_percent", "hc_ppm",
    "opacity_m1", "person_vehicles", "value_usd",
     "net_mass_kg", "volume_m3", *FUEL_PROPERTIES, *map(results_column, FUEL_PROPERTIES)}
)  # fmt: skip

_SMALL = frozenset(
    ("a", "an", "and", "the", "of", "in", "on", "at", "to", "for", "de", "del", "des", "du", "d", "la",
    "le", "les", "l", "el",
     "los", "las", "da", "do", "das", "dos", "e", "et", "y", "o", "na", "no")
)  # fmt: skip
_LEVELS = ("exact", "likely", "unsure")
#: How sure a column is that is known by where it stands, not by its name.
BESIDE = "beside"
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@functools.lru_cache(maxsize=20_000)
def normalise(name: str) -> str:
    """A name without case, accents and punctuation: `N° de Châssis` -> `no de chassis`, `firstUsedDate` ->
    `first used date`.
    """
    text = unicodedata.normalize(
        "NFKC", _CAMEL.sub(" ", name.strip().lstrip("\ufeff").replace("°", "o").replace("#", " no"))
    )
    text = "".join(
        char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char)
    )
    return " ".join("".join(char if char.isalnum() or char in "%$" else " " for char in text).split())


def _bare(normalised: str) -> str:
    return " ".join(word for word in normalised.split() if word not in _SMALL)


@dataclass(frozen=True)
class Unit:
    """A unit that a name may tell: factor to the canonical unit; numbers of `below` and more are left as
    they are.
    """

    factor: float
    words: frozenset[str]
    below: float | None = None


class _Names:
    """The synonyms, read once, when first needed."""

    canonical: frozenset[str] = frozenset(VEHICLE_COLUMNS) | frozenset(FUEL_COLUMNS)

    @functools.cached_property
    def _document(self) -> dict[str, Any]:
        return toml_document(Path(__file__).parent / "layouts" / "synonyms.toml")

    @functools.cached_property
    def synonyms(self) -> dict[str, dict[str, list[str]]]:
        """Canonical column -> level -> names as people write them."""
        return {key: value for key, value in self._document.items() if key != "units"}

    @functools.cached_property
    def units(self) -> dict[str, Unit]:
        """Canonical column -> the unit other than its own that its written name may tell."""
        return {
            key: Unit(value["factor"], frozenset(map(normalise, value["words"])), value.get("below"))
            for key, value in self._document["units"].items()
        }

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """Canonical names and exact synonyms: what makes a row look like a header (`used` may well be
        data).
        """
        return self.canonical | {
            name for levels in self.synonyms.values() for name in levels.get("exact", ())
        }

    @functools.cache  # noqa: B019 (one instance for the life of the process)
    def tables(self, columns: tuple[str, ...]) -> dict[str, dict[str, list[str]]]:
        """Level -> normalised name -> canonical columns, for the `columns` of one subject."""
        found: dict[str, dict[str, list[str]]] = {key: {} for key in ("canonical", "bare", *_LEVELS)}
        for column in columns:
            found["canonical"][normalise(column)] = [column]
            for level in _LEVELS:
                for name in self.synonyms.get(column, {}).get(level, ()):
                    key = normalise(name)
                    if column not in found[level].setdefault(key, []):
                        found[level][key].append(column)
                    if level != "unsure" and (bare := _bare(key)):
                        columns_of = found["bare"].setdefault(bare, [])
                        if column not in columns_of:
                            columns_of.append(column)
        return found


NAMES = _Names()


@dataclass
class Matching:
    """What was matched: canonical column -> position of the written column, how sure, units told by names,
    open questions.
    """

    positions: dict[str, int] = field(default_factory=dict)
    confidence: dict[str, str] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)

    def written(self, columns: Sequence[str]) -> dict[str, str]:
        """Canonical column -> the written name."""
        return {canonical: columns[position] for canonical, position in self.positions.items()}


def match(written: Sequence[str], columns: tuple[str, ...]) -> Matching:
    """Matches `written` names with the canonical `columns` of one subject.

    Where two written columns claim one canonical column equally well, the first is taken and a question
    noted; likewise
    where the best claim is only unsure.
    """
    claims: dict[str, list[tuple[int, int]]] = {}
    units: dict[int, dict[str, Unit]] = {}
    for position, name in enumerate(written):
        for column, level, unit in _claims(name, columns):
            claims.setdefault(column, []).append((level, position))
            if unit is not None:
                units.setdefault(position, {})[column] = unit
    found = Matching()
    taken: set[int] = set()
    order = {column: index for index, column in enumerate(columns)}
    for column, offers in sorted(claims.items(), key=lambda item: (min(item[1])[0], order[item[0]])):
        offers = [offer for offer in offers if offer[1] not in taken]
        if not offers:
            continue
        level, position = min(offers)
        rivals = [other for its_level, other in offers if its_level == level and other != position]
        if rivals:
            names = ", ".join(f"`{shown(written[other])}`" for other in (position, *rivals))
            found.questions.append(f"{column}: claimed by {names}")
        elif level == 3:
            found.questions.append(f"{column}: `{shown(written[position])}` is only a guess")
        found.positions[column] = position
        found.confidence[column] = _LEVELS[max(0, level - 1)]
        taken.add(position)
        if column in units.get(position, {}):
            found.units[column] = units[position][column]
    return found


def match_names(written: Sequence[str], wanted: Mapping[str, Iterable[str]]) -> Matching:
    """Matches the columns that a layout names, and canonical names beside them; no guesses."""
    found = Matching()
    where = first_positions(written)
    for column, names in wanted.items():
        for name in names:
            if (position := where.get(normalise(name))) is not None:
                found.positions[column] = position
                found.confidence[column] = "exact"
                break
    taken = set(found.positions.values())
    for column in sorted(NAMES.canonical - set(found.positions)):
        position = where.get(normalise(column))
        if position is not None and position not in taken and written[position].strip() == column:
            found.positions[column] = position
            found.confidence[column] = "exact"
    return found


def first_positions(written: Sequence[str]) -> dict[str, int]:
    """Normalised name -> position of the first written column that has it."""
    where: dict[str, int] = {}
    for position, name in enumerate(written):
        where.setdefault(normalise(name), position)
    return where


def check_duplicates(written: Sequence[str], matching: Matching, file: str) -> None:
    """InputError if a column that was matched stands twice under one name: nobody can know which is meant."""
    counts: dict[str, int] = {}
    for name in written:
        counts[normalise(name)] = counts.get(normalise(name), 0) + 1
    for column, position in matching.positions.items():
        if counts[normalise(written[position])] > 1 and matching.confidence[column] != BESIDE:
            raise InputError(
                f"{file}: the column `{shown(written[position])}` ({column}) stands there twice; "
                "rename or remove one"
            )


def unsure(file: str, written: Sequence[str], matching: Matching) -> LayoutUnsure:
    """The error that shows what was matched and asks."""
    lines = [f"{file}: which column is what is not certain:"]
    lines += [f"  ? {question}" for question in matching.questions]
    lines += [
        f"    {column} = `{shown(written[position])}` ({matching.confidence[column]})"
        for column, position in matching.positions.items()
    ]
    lines.append(
        "Confirm with --layout auto (as shown), name a layout (--layout NAME), or write one "
        "(--layout FILE.toml)."
    )
    return LayoutUnsure("\n".join(lines), matching.written(written))


def _claims(name: str, columns: tuple[str, ...]) -> list[tuple[str, int, Unit | None]]:
    """(column, level, unit): level 0 the canonical name itself, 1 exact, 2 likely, 3 unsure. Only the best
    level.
    """
    tables = NAMES.tables(columns)
    full = normalise(name)
    if not full:
        return []
    if full in tables["canonical"]:
        return [(column, 0, None) for column in tables["canonical"][full]]
    if columns == FUEL_COLUMNS:
        if named := laboratory.read_heading(name):
            return [(column, named.level, None) for column in named.columns]
        if tested := laboratory.method_of_heading(name):
            return [(method_column(tested), 1, None)]
        if laboratory.is_limit_heading(name) or laboratory.is_certificate_heading(name):
            return []  # `fuel_headings` gives certificates their place
    without = normalise(_BRACKETS.sub(" ", name)) or full
    for key, level, table in (
        (full, 1, "exact"), (without, 1, "exact"), (full, 2, "likely"), (without, 2, "likely"),
    ):  # fmt: skip
        if key in tables[table]:
            return [(column, level, _unit(full, column)) for column in tables[table][key]]
    for column, unit in NAMES.units.items():  # `Odometer miles`: the name without its unit
        rest = " ".join(word for word in full.split() if word not in unit.words)
        if rest != full and column in [
            *tables["exact"].get(rest, []),
            *tables["likely"].get(rest, []),
            *tables["bare"].get(_bare(rest), []),
        ]:
            return [(column, 2, unit)]
    if _bare(without) in tables["bare"]:
        return [(column, 2, _unit(full, column)) for column in tables["bare"][_bare(without)]]
    for key in (full, without):
        if key in tables["unsure"]:
            return [(column, 3, _unit(full, column)) for column in tables["unsure"][key]]
    return [(column, 3, _unit(full, column)) for column in _guessed(full, tables)]


def _unit(name: str, column: str) -> Unit | None:
    unit = NAMES.units.get(column)
    return unit if unit is not None and unit.words & set(name.split()) else None


def _guessed(name: str, tables: Mapping[str, Mapping[str, list[str]]]) -> list[str]:
    """A name that holds all words of a synonym of several words, or is a slip of the pen away from one."""
    words = set(name.split())
    exact = tables["exact"]
    for synonym in sorted(exact, key=len, reverse=True):
        parts = synonym.split()
        if len(parts) > 1 and words.issuperset(parts):
            return exact[synonym]
    if 5 <= len(name) <= 60:
        near = difflib.get_close_matches(name, exact, n=1, cutoff=0.9)
        if near:
            return exact[near[0]]
    return []
