"""`vehiclecheck packs format`, `new` and `diff`, as people use them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner, Result

from tests.standards.packs import ADOPT, PACK, write
from vehiclecheck.cli_editing import diff_packs, format_packs, new_country
from vehiclecheck.outputs.packs import display_width
from vehiclecheck.vocabulary import places


def run(command: Command, *words: str | Path, columns: int = 100) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(command, [str(word) for word in words])


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


def one_sentence(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(result.stderr.strip().split("\n")) == 1
    assert result.stderr.startswith("Error: ")
    return result.stderr


# ---------------------------------------------------------------- format


def test_format_lays_out_once() -> None:
    write(Path("mine"))
    result = run(format_packs, "--packs", "mine")
    assert (result.exit_code, result.stdout) == (
        0,
        "changed mine/KE.toml\nchanged mine/standards/GCC.toml\n2 files: 2 changed\n",
    )
    result = run(format_packs, "--packs", "mine")
    assert (result.exit_code, result.stdout) == (0, "2 files: 0 changed\n")


def test_format_check_changes_nothing() -> None:
    write(Path("mine"))
    result = run(format_packs, "--check", "mine/KE.toml")
    assert (result.exit_code, result.stdout) == (
        2,
        "would change mine/KE.toml\n1 file: 1 would change\n",
    )
    assert Path("mine/KE.toml").read_text() == PACK
    run(format_packs, "mine/KE.toml")
    assert run(format_packs, "--check", "mine/KE.toml").exit_code == 0


def test_format_leaves_a_file_with_comments_alone_and_does_the_others() -> None:
    write(Path("mine"), "# Kenya\n" + PACK)
    Path("mine/KE.cases.toml").write_text('# Kenya\n[[case]]\nsays = "s"\nrecord = {}\nverdict="refused"\n')
    result = run(format_packs, "--packs", "mine")
    assert result.exit_code == 2
    assert result.stdout.split("\n")[:-1] == [
        "changed mine/KE.cases.toml",
        "KE.toml:1: a comment would be lost: put it into a `note`",
        "changed mine/standards/GCC.toml",
        "3 files: 2 changed, 1 left alone",
    ]
    assert Path("mine/KE.toml").read_text() == "# Kenya\n" + PACK


def test_format_of_the_shipped_packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "countries")
    (tmp_path / "rules" / "standards").mkdir(parents=True)
    (tmp_path / "countries" / "standards" / "GCC.toml").rename(tmp_path / "rules" / "standards" / "GCC.toml")
    monkeypatch.setattr(places, "data_root", lambda: tmp_path)
    assert "2 files: 2 would change" in run(format_packs, "--check").stdout


def test_format_of_nothing() -> None:
    assert "XX.toml:1: cannot be read" in run(format_packs, "XX.toml").stdout
    assert "--packs: nowhere: is not a folder of packs" in one_sentence(
        run(format_packs, "--packs", "nowhere")
    )


# ---------------------------------------------------------------- new


@pytest.mark.parametrize("word", ["AQ", "aq", "Antarctica"])
def test_new_writes_two_files_and_never_over_others(word: str) -> None:
    result = run(new_country, word, "--out", "mine")
    assert (result.exit_code, result.stdout) == (0, "written mine/AQ.toml\nwritten mine/AQ.cases.toml\n")
    assert Path("mine/AQ.toml").read_text().startswith('schema = 1\ncode = "AQ"\nname = "Antarctica"\n')
    assert "AQ.toml: exists already" in one_sentence(run(new_country, word, "--out", "mine"))


def test_new_goes_to_the_shipped_countries_else_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "tree"
    monkeypatch.setattr(places, "data_root", lambda: shipped)
    assert run(new_country, "AQ").stdout == "written AQ.toml\nwritten AQ.cases.toml\n"
    (shipped / "countries").mkdir(parents=True)
    assert "written tree/countries/AQ.toml\n" in run(new_country, "AQ").stdout


def test_new_of_no_country() -> None:
    assert "'Atlantis' names no country" in one_sentence(run(new_country, "Atlantis", "--out", "mine"))
    assert not Path("mine").exists()


# ---------------------------------------------------------------- diff


def two_folders() -> None:
    write(Path("a"), PACK + ADOPT)
    write(Path("b"), PACK.replace("max = 7", "max = 5") + ADOPT.replace("max = 10", "max = 15"))


@pytest.mark.parametrize("columns", [60, 80, 100, 160])
def test_diff_is_a_table_that_fits(columns: int) -> None:
    two_folders()
    result = run(diff_packs, "a", "b", columns=columns)
    assert result.exit_code == 0, result.output
    assert max(map(display_width, result.stdout.split("\n"))) <= columns
    assert "version changed: asks" in " ".join(result.stdout.split())
    assert result.stdout.endswith("\n3 changes in 1 pack\n")


def test_diff_for_machines() -> None:
    two_folders()
    found = json.loads(run(diff_packs, "a", "b", "--json").stdout)
    assert [(change["provision"], change["since"], change["key"]) for change in found] == [
        ("KE.age.used", "2020-01-01", "asks"),
        ("KE:GCC.fuel.diesel", "2014-07-01", "asks"),
        ("KE:GCC.fuel.diesel", "2015-01-01", "asks"),
    ]
    assert found[1]["before"] == "sulphur at most 10 mg/kg"
    assert json.loads(run(diff_packs, "a", "a", "--json").stdout) == []


def test_diff_of_the_same() -> None:
    two_folders()
    assert run(diff_packs, "a", "a").stdout == "Nothing changed.\n"


def test_diff_obeys_no_escape_sequences() -> None:
    write(Path("a"))
    write(Path("b"), PACK.replace('title = "Class"', 'title = "\\u001b[31mClass"'))
    assert "\x1b" not in run(diff_packs, "a", "b").stdout


def test_diff_of_a_revision_and_a_folder(tmp_path: Path) -> None:
    write(Path("mine"))
    top = tmp_path / "repository"
    (top / "countries").mkdir(parents=True)
    (top / "countries" / "KE.toml").write_text(PACK.replace("max = 7", "max = 6"))
    who = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "core.hooksPath=/dev/null"]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "m"]):
        subprocess.run(["git", "-C", str(top), *who, *words], check=True, capture_output=True)
    (top / "countries" / "KE.toml").write_text(PACK)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(top)
        found = json.loads(run(diff_packs, "HEAD", ".", "--json").stdout)
    assert [(change["pack"], change["key"]) for change in found] == [("KE", "asks")]


def test_diff_of_what_is_not_there() -> None:
    two_folders()
    assert "'nowhere' is no folder of packs" in one_sentence(run(diff_packs, "a", "nowhere"))
    Path("empty").mkdir()
    assert "empty: holds no packs" in one_sentence(run(diff_packs, "a", "empty"))


def test_diff_of_a_pack_that_is_wrong() -> None:
    write(Path("a"))
    write(Path("b"), PACK.replace('"reported"', '"rumoured"'))
    assert "KE.emission: status is 'rumoured'" in one_sentence(run(diff_packs, "a", "b"))
