"""Broken packs: each problem names file, line, provision, and what would be right."""

# ruff: noqa: E501 (a row of the table of broken packs is one line)

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standards.packs import PACK, line_of
from vehiclecheck.standards import PackError, check_file, load_library
from vehiclecheck.standards.checking import MAX_PACK_BYTES
from vehiclecheck.standards.lines import Lines

AGE, EMISSION = "KE.age.used", "KE.emission"


def written(folder: Path, text: str) -> Path:
    path = folder / "KE.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_pack_has_no_problem(tmp_path: Path) -> None:
    assert check_file(written(tmp_path, PACK)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "provision", "said"),
    [
        pytest.param("  from = 2015-01-01", '  from = "1 Jan 2015"', AGE, "from is '1 Jan 2015', but must be a day such as 2021-01-31", id="date"),
        pytest.param("  from = 2020-01-01", "  from = 2019-01-01", AGE, "versions overlap: version 1 holds until 2020-01-01, version 2 from 2019-01-01", id="overlap"),
        pytest.param("  to = 2020-01-01", "  to = 2014-01-01", AGE, "must be later than the start 2015-01-01", id="ends before it begins"),
        pytest.param('kind = "max_age"', 'kind = "max_aeg"', AGE, "did you mean 'max_age'?", id="kind"),
        pytest.param('title = "Used vehicles"', 'titel = "Used vehicles"', AGE, "'titel' is not a key here; did you mean 'title'?", id="key"),
        pytest.param('  asks = { max = 8 }', "  asks = { maximum = 8 }", AGE, "'maximum' is not a key here; did you mean 'max'?", id="key of asks"),
        pytest.param('  sources = ["notice-2020"]\n  asks = { max = 8 }', '  sources = ["notice-2002"]\n  asks = { max = 8 }', AGE, "source 'notice-2002' is not in this pack; did you mean 'notice-2020'?", id="source"),
        pytest.param('asks = { class = "Euro 4" }', 'asks = { class = "Euro Four" }', EMISSION, "Euro Four", id="class word"),
        pytest.param('id = "KE.age.used"', 'id = "TZ.age.used"', "TZ.age.used", "begins with 'KE.'", id="prefix"),
        pytest.param('categories = ["M1", "N1"]', 'categories = ["M1", "N9"]', AGE, "categories is 'N9', but must be one of", id="category"),
        pytest.param('status = "reported"', 'status = "rumoured"', EMISSION, "status is 'rumoured', but must be one of", id="status"),
        pytest.param('  grade = "C"\n', "", EMISSION, "needs 'grade'", id="missing key"),
        pytest.param('id = "KE.emission"', 'id = "KE.age.used"', AGE, "two provisions have this id", id="twice"),
        pytest.param('facts = ["00000000"]', 'facts = ["0"]', AGE, "does not look as it must", id="fact id"),
        pytest.param('categories = ["M1", "N1"] }', 'products = ["petrol"] }', AGE, "belong to fuel limits", id="products"),
        pytest.param('counting = "calendar_years"', 'counting = "vehicle_years"', AGE, "needs 'year_starts'", id="vehicle years"),
    ],
)  # fmt: skip
def test_a_problem_names_line_provision_and_remedy(
    tmp_path: Path, right: str, wrong: str, provision: str, said: str
) -> None:
    text = PACK.replace(right, wrong)
    assert text != PACK
    problems = check_file(written(tmp_path, text))
    problem = next(problem for problem in problems if said in problem.message)
    assert problem.provision == provision
    assert problem.file == "KE.toml"
    assert str(problem).startswith(f"KE.toml:{problem.line}: {provision}: ")
    # the line is that of the wrong words or of the table that they are missing from
    lines = text.split("\n")
    near = "\n".join(lines[max(0, problem.line - 1) : problem.line + 1])
    assert any(
        part.strip() and part.strip() in near
        for part in (*wrong.split("\n"), "[[provision.version]]", "asks = {")
    )


def test_lines_are_exact_for_keys(tmp_path: Path) -> None:
    text = PACK.replace('status = "reported"', 'status = "rumoured"')
    (problem,) = check_file(written(tmp_path, text))
    assert problem.line == line_of(text, "rumoured")


def test_a_version_after_one_without_end(tmp_path: Path) -> None:
    (problem,) = check_file(written(tmp_path, PACK.replace("  to = 2020-01-01\n", "")))
    assert "version 1 has no end, so version 2 would overlap it" in problem.message
    assert problem.provision == AGE


def test_all_problems_are_told_in_the_order_of_lines(tmp_path: Path) -> None:
    text = PACK.replace('kind = "max_age"', 'kind = "max_aeg"').replace(
        'status = "reported"', 'status = "rumoured"'
    )
    lines = [problem.line for problem in check_file(written(tmp_path, text))]
    assert len(lines) == 2
    assert lines == sorted(lines)


