"""`vehiclecheck packs`, as a person and as a machine uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.standards.made import left_out, pack, written
from tests.standards.packs import ADOPT, PACK, line_of, write
from vehiclecheck.cli_packs import packs
from vehiclecheck.outputs.packs import display_width, table, wrap


def run(*words: str | Path, columns: int = 80) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(
        packs, [str(word) for word in words], prog_name="packs"
    )


def told(*words: str | Path) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("columns", [60, 80, 160])
@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("show", "KE", "--history"),
        ("show", "JP"),
        ("show", "EU"),
        ("compare", "KE", "UG", "TZ"),
        ("compare", "KE", "NG", "CI", "GH", "SN", "ECOWAS", "UNEP", "--on", "2024-06-30"),
    ],
    ids=" ".join,
)
def test_tables_fit_the_terminal(words: tuple[str, ...], columns: int) -> None:
    result = run(*words, columns=columns)
    assert result.exit_code == 0, result.output
    if words == ("list",) and columns < 80:
        return  # seven columns do not fit
    widest = max(result.stdout.split("\n"), key=display_width)
    assert display_width(widest) <= columns, widest


def test_list_names_every_pack() -> None:
    rows = told("list")
    assert {"KE", "EAC"} <= {row["code"] for row in rows}
    kenya = next(row for row in rows if row["code"] == "KE")
    assert kenya["type"] == "country"
    assert {"subject": "vehicle", "direction": "import"}.items() <= kenya["reviewed"][0].items()
    assert kenya["best_grade"] <= kenya["worst_grade"]


def test_show_on_a_day(tmp_path: Path) -> None:
    write(tmp_path, PACK + ADOPT)
    result = run("show", "KE", "--on", "2016-03-01", "--packs", tmp_path, columns=160)
    assert result.exit_code == 0
    assert "at most 8 years" in result.stdout
    assert "at most 7 years" not in result.stdout
    assert "(perhaps in force)" in " ".join(result.stdout.split())
    assert "adopted from GCC" in " ".join(result.stdout.split())
    kept = told("show", "KE", "--on", "2016-03-01", "--packs", tmp_path)
    assert [each["provision"] for each in kept["provisions"]] == [
        "KE.age.used",
        "KE.emission",
        "KE:GCC.fuel.diesel",
    ]
    assert [each["in_force"] for each in kept["provisions"]] == ["yes", "perhaps", "yes"]
    assert kept["provisions"][0]["source"] == "Bureau, Notice, 2020-01-01"


def test_show_tells_what_is_not_judged_and_what_else_is_asked(tmp_path: Path) -> None:
    assert "Vehicles in use (shown, not judged)" in run("show", "GE").stdout
    beside = left_out("a quota of 100 cars") + left_out("nine years", "disputed")
    written(tmp_path, pack("KE", beside))
    result = run("show", "KE", "--packs", tmp_path)
    assert (
        "This country also asks, but no provision judges it:\n\n- a quota of 100 cars: it is so"
        in result.stdout
    )
    assert "Sources also say, but the pack holds otherwise:\n\n- nine years: it is so" in result.stdout
    kept = told("show", "KE", "--packs", tmp_path)["also_asked"]
    assert [(each["what"], each["reason"], each["topic"]) for each in kept] == [
        ("a quota of 100 cars", "unencoded", "quota"),
        ("nine years", "disputed", "quota"),
    ]


def test_show_one_kind() -> None:
    kept = told("show", "KE", "--kind", "max_age")
    assert {each["kind"] for each in kept["provisions"]} == {"max_age"}
    assert kept["also_asked"] == []


def test_nothing_in_force_is_said(tmp_path: Path) -> None:
    write(tmp_path, PACK.replace("first_seen", "from"))
    assert (
        "No provision is in force on that day."
        in run("show", "KE", "--on", "1990-01-01", "--packs", tmp_path).stdout
    )


def test_compare_marks_the_strictest_and_gives_provisions_to_machines() -> None:
    result = run("compare", "KE", "UG")
    assert "* 7 years" in result.stdout
    kept = told("compare", "KE", "UG", "--on", "2026-06-01")
    age = next(row for row in kept["rows"] if row["key"] == "max_age.light")
    assert age["strictest"] == ["KE"]
    assert age["cells"]["KE"]["items"][0]["provision"] == "KE.age.used"
    assert kept["packs"] == {"KE": "Kenya", "UG": "Uganda"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "KE", "--on", "31/12/2020"), "--on: '31/12/2020' is not a day such as 2026-01-31"),
        (("compare", "KE", "--on", "2020-02-30"), "--on: '2020-02-30' is not a day"),
        (("show", "Atlantis"), "no pack for 'Atlantis'"),
        (("show", "KE", "--kind", "max_aeg"), "did you mean 'max_age'?"),
        (("list", "--packs", "/nowhere/at/all"), "is not a folder of packs"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.strip().split("\n")) == 1


# ---------------------------------------------------------------- check


def test_check_of_a_sound_file_outside_the_shipped_folders(tmp_path: Path) -> None:
    write(tmp_path)
    result = run("check", tmp_path / "KE.toml")
    assert (result.exit_code, result.stdout) == (0, "1 pack, 2 provisions, 0 cases: all sound\n")


def test_check_names_every_problem_and_ends_with_2(tmp_path: Path) -> None:
    text = PACK.replace('status = "reported"', 'status = "rumoured"')
    write(tmp_path, text)
    result = run("check", tmp_path / "KE.toml", tmp_path / "standards" / "GCC.toml")
    assert result.exit_code == 2
    first, last = result.stdout.strip().split("\n")
    assert first.startswith(f"KE.toml:{line_of(text, 'rumoured')}: KE.emission: status is 'rumoured'")
    assert last == "2 packs, 2 provisions, 0 cases: 1 problem in 1 pack"
    kept = json.loads(run("check", tmp_path / "KE.toml", "--json").stdout)
    assert kept[0]["problems"][0]["provision"] == "KE.emission"


def test_check_of_a_pack_whose_standard_is_missing(tmp_path: Path) -> None:
    text = PACK + ADOPT.replace('standard = "GCC"', 'standard = "GGC"')
    write(tmp_path, text)
    result = run("check", tmp_path / "KE.toml", "--packs", tmp_path)
    assert result.exit_code == 2
    assert (
        f"KE.toml:{line_of(text, 'GGC')}: adopts the standard 'GGC', which does not exist; did you mean"
        in result.stdout
    )


def test_check_obeys_no_escape_sequences(tmp_path: Path) -> None:
    write(tmp_path, PACK.replace('status = "reported"', 'status = "\\u001b[31m"'))
    assert "\x1b" not in run("check", tmp_path / "KE.toml").stdout
    write(tmp_path, PACK.replace('title = "Class"', 'title = "\\u001b[31mClass"'))
    assert "\x1b" not in run("show", "KE", "--packs", tmp_path).stdout


def test_check_of_a_folder_and_of_nothing(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "KE.toml"):
        result = run("check", path)
        assert result.exit_code == 2
        assert "cannot be read" in result.stdout


# ---------------------------------------------------------------- tables


def test_identifiers_break_behind_dots() -> None:
    assert wrap("KE:EAC.fuel.sulphur.diesel", 12) == "KE:EAC.fuel.\nsulphur.\ndiesel"
    assert wrap("abcdefghij", 4) == "abcd\nefgh\nij"
    assert wrap("one two\nthree", 20) == "one two\nthree"


def test_wide_letters_count_twice() -> None:
    assert display_width("道路") == 4
    assert wrap("道路運送", 4) == "道路\n運送"


def test_a_free_line_stands_around_tall_rows_only() -> None:
    text = table(["a", "b"], [["1", "x"], ["2", "y"], ["3", "long words here"], ["4", "z"]], 12, [0, 1])
    assert [line.strip() == "" for line in text.split("\n")[2:]] == [
        False,
        False,
        True,
        False,
        False,
        False,
        True,
        False,
    ]
