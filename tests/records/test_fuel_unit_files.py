"""Files of fuel tests whose headings and cells are in many units, or tell none."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.endtoend.running import vehiclecheck
from tests.records.fuel_cells import bounds
from vehiclecheck.records.errors import LayoutUnsure
from vehiclecheck.records.preparing import Prepared, PrepareOptions, prepare
from vehiclecheck.records.sources import open_source
from vehiclecheck.records.wordbook import WordBook


def screened(folder: Path, text: str) -> tuple[pl.DataFrame, pl.DataFrame, str]:
    """Verdicts, rows set aside, and what was printed, of a list that is screened for Kenya."""
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    told = vehiclecheck("screen", path, "--to", "KE", "--subject", "fuel", "--out", folder / "out")
    assert told.code == 0, told.err
    verdicts, aside = (
        pl.read_csv(folder / "out" / f"{name}.csv", infer_schema=False) for name in ("verdicts", "set_aside")
    )
    return verdicts, aside, told.words


def records_of(path: Path, layout: str | None = None) -> Prepared:
    source = open_source(path, layout, "fuel")
    (piece,) = source.ranges(1000)
    options = PrepareOptions(subject="fuel", importer="KE", habits=source.habits)
    return prepare(source.read(piece).frame, options=options, words=WordBook())


def records(folder: Path, text: str, layout: str | None = None) -> Prepared:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return records_of(path, layout)


def table(folder: Path, **columns: list[object]) -> Path:
    path = folder / "list.parquet"
    pl.DataFrame(columns).write_parquet(path)
    return path


# ---------------------------------------------------------------- by volume


def test_a_list_with_sulphur_by_volume_and_densities(tmp_path: Path) -> None:
    text = (
        "Product,Arrival date,Sulphur,Density\n"
        "diesel,2026-02-01,8.3 mg/L,830\n"
        "diesel,2026-02-01,83 mg/L,0.83 kg/L\n"
        "diesel,2026-02-01,8.3 mg/L,\n"
        "diesel,2026-02-01,9 mg/kg,\n"
    )
    assert bounds(records(tmp_path, text), "sulphur_mg_kg") == [(10, 10), (100, 100), (9, 9)]
    verdicts, aside, _ = screened(tmp_path, text)
    # the limit is 50 mg/kg
    assert verdicts.select("line", "verdict").rows() == [
        ("2", "admitted"),
        ("3", "refused"),
        ("5", "admitted"),
    ]
    assert aside.select("line", "field", "value", "reason").rows() == [
        ("4", "sulphur_mg_kg", "8.3 mg/L", "mg/L needs the density of the row (density_15c)")
    ]


def test_a_list_without_densities(tmp_path: Path) -> None:
    text = "Product,Arrival date,Sulphur\ndiesel,2026-02-01,8.3 mg/L\ndiesel,2026-02-01,9 ppm\n"
    verdicts, aside, words = screened(tmp_path, text)
    assert verdicts["line"].to_list() == ["3"]
    assert aside["reason"].to_list() == ["mg/L needs the density of the row (density_15c)"]
    assert "mg/L needs the density of the row" in words


@pytest.mark.parametrize("heading", ["Soufre (mg/L)", "Sulphur mg/L", "Soufre [µg/mL]", "Azufre, mg/dm3"])
def test_a_heading_by_volume(tmp_path: Path, heading: str) -> None:
    text = f"Produit;{heading};Masse volumique\ngazole;8,3;830\ngazole;9 mg/kg;\ngazole;8,3 ± 0,83;830\n"
    assert bounds(records(tmp_path, text), "sulphur_mg_kg") == [(10, 10), (9, 9), (9, 11)]


def test_a_heading_by_volume_over_numbers_by_type(tmp_path: Path) -> None:
    columns = {"Product": ["diesel"] * 2, "Soufre (mg/L)": [8.3, 1.234], "Density (g/cm3)": [0.83, 0.617]}
    assert bounds(records_of(table(tmp_path, **columns)), "sulphur_mg_kg") == [(10, 10), (2, 2)]


def test_numbers_by_type_beside_a_column_of_units(tmp_path: Path) -> None:
    columns = {"Product": ["diesel"] * 2, "Sulphur": [1.234, 0.0012], "Unit": ["mg/kg", "% m/m"]}
    assert bounds(records_of(table(tmp_path, **columns)), "sulphur_mg_kg") == [(1.234, 1.234), (12, 12)]
    # as text of its own it might be a thousand and more
    alone = {"Product": ["diesel"], "Sulphur": [1.234], "Unit": ["ppm"]}
    assert bounds(records_of(table(tmp_path, **alone)), "sulphur_mg_kg") == [(1.234, 1.234)]


# ---------------------------------------------------------------- other headings


def test_fahrenheit_in_headings_and_cells(tmp_path: Path) -> None:
    done = records(tmp_path, "Product,Flash point (°F),T95 °C\ndiesel,140,680 °F\ndiesel,60 °C,360\n")
    assert bounds(done, "flash_point_c") == [(60, 60), (60, 60)]
    assert bounds(done, "t95_c") == [(360, 360), (360, 360)]
    by_type = records_of(
        table(tmp_path, **{"Product": ["diesel"], "Flash point (°F)": [140.0], "T95 (K)": [633.15]})
    )
    assert bounds(by_type, "flash_point_c") == [(60, 60)]
    assert bounds(by_type, "t95_c") == [(360, 360)]


@pytest.mark.parametrize("cell", ["0.0062 ± 0.0003", "0.0059-0.0065", "0.0059..0.0065"])
def test_the_unit_of_a_heading_is_that_of_ranges_too(tmp_path: Path, cell: str) -> None:
    done = records(tmp_path, f"Product,Sulphur (% m/m)\ndiesel,{cell}\n")
    assert bounds(done, "sulphur_mg_kg") == [(59, 65)]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Water %", "% of water may be by mass or by volume"),
        ("Benzene (% m/m)", "a share by mass, which is a share by volume only with the density"),
        ("PAH (% v/v)", "a share by volume, which is a share by mass only with the density"),
        ("Density API", "degrees API are of 60 °F"),
    ],
)
def test_a_heading_with_a_unit_that_cannot_be_is_a_question(tmp_path: Path, heading: str, said: str) -> None:
    text = f"Product,RON,{heading}\ndiesel,95,0.02\n"
    with pytest.raises(LayoutUnsure, match=said):
        records(tmp_path, text)
    (reason,) = records(tmp_path, text, "auto").set_aside["reason"]
    assert said in reason


@pytest.mark.parametrize("heading", ["Soufre (S)", "Sulphur (S), mg/kg"])
def test_the_sign_of_an_element_is_no_unit(tmp_path: Path, heading: str) -> None:
    done = records(tmp_path, f'Product,"{heading}"\ndiesel,9\n')
    assert bounds(done, "sulphur_mg_kg") == [(9, 9)]


# ---------------------------------------------------------------- no unit anywhere


def test_sulphur_whose_unit_nobody_tells_does_not_pass(tmp_path: Path) -> None:
    cells = ["0.05", "0.0005", "9", "0.05 mg/kg", "0", "<0.05"]
    text = "Product,Arrival date,Sulphur\n" + "".join(f"diesel,2026-02-01,{cell}\n" for cell in cells)
    assert bounds(records(tmp_path, text), "sulphur_mg_kg") == [
        (0.05, 500),
        (0.0005, 5),
        (9, 9),
        (0.05, 0.05),
        (0, 0),
        (0, 500),
    ]
    verdicts, aside, _ = screened(tmp_path, text)
    assert aside.is_empty()
    passed = [verdict == "admitted" for verdict in verdicts["verdict"]]
    assert passed == [False, True, True, True, True, False]
    assert set(verdicts["verdict"]) == {"admitted", "undetermined"}


@pytest.mark.parametrize(
    "cell", ["0.05", "0,05", ".05", "0.05-0.5", "0-0.05", "0..0.05", "5E-2", "<5E-2", "0.05 ± 0.01", "<0.05"]
)
def test_every_way_to_write_less_than_one_is_kept_open(tmp_path: Path, cell: str) -> None:
    ((low, high),) = bounds(records(tmp_path, f"Product;Sulphur\ndiesel;{cell}\n"), "sulphur_mg_kg")
    assert low is not None
    assert low < 1
    assert high is not None
    assert high >= 500


@pytest.mark.parametrize(
    ("heading", "low", "high"),
    [
        ("sulphur_mg_kg", 0.05, 0.05),
        ("Sulphur (mg/kg)", 0.05, 0.05),
        ("Sulphur ppm", 0.05, 0.05),
        ("Sulphur (% m/m)", 500, 500),
        ("Sulphur %", 500, 500),
        ("S", 0.05, 500),
    ],
)
def test_a_heading_that_tells_the_unit_settles_it(
    tmp_path: Path, heading: str, low: float, high: float
) -> None:
    done = records(tmp_path, f"product,{heading}\ndiesel,0.05\n")
    assert bounds(done, "sulphur_mg_kg") == [(low, high)]


def test_a_column_of_units_settles_it_where_it_tells_one(tmp_path: Path) -> None:
    done = records(tmp_path, "Product,Sulphur,Unit\ndiesel,0.05,mg/kg\ndiesel,0.05,%\ndiesel,0.05,\n")
    assert bounds(done, "sulphur_mg_kg") == [(0.05, 0.05), (500, 500), (0.05, 500)]


def test_numbers_by_type_under_a_heading_without_a_unit(tmp_path: Path) -> None:
    columns = {"Product": ["diesel"] * 4, "Sulphur": [0.05, 9.0, 12.345, 1.5e-5], "Water": [0, 1, 200, 3]}
    done = records_of(table(tmp_path, **columns))
    assert bounds(done, "sulphur_mg_kg") == [(0.05, 500), (9, 9), (12.345, 12.345), (1.5e-5, 0.15)]
    assert bounds(done, "water_mg_kg") == [(0, 0), (1, 1), (200, 200), (3, 3)]


def test_a_layout_of_ones_own_says_what_its_columns_are(tmp_path: Path) -> None:
    layout = tmp_path / "own.toml"
    layout.write_text(
        'name = "own"\ntitle = "Ours"\nsubject = "fuel"\n[columns]\nsulphur_mg_kg = "Sulphur"\nproduct = "P"\n'
    )
    done = records(tmp_path, "P,Sulphur\ndiesel,0.05\n", str(layout))
    assert bounds(done, "sulphur_mg_kg") == [(0.05, 0.05)]
