"""What changed between two folders of packs, and between two revisions of a repository."""

# ruff: noqa: E501 (a row of the table of changes is one line)

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.standards.packs import ADOPT, PACK, STANDARD, write
from vehiclecheck.scenarios.changes import (
    Change,
    _unpack,
    changes,
    library_of_folder,
    library_of_revision,
)
from vehiclecheck.standards import PackError
from vehiclecheck.standards.checking import read_document
from vehiclecheck.standards.writing import pack_text

AGE, EMISSION = "KE.age.used", "KE.emission"
EXTRA = """
[[left_out]]
what = "a quota"
reason = "unencoded"
why = "no record tells"
subject = "vehicle"
direction = "import"
topic = "quota"
sources = ["notice-2020"]
"""


def between(folder: Path, before: str, after: str, standard: str = STANDARD) -> list[Change]:
    write(folder / "a", before)
    write(folder / "b", after, standard)
    return changes(library_of_folder(folder / "a"), library_of_folder(folder / "b"))


def test_nothing_changed(tmp_path: Path) -> None:
    whole = PACK + ADOPT + EXTRA
    assert between(tmp_path, whole, whole) == []


def test_the_layout_is_no_change(tmp_path: Path) -> None:
    before = PACK + ADOPT + EXTRA
    document, _ = read_document(write(tmp_path / "c", before) / "KE.toml")
    assert document is not None
    assert between(tmp_path, before, pack_text(document)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "change"),
    [
        pytest.param("asks = { max = 7 }", "asks = { max = 5 }", (AGE, "version changed", "2020-01-01", "asks", "age from first registration to arrival, by calendar years: at most 7 years", "age from first registration to arrival, by calendar years: at most 5 years"), id="asks"),
        pytest.param("  asks = { max = 7 }", '  scope = { origin = ["JP"] }\n  asks = { max = 7 }', (AGE, "version changed", "2020-01-01", "scope", "Used vehicles (M1, N1)", "Used vehicles (M1, N1), from Japan"), id="scope"),
        pytest.param("  asks = { max = 7 }", '  exempt = [{ regime = ["vintage"] }]\n  asks = { max = 7 }', (AGE, "version changed", "2020-01-01", "exempt", None, "vintage vehicles"), id="exempt"),
        pytest.param("  asks = { max = 7 }", '  effect = "advise"\n  asks = { max = 7 }', (AGE, "version changed", "2020-01-01", "effect", "refuse", "advise"), id="effect"),
        pytest.param("  asks = { max = 7 }", '  decides = "shipment"\n  asks = { max = 7 }', (AGE, "version changed", "2020-01-01", "decides", "arrival", "shipment"), id="decides"),
        pytest.param("  from = 2020-01-01", "  from = 2020-07-01", (AGE, "version changed", "2020-07-01", "from", "2020-01-01", "2020-07-01"), id="a day that was moved"),
        pytest.param("  first_seen = 2022-12-31", "  from = 2022-12-31", (EMISSION, "version changed", "2022-12-31", "from", "2022-12-31 (first seen)", "2022-12-31"), id="a day that became known"),
        pytest.param("  first_seen = 2022-12-31", "  first_seen = 2022-12-31\n  last_seen = 2024-01-01", (EMISSION, "version changed", "2022-12-31", "to", None, "2024-01-01 (last seen)"), id="to"),
        pytest.param('  status = "reported"', '  status = "enacted"', (EMISSION, "version changed", "2022-12-31", "status", "reported", "enacted"), id="status"),
        pytest.param('  grade = "C"', '  grade = "B"', (EMISSION, "version changed", "2022-12-31", "grade", "C", "B"), id="grade"),
        pytest.param('  grade = "C"', '  grade = "C"\n  instrument = "Act 1"', (EMISSION, "version changed", "2022-12-31", "instrument", None, "Act 1"), id="instrument"),
        pytest.param('title = "Class"', 'title = "Emission"', (EMISSION, "provision changed", "2022-12-31", "title", "Class", "Emission"), id="title"),
        pytest.param('name = "Kenya"', 'name = "Republic of Kenya"', (None, "pack changed", None, "name", "Kenya", "Republic of Kenya"), id="name"),
        pytest.param("on = 2026-11-21", "on = 2026-12-01", (None, "review changed", "2026-12-01", "on", "2026-11-21", "2026-12-01"), id="review"),
    ],
)  # fmt: skip
def test_a_change_of_one_key(tmp_path: Path, right: str, wrong: str, change: tuple[str | None, ...]) -> None:
    after = PACK.replace(right, wrong)
    assert after != PACK
    assert between(tmp_path, PACK, after) == [Change("KE", *change)]  # type: ignore[arg-type]


