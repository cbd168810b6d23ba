"""A pack that is well formed and makes no sense as a whole."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.standards.made import age, library, pack, provision, reviewed, version
from tests.standards.packs import line_of
from vehiclecheck.screening.cases import check_pack
from vehiclecheck.standards import check_file, load_library
from vehiclecheck.standards.soundness import soundness

DAY = dt.date
AGE = age(8)
DIESEL = {"property": "sulphur_mg_kg", "max": 50}
SILENT = (
    "is reviewed, but no provision speaks of it: write finding = 'unregulated' with the source that says so, "
    "or leave the entry out"
)
REFUSES = "unregulated, but a provision in force refuses some of it"


def problems(folder: Path, *parts: str) -> list[str]:
    text = pack("KE", *parts)
    packs = library(folder, text)
    path = packs.file("KE")
    assert check_file(path) == [], "well formed"
    found = list(soundness(packs.pack("KE"), path))
    for problem in found:
        assert (problem.file, problem.provision) == ("KE.toml", None)
        assert problem.line == line_of(text, "[[reviewed]]")
    return [problem.message for problem in found]


def test_a_sound_pack(tmp_path: Path) -> None:
    assert problems(tmp_path, reviewed(), provision("KE.age", "max_age", AGE)) == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"classes": ["LDV"]}, [f"vehicle import of LDV {SILENT}"]),
        ({"classes": ["HDV"]}, []),
        ({"classes": ["LDV", "HDV"]}, [f"vehicle import of LDV {SILENT}"]),
        ({"classes": ["LDV"], "finding": "unregulated"}, []),
        ({"direction": "export"}, [f"vehicle export {SILENT}"]),
        ({"subject": "fuel"}, [f"fuel import {SILENT}"]),
    ],
)
def test_what_was_reviewed_is_spoken_of(tmp_path: Path, entry: dict[str, Any], said: list[str]) -> None:
    lorries = provision("KE.age", "max_age", AGE, scope={"categories": ["N2", "N3"]})
    assert problems(tmp_path, reviewed(**entry), lorries) == said


def test_without_classes_any_vehicle_does(tmp_path: Path) -> None:
    lorries = provision("KE.age", "max_age", AGE, scope={"categories": ["N3"]})
    assert problems(tmp_path, reviewed(), lorries) == []
    assert problems(tmp_path / "bare", reviewed()) == [f"vehicle import {SILENT}"]


def test_a_provision_of_another_time_or_status_speaks(tmp_path: Path) -> None:
    past = provision("KE.age", "max_age", AGE, version(to=DAY(2012, 1, 1), status="draft"))
    assert problems(tmp_path, reviewed(), past) == []


def test_fuel_is_spoken_of_by_market_and_import(tmp_path: Path) -> None:
    for direction in ("market", "import"):
        limit = provision("KE.diesel", "fuel_limit", DIESEL, direction=direction)
        assert problems(tmp_path / direction, reviewed("fuel"), limit) == []


def test_unregulated_and_refused_is_a_contradiction(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        reviewed(classes=["LDV", "HDV"], finding="unregulated"),
        provision("KE.age", "max_age", AGE, scope={"categories": ["M1"]}),
    )
    assert found == [f"found LDV {REFUSES}"]
    limit = provision("KE.diesel", "fuel_limit", DIESEL, direction="market")
    entry = reviewed("fuel", finding="unregulated")
    assert problems(tmp_path / "fuel", entry, limit) == [f"found {REFUSES}"]


@pytest.mark.parametrize(
    "more",
    [
        {"status": "draft"},
        {"status": "recommended"},
        {"effect": "inspect"},
        {"effect": "advise"},
        {"to": DAY(2026, 1, 1)},
        {"from_": DAY(2026, 1, 2)},
        {"last_seen": DAY(2020, 1, 1)},
    ],
    ids=str,
)
def test_what_refuses_nobody_on_the_day_of_the_review_is_none(tmp_path: Path, more: dict[str, Any]) -> None:
    entry = reviewed(classes=["LDV"], finding="unregulated")
    assert problems(tmp_path, entry, provision("KE.age", "max_age", AGE, version(**more))) == []


@pytest.mark.parametrize(
    "more", [{"from_": DAY(2026, 1, 1)}, {"to": DAY(2026, 1, 2)}, {"status": "reported"}], ids=str
)
def test_what_refuses_on_the_day_of_the_review_is_one(tmp_path: Path, more: dict[str, Any]) -> None:
    entry = reviewed(classes=["LDV"], finding="unregulated")
    found = problems(tmp_path, entry, provision("KE.age", "max_age", AGE, version(**more)))
    assert found == [f"found LDV {REFUSES}"]


def test_a_check_of_the_pack_tells_it(tmp_path: Path) -> None:
    text = pack("KE", reviewed())
    library(tmp_path, text)
    (problem,) = check_pack(tmp_path / "KE.toml", load_library()).problems
    assert str(problem) == f"KE.toml:{line_of(text, '[[reviewed]]')}: vehicle import {SILENT}"


def test_a_mark_at_the_front_of_the_file_is_no_problem(tmp_path: Path) -> None:
    packs = library(tmp_path, pack("KE", reviewed()))
    path = packs.file("KE")
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-8-sig"))
    assert len(list(soundness(packs.pack("KE"), path))) == 1


# ---------------------------------------------------------------- specifications of fuel


def specification(folder: Path, *parts: str, code: str = "HOUSE") -> list[str]:
    """The problems of a pack that calls itself a specification of fuel, each with its line."""
    text = pack(code, *parts).replace('name = "Land"\n', 'name = "Land"\nkind = "specification"\n')
    own = code == "HOUSE"
    packs = library(folder, *([] if own else [text]), standards=[text] if own else [])
    path = packs.file(code)
    assert check_file(path) == [], "well formed"
    return [str(problem) for problem in soundness(packs.pack(code), path)]


def test_a_specification_holds_fuel_limits(tmp_path: Path) -> None:
    limit = provision("HOUSE.diesel", "fuel_limit", DIESEL, direction="market")
    assert specification(tmp_path, reviewed("fuel"), limit) == []
    cars = provision("HOUSE.age", "max_age", AGE)
    (said,) = specification(tmp_path / "more", reviewed("fuel"), limit, cars)
    assert said.startswith("HOUSE.toml:")
    assert said.endswith(
        ": HOUSE.age: HOUSE is a specification of fuel: it holds fuel limits only, no max_age"
    )


def test_a_country_is_no_specification(tmp_path: Path) -> None:
    limit = provision("KE.diesel", "fuel_limit", DIESEL, direction="market")
    assert specification(tmp_path, reviewed("fuel"), limit, code="KE") == [
        "KE.toml:4: kind = 'specification' is for standards; KE is a country"
    ]


def test_there_is_no_other_kind(tmp_path: Path) -> None:
    text = pack("HOUSE").replace('name = "Land"\n', 'name = "Land"\nkind = "bloc"\n')
    packs = library(tmp_path, standards=[text])
    (problem,) = check_file(packs.file("HOUSE"))
    assert str(problem) == "HOUSE.toml:4: kind must be 'specification'"
