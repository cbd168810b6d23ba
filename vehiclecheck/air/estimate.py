"""From units by profile to tonnes, as bounds, with the share of units that no factor covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from vehiclecheck.air.assumptions import Assumptions
from vehiclecheck.air.factors import FUELS, POLLUTANTS, grams_of_so2, rung_starts
from vehiclecheck.air.profiles import parts_of
from vehiclecheck.vocabulary.terms import (
    ALL_PROPULSIONS,
    CATEGORY_WORDS,
    HEAVY_DUTY,
    PROPULSION_WORDS,
    category_words,
    mask_of,
    propulsion_words,
)

#: Pollutants of an estimate: those with factors, and SO2 by mass balance.
ESTIMATED: dict[str, str] = {**POLLUTANTS, "so2": "SO2"}
PERIODS = ("year", "life")
#: What is known of a unit: every possibility has factors (or no exhaust); some have; none has.
COVERED, IN_PART, NOT_COVERED = "covered", "covered in part", "not covered"

_ELECTRIC = mask_of(["bev", "fcev"], PROPULSION_WORDS)
_WITHOUT_FACTORS = ALL_PROPULSIONS & ~_ELECTRIC & ~mask_of(FUELS, PROPULSION_WORDS)
_NO_VEHICLE = mask_of(["L", "T"], CATEGORY_WORDS)
_PETROL = PROPULSION_WORDS["petrol"]
#: Profiles bounded at a time: each meets every cell of the factors, and memory has a bound.
_AT_A_TIME = 2_000
_GRAMS = 1e6  # a tonne
_UNITS = ("units", "units_electric", "units_in_part", "units_not_covered", "units_with_sulphur")


def _each(pollutants: Iterable[str]) -> list[str]:
    return [f"{name}_{period}" for name in pollutants for period in PERIODS]


#: The columns of an estimate in tonnes: `co_year_low`, `co_year_high`, `co_life_low`, …
TONNES = tuple(f"{each}_{end}" for each in _each(ESTIMATED) for end in ("low", "high"))


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tonnes by group. `table` has a row a group: rows, units, how many of them are electric, covered in part, not covered,
    and in SO2, then bounds in tonnes for the first year and for the life, null where no unit is covered. `total` is the same
    in one row. `coverage` says of how many units what had no factors, and why.
    """

    by: tuple[str, ...]
    table: pl.DataFrame
    total: pl.DataFrame
    coverage: pl.DataFrame
    assumptions: Assumptions


def estimate(
    sums: pl.DataFrame, by: Sequence[str], assumptions: Assumptions, levels: Sequence[float] = ()
) -> Estimate:
    """The estimate of sums: groups in words, `profile`, `rows`, `units`. `levels`: the sulphur limits that profiles name."""
    profiles = sums["profile"].unique().sort()
    cells, so2 = assumptions.cells(), _so2(assumptions, levels)
    parts = [
        _bounded(profiles[at : at + _AT_A_TIME], cells, so2)
        for at in range(0, max(1, len(profiles)), _AT_A_TIME)
    ]
    bounds = pl.concat(parts)
    # in a fixed order, so that sums of fractions are the same however the units came together
    whole = sums.join(bounds, on="profile", how="left").sort(*by, "profile", nulls_last=True)
    return Estimate(tuple(by), _summed(whole, by), _summed(whole, ()), _coverage(whole), assumptions)


def _bounded(profiles: pl.Series, cells: pl.DataFrame, so2: Sequence[pl.Expr]) -> pl.DataFrame:
    """For each profile grams a vehicle (low and high, in a year and over its life), what of it is covered, and why not.

    The bounds span every category, fuel, class, segment and technology that the profile allows and that has factors.
    """
    frame = pl.DataFrame({"profile": profiles.cast(pl.Int64)})
    frame = frame.with_columns(**parts_of(pl.col("profile")))
    matched = (
        frame.lazy()
        .join(cells.lazy(), how="cross", suffix="_cell")
        .filter(
            pl.col("category") & pl.col("atom") != 0,
            pl.col("propulsion") & pl.col("fuel") != 0,
            pl.col("rung").is_between("rung_lo", "rung_hi"),
            pl.col("kg_lo_cell") <= pl.col("kg_hi"),
            pl.col("kg_lo") <= pl.col("kg_hi_cell"),
            pl.col("cc_lo_cell") <= pl.col("cc_hi"),
            pl.col("cc_lo") <= pl.col("cc_hi_cell"),
        )
        .with_columns(so2)
        .group_by("profile")
        .agg(
            pl.len().alias("cells"),
            *(pl.col(f"{each}_lo").min().alias(f"{each}_low") for each in _each(ESTIMATED)),
            *(pl.col(f"{each}_hi").max().alias(f"{each}_high") for each in _each(POLLUTANTS)),
            # sulphur that is not known for one of the fuels leaves the whole open
            *(
                pl.when(pl.col(f"so2_{period}_hi").is_null().any().not_())
                .then(pl.col(f"so2_{period}_hi").max())
                .alias(f"so2_{period}_high")
                for period in PERIODS
            ),
        )
    )  # fmt: skip
    return (
        frame.lazy()
        .join(matched, on="profile", how="left")
        .with_columns(_kept_apart())
        .with_columns(_with_the_electric())
        .select("profile", "status", "electric", "why", "left_category", "left_propulsion", *TONNES)
        .collect()
    )


