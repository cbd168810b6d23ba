"""How many vehicles a row of trade statistics stands for: as counted, as bounds, or as an estimate with a named method.

An office counts vehicles, or tells no more than weight or value. What it counted stands. Where it did not count, the number
has bounds: a vehicle weighs no more than its gross weight, so goods vehicles of a code up to 5 t are at least weight / 5 t;
a code or category without such a limit gives [0, null]. An estimate (weight / median weight of a vehicle) is made only where
it is asked for, and its rows say so. Method and outliers: Abe, who puts weight / median weight in the place of numbers that
give less than 100 kg a vehicle, as told in https://www.seibikai.co.jp/archives/recycle/8881 .
"""

from __future__ import annotations

import polars as pl

from vehiclecheck.trade import flags

#: The one method of estimating units: weight / median weight of a vehicle of the same code and year.
UNIT_WEIGHT = "unit-weight"
METHODS = (UNIT_WEIGHT,)

#: Kilograms a vehicle below and above which weight and number do not belong together. The upper end is not for class
#: `other`: dumpers and tracked machines are heavier than any road vehicle.
LIGHTEST_KG, HEAVIEST_KG = 100.0, 60_000.0
#: A unit value so many times above or below the median of its code, year and currency is flagged. The project's own choice,
#: wide enough that a cheap and a dear market both lie within it.
VALUE_RANGE = 20.0
#: A median value rests on at least so many rows.
VALUE_ROWS = 5

#: Greatest gross weight by definition, kg (UNECE Consolidated Resolution R.E.3); categories that are not here have none.
CATEGORY_LIMITS_KG = {"N1": 3_500.0, "M2": 5_000.0, "N2": 12_000.0}

#: What `typical_weights` gives: a median weight of a vehicle by code, then by six, then by four digits.
WEIGHTS_SCHEMA = {
    "digits": pl.String(),  # `code`, `HS6`, `heading`
    "code_system": pl.String(),  # null for HS6 and heading, which are the same in all
    "code": pl.String(),
    "year": pl.Int16(),
    "median_kg": pl.Float64(),
    "rows": pl.UInt32(),  # how many rows it is the median of
}
_LEVELS = (("code", None), ("HS6", 6), ("heading", 4))

_VEHICLES, _WEIGHT, _VALUE = pl.col("vehicles"), pl.col("weight_kg"), pl.col("value")
_A_VEHICLE = _WEIGHT / _VEHICLES


def heaviest_kg() -> pl.Expr:
    """The greatest weight of one vehicle of a row by the definition of its code (`gvw_kg_upto`) or of all its categories
    (`category`, words joined by ` or `); null where nothing bounds it.
    """
    category, words = pl.col("category"), "|".join(CATEGORY_LIMITS_KG)
    limit = pl.lit(None, dtype=pl.Float64)
    # the lightest first, so that the heaviest of the categories named has the last word
    for word, kg in CATEGORY_LIMITS_KG.items():
        limit = pl.when(category.str.contains(rf"\b{word}\b")).then(kg).otherwise(limit)
    bounded = category.str.contains(rf"^(?:{words})(?: or (?:{words}))*$").fill_null(False)
    return pl.min_horizontal("gvw_kg_upto", pl.when(bounded).then(limit)).alias("heaviest_kg")


def _told() -> pl.Expr:
    """Rows that tell number and weight."""
    return ((_VEHICLES > 0) & (_WEIGHT > 0)).fill_null(False)


def implausible_weight() -> pl.Expr:
    """Whether weight and number of vehicles of a row do not belong together."""
    too_heavy = (_A_VEHICLE > HEAVIEST_KG) & (pl.col("vehicle_class") != "other").fill_null(True)
    return _told() & ((_A_VEHICLE < LIGHTEST_KG) | too_heavy)


def typical_weights(rows: pl.LazyFrame) -> pl.DataFrame:
    """The median weight of a vehicle (WEIGHTS_SCHEMA), over the rows that tell both number and weight, are no outliers, and
    hold no estimates of the office.

    A row counts once, however many vehicles it stands for, whoever reports it. Sorted by all keys.
    """
    estimated = pl.col("@flags") & flags.bit("estimated:office") != 0
    both = (
        rows.filter(_told() & implausible_weight().not_() & estimated.not_())
        .select(
            pl.col("code_system").cast(pl.String),
            "code",
            pl.col("year").cast(pl.Int16),
            _A_VEHICLE.alias("kg"),
        )
        .collect()
        .lazy()
    )
    tables = []
    for name, digits in _LEVELS:
        system = pl.col("code_system") if digits is None else pl.lit(None, dtype=pl.String)
        code = pl.col("code") if digits is None else pl.col("code").str.slice(0, digits)
        tables.append(
            both.filter(pl.col("code").str.len_chars() >= (digits or 0))
            .group_by(system.alias("code_system"), code.alias("code"), "year")
            .agg(pl.col("kg").median().alias("median_kg"), pl.len().cast(pl.UInt32).alias("rows"))
            .select(pl.lit(name).alias("digits"), "code_system", "code", "year", "median_kg", "rows")
            .sort("code_system", "code", "year")
        )
    return pl.concat(tables).collect()


