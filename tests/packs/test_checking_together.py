"""The cases of all packs judged together: as each by itself, once, and never kept beyond what they follow from."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from tests.standards.made import age, library, pack, provision, reviewed, table, version
from vehiclecheck.screening import cases
from vehiclecheck.screening.cases import Case, PackReport, check_pack, check_packs
from vehiclecheck.standards import Library, Problem

LIMITS = {"KE": 8, "UG": 15, "TZ": 10}
DIESEL = {"property": "sulphur_mg_kg", "max": 50}
BLOC = pack("GCC", provision("GCC.diesel", "fuel_limit", DIESEL, direction="market"))


def country(code: str, *more: str) -> str:
    return pack(
        code,
        reviewed(),
        provision(f"{code}.age", "max_age", age(LIMITS[code]), scope={"categories": ["M1"]}),
        provision(f"{code}.out", "prohibition", {}, direction="export", scope={"condition": ["salvage"]}),
        *more,
    )


def adopting(code: str) -> str:
    return country(code, table("adopt", {"standard": "GCC", **version()}))


def case(made: int, outcome: str, name: str, **more: str) -> str:
    record = {"category": "M1", "manufactured": f"{made}-06-01", "arrived_on": "2020-06-01"}
    return table(
        "case",
        {"says": f"Made in {made}", "record": {**record, **more}, "expect": {name: outcome}},
    )


def fuel(mg_kg: int, outcome: str, name: str) -> str:
    record = {"product": "diesel", "sulphur_mg_kg": mg_kg, "arrived_on": "2020-06-01"}
    return table("case", {"says": "Diesel", "subject": "fuel", "record": record, "expect": {name: outcome}})


def wreck(outcome: str, name: str) -> str:
    record = {"category": "M1", "condition": "salvage", "shipped_on": "2020-06-01"}
    return table("case", {"says": "A wreck", "side": "export", "record": record, "expect": {name: outcome}})


def write_cases(folder: Path, **texts: str) -> None:
    for code, text in texts.items():
        place = folder / "standards" if code == "GCC" else folder
        (place / f"{code}.cases.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_cases_of = {
        code: case(2020 - most, "pass", f"{code}.age") + case(2019 - most, "fail", f"{code}.age")
        for code, most in LIMITS.items()
    }
    library(tmp_path, *map(adopting, LIMITS), standards=[BLOC])
    write_cases(
        tmp_path,
        KE=write_cases_of["KE"] + wreck("fail", "KE.out"),
        UG=write_cases_of["UG"] + fuel(51, "fail", "UG:GCC.diesel"),
        TZ=write_cases_of["TZ"],
        GCC=fuel(50, "pass", "GCC.diesel"),
    )
    return tmp_path


def opened(folder: Path) -> Library:
    return Library(
        {path.stem: path for path in folder.glob("??.toml")},
        {path.stem: path for path in (folder / "standards").glob("???.toml")},
    )


def told(reports: Sequence[PackReport]) -> dict[str | None, list[str]]:
    return {report.code: [str(problem) for problem in report.problems] for report in reports}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEHICLECHECK_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """How many cases of each pack each check judged."""
    found: list[dict[str, int]] = []
    judge = cases._check_together

    def counted(given: Mapping[str, Sequence[Case]], library: Library) -> dict[str, list[Problem]]:
        found.append({code: len(own) for code, own in given.items()})
        return judge(given, library)

    monkeypatch.setattr(cases, "_check_together", counted)
    return found


def test_all_hold(folder: Path) -> None:
    reports = check_packs(opened(folder))
    assert [(report.code, report.provisions, report.cases) for report in reports] == [
        ("KE", 3, 3),
        ("TZ", 3, 2),
        ("UG", 3, 3),
        ("GCC", 1, 1),
    ]
    assert not any(report.problems for report in reports)


def test_each_pack_is_told_its_own_problems_in_the_order_of_lines(folder: Path) -> None:
    edit(folder / "KE.cases.toml", '"fail"', '"pass"')
    edit(folder / "UG.cases.toml", "sulphur_mg_kg = 51", "sulphur_mg_kg = 50")
    edit(folder / "standards" / "GCC.cases.toml", '"pass"', '"fail"')
    found = told(check_packs(opened(folder)))
    assert found["TZ"] == []
    old, wreck_ = found["KE"]
    assert old.startswith("KE.cases.toml:7: KE.age: “Made in 2011”: expected pass, found fail")
    assert wreck_.startswith("KE.cases.toml:12: KE.out: “A wreck”: expected pass, found fail")
    assert [text.partition(" (")[0] for text in found["UG"]] == [
        "UG.cases.toml:12: UG:GCC.diesel: “Diesel”: expected fail, found pass"
    ]
    assert found["GCC"][0].startswith("GCC.cases.toml:2: GCC.diesel: “Diesel”: expected fail, found pass")


def test_together_is_as_each_by_itself(folder: Path) -> None:
    for path in [*folder.glob("*.cases.toml"), folder / "standards" / "GCC.cases.toml"]:
        edit(path, '"fail"' if "fail" in path.read_text() else '"pass"', '"unknown"')
    together = told(check_packs(opened(folder)))
    paths = [folder / f"{code}.toml" for code in LIMITS] + [folder / "standards" / "GCC.toml"]
    alone = told([check_pack(path, opened(folder)) for path in paths])
    assert together == alone
    assert all(together.values())


@pytest.mark.parametrize(("verdict", "holds"), [("no_pack", True), ("refused", False)])
def test_a_case_that_names_another_country_does_not_hang_on_the_packs_that_are_there(
    folder: Path, verdict: str, holds: bool
) -> None:
    record = {"importer": "UG", "category": "M1", "manufactured": "1990-01-01", "arrived_on": "2020-06-01"}
    text = table("case", {"says": "For Uganda", "record": record, "verdict": verdict})
    write_cases(folder, KE=text)
    assert (told(check_packs(opened(folder)))["KE"] == []) is holds
    assert (check_pack(folder / "KE.toml", opened(folder)).problems == ()) is holds


def test_a_record_that_cannot_be_read_spoils_no_other(folder: Path) -> None:
    edit(folder / "KE.cases.toml", '"2011-06-01"', '"2011-13-01"')
    found = told(check_packs(opened(folder)))
    assert "the record cannot be read: manufactured '2011-13-01'" in found.pop("KE")[0]
    assert not any(found.values())


# ---------------------------------------------------------------- kept


def test_what_is_sound_is_judged_once(folder: Path, judged: list[dict[str, int]]) -> None:
    first = check_packs(opened(folder))
    assert judged.pop() == {"KE": 3, "TZ": 2, "UG": 3, "GCC": 1}
    assert check_packs(opened(folder)) == first
    assert judged.pop() == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "anew"),
    [
        ("KE.toml", "max = 8", "max = 9", {"KE"}),
        ("KE.cases.toml", "Made in 2011", "Made then", {"KE"}),
        ("standards/GCC.toml", "max = 50", "max = 60", {"KE", "TZ", "UG", "GCC"}),
        ("standards/GCC.cases.toml", "Diesel", "Gas oil", {"GCC"}),
    ],
)
def test_an_edit_is_judged_anew(
    folder: Path, judged: list[dict[str, int]], file: str, old: str, new: str, anew: set[str]
) -> None:
    check_packs(opened(folder))
    edit(folder / file, old, new)
    check_packs(opened(folder))
    assert set(judged[-1]) == anew


def test_a_change_that_breaks_a_kept_pack_is_told(folder: Path) -> None:
    assert not any(told(check_packs(opened(folder))).values())
    edit(folder / "standards" / "GCC.toml", "max = 50", "max = 60")
    found = told(check_packs(opened(folder)))
    assert "expected fail, found pass" in found["UG"][0]
    edit(folder / "standards" / "GCC.toml", "max = 60", "max = 50")
    assert not any(told(check_packs(opened(folder))).values())


def test_a_problem_is_never_kept(folder: Path, judged: list[dict[str, int]]) -> None:
    edit(folder / "KE.cases.toml", '"fail"', '"pass"')
    first = told(check_packs(opened(folder)))
    assert told(check_packs(opened(folder))) == first
    assert first["KE"]
    assert judged[-1] == {"KE": 3}


@pytest.mark.parametrize("what", ["program_digest", "polars"])
def test_another_program_judges_anew(
    folder: Path, judged: list[dict[str, int]], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    check_packs(opened(folder))
    if what == "polars":
        monkeypatch.setattr(pl, "__version__", "0.0.0")
    else:
        monkeypatch.setattr(cases, "program_digest", lambda: "another")
    check_packs(opened(folder))
    assert set(judged[-1]) == {"KE", "TZ", "UG", "GCC"}


def test_a_standard_that_becomes_a_country_is_checked_as_one(folder: Path) -> None:
    free = provision("QQQ.age", "max_age", age(8), version(status="recommended"))
    (folder / "standards" / "QQQ.toml").write_text(pack("QQQ", free), encoding="utf-8")
    assert told(check_packs(opened(folder)))["QQQ"] == []
    shutil.move(folder / "standards" / "QQQ.toml", folder / "QQQ.toml")
    moved = Library({"QQQ": folder / "QQQ.toml"}, {})
    assert "'QQQ' is no country" in told(check_packs(moved))["QQQ"][0]


def test_a_pack_that_cannot_be_read_is_told_each_time(folder: Path) -> None:
    check_packs(opened(folder))
    edit(folder / "TZ.toml", 'kind = "max_age"', 'kind = "max_aeg"')
    for _ in range(2):
        found = told(check_packs(opened(folder)))
        assert "did you mean 'max_age'?" in found["TZ"][0]
        assert found["UG"] == []
