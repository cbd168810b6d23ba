"""The fields that would settle an unknown are kept as bits of one number, which has room for 63."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standards.made import judged, library, pack, provision
from vehiclecheck.screening.judging import SideJudge
from vehiclecheck.screening.missing import FUEL_FIELDS, VEHICLE_FIELDS, Missing
from vehiclecheck.screening.rulebook import compile_rules
from vehiclecheck.vocabulary.countries import COUNTRY_CODES


def missing(folder: Path, subject: str) -> Missing:
    book = compile_rules([library(folder, pack("KE")).pack("KE")], "import", subject)
    return SideJudge(book, COUNTRY_CODES)._asker.missing


@pytest.mark.parametrize(("subject", "known"), [("vehicle", VEHICLE_FIELDS), ("fuel", FUEL_FIELDS)])
def test_each_field_has_a_bit_until_there_is_room_for_none(
    tmp_path: Path, subject: str, known: tuple[str, ...]
) -> None:
    bits = missing(tmp_path, subject)
    assert [bits.bit(name) for name in known] == [1 << place for place in range(len(known))]
    new = [bits.bit(f"column{number}") for number in range(100)]
    own = 62 - len(known)
    assert new[:own] == [1 << place for place in range(len(known), 62)]
    assert set(new[own:]) == {1 << 62}, "the last bit stands for all others"
    assert bits.fields == [*known, *(f"column{number}" for number in range(own)), "other fields"]
    assert max(new) < 1 << 63, "Int64 is signed"
    # a field that has a bit keeps it
    assert bits.bit("column0") == 1 << len(known)
    assert bits.bit("column99") == 1 << 62
    assert len(bits.fields) == 63


def test_a_rule_with_more_columns_than_there_is_room_for(tmp_path: Path) -> None:
    needs = [f"column{number:02}" for number in range(70)]
    rules = [
        provision(
            f"KE.rule{number}",
            "custom",
            {"sql": " AND ".join(f"{name} = 'x'" for name in part), "needs": part, "says": "so"},
        )
        for number, part in enumerate((needs[:10], needs[10:]))
    ]
    row = {"importer": "KE", "category": "M1", "arrived_on": "2020-06-01"}
    _, findings = judged(library(tmp_path, pack("KE", *rules)), row)
    first, second = (finding["missing"].split(";") for finding in findings)
    assert {finding["outcome"] for finding in findings} == {"unknown"}
    assert first == needs[:10]
    room = 62 - len(VEHICLE_FIELDS)
    assert second == [*needs[10:room], "other fields"]
