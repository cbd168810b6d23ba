"""Cells of fuel results read as files have them, and made into records."""

from __future__ import annotations

from typing import Any

import polars as pl

from vehiclecheck.records import laboratory
from vehiclecheck.records.fuel_numbers import FUEL_NUMBERS
from vehiclecheck.records.number_cells import Cell, read_cell
from vehiclecheck.records.number_fields import NumberField
from vehiclecheck.records.preparing import Prepared, PrepareOptions, prepare
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

FIELDS: dict[str, NumberField] = {spec.name: spec for spec in FUEL_NUMBERS}


def as_from_a_file(name: str, text: str) -> Cell:
    """A cell as the way of a file reads it: spellings of laboratories first."""
    if name in FUEL_PROPERTIES:
        (text,) = laboratory.clean_results(pl.Series([text]))
    return read_cell(text, FIELDS[name])


def prepared(*, decimal: Any = None, **columns: list[Any]) -> Prepared:
    """Fuel records of canonical columns, as files give them."""
    rows = max(map(len, columns.values()))
    frame = pl.DataFrame({"importer": ["KE"] * rows, "product": ["diesel"] * rows, **columns}).with_columns(
        pl.int_range(2, rows + 2).alias("line")
    )
    cleaned = [
        laboratory.clean_results(frame[name]).alias(name)
        for name in columns
        if frame[name].dtype == pl.String and name in FUEL_PROPERTIES
    ]
    options = PrepareOptions(subject="fuel", decimal=decimal)
    return prepare(frame.with_columns(cleaned), options=options, words=WordBook())


def bounds(done: Prepared, name: str) -> list[tuple[float | None, float | None]]:
    return done.records.select(f"{name}_lo", f"{name}_hi").rows()
