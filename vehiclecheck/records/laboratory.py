"""How laboratories write: the name of a property with its unit and standard, units, the cells of results.

    read_name("Teneur en soufre, % m/m (NF EN ISO 20846)")
    -> Named(columns=("sulphur_mg_kg",), level=1, unit="% m/m", method="NF EN ISO 20846")

The words are data: names of properties in layouts/synonyms.toml, units and other words in rules/certificates.toml, names of
columns in layouts/certificates-long.toml.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.records.fuel_numbers import FUEL_NUMBERS
from vehiclecheck.records.number_fields import UNIT_NOT_TOLD, Conversion
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: So much of a name, a unit or a result is read; nobody writes longer ones.
LONGEST = 200
#: How surely a name means its column: as the synonyms say.
EXACT, LIKELY, UNSURE = 1, 2, 3
_SMALL = frozenset(
    ("a", "an", "and", "the", "of", "in", "on", "at", "to", "for", "by", "de", "del", "des", "du", "d", "la", "le", "les",
     "l", "et", "en", "au", "aux", "par", "el", "los", "las", "y", "al", "con", "por", "da", "do", "das", "dos", "e", "o",
     "na", "no", "em", "ao", "as", "com", "bei", "der", "die")
)  # fmt: skip
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
#: `95 % (v/v)`, `95 % vol.` recovered: how much of the fuel, not the unit of what is measured then.
_RECOVERED = re.compile(r"(\d\s*%)\s*(?:\(\s*v/v\s*\)|v/v|\(?vol\b\.?\)?|volume\b)", re.IGNORECASE)
_BODIES = r"(?:NF|DIN|BS|UNE|SIST|ABNT|PN|NP|CSN|SRPS|JIS|GB/?T?|GOST(?:\s+R)?|EN|ISO|ASTM|IP|NBR|SANS|UOP)"
_STANDARD = re.compile(
    r"(?:\b(?:by|per|acc\.?|according to|selon|suivant|según|segun|segundo|conforme|norme|norma|nach)\s*:?\s+)?"
    rf"(?P<id>\b(?:{_BODIES}[\s/-]*)+[A-Z]?[\s-]?\d{{2,6}}(?:-\d{{1,3}})?[a-z]?(?:\s?:\s?\d{{4}}|/\d{{4}})?"
    r"|\bD\s?\d{3,5}(?:-\d{2}[a-z]?)?\b)",
    re.IGNORECASE,
)
_DIGITS = r"\d(?:[\d.,'’_\s]*\d)?(?:[eE][+-]?\d{1,2})?"
#: A number at the beginning of a cell with whatever sign or word stands before it; it may be a range or have a tolerance.
_NUMBER = rf"^\D*{_DIGITS}(?:\s*(?:±|\+\s*/?\s*-|\.{{2,}}|[-–—])\s*[.,]?{_DIGITS}|[.,]+)?"
#: One below 1, or the range from there.
_SMALL_NUMBER = r"^\D*0*(?:0\s*(?:\.{2,}|[-–—])\s*0*)?[.,]\d|[eE]-"
_FOOTNOTE = r"(\d|%|\p{L})\s*(?:\*+|†+|‡+|\((?:[1-9]|[a-e]|\*+)\)|\[(?:[1-9]|[a-e])\])+\s*$"
#: High digits right behind a number are a footnote too, and would be read as part of it.
_HIGH_DIGITS = r"(\d)\s*[¹²³⁰⁴-⁹]+\s*$"
_FIELDS = {spec.name: spec for spec in FUEL_NUMBERS}


@dataclass(frozen=True, slots=True)
class Named:
    """What a name says. Several `columns`: it may mean either. `unit` as the reader of numbers knows it, or as written where
    it does not; None where none is told.
    """

    columns: tuple[str, ...]
    level: int
    unit: str | None = None
    method: str | None = None


@functools.lru_cache(maxsize=20_000)
def read_name(text: str) -> Named | None:
    """The property of fuel that a name names, and the unit and standard beside it; None if it names none.

    A name that may mean two properties, or something else, is sure where its unit is told and only one of them can have it.
    """
    rest, method = _without_standard(_RECOVERED.sub(r"\1", text.strip()[:LONGEST]))
    for name, unit in _splits(rest):
        meant = _names().get(_key(name)) or _names().get(_key(_without_results(name)))
        if not meant:
            continue
        level = min(level for _, level in meant)
        found = Named(tuple(column for column, its in meant if its == level), level, unit, method)
        fitting = [one for one in found.columns if unit is not None and worth(one, unit) is not None]
        if unit is not None and len(unit) == 1 and unit.isalpha() and not fitting:
            continue  # `Soufre (S)`: an element, not seconds
        if level == UNSURE and len(fitting) == 1 and _FIELDS[fitting[0]].unit:
            return replace(found, columns=tuple(fitting), level=LIKELY)
        return found
    return None


def read_heading(text: str) -> Named | None:
    """As `read_name`, of the heading of a column: one that says limit, uncertainty or remark holds no results."""
    if is_method_heading(text) or method_of_heading(text):
        return None
    found = read_name(text)
    limits = _word_set("limits") & set(_words(text))
    if found and found.unit == "min" and worth(found.columns[0], "min"):  # minutes, no minimum
        limits -= {"min"}
    return None if limits else found


def is_limit_heading(text: str) -> bool:
    """Whether a column holds what a property must be, or how sure its results are, not the results."""
    return read_heading(text) is None and read_name(text) is not None and not method_of_heading(text)


def method_of_heading(text: str) -> str | None:
    """The property whose test methods a column holds by its heading: `Sulphur method`, `Méthode soufre`; None if none."""
    words = _words(text)
    rest = [word for word in words if word not in _method_words()]
    if len(rest) == len(words):
        return None
    found = read_name(" ".join(word for word in rest if word not in _word_set("results")))
    return found.columns[0] if found and found.level < UNSURE else None


def is_method_heading(text: str) -> bool:
    """Whether a column holds test methods and does not say of what."""
    return _key(text).rstrip("0123456789") in _columns_named("method")


def is_unit_heading(text: str) -> bool:
    """Whether a column holds units and does not say of what."""
    return _key(text).rstrip("0123456789") in _columns_named("unit")


def is_certificate_heading(text: str) -> bool:
    """Whether a column holds the number of a certificate."""
    return _key(text) in _columns_named("certificate")


def is_sample_heading(text: str) -> bool:
    """Whether a column holds the number of a sample."""
    return _key(text) in _columns_named("sample")


def is_ending(text: str) -> bool:
    """Whether a cell begins as the signatures and notes below a table do."""
    words = " ".join(_words(text))
    return any(words == ending or words.startswith(ending + " ") for ending in _endings())


@functools.lru_cache(maxsize=20_000)
def unit_of(text: str) -> str | None:
    """A unit as the reader of numbers knows it; empty if none is told, None if nobody knows it."""
    return _units().get(_unit_key(text))


def worth(column: str, unit: str) -> Conversion | None:
    """What `unit` (as the reader of numbers knows it) is in the unit of a fuel property; None if it cannot be."""
    return _FIELDS[column].conversion(unit)


def why_no_unit(column: str, unit: str) -> str:
    """Why a column of fuel properties cannot have a unit."""
    return (
        _FIELDS[column].why_not(unit) or f"is no unit of {column} ({_FIELDS[column].unit or 'a bare number'})"
    )


def unit_matters(column: str) -> bool:
    """Whether a result of a property may mean another number where no unit is told anywhere."""
    return worth(column, UNIT_NOT_TOLD) is not None


def clean_results(cells: pl.Series) -> pl.Series:
    """Cells of results as text that a reader of numbers takes: without the marks of footnotes, a unit behind the number as
    that reader knows it, nothing where nothing is told (`n.d.`, `traces`). What is no number stays as it is.
    """
    text = cells.cast(pl.String).str.strip_chars()
    odd = (text.str.contains(r"[^\d.,\-]|^-+$") & (text.str.len_bytes() <= LONGEST)).fill_null(False)
    if not odd.any():
        return text
    some = text.filter(odd).to_frame("t")
    cell = pl.col("t").str.replace(_HIGH_DIGITS, "$1").str.replace(_FOOTNOTE, "$1")
    key = (
        cell.str.normalize("NFKC")
        .str.normalize("NFKD")
        .str.to_lowercase()
        .str.replace_all(r"[\p{M}\s.\-_/()*\[\]]", "")
    )
    number = cell.str.extract(f"({_NUMBER})", 1)
    own = cell.str.extract(_NUMBER + r"\s*(.*)$", 1)
    known = _known_unit(own)
    cleaned = (
        pl.when(key.is_in(list(_not_told())))
        .then(None)
        .when(known.is_not_null() & (known != "") & (known != own.str.to_lowercase()))
        .then(pl.concat_str(number, pl.lit(" "), known))
        .otherwise(cell)
    )
    return text.scatter(odd.arg_true(), some.select(cleaned).to_series())


def own_units(cells: pl.Series) -> pl.Series:
    """What stands behind the number of each cell (as `clean_results` gives it); empty if nothing, null without a number."""
    return cells.str.head(LONGEST).str.extract(_NUMBER + r"\s*(.*)$", 1)


def is_small(cell: pl.Expr) -> pl.Expr:
    """Whether a cell holds a number below 1: only then it matters that no unit is told."""
    return cell.str.contains(_SMALL_NUMBER)


def with_unit(cells: pl.Series, unit: str) -> pl.Series:
    """Cells with a unit put behind each number that has none of its own."""
    bare = _is_bare(pl.col("t"))
    if unit == UNIT_NOT_TOLD:
        if not (
            small := cells.to_frame("t").select(is_small(pl.col("t")).fill_null(False)).to_series()
        ).any():
            return cells
        bare &= pl.lit(small)
    told = pl.when(bare).then(pl.concat_str(pl.col("t"), pl.lit(f" {unit}"))).otherwise(pl.col("t"))
    return cells.to_frame("t").select(told).to_series().alias(cells.name)


def with_units(cells: pl.Series, units: pl.Series) -> pl.Series:
    """Cells with the unit beside each put behind its number where it has none of its own."""
    frame = pl.DataFrame({"t": cells, "u": units.cast(pl.String).str.strip_chars()})
    unit = pl.coalesce(_known_unit(pl.col("u")), "u")
    bare = _is_bare(pl.col("t")) & (unit != "")
    return frame.select(
        pl.when(bare)
        .then(pl.concat_str(pl.col("t"), pl.lit(" "), unit))
        .otherwise(pl.col("t"))
        .alias(cells.name)
    ).to_series()


def _is_bare(cell: pl.Expr) -> pl.Expr:
    """Whether a cell is a number with nothing behind it."""
    return (cell.str.len_bytes() <= LONGEST) & cell.str.contains(_NUMBER + r"\s*$")


def _known_unit(text: pl.Expr) -> pl.Expr:
    """`unit_of` over a column."""
    key = _unit_key_of(text)
    return key.replace_strict(list(_units()), list(_units().values()), default=None, return_dtype=pl.String)


def _unit_key_of(text: pl.Expr) -> pl.Expr:
    """`_unit_key` over a column."""
    bare = text.str.replace_all(r"[°º˚]", " ").str.normalize("NFKC").str.to_lowercase().str.normalize("NFKD")
    return (
        bare.str.replace_all(r"\p{M}", "")
        .str.replace_all("@", "at")
        .str.replace_all("−", "-")
        .str.replace_all(r"[\s()\[\].·*^_]", "")
    )


def _without_standard(text: str) -> tuple[str, str | None]:
    found = _STANDARD.search(text)
    if found is None:
        return text, None
    return text[: found.start()] + " " + text[found.end() :], found["id"].strip()


def _without_results(name: str) -> str:
    return " ".join(word for word in _words(name) if word not in _word_set("results"))


def _splits(text: str) -> Iterator[tuple[str, str | None]]:
    """The ways to read a name as (what is named, its unit), the likeliest first."""
    bare = _BRACKETS.sub(" ", text)
    for bracket in _BRACKETS.finditer(text):
        inside = next(group for group in bracket.groups() if group is not None).strip()
        unit = unit_of(inside)
        if unit is None and re.search(r"/|%|pp[mb]", inside):
            unit = inside  # a unit, but none that is known: whoever reads on must see it
        if inside and unit is not None:
            yield text[: bracket.start()] + " " + text[bracket.end() :], unit or None
            yield bare, unit or None
    yield text, None
    words = bare.replace(",", " , ").replace(";", " ; ").split()
    for count in range(min(4, len(words) - 1), 0, -1):
        unit = unit_of(" ".join(words[-count:]).strip(" ,;:"))
        if unit:
            yield " ".join(words[:-count]), unit
    yield bare, None


def _plain(text: str) -> str:
    """Without case, accents and degree signs; `@` is `at`."""
    spaced = re.sub(r"[°º˚]", " ", text).replace("@", " at ")
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", spaced).casefold())
    return "".join(char for char in folded if not unicodedata.combining(char))


def _words(text: str) -> list[str]:
    return re.findall(r"%|[^\W_]+", _plain(text))


def _key(text: str) -> str:
    """A name as names are compared: `Masse volumique à 15 °C` is `masse-volumique @15C`."""
    return "".join(word for word in _words(text) if word not in _SMALL)


def _unit_key(text: str) -> str:
    return re.sub(r"[\s()\[\].·*^_]", "", _plain(text).replace("−", "-"))


@functools.cache
def _document() -> dict[str, Any]:
    return toml_document(data_root() / "rules" / "certificates.toml")


@functools.cache
def _columns_named(role: str) -> frozenset[str]:
    long = toml_document(Path(__file__).parent / "layouts" / "certificates-long.toml")["long"]
    return frozenset(_key(name) for name in long[role])


@functools.cache
def _method_words() -> frozenset[str]:
    """The single words that say method."""
    long = toml_document(Path(__file__).parent / "layouts" / "certificates-long.toml")["long"]
    return frozenset(_key(name) for name in long["method"] if len(_words(name)) == 1)


@functools.cache
def _word_set(section: str) -> frozenset[str]:
    return frozenset(word for name in _document()["words"][section] for word in _words(name))


@functools.cache
def _endings() -> frozenset[str]:
    return frozenset(" ".join(_words(name)) for name in _document()["words"]["endings"])


@functools.cache
def _not_told() -> frozenset[str]:
    return frozenset(
        re.sub(r"[\s.\-_/()*\[\]]", "", _plain(word)) for word in _document()["words"]["not_told"]
    )


@functools.cache
def _units() -> dict[str, str]:
    """Key of a unit -> how the reader of numbers knows it."""
    found = {_unit_key(name): "" for name in _document()["words"]["no_unit"]} | {"": ""}
    for unit, others in _document()["units"].items():
        found |= {_unit_key(name): unit for name in (unit, *others)}
    return found


@functools.cache
def _names() -> dict[str, list[tuple[str, int]]]:
    """Key of a name -> the columns that it may mean, and how surely."""
    synonyms = toml_document(Path(__file__).parent / "layouts" / "synonyms.toml")
    found: dict[str, list[tuple[str, int]]] = {}
    for column in FUEL_PROPERTIES:
        for level, key in ((EXACT, "exact"), (LIKELY, "likely"), (UNSURE, "unsure")):
            for name in synonyms.get(column, {}).get(key, ()):
                if (column, level) not in found.setdefault(_key(name), []):
                    found[_key(name)].append((column, level))
    return found
