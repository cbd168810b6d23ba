"""What fuel serves beside what is asked: each finding on packs made for it, and history that is known."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standards.made import library, pack, provision, reviewed, version
from vehiclecheck.scenarios.demanded import Demanded
from vehiclecheck.scenarios.fuel_gaps import (
    BANNED,
    CLEANER,
    FITS,
    MORE,
    NEITHER,
    RUINS,
    STRAINS,
    UNKNOWN,
    Gap,
    fuel_gaps,
)
from vehiclecheck.standards import load_library
from vehiclecheck.standards.legal_sulphur import Allowed
from vehiclecheck.vocabulary.fuel_needs import FUELS, need_of

ON = dt.date(2026, 7, 1)
BOTH = reviewed(classes=["LDV", "HDV"])


def sulphur(most: float, *versions: dict[str, Any], name: str = "KE.fuel.diesel", **scope: Any) -> str:
    asks = {"property": "sulphur_mg_kg", "max": most}
    scope = {"products": ["diesel"], **scope}
    return provision(name, "fuel_limit", asks, *versions, direction="market", scope=scope)


def emission(name: str, *versions: dict[str, Any], **scope: Any) -> str:
    ident = f"KE.class.{'new' if scope.get('condition') == ['new'] else 'all'}"
    return provision(ident, "min_emission_class", {"class": name}, *versions, scope=scope)


def gaps(folder: Path, *parts: str, fuel: str = "diesel") -> dict[str, Gap]:
    """Kenya's, by vehicles."""
    found = fuel_gaps(library(folder, pack("KE", *parts, name="Kenya")), ["KE"], fuel, [ON])
    assert [gap.vehicles for gap in found] == ["cars", "vans", "heavy"]
    return {gap.vehicles: gap for gap in found}


@pytest.mark.parametrize(
    ("fuel", "asked", "finding"),
    [
        (50, "Euro 5", RUINS),
        (500, "Euro 4", RUINS),
        (51, "Euro 4", RUINS),
        (5000, "Euro 2", STRAINS),
        (500, "Euro 3", STRAINS),
        (50, "Euro 4", FITS),
        (10, "Euro 6d", FITS),
        (500, "Euro 2", FITS),
        (10, "Euro 5", MORE),
        (50, "Euro 3", MORE),
        (15, "Euro 4", FITS),
        # Europe says 10, the United States 15
        (15, "Euro 5", UNKNOWN),
        (16, "Euro 5", RUINS),
    ],
)
def test_a_limit_and_a_class(tmp_path: Path, fuel: float, asked: str, finding: str) -> None:
    found = gaps(tmp_path, BOTH, reviewed("fuel"), sulphur(fuel), emission(asked))
    assert {gap.finding for gap in found.values()} == {finding}


@pytest.mark.parametrize(("fuel", "finding"), [(10, MORE), (500, MORE), (501, NEITHER), (5000, NEITHER)])
def test_nothing_asked(tmp_path: Path, fuel: float, finding: str) -> None:
    assert gaps(tmp_path, BOTH, reviewed("fuel"), sulphur(fuel))["cars"].finding == finding


def test_grades_side_by_side(tmp_path: Path) -> None:
    fuels = (sulphur(500), sulphur(10, name="KE.fuel.s10", grades=["S10"]))
    found = gaps(tmp_path, BOTH, reviewed("fuel"), *fuels, emission("Euro 5"))["cars"]
    assert found.finding == CLEANER
    assert (found.as_dict()["serves"], found.as_dict()["cleanest_serves"]) == ("Euro 2", "every class")
    assert gaps(tmp_path, BOTH, reviewed("fuel"), *fuels, emission("Euro 2"))["cars"].finding == FITS


def test_unknown_says_what_is_missing(tmp_path: Path) -> None:
    fuel, asked = reviewed("fuel"), emission("Euro 4")
    open_law = sulphur(50, version(first_seen=dt.date(2026, 12, 1)))
    free = reviewed("fuel", finding="unregulated", sources=["gazette"])
    perhaps = emission("Euro 4", version(first_seen=dt.date(2026, 12, 1)))
    for parts, why in (
        ((BOTH, asked), "no sulphur limit known"),
        ((BOTH, fuel, open_law, asked), "the sulphur limit is open"),
        ((BOTH, free, asked), "sulphur is not regulated"),
        ((fuel, sulphur(50)), "vehicles not reviewed"),
        ((BOTH, fuel, sulphur(500), perhaps), "what is asked is open"),
    ):
        found = gaps(tmp_path, *parts)["cars"]
        assert (found.finding, found.why_unknown) == (UNKNOWN, why)


