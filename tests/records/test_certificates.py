"""Certificates of fuel tests: a row a property, and a column a property with what laboratories write into headings."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vehiclecheck.records import laboratory
from vehiclecheck.records.errors import InputError, LayoutUnsure
from vehiclecheck.records.fuel_numbers import FUEL_NUMBERS
from vehiclecheck.records.preparing import PrepareOptions, prepare
from vehiclecheck.records.sources import RawRange, Source, open_source
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

HEADING = "Certificate,Product,Importing country,Arrival date,Property,Result,Unit,Method"
BOOK = WordBook()


def text_of(rows: Iterable[str], heading: str = HEADING) -> str:
    return "\n".join([heading, *rows]) + "\n"


def opened(folder: Path, text: str, layout: str | None = None, name: str = "list.csv") -> Source:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return open_source(path, layout)


def read(source: Source) -> RawRange:
    """All of a file in one range; every row of it is accounted for."""
    parts = source.ranges(1_000_000)
    assert len(parts) == 1
    raw = source.read(parts[0])
    assert raw.rows_in == source.n_rows
    return raw


def rows_of(raw: RawRange, *columns: str) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in row.items() if value is not None and (not columns or key in columns)}
        for row in raw.frame.drop("file").iter_rows(named=True)
    ]


def refused(raw: RawRange) -> list[tuple[Any, ...]]:
    return raw.set_aside.select("line", "field", "value", "reason").sort("line").rows()


def results(folder: Path, *rows: str) -> tuple[RawRange, list[tuple[Any, ...]]]:
    """One certificate with the rows (`property,result,unit,method`)."""
    raw = read(opened(folder, text_of(f"C-1,diesel,KE,2026-02-01,{row}" for row in rows)))
    return raw, refused(raw)


# ---------------------------------------------------------------- folding


def test_rows_of_a_certificate_become_one_record_wherever_they_stand(tmp_path: Path) -> None:
    raw = read(opened(tmp_path, text_of([
        "C-2,petrol,UG,2026-02-03,RON,95.1,,ISO 5164",
        "C-1,diesel,KE,2026-02-01,Sulphur,9.1,mg/kg,ISO 20846",
        "C-2,petrol,UG,2026-02-03,Sulphur,31,mg/kg,ISO 20884",
        "C-1,diesel,KE,2026-02-01,Density at 15 °C,831.2,kg/m3,",
    ])))  # fmt: skip
    assert rows_of(raw) == [
        {"record_id": "C-2", "product": "petrol", "importer": "UG", "arrived_on": "2026-02-03", "line": 2,
         "ron": "95.1", "ron_method": "ISO 5164", "sulphur_mg_kg": "31", "sulphur_method": "ISO 20884"},
        {"record_id": "C-1", "product": "diesel", "importer": "KE", "arrived_on": "2026-02-01", "line": 3,
         "sulphur_mg_kg": "9.1", "sulphur_method": "ISO 20846", "density_15c": "831.2"},
    ]  # fmt: skip
    assert raw.behind is not None
    assert raw.behind.rows() == [(2, [2, 4]), (3, [3, 5])]


@pytest.mark.parametrize(
    "heading",
    [
        "Certificate number,Product,Country of destination,Date of arrival,Parameter,Result,Unit,Test method",
        "N° certificat,Produit,Pays de destination,Date d'arrivée,Paramètre,Résultat,Unité,Méthode d'essai",
        "N° de certificado,Producto,País de destino,Fecha de llegada,Ensayo,Resultado,Unidad,Método",
        "Número do boletim,Produto,País de destino,Data de chegada,Característica,Resultado,Unidade,Método",
    ],
)
def test_the_long_form_is_recognised_in_four_languages(tmp_path: Path, heading: str) -> None:
    source = opened(tmp_path, text_of(["7,diesel,KE,2026-02-01,Sulphur,9,mg/kg,ISO 20846"], heading))
    assert source.layout == "certificates-long"
    assert rows_of(read(source)) == [
        {"record_id": "7", "product": "diesel", "importer": "KE", "arrived_on": "2026-02-01", "line": 2,
         "sulphur_mg_kg": "9", "sulphur_method": "ISO 20846"}
    ]  # fmt: skip


def test_tests_of_something_else_are_no_certificates(tmp_path: Path) -> None:
    source = opened(tmp_path, "VIN,Importing country,Test,Result\nA1,KE,brakes,pass\nA2,KE,lamps,fail\n")
    assert source.layout == "matched"
    assert source.subject == "vehicle"


def test_the_layout_by_name_and_one_of_ones_own(tmp_path: Path) -> None:
    text = text_of(["1,KE,Schwefel,9"], "Zert,Importer,Was,Wieviel")
    with pytest.raises(
        InputError, match="layout certificates-long needs a column of properties and one of results"
    ):
        opened(tmp_path, text, "certificates-long")
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "Our laboratory"\nsubject = "fuel"\n'
        '[long]\ncertificate = "Zert"\nproperty = "Was"\nresult = "Wieviel"\n[columns]\nimporter = "Importer"\n'
    )
    assert rows_of(read(opened(tmp_path, text, str(own)))) == [
        {"record_id": "1", "importer": "KE", "sulphur_mg_kg": "9", "line": 2}
    ]


def test_samples_of_one_certificate_are_records_of_their_own(tmp_path: Path) -> None:
    heading = "Certificate,Sample,Importing country,Property,Result"
    raw = read(
        opened(tmp_path, text_of(["7,A,KE,Sulphur,9", "7,B,KE,Sulphur,12", "7,,KE,Sulphur,3"], heading))
    )
    assert [row["record_id"] for row in rows_of(raw)] == ["7 / A", "7 / B", "7"]


def test_a_row_without_a_certificate_is_set_aside(tmp_path: Path) -> None:
    raw = read(opened(tmp_path, text_of(["C-1,diesel,KE,,Sulphur,9,mg/kg,", ",diesel,KE,,RON,95,,"])))
    assert refused(raw) == [(3, "certificate", None, "no certificate is named")]


def test_a_file_without_certificates_is_one(tmp_path: Path) -> None:
    heading = "Importing country,Property,Result"
    raw = read(opened(tmp_path, text_of(["KE,Sulphur,9", "KE,RON,95"], heading)))
    assert rows_of(raw) == [{"importer": "KE", "sulphur_mg_kg": "9", "ron": "95", "line": 2}]
    with pytest.raises(InputError, match="sulphur_mg_kg stands there 2 times, and no column says which rows"):
        opened(tmp_path, text_of(["KE,Sulphur,9", "KE,Sulphur,12"], heading))


def test_what_differs_within_a_certificate_sets_all_of_it_aside(tmp_path: Path) -> None:
    raw = read(opened(tmp_path, text_of([
        "C-1,diesel,KE,2026-02-01,Sulphur,9,mg/kg,", "C-1,diesel,UG,2026-02-01,FAME,6,% v/v,",
        "C-2,Diesel,KE,2026-02-01,Sulphur,9,mg/kg,", "C-2,diesel,,2026-02-01,FAME,6,% v/v,",
    ])))  # fmt: skip
    reason = "the rows of its certificate differ: KE, UG"
    assert refused(raw) == [(2, "importer", "KE", reason), (3, "importer", "UG", reason)]
    # letter case and an empty cell are no difference
    assert [row["record_id"] for row in rows_of(raw)] == ["C-2"]


# ---------------------------------------------------------------- properties, units, methods


#: What laboratories write -> column, unit as the reader of numbers knows it.
NAMES = [
    ("Sulphur (mg/kg)", "sulphur_mg_kg", "mg/kg"), ("Soufre, ppm", "sulphur_mg_kg", "ppm"),
    ("S [%m/m]", "sulphur_mg_kg", "% m/m"), ("Teneur en soufre", "sulphur_mg_kg", None),
    ("Azufre total, mg/kg", "sulphur_mg_kg", "mg/kg"), ("Enxofre total (ppm)", "sulphur_mg_kg", "ppm"),
    ("Sulfur, ASTM D5453, wt ppm", "sulphur_mg_kg", "ppm"), ("Sulphur by ISO 20846 (mg kg⁻¹)", "sulphur_mg_kg", "mg/kg"),
    ("Density at 15°C kg/m3", "density_15c", "kg/m3"), ("Density @15 °C, g/cm³", "density_15c", "g/cm3"),
    ("Masse volumique à 15 °C (kg/m³)", "density_15c", "kg/m3"), ("Densidade a 15ºC", "density_15c", None),
    ("FAME", "fame_pct", None), ("EMAG % vol", "fame_pct", "% v/v"), ("Teor de biodiesel, % volume", "fame_pct", "% v/v"),
    ("RON", "ron", None), ("Número de octano RON", "ron", None), ("Indice d'octane moteur", "mon", None),
    ("Cetane Index (D4737)", "cetane_index", None), ("Indice de cétane mesuré (NF EN ISO 5165:1998)", "cetane_number", None),
    ("Número de cetano", "cetane_number", None), ("Índice de cetano", "cetane_index", None),
    ("Flash Point °C", "flash_point_c", "°c"), ("Point d'éclair (°C)", "flash_point_c", "°c"),
    ("Ponto de fulgor", "flash_point_c", None),
    ("Distillation 95 % (v/v) récupérés à, °C", "t95_c", "°c"), ("Destilação 95% vol., recuperados", "t95_c", None),
    ("T95", "t95_c", None),
    ("Aromatiques % v/v", "aromatics_pct", "% v/v"), ("Hydrocarbures aromatiques polycycliques", "pah_pct", None),
    ("HAP", "pah_pct", None),
    ("Water content (Karl Fischer) mg/kg", "water_mg_kg", "mg/kg"), ("Teneur en eau", "water_mg_kg", None),
    ("Lead (mg/L)", "lead_g_l", "mg/l"), ("Plomb, g Pb/L", "lead_g_l", "g pb/l"), ("Mn mg/L", "manganese_mg_l", "mg/l"),
    ("Viscosity @40°C (cSt)", "viscosity_40c", "mm2/s"), ("RVP, psi", "vapour_pressure_kpa", "psi"),
    ("Lubricity, WSD 1.4 @60°C (µm)", "lubricity_um", "µm"), ("Oxidation stability, min", "oxidation_stability_min", "min"),
    ("Carbon residue (on 10 % distillation residue) % m/m", "carbon_residue_pct", "% m/m"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "column", "unit"), NAMES)
def test_names_of_properties(written: str, column: str, unit: str | None) -> None:
    found = laboratory.read_heading(written)
    assert found is not None
    assert (found.columns, found.unit) == ((column,), unit)
    assert found.level < laboratory.UNSURE


@pytest.mark.parametrize(
    "written",
    ["CFPP", "Massa específica a 20 °C", "Density 20 °C", "Water and sediment, % vol", "Nickel", "Sulphur, max",
     "Soufre maxi (mg/kg)",
     "Sulphur limit", "Incertitude soufre", "Distillation", "% recovered at 350 °C", "Sulphur method", "Méthode soufre"],
)  # fmt: skip
def test_names_that_hold_no_result_of_a_property(written: str) -> None:
    assert laboratory.read_heading(written) is None


@pytest.mark.parametrize("written", ["Indice de cétane", "Octane number", "Oxidation stability"])
def test_names_that_may_mean_something_else_are_unsure(written: str) -> None:
    found = laboratory.read_heading(written)
    assert found is not None
    assert found.level == laboratory.UNSURE


@pytest.mark.parametrize("unit", toml_document(data_root() / "rules" / "certificates.toml")["units"])
def test_every_unit_of_the_data_is_known_to_the_reader_of_numbers(unit: str) -> None:
    fields = [spec for spec in FUEL_NUMBERS if spec.name in FUEL_PROPERTIES]
    assert any(spec.conversion(unit) or spec.why_not(unit) for spec in fields)


def test_a_unit_of_its_own_is_put_behind_the_number(tmp_path: Path) -> None:
    raw, aside = results(
        tmp_path,
        "Sulphur,0.0009,% m/m,",
        "Density,0.8312,g/cm³,",
        "Lead,5,mg/L,",
        "Flash point,64,°C,",
        "RON,95,-,",
    )
    assert aside == []
    assert rows_of(raw, "sulphur_mg_kg", "density_15c", "lead_g_l", "flash_point_c", "ron") == [
        {
            "sulphur_mg_kg": "0.0009 % m/m",
            "density_15c": "0.8312 g/cm3",
            "lead_g_l": "5 mg/l",
            "flash_point_c": "64",
            "ron": "95",
        }
    ]


def judged(source: Source, raw: RawRange) -> dict[str, Any]:
    """The one record of a file as it is judged."""
    options = PrepareOptions(subject="fuel", habits=source.habits)
    prepared = prepare(raw.frame, options=options, words=BOOK)
    assert prepared.set_aside.is_empty(), prepared.set_aside.row(0)
    return prepared.records.row(0, named=True)


def test_a_small_number_without_any_unit_is_bounded(tmp_path: Path) -> None:
    source = opened(
        tmp_path, text_of(["C-1,diesel,KE,,Sulphur,0.005,,", "C-1,diesel,KE,,Contamination,12,,"])
    )
    raw = read(source)
    assert raw.frame["sulphur_mg_kg"].to_list() == ["0.005 unit not told"]
    assert raw.frame["contamination_mg_kg"].to_list() == ["12"]
    record = judged(source, raw)
    # it may as well be in % m/m
    assert (record["sulphur_mg_kg_lo"], record["sulphur_mg_kg_hi"]) == (0.005, 50)


def test_results_by_volume_need_the_density_of_their_certificate(tmp_path: Path) -> None:
    rows = [
        "C-1,diesel,KE,,Sulphur,8.3,mg/L,",
        "C-2,diesel,KE,,Sulphur,8.3,mg/L,",
        "C-2,diesel,KE,,RON,95,,",
        "C-1,diesel,KE,,Density,830,kg/m3,",
    ]
    source = opened(tmp_path, text_of(rows))
    raw = read(source)
    assert refused(raw) == [
        (3, "sulphur_mg_kg", "8.3 mg/l", "needs the density of its certificate (density_15c)")
    ]
    assert rows_of(raw, "record_id", "ron", "density_15c") == [
        {"record_id": "C-1", "density_15c": "830"},
        {"record_id": "C-2", "ron": "95"},
    ]
    assert judged(source, raw)["sulphur_mg_kg_hi"] == 10


def test_a_share_by_mass_is_none_by_volume(tmp_path: Path) -> None:
    _, aside = results(tmp_path, "FAME,6,% m/m,", "RON,95,,")
    assert aside[0][:3] == (2, "unit", "% m/m")
    assert "a share by mass" in aside[0][3]


def test_a_row_that_cannot_be_read_leaves_and_the_rest_is_judged(tmp_path: Path) -> None:
    raw, aside = results(
        tmp_path,
        "Sulphur,9,mg/kg,ISO 20846",
        "Nickel,0.1,mg/kg,",
        "Density,831,mg/kg,",
        "Flash point,64,furlong,",
        'Densité,"8,400",kg/m3,',
        "Water,30 mg/kg,% m/m,",
        "PAH,4,% m/m,ISO 20846",
        "Indice de cétane,51,,",
        "RON,clear and bright,,",
        ",5,,",
    )
    assert rows_of(raw, "sulphur_mg_kg", "line") == [{"sulphur_mg_kg": "9", "line": 2}]
    assert aside == [
        (3, "property", "Nickel", "no property of a fuel record is known by this name"),
        (4, "unit", "mg/kg", "is no unit of density_15c (kg/m3)"),
        (5, "unit", "furlong", "is no unit of flash_point_c (°C)"),
        (6, "density_15c", "8,400", "outside 400 to 1,200 kg/m3"),
        (7, "unit", "% m/m", "two units for one result of water_mg_kg: % m/m and mg/kg"),
        (8, "pah_method", "ISO 20846", "ISO 20846 measures sulphur_mg_kg, not pah_pct"),
        (9, "property", "Indice de cétane", "may mean cetane_number or cetane_index"),
        (10, "ron", "clear and bright", "no number can be read"),
        (11, "property", None, "no property is named"),
    ]


def test_a_certificate_of_which_nothing_is_left_is_no_record(tmp_path: Path) -> None:
    raw, aside = results(tmp_path, "CFPP,-12,°C,", "Sulphur,9,°C,")
    assert raw.frame.is_empty()
    assert [row[0] for row in aside] == [2, 3]


def test_a_result_that_is_not_told_is_part_of_its_record(tmp_path: Path) -> None:
    raw, aside = results(tmp_path, "Sulphur,N/D,mg/kg,ISO 20846", "RON,95,,")
    assert aside == []
    assert rows_of(raw, "sulphur_mg_kg", "sulphur_method", "ron") == [
        {"sulphur_method": "ISO 20846", "ron": "95"}
    ]
    assert raw.rows_in == 2


# ---------------------------------------------------------------- several results


@pytest.mark.parametrize(
    ("rows", "mean", "number"),
    [
        (["9,mg/kg,ISO 20846", "12,mg/kg,EN ISO 20846:2011"], "10.5", "2"),
        (["9,mg/kg,ISO 20846", "12,ppm,", "12,mg/kg,ISO 20846"], "11", "3"),
        (["0.0009,% m/m,", "0.0012,% m/m,"], "10.5", "2"),
        (["9,mg/kg,", "n.d.,mg/kg,"], "9", None),
        (["<1,mg/kg,", "<3,mg/kg,"], "<2", "2"),
        (["<1,mg/kg,", "1.4,mg/kg,"], "<1.2", "2"),
        ([">500,mg/kg,", "700,mg/kg,"], ">600", "2"),
        (["1.5,mg/kg,", "1.8,mg/kg,", "1.9,mg/kg,"], "1.733333333", "3"),
        (["1.25,mg/kg,", "1.226,mg/kg,"], "1.2380", "2"),
    ],
)
def test_several_results_of_one_method_are_averaged(
    tmp_path: Path, rows: Sequence[str], mean: str, number: str | None
) -> None:
    raw, aside = results(tmp_path, *(f"Sulphur,{row}" for row in rows))
    assert aside == []
    assert raw.frame.select("sulphur_mg_kg", "sulphur_results").rows() == [(mean, number)]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            ["9,mg/kg,ISO 20846", "12,mg/kg,ASTM D4294"],
            "several results by different methods: ISO 20846, ASTM D4294",
        ),
        (["9,mg/kg,", "0.0012,% m/m,"], "several results in different units"),
        (["<1,mg/kg,", ">500,mg/kg,"], "several results, of which one says less than and one more than"),
        (["1.200,mg/kg,", "9,mg/kg,"], "several results, of which one is no single number"),
    ],
)
def test_results_that_contradict_one_another_are_set_aside(
    tmp_path: Path, rows: Sequence[str], reason: str
) -> None:
    raw, aside = results(tmp_path, "RON,95,,", *(f"Sulphur,{row}" for row in rows))
    assert [(line, field, why) for line, field, _, why in aside] == [
        (3, "sulphur_mg_kg", reason),
        (4, "sulphur_mg_kg", reason),
    ]
    assert rows_of(raw, "ron", "sulphur_mg_kg") == [{"ron": "95"}]


def test_a_mean_is_written_as_the_file_writes_numbers(tmp_path: Path) -> None:
    heading = HEADING.replace(",", ";")
    rows = ["C-1;d;KE;;Sulphur;9,5;mg/kg;", "C-1;d;KE;;Sulphur;9,25;mg/kg;", "C-2;d;KE;;Sulphur;1.200;mg/kg;"]
    source = opened(tmp_path, text_of(rows, heading))
    raw = read(source)
    assert raw.frame["sulphur_mg_kg"].to_list() == ["9,3750", "1.200"]
    options = PrepareOptions(subject="fuel", habits=source.habits)
    records = prepare(raw.frame.with_columns(product=None), options=options, words=BOOK).records
    assert records.select("sulphur_mg_kg_lo", "sulphur_mg_kg_hi").rows() == [(9.375, 9.375), (1200.0, 1200.0)]


def test_a_mean_does_not_settle_how_other_numbers_are_read(tmp_path: Path) -> None:
    rows = ["C-1,d,KE,,Sulphur,9,,", "C-1,d,KE,,Sulphur,10,,", "C-2,d,KE,,Sulphur,1.200,,"]
    raw = read(opened(tmp_path, text_of(rows)))
    reason = "several results, and nothing in the file tells its decimal sign"
    assert [row[3] for row in refused(raw)] == [reason, reason]
    assert raw.frame["sulphur_mg_kg"].to_list() == ["1.200"]


# ---------------------------------------------------------------- ranges, formats


def lot(certificates: int) -> list[str]:
    """Rows of some certificates, one after the other; every third has a row that leaves, every seventh two
    countries.
    """
    made = []
    for number in range(certificates):
        head = f"C-{number},diesel,KE,2026-02-{1 + number % 28:02d}"
        made += [
            f"{head},Sulphur,{number % 60}.5,mg/kg,ISO 20846",
            f"{head},Density at 15 °C,83{number % 10}.1,kg/m3,",
        ]
        if number % 3 == 0:
            made.append(f"{head},CFPP,-12,°C,")
        if number % 7 == 0:
            made.append(f"C-{number},diesel,UG,2026-02-01,FAME,6,% v/v,")
    return made


@settings(max_examples=12, deadline=None)
@given(order=st.randoms(use_true_random=False), size=st.integers(1, 40))
def test_cuts_and_order_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, order: Any, size: int
) -> None:
    rows = lot(16)
    folder = tmp_path_factory.mktemp("cuts")
    whole = read(opened(folder, text_of(rows)))
    order.shuffle(rows)
    source = pickle.loads(pickle.dumps(opened(folder, text_of(rows), name="shuffled.csv")))
    parts = [source.read(part) for part in source.ranges(size)]
    assert sum(part.rows_in for part in parts) == source.n_rows
    frame = pl.concat([part.frame for part in parts])
    # the same records, in the order in which they first appear
    assert frame.drop("line").sort("record_id").equals(whole.frame.drop("line").sort("record_id"))
    first = {}
    for row in rows:
        if "CFPP" not in row:
            first.setdefault(row.split(",")[0], len(first))
    assert [first[one] for one in frame["record_id"]] == sorted(first[one] for one in frame["record_id"])
    aside = pl.concat([part.set_aside for part in parts])
    assert sorted(aside.select("field", "value").rows()) == sorted(
        whole.set_aside.select("field", "value").rows()
    )
    behind = [line for part in parts for lines in part.behind["lines"] for line in lines]  # type: ignore[index]
    assert sorted([*behind, *aside["line"]]) == list(range(2, source.n_rows + 2))


def test_a_certificate_is_not_cut(tmp_path: Path) -> None:
    source = opened(
        tmp_path,
        text_of(
            f"C-{n % 3},d,KE,,{name},5,," for n in range(3) for name in ("Sulphur", "RON", "FAME", "MON")
        ),
    )
    assert [part.count for part in source.ranges(1)] == [1, 1, 1]
    assert [source.read(part).rows_in for part in source.ranges(8)] == [8, 4]


def test_a_file_of_nothing_but_rows_that_leave(tmp_path: Path) -> None:
    source = opened(tmp_path, text_of(["C-1,d,KE,,CFPP,5,,", "C-1,d,KE,,Nickel,5,,"]), "certificates-long")
    raw = read(source)
    assert (raw.rows_in, raw.frame.height, raw.set_aside.height) == (2, 0, 2)


def test_a_file_of_a_heading_alone(tmp_path: Path) -> None:
    source = opened(tmp_path, HEADING + "\n", "certificates-long")
    assert (source.n_rows, source.ranges(10)) == (0, [])


def test_lines_that_are_no_rows_are_counted(tmp_path: Path) -> None:
    raw = read(opened(tmp_path, text_of(["C-1,d,KE", "C-1,d,KE,,Sulphur,9,mg/kg,", 'C-1,d,KE,,"RON,95,,'])))
    assert [(line, reason) for line, _, _, reason in refused(raw)] == [
        (2, "too few fields: 3 instead of 8"),
        (4, "a quote is opened and not closed"),
    ]
    assert rows_of(raw, "record_id", "line") == [{"record_id": "C-1", "line": 3}]


def test_a_workbook_with_titles_repeated_headings_and_a_signature(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["LABORATOIRE CENTRAL"])
    sheet.merge_cells("A1:H1")
    sheet.append(["Certificats de février 2026"])
    sheet.append([])
    for row in text_of(
        [
            "7,diesel,KE,2026-02-01,Soufre,9,mg/kg,ISO 20846",
            HEADING,
            "7,diesel,KE,2026-02-01,Densité,831,kg/m3,",
            "Le chef de laboratoire: A. Diop,,,,,,,",
        ]
    ).splitlines():
        sheet.append([float(cell) if cell in ("9", "831") else cell or None for cell in row.split(",")])
    book.save(tmp_path / "list.xlsx")
    raw = read(open_source(tmp_path / "list.xlsx"))
    assert rows_of(raw, "record_id", "sulphur_mg_kg", "density_15c") == [
        {"record_id": "7", "sulphur_mg_kg": "9", "density_15c": "831"}
    ]
    assert refused(raw) == [
        (6, None, "Certificate", "the header is repeated here"),
        (8, None, "Le chef de laboratoire: A. Diop", "a signature or a note, not a record"),
    ]


def test_a_parquet_file_with_numbers_and_days_by_type(tmp_path: Path) -> None:
    pl.DataFrame(
        {"certificate": [1, 1, 2], "importer": ["KE"] * 3, "arrived_on": ["2026-02-01"] * 3,
         "property": ["Sulphur", "Lead", "Sulphur"],
         "result": [0.0009, 0.00001, 0.005], "unit": ["% m/m", "g/L", "% m/m"]}
    ).with_columns(pl.col("arrived_on").str.to_date()).write_parquet(tmp_path / "list.parquet")  # fmt: skip
    source = open_source(tmp_path / "list.parquet")
    raw = read(source)
    assert raw.frame["arrived_on"].dtype == pl.Date
    records = prepare(
        raw.frame, options=PrepareOptions(subject="fuel", habits=source.habits), words=BOOK
    ).records
    assert records.select("record_id", "sulphur_mg_kg_hi", "lead_g_l_hi").rows() == [
        ("1", 9.0, 0.00001),
        ("2", 50.0, None),
    ]


# ---------------------------------------------------------------- the wide form


def wide(folder: Path, heading: str, *rows: str, layout: str | None = None) -> tuple[Source, RawRange]:
    source = opened(folder, text_of(rows, heading), layout)
    return source, read(source)


def test_headings_with_units_and_methods_beside(tmp_path: Path) -> None:
    source, raw = wide(
        tmp_path,
        "N° certificat;Produit;Pays de destination;Soufre (% m/m);Méthode;Masse volumique @15°C, g/cm³;Méthode;"
        "Plomb;Unité;Méthode;Soufre maxi",
        "W-1;Gasoil;Kenya;0,0009;ISO 20846;0,8312;ISO 12185;5;mg/L;EN 237;10",
        "W-2;Gasoil;Kenya;9,1 mg/kg;;831,2 kg/m³;;0,005 g/L;mg/L;;10",
    )
    assert rows_of(raw) == [
        {"record_id": "W-1", "product": "Gasoil", "importer": "Kenya", "line": 2, "sulphur_mg_kg": "0,0009 % m/m",
         "sulphur_method": "ISO 20846", "density_15c": "0,8312 g/cm3", "density_method": "ISO 12185", "lead_g_l": "5 mg/l",
         "lead_method": "EN 237"},
        {"record_id": "W-2", "product": "Gasoil", "importer": "Kenya", "line": 3, "sulphur_mg_kg": "9,1 mg/kg",
         "density_15c": "831,2 kg/m3", "lead_g_l": "0,005 g/L"},
    ]  # fmt: skip
    assert source.unmatched == ["Soufre maxi"]


def test_a_heading_that_names_its_method(tmp_path: Path) -> None:
    source, raw = wide(tmp_path, 'Product,Importing country,"Sulfur, ASTM D5453, wt ppm"', "diesel,KE,9")
    assert rows_of(raw, "sulphur_mg_kg", "sulphur_method") == [
        {"sulphur_mg_kg": "9", "sulphur_method": "ASTM D5453"}
    ]
    assert source.constants == {"sulphur_method": "ASTM D5453"}


def test_a_heading_without_a_unit_leaves_small_numbers_open(tmp_path: Path) -> None:
    _, raw = wide(tmp_path, "Product,Importing country,Teneur en soufre", "diesel,KE,0.005", "diesel,KE,12")
    assert raw.frame["sulphur_mg_kg"].to_list() == ["0.005 unit not told", "12"]
    # the record's own column tells its unit
    _, raw = wide(tmp_path, "product,importer,sulphur_mg_kg", "diesel,KE,0.005")
    assert raw.frame["sulphur_mg_kg"].to_list() == ["0.005"]


def test_a_unit_that_a_property_cannot_have_is_a_question(tmp_path: Path) -> None:
    with pytest.raises(
        LayoutUnsure, match=r"sulphur_mg_kg: `Sulphur \(°C\)`: °c is no unit of sulphur_mg_kg \(mg/kg\)"
    ):
        wide(tmp_path, "Product,Importing country,Sulphur (°C)", "diesel,KE,9")
    with pytest.raises(LayoutUnsure, match="mg/MJ"):
        wide(tmp_path, "Product,Importing country,Sulphur (mg/MJ)", "diesel,KE,9")
    _, raw = wide(tmp_path, "Product,Importing country,Sulphur (°C)", "diesel,KE,9", layout="auto")
    aside = prepare(raw.frame, options=PrepareOptions(subject="fuel"), words=BOOK).set_aside
    assert aside["reason"].to_list() == ["what stands beside the number is no unit of this column"]


def test_numbers_by_type_are_converted_at_once(tmp_path: Path) -> None:
    pl.DataFrame(
        {"Product": ["diesel"], "Importing country": ["KE"], "Sulphur (% m/m)": [0.0029]}
    ).write_parquet(tmp_path / "list.parquet")
    assert read(open_source(tmp_path / "list.parquet")).frame["sulphur_mg_kg"].to_list() == [29.0]


#: Cells of results -> the text that the reader of numbers gets (None: nothing is told), and with the unit of the heading.
CELLS = [
    ("<1", "<1", "<1 % m/m"), ("< 0,001 %", "< 0,001 %", "< 0,001 %"), ("4.2 mg/kg", "4.2 mg/kg", "4.2 mg/kg"),
    ("4,2 PPM m/m", "4,2 ppm", "4,2 ppm"), ("64 °C", "64 °C", "64 °C"), ("0.005% wt", "0.005 % m/m", "0.005 % m/m"),
    ("835 kg/m³", "835 kg/m3", "835 kg/m3"),
    ("N/D", None, None), ("n.d.", None, None), ("ND", None, None), ("traces", None, None), ("Non détecté", None, None),
    ("<LOQ", None, None), ("-", None, None), ("10,2", "10,2", "10,2 % m/m"), ("1.200", "1.200", "1.200 % m/m"),
    ("12*", "12", "12 % m/m"), ("12 (1)", "12", "12 % m/m"), ("12¹", "12", "12 % m/m"), ("8.3 (a)", "8.3", "8.3 % m/m"),
    ("9 mg/kg (2)", "9 mg/kg", "9 mg/kg"), ("5e-5", "5e-5", "5e-5 % m/m"), ("-5", "-5", "-5 % m/m"),
    ("12 or less", "12 or less", "12 or less"), ("10-12", "10-12", "10-12 % m/m"), ("62 ± 3", "62 ± 3", "62 ± 3 % m/m"),
    ("0.04..0.05 % mass", "0.04..0.05 % m/m", "0.04..0.05 % m/m"),
    ("voir rapport", "voir rapport", "voir rapport"),
    ("1 200,5", "1 200,5", "1 200,5 % m/m"),
]  # fmt: skip


def test_cells_of_results() -> None:
    cells = pl.Series([cell for cell, _, _ in CELLS])
    cleaned = laboratory.clean_results(cells)
    assert list(zip(cells, cleaned, laboratory.with_unit(cleaned, "% m/m"), strict=True)) == CELLS


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=5))
def test_cleaning_never_fails_and_keeps_every_cell(cells: list[str]) -> None:
    cleaned = laboratory.clean_results(pl.Series(cells, dtype=pl.String))
    assert len(cleaned) == len(cells)
    assert len(laboratory.with_unit(cleaned, "% m/m")) == len(cells)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_may_stand_where_a_name_or_unit_does(text: str) -> None:
    laboratory.read_name(text)
    laboratory.read_heading(text)
    laboratory.unit_of(text)
    laboratory.is_ending(text)
