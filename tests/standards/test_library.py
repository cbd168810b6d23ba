"""Packs read: inheritance, spans of time, adoption, folders of one's own."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.standards.packs import ADOPT, PACK, STANDARD, line_of, write
from vehiclecheck.standards import PackError, load_library


def test_versions_inherit_from_their_provision(tmp_path: Path) -> None:
    pack = load_library(write(tmp_path)).pack("KE")
    first, second = pack.provisions[0].versions
    assert first.asks == {**second.asks, "max": 8}
    assert second.asks["counting"] == "calendar_years"
    assert first.scope == {"condition": ["used"], "categories": ["M1", "N1"]}
    assert (first.effect, first.decides, first.subject) == ("refuse", "arrival", "vehicle")
    assert pack.fact_ids == {"00000000"}
    assert not pack.standard


def test_a_stated_span_is_certain_throughout(tmp_path: Path) -> None:
    first, second = load_library(write(tmp_path)).pack("KE").provisions[0].versions
    assert (
        (first.start, first.end)
        == (first.possible_start, first.possible_end)
        == (dt.date(2015, 1, 1), dt.date(2020, 1, 1))
    )
    assert (second.start, second.end, second.possible_end) == (dt.date(2020, 1, 1), None, None)


def test_first_seen_without_a_predecessor_may_be_as_old_as_the_hills(tmp_path: Path) -> None:
    (version,) = load_library(write(tmp_path)).pack("KE").provisions[1].versions
    assert (version.start, version.possible_start) == (dt.date(2022, 12, 31), None)


def test_between_last_seen_and_first_seen_either_may_hold(tmp_path: Path) -> None:
    old, new = load_library(write(tmp_path)).pack("GCC").provisions[1].versions
    assert (old.end, old.possible_end) == (dt.date(2019, 1, 1), dt.date(2024, 9, 30))
    assert (new.start, new.possible_start) == (dt.date(2024, 9, 30), dt.date(2019, 1, 1))


def test_adoption_cuts_to_its_span_and_overrides(tmp_path: Path) -> None:
    pack = load_library(write(tmp_path, PACK + ADOPT)).pack("KE")
    adopted = pack.provisions[-1]
    assert adopted.id == "KE:GCC.fuel.diesel"
    old, new = adopted.versions
    assert (old.start, old.end, old.possible_start) == (
        dt.date(2014, 7, 1),
        dt.date(2015, 1, 1),
        dt.date(2014, 7, 1),
    )
    assert (new.start, new.end) == (dt.date(2015, 1, 1), dt.date(2030, 1, 1))
    assert (new.asks["max"], new.asks["property"], new.effect) == (10, "sulphur_mg_kg", "inspect")
    # how sure it is that the country applies it is the country's to say
    assert (new.status, new.grade, new.adopted_from, new.pack) == ("enacted", "A", "GCC", "KE")
    assert [source.id for source in new.sources] == ["notice-2020", "treaty"]


def test_adoption_without_a_list_takes_all_and_drops_what_was_over(tmp_path: Path) -> None:
    whole = ADOPT.replace('provisions = ["GCC.fuel.diesel"]\n', "").replace("2014-07-01", "2016-01-01")
    provisions = {p.id: p for p in load_library(write(tmp_path, PACK + whole)).pack("KE").provisions}
    assert {"KE:GCC.fuel.diesel", "KE:GCC.fuel.petrol"} <= set(provisions)
    assert len(provisions["KE:GCC.fuel.diesel"].versions) == 1


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('standard = "GCC"', 'standard = "GGC"', ["GGC", "did you mean 'GCC'?"]),
        ('provisions = ["GCC.fuel.diesel"]', 'provisions = ["GCC.fuel.deisel"]', ["GCC.fuel.deisel", "did you mean 'GCC.fuel.diesel'?"]),
        ('override."GCC.fuel.diesel"', 'override."GCC.fuel.petrol"', ["overrides what is not adopted"]),
        ("asks = { max = 10 }", "asks = { most = 10 }", ["'most' is not a key here"]),
    ],
)  # fmt: skip
def test_a_wrong_adoption_is_told_with_its_line(
    tmp_path: Path, wrong: str, right: str, said: list[str]
) -> None:
    text = PACK + ADOPT.replace(wrong, right)
    with pytest.raises(PackError) as caught:
        load_library(write(tmp_path, text)).pack("KE")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("KE.toml", line_of(text, right))
    for words in said:
        assert words in problem.message
    assert str(caught.value).startswith(f"KE.toml:{problem.line}:")


@pytest.mark.parametrize("adopted", ["EAC", "GCC"])
def test_a_standard_adopts_none(tmp_path: Path, adopted: str) -> None:
    """Not itself either: that would have no end."""
    text = STANDARD + ADOPT.partition("\n[adopt.")[0].replace("GCC", adopted).replace("notice-2020", "treaty")
    with pytest.raises(PackError) as caught:
        load_library(write(tmp_path, standard=text)).pack("GCC")
    line = line_of(text, f'standard = "{adopted}"')
    assert str(caught.value) == (
        f"GCC.toml:{line}: GCC is a standard, and a standard adopts none: write here what it asks itself"
    )


def test_an_unknown_pack_is_told_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"no pack for 'QQ'; `packs list` shows"):
        load_library(write(tmp_path)).pack("QQ")


def test_own_packs_replace_shipped_ones_and_leave_the_others(tmp_path: Path) -> None:
    library = load_library(write(tmp_path))
    assert len(library.pack("KE").provisions) == 2
    assert {"UG", "TZ"} <= set(library.countries)
    assert {"GCC", "EAC"} <= set(library.standards)
    assert library.pack("GCC").standard


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="is not a folder of packs"):
        load_library(tmp_path / "nowhere")


def test_a_file_must_be_named_as_its_code(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "KE.toml").rename(tmp_path / "UG.toml")
    with pytest.raises(PackError, match=r"UG\.toml: holds the pack 'KE'; its name must be KE\.toml"):
        load_library(tmp_path).pack("UG")


def test_an_edited_pack_is_not_taken_for_the_kept_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEHICLECHECK_CACHE", str(tmp_path / "cache"))
    assert load_library(write(tmp_path)).pack("KE").name == "Kenya"
    assert list((tmp_path / "cache").rglob("*.json"))
    assert load_library(write(tmp_path, PACK.replace('"Kenya"', '"Kenia"'))).pack("KE").name == "Kenia"


def test_a_broken_cache_is_no_reason_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEHICLECHECK_CACHE", str(tmp_path / "cache"))
    load_library(write(tmp_path)).pack("KE")
    for kept in (tmp_path / "cache").rglob("*.json"):
        kept.write_text("{", encoding="utf-8")
    assert load_library(tmp_path).pack("KE").name == "Kenya"


def test_cite_names_the_instrument_and_what_was_read(tmp_path: Path) -> None:
    text = PACK.replace("  asks = { max = 7 }", '  asks = { max = 7 }\n  instrument = "KS 1515"')
    first, second = load_library(write(tmp_path, text, STANDARD)).pack("KE").provisions[0].versions
    assert first.cite() == "Bureau, Notice, 2020-01-01"
    assert second.cite() == "KS 1515 (read in: Bureau, Notice, 2020-01-01)"
