"""Results of fuel tests that are no single number: ranges, and values with how sure they are."""

from __future__ import annotations

import polars as pl
import pytest

from tests.records.fuel_cells import FIELDS, as_from_a_file
from vehiclecheck.records.number_cells import COMMA, POINT, evidence
from vehiclecheck.records.numbers import column_evidence, read_column

#: Property, lowest and highest value, and how a cell may say it.
RANGES: list[tuple[str, float | None, float | None, str]] = [
    (
        "sulphur_mg_kg",
        40,
        60,
        "40..60 | 40-60 | 40 - 60 | 40–60 | 40 … 60 | 40..60 ppm | 40 ppm..60 ppm | 40-60 mg/kg | 40 mg/kg .. 60"
        " | 0.004..0.006 % | 0,004-0,006 % | 4E1-6E1",
    ),
    (
        "sulphur_mg_kg",
        59,
        65,
        "62 ± 3 | 62±3 | 62 +/- 3 | 62 +- 3 | 62 ± 3 mg/kg | 62 mg/kg ± 3 | 62 ppm ± 3 ppm | 0.0062 ± 0.0003 % m/m"
        " | 0,0062 % ± 0,0003 %",
    ),
    # a share of the value, where its own unit stands behind it
    ("sulphur_mg_kg", 58.9, 65.1, "62 mg/kg ± 5 %"),
    ("sulphur_mg_kg", 0, 5, "2 ± 3"),
    ("sulphur_mg_kg", 60, None, "60.. | 0.006.. %"),
    ("sulphur_mg_kg", 0, 10, "..10 | ..0.001 %"),
    ("sulphur_mg_kg", 60, 60, "60..60 | 60 ± 0"),
    # what can be read in two ways stays open in both
    ("sulphur_mg_kg", 1.2, 1500, "1.200-1.500"),
    ("sulphur_mg_kg", 40, 1200, "40-1.200"),
    ("benzene_pct", 0.8, 1, "0.9 ± 0.1 % | 0.9 % ± 0.1 % | 0.8-1.0 % v/v"),
    ("ron", 94.5, 95.9, "95.2 ± 0.7 | RON 95.2 ± 0.7"),
    ("ron", 95, 97, "RON 95-97 | 95-97 RON"),
    ("ron", 197, 200, "199 ± 2"),
    ("gum_mg_100ml", 1, 2, "1-2 mg/100 mL | 10..20 mg/L"),
    ("density_15c", 830, 840, "0.83-0.84 | 0.83..0.84 kg/L | 830-840 kg/m3 @ 15 °C"),
    ("density_15c", 831, 833, "0.832 ± 0.001 | 832 ± 1 kg/m3"),
    ("flash_point_c", 55, 65, "140 ± 9 °F | 60 ± 5 °C"),
    ("flash_point_c", None, 60, "..60 | ..140 °F"),
    ("flash_point_c", -10, -5, "-10..-5 °C"),
    ("flash_point_c", -42, -38, "-40 ± 2"),
]


@pytest.mark.parametrize(
    ("name", "text", "low", "high"),
    [(name, text, low, high) for name, low, high, texts in RANGES for text in texts.split(" | ")],
)
def test_a_range_is_bounds(name: str, text: str, low: float | None, high: float | None) -> None:
    read = as_from_a_file(name, text)
    assert read.reason is None
    assert (read.low, read.high) == (low, high)


NO_NUMBER = "no number can be read"
OTHER = "what stands beside the number is no unit of this column"
#: Property, why, and how a cell may say it.
NO_RANGES = [
    # a sign is no dash
    ("sulphur_mg_kg", "outside 0 to 1,000,000 mg/kg", "-5 | -40-60 | -5 ± 1"),
    ("sulphur_mg_kg", "the range ends before it begins", "60-40 | 60..40 | 1.5-1.2"),
    ("sulphur_mg_kg", NO_NUMBER, "40..60..80 | .. | 62 ± -3 | ± 3 | 62 ± | 62 ± 3..4 °C"),
    ("sulphur_mg_kg", OTHER, "<40..60 | 40..<60 | 40..60 °C | 62 ± 3 °C | 40..x | 12-11-2026"),
    ("sulphur_mg_kg", "two numbers in different units", "40 mg/kg..60 ppb | 62 mg/kg ± 3 ppb"),
    (
        "sulphur_mg_kg",
        "± % may be a share of the value or of the fuel: write the unit behind the value as well",
        "62 ± 5 %",
    ),
    ("density_15c", "outside 400 to 1,200 kg/m3", "8.1-8.4 | 8320 ± 5 | 830..8400"),
    # neither of an amount, which is no result of a test
    ("volume_m3", NO_NUMBER, "40..60 m3"),
    ("volume_m3", OTHER, "40-60 m3 | 62 ± 3 m3 | 1e3 m3"),
]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [(name, text, reason) for name, reason, texts in NO_RANGES for text in texts.split(" | ")],
)
def test_what_is_no_range(name: str, text: str, reason: str) -> None:
    assert as_from_a_file(name, text).reason == reason


@pytest.mark.parametrize(
    ("proof", "texts"),
    [
        (0, "40..60 | 40-60 | 62 ± 3 | 1.234..1.500 | 60.. | ..60"),
        (POINT, "40.5..60.5 | 62 ± 0.5 | 1.234E-4 | 40.5-60"),
        (COMMA, "40,5-60,25 | 62,5 ± 0,5 | 1,234E-4 | 40..60,5"),
    ],
)
def test_a_range_proves_what_its_ends_prove(proof: int, texts: str) -> None:
    assert {text: evidence(text) for text in texts.split(" | ")} == dict.fromkeys(texts.split(" | "), proof)


def test_a_range_does_not_turn_the_rest_of_its_column() -> None:
    column = pl.Series(["40..60", "1.234", "12.5"])
    read = read_column(column, FIELDS["sulphur_mg_kg"], column_evidence(column))
    assert read.low.to_list() == [40, 1.234, 12.5]
    assert read.high.to_list() == [60, 1.234, 12.5]
