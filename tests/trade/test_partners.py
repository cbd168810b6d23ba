"""Partner codes of every office are countries, totals, or areas that are not told; nothing is guessed."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.trade.partners import KINDS, SCHEMES, partner_table, with_country
from vehiclecheck.vocabulary.countries import BLOC_NAMES, COUNTRY_CODES
from vehiclecheck.vocabulary.places import data_root

FILES = sorted((data_root() / "rules" / "trade" / "partners").glob("*.toml"))
COUNTRIES = set(COUNTRY_CODES) - set(BLOC_NAMES)


def read(scheme: str, *codes: str | None) -> list[tuple[str | None, str | None]]:
    """Country and kind of each code, in order."""
    rows = pl.LazyFrame({"n": range(len(codes)), "code": codes}, schema={"n": pl.Int64, "code": pl.String})
    found = with_country(rows, "code", scheme, "partner").collect().sort("n")
    return list(found.select("partner", "partner_kind").iter_rows())


@pytest.mark.parametrize("scheme", SCHEMES)
def test_tables(scheme: str) -> None:
    table = partner_table(scheme)
    assert table["code"].is_unique().all()
    assert table["code"].is_sorted()
    assert set(table["kind"]) <= set(KINDS)
    assert table["what"].null_count() == 0
    countries = table.filter(kind="country")
    assert set(countries["country"]) <= COUNTRIES
    assert table.filter(pl.col("kind") != "country")["country"].is_null().all()


def test_every_country_has_letters_and_a_number() -> None:
    for scheme in ("iso2", "iso3", "comext", "kr-stat"):
        assert set(partner_table(scheme)["country"].drop_nulls()) == COUNTRIES, scheme
    # 492 is Monaco in the M49, and the rest of the EU in Comtrade.
    assert set(partner_table("m49")["country"].drop_nulls()) == COUNTRIES - {"MC"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_keep_to_their_schema(path: Path) -> None:
    document = tomllib.loads(path.read_text("utf-8"))
    schema = json.loads((data_root() / "rules" / "schema" / "trade-partners.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["scheme"] == path.stem
    codes = [
        *(entry["code"] for entry in document.get("entry", ())),
        *document.get("untold", ()),
        *document.get("countries", ()),
        *document.get("aggregates", ()),
    ]
    keys = [code.upper() for code in codes]
    assert len(keys) == len(set(keys)), "a code stands twice"


def test_comtrade() -> None:
    assert read("m49", "0", "97", "842", "251", "699", "757", "579") == [
        (None, "aggregate"),
        (None, "aggregate"),
        *((country, "country") for country in ("US", "FR", "IN", "CH", "NO")),
    ]
    assert read("m49", "036", "36", " 36 ", "412", "490") == [
        *[("AU", "country")] * 3,
        ("XK", "country"),
        ("TW", "country"),
    ]
    assert set(read("m49", "568", "577", "837", "838", "839", "879", "899", "492", "810", "891")) == {
        (None, "untold")
    }
    assert read("iso3", "W00", "deu", "S19", "_X", "_KS") == [
        (None, "aggregate"),
        ("DE", "country"),
        ("TW", "country"),
        (None, "untold"),
        ("XK", "country"),
    ]


def test_comext() -> None:
    assert read("comext", "GR", "EL", "XI", "XS", "XK", "XC") == [
        (country, "country") for country in ("GR", "GR", "GB", "RS", "XK", "ES")
    ]
    for total in ("EU27_2020", "EU28", "EXT_EU27_2020", "INT_EU27_2020", "EXT_EA21", "WORLD", "EU"):
        assert read("comext", total) == [(None, "aggregate")], total
    assert set(read("comext", *["QP", "QQ", "QR", "QS", "QU", "QV", "QW", "QX", "QY", "QZ"])) == {
        (None, "untold")
    }
    assert read("comext", "ZZ") == [(None, None)]


def test_offices() -> None:
    assert read("us-census", "1220", "5082", "4803", "-", "0003", "3", "APEC", "9999") == [
        ("CA", "country"),
        ("PS", "country"),
        ("XK", "country"),
        *[(None, "aggregate")] * 4,
        (None, None),
    ]
    seen = {"103": "KR", "105": "CN", "147": "AE", "224": "RU", "541": "KE", "606": "NZ"}
    assert read("jp-mof", *seen) == [(country, "country") for country in seen.values()]
    assert read("jp-mof", "50541", "036", "392") == [("KE", "country"), (None, None), (None, None)]
    assert read("kr-stat", "MN", "몽골", "총계", "-") == [("MN", "country")] * 2 + [(None, "aggregate")] * 2


def test_names() -> None:
    assert read(
        "names", "Mongolia", "Br. Virgin Isds", "Монголия", "Areas, nes", "World", "Extra-EU27 (from 2020)"
    ) == [
        ("MN", "country"),
        ("VG", "country"),
        ("MN", "country"),
        (None, "untold"),
        (None, "aggregate"),
        (None, "aggregate"),
    ]
    # Two countries of that name; a bloc is a total of its members.
    assert read("names", "Congo", "Atlantis", "European Union") == [
        (None, None),
        (None, None),
        (None, "aggregate"),
    ]
    assert read("m49", "Kenya", "KEN", "World") == [("KE", "country")] * 2 + [(None, "aggregate")]


def test_what_a_code_stands_for() -> None:
    rows = pl.LazyFrame({"partner": ["QS", "KE", "EU28", "Kenia", None]})
    found = with_country(rows, "partner", "comext", "to").collect()
    assert found.columns == ["partner", "to", "to_kind", "to_what"]
    assert dict(found.select("partner", "to_what").iter_rows()) == {
        "QS": "Stores and provisions within the framework of extra-Union trade",
        "KE": "Kenya",
        "EU28": "European Union or euro area, or all beside it",
        "Kenia": "Kenya",
        None: None,
    }


def test_unknown_scheme() -> None:
    with pytest.raises(KeyError, match="no scheme 'schedule-c'"):
        partner_table("schedule-c")


@given(
    st.sampled_from(SCHEMES),
    st.lists(st.none() | st.text(max_size=6) | st.from_regex("[0-9]{1,5}", fullmatch=True), max_size=20),
)
def test_every_row_stays(scheme: str, codes: list[str | None]) -> None:
    found = read(scheme, *codes)
    assert len(found) == len(codes)
    for country, kind in found:
        assert (country in COUNTRIES) == (kind == "country")
        assert kind in (None, *KINDS)
