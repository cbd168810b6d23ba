"""Layouts: which column of a real file is what, in which language, codes and units. The *.toml files beside
this one, checked.
"""

from __future__ import annotations

import codecs
import functools
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.matching import NAMES, normalise
from vehiclecheck.vocabulary.kept import digest, keep, recall, rules_digest
from vehiclecheck.vocabulary.places import data_root

#: Names that `--layout` takes besides those of layouts: accept the best guesses of the matching.
AUTO = "auto"
CANONICAL = "canonical"
MATCHED = "matched"
#: The layout of fuel certificates with a row a property.
CERTIFICATES = "certificates-long"


@dataclass(frozen=True)
class Extract:
    """A fact inside other columns: the first group of `pattern` in the first written column that has it."""

    written: tuple[str, ...]
    pattern: str


@dataclass(frozen=True)
class Scale:
    """Multiply by `factor` to get the canonical unit; numbers of `below` and more are in it already."""

    factor: float
    below: float | None = None


@dataclass(frozen=True)
class NotVehicle:
    """Rows whose canonical `column` does not match `unless` are no vehicles."""

    column: str
    unless: str
    reason: str


@dataclass(frozen=True)
class Layout:
    """One layout, as its TOML file says it (rules/schema/layout.schema.json describes the keys)."""

    name: str
    title: str
    description: str = ""
    language: str | None = None
    subject: str | None = None
    recognise: tuple[tuple[str, ...], ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    scale: Mapping[str, Scale] = field(default_factory=dict)
    extract: Mapping[str, Extract] = field(default_factory=dict)
    implied: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    not_vehicle: tuple[NotVehicle, ...] = ()
    #: Of a file with a row a property: role (certificate, sample, property, result, unit, method, passed_over) -> names.
    long: Mapping[str, tuple[str, ...]] | None = None
    record: str | None = None
    fields: tuple[str, ...] = ()
    date_order: str | None = None
    decimal_comma: bool = False
    japanese_dates: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None

    def fits(self, written: Sequence[str]) -> int:
        """How many columns identify the layout, if all of them are among `written`; 0 otherwise."""
        there = {normalise(name) for name in written}
        needed = self.recognise or ((self.long["property"], self.long["result"]) if self.long else ())
        if not needed or not all(any(normalise(one) in there for one in names) for names in needed):
            return 0
        return len(needed)

    def names(self) -> set[str]:
        """Every written name that the layout knows, normalised."""
        lists = [
            *self.recognise,
            *self.columns.values(),
            *(one.written for one in self.extract.values()),
            *(self.long or {}).values(),
            self.fields,
        ]
        return {normalise(name) for names in lists for name in names}


def _folder() -> Path:
    return Path(__file__).parent


@functools.cache
def built_in() -> dict[str, Layout]:
    """The layouts that come with the tool, by name."""
    files = [path for path in sorted(_folder().glob("*.toml")) if path.stem != "synonyms"]
    return {layout.name: layout for layout in map(read_layout, files)}


def layout_named(name: str) -> Layout:
    """The layout of that name, or the user's own if `name` is the path of a TOML file. InputError if there
    is neither.
    """
    if name in built_in():
        return built_in()[name]
    if name.lower().endswith(".toml"):
        return read_layout(Path(name))
    raise InputError(
        f"no layout is called {shown(name)}; there are {', '.join(built_in())}, {AUTO}, or a file of "
        "your own (NAME.toml)"
    )


def recognised(written: Sequence[str]) -> Layout | None:
    """The built-in layout whose identifying columns are all there; of several the one with most."""
    best = max(built_in().values(), key=lambda layout: layout.fits(written))
    return best if best.fits(written) else None


def known_names(own: Layout | None = None) -> frozenset[str]:
    """Every column name that any layout, the synonyms or `own` know, normalised."""
    return _built_in_names() | (own.names() if own else set())


@functools.cache
def _built_in_names() -> frozenset[str]:
    names = {normalise(name) for name in NAMES.known}
    for layout in built_in().values():
        names |= layout.names()
    return frozenset(names)


@functools.cache
def _schema() -> dict[str, Any]:
    path = data_root() / "rules" / "schema" / "layout.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def read_layout(path: Path) -> Layout:
    """Reads and checks a layout. InputError names the file, the place and what is wrong."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be read ({error.strerror or error})") from error
    # what was found well formed once is not checked again: loading the checker takes longer than reading all layouts
    key = digest((b"layout", raw, rules_digest().encode()))
    document = recall(key)
    if document is None:
        document = _well_formed(raw, path)
        keep(key, document)
    layout = _layout(document)
    _check(layout, shown(path))
    return layout


def _well_formed(raw: bytes, path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{shown(path)}: is not valid TOML ({error})") from error
    import jsonschema  # costly to load, and needed for nothing else here

    problems = sorted(
        jsonschema.Draft202012Validator(_schema()).iter_errors(document),
        key=lambda one: list(map(str, one.path)),
    )
    if problems:
        first = problems[0]
        raise InputError(f"{shown(path)}: {'.'.join(map(str, first.path)) or 'the file'}: {first.message}")
    return document


def _texts(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _layout(document: dict[str, Any]) -> Layout:
    positional = document.get("positional", {})
    same = ("name", "title", "description", "language", "subject", "constants", "defaults", "values",
    "date_order",
            "decimal_comma", "encoding", "delimiter")  # fmt: skip
    return Layout(
        **{key: document[key] for key in same if key in document},
        recognise=tuple(_texts(one) for one in document.get("recognise", ())),
        columns={key: _texts(value) for key, value in document.get("columns", {}).items()},
        scale={
            key: Scale(value["factor"], value.get("below"))
            for key, value in document.get("scale", {}).items()
        },
        extract={k: Extract(_texts(v["from"]), v["pattern"]) for k, v in document.get("extract", {}).items()},
        implied={key: (value["value"], value["with"]) for key, value in document.get("implied", {}).items()},
        not_vehicle=tuple(NotVehicle(**one) for one in document.get("not_vehicle", ())),
        long={role: _texts(names) for role, names in document["long"].items()}
        if "long" in document
        else None,
        record=positional.get("record"),
        fields=tuple(positional.get("fields", ())),
        japanese_dates=tuple(document.get("japanese_dates", ())),
    )


def _check(layout: Layout, file: str) -> None:
    """What a schema cannot say: canonical names exist, patterns compile, the encoding is one."""
    named = {
        *layout.columns, *layout.constants, *layout.defaults, *layout.values, *layout.scale,
        *layout.extract, *layout.implied,
        *layout.japanese_dates, *(with_ for _, with_ in layout.implied.values()),
        *(one.column for one in layout.not_vehicle),
    }  # fmt: skip
    if strange := sorted(named - NAMES.canonical):
        raise InputError(f"{file}: no column is called {', '.join(strange)}")
    patterns = [(f"extract.{key}", one.pattern) for key, one in layout.extract.items()]
    patterns += [("not_vehicle", one.unless) for one in layout.not_vehicle]
    for where, pattern in patterns:
        try:
            re.compile(pattern)
            pl.select(pl.lit("").str.extract(pattern, 0))  # Polars has its own, smaller language of patterns
        except (re.error, pl.exceptions.PolarsError) as error:
            raise InputError(f"{file}: {where}: the pattern {pattern!r} is not valid ({error})") from error
    if layout.encoding is not None:
        try:
            codecs.lookup(layout.encoding)
        except LookupError as error:
            raise InputError(f"{file}: encoding: {error}") from error
