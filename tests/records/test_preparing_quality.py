"""What a record says that cannot all be true: told, never a reason to refuse it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from vehiclecheck.records.preparing import PrepareOptions, prepare
from vehiclecheck.records.wordbook import WordBook

BOOK = WordBook()


def _checks(columns: dict[str, Any], **options: Any) -> list[tuple[int, str]]:
    lists = {name: value if isinstance(value, list) else [value] for name, value in columns.items()}
    raw = pl.DataFrame(lists).with_row_index("line", offset=2)
    prepared = prepare(raw, options=PrepareOptions(importer="KE", **options), words=BOOK)
    assert prepared.set_aside.is_empty(), prepared.set_aside.row(0)
    assert prepared.records.height == raw.height
    assert prepared.quality.get_column("message").null_count() == 0
    return prepared.quality.select("line", "check").rows()


@pytest.mark.parametrize(
    ("columns", "check"),
    [
        ({"first_registered": "2026-01-03", "arrived_on": "2026-01-01"}, "first_registered_after_arrival"),
        ({"first_registered": "2026-01-02", "arrived_on": "2026-01-01"}, None),
        ({"first_registered": "2026-02-01", "arrived_on": "2026-01-31"}, None),
        ({"first_registered": "2026-02-02", "arrived_on": "2026-01-31"}, "first_registered_after_arrival"),
        ({"first_registered": "2026", "arrived_on": "2026-01-01"}, None),
        ({"shipped_on": "2026-03", "arrived_on": "2026-02"}, "shipped_after_arrival"),
        ({"shipped_on": "2026-02", "arrived_on": "2026-02"}, None),
        ({"manufactured": "2020", "first_registered": "2019"}, "manufactured_after_registered"),
        ({"model_year": "2020", "manufactured": "2016"}, "model_year_against_manufactured"),
        ({"model_year": "2020", "manufactured": "2019"}, None),
        ({"manufactured": "2027", "arrived_on": "2026"}, "manufactured_after_arrival"),
        ({"certificate_on": "2026-02", "certificate_valid_until": "2026-01"}, "certificate_after_its_end"),
        ({"category": "M1", "hs_code": "870423"}, "category_against_hs_code"),
        ({"propulsion": "petrol", "hs_code": "870332", "arrived_on": "2026"}, "propulsion_against_hs_code"),
        ({"engine_cc": "2500", "hs_code": "870322"}, "engine_cc_against_hs_code"),
        ({"engine_cc": "1500", "hs_code": "870322"}, None),
        ({"condition": "new", "hs_code": "87032390", "exporter": "DE"}, "condition_against_hs_code"),
        ({"condition": "salvage", "hs_code": "87032390", "exporter": "DE"}, None),
        ({"hs_code": "870377"}, "hs_code_not_understood"),
        ({"body": "three and a half doors"}, "body_not_understood"),
        ({"emission_class": "Phlogiston 3"}, "emission_class_not_understood"),
        ({"vin": "1M8GDM9AXKP042788"}, None),
        ({"vin": "1M8GDM9A1KP042788"}, "vin_check_digit"),
        ({"vin": "WDD2211711A000O00"}, "vin_letters"),
        ({"vin": "BNR34-000567"}, None),
        ({"vin": "none seen!"}, "vin_not_a_number"),
        ({"vin": "1M8GDM9AXKP042788", "model_year": "2005"}, "vin_model_year"),
        ({"vin": "1M8GDM9AXKP042788", "model_year": "1989"}, None),
    ],
)
def test_one_record(columns: dict[str, Any], check: str | None) -> None:
    expected = [] if check is None else [(2, check)]
    assert _checks(columns, infer=False) == expected


def test_the_future_is_doubtful_where_the_year_of_the_assessment_is_known() -> None:
    columns = {"first_registered": ["2027-01", "2026-12"]}
    assert _checks(columns) == []
    assert _checks(columns, assessed_year=2026) == [(2, "first_registered_in_the_future")]


def test_the_same_vehicle_twice() -> None:
    columns = {"vin": ["BNR34-000567", "JT1234567890ABCDE", "bnr34 000567", None, None, "-", "-"]}
    found = [row for row in _checks(columns) if row[1] == "vehicle_repeated"]
    assert found == [(4, "vehicle_repeated")]


def test_an_odometer_that_ran_backwards() -> None:
    columns = {
        "vin": ["SV30-0169266"] * 3 + ["BNR34-000567"] * 2,
        "odometer_km": ["90000", "120000", "100000", "5000", "6000"],
        "arrived_on": ["2025-01", "2025-02", "2026-01", "2026-01", "2026-02"],
    }
    assert [row for row in _checks(columns) if row[1] == "odometer_ran_backwards"] == [
        (4, "odometer_ran_backwards")
    ]


def test_the_key_of_a_vehicle_is_handed_on() -> None:
    raw = pl.DataFrame({"vin": ["sv30-0169266", "x", None], "line": [2, 3, 4]})
    prepared = prepare(raw, options=PrepareOptions(importer="KE"), words=BOOK)
    assert prepared.records.get_column("vehicle_key").to_list() == ["SV300169266", None, None]


def test_a_finding_says_where_it_is() -> None:
    raw = pl.DataFrame(
        {
            "record_id": ["a"],
            "shipped_on": ["March 2026"],
            "arrived_on": ["2026-02-01"],
            "line": [17],
            "file": [3],
        }
    )
    prepared = prepare(raw, options=PrepareOptions(importer="KE"), words=BOOK)
    assert prepared.quality.rows() == [
        (
            3,
            17,
            "a",
            "shipped_after_arrival",
            "shipped_on",
            "March 2026",
            "shipped on 2026-03-01 or later, but arrived by 2026-02-01",
        )
    ]