def _so2(assumptions: Assumptions, levels: Sequence[float]) -> list[pl.Expr]:
    """Grams of SO2 of a cell: by the stated sulphur exactly, by the legal limit from nothing up to it (null: not known)."""
    grams = grams_of_so2() * 1e-6
    found = []
    for period in PERIODS:
        if assumptions.sulphur_mg_kg is not None:
            found += [
                (pl.col(f"fuel_{period}_{end}") * (assumptions.sulphur_mg_kg * grams)).alias(
                    f"so2_{period}_{end}"
                )
                for end in ("lo", "hi")
            ]
            continue
        limits = pl.lit(pl.Series([*levels, None], dtype=pl.Float64))
        limit = (
            pl.when(pl.col("fuel") == _PETROL)
            .then(limits.gather(pl.col("sulphur_petrol").clip(0, len(levels))))
            .otherwise(limits.gather(pl.col("sulphur_diesel").clip(0, len(levels))))
        )
        found += [
            pl.lit(0.0).alias(f"so2_{period}_lo"),
            (pl.col(f"fuel_{period}_hi") * limit * grams).alias(f"so2_{period}_hi"),
        ]
    return found


def _kept_apart() -> list[pl.Expr]:
    """Of each profile: whether all, some or none of what it may be has factors, and what of it has none."""
    category, propulsion = pl.col("category"), pl.col("propulsion")
    has_cells = pl.col("cells").is_not_null()
    burns = propulsion & ~_ELECTRIC != 0
    electric = burns.not_()
    # heavy vehicles have factors for diesel alone
    heavy_petrol = (category & HEAVY_DUTY != 0) & (propulsion & _PETROL != 0)
    left_propulsion = (propulsion & _WITHOUT_FACTORS) | pl.when(heavy_petrol).then(_PETROL).otherwise(0)
    left_category = pl.when(burns).then(category & _NO_VEHICLE).otherwise(0)
    wrong_category = category & ~_NO_VEHICLE == 0
    no_fuel = (propulsion & ~_WITHOUT_FACTORS & ~_ELECTRIC == 0) | (
        (category & ~_NO_VEHICLE & ~HEAVY_DUTY == 0) & (propulsion & PROPULSION_WORDS["diesel"] == 0)
    )
    why = (
        pl.when(electric)
        .then(pl.lit("electric"))
        .when(wrong_category)
        .then(pl.lit("category"))
        .when(no_fuel)
        .then(pl.lit("fuel"))
        .when(pl.col("rung_lo") >= len(rung_starts()))
        .then(pl.lit("class"))
        .when(has_cells.not_())
        .then(pl.lit("contradiction"))
        .when((left_propulsion != 0) | (left_category != 0))
        .then(pl.lit("open"))
    )
    status = (
        pl.when(electric)
        .then(pl.lit(COVERED))
        .when(has_cells.not_())
        .then(pl.lit(NOT_COVERED))
        .when((left_propulsion != 0) | (left_category != 0))
        .then(pl.lit(IN_PART))
        .otherwise(pl.lit(COVERED))
    )
    told = why.is_in(["category", "fuel", "open"])
    return [
        electric.alias("electric"),
        why.alias("why"),
        status.alias("status"),
        pl.when(told).then(left_category).otherwise(0).cast(pl.Int32).alias("left_category"),
        pl.when(told).then(left_propulsion).otherwise(0).cast(pl.Int32).alias("left_propulsion"),
    ]


