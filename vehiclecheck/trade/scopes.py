"""Which exporters, importers and vehicles a published figure means, year by year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from typing import NamedTuple

import polars as pl

from vehiclecheck.standards.blocs import members
from vehiclecheck.vocabulary.harmonised import UNDECIDED
from vehiclecheck.vocabulary.regions import regions, subregions

WORLD, OUTSIDE, ALL = "world", "outside EU", "all"
#: The European Union with a number of members, by a day on which it had them; `EU`: by the year.
_UNIONS = {"EU28": dt.date(2014, 7, 1), "EU27": dt.date(2021, 7, 1)}


class NotComparable(Exception):  # noqa: N818  (no error: a finding)
    """Why a published figure cannot be compared."""


class Scope(NamedTuple):
    """Exporters (`EU+JP`, `all`) and importers (`world`, `outside EU`, `Africa`, `NG+LY`)."""

    exporters: str
    importers: str


def countries_of(group: str, year: int) -> list[str]:
    """The countries (alpha-2) of a group in a year: codes joined by `+`, the EU, or a region of the UN M49."""
    found: list[str] = []
    for name in group.split("+"):
        if name in _UNIONS:
            found += members("EU", _UNIONS[name])
        elif name == "EU":
            found += members("EU", dt.date(year, 7, 1))
        elif name in regions() or name in subregions():
            found += {**subregions(), **regions()}[name]
        elif name == "Latin America and the Caribbean":
            found += [
                code
                for part in ("Caribbean", "Central America", "South America")
                for code in subregions()[part]
            ]
        else:
            found.append(name)
    return found


def reporters_needed(scope: Scope, year: int) -> list[str]:
    """Whose offices must report for the figure to be known."""
    if scope.exporters != ALL:
        return countries_of(scope.exporters, year)
    if scope.importers in (WORLD, OUTSIDE):
        raise NotComparable("of all exporters there is no complete table")
    return countries_of(scope.importers, year)


def importers_of(scope: Scope, year: int) -> pl.Expr:
    """Whether rows go to the importers meant: `yes`, `no` or `perhaps` (partner not told; trade inside the EU where
    it is not told whether that is counted).
    """
    importer = pl.col("importer")
    union = sorted(
        {*countries_of("EU", year), *(countries_of("EU27", year) if "EU27" in scope.exporters else [])}
    )
    if scope.importers == WORLD:
        if not scope.exporters.startswith("EU"):
            return pl.lit("yes")
        inside = pl.col("exporter").is_in([*union, "EU"]) & importer.is_in(union)
        return pl.when(inside.fill_null(False)).then(pl.lit("perhaps")).otherwise(pl.lit("yes"))
    outside = scope.importers == OUTSIDE
    holds = ~importer.is_in(union) if outside else importer.is_in(countries_of(scope.importers, year))
    return (
        pl.when(importer.is_null())
        .then(pl.lit("perhaps"))
        .when(holds)
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no"))
    )


def vehicles_of(meant: Mapping[str, Sequence[str]], condition: str) -> tuple[pl.Expr, pl.Expr]:
    """Which rows are surely of the vehicles and condition meant, and which may be."""
    sure, perhaps = [], []
    classes = list(meant["classes"])
    decided = classes if len(classes) == 1 else [*classes, UNDECIDED]
    sure.append(pl.col("vehicle_class").is_in(decided))
    perhaps.append(pl.col("vehicle_class").is_in([*classes, UNDECIDED]))
    if "categories" in meant:
        own = pl.col("category").str.split(" or ").list
        sure.append(own.set_difference(list(meant["categories"])).list.len() == 0)
        perhaps.append(
            pl.col("category").is_null() | (own.set_intersection(list(meant["categories"])).list.len() > 0)
        )
    if "fuels" in meant:
        fuels = pl.col("fuel").str.split(" or ").list
        sure.append(fuels.set_difference(list(meant["fuels"])).list.len() == 0)
        some = fuels.set_intersection([*meant["fuels"], "any"]).list.len() > 0
        perhaps.append(pl.col("fuel").is_null() | some | pl.col("hybrids"))
    if condition != "any":
        sure.append(pl.col("condition") == condition)
        perhaps.append(pl.col("condition").is_in([condition, "mixed", "unspecified"]))
    return (reduce(and_, (one.fill_null(False) for one in each)) for each in (sure, perhaps))  # type: ignore[return-value]
