"""What the packs cover: by part of the law, by country, by region."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.standards.made import SOURCE, age, library, pack, provision, reviewed, version
from vehiclecheck.scenarios.coverage import PARTS, STATUSES, Covered, by_region, coverage
from vehiclecheck.standards import Library, load_library
from vehiclecheck.vocabulary.regions import region_of, regions

DAY = dt.date
ON = DAY(2021, 8, 1)
SULPHUR = {"property": "sulphur_mg_kg", "max": 50}


def covered(packs: Library, code: str = "KE", on: dt.date = ON) -> dict[str, Covered]:
    return {row.part.key: row for row in coverage(packs, on) if row.code == code}


def statuses(folder: Path, *parts: str, on: dt.date = ON) -> dict[str, str]:
    """The parts that are not `not reviewed`."""
    found = covered(library(folder, pack("KE", *parts)), on=on)
    assert list(found) == [part.key for part in PARTS]
    return {key: row.status for key, row in found.items() if row.status != "not reviewed"}


def limit(*products: str, **more: Any) -> str:
    scope = {"scope": {"products": list(products)}} if products else {}
    return provision("KE.fuel", "fuel_limit", SULPHUR, version(**more), direction="market", **scope)


def rule(name: str = "KE.age", *versions: dict[str, Any], **more: Any) -> str:
    return provision(name, "max_age", age(8), *versions, **more)


def test_without_a_pack_and_without_a_review_nothing_is_known(tmp_path: Path) -> None:
    assert statuses(tmp_path / "bare") == {}
    row = covered(library(tmp_path / "other", pack("UG")))["import.LDV"]
    assert (row.country, row.provisions, row.best, row.worst, row.newest, row.reviewed) == (
        "Kenya",
        0,
        "",
        "",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("entry", "scope", "said"),
    [
        ({}, {}, {"import.LDV": "regulated", "import.HDV": "regulated"}),
        ({}, {"categories": ["M1"]}, {"import.LDV": "regulated", "import.HDV": "unregulated"}),
        ({}, {"categories": ["N2", "N3"]}, {"import.LDV": "unregulated", "import.HDV": "regulated"}),
        ({"classes": ["HDV"]}, {"categories": ["N3"]}, {"import.HDV": "regulated"}),
        ({}, {"categories": ["L"]}, {"import.LDV": "unregulated", "import.HDV": "unregulated"}),
    ],
)
def test_vehicles_by_class(
    tmp_path: Path, entry: dict[str, Any], scope: dict[str, Any], said: dict[str, str]
) -> None:
    assert statuses(tmp_path, reviewed(**entry), rule(scope=scope)) == said


def test_what_binds_is_regulated_even_where_the_rest_was_not_reviewed(tmp_path: Path) -> None:
    found = statuses(tmp_path, reviewed(classes=["LDV"]), rule(scope={"categories": ["N3"]}))
    assert found == {"import.LDV": "unregulated", "import.HDV": "regulated"}


def test_sides_are_apart(tmp_path: Path) -> None:
    found = statuses(tmp_path, reviewed(direction="export"), rule(direction="export"))
    assert found == {"export.LDV": "regulated", "export.HDV": "regulated"}


def test_vehicles_in_use_are_no_import(tmp_path: Path) -> None:
    found = statuses(tmp_path, reviewed(), rule(direction="market"))
    assert found == {"import.LDV": "unregulated", "import.HDV": "unregulated"}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([reviewed("fuel"), limit("diesel")], {"fuel.diesel": "regulated"}),
        ([reviewed("fuel"), limit()], {"fuel.petrol": "regulated", "fuel.diesel": "regulated"}),
        ([reviewed("fuel"), limit("marine")], {}),
        ([reviewed("fuel"), limit("diesel", to=DAY(2015, 1, 1))], {"fuel.diesel": "unregulated"}),
        (
            [reviewed("fuel", finding="unregulated")],
            {"fuel.petrol": "unregulated", "fuel.diesel": "unregulated"},
        ),
        ([reviewed("fuel"), limit("diesel", status="draft")], {"fuel.diesel": "advice only"}),
    ],
)
def test_fuel_by_product(tmp_path: Path, parts: list[str], said: dict[str, str]) -> None:
    assert statuses(tmp_path, *parts) == said


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "regulated"),
        ({"status": "reported"}, "regulated"),
        ({"effect": "inspect"}, "regulated"),
        ({"effect": "advise"}, "advice only"),
        ({"status": "draft"}, "advice only"),
        ({"status": "recommended"}, "advice only"),
        ({"status": "repealed"}, "unregulated"),
        ({"from_": DAY(2021, 8, 1)}, "regulated"),
        ({"from_": DAY(2021, 8, 2)}, "unregulated"),
        ({"to": DAY(2021, 8, 2)}, "regulated"),
        ({"to": DAY(2021, 8, 1)}, "unregulated"),
        # perhaps in force is in force: nobody may take it for freedom
        ({"first_seen": DAY(2023, 1, 1)}, "regulated"),
        ({"last_seen": DAY(2015, 1, 1)}, "regulated"),
    ],
    ids=str,
)
def test_what_holds_on_the_day(tmp_path: Path, more: dict[str, Any], status: str) -> None:
    assert statuses(tmp_path, reviewed(classes=["LDV"]), rule("KE.age", version(**more)))["import.LDV"] == (
        status
    )


def test_grades_sources_and_reviews(tmp_path: Path) -> None:
    newer = SOURCE.replace('"gazette"', '"newer"').replace("2020-05", "2020-05-03")
    undated = SOURCE.replace('"gazette"', '"undated"').replace('date = "2020-05"\n', "")
    packs = library(
        tmp_path,
        pack(
            "KE",
            reviewed(classes=["LDV"]),
            reviewed().replace("2026-01-01", "2024-02-01"),
            rule("KE.one", version(grade="C", sources=["undated"])),
            rule("KE.two", version(to=DAY(2021, 1, 1)), version(from_=DAY(2021, 1, 1), grade="B")),
            rule("KE.three", version(sources=["newer", "gazette"], grade="B"), scope={"categories": ["M1"]}),
            rule("KE.draft", version(status="draft")),
            sources=SOURCE + newer + undated,
        ),
    )
    light = covered(packs)["import.LDV"]
    assert (light.provisions, light.best, light.worst) == (3, "B", "C")
    assert light.newest == "2020-05-03"
    assert light.reviewed == DAY(2024, 2, 1), "the oldest review"
    heavy = covered(packs)["import.HDV"]
    assert (heavy.provisions, heavy.best, heavy.worst, heavy.newest) == (2, "B", "C", "2020-05")
    assert light.as_dict() == {
        "region": "Africa",
        "subregion": "Eastern Africa",
        "country": "KE",
        "name": "Land",
        "subject": "vehicle",
        "direction": "import",
        "class": "LDV",
        "status": "regulated",
        "provisions": 3,
        "best_grade": "B",
        "worst_grade": "C",
        "newest_source": "2020-05-03",
        "reviewed": "2024-02-01",
    }
    none = covered(library(tmp_path / "none", pack("KE")))["fuel.petrol"].as_dict()
    assert [none[key] for key in ("best_grade", "worst_grade", "newest_source", "reviewed")] == [None] * 4


def test_two_versions_that_may_hold_are_one_provision(tmp_path: Path) -> None:
    open_ended = [version(last_seen=DAY(2019, 1, 1)), version(first_seen=DAY(2024, 1, 1), grade="B")]
    row = covered(library(tmp_path, pack("KE", reviewed(), rule("KE.age", *open_ended))))["import.LDV"]
    assert (row.provisions, row.best, row.worst) == (1, "A", "B")


def test_every_country_of_the_world_has_its_parts_once() -> None:
    library_ = load_library()
    rows = coverage(library_, ON)
    seen = {(row.code, row.part.key) for row in rows}
    assert len(seen) == len(rows)
    codes = {row.code for row in rows}
    assert codes == {code for codes in regions().values() for code in codes} | set(library_.countries)
    assert all(row.status in STATUSES for row in rows)
    assert {row.code for row in rows if row.region is None} <= set(library_.countries)
    # by region, and by name within
    places = [row.region.part for row in rows if row.region]
    assert len(
        {place for place, before in zip(places, ["", *places], strict=False) if place != before}
    ) == len(set(places))


def test_a_code_that_is_no_country_is_elsewhere(tmp_path: Path) -> None:
    packs = library(tmp_path, pack("QQ", name="Nowhere"), pack("KE"))
    rows = coverage(packs, ON)
    assert (rows[-1].code, rows[-1].country, rows[-1].region) == ("QQ", "Nowhere", None)
    counts = {count.region: count for count in by_region(rows, packs.countries)}
    assert (counts["elsewhere"].countries, counts["elsewhere"].with_pack) == (1, 1)
    assert list(counts)[-1] == "World"


def test_counts_by_region(tmp_path: Path) -> None:
    packs = library(
        tmp_path,
        pack("KE", reviewed(), rule()),
        pack("UG", reviewed(finding="unregulated"), name="Uganda"),
        pack("TZ", name="Tanzania"),
        pack("NG", reviewed(), rule("NG.age"), name="Nigeria"),
    )
    rows = coverage(packs, ON)
    counts = {count.region: count for count in by_region(rows, packs.countries)}
    east = counts["Eastern Africa"]
    place = region_of("KE")
    assert place is not None
    members = [code for code in regions()["Africa"] if region_of(code) == place]
    assert (east.countries, east.with_pack) == (len(members), 3)
    assert east.counts["import.LDV"] == {
        "regulated": 1,
        "advice only": 0,
        "unregulated": 1,
        "not reviewed": len(members) - 2,
    }
    assert east.counts["fuel.diesel"]["not reviewed"] == len(members)
    world = counts["World"]
    assert world.with_pack == 4
    assert world.counts["import.LDV"]["regulated"] == 2
    others = [count for name, count in counts.items() if name != "World"]
    assert world.countries == sum(count.countries for count in others)
    for part in PARTS:
        assert sum(world.counts[part.key].values()) == world.countries
        for status in STATUSES:
            assert world.counts[part.key][status] == sum(count.counts[part.key][status] for count in others)