def test_two_values_with_the_same_words_are_told_apart(tmp_path: Path) -> None:
    before = PACK.replace("asks = { max = 7 }", 'asks = { max = 7 }\n  exempt = [{ categories = ["all"] }]')
    (change,) = between(
        tmp_path, before, before.replace('categories = ["all"]', 'categories = ["M1", "all"]')
    )
    assert change.key == "exempt"
    asks = PACK.replace("asks = { max = 7 }", "asks = { max = 7.0000000000001 }")
    (change,) = between(tmp_path, PACK, asks)
    assert change.before is not None
    assert change.after is not None
    assert change.before.endswith(
        'at most 7 years { from_date = "first_registration", to_date = "arrival", counting = "calendar_years", max = 7, unit = "years", reaching = "allowed" }'
    )
    assert "max = 7.0000000000001" in change.after


def test_sources_change_by_their_ids(tmp_path: Path) -> None:
    more = PACK.replace(
        '[[provision]]\nid = "KE.age', '[[source]]\nid = "act"\ntitle = "Act"\n\n[[provision]]\nid = "KE.age'
    )
    after = more.replace(
        'grade = "C"\n  sources = ["notice-2020"]', 'grade = "C"\n  sources = ["act", "notice-2020"]'
    )
    assert between(tmp_path, PACK, after) == [
        Change("KE", EMISSION, "version changed", "2022-12-31", "sources", "notice-2020", "act, notice-2020")
    ]


LATER = """
  [[provision.version]]
  from = 2025-01-01
  status = "enacted"
  grade = "A"
  sources = ["notice-2020"]
  asks = { class = "Euro 6" }
"""


def test_a_version_more_and_a_version_less(tmp_path: Path) -> None:
    ended = PACK.replace("first_seen = 2022-12-31", "first_seen = 2022-12-31\n  to = 2025-01-01")
    words = "since 2025-01-01: Vehicles: emission class at least Euro 6."
    added = Change("KE", EMISSION, "version added", "2025-01-01", None, None, words)
    assert between(tmp_path, PACK, ended + LATER) == [
        Change("KE", EMISSION, "version changed", "2022-12-31", "to", None, "2025-01-01"),
        added,
    ]
    back = between(tmp_path, ended + LATER, ended)
    assert back == [Change("KE", EMISSION, "version removed", "2025-01-01", None, words, None)]


def test_a_provision_more_and_a_provision_less(tmp_path: Path) -> None:
    less = PACK[: PACK.index('[[provision]]\nid = "KE.emission"')]
    words = "known since 2022-12-31, start unknown: Vehicles: emission class at least Euro 4."
    assert between(tmp_path, less, PACK) == [
        Change("KE", EMISSION, "provision added", "2022-12-31", None, None, words)
    ]
    assert between(tmp_path, PACK, less) == [
        Change("KE", EMISSION, "provision removed", "2022-12-31", None, words, None)
    ]


def test_a_change_of_a_standard_is_one_of_those_who_adopted_it(tmp_path: Path) -> None:
    standard = STANDARD.replace('recommended"\n  grade = "B"', 'recommended"\n  grade = "A"')
    assert standard != STANDARD
    write(tmp_path / "a", PACK + ADOPT)
    found = between(tmp_path, PACK + ADOPT, PACK + ADOPT, standard)
    # the grade of the adoption, not of the standard, is what holds in the country
    assert [(change.pack, change.key) for change in found] == [("GCC", "grade")]
    found = between(
        tmp_path, PACK + ADOPT, PACK + ADOPT, STANDARD.replace("  to = 2015-01-01", "  to = 2014-10-01")
    )
    assert {(change.pack, change.provision) for change in found} == {
        ("GCC", "GCC.fuel.diesel"),
        ("KE", "KE:GCC.fuel.diesel"),
    }


def test_what_was_looked_at_and_what_was_left_out(tmp_path: Path) -> None:
    more = PACK.replace(
        "[[source]]", '[[reviewed]]\nsubject = "fuel"\ndirection = "import"\non = 2026-11-21\n\n[[source]]'
    )
    review, words = "fuel import: regulated, reviewed on 2026-11-21", "a quota (unencoded): no record tells"
    assert between(tmp_path, PACK, more + EXTRA) == [
        Change("KE", None, "review added", "2026-11-21", None, None, review),
        Change("KE", None, "left out added", None, None, None, words),
    ]
    assert between(tmp_path, more + EXTRA, PACK) == [
        Change("KE", None, "review removed", "2026-11-21", None, review, None),
        Change("KE", None, "left out removed", None, None, words, None),
    ]
    assert between(tmp_path, PACK + EXTRA, PACK + EXTRA.replace("no record tells", "it is so")) == [
        Change("KE", None, "left out changed: a quota", None, "why", "no record tells", "it is so")
    ]


