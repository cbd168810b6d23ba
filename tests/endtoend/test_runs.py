"""How a run goes: several files, streams, ranges, interruptions. The same input gives the same bytes."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.endtoend.running import MOMBASA, REPOSITORY, SAMPLES, files_of, process, table, vehiclecheck
from vehiclecheck import api
from vehiclecheck.runs.ranges import in_own_memory
from vehiclecheck.runs.running import Sightings
from vehiclecheck.screening import asking
from vehiclecheck.standards import Library, load_library

Unbroken = Callable[[str], dict[str, bytes]]
FORMATS = ("csv", "parquet", "xlsx", "json")
#: Three ranges of the sample; the second begins with row MIDDLE.
MIDDLE = 16
IN_RANGES = ("--range-rows", MIDDLE)


@pytest.fixture(scope="module", autouse=True)
def few_packs() -> Iterator[None]:
    """Two countries are enough to see how a run goes, and a range costs a third of the time."""
    library = load_library(None)
    few = Library(
        {code: library.file(code) for code in ("JP", "KE")},
        {code: library.file(code) for code in library.standards},
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("vehiclecheck.runs.options.load_library", lambda _: few)
        yield


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Unbroken:
    """What a run in ranges that nothing disturbs writes, by format; each is made once."""
    made: dict[str, dict[str, bytes]] = {}

    def files(fmt: str) -> dict[str, bytes]:
        if fmt not in made:
            out = tmp_path_factory.mktemp("unbroken") / "out"
            assert vehiclecheck("screen", MOMBASA, "--format", fmt, *IN_RANGES, "--out", out).code == 0
            made[fmt] = files_of(out)
        return made[fmt]

    return files


@pytest.mark.parametrize("fmt", FORMATS)
def test_two_runs_give_the_same_bytes(tmp_path: Path, fmt: str, unbroken: Unbroken) -> None:
    assert vehiclecheck("screen", MOMBASA, "--out", tmp_path, "--format", fmt, *IN_RANGES).code == 0
    assert files_of(tmp_path) == unbroken(fmt)


def test_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    """Sets are ordered differently in every process: nothing that is written may follow their order."""
    for seed in "12":
        out = tmp_path / seed
        told = process("screen", MOMBASA, "--out", out, environment={"PYTHONHASHSEED": seed})
        assert told.code == 0, told
    assert files_of(tmp_path / "1") == files_of(tmp_path / "2")


def test_a_second_run_takes_the_place_of_the_first(tmp_path: Path) -> None:
    few = SAMPLES / "layouts" / "canonical.csv"
    vehiclecheck("screen", few, "--out", tmp_path, "--format", "parquet", "--range-rows", 1)
    assert (tmp_path / "verdicts.parquet").is_dir()
    vehiclecheck("screen", few, "--out", tmp_path, "--format", "parquet")
    assert (tmp_path / "verdicts.parquet").is_file()
    assert pl.read_parquet(tmp_path / "verdicts.parquet").height == 2


def test_files_a_pattern_and_gzip(tmp_path: Path) -> None:
    lines = MOMBASA.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "a.csv").write_text("".join(lines[:21]), encoding="utf-8")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress("".join([lines[0], *lines[21:]]).encode()))
    told = vehiclecheck("screen", tmp_path / "?.csv*", tmp_path / "a.csv", "--out", tmp_path / "out")
    assert told.code == 0
    assert "40 rows in = 39 judged + 1 set aside" in told.words
    verdicts = table(tmp_path / "out", "verdicts")
    assert set(verdicts["file"]) == {str(tmp_path / "a.csv"), str(tmp_path / "b.csv.gz")}
    whole = vehiclecheck("screen", MOMBASA, "--out", tmp_path / "whole")
    assert whole.code == 0
    columns = ["record_id", "verdict", "reasons"]
    assert verdicts.select(columns).equals(table(tmp_path / "whole", "verdicts").select(columns))
    assert (tmp_path / "out" / "findings.csv").read_bytes() == (
        tmp_path / "whole" / "findings.csv"
    ).read_bytes()
    (aside,) = table(tmp_path / "out", "set_aside").rows()
    assert aside[:2] == (str(tmp_path / "b.csv.gz"), "21")


def test_standard_input(tmp_path: Path) -> None:
    told = vehiclecheck("screen", "-", "--out", tmp_path, stdin=MOMBASA.read_bytes())
    assert told.code == 0
    assert told.out.startswith("-: 40 rows")
    assert table(tmp_path, "set_aside")["file"].to_list() == ["-"]


def test_json_for_machines() -> None:
    told = vehiclecheck("screen", MOMBASA, "--json")
    document = told.json
    assert document["counts"]["rows_in"] == 40
    assert len(document["verdicts"]) == 39
    assert sum(document["counts"]["verdicts"].values()) == 39
    flows = vehiclecheck("flows", MOMBASA, "--by", "importer", "--json").json
    assert {row["importer"]: row["units"] for row in flows["flows"]} == {
        "KE": 29,
        "RW": 2,
        "ER": 1,
        "TZ": 2,
        "UG": 4,
    } | {"KE": sum(row["importer"] == "KE" for row in document["verdicts"])}
    explained = vehiclecheck(
        "explain", "--to", "KE", "--first-registered", "2018-06", "--arrived", "2026-02-10", "--json"
    )
    assert explained.json["verdicts"]["verdict"] == "refused"
    assert explained.json["verdicts"]["reasons"] == "KE.age.used"


def test_results_in_json_are_json(unbroken: Unbroken) -> None:
    sizes = {name: len(json.loads(data)) for name, data in unbroken("json").items()}
    assert sizes["verdicts.json"] == 39
    assert sizes["set_aside.json"] == 1


@pytest.mark.parametrize(("verdict", "code"), [("refused", 1), ("unregulated", 0)])
def test_fail_on(verdict: str, code: int) -> None:
    assert vehiclecheck("screen", MOMBASA, "--fail-on", verdict, "--quiet").code == code


def test_fail_on_writes_everything_first(tmp_path: Path) -> None:
    assert vehiclecheck("screen", MOMBASA, "--fail-on", "refused", "--out", tmp_path).code == 1
    assert (tmp_path / "run.json").exists()


def test_a_country_without_a_pack_is_never_compliance() -> None:
    told = vehiclecheck("screen", MOMBASA, "--to", "FR", "--json")
    assert told.code == 0
    assert {row["importer_verdict"] for row in told.json["verdicts"]} == {"no_pack"}
    assert not {"admitted", "unregulated"} & {row["verdict"] for row in told.json["verdicts"]}


def test_a_file_without_rows_has_results_with_columns(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        MOMBASA.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8"
    )
    for fmt in FORMATS:
        told = vehiclecheck("screen", tmp_path / "list.csv", "--out", tmp_path / fmt, "--format", fmt)
        assert told.code == 0, told
        assert "0 rows in = 0 judged + 0 set aside" in told.words
    assert "verdict" in table(tmp_path / "csv", "verdicts").columns
    assert pl.read_parquet(tmp_path / "parquet" / "verdicts.parquet").height == 0


def test_a_file_without_any_date(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "vin,steering,importer\nA123456,right,KE\nB123456,left,KE\n", encoding="utf-8"
    )
    told = vehiclecheck("screen", tmp_path / "list.csv", "--layout", "auto", "--json")
    # the wheel is on the wrong side today, but nothing tells of the law on any day that it may have come
    assert [row["verdict"] for row in told.json["verdicts"]] == ["undetermined"] * 2


class Breaking:
    """Judges ranges until one of them fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> None:
        from vehiclecheck.runs.ranges import RangeJudge

        self.judged: list[int] = []
        judge = RangeJudge.judge

        def breaking(worker: RangeJudge, part: Any) -> Any:
            if part.first == at:
                raise error
            self.judged.append(part.first)
            return judge(worker, part)

        self._patched = monkeypatch.context()
        self._patched.__enter__().setattr(RangeJudge, "judge", breaking)

    def __enter__(self) -> Breaking:
        return self

    def __exit__(self, *_: object) -> None:
        self._patched.__exit__(None, None, None)


