"""The columns of certificates with a row a property: which has which role, and which tells what of the whole certificate."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.records import laboratory
from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.layouts import Layout
from vehiclecheck.records.matching import (
    FUEL_COLUMNS,
    Matching,
    first_positions,
    match,
    match_names,
    normalise,
)
from vehiclecheck.records.reading_table import Table, column
from vehiclecheck.vocabulary.methods import method_column, results_column
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: What the columns of such a file are, beside those of a record.
ROLES = ("certificate", "sample", "property", "result", "unit", "method")
#: Columns of a record that a row of such a file may have: what it says of the whole certificate.
HEADS = tuple(
    name
    for name in FUEL_COLUMNS
    if name
    not in {*FUEL_PROPERTIES, *map(method_column, FUEL_PROPERTIES), *map(results_column, FUEL_PROPERTIES)}
)
#: Rows in which a property must be found for a file to be taken for certificates.
_FIRST_ROWS = 300


def names_properties(table: Table, layout: Layout) -> bool:
    """Whether the first rows of a table with the columns of `layout` name properties of fuel."""
    if layout.long is None or not table.n_rows:
        return False
    where = first_positions(table.columns)
    position = next((where[normalise(n)] for n in layout.long["property"] if normalise(n) in where), None)
    if position is None:
        return False
    cells = table.read(0, min(_FIRST_ROWS, table.n_rows), [position]).frame[column(position)].cast(pl.String)
    named = map(laboratory.read_name, cells.drop_nulls().unique(maintain_order=True))
    return any(found is not None and found.level < laboratory.UNSURE for found in named)


def understand(written: Sequence[str], layout: Layout, file: str) -> Matching:
    """Which column has which role, and which tells what of the certificate. InputError if one that is needed is missing."""
    assert layout.long is not None
    found = Matching()
    where = first_positions(written)
    for role in ROLES:
        for name in layout.long.get(role, ()):
            position = where.get(normalise(name))
            if position is not None and position not in found.positions.values():
                found.positions[role] = position
                found.confidence[role] = "exact"
                break
    if missing := {"property", "result"} - set(found.positions):
        raise InputError(
            f"{file}: layout {layout.name} needs a column of properties and one of results; there is none that says "
            f"{' or '.join(sorted(missing))} ({', '.join(shown(name) for name in written[:12])})"
        )
    over = {normalise(name) for name in layout.long.get("passed_over", ())}
    taken = set(found.positions.values())
    others = ["" if at in taken or normalise(name) in over else name for at, name in enumerate(written)]
    heads = match_names(others, layout.columns) if layout.columns else match(others, HEADS)
    for name, position in heads.positions.items():
        if name not in HEADS or position in taken:
            continue
        if name == "record_id" and (
            "certificate" not in found.positions or written[position].strip() == name
        ):
            found.positions["certificate"] = position
            found.confidence["certificate"] = heads.confidence[name]
        elif name != "record_id":
            found.positions[name] = position
            found.confidence[name] = heads.confidence[name]
    found.units |= heads.units
    found.questions += heads.questions
    return found
