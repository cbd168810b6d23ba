"""Files of the offices of the United States, Japan and Korea, each in its layout, and the traps that lie in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.trade.office_files import JAPAN, csv, of, only, opened, read


class TestUnitedStates:
    HEADER = (
        "CTY_CODE", "CTY_NAME", "E_COMMODITY", "ALL_VAL_MO", "ALL_VAL_YR", "QTY_1_MO", "QTY_1_MO_FLAG", "UNIT_QY1", "DF",
        "COMM_LVL", "SUMMARY_LVL", "time",
    )  # fmt: skip
    ROW = ("7530", "NIGERIA", "8703230190", "90000", "400000", "9", "", "NO", "1", "HS10", "DET", "2021-03")

    def answer(self, *changes: dict[str, str | None]) -> str:
        usual = dict(zip(self.HEADER, self.ROW, strict=True))
        return json.dumps(
            [list(self.HEADER), *([(usual | one)[name] for name in self.HEADER] for one in changes)]
        )

    def test_a_row(self, tmp_path: Path) -> None:
        row = only(of(tmp_path, self.answer({}), "us.json"))
        assert (row["reporter"], row["partner"], row["flow"], row["code"]) == (
            "US",
            "7530",
            "export",
            "8703230190",
        )
        assert (row["quantity"], row["quantity_unit"], row["value"], row["currency"]) == (
            9,
            "number",
            90000,
            "USD",
        )
        assert (row["line"], row["period"]) == (2, "2021-03")

    def test_foreign_goods_are_re_exports(self, tmp_path: Path) -> None:
        assert of(tmp_path, self.answer({}, {"DF": "2"}), "us.json")["flow"].to_list() == [
            "export",
            "re-export",
        ]

    def test_totals_of_countries_and_parents_of_codes(self, tmp_path: Path) -> None:
        changes: list[dict[str, str | None]] = [
            {"CTY_CODE": "-"}, {"CTY_CODE": "0003", "SUMMARY_LVL": "CGP"}, {"CTY_CODE": "1XXX"}, {"E_COMMODITY": "870323"},
            {"E_COMMODITY": "8703"}, {},
        ]  # fmt: skip
        assert of(tmp_path, self.answer(*changes), "us.json")["left_out"].to_list() == [
            "partner world", "group of countries", "group of countries", "parent code beside its lines",
            "parent code beside its lines", None,
        ]  # fmt: skip

    def test_a_missing_quantity_is_no_nought(self, tmp_path: Path) -> None:
        frame = of(
            tmp_path, self.answer({"QTY_1_MO": "0", "QTY_1_MO_FLAG": "M"}, {"QTY_1_MO": "0"}), "us.json"
        )
        assert frame["quantity"].to_list() == [None, 0]

    def test_year_and_month_in_columns_of_their_own(self, tmp_path: Path) -> None:
        content = json.dumps(
            [
                ["CTY_CODE", "E_COMMODITY", "ALL_VAL_MO", "YEAR", "MONTH"],
                ["7530", "8703230190", "1", "2021", "3"],
            ]
        )
        assert only(of(tmp_path, content, "us.json"))["period"] == "2021-03"

    def test_a_condition_given_back_as_a_column(self, tmp_path: Path) -> None:
        header = ["CTY_CODE", "E_COMMODITY", "ALL_VAL_MO", "time", "E_COMMODITY"]
        rows = [
            ["7530", "8703230190", "1", "2021-03", "8703230190"],
            ["7530", "8703230190", "1", "2021-03", "8703240190"],
        ]
        file = opened(tmp_path, json.dumps([header, *rows]), "us.json")
        frame = read(file)
        assert frame["value"].to_list() == [1, None]
        assert frame["unread"][1] == "row: E_COMMODITY stands there twice, with 8703230190 and 8703240190"

    def test_imports(self, tmp_path: Path) -> None:
        content = json.dumps(
            [["CTY_CODE", "I_COMMODITY", "GEN_VAL_MO", "CON_VAL_MO", "GEN_QY1_MO", "UNIT_QY1", "time"],
             ["5880", "8703230190", "70", "60", "2", "NO", "2021-03"]]
        )  # fmt: skip
        row = only(of(tmp_path, content, "us.json"))
        assert (row["flow"], row["value"], row["quantity"]) == ("import", 70, 2)


class TestJapan:
    def test_months_become_rows(self, tmp_path: Path) -> None:
        row = JAPAN | {"Quantity2-Jan": "10", "Value-Jan": "300", "Quantity2-Dec": "20", "Value-Dec": "600"}
        row |= {"Quantity2-Year": "30", "Value-Year": "900"}
        file = opened(tmp_path, ("\ufeff" + csv([row])).encode())
        frame = read(file)
        assert file.layout.name == "japan-estat"
        assert frame.select("line", "period", "quantity", "quantity_unit", "value", "rows").rows() == [
            (2, "2021-01", 10, "number", 300_000, 1), (2, "2021-12", 20, "number", 600_000, 0),
        ]  # fmt: skip
        assert frame.select("reporter", "partner", "flow", "code", "currency").row(0) == (
            "JP", "541", "export", "870323915", "JPY",
        )  # fmt: skip

    def test_the_year_stands_where_no_month_has_figures(self, tmp_path: Path) -> None:
        row = only(
            of(tmp_path, csv([JAPAN | {"Quantity2-Year": "30", "Value-Year": "900", "Quantity2-Jan": ""}]))
        )
        assert (row["period"], row["quantity"], row["value"], row["rows"]) == ("2021", 30, 900_000, 1)

    def test_a_row_without_figures_is_not_lost(self, tmp_path: Path) -> None:
        row = only(of(tmp_path, csv([JAPAN])))
        assert (row["period"], row["quantity"], row["value"], row["rows"]) == ("2021", 0, 0, 1)

    @pytest.mark.parametrize(
        ("units", "amounts", "found"),
        [
            (("NO", "KG"), ("3", "4000"), (3, "number", 4000)), (("KG", "NO"), ("4000", "3"), (3, "number", 4000)),
            (("", "KG"), ("", "4000"), (4000, "kg", 4000)), (("", "MT"), ("", "4"), (4, "MT", None)),
        ],
    )  # fmt: skip
    def test_two_quantities(
        self, tmp_path: Path, units: tuple[str, str], amounts: tuple[str, str], found: tuple[object, ...]
    ) -> None:
        row = JAPAN | {
            "Unit1": units[0],
            "Unit2": units[1],
            "Quantity1-May": amounts[0],
            "Quantity2-May": amounts[1],
            "Value-May": "1",
        }
        assert of(tmp_path, csv([row])).select("quantity", "quantity_unit", "weight_kg").row(0) == found

    def test_imports_and_customs_offices(self, tmp_path: Path) -> None:
        rows = [JAPAN | {"Exp or Imp": "2", "Custom": office, "Value-May": "5"} for office in ("104", "300")]
        frame = of(tmp_path, csv(rows))
        assert frame["flow"].to_list() == ["import"] * 2
        assert frame["part"].to_list() == ["Custom 104", "Custom 300"]
        assert frame["left_out"].null_count() == 2

    def test_what_is_no_figure_is_named_in_its_month(self, tmp_path: Path) -> None:
        frame = of(tmp_path, csv([JAPAN | {"Value-Feb": "x", "Value-May": "5"}]))
        assert frame.select("period", "value", "unread").rows() == [
            ("2021-02", None, "value: x: no number"), ("2021-05", 5000, None),
        ]  # fmt: skip


class TestKorea:
    ITEM = (
        "<item><balPayments>1193</balPayments><expDlr>1,200</expDlr><expWgt>1100</expWgt><hsCd>8703239010</hsCd><impDlr>7</impDlr>"
        "<impWgt>1</impWgt><statCd>NG</statCd><statCdCntnKor1>나이지리아</statCdCntnKor1><statKor>중고차</statKor><year>2026.01</year></item>"
    )
    TOTAL = (
        "<item><balPayments>-4</balPayments><expDlr>4475</expDlr><expWgt>111</expWgt><hsCd>-</hsCd><impDlr>0</impDlr>"
        "<impWgt>0</impWgt><statCd>-</statCd><statCdCntnKor1>-</statCdCntnKor1><statKor>-</statKor><year>총계</year></item>"
    )

    def answer(self, *items: str, encoding: str = "UTF-8") -> bytes:
        text = (
            f'<?xml version="1.0" encoding="{encoding}"?><response><header><resultCode>00</resultCode>'
            f"<resultMsg>정상서비스.</resultMsg></header><body><items>{''.join(items)}</items></body></response>"
        )
        return text.encode(encoding)

    @pytest.mark.parametrize("encoding", ["UTF-8", "EUC-KR"])
    def test_export_and_import_stand_in_one_item(self, tmp_path: Path, encoding: str) -> None:
        file = opened(tmp_path, self.answer(self.TOTAL, self.ITEM, encoding=encoding), "answer.xml")
        frame = read(file)
        assert (file.form, file.layout.name, file.rows()) == ("xml", "korea-customs", 2)
        assert frame.select("line", "flow", "code", "period", "weight_kg", "value", "left_out", "rows").rows() == [
            (1, "export", None, "총계", 111, 4475, "total row", 1),
            (2, "export", "8703239010", "2026-01", 1100, 1200, None, 1),
            (2, "import", "8703239010", "2026-01", 1, 7, None, 0),
        ]  # fmt: skip
        assert frame["quantity"].null_count() == 3
        assert frame["currency"].unique().to_list() == ["USD"]

    def test_the_same_as_a_table(self, tmp_path: Path) -> None:
        row = {
            "year": "2026.01",
            "statCd": "NG",
            "statCdCntnKor1": "나이지리아",
            "hsCd": "8703239010",
            "expDlr": "5",
            "expWgt": "6",
        }
        total = dict.fromkeys(row, "-") | {"year": "총계", "expDlr": "5"}
        frame = of(tmp_path, csv([total, row]).encode("cp949"))
        assert frame.select("line", "flow", "value", "left_out").rows() == [
            (2, "export", 5, "total row"), (3, "export", 5, None),
        ]  # fmt: skip

    def test_nothing_found(self, tmp_path: Path) -> None:
        with pytest.raises(
            Exception, match=r"answer\.xml: holds no rows; the service says: resultCode 00; resultMsg"
        ):
            opened(tmp_path, self.answer(), "answer.xml")

    def kosis(self, **more: str) -> dict[str, str]:
        row = {
            "ORG_ID": "134",
            "TBL_ID": "T",
            "C1": "NG",
            "C1_NM": "나이지리아",
            "C1_OBJ_NM": "국가별",
            "C2": "870323",
            "C2_NM": "승용차",
        }
        row |= {
            "C2_OBJ_NM": "품목별",
            "ITM_NM": "수출금액",
            "UNIT_NM": "천달러",
            "PRD_SE": "M",
            "PRD_DE": "202101",
            "DT": "12",
        }
        return row | more

    def test_kosis(self, tmp_path: Path) -> None:
        rows = [
            self.kosis(),
            self.kosis(ITM_NM="수출중량", UNIT_NM="톤", DT="1,003"),
            self.kosis(C1="00", C1_NM="총계"),
        ]
        rows += [self.kosis(ITM_NM="수입금액"), self.kosis(C2="010121"), self.kosis(C1="KE", UNIT_NM="배럴")]
        frame = of(tmp_path, json.dumps(rows), "kosis.json")
        told = ("partner", "flow", "period", "value", "weight_kg", "currency", "left_out", "rows")
        assert frame.select(told).rows() == [
            ("NG", "export", "2021-01", 12_000, 1_003_000, "USD", None, 2),
            ("00", "export", "2021-01", 12_000, None, "USD", "partner world", 1),
            ("NG", "import", "2021-01", 12_000, None, "USD", None, 1),
            ("KE", "export", "2021-01", 12, None, None, None, 1),
        ]  # fmt: skip
        assert frame["unread"].to_list() == [None, None, None, "UNIT_NM: 배럴: no unit of such a figure"]

    def test_kosis_in_another_order_of_dimensions(self, tmp_path: Path) -> None:
        row = self.kosis(C1="8703239010", C1_OBJ_NM="HS 품목", C2="NG", C2_OBJ_NM="국가")
        found = only(of(tmp_path, json.dumps([row]), "kosis.json"))
        assert (found["partner"], found["code"]) == ("NG", "8703239010")
