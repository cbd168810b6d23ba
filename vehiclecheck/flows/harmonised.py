"""The flows of vehicle records in the columns of the harmonised table, to be joined with compiled statistics.

As with flow tables, a range gives partial sums of whole numbers (vehicles, cents, grams), and words come at the very end.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from vehiclecheck.screening.facts import Facts, points_of
from vehiclecheck.vocabulary.days import MONTH, YEAR
from vehiclecheck.vocabulary.harmonised import HARMONISED, UNDECIDED, of_parts, sorted_harmonised
from vehiclecheck.vocabulary.terms import (
    ALL_PROPULSIONS,
    CATEGORY_WORDS,
    CONDITION_WORDS,
    PROPULSION_WORDS,
    category_words,
    propulsion_mask,
    propulsion_words,
)

#: `code_system` of rows whose records tell a tariff code (cut to the six digits that all countries share), and of others.
HS, RECORDS = "HS", "records"
SIDES = ("exporter", "importer")

_KEYS = ("exporter", "importer", "year", "month", "category", "propulsion", "condition", "code", "source")
_SUMS = ("units", "valued_units", "value_cents", "weighed_units", "grams")
_FIRST_YEAR, _LAST_YEAR = 1900, 2149

# UNEP's border is 3.5 t: N1 ends there, N2 and M3 begin above it. A car is light; M2 ends at 5 t and can be either.
_LIGHT = CATEGORY_WORDS["M1"] | CATEGORY_WORDS["N1"]
_HEAVY = CATEGORY_WORDS["M3"] | CATEGORY_WORDS["N2"] | CATEGORY_WORDS["N3"]
_NEITHER = CATEGORY_WORDS["L"] | CATEGORY_WORDS["T"]
_HYBRIDS = propulsion_mask(["hev", "phev"])
_ELECTRIC = propulsion_mask(["bev", "fcev"])
_GAS = propulsion_mask(["lpg", "cng"])


def partial_harmonised(records: pl.DataFrame, source: str, codes: pl.DataFrame | None = None) -> pl.DataFrame:
    """The sums of one range of a file: a row for each pair, month and set of categories, propulsions, conditions.

    `codes`: tariff codes as written (`hs_code`) by `line`.
    """
    if codes is None:
        records = records.with_columns(pl.lit(None, dtype=pl.String).alias("@code"))
    else:
        told = codes.select("line", hs_digits(pl.col("hs_code").cast(pl.String)).alias("@code"))
        records = records.join(told, on="line", how="left", maintain_order="left")
    facts = Facts(records.columns, points=points_of(records))
    first, last = facts.deciding("arrival")
    known = (first // YEAR).is_between(_FIRST_YEAR, _LAST_YEAR)
    year = pl.when(known & (first // YEAR == last // YEAR)).then(first // YEAR)
    month = pl.when(known & (first // MONTH == last // MONTH)).then(first // MONTH % 12 + 1)
    units = pl.col("quantity") if facts.has("quantity") else pl.lit(1, dtype=pl.Int64)
    value = facts.column("value_cents", pl.Int64)
    grams = (facts.column("net_mass_kg", pl.Float64) * 1000).round().cast(pl.Int64)
    return (
        records.lazy()
        .select(
            *(facts.column(side, pl.String).cast(pl.String).alias(side) for side in SIDES),
            year.cast(pl.Int16).alias("year"),
            month.cast(pl.Int8).alias("month"),
            *(
                facts.mask(name).cast(pl.Int32).alias(name)
                for name in ("category", "propulsion", "condition")
            ),
            pl.col("@code").alias("code"),
            pl.lit(source).alias("source"),
            units.cast(pl.Int64).alias("units"),
            pl.when(value.is_not_null()).then(units).otherwise(0).cast(pl.Int64).alias("valued_units"),
            value.cast(pl.Int64).alias("value_cents"),
            pl.when(grams.is_not_null()).then(units).otherwise(0).cast(pl.Int64).alias("weighed_units"),
            grams.alias("grams"),
        )
        .group_by(_KEYS)
        .agg(pl.col(_SUMS).sum())
        .sort(_KEYS)
        .collect()
    )


class HarmonisedSums:
    """Partial sums as they come, added up."""

    def __init__(self) -> None:
        self._sums: pl.DataFrame | None = None

    def add(self, part: pl.DataFrame) -> None:
        """Takes the sums of one more range."""
        together = part if self._sums is None else pl.concat([self._sums, part])
        self._sums = together.group_by(_KEYS).agg(pl.col(_SUMS).sum()).sort(_KEYS)

    def table(self, reported_by: str) -> pl.DataFrame:
        """The harmonised table. `reported_by`: whose authority made the records, `exporter` or `importer`."""
        if reported_by not in SIDES:
            raise ValueError(f"records are reported by the {' or the '.join(SIDES)}, not by {reported_by!r}")
        if self._sums is None:
            return pl.DataFrame(schema=HARMONISED)
        return _harmonised(self._sums, reported_by)


def _harmonised(sums: pl.DataFrame, reported_by: str) -> pl.DataFrame:
    valued, weighed = pl.col("valued_units") > 0, pl.col("weighed_units") > 0
    value = pl.when(valued).then(of_parts(pl.col("value_cents"), 100))
    flags = {
        "partial:value": valued & (pl.col("valued_units") < pl.col("units")),
        "partial:weight": weighed & (pl.col("weighed_units") < pl.col("units")),
        "undecided-class": pl.col("vehicle_class") == UNDECIDED,
    }
    worded = sums.with_columns(
        _worded("category", class_words).alias("vehicle_class"),
        _worded("category", category_text).alias("category"),
        _worded("propulsion", fuel_word).alias("fuel"),
        _worded("condition", condition_word).alias("condition"),
    )
    return sorted_harmonised(
        worded.group_by(
            *SIDES, "year", "month", "vehicle_class", "category", "fuel", "condition", "code", "source"
        )
        .agg(pl.col(_SUMS).sum())
        .with_columns(
            pl.col("units").alias("units_low"),
            pl.col("units").alias("units_high"),
            pl.when(weighed).then(of_parts(pl.col("grams"), 1000)).alias("weight_kg"),
            value.alias("value_usd"),
            value.alias("value"),
            pl.when(valued).then(pl.lit("USD")).alias("currency"),
            pl.lit(False).alias("re_export"),
            pl.lit(reported_by).alias("reported_by"),
            pl.col(reported_by).alias("reporter"),
            pl.when(pl.col("code").is_not_null()).then(pl.lit(HS)).otherwise(pl.lit(RECORDS)).alias("code_system"),
            pl.concat_str(
                [pl.when(holds).then(pl.lit(word)) for word, holds in sorted(flags.items())],
                separator=";",
                ignore_nulls=True,
            ).alias("flags"),
        )
    )  # fmt: skip


def hs_digits(written: pl.Expr) -> pl.Expr:
    """The six digits (of a heading: four) that all countries share of a tariff code as written; null for other goods."""
    plain = written.str.replace(r"\.0+$", "").str.replace_all(r"[\s.'\-\u2019\u00a0]", "")
    digits = plain.str.extract(r"(?i)^(?:HS|CN|TARIC|NCM)?:?(870[1-5]\d{0,8})$")
    six = digits.str.len_chars() >= 6
    return pl.when(six).then(digits.str.slice(0, 6)).otherwise(digits.str.slice(0, 4))


def _worded(column: str, words: object) -> pl.Expr:
    """A column of masks in words; every mask that occurs is looked up once."""

    def look_up(masks: pl.Series) -> pl.Series:
        met = masks.unique().sort()
        return masks.replace_strict(met, [words(mask) for mask in met], return_dtype=pl.String)  # type: ignore[operator]

    return pl.col(column).map_batches(look_up, return_dtype=pl.String)


@cache
def class_words(mask: int) -> str:
    """The vehicle class of a set of categories, by UNEP's 3.5 t; whatever is not certain is undecided."""
    for word, bits in (("LDV", _LIGHT), ("HDV", _HEAVY), ("other", _NEITHER)):
        if mask and mask & bits == mask:
            return word
    if mask & _NEITHER and not mask & _LIGHT:  # a tractor that may be one of the field, as its code says
        return "other"
    return UNDECIDED


