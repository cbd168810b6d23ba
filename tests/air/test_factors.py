"""The factors: those of the table they come from, and for the vehicles they are meant for."""

from __future__ import annotations

import csv

import polars as pl
import pytest

from tests.air.reference import rows
from tests.endtoend.running import SHARED, needs
from vehiclecheck.air.assumptions import Assumptions
from vehiclecheck.air.factors import (
    POLLUTANTS,
    SPEEDS,
    band_of,
    borders,
    cells,
    grams_of_so2,
    method,
    rung_of,
    rung_starts,
    table,
    vehicles,
)

EVIDENCE = SHARED / "tables" / "emission-factors.csv"
NAMES = {
    "passenger-car": "passenger car",
    "light-commercial": "light commercial vehicle",
    "truck": "heavy-duty truck",
    "bus": "bus",
}
WRITTEN = {"co": "CO", "nox": "NOx", "pm25": "PM2.5", "voc": "VOC", "fuel": "FC"}


@needs(EVIDENCE)
def test_every_figure_is_that_of_the_evidence_and_none_is_missing() -> None:
    with EVIDENCE.open(encoding="utf-8", newline="") as file:
        evidence = {
            tuple(row[key] for key in ("vehicle", "fuel", "segment", "class", "technology", "pollutant", "driving")): row
            for row in csv.DictReader(file)
            if row["method"] == "Tier 3 hot"
        }  # fmt: skip
    used = set()
    for row in rows():
        for name, written in WRITTEN.items():
            for speed in SPEEDS:
                key = (
                    NAMES[row["vehicle"]],
                    row["fuel"],
                    row["segment"],
                    row["class"],
                    row["technology"],
                    written,
                    speed,
                )
                assert float(row[f"{name}_{speed}"]) == float(evidence[key]["value"]), key
                speed_kmh = vehicles()[row["vehicle"]].speed[speed]
                assert int(evidence[key]["speed_kmh"]) == speed_kmh, key
                used.add(key)
    left = {key[:2] for key in set(evidence) - used if key[5] != "CH4"}
    assert left == {("heavy-duty truck", "petrol")}, "one class without particles: left out, and said so"


def test_every_row_stands_for_some_vehicle() -> None:
    """A class or segment that nothing maps would silently be no factor at all."""
    met = cells().select(
        pl.col("vehicle", "fuel"), *(f"{name}_{speed}" for name in POLLUTANTS for speed in SPEEDS)
    )
    there = {row[2:] for row in met.iter_rows()}
    for row in table().select(f"{name}_{speed}" for name in POLLUTANTS for speed in SPEEDS).iter_rows():
        assert row in there


def test_every_vehicle_fuel_and_rung_has_factors() -> None:
    light, heavy = {0, 1}, {2, 3}
    rungs = range(len(rung_starts()))
    wanted = {(vehicle, fuel, rung) for vehicle in light for fuel in (1, 2) for rung in rungs}
    wanted |= {(vehicle, 2, rung) for vehicle in heavy for rung in rungs}
    assert set(cells().select("vehicle", "fuel", "rung").rows()) == wanted
    assert cells().null_count().sum_horizontal().item() == 0


@pytest.mark.parametrize(
    ("position", "rung"),
    [
        (float("-inf"), 0), (0, 0), (0.9, 0), (1, 1), (4, 4), (5.5, 5), (6, 6), (6.1, 7), (6.2, 8), (6.9, 8), (7, 9), (9, 9),
        (float("inf"), 9),
    ],
)  # fmt: skip
def test_a_class_between_two_rungs_counts_for_the_lower(position: float, rung: int) -> None:
    frame = pl.DataFrame({"at": pl.Series([position], dtype=pl.Float32)})
    assert frame.select(rung_of(pl.col("at"))).item() == rung


def test_a_border_lies_in_the_lower_band() -> None:
    frame = pl.DataFrame({"cc": [799.0, 800.0, 801.0, 1400.0, 1998.0, 2000.0, 2001.0, float("inf")]})
    assert borders("cc") == (800, 1400, 2000)
    assert frame.select(band_of(pl.col("cc"), "cc")).to_series().to_list() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_all_sulphur_leaves_as_twice_its_mass() -> None:
    assert grams_of_so2() == pytest.approx(1.998, abs=0.001)


def test_each_default_has_a_source() -> None:
    said = method()
    for source in (said.factors, said.driven, said.segments):
        assert source.title
        assert source.publisher
        assert source.address.startswith("https://")
    assert all(vehicle.km_per_year > 0 and vehicle.years > 0 for vehicle in vehicles().values())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"km_per_year": "many"}, ["--km-per-year", "'many'", "number"]),
        ({"km_per_year": "-1"}, ["--km-per-year", "-1", "0 to 1,000,000"]),
        ({"km_per_year": "nan"}, ["--km-per-year", "nan"]),
        ({"km_per_year": "tram=5"}, ["--km-per-year", "'tram'", "passenger-car"]),
        ({"km_per_year": "bus=1,bus=2"}, ["--km-per-year", "'bus'", "twice"]),
        ({"years": "5,6"}, ["--years", "GROUP=NUMBER"]),
        ({"years": "bus="}, ["--years", "''"]),
        ({"years": "101"}, ["--years", "101"]),
        ({"speed": "fast"}, ["--speed", "'fast'", "urban"]),
        ({"speed": "urban=60,rural=60"}, ["--speed", "120 %"]),
        ({"speed": "urban=-10,rural=110"}, ["--speed", "-10"]),
        ({"sulphur": -5.0}, ["--sulphur", "-5"]),
        ({"sulphur": float("nan")}, ["--sulphur", "nan"]),
    ],
)
def test_an_option_that_cannot_be_is_refused_in_a_sentence(options: dict[str, str], words: list[str]) -> None:
    with pytest.raises(ValueError, match=r"^--") as refused:
        Assumptions.from_words(**options)  # type: ignore[arg-type]
    for word in words:
        assert word in str(refused.value)


def test_options_by_group_leave_the_other_groups_as_they_are() -> None:
    given = Assumptions.from_words("bus=60000, truck=1e5", "12", "urban=25,rural=25,highway=50", 50)
    assert given.km_per_year == {
        "passenger-car": 14773,
        "light-commercial": 17413,
        "truck": 100_000,
        "bus": 60_000,
    }
    assert set(given.years.values()) == {12}
    assert given.mix == {"urban": 0.25, "rural": 0.25, "highway": 0.5}
    assert given.sulphur_mg_kg == 50
