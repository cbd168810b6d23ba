"""What pictures of flows show: units by place and year, as bounds, out of the harmonised table.

Light vehicles are at least what can only be light, and at most that and what may be light or heavy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from vehiclecheck.vocabulary.harmonised import UNDECIDED
from vehiclecheck.vocabulary.regions import region_of

#: Whose reports are drawn: each flow is reported twice at most, and drawn once.
SIDES = ("exporter", "importer")
NOT_TOLD = "not told"
#: Vehicles of any condition: where one side's codes do not tell used from new, like is drawn beside like.
ANY = "any"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows of a harmonised table a picture is about."""

    vehicle_class: str
    condition: str = "used"
    reported_by: str = "exporter"
    years: tuple[int, int] | None = None
    re_exports: bool = False

    def rows(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """These rows."""
        kept = pl.col("vehicle_class").is_in([self.vehicle_class, UNDECIDED]) & (
            pl.col("reported_by") == self.reported_by
        )
        if self.condition != ANY:
            kept &= pl.col("condition") == self.condition
        if not self.re_exports:
            kept &= pl.col("re_export").not_()
        if self.years is not None:
            kept &= pl.col("year").is_between(*self.years)
        return frame.filter(kept)


def units(vehicle_class: str) -> tuple[pl.Expr, pl.Expr]:
    """Least and greatest sum of the units of a class; the greatest is null where one of its rows has no bound."""
    surely = pl.col("vehicle_class") == vehicle_class
    most = pl.when(pl.col("units_high").null_count() == 0).then(pl.col("units_high").sum())
    return pl.col("units_low").filter(surely).sum().alias("low"), most.alias("high")


def summed(frame: pl.LazyFrame, choice: Choice, by: Sequence[str]) -> pl.DataFrame:
    """Units by some columns: these, `low` and `high`, sorted by the least units downwards."""
    low, high = units(choice.vehicle_class)
    return (
        choice.rows(frame)
        .group_by(by)
        .agg(low, high)
        .sort("low", *by, descending=[True, *[False] * len(by)], nulls_last=True)
        .collect()
    )


def place_of(code: str | None, part: bool) -> str:
    """The M49 region of a country, or the finest part of it."""
    if code is None:
        return NOT_TOLD
    region = region_of(code)
    if region is None:
        return NOT_TOLD
    return region.part if part else region.name


def regional(frame: pl.LazyFrame, choice: Choice, countries: int = 8) -> pl.DataFrame:
    """Flows from the exporters (their countries, if there are few; else their regions) to parts of the world: `from`, `to`,
    `low`, `high`.
    """
    pairs = summed(frame, choice, ["exporter", "importer"])
    few = pairs["exporter"].n_unique() <= countries
    places = {code: place_of(code, part=True) for code in pairs["importer"].unique()}
    sources = {
        code: code or NOT_TOLD if few else place_of(code, part=True) for code in pairs["exporter"].unique()
    }
    return (
        pairs.lazy()
        .select(
            pl.col("exporter").replace_strict(sources, return_dtype=pl.String).alias("from"),
            pl.col("importer").replace_strict(places, return_dtype=pl.String).alias("to"),
            "low",
            "high",
        )
        .group_by("from", "to")
        .agg(pl.col("low").sum(), pl.when(pl.col("high").null_count() == 0).then(pl.col("high").sum()))
        .sort("low", "from", "to", descending=[True, False, False])
        .collect()
    )


def largest(frame: pl.LazyFrame, choice: Choice, side: str = "importer", most: int = 10) -> pl.DataFrame:
    """Units by year of the countries that are the largest over all years: `country`, `year`, `low`, `high`."""
    whole = summed(frame, choice, [side]).filter(pl.col(side).is_not_null()).head(most)
    yearly = summed(frame, choice, [side, "year"]).filter(pl.col(side).is_in(whole[side].implode()))
    order = {code: place for place, code in enumerate(whole[side])}
    return (
        yearly.rename({side: "country"})
        .with_columns(pl.col("country").replace_strict(order, return_dtype=pl.Int64).alias("@order"))
        .sort("@order", "year")
        .drop("@order")
    )


def both_sides(frame: pl.LazyFrame, choice: Choice, most: int = 20) -> tuple[pl.DataFrame, int]:
    """The pairs with the largest gap between what exporter and importer report: `exporter`, `importer`, and low and high of
    both (`sent_low` …); and of how many pairs only one side reports anything.
    """
    sides = {}
    for side, name in zip(SIDES, ("sent", "received"), strict=True):
        own = replace(choice, reported_by=side)
        told = summed(frame, own, ["exporter", "importer"]).drop_nulls(["exporter", "importer"])
        told = told.filter((pl.col("low") > 0) | (pl.col("high") > 0).fill_null(True))
        sides[name] = told.rename({"low": f"{name}_low", "high": f"{name}_high"})
    pair = ["exporter", "importer"]
    together = sides["sent"].join(sides["received"], on=pair, how="inner")
    silent = sum(one.height for one in sides.values()) - 2 * together.height
    ranked = (
        together.with_columns((pl.col("sent_low") - pl.col("received_low")).abs().alias("gap"))
        .sort("gap", *pair, descending=[True, False, False])
        .drop("gap")
    )
    return ranked.head(most), silent
