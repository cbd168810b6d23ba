"""What is known of a record, as expressions: every fact is an interval or a set, and an absent one is the widest.

Null bounds become sentinels here, once, so that no test further on has to think of nulls.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import polars as pl

from vehiclecheck.records.categories import BOUND_BY_CATEGORY, bound_of_category
from vehiclecheck.vocabulary.days import FIRST_DAY, LAST_DAY, YEAR
from vehiclecheck.vocabulary.terms import (
    ALL_CATEGORIES,
    ALL_CONDITIONS,
    ALL_IMPORTER_TYPES,
    ALL_PRODUCTS,
    ALL_PROPULSIONS,
    CONDITION_SCOPE_WORDS,
    CONDITION_WORDS,
    DATE_COLUMNS,
    IMPORTER_TYPE_WORDS,
    PRODUCT_WORDS,
    mask_of,
    propulsion_mask,
)

Param = Callable[[str], pl.Expr]
Bounds = tuple[pl.Expr, pl.Expr]

#: The dates that stand in, in this order, for one that the record does not tell.
FALLBACK_ORDER = ("arrival", "declaration", "shipment")

#: The record field to ask for when a column does not settle a question.
FIELD_OF = {
    "arrived": "arrived_on",
    "declared": "declared_on",
    "shipped": "shipped_on",
    "registered": "registered_on",
    "class": "emission_class",
}


#: The dates of a record, by the beginning of the names of their two columns.
DAY_PREFIXES = (
    *DATE_COLUMNS.values(),
    "first_registered",
    "manufactured",
    "certificate_on",
    "certificate_valid_until",
)

_WITHOUT_EXHAUST = propulsion_mask(["bev", "fcev"])

#: After every model year.
_NO_YEAR = 10_000

#: The order of events: what comes surely before a date, and surely after it.
_BEFORE = {"arrived": ("shipped",), "registered": ("shipped", "arrived")}
_AFTER = {"shipped": ("arrived",)}


def date_order(name: str) -> tuple[str, ...]:
    """The columns that may stand for the date `name` (arrival, declaration, …), the date itself first."""
    names = [name, *(other for other in FALLBACK_ORDER if other != name)]
    return tuple(DATE_COLUMNS[each] for each in names)


class Facts:
    """The columns of a prepared frame, and which of them it has. `relations` holds the membership tables of a rulebook;
    `points` the dates that are one known day in every row (see `points_of`), which are asked about at half the cost.
    """

    def __init__(
        self,
        columns: Collection[str],
        relations: Mapping[str, tuple[pl.Series, int]] | None = None,
        points: Collection[str] = (),
    ) -> None:
        self.columns = frozenset(columns)
        self._relations = dict(relations or {})
        self._points = frozenset(points)

    @property
    def outline(self) -> tuple[frozenset[str], frozenset[str]]:
        """What decides the expressions made from these facts: frames of one outline can share them."""
        return self.columns, self._points

    def known(self, prefix: str) -> bool:
        """Whether a date is one known day in every row."""
        return prefix in self._points

    def has(self, name: str) -> bool:
        """Whether the frame has this column."""
        return name in self.columns

    def column(self, name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
        """The column, or null where the frame lacks it."""
        return pl.col(name) if name in self.columns else pl.lit(None, dtype=dtype)

    def days(self, prefix: str) -> Bounds:
        """First and last possible day (day codes) of a date column pair: one and the same expression where all are known."""
        low, high = f"{prefix}_lo", f"{prefix}_hi"
        if self.known(prefix):
            day = pl.col(low)
            return day, day
        return (
            pl.col(low).fill_null(FIRST_DAY) if low in self.columns else pl.lit(FIRST_DAY, dtype=pl.Int32),
            pl.col(high).fill_null(LAST_DAY) if high in self.columns else pl.lit(LAST_DAY, dtype=pl.Int32),
        )

    def numbers(self, prefix: str) -> Bounds:
        """Least and greatest possible value of a number, infinite where unknown; a column without `_lo` is exact."""
        if prefix in self.columns:
            exact = pl.col(prefix).cast(pl.Float64)
            return exact.fill_null(float("-inf")), exact.fill_null(float("inf"))
        low, high = self._bound(f"{prefix}_lo", prefix), self._bound(f"{prefix}_hi", prefix)
        return low.fill_null(float("-inf")), high.fill_null(float("inf"))

    def _bound(self, name: str, prefix: str) -> pl.Expr:
        """A bound of a number (Float64), null where it is open; by the category where no column tells it."""
        if name in self.columns:
            return pl.col(name).cast(pl.Float64)
        if prefix in BOUND_BY_CATEGORY and "category" in self.columns:
            return bound_of_category(self.mask("category").cast(pl.UInt32), name)
        return pl.lit(None, dtype=pl.Float64)

    def positions(self, name: str, unknown: float) -> pl.Expr:
        """A column of Euro positions (Float32) with `unknown` for null."""
        if name not in self.columns:
            return pl.lit(unknown, dtype=pl.Float32)
        return pl.col(name).fill_null(pl.lit(unknown, dtype=pl.Float32))

    def years(self) -> Bounds:
        """First and last possible model year: as the columns tell it, or by the manufacture, which lies in the calendar
        year before or in it.
        """
        low, high = "model_year_lo", "model_year_hi"
        if {low, high} & self.columns:
            return (
                self.column(low, pl.Int32).cast(pl.Int32).fill_null(0),
                self.column(high, pl.Int32).cast(pl.Int32).fill_null(_NO_YEAR),
            )
        made, registered = self.days("manufactured"), self.days("first_registered")
        # where the two contradict each other nothing follows
        fits = made[0] <= registered[1]
        first, last = made[0] // YEAR, pl.min_horizontal(made[1] // YEAR + 1, _NO_YEAR)
        return (
            pl.when(fits).then(first).otherwise(0).cast(pl.Int32),
            pl.when(fits).then(last).otherwise(_NO_YEAR).cast(pl.Int32),
        )

    def clock(self, name: str) -> Bounds:
        """First and last possible day of the date `name` (arrival, …) that a test counts to: the record's own, or the
        part of it that is being asked about.
        """
        if f"{name}_from" in self.columns:
            return pl.col(f"{name}_from"), pl.col(f"{name}_until")
        prefix = DATE_COLUMNS[name]
        low, high = self.days(prefix)
        if self.known(prefix):
            return low, high
        # a vehicle is shipped before it arrives, and arrives before it is registered: what is not told is bounded so
        earlier = [other for other in _BEFORE.get(prefix, ()) if f"{other}_lo" in self.columns]
        later = [other for other in _AFTER.get(prefix, ()) if f"{other}_hi" in self.columns]
        if earlier:
            bound = pl.max_horizontal(self.days(other)[0] for other in earlier)
            low = pl.when(self.dated(prefix)).then(low).otherwise(bound)
        if later:
            bound = pl.min_horizontal(self.days(other)[1] for other in later)
            high = pl.when(self.dated(prefix)).then(high).otherwise(bound)
        return low, high

    def deciding(self, name: str) -> Bounds:
        """First and last possible day of the date that picks the law: `name`, or the next date of which anything is
        known. Unbounded where none is.
        """
        known = [prefix for prefix in date_order(name) if {f"{prefix}_lo", f"{prefix}_hi"} & self.columns]
        if not known:
            return self.days(DATE_COLUMNS[name])
        low, high = self.days(known[-1])
        for prefix in reversed(known[:-1]):
            dated = self.dated(prefix)
            first, last = self.days(prefix)
            if self.known(prefix):
                low, high = first, last
                continue
            low, high = pl.when(dated).then(first).otherwise(low), pl.when(dated).then(last).otherwise(high)
        return low, high

    def deciding_date(self, name: str) -> pl.Expr:
        """Which date picks the law, as its place in DATE_COLUMNS (UInt8); null where none is known."""
        places = {other: place for place, other in enumerate(DATE_COLUMNS)}
        found = pl.lit(None, dtype=pl.UInt8)
        for prefix in reversed(date_order(name)):
            place = places[next(other for other, column in DATE_COLUMNS.items() if column == prefix)]
            if self.known(prefix):
                found = pl.lit(place, dtype=pl.UInt8)
            elif {f"{prefix}_lo", f"{prefix}_hi"} & self.columns:
                found = pl.when(self.dated(prefix)).then(pl.lit(place, dtype=pl.UInt8)).otherwise(found)
        return found

    def decides(self, name: str) -> dict[str, pl.Expr]:
        """For each date that may stand for `name`: whether it is the one that picks the law. `name` itself does where
        nothing is known.
        """
        names = [other for other in DATE_COLUMNS if DATE_COLUMNS[other] in date_order(name)]
        names.sort(key=lambda other: date_order(name).index(DATE_COLUMNS[other]))
        before, chosen = pl.lit(False), {}
        for other in names:
            dated = self.dated(DATE_COLUMNS[other])
            chosen[other] = dated & before.not_()
            before = before | dated
        chosen[name] = chosen[name] | before.not_()
        return chosen

    def dated(self, prefix: str) -> pl.Expr:
        """Whether anything at all is known of a date."""
        ends = [f"{prefix}_{end}" for end in ("lo", "hi") if f"{prefix}_{end}" in self.columns]
        return pl.any_horizontal(pl.col(end).is_not_null() for end in ends) if ends else pl.lit(False)

    def mask(self, name: str) -> pl.Expr:
        """The set of possible categories, propulsions or conditions. A record without condition is used."""
        widest = {
            "category": ALL_CATEGORIES,
            "propulsion": ALL_PROPULSIONS,
            "condition": CONDITION_WORDS["used"],
        }[name]
        if name not in self.columns:
            return pl.lit(widest, dtype=pl.Int32)
        return pl.col(name).cast(pl.Int32).fill_null(widest)

    def importer_types(self) -> pl.Expr:
        """The set of what the importer may be: a company that is not said to be a dealer may be one."""
        return self._words("importer_type", IMPORTER_TYPE_WORDS, ALL_IMPORTER_TYPES)

    def products(self) -> pl.Expr:
        """The set of what a consignment may be."""
        return self._words("product", PRODUCT_WORDS, ALL_PRODUCTS)

    def _words(self, name: str, bits: Mapping[str, int], widest: int) -> pl.Expr:
        """The set that a column of words tells, each word with its bits, in the order of the column's Enum."""
        if name not in self.columns:
            return pl.lit(widest, dtype=pl.Int32)
        masks = pl.Series(name, list(bits.values()), dtype=pl.Int32)
        return pl.lit(masks).gather(pl.col(name).to_physical()).fill_null(widest)

    def without_exhaust(self) -> pl.Expr:
        """Whether a vehicle can only be battery electric or run on a fuel cell."""
        return (self.mask("propulsion") & ~_WITHOUT_EXHAUST) == 0

    def member(self, domain: str, index: pl.Expr) -> Answer:
        """Whether the record's value in `domain` (issuer, origin, region …) is in the set number `index`.

        Each set of names that some pack lists is a row of one table; a value that no pack names is its last column.
        """
        table, width = self._relations[domain]
        place = pl.col(f"@{domain}").cast(pl.Int32)
        return told(pl.lit(table).gather(index * width + place))

    def position_columns(self, domains: Mapping[str, tuple[str, list[str]]]) -> list[pl.Expr]:
        """For each domain (column, names) the column `@domain`: the place of the record's value among the names."""
        columns = []
        for domain, (column, names) in domains.items():
            if column not in self.columns:
                columns.append(pl.lit(None, dtype=pl.Int32).alias(f"@{domain}"))
                continue
            written = pl.col(column).cast(pl.String).str.to_uppercase()
            place = written.cast(pl.Enum(names), strict=False).to_physical().cast(pl.Int32)
            other = pl.when(pl.col(column).is_not_null()).then(len(names))
            columns.append(pl.coalesce(place, other).cast(pl.Int32).alias(f"@{domain}"))
        return columns


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of every row, answered in three values: `yes`, `no`, or neither. The two never hold together.

    Two plain Boolean columns are a good deal cheaper than one with nulls, and say the same. `sure`: every row is
    answered, so that one of the two columns is enough.
    """

    yes: pl.Expr
    no: pl.Expr
    sure: bool = False

    def __and__(self, other: Answer) -> Answer:
        """Both: yes where both are, no where one is."""
        return Answer(self.yes & other.yes, self.no | other.no, self.sure and other.sure)

    def flipped(self) -> Answer:
        """The opposite."""
        return Answer(self.no, self.yes, self.sure)

    @property
    def settled(self) -> pl.Expr:
        """Whether it is known."""
        return self.yes | self.no


#: What nothing is known of, what always holds, and what never does.
UNKNOWN = Answer(pl.lit(False), pl.lit(False))
ALWAYS = Answer(pl.lit(True), pl.lit(False), sure=True)
NEVER = Answer(pl.lit(False), pl.lit(True), sure=True)


def points_of(frame: pl.DataFrame) -> frozenset[str]:
    """The dates of a frame that are one known day in every row: no nulls, and the first day is the last."""
    pairs = {name.removesuffix("_lo") for name in frame.columns if name.endswith("_lo")}
    return frozenset(
        prefix
        for prefix in pairs & set(DAY_PREFIXES)
        if f"{prefix}_hi" in frame.columns
        and not frame[f"{prefix}_lo"].null_count()
        and frame[f"{prefix}_lo"].equals(frame[f"{prefix}_hi"])
    )


def told(truth: pl.Expr) -> Answer:
    """The answer of a Boolean column in which null is unknown."""
    return Answer(truth.fill_null(False), truth.not_().fill_null(False))


def within(bounds: Bounds, least: pl.Expr | None, greatest: pl.Expr | None) -> Answer:
    """Yes where the whole interval lies in [least, greatest], no where none of it does."""
    low, high = bounds
    if least is None and greatest is None:
        return ALWAYS
    if low is high:
        outside = [low < least] if least is not None else []
        outside += [low > greatest] if greatest is not None else []
        no = outside[0] if len(outside) == 1 else outside[0] | outside[1]
        return Answer(no.not_(), no, sure=True)
    if least is None:
        return Answer(high <= greatest, low > greatest)
    if greatest is None:
        return Answer(low >= least, high < least)
    return Answer((low >= least) & (high <= greatest), (high < least) | (low > greatest))


def subset(have: pl.Expr, of: pl.Expr) -> Answer:
    """Yes where the set `have` lies in `of`, no where they share nothing (bit masks)."""
    shared = have & of
    return Answer(shared == have, shared == 0)


def condition_scope(words: Collection[str]) -> int:
    """The bit mask of a scope's condition words; `used` includes salvage."""
    return mask_of(words, CONDITION_SCOPE_WORDS) & ALL_CONDITIONS
