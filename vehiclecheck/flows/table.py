"""Flow tables: units, value and age by exporter, importer, period and class, and what was decided about them.

A range gives a partial table of sums; partial tables are added up, and means and shares are taken at the very end, so
that a file cut into any ranges gives the same table to the last unit. Money is summed in whole cents.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from vehiclecheck.screening.facts import Facts, points_of
from vehiclecheck.vocabulary.choices import GROUPS, VERDICTS
from vehiclecheck.vocabulary.days import MONTH, YEAR
from vehiclecheck.vocabulary.ladders import name_of
from vehiclecheck.vocabulary.terms import (
    ALL_CATEGORIES,
    ALL_PROPULSIONS,
    HEAVY_DUTY,
    LIGHT_DUTY,
    category_words,
    propulsion_words,
)

DEFAULT_GROUPS = ("exporter", "importer", "year", "vehicle_class")

_SUMS = ("rows", "units", "valued_units", "value_cents", "aged_units", "age_low", "age_high")
#: A partial table has no column for a sum that would repeat another one all along (records are single units, ages are
#: known to the day); without such another one, it is 0.
_REPEATED = {"units": "rows", "aged_units": "units", "age_high": "age_low"}
_FIRST_YEAR, _YEARS = 1900, 250
_STEPS = 80  # emission positions in tenths, 0 to 7.9


@dataclass(frozen=True, slots=True)
class _Key:
    """One group column as a small integer: its expression, the number of its values, and what they are called."""

    name: str
    code: pl.Expr
    labels: pl.Series


class FlowKeys:
    """The group columns asked for, for frames whose countries are numbered as in `codes`.

    ValueError names a group that does not exist.
    """

    def __init__(self, by: Sequence[str], codes: Sequence[str]) -> None:
        unknown = [name for name in by if name not in GROUPS]
        if unknown or not by or len(set(by)) != len(by):
            raise ValueError(
                f"flows are grouped by some of {', '.join(GROUPS)}, each once; not by {','.join(by)!r}"
            )
        self.by = tuple(by)
        self._codes = list(codes)

    def keys(self, facts: Facts) -> list[_Key]:
        """The keys as expressions over a prepared frame."""
        return [getattr(self, f"_{name}")(facts) for name in self.by]

    def _country(self, name: str, facts: Facts) -> _Key:
        labels = pl.Series(name, [*self._codes, None], dtype=pl.String)
        code = pl.col(name).to_physical().cast(pl.Int64) if facts.has(name) else pl.lit(None, dtype=pl.Int64)
        return _Key(name, code.fill_null(len(self._codes)), labels)

    def _exporter(self, facts: Facts) -> _Key:
        return self._country("exporter", facts)

    def _importer(self, facts: Facts) -> _Key:
        return self._country("importer", facts)

    def _year(self, facts: Facts) -> _Key:
        first, last = (day // YEAR for day in facts.deciding("arrival"))
        place = pl.when((first == last) & first.is_between(_FIRST_YEAR, _FIRST_YEAR + _YEARS - 1)).then(
            first - _FIRST_YEAR
        )
        labels = pl.Series("year", [*range(_FIRST_YEAR, _FIRST_YEAR + _YEARS), None], dtype=pl.Int32)
        return _Key("year", place.cast(pl.Int64).fill_null(_YEARS), labels)

    def _month(self, facts: Facts) -> _Key:
        first, last = (day // MONTH for day in facts.deciding("arrival"))
        low, count = _FIRST_YEAR * 12, _YEARS * 12
        place = pl.when((first == last) & first.is_between(low, low + count - 1)).then(first - low)
        names = [f"{_FIRST_YEAR + month // 12}-{month % 12 + 1:02d}" for month in range(count)]
        return _Key(
            "month",
            place.cast(pl.Int64).fill_null(count),
            pl.Series("month", [*names, None], dtype=pl.String),
        )

    def _vehicle_class(self, facts: Facts) -> _Key:
        mask = facts.mask("category")
        code = (
            pl.when(mask & LIGHT_DUTY == mask)
            .then(0)
            .when(mask & HEAVY_DUTY == mask)
            .then(1)
            .when(mask & (LIGHT_DUTY | HEAVY_DUTY) == 0)
            .then(2)
            .otherwise(3)
        )
        return _Key(
            "vehicle_class", code.cast(pl.Int64), pl.Series("vehicle_class", ["LDV", "HDV", "other", None])
        )

    def _category(self, facts: Facts) -> _Key:
        names = [" or ".join(category_words(mask)) if mask else None for mask in range(ALL_CATEGORIES)]
        labels = pl.Series("category", [*names, None], dtype=pl.String)
        return _Key("category", facts.mask("category").cast(pl.Int64), labels)

    def _propulsion(self, facts: Facts) -> _Key:
        names = [" or ".join(propulsion_words(mask)) if mask else None for mask in range(ALL_PROPULSIONS)]
        labels = pl.Series("propulsion", [*names, None], dtype=pl.String)
        return _Key("propulsion", facts.mask("propulsion").cast(pl.Int64), labels)

    def _emission_class(self, facts: Facts) -> _Key:
        low, high = facts.numbers("class")
        whole = low.floor() == high.floor()
        place = pl.when(low.is_between(0, 7.9) & whole).then((low.floor() * 10).cast(pl.Int64, strict=False))
        names = [name_of(step / 10, None) for step in range(_STEPS)]
        return _Key(
            "emission_class",
            place.fill_null(_STEPS),
            pl.Series("emission_class", [*names, None], dtype=pl.String),
        )


def all_single(units: pl.Series) -> bool:
    """Whether every record is one unit, as in most files: then records need only be counted."""
    return bool((units == 1).all())


def partial_flows(records: pl.DataFrame, verdict: pl.Series, keys: FlowKeys) -> pl.DataFrame:
    """The sums of one judged range: `key`, a number for each group and verdict, and those of `_SUMS` that say something of
    their own, in no order.

    Numbers are added up much faster than names; `finish_flows` knows what they stand for.
    """
    facts = Facts(records.columns, points=points_of(records))
    frame = records.lazy().with_columns(pl.lit(verdict.to_physical()).alias("@verdict"))
    found = keys.keys(facts)
    packed = _packed(pl.col("@verdict"), [key.code for key in found], [key.labels.len() for key in found])
    single = "quantity" not in records.columns or all_single(records["quantity"])
    units = pl.lit(1, dtype=pl.Int64) if single else pl.col("quantity")
    start = facts.days("first_registered")
    end = facts.deciding("arrival")
    low = end[0] - start[1]
    known = start[0] is start[1] and end[0] is end[1]
    high = low if known else end[1] - start[0]
    aged = (low.abs() < 1_000 * YEAR) & (high.abs() < 1_000 * YEAR)
    years = low.cast(pl.Int64) if single else low.cast(pl.Int64) * units
    added = {"age_low": years if known else pl.when(aged).then(years).otherwise(0)}
    if not single:
        added["units"] = units
    if not known:
        added["aged_units"] = pl.when(aged).then(units).otherwise(0)
        added["age_high"] = pl.when(aged).then(high.cast(pl.Int64) * units).otherwise(0)
    if "value_cents" in records.columns:
        value = pl.col("value_cents")
        added["value_cents"] = value
        added["valued_units"] = pl.when(value.is_not_null()).then(units).otherwise(0)
    return (
        frame.select(packed.alias("key"), *(term.cast(pl.Int64).alias(name) for name, term in added.items()))
        .sort("key")  # costs nothing here, and what is in order is added up with others in half the time
        .group_by("key")
        .agg(pl.len().cast(pl.Int64).alias("rows"), *(pl.col(name).sum() for name in added))
        .collect()
    )


def merge_flows(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Partial tables added up, in no order."""
    if len(parts) == 1:
        return parts[0]
    names = [name for name in _SUMS if any(name in part.columns for part in parts)]
    together = pl.concat([_with(part, names) for part in parts])
    # the streaming engine adds up many groups in half the time
    return together.lazy().group_by("key").agg(pl.col(names).sum()).collect(engine="streaming")


