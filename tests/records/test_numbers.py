"""Numbers as people write them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.records.fuel_numbers import FUEL_NUMBERS
from vehiclecheck.records.number_cells import COMMA, POINT, evidence, read_number
from vehiclecheck.records.number_fields import QUANTITY, VALUE, VEHICLE_NUMBERS, NumberField
from vehiclecheck.records.numbers import column_evidence, read_column

FIELDS: dict[str, NumberField] = {
    spec.name: spec for spec in (*FUEL_NUMBERS, *VEHICLE_NUMBERS, QUANTITY, VALUE)
}


@pytest.mark.parametrize(
    ("field", "text", "low", "high"),
    [
        ("engine_cc", "1998", 1998, 1998),
        ("engine_cc", "1998 cc", 1998, 1998),
        ("engine_cc", "1.998 L", 1998, 1998),
        ("engine_cc", "2,0 l", 2000, 2000),
        ("engine_cc", "1,998", 1998, 1998),
        ("engine_cc", "0", 0, 0),
        ("odometer_km", "120 000 km", 120_000, 120_000),
        ("odometer_km", "120\u00a0000", 120_000, 120_000),
        ("odometer_km", "75000 mi", 120_700.8, 120_700.8),
        ("odometer_km", "1'234'567", 1_234_567, 1_234_567),
        ("odometer_km", "12,34,567", 1_234_567, 1_234_567),
        ("odometer_km", "120.500", 120_500, 120_500),
        ("odometer_km", "120.000", 120, 120_000),
        ("gvw_kg", "1.234,5", 1234.5, 1234.5),
        ("gvw_kg", "1,234.5", 1234.5, 1234.5),
        ("gvw_kg", "3,5 t", 3500, 3500),
        ("power_kw", "100 PS", 73.549875, 73.549875),
        ("power_kw", "85.125", 85.125, 85.125),
        ("seats", "5 seats", 5, 5),
        ("quantity", "3 units", 3, 3),
        ("quantity", "1.0", 1, 1),
        ("value_usd", "1,234", 1234, 1234),
        ("value_usd", "US$ 1,234.50", 1234.5, 1234.5),
        ("value_usd", "12.5", 12.5, 12.5),
        ("sulphur_mg_kg", "0.005 %", 50, 50),
        ("density_15c", "0.745 kg/L", 745, 745),
    ],
)
def test_read(field: str, text: str, low: float, high: float) -> None:
    assert read_number(text, FIELDS[field]) == (pytest.approx(low), pytest.approx(high), None)


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("engine_cc", "1.6", "outside 20 to 40,000 cc"),
        ("person_vehicles", "0", "outside 1 to 100,000 vehicles"),
        ("odometer_km", "-5", "outside 0 to 5,000,000 km"),
        ("odometer_km", "~1000", "a limit or an estimate is no measured value"),
        ("sulphur_mg_kg", "~10", "a limit or an estimate is no measured value"),
        ("sulphur_mg_kg", "max 10", "a limit or an estimate is no measured value"),
        ("odometer_km", "<10", "a limit or an estimate is no measured value"),
        ("seats", "5+2", "what stands beside the number is no unit of this column"),
        ("seats", "five", "no number can be read"),
        ("odometer_km", "1.2.3", "no number can be read"),
        ("quantity", "0", "outside 1 to 1,000,000,000 units"),
        ("quantity", "1.5", "no whole number"),
        ("quantity", "1.000", "may be 1 or 1000"),
        ("value_usd", "EUR 5000", "what stands beside the number is no unit of this column"),
        # ranges, tolerances and powers of ten are of results of tests only
        ("seats", "5-7", "what stands beside the number is no unit of this column"),
        ("odometer_km", "40..60", "no number can be read"),
        ("gvw_kg", "3500 ± 50", "what stands beside the number is no unit of this column"),
        ("engine_cc", "2e3", "what stands beside the number is no unit of this column"),
        ("co_percent", "3.5 % m/m", "what stands beside the number is no unit of this column"),
    ],
)
def test_refused(field: str, text: str, reason: str) -> None:
    assert read_number(text, FIELDS[field]) == (None, None, reason)


@pytest.mark.parametrize(
    ("text", "proof"),
    [("1.234", 0), ("1,234", 0), ("1234", 0), ("12.5", POINT), ("12,5", COMMA), ("1,234.5", POINT),
    ("1.234,5", COMMA),
     ("1.234.567", COMMA), ("1,234,567", POINT), ("1234.567", POINT), ("0.125", POINT)],
)  # fmt: skip
def test_evidence(text: str, proof: int) -> None:
    assert evidence(text) == proof


def test_the_column_decides_what_one_cell_leaves_open() -> None:
    spec = FIELDS["net_mass_kg"]
    for sure, value in (("1250.50", 850.5), ("1250,50", 850500.0)):
        column = pl.Series([sure, "850.500"])
        read = read_column(column, spec, column_evidence(column))
        assert read.reasons is None
        assert read.low.to_list() == [1250.5, value]
    alone = read_column(pl.Series(["850.500"]), spec, 0)
    assert alone.reasons is not None
    assert alone.reasons.to_list() == ["may be 850.5 or 850500"]


def test_native_columns_are_checked_as_well() -> None:
    read = read_column(pl.Series("odometer_km", [5, None, -1]), FIELDS["odometer_km"], 0)
    assert read.low.to_list() == [5, None, None]
    assert read.reasons is not None
    assert read.reasons.to_list() == [None, None, "outside 0 to 5,000,000 km"]
    assert read_column(pl.Series("quantity", [1.0, 2.0, float("nan")]), QUANTITY, 0).reasons is None
    half = read_column(pl.Series("quantity", [1.0, 1.5]), QUANTITY, 0)
    assert half.reasons is not None
    assert half.reasons.to_list() == [None, "no whole number"]


@given(st.integers(0, 4_999_999))
def test_every_way_of_grouping_reads_the_same(number: int) -> None:
    spec = FIELDS["odometer_km"]
    grouped = f"{number:,}"
    for text in (
        str(number),
        grouped.replace(",", " "),
        grouped.replace(",", "'"),
        f"{number} km",
        f"{number}.0",
        f"{number},00",
    ):
        assert read_number(text, spec) == (number, number, None)
    low, high, reason = read_number(grouped, spec)
    assert reason is None
    assert (low or 0) <= number <= (high or 0)


@given(st.lists(st.text(alphabet="0123456789.,- km'", max_size=12), max_size=20))
def test_a_column_reads_as_its_cells_do(texts: list[str]) -> None:
    spec = FIELDS["odometer_km"]
    column = pl.Series("odometer_km", texts, dtype=pl.String)
    style = column_evidence(column)
    read = read_column(column, spec, style)
    reasons = read.reasons.to_list() if read.reasons is not None else [None] * len(texts)
    for text, low, high, reason in zip(texts, read.low, read.high, reasons, strict=True):
        expected = read_number(text, spec, style)
        assert (low, high) == expected[:2]
        assert (reason is None) == (expected[2] is None)
