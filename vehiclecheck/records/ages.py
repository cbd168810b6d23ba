"""When a vehicle was made, first registered, and which model year it is: each bounds the others.

A vehicle is not registered before it is made, and a model year starts in the calendar year before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from vehiclecheck.vocabulary.days import MONTH, YEAR

_MADE = ("manufactured_lo", "manufactured_hi")
_REGISTERED = ("first_registered_lo", "first_registered_hi")
_MODEL = ("model_year_lo", "model_year_hi")


@dataclass(frozen=True)
class Crossed:
    """The records with crossed bounds, and where what they state contradicts itself (Boolean, null where it
    cannot be said).
    """

    records: pl.DataFrame
    #: The model year and the date of manufacture exclude each other. None if no record does.
    model_year_contradicts: pl.Series | None
    #: Certainly made after the first registration. None if no record was.
    made_after_registered: pl.Series | None


def _contradiction(records: pl.DataFrame, test: pl.Expr) -> pl.Series | None:
    found = records.select(test.fill_null(False)).to_series()
    return found if found.any() else None


def _unless(contradiction: pl.Series | None, crossed: pl.Expr, stated: str) -> pl.Expr:
    if contradiction is None:
        return crossed.alias(stated)
    return pl.when(pl.lit(contradiction)).then(stated).otherwise(crossed).alias(stated)


def cross(records: pl.DataFrame) -> Crossed:
    """Cross the bounds of manufacture, first registration and model year of `records` (day codes and years,
    Int32).

    Bounds that follow are added as columns. Where two dates contradict each other (no day fits both) each
    stands as stated.
    """
    made, registered, model = (pair[0] in records.columns for pair in (_MADE, _REGISTERED, _MODEL))
    if not (made or registered or model):
        return Crossed(records, None, None)
    model_contradicts = late = None
    if model:
        # model year Y is made from 1 January Y-1 to 31 December Y
        first = (pl.col("model_year_lo") - 1) * YEAR + 1
        last = pl.col("model_year_hi") * YEAR + 11 * MONTH + 31
        if made:
            model_contradicts = _contradiction(
                records, (pl.col("manufactured_lo") > last) | (pl.col("manufactured_hi") < first)
            )
            records = records.with_columns(
                _unless(model_contradicts, pl.max_horizontal("manufactured_lo", first), "manufactured_lo"),
                _unless(model_contradicts, pl.min_horizontal("manufactured_hi", last), "manufactured_hi"),
            )
        else:
            records = records.with_columns(first.alias("manufactured_lo"), last.alias("manufactured_hi"))
    if registered and (made or model):
        late = _contradiction(records, pl.col("manufactured_lo") > pl.col("first_registered_hi"))
        records = records.with_columns(
            _unless(late, pl.min_horizontal("manufactured_hi", "first_registered_hi"), "manufactured_hi"),
            _unless(late, pl.max_horizontal("first_registered_lo", "manufactured_lo"), "first_registered_lo"),
        )
    elif registered:
        records = records.with_columns(
            pl.lit(None, dtype=pl.Int32).alias("manufactured_lo"),
            pl.col("first_registered_hi").alias("manufactured_hi"),
        )
    else:
        records = records.with_columns(
            pl.col("manufactured_lo").alias("first_registered_lo"),
            pl.lit(None, dtype=pl.Int32).alias("first_registered_hi"),
        )
    low, high = pl.col("manufactured_lo") // YEAR, pl.col("manufactured_hi") // YEAR + 1
    if model:
        records = records.with_columns(
            _unless(model_contradicts, pl.max_horizontal("model_year_lo", low), "model_year_lo"),
            _unless(model_contradicts, pl.min_horizontal("model_year_hi", high), "model_year_hi"),
        )
    else:
        records = records.with_columns(low.alias("model_year_lo"), high.alias("model_year_hi"))
    return Crossed(records, model_contradicts, late)
