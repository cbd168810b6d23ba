"""`vehiclecheck emissions` from files to what is printed and written."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.endtoend.running import FINLAND, MOMBASA, SAMPLES, files_of, needs, refused_with, vehiclecheck
from vehiclecheck.air.estimate import ESTIMATED, TONNES

ROWS, CARS, REFUSED = 13_360, 326_348, 92_438


def told(*arguments: object) -> dict[str, Any]:
    said = vehiclecheck("emissions", *arguments, "--json")
    assert said.code == 0, said
    document: dict[str, Any] = said.json
    return document


class TestMombasa:
    def test_verdicts_are_those_of_the_importer(self) -> None:
        document = told(MOMBASA)
        screened = vehiclecheck("screen", MOMBASA, "--json").json
        counted: dict[tuple[str, str], int] = {}
        for row in screened["verdicts"]:
            key = (row["importer"], row["importer_verdict"])
            counted[key] = counted.get(key, 0) + row["quantity"]
        assert {(row["importer"], row["verdict"]): row["units"] for row in document["groups"]} == counted
        # MBA-017 is refused by Japan alone: not by the importer
        assert counted != {("KE", "refused"): 9}
        assert document["counts"]["rows_in"] == 40
        assert document["total"]["units"] == 39

    def test_what_is_said_holds_method_source_share_and_totals(self) -> None:
        said = vehiclecheck("emissions", MOMBASA)
        for words in (
            "Estimate",
            "hot exhaust",
            "cold start",
            "ageing",
            "EMEP/EEA air pollutant emission inventory guidebook 2019",
            "OSeMOSYS-CR",
            "passenger cars 14,773",
            "2 of 39 vehicles (5.1 %)",
            "no factors for hev",
            "40 rows in = 39 judged + 1 set aside; 39 vehicles judged, 1 set aside.",
        ):
            assert words in said.words
        assert max(len(line) for line in said.out.splitlines()) <= 80

    def test_csv_json_and_files_tell_the_same(self, tmp_path: Path) -> None:
        out = tmp_path / "air"
        said = vehiclecheck("emissions", MOMBASA, "--by", "importer,vehicle_class,verdict", "--out", out)
        assert "emissions_coverage.csv" in said.words
        document = told(MOMBASA, "--by", "importer,vehicle_class,verdict")
        printed = vehiclecheck("emissions", MOMBASA, "--by", "importer,vehicle_class,verdict", "--csv").out
        written = files_of(out)
        assert sorted(written) == ["emissions.csv", "emissions.json", "emissions_coverage.csv"]
        assert written["emissions.csv"].decode() == printed
        assert json.loads(written["emissions.json"]) == document
        rows = list(csv.DictReader(io.StringIO(printed)))
        assert [row["importer"] for row in rows] == [row["importer"] for row in document["groups"]]
        for row, group in zip(rows, document["groups"], strict=True):
            for name in TONNES:
                assert (float(row[name]) if row[name] else None) == group[name]

    def test_ranges_change_nothing(self) -> None:
        assert told(MOMBASA, "--range-rows", 7) == told(MOMBASA)

    def test_a_shown_bound_is_no_tighter_than_the_true_one(self) -> None:
        from vehiclecheck.outputs.emissions import bound_words

        for number in (0.0, 1e-9, 0.00012345, 0.9995, 9.999, 12.345, 99_950.0, 1_234_567.0):
            low, high = (float(bound_words(number, upper=up).replace(",", "")) for up in (False, True))
            assert low <= number <= high
            assert math.isclose(low, high, rel_tol=0.011)
        assert bound_words(None, upper=True) == "?"
        assert bound_words(1234.0, upper=False, unit=1_000.0) == "1.23"

    def test_a_flow_table_of_the_same_cargo_has_no_narrower_bounds(self, tmp_path: Path) -> None:
        by = "importer,year,category,propulsion,emission_class"
        # flows hold the verdicts of both sides, so without the exporter they are the importer's
        cargo = tmp_path / "cargo.csv"
        pl.read_csv(MOMBASA, infer_schema=False).drop("exporter").write_csv(cargo)
        assert vehiclecheck("screen", cargo, "--by", by, "--out", tmp_path / "out").code == 0
        records = told(cargo, "--by", "importer,verdict")
        table = told("--flows", tmp_path / "out" / "flows.csv")
        assert table["by"] == ["importer", "verdict"]
        assert len(records["groups"]) == len(table["groups"]) > 5
        for mine, wide in zip(records["groups"], table["groups"], strict=True):
            assert (mine["importer"], mine["verdict"], mine["units"]) == (
                wide["importer"],
                wide["verdict"],
                wide["units"],
            )
            assert mine["units_not_covered"] == wide["units_not_covered"]
            for name in ESTIMATED:
                for period in ("year", "life"):
                    low, high = f"{name}_{period}_low", f"{name}_{period}_high"
                    if None not in (mine[low], wide[low]):
                        assert wide[low] <= mine[low] <= mine[high] <= wide[high], (name, mine)
        as_parquet = tmp_path / "flows.parquet"
        pl.read_csv(tmp_path / "out" / "flows.csv").write_parquet(as_parquet)
        assert told("--flows", as_parquet)["groups"] == table["groups"]

    def test_stated_sulphur_and_driving_are_used_and_said(self) -> None:
        document = told(MOMBASA, "--sulphur", 50, "--speed", "urban=100", "--km-per-year", 1000, "--years", 2)
        total = document["total"]
        covered = total["units"] - total["units_not_covered"]
        assert total["units_with_sulphur"] == covered
        assert math.isclose(
            total["so2_year_high"], total["fuel_year_high"] * 50e-6 * 64.06 / 32.06, rel_tol=1e-5
        )
        assert math.isclose(total["nox_life_low"], 2 * total["nox_year_low"], rel_tol=1e-5)
        said = vehiclecheck(
            "emissions", MOMBASA, "--sulphur", 50, "--speed", "urban", "--km-per-year", 1000
        ).words
        assert "50 mg/kg of sulphur as stated" in said
        assert "km a year: 1,000; 100 % urban driving" in said

    def test_several_countries_have_no_sum(self) -> None:
        said = vehiclecheck("emissions", MOMBASA, "--to", "KE", "--to", "UG", "--by", "importer")
        assert said.code == 0
        assert not any(line.startswith("all ") for line in said.out.splitlines())
        alone = vehiclecheck("emissions", MOMBASA, "--to", "KE", "--by", "importer,verdict")
        assert any(line.startswith("all ") for line in alone.out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--flows"]),
        ([MOMBASA, "--flows", MOMBASA], ["one of them"]),
        ([MOMBASA, "--km-per-year", "far"], ["--km-per-year", "'far'"]),
        ([MOMBASA, "--by", "colour"], ["--by", "colour", "verdict"]),
        ([MOMBASA, "--by", "verdict,verdict"], ["--by", "each once"]),
        ([MOMBASA, "--to", "Atlantis"], ["--to", "Atlantis"]),
        ([MOMBASA, "--sulphur", "-1"], ["--sulphur"]),
        ([SAMPLES / "fuel-certificates.csv"], ["fuel-certificates.csv", "fuel records"]),
        (["missing.csv"], ["missing.csv"]),
        (["--flows", "missing.csv"], ["missing.csv"]),
        (["--flows", MOMBASA], ["shipment-mombasa.csv", "units"]),
        (["--flows", MOMBASA, "--to", "KE"], ["--to", "names its countries itself"]),
    ],
)
def test_wrong_use_is_told_in_a_sentence(arguments: list[object], words: list[str]) -> None:
    refused_with(vehiclecheck("emissions", *arguments), *words)


def test_a_hostile_flow_table_is_refused_or_shown_harmless(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_text('importer,month,units\nKE,"=1+1",3\n', encoding="utf-8")
    said = vehiclecheck("emissions", "--flows", path)
    refused_with(said, "line 2", "month", "=1+1")
    path.write_bytes(b"importer,units\n\xff\xfe\x00,3\n")
    refused_with(vehiclecheck("emissions", "--flows", path), "flows.csv")
    path.write_text("importer,units\nKE,3,4,5\n", encoding="utf-8")
    refused_with(vehiclecheck("emissions", "--flows", path), "flows.csv")
    path.write_text("", encoding="utf-8")
    refused_with(vehiclecheck("emissions", "--flows", path), "flows.csv")


@needs(FINLAND)
class TestFinland:
    """Used cars imported to Finland, reckoned as if each had gone to Kenya."""

    def test_every_car_is_counted_and_the_refused_are_a_line(self) -> None:
        document = told(FINLAND, "--to", "KE")
        total = document["total"]
        assert (total["rows"], total["units"]) == (ROWS, CARS)
        by_verdict = {row["verdict"]: row for row in document["groups"]}
        assert by_verdict["refused"]["units"] == REFUSED
        # plug-in hybrids, gas and `other` have no factors; electric cars have no exhaust
        rows = pl.read_csv(FINLAND)
        none = pl.col("driving_power").str.contains(
            "plug-in|Natural gas|^Other|^Gas|^Liquefied|^Ethanol|^Fuel oil"
        )
        electric = rows.filter(driving_power="Electricity")["cars"].sum()
        assert total["units_electric"] == electric
        assert total["units_not_covered"] <= rows.filter(none)["cars"].sum()
        assert (
            total["units_not_covered"]
            >= rows.filter(pl.col("driving_power").str.contains("plug-in"))["cars"].sum()
        )
        for name in TONNES:
            if name.endswith("low") and not name.startswith("so2"):
                assert 0 < total[name] < total[name.replace("_low", "_high")]

    def test_an_exporter_narrows_the_bounds(self) -> None:
        untold, german = (told(FINLAND, "--to", "KE", *more)["total"] for more in ((), ("--from", "DE")))
        assert german["nox_year_low"] >= untold["nox_year_low"]
        assert german["nox_year_high"] < untold["nox_year_high"] / 4
        inferred_off = told(FINLAND, "--to", "KE", "--from", "DE", "--no-infer")["total"]
        assert inferred_off["nox_year_high"] == untold["nox_year_high"]

    def test_ranges_change_nothing(self) -> None:
        assert told(FINLAND, "--to", "KE", "--range-rows", 997) == told(FINLAND, "--to", "KE")
