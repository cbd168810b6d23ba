"""Rows of certificates with a row a property: what each says by its property, unit, method and result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from vehiclecheck.records import laboratory
from vehiclecheck.records.errors import shown
from vehiclecheck.records.fuel_results import read_method
from vehiclecheck.records.number_fields import UNIT_NOT_TOLD, Conversion
from vehiclecheck.vocabulary.methods import method_column
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: So many spellings of properties are kept to be shown.
_MOST_NAMES = 1_000


class _Read(NamedTuple):
    """What the name, the unit column and the cell's own unit of a row come to."""

    name: str | None = None
    unit: str | None = None
    worth: str | None = None
    method: str | None = None
    field: str | None = None
    value: str | None = None
    reason: str | None = None


def keyed(frame: pl.DataFrame, heads: Sequence[str]) -> pl.DataFrame:
    """Rows with the key of their certificate (and sample); empty where the file names neither, null where a row does not."""
    told = [
        pl.col(role).cast(pl.String).str.strip_chars()
        for role in ("certificate", "sample")
        if role in frame.columns
    ]
    told = [pl.when(cell != "").then(cell) for cell in told]
    if not told:
        key = pl.lit("")
    elif len(told) == 1:
        key = told[0]
    else:
        key = pl.when(told[1].is_null()).then(told[0]).otherwise(pl.concat_str(told, separator=" / "))
    nothing = pl.lit(None, dtype=pl.String)
    texts = [
        (
            pl.col(role).cast(pl.String).str.strip_chars().str.head(laboratory.LONGEST)
            if role in frame.columns
            else nothing
        ).alias(role)
        for role in ("property", "unit", "method")
    ]
    told_of_all = [
        pl.when(pl.col(name).cast(pl.String).str.strip_chars() != "").then(pl.col(name)).alias(name)
        for name in heads
    ]
    result = laboratory.clean_results(frame["result"]).alias("text")
    return frame.select(key.alias("key"), *texts, *told_of_all, "line", result).with_columns(
        laboratory.own_units(result).str.head(laboratory.LONGEST).alias("own")
    )


def read_rows(frame: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    """Rows with the column of their property (`name`), the text of the result with its unit, the method; or why they leave.

    `names` learns the spellings of properties that were read.
    """
    spelled = frame.select("property", "unit", "own").unique(maintain_order=True)
    read = [_read(*row) for row in spelled.iter_rows()]
    names |= {
        row[0]: one.name
        for row, one in zip(spelled.iter_rows(), read, strict=True)
        if one.name and row[0] not in names and len(names) < _MOST_NAMES
    }
    types = dict.fromkeys(_Read._fields, pl.String)
    meant = pl.concat(
        [
            spelled,
            pl.DataFrame(read, schema=types, orient="row").rename({"unit": "suffix", "method": "named"}),
        ],
        how="horizontal",
    )
    rows = frame.join(
        meant, on=["property", "unit", "own"], how="left", nulls_equal=True, maintain_order="left"
    )
    method = pl.coalesce(pl.when(pl.col("method") != "").then("method"), "named")
    matters = (pl.col("suffix") != UNIT_NOT_TOLD) | laboratory.is_small(pl.col("text"))
    rows = rows.with_columns(
        method.alias("method"),
        pl.when(pl.col("suffix").is_not_null() & (pl.col("own") == "") & matters)
        .then(pl.concat_str("text", pl.lit(" "), "suffix"))
        .otherwise("text")
        .alias("text"),
    )
    rows = rows.join(
        _read_methods(rows), on=["name", "method"], how="left", nulls_equal=True, maintain_order="left"
    )
    of_method = pl.col("name").replace_strict(
        {name: method_column(name) for name in FUEL_PROPERTIES}, default=None, return_dtype=pl.String
    )
    keyless = pl.when(pl.col("key").is_null())
    wrong_method = pl.col("reason").is_null() & pl.col("method_reason").is_not_null()
    return rows.with_columns(
        keyless.then(pl.lit("certificate"))
        .when(wrong_method)
        .then(of_method)
        .otherwise("field")
        .alias("field"),
        keyless.then(None).when(wrong_method).then("method").otherwise("value").alias("value"),
        keyless.then(pl.lit("no certificate is named"))
        .when(wrong_method)
        .then("method_reason")
        .otherwise("reason")
        .alias("reason"),
    )


def _read_methods(rows: pl.DataFrame) -> pl.DataFrame:
    """name, method, method_id (what makes two spellings the same method), method_reason: a row a spelling."""
    spelled = rows.select("name", "method").unique(maintain_order=True)
    read = []
    for name, method in spelled.iter_rows():
        found = read_method(method, name) if name and method else None
        known = found.values[0] if found and found.values else None
        read.append((f"#{known}" if known is not None else _plain(method), found.reason if found else None))
    types = {"method_id": pl.String, "method_reason": pl.String}
    return pl.concat([spelled, pl.DataFrame(read, schema=types, orient="row")], how="horizontal")


def _plain(method: str | None) -> str | None:
    return "".join(char for char in (method or "").casefold() if char.isalnum()) or None


def _read(text: str | None, unit: str | None, own: str | None) -> _Read:
    """What a row says by its property, its unit and what stands behind its number."""
    if not text:
        return _Read(field="property", reason="no property is named")
    named = laboratory.read_name(text)
    if named is not None and named.level == laboratory.UNSURE and unit:
        named = laboratory.read_name(f"{text} ({unit})")
    if named is None:
        return _Read(
            field="property", value=text, reason="no property of a fuel record is known by this name"
        )
    column = named.columns[0]
    if named.level == laboratory.UNSURE:
        means = " or ".join(named.columns) if len(named.columns) > 1 else f"{column} or something else"
        return _Read(field="property", value=text, reason=f"may mean {means}")
    told: dict[str, Conversion] = {}
    suffix = None
    for where, written, one in (
        ("unit", unit, laboratory.unit_of(unit or "")),
        ("property", text, named.unit or ""),
        ("result", own, laboratory.unit_of(own or "") or ""),
    ):
        if one == "":
            continue
        worth = laboratory.worth(column, one) if one is not None else None
        if worth is None and where == "result":
            continue  # the reader of numbers says what it thinks of it
        if worth is None:
            return _Read(
                field=where, value=written, reason=laboratory.why_no_unit(column, one or written or "")
            )
        told[where] = worth
        if where != "result" and worth != Conversion():
            suffix = one
    if len(set(told.values())) > 1:
        both = " and ".join(shown(words) for words in (unit or text, own) if words)
        return _Read(field="unit", value=unit or own, reason=f"two units for one result of {column}: {both}")
    if not told and laboratory.unit_matters(column):
        suffix = UNIT_NOT_TOLD
    worth = next(iter(told.values()), Conversion())
    return _Read(column, suffix, f"{worth.factor:.12g} {worth.offset:.12g} {worth.power}", named.method)
