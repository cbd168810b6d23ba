"""Blocs and their members over time."""

from __future__ import annotations

import datetime as dt
import itertools
import tomllib
from typing import Any

import pytest

from vehiclecheck.standards.blocs import Membership, _span, blocs, members, memberships
from vehiclecheck.vocabulary.countries import BLOC_NAMES, COUNTRY_CODES
from vehiclecheck.vocabulary.places import data_root

COUNTRIES = [code for code in COUNTRY_CODES if len(code) == 2 and code not in BLOC_NAMES]
ALL = [entry for country in COUNTRIES for entry in memberships(country)]


def written() -> list[dict[str, Any]]:
    text = (data_root() / "rules" / "blocs.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["bloc"]
    return found


def test_codes_and_names_are_known() -> None:
    assert blocs() == [
        "EAC",
        "ECOWAS",
        "SADC",
        "EAEU",
        "EU",
        "GCC",
        "CEMAC",
        "ECCAS",
        "CARICOM",
        "ASEAN",
    ]
    for bloc in written():
        # CEMAC is no code that a record or a pack may hold.
        assert bloc["name"] == BLOC_NAMES.get(
            bloc["code"], "Economic and Monetary Community of Central Africa"
        )
        assert {member["country"] for member in bloc["member"]} <= set(COUNTRIES)
    assert len(ALL) == sum(len(bloc["member"]) for bloc in written())


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: f"{entry.bloc}-{entry.country}-{entry.start}")
def test_a_membership_ends_after_it_began_and_is_cited(entry: Membership) -> None:
    assert entry.sources
    if entry.start and entry.end:
        assert entry.start < entry.end
    if entry.start is None:
        assert entry.note, "a start that is not known is explained"


def test_stretches_of_one_membership_do_not_overlap() -> None:
    for country in COUNTRIES:
        for earlier, later in itertools.pairwise(memberships(country)):
            if earlier.bloc == later.bloc:
                assert earlier.end is not None
                assert later.start is not None
                assert earlier.end <= later.start


def test_no_member_is_older_than_its_bloc() -> None:
    founded = {bloc["code"]: bloc["founded"] for bloc in written()}
    assert all(entry.start >= founded[entry.bloc] for entry in ALL if entry.start)


def test_every_source_is_told_in_full_and_used() -> None:
    for bloc in written():
        ids = [source["id"] for source in bloc["source"]]
        assert len(ids) == len(set(ids))
        named = {name for member in bloc["member"] for name in member.get("sources", ids[:1])}
        assert named == set(ids)
        for source in bloc["source"]:
            assert source["title"]
            assert source["publisher"]
            assert source["url"].startswith("http")


@pytest.mark.parametrize(
    ("bloc", "on", "count"),
    [
        ("EU", "1972-12-31", 6),
        ("EU", "1973-01-01", 9),
        ("EU", "2004-04-30", 15),
        ("EU", "2004-05-01", 25),
        ("EU", "2015-01-01", 28),
        ("EU", "2020-01-31", 28),
        ("EU", "2020-02-01", 27),
        ("EU", "2024-01-01", 27),
        ("ECOWAS", "1975-05-28", 15),
        ("ECOWAS", "2000-12-25", 16),
        ("ECOWAS", "2000-12-26", 15),
        ("ECOWAS", "2020-01-01", 15),
        ("ECOWAS", "2025-01-28", 15),
        ("ECOWAS", "2025-02-01", 12),
        ("EAC", "2000-07-06", 0),
        ("EAC", "2000-07-07", 3),
        ("EAC", "2007-07-01", 5),
        ("EAC", "2016-09-05", 6),
        ("EAC", "2022-07-11", 7),
        ("EAC", "2024-03-04", 8),
        ("SADC", "1992-08-17", 10),
        ("SADC", "2000-01-01", 14),
        ("SADC", "2005-01-01", 13),
        ("SADC", "2010-01-01", 15),
        ("SADC", "2024-01-01", 16),
        ("EAEU", "2014-12-31", 0),
        ("EAEU", "2015-01-01", 3),
        ("EAEU", "2016-01-01", 5),
        ("GCC", "2024-01-01", 6),
        ("CEMAC", "2024-01-01", 6),
        ("ECCAS", "2010-01-01", 10),
        ("ECCAS", "2024-01-01", 11),
        ("CARICOM", "1973-08-01", 4),
        ("CARICOM", "2024-01-01", 15),
        ("ASEAN", "1967-08-08", 5),
        ("ASEAN", "2024-01-01", 10),
        ("ASEAN", "2025-10-26", 11),
    ],
)
def test_how_many_belonged(bloc: str, on: str, count: int) -> None:
    found = members(bloc, dt.date.fromisoformat(on))
    assert len(found) == count
    assert found == sorted(set(found))


def test_who_left_ecowas() -> None:
    before, after = (set(members("ECOWAS", dt.date(year, 2, 1))) for year in (2020, 2025))
    assert before - after == {"BF", "ML", "NE"}
    (mauritania,) = memberships("MR")
    assert (mauritania.start, mauritania.end) == (dt.date(1975, 5, 28), dt.date(2000, 12, 26))


def test_a_country_of_several_blocs_and_one_that_came_back() -> None:
    assert [entry.bloc for entry in memberships("CD")] == ["EAC", "SADC", "ECCAS"]
    away, back = memberships("SC")
    assert away.end == dt.date(2004, 7, 1), "only the month is known"
    assert back.start == dt.date(2008, 8, 16)
    assert not away.holds(dt.date(2006, 1, 1))
    assert not back.holds(dt.date(2006, 1, 1))


def test_a_month_or_a_year_is_read_so_that_only_what_is_certain_counts() -> None:
    assert _span(dt.date(2004, 7, 3)) == (dt.date(2004, 7, 3), dt.date(2004, 7, 3))
    assert _span("2004-07") == (dt.date(2004, 7, 1), dt.date(2004, 8, 1))
    assert _span("2004-12") == (dt.date(2004, 12, 1), dt.date(2005, 1, 1))
    assert _span("1977") == (dt.date(1977, 1, 1), dt.date(1978, 1, 1))
    assert "CV" not in members("ECOWAS", dt.date(1977, 12, 31))
    assert "CV" in members("ECOWAS", dt.date(1978, 1, 1))
    with pytest.raises(ValueError, match="soon"):
        _span("soon")


def test_what_is_not_known() -> None:
    assert memberships("ZZ") == ()
    assert memberships("US") == ()
    with pytest.raises(KeyError):
        members("COMESA", dt.date(2024, 1, 1))


def test_a_list_that_is_changed_changes_nothing() -> None:
    members("GCC", dt.date(2024, 1, 1)).clear()
    assert members("GCC", dt.date(2024, 1, 1)) == ["AE", "BH", "KW", "OM", "QA", "SA"]
