"""CSV files as they really come: no row is lost, every broken one is named with its line."""

from __future__ import annotations

import csv
import gzip
import io
import pickle
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.records import reading_csv
from vehiclecheck.records.errors import InputError
from vehiclecheck.records.sources import RawRange, open_source

HEADER = "vin,make,importer,first_registered\n"


@pytest.fixture(params=[4 << 20, 64], ids=["one block", "tiny blocks"])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(reading_csv, "BLOCK", request.param)
    return int(request.param)


def written(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_all(path: Path, rows: int = 1000, **options: str) -> RawRange:
    source = open_source(path, **options)  # type: ignore[arg-type]
    parts = [source.read(part) for part in source.ranges(rows)]
    together = RawRange(
        pl.concat([part.frame for part in parts]),
        pl.concat([part.set_aside for part in parts]),
        pl.concat([part.not_vehicles for part in parts]),
    )
    assert together.rows_in == source.n_rows
    return together


def test_plain_file(tmp_path: Path, block: int) -> None:
    raw = read_all(written(tmp_path, HEADER + "A1,Toyota,KE,2019-01\n" * 20))
    assert raw.frame.height == 20
    assert raw.frame["line"].to_list() == list(range(2, 22))
    assert raw.frame.columns == ["importer", "make", "vin", "first_registered", "line", "file"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, newline: str) -> None:
    text = (HEADER + "A1,Toyota,KE,2019\nA2,Opel,UG,\n").replace(",", delimiter).replace("\n", newline)
    raw = read_all(written(tmp_path, text))
    assert raw.frame.select("vin", "first_registered", "line").rows() == [("A1", "2019", 2), ("A2", None, 3)]


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("utf-8", "Citroën"), ("utf-8-sig", "Citroën"), ("utf-16", "Citroën"), ("utf-16-le", "Citroën"),
        ("utf-32", "トヨタ"),
        ("cp1252", "Citroën Côte d'Ivoire"), ("latin-1", "Citroën Mégane"),
        ("cp1251", "Тойота Королла дизель"),
        ("cp932", "トヨタ カローラ ハイブリッド"), ("cp949", "현대 쏘나타 휘발유 자동차"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rows_before", [1, 3000])
def test_encodings_are_found(tmp_path: Path, encoding: str, word: str, rows_before: int) -> None:
    text = HEADER + "A1,Toyota,KE,2019\n" * rows_before + f"A2,{word},KE,2019\n" * 3
    raw = read_all(written(tmp_path, text.encode(encoding)), rows=10_000)
    assert raw.frame["make"].tail(1).item() == word
    assert raw.set_aside.is_empty()


def test_a_damaged_line_in_a_utf8_file_is_set_aside(tmp_path: Path, block: int) -> None:
    lines = [f"A{n},Citroën,KE,2019\n".encode() for n in range(30)]
    lines[10] = b"A10,Citro\xebn,KE,2019\n"
    raw = read_all(written(tmp_path, HEADER.encode() + b"".join(lines)))
    assert raw.set_aside.select("line", "reason").rows() == [
        (12, "the line holds bytes that cannot be decoded (damaged, or another encoding)")
    ]


def test_binary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="binary data"):
        open_source(written(tmp_path, bytes(range(256)) * 10))


def test_too_many_and_too_few_fields(tmp_path: Path, block: int) -> None:
    text = (
        HEADER
        + "A1,Toyota,KE,2019\nA2,Toyota,KE\nA3,Toyota,KE,2019,extra\nA4,Toyota,KE,2019,,\nA5,Opel,KE,2018\n"
    )
    raw = read_all(written(tmp_path, text))
    assert raw.frame["vin"].to_list() == ["A1", "A4", "A5"]  # empty surplus fields lose nothing
    assert raw.set_aside.select("line", "reason").rows() == [
        (3, "too few fields: 3 instead of 4"),
        (4, "too many fields: 5 instead of 4"),
    ]


def test_a_short_and_a_long_line_do_not_hide_each_other(tmp_path: Path) -> None:
    good = "A1,Toyota,KE,2019\n" * 100
    raw = read_all(
        written(
            tmp_path, HEADER + good + "A2,Toyota,KE\nA3,Toyota,KE,2019,\n" + good + "A4,x,y,z,w\nA5,x,y\n"
        )
    )
    assert raw.set_aside["line"].to_list() == [102, 204, 205]


def test_quoted_newlines_keep_the_line_numbers(tmp_path: Path, block: int) -> None:
    text = HEADER + 'A1,"To\nyo\n""ta""",KE,2019\nA2,Opel,KE,2018\n\n"A3","Opel, Astra","KE","2017"\n'
    raw = read_all(written(tmp_path, text))
    assert raw.frame.select("line", "make").rows() == [(2, 'To\nyo\n"ta"'), (5, "Opel"), (7, "Opel, Astra")]


def test_a_quote_that_never_closes_costs_one_line(tmp_path: Path, block: int) -> None:
    good = "A1,Toyota,KE,2019\n" * 500
    raw = read_all(written(tmp_path, HEADER + 'A0,"Toyota,KE,2019\n' + good))
    assert raw.frame.height == 500
    assert raw.set_aside.select("line", "reason").rows() == [(2, "a quote is opened and not closed")]


def test_inch_marks_inside_a_field_are_text(tmp_path: Path, block: int) -> None:
    raw = read_all(
        written(tmp_path, HEADER + 'A1,Wheel 5",KE,2019\nA2,Opel,KE,2018\nA3,5" and 6" x,KE,2017\n')
    )
    assert raw.frame["make"].to_list() == ['Wheel 5"', "Opel", '5" and 6" x']


def test_blank_lines_are_skipped_and_counted(tmp_path: Path, block: int) -> None:
    path = written(tmp_path, HEADER + "\nA1,Toyota,KE,2019\n  \n,,,\n\r\nA2,Opel,KE,2018\n,,,\n,,,\n")
    assert read_all(path).frame["line"].to_list() == [3, 7]
    assert open_source(path).blank_lines == 6


def test_repeated_header_and_total_row(tmp_path: Path, block: int) -> None:
    path = written(tmp_path, HEADER + "A1,Toyota,KE,2019\n" + HEADER + "A2,Opel,KE,2018\nTotal,,,\n")
    raw = read_all(path)
    assert raw.frame["vin"].to_list() == ["A1", "A2"]
    assert raw.set_aside.select("line", "reason").rows() == [
        (3, "the header is repeated here"),
        (5, "a row of totals, not a record"),
    ]


def test_a_header_below_titles(tmp_path: Path) -> None:
    path = written(
        tmp_path, "Customs office of Mombasa\nList of May;;;\n\nvin;make;importer;km\nA1;Toyota;KE;12\n"
    )
    assert read_all(path).frame.select("line", "odometer_km").rows() == [(5, "12")]


def test_sep_hint_of_excel(tmp_path: Path) -> None:
    assert read_all(written(tmp_path, "sep=;\nvin;make\nA1;Toyota\n")).frame["line"].to_list() == [3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n  \n", "is empty"),
        ("JTDBR32E720012345,Toyota,2019-01-02,1500\nA,Opel,2018-01-02,1400\n", "looks like data"),
        ("colour,shape,taste\nred,round,sweet\n", "no column name is known"),
        ("vin,make,vin\nA,Toyota,B\n", "stands there twice"),
        ("vin,make,importer\nchâssis,marque,destination\nA,B,C\n", "two rows in a row look like headers"),
        ("<html><table><tr><td>vin</td></tr></table></html>", "is an HTML page"),
        ("%PDF-1.7 ...", "is a PDF document"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        open_source(written(tmp_path, content))
    assert "list.csv" in str(caught.value)


def test_header_only(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, HEADER))
    assert source.n_rows == 0
    assert source.ranges(10) == []


def test_gzip(tmp_path: Path) -> None:
    packed = gzip.compress((HEADER + "A1,Toyota,KE,2019\n").encode())
    source = open_source(written(tmp_path, packed, "list.csv.gz"))
    assert (source.format, source.n_rows) == ("csv.gz", 1)
    with pytest.raises(InputError, match="cut off"):
        open_source(written(tmp_path, packed[:-12], "cut.csv.gz"))


def test_any_range_can_be_read_on_its_own(tmp_path: Path, block: int) -> None:
    text = HEADER + "".join(
        f'A{n},"To\nyota",KE,2019\n' if n % 7 == 0 else f"A{n},Opel,KE,2018\n" for n in range(200)
    )
    source = pickle.loads(pickle.dumps(open_source(written(tmp_path, text))))
    vins = [source.read(part).frame["vin"].to_list() for part in source.ranges(33)]
    assert [vin for part in vins for vin in part] == [f"A{n}" for n in range(200)]


CELL = st.text(st.sampled_from('ab",;\n\r é'), max_size=6)


@given(
    st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=30),
    st.sampled_from([16, 100, 1 << 20]),
    st.sampled_from([1, 7, 100]),
)
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], size: int, per_range: int
) -> None:
    rows = [
        ["x" + row[0].replace("\r", "").replace("\n", ""), *(cell.replace("\r", "") for cell in row[1:])]
        for row in rows
    ]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["vin", "make", "model", "importer"], *rows])
    path = written(tmp_path_factory.mktemp("csv"), out.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_csv, "BLOCK", size)
        source = open_source(path)
        parts = [source.read(part) for part in source.ranges(per_range)]
    assert sum(part.rows_in for part in parts) == source.n_rows == len(rows)
    got = [row for part in parts for row in part.frame.select("vin", "make", "model", "importer").rows()]
    assert got == [tuple(cell or None for cell in row) for row in rows]
    assert all(part.set_aside.is_empty() for part in parts)


@given(st.text(st.sampled_from('ab",\n é'), max_size=200), st.sampled_from([16, 50, 1 << 20]))
def test_no_text_loses_a_row(tmp_path_factory: pytest.TempPathFactory, text: str, size: int) -> None:
    path = written(tmp_path_factory.mktemp("csv"), "vin,make,model\nA,B,C\n" + text)
    counts = []
    for block_size in (size, 1 << 20):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reading_csv, "BLOCK", block_size)
            source = open_source(path)
            raw = [source.read(part) for part in source.ranges(3)]
        assert sum(part.rows_in for part in raw) == source.n_rows
        counts.append((source.n_rows, pl.concat([part.frame for part in raw]).rows(), source.blank_lines))
    assert counts[0] == counts[1]  # where the blocks are cut changes nothing
