"""From the files of statistical offices to the harmonised table: a generated set whose truth is known, and two real files.

The set (tests/endtoend/statistics): five offices, eight years, every trap of their layouts, and what goes wrong in files.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.endtoend.running import FINLAND, KOREA, vehiclecheck
from tests.endtoend.statistics import Truth, make
from tests.endtoend.statistics.goods import YEARS
from tests.endtoend.statistics.truth import KEY, RATES
from vehiclecheck.vocabulary.harmonised import HARMONISED

SEED = 5
#: Flags that the truth tells; others are doubts about codes, which tests of codes look at.
TOLD = {
    "bloc-total", "confidential", "contradicted", "estimated:office", "estimated:unit-weight", "fraction:units",
    "outlier:weight", "undecided-class", "zero-quantity",
}  # fmt: skip
MEASURES = ("units_low", "units_high", "weight_kg", "value", "value_usd")

Rows = dict[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True)
class Made:
    """The files, their truth, and a folder in which they were compiled."""

    folder: Path
    truth: Truth
    out: Path
    said: str

    @property
    def inputs(self) -> dict[str, dict[str, Any]]:
        """What `inputs.json` says of each file."""
        document = json.loads((self.out / "inputs.json").read_text(encoding="utf-8"))
        return {one["name"]: one for one in document["inputs"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    base = tmp_path_factory.mktemp("statistics")
    folder = base / "offices"
    folder.mkdir()
    truth = make(folder, SEED)
    told = vehiclecheck("flows", "compile", folder, "--out", base / "compiled")
    assert told.code == 0, told.err
    return Made(folder, truth, base / "compiled", told.words)


def rows_of(frame: pl.DataFrame, key: tuple[str, ...] = KEY) -> Rows:
    """Rows of a harmonised table by their key, with the flags of which the truth is known."""
    found: Rows = {}
    for row in frame.to_dicts():
        place = tuple(row[name] for name in key)
        assert place not in found, f"two rows of one meaning: {place}"
        flags = set(row["flags"].split(";")) & TOLD
        found[place] = {name: row[name] for name in MEASURES} | {"flags": flags}
    return found


def differences(found: Rows, expected: Rows) -> list[str]:
    """What is not as it must be, in words: a few of each kind."""
    said = [f"lacks {key}: {expected[key]}" for key in list(expected.keys() - found.keys())[:5]]
    said += [f"is too much: {key}: {found[key]}" for key in list(found.keys() - expected.keys())[:5]]
    wrong = [
        f"{key}: {name} is {found[key][name]}, not {expected[key][name]}"
        for key in expected.keys() & found.keys()
        for name in (*MEASURES, "flags")
        if found[key][name] != expected[key][name]
    ]
    return [*said, *wrong[:10]]


class TestTheTruth:
    """Every row of the table, and what became of every row of the files."""

    def test_the_set_is_what_it_is_meant_to_be(self, made: Made) -> None:
        rows = sum(account.rows for account in made.truth.accounts.values())
        assert 20_000 <= rows <= 50_000
        years = {trade.year for trade in made.truth.trades}
        assert years == set(YEARS)
        assert {"DE", "NL", "JP", "KR", "US", "KE"} <= {trade.reporter for trade in made.truth.trades}

    def test_every_trap_and_every_bad_input_is_planted(self, made: Made) -> None:
        accounts = made.truth.accounts.values()
        assert {account.layout for account in accounts} == {
            "us-census", "comext-full", "comext-full-old", "comext-sdmx", "comtrade-final",
            "comtrade-tariffline", "japan-estat", "korea-customs",
        }  # fmt: skip
        left_out = {reason for account in accounts for reason in account.left_out}
        assert left_out == {
            "annual total beside months", "annual total beside months that add up to less", "bloc total beside members",
            "converted nomenclature beside the original", "customs procedure beside its total", "group of countries",
            "mode of transport beside its total", "nothing traded", "parent code beside its lines",
            "part of a flow beside the whole flow", "partner is the reporter", "partner world", "re-import",
            "same content as another file", "second partner beside its total", "statistical procedure beside its total",
            "total row",
        }  # fmt: skip
        set_aside = {reason for account in accounts for reason in account.set_aside}
        assert set_aside == {
            "broken period", "broken row", "duplicated period", "flow cannot be read", "no quantity, weight or value",
            "nomenclature does not fit the year", "quantity below zero", "quantity cannot be read", "unknown commodity code",
            "unknown partner", "unknown reporter", "value below zero", "weight below zero",
        }  # fmt: skip
        conditions = {trade.goods.condition for trade in made.truth.trades}
        assert conditions == {"used", "new", "mixed", "unspecified"}
        flags = {flag for *_, found in made.truth.counted(estimate=True) for flag in found}
        assert flags == TOLD
        assert any(trade.partner is None for trade in made.truth.trades)
        assert any(trade.re_export for trade in made.truth.trades)

    def test_the_table_to_the_last_vehicle_and_cent(self, made: Made) -> None:
        frame = pl.read_parquet(made.out / "flows.parquet")
        assert dict(frame.schema) == HARMONISED
        assert differences(rows_of(frame), made.truth.table()) == []

    def test_every_file_is_accounted_for(self, made: Made) -> None:
        inputs = made.inputs
        assert inputs.keys() == made.truth.accounts.keys()
        wrong = []
        for name, expected in made.truth.accounts.items():
            found = inputs[name]
            assert found["rows"] == found["vehicle_rows"] + found["other_goods"]
            assert found["figures"] == sum(
                (found["compiled"], *found["left_out"].values(), *found["set_aside"].values())
            )
            must_be = {
                "layout": expected.layout,
                "rows": expected.rows,
                "vehicle_rows": expected.vehicle_rows,
                "figures": expected.figures,
                "compiled": expected.compiled,
                "left_out": dict(expected.left_out),
                "set_aside": dict(expected.set_aside),
            }
            wrong += [
                f"{name}: {key} is {found[key]}, not {value}"
                for key, value in must_be.items()
                if found[key] != value
            ]
        assert wrong == []

    def test_what_is_not_compiled_is_told_row_by_row(self, made: Made) -> None:
        for file, planted in (("left_out.csv", "left_out"), ("set_aside.csv", "set_aside")):
            with (made.out / file).open(encoding="utf-8", newline="") as lines:
                told = Counter((row["file"], row["reason"]) for row in csv.DictReader(lines))
            assert told == {
                (name, reason): number
                for name, account in made.truth.accounts.items()
                for reason, number in getattr(account, planted).items()
            }

    def test_files_that_cannot_be_read_are_named(self, made: Made) -> None:
        document = json.loads((made.out / "inputs.json").read_text(encoding="utf-8"))
        not_read = {one["name"]: one["reason"] for one in document["not_read"]}
        assert not_read.keys() == made.truth.not_read.keys()
        for name, words in made.truth.not_read.items():
            assert not_read[name]
            assert all(word in not_read[name] for word in words), (name, not_read[name])

    def test_it_says_so_on_the_screen(self, made: Made) -> None:
        accounts = made.truth.accounts.values()
        rows, vehicles = sum(one.rows for one in accounts), sum(one.vehicle_rows for one in accounts)
        assert (
            f"{rows:,} rows in = {vehicles:,} about vehicles + {rows - vehicles:,} about other goods"
            in made.said
        )
        figures, compiled = sum(one.figures for one in accounts), sum(one.compiled for one in accounts)
        left, aside = (
            sum(getattr(one, what).total() for one in accounts) for what in ("left_out", "set_aside")
        )
        assert (
            f"{figures:,} figures = {compiled:,} compiled + {left:,} left out + {aside:,} set aside"
            in made.said
        )
        assert all(name in made.said for name in made.truth.not_read)


class TestOptions:
    """Years, estimates, rates; and the same bytes again."""

    def test_years_in_dollars_with_estimates(self, made: Made, tmp_path: Path) -> None:
        """Months summed to years, values by a table of rates, and vehicles by weight where none were counted."""
        rates = tmp_path / "rates.csv"
        lines = [f"{currency},{year},{float(rate)}" for currency, rate in RATES.items() for year in YEARS]
        rates.write_text("\n".join(["currency,period,usd", *lines, ""]), encoding="utf-8")
        out = tmp_path / "years"
        options = ("--period", "year", "--estimate", "unit-weight", "--rates", rates)
        told = vehiclecheck("flows", "compile", made.folder, "--out", out, *options)
        assert told.code == 0, told.err
        frame = pl.read_parquet(out / "flows.parquet")
        assert frame["month"].null_count() == frame.height
        expected = made.truth.table(by_year=True, estimate=True, rates=True)
        assert differences(rows_of(frame, KEY[:-1]), expected) == []
        sources = {tuple(row[name] for name in KEY[:-1]): row["source"] for row in frame.to_dicts()}
        assert sources == {key: row["sources"] for key, row in expected.items()}
        assert sum("estimated:unit-weight" in row["flags"] for row in expected.values()) > 50

    def test_years_are_the_sums_of_the_months(self, made: Made) -> None:
        """Of the truth, which the tables are held against."""
        months, years = made.truth.table(), made.truth.table(by_year=True)
        for name in ("units_low", "weight_kg", "value"):
            assert sum(row[name] or 0 for row in months.values()) == pytest.approx(
                sum(row[name] or 0 for row in years.values())
            )

    def test_running_twice_gives_the_same_bytes(self, made: Made, tmp_path: Path) -> None:
        told = vehiclecheck("flows", "compile", made.folder, "--out", tmp_path / "compiled")
        assert told.code == 0, told.err
        first = {path.name: path.read_bytes() for path in made.out.iterdir()}
        again = {path.name: path.read_bytes() for path in (tmp_path / "compiled").iterdir()}
        assert first.keys() == again.keys()
        assert {name for name in first if first[name] != again[name]} == set()


class TestRealFiles:
    """Vehicle records and declarations, in the columns of compiled statistics."""

    @pytest.mark.skipif(not FINLAND.exists(), reason="no Finnish file beside the repository")
    def test_finnish_imports_are_an_importers_series(self, tmp_path: Path) -> None:
        table = _records(FINLAND, tmp_path)
        with FINLAND.open(encoding="utf-8", newline="") as lines:
            plain: Counter[int] = Counter()
            for row in csv.DictReader(lines):
                plain[int(row["import_year"])] += int(row["cars"])
        assert plain.total() == 326_348
        by_year = table.group_by("year").agg(pl.col("units_low", "units_high").sum())
        assert {year: (low, high) for year, low, high in by_year.iter_rows()} == {
            year: (cars, cars) for year, cars in plain.items()
        }
        assert _only(
            table, "importer", "reporter", "reported_by", "condition", "vehicle_class", "category"
        ) == {
            "importer": ["FI"],
            "reporter": ["FI"],
            "reported_by": ["importer"],
            "condition": ["used"],
            "vehicle_class": ["LDV"],
            "category": ["M1"],
        }

    @pytest.mark.skipif(not KOREA.exists(), reason="no Korean file beside the repository")
    def test_korean_declarations_by_hs6_are_all_mixed(self, tmp_path: Path) -> None:
        table = _records(KOREA, tmp_path)
        with KOREA.open(encoding="utf-8", newline="") as lines:
            plain = Counter(
                (row["HS6 Code"], int(row["Date"][:4]))
                for row in csv.DictReader(lines)
                if "870100" <= row["HS6 Code"] < "870600"
            )
        assert plain.total() == 89
        assert _only(table, "condition", "importer", "reported_by", "code_system") == {
            "condition": ["mixed"],
            "importer": ["KR"],
            "reported_by": ["importer"],
            "code_system": ["HS"],
        }
        by_code = table.group_by("code", "year").agg(pl.col("units_low", "units_high").sum())
        assert {(code, year): (low, high) for code, year, low, high in by_code.iter_rows()} == {
            key: (number, number) for key, number in plain.items()
        }
        # cars; buses and goods vehicles up to 5 t, light or heavy; tractors of the field, or so it may be
        kinds = {"8703": "LDV", "8702": "LDV or HDV", "8704": "LDV or HDV", "8701": "other"}
        wrong = {row for row in table.select("code", "vehicle_class").rows() if kinds[row[0][:4]] != row[1]}
        assert wrong == set()
        assert set(table["category"]) == {"M1", "M2 or M3", "N1 or N2", "T", "T or tractor-unit"}


def _records(file: Path, folder: Path) -> pl.DataFrame:
    """The harmonised table of a file of records."""
    path = folder / "flows.parquet"
    told = vehiclecheck("flows", file, "--harmonised", path)
    assert told.code == 0, told.err
    table = pl.read_parquet(path)
    assert dict(table.schema) == HARMONISED
    return table


def _only(table: pl.DataFrame, *names: str) -> Mapping[str, list[Any]]:
    return {name: table[name].unique().sort().to_list() for name in names}