def test_a_doubt_that_changes_nothing_is_no_doubt(tmp_path: Path) -> None:
    perhaps = emission("Euro 3", version(first_seen=dt.date(2026, 12, 1)))
    assert gaps(tmp_path, BOTH, reviewed("fuel"), sulphur(50), perhaps)["cars"].finding == MORE


def test_used_vehicles_that_do_not_come_in(tmp_path: Path) -> None:
    ban = provision("KE.ban", "prohibition", {}, scope={"condition": ["used"], "categories": ["M1", "N1"]})
    law = (BOTH, reviewed("fuel"), sulphur(50), ban)
    found = gaps(tmp_path, *law)
    assert [gap.finding for gap in found.values()] == [BANNED, BANNED, MORE]
    # then the new ones decide
    found = gaps(tmp_path, *law, emission("Euro 6", condition=["new"]))
    assert (found["cars"].finding, found["cars"].about) == (RUINS, "new")


def test_new_vehicles_that_are_ruined_are_told_before_used_ones_that_are_not(tmp_path: Path) -> None:
    parts = (emission("Euro 4"), emission("Euro 6", condition=["new"]))
    found = gaps(tmp_path, BOTH, reviewed("fuel"), sulphur(50), *parts)["cars"]
    assert (found.finding, found.about) == (RUINS, "new")
    assert (found.as_dict()["asks_of_used"], found.as_dict()["asks_of_new"]) == ("Euro 4", "Euro 6")


def test_a_reported_level_is_told_and_decides_nothing(tmp_path: Path) -> None:
    level = provision(
        "KE.level",
        "fuel_limit",
        {"property": "sulphur_mg_kg", "max": 10},
        effect="advise",
        direction="market",
        scope={"products": ["diesel"]},
    )
    found = gaps(tmp_path, BOTH, reviewed("fuel"), level, emission("Euro 5"))["cars"]
    assert (found.finding, found.reported) == (UNKNOWN, 10)
    assert gaps(tmp_path, BOTH, reviewed("fuel"), level, fuel="petrol")["cars"].reported is None


def test_both_laws_are_named(tmp_path: Path) -> None:
    row = gaps(tmp_path, BOTH, reviewed("fuel"), sulphur(50), emission("Euro 5"))["heavy"].as_dict()
    assert (row["fuel_provisions"], row["vehicle_provisions"]) == ("KE.fuel.diesel", "KE.class.all")
    assert (row["serves"], row["asks_of_used"], row["finding"]) == ("Euro IV", "Euro V", RUINS)


POSITION = st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.2])
LIMIT = st.sampled_from([5.0, 10.0, 12.0, 15.0, 20.0, 50.0, 150.0, 350.0, 500.0, 2000.0])


@given(st.sampled_from(FUELS), POSITION, LIMIT, LIMIT)
def test_the_finding_is_what_the_need_says(fuel: str, position: float, one: float, other: float) -> None:
    """Ruin only where even the cleanest fuel is above the need, and no vehicle that a pump serves is called ruined."""
    from vehiclecheck.scenarios.fuel_gaps import _finding

    low, high = sorted((one, other))
    asked = Demanded(position, position, (), (False, False))
    finding, _ = _finding(fuel, Allowed(None, None, low, high), asked, None)
    need = need_of(fuel, position)
    if need is None:
        assert finding in (MORE, NEITHER, FITS)
    elif high <= need.sulphur_mg_kg:
        assert finding in (MORE, FITS)
    elif low > need.disputed_to_mg_kg:
        assert finding in (RUINS, STRAINS)
    else:
        assert finding in (CLEANER, UNKNOWN)


# ---------------------------------------------------------------- the shipped packs


@pytest.mark.parametrize(
    ("code", "vehicles", "year", "finding"),
    [
        # Russia asked for Euro 4 and then 5 years before its diesel was clean
        ("RU", "cars", 2012, RUINS),
        ("RU", "cars", 2015, RUINS),
        ("RU", "cars", 2017, MORE),
        # Bosnia asked for Euro 5 on 350 mg/kg
        ("BA", "cars", 2020, RUINS),
        ("BA", "cars", 2026, MORE),
        ("KE", "cars", 2026, MORE),
        ("CR", "heavy", 2026, FITS),
        ("TH", "cars", 2026, BANNED),
    ],
)
def test_what_is_known_of_countries(code: str, vehicles: str, year: int, finding: str) -> None:
    found = fuel_gaps(load_library(), [code], "diesel", [dt.date(year, 7, 1)])
    assert {gap.vehicles: gap.finding for gap in found}[vehicles] == finding


def test_every_country_is_told_once_for_each_group_and_blocs_are_not() -> None:
    packs = load_library()
    codes = [*packs.countries, "EAC"]
    found = fuel_gaps(packs, codes, "petrol", [ON])
    assert len(found) == 3 * len(packs.countries)
    assert {gap.code for gap in found} == set(packs.countries)
