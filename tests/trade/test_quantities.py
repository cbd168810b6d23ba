"""Vehicles of a row: counted, bounded, estimated by Abe's method, and what is done where weight and number disagree."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vehiclecheck.trade import flags, quantities

_SCHEMA = {
    "code_system": pl.String,
    "code": pl.String,
    "year": pl.Int16,
    "vehicle_class": pl.String,
    "category": pl.String,
    "gvw_kg_upto": pl.Float64,
    "vehicles": pl.Float64,
    "weight_kg": pl.Float64,
    "value": pl.Float64,
    "currency": pl.String,
    "@flags": pl.UInt64,
}


def row(**told: Any) -> dict[str, Any]:
    """A row of used cars of 2021 in the EU's nomenclature, with what is told of it."""
    usual = {
        "code_system": "EU-CN8",
        "code": "87033290",
        "year": 2021,
        "vehicle_class": "LDV",
        "category": "M1",
        "gvw_kg_upto": None,
        "vehicles": None,
        "weight_kg": None,
        "value": None,
        "currency": "EUR",
        "@flags": 0,
    }
    assert set(told) <= set(usual)
    return {**usual, **told}


def counted(*rows: dict[str, Any], **options: bool) -> list[tuple[float, float | None, str]]:
    """Units as bounds and flags of every row; medians are those of the rows together."""
    frame = (
        pl.LazyFrame(list(rows), schema=_SCHEMA)
        .with_row_index("place")
        .with_columns(quantities.heaviest_kg())
    )
    weights = quantities.typical_weights(frame)
    found = quantities.with_units(quantities.with_typical_weight(frame, weights), **options)
    found = quantities.with_value_outliers(found.collect().lazy()).sort("place").collect()
    return [
        (low, high, flags.words_of(mask))
        for low, high, mask in found.select("units_low", "units_high", "@flags").rows()
    ]


class TestBounds:
    """What is not counted has the bounds that definitions give, and no others."""

    def test_a_count_stands(self) -> None:
        assert counted(row(vehicles=12, weight_kg=16_000)) == [(12, 12, "")]

    def test_a_car_has_no_greatest_weight(self) -> None:
        assert counted(row(weight_kg=28_000)) == [(0, None, "")]

    def test_a_code_up_to_5_t(self) -> None:
        lorry = row(code="87042139", vehicle_class="LDV or HDV", category="N1 or N2", gvw_kg_upto=5_000)
        assert counted({**lorry, "weight_kg": 12_000}) == [(3, None, "")]
        assert counted({**lorry, "weight_kg": 10_000}) == [(2, None, "")]

    @pytest.mark.parametrize(
        ("category", "least"),
        [("N1", 3), ("M2", 2), ("N1 or N2", 1), ("N2", 1), ("M2 or M3", 0), ("tractor-unit", 0), ("M1", 0)],
    )
    def test_categories_by_definition(self, category: str, least: int) -> None:
        assert counted(row(category=category, weight_kg=10_000)) == [(least, None, "")]

    def test_nothing_told_but_a_value(self) -> None:
        assert counted(row(value=5_000)) == [(0, None, "")]

    def test_parts_of_a_vehicle(self) -> None:
        assert counted(row(vehicles=2.4)) == [(2, 3, "fraction:units")]


class TestEstimate:
    """Weight / median weight of a vehicle."""

    _CARS = (
        row(vehicles=10, weight_kg=13_000),
        row(vehicles=1, weight_kg=1_500),
        row(vehicles=2, weight_kg=2_800),
    )

    def test_by_the_median_of_the_code(self) -> None:
        # 1,300, 1,500 and 1,400 kg: a row counts once
        assert counted(*self._CARS, row(weight_kg=7_000), estimate=True)[-1] == (
            5,
            5,
            "estimated:unit-weight",
        )

    def test_only_where_it_is_asked_for(self) -> None:
        assert counted(*self._CARS, row(weight_kg=7_000))[-1] == (0, None, "")

    @pytest.mark.parametrize(("weight", "number"), [(2_099, 1), (2_100, 2), (100, 1), (3_500, 3)])
    def test_rounded_half_up_and_at_least_one(self, weight: float, number: int) -> None:
        assert counted(*self._CARS, row(weight_kg=weight), estimate=True)[-1][0] == number

    def test_then_by_six_digits_then_by_the_heading(self) -> None:
        other = row(code_system="KR-HSK10", code="8703321020", weight_kg=2_800)
        assert counted(*self._CARS, other, estimate=True)[-1][:2] == (2, 2)
        petrol = row(code="87032390", weight_kg=2_800)
        assert counted(*self._CARS, petrol, estimate=True)[-1][:2] == (2, 2)
        nearer = row(code="87032310", vehicles=1, weight_kg=2_800)
        assert counted(*self._CARS, nearer, petrol, estimate=True)[-1][:2] == (1, 1)

    def test_another_year_or_heading_tells_nothing(self) -> None:
        assert counted(*self._CARS, row(weight_kg=2_800, year=2020), estimate=True)[-1] == (0, None, "")
        bus = row(code="87021019", vehicle_class="LDV or HDV", category="M2 or M3", weight_kg=28_000)
        assert counted(*self._CARS, bus, estimate=True)[-1][:2] == (0, None)

    def test_no_weight_no_estimate(self) -> None:
        assert counted(*self._CARS, row(value=9_000), estimate=True)[-1] == (0, None, "")

    def test_outliers_are_no_measure(self) -> None:
        strange = row(vehicles=1_000, weight_kg=1_400)
        weights = quantities.typical_weights(pl.LazyFrame([*self._CARS, strange], schema=_SCHEMA))
        assert weights.select("digits", "code", "median_kg", "rows").rows() == [
            ("code", "87033290", 1_400, 3),
            ("HS6", "870332", 1_400, 3),
            ("heading", "8703", 1_400, 3),
        ]