def _with(part: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """A partial table with sums of these names, be they its own."""
    columns = []
    for name in names:
        found = name
        while found not in part.columns and found in _REPEATED:
            found = _REPEATED[found]
        told = pl.col(found) if found in part.columns else pl.lit(0, dtype=pl.Int64)
        columns.append(told.alias(name))
    return part.select("key", *columns)


class FlowSums:
    """Partial tables as they come, added up a few at a time: memory does not grow with their number."""

    _AT_A_TIME = 8

    def __init__(self, keys: FlowKeys) -> None:
        self._keys = keys
        self._parts: list[pl.DataFrame] = []

    def add(self, part: pl.DataFrame) -> None:
        """Takes the sums of one more range."""
        self._parts.append(part)
        if len(self._parts) > self._AT_A_TIME:
            self._parts = [merge_flows(self._parts)]

    def table(self) -> pl.DataFrame:
        """The finished table (an empty one if nothing came)."""
        return finish_flows(merge_flows(self._parts), self._keys) if self._parts else pl.DataFrame()


def finish_flows(merged: pl.DataFrame, keys: FlowKeys) -> pl.DataFrame:
    """The table that people read: one row a group with units by verdict, mean age as bounds, and the share refused.

    Ages are years from first registration to arrival; `aged_units` and `valued_units` say for how many units age and
    value are known.
    """
    orders = [_Order.of(key.labels) for key in keys.keys(Facts(()))]
    verdict, *codes = _unpacked(merged["key"], [order.places.len() for order in orders])
    sizes = [order.names.len() for order in orders]
    places = [pl.lit(order.places[code]) for order, code in zip(orders, codes, strict=True)]
    units = "units" if "units" in merged.columns else "rows"
    by_verdict = (
        pl.when(pl.col("verdict") == place).then(units).otherwise(0).sum().alias(word)
        for place, word in enumerate(VERDICTS)
    )
    added = (
        merged.lazy()
        .with_columns(_packed(pl.lit(0), places, sizes).alias("key"), verdict.alias("verdict"))
        .group_by("key")
        .agg(pl.col([name for name in _SUMS if name in merged.columns]).sum(), *by_verdict)
        .sort("key")
        .collect()
    )
    year = YEAR * pl.when(pl.col("aged_units") > 0).then("aged_units")
    table = (
        _with(added, _SUMS)
        .hstack(added.select(VERDICTS))
        .select(
            "rows",
            "units",
            "valued_units",
            pl.when(pl.col("valued_units") > 0).then(pl.col("value_cents") / 100).alias("value_usd"),
            "aged_units",
            (pl.col("age_low") / year).round(2).alias("mean_age_low"),
            (pl.col("age_high") / year).round(2).alias("mean_age_high"),
            *VERDICTS,
            (pl.col("refused") / pl.col("units")).round(4).alias("share_refused"),
        )
    )
    _, *codes = _unpacked(added["key"], sizes)
    labels = [order.names[code].alias(name) for name, order, code in zip(keys.by, orders, codes, strict=True)]
    return pl.DataFrame(labels).hstack(table)


def _packed(first: pl.Expr, codes: Sequence[pl.Expr], sizes: Sequence[int]) -> pl.Expr:
    """One number for a verdict and a code of each key, which are below `sizes`."""
    most = math.prod(sizes) * len(VERDICTS)
    packed = first.cast(pl.Int64 if most < 1 << 63 else pl.Int128)
    for code, size in zip(codes, sizes, strict=True):
        packed = packed * size + code
    # short numbers are grouped faster
    return packed.cast(pl.UInt32) if most < 1 << 32 else packed


def _unpacked(key: pl.Series, sizes: Sequence[int]) -> list[pl.Series]:
    """What `_packed` made one number of."""
    above, found = 1, []
    for size in reversed(sizes):
        found.append(pl.col("key") // pl.lit(above, dtype=key.dtype) % pl.lit(size, dtype=key.dtype))
        above *= size
    found.append(pl.col("key") // pl.lit(above, dtype=key.dtype))
    parts = (part.cast(pl.UInt32).alias(str(place)) for place, part in enumerate(reversed(found)))
    return key.to_frame("key").select(parts).get_columns()


@dataclass(frozen=True, slots=True)
class _Order:
    """What the values of a key are called, each name once, sorted, none last; and the place there of each value."""

    names: pl.Series
    places: pl.Series

    @classmethod
    def of(cls, labels: pl.Series) -> _Order:
        names = labels.unique().sort(nulls_last=True)
        numbered = names.to_frame("name").with_row_index("place")
        found = labels.to_frame("name").join(
            numbered, on="name", how="left", nulls_equal=True, maintain_order="left"
        )
        return cls(names, found["place"])
