"""What a country also asks, and no record can tell: told once a side, and never in a verdict."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.standards.made import age, judged, left_out, library, pack, provision, reviewed, version

DAY = dt.date
CAR = {"importer": "KE", "category": "M1", "manufactured": "2015-03-01", "arrived_on": "2020-06-01"}
LORRY = CAR | {"category": "N3"}


def advice(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [finding for finding in findings if finding["kind"] == "also_asks"]


def kenya(*items: str, most: float = 8) -> str:
    entry = reviewed(classes=["LDV", "HDV"])
    return pack("KE", entry, provision("KE.age", "max_age", age(most)), *items, name="Kenya")


def test_one_finding_a_side_with_all_that_is_asked(tmp_path: Path) -> None:
    packs = library(
        tmp_path,
        kenya(left_out("a quota of 100 cars"), left_out("a list of models")),
        pack(
            "JP", reviewed(direction="export"), left_out("a plate of brass", direction="export"), name="Japan"
        ),
    )
    _, findings = judged(packs, CAR | {"exporter": "JP", "shipped_on": "2020-05-01"})
    found = {finding["side"]: finding for finding in advice(findings)}
    assert len(found) == len(advice(findings)) == 2
    imported = found["import"]
    assert (imported["provision"], imported["country"], imported["effect"]) == (
        "KE.also.import",
        "KE",
        "advise",
    )
    assert (imported["outcome"], imported["status"], imported["missing"]) == ("unknown", "reported", "")
    assert imported["required"] == "a quota of 100 cars; a list of models"
    assert imported["message"] == (
        "Kenya also asks: a quota of 100 cars; a list of models. No record tells it. "
        "Source: State, Gazette, 2020-05"
    )
    assert found["export"]["provision"] == "JP.also.export"
    assert "Japan also asks: a plate of brass." in found["export"]["message"]


@pytest.mark.parametrize(
    ("row", "most", "verdict"),
    [
        (CAR, 8, "admitted"),
        (CAR, 2, "refused"),
        ({**CAR, "manufactured": ""}, 8, "undetermined"),
    ],
)
def test_a_verdict_is_what_it_is_without(
    tmp_path: Path, row: dict[str, str], most: float, verdict: str
) -> None:
    ((bare,), _) = judged(library(tmp_path / "bare", kenya(most=most)), row)
    ((told,), findings) = judged(library(tmp_path / "told", kenya(left_out("a quota"), most=most)), row)
    assert len(advice(findings)) == 1
    assert bare["importer_verdict"] == verdict
    assert told == bare


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [
        (reviewed(classes=["LDV", "HDV"], finding="unregulated"), "unregulated"),
        (reviewed(direction="export", finding="unregulated"), "no_pack"),
    ],
)
def test_where_nothing_else_applies_it_makes_no_verdict(tmp_path: Path, entry: str, verdict: str) -> None:
    packs = library(tmp_path, pack("KE", entry, left_out("a quota")))
    ((told,), findings) = judged(packs, CAR)
    assert len(advice(findings)) == 1
    assert (told["importer_verdict"], told["verdict"]) == (verdict, verdict)
    assert (told["reasons"], told["effects"], told["grade"]) == ("", "", "")


@pytest.mark.parametrize(
    ("arrived", "asked"),
    [
        ("2009-12-31", []),
        ("2010-01-01", ["a quota"]),
        ("2014-12-31", ["a quota"]),
        ("2015-01-01", ["a quota; a licence"]),
        ("2018-01-01", ["a licence"]),
        ("2009-11", []),
        ("2009", []),
    ],
)
def test_it_is_in_force_by_its_dates(tmp_path: Path, arrived: str, asked: list[str]) -> None:
    text = kenya(
        left_out("a quota", from_=DAY(2010, 1, 1), to=DAY(2018, 1, 1)),
        left_out("a licence", from_=DAY(2015, 1, 1)),
        most=99,
    )
    _, findings = judged(library(tmp_path, text), CAR | {"manufactured": "2005-01-01", "arrived_on": arrived})
    assert [finding["required"] for finding in advice(findings)] == asked


def test_of_a_date_that_straddles_a_change_it_is_told_once(tmp_path: Path) -> None:
    text = kenya(left_out("a quota", to=DAY(2020, 6, 1)), left_out("a licence", from_=DAY(2020, 6, 1)))
    (told,), findings = judged(library(tmp_path, text), CAR | {"arrived_on": "2020"})
    (found,) = advice(findings)
    assert (found["provision"], found["outcome"], found["effect"]) == ("KE.also.import", "unknown", "advise")
    assert told["importer_verdict"] == "admitted"


def test_light_and_heavy_are_apart(tmp_path: Path) -> None:
    text = kenya(left_out("for cars", classes=["LDV"]), left_out("for lorries", classes=["HDV"]))
    packs = library(tmp_path, text)
    _, findings = judged(packs, CAR, LORRY, {**CAR, "category": "L"})
    told = [(finding["record_id"], finding["provision"], finding["required"]) for finding in advice(findings)]
    first, second, _ = dict.fromkeys(finding["record_id"] for finding in findings)
    assert told == [
        (first, "KE.also.import.light", "for cars"),
        (second, "KE.also.import.heavy", "for lorries"),
    ]


def test_a_category_that_is_not_told_hears_of_both(tmp_path: Path) -> None:
    text = kenya(left_out("for cars", classes=["LDV"]), left_out("for lorries", classes=["HDV"]))
    _, findings = judged(library(tmp_path, text), {**CAR, "category": ""})
    assert [(found["provision"], found["missing"]) for found in advice(findings)] == [
        ("KE.also.import.light", "category"),
        ("KE.also.import.heavy", "category"),
    ]


def test_of_a_standard_that_is_asked_by_name(tmp_path: Path) -> None:
    bloc = pack("GCC", provision("GCC.age", "max_age", age(8)), left_out("a mark of conformity"))
    packs = library(tmp_path, kenya(left_out("a quota")), standards=[bloc])
    (told,), findings = judged(packs, CAR, standard="GCC")
    assert [(found["side"], found["provision"]) for found in advice(findings)] == [
        ("import", "KE.also.import"),
        ("standard", "GCC.also.import"),
    ]
    assert told["standard_verdict"] == "admitted"


def test_of_fuel(tmp_path: Path) -> None:
    limit = provision(
        "KE.diesel",
        "fuel_limit",
        {"property": "sulphur_mg_kg", "max": 50},
        version(),
        direction="market",
        scope={"products": ["diesel"]},
    )
    marker = left_out("a marker in all diesel", subject="fuel", direction="market")
    packs = library(tmp_path, pack("KE", reviewed("fuel"), limit, marker, left_out("a quota of cars")))
    record = {"importer": "KE", "product": "diesel", "sulphur_mg_kg": "10", "arrived_on": "2020-06-01"}
    (told,), findings = judged(packs, record, subject="fuel")
    assert [(found["provision"], found["required"]) for found in advice(findings)] == [
        ("KE.also.fuel", "a marker in all diesel")
    ]
    assert told["importer_verdict"] == "admitted"
    _, findings = judged(packs, CAR)
    assert [found["required"] for found in advice(findings)] == ["a quota of cars"]
