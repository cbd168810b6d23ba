"""Compiling files of the plain layout: every row accounted for, nothing counted twice, sums exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vehiclecheck.outputs.statistics_files import write_statistics
from vehiclecheck.trade.compiling import Compiled, CompileOptions, compile_statistics
from vehiclecheck.vocabulary.harmonised import HARMONISED

COLUMNS = (
    "reporter", "partner", "flow", "code", "edition", "period", "quantity", "quantity_unit", "weight_kg", "value",
    "currency",
)  # fmt: skip
USED_DIESEL = "87033290"
Row = Mapping[str, Any]


def row(**told: Any) -> dict[str, Any]:
    """A row of Germany's: used diesel cars to Nigeria in January 2021."""
    usual = {
        "reporter": "DE",
        "partner": "NG",
        "flow": "export",
        "code": USED_DIESEL,
        "edition": "",
        "period": "2021-01",
        "quantity": 10,
        "quantity_unit": "number",
        "weight_kg": 14_000,
        "value": 50_000,
        "currency": "EUR",
    }
    assert set(told) <= set(usual)
    return {**usual, **told}


def write(path: Path, rows: Sequence[Row], header: Sequence[str] = COLUMNS) -> Path:
    """A file of the plain layout."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(header), *(",".join(str(one[name]) for name in COLUMNS) for one in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def compiled_of(folder: Path, *rows: Row, **options: Any) -> Compiled:
    """What compiling these rows, as one file, gives."""
    return compile_statistics([write(folder / "office.csv", rows)], CompileOptions(**options))


def reasons(told: pl.DataFrame) -> dict[int, str]:
    """Why, by line of the file."""
    return dict(told.select("line", "reason").rows())


def adds_up(compiled: Compiled) -> None:
    for one in compiled.files:
        assert one.counts.adds_up()
        for told, counts in (
            (compiled.left_out, one.counts.left_out),
            (compiled.set_aside, one.counts.set_aside),
        ):
            by_reason = told.filter(file=one.name).group_by("reason").len()
            assert dict(by_reason.rows()) == counts


class TestARow:
    """What a row of an office becomes in the harmonised table."""

    def test_an_export(self, tmp_path: Path) -> None:
        (found,) = compiled_of(tmp_path, row()).frame.to_dicts()
        assert found == {
            "exporter": "DE",
            "importer": "NG",
            "year": 2021,
            "month": 1,
            "vehicle_class": "LDV",
            "category": "M1",
            "fuel": "diesel",
            "condition": "used",
            "units_low": 10,
            "units_high": 10,
            "weight_kg": 14_000,
            "value_usd": None,
            "value": 50_000,
            "currency": "EUR",
            "re_export": False,
            "reported_by": "exporter",
            "reporter": "DE",
            "code_system": "EU-CN8",
            "code": USED_DIESEL,
            "source": "office.csv",
            "flags": "",
        }

    def test_columns_and_types(self, tmp_path: Path) -> None:
        assert dict(compiled_of(tmp_path, row()).frame.schema) == HARMONISED
        only_totals = compiled_of(tmp_path, row(partner="WORLD"))
        assert only_totals.frame.is_empty()
        assert dict(only_totals.frame.schema) == HARMONISED

    def test_an_import(self, tmp_path: Path) -> None:
        (found,) = compiled_of(tmp_path, row(flow="import", partner="JP", period="2021")).frame.to_dicts()
        told = [found[name] for name in ("exporter", "importer", "reported_by", "reporter", "year", "month")]
        assert told == ["JP", "DE", "importer", "DE", 2021, None]

    def test_re_exports_are_kept_apart_and_re_imports_left_out(self, tmp_path: Path) -> None:
        compiled = compiled_of(tmp_path, row(), row(flow="re-export"), row(flow="re-import"))
        assert compiled.frame.select("re_export", "units_low").rows() == [(False, 10), (True, 10)]
        assert reasons(compiled.left_out) == {4: "re-import"}

    def test_hs6_is_mixed_and_5_t_is_undecided(self, tmp_path: Path) -> None:
        compiled = compiled_of(
            tmp_path,
            row(reporter="NG", partner="DE", flow="import", code="870421", quantity="", weight_kg=12_000),
        )
        (found,) = compiled.frame.to_dicts()
        assert (found["condition"], found["vehicle_class"], found["code_system"]) == (
            "mixed",
            "LDV or HDV",
            "HS",
        )
        assert (found["units_low"], found["units_high"]) == (3, None)
        assert "undecided-class" in found["flags"].split(";")


class TestSetAside:
    """What cannot be used is named, counted, and no part of any sum."""

    @pytest.mark.parametrize(
        ("told", "reason"),
        [
            ({"reporter": "ZZZ"}, "unknown reporter"),
            ({"reporter": ""}, "unknown reporter"),
            ({"partner": "Q7"}, "unknown partner"),
            ({"code": "87039977"}, "unknown commodity code"),
            ({"code": "87034090", "period": "2014-05"}, "nomenclature does not fit the year"),
            ({"edition": "HS2022", "period": "2019"}, "nomenclature does not fit the year"),
            ({"quantity": -1}, "quantity below zero"),
            ({"weight_kg": -14_000}, "weight below zero"),
            ({"value": -5}, "value below zero"),
            ({"quantity": "", "weight_kg": "", "value": ""}, "no quantity, weight or value"),
            ({"period": "2021-13"}, "broken period"),
            ({"period": "1821"}, "broken period"),
            ({"quantity": "ten"}, "quantity cannot be read"),
        ],
    )
    def test_reasons(self, tmp_path: Path, told: Row, reason: str) -> None:
        compiled = compiled_of(tmp_path, row(partner="KE"), row(**told))
        assert reasons(compiled.set_aside) == {3: reason}
        assert compiled.frame["units_low"].sum() == 10
        adds_up(compiled)

    def test_what_the_office_wrote_stands_beside_the_reason(self, tmp_path: Path) -> None:
        compiled = compiled_of(tmp_path, row(), row(partner="Q7", quantity=-3))
        (told,) = compiled.set_aside.to_dicts()
        assert (told["file"], told["line"], told["partner"], told["quantity"]) == ("office.csv", 3, "Q7", -3)
        assert told["detail"] == "Q7"

    def test_empty_is_not_negative(self, tmp_path: Path) -> None:
        compiled = compiled_of(tmp_path, row(quantity="", quantity_unit=""), row(partner="KE", quantity=0))
        assert compiled.set_aside.is_empty()
        bounds = compiled.frame.select("importer", "units_low", "units_high", "flags").rows()
        assert bounds == [("KE", 0, None, "zero-quantity"), ("NG", 0, None, "")]


class TestYears:
    """Months summed to years."""

    def test_twelve_months(self, tmp_path: Path) -> None:
        months = [row(period=f"2021-{month:02d}", quantity=month) for month in range(1, 13)]
        (found,) = compiled_of(tmp_path, *months, period="year").frame.to_dicts()
        assert (found["year"], found["month"], found["units_low"], found["flags"]) == (2021, None, 78, "")

    def test_missing_months_are_counted_by_office(self, tmp_path: Path) -> None:
        months = [row(period=f"2021-{month:02d}", partner="KE") for month in range(1, 13)]
        compiled = compiled_of(
            tmp_path, *months, row(), row(reporter="FR"), row(period="2020"), period="year"
        )
        flags = {
            (one["reporter"], one["year"], one["importer"]): one["flags"] for one in compiled.frame.to_dicts()
        }
        assert flags == {
            ("DE", 2021, "KE"): "",
            ("DE", 2021, "NG"): "",  # the office reported every month; in eleven there was no such trade
            ("DE", 2020, "NG"): "",
            ("FR", 2021, "NG"): "months:1",
        }

    def test_months_in_files_of_their_own(self, tmp_path: Path) -> None:
        for month in (1, 2):
            write(tmp_path / f"{month}.csv", [row(period=f"2021-{month:02d}")])
        (found,) = compile_statistics([tmp_path], CompileOptions(period="year")).frame.to_dicts()
        assert (found["source"], found["units_low"], found["flags"]) == ("1.csv;2.csv", 20, "months:2")

    def test_sums_of_what_is_told_in_part(self, tmp_path: Path) -> None:
        rows = [row(), row(period="2021-02", weight_kg="", value=""), row(period="2021-03", quantity="")]
        (found,) = compiled_of(tmp_path, *rows, period="year").frame.to_dicts()
        assert (found["units_low"], found["units_high"]) == (20, None)
        assert (found["weight_kg"], found["value"]) == (28_000, 100_000)
        assert found["flags"] == "months:3;partial:value;partial:weight"


def test_other_goods_are_counted(tmp_path: Path) -> None:
    compiled = compiled_of(tmp_path, row(), row(code="84089041"), row(code="870600"), row(code="87"))
    assert compiled.counts().as_dict() == {
        "rows": 4,
        "other_goods": 3,
        "vehicle_rows": 1,
        "figures": 1,
        "compiled": 1,
        "left_out": {},
        "set_aside": {},
    }


ROWS = st.lists(
    st.builds(
        row,
        reporter=st.sampled_from(["DE", "FR", "EU", "JP", "ZZZ"]),
        partner=st.sampled_from(["NG", "KE", "DE", "WORLD", "Q7"]),
        flow=st.sampled_from(["export", "import", "re-export", "re-import"]),
        code=st.sampled_from([USED_DIESEL, "870332", "8703", "87042139", "84089041"]),
        period=st.sampled_from(["2021", "2021-01", "2021-02", "2020-12", "202x"]),
        quantity=st.sampled_from(["", 0, 1, 7, 4_000, -2]),
        weight_kg=st.sampled_from(["", 0, 1_400, 9_800.5]),
        value=st.sampled_from(["", 0, 1_000.01, 7_000]),
    ),
    min_size=1,
    max_size=25,
)


@settings(deadline=None, max_examples=60)
@given(ROWS, st.sampled_from(["month", "year"]), st.booleans())
def test_every_row_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], period: str, estimate: bool
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    compiled = compiled_of(folder, *rows, period=period, estimate="unit-weight" if estimate else None)
    adds_up(compiled)
    assert compiled.counts().rows == len(rows)
    kept = set(range(2, len(rows) + 2)) - {
        *compiled.left_out["line"],
        *compiled.set_aside["line"],
    }
    of_kept = [rows[line - 2] for line in kept if rows[line - 2]["code"].startswith("870")]
    assert compiled.counts().compiled == len(of_kept)
    assert compiled.frame["weight_kg"].sum() == sum(one["weight_kg"] or 0 for one in of_kept)
    assert compiled.frame["value"].sum() == pytest.approx(
        sum(one["value"] or 0 for one in of_kept), abs=0.001
    )
    least = sum(1 for one in compiled.frame.iter_rows(named=True) if (one["units_high"] or 0) < 0)
    assert least == 0


@settings(deadline=None, max_examples=25)
@given(ROWS)
def test_the_same_rows_give_the_same_bytes(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> None:
    told = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("bytes")
        files = write_statistics(compiled_of(folder, *rows), folder / "out")
        told.append({path.name: path.read_bytes() for path in files})
    assert told[0] == told[1]
