"""Rules in SQL: what they see of a record, and of what it does not tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standards.made import judged, library, pack, provision

VIN = "JT2AE09W4P0038539"
FULL = {
    "importer": "KE",
    "exporter": "JP",
    "category": "M1",
    "vin": VIN,
    "seats": "5",
    "engine_cc": "1600",
    "co_percent": "0.4",
    "manufactured": "2015-03-01",
    "arrived_on": "2020-06-01",
    "deregistered": "yes",
    "propulsion": "petrol",
    "condition": "used",
}
BARE = {"importer": "KE", "arrived_on": "2020-06-01"}


def outcome(folder: Path, sql: str, needs: list[str], *rows: dict[str, str]) -> list[tuple[str, str]]:
    rule = provision("KE.rule", "custom", {"sql": sql, "needs": needs, "says": "a rule of its own"})
    verdicts, findings = judged(library(folder, pack("KE", rule)), *rows)
    assert len(verdicts) == len(findings) == len(rows)
    assert {finding["required"] for finding in findings} == {"a rule of its own"}
    return [(finding["outcome"], finding["missing"]) for finding in findings]


@pytest.mark.parametrize(
    ("sql", "needs", "said"),
    [
        ("vin LIKE 'JT%'", ["vin"], "pass"),
        ("vin LIKE 'WV%'", ["vin"], "fail"),
        ("length(vin) = 17", ["vin"], "pass"),
        ("seats <= 9 AND engine_cc > 2000", ["seats", "engine_cc"], "fail"),
        ("co_percent * 2 < 1", ["co_percent"], "pass"),
        ("manufactured >= DATE '2015-03-01'", ["manufactured"], "pass"),
        ("manufactured > DATE '2015-03-01'", ["manufactured"], "fail"),
        ("NOT deregistered", ["deregistered"], "fail"),
        ("importer = 'KE' AND exporter <> 'JP'", ["importer", "exporter"], "fail"),
    ],
)
def test_what_is_told(tmp_path: Path, sql: str, needs: list[str], said: str) -> None:
    assert outcome(tmp_path, sql, needs, FULL) == [(said, "")]


@pytest.mark.parametrize(
    ("sql", "needs"),
    [
        ("vin LIKE 'JT%'", ["vin"]),
        ("upper(vin) = vin", ["vin"]),
        ("seats <= 9", ["seats"]),
        ("seats + 1 <= 9", ["seats"]),
        ("co_percent * 2 < 1", ["co_percent"]),
        ("opacity_m1 / 2 < 1", ["opacity_m1"]),
        ("model_year % 2 = 0", ["model_year"]),
        ("manufactured >= DATE '2015-03-01'", ["manufactured"]),
        ("certificate_on < DATE '2015-03-01'", ["certificate_on"]),
        ("NOT deregistered", ["deregistered"]),
        ("CASE WHEN deregistered THEN TRUE WHEN NOT deregistered THEN FALSE END", ["deregistered"]),
    ],
)
def test_a_column_that_the_file_lacks_is_not_told_and_of_its_own_type(
    tmp_path: Path, sql: str, needs: list[str]
) -> None:
    assert outcome(tmp_path, sql, needs, BARE) == [("unknown", needs[0])]


def test_a_cell_that_is_empty_is_not_told(tmp_path: Path) -> None:
    found = outcome(tmp_path, "vin LIKE 'JT%' AND seats < 9", ["vin", "seats"], FULL, FULL | {"vin": ""})
    assert found == [("pass", ""), ("unknown", "vin")]
    found = outcome(tmp_path, "vin LIKE 'JT%' AND seats < 9", ["vin", "seats"], FULL | {"seats": ""})
    assert found == [("unknown", "seats")]


def test_a_date_that_is_no_day_is_not_told(tmp_path: Path) -> None:
    row = FULL | {"manufactured": "2015-03"}
    sql = "manufactured >= DATE '2010-01-01'"
    assert outcome(tmp_path, sql, ["manufactured"], row) == [("unknown", "manufactured")]


def test_what_settles_itself_needs_nothing_more(tmp_path: Path) -> None:
    sql = "engine_cc > 1000 OR seats < 3"
    assert outcome(tmp_path, sql, ["engine_cc", "seats"], FULL | {"seats": ""}) == [("pass", "")]