@cache
def category_text(mask: int) -> str:
    """`N1 or N2`, in the words and the order of compiled statistics: tractor units apart, and last."""
    words = [word.removesuffix("-rigid") for word in category_words(mask)]
    return " or ".join(sorted(words, key=lambda word: word == "tractor-unit"))


@cache
def fuel_word(mask: int) -> str:
    """The fuel of a set of propulsions in the one word that a commodity code has for it: hybrids that may be among others
    go under the engine, gas under spark ignition, fuel cells under electric; `any` where the record leaves it open.
    """
    engines, hybrids = mask & ~_HYBRIDS, mask & _HYBRIDS
    if mask & ALL_PROPULSIONS == ALL_PROPULSIONS or not mask:
        return "any"
    if not engines:
        return "hybrid" if hybrids == _HYBRIDS else next(iter(propulsion_words(hybrids)))
    if engines & _ELECTRIC == engines and not hybrids:
        return "bev"
    if engines == PROPULSION_WORDS["diesel"]:
        return "diesel"
    if engines & PROPULSION_WORDS["other"] or engines & _GAS == engines:
        return "other"
    return "petrol" if engines & (_GAS | PROPULSION_WORDS["petrol"]) == engines else "any"


@cache
def condition_word(mask: int) -> str:
    """`used` (a wreck is used), `new`, or `mixed` where it can be either."""
    new = bool(mask & CONDITION_WORDS["new"])
    used = bool(mask & ~CONDITION_WORDS["new"])
    return "mixed" if new and used else "new" if new else "used"
