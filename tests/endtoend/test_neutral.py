"""Text from strangers stays text: in a spreadsheet no formula, in a terminal no command, nowhere markup."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from tests.endtoend.running import vehiclecheck

HOSTILE = ("=cmd|'/C calc'!A0", "+1+2", "-1", "@SUM(A1:A9)", "\t=1+1", " =1+1", '=HYPERLINK("http://x.test")')
STARTS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def shipment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hostile record identifiers, names, VINs, a hostile file name; the same in rows that are set aside."""
    path = tmp_path_factory.mktemp("hostile") / "=list <b>.csv"
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["record_id", "make", "vin", "first_registered", "arrived_on", "importer", "=oops"])
    for number, word in enumerate(HOSTILE):
        rows.writerow([word, f"<script>{number}</script>", word, "2019-05", "2026-02", "KE", word])
        rows.writerow([f"clean-{number}", word, "", word, "2026-02", "KE", ""])
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def test_csv(shipment: Path, tmp_path: Path) -> None:
    told = vehiclecheck("screen", shipment, "--out", tmp_path)
    assert told.code == 0, told
    assert f"{2 * len(HOSTILE)} rows in = " in told.words
    for path in tmp_path.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not cell.strip(" ").startswith(STARTS), (path.name, cell)
    with (tmp_path / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        records = [row["record_id"] for row in csv.DictReader(file)]
    assert "'=cmd|'/C calc'!A0" in records
    with (tmp_path / "set_aside.csv").open(encoding="utf-8", newline="") as file:
        values = [row["value"] for row in csv.DictReader(file)]
    assert "'@SUM(A1:A9)" in values


def test_workbooks(shipment: Path, tmp_path: Path) -> None:
    assert vehiclecheck("screen", shipment, "--out", tmp_path, "--format", "xlsx").code == 0
    seen = set()
    for path in tmp_path.glob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", (path.name, cell.coordinate)
                    assert cell.hyperlink is None
                    if isinstance(cell.value, str):
                        assert not cell.value.strip(" ").startswith(STARTS), (path.name, cell.coordinate)
                        seen.add(cell.value)
    assert "'=cmd|'/C calc'!A0" in seen
    assert "'=oops" in seen  # a title of the shipment
    assert "<script>0</script>" in seen


def test_negative_numbers_of_our_own_stay_numbers(tmp_path: Path) -> None:
    """Only text is guarded: a vehicle that arrived before it was registered has a negative age, a number."""
    (tmp_path / "list.csv").write_text(
        "record_id,importer,first_registered,arrived_on,steering\n1,KE,2030,2026-02,right\n", encoding="utf-8"
    )
    vehiclecheck("screen", tmp_path / "list.csv", "--out", tmp_path / "out", "--passes")
    with (tmp_path / "out" / "findings.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["provision"] == "KE.age.used"]
    assert [row["observed_low"] for row in rows] == ["-4.0"]


def test_terminals(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "record_id,importer,first_registered,arrived_on\n\x1b[2Jbad,KE,2010,2026-02\n"
        "ok,KE,\x1b]0;owned\x07,2026-02\n\u202eevil,KE,2010,2026-02\n",
        encoding="utf-8",
    )
    told = vehiclecheck("screen", tmp_path / "list.csv")
    assert told.code == 0, told
    assert "3 rows in" in told.words
    for letter in "\x1b\x07\u202e":
        assert letter not in told.out
