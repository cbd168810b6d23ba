"""The cases that lie beside the packs hold, and there are enough of them."""

# ruff: noqa: E501 (a row of the table of broken cases is one line)

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.standards.packs import PACK, line_of, write
from vehiclecheck.screening.cases import Case, cases_path, check_cases, check_pack, check_packs, read_cases
from vehiclecheck.standards import Library, load_library
from vehiclecheck.standards.model import DECIDING_STATUSES

LIBRARY = load_library()
CODES = [*LIBRARY.countries, *LIBRARY.standards]
CASE = """\
[[case]]
says = "Seven calendar years are allowed"
record = { category = "M1", first_registered = "2019-01-01", arrived_on = "2026-12-31" }
expect = { "KE.age.used" = "pass" }
"""


@functools.cache
def cases_of(code: str) -> tuple[Case, ...]:
    cases, problems = read_cases(cases_path(LIBRARY.file(code)))
    assert not problems, "\n".join(map(str, problems))
    return tuple(cases)


@pytest.mark.parametrize("code", CODES)
def test_the_cases_of_a_pack_hold(code: str) -> None:
    problems = check_cases(cases_of(code), LIBRARY, code)
    assert not problems, "\n".join(map(str, problems))


@pytest.mark.parametrize("code", CODES)
def test_a_pack_has_a_case_that_is_not_settled(code: str) -> None:
    judged = [
        provision
        for provision in LIBRARY.pack(code).provisions
        if (provision.direction != "market" or provision.subject == "fuel")
        and any(version.effect != "advise" for version in provision.versions)
    ]
    assert not judged or any("unknown" in case.expect.values() for case in cases_of(code))


@pytest.mark.parametrize("code", CODES)
def test_every_age_rule_is_passed_and_failed(code: str) -> None:
    shown: dict[str, set[str]] = {}
    for case in cases_of(code):
        for name, outcome in case.expect.items():
            shown.setdefault(name, set()).add(outcome)
    ages = [
        provision.id
        for provision in LIBRARY.pack(code).provisions
        if provision.kind in ("max_age", "min_age")
        and provision.direction != "market"
        and any(version.status in DECIDING_STATUSES for version in provision.versions)
    ]
    lacking = {name: {"pass", "fail"} - shown.get(name, set()) for name in ages}
    assert not {name: sorted(outcomes) for name, outcomes in lacking.items() if outcomes}


_DATES = ("arrived_on", "declared_on", "shipped_on", "registered_on")


def days_of(case: Case) -> Iterator[dt.date]:
    """The days of a case; a month or a year stands for its first day."""
    for name in _DATES:
        if text := case.record.get(name):
            yield dt.date.fromisoformat((text + "-01-01")[:10])


@pytest.mark.parametrize("code", CODES)
def test_every_change_of_law_is_shown_before_and_after(code: str) -> None:
    """Where one version follows another on a stated day, some case lies in the month before it and some in the month from it."""
    lacking = []
    for provision in LIBRARY.pack(code).provisions:
        own = [version for version in provision.versions if not version.adopted_from]
        if provision.direction == "market" and provision.subject != "fuel":
            continue
        for version in own[1:]:
            day = version.start
            if day is None or day != version.possible_start or version.status not in DECIDING_STATUSES:
                continue
            days = [
                found
                for case in cases_of(code)
                if provision.id in case.expect or case.verdict is not None
                for found in days_of(case)
            ]
            after = any(0 <= (found - day).days <= 31 for found in days)
            before = any(0 < (day - found).days <= 31 for found in days)
            if not (before and after):
                lacking.append((provision.id, day.isoformat()))
    assert not lacking


# ---------------------------------------------------------------- how cases are read and reported


def checked(folder: Path, cases: str, pack: str = PACK) -> list[str]:
    write(folder, pack)
    (folder / "KE.cases.toml").write_text(cases, encoding="utf-8")
    return [str(problem) for problem in check_pack(folder / "KE.toml", load_library()).problems]


def test_a_case_that_holds(tmp_path: Path) -> None:
    assert checked(tmp_path, CASE) == []


def test_a_case_that_fails_is_told_with_line_sentence_expected_and_found(tmp_path: Path) -> None:
    (problem,) = checked(tmp_path, "# comment\n\n" + CASE.replace('"2019-01-01"', '"2018-12-31"'))
    assert problem.startswith(
        "KE.cases.toml:3: KE.age.used: “Seven calendar years are allowed”: expected pass, found fail"
    )
    assert "at most 7 years" in problem
    assert "observed 8" in problem


def test_verdict_and_not_applicable(tmp_path: Path) -> None:
    text = CASE.replace('"pass"', '"not_applicable"') + 'verdict = "refused"\n'
    first, second = checked(tmp_path, text)
    assert "expected not_applicable, found pass" in first
    assert "expected the verdict refused, found undetermined (KE.emission unknown)" in second


