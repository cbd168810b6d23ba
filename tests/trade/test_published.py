"""Compiled flows beside what others published."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from tests.trade.made import row, table
from tests.trade.test_mirror import only
from vehiclecheck.cli import main
from vehiclecheck.records.errors import InputError
from vehiclecheck.standards.blocs import members
from vehiclecheck.trade.published import MEASURES, compared, figures, words
from vehiclecheck.trade.scopes import countries_of
from vehiclecheck.vocabulary.countries import COUNTRY_CODES
from vehiclecheck.vocabulary.harmonised import HARMONISED

SHARED = Path(os.environ.get("VEHICLECHECK_SHARED") or Path(__file__).resolve().parents[3] / "shared")
READ = SHARED / "tables" / "published-flows.csv"


def years(exporter: str, importer: str, span: range, units: float, **more: Any) -> list[dict[str, Any]]:
    return [row(exporter, importer, units, year=year, **more) for year in span]


def test_figures_are_said_in_words_that_mean_something() -> None:
    known = words()
    ids = [figure.id for figure in figures()]
    assert len(set(ids)) == len(ids) > 200
    for figure in figures():
        assert figure.measure in MEASURES, figure.id
        assert figure.vehicles in known["vehicles"], figure.id
        assert figure.condition in ("used", "new", "any"), figure.id
        assert not figure.standing or figure.standing in known["standing"], figure.id
        assert float(figure.low) <= float(figure.high), figure.id
        assert figure.address.startswith("http"), figure.id
        assert figure.title, figure.id
        assert figure.confidence in ("high", "medium", "low"), figure.id
        assert figure.months, figure.id
        for group in (figure.exporters, figure.importers, figure.of_exporters, figure.of_importers):
            if group in ("", "world", "outside EU", "all") or group in known["undefined"]["groups"]:
                continue
            assert set(countries_of(group, 2018)) <= set(COUNTRY_CODES), (figure.id, group)
        if figure.measure == "share" or figure.measure.startswith("rank"):
            assert "" not in (figure.of_exporters, figure.of_importers), figure.id


@pytest.mark.skipif(not READ.exists(), reason="the table of what was read is not beside this repository")
def test_figures_are_those_that_were_read() -> None:
    with READ.open(encoding="utf-8", newline="") as file:
        read = {
            (line["source_url"], number)
            for line in csv.DictReader(file)
            for number in re.findall(r"[\d.]+", line["value"])
        }
    for figure in figures():
        if figure.measure.startswith("rank"):
            continue
        assert {(figure.address, figure.low), (figure.address, figure.high)} <= read, figure.id


def test_disputed_figures_are_marked_with_who_says_so() -> None:
    found = compared(table(row("JP", "KE", 1)))
    doubled = found.filter(pl.col("standing") == "disputed")
    eu = doubled.filter(series="UNEP 2020", exporters="EU", importers="world", measure="units")
    assert {7_500_000, 7_600_000} <= set(eu["published_low"])
    assert all("Abe" in who and "seibikai" in who for who in doubled["standing_source"])
    assert (
        only(found, series="UNEP 2020", measure="units", exporters="EU+JP+US", importers="world")["standing"]
        == "disputed"
    )
    africa = found.filter(
        series="UNEP 2020", measure="share", importers="Africa", of_importers="world", start="2015"
    )
    assert africa["standing"].to_list() == ["disputed"]
    assert set(found.filter(series="UNEP 2020")["later_series"]) == {"UNEP 2021, UNEP 2024"}
    assert found.filter(series="UNEP 2024")["standing"].is_null().all()


def test_a_country_s_exports_are_compared_year_by_year() -> None:
    frame = table(
        *years("JP", "NG", range(2017, 2020), 5_000),
        row("JP", "NG", 400, year=2018, condition="mixed", code="870390"),
    )
    found = compared(frame)
    nigeria = only(found, id="japanese-56")  # 6,922 used vehicles in 2018
    assert (nigeria["compiled_low"], nigeria["compiled_high"]) == (5_000, 5_400)
    assert (nigeria["difference_low"], nigeria["difference_high"]) == (5_000 - 6_922, 5_400 - 6_922)
    assert nigeria["percent_high"] == round(100 * (5_400 - 6_922) / 6_922, 4)
    assert nigeria["not_comparable"] is None
    # months of 2019 are not told, and another year is missing
    assert only(found, id="japanese-18")["not_comparable"] == "JP reports no figures of 2019-01"
    partly = found.filter(exporters="JP", importers="world", start="2015", measure="units a year")
    assert partly["not_comparable"].to_list() == [
        "other years or exporters: the table holds nothing reported by JP in 2015-2016"
    ]


def test_other_scopes_are_not_compared() -> None:
    found = compared(
        table(*years("JP", "KE", range(2010, 2025), 1_000), *years("US", "KE", range(2010, 2025), 500))
    )
    reasons = found.drop_nulls("not_comparable")["not_comparable"]
    assert "which countries are meant by Middle East is not told" in set(reasons)
    assert any(
        reason.startswith("other scope of exporters: the table holds nothing reported by AT, BE")
        for reason in reasons
    )
    part = compared(table(row("JP", "AE", 9, flags="months:11")))
    assert only(part, id="jumvea-01")["not_comparable"] == "JP reports 11 of 12 months of 2020"
    japan = only(found, series="UNEP 2020", measure="units a year")
    assert (japan["compiled_low"], japan["compiled_high"]) == (1_000, 1_000)


def _world() -> list[dict[str, Any]]:
    union = sorted({code for year in range(2015, 2023) for code in members("EU", dt.date(year, 7, 1))})
    rows = []
    for code in union:
        if code == "DE":
            continue
        rows += years(code, "UA", range(2015, 2023), 0)
    rows += years("DE", "NG", range(2015, 2023), 300)
    rows += years("DE", "PL", range(2015, 2023), 100)
    rows += years("JP", "NZ", range(2015, 2023), 500)
    rows += years("US", "AE", range(2015, 2023), 150)
    return rows + years("KR", "JO", range(2015, 2023), 50)


def test_shares_are_of_the_same_exporters_and_bounds_say_whether_trade_inside_the_eu_counts() -> None:
    found = compared(table(*_world()))
    japan = only(found, series="UNEP 2024", exporters="JP", measure="share")
    # 500 of 1000, or of 1100 with what Germany sends to Poland
    assert (japan["compiled_low"], japan["compiled_high"]) == (round(100 * 500 / 1100, 4), 50)
    assert (japan["difference_low"], japan["difference_high"]) == (
        round(round(100 * 500 / 1100, 4) - 34.5, 6),
        15.5,
    )
    assert "inside the EU" in japan["note"]
    eu = only(found, series="UNEP 2024", exporters="EU", measure="share")
    assert (eu["compiled_low"], eu["compiled_high"]) == (30, round(100 * 400 / 1100, 4))
    africa = only(found, series="UNEP 2024", importers="Africa", measure="share")
    assert (africa["compiled_low"], africa["compiled_high"]) == (
        round(100 * 300 / 1100, 4), 30)  # fmt: skip
    total = only(found, series="UNEP 2024", exporters="EU+JP+US+KR", measure="units", start="2022")
    assert (total["compiled_low"], total["compiled_high"]) == (1000, 1100)


def test_a_bloc_that_reports_as_one_stands_for_its_members() -> None:
    frame = table(
        *(row("EU", "NG", 10, year=year, vehicle_class="HDV", category="N3") for year in range(2015, 2021))
    )
    found = compared(frame)
    trucks = only(found, series="UNEP heavy 2024", exporters="EU", vehicles="trucks")
    assert (trucks["compiled_low"], trucks["compiled_high"]) == (60, 60)
    buses = only(found, series="UNEP heavy 2024", exporters="EU", vehicles="buses")
    assert (buses["compiled_low"], buses["compiled_high"]) == (0, 0)


def test_vehicles_that_a_code_does_not_tell_apart_are_bounds() -> None:
    more: dict[str, Any] = {"fuel": "hev", "category": "M1"}
    frame = table(
        row("JP", "MN", 20, year=2018, **more),
        row("JP", "MN", 7, year=2018, fuel="petrol", flags="hybrids-included", code="1"),
        row("JP", "MN", 90, year=2018, fuel="petrol", code="2"),
        row("JP", "MN", 5, year=2018, fuel="any", code="3"),
    )
    found = only(compared(frame), importers="MN", start="2018", vehicles="light electric")
    assert (found["compiled_low"], found["compiled_high"]) == (20, 32)


def test_ranks_are_bounds_too() -> None:
    span = range(2015, 2021)
    heavy: dict[str, Any] = {"vehicle_class": "HDV", "category": "N3"}
    frame = table(
        *(
            one
            for code, units in {"MZ": 5, "ZA": 9, "KE": 7}.items()
            for one in years("JP", code, span, units, **heavy)
        ),
        *years("JP", "TZ", span, 50, condition="mixed", **heavy),
    )
    found = only(compared(frame), measure="rank of importer", importers="MZ")
    # South Africa and Kenya are ahead; Tanzania may be
    assert (found["compiled_low"], found["compiled_high"]) == (3, 4)
    assert (found["published_low"], found["published_high"]) == (1, 10)


def test_imports_from_all_are_what_the_importer_reports_and_growth_needs_the_year_before() -> None:
    frame = table(
        *(row("JP", "NG", units, "importer", year=year) for year, units in ((2018, 100), (2019, 120)))
    )
    found = compared(frame)
    growth = only(found, measure="growth", importers="NG")
    assert (growth["compiled_low"], growth["compiled_high"], growth["difference_low"]) == (20, 20, 8)
    assert "LY" in only(found, measure="growth", importers="LY")["not_comparable"]
    new = table(
        row("JP", "PA", 10, "importer", year=2018, condition="new"), row("US", "PA", 3, "importer", year=2018)
    )
    found = compared(new)
    assert only(found, importers="PA", condition="new")["compiled_low"] == 10
    assert only(found, importers="PA", condition="used")["compiled_high"] == 3


def test_a_table_without_years_is_refused() -> None:
    with pytest.raises(InputError, match="no row with a year"):
        compared(pl.DataFrame(schema=HARMONISED))


def test_the_command_prints_both_ways(tmp_path: Path) -> None:
    table(*_world()).write_parquet(tmp_path / "flows.parquet")
    for columns in ("72", "150"):
        said = CliRunner(env={"COLUMNS": columns}).invoke(
            main, ["flows", "compare", str(tmp_path), "--published"]
        )
        assert said.exit_code == 0, said.output
        assert "disputed" in said.output
        assert "Not comparable:" in said.output
        assert max(map(len, said.output.splitlines())) <= int(columns)
    told = json.loads(
        CliRunner().invoke(main, ["flows", "compare", str(tmp_path), "--published", "--json"]).stdout
    )
    assert len(told["published"]) == len(figures())
    assert CliRunner().invoke(main, ["flows", "compare", str(tmp_path)]).exit_code == 2
