"""Compiling folders: which files are read, what is done with broken ones, and tables of rates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.endtoend.running import files_of
from tests.trade.test_compiling import COLUMNS, adds_up, compiled_of, row, write
from vehiclecheck.outputs.errors import OutputError
from vehiclecheck.outputs.statistics_files import write_statistics
from vehiclecheck.records.errors import InputError
from vehiclecheck.trade.compiling import CompileOptions, compile_statistics


class TestDollars:
    """US dollars only by the rates that are given."""

    def _rates(self, folder: Path, *lines: str) -> Path:
        path = folder / "rates.csv"
        path.write_text("\n".join(("currency,period,usd", *lines)) + "\n")
        return path

    def test_by_month_else_by_year(self, tmp_path: Path) -> None:
        rates = self._rates(tmp_path, "EUR,2021-01,1.25", "EUR,2021,1.5")
        compiled = compiled_of(
            tmp_path,
            row(),
            row(period="2021-02"),
            row(partner="KE", period="2021"),
            row(period="2020"),
            rates=rates,
        )
        told = {
            (one["importer"], one["year"], one["month"]): one["value_usd"]
            for one in compiled.frame.to_dicts()
        }
        assert told == {
            ("NG", 2021, 1): 62_500,
            ("NG", 2021, 2): 75_000,
            ("KE", 2021, None): 75_000,
            ("NG", 2020, None): None,
        }
        assert compiled.without_rate.rows() == [("EUR", 2020, 1)]

    def test_dollars_stay_dollars(self, tmp_path: Path) -> None:
        compiled = compiled_of(tmp_path, row(currency="USD"))
        assert compiled.frame["value_usd"].to_list() == [50_000]
        assert compiled.without_rate.is_empty()

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("EURO,2021,1.2", "line 2: currency"),
            ("EUR,2021-13,1.2", "line 2: period"),
            ("EUR,2021,0", "line 2: usd"),
            ("EUR,2021,nan", "line 2: usd"),
            ("EUR,2021,1.2\nEUR,2021,1.3", "the rate of EUR in 2021 twice"),
        ],
    )
    def test_a_broken_table_of_rates(self, tmp_path: Path, line: str, words: str) -> None:
        with pytest.raises(InputError, match=words):
            compiled_of(tmp_path, row(), rates=self._rates(tmp_path, line))


class TestFolders:
    """Which files of a folder are read."""

    def test_what_is_not_read_is_named(self, tmp_path: Path) -> None:
        write(tmp_path / "office.csv", [row()])
        write(tmp_path / "renamed.csv", [row()], ["reporting country", *COLUMNS[1:]])
        (tmp_path / "notes.txt").write_text("seen in March\n")
        (tmp_path / "deeper").mkdir()
        write(tmp_path / "deeper" / "office.csv", [row(partner="KE")])
        compiled = compile_statistics([tmp_path])
        assert [one.name for one in compiled.files] == ["deeper/office.csv", "office.csv"]
        assert [one.name for one in compiled.not_read] == ["notes.txt", "renamed.csv"]
        assert all(one.reason for one in compiled.not_read)

    def test_a_file_that_is_named_must_be_readable(self, tmp_path: Path) -> None:
        write(tmp_path / "renamed.csv", [row()], ["reporting country", *COLUMNS[1:]])
        with pytest.raises(InputError, match=r"renamed\.csv"):
            compile_statistics([tmp_path / "renamed.csv"])

    def test_empty_folders(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="holds no file"):
            compile_statistics([tmp_path])
        (tmp_path / "notes.txt").write_text("seen in March\n")
        with pytest.raises(InputError, match=r"notes\.txt"):
            compile_statistics([tmp_path])

    def test_a_file_cut_off(self, tmp_path: Path) -> None:
        write(tmp_path / "whole.csv", [row()])
        cut = write(tmp_path / "cut.csv", [row(partner="KE"), row(partner="GH")])
        cut.write_bytes(cut.read_bytes()[:-20])
        compiled = compile_statistics([tmp_path])
        told = [one.name for one in compiled.not_read] + compiled.set_aside["file"].to_list()
        assert told == ["cut.csv"]
        assert "GH" not in compiled.frame["importer"].to_list()
        adds_up(compiled)

    def test_results_are_no_input(self, tmp_path: Path) -> None:
        write(tmp_path / "office.csv", [row()])
        out = tmp_path / "out"
        options = CompileOptions(leave=(out,))
        first = write_statistics(compile_statistics([tmp_path], options), out)
        before = [path.read_bytes() for path in first]
        again = compile_statistics([tmp_path], options)
        assert not again.not_read
        assert [path.read_bytes() for path in write_statistics(again, out)] == before

    def test_all_files_or_none(self, tmp_path: Path) -> None:
        out = tmp_path / "out"
        write_statistics(compiled_of(tmp_path, row()), out)
        before = files_of(out)

        def full(path: Path) -> None:
            path.write_text("half")
            raise OSError(28, "No space left on device")

        other = compiled_of(tmp_path, row(quantity=99))
        with pytest.raises(OutputError, match="No space left on device"):
            write_statistics(other, out, {"more.csv": full})
        assert files_of(out) == before
        with pytest.raises(OutputError):
            write_statistics(other, tmp_path / "new", {"more.csv": full})
        assert not (tmp_path / "new").exists()