def test_packs_that_came_and_went(tmp_path: Path) -> None:
    write(tmp_path / "a")
    write(tmp_path / "b")
    (tmp_path / "b" / "KE.toml").unlink()
    old, new = library_of_folder(tmp_path / "a"), library_of_folder(tmp_path / "b")
    assert changes(old, new) == [Change("KE", None, "pack removed", None, None, "Kenya: 2 provisions", None)]
    assert changes(new, old) == [Change("KE", None, "pack added", None, None, None, "Kenya: 2 provisions")]


def test_a_change_is_json() -> None:
    change = Change("KE", None, "pack added", None, None, None, "Kenya")
    assert list(json.loads(json.dumps(change.as_dict()))) == [
        *("pack", "provision", "what", "since", "key", "before", "after")
    ]


def test_folders_that_hold_no_packs(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="holds no packs"):
        library_of_folder(tmp_path)
    with pytest.raises(PackError, match="is not a folder of packs"):
        library_of_folder(tmp_path / "nowhere")


def test_a_folder_without_a_standard_takes_the_shipped_one(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "standards" / "GCC.toml").unlink()
    assert "EAC" in library_of_folder(tmp_path).standards
    assert library_of_folder(tmp_path).countries == ["KE"]


# ---------------------------------------------------------------- revisions


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two revisions: `first`, where Kenya asks 8 years, and HEAD, where it asks 7."""
    for word in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{word}_NAME", "n")
        monkeypatch.setenv(f"GIT_{word}_EMAIL", "n@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    top = tmp_path / "repository"
    (top / "countries").mkdir(parents=True)
    (top / "rules" / "standards").mkdir(parents=True)
    git(top, "init", "--quiet")
    (top / "notes.txt").write_text("n")
    commit(top, "empty")
    (top / "countries" / "KE.toml").write_text(PACK.replace("max = 7", "max = 6"))
    (top / "countries" / "KE.cases.toml").write_text("")
    (top / "rules" / "standards" / "GCC.toml").write_text(STANDARD)
    (top / "countries" / "link.toml").symlink_to("/etc/passwd")
    commit(top, "first")
    (top / "countries" / "KE.toml").write_text(PACK)
    commit(top, "second")
    return top


def git(top: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(top), *words], check=True, capture_output=True)


def commit(top: Path, tag: str) -> None:
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "-m", tag)
    git(top, "tag", tag)


def test_the_packs_of_a_revision(repository: Path, tmp_path: Path) -> None:
    # a folder within the repository is as good as its top
    old = library_of_revision(repository / "countries", "first", tmp_path / "old")
    new = library_of_revision(repository, "HEAD", tmp_path / "new")
    assert (old.countries, old.standards) == (["KE"], ["GCC"])
    assert [(change.provision, change.key) for change in changes(old, new)] == [(AGE, "asks")]
    assert not list((tmp_path / "old").rglob("link.toml"))
    assert not list((tmp_path / "old").rglob("notes.txt"))


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("nonsense", "'nonsense' is no folder of packs, and no revision of"),
        ("--output=stolen", "'--output=stolen' is no folder of packs, and no revision of"),
        ("-h", "no revision of"),
        ("", "no revision of"),
        ("HEAD:countries", "no revision of"),
        ("a\0b", "no revision of"),
        ("empty", "the revision 'empty' has no folder countries"),
    ],
)
def test_a_revision_that_cannot_be_had(repository: Path, tmp_path: Path, revision: str, said: str) -> None:
    with pytest.raises(PackError, match=said):
        library_of_revision(repository, revision, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_an_old_pack_that_does_not_pass_is_named(repository: Path, tmp_path: Path) -> None:
    (repository / "countries" / "KE.toml").write_text(PACK.replace('"reported"', '"rumoured"'))
    commit(repository, "wrong")
    said = r"the pack KE of 'wrong' does not pass the present schema: KE\.toml:\d+: KE\.emission: status is"
    with pytest.raises(PackError, match=said) as caught:
        library_of_revision(repository, "wrong", tmp_path / "target")
    assert "\n" not in str(caught.value)
    assert caught.value.problems[0].provision == EMISSION


def test_no_repository_and_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(
        PackError, match="'HEAD' is no folder of packs, and as a revision: git rev-parse failed"
    ):
        library_of_revision(tmp_path, "HEAD", tmp_path / "target")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PackError, match="git cannot be run"):
        library_of_revision(tmp_path, "HEAD", tmp_path / "target")


def test_an_archive_writes_nothing_outside_its_folder(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in ("../out.toml", "/out.toml", "countries/../../out.toml", "countries/KE.toml"):
            member = tarfile.TarInfo(name)
            member.size = 1
            tar.addfile(member, io.BytesIO(b"x"))
        link = tarfile.TarInfo("countries/link.toml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    _unpack(packed.getvalue(), tmp_path / "target")
    assert [path.name for path in tmp_path.rglob("*.toml")] == ["KE.toml"]
