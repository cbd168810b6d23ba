"""The parts of a tank as people type them and as files tell them: read, or refused in a sentence."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.records.errors import InputError
from vehiclecheck.scenarios.tank import (
    DENSITY,
    Part,
    Range,
    property_named,
    read_part,
    read_product,
    read_tank,
)

SULPHUR = "sulphur_mg_kg"


def exactly(value: str | int) -> Range:
    return Range(Fraction(value), Fraction(value))


def read(text: str) -> Part:
    return read_part(text, "part 1")


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    "text",
    [
        "800m3:sulphur=62.5:density=832.4",
        "800m3:sulphur=62,5:density=832,4",
        "800 m3 : sulphur = 62,5 , density = 832,4",
        "800m³;sulfur=62.5 mg/kg;density=0.8324 kg/l",
        "800 m3:soufre=62,5,densité=832,4",
        "800000 L:sulphur_mg_kg=0.00625 %:density_15c=832.40",
        "800,0m3:Sulphur=62.50ppm:DENSITY=832.4",
        "800m3:sulphur=0.00625 % w/w:density=0.8324 g/cc",
    ],
)
def test_ways_to_write_one_part(text: str) -> None:
    part = read(text)
    assert part.volume == exactly(800)
    assert part.mass is None
    assert part.results == {SULPHUR: exactly("62.5"), DENSITY: exactly("832.4")}


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("=62", 62, 62),
        ("=..10", 0, 10),
        ("=<10", 0, 10),
        ("<10", 0, 10),
        ("≤10", 0, 10),
        ("<=10", 0, 10),
        ("=60..", 60, None),
        (">60", 60, None),
        ("=40..60", 40, 60),
        ("=40 .. 60 ppm", 40, 60),
        ("=0.004..0.006%", 40, 60),
        ("=60..60", 60, 60),
        ("=0.006..%", 60, None),
        ("=..0.006 % m/m", 0, 60),
    ],
)
def test_bounds_of_a_result(written: str, low: int, high: int | None) -> None:
    assert read(f"1t:sulphur{written}").results[SULPHUR] == Range(
        Fraction(low), None if high is None else Fraction(high)
    )


@pytest.mark.parametrize("word", ["n/a", "-", "", "ND"])
def test_what_is_not_told_is_not_a_result(word: str) -> None:
    assert not read(f"1t:sulphur={word}").results


@pytest.mark.parametrize(
    ("text", "kg", "unit"),
    [("1200t", 1_200_000, "t"), ("1.5 t", 1500, "t"), ("1 200 t", 1_200_000, "t"), ("1200 kg", 1200, "kg")],
)
def test_masses(text: str, kg: int, unit: str) -> None:
    part = read(text)
    assert (part.mass, part.volume, part.unit) == (exactly(kg), None, unit)


def test_an_amount_may_be_a_range() -> None:
    assert read("780..820m3:sulphur=1").volume == Range(Fraction(780), Fraction(820))
    assert read("..5 t").mass == Range(Fraction(0), Fraction(5000))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.200t:sulphur=6", "may be 1,200 or 1,200,000 kg"),
        ("1,200m3:sulphur=6", "may be 1,200 or 1.2 m3"),
        ("800m3:sulphur=1.234", "may be 1.234 or 1,234 mg/kg"),
        ("800m3:sulphur=..1.234", "may be 1.234 or 1,234 mg/kg"),
        ("800:sulphur=3", "the amount has no unit"),
        ("5gal:sulphur=3", "'gal' is no unit of an amount"),
        ("1e9m3:sulphur=3", "is no unit of an amount"),
        ("m3:sulphur=3", "an amount comes first|has no unit"),
        ("sulphur=3", "an amount comes first"),
        ("800m3 sulphur=62", "an amount comes first"),
        ("0m3:sulphur=62", "more than nothing"),
        ("10..m3:sulphur=62", "have an end"),
        ("..m3:sulphur=62", "more than nothing"),
        ("-5m3:sulphur=62", "less than 0 m3"),
        ("800m3:62", "'62' is no result"),
        ("800m3:=62", "'=62' is no result"),
        ("800m3:sulphr=62", "did you mean 'sulphur'"),
        ("800m3:colour=62", "no property of fuel; properties: sulphur,"),
        ("800m3:sulphur=62:soufre=6", "sulphur is told twice"),
        ("800m3:sulphur=60..40", "ends before it begins"),
        ("800m3:sulphur=<5..10", "its ends are bounds themselves"),
        ("800m3:sulphur=5...10", "is no range"),
        ("800m3:sulphur=..", "is no range"),
        ("800m3:sulphur=-5", "outside 0 to 1,000,000 mg/kg"),
        ("800m3:density=8320", "outside 400 to 1,200 kg/m3"),
        ("800m3:sulphur=62 psi", "no unit of this column"),
        ("800m3:sulphur=about 60", "no unit of this column|no number"),
        ("800m3:sulphur=" + "9" * 400, "outside 0 to 1,000,000 mg/kg"),
        ("800m3:" + "x" * 2000, "too long"),
        ("800m3:\x1b[31m=6", r"\\x1b"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read(text)
    assert str(refused.value).isprintable()
    assert str(refused.value).startswith("part 1")


@given(st.text(max_size=40), st.text(alphabet="0123456789.,<>=:; m3tlg%", max_size=30))
def test_nothing_that_is_typed_breaks_it(one: str, other: str) -> None:
    for text in (one, other, f"1t:sulphur={one}", f"1t:sulphur={other}", f"{other}m3"):
        said = ""
        try:
            part = read(text)
        except InputError as error:
            said = str(error)
        assert said.isprintable()
        assert said or (part.volume is None) != (part.mass is None)


def test_a_product_has_no_amount() -> None:
    part = read_product("sulphur=8:density=830")
    assert (part.volume, part.mass) == (None, None)
    assert part.density == exactly(830)
    with pytest.raises(InputError, match="no result"):
        read_product("800m3:sulphur=8")


def test_properties_have_short_names_and_those_of_other_languages() -> None:
    assert property_named("sulphur", "x") == property_named("azufre", "x") == SULPHUR
    assert property_named("flash point", "x") == "flash_point_c"
    assert property_named("Water", "x") == "water_mg_kg"


# ---------------------------------------------------------------- files


def file(folder: Path, text: str, name: str = "tank.csv") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_a_file_has_a_row_a_part(tmp_path: Path) -> None:
    name = file(
        tmp_path,
        "record_id;volume_m3;net_mass_kg;density_15c;sulphur_mg_kg;Benzene\n"
        'Tank 4;"800,5";;838,1;"62,5";<1\n'
        "Tank 5;;400000;832;40..60;0,85\n"
        "rest;12;;;<10;n.d.\n",
    )
    four, five, rest = read_tank(name)
    assert (four.name, four.volume, four.unit) == ("Tank 4", exactly("800.5"), "m3")
    assert four.results == {
        DENSITY: exactly("838.1"),
        SULPHUR: exactly("62.5"),
        "benzene_pct": Range(Fraction(0), Fraction(1)),
    }
    assert (five.mass, five.unit) == (exactly(400_000), "t")
    assert five.results[SULPHUR] == Range(Fraction(40), Fraction(60))
    assert rest.results == {SULPHUR: Range(Fraction(0), Fraction(10))}


def test_the_column_shows_its_decimal_sign(tmp_path: Path) -> None:
    name = file(tmp_path, "volume_m3,sulphur_mg_kg\n1.25,6\n1.234,9\n")
    assert [part.volume for part in read_tank(name)] == [exactly("1.25"), exactly("1.234")]
    name = file(tmp_path, "volume_m3;sulphur_mg_kg\n1,25;6\n1.234;9\n")
    assert [part.volume for part in read_tank(name)] == [exactly("1.25"), exactly("1234")]


def test_a_range_is_no_evidence_of_separators(tmp_path: Path) -> None:
    name = file(tmp_path, "volume_m3,sulphur_mg_kg\n10,40..60\n20,6.5\n")
    assert [part.results[SULPHUR].high for part in read_tank(name)] == [60, Fraction("6.5")]


def test_numbers_of_a_parquet_file_are_what_they_are(tmp_path: Path) -> None:
    pl.DataFrame({"volume_m3": [1.234, 800.0], "sulphur_mg_kg": [62.125, None]}).write_parquet(
        tmp_path / "t.parquet"
    )
    first, second = read_tank(str(tmp_path / "t.parquet"))
    assert (first.volume, first.results[SULPHUR]) == (exactly("1.234"), exactly("62.125"))
    assert (second.name, second.results) == ("line 3", {})


def test_volume_and_mass_together_tell_the_density(tmp_path: Path) -> None:
    (part,) = read_tank(file(tmp_path, "volume_m3,net_mass_kg,sulphur_mg_kg\n800,672000,6\n"))
    assert part.density == exactly(840)
    assert (part.weight("mass"), part.weight("volume")) == (exactly(672_000), exactly(800))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "volume_m3,net_mass_kg,density_15c\n800,700000,838\n",
            "line 2: .* make a density of 875 kg/m3, not 838",
        ),
        ("volume_m3,net_mass_kg,sulphur_mg_kg\n800,700,6\n", "line 2: .* make a density of 0.875 kg/m3"),
        ("volume_m3,net_mass_kg,sulphur_mg_kg\n5,,6\n,,62\n", "line 3: neither volume_m3 nor net_mass_kg"),
        (
            "volume_m3,net_mass_kg,sulphur_mg_kg\n0,,6\n",
            "line 2: volume_m3: a part of a tank is more than nothing",
        ),
        ("volume_m3,sulphur_mg_kg\n1.234,6\n", "line 2: volume_m3: '1.234' may be 1.234 or 1,234 m3"),
        ("volume_m3,sulphur_mg_kg\n5,6 psi\n", "line 2: sulphur_mg_kg: '6 psi'"),
        ("volume_m3,sulphur_mg_kg\n5,6,7,8\n", "line 2"),
        ("volume_m3,sulphur_mg_kg\n", "tank.csv"),
        ("volume_m3,sulphur_mg_kg\n" + "5,6\n" * 1001, "1,001 rows"),
        ("colour,taste\n5,6\n", "no column name is known"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read_tank(file(tmp_path, text))
    assert "tank.csv" in str(refused.value)


def test_a_density_within_a_hundredth_is_no_contradiction(tmp_path: Path) -> None:
    (part,) = read_tank(file(tmp_path, "volume_m3,net_mass_kg,density_15c\n800,670000,840\n"))
    assert part.density == exactly(840)
