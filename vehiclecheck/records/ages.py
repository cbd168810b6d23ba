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


def cross(records: pl.DataFrame, model_years: bool = True) -> Crossed:
    """Cross the bounds of manufacture, first registration and model year of `records` (day codes and years,
    Int32).

    Bounds that follow are added as columns; those of a model year that no column states, only if `model_years`. Where
    what a record states contradicts itself (no day fits all of it) each date stands as stated, and what is not stated
    stays unknown.
    """
    made, registered, model = (pair[0] in records.columns for pair in (_MADE, _REGISTERED, _MODEL))
    if not (made or registered or model):
        return Crossed(records, None, None)
    none = pl.lit(None, dtype=pl.Int32)
    pairs = ((_MADE, made), (_REGISTERED, registered), (_MODEL, model))
    stated = {name: pl.col(name) if there else none for pair, there in pairs for name in pair}
    low, high = (stated[name] for name in _MADE)
    model_low, model_high = (stated[name] for name in _MODEL)
    model_contradicts = late = None
    if model:
        # model year Y is made from 1 January Y-1 to 31 December Y
        first, last = (model_low - 1) * YEAR + 1, model_high * YEAR + 11 * MONTH + 31
        if made:
            model_contradicts = _contradiction(records, (low > last) | (high < first))
            low, high = pl.max_horizontal(low, first), pl.min_horizontal(high, last)
        else:
            low, high = first, last
    if registered:
        if made or model:
            late = _contradiction(records, low > stated["first_registered_hi"])
        high = pl.min_horizontal(high, stated["first_registered_hi"])
    crossed = {
        "manufactured_lo": low,
        "manufactured_hi": high,
        "first_registered_lo": pl.max_horizontal(stated["first_registered_lo"], low),
        "first_registered_hi": stated["first_registered_hi"],
    }
    if model or model_years:
        crossed["model_year_lo"] = pl.max_horizontal(model_low, low // YEAR)
        crossed["model_year_hi"] = pl.min_horizontal(model_high, high // YEAR + 1)
    contradictions = [found for found in (model_contradicts, late) if found is not None]
    if contradictions:
        contradicts = pl.any_horizontal(pl.lit(found) for found in contradictions)
        crossed = {
            name: pl.when(contradicts).then(stated[name]).otherwise(bound) for name, bound in crossed.items()
        }
    bounds = [bound.cast(pl.Int32).alias(name) for name, bound in crossed.items()]
    # lazily: what several bounds rest on is worked out once
    crossed_records = records.lazy().with_columns(bounds).collect(engine="in-memory")
    return Crossed(crossed_records, model_contradicts, late)