def _with_the_electric() -> list[pl.Expr]:
    """What can be electric gives off nothing at least, and what can only be electric nothing at all."""
    may_be = pl.col("propulsion") & _ELECTRIC != 0
    lows, highs = ([f"{each}_{end}" for each in _each(ESTIMATED)] for end in ("low", "high"))
    return [
        *(
            pl.when(pl.col("electric") | (may_be & pl.col("cells").is_not_null()))
            .then(0.0)
            .otherwise(name)
            .alias(name)
            for name in lows
        ),
        *(pl.when("electric").then(0.0).otherwise(name).alias(name) for name in highs),
    ]


def _summed(whole: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Units and tonnes by group; tonnes are null where no unit is covered."""
    units = pl.col("units")
    counted = {
        "units": units,
        "units_electric": pl.when("electric").then(units).otherwise(0),
        "units_in_part": pl.when(pl.col("status") == IN_PART).then(units).otherwise(0),
        "units_not_covered": pl.when(pl.col("status") == NOT_COVERED).then(units).otherwise(0),
        "units_with_sulphur": pl.when(pl.col("so2_year_high").is_not_null()).then(units).otherwise(0),
    }
    # of what burns something: whether any of it has tonnes, and whether for any the sulphur is known
    covered, known = (
        (pl.col(name).is_not_null() & pl.col("electric").not_()).any()
        for name in ("co_year_low", "so2_year_high")
    )
    tonnes = []
    for name in TONNES:
        grams = (pl.col(name) * units).filter(pl.col(name).is_not_null())
        told = grams.len() > 0
        if name.startswith("so2"):
            # what has no upper bound is in neither, and no sulphur known of any is not the nothing of the electric
            grams = (pl.col(name) * units).filter(pl.col("so2_year_high").is_not_null())
            told = (grams.len() > 0) & (known | covered.not_())
        tonnes.append(pl.when(told).then(grams.sum() / _GRAMS).round(9).alias(name))
    aggregated = [pl.col("rows").sum(), *(term.sum().alias(name) for name, term in counted.items()), *tonnes]
    found = whole.group_by(list(by), maintain_order=True).agg(aggregated) if by else whole.select(aggregated)
    counted_any = pl.when(pl.col("units") > 0)
    share = counted_any.then((pl.col("units_not_covered") / pl.col("units")).round(4)).alias(
        "share_not_covered"
    )
    return found.with_columns(share).select(*by, "rows", *_UNITS, "share_not_covered", *TONNES)


def _coverage(whole: pl.DataFrame) -> pl.DataFrame:
    """`status`, `why`, `units`, `share`: what the estimate leaves out, the most units first."""
    keys = ["status", "why", "left_category", "left_propulsion"]
    found = whole.group_by(keys).agg(pl.col("units").sum())
    said = pl.Series([_reason(*row) for row in found.select(keys[1:]).iter_rows()], dtype=pl.String)
    order = {COVERED: 0, IN_PART: 1, NOT_COVERED: 2}
    return (
        found.with_columns(said.alias("why"))
        .group_by("status", "why")
        .agg(pl.col("units").sum())
        .with_columns((pl.col("units") / pl.col("units").sum()).round(4).alias("share"))
        .sort(pl.col("status").replace_strict(order, return_dtype=pl.Int8), -pl.col("units"), "why")
        .select("status", "why", "units", "share")
    )


def _reason(why: str | None, category: int, propulsion: int) -> str:
    """Why units are counted as they are, in words. There are few combinations."""
    fuels, kinds = _fuel_words(propulsion), ", ".join(category_words(category)) if category else ""
    if why == "electric":
        return "no exhaust: bev, fcev"
    if why == "category":
        return f"no factors for category {kinds}"
    if why == "fuel":
        return f"no factors for {fuels}"
    if why == "class":
        return "no factors above Euro 6"
    if why == "contradiction":
        return "weight and category contradict each other"
    if why == "open":
        parts = [part for part in (fuels, f"category {kinds}" if kinds else "") if part]
        return f"may be what has no factors: {'; '.join(parts)}"
    return "factors for all that it may be"


def _fuel_words(mask: int) -> str:
    """Fuels without factors. Petrol is among them for heavy vehicles alone."""
    words = propulsion_words(mask & ~_PETROL)
    return ", ".join([*words, "petrol in heavy vehicles"] if mask & _PETROL else words)
