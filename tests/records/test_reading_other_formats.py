"""Parquet, workbooks, JSON; paths; hostile files."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from vehiclecheck.records import reading_json, reading_spool
from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.sources import expand, open_source


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    return path


def test_canonical_parquet_passes_with_its_types(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"vin": ["A", "B", "C"], "first_registered": [dt.date(2019, 1, 2)] * 3, "seats": [5, 7, None]}
    )
    frame.write_parquet(tmp_path / "list.parquet")
    source = open_source(tmp_path / "list.parquet")
    assert (source.layout, source.n_rows, source.format) == ("canonical", 3, "parquet")
    got = source.read(source.ranges(2)[1]).frame
    assert got.schema["first_registered"] == pl.Date
    assert got.select("vin", "line", "file").rows() == [("C", 4, 0)]


def test_parquet_with_bytes_for_text(tmp_path: Path) -> None:
    pl.DataFrame({"vin": [b"A", b"\xff"], "make": ["x", "y"]}).write_parquet(tmp_path / "list.parquet")
    raw = open_source(tmp_path / "list.parquet").read(open_source(tmp_path / "list.parquet").ranges(5)[0])
    assert raw.frame["vin"].to_list() == ["A"]
    assert raw.set_aside["line"].to_list() == [3]


def test_damaged_parquet(tmp_path: Path) -> None:
    (tmp_path / "list.parquet").write_bytes(b"PAR1" + b"\0" * 100)
    with pytest.raises(InputError, match="not a readable Parquet file"):
        open_source(tmp_path / "list.parquet")


def test_workbook_with_titles_total_and_other_sheets(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "list.xlsx",
        {
            "Notes": [["Compiled by the office"]],
            "May": [
                ["Imports of May"], [], ["VIN", "Marque", "1ère mise en circulation", "Kilométrage"],
                ["A1", "Toyota", dt.date(2019, 3, 4), 120000], [], ["A2", "Opel", "2018", 5.5],
                ["TOTAL", "", "", 120005.5],
            ],
        },
    )  # fmt: skip
    source = open_source(path)
    raw = source.read(source.ranges(10)[0])
    assert raw.frame.select("line", "vin", "first_registered", "odometer_km").rows() == [
        (4, "A1", "2019-03-04", "120000"),
        (6, "A2", "2018", "5.5"),
    ]
    assert raw.set_aside.select("line", "reason").rows() == [(7, "a row of totals, not a record")]
    assert source.notes == ["sheet May was read; not read: Notes"]
    assert source.blank_lines == 1


def test_error_cells_are_not_taken_for_absent(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 2, ["vin", "make", "seats"])
        sheet.write_row(2, 2, ["A1", "Toyota"])
        sheet.write_formula(2, 4, "=1/0", None, "#DIV/0!")
        sheet.write_row(3, 2, ["A2", "Opel", 5])
    source = open_source(path)
    assert source.read(source.ranges(5)[0]).frame["seats"].to_list() == ["#DIV/0!", "5"]


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_damaged_workbooks(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=r"damaged|not a readable"):
        open_source(tmp_path / "list.xlsx")


def test_zip_bomb_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (80 << 20))
    with pytest.raises(InputError, match="zip bomb"):
        open_source(path)


def test_zip_of_something_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "list.xlsx", "w") as archive:
        archive.writestr("list.csv", "vin\nA\n")
    with pytest.raises(InputError, match="unpack it first"):
        open_source(tmp_path / "list.xlsx")


@pytest.mark.parametrize("block", [4 << 20, 20])
def test_json_lines(tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_json, "BLOCK", block)
    lines = [
        '{"vin": "A1", "seats": 5}',
        "",
        '{"vin": "A2", "deregistered": true, "make": ""}',
        '{"vin":',
        "[1]",
        '{"vin": "A3"}',
    ]
    (tmp_path / "list.jsonl").write_text("\n".join(lines))
    source = open_source(tmp_path / "list.jsonl")
    raw = [source.read(part) for part in source.ranges(2)]
    frame = pl.concat([part.frame for part in raw])
    assert frame.select("line", "vin", "seats", "deregistered", "make").rows() == [
        (1, "A1", "5", None, None),
        (3, "A2", None, "true", None),
        (6, "A3", None, None, None),
    ]
    assert [line for part in raw for line in part.set_aside["line"]] == [4, 5]
    assert (source.n_rows, source.blank_lines, source.format) == (5, 1, "jsonl")


@pytest.mark.parametrize(
    "document",
    [
        [{"vin": "A1", "seats": 5}, {"vin": "A2", "seats": 7}],
        [["vin", "seats"], ["A1", 5], ["A2", 7]],
        {"count": 2, "data": [{"vin": "A1", "seats": 5}, {"vin": "A2", "seats": 7}]},
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_json_documents(tmp_path: Path, document: object, indent: int | None) -> None:
    if isinstance(document, dict) and indent is None:
        return  # one object on one line is a line of JSON Lines
    (tmp_path / "list.json").write_text(json.dumps(document, indent=indent))
    source = open_source(tmp_path / "list.json")
    assert source.read(source.ranges(5)[0]).frame.select("vin", "seats").rows() == [("A1", "5"), ("A2", "7")]


def test_broken_json_array_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text('[\n {"vin": "A"},\n {"vin": }\n]')
    with pytest.raises(InputError, match=r"list\.json: line 3: not valid JSON"):
        open_source(tmp_path / "list.json")


def test_expand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.csv", "a.csv", "odd[1].csv"):
        Path(name).write_text("vin\nA\n")
    assert [path.name for path in expand(["*.csv", "a.csv"])] == ["a.csv", "b.csv", "odd[1].csv"]
    assert [path.name for path in expand(["odd[1].csv"])] == ["odd[1].csv"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b"vin,make\nA1,Toyota\n")

        @staticmethod
        def isatty() -> bool:
            return False

    monkeypatch.setattr(reading_spool.sys, "stdin", Stdin)
    source = open_source(expand(["-"])[0])
    assert (source.name, source.n_rows) == ("-", 1)


@pytest.mark.parametrize(
    ("path", "message"),
    [("nothing.csv", "no such file"), ("*.nothing", "no file matches"), (".", "is a folder"),
    ("/dev/null", "not an ordinary file"),
     ("bad\x1b31m.csv", r"bad\\x1b31m\.csv: there is no such file")],
)  # fmt: skip
def test_paths_that_cannot_be_read(path: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        expand([path])


def test_names_are_shown_escaped() -> None:
    assert shown("a\x1b\u202eb") == "a\\x1b\\u202eb"
    assert shown(os.fsdecode(b"\xff.csv")) == "\\udcff.csv"
