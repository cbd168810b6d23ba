"""Packs side by side."""

# ruff: noqa: E501 (packs as they are written)

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.standards.packs import PACK, write
from vehiclecheck.scenarios.comparing import Row, compare
from vehiclecheck.scenarios.describing import also_asked, find_packs, overview, shown
from vehiclecheck.standards import Library, PackError, load_library

LIMIT = """
[[provision]]
id = "{code}.{name}"
kind = "max_age"
direction = "import"
title = "Age"
{scope}
asks = {{ from_date = "manufacture", to_date = "arrival", counting = "elapsed", unit = "years", reaching = "allowed", max = {years} }}

  [[provision.version]]
  from = 2010-01-01
  status = "enacted"
  grade = "B"
  sources = ["notice-2020"]
"""
ON = dt.date(2026, 6, 1)


def limit(name: str, years: int, scope: str = "{ }", code: str = "UG") -> str:
    return LIMIT.format(code=code, name=name, years=years, scope=f"scope = {scope}")


def uganda(*provisions: str) -> str:
    head = PACK[: PACK.index("[[provision]]\nid = ")].replace('"KE"', '"UG"').replace("Kenya", "Uganda")
    return head + "\n".join(provisions)


def rows(library: Library, *codes: str, on: dt.date = ON) -> dict[str, Row]:
    return {row.key: row for row in compare(find_packs(library, codes), on)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path)


def test_vehicles_of_one_person_are_a_row_of_their_own(folder: Path) -> None:
    person = limit("person", 1, '{ importer_type = ["person"] }').replace('"max_age"', '"max_per_person"')
    asks = "asks = { max = 2, within = 1, unit = 'years' }"
    person = "\n".join(asks if line.startswith("asks") else line for line in person.split("\n"))
    (folder / "UG.toml").write_text(uganda(person), encoding="utf-8")
    row = rows(load_library(folder), "KE", "UG")["per_person"]
    assert row.cells["UG"].lines == ["private persons: 2 in 1 year"]
    assert row.cells["KE"].lines == ["–"]


def test_cells_say_what_holds_on_the_day(folder: Path) -> None:
    (folder / "UG.toml").write_text(uganda(limit("age", 15)), encoding="utf-8")
    library = load_library(folder)
    age = rows(library, "KE", "UG")["max_age.light"]
    assert [age.cells[code].lines for code in ("KE", "UG")] == [["7 years"], ["15 years"]]
    assert age.strictest == ("KE",)
    assert [item.version.provision for item in age.cells["UG"].items] == ["UG.age"]
    before = rows(library, "KE", "UG", on=dt.date(2016, 1, 1))["max_age.light"]
    assert before.cells["KE"].lines == ["8 years"]


def test_parts_of_a_class_are_named_and_joined(folder: Path) -> None:
    text = uganda(
        limit("cars", 5, '{ categories = ["M1"] }'),
        limit("trucks", 9, '{ categories = ["N2"] }'),
        limit("buses", 9, '{ categories = ["M3"] }'),
        limit("japan", 3, '{ categories = ["N3"], origin = ["JP"] }'),
    )
    (folder / "UG.toml").write_text(text, encoding="utf-8")
    compared = rows(load_library(folder), "UG", "KE")
    assert compared["max_age.light"].cells["UG"].lines == ["M1: 5 years"]
    assert compared["max_age.heavy"].cells["UG"].lines == ["N2, M3: 9 years", "N3, from JP: 3 years"]
    # what only holds for vehicles from Japan is no limit of the country; Kenya here has none for heavy ones
    assert compared["max_age.heavy"].strictest == ("UG",)
    assert compared["max_age.heavy"].cells["KE"].lines == ["–"]


def test_equal_limits_have_no_strictest(folder: Path) -> None:
    (folder / "UG.toml").write_text(uganda(limit("age", 7)), encoding="utf-8")
    assert rows(load_library(folder), "KE", "UG")["max_age.light"].strictest == ()


def test_a_limit_that_only_perhaps_holds_is_marked_and_never_the_strictest(folder: Path) -> None:
    library = load_library(folder)
    petrol = rows(library, "GCC", on=dt.date(2020, 1, 1))["fuel.petrol.sulphur_mg_kg.max"]
    assert petrol.cells["GCC"].lines == ["150 ?", "50 ?"]
    emission = rows(library, "KE", "GCC", on=dt.date(2020, 1, 1))["emission.petrol.light"]
    assert emission.cells["KE"].lines == ["Euro 4 ?"]
    assert emission.strictest == ()
    assert rows(library, "KE", "GCC")["emission.petrol.light"].strictest == ("KE",)


def test_silence_is_told_apart(folder: Path) -> None:
    compared = rows(load_library(folder), "KE", "GCC")
    assert compared["steering"].cells["KE"].lines == ["–"]
    assert compared["steering"].cells["GCC"].lines == ["not reviewed"]
    assert compared["fuel.diesel.sulphur_mg_kg.max"].cells["KE"].lines == ["not reviewed"]


def test_proposals_count_for_standards_but_lead_no_row(folder: Path) -> None:
    draft = PACK.replace('status = "reported"', 'status = "draft"')
    (folder / "KE.toml").write_text(draft, encoding="utf-8")
    compared = rows(load_library(folder), "KE", "GCC")
    assert compared["emission.petrol.light"].cells["KE"].lines == ["–"]
    diesel = compared["fuel.diesel.sulphur_mg_kg.max"]
    assert diesel.cells["GCC"].lines == ["50 (recommended)"]
    assert diesel.strictest == ()


def test_shipped_packs_compare_in_whole() -> None:
    library = load_library()
    compared = rows(library, *library.countries, *library.standards)
    assert compared["max_age.light"].cells["KE"].lines[0] == "7 years"
    for row in compared.values():
        told = row.as_dict()
        assert set(told["cells"]) == {*library.countries, *library.standards}
        assert all(cell["text"] for cell in told["cells"].values())


# ---------------------------------------------------------------- one pack described


def test_overview_counts_what_was_adopted_too() -> None:
    kenya = overview(load_library().pack("KE"))
    assert (kenya.best, kenya.worst, kenya.standard) == ("A", "C", False)
    assert kenya.versions > kenya.provisions > 0
    assert kenya.newest_source is not None
    assert kenya.newest_source >= "2025"


def test_shown_on_a_day_and_in_history(folder: Path) -> None:
    pack = load_library(folder).pack("KE")
    assert [(each.version.asks.get("max"), each.certain) for each in shown(pack, dt.date(2016, 1, 1))] == [
        (8, True),
        (None, None),
    ]
    assert len(shown(pack, ON, history=True)) == 3
    assert len(shown(pack, ON, history=True, kind="max_age")) == 2


def test_vehicle_rules_of_the_market_are_not_judged() -> None:
    pack = load_library().pack("GE")
    judged = {each.version.provision: each.judged for each in shown(pack, ON)}
    assert judged["GE.steering.registration"] is False
    assert judged["GE.age.car"] is True
    assert judged["GE.fuel.sulphur.diesel"] is True


def test_what_is_also_asked_is_unencoded_or_disputed() -> None:
    reasons = {item["reason"] for item in also_asked(load_library().pack("KE"))}
    assert reasons == {"unencoded", "disputed"}


def test_packs_are_found_by_code_or_name_once() -> None:
    library = load_library()
    assert [pack.code for pack in find_packs(library, ["ke", "Kenya", " Côte d'Ivoire", "eac"])] == [
        "KE",
        "CI",
        "EAC",
    ]
    with pytest.raises(PackError, match="no pack for 'Atlantis'"):
        find_packs(library, ["Atlantis"])