def test_not_toml(tmp_path: Path) -> None:
    text = PACK.replace('name = "Kenya"', 'name = "Kenya')
    (problem,) = check_file(written(tmp_path, text))
    assert problem.line == line_of(text, 'name = "Kenya')
    assert problem.message.startswith("is not TOML")


def test_a_day_that_is_none(tmp_path: Path) -> None:
    text = PACK.replace("from = 2015-01-01", "from = 2015-02-30")
    (problem,) = check_file(written(tmp_path, text))
    assert problem.line == line_of(text, "2015-02-30")


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "KE.toml"
    path.write_bytes(PACK.replace("Kenya", "Côte").encode("latin-1"))
    assert [str(problem) for problem in check_file(path)] == ["KE.toml:1: is not UTF-8 text"]


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "KE.toml"
    path.write_bytes(PACK.encode("utf-8-sig"))
    assert check_file(path) == []


def test_too_large(tmp_path: Path) -> None:
    path = written(tmp_path, PACK + "#" * MAX_PACK_BYTES)
    (problem,) = check_file(path)
    assert "too many for a pack" in problem.message


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "KE.toml").mkdir()
    assert "cannot be read" in str(check_file(tmp_path / "KE.toml")[0])
    assert "cannot be read" in str(check_file(tmp_path / "UG.toml")[0])


def test_the_library_refuses_a_broken_pack_with_all_its_problems(tmp_path: Path) -> None:
    written(tmp_path, PACK.replace('kind = "max_age"', 'kind = "max_aeg"'))
    with pytest.raises(PackError, match=r"KE\.toml:\d+: KE\.age\.used: .*did you mean 'max_age'"):
        load_library(tmp_path).pack("KE")


def test_lines_of_nested_tables() -> None:
    lines = Lines(PACK)
    assert lines.find(["provision", 0]) == line_of(PACK, '[[provision]]\nid = "KE.age.used"')
    assert lines.find(["provision", 0, "version", 1, "from"]) == line_of(PACK, "  from = 2020-01-01")
    assert lines.find(["provision", 1, "version", 0, "first_seen"]) == line_of(PACK, "  first_seen")
    # a place inside a value is that of its key, and what is unknown that of the nearest table
    assert lines.find(["provision", 0, "scope", "categories", 1]) == line_of(PACK, "scope = {")
    assert lines.find(["provision", 1, "effect"]) == line_of(PACK, '[[provision]]\nid = "KE.emission"')
    assert lines.find(["nothing"]) == 1


@pytest.mark.parametrize(
    ("scope", "exempt", "cancels"),
    [
        ('{ condition = ["used"], categories = ["M1"] }', '[{ categories = ["M1", "N1"] }]', True),
        (
            '{ condition = ["used"], categories = ["M1"] }',
            '[{ condition = ["used"], note = "all of them" }]',
            True,
        ),
        ('{ condition = ["used"], categories = ["M1", "N1"] }', '[{ categories = ["M1"] }]', False),
        ('{ condition = ["used"] }', '[{ categories = ["M1"] }]', False),
        ('{ condition = ["used"] }', '[{ note = "whatever" }]', True),
    ],
)
def test_a_rule_and_its_exemption_that_cancel_out(
    tmp_path: Path, scope: str, exempt: str, cancels: bool
) -> None:
    text = PACK.replace('scope = { condition = ["used"]', f"exempt = {exempt}\nscope = {scope} # ", 1)
    assert text != PACK
    path = tmp_path / "KE.toml"
    path.write_text(text, encoding="utf-8")
    problems = [str(problem) for problem in check_file(path)]
    assert bool(problems) is cancels, problems
    assert all("nothing is left of it" in problem for problem in problems)


@pytest.mark.parametrize(
    ("name", "unit", "fits"),
    [
        ("sulphur_mg_kg", "ppm", True),
        ("sulphur_mg_kg", "g/L", False),
        ("benzene_pct", "% (v/v)", True),
        ("benzene_pct", "mg/kg", False),
        ("ron", "°C", False),
        ("sulphur_mg_kg", "as the standard says", True),
    ],
)
def test_a_unit_must_fit_the_property(tmp_path: Path, name: str, unit: str, fits: bool) -> None:
    text = (
        PACK
        + f"""
[[provision]]
id = "KE.fuel.limit"
kind = "fuel_limit"
direction = "market"
title = "A limit"
scope = {{ products = ["diesel"] }}
asks = {{ property = "{name}", max = 5, unit = "{unit}" }}

  [[provision.version]]
  from = 2020-01-01
  status = "enacted"
  grade = "A"
  sources = ["notice-2020"]
"""
    )
    path = tmp_path / "KE.toml"
    path.write_text(text, encoding="utf-8")
    problems = [str(problem) for problem in check_file(path)]
    assert (not problems) is fits, problems
    assert all("does not fit" in problem for problem in problems)
