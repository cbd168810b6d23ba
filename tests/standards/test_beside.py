"""What a pack lists as `unencoded` becomes provisions that are told and never decide."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.standards.made import SOURCE, left_out, library, pack
from vehiclecheck.standards import Provision, Version

DAY = dt.date
MORE_SOURCES = SOURCE + SOURCE.replace("gazette", "paper").replace("Gazette", "Paper")


def beside(folder: Path, *items: str) -> dict[str, Provision]:
    made = library(folder, pack("KE", *items, sources=MORE_SOURCES)).pack("KE")
    assert made.provisions == ()
    assert all(provision.kind == "also_asks" for provision in made.beside)
    names = [provision.id for provision in made.beside]
    assert len(names) == len(set(names))
    return {provision.id: provision for provision in made.beside}


def spans(provision: Provision) -> list[tuple[DAY | None, DAY | None, list[str]]]:
    return [(version.start, version.end, version.asks["what"]) for version in provision.versions]


def test_items_of_a_side_are_one_provision(tmp_path: Path) -> None:
    found = beside(
        tmp_path,
        left_out("a quota"),
        left_out("a list of models", classes=["LDV", "HDV"], sources=["paper", "gazette"]),
    )
    assert list(found) == ["KE.also.import"]
    (version,) = found["KE.also.import"].versions
    assert version.asks == {"what": ["a quota", "a list of models"]}
    assert (version.effect, version.status, version.grade, version.decides) == (
        "advise",
        "reported",
        "",
        "arrival",
    )
    assert (version.start, version.end, version.possible_start, version.possible_end) == (None,) * 4
    assert version.scope == {}
    assert [source.id for source in version.sources] == ["gazette", "paper"]
    assert version.cite() == "State, Gazette, 2020-05; State, Paper, 2020-05"


def test_sides_are_apart(tmp_path: Path) -> None:
    found = beside(tmp_path, left_out("a quota"), left_out("a plate", direction="export"))
    assert {name: (each.subject, each.direction) for name, each in found.items()} == {
        "KE.also.import": ("vehicle", "import"),
        "KE.also.export": ("vehicle", "export"),
    }


def test_fuel_has_one_side_whatever_the_item_says_of_it(tmp_path: Path) -> None:
    found = beside(
        tmp_path,
        left_out("a marker", subject="fuel", direction="market"),
        left_out("a licence", subject="fuel"),
        left_out("a class of fuel for abroad", subject="fuel", direction="export"),
    )
    assert list(found) == ["KE.also.fuel"]
    assert (found["KE.also.fuel"].subject, found["KE.also.fuel"].direction) == ("fuel", "import")
    assert spans(found["KE.also.fuel"]) == [(None, None, ["a marker", "a licence"])]


def test_vehicles_in_use_are_not_asked(tmp_path: Path) -> None:
    assert beside(tmp_path, left_out("a yearly inspection", direction="market")) == {}


@pytest.mark.parametrize("reason", ["superseded", "duplicate", "disputed", "recall", "not_a_provision"])
def test_other_reasons_advise_nothing(tmp_path: Path, reason: str) -> None:
    assert beside(tmp_path, left_out("a quota", reason)) == {}


def test_light_and_heavy_are_apart_where_they_differ(tmp_path: Path) -> None:
    found = beside(
        tmp_path, left_out("for all"), left_out("cars", classes=["LDV"]), left_out("lorries", classes=["HDV"])
    )
    told = {name: (each.versions[0].scope["categories"], spans(each)) for name, each in found.items()}
    assert told == {
        "KE.also.import.light": (["M1", "N1"], [(None, None, ["for all", "cars"])]),
        "KE.also.import.heavy": (["M2", "M3", "N2", "N3"], [(None, None, ["for all", "lorries"])]),
    }


def test_a_class_with_nothing_has_no_provision(tmp_path: Path) -> None:
    assert list(beside(tmp_path, left_out("cars", classes=["LDV"]))) == ["KE.also.import.light"]


def test_every_stretch_of_time_has_what_held_in_it(tmp_path: Path) -> None:
    found = beside(
        tmp_path,
        left_out("old", to=DAY(2012, 1, 1)),
        left_out("middle", from_=DAY(2010, 1, 1), to=DAY(2015, 1, 1)),
        left_out("new", from_=DAY(2018, 1, 1)),
    )
    assert spans(found["KE.also.import"]) == [
        (None, DAY(2010, 1, 1), ["old"]),
        (DAY(2010, 1, 1), DAY(2012, 1, 1), ["old", "middle"]),
        (DAY(2012, 1, 1), DAY(2015, 1, 1), ["middle"]),
        (DAY(2018, 1, 1), None, ["new"]),
    ]


def test_what_was_first_seen_may_be_older_and_what_was_last_seen_is_over(tmp_path: Path) -> None:
    found = beside(
        tmp_path,
        left_out("seen", first_seen=DAY(2015, 1, 1)),
        left_out("gone", last_seen=DAY(2016, 1, 1)),
    )
    assert spans(found["KE.also.import"]) == [
        (None, DAY(2016, 1, 1), ["seen", "gone"]),
        (DAY(2016, 1, 1), None, ["seen"]),
    ]


def test_the_versions_are_no_provisions_of_the_pack(tmp_path: Path) -> None:
    made = library(tmp_path, pack("KE", left_out("a quota"))).pack("KE")
    versions: list[Version] = made.versions
    assert versions == []
    assert made.left_out[0].what == "a quota"
