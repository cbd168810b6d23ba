"""Estimates that can be checked with a pencil."""

from __future__ import annotations

import polars as pl
import pytest

from vehiclecheck.air import Assumptions, estimate_flows
from vehiclecheck.records.errors import InputError

KM, YEARS = 10_000, 8
STATED = Assumptions.from_words(str(KM), str(YEARS), "rural", 500)


def flows(**columns: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def test_one_bus_of_a_known_class() -> None:
    """1,000 diesel buses of Euro III at 50 km/h: between the least and the most of the five kinds of bus in the table."""
    found = estimate_flows(
        flows(category=["M3"], propulsion=["diesel"], emission_class=["Euro 3"], units=["1000"]), STATED
    )
    row = found.total.row(0, named=True)
    grams = {"low": 4.5151, "high": 7.6852}  # NOx of Urban Buses Midi and Urban Buses Articulated
    assert row["nox_year_low"] == pytest.approx(1000 * KM * grams["low"] / 1e6, rel=1e-9)
    assert row["nox_year_high"] == pytest.approx(1000 * KM * grams["high"] / 1e6, rel=1e-9)
    assert row["nox_life_low"] == pytest.approx(YEARS * row["nox_year_low"], rel=1e-9)
    # 500 mg of sulphur a kilogram of fuel: a tonne of fuel gives a kilogram of SO2, all but two grams
    assert row["so2_year_low"] == pytest.approx(row["fuel_year_low"] * 500e-6 * 64.06 / 32.06, rel=1e-9)
    assert row["units_with_sulphur"] == 1000
    assert row["share_not_covered"] == 0


def test_what_has_no_factor_is_in_no_sum_and_said() -> None:
    table = flows(
        category=["M1", "M1", "M1", "L", "N3", "M1", "M1"],
        propulsion=["hev", "bev", "petrol or lpg", "petrol", "petrol", "petrol", "petrol"],
        emission_class=["Euro 5", None, "Euro 4", "Euro 3", "Euro 3", "Euro 7", "Euro 4"],
        units=["10", "20", "30", "40", "50", "60", "70"],
    )
    found = estimate_flows(table, STATED)
    row = found.total.row(0, named=True)
    assert (row["units"], row["units_not_covered"], row["units_in_part"], row["units_electric"]) == (
        280,
        160,
        30,
        20,
    )
    assert row["share_not_covered"] == pytest.approx(160 / 280, abs=1e-4)
    said = {(status, why): units for status, why, units, _ in found.coverage.iter_rows()}
    assert said == {
        ("covered", "factors for all that it may be"): 70,
        ("covered", "no exhaust: bev, fcev"): 20,
        ("covered in part", "may be what has no factors: lpg"): 30,
        ("not covered", "no factors for hev"): 10,
        ("not covered", "no factors for category L"): 40,
        ("not covered", "no factors for petrol in heavy vehicles"): 50,
        ("not covered", "no factors above Euro 6"): 60,
    }
    alone = estimate_flows(table[[2, 6]], STATED).total.row(0, named=True)
    assert alone["nox_year_high"] == row["nox_year_high"]


def test_what_nothing_covers_has_no_tonnes_rather_than_none() -> None:
    row = estimate_flows(flows(propulsion=["hev"], units=["5"]), STATED).total.row(0, named=True)
    assert row["share_not_covered"] == 1
    assert row["nox_year_low"] is None
    electric = estimate_flows(flows(propulsion=["bev"], units=["5"]), STATED).total.row(0, named=True)
    assert electric["share_not_covered"] == 0
    assert electric["nox_year_high"] == electric["so2_year_high"] == 0


def test_by_verdict_the_refused_are_a_line() -> None:
    table = flows(
        importer=["KE", "KE"],
        category=["M1", "M1"],
        propulsion=["diesel", "diesel"],
        emission_class=["Euro 2", "Euro 5"],
        units=["6", "4"],
        refused=["6", "1"],
        admitted=["0", "3"],
    )
    found = estimate_flows(table, STATED)
    assert found.by == ("importer", "verdict")
    assert found.table.select("verdict", "units").rows() == [("refused", 7), ("admitted", 3)]
    assert sum(found.table["nox_year_low"]) == pytest.approx(found.total["nox_year_low"].item())


def test_an_empty_table_is_no_error() -> None:
    found = estimate_flows(flows(category=[], units=[]), STATED)
    assert found.total.row(0, named=True)["units"] == 0
    assert found.total.row(0, named=True)["co_life_high"] is None


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"category": ["M1"]}, ["units", "no flow table"]),
        ({"units": ["1", "two"]}, ["line 3", "units", "'two'"]),
        ({"units": ["1", None]}, ["line 3", "units"]),
        ({"units": ["-4"]}, ["line 2", "units", "'-4'"]),
        ({"units": ["1.5"]}, ["units", "'1.5'"]),
        ({"units": ["99999999999999"]}, ["units", "99999999999999"]),
        ({"units": ["1"], "propulsion": ["steam"]}, ["line 2", "propulsion", "'steam'"]),
        ({"units": ["1", "1"], "category": ["M1", "M1 or M9"]}, ["line 3", "category", "'M1 or M9'"]),
        ({"units": ["1"], "vehicle_class": ["heavy"]}, ["vehicle_class", "'heavy'"]),
        ({"units": ["1"], "emission_class": ["purple"]}, ["emission_class", "'purple'"]),
        ({"units": ["3"], "refused": ["1"], "admitted": ["1"]}, ["line 2", "units by verdict"]),
    ],
)
def test_a_table_that_is_none_is_refused_in_a_sentence(
    columns: dict[str, list[str | None]], words: list[str]
) -> None:
    with pytest.raises(InputError) as refused:
        estimate_flows(flows(**columns), STATED, name="table.csv")
    assert str(refused.value).startswith("table.csv: ")
    for word in words:
        assert word in str(refused.value)
