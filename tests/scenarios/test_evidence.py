"""On what packs rest: sources, disputes, and what is old."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.standards.made import SOURCE, age, left_out, library, pack, provision, table, version
from vehiclecheck.scenarios.evidence import (
    DISPUTE_COLUMNS,
    STALE_COLUMNS,
    disputes,
    sources_of,
    stale,
)
from vehiclecheck.standards import Pack, load_library

DAY = dt.date
ON = DAY(2021, 8, 1)


def source(ident: str, date: str | None = "2020-05") -> str:
    dated = SOURCE.replace('"gazette"', f'"{ident}"')
    return dated.replace("2020-05", date) if date else dated.replace('date = "2020-05"\n', "")


def rule(name: str, *versions: dict[str, Any]) -> str:
    return provision(name, "max_age", age(8), *versions)


def made(folder: Path, *parts: str, sources: str = SOURCE, standards: list[str] | None = None) -> Pack:
    return library(folder, pack("KE", *parts, sources=sources), standards=standards or []).pack("KE")


# ---------------------------------------------------------------- sources


def test_what_most_rests_on_comes_first_and_what_nothing_rests_on_last(tmp_path: Path) -> None:
    later = {"from_": DAY(2015, 1, 1)}
    found = sources_of(
        made(
            tmp_path,
            rule("KE.one", version(sources=["few", "many"], grade="B")),
            rule("KE.two", version(sources=["many"], to=DAY(2015, 1, 1)), version(**later, sources=["many"], grade="C")),
            left_out("a quota", sources=["beside"]),
            left_out("nine years", "disputed", sources=["beside", "few"]),
            sources="".join(map(source, ("none", "beside", "few", "many"))),
        )
    )  # fmt: skip
    assert [(use.source.id, use.provisions, use.left_out) for use in found] == [
        ("many", (("KE.one", "B"), ("KE.two", "A"), ("KE.two", "C")), 0),
        ("few", (("KE.one", "B"),), 1),
        ("beside", (), 2),
        ("none", (), 0),
    ]
    assert found[1].as_dict() == {
        "id": "few",
        "title": "Gazette",
        "publisher": "State",
        "date": "2020-05",
        "kind": "law",
        "url": None,
        "provisions": [{"provision": "KE.one", "grade": "B"}],
        "left_out": 1,
    }


def test_two_versions_of_one_grade_are_told_once(tmp_path: Path) -> None:
    versions = version(to=DAY(2015, 1, 1)), version(from_=DAY(2015, 1, 1))
    (use,) = sources_of(made(tmp_path, rule("KE.one", *versions)))
    assert use.provisions == (("KE.one", "A"),)


def test_what_is_adopted_rests_on_the_sources_of_the_adoption(tmp_path: Path) -> None:
    bloc = pack("GCC", rule("GCC.age"), sources=SOURCE)
    adopt = table("adopt", {"standard": "GCC", **version(grade="B", sources=["own"])})
    (use,) = sources_of(made(tmp_path, adopt, sources=source("own"), standards=[bloc]))
    assert use.provisions == (("KE:GCC.age", "B"),)


# ---------------------------------------------------------------- disputes


def test_what_is_disputed_is_told_with_the_provision_that_it_contradicts(tmp_path: Path) -> None:
    kenya = made(
        tmp_path,
        rule("KE.one"),
        left_out("nine years", "disputed", provision="KE.one"),
        left_out("a class", "disputed"),
        left_out("a quota"),
        left_out("ten years", "superseded"),
    )
    first, second = disputes([kenya])
    assert (first.pack, first.provision, first.says, first.why) == ("KE", "KE.one", "nine years", "it is so")
    assert (second.provision, second.says) == (None, "a class")
    assert first.as_dict() == {
        "pack": "KE",
        "provision": "KE.one",
        "says": "nine years",
        "why": "it is so",
        "sources": ["State, Gazette, 2020-05"],
    }
    assert tuple(first.as_dict()) == DISPUTE_COLUMNS


def test_disputes_follow_the_packs(tmp_path: Path) -> None:
    packs = library(
        tmp_path,
        pack("KE", left_out("one", "disputed")),
        pack("UG", left_out("two", "disputed")),
        pack("TZ"),
    )
    found = disputes([packs.pack(code) for code in ("UG", "TZ", "KE")])
    assert [(each.pack, each.says) for each in found] == [("UG", "two"), ("KE", "one")]
    assert disputes([]) == []


def test_no_dispute_of_a_shipped_pack_is_lost() -> None:
    packs = load_library().packs()
    reasons = [item.reason for each in packs for item in each.left_out]
    assert len(disputes(packs)) == reasons.count("disputed") > 0


# ---------------------------------------------------------------- stale


def names(folder: Path, before: str, *parts: str, sources: str, on: dt.date = ON) -> list[str]:
    found = stale([made(folder, *parts, sources=sources)], DAY.fromisoformat(before), on)
    return [each.provision for each in found]


@pytest.mark.parametrize(
    ("date", "before", "old"),
    [
        ("2020-05-17", "2020-05-17", False),
        ("2020-05-17", "2020-05-18", True),
        ("2020-05", "2020-05-01", False),
        # a month or a year may be any day of it
        ("2020-05", "2020-05-31", False),
        ("2020-05", "2020-06-01", True),
        ("2020", "2020-01-01", False),
        ("2020", "2020-12-31", False),
        ("2020", "2021-01-01", True),
        (None, "1900-01-01", True),
    ],
)
def test_old_is_what_surely_lies_before(tmp_path: Path, date: str | None, before: str, old: bool) -> None:
    found = names(tmp_path, before, rule("KE.one"), sources=source("gazette", date))
    assert found == (["KE.one"] if old else [])


def test_the_newest_of_the_sources_counts(tmp_path: Path) -> None:
    sources = source("gazette", "2010") + source("newer", "2019-03") + source("undated", None)
    both = version(sources=["gazette", "newer", "undated"])
    for before, old in (("2019-03-31", []), ("2019-04-01", ["KE.one"])):
        assert names(tmp_path / before, before, rule("KE.one", both), sources=sources) == old


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, True),
        ({"status": "reported"}, True),
        ({"status": "draft"}, False),
        ({"status": "recommended"}, False),
        ({"to": DAY(2021, 8, 1)}, False),
        ({"from_": DAY(2021, 8, 2)}, False),
        ({"last_seen": DAY(2015, 1, 1)}, True),
        ({"first_seen": DAY(2023, 1, 1)}, True),
    ],
    ids=str,
)
def test_of_what_is_in_force_certainly_or_perhaps(tmp_path: Path, more: dict[str, Any], told: bool) -> None:
    found = names(tmp_path, "2024-01-01", rule("KE.one", version(**more)), sources=SOURCE)
    assert found == (["KE.one"] if told else [])


def test_undated_ones_lead_then_the_oldest(tmp_path: Path) -> None:
    sources = source("old", "2001") + source("new", "2015-06") + source("undated", None)
    rules = [rule(f"KE.{name}", version(sources=[name])) for name in ("new", "old", "undated")]
    kenya = made(tmp_path, *rules, sources=sources)
    found = stale([kenya], DAY(2024, 1, 1), ON)
    assert [(each.provision, each.newest) for each in found] == [
        ("KE.undated", None),
        ("KE.old", "2001"),
        ("KE.new", "2015-06"),
    ]
    assert found[2].as_dict() == {
        "pack": "KE",
        "provision": "KE.new",
        "title": "About max_age",
        "grade": "A",
        "newest_source": "2015-06",
        "source": "State, Gazette, 2015-06",
    }
    assert tuple(found[0].as_dict()) == STALE_COLUMNS
