"""Files of Eurostat and UN Comtrade, and our own plain ones, each in its layout, and the traps that lie in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.trade.office_files import COMEXT, COMTRADE, PLAIN, csv, of, only, opened, read


class TestComext:
    def test_a_row(self, tmp_path: Path) -> None:
        row = only(of(tmp_path, csv([COMEXT])))
        assert row == {
            "line": 2, "reporter": "DE", "partner": "NG", "flow": "export", "code": "87032390", "edition": None,
            "period": "2021-03", "quantity": 5.0, "quantity_unit": "number", "weight_kg": 6500.0, "value": 25000.0,
            "currency": "EUR", "left_out": None, "unread": None, "part": "TRADE_TYPE E; STAT_PROCEDURE 1",
            "estimated": None, "rows": 1,
        }  # fmt: skip

    def test_other_goods_are_counted_only(self, tmp_path: Path) -> None:
        codes = [
            "01022110",
            "87060011",
            "8701",
            "87059080",
            "87",
            "TOTAL",
            "84XXXXXX",
            "",
            "87000000",
            "99870300",
        ]
        file = opened(tmp_path, csv([COMEXT | {"PRODUCT_NC": code} for code in codes]))
        assert file.rows() == 10
        assert read(file)["code"].to_list() == ["8701", "87059080"]

    def test_confidential_groups_keep_their_letters(self, tmp_path: Path) -> None:
        frame = of(
            tmp_path, csv([COMEXT | {"PRODUCT_NC": code} for code in ("8703XXXX", "8703SS90", "87XXXXXX")])
        )
        assert frame["code"].to_list() == ["8703XXXX", "8703SS90"]
        assert frame["unread"].to_list() == [None, None]

    def test_no_supplementary_unit(self, tmp_path: Path) -> None:
        row = only(of(tmp_path, csv([COMEXT | {"SUPPL_UNIT": "NO_SU", "QUANTITY_SUPPL_UNIT": "0"}])))
        assert (row["quantity"], row["quantity_unit"], row["weight_kg"]) == (None, "none", 6500.0)

    @pytest.mark.parametrize(
        ("unit", "quantity", "found"),
        [("p/st", "5", 5.0), ("100_PST", "5", 500.0), ("1000_PST", "1.5", 1500.0), ("CTL", "5", 5.0)],
    )
    def test_units(self, tmp_path: Path, unit: str, quantity: str, found: float) -> None:
        row = only(of(tmp_path, csv([COMEXT | {"SUPPL_UNIT": unit, "QUANTITY_SUPPL_UNIT": quantity}])))
        assert (row["quantity"], row["quantity_unit"]) == (found, "CTL" if unit == "CTL" else "number")

    def test_month_52_is_the_year(self, tmp_path: Path) -> None:
        assert only(of(tmp_path, csv([COMEXT | {"PERIOD": "202152"}])))["period"] == "2021"

    def test_transport_files_have_a_part_more(self, tmp_path: Path) -> None:
        rows = [COMEXT | {"TRANSPORT_MODE": mode} for mode in "013"]
        frame = of(tmp_path, csv(rows))
        assert frame["left_out"].null_count() == 3
        assert frame["part"].n_unique() == 3
        assert frame["part"][1] == "TRADE_TYPE E; STAT_PROCEDURE 1; TRANSPORT_MODE 1"

    def test_the_older_files(self, tmp_path: Path) -> None:
        row = {
            "DECLARANT": "004", "DECLARANT_ISO": "DE", "PARTNER": "0288", "PARTNER_ISO": "NG", "TRADE_TYPE": "E",
            "PRODUCT_NC": "87032390", "PRODUCT_cpa2002": "3410", "FLOW": "2", "STAT_REGIME": "1", "SUPP_UNIT": "K",
            "PERIOD": "201503", "VALUE_IN_EUROS": "25000", "QUANTITY_IN_KG": "6500", "SUP_QUANTITY": "5",
        }  # fmt: skip
        file = opened(tmp_path, csv([row, row | {"STAT_REGIME": "4"}]))
        frame = read(file)
        assert file.layout.name == "comext-full-old"
        assert frame.select("reporter", "partner", "quantity", "quantity_unit", "weight_kg").row(0) == (
            "DE", "NG", 5.0, "number", 6500.0,
        )  # fmt: skip
        assert frame["left_out"].to_list() == ["statistical procedure beside its total", None]

    def test_indicators_become_one_row(self, tmp_path: Path) -> None:
        key = {
            "DATAFLOW": "ESTAT:DS-045409(1.0)",
            "LAST UPDATE": "15/09/26 11:00:00",
            "freq": "M",
            "reporter": "DE",
            "partner": "NG",
        }
        key |= {"product": "87032390", "flow": "2"}
        told = [
            ("VALUE_IN_EUROS", "204548"),
            ("QUANTITY_IN_100KG", "1772.90"),
            ("SUPPLEMENTARY_QUANTITY", "14"),
        ]
        rows = [
            key | {"indicators": what, "TIME_PERIOD": "2023-09", "OBS_VALUE": value} for what, value in told
        ]
        rows += [rows[0] | {"partner": "CM", "OBS_VALUE": ":"}, rows[0] | {"product": "010121"}]
        file = opened(tmp_path, csv(rows))
        frame = read(file)
        first, second = frame.rows(named=True)
        assert (first["value"], first["weight_kg"], first["quantity"]) == (204548.0, 177290.0, 14.0)
        assert (first["quantity_unit"], first["currency"], first["period"], first["line"]) == (
            "number",
            "EUR",
            "2023-09",
            2,
        )
        assert (second["partner"], second["value"], second["unread"]) == ("CM", None, None)
        assert frame["rows"].to_list() == [3, 1]
        assert file.rows() == 5

    def test_indicators_that_are_unknown_or_repeated(self, tmp_path: Path) -> None:
        key = {
            "reporter": "DE",
            "partner": "NG",
            "product": "87032390",
            "flow": "2",
            "TIME_PERIOD": "2023-09",
        }
        told = [("VALUE_IN_EUROS", "1"), ("VALUE_IN_EUROS", "1"), ("VALUE_NAC", "9"), ("PRICE", "5")]
        frame = of(tmp_path, csv([key | {"indicators": what, "OBS_VALUE": value} for what, value in told]))
        assert frame["rows"].to_list() == [3, 1]
        assert frame["unread"].to_list() == [
            "value: stands there more than once", "indicators: PRICE: no indicator that is known",
        ]  # fmt: skip


class TestComtrade:
    def test_a_row(self, tmp_path: Path) -> None:
        file = opened(tmp_path, csv([COMTRADE]))
        row = only(read(file))
        assert file.layout.name == "comtrade-final"
        assert (row["reporter"], row["partner"], row["flow"], row["code"]) == (
            "404",
            "392",
            "import",
            "870323",
        )
        assert (row["edition"], row["period"], row["currency"]) == ("HS2017", "2021", "USD")
        assert (row["quantity"], row["quantity_unit"], row["weight_kg"], row["value"]) == (
            120,
            "number",
            150000,
            673506.4,
        )

    def test_tab_separated_and_in_other_case(self, tmp_path: Path) -> None:
        row = only(
            of(tmp_path, csv([{name.upper(): text for name, text in COMTRADE.items()}], "\t"), "COMTRADE.txt")
        )
        assert (row["quantity"], row["value"]) == (120, 673506.4)

    def test_an_answer_of_the_service(self, tmp_path: Path) -> None:
        record = {
            **COMTRADE,
            "reporterCode": 404,
            "partnerCode": 392,
            "qty": 120.5,
            "netWgt": None,
            "isQtyEstimated": True,
        }
        record |= {"qtyUnitAbbr": None, "altQtyUnitAbbr": None, "isOriginalClassification": True}
        answer = {"elapsedTime": "0.3 secs", "count": 1, "data": [record], "error": ""}
        file = opened(tmp_path, json.dumps(answer), "answer.json")
        row = only(read(file))
        assert (file.form, file.rows(), row["line"]) == ("json", 1, 1)
        assert (row["quantity"], row["quantity_unit"], row["weight_kg"], row["estimated"]) == (
            120.5,
            "number",
            None,
            "quantity",
        )

    def test_the_second_quantity_counts_where_the_first_does_not(self, tmp_path: Path) -> None:
        row = {
            "qtyUnitAbbr": "kg",
            "qtyUnitCode": "8",
            "qty": "900",
            "altQtyUnitAbbr": "u",
            "altQtyUnitCode": "5",
            "altQty": "7",
        }
        found = only(of(tmp_path, csv([COMTRADE | row | {"netWgt": ""}])))
        assert (found["quantity"], found["quantity_unit"], found["weight_kg"]) == (7, "number", 900)

    def test_only_weight(self, tmp_path: Path) -> None:
        row = {"qtyUnitAbbr": "kg", "qtyUnitCode": "8", "qty": "900", "netWgt": ""}
        found = only(of(tmp_path, csv([COMTRADE | row])))
        assert (found["quantity"], found["quantity_unit"], found["weight_kg"]) == (900, "kg", 900)

    def test_not_told(self, tmp_path: Path) -> None:
        row = {"qtyUnitAbbr": "N/A", "qtyUnitCode": "-1", "qty": "0.0", "netWgt": "N/A"}
        found = only(of(tmp_path, csv([COMTRADE | row])))
        assert (found["quantity"], found["quantity_unit"], found["weight_kg"], found["unread"]) == (
            None,
            "none",
            None,
            None,
        )

    def test_what_the_office_estimated(self, tmp_path: Path) -> None:
        row = {"isQtyEstimated": "TRUE", "isNetWgtEstimated": "1"}
        assert only(of(tmp_path, csv([COMTRADE | row])))["estimated"] == "quantity;weight_kg"

    def test_codes_that_a_program_wrote_as_decimal_numbers(self, tmp_path: Path) -> None:
        row = {
            "reporterCode": "404.0",
            "partnerCode": "392.0",
            "cmdCode": "870323.0",
            "motCode": "0.0",
            "period": "2021.0",
        }
        found = only(of(tmp_path, csv([COMTRADE | row])))
        assert (found["reporter"], found["partner"], found["code"], found["period"]) == (
            "404",
            "392",
            "870323",
            "2021",
        )
        assert found["part"] is None

    def test_tariff_lines_have_national_digits(self, tmp_path: Path) -> None:
        names = (
            "period",
            "reporterCode",
            "flowCode",
            "partnerCode",
            "classificationCode",
            "cmdCode",
            "qtyUnitAbbr",
            "qty",
            "primaryValue",
        )
        row = {name: COMTRADE[name] for name in names} | {
            "cmdCode": "8703231015",
            "period": "202105",
            "classificationCode": "HS",
        }
        file = opened(tmp_path, csv([row]))
        found = only(read(file))
        assert (file.layout.name, found["code"], found["period"], found["edition"]) == (
            "comtrade-tariffline", "8703231015", "2021-05", None,
        )  # fmt: skip

    def test_another_classification_is_no_hs(self, tmp_path: Path) -> None:
        found = only(of(tmp_path, csv([COMTRADE | {"classificationCode": "S3"}])))
        assert found["unread"] == "edition: S3: no edition of HS"

    def test_downloads_of_the_old_site(self, tmp_path: Path) -> None:
        row = {
            "Classification": "H4", "Year": "2016", "Period": "201605", "TradeFlow Code": "2", "TradeFlow": "Export",
            "Reporter Code": "36", "Reporter": "Australia", "Partner Code": "554", "Commodity Code": "8703",
            "Qty Unit Code": "5", "Qty Unit": "Number of items", "Qty": "12", "Netweightkg": "15000",
            "TradeValueUS": "91128858", "Flag": "0",
        }  # fmt: skip
        file = opened(tmp_path, csv([row, row | {"Partner Code": "0", "Partner": "World"}]))
        frame = read(file)
        assert file.layout.name == "comtrade-legacy"
        assert frame.select("flow", "edition", "period", "quantity", "weight_kg", "value").row(0) == (
            "export", "HS2012", "2016-05", 12, 15000, 91128858,
        )  # fmt: skip
        assert frame["left_out"].to_list() == [None, "partner world"]

    def test_rows_that_end_with_a_separator_more_than_the_header(self, tmp_path: Path) -> None:
        text = csv([COMTRADE, COMTRADE]).replace("\n", ",\n").replace(",\n", "\n", 1)
        assert of(tmp_path, text)["value"].to_list() == [673506.4] * 2


class TestPlain:
    def test_a_row(self, tmp_path: Path) -> None:
        row = only(of(tmp_path, csv([PLAIN])))
        assert (row["flow"], row["code"], row["edition"], row["currency"]) == (
            "re-export",
            "870323",
            "HS2017",
            "AED",
        )
        assert (row["quantity"], row["quantity_unit"]) == (5, "number")

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"period": "2021-13"}, "period: 2021-13: no year or month"),
            ({"period": "1776"}, "period: 1776: no year or month"),
            ({"period": "Q1 2021"}, "period: Q1 2021: no year or month"), ({"period": ""}, "period: empty"),
            ({"flow": "transit"}, "flow: transit: no flow that is known"), ({"flow": " "}, "flow: not told"),
            ({"reporter": ""}, "reporter: empty"), ({"partner": ""}, "partner: empty"),
            ({"value": "1,234"}, "row"), ({"value": "12.345,6"}, "row"), ({"value": "12 345"}, "value: 12 345: no number"),
            ({"value": "=1+1"}, "value: =1+1: no number"), ({"value": "1e999"}, "value: 1e999: no number"),
            ({"quantity": "about 5"}, "quantity: about 5: no number"), ({"weight_kg": "0x10"}, "weight_kg: 0x10: no number"),
            ({"currency": ""}, "currency: empty beside a value"),
            ({"currency": "dollars"}, "currency: dollars: no code of a currency"),
            ({"edition": "CN2021"}, "edition: CN2021: no edition of HS"),
            ({"code": "8703?23"}, "code: 8703?23: no commodity code"),
            ({"reporter": "", "value": "x"}, "reporter: empty; value: x: no number"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_named(self, tmp_path: Path, change: dict[str, str], said: str) -> None:
        frame = of(tmp_path, csv([PLAIN | change]))
        unread = frame["unread"][0]
        assert unread.startswith(said), unread

    @pytest.mark.parametrize("word", ["", "N/A", "NaN", "null", ":"])
    def test_not_told_is_no_fault(self, tmp_path: Path, word: str) -> None:
        row = only(of(tmp_path, csv([PLAIN | {"quantity": word, "weight_kg": word}])))
        assert (row["quantity"], row["weight_kg"], row["unread"]) == (None, None, None)

    @pytest.mark.parametrize("written", ["-5", "5", "+5", "5.0", "5.", " 5 ", "5e0", "0.5E1", "\u00a05"])
    def test_numbers(self, tmp_path: Path, written: str) -> None:
        found = only(of(tmp_path, csv([PLAIN | {"quantity": written}])))["quantity"]
        assert found == (-5 if "-" in written else 5)

    @pytest.mark.parametrize(
        ("written", "read"),
        [("2021", "2021"), ("202103", "2021-03"), ("2021M03", "2021-03"), ("2021/3", "2021-03"), ("2021.03", "2021-03"),
         ("2021-03-15", "2021-03"), ("202152", "2021")],
    )  # fmt: skip
    def test_periods(self, tmp_path: Path, written: str, read: str) -> None:
        assert only(of(tmp_path, csv([PLAIN | {"period": written}])))["period"] == read

    @pytest.mark.parametrize("written", ["'870323", "87 03 23", "8703-23", " 870323", "`870323"])
    def test_spellings_of_codes(self, tmp_path: Path, written: str) -> None:
        assert only(of(tmp_path, csv([PLAIN | {"code": written}])))["code"] == "870323"

    def test_what_is_named_is_safe_to_print_and_short(self, tmp_path: Path) -> None:
        unread = of(tmp_path, csv([PLAIN | {"value": "\x1b[31m" + "9" * 500 + "x"}]))["unread"][0]
        assert "\x1b" not in unread
        assert len(unread) < 100
