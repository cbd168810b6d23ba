"""`vehiclecheck flows`: files of records as ever, `compile` beside them, and the one table of both."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from tests.endtoend.running import (
    FINLAND,
    KOREA,
    MOMBASA,
    SAMPLES,
    Told,
    files_of,
    needs,
    refused_with,
    vehiclecheck,
)
from tests.trade.test_compiling import COLUMNS, USED_DIESEL, row, write
from vehiclecheck.cli import main
from vehiclecheck.flows.harmonised import category_text, class_words, condition_word, fuel_word, hs_digits
from vehiclecheck.trade.codes import FUELS
from vehiclecheck.vocabulary.harmonised import CLASSES, CONDITIONS, HARMONISED
from vehiclecheck.vocabulary.terms import (
    ALL_CATEGORIES,
    ALL_CONDITIONS,
    ALL_PROPULSIONS,
    category_mask,
    propulsion_mask,
)


class TestTheGroup:
    """A first argument that names a command is one; any other is a file."""

    def test_files_are_counted_as_ever(self) -> None:
        told = vehiclecheck("flows", MOMBASA, "--by", "importer", "--json").json
        units = {one["importer"]: one["units"] for one in told["flows"]}
        assert units["KE"] == 30
        assert sum(units.values()) == told["counts"]["units_judged"] == 39

    def test_options_may_stand_before_the_files(self) -> None:
        before = vehiclecheck("flows", "--by", "importer", MOMBASA)
        assert before.code == 0
        assert before.out == vehiclecheck("flows", MOMBASA, "--by", "importer").out

    def test_help_shows_both(self) -> None:
        words = vehiclecheck("flows", "--help").words
        assert "flows [OPTIONS] FILES..." in words
        assert "flows COMMAND [ARGS]..." in words
        assert "--by A,B" in words
        assert "compile Compile files of statistical offices" in words

    def test_help_of_a_command_is_its_own(self) -> None:
        words = vehiclecheck("flows", "compile", "--help").words
        assert "flows compile [OPTIONS] FOLDER|FILES..." in words
        assert "--by" not in words

    def test_no_files(self) -> None:
        assert "Missing argument 'FILES...'" in vehiclecheck("flows").err
        assert "Missing argument 'FOLDER|FILES...'" in vehiclecheck("flows", "compile").err

    def test_a_file_called_like_a_command(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "compile").write_bytes(MOMBASA.read_bytes())
        monkeypatch.chdir(tmp_path)
        assert vehiclecheck("flows", "./compile", "--by", "importer").out.startswith("importer")

    def test_a_word_that_is_neither(self) -> None:
        refused_with(vehiclecheck("flows", "kompile"), "kompile")


class TestCompile:
    """What the command prints and writes."""

    @pytest.fixture
    def offices(self, tmp_path: Path) -> Path:
        folder = tmp_path / "offices"
        write(
            folder / "germany.csv",
            [
                row(),
                row(period="2021-02", quantity=12),
                row(partner="WORLD", quantity=22),
                row(partner="Q7"),
                row(code="84089041"),
                row(code="87042139", quantity="", weight_kg=12_000),
            ],
        )
        write(
            folder / "nigeria.csv",
            [row(reporter="NG", partner="DE", flow="import", code="870332", period="2021")],
        )
        (folder / "letter.txt").write_text("Dear colleague,\n")
        return folder

    def test_rows_are_reconciled_in_a_sentence(self, offices: Path) -> None:
        words = vehiclecheck("flows", "compile", offices).words
        assert (
            "7 rows in = 4 compiled + 1 left out + 1 set aside + 1 about other goods; 4 rows in the table."
            in words
        )

    def test_light_and_heavy_as_bounds(self, offices: Path) -> None:
        lines = vehiclecheck("flows", "compile", offices).out.splitlines()
        (used,) = (line.split() for line in lines if line.startswith("exporter     used"))
        # 10 + 12 cars; what weighs 12 t in a code up to 5 t is at least 3 vehicles of either class
        assert used == ["exporter", "used", "22", "or", "more", "not", "known", "0", "40"]

    def test_what_was_not_compiled_is_named(self, offices: Path) -> None:
        words = vehiclecheck("flows", "compile", offices).words
        assert "letter.txt:" in words
        assert "partner world germany.csv, line 4" in words
        assert "unknown partner germany.csv, line 5: Q7" in words

    def test_files_written(self, offices: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        told = vehiclecheck("flows", "compile", offices, "--out", out)
        assert told.code == 0, told.err
        names = {
            "flows.parquet",
            "flows.csv",
            "left_out.csv",
            "set_aside.csv",
            "inputs.json",
            "median_weights.csv",
        }
        assert names <= {path.name for path in out.iterdir()}
        assert not [path.name for path in out.iterdir() if path.name.startswith(".")]
        frame = pl.read_parquet(out / "flows.parquet")
        assert dict(frame.schema) == HARMONISED
        text = pl.read_csv(out / "flows.csv", schema=HARMONISED).with_columns(pl.col("flags").fill_null(""))
        assert text.equals(frame)
        assert (
            (out / "flows.csv")
            .read_text()
            .splitlines()[1]
            .startswith("DE,NG,2021,1,LDV,M1,diesel,used,10,10,14000.0,")
        )

    def test_the_account_of_inputs(self, offices: Path, tmp_path: Path) -> None:
        vehiclecheck("flows", "compile", offices, "--out", tmp_path / "out")
        document = json.loads((tmp_path / "out" / "inputs.json").read_text())
        german = document["inputs"][0]
        path = offices / "germany.csv"
        assert german["name"] == "germany.csv"
        assert german["layout"] == "plain"
        assert german["bytes"] == path.stat().st_size
        assert german["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert german["rows"] == 6 == german["vehicle_rows"] + german["other_goods"]
        assert german["left_out"] == {"partner world": 1}
        assert german["set_aside"] == {"unknown partner": 1}
        assert [one["name"] for one in document["not_read"]] == ["letter.txt"]
        assert str(tmp_path) not in json.dumps(document)

    def test_the_same_bytes_from_anywhere(
        self, offices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vehiclecheck("flows", "compile", offices, "--out", tmp_path / "one")
        monkeypatch.chdir(offices)
        os.utime(offices / "germany.csv", (1, 1))
        vehiclecheck("flows", "compile", ".", "--out", tmp_path / "two")
        # what the command was called with differs, nothing else
        named = {"provenance.json", "datapackage.json"}
        one, two = (
            {name: data for name, data in files_of(tmp_path / folder).items() if name not in named}
            for folder in ("one", "two")
        )
        assert one == two

    def test_earlier_results_stay_where_nothing_can_be_read(self, offices: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        vehiclecheck("flows", "compile", offices, "--out", out)
        before = files_of(out)
        for name in ("germany.csv", "nigeria.csv"):
            (offices / name).write_text("a,b\n1,2\n")
        refused_with(
            vehiclecheck("flows", "compile", offices, "--out", out), "whose layout is known", "germany.csv"
        )
        assert files_of(out) == before

    def test_json(self, offices: Path) -> None:
        told = vehiclecheck("flows", "compile", offices, "--json").json
        assert len(told["flows"]) == 4
        assert told["total"]["rows"] == 7
        assert told["options"] == {"period": "month", "estimate": None, "keep_outliers": False, "rates": None}

    def test_estimate_and_years(self, offices: Path) -> None:
        options = ("--estimate", "unit-weight", "--period", "year", "--json")
        told = vehiclecheck("flows", "compile", offices, *options).json
        cars = next(one for one in told["flows"] if one["code"] == USED_DIESEL)
        assert (cars["units_low"], cars["units_high"], cars["flags"]) == (22, 22, "months:2")
        assert told["options"]["estimate"] == "unit-weight"

    @pytest.mark.parametrize("columns", [60, 72, 100, 160])
    def test_nothing_runs_over_the_edge(self, offices: Path, columns: int) -> None:
        result = CliRunner(env={"COLUMNS": str(columns)}).invoke(main, ["flows", "compile", str(offices)])
        assert result.exit_code == 0
        long = [line for line in result.stdout.splitlines() if len(line) > columns and "/" not in line]
        assert not long


class TestRefusals:
    """Bad input ends with one sentence and code 2."""

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        refused_with(vehiclecheck("flows", "compile", tmp_path), "holds no file")

    def test_a_folder_that_is_none(self, tmp_path: Path) -> None:
        refused_with(vehiclecheck("flows", "compile", tmp_path / "nowhere"), "nowhere")

    def test_a_column_renamed(self, tmp_path: Path) -> None:
        path = write(tmp_path / "office.csv", [row()], ["reporting country", *COLUMNS[1:]])
        refused_with(vehiclecheck("flows", "compile", path), "office.csv", "reporter")

    def test_rates(self, tmp_path: Path) -> None:
        path = write(tmp_path / "office.csv", [row()])
        rates = tmp_path / "rates.csv"
        rates.write_text("currency,year,usd\nEUR,2021,1.2\n")
        refused_with(vehiclecheck("flows", "compile", path, "--rates", rates), "rates.csv", "period")
        refused_with(vehiclecheck("flows", "compile", path, "--rates", tmp_path / "none.csv"), "none.csv")

    def test_a_folder_that_cannot_be_written_to(self, tmp_path: Path) -> None:
        path = write(tmp_path / "office.csv", [row()])
        (tmp_path / "file").write_text("")
        refused_with(
            vehiclecheck("flows", "compile", path, "--out", tmp_path / "file" / "out"), "cannot be written to"
        )


def harmonised(*arguments: object, folder: Path, name: str = "flows.parquet") -> pl.DataFrame:
    """The harmonised table of records."""
    told: Told = vehiclecheck("flows", *arguments, "--harmonised", folder / name)
    assert told.code == 0, told.err
    return pl.read_parquet(folder / name)


class TestRecords:
    """`flows FILES --harmonised`: the same columns, from vehicle records."""

    def test_vehicles_value_and_columns(self, tmp_path: Path) -> None:
        frame = harmonised(MOMBASA, folder=tmp_path)
        assert dict(frame.schema) == HARMONISED
        assert frame["units_low"].sum() == frame["units_high"].sum() == 39
        flows = vehiclecheck("flows", MOMBASA, "--by", "importer", "--json").json["flows"]
        assert frame["value"].sum() == sum(one["value_usd"] for one in flows)
        by_importer = frame.group_by("reporter").agg(pl.col("units_low").sum())
        assert dict(by_importer.rows()) == {one["importer"]: one["units"] for one in flows}
        assert set(frame["condition"]) == {"used"}
        assert set(frame["source"]) == {"shipment-mombasa.csv"}

    def test_ranges_change_nothing(self, tmp_path: Path) -> None:
        whole = harmonised(MOMBASA, folder=tmp_path)
        assert harmonised(MOMBASA, "--range-rows", 7, folder=tmp_path, name="cut.parquet").equals(whole)

    def test_what_is_printed_is_the_same(self, tmp_path: Path) -> None:
        plain = vehiclecheck("flows", MOMBASA).out
        assert vehiclecheck("flows", MOMBASA, "--harmonised", tmp_path / "flows.csv").out == plain
        header = (tmp_path / "flows.csv").read_text().splitlines()[0]
        assert header == ",".join(HARMONISED)

    def test_who_reported(self, tmp_path: Path) -> None:
        frame = harmonised(MOMBASA, "--reported-by", "exporter", folder=tmp_path)
        assert set(frame["reported_by"]) == {"exporter"}
        assert frame["reporter"].equals(frame["exporter"].alias("reporter"))

    def test_refusals(self, tmp_path: Path) -> None:
        flows = tmp_path / "flows.xlsx"
        refused_with(vehiclecheck("flows", MOMBASA, "--harmonised", flows), ".parquet or .csv")
        two = ("--to", "KE", "--to", "UG")
        refused_with(vehiclecheck("flows", MOMBASA, *two, "--harmonised", tmp_path / "f.csv"), "one importer")
        fuel = SAMPLES / "fuel-certificates.csv"
        refused_with(vehiclecheck("flows", fuel, "--harmonised", tmp_path / "f.csv"), "fuel records")
        assert not list(tmp_path.iterdir())

    @needs(FINLAND)
    def test_finland_is_an_importers_series(self, tmp_path: Path) -> None:
        frame = harmonised(FINLAND, folder=tmp_path)
        rows = pl.read_csv(FINLAND)
        by_year = dict(rows.group_by("import_year").agg(pl.col("cars").sum()).rows())
        assert dict(frame.group_by("year").agg(pl.col("units_low").sum()).rows()) == by_year
        told = (
            frame.select("importer", "reported_by", "reporter", "condition", "vehicle_class").unique().rows()
        )
        assert told == [("FI", "importer", "FI", "used", "LDV")]
        assert frame["exporter"].null_count() == frame["month"].null_count() == frame.height

    @needs(KOREA)
    def test_korea_is_mixed_either_way(self, tmp_path: Path) -> None:
        frame = harmonised(KOREA, folder=tmp_path)
        assert set(frame["condition"]) == {"mixed"}
        told = vehiclecheck("flows", "compile", KOREA)
        assert (
            "8,134 rows in = 89 compiled + 0 left out + 0 set aside + 8,045 about other goods" in told.words
        )
        assert "No code of these files tells used vehicles from new ones: all are `mixed`." in told.words
        compiled = pl.DataFrame(
            vehiclecheck("flows", "compile", KOREA, "--json").json["flows"], infer_schema_length=None
        )
        # both join by what they share; a declaration counts vehicles no more than its weight does
        keys = ["exporter", "importer", "year", "month", "code"]
        both = frame.group_by(keys).agg(pl.col("weight_kg").sum()).join(compiled, on=keys, validate="1:1")
        assert both.height == compiled.height == 42
        assert both["weight_kg"].to_list() == pytest.approx(both["weight_kg_right"].to_list())


class TestWords:
    """Sets of records in the words of statistics."""

    @pytest.mark.parametrize(
        ("categories", "word"),
        [
            (["M1"], "LDV"),
            (["N1"], "LDV"),
            (["M1", "N1"], "LDV"),
            (["N2"], "HDV"),
            (["M3", "N3"], "HDV"),
            (["tractor-unit"], "HDV"),
            (["M2"], "LDV or HDV"),
            (["M2", "M3"], "LDV or HDV"),
            (["N1", "N2"], "LDV or HDV"),
            (["M1", "L"], "LDV or HDV"),
            (["L"], "other"),
            (["T"], "other"),
            (["all"], "LDV or HDV"),
        ],
    )
    def test_classes(self, categories: list[str], word: str) -> None:
        assert class_words(category_mask(categories)) == word

    @pytest.mark.parametrize(
        ("propulsions", "word"),
        [
            (["petrol"], "petrol"),
            (["petrol", "lpg"], "petrol"),
            (["diesel", "hev", "phev"], "diesel"),
            (["hev"], "hev"),
            (["hev", "phev"], "hybrid"),
            (["bev", "fcev"], "bev"),
            (["bev", "hev"], "any"),
            (["lpg", "cng"], "other"),
            (["petrol", "diesel"], "any"),
        ],
    )
    def test_fuels(self, propulsions: list[str], word: str) -> None:
        assert fuel_word(propulsion_mask(propulsions)) == word

    def test_every_set_has_a_word_of_the_vocabulary(self) -> None:
        assert {class_words(mask) for mask in range(ALL_CATEGORIES + 1)} == set(CLASSES)
        assert {fuel_word(mask) for mask in range(ALL_PROPULSIONS + 1)} == set(FUELS)
        assert {condition_word(mask) for mask in range(1, ALL_CONDITIONS + 1)} < set(CONDITIONS)
        assert category_text(category_mask(["N1", "N2"])) == "N1 or N2"

    def test_codes_are_cut_to_what_all_countries_share(self) -> None:
        written = [
            "8703.32.90",
            "'870332915",
            "870332.0",
            "HS 8703",
            "87033",
            "0703",
            "87",
            "x",
            None,
            "870110",
        ]
        found = pl.DataFrame({"code": written}).select(hs_digits(pl.col("code"))).to_series().to_list()
        assert found == ["870332", "870332", "870332", "8703", "8703", None, None, None, None, "870110"]
