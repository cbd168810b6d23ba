"""The class that countries demand of the vehicles that arrive, on packs made for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.standards.made import library, pack, provision, reviewed, version
from vehiclecheck.scenarios.demanded import Demanded, demanded
from vehiclecheck.vocabulary.ladders import LOWEST

ON = dt.date(2026, 7, 1)
BOTH = reviewed(classes=["LDV", "HDV"])


def emission(*versions: dict[str, Any], name: str = "KE.class", asks: Any = None, **more: Any) -> str:
    return provision(name, "min_emission_class", asks or {"class": "Euro 4"}, *versions, **more)


def asked(
    folder: Path, *parts: str, fuel: str = "diesel", on: dt.date = ON
) -> dict[tuple[str, str], Demanded]:
    """What Kenya demands, by vehicles and condition."""
    packs = library(folder, pack("KE", BOTH, *parts))
    return {key[2:]: found for key, found in demanded(packs, ["KE"], fuel, [on]).items()}


def test_who_asks_for_nothing(tmp_path: Path) -> None:
    found = asked(tmp_path)
    assert set(found) == {
        (group, condition) for group in ("cars", "vans", "heavy") for condition in ("used", "new")
    }
    assert set(found.values()) == {Demanded(LOWEST, LOWEST, (), (False, False))}


def test_a_class_of_all_vehicles(tmp_path: Path) -> None:
    assert set(asked(tmp_path, emission()).values()) == {Demanded(4, 4, ("KE.class",), (False, False))}


@pytest.mark.parametrize(
    ("name", "position"), [("Euro 1", 1), ("Euro 5", 5), ("Euro 6b", 6), ("Euro 6d", 6.2)]
)
def test_each_class_is_found_as_it_is_asked(tmp_path: Path, name: str, position: float) -> None:
    assert asked(tmp_path, emission(asks={"class": name}))["cars", "used"].sure == position


def test_light_and_heavy_have_their_own(tmp_path: Path) -> None:
    found = asked(tmp_path, emission(asks={"light": "Euro 5", "heavy": "Euro III"}))
    assert [found[group, "used"].sure for group in ("cars", "vans", "heavy")] == [5, 5, 3]


def test_the_strictest_of_a_group_counts(tmp_path: Path) -> None:
    found = asked(tmp_path, emission(scope={"categories": ["M3"]}))
    assert [found[group, "used"].sure for group in ("cars", "vans", "heavy")] == [LOWEST, LOWEST, 4]


def test_used_and_new_apart(tmp_path: Path) -> None:
    found = asked(tmp_path, emission(scope={"condition": ["new"]}))
    assert (found["cars", "used"].sure, found["cars", "new"].sure) == (LOWEST, 4)


def test_a_class_of_the_other_fuel_is_not_asked(tmp_path: Path) -> None:
    part = emission(scope={"propulsion": ["petrol"]})
    assert asked(tmp_path, part)["cars", "used"].sure == LOWEST
    assert asked(tmp_path, part, fuel="petrol")["cars", "used"].sure == 4


def test_what_does_not_refuse_is_not_demanded(tmp_path: Path) -> None:
    parts = (
        emission(version(status="draft"), name="KE.draft"),
        emission(name="KE.advice", effect="advise"),
        emission(name="KE.tax", effect="surcharge"),
        emission(name="KE.export", direction="export"),
    )
    assert asked(tmp_path, *parts)["cars", "used"].perhaps == LOWEST


def test_what_may_be_in_force_is_demanded_perhaps(tmp_path: Path) -> None:
    part = emission(version(first_seen=dt.date(2026, 12, 31)))
    found = asked(tmp_path, part)["cars", "used"]
    assert (found.sure, found.perhaps, found.provisions) == (LOWEST, 4, ("KE.class",))


def test_the_law_of_each_day(tmp_path: Path) -> None:
    steps = (
        version(to=dt.date(2020, 1, 1), asks={"class": "Euro 2"}),
        version(from_=dt.date(2020, 1, 1), asks={"class": "Euro 5"}),
    )
    packs = library(tmp_path, pack("KE", BOTH, emission(*steps)))
    days = [dt.date(year, 7, 1) for year in (2009, 2015, 2021)]
    found = demanded(packs, ["KE"], "diesel", days)
    assert [found["KE", day, "cars", "used"].sure for day in days] == [LOWEST, 2, 5]


def test_a_ban_is_told_and_its_vehicles_are_asked_for_nothing(tmp_path: Path) -> None:
    ban = provision("KE.ban", "prohibition", {}, scope={"condition": ["used"], "categories": ["M1", "M3"]})
    found = asked(tmp_path, emission(), ban)
    assert found["cars", "used"] == Demanded(LOWEST, LOWEST, (), (True, True))
    # lorries still come in
    assert found["heavy", "used"] == Demanded(4, 4, ("KE.class",), (False, False))
    assert found["cars", "new"].sure == 4


def test_an_age_limit_is_no_ban(tmp_path: Path) -> None:
    from tests.standards.made import age

    old = provision("KE.age", "max_age", age(0))
    assert asked(tmp_path, old)["cars", "used"].banned == (False, False)
