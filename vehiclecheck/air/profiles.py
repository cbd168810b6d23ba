"""What of a record bears on its exhaust, as one whole number: few profiles occur, however many records.

A profile holds the possible categories and propulsions (bits), the first and last rung of its class, the bands of its weight
and engine, and the places of the legal sulphur of petrol and diesel. What does not matter to a record (the weight of a car,
the sulphur of diesel for a petrol car) is left out of its profile, so that like vehicles share one.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from vehiclecheck.air.factors import FUELS, band_of, last_band, rung_of, rung_starts
from vehiclecheck.screening.facts import Facts
from vehiclecheck.vocabulary.terms import CATEGORY_WORDS, HEAVY_DUTY, PROPULSION_WORDS

#: The parts of a profile and how many values each has, the last one first in the number.
PARTS: dict[str, int] = {
    "category": 1024,
    "propulsion": 512,
    "rung_lo": 16,
    "rung_hi": 16,
    "kg_lo": 16,
    "kg_hi": 16,
    "cc_lo": 4,
    "cc_hi": 4,
    "sulphur_petrol": 1024,
    "sulphur_diesel": 1024,
}
_CAR = CATEGORY_WORDS["M1"]


def profile(parts: Mapping[str, pl.Expr]) -> pl.Expr:
    """The number of a profile (Int64) from its parts; parts that are not given are 0."""
    number = pl.lit(0, dtype=pl.Int64)
    for name, count in PARTS.items():
        number = number * count + parts.get(name, pl.lit(0)).cast(pl.Int64)
    return number


def parts_of(number: pl.Expr) -> dict[str, pl.Expr]:
    """The parts that a profile was made of."""
    found: dict[str, pl.Expr] = {}
    for name, count in reversed(PARTS.items()):
        found[name] = (number % count).alias(name)
        number = number // count
    return found


def class_bounds(facts: Facts) -> tuple[pl.Expr, pl.Expr]:
    """Least and greatest Euro position of records, infinite where unknown: as stated, or at least what the market asked for.

    A class below what its market asked for is as it is stated: then the market tells nothing.
    """
    low, high = facts.positions("class_lo", float("-inf")), facts.positions("class_hi", float("inf"))
    if not facts.has("class_inferred_lo"):
        return low, high
    inferred = facts.positions("class_inferred_lo", float("-inf"))
    return pl.when((inferred > low) & (inferred <= high)).then(inferred).otherwise(low), high


def profile_of_records(facts: Facts, sulphur: Mapping[str, pl.Expr]) -> pl.Expr:
    """The profile of prepared records. `sulphur`: for each fuel the place of its legal sulphur, none where it is stated."""
    low, high = class_bounds(facts)
    weight, engine = facts.numbers("gvw_kg"), facts.numbers("engine_cc")
    return profile_of_bounds(
        facts.mask("category"),
        facts.mask("propulsion"),
        (rung_of(low), rung_of(high)),
        (band_of(weight[0], "kg"), band_of(weight[1], "kg")),
        (band_of(engine[0], "cc"), band_of(engine[1], "cc")),
        sulphur,
    )


def profile_of_bounds(
    category: pl.Expr,
    propulsion: pl.Expr,
    rungs: tuple[pl.Expr, pl.Expr],
    kg: tuple[pl.Expr, pl.Expr],
    cc: tuple[pl.Expr, pl.Expr],
    sulphur: Mapping[str, pl.Expr],
) -> pl.Expr:
    """A profile from what is known, without what does not matter.

    What may be above all factors (a class that is not told) is taken to be among them; what certainly is stays above.
    """
    heavy = category & HEAVY_DUTY != 0
    car = category & _CAR != 0
    above = len(rung_starts())
    lowest, highest = pl.lit(0, dtype=pl.Int64), pl.lit(above - 1, dtype=pl.Int64)
    parts = {
        "category": category,
        "propulsion": propulsion,
        "rung_lo": rungs[0],
        "rung_hi": pl.when(rungs[0] < above).then(pl.min_horizontal(rungs[1], highest)).otherwise(above),
        "kg_lo": pl.when(heavy).then(kg[0]).otherwise(lowest),
        "kg_hi": pl.when(heavy).then(kg[1]).otherwise(last_band("kg")),
        "cc_lo": pl.when(car).then(cc[0]).otherwise(lowest),
        "cc_hi": pl.when(car).then(cc[1]).otherwise(last_band("cc")),
    }
    for fuel in FUELS:
        if fuel in sulphur:
            burns = propulsion & PROPULSION_WORDS[fuel] != 0
            parts[f"sulphur_{fuel}"] = pl.when(burns).then(sulphur[fuel]).otherwise(lowest)
    return profile(parts)