@pytest.mark.parametrize("fmt", FORMATS)
def test_an_interrupted_run_goes_on_to_the_same_bytes(
    tmp_path: Path, fmt: str, monkeypatch: pytest.MonkeyPatch, unbroken: Unbroken
) -> None:
    arguments = ("screen", MOMBASA, "--format", fmt, *IN_RANGES)
    broken = tmp_path / "broken"
    with Breaking(monkeypatch, at=MIDDLE, error=KeyboardInterrupt()):
        told = vehiclecheck(*arguments, "--out", broken)
    assert told.code == 130
    assert told.err == f"Error: interrupted; the same command with --resume goes on in {broken}\n"
    assert [path.name for path in broken.iterdir()] == [".unfinished"]
    with Breaking(monkeypatch, at=-1, error=KeyboardInterrupt()) as second:
        assert vehiclecheck(*arguments, "--out", broken, "--resume").code == 0
    assert MIDDLE in second.judged
    assert 0 not in second.judged  # what was finished is not judged again
    assert files_of(broken) == unbroken(fmt)


#: Dies in the third range as soon as a file that the pattern names lies in the work folder.
KILLED = """
import os, time
from pathlib import Path
from vehiclecheck.cli import main
from vehiclecheck.runs import options
from vehiclecheck.runs.ranges import RangeJudge
from vehiclecheck.standards import Library, load_library

shipped = load_library(None)
few = Library(
    {{c: shipped.file(c) for c in ("JP", "KE")}}, {{c: shipped.file(c) for c in shipped.standards}}
)
options.load_library = lambda _: few
judge, work = RangeJudge.judge, Path({out!r}) / ".unfinished"

def judge_or_die(worker, part):
    if part.first != 32:
        return judge(worker, part)
    until = time.monotonic() + 60
    while time.monotonic() < until and not all(any(work.glob(name)) for name in {awaited!r}):
        time.sleep(0.01)
    os._exit(9)

RangeJudge.judge = judge_or_die
main({arguments!r})
"""


