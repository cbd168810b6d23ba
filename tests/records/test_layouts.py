"""Layouts: data that is checked, chosen by the columns of a file, and applied."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from vehiclecheck.records.errors import InputError
from vehiclecheck.records.layouts import built_in, layout_named
from vehiclecheck.records.sources import RawRange, Source, open_source
from vehiclecheck.vocabulary.places import data_root

SAMPLES = data_root() / "sample_data" / "layouts"
REAL = Path(os.environ.get("VEHICLECHECK_REAL_DATA", data_root().parent / "shared" / "data"))


def read(path: Path, layout: str | None = None, **given: str) -> tuple[Source, RawRange]:
    source = open_source(path, layout, given=given)
    return source, source.read(source.ranges(1_000_000)[0])


def test_the_built_in_ones() -> None:
    assert set(built_in()) == {
        "asycuda", "canonical", "certificates-long", "dubai-vehicle", "eu-register", "finland-traficom",
        "japan-export", "korea-customs", "uk-mot",
    }  # fmt: skip
    for name, layout in built_in().items():
        assert layout.name == name
        assert layout.title


@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.glob("*")))
def test_every_sample_finds_its_layout(sample: str) -> None:
    source, raw = read(SAMPLES / sample)
    assert source.layout == Path(sample).stem
    assert raw.set_aside.is_empty()
    assert raw.rows_in == source.n_rows


def test_uk_mot() -> None:
    _, raw = read(SAMPLES / "uk-mot.csv")
    first = raw.frame.row(0, named=True)
    assert first["propulsion"] == "hev/phev"
    assert first["odometer_km"] == "288650.33"
    assert (first["certificate_result"], first["certificate_type"], first["exporter"]) == (
        "pass",
        "roadworthiness",
        "GB",
    )
    assert first["category"] is None


def test_eu_register_implies_a_certificate_only_where_there_is_one() -> None:
    _, raw = read(SAMPLES / "eu-register.csv")
    assert raw.frame.select("certificate_type", "certificate_valid_until").rows() == [
        ("roadworthiness", "20261014"),
        (None, None),
    ]
    assert raw.frame["deregistered"].to_list() == ["yes", "no"]


def test_japan_export() -> None:
    _, raw = read(SAMPLES / "japan-export.csv")
    assert raw.frame.select("emission_class", "first_registered", "steering", "exporter").rows() == [
        ("DBA-", "2006-04", "right", "JP"),
        ("6AA-", "2020-03", "right", "JP"),
        (None, "2015-04-10", "left", "JP"),
    ]


def test_dubai_vehicle_has_no_header() -> None:
    source, raw = read(SAMPLES / "dubai-vehicle.csv")
    assert raw.frame.select("line", "engine_cc", "steering", "condition").rows() == [
        (3, "1800.0", "left", "used"),
        (4, "2700.0", "right", "new"),
    ]
    assert raw.not_vehicles["line"].to_list() == [1, 2]
    assert source.defaults == {"importer": "AE"}


def test_asycuda_finds_frame_numbers_in_free_text() -> None:
    _, raw = read(SAMPLES / "asycuda.csv")
    assert raw.frame["vin"].to_list() == ["WF0AXXGCDA1B23456", "NZE141-1234567"]
    assert raw.not_vehicles.select("line", "value").rows() == [(4, "84073490")]


def test_a_default_gives_way_to_the_user(tmp_path: Path) -> None:
    sample = SAMPLES / "finland-traficom.csv"
    assert read(sample)[1].frame["importer"].unique().to_list() == ["FI"]
    assert read(sample, importer="EE")[1].frame["importer"].unique().to_list() == ["EE"]


def test_a_layout_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        """
        name = "mine"
        title = "Our office's list"
        decimal_comma = true
        date_order = "dmy"
        encoding = "cp1250"
        delimiter = ";"
        [columns]
        vin = "podvozek"
        make = ["značka", "znacka"]
        engine_cc = "objem"
        net_mass_kg = "hmotnost"
        [constants]
        importer = "CZ"
        """,
        encoding="utf-8",
    )
    rows = [
        "podvozek;značka;objem;hmotnost",
        "A0;Tatra;1,598;",
        "A1;Škoda;1.598,0;1 200,5",
        "A2;Škoda;asi 2,0;",
    ]
    (tmp_path / "list.csv").write_bytes("\n".join(rows).encode("cp1250"))
    source, raw = read(tmp_path / "list.csv", str(tmp_path / "mine.toml"))
    assert (source.date_order, source.layout) == ("dmy", "mine")
    assert raw.frame.select("importer", "make", "engine_cc", "net_mass_kg").rows() == [
        ("CZ", "Tatra", "1.5980", None),
        ("CZ", "Škoda", "1598.0", "1200.5"),
        ("CZ", "Škoda", "asi 2,0", None),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = 1\ntitle = 'abc'", "name: 1 is not of type"),
        ("title = 'abc'", "'name' is a required property"),
        ("name = 'a'\ntitle = 'abc'\nnonsense = 1", "nonsense"),
        ("name = 'a'\ntitle = 'abc'\n[columns]\nwheels = 'x'", "no column is called wheels"),
        ("name = 'a'\ntitle = 'abc'\n[extract.vin]\nfrom = 'x'\npattern = '(['", "not valid"),
        ("name = 'a'\ntitle = 'abc'\nencoding = 'cp99999'", "encoding"),
        ("name = ", "not valid TOML"),
    ],
)
def test_broken_layouts_name_the_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        layout_named(str(tmp_path / "mine.toml"))
    assert "mine.toml" in str(caught.value)


def test_unknown_layouts() -> None:
    with pytest.raises(InputError, match="there are asycuda, canonical"):
        layout_named("nothing")
    with pytest.raises(InputError, match="cannot be read"):
        layout_named("nothing.toml")


def test_a_layout_that_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("vin,colour\nA1,red\n")
    assert read(tmp_path / "list.csv", "uk-mot")[0].matched == {"vin": "vin"}
    (tmp_path / "list.csv").write_text("chassis,colour\nA1,red\n")
    with pytest.raises(InputError, match="none of the columns of layout uk-mot"):
        read(tmp_path / "list.csv", "uk-mot")


@pytest.mark.skipif(not (REAL / "README.md").exists(), reason="the real files are not part of the project")
def test_the_real_files() -> None:
    source, raw = read(REAL / "finland-used-car-imports-2014-2023.csv")
    assert (source.layout, raw.frame.height) == ("finland-traficom", 13_360)
    assert raw.frame["quantity"].cast(pl.Int64).sum() == 326_348
    source, raw = read(REAL / "korea-import-declarations-2020-2021.csv")
    assert (source.layout, raw.frame.height, raw.not_vehicles.height) == ("korea-customs", 89, 8_134 - 89)
