"""Certificates as laboratories send them, dirt and all: what becomes of every row stands beside it.

Rows marked METHOD depend on the range of the method that is named, the others on nothing but the cell.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from tests.endtoend.running import Told, table, vehiclecheck
from tests.endtoend.test_runs import Breaking
from vehiclecheck.records.sources import open_source


@dataclass(frozen=True)
class Read:
    """The result is judged with these bounds."""

    low: float | None
    high: float | None


@dataclass(frozen=True)
class Aside:
    """The row is set aside with these words."""

    field: str
    value: str
    reason: str


#: The row is read, and says nothing of the property.
NOT_TOLD = Read(None, None)
NO_COUNTRY = "no country is known by this name or code"
NO_DAY = "no such day in the calendar"
DIFFER = "the rows of its certificate differ: France, Espagne"
UNKNOWN = "no property of a fuel record is known by this name"
EITHER = "may mean cetane_number or cetane_index"
TOO_DENSE = "outside 400 to 1,200 kg/m3"
WRONG_METHOD = "ISO 20846 measures sulphur_mg_kg, not fame_pct"
TWO_METHODS = "several results by different methods: EN 12916, ASTM D5186"
A_NOTE = "a signature or a note, not a record"


def row(
    certificate: str, told: str, *becomes: Any, country: str = "France", day: str = "17/02/2026"
) -> tuple[tuple[str, ...], str, Read | Aside]:
    """Cells of a row of the long file, the property that it tells (if any), and what becomes of it."""
    return (certificate, "Gazole", country, day, *told.split(";")), *(
        becomes if len(becomes) > 1 else ("", becomes[0])
    )


LONG_HEADING = (
    "N° certificat;Produit;Pays de destination;Date d'arrivée;"
    "Paramètre;Résultat;Unité;Méthode d'essai;Spécification"
)
#: Cells, property, what becomes of it.
LONG = [
    # below what can be told
    row("L-01", "Teneur en soufre;<1;mg/kg;", "sulphur_mg_kg", Read(0, 1), day="05/02/2026"),
    row("L-02", "Soufre total;< 0,001 %;;", "sulphur_mg_kg", Read(0, 10)),
    row("L-03", "S;<0,0002;% (m/m);ISO 20846", "sulphur_mg_kg", Read(0, 3)),  # METHOD
    # not told
    row("L-01", "EMAG;n.d.;% v/v;EN 14078", "fame_pct", NOT_TOLD, day="05/02/2026"),
    row("L-01", "HAP;N/D;% m/m;", "pah_pct", NOT_TOLD, day="05/02/2026"),
    row("L-01", "Teneur en eau;traces;mg/kg;", "water_mg_kg", NOT_TOLD, day="05/02/2026"),
    row("L-01", "Contamination totale;nil;mg/kg;", "contamination_mg_kg", NOT_TOLD, day="05/02/2026"),
    row("L-01", "Teneur en cendres;ND;% m/m;", "ash_pct", NOT_TOLD, day="05/02/2026"),
    row("L-01", "Indice de cétane mesuré;;-;", "cetane_number", NOT_TOLD, day="05/02/2026"),
    # units, decimal commas, footnotes
    row("L-02", "Masse volumique à 15 °C;0,8312;g/cm³;ISO 12185", "density_15c", Read(831.2, 831.2)),
    row("L-02", "Point d'éclair;64*;°C;", "flash_point_c", Read(64, 64)),
    row("L-02", "EMAG;6,8 (1);% vol;", "fame_pct", Read(6.8, 6.8)),
    row("L-02", "Teneur en cendres;0,001²;% m/m;", "ash_pct", Read(0.001, 0.001)),
    row("L-02", "Indice de cétane mesuré;52,4;-;", "cetane_number", Read(52.4, 52.4)),
    row("L-04", "Teneur en soufre;4.2 mg/kg;mg/kg;", "sulphur_mg_kg", Read(4.2, 4.2)),
    row("L-05", "Teneur en soufre;10,2;ppm;", "sulphur_mg_kg", Read(10.2, 10.2)),
    # this file writes both 10,2 and 4.2, so nothing tells what a point before three digits is
    row("L-06", "Teneur en soufre;1.200;mg/kg;", "sulphur_mg_kg", Read(1.2, 1200)),
    # several results of one method, not adjacent
    row("L-07", "Teneur en soufre;9,1;mg/kg;ISO 20884", "sulphur_mg_kg", Read(9.4, 9.4)),
    row("L-03", "Viscosité à 40 °C;2,75;mm²/s;", "viscosity_40c", Read(2.75, 2.75)),
    row("L-07", "Teneur en soufre;9,7;mg/kg;EN ISO 20884:2019", "sulphur_mg_kg", Read(9.4, 9.4)),
    # rows that leave while the rest of their certificate is judged
    row("L-03", "Masse volumique à 15 °C;8,400;kg/m3;", Aside("density_15c", "8,400", TOO_DENSE)),
    row("L-03", "TLF;-12;°C;EN 116", Aside("property", "TLF", UNKNOWN)),
    row("L-03", "Indice de cétane;51;;", Aside("property", "Indice de cétane", EITHER)),
    row("L-03", "Teneur en eau;30;°C;", Aside("unit", "°C", "is no unit of water_mg_kg (mg/kg)")),
    row("L-03", "EMAG;6;% v/v;ISO 20846", Aside("fame_method", "ISO 20846", WRONG_METHOD)),
    row("L-03", "HAP;voir rapport;% m/m;", Aside("pah_pct", "voir rapport", "no number can be read")),
    row("L-08", "HAP;4;% m/m;EN 12916", Aside("pah_pct", "4", TWO_METHODS)),
    row("L-08", "HAP;9;% m/m;ASTM D5186", Aside("pah_pct", "9", TWO_METHODS)),
    row("L-08", "Teneur en soufre;8;mg/kg;", "sulphur_mg_kg", Read(8, 8)),
    row("", "Teneur en soufre;8;mg/kg;", Aside("certificate", "", "no certificate is named")),
    # certificates of which nothing can be judged
    row("L-09", "Teneur en soufre;8;mg/kg;", Aside("importer", "Wakanda", NO_COUNTRY), country="Wakanda"),
    row("L-09", "EMAG;6;% v/v;", Aside("importer", "Wakanda", NO_COUNTRY), country="Wakanda"),
    row("L-10", "Teneur en soufre;8;;", Aside("arrived_on", "31/02/2026", NO_DAY), day="31/02/2026"),
    row("L-11", "Teneur en soufre;8;mg/kg;", Aside("importer", "France", DIFFER)),
    row("L-11", "EMAG;6;% v/v;", Aside("importer", "Espagne", DIFFER), country="Espagne"),
]
#: Furniture below the rows of LONG.
LONG_ENDS = [
    (LONG_HEADING, Aside("", "N° certificat", "the header is repeated here")),
    ("(1) moyenne de deux essais;;;;;;;;", Aside("", "(1) moyenne de deux essais", A_NOTE)),
    ("Le chef de laboratoire : A. Diop;;;;;;;Dakar;", Aside("", "Le chef de laboratoire : A. Diop", A_NOTE)),
]
#: What the sulphur of LONG comes to by EN 590 (at most 10 mg/kg): passes where it is not named.
LONG_SULPHUR = {"L-05": "fail", "L-06": "unknown"}


@dataclass(frozen=True)
class Run:
    """A run over a dirty file: what was said, and its tables."""

    told: Told
    folder: Path

    def aside(self) -> dict[int, tuple[str, str, str]]:
        rows = table(self.folder, "set_aside").select("line", "field", "value", "reason").rows()
        return {int(line): (field, value.lstrip("'"), reason) for line, field, value, reason in rows}

    def bounds(self) -> dict[tuple[str, str], tuple[float | None, float | None]]:
        """Record and property -> bounds that were judged."""
        rows = (
            table(self.folder, "findings")
            .select("record_id", "observed", "observed_low", "observed_high")
            .rows()
        )
        number = lambda text: float(text) if text else None  # noqa: E731
        return {(record, name): (number(low), number(high)) for record, name, low, high in rows}

    def verdicts(self) -> dict[str, str]:
        """Record -> verdict by the standard EN 590."""
        return dict(table(self.folder, "verdicts").select("record_id", "standard_verdict").rows())


def screened(path: Path, folder: Path, *more: object) -> Run:
    told = vehiclecheck("screen", path, "--passes", "--standard", "EN590", "--out", folder, *more)
    assert told.code == 0, told
    return Run(told, folder)


def long_text() -> str:
    rows = [
        LONG_HEADING,
        *(";".join((*cells, "max")) for cells, _, _ in LONG),
        *(row for row, _ in LONG_ENDS),
    ]
    return "\n".join(["LABORATOIRE CENTRAL DES HYDROCARBURES;;;;;;;;", *rows]) + "\n"


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("long")
    (folder / "certificats.csv").write_text(long_text(), encoding="cp1252", errors="replace")
    return screened(folder / "certificats.csv", folder / "out")


def expected_aside(rows: list[Any], first: int) -> dict[int, tuple[str, str, str]]:
    becomes = [row[-1] for row in rows]
    return {
        line: (one.field, one.value, one.reason)
        for line, one in enumerate(becomes, start=first)
        if isinstance(one, Aside)
    }


def test_long_every_row_is_accounted_for(long: Run) -> None:
    expected = expected_aside([*LONG, *LONG_ENDS], first=3)
    assert long.aside() == expected
    rows = len(LONG) + len(LONG_ENDS)
    records = {cells[0] for cells, name, _ in LONG if name}
    judged = rows - len(expected)
    assert (
        f"{rows} rows in = {judged} judged + {len(expected)} set aside; {len(records)} consignments judged, 2 set aside."
        in long.told.words
    )
    assert set(long.verdicts()) == records


def test_long_results_are_judged_with_their_bounds(long: Run) -> None:
    bounds = long.bounds()
    read = {(cells[0], name): (one.low, one.high) for cells, name, one in LONG if isinstance(one, Read)}
    assert {key: bounds[key] for key in read} == read


def test_long_verdicts(long: Run) -> None:
    of_standard = table(long.folder, "findings").filter(pl.col("provision") == "EN590.fuel.sulphur.diesel")
    outcomes = dict(of_standard.select("record_id", "outcome").rows())
    records = {cells[0] for cells, name, _ in LONG if name == "sulphur_mg_kg"}
    assert outcomes == {record: LONG_SULPHUR.get(record, "pass") for record in records}
    assert [record for record, verdict in long.verdicts().items() if verdict == "refused"] == ["L-05"]


def test_long_the_way_it_was_read_is_shown(long: Run) -> None:
    assert "layout certificates-long" in long.told.words
    assert "Paramètre → property; Résultat → result" in long.told.words
    assert "Teneur en soufre → sulphur_mg_kg" in long.told.words
    assert "not used: Spécification" in long.told.words


def test_long_in_ranges_and_resumed_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "certificats.csv"
    path.write_text(long_text(), encoding="utf-8")
    arguments = ("screen", path, "--standard", "EN590", "--out", tmp_path / "cut", "--range-rows", "3")
    parts = open_source(path).ranges(3)
    with Breaking(monkeypatch, at=parts[len(parts) // 2].first, error=KeyboardInterrupt()) as first:
        assert vehiclecheck(*arguments).code == 130
    with Breaking(monkeypatch, at=-1, error=KeyboardInterrupt()) as second:
        assert vehiclecheck(*arguments, "--resume").code == 0
    assert sorted({*first.judged, *second.judged}) == [part.first for part in parts]
    told = vehiclecheck("screen", path, "--standard", "EN590", "--out", tmp_path / "whole")
    assert told.code == 0
    for name in ("verdicts", "findings", "set_aside"):
        assert table(tmp_path / "cut", name).equals(table(tmp_path / "whole", name)), name


def test_long_as_a_workbook_shows_every_row_with_the_lane_of_its_certificate(tmp_path: Path) -> None:
    path = tmp_path / "certificats.csv"
    path.write_text(long_text(), encoding="utf-8")
    told = vehiclecheck("screen", path, "--out", tmp_path / "out", "--format", "xlsx")
    assert told.code == 0, told
    first, *rows = (
        openpyxl.load_workbook(tmp_path / "out" / "shipment.xlsx").worksheets[0].iter_rows(values_only=True)
    )
    shown = [dict(zip(first, row, strict=True)) for row in rows]
    assert len(shown) == len(LONG) + len(LONG_ENDS)
    lanes = [
        (row["N° certificat"], row["lane"])
        for row in shown
        if row["verdict"] not in ("set aside", "not a vehicle")
    ]
    # every row that went into a record has its lane, wherever it stands
    assert lanes == [
        (cells[0], "green" if cells[0] == "L-02" else "yellow") for cells, name, _ in LONG if name
    ]
    assert {row["verdict"] for row in shown if row["N° certificat"] == "L-11"} == {"set aside"}


def test_long_and_wide_files_in_one_run(tmp_path: Path, wide: Run) -> None:
    path = tmp_path / "certificats.csv"
    path.write_text(long_text(), encoding="utf-8")
    shutil.copy(wide.folder.parent / "certificados.xlsx", tmp_path / "certificados.xlsx")
    told = vehiclecheck("screen", path, tmp_path / "certificados.xlsx", "--out", tmp_path / "out")
    assert told.code == 0, told
    rows = len(LONG) + len(LONG_ENDS) + len(WIDE) + len(WIDE_ENDS)
    assert f"{rows} rows in = " in told.words


# ---------------------------------------------------------------- a column a property

WIDE_HEADING = (
    "N° de certificado;Producto;País de destino;Fecha de llegada;Azufre (% m/m);Método;Densidad a 15 °C, kg/m3;"
    "Punto de inflamación (°C);FAME % v/v;Índice de cetano;Azufre máx."
)
GASOIL = "Gasóleo;España;17/02/2026"
#: cells -> bounds of properties, or what becomes of the row: one cell that cannot be read takes the whole of it.
WIDE: list[tuple[str, dict[str, Read] | Aside]] = [
    (
        "W-01;Gasóleo;España;05/02/2026;0,0009;ISO 20846;831,2;64;6,8;51,5;10",
        {"sulphur_mg_kg": Read(9, 9), "density_15c": Read(831.2, 831.2), "cetane_index": Read(51.5, 51.5)},
    ),
    (
        f"W-02;{GASOIL};< 0,001 %;;835,0*;N/D;n.d.;traces;10",
        {
            "sulphur_mg_kg": Read(0, 10),
            "density_15c": Read(835, 835),
            "flash_point_c": NOT_TOLD,
            "fame_pct": NOT_TOLD,
        },
    ),
    (
        f"W-03;{GASOIL};4,2 mg/kg;;0,8312 g/cm³;64 (1);<0,1;;10",
        {"sulphur_mg_kg": Read(4.2, 4.2), "density_15c": Read(831.2, 831.2), "fame_pct": Read(0, 0.1)},
    ),
    # everything else in this column is written with a comma
    (f"W-04;{GASOIL};1.200 mg/kg;;;;;;10", {"sulphur_mg_kg": Read(1200, 1200)}),
    (f"W-05;{GASOIL};<0,0001;ISO 20846;;;;;10", {"sulphur_mg_kg": Read(0, 3)}),  # METHOD
    (f"W-06;{GASOIL};;;8,400;;;;10", Aside("density_15c", "8,400", TOO_DENSE)),
    (
        f"W-07;{GASOIL};0,0009;ISO 12185;;;;;10",
        Aside("sulphur_method", "ISO 12185", "ISO 12185 measures density_15c, not sulphur_mg_kg"),
    ),
    (
        f"W-08;{GASOIL};64 °C;;;;;;10",
        Aside("sulphur_mg_kg", "64 °C", "what stands beside the number is no unit of this column"),
    ),
    ("W-09;Gasóleo;Wakanda;17/02/2026;0,0009;;;;;;10", Aside("importer", "Wakanda", NO_COUNTRY)),
    (f"W-10;{GASOIL};conforme;;;;;;10", Aside("sulphur_mg_kg", "conforme", "no number can be read")),
]
WIDE_ENDS = [
    (WIDE_HEADING, Aside("", "N° de certificado", "the header is repeated here")),
    ("Total", Aside("", "total", "a row of totals, not a record")),
    ("Firma: J. Pérez, jefe de laboratorio", Aside("", "Firma: J. Pérez, jefe de laboratorio", A_NOTE)),
]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("wide")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["LABORATORIO DE COMBUSTIBLES"])
    sheet.merge_cells("A1:K1")
    sheet.append(["Certificados de febrero de 2026"])
    sheet.merge_cells("A2:K2")
    sheet.append([])
    sheet.append(WIDE_HEADING.split(";"))
    for cells, _ in (*WIDE, *WIDE_ENDS):
        sheet.append([cell or None for cell in cells.split(";")])
    book.save(folder / "certificados.xlsx")
    return screened(folder / "certificados.xlsx", folder / "out")


def test_wide_every_row_is_accounted_for(wide: Run) -> None:
    expected = expected_aside([*WIDE, *WIDE_ENDS], first=5)
    assert wide.aside() == expected
    rows = len(WIDE) + len(WIDE_ENDS)
    assert f"{rows} rows in = {rows - len(expected)} judged + {len(expected)} set aside" in wide.told.words


def test_wide_results_are_judged_with_their_bounds(wide: Run) -> None:
    bounds = wide.bounds()
    read = {
        (cells[:4], name): (one.low, one.high)
        for cells, told in WIDE
        if isinstance(told, dict)
        for name, one in told.items()
    }
    assert {key: bounds[key] for key in read} == read


def test_wide_units_and_methods_are_found(wide: Run) -> None:
    assert "Azufre (% m/m) → sulphur_mg_kg" in wide.told.words
    assert "Método → sulphur_method" in wide.told.words
    assert "not used: Azufre máx." in wide.told.words
    assert wide.verdicts()["W-04"] == "refused"
