"""Files as they come: packed, in any encoding, cut off, damaged, hostile. No row is lost, and every broken one is named."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trade.office_files import COMEXT, COMTRADE, PLAIN, csv, of, only, opened, read
from vehiclecheck.records import reading_spool
from vehiclecheck.records.errors import InputError
from vehiclecheck.trade import reading_answers, reading_figures, reading_survey
from vehiclecheck.trade.reading import open_statistics

OTHER = COMEXT | {"PRODUCT_NC": "01022110"}
FILE = csv([COMEXT, OTHER, COMEXT])
ANSWER = json.dumps({"count": 2, "data": [dict(COMTRADE), dict(COMTRADE)]})


@pytest.fixture(params=[1 << 20, 64], ids=["one block", "tiny blocks"])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(reading_survey, "BLOCK", request.param)
    return int(request.param)


def refused(folder: Path, content: str | bytes, name: str = "file.csv") -> str:
    with pytest.raises(InputError) as caught:
        of(folder, content, name)
    assert str(caught.value).startswith(f"{folder / name}: ")
    return str(caught.value)


def zipped(*members: tuple[str, bytes]) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return found.getvalue()


class TestForms:
    def test_what_is_known_of_a_file(self, tmp_path: Path) -> None:
        file = opened(tmp_path, FILE)
        assert (file.path, file.name) == (tmp_path / "file.csv", str(tmp_path / "file.csv"))
        assert (file.form, file.rows(), file.notes, file.layout.scheme) == ("csv", 3, (), "comext")
        assert file.sha256() == hashlib.sha256(FILE.encode()).hexdigest()
        assert read(file)["line"].to_list() == [2, 4]

    def test_gzip(self, tmp_path: Path) -> None:
        packed = gzip.compress(FILE.encode())
        file = opened(tmp_path, packed, "file.csv.gz")
        assert file.sha256() == hashlib.sha256(packed).hexdigest()
        assert (file.form, file.rows(), read(file).height) == ("csv", 3, 2)

    def test_zip(self, tmp_path: Path) -> None:
        packed = zipped(("full202103.dat", FILE.encode()), ("__MACOSX/._full202103.dat", b"x"))
        assert of(tmp_path, packed, "file.zip").height == 2

    def test_packed_answers(self, tmp_path: Path) -> None:
        file = opened(tmp_path, gzip.compress(ANSWER.encode()), "answer.json.gz")
        assert (file.form, read(file).height) == ("json", 2)

    def test_parquet_of_text_and_of_types(self, tmp_path: Path) -> None:
        text = pl.DataFrame([dict(COMEXT), dict(OTHER)])
        typed = text.with_columns(
            pl.col("PRODUCT_NC", "PERIOD").cast(pl.Int64),
            pl.col("VALUE_EUR", "QUANTITY_KG", "QUANTITY_SUPPL_UNIT").cast(pl.Float64),
            pl.col("REPORTER").cast(pl.Categorical), pl.col("PARTNER").cast(pl.Binary), pl.col("FLOW").cast(pl.Int8),
        )  # fmt: skip
        expected = of(tmp_path, csv([COMEXT, OTHER]))
        for name, frame in (("text.parquet", text), ("typed.parquet", typed)):
            frame.write_parquet(tmp_path / name)
            file = open_statistics(tmp_path / name)
            assert (file.form, file.rows()) == ("parquet", 2)
            assert read(file).equals(expected)

    def test_days_in_parquet_are_periods(self, tmp_path: Path) -> None:
        frame = pl.DataFrame([dict(PLAIN)]).with_columns(pl.date(2021, 3, 1).alias("period"))
        frame.write_parquet(tmp_path / "days.parquet")
        assert only(read(open_statistics(tmp_path / "days.parquet")))["period"] == "2021-03"

    def test_one_object_a_line(self, tmp_path: Path) -> None:
        lines = "".join(json.dumps(dict(COMTRADE) | {"qty": number}) + "\n" for number in (1, 2.5))
        assert of(tmp_path, lines, "lines.json")["quantity"].to_list() == [1, 2.5]

    def test_fields_that_later_items_have(self, tmp_path: Path) -> None:
        short = {name: text for name, text in COMTRADE.items() if name != "netWgt"}
        frame = of(tmp_path, json.dumps([short, dict(COMTRADE)]), "answer.json")
        assert frame["weight_kg"].to_list() == [None, 150000]

    def test_pages_of_an_answer(self, tmp_path: Path) -> None:
        file = opened(tmp_path, json.dumps({"count": 7, "data": [dict(COMTRADE)]}), "answer.json")
        assert file.notes == (
            "holds 1 rows of 7 that the service says there are: the others are in other pages",
        )

    def test_the_filter_is_taken_to_the_file(self, tmp_path: Path) -> None:
        plan = opened(tmp_path, FILE).scan().explain()
        assert plan.index("FILTER") < plan.index("Csv SCAN")
        quoted = opened(tmp_path, FILE.replace("DE,", '"DE",')).scan().explain()
        assert "SELECTION:" in quoted or quoted.index("FILTER") < quoted.index("Csv SCAN")


class TestText:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_delimiters_and_line_ends(self, tmp_path: Path, block: int, delimiter: str, newline: str) -> None:
        frame = of(tmp_path, csv([COMEXT, OTHER, COMEXT], delimiter).replace("\n", newline))
        assert frame["line"].to_list() == [2, 4]
        assert frame["quantity"].to_list() == [5, 5]

    @pytest.mark.parametrize(
        ("encoding", "word"),
        [("utf-8", "Côte d'Ivoire"), ("utf-8-sig", "Côte d'Ivoire"), ("utf-16", "Nigeria"), ("cp1252", "Türkei Österreich"),
         ("cp949", "대한민국 자동차"), ("cp932", "ナイジェリア 中古乗用車")],
    )  # fmt: skip
    def test_encodings(self, tmp_path: Path, block: int, encoding: str, word: str) -> None:
        content = csv([COMEXT] * 20 + [COMEXT | {"PARTNER": word}] * 5).encode(encoding)
        frame = of(tmp_path, content)
        assert frame.height == 25
        assert frame["partner"][-1] == word

    def test_lines_before_the_header(self, tmp_path: Path) -> None:
        file = opened(tmp_path, "Extraction of 2026-11-01\n\n" + FILE)
        assert (file.rows(), read(file)["line"].to_list()) == (3, [4, 6])

    def test_blank_lines(self, tmp_path: Path, block: int) -> None:
        at_end = opened(tmp_path, FILE + "\n\r\n\n")
        assert (at_end.rows(), read(at_end).height) == (3, 2)
        within = opened(tmp_path, FILE.replace("\nDE", "\n\nDE", 1))
        assert within.rows() == 3
        assert within.notes == ("1 blank lines, which are not counted as rows",)

    @pytest.mark.parametrize("size", range(60, 260, 7))
    def test_blank_lines_wherever_blocks_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
    ) -> None:
        monkeypatch.setattr(reading_survey, "BLOCK", size)
        first, second, rest = FILE.split("\n", 2)
        file = opened(tmp_path, f"{first}\n{second}\n\n{rest}\n\n")
        assert (file.rows(), read(file)["line"].to_list()) == (3, [2, 4])

    def test_a_header_alone(self, tmp_path: Path) -> None:
        for content in (csv([COMEXT]).split("\n")[0], csv([COMEXT]).split("\n")[0] + "\n"):
            file = opened(tmp_path, content)
            assert (file.rows(), read(file).height) == (0, 0)

    def test_quotes(self, tmp_path: Path, block: int) -> None:
        words = ['"Nigeria, Fed. Rep. of"', '"the ""giant"" of Africa"', '"two\nlines"', '""', "plain"]
        file = opened(tmp_path, csv([COMEXT | {"PARTNER": word} for word in words]))
        frame = read(file)
        assert file.rows() == 5
        assert frame["partner"].to_list() == [
            "Nigeria, Fed. Rep. of",
            'the "giant" of Africa',
            "two lines",
            None,
            "plain",
        ]
        assert frame["value"].to_list() == [25000] * 5
        assert frame["unread"].to_list() == [None, None, None, "partner: empty", None]

    def test_quotes_in_many_rows(self, tmp_path: Path) -> None:
        file = opened(tmp_path, csv([COMEXT | {"PARTNER": '"Nigeria, Fed. Rep. of"'}, OTHER] * 3000))
        frame = read(file)
        assert (file.rows(), frame.height, frame["unread"].null_count()) == (6000, 3000, 3000)
        assert frame["line"].to_list() == list(range(2, 6002, 2))

    def test_quotes_that_are_none(self, tmp_path: Path) -> None:
        """Inches: within a field they are text; where they hide a separator, nobody can say what is which field."""
        words = ['a 5"x6" box', '"all"', '5",6"']
        frame = of(tmp_path, csv([COMEXT | {"PARTNER": word} for word in words]))
        assert frame["partner"].to_list() == ['a 5"x6" box', "all", None]
        assert frame["unread"][2].startswith("row: quotes within a field, or another number of fields: DE,5")

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ("DE,NG,E,87032390", "row: too few fields: 4 instead of 17: DE,NG,E,87032390"),
            (FILE.split("\n")[1] + ",,", "row: too many fields: 19 instead of 17: DE,NG"),
            (
                FILE.split("\n")[1].replace("25000", "25,000", 1),
                "row: too many fields: 18 instead of 17: DE,NG",
            ),
            (FILE.split("\n")[1].replace("NG", '"NG'), 'row: a quote is opened and not closed: DE,"NG'),
            (FILE.split("\n")[1].replace("NG", "N\0G"), "row: zero bytes: DE,N"),
        ],
        ids=["short", "long", "a thousands comma", "open quote", "zero byte"],
    )
    def test_broken_rows_are_named_whatever_they_are_about(
        self, tmp_path: Path, block: int, wrong: str, said: str
    ) -> None:
        # far enough from the beginning that the file still passes for text
        rows = csv([COMEXT, *[OTHER] * 1500])
        frame = of(tmp_path, rows + wrong + "\n" + FILE.split("\n", 1)[1])
        assert frame["line"].to_list() == [2, 1503, 1504, 1506]
        broken = frame.row(1, named=True)
        assert broken["unread"].startswith(said)
        assert (broken["code"], broken["value"], broken["rows"]) == (None, None, 1)
        assert frame["unread"].null_count() == 3

    def test_a_damaged_line_in_a_utf8_file(self, tmp_path: Path, block: int) -> None:
        good = csv([COMEXT | {"PARTNER": "Côte d'Ivoire"}] * 20).encode()
        bad = FILE.split("\n")[1].replace("NG", "C\xf4te").encode("cp1252") + b"\n"
        frame = of(tmp_path, good + bad)
        assert frame["unread"][-1].startswith("row: the line holds bytes that cannot be decoded")
        assert frame["unread"].null_count() == 20

    def test_a_file_of_broken_rows_is_refused(self, tmp_path: Path) -> None:
        said = refused(tmp_path, FILE + "DE,NG\n" * 2000)
        assert "2000 of 2003 rows cannot be read; the first: row 4, too few fields" in said

    def test_rows_of_another_width_than_the_header(self, tmp_path: Path) -> None:
        content = FILE.split("\n", 1)[0] + "\n" + "a,b,c\n" * 5
        assert "the header names 17 columns, but its rows have 3 fields" in refused(tmp_path, content)


class TestCutOff:
    @pytest.mark.parametrize("keep", [3, 20, 50])
    def test_within_a_row(self, tmp_path: Path, block: int, keep: int) -> None:
        last = FILE.split("\n")[3][:keep]
        file = opened(tmp_path, FILE + last)
        frame = read(file)
        assert file.rows() == 4
        assert file.notes == ("ends in the middle of a row: it is cut off",)
        assert frame["unread"][-1].startswith("row: too few fields")

    def test_within_the_last_figure(self, tmp_path: Path, block: int) -> None:
        file = opened(tmp_path, FILE[:-1])
        assert file.notes == (
            "does not end with a line break: if it was cut off, the last figure may lack digits",
        )
        assert read(file).height == 2

    def test_gzip(self, tmp_path: Path) -> None:
        packed = gzip.compress(random.Random(1).randbytes(5000) + FILE.encode())
        assert "the gzip file is damaged or cut off" in refused(tmp_path, packed[:-30], "file.csv.gz")

    def test_zip(self, tmp_path: Path) -> None:
        assert "damaged or cut off" in refused(
            tmp_path, zipped(("file.csv", FILE.encode() * 50))[:-40], "file.zip"
        )

    @pytest.mark.parametrize("share", [0.5, 0.95, 0.999])
    def test_json(self, tmp_path: Path, share: float) -> None:
        assert "cut off" in refused(tmp_path, ANSWER[: int(len(ANSWER) * share)], "answer.json")

    def test_xml(self, tmp_path: Path) -> None:
        content = (
            "<r><item><hsCd>8703239010</hsCd><year>2026.01</year><statCd>NG</statCd><expDlr>5</expDlr></item>"
        )
        assert "is cut off or no XML (line 1" in refused(tmp_path, content, "answer.xml")

    def test_parquet(self, tmp_path: Path) -> None:
        found = io.BytesIO()
        pl.DataFrame([dict(COMEXT)]).write_parquet(found)
        assert "is not a readable Parquet file" in refused(tmp_path, found.getvalue()[:-10], "file.parquet")

    def test_a_parquet_file_damaged_within(self, tmp_path: Path) -> None:
        found = io.BytesIO()
        pl.DataFrame([dict(COMEXT)] * 2000).write_parquet(found, compression="zstd")
        content = bytearray(found.getvalue())
        content[4:400] = bytes(396)
        assert "cannot be read" in refused(tmp_path, bytes(content), "file.parquet")


class TestHostile:
    def test_an_entity_bomb(self, tmp_path: Path) -> None:
        entities = "".join(f'<!ENTITY e{n + 1} "&e{n};&e{n};&e{n};&e{n};">' for n in range(30))
        content = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "x">{entities}]><r><item><year>&e30;</year></item></r>'
        assert "declares a document type or entities" in refused(tmp_path, content, "answer.xml")

    def test_an_entity_of_another_file(self, tmp_path: Path) -> None:
        content = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]><r><item><year>&e;</year></item></r>'
        assert "declares a document type or entities" in refused(tmp_path, content, "answer.xml")

    def test_deep_nesting(self, tmp_path: Path) -> None:
        assert "nested too deeply" in refused(tmp_path, "<a>" * 5000, "answer.xml")
        assert "nested too deeply" in refused(tmp_path, "[" * 200_000, "answer.json")

    @pytest.mark.parametrize("form", ["gz", "zip"])
    def test_bombs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
        monkeypatch.setattr(reading_spool, "LARGE", 1 << 16)
        content = b"0" * (8 << 20)
        packed = gzip.compress(content) if form == "gz" else zipped(("file.csv", content))
        assert "zip bomb" in refused(tmp_path, packed, f"file.{form}")

    def test_packed_twice(self, tmp_path: Path) -> None:
        assert "holds another packed file" in refused(
            tmp_path, gzip.compress(gzip.compress(FILE.encode())), "file.gz"
        )

    def test_several_files_in_one(self, tmp_path: Path) -> None:
        packed = zipped(("a.csv", FILE.encode()), ("../../b.csv", FILE.encode()))
        assert "holds 2 files (a.csv, ../../b.csv); unpack it" in refused(tmp_path, packed, "file.zip")

    def test_a_line_without_end(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading_survey, "LONGEST_LINE", 1 << 20)
        assert "a line is longer than 1 MiB" in refused(tmp_path, FILE + "9" * (4 << 20))

    def test_a_huge_field(self, tmp_path: Path) -> None:
        frame = of(tmp_path, csv([COMEXT | {"PARTNER": "x" * 500_000}, COMEXT]))
        assert frame["partner"].str.len_chars().to_list() == [500_000, 2]

    def test_an_item_without_end(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading_answers, "LONGEST_ITEM", 1 << 20)
        content = '[{"cmdCode": "' + "9" * (3 << 20) + '"}]'
        assert "one value is longer than 1 MiB" in refused(tmp_path, content, "answer.json")
        content = f"<r><item><year>{'9' * (3 << 20)}</year></item></r>"
        assert "one item is longer than 1 MiB" in refused(tmp_path, content, "answer.xml")

    def test_an_answer_that_is_too_large(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading_answers, "LARGEST", 100)
        assert "is read as CSV or Parquet" in refused(tmp_path, ANSWER, "answer.json")

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "is empty"), (b"\n\n", "is empty"), (b"\0\1\2" * 50, "binary data"), (b"%PDF-1.7", "is a PDF document"),
            (b"7z\xbc\xaf\x27\x1c", "is packed (7z)"), (b"<!DOCTYPE html><html></html>", "is an HTML page"),
            (b"1,2,3\n4,5,6\n", "looks like data, not like a header"), (b"a,b\n1,2\n", "are those of no layout"),
            (b'{"err":"30","errMsg":"no key"}', "holds no rows; the service says: err 30; errMsg no key"),
            (b'{"count":0,"data":[],"error":"limit"}', "the service says: error limit"), (b"[1, 2]", "holds no rows"),
            (zipped(("xl/workbook.xml", b""), ("[Content_Types].xml", b"")), "is a workbook"),
        ],
    )  # fmt: skip
    def test_what_is_no_statistics(self, tmp_path: Path, content: bytes, said: str) -> None:
        assert said in refused(tmp_path, content)

    def test_folders_and_what_is_not_there(self, tmp_path: Path) -> None:
        for path, said in ((tmp_path, "is a folder"), (tmp_path / "none.csv", "there is no such file")):
            with pytest.raises(InputError, match=said):
                open_statistics(path)

    def test_a_column_of_lists(self, tmp_path: Path) -> None:
        frame = pl.DataFrame([dict(COMEXT)]).with_columns(pl.lit([1, 2]).alias("VALUE_EUR"))
        frame.write_parquet(tmp_path / "lists.parquet")
        with pytest.raises(InputError, match="VALUE_EUR holds lists or structs"):
            open_statistics(tmp_path / "lists.parquet")


cells = st.text(st.sampled_from("870315 ,\"'.-;\nXé=\t"), max_size=9)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=12), st.integers(20, 200))
def test_however_it_is_written_it_reads_the_same(
    tmp_path: Path, drawn: list[tuple[str, ...]], size: int
) -> None:
    """As CSV of bare fields or of quoted ones, as JSON, as Parquet: the same rows, and all of them."""
    names = ("partner", "code", "quantity", "value")
    rows = [
        {name: str(text) for name, text in PLAIN.items()} | dict(zip(names, cells, strict=True))
        for cells in drawn
    ]
    bare = [
        {name: text.translate({44: 46, 34: 39, 10: 32, 9: 32}) for name, text in row.items()} for row in rows
    ]
    before = reading_survey.BLOCK, reading_figures.SLICE
    reading_survey.BLOCK, reading_figures.SLICE = size, 5
    try:
        for each, forms in (
            (bare, ("bare", "quoted", "json", "parquet")),
            (rows, ("quoted", "json", "parquet")),
        ):
            frame = pl.DataFrame(each, schema=dict.fromkeys(PLAIN, pl.String()))
            spaced = frame.with_columns(pl.all().str.replace_all(r"[\n\t]+", " "))
            frame.write_csv(tmp_path / "bare", quote_style="never")
            frame.write_csv(tmp_path / "quoted", quote_style="always")
            (tmp_path / "json").write_text(json.dumps(each), encoding="utf-8")
            spaced.write_parquet(tmp_path / "parquet")
            found = []
            for form in forms:
                file = open_statistics(tmp_path / form)
                assert file.rows() == len(each)
                less = 1 if form == "json" else 0
                found.append(
                    read(file).with_columns(
                        pl.col("line") + less, pl.col("partner").str.replace_all(r"\s+", " ")
                    )
                )
            columns = [name for name in found[0].columns if name != "unread"]
            for other in found[1:]:
                assert other.select(columns).equals(found[0].select(columns))
                assert other["unread"].is_null().equals(found[0]["unread"].is_null())
    finally:
        reading_survey.BLOCK, reading_figures.SLICE = before
