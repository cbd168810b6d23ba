"""The register of policies: a row a provision, what it aims at, since when."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.standards.made import SOURCE, age, library, pack, provision, table, version
from vehiclecheck.scenarios.register import COLUMNS, Entry, quantified_share, register, target
from vehiclecheck.standards import check_file, load_library
from vehiclecheck.standards.checking import kind_names

DAY = dt.date
ON = DAY(2021, 8, 1)
URL = SOURCE.replace('kind = "law"', 'kind = "law"\nurl = "https://example.org/gazette"')
TAX = {"by": "all"}
CLASS_TAX = {"by": "class", "below": "Euro 4"}


def entries(folder: Path, *parts: str, history: bool = False, on: dt.date = ON) -> list[Entry]:
    packs = library(folder, pack("KE", *parts, sources=URL, name="Kenya"))
    assert check_file(packs.file("KE")) == []
    return register([packs.pack("KE")], on, history=history)


@pytest.mark.parametrize(
    ("kind", "asks", "said"),
    [
        ("max_age", age(8), (8.0, "years")),
        ("max_age", age(96, unit="months"), (96.0, "months")),
        ("max_age", {"from_date": "manufacture", "not_before": "2013-07-01"}, (2013.0, "year, not before")),
        ("min_age", {"from_date": "manufacture", "before": "1990-01-01"}, (1990.0, "year, before")),
        ("min_emission_class", {"class": "Euro 4"}, (4.0, "Euro")),
        ("min_emission_class", {"class": "Euro 6d"}, (6.2, "Euro")),
        ("min_emission_class", {"light": "Euro 5", "heavy": "Euro III"}, (5.0, "Euro")),
        ("min_emission_class", {"heavy": "Euro III"}, (3.0, "Euro")),
        ("exhaust_limit", {"quantity": "co_percent", "max": 0.5}, (0.5, "% vol")),
        ("exhaust_limit", {"quantity": "hc_ppm", "max": 1200}, (1200.0, "ppm")),
        ("exhaust_limit", {"quantity": "opacity_m1", "max": 2.5}, (2.5, "1/m")),
        ("max_odometer", {"max": 100000}, (100000.0, "km")),
        ("certificate", {"types": ["roadworthiness"]}, None),
        (
            "certificate",
            {"types": ["roadworthiness"], "max_age": 3, "unit": "months", "at": "arrival"},
            (3.0, "months"),
        ),
        ("registration", {"deregistered": True}, None),
        ("registration", {"within_months_of_manufacture": 12}, (12.0, "months")),
        ("registration", {"at_least_months": 6, "to_date": "shipment"}, (6.0, "months")),
        ("registration", {"at_most_months": 24, "to_date": "arrival"}, (24.0, "months")),
        ("surcharge", {**TAX, "rate_percent": 15, "of": "CIF value"}, (15.0, "%")),
        ("surcharge", {**TAX, "amount": 140, "currency": "USD"}, (140.0, "USD")),
        (
            "surcharge",
            {**TAX, "bands": [{"over": 8, "upto": 10, "rate_percent": 15}, {"over": 10, "rate_percent": 30}]},
            (15.0, "%"),
        ),
        ("surcharge", {**CLASS_TAX, "bands": [{"over": 1, "amount": 5}], "currency": "EUR"}, (5.0, "EUR")),
        ("surcharge", TAX, None),
        ("fuel_limit", {"property": "sulphur_mg_kg", "max": 50, "unit": "ppm"}, (50.0, "mg/kg")),
        ("fuel_limit", {"property": "cetane_number", "min": 51}, (51.0, "")),
        ("steering_side", {"side": "right"}, None),
        ("condition", {"refused": ["salvage"]}, None),
        ("equipment", {"items": ["esc"]}, None),
        ("permit", {"name": "licence"}, None),
        ("prohibition", {}, None),
        ("custom", {"sql": "seats < 9", "needs": ["seats"], "says": "few seats"}, None),
    ],
    ids=str,
)
def test_what_a_policy_aims_at(
    tmp_path: Path, kind: str, asks: dict[str, Any], said: tuple[float, str] | None
) -> None:
    (entry,) = entries(tmp_path, provision("KE.rule", kind, asks))
    assert entry.target == target(entry.version) == said
    row = entry.as_dict()
    assert (row["target"], row["unit"]) == (said or (None, None))


def test_a_minimum_age(tmp_path: Path) -> None:
    asks = {key: value for key, value in age(8).items() if key != "max"} | {"min": 30}
    (entry,) = entries(tmp_path, provision("KE.rule", "min_age", asks))
    assert entry.target == (30.0, "years")


def test_every_shipped_version_has_a_row_and_every_kind_its_place() -> None:
    packs = load_library().packs()
    found = register(packs, ON, history=True)
    assert len(found) == sum(len(each.versions) for each in packs)
    kinds = {entry.version.kind for entry in found}
    assert kinds <= set(kind_names())
    assert all(tuple(entry.as_dict()) == COLUMNS for entry in found[:50])
    with_number, whole = quantified_share(found)
    assert 0 < with_number < whole == len(found)
    # of these kinds each policy has a number
    for kind in ("max_age", "min_emission_class", "exhaust_limit", "max_odometer", "fuel_limit"):
        assert all(entry.target for entry in found if entry.version.kind == kind), kind


def test_a_row(tmp_path: Path) -> None:
    (entry,) = entries(
        tmp_path,
        provision(
            "KE.age",
            "max_age",
            age(8),
            version(from_=DAY(2015, 1, 1), to=DAY(2022, 1, 1), instrument="Act 5", grade="B"),
            scope={"condition": ["used"], "categories": ["M1"]},
            exempt=[{"regime": ["diplomatic"]}, {"categories": ["N1"]}],
            title="Used cars",
        ),
    )
    assert entry.as_dict() == {
        "code": "KE",
        "country": "Kenya",
        "region": "Eastern Africa",
        "provision": "KE.age",
        "title": "Used cars",
        "instrument": "Act 5",
        "subject": "vehicle",
        "direction": "import",
        "kind": "max_age",
        "policy": "age from manufacture to arrival, to the day: at most 8 years",
        "target": 8.0,
        "unit": "years",
        "scope": "Used vehicles (M1)",
        "exempt": "diplomats; vehicles (N1)",
        "effect": "refuse",
        "since": "2015-01-01",
        "known_since": "2015-01-01",
        "until": "2022-01-01",
        "in_force": "yes",
        "status": "enacted",
        "grade": "B",
        "adopted_from": None,
        "source": "State, Gazette, 2020-05",
        "url": "https://example.org/gazette",
    }


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, ("2010-01-01", "2010-01-01", None, "yes")),
        ({"first_seen": DAY(2015, 6, 30)}, (None, "2015-06-30", None, "yes")),
        ({"first_seen": DAY(2023, 6, 30)}, (None, "2023-06-30", None, "perhaps")),
        ({"to": DAY(2021, 8, 2)}, ("2010-01-01", "2010-01-01", "2021-08-02", "yes")),
        ({"last_seen": DAY(2018, 1, 1)}, ("2010-01-01", "2010-01-01", None, "perhaps")),
    ],
    ids=str,
)
def test_no_day_that_no_source_states(
    tmp_path: Path, more: dict[str, Any], told: tuple[str | None, ...]
) -> None:
    (entry,) = entries(tmp_path, provision("KE.age", "max_age", age(8), version(**more)))
    row = entry.as_dict()
    assert tuple(row[key] for key in ("since", "known_since", "until", "in_force")) == told


def test_what_holds_on_the_day_and_the_whole_history(tmp_path: Path) -> None:
    old = version(to=DAY(2021, 8, 1))
    new = version(from_=DAY(2021, 8, 1), asks={"max": 5})
    planned = version(from_=DAY(2030, 1, 1), status="draft")
    parts = [
        provision("KE.age", "max_age", age(8), old, new),
        provision("KE.ban", "prohibition", {}, planned, direction="export"),
    ]
    assert [(each.version.provision, each.target) for each in entries(tmp_path, *parts)] == [
        ("KE.age", (5.0, "years"))
    ]
    before = entries(tmp_path, *parts, on=DAY(2021, 7, 31))
    assert [each.target for each in before] == [(8.0, "years")]
    whole = entries(tmp_path, *parts, history=True)
    assert [(each.version.provision, each.target, each.as_dict()["in_force"]) for each in whole] == [
        ("KE.age", (8.0, "years"), "no"),
        ("KE.age", (5.0, "years"), "yes"),
        ("KE.ban", None, "no"),
    ]


def test_what_is_adopted_says_from_whom(tmp_path: Path) -> None:
    bloc = pack("GCC", provision("GCC.age", "max_age", age(8)))
    packs = library(tmp_path, pack("KE", table("adopt", {"standard": "GCC", **version()})), standards=[bloc])
    (entry,) = register([packs.pack("KE")], ON)
    row = entry.as_dict()
    assert (row["provision"], row["adopted_from"], row["code"]) == ("KE:GCC.age", "GCC", "KE")
    (own,) = register([packs.pack("GCC")], ON)
    assert (own.as_dict()["region"], own.as_dict()["adopted_from"]) == (None, None)


def test_the_share_with_a_number(tmp_path: Path) -> None:
    found = entries(
        tmp_path,
        provision("KE.age", "max_age", age(8)),
        provision("KE.ban", "prohibition", {}),
        provision("KE.side", "steering_side", {"side": "right"}),
    )
    assert quantified_share(found) == (1, 3)
    assert quantified_share([]) == (0, 0)