class TestOutliers:
    """Under 100 kg or over 60 t a vehicle: the bounds hold both readings, the count and the number by weight."""

    _CARS = TestEstimate._CARS

    def test_too_light(self) -> None:
        strange = row(vehicles=1_000, weight_kg=14_000)
        assert counted(*self._CARS, strange)[-1] == (10, 1_000, "outlier:weight")
        assert counted(*self._CARS, strange, keep_outliers=True)[-1] == (1_000, 1_000, "outlier:weight")

    def test_too_heavy(self) -> None:
        strange = row(vehicles=1, weight_kg=70_000)
        assert counted(*self._CARS, strange)[-1] == (1, 50, "outlier:weight")

    def test_without_a_median(self) -> None:
        assert counted(row(vehicles=1_000, weight_kg=14_000)) == [(0, 1_000, "outlier:weight")]
        assert counted(row(vehicles=1, weight_kg=70_000)) == [(1, None, "outlier:weight")]

    def test_the_borders_are_no_outliers(self) -> None:
        assert counted(row(vehicles=1, weight_kg=100), row(vehicles=1, weight_kg=60_000)) == [(1, 1, "")] * 2

    def test_off_the_road_there_is_no_greatest_weight(self) -> None:
        assert counted(
            row(code="870410", vehicle_class="other", category="T", vehicles=1, weight_kg=90_000)
        ) == [(1, 1, "")]

    def test_an_estimate_does_not_hide_an_outlier(self) -> None:
        strange = row(vehicles=1_000, weight_kg=14_000)
        assert counted(*self._CARS, strange, estimate=True)[-1] == (10, 1_000, "outlier:weight")


class TestValues:
    """A value a vehicle far from the median of its code, year and currency is flagged, and nothing is changed."""

    _CARS = tuple(row(vehicles=1, value=value) for value in (4_000, 4_500, 5_000, 6_000, 8_000))

    @pytest.mark.parametrize(
        ("value", "flag"), [(100_000, ""), (120_000, "outlier:value"), (250, ""), (200, "outlier:value")]
    )
    def test_twenty_times(self, value: float, flag: str) -> None:
        # two neighbours beside it keep the median at 5,000
        more = (*self._CARS, row(vehicles=1, value=5_000), row(vehicles=1, value=5_000))
        assert counted(*more, row(vehicles=1, value=value))[-1] == (1, 1, flag)

    def test_a_few_rows_judge_nobody(self) -> None:
        assert counted(*self._CARS[:3], row(vehicles=1, value=900_000))[-1][2] == ""

    def test_other_currencies_are_other_medians(self) -> None:
        assert counted(*self._CARS, row(vehicles=1, value=700_000, currency="JPY"))[-1][2] == ""


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            row,
            vehicles=st.none() | st.integers(1, 5_000).map(float),
            weight_kg=st.none() | st.integers(1, 9_000_000).map(float),
            value=st.none() | st.integers(1, 10**9).map(float),
            code=st.sampled_from(["87033290", "87032390", "87042139"]),
            gvw_kg_upto=st.none() | st.just(5_000.0),
        ),
        max_size=12,
    ),
    st.booleans(),
    st.booleans(),
    st.randoms(),
)
def test_bounds_are_bounds(rows: list[dict[str, Any]], estimate: bool, keep: bool, random: Any) -> None:
    found = counted(*rows, estimate=estimate, keep_outliers=keep)
    for one, (low, high, said) in zip(rows, found, strict=True):
        assert low >= 0
        assert low == int(low)
        assert high is None or high >= low
        if one["vehicles"] is not None:
            assert low <= one["vehicles"] <= (high if high is not None else one["vehicles"])
            assert "estimated" not in said
        if keep and one["vehicles"] is not None:
            assert low == high == one["vehicles"]
    places = list(range(len(rows)))
    random.shuffle(places)
    shuffled = counted(*(rows[place] for place in places), estimate=estimate, keep_outliers=keep)
    assert shuffled == [found[place] for place in places]