@pytest.mark.parametrize(
    "awaited", [("done-000000.json", "identity.json"), ()], ids=["once a range is done", "at once"]
)
def test_a_killed_process_is_resumed(tmp_path: Path, unbroken: Unbroken, awaited: tuple[str, ...]) -> None:
    """No clean-up runs when a process is killed: what counts is what lies on the disk."""
    out = tmp_path / "broken"
    arguments = ["screen", str(MOMBASA), "--out", str(out), "--range-rows", str(MIDDLE)]
    code = KILLED.format(out=str(out), awaited=awaited, arguments=arguments)
    killed = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, check=False)
    assert killed.returncode == 9
    assert [path.name for path in out.iterdir()] == [".unfinished"]
    assert all(list((out / ".unfinished").glob(name)) for name in awaited)
    assert vehiclecheck(*arguments, "--resume").code == 0
    assert files_of(out) == unbroken("csv")


@pytest.mark.parametrize("fmt", ["csv", "parquet"])
def test_a_disk_that_fills_up_at_the_end_leaves_old_results_alone(
    tmp_path: Path, fmt: str, monkeypatch: pytest.MonkeyPatch, unbroken: Unbroken
) -> None:
    """Files are made whole apart and moved together; then the run goes on from what it has."""
    from vehiclecheck.outputs.files import OutputError
    from vehiclecheck.runs import folder as folders

    out = tmp_path / "out"
    vehiclecheck("screen", SAMPLES / "layouts" / "canonical.csv", "--out", out, "--format", fmt)
    before = files_of(out)
    arguments = ("screen", MOMBASA, "--out", out, "--format", fmt, *IN_RANGES)

    def full(*_: object) -> None:
        raise OutputError("set_aside: cannot be written: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(folders, "write_table", full)
        told = vehiclecheck(*arguments)
    assert told.code == 2
    assert "No space left on device" in told.err
    assert {name: data for name, data in files_of(out).items() if ".unfinished" not in name} == before
    assert vehiclecheck(*arguments, "--resume").code == 0
    assert files_of(out) == unbroken(fmt)


def test_an_interruption_between_two_moves_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unbroken: Unbroken
) -> None:
    from vehiclecheck.runs import folder as folders

    out = tmp_path / "out"
    put, moved = folders.put_in_place, []

    def interrupted(beside: Path, target: Path) -> None:
        if len(moved) == 2:
            raise KeyboardInterrupt
        moved.append(target.name)
        put(beside, target)

    with monkeypatch.context() as patched:
        patched.setattr(folders, "put_in_place", interrupted)
        assert vehiclecheck("screen", MOMBASA, "--out", out, "--format", "parquet", *IN_RANGES).code == 130
    assert (
        vehiclecheck("screen", MOMBASA, "--out", out, "--format", "parquet", *IN_RANGES, "--resume").code == 0
    )
    assert files_of(out) == unbroken("parquet")


