"""The same trade told twice, in a file or in several, is counted once."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trade.test_compiling import ROWS, USED_DIESEL, Row, adds_up, compiled_of, reasons, row, write
from vehiclecheck.standards.blocs import members
from vehiclecheck.trade.compiling import compile_statistics


class TestTwice:
    """The same trade told twice is counted once."""

    def test_a_duplicated_month_in_a_file(self, tmp_path: Path) -> None:
        compiled = compiled_of(tmp_path, row(), row(period="2021-02"), row())
        assert compiled.frame["units_low"].sum() == 20
        assert reasons(compiled.set_aside) == {4: "duplicated period"}
        assert compiled.set_aside["detail"][0] == "also in office.csv, line 2, with the same numbers"
        assert set(compiled.frame["flags"]) == {""}

    def test_a_contradicted_month_says_so(self, tmp_path: Path) -> None:
        compiled = compiled_of(tmp_path, row(), row(quantity=11))
        assert compiled.frame.select("units_low", "flags").rows() == [(10, "contradicted")]
        assert compiled.set_aside["detail"][0] == "also in office.csv, line 2, with other numbers"

    def test_in_two_files(self, tmp_path: Path) -> None:
        write(tmp_path / "a.csv", [row(), row(partner="KE")])
        write(tmp_path / "b.csv", [row(partner="GH"), row()])
        compiled = compile_statistics([tmp_path])
        assert sorted(compiled.frame["importer"]) == ["GH", "KE", "NG"]
        assert compiled.set_aside.select("file", "line", "reason").rows() == [
            ("b.csv", 3, "duplicated period")
        ]
        adds_up(compiled)

    def test_two_files_with_the_same_content(self, tmp_path: Path) -> None:
        write(tmp_path / "a.csv", [row(), row(partner="Q7")])
        shutil.copy(tmp_path / "a.csv", tmp_path / "b.csv")
        compiled = compile_statistics([tmp_path])
        assert compiled.frame["units_low"].sum() == 10
        assert compiled.left_out.select("file", "reason", "detail").unique().rows() == [
            ("b.csv", "same content as another file", "a.csv")
        ]
        adds_up(compiled)

    def test_a_subheading_beside_its_lines(self, tmp_path: Path) -> None:
        write(tmp_path / "hs6.csv", [row(code="870332"), row(code="870332", partner="KE"), row(code="8703")])
        write(tmp_path / "lines.csv", [row()])
        compiled = compile_statistics([tmp_path])
        assert sorted(compiled.frame.select("importer", "code").rows()) == [
            ("KE", "870332"),
            ("NG", USED_DIESEL),
        ]
        assert set(compiled.left_out["reason"]) == {"parent code beside its lines"}

    def test_a_year_beside_its_months(self, tmp_path: Path) -> None:
        write(tmp_path / "months.csv", [row(), row(period="2021-02")])
        write(
            tmp_path / "years.csv",
            [row(period="2021"), row(period="2020"), row(period="2021", code="870332")],
        )
        compiled = compile_statistics([tmp_path])
        assert sorted(compiled.frame.select("year", "month").rows(), key=str) == [
            (2020, None),
            (2021, 1),
            (2021, 2),
        ]
        assert compiled.left_out.select("line", "reason").rows() == [
            (2, "annual total beside months"),
            (4, "parent code beside its lines"),
        ]

    def test_a_year_that_is_more_than_its_months(self, tmp_path: Path) -> None:
        write(tmp_path / "months.csv", [row(value=""), row(period="2021-02", value="")])
        write(tmp_path / "years.csv", [row(period="2021", value="", weight_kg=90_000)])
        compiled = compile_statistics([tmp_path])
        assert compiled.left_out.select("reason", "detail").rows() == [
            ("annual total beside months that add up to less", "2 months of the year are told")
        ]

    def test_two_editions_of_the_nomenclature_in_two_files(self, tmp_path: Path) -> None:
        older = [
            row(reporter="TG", code=code, edition="HS2012", period="2018") for code in ("870332", "870333")
        ]
        newer = [row(reporter="TG", code="870332", edition="HS2017", period="2018", partner="KE")]
        write(
            tmp_path / "a.csv", [*older, row(reporter="TG", code="870333", edition="HS2012", period="2016")]
        )
        write(tmp_path / "b.csv", newer)
        compiled = compile_statistics([tmp_path])
        assert sorted(compiled.frame.select("year", "importer").rows()) == [(2016, "NG"), (2018, "KE")]
        assert set(compiled.left_out["reason"]) == {"older nomenclature beside a newer one"}

    def test_an_office_in_two_layouts(self, tmp_path: Path) -> None:
        write(tmp_path / "plain.csv", [row(), row(partner="GH")])
        names = (
            "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,QUANTITY_KG,"
            "QUANTITY_SUPPL_UNIT"
        )
        comext = [
            f"DE,{partner},E,{USED_DIESEL},2,{part},p/st,202101,50000,14000,10"
            for partner in ("NG", "KE")
            for part in (1, 2)
        ]
        (tmp_path / "comext.csv").write_text("\n".join([names, *comext]) + "\n")
        compiled = compile_statistics([tmp_path])
        # procedures are parts that add up; what another layout tells again is told once
        assert sorted(compiled.frame.select("importer", "units_low", "source").rows()) == [
            ("GH", 10, "plain.csv"),
            ("KE", 20, "comext.csv"),
            ("NG", 20, "comext.csv"),
        ]
        assert compiled.set_aside.select("file", "line", "reason").rows() == [
            ("plain.csv", 2, "duplicated period")
        ]
        adds_up(compiled)

    def test_importer_and_exporter_are_two_tellings(self, tmp_path: Path) -> None:
        mirror = row(reporter="NG", partner="DE", flow="import", code="870332")
        assert compiled_of(tmp_path, row(), mirror).frame.height == 2

    def test_totals_are_left_out(self, tmp_path: Path) -> None:
        compiled = compiled_of(tmp_path, row(), row(partner="World"), row(partner="DE"))
        assert compiled.frame["units_low"].sum() == 10
        assert set(reasons(compiled.left_out)) == {3, 4}


class TestBlocs:
    """The European Union beside its members."""

    def test_left_out_where_a_member_reports(self, tmp_path: Path) -> None:
        compiled = compiled_of(tmp_path, row(), row(reporter="EU", quantity=99))
        assert compiled.frame["reporter"].to_list() == ["DE"]
        assert reasons(compiled.left_out) == {3: "bloc total beside members"}

    def test_kept_and_flagged_where_none_does(self, tmp_path: Path) -> None:
        compiled = compiled_of(
            tmp_path, row(), row(reporter="EU", period="2020-01"), row(reporter="EU", flow="import")
        )
        of_bloc = compiled.frame.filter(reporter="EU")
        assert of_bloc.height == 2
        assert set(of_bloc["flags"]) == {"bloc-total"}
        assert set(of_bloc["condition"]) == {"used"}

    def test_a_year_holds_its_months(self, tmp_path: Path) -> None:
        compiled = compiled_of(tmp_path, row(), row(reporter="EU", period="2021"))
        assert compiled.frame["reporter"].to_list() == ["DE"]

    def test_membership_has_days(self, tmp_path: Path) -> None:
        assert "GB" not in members("EU", dt.date(2021, 7, 1))
        british = row(reporter="GB", period="2021")
        compiled = compiled_of(tmp_path, british, row(reporter="EU", period="2021"))
        assert sorted(compiled.frame["reporter"]) == ["EU", "GB"]


@settings(deadline=None, max_examples=40)
@given(ROWS, st.randoms())
def test_what_another_file_tells_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], random: Any
) -> None:
    folder = tmp_path_factory.mktemp("again")
    once = compile_statistics([write(folder / "a.csv", rows)])
    again = list(rows)
    random.shuffle(again)
    write(folder / "b.csv", again[: random.randint(1, len(again))])
    twice = compile_statistics([folder])
    assert twice.frame.equals(once.frame)
    adds_up(twice)
