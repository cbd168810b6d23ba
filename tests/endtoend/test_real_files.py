"""The real files of customs and registers, where they are at hand: every row and vehicle is accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from tests.endtoend.running import FINLAND, KOREA, Told, needs, table, vehiclecheck

ROWS, CARS = 13_360, 326_348


@needs(FINLAND)
class TestFinland:
    """Used cars imported to Finland, as counts: judged as if each had gone elsewhere."""

    @pytest.fixture(scope="class")
    @staticmethod
    def kenya(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Path]:
        folder = tmp_path_factory.mktemp("finland") / "out"
        return vehiclecheck("screen", FINLAND, "--to", "KE", "--out", folder), folder

    @pytest.fixture(scope="class")
    @staticmethod
    def cars(kenya: tuple[Told, Path]) -> pl.DataFrame:
        """Verdicts beside the rows of the file."""
        rows = pl.read_csv(FINLAND).with_row_index("line", offset=2).cast({"line": pl.Int64})
        verdicts = table(kenya[1], "verdicts").with_columns(pl.col("line").cast(pl.Int64))
        return rows.join(verdicts, on="line", how="full", coalesce=True)

    def test_rows_and_cars_add_up(self, kenya: tuple[Told, Path], cars: pl.DataFrame) -> None:
        told, folder = kenya
        assert told.code == 0
        assert f"{ROWS:,} rows in = {ROWS:,} judged + 0 set aside; {CARS:,} vehicles judged." in told.words
        assert cars.height == ROWS
        assert (cars["cars"] == cars["quantity"].cast(pl.Int64)).all()
        assert cars["cars"].sum() == CARS
        flows = table(folder, "flows").cast({"units": pl.Int64, "rows": pl.Int64})
        assert flows.select(pl.col("units", "rows").sum()).row(0) == (CARS, ROWS)

    def test_ages_refused_by_year(self, kenya: tuple[Told, Path], cars: pl.DataFrame) -> None:
        findings = table(kenya[1], "findings").filter(provision="KE.age.used", outcome="fail")
        refused = cars.filter(pl.col("record_id").is_in(findings["record_id"].implode()))
        by_year: Mapping[int, int] = dict(refused.group_by("import_year").agg(pl.col("cars").sum()).rows())
        assert {year: by_year[year] for year in (2021, 2022, 2023)} == {2021: 8_822, 2022: 7_664, 2023: 4_683}
        assert (refused["verdict"] == "refused").all()

    def test_a_steering_side_that_nobody_tells_is_not_passed(
        self, kenya: tuple[Told, Path], cars: pl.DataFrame
    ) -> None:
        assert set(cars["verdict"]) == {"refused", "undetermined"}
        steering = table(kenya[1], "findings").filter(provision="KE.steering")
        assert set(steering["outcome"]) == {"unknown"}
        assert set(steering["missing"]) == {"steering"}
        assert steering.height == ROWS

    def test_each_car_with_the_fuel_of_its_destination(self, tmp_path: Path) -> None:
        """Cars first registered in Finland since 2011 are Euro 5 at least; Kenya allows more sulphur than they bear."""
        told = vehiclecheck("screen", FINLAND, "--to", "KE", "--from", "FI", "--out", tmp_path / "out")
        assert told.code == 0
        verdicts = table(tmp_path / "out", "verdicts").cast({"quantity": pl.Int64})
        units = dict(verdicts.group_by("fuel_match").agg(pl.col("quantity").sum()).rows())
        assert sum(units.values()) == CARS
        matched = {word: units.pop(word, 0) for word in ("does_not_fit", "unknown", "fits")}
        assert matched["does_not_fit"] > 100_000
        assert matched["fits"] == 0  # a class is bounded from below by its market, never from above
        burns = pl.read_csv(FINLAND)["driving_power"].unique().to_list()
        assert len(burns) > 3
        assert sum(units.values()) > 20_000  # what burns neither petrol nor diesel is matched with nothing
        findings = table(tmp_path / "out", "findings").filter(kind="fuel_match")
        assert set(findings["effect"]) == {"advise"}
        assert set(findings["inferred"]) == {"true"}
        assert findings.height == verdicts.filter(fuel_match="does_not_fit").height

    def test_an_exporter_for_all_records(self, kenya: tuple[Told, Path], tmp_path: Path) -> None:
        told = vehiclecheck("screen", FINLAND, "--to", "KE", "--from", "FI", "--out", tmp_path)
        assert told.code == 0
        ours, others = table(tmp_path, "verdicts"), table(kenya[1], "verdicts")
        assert set(ours["exporter"]) == {"FI"}
        assert ours["importer_verdict"].equals(others["importer_verdict"])

    def test_every_country_at_once(self, tmp_path: Path) -> None:
        told = vehiclecheck(
            "screen", FINLAND, "--to", "all", "--by", "importer", "--format", "parquet", "--out", tmp_path
        )
        assert told.code == 0
        flows = pl.read_parquet(tmp_path / "flows.parquet")
        assert (flows["units"] == CARS).all()
        verdicts = ("refused", "undetermined", "conditional", "admitted", "unregulated", "no_pack")
        assert (flows.select(pl.sum_horizontal(verdicts)).to_series() == CARS).all()
        rows = pl.scan_parquet(tmp_path / "verdicts.parquet").group_by("importer").agg(pl.len()).collect()
        assert rows.height == flows.height >= 18
        assert (rows["len"] == ROWS).all()
        assert f"{ROWS * flows.height:,} judgements" in told.words

    def test_ranges_change_no_number(self, kenya: tuple[Told, Path], tmp_path: Path) -> None:
        vehiclecheck("screen", FINLAND, "--to", "KE", "--out", tmp_path, "--range-rows", 7_000)
        for name in ("verdicts", "findings", "flows"):
            assert (tmp_path / f"{name}.csv").read_bytes() == (kenya[1] / f"{name}.csv").read_bytes()


@needs(KOREA)
def test_korea_declares_all_kinds_of_goods(tmp_path: Path) -> None:
    told = vehiclecheck("screen", KOREA, "--out", tmp_path)
    assert told.code == 0
    assert "8,134 rows in = 89 judged + 0 set aside + 8,045 not vehicles; 89 vehicles judged." in told.words
    verdicts = table(tmp_path, "verdicts")
    assert verdicts.height == 89
    assert "admitted" not in set(verdicts["verdict"])  # neither age nor condition is told
