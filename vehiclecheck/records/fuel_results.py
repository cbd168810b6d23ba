"""Results of fuel tests: the method that gave them, and what a result outside of its method's range is worth.

A method measures between two levels. What it gives below the lower one is a bound: the true value lies somewhere between
nothing and that level; above the upper one it is that level or more.
"""

from __future__ import annotations

import math

import polars as pl

from vehiclecheck.records.fuel_numbers import LEAST_OF_PROPERTY
from vehiclecheck.records.lexicon import is_not_told
from vehiclecheck.records.number_fields import NumberField
from vehiclecheck.records.spellings import Reading
from vehiclecheck.vocabulary.methods import method_column, method_of, methods, methods_named, results_column
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: The column of words of each property's method, and the kind of its words.
METHOD_WORDS = {method_column(name): f"method of {name}" for name in FUEL_PROPERTIES}
#: Method columns hold the number of an entry of `methods()`, null for one that is not known.
METHOD = pl.Int16
#: How many results a stated value is the mean of.
RESULTS = tuple(
    NumberField(results_column(name), 1, 1000, "results", whole=True, bounds=False)
    for name in FUEL_PROPERTIES
)


def read_method(text: str, fuel_property: str) -> Reading:
    """The number of the method that a laboratory names; one that measures something else cannot be read, one that is not
    known is not told: its results are compared plainly.
    """
    if is_not_told(text):
        return Reading((None,))
    found = method_of(text, fuel_property)
    if found is not None:
        return Reading((methods().index(found),))
    others = methods_named(text)
    if others:
        measured = " and ".join(dict.fromkeys(one.property for one in others))
        return Reading((None,), reason=f"{others[0].id} measures {measured}, not {fuel_property}")
    return Reading((None,))


def within_range(frame: pl.DataFrame) -> pl.DataFrame:
    """Results with a known method, bounded by what the method can tell (see the module)."""
    least = pl.Series(
        [method.low if math.isfinite(method.low) else None for method in methods()], dtype=pl.Float64
    )
    most = pl.Series(
        [method.high if math.isfinite(method.high) else None for method in methods()], dtype=pl.Float64
    )
    made: list[pl.Expr] = []
    for name in FUEL_PROPERTIES:
        if not {f"{name}_lo", method_column(name)} <= set(frame.columns):
            continue
        low, high = pl.col(f"{name}_lo"), pl.col(f"{name}_hi")
        method = pl.col(method_column(name))
        below, above = pl.lit(least).gather(method), pl.lit(most).gather(method)
        nothing = pl.lit(LEAST_OF_PROPERTY[name], dtype=pl.Float64)
        told = low.is_not_null() | high.is_not_null()
        made += [
            pl.when(told & (low < below))
            .then(nothing)
            .when(low > above)
            .then(above)
            .otherwise(low)
            .alias(f"{name}_lo"),
            pl.when(told & (high < below))
            .then(below)
            .when(high > above)
            .then(None)
            .otherwise(high)
            .alias(f"{name}_hi"),
        ]
    return frame.with_columns(made)
