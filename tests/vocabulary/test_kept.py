"""What is kept between runs: whole or not at all, under all that it follows from."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from tests.standards.made import pack
from vehiclecheck.vocabulary import kept
from vehiclecheck.vocabulary.kept import digest, keep, program_digest, recall, rules_digest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VEHICLECHECK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "vehiclecheck"


def test_what_is_kept_is_recalled(folder: Path) -> None:
    assert recall("a") is None
    keep("a", {"number": 1})
    keep("b", {"number": 2})
    assert recall("a") == {"number": 1}
    keep("a", {"number": 3})
    assert recall("a") == {"number": 3}
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "b.json"]


@pytest.mark.parametrize("broken", [b"", b"{", b"\xff", b"[1]", b"3", b"null"], ids=repr)
def test_a_broken_one_is_none(folder: Path, broken: bytes) -> None:
    keep("a", {"number": 1})
    (folder / "a.json").write_bytes(broken)
    assert recall("a") is None


def test_it_can_be_turned_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("VEHICLECHECK_CACHE", "off")
    keep("a", {"number": 1})
    assert recall("a") is None
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_the_system_and_of_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEHICLECHECK_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    keep("a", {})
    assert (tmp_path / "xdg" / "vehiclecheck" / "a.json").is_file()
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    keep("a", {})
    assert (tmp_path / "home" / ".cache" / "vehiclecheck" / "a.json").is_file()


def test_what_cannot_be_written_is_not_kept_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("VEHICLECHECK_CACHE", str(tmp_path / "file"))
    keep("a", {"number": 1})
    assert recall("a") is None


def test_nothing_half_written_stays(folder: Path) -> None:
    (folder / "a.json").mkdir(parents=True)
    keep("a", {"number": 1})
    assert recall("a") is None
    assert list(folder.iterdir()) == [folder / "a.json"]


def test_a_digest_tells_its_parts_apart() -> None:
    said = [[], [b""], [b"", b""], [b"ab"], [b"a", b"b"], [b"b", b"a"], [b"ab", b""]]
    assert len({digest(parts) for parts in said}) == len(said)
    assert digest([b"a", b"b"]) == digest(iter([b"a", b"b"]))


def _rules(root: Path) -> Path:
    """A data folder with a file in each part of the rules."""
    for name in ("schema/kinds/a.json", "ladders/euro.toml", "standards/EAC.toml", "words/words.toml"):
        path = root / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one")
    return root


@pytest.mark.parametrize(
    ("edited", "rules", "program"),
    [
        ("schema/kinds/a.json", True, True),
        ("ladders/euro.toml", True, True),
        ("words/words.toml", False, True),
        # a standard is part of the packs that adopt it: their own digest has it
        ("standards/EAC.toml", False, False),
    ],
)
def test_digests_follow_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edited: str, rules: bool, program: bool
) -> None:
    monkeypatch.setattr(kept, "data_root", lambda: _rules(tmp_path))

    def told() -> tuple[str, str]:
        return rules_digest.__wrapped__(), program_digest.__wrapped__()

    before = told()
    assert told() == before
    root = _rules(tmp_path)
    (root / "rules" / edited).write_text("two")
    monkeypatch.setattr(kept, "data_root", lambda: root)
    after = told()
    assert [one != other for one, other in zip(before, after, strict=True)] == [rules, program]


def test_the_digest_of_the_program_follows_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "vehiclecheck"
    (program / "standards").mkdir(parents=True)
    (program / "standards" / "kept.py").write_text("one")
    (program / "other.py").write_text("one")
    monkeypatch.setattr(kept, "__file__", str(program / "standards" / "kept.py"))
    monkeypatch.setattr(kept, "data_root", lambda: tmp_path)
    before = program_digest.__wrapped__()
    (program / "notes.txt").write_text("no program")
    assert program_digest.__wrapped__() == before
    (program / "other.py").write_text("two")
    assert program_digest.__wrapped__() != before


def test_a_pack_with_another_schema_is_read_anew(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vehiclecheck.standards import library as reading

    path = tmp_path / "KE.toml"
    path.write_text(pack("KE"))
    assert reading._checked_document(path)["name"] == "Land"
    (one,) = folder.iterdir()
    one.write_text('{"code": "KE", "name": "Kept"}')
    assert reading._checked_document(path)["name"] == "Kept"
    monkeypatch.setattr(reading, "rules_digest", lambda: "another")
    assert reading._checked_document(path)["name"] == "Land"
    assert len(os.listdir(folder)) == 2


def test_a_toml_file_reads_the_same_kept_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEHICLECHECK_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "data.toml"
    text = 'day = 2020-01-31\nrows = [{ from = 2021-02-03, words = ["a", "ü"], number = 1.5, yes = true }]\n'
    path.write_text(text, encoding="utf-8")
    first, second = kept.toml_document(path), kept.toml_document(path)
    assert first == second == tomllib.loads(text)
    assert list((tmp_path / "cache").rglob("*.json"))
    path.write_text(text.replace("31", "30"), encoding="utf-8")
    assert kept.toml_document(path) == tomllib.loads(text.replace("31", "30"))
