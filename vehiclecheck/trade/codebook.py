"""The codebook: what every column, value and flag of compiled statistics means, from `rules/trade/codebook.toml`.

From it come `codebook.md` and the schemas (Table Schema) of `datapackage.json`: neither says what the other does not.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vehiclecheck.vocabulary.harmonised import KEYS
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root

#: The tables of a dataset, each a CSV file of its name.
TABLES = ("flows", "left_out", "set_aside", "median_weights")
#: Whole numbers in CSV, though bounds are computed with fractions.
_WHOLE_IN_CSV = ("units_low", "units_high")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: a `kind` of Table Schema, and what it can hold."""

    name: str
    kind: str
    text: str
    unit: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    pattern: str | None = None
    least: float | None = None
    most: float | None = None
    required: bool = False

    def schema(self) -> dict[str, Any]:
        """As a field of Table Schema."""
        constraints: dict[str, Any] = {"required": True} if self.required else {}
        if self.values:
            constraints["enum"] = list(self.values)
        if self.pattern:
            constraints["pattern"] = self.pattern
        if self.least is not None:
            constraints["minimum"] = self.least
        if self.most is not None:
            constraints["maximum"] = self.most
        return {
            "name": self.name,
            "type": "integer" if self.name in _WHOLE_IN_CSV else self.kind,
            "description": self.text + (f" Unit: {self.unit}." if self.unit else ""),
            **({"constraints": constraints} if constraints else {}),
        }


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a dataset."""

    name: str
    title: str
    text: str
    columns: tuple[Column, ...]

    def schema(self) -> dict[str, Any]:
        """As a Table Schema. An empty cell tells nothing; in a key it is a value like any other."""
        key = {"primaryKey": list(KEYS)} if self.name == "flows" else {}
        return {"fields": [column.schema() for column in self.columns], "missingValues": [""], **key}


@functools.cache
def tables() -> dict[str, Table]:
    """The tables by name."""
    document = toml_document(data_root() / "rules" / "trade" / "codebook.toml")
    found = {}
    for name in TABLES:
        entry = document["table"][name]
        columns = document["table"][entry.get("columns", name)]["column"]
        found[name] = Table(name, entry["title"], entry["text"], tuple(_column(column) for column in columns))
    return found


@functools.cache
def flag_meanings() -> dict[str, str]:
    """What each flag means, in alphabetical order."""
    document = toml_document(data_root() / "rules" / "trade" / "codebook.toml")
    return dict(sorted(document["flag"].items()))


def _column(entry: Mapping[str, Any]) -> Column:
    known = {"name", "type", "text", "unit", "values", "pattern", "least", "most", "required"}
    if unknown := set(entry) - known:
        raise ValueError(f"codebook.toml: column {entry['name']}: {', '.join(sorted(unknown))} is not known")
    more = {key: value for key, value in entry.items() if key not in ("name", "type", "text")}
    return Column(entry["name"], entry["type"], entry["text"], **more)


#: Files of a dataset beside its tables, for the codebook.
FILES = {
    "flows.parquet": "The table `flows`, for programs: the text of cells is exactly that of the sources.",
    "flows.csv": "The same table for everyone: UTF-8, comma, point.",
    "flows.xlsx": "The same table as a workbook.",
    "left_out.csv": "Rows that were left out, with the reason.",
    "set_aside.csv": "Rows that were set aside, with the reason.",
    "median_weights.csv": "The median weights that estimates and outliers rest on.",
    "inputs.json": "The files read, with their hashes and what became of their rows.",
    "flows.sdmx.csv": "The table `flows` as SDMX-CSV 2.0.",
    "flows.sdmx.json": "Its structure as SDMX-JSON 2.0: data structure definition, concepts, code lists.",
    "provenance.json": "Inputs, versions, options, sums, and the hash of every file above: what `flows verify` checks.",
    "datapackage.json": "Description of the files for programs (Frictionless Data Package). The licence is yours to add.",
    "CITATION.txt": "How to cite the dataset.",
    "CITATION.cff": "The same for programs (Citation File Format).",
}


def markdown(title: str, files: Sequence[str]) -> str:
    """`codebook.md` of a dataset with the files named."""
    lines = [f"# Codebook: {title}", "", "## Files", ""]
    lines += [f"- `{name}`: {FILES[name]}" for name in FILES if name in files]
    lines += [
        "",
        "In CSV and Excel, text that a spreadsheet would run as a formula has an apostrophe before it. Empty cells tell "
        "nothing: neither zero nor none. Bounds of a sum are the sums of the bounds.",
    ]
    for table in tables().values():
        lines += ["", f"## {table.title} (`{table.name}`)", "", table.text]
        if table.name == "set_aside":
            lines += ["", "Its columns are those of `left_out`."]
            continue
        lines += [
            "",
            "| column | type | unit | meaning |",
        ]
        lines += ["| --- | --- | --- | --- |"]
        lines += [_line(column) for column in table.columns]
        if table.name == "flows":
            lines += [
                "",
                f"A row is told from all others by {_key()}; an empty cell counts as a value.",
            ]
            lines += ["", "### Flags", "", "| flag | meaning |", "| --- | --- |"]
            lines += [
                f"| `{flag}{':1` to `months:11' if flag == 'months' else ''}` | {text} |"
                for flag, text in flag_meanings().items()
            ]
    return "\n".join(lines) + "\n"


def _key() -> str:
    return ", ".join(f"`{name}`" for name in KEYS)


def _line(column: Column) -> str:
    values = "; ".join(f"`{value}`: {text}" for value, text in column.values.items())
    meaning = f"{column.text} {values}." if values else column.text
    return f"| `{column.name}` | {column.kind} | {column.unit or ''} | {meaning} |"