def test_a_verdict_alone_is_enough(tmp_path: Path) -> None:
    text = CASE.replace('expect = { "KE.age.used" = "pass" }', 'verdict = "undetermined"')
    assert checked(tmp_path, text) == []


@pytest.mark.parametrize(
    ("right", "wrong", "needle", "said"),
    [
        ('"KE.age.used" =', '"KE.age.usde" =', "[[case]]", "the pack has no such provision; did you mean 'KE.age.used'?"),
        ('"pass"', '"passed"', "expect", "KE.age.used is 'passed', but must be one of: pass, fail, unknown, not_applicable"),
        ("first_registered", "first_registred", "record", "'first_registred' is no column of a vehicle record; did you mean"),
        ('says = "Seven calendar years are allowed"\n', "", "[[case]]", "needs 'says'"),
        ("expect", "expects", "expects", "'expects' is not a key of a case; did you mean 'expect'?"),
        ('expect = { "KE.age.used" = "pass" }\n', "", "[[case]]", "expects nothing"),
        ('"2026-12-31"', '"2026-13-31"', "[[case]]", "the record cannot be read: arrived_on '2026-13-31'"),
        ("[[case]]\n", '[[case]]\nside = "imports"\n', "side", "side is 'imports', but must be one of"),
        ("[[case]]\n", '[[case]]\nside = "standard"\n', "[[case]]", "side 'standard' is for standards; KE is a country"),
        ("[[case]]\n", '[[case]]\nsubject = "fuels"\n', "subject", "did you mean 'fuel'?"),
        ("[[case]]\n", "[[cases]]\n", "[[cases]]", "'cases' is not a key here"),
        ("[[case]]\n", "[[case]\n", "[[case]", "is not TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_case_is_told(
    tmp_path: Path, right: str, wrong: str, needle: str, said: str
) -> None:
    text = CASE.replace(right, wrong)
    problems = checked(tmp_path, text)
    found = [problem for problem in problems if said in problem]
    assert found, problems
    assert found[0].startswith(f"KE.cases.toml:{line_of(text, needle)}:")


def test_dates_numbers_lists_and_truths_may_be_written_as_toml_has_them(tmp_path: Path) -> None:
    text = CASE.replace('"2019-01-01"', "2019-01-01").replace(
        "record = {", "record = { gvw_kg = 1500.5, deregistered = true, equipment = ['esc', 'abs'],"
    )
    assert checked(tmp_path, text) == []


def test_a_case_says_what_is_known_and_nothing_else(tmp_path: Path) -> None:
    """A column that only another case of the file has is not told in this one."""
    other = CASE.replace("Seven", "Without a day, seven").replace('first_registered = "2019-01-01", ', "")
    assert checked(tmp_path, CASE + "\n" + other.replace('"pass"', '"unknown"')) == []


def test_a_file_of_cases_may_be_given_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "KE.cases.toml"
    path.write_text(CASE.replace("KE.age.used", "KE.age.usedd"), encoding="utf-8")
    report = check_pack(path, LIBRARY)
    assert (report.code, report.cases) == ("KE", 1)
    assert "did you mean 'KE.age.used'?" in str(report.problems[0])
    stray = tmp_path / "QQ.cases.toml"
    stray.write_text(CASE, encoding="utf-8")
    assert "no pack for 'QQ'" in str(check_pack(stray, LIBRARY).problems[0])


def test_a_standard_is_judged_as_a_standard(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "standards" / "GCC.cases.toml").write_text(
        """\
[[case]]
says = "What is only recommended decides when the standard is asked for"
record = { product = "diesel", sulphur_mg_kg = 51, arrived_on = "2016-05" }
expect = { "GCC.fuel.diesel" = "fail" }
verdict = "refused"
subject = "fuel"
""",
        encoding="utf-8",
    )
    report = check_pack(tmp_path / "standards" / "GCC.toml", LIBRARY)
    assert report.problems == ()
    assert report.cases == 1


def test_a_draft_under_another_name_is_checked_and_told(tmp_path: Path) -> None:
    path = tmp_path / "kenya-draft.toml"
    path.write_text(PACK, encoding="utf-8")
    report = check_pack(path, LIBRARY)
    (problem,) = report.problems
    assert (problem.line, report.provisions) == (line_of(PACK, "code ="), 2)
    assert "its name must be KE.toml" in problem.message


def test_a_code_that_no_record_can_name(tmp_path: Path) -> None:
    path = tmp_path / "QQ.toml"
    path.write_text(PACK.replace("KE", "QQ"), encoding="utf-8")
    (problem,) = check_pack(path, LIBRARY).problems
    assert "'QQ' is no country" in problem.message


def test_a_whole_library_is_checked(tmp_path: Path) -> None:
    write(tmp_path)
    files: Mapping[str, Path] = {"KE": tmp_path / "KE.toml"}
    library = Library(files, {"GCC": tmp_path / "standards" / "GCC.toml"})
    assert [(report.code, report.provisions, report.problems) for report in check_packs(library)] == [
        ("KE", 2, ()),
        ("GCC", 2, ()),
    ]
