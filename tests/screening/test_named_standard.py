"""A standard that is asked by name: of codes that records can have, and of one that none can."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standards.made import age, judged, library, pack, provision, reviewed, version
from vehiclecheck.runs.errors import RunError
from vehiclecheck.runs.options import RunOptions
from vehiclecheck.runs.running import run
from vehiclecheck.screening.judge import Judge
from vehiclecheck.standards import PackError, load_library
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


# ---------------------------------------------------------------- how people write the name

LIBRARY = load_library()


@given(st.sampled_from(LIBRARY.standards), st.data())
def test_case_spaces_and_hyphens_do_not_matter(code: str, data: st.DataObject) -> None:
    written = "".join(
        data.draw(st.sampled_from([letter, letter.lower()]))
        + data.draw(st.sampled_from(["", " ", "-", " - "]))
        for letter in code
    )
    assert LIBRARY.standard_named(written) == code
    assert LIBRARY.standard_code(f" {written}") == code


@pytest.mark.parametrize("word", ["EN 591", "EN 590:2013", "EN", "590", "", "-", "EN590EN228", "KE"])
def test_what_is_no_name_is_none(word: str) -> None:
    """An edition is not asked by name: a standard is asked as it stood on the day of the record."""
    assert LIBRARY.standard_named(word) is None
    with pytest.raises(PackError) as caught:
        LIBRARY.standard_code(word)
    assert str(caught.value).startswith(f"no standard {word!r}; standards: AFRI4, AFRI5, AFRI6, AFRICA, ")
    assert len(str(caught.value).split("\n")) == 1


def certificates(folder: Path) -> str:
    path = folder / "certificates.csv"
    path.write_text(
        "record_id,importer,arrived_on,product,sulphur_mg_kg,cetane_number\n"
        "A,NG,2026-02-01,diesel,9,52\nB,NG,2026-02-01,diesel,40,52\nC,NG,2026-02-01,petrol,9,\n",
        encoding="utf-8",
    )
    return str(path)


@pytest.mark.parametrize("word", ["AFRI5", "afri-5", "Afri 5"])
def test_a_run_names_it_by_its_code(tmp_path: Path, word: str) -> None:
    result = run([certificates(tmp_path)], RunOptions(standard=word))
    assert result.options.standard == "AFRI5"
    assert result.verdicts is not None
    assert result.verdicts["standard_verdict"].to_list() == ["admitted", "admitted", "undetermined"]


def test_the_grades_tell_one_cargo_from_another(tmp_path: Path) -> None:
    """The same certificates against other names: 40 mg/kg is AFRI-5 and S500, and neither AFRI-6 nor S10 nor K5."""
    told = {}
    for word in ("AFRI-6", "S 10", "S500", "TRCU013-K4", "TR CU 013 K5"):
        verdicts = run([certificates(tmp_path)], RunOptions(standard=word)).verdicts
        assert verdicts is not None
        told[word] = verdicts["standard_verdict"].to_list()
    assert told == {
        "AFRI-6": ["admitted", "refused", "admitted"],
        "S 10": ["admitted", "refused", "no_pack"],
        "S500": ["admitted", "admitted", "no_pack"],
        "TRCU013-K4": ["admitted", "admitted", "admitted"],
        "TR CU 013 K5": ["admitted", "refused", "admitted"],
    }


@pytest.mark.parametrize("tables", [("verdicts", "findings", "flows"), ("flows",)])
def test_records_that_name_no_country_are_judged_by_it(tmp_path: Path, tables: tuple[str, ...]) -> None:
    """A laboratory that tests against a specification need not say where the fuel goes."""
    rows = ["record_id,product,arrived_on,sulphur_mg_kg", "a,diesel,2020-06-01,9", "b,diesel,2020-06-01,11"]
    (tmp_path / "tests.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    result = run([str(tmp_path / "tests.csv")], RunOptions(standard="EN590", tables=tables, by=("year",)))
    assert result.counts.rows_judged == 2
    assert {word: units for word, units in result.counts.verdicts.items() if units} == {
        "refused": 1,
        "undetermined": 1,  # other properties of EN 590 are not told
    }
    assert result.flows.select("year", "units", "refused").rows() == [(2020, 2, 1)]
    with pytest.raises(RunError, match="names no importing country"):
        run([str(tmp_path / "tests.csv")], RunOptions())