def with_typical_weight(rows: pl.LazyFrame, weights: pl.DataFrame) -> pl.LazyFrame:
    """Rows with `typical_kg`: the median weight by their code and year, else by HS6, else by heading; null where no row of
    the year tells one.
    """
    key = ["code_system", "code", "year"]
    found = (
        rows.select(key)
        .unique()
        .with_columns(
            pl.col("code_system").cast(pl.String).alias("@system"),
            *(pl.col("code").str.slice(0, digits).alias(name) for name, digits in _LEVELS),
        )
    )
    for name, digits in _LEVELS:
        table = weights.lazy().filter(pl.col("digits") == name)
        by = [name, "year"] if digits else ["@system", name, "year"]
        table = table.rename({"code_system": "@system", "code": name, "median_kg": f"@{name}"})
        found = found.join(table.select(*by, f"@{name}"), on=by, how="left")
    typical = pl.coalesce(f"@{name}" for name, _ in _LEVELS).alias("typical_kg")
    return rows.join(found.select(*key, typical), on=key, how="left")


def by_weight() -> pl.Expr:
    """Vehicles by weight and the median weight (`typical_kg`): rounded to a whole number (halves up), at least one."""
    number = (_WEIGHT / pl.col("typical_kg") + 0.5).floor()
    return pl.when((_WEIGHT > 0) & number.is_not_null()).then(pl.max_horizontal(number, 1.0))


def with_units(rows: pl.LazyFrame, *, estimate: bool = False, keep_outliers: bool = False) -> pl.LazyFrame:
    """Rows with `units_low`, `units_high` (null: no bound) and their flags added to `@flags`.

    Needs `vehicles` (as counted; null = not told), `weight_kg`, `typical_kg`, `heaviest_kg`, `vehicle_class`.
    A count stands as it is; one in parts of a vehicle becomes the whole numbers around it. A count whose weight is
    implausible becomes bounds that hold both readings, the count and the number by weight (`keep_outliers`: it stays).
    """
    counted = _VEHICLES.is_not_null()
    low, high, weighed = _VEHICLES.floor(), _VEHICLES.ceil(), by_weight()
    odd = implausible_weight()
    # without a median: too light says only that there may be fewer, too heavy that there may be more
    light = _A_VEHICLE < LIGHTEST_KG
    odd_low = (
        pl.when(weighed.is_not_null())
        .then(pl.min_horizontal(low, weighed))
        .when(light)
        .then(0.0)
        .otherwise(low)
    )
    odd_high = pl.when(weighed.is_not_null()).then(pl.max_horizontal(high, weighed)).when(light).then(high)
    estimated = counted.not_() & weighed.is_not_null() if estimate else pl.lit(False)
    least = pl.when(_WEIGHT > 0).then((_WEIGHT / pl.col("heaviest_kg")).ceil()).fill_null(0.0)
    replaced = pl.lit(False) if keep_outliers else odd
    return rows.with_columns(
        pl.when(replaced).then(odd_low).when(counted).then(low).when(estimated).then(weighed).otherwise(least)
        .alias("units_low"),
        pl.when(replaced).then(odd_high).when(counted).then(high).when(estimated).then(weighed)
        .alias("units_high"),
        (
            pl.col("@flags")
            | flags.bits(
                {
                    "outlier:weight": odd,
                    "estimated:unit-weight": estimated,
                    "fraction:units": counted & (low != high),
                }
            )
        ).alias("@flags"),
    )  # fmt: skip


def with_value_outliers(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows with `outlier:value` added to `@flags` where the value a vehicle is more than VALUE_RANGE times above or below
    the median of its code, year and currency; medians of fewer than VALUE_ROWS rows judge nobody.
    """
    keys = ["code_system", "code", "year", "currency"]
    unit_value = pl.when((_VEHICLES > 0) & (_VALUE > 0) & implausible_weight().not_()).then(
        _VALUE / _VEHICLES
    )
    rows = rows.with_columns(unit_value.alias("@unit_value"))
    medians = (
        rows.filter(pl.col("@unit_value").is_not_null())
        .group_by(keys)
        .agg(pl.col("@unit_value").median().alias("@median"), pl.len().alias("@rows"))
        .filter(pl.col("@rows") >= VALUE_ROWS)
        .drop("@rows")
    )
    ratio = pl.col("@unit_value") / pl.col("@median")
    odd = (ratio > VALUE_RANGE) | (ratio < 1 / VALUE_RANGE)
    return (
        rows.join(medians, on=keys, how="left", nulls_equal=True)
        .with_columns((pl.col("@flags") | flags.bits({"outlier:value": odd})).alias("@flags"))
        .drop("@unit_value", "@median")
    )
