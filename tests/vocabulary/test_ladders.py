"""Emission classes of the world as positions on the Euro ladder."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.vocabulary.days import day_code
from vehiclecheck.vocabulary.ladders import (
    IGNITION,
    UNRANKED,
    category_steps,
    class_position,
    classes_by_spelling,
    japan_code,
    load_ladders,
    market_steps,
    name_of,
    name_of_interval,
    threshold,
)
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.terms import CATEGORY_WORDS, PROPULSION_WORDS, category_mask, propulsion_mask


@pytest.mark.parametrize(
    ("written", "position"),
    [
        ("Euro 4", (4, 4)),
        ("EURO IV", (4, 4)),
        ("euro-4", (4, 4)),
        ("Euro4", (4, 4)),
        ("E4", (4, 4)),
        ("EU4", (4, 4)),
        ("Euro 4/IV", (4, 4)),
        ("Euro 5 / Euro V", (5, 5)),
        ("Евро 4", (4, 4)),
        ("欧四", (4, 4)),
        ("유로 6", (6, 6.9)),
        ("يورو ٤", (4, 4)),
        ("Euro 6", (6, 6.9)),
        ("Euro VI", (6, 6.9)),
        ("Euro 6b", (6, 6)),
        ("EURO 6D-TEMP", (6.1, 6.1)),
        ("Euro 6d", (6.2, 6.2)),
        ("Euro 7", (7, 7)),
        ("EEV", (5, 5)),
        ("BS IV", (4, 4)),
        ("BS-4", (4, 4)),
        ("Bharat Stage VI", (6, 6.9)),
        ("China V", (5, 5)),
        ("国五", (5, 5)),
        ("国VI", (6, 6.2)),
        ("China 6b", (6.2, 6.2)),
        ("Tier 2", (4, 6.9)),
        ("US 2004", (4, 4)),
        ("EPA 2010", (6, 6.9)),
        ("2005 new long term", (4, 4)),
        ("平成17年規制", (4, 4)),
        ("Japan 00/02", (3, 3)),
        ("PROCONVE L6", (5, 5)),
        ("P-7", (5, 5)),
        ("экологический класс 5", (5, 5)),
        ("четвёртый", (4, 4)),
        ("ADR79/02", (4, 4)),
    ],
)
def test_a_class_is_recognised_however_it_is_written(written: str, position: tuple[float, float]) -> None:
    assert class_position(written) == position


@pytest.mark.parametrize(
    "written",
    [
        "",
        "4",
        "IV",
        "Euro",
        "Euro 9",
        "Euro 5/6",
        "Euro 4 or 5",
        ">= Euro 4",
        "unknown",
        "LPG",
        "LPG-EURO4",
        "GB 18352",
        "TBA",
        "BMW",
    ],
)
def test_what_is_no_class_is_not_guessed(written: str) -> None:
    assert class_position(written) is None


@pytest.mark.parametrize("written", ["Tier 2 bin 5", "Tier 0", "ULEV", "EBD-S321V", "PROCONVE L-1"])
def test_a_known_class_without_a_rank_has_the_whole_ladder(written: str) -> None:
    assert class_position(written) == UNRANKED


def test_the_group_decides_between_classes_of_one_name() -> None:
    assert class_position("2009 post new long term", "LDV") == (5, 5)
    assert class_position("2009 post new long term", "HDV") == (5.5, 5.5)
    assert class_position("2009 post new long term") == (5, 5.5)
    assert class_position("Euro IV", "LDV") == (4, 4), (
        "a light vehicle approved by the heavy rules keeps its class"
    )


@pytest.mark.parametrize(
    ("code", "position"),
    [
        ("DBA-NZE141", (4, 5)),
        ("ＤＢＡ－ＮＺＥ１４１", (4, 5)),
        ("DBA-", (4, 5)),
        ("dba", (4, 5)),
        ("CBA-204052C", (4, 4)),
        ("GH-ACR30W", (3, 3)),
        ("GF-210070", (2, 2)),
        ("E-AE111", (0, 0)),
        ("KL-LV280L1", (2, 2)),
        ("PKG-FS2PNDA", (4, 4)),
        ("LDF-KDH201V", (5, 5)),
        ("LKG-FS54JZ", (5.5, 5.5)),
        ("QKG-FU54VZ", (5.5, 5.5)),
        ("2PG-FU74HZ", (6, 6.9)),
        ("3BA", (6, 6.9)),
        ("5AA-ZWE211", (6, 6.9)),
        ("ZAA-ZE1", (9, 9)),
    ],
)
def test_japanese_model_codes(code: str, position: tuple[float, float]) -> None:
    assert class_position(code) == position


def test_low_harm_holds_from_2012() -> None:
    code = japan_code("DBA-NZE141")
    assert code is not None
    start, end = day_code(dt.date(2011, 1, 1)), day_code(dt.date(2011, 12, 31))
    assert code.built(start, end) == (4, 4)
    assert code.built(day_code(dt.date(2012, 1, 1)), day_code(dt.date(2012, 12, 31))) == (5, 5)
    assert code.built(start, day_code(dt.date(2012, 1, 1))) == (4, 5)
    older = japan_code("CBA-NZE141")
    assert older is not None
    assert older.built(day_code(dt.date(2014, 1, 1)), day_code(dt.date(2014, 1, 1))) == (4, 4)


def test_a_model_code_hints_at_fuel_and_use() -> None:
    hybrid, truck, electric = japan_code("DAA-ZVW30"), japan_code("2KG-FD2AB"), japan_code("ZAA-ZE1")
    assert hybrid is not None
    assert truck is not None
    assert electric is not None
    assert (hybrid.propulsion, hybrid.categories) == (PROPULSION_WORDS["hev"], CATEGORY_WORDS["M1"])
    assert (truck.propulsion, truck.categories) == (
        propulsion_mask(["diesel"]),
        category_mask(["M2", "M3", "N2", "N3"]),
    )
    assert electric.propulsion == PROPULSION_WORDS["bev"]


def test_two_letter_codes_need_their_hyphen() -> None:
    assert japan_code("GH-") is not None
    assert japan_code("GH") is None


@pytest.mark.parametrize(
    ("word", "position"),
    [
        ("Euro 4", 4),
        ("Euro IV", 4),
        ("Euro 6", 6),
        ("Euro 6a", 6),
        ("Euro 6b", 6),
        ("Euro 6c", 6),
        ("Euro VI", 6),
        ("Euro VI-c", 6),
        ("Euro 6d-temp", 6.1),
        ("Euro 6d", 6.2),
        ("China 6b", 6.2),
    ],
)
def test_what_a_pack_may_ask_for(word: str, position: float) -> None:
    assert threshold(word) == position


@pytest.mark.parametrize("word", ["Euro 6z", "DBA-", "Euro VI-d", "4", "Tier 2 with a bin"])
def test_another_word_is_refused_with_those_that_are_accepted(word: str) -> None:
    with pytest.raises(ValueError, match=r"Euro 4, Euro IV.*Euro 6d"):
        threshold(word)


def test_a_bare_class_meets_its_own_step() -> None:
    for step in load_ladders().steps:
        for word in step.words:
            stated = class_position(word)
            assert stated is not None
            assert stated[0] == threshold(word) == step.position, word


def test_names_for_messages() -> None:
    assert name_of(4) == "Euro 4"
    assert name_of(4, "HDV") == "Euro IV"
    assert name_of(6.1) == "Euro 6d-temp"
    assert name_of(6.099999904632568) == "Euro 6d-temp", "as it comes out of a 32-bit column"
    assert name_of(5.5, "HDV") == "Euro V (Japan 2009)"
    assert name_of_interval(4, 5) == "Euro 4 to Euro 5"
    assert name_of_interval(6, 6.9, "HDV") == "Euro VI"
    assert name_of_interval(*UNRANKED) == "not ranked"


# -- the data


def test_every_class_states_its_sources_and_lies_on_the_ladder() -> None:
    for entry in load_ladders().classes:
        assert entry.sources, entry.name
        assert entry.group in {"LDV", "HDV", "L", "all"}, entry.name
        assert entry.ignition in IGNITION, entry.name
        assert entry.grade in {"high", "medium", "low"}, entry.name
        assert entry.recall <= {"rank", "dates", "limits", "all"}, entry.name
        assert class_position(entry.name) is not None, entry.name
        if entry.position is not None:
            assert 0 <= entry.position[0] <= entry.position[1] <= UNRANKED[1], entry.name


def test_one_spelling_means_one_thing_across_schemes() -> None:
    for key, entries in classes_by_spelling().items():
        assert len({entry.scheme for entry in entries}) == 1, key


def test_no_market_step_rests_on_memory_or_comes_before_its_source() -> None:
    """What rests on memory is recognised, but only ranks and dates that a source states infer a class."""
    import tomllib

    checked = 0
    for path in (data_root() / "rules" / "ladders").glob("*.toml"):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        classes = {row["name"]: row for row in data["class"]}
        for step in data.get("markets", {}).get("step", []):
            row = classes[step["class"]]
            assert not {"rank", "dates", "all"} & set(row.get("recall", [])), step
            assert step["from"] >= row["all_registrations"], step
            assert step["position"] <= row["position"][0], step
            checked += 1
    assert checked > 40


# -- markets


def _least(country: str, category: str, propulsion: str, day: dt.date) -> float | None:
    """The least position of a vehicle first registered there that day, by steps of single categories."""
    categories, fuel, code = CATEGORY_WORDS[category], PROPULSION_WORDS[propulsion], day_code(day)
    reached = [
        s.position
        for s in category_steps()
        if s.country == country
        and categories & ~s.categories == 0
        and fuel & ~s.ignition == 0
        and s.day <= code
    ]
    return max(reached, default=None)


@pytest.mark.parametrize(
    ("country", "category", "propulsion", "day", "position"),
    [
        ("DE", "M1", "petrol", dt.date(2010, 12, 31), 4),
        ("DE", "M1", "petrol", dt.date(2011, 1, 1), 5),
        ("DE", "N1", "diesel", dt.date(2011, 6, 1), 4),  # vans of class II and III followed in 2012
        ("DE", "N1", "diesel", dt.date(2012, 1, 1), 5),
        ("DE", "M1", "hev", dt.date(2015, 9, 1), 6),
        ("DE", "M1", "bev", dt.date(2020, 1, 1), None),  # an emission class says nothing of it
        ("FR", "N3", "diesel", dt.date(2009, 10, 1), 5),
        ("FR", "N3", "cng", dt.date(2009, 10, 1), None),
        ("PL", "M1", "diesel", dt.date(2004, 4, 30), None),
        ("PL", "M1", "diesel", dt.date(2004, 5, 1), 3),
        ("HR", "M1", "diesel", dt.date(2013, 7, 1), 5),
        ("GB", "M1", "diesel", dt.date(2028, 1, 1), 6),  # Euro 7 came after it had left
        ("JP", "M1", "petrol", dt.date(2007, 9, 1), 4),
        ("JP", "M1", "petrol", dt.date(2015, 1, 1), 4),  # the 2009 regulation changed diesel only
        ("JP", "M1", "diesel", dt.date(2015, 1, 1), 5),
        ("JP", "N3", "diesel", dt.date(2012, 1, 1), 5.5),
        ("IN", "N2", "diesel", dt.date(2020, 4, 1), 6),
        ("CN", "M1", "petrol", dt.date(2018, 6, 1), None),  # the date of China 5 is from memory
        ("KR", "M1", "diesel", dt.date(2020, 1, 1), None),
        ("RU", "M1", "petrol", dt.date(2020, 1, 1), None),
    ],
)
def test_what_a_registration_proves(
    country: str, category: str, propulsion: str, day: dt.date, position: float | None
) -> None:
    assert _least(country, category, propulsion, day) == position


def test_group_steps_hold_for_every_category_of_the_group() -> None:
    singles = category_steps()
    for country, group, ignition, day, position in market_steps():
        assert group in {"LDV", "HDV"}
        for word in ("M1", "N1") if group == "LDV" else ("M2", "M3", "N2", "N3"):
            atom = CATEGORY_WORDS[word]
            assert any(
                s.country == country
                and atom & ~s.categories == 0
                and ignition & ~s.ignition == 0
                and s.day <= day
                and s.position >= position
                for s in singles
            ), (country, word, position)


def test_group_steps_rise_with_time() -> None:
    steps = market_steps()
    euro = [(s.day, s.position) for s in steps if (s.country, s.group) == ("DE", "LDV")]
    assert euro == sorted(euro)
    assert [position for _, position in euro] == [1, 2, 3, 4, 5, 6, 7]
    assert {position: day for day, position in euro}[5] == day_code(dt.date(2012, 1, 1))


# -- properties

_SPELLINGS = sorted({spelling for entry in load_ladders().classes for spelling in entry.spellings})


@given(st.sampled_from(_SPELLINGS), st.sampled_from(["", " ", "-", ".", "  - "]), st.booleans())
def test_separators_and_case_do_not_count(spelling: str, separator: str, upper: bool) -> None:
    other = spelling.replace(" ", separator)
    other = other.upper() if upper else other.lower()
    assert class_position(other) == class_position(spelling)


@given(st.text(max_size=12), st.sampled_from([None, "LDV", "HDV", "L"]))
def test_no_text_breaks_it(text: str, group: str | None) -> None:
    found = class_position(text, group)
    assert found is None or 0 <= found[0] <= found[1] <= UNRANKED[1]


def test_import_reads_no_library_of_names() -> None:
    code = (
        "import sys, vehiclecheck.vocabulary.ladders, vehiclecheck.vocabulary.countries as c; "
        "c.country_code('KE'); c.country_code('KEN'); c.country_code('404'); "
        "print({'jsonschema', 'pycountry', 'babel'} & set(sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=data_root()
    )
    assert answer.stdout.strip() == "set()"
