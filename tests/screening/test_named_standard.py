"""A standard that is asked by name: of codes that records can have, and of one that none can."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standards.made import age, judged, library, pack, provision, reviewed, version
from vehiclecheck.screening.judge import Judge
from vehiclecheck.standards import PackError
from vehiclecheck.vocabulary.countries import COUNTRY_CODES

ROWS = [
    {"importer": "KE", "exporter": "JP", "category": "M1", "manufactured": made, "arrived_on": "2020-06-01"}
    for made in ("2018-01-01", "2013-01-01", "2005-01-01")
]


def bloc(code: str, status: str = "recommended") -> str:
    rule = provision(f"{code}.age", "max_age", age(5), version(status=status))
    return pack(code, reviewed(), rule, name=f"The bloc {code}")


@pytest.mark.parametrize("code", ["GCC", "CEMAC", "HOUSE"])
@pytest.mark.parametrize("status", ["recommended", "draft", "enacted"])
def test_it_judges_beside_the_importer(tmp_path: Path, code: str, status: str) -> None:
    kenya = pack("KE", reviewed(), provision("KE.age", "max_age", age(10)), name="Kenya")
    packs = library(tmp_path, kenya, standards=[bloc(code, status)])
    verdicts, findings = judged(packs, *ROWS, standard=code)
    assert [row["importer_verdict"] for row in verdicts] == ["admitted", "admitted", "refused"]
    assert [row["standard_verdict"] for row in verdicts] == ["admitted", "refused", "refused"]
    # the standard touches neither the verdict nor the lane
    assert [row["verdict"] for row in verdicts] == ["admitted", "admitted", "refused"]
    own = [finding for finding in findings if finding["side"] == "standard"]
    assert {(finding["country"], finding["provision"]) for finding in own} == {(code, f"{code}.age")}
    assert own[1]["message"].startswith(f"The bloc {code}")


def test_not_asked_for_it_is_silent(tmp_path: Path) -> None:
    packs = library(tmp_path, pack("KE", reviewed()), standards=[bloc("HOUSE")])
    verdicts, findings = judged(packs, *ROWS)
    assert findings == []
    assert "standard_verdict" not in verdicts[0]


def test_of_fuel(tmp_path: Path) -> None:
    limit = provision(
        "HOUSE.diesel",
        "fuel_limit",
        {"property": "sulphur_mg_kg", "max": 10},
        version(status="recommended"),
        direction="market",
    )
    packs = library(tmp_path, pack("KE"), standards=[pack("HOUSE", reviewed("fuel"), limit)])
    row = {"importer": "KE", "product": "diesel", "arrived_on": "2020-06-01"}
    rows = [row | {"sulphur_mg_kg": value} for value in ("10", "11")]
    verdicts, _ = judged(packs, *rows, subject="fuel", standard="HOUSE")
    assert [told["standard_verdict"] for told in verdicts] == ["admitted", "refused"]
    assert [told["verdict"] for told in verdicts] == ["no_pack", "no_pack"]


def test_one_that_there_is_not(tmp_path: Path) -> None:
    packs = library(tmp_path, pack("KE"), standards=[bloc("GCC")])
    with pytest.raises(PackError, match="no standard 'HOUSE'; standards: GCC"):
        Judge(packs, COUNTRY_CODES, standard="HOUSE")
