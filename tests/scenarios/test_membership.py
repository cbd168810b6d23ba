"""Blocs that a country belongs to, and what of their standards its pack applies."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.standards.made import SOURCE, age, library, pack, provision, table, version, written
from vehiclecheck.cli_packs import packs as command
from vehiclecheck.scenarios.describing import Member, membership
from vehiclecheck.standards import load_library

DAY = dt.date
ON = DAY(2021, 8, 1)
BLOC = pack(
    "EAC",
    *(provision(f"EAC.{name}", "max_age", age(8)) for name in ("one", "two", "three")),
    name="East African Community",
)


def adopt(*names: str, **more: Any) -> str:
    return table(
        "adopt", {"standard": "EAC", "provisions": [f"EAC.{name}" for name in names], **version(**more)}
    )


def member(
    folder: Path, *parts: str, code: str = "KE", on: dt.date = ON, bloc: str | None = BLOC
) -> list[Member]:
    packs = library(folder, pack(code, *parts), standards=[bloc] if bloc else [])
    return membership(packs.pack(code), packs, on)


def counts(found: list[Member]) -> list[tuple[str, int, int, int]]:
    return [(each.bloc, each.applied, each.shown, each.offered) for each in found]


@pytest.mark.parametrize(
    ("parts", "applied", "shown"),
    [
        ([], 0, 0),
        ([adopt("one", "two")], 2, 0),
        ([adopt("one"), adopt("two", status="recommended")], 1, 1),
        ([adopt("one", status="draft")], 0, 1),
        ([adopt("one", to=DAY(2021, 8, 1))], 0, 0),
        ([adopt("one", from_=DAY(2021, 8, 2))], 0, 0),
        ([adopt("one", first_seen=DAY(2024, 1, 1))], 1, 0),
        # a provision of its own is none of the bloc's
        ([provision("KE.age", "max_age", age(5))], 0, 0),
        # what applies for a time and is recommended after is one
        ([adopt("one", first_seen=DAY(2024, 1, 1)), adopt("one", status="recommended")], 1, 0),
    ],
)
def test_what_of_the_standard_applies(tmp_path: Path, parts: list[str], applied: int, shown: int) -> None:
    assert counts(member(tmp_path, *parts)) == [("EAC", applied, shown, 3)]


def test_on_the_days_of_the_membership(tmp_path: Path) -> None:
    assert member(tmp_path, on=DAY(2000, 7, 6)) == []
    (found,) = member(tmp_path, on=DAY(2000, 7, 7))
    assert found.since == DAY(2000, 7, 7)
    assert counts(member(tmp_path, code="MR", on=DAY(1990, 1, 1))) == [("ECOWAS", 0, 0, 0)]
    assert member(tmp_path, code="MR") == []
    assert member(tmp_path, code="US") == []


def test_of_several_blocs_only_one_has_a_pack(tmp_path: Path) -> None:
    assert counts(member(tmp_path, adopt("one"), code="TZ")) == [("EAC", 1, 0, 3), ("SADC", 0, 0, 0)]
    assert counts(member(tmp_path / "none", bloc=None)) == [("EAC", 0, 0, 0)]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([adopt("one", "two")], " 2 provisions of its standard apply here."),
        ([adopt("one")], " 1 provision of its standard applies here."),
        (
            [adopt("one", "two", status="draft")],
            " 2 provisions of its standard are shown; no source says that they are applied yet.",
        ),
        (
            [adopt("one", status="draft")],
            " 1 provision of its standard is shown; no source says that it is applied yet.",
        ),
        ([], " No source says that its standard is applied here: packs show EAC."),
    ],
)
def test_in_a_sentence(tmp_path: Path, parts: list[str], said: str) -> None:
    (found,) = member(tmp_path, *parts)
    assert found.words == f"Member of EAC (East African Community) since 2000-07-07.{said}"


def test_a_bloc_without_a_pack_and_a_start_that_nobody_knows() -> None:
    assert Member("ASEAN", "A bloc", None, 0, 0, 0).words == "Member of ASEAN (A bloc)."


def test_as_data(tmp_path: Path) -> None:
    (found,) = member(tmp_path, adopt("one"))
    assert found.as_dict() == {
        "bloc": "EAC",
        "name": "East African Community",
        "since": "2000-07-07",
        "applied": 1,
        "shown": 0,
        "offered": 3,
    }


def test_packs_show_tells_it(tmp_path: Path) -> None:
    written(tmp_path, pack("KE", adopt("one"), sources=SOURCE), standards=[BLOC])

    def shown(*more: str) -> str:
        words = ["show", "KE", "--packs", str(tmp_path), *more]
        result = CliRunner(env={"COLUMNS": "160"}).invoke(command, words)
        assert result.exit_code == 0, result.output
        return result.stdout

    sentence = (
        "Member of EAC (East African Community) since 2000-07-07. 1 provision of its standard applies here."
    )
    assert sentence in " ".join(shown().split())
    assert "Member of" not in shown("--on", "1999-01-01")
    assert "Member of" not in shown("--kind", "max_age")


def test_the_shipped_members_are_told() -> None:
    packs = load_library()
    for code, blocs in {
        "KE": ["EAC"],
        "TZ": ["EAC", "SADC"],
        "DE": ["EU"],
        "NG": ["ECOWAS"],
        "JP": [],
    }.items():
        if code in packs.countries:
            assert [each.bloc for each in membership(packs.pack(code), packs, ON)] == blocs