def test_only_the_same_run_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(MOMBASA, tmp_path / "list.csv")
    arguments = ("screen", tmp_path / "list.csv", "--out", tmp_path / "out", *IN_RANGES)
    with Breaking(monkeypatch, at=MIDDLE, error=KeyboardInterrupt()):
        vehiclecheck(*arguments)
    for other in (("--no-infer",), ("--to", "UG")):
        told = vehiclecheck(*arguments, *other, "--resume")
        assert (told.code, "had other files, packs or options" in told.err) == (2, True)
    with (tmp_path / "list.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert "had other files" in vehiclecheck(*arguments, "--resume").err
    assert vehiclecheck(*arguments).code == 0  # without --resume a new run begins
    assert "nothing to resume" in vehiclecheck(*arguments, "--resume").err


def test_what_fails_before_anything_is_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir()
    for name, left in (("made/deep", False), ("kept", True)):
        out = tmp_path / name
        with Breaking(monkeypatch, at=0, error=OSError(5, "Input/output error", "list.csv")):
            told = vehiclecheck("screen", MOMBASA, "--out", out)
        assert (told.code, told.err) == (2, "Error: list.csv: Input/output error\n")
        assert out.exists() is left
        assert not left or not list(out.iterdir())


def test_a_broken_pack_leaves_an_interrupted_run_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unbroken: Unbroken
) -> None:
    """Packs are compiled while rows are read already; nothing is swept away before they are known to be whole."""
    out, broken = tmp_path / "out", tmp_path / "KE.toml"
    broken.write_text('code = "KE"\n[[provision]]\n', encoding="utf-8")
    arguments = ("screen", MOMBASA, "--out", out, *IN_RANGES)

    def with_the_broken_pack() -> tuple[int, bool]:
        with monkeypatch.context() as patched:
            patched.setattr("vehiclecheck.runs.options.load_library", lambda _: Library({"KE": broken}, {}))
            told = vehiclecheck(*arguments)
        return told.code, "KE.toml" in told.err

    assert with_the_broken_pack() == (2, True)
    assert not out.exists()
    with Breaking(monkeypatch, at=MIDDLE, error=KeyboardInterrupt()):
        assert vehiclecheck(*arguments).code == 130
    before = files_of(out)
    assert with_the_broken_pack() == (2, True)
    assert files_of(out) == before
    assert vehiclecheck(*arguments, "--resume").code == 0
    assert files_of(out) == unbroken("csv")


def test_a_table_in_its_own_memory_is_the_same() -> None:
    words = [f"word {number}, too long to lie in the column itself" for number in range(100)]
    table = pl.DataFrame({"word": words, "kind": pl.Series(["a", "b"] * 50, dtype=pl.Enum(["a", "b"]))})
    for picked in (table[[5, 70]], table.filter(word=words[3]), table.clear()):
        own = in_own_memory(picked)
        assert own.equals(picked)
        assert own.schema == picked.schema


TWICE = "vin,importer,odometer_km\n" + "".join(
    f"{vin},KE,{km}\n"
    for vin, km in (
        ("WDB90665710000001", 90_000),
        ("WDB90665710000002", 50_000),
        ("WDB90665710000003", 60_000),
        ("WDB90665710000001", 30_000),
    )
)


@pytest.mark.parametrize("written", [True, False], ids=["in a folder", "in memory"])
def test_a_vehicle_is_found_again_in_another_range(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(TWICE, encoding="utf-8")
    arguments = ["screen", path, "--layout", "auto", "--json"]
    arguments += ["--out", tmp_path / "out"] if written else []

    def remarks(rows: int) -> tuple[set[tuple[int, str]], list[str]]:
        told = vehiclecheck(*arguments, "--range-rows", rows).json
        return {(row["line"], row["check"]) for row in told["quality"]}, told["notes"]

    whole, notes = remarks(100)
    assert {check for line, check in whole if line == 5} >= {"vehicle_repeated", "odometer_ran_backwards"}
    assert notes == []
    assert remarks(2) == (whole, [])
    # of too many vehicles none are kept, and the user is told
    monkeypatch.setattr(Sightings, "MOST", 3)
    within, (note,) = remarks(2)
    assert within == {(line, check) for line, check in whole if line != 5}
    assert note.startswith("More than 3 vehicles have a number")
    assert remarks(100) == (whole, [])


def test_folders_may_be_text_in_python(tmp_path: Path) -> None:
    result = api.screen(str(MOMBASA), to="KE", out=str(tmp_path / "out"))
    assert {path.name for path in result.files} >= {"verdicts.csv", "findings.csv", "run.json"}
    own = tmp_path / "packs"
    own.mkdir()
    told = api.explain({"category": "M1"}, to="KE", packs=str(own))
    assert told.verdicts["importer"] == api.explain({"category": "M1"}, to="KE").verdicts["importer"]
    assert api.packs(str(own)).countries == api.packs().countries


@pytest.mark.parametrize("share", [1e-9, 0.25, 2.0], ids=["all rows", "few rows", "its own rows"])
def test_a_slot_may_be_asked_of_all_rows_or_of_its_own_alone(
    monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    """Which of the two is a matter of time: of many rows, rules that concern few are asked of these."""
    files = [SAMPLES / "shipment-mombasa.csv", SAMPLES / "liste-dakar.xlsx"]

    def tables() -> tuple[pl.DataFrame, pl.DataFrame]:
        result = api.screen(files, to=["KE", "JP"], layout="auto", passes=True)
        assert result.verdicts is not None
        assert result.findings is not None
        return result.verdicts, result.findings

    usual = tables()
    monkeypatch.setattr(asking, "_MANY_ROWS", 1)
    monkeypatch.setattr(asking, "_SHARE", share)
    for found, wanted in zip(tables(), usual, strict=True):
        assert found.equals(wanted)
