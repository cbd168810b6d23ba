"""How strict the destinations of a trade were in each year: the rating of 1 July, for light and for heavy vehicles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import polars as pl

from vehiclecheck.scenarios.rating import Rated, rate
from vehiclecheck.scenarios.scales import NO_CLASS, NO_LIMIT, Scale
from vehiclecheck.standards import Library
from vehiclecheck.trade.indicators import RATINGS

_CLASS_OF = {"light": "LDV", "heavy": "HDV"}
#: The classes of a scale that are called weak.
WEAK = ("weak", "very weak")


def ratings_by_year(library: Library, scale: Scale, importers: Mapping[int, Collection[str]]) -> pl.DataFrame:
    """Whether each importer (by year) was surely, or may have been, rated weak or very weak, or had no rules (columns
    of RATINGS).

    Countries whose rules were not reviewed are not in it. PackError: a pack cannot be used, or the scale calls no
    class weak.
    """
    rows = [
        (each.code, year, _CLASS_OF[each.vehicles], *_weak(scale, each), *_no_rules(each))
        for year, countries in sorted(importers.items())
        for each in rate(library, scale, dt.date(year, 7, 1), sorted(countries))
    ]
    return pl.DataFrame(rows, schema=RATINGS, orient="row")


def _weak(scale: Scale, rated: Rated) -> tuple[bool, bool]:
    """Whether it is surely weak, and whether it may be: by all classes from the one end of its rating to the other."""
    places = sorted(scale.classes.index(name) for name in (rated.loose, rated.strict))
    between = scale.classes[places[0] : places[1] + 1]
    return all(name in WEAK for name in between), any(name in WEAK for name in between)


def _no_rules(rated: Rated) -> tuple[bool, bool]:
    """Whether it surely has no ban, no age limit and no emission class, and whether that may be."""
    has_none = [
        not rated.banned[end] and rated.age[end] == NO_LIMIT and rated.euro[end] == NO_CLASS for end in (0, 1)
    ]
    # index 0: what is surely in force; 1: with all that may be
    return has_none[1], has_none[0]
