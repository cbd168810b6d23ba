"""A forwarder's list as it comes: French, titled, totalled, dirty; and the list given back with verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from tests.endtoend import make_workbook
from tests.endtoend.running import SAMPLES, Told, vehiclecheck

LIST = SAMPLES / "liste-dakar.xlsx"
LINES = make_workbook.lines()

#: Dirt that must be set aside: vehicle, field, value, reason.
SET_ASIDE = {
    "impossible date": (7, "first_registered", "31/02/2019", "no such day in the calendar"),
    "year of two digits": (19, "first_registered", "12/05/19", "the year has two digits"),
    "unknown country": (28, "exporter", "Wakanda", "no country is known by this name or code"),
    "negative odometer": (33, "odometer_km", "-45000", "outside 0 to 5,000,000 km"),
    "quantity of nothing": (42, "quantity", "0", "outside 1 to 1,000,000,000 units"),
    "text in a number field": (58, "engine_cc", "voir carte grise", "no number can be read"),
    "a sum in place of a date": (83, "first_registered", "+1/+1/2019", "no date can be read"),
    "two columns mixed up": (115, "propulsion", "gauche", "no propulsion is known by this word (and 1 more)"),
    "error value of a formula": (128, "arrived_on", "#REF!", "no date can be read"),
    "year of the Middle Ages": (170, "manufactured", "1019", "the year 1019 is outside 1886 to 2100"),
    "half a vehicle": (184, "quantity", "2.5", "no whole number"),
}
#: Lines that are no vehicles at all.
FURNITURE = {
    LINES[make_workbook.HEADER_AGAIN_BEFORE] - 1: "the header is repeated here",
    LINES[make_workbook.VEHICLES] + 1: "a row of totals, not a record",
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Path]:
    folder = tmp_path_factory.mktemp("dakar") / "out"
    told = vehiclecheck("screen", LIST, "--to", "SN", "--out", folder, "--format", "xlsx")
    assert told.code == 0, told
    return told, folder


def sheet(path: Path, name: str | None = None) -> list[dict[str, Any]]:
    """The rows of a sheet by its titles (of two columns with one title the last counts)."""
    book = openpyxl.load_workbook(path)
    first, *rows = (book[name] if name else book.worksheets[0]).iter_rows(values_only=True)
    return [dict(zip(map(str, first), row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def verdicts(judged: tuple[Told, Path]) -> Mapping[int, dict[str, Any]]:
    return {row["line"]: row for row in sheet(judged[1] / "verdicts.xlsx")}


@pytest.fixture(scope="module")
def quality(judged: tuple[Told, Path]) -> list[tuple[int, str]]:
    return [(row["line"], row["check"]) for row in sheet(judged[1] / "quality.xlsx")]


def test_the_workbook_is_the_one_that_the_script_makes(tmp_path: Path) -> None:
    make_workbook.write(tmp_path / "made.xlsx")

    def cells(path: Path) -> list[tuple[Any, ...]]:
        return list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))

    assert cells(tmp_path / "made.xlsx") == cells(LIST)


def test_rows_add_up(judged: tuple[Told, Path], verdicts: Mapping[int, dict[str, Any]]) -> None:
    aside = sheet(judged[1] / "set_aside.xlsx")
    assert "202 rows in = 189 judged + 13 set aside" in judged[0].words
    assert len(verdicts) == 189
    assert len(aside) == len(SET_ASIDE) + len(FURNITURE) == 13
    assert not set(verdicts) & {row["line"] for row in aside}
    assert set(verdicts) | {row["line"] for row in aside} == set(LINES.values()) | set(FURNITURE)


@pytest.mark.parametrize("kind", SET_ASIDE)
def test_dirt_that_is_set_aside(judged: tuple[Told, Path], kind: str) -> None:
    number, field, value, reason = SET_ASIDE[kind]
    (row,) = [row for row in sheet(judged[1] / "set_aside.xlsx") if row["line"] == LINES[number]]
    assert row["field"] == field
    assert str(row["value"]).lstrip("'") == value
    assert row["reason"] == reason


def test_headers_and_totals_among_the_rows(judged: tuple[Told, Path]) -> None:
    told = {
        row["line"]: row["reason"] for row in sheet(judged[1] / "set_aside.xlsx") if row["line"] in FURNITURE
    }
    assert told == FURNITURE


def test_titles_and_blank_lines_count_as_nothing(verdicts: Mapping[int, dict[str, Any]]) -> None:
    assert min(verdicts) == make_workbook.HEADER_LINE + 1
    assert not {LINES[51] - 1, LINES[51] + 1, LINES[121] - 1} & set(verdicts)


@pytest.mark.parametrize(
    ("number", "verdict", "reason"),
    [
        (64, None, None),  # 123 456,0 km and 4 250,50 USD are numbers as the French write them
        (71, None, None),  # a formula is not run: its stored value 2018 is read
        (121, None, None),  # #N/A says that nothing is told
        (134, None, None),  # 12 mai 2019
        (140, "undetermined", "SN.age.light"),  # neither year is told
        (147, None, None),  # markup in a name
        (151, None, None),  # 3,5 t and 3 places
        (163, "undetermined", "SN.steering.left"),
        (190, "refused", "SN.ban.mopeds"),
    ],
)
def test_what_is_judged(
    verdicts: Mapping[int, dict[str, Any]], number: int, verdict: str | None, reason: str | None
) -> None:
    row = verdicts[LINES[number]]
    if verdict is None:
        assert row["verdict"] in ("admitted", "conditional")
    else:
        assert row["verdict"] == verdict
        assert reason in row["reasons"].split(";")


def test_a_vehicle_twice_and_a_vin_with_the_letter_o(quality: list[tuple[int, str]]) -> None:
    assert (LINES[96], "vehicle_repeated") in quality
    assert (LINES[109], "vin_letters") in quality


def test_ages_are_counted_by_the_law_of_the_day(verdicts: Mapping[int, dict[str, Any]]) -> None:
    """Since 24 October 2025 cars and vans may be 10 calendar years old; the list arrives in March 2026."""
    clean = [(number, cells) for number, cells in make_workbook.rows() if number not in make_workbook.DIRT]
    made, category = (
        make_workbook.COLUMN[name] for name in ("Année de fabrication", "Catégorie du véhicule")
    )
    light = {number: cells[made] for number, cells in clean if cells[category] in ("M1", "N1")}
    refused = {number for number in light if verdicts[LINES[number]]["verdict"] == "refused"}
    assert refused == {number for number, year in light.items() if year < 2016}


@pytest.fixture(scope="module")
def book(judged: tuple[Told, Path]) -> Any:
    return openpyxl.load_workbook(judged[1] / "shipment.xlsx")


@pytest.fixture(scope="module")
def rows(judged: tuple[Told, Path]) -> list[dict[str, Any]]:
    return sheet(judged[1] / "shipment.xlsx")


class TestTheShipmentGivenBack:
    """shipment.xlsx: the list as it was, with a verdict before each row."""

    def test_sheets_and_titles(self, book: Any) -> None:
        assert book.sheetnames == ["shipment", "findings", "set aside"]
        titles = [cell.value for cell in book["shipment"][1]]
        assert titles == ["lane", "verdict", "why", "missing", *make_workbook.HEADINGS]

    def test_every_row_is_there_in_its_order(
        self, rows: list[dict[str, Any]], verdicts: Mapping[int, dict[str, Any]]
    ) -> None:
        assert len(rows) == 202
        by_line = sorted({*LINES.values(), *FURNITURE})
        for line, row in zip(by_line, rows, strict=True):
            expected = verdicts.get(line, {"verdict": "set aside", "lane": None})
            assert (row["verdict"], row["lane"]) == (expected["verdict"], expected["lane"])

    def test_cells_are_as_they_were_written(self, rows: list[dict[str, Any]]) -> None:
        by_line = dict(zip(sorted({*LINES.values(), *FURNITURE}), rows, strict=True))
        for number, cells in make_workbook.rows():
            row = by_line[LINES[number]]
            for heading, cell in zip(make_workbook.HEADINGS, cells, strict=True):
                value = cell.value if isinstance(cell, make_workbook.Formula) else cell
                shown = row[heading]
                assert (shown or "").lstrip("'") == (
                    "" if value is None or value == "#N/A" else str(value)
                ) or (value == "#N/A" and shown in (None, "#N/A"))

    def test_reasons_are_words(
        self, rows: list[dict[str, Any]], verdicts: Mapping[int, dict[str, Any]]
    ) -> None:
        for row in rows:
            if row["verdict"] in ("refused", "undetermined", "conditional"):
                assert row["why"]
            if row["verdict"] == "admitted":
                assert row["why"] is None
        by_reference = {row["Référence"]: row for row in rows}
        told = by_reference["DKR-163"]["why"]
        assert told.startswith("SN.steering.left: Senegal: ")
        assert "Source: " not in told
        assert "manufactured" in by_reference["DKR-140"]["missing"]
        assert by_reference["DKR-007"]["why"] == "first_registered 31/02/2019: no such day in the calendar"

    def test_colours_follow_the_lane(self, book: Any) -> None:
        fills: dict[Any, set[str]] = {}
        for row in book["shipment"].iter_rows(min_row=2):
            fills.setdefault(row[0].value, set()).add(row[10].fill.fgColor.rgb)
        assert {lane: len(colours) for lane, colours in fills.items()} == dict.fromkeys(fills, 1)
        assert fills["red"] == {"FFF8CBAD"}
        assert fills["green"] == {"FFE2EFDA"}
        assert fills[None] == {"00000000"}

    def test_nothing_in_it_is_a_formula(self, judged: tuple[Told, Path]) -> None:
        for path in sorted(judged[1].glob("*.xlsx")):
            for page in openpyxl.load_workbook(path):
                for row in page.iter_rows():
                    for cell in row:
                        assert cell.data_type != "f"
                        if isinstance(cell.value, str):
                            assert cell.value[:1] not in tuple("=+-@\t\r"), (path.name, cell.coordinate)

    def test_empty_cells_are_empty(self, judged: tuple[Told, Path]) -> None:
        for page in openpyxl.load_workbook(judged[1] / "shipment.xlsx"):
            assert not [
                cell.coordinate for row in page.iter_rows() for cell in row if cell.value in ("", "'")
            ]

    def test_findings_and_set_aside_are_whole(self, judged: tuple[Told, Path]) -> None:
        for name in ("findings", "set aside"):
            assert sheet(judged[1] / "shipment.xlsx", name) == sheet(
                judged[1] / f"{name.replace(' ', '_')}.xlsx"
            )


def test_ranges_change_nothing_in_the_shipment(judged: tuple[Told, Path], tmp_path: Path) -> None:
    told = vehiclecheck(
        "screen", LIST, "--to", "SN", "--out", tmp_path, "--format", "xlsx", "--range-rows", 110
    )
    assert told.code == 0
    assert sheet(tmp_path / "shipment.xlsx") == sheet(judged[1] / "shipment.xlsx")


def test_a_shipment_of_a_csv_file_with_broken_rows(tmp_path: Path) -> None:
    """A row with too many cells cannot be shown cell by cell, but it has its place and its reason."""
    (tmp_path / "list.csv").write_text(
        "vin,lane,first_registered,arrived_on\nA123456,x,2020-01-02,2026-02\n"
        "B123456,y,2020-01-02,2026-02,one,too many\nC123456,z,2015-01-02,2026-02\n",
        encoding="utf-8",
    )
    told = vehiclecheck(
        "screen",
        tmp_path / "list.csv",
        "--to",
        "KE",
        "--out",
        tmp_path / "out",
        "--format",
        "xlsx",
        "--layout",
        "auto",
    )
    assert told.code == 0, told
    book = openpyxl.load_workbook(tmp_path / "out" / "shipment.xlsx")
    rows = list(book["shipment"].iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows] == ["undetermined", "set aside", "refused"]
    assert rows[0][4:6] == ("A123456", "x")
    assert rows[2][4:6] == ("C123456", "z")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((SAMPLES / "layouts" / "canonical.csv", SAMPLES / "shipment-mombasa.csv"), "several were screened"),
        (
            (SAMPLES / "shipment-mombasa.csv", "--to", "KE", "--to", "UG"),
            "several countries were asked about",
        ),
    ],
)
def test_where_there_is_no_shipment_it_says_why(
    tmp_path: Path, arguments: tuple[object, ...], reason: str
) -> None:
    told = vehiclecheck("screen", *arguments, "--out", tmp_path, "--format", "xlsx")
    assert told.code == 0
    assert "shipment.xlsx was not written: it shows one" in told.words
    assert reason in told.words
    assert not (tmp_path / "shipment.xlsx").exists()
    assert (tmp_path / "verdicts.xlsx").exists()


def test_a_shipment_of_more_rows_than_anybody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vehiclecheck.runs.annotating.MOST_ROWS", 10)
    told = vehiclecheck("screen", SAMPLES / "shipment-mombasa.csv", "--out", tmp_path, "--format", "xlsx")
    assert "shipment.xlsx was not written: the file has more than 10 rows" in told.words


def test_values_that_a_worksheet_cannot_hold(tmp_path: Path) -> None:
    """Parquet has numbers, days and moments that Excel has not: they come as text, none is lost."""
    import datetime as dt

    frame = pl.DataFrame(
        {
            "first_registered": [dt.date(2020, 3, 4), dt.date(2019, 3, 4), None],
            "arrived_on": ["2026-02-01"] * 3,
            "odd": [float("nan"), float("inf"), 1.5],
            "big": [2**60, 1, None],
            "old": [dt.date(1899, 1, 1), dt.date(1901, 1, 1), None],
            "moment": [dt.datetime(2026, 1, 2, 3, 4), None, None],
        }
    )
    frame.write_parquet(tmp_path / "list.parquet")
    told = vehiclecheck(
        "screen", tmp_path / "list.parquet", "--to", "KE", "--out", tmp_path / "out", "--format", "xlsx"
    )
    assert told.code == 0, told
    first, second, third = sheet(tmp_path / "out" / "shipment.xlsx")
    assert first["first_registered"] == dt.datetime(2020, 3, 4)
    assert (first["odd"], first["big"], first["old"]) == ("nan", str(2**60), "1899-01-01")
    assert first["moment"] == "2026-01-02 03:04:00"
    assert (second["odd"], second["big"], second["old"]) == ("inf", 1, dt.datetime(1901, 1, 1))
    assert (third["odd"], third["big"]) == (1.5, None)


def test_a_vehicle_twice_is_found_wherever_the_ranges_are_cut() -> None:
    between = 95  # vehicles 95 and 96 are one, and the cut lies between them
    told = vehiclecheck("screen", LIST, "--to", "SN", "--json", "--range-rows", between)
    assert (LINES[96], "vehicle_repeated") in [(row["line"], row["check"]) for row in told.json["quality"]]
