"""Random records as they are after reading, drawn close to the borders of weight, engine and class, and what they tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from hypothesis import strategies as st

from tests.air.reference import INFINITE, VEHICLE_OF, Assumed, Known
from vehiclecheck.standards.legal_sulphur import Allowed
from vehiclecheck.vocabulary.countries import COUNTRY

CATEGORIES = (*VEHICLE_OF, "L", "T")
PROPULSIONS = ("petrol", "diesel", "lpg", "cng", "hev", "phev", "bev", "fcev", "other")
CATEGORY_BITS = {"M1": 1, "M2": 2, "M3": 4, "N1": 8, "N2-rigid": 16, "N3-rigid": 32, "L": 64, "N2-tractor": 128,
                 "N3-tractor": 256, "T": 512}  # fmt: skip
PROPULSION_BITS = {name: 1 << place for place, name in enumerate(PROPULSIONS)}
WEIGHTS = (
    900,
    3500,
    3501,
    5000,
    5001,
    7500,
    7501,
    12000,
    12001,
    14500,
    15000,
    16000,
    18000,
    19000,
    26000,
    33000,
)
ENGINES = (660, 800, 801, 1399, 1400, 1500, 2000, 2001, 4500)
TENTHS = (0, 10, 20, 30, 35, 40, 50, 55, 60, 61, 62, 69, 70, 90)
IMPORTERS = ("KE", "TZ", "UG")

#: Laws on sulphur for the tests: spans of (start, limit), the first since ever. Uganda has none.
LAWS: dict[str, dict[str, list[tuple[dt.date | None, float | None]]]] = {
    "petrol": {
        "KE": [
            (None, None),
            (dt.date(2015, 1, 1), 150.0),
            (dt.date(2019, 7, 1), None),
            (dt.date(2022, 1, 1), 50.0),
        ],
        "TZ": [(None, 1000.0)],
    },
    "diesel": {
        "KE": [(None, 5000.0), (dt.date(2018, 3, 15), 50.0)],
        "TZ": [(None, 500.0), (dt.date(2020, 1, 1), 5000.0), (dt.date(2021, 1, 1), 10.0)],
    },
}


@dataclass(frozen=True)
class FakePack:
    code: str


def law_of(pack: FakePack, fuel: str) -> list[Allowed]:
    """Stands for `legal_sulphur`: the spans of LAWS."""
    spans = LAWS[fuel][pack.code]
    ends = [start for start, _ in spans[1:]] + [None]
    return [Allowed(start, end, high, high) for (start, high), end in zip(spans, ends, strict=True)]


PACKS = [FakePack("KE"), FakePack("TZ")]


def limit_between(importer: str, fuel: str, first: dt.date | None, last: dt.date | None) -> float | None:
    """The most that the law allowed on any day from `first` to `last`, None where on one of them it is not known."""
    if importer not in LAWS[fuel]:
        return None
    spans = LAWS[fuel][importer]
    limits = []
    for place, (start, high) in enumerate(spans):
        end = spans[place + 1][0] if place + 1 < len(spans) else None
        begins_late = start is not None and last is not None and start > last
        ends_early = end is not None and first is not None and end <= first
        if not begins_late and not ends_early:
            limits.append(high)
    told = [limit for limit in limits if limit is not None]
    return max(told) if len(told) == len(limits) else None


@dataclass(frozen=True)
class Drawn:
    """A record. None and empty sets: not told."""

    categories: frozenset[str]
    propulsions: frozenset[str]
    tenths: tuple[int, int] | None
    inferred: int | None
    kg: tuple[int, int] | None
    cc: tuple[int, int] | None
    units: int
    importer: str
    arrived: tuple[dt.date, dt.date] | None

    def known(self) -> Known:
        low, high = self.tenths or (-INFINITE, INFINITE)
        if self.inferred is not None and low < self.inferred <= high:
            low = self.inferred
        first, last = self.arrived or (None, None)
        return Known(
            categories=self.categories or frozenset(CATEGORIES),
            propulsions=self.propulsions or frozenset(PROPULSIONS),
            tenths=(low, high),
            kg=self.kg or (-INFINITE, INFINITE),
            cc=self.cc or (-INFINITE, INFINITE),
            units=self.units,
            limits={fuel: limit_between(self.importer, fuel, first, last) for fuel in LAWS},
        )

    def row(self) -> dict[str, Any]:
        low, high = self.tenths or (None, None)
        kg, cc, arrived = self.kg or (None, None), self.cc or (None, None), self.arrived or (None, None)
        return {
            "quantity": self.units,
            "importer": self.importer,
            "arrived_lo": code(arrived[0]),
            "arrived_hi": code(arrived[1]),
            "category": sum(CATEGORY_BITS[name] for name in self.categories) or None,
            "propulsion": sum(PROPULSION_BITS[name] for name in self.propulsions) or None,
            "class_lo": None if low is None else low / 10,
            "class_hi": None if high is None else high / 10,
            "class_inferred_lo": None if self.inferred is None else self.inferred / 10,
            "gvw_kg_lo": kg[0],
            "gvw_kg_hi": kg[1],
            "engine_cc_lo": cc[0],
            "engine_cc_hi": cc[1],
        }


def code(day: dt.date | None) -> int | None:
    return None if day is None else day.year * 384 + (day.month - 1) * 32 + day.day


SCHEMA = {
    "quantity": pl.Int64,
    "importer": COUNTRY,
    "arrived_lo": pl.Int32,
    "arrived_hi": pl.Int32,
    "category": pl.UInt16,
    "propulsion": pl.UInt16,
    "class_lo": pl.Float32,
    "class_hi": pl.Float32,
    "class_inferred_lo": pl.Float32,
    "gvw_kg_lo": pl.Float64,
    "gvw_kg_hi": pl.Float64,
    "engine_cc_lo": pl.Float64,
    "engine_cc_hi": pl.Float64,
}


def frame_of(records: Sequence[Drawn]) -> pl.DataFrame:
    """The records as a prepared frame."""
    return pl.DataFrame([record.row() for record in records], schema=SCHEMA, orient="row")


def _bounds(values: Sequence[int]) -> st.SearchStrategy[tuple[int, int] | None]:
    pair = st.tuples(st.sampled_from(values), st.sampled_from(values)).map(lambda two: (min(two), max(two)))
    return st.one_of(st.none(), st.sampled_from(values).map(lambda one: (one, one)), pair)


def _days() -> st.SearchStrategy[tuple[dt.date, dt.date] | None]:
    day = st.dates(dt.date(2012, 1, 1), dt.date(2025, 12, 31))
    pair = st.tuples(day, day).map(lambda two: (min(two), max(two)))
    return st.one_of(st.none(), day.map(lambda one: (one, one)), pair)


def _sets(names: Sequence[str]) -> st.SearchStrategy[frozenset[str]]:
    one = st.sampled_from(names).map(lambda name: frozenset([name]))
    return st.one_of(one, one, st.frozensets(st.sampled_from(names), max_size=3))


RECORDS = st.builds(
    Drawn,
    categories=_sets(CATEGORIES),
    propulsions=st.one_of(_sets(("petrol", "diesel")), _sets(PROPULSIONS)),
    tenths=_bounds(TENTHS),
    inferred=st.one_of(st.none(), st.sampled_from((10, 30, 40, 50, 60))),
    kg=_bounds(WEIGHTS),
    cc=_bounds(ENGINES),
    units=st.integers(1, 5),
    importer=st.sampled_from(IMPORTERS),
    arrived=_days(),
)
VEHICLES = ("passenger-car", "light-commercial", "truck", "bus")
_SHARES = st.tuples(st.integers(0, 10), st.integers(0, 10), st.integers(1, 10))
ASSUMED = st.builds(
    Assumed,
    km=st.fixed_dictionaries({name: st.floats(0, 200_000) for name in VEHICLES}),
    years=st.fixed_dictionaries({name: st.floats(0, 40) for name in VEHICLES}),
    mix=st.one_of(
        st.none(),
        _SHARES.map(
            lambda parts: dict(
                zip(("urban", "rural", "highway"), (part / sum(parts) for part in parts), strict=True)
            )
        ),
    ),
    sulphur=st.one_of(st.none(), st.floats(0, 10_000)),
)


@st.composite
def sharpened(draw: st.DrawFn, record: Drawn) -> Drawn:
    """The record with more known of it: smaller sets, narrower bounds."""

    def subset(names: frozenset[str], every: Sequence[str]) -> frozenset[str]:
        return draw(st.frozensets(st.sampled_from(sorted(names or every)), min_size=1))

    def narrower(bounds: Any, values: Sequence[Any]) -> Any:
        inside = [value for value in values if bounds is None or bounds[0] <= value <= bounds[1]]
        if not inside or draw(st.booleans()):
            return bounds
        two = draw(st.tuples(st.sampled_from(inside), st.sampled_from(inside)))
        return min(two), max(two)

    # a class below what its market asked for takes that knowledge back: nothing sharper, something else
    low, high = record.tenths or (0, TENTHS[-1])
    classes = (
        (max(low, record.inferred), high) if record.inferred and record.inferred <= high else record.tenths
    )
    days = (
        None
        if record.arrived is None
        else sorted({*record.arrived, dt.date(2019, 1, 1), dt.date(2022, 6, 1)})
    )
    return replace(
        record,
        categories=subset(record.categories, CATEGORIES),
        propulsions=subset(record.propulsions, PROPULSIONS),
        tenths=narrower(
            record.tenths, [tenth for tenth in TENTHS if classes is None or classes[0] <= tenth <= classes[1]]
        ),
        kg=narrower(record.kg, WEIGHTS),
        cc=narrower(record.cc, ENGINES),
        arrived=narrower(record.arrived, days or [dt.date(2016, 1, 1), dt.date(2020, 2, 2)]),
    )
