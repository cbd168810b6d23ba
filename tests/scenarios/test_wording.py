"""Provisions in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from tests.standards.packs import ADOPT, PACK, write
from vehiclecheck.scenarios.register import target
from vehiclecheck.scenarios.wording import (
    asked_words,
    exemption_words,
    scope_words,
    sentence,
    span_words,
)
from vehiclecheck.standards import Version, load_library


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Version]]:
    folder: Path = write(tmp_path_factory.mktemp("packs"), PACK + ADOPT)
    library = load_library(folder)
    packs = [library.pack("KE"), library.pack("GCC")]
    return {provision.id: list(provision.versions) for pack in packs for provision in pack.provisions}


def test_a_sentence_says_to_whom_and_what(versions: dict[str, list[Version]]) -> None:
    assert sentence(versions["KE.age.used"][1]) == (
        "Used vehicles (M1, N1): age from first registration to arrival, by calendar years: at most 7 years."
    )
    assert sentence(versions["KE.emission"][0]) == "Vehicles: emission class at least Euro 4."
    assert sentence(versions["KE:GCC.fuel.diesel"][1]) == (
        "Diesel: sulphur at most 10 mg/kg. Otherwise an inspection is due."
    )


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ({}, "Vehicles"),
        ({"categories": ["all"]}, "Vehicles"),
        (
            {"condition": ["used"], "propulsion": ["petrol", "diesel"], "categories": ["M1"]},
            "Used petrol or diesel vehicles (M1)",
        ),
        ({"gvw_kg": {"over": 3500, "max": 30000}}, "Vehicles, gross weight over 3,500 and up to 30,000 kg"),
        ({"seats": {"min": 9, "below": 15}}, "Vehicles, seats from 9 and under 15"),
        ({"origin": ["JP", "KR"]}, "Vehicles, from Japan or South Korea"),
        ({"not_origin": ["JP"]}, "Vehicles, not from Japan"),
        ({"importer_type": ["person"]}, "Vehicles, brought in by private persons"),
        ({"regime": ["returning_resident"]}, "Vehicles, claimed as returning residents"),
        ({"shipped": {"from": "2018-07-01", "before": "2018-10-01"}},
         "Vehicles, shipped from 2018-07-01 and before 2018-10-01"),
        ({"region": ["ZANZIBAR"]}, "Vehicles, in ZANZIBAR"),
    ],
)  # fmt: skip
def test_scopes(scope: dict[str, object], words: str) -> None:
    assert scope_words(scope, "vehicle") == words


def test_fuel_scopes() -> None:
    scope = {"products": ["petrol", "diesel"], "grades": ["E10"]}
    assert scope_words(scope, "fuel") == "Petrol and diesel, grade E10"


def test_exemptions_keep_their_notes() -> None:
    exempt = [
        {"regime": ["diplomatic"], "note": "on proof"},
        {"shipped": {"before": "2018-07-01"}},
        {"categories": ["tractor-unit"]},
    ]
    assert exemption_words(exempt, "vehicle") == [
        "diplomats (on proof)",
        "shipped before 2018-07-01",
        "vehicles (tractor-unit)",
    ]


def test_a_fixed_day_and_two_classes(versions: dict[str, list[Version]]) -> None:
    age, emission = versions["KE.age.used"][0], versions["KE.emission"][0]
    fixed = replace(age, asks={"from_date": "manufacture", "not_before": "2013-01-01"})
    assert asked_words(fixed) == "made not before 2013-01-01"
    split = replace(emission, asks={"light": "Euro 4", "heavy": "Euro IV"})
    assert asked_words(split) == "emission class at least Euro 4 (light), Euro IV (heavy)"


@pytest.mark.parametrize(
    ("asks", "words", "aim"),
    [
        ({"max": 1, "within": 3, "unit": "years"}, "at most 1 in 3 years", (1.0, "vehicles in 3 years")),
        ({"max": 2, "within": 1, "unit": "years"}, "at most 2 in 1 year", (2.0, "vehicles in 1 year")),
        ({"max": 1}, "at most 1 ever", (1.0, "vehicles")),
    ],
)
def test_so_many_for_one_person(
    versions: dict[str, list[Version]], asks: dict[str, object], words: str, aim: tuple[float, str]
) -> None:
    limit = replace(
        versions["KE.age.used"][0], kind="max_per_person", asks=asks, scope={"importer_type": ["person"]}
    )
    assert asked_words(limit) == f"vehicles of one person: {words}"
    assert sentence(limit) == f"Vehicles, brought in by private persons: vehicles of one person: {words}."
    assert target(limit) == aim


def test_a_unit_that_is_more_than_a_unit_does_not_spoil_the_number(
    versions: dict[str, list[Version]],
) -> None:
    lead = replace(
        versions["KE:GCC.fuel.diesel"][0], asks={"property": "lead_g_l", "max": 0.005, "unit": "5 mg/l"}
    )
    assert asked_words(lead) == "lead at most 0.005 g/L (law: 5 mg/l)"


def test_spans(versions: dict[str, list[Version]]) -> None:
    old, new = versions["KE.age.used"]
    assert span_words(old) == "since 2015-01-01, to 2019-12-31"
    assert span_words(new) == "since 2020-01-01"
    assert span_words(versions["KE.emission"][0]) == "known since 2022-12-31, start unknown"
    first, second = versions["GCC.fuel.petrol"]
    assert span_words(first) == "since 2015-01-01, known to 2018-12-31, perhaps to 2024-09-29"
    assert span_words(second) == "known since 2024-09-30, perhaps since 2019-01-01"


@pytest.mark.parametrize(
    ("day", "first", "second"),
    [
        ("2014-12-31", False, False),
        ("2015-01-01", True, False),
        ("2018-12-31", True, False),
        ("2019-01-01", None, None),
        ("2024-09-29", None, None),
        ("2024-09-30", False, True),
    ],
)
def test_in_force(
    versions: dict[str, list[Version]], day: str, first: bool | None, second: bool | None
) -> None:
    old, new = versions["GCC.fuel.petrol"]
    on = dt.date.fromisoformat(day)
    assert (old.in_force(on), new.in_force(on)) == (first, second)


def test_every_shipped_version_has_words() -> None:
    library = load_library()
    for pack in library.packs([*library.countries, *library.standards]):
        for version in pack.versions:
            assert sentence(version).endswith(".")
            assert span_words(version)
