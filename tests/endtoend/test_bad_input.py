"""What cannot be read or done: one sentence on standard error, exit code 2, nothing half-written or lost."""

from __future__ import annotations

import gzip
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.endtoend.running import (
    MOMBASA,
    REPOSITORY,
    SAMPLES,
    Told,
    process,
    refused_with,
    table,
    vehiclecheck,
)

HEADER = "record_id,importer,exporter,arrived_on,category,propulsion,first_registered,steering\n"
ROW = "A,KE,JP,2026-02-01,M1,petrol,2019-05,right\n"
FRENCH = (
    "Référence,Pays de destination,Pays de provenance,Date d'arrivée,Catégorie,Énergie,1ère immatriculation,"
    "Volant\n"
)

#: Files that are no list of records: name, content, words of the sentence.
UNREADABLE: dict[str, tuple[str, bytes, str]] = {
    "unknown type": (
        "scan.pdf",
        b"%PDF-1.4 x",
        "is a PDF document; known are CSV, JSON, Parquet and Excel files",
    ),
    "binary data": ("list.csv", bytes(range(256)) * 20, "holds binary data, not text"),
    "a web page": (
        "list.csv",
        b"<!doctype html><html><table></table></html>",
        "is an HTML page, whatever its name says",
    ),
    "empty": ("list.csv", b"", "is empty"),
    "only blank lines": ("list.csv", b"\n\n\n", "is empty"),
    "no header": ("list.csv", (ROW * 2).encode(), "looks like data, not like a header"),
    "two headers": ("list.csv", (HEADER + FRENCH + ROW).encode(), "two rows in a row look like headers"),
    "no known column": ("list.csv", b"foo,bar\n1,2\n", "no column name is known"),
    "one column twice": (
        "list.csv",
        b"importer,importer,first_registered\nKE,UG,2019\n",
        "stands there twice",
    ),
    "columns that need a person": (
        "list.csv",
        b"vin,importer,date,year\nA,KE,2026-02-01,2019\n",
        "--layout auto",
    ),
    "no importing country": (
        "list.csv",
        b"vin,first_registered,arrived_on\nA,2019,2026\n",
        "names no importing country",
    ),
    "gzip cut off": ("list.csv.gz", gzip.compress((HEADER + ROW * 50).encode())[:-12], "damaged or cut off"),
    "damaged Parquet": ("list.parquet", b"PAR1" + bytes(50), "is not a readable Parquet file"),
    "damaged workbook": ("list.xlsx", b"PK\x03\x04" + bytes(50), "is a damaged zip file or workbook"),
    "damaged JSON": ("list.json", b'{"vin": 1', "not valid JSON"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_files_that_cannot_be_read(tmp_path: Path, case: str) -> None:
    name, content, words = UNREADABLE[case]
    path, out = tmp_path / name, tmp_path / "out"
    path.write_bytes(content)
    told = vehiclecheck("screen", path, "--out", out)
    refused_with(told, words, name)
    assert not out.exists()
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.csv",), "nowhere.csv: there is no such file"),
        (("nowhere-*.csv",), "no file matches"),
        ((SAMPLES,), "is a folder; name its files"),
        (("/dev/null",), "is not an ordinary file"),
        ((MOMBASA, "--to", "Atlantis"), "--to 'Atlantis' is not a country that is known"),
        ((MOMBASA, "--to", ""), "--to '' is not a country"),
        ((MOMBASA, "--from", "Atlantis"), "--from 'Atlantis' is not a country"),
        ((MOMBASA, "--layout", "unknown"), "no layout is called unknown"),
        ((MOMBASA, "--layout", "nowhere.toml"), "nowhere.toml: cannot be read"),
        ((MOMBASA, "--by", "nonsense"), "not by 'nonsense'"),
        ((MOMBASA, "--by", ""), "flows are grouped by some of"),
        ((MOMBASA, "--standard", "NIX"), "no standard 'NIX'"),
        ((MOMBASA, "--packs", "nowhere"), "is not a folder of packs"),
        ((MOMBASA, "--resume"), "--resume needs --out"),
        ((MOMBASA, "--format", "doc", "--out", "x"), "'doc' is not one of"),
        ((MOMBASA, "--range-rows", "0"), "--range-rows"),
        ((MOMBASA, SAMPLES / "fuel-certificates.csv"), "screened in runs of their own"),
        ((), "Missing argument 'FILES...'"),
    ],
)
def test_what_cannot_be_done(arguments: tuple[object, ...], words: str) -> None:
    refused_with(vehiclecheck("screen", *arguments), words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("flows", MOMBASA, "--by", "colour"), "not by 'colour'"),
        (("explain", "--to", "Atlantis", "--arrived", "2026"), "'Atlantis' is not a country that is known"),
        (("explain", "--to", "KE", "--arrived", "31/02/2026"), "no such day in the calendar"),
        (("explain", "--arrived", "2026"), "Missing option '--to'"),
        (("packs", "show", "Atlantis"), "Atlantis"),
        (("nonsense",), "No such command 'nonsense'"),
    ],
)
def test_other_commands(arguments: tuple[object, ...], words: str) -> None:
    refused_with(vehiclecheck(*arguments), words)


PACK = """schema = 1
code = "FR"
name = "France"

[[reviewed]]
subject = "vehicle"
direction = "import"
classes = ["LDV", "HDV"]
on = 2026-01-01

[[source]]
id = "made"
title = "made for a test"

[[provision]]
id = "FR.age.used"
kind = "max_age"
direction = "import"
title = "Used vehicles: at most five years"
scope = { condition = ["used"] }

  [provision.asks]
  from_date = "first_registration"
  to_date = "arrival"
  counting = "elapsed"
  unit = "years"
  reaching = "allowed"
  max = 5

  [[provision.version]]
  from = 2020-01-01
  status = "enacted"
  grade = "A"
  sources = ["made"]
"""
VERSION = """
  [[provision.version]]
  from = 2019-01-01
  to = 2021-01-01
  status = "enacted"
  grade = "A"
  sources = ["made"]
"""
ADOPT = """
[[adopt]]
standard = "MOON"
from = 2020-01-01
status = "reported"
grade = "B"
sources = ["made"]

[[provision]]"""


def test_a_pack_of_ones_own_judges(tmp_path: Path) -> None:
    (tmp_path / "FR.toml").write_text(PACK, encoding="utf-8")
    told = vehiclecheck(
        "explain",
        "--to",
        "FR",
        "--packs",
        tmp_path,
        "--first-registered",
        "2018",
        "--arrived",
        "2026",
        "--json",
    )
    assert told.json["verdicts"]["verdict"] == "refused"


@pytest.mark.parametrize(
    ("pack", "words"),
    [
        (PACK + VERSION, ["FR.toml", "FR.age.used", "overlap"]),
        (PACK.replace("from = 2020-01-01", "from = 2020-13-01"), ["FR.toml"]),
        (PACK.replace("from = 2020-01-01", 'from = "soon"'), ["FR.toml", "soon"]),
        (PACK.replace("\n[[provision]]", ADOPT), ["FR.toml", "MOON"]),
        (PACK.replace('sources = ["made"]', 'sources = ["unmade"]'), ["FR.toml", "unmade"]),
        (PACK.replace("max_age", "max_speed"), ["FR.toml", "max_speed"]),
    ],
    ids=[
        "overlapping periods",
        "broken date",
        "no date",
        "standard that does not exist",
        "unknown source",
        "unknown kind",
    ],
)
def test_packs_that_are_wrong(tmp_path: Path, pack: str, words: list[str]) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "FR.toml").write_text(pack, encoding="utf-8")
    out = tmp_path / "out"
    refused_with(vehiclecheck("screen", MOMBASA, "--packs", tmp_path / "packs", "--out", out), *words)
    assert not out.exists()


def test_mixed_date_orders_are_set_aside(tmp_path: Path) -> None:
    rows = [ROW.replace("2019-05", date) for date in ("25/04/2019", "04/25/2019", "03/04/2019")]
    (tmp_path / "list.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    told = vehiclecheck("screen", tmp_path / "list.csv", "--out", tmp_path / "out")
    assert told.code == 0
    assert "3 rows in = 2 judged + 1 set aside" in told.words
    aside = table(tmp_path / "out", "set_aside").row(0, named=True)
    assert (aside["line"], aside["value"]) == ("4", "03/04/2019")
    assert aside["reason"].startswith("mixed date orders")
    told = vehiclecheck("screen", tmp_path / "list.csv", "--date-order", "dmy", "--json")
    assert told.json["counts"]["rows_judged"] >= 2


def test_bytes_of_another_encoding(tmp_path: Path) -> None:
    """A file in Latin-1 or UTF-16 is read; one odd row in a UTF-8 file is set aside, the rest is judged."""
    french = HEADER + ROW.replace("right", "droite").replace("A,", "Citroën,")
    for encoding in ("latin-1", "utf-16", "utf-8-sig"):
        (tmp_path / encoding).write_bytes(french.encode(encoding))
        told = vehiclecheck("screen", tmp_path / encoding, "--json")
        assert [row["record_id"] for row in told.json["verdicts"]] == ["Citroën"], encoding
    odd = (HEADER + ROW + ROW.replace("A,", "Citroën,") * 3).encode() + ROW.replace("A,", "Citroën,").encode(
        "latin-1"
    )
    (tmp_path / "odd.csv").write_bytes(odd)
    counts = vehiclecheck("screen", tmp_path / "odd.csv", "--json").json["counts"]
    assert (counts["rows_in"], counts["rows_judged"] + counts["rows_set_aside"]) == (5, 5)
    assert counts["rows_judged"] >= 4


def small_files() -> None:
    """In the child: no file may grow beyond 2 KiB, as on a full disk (Python ignores the signal)."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A folder with the results of an earlier run."""
    out = tmp_path_factory.mktemp("earlier") / "out"
    assert vehiclecheck("screen", SAMPLES / "layouts" / "canonical.csv", "--out", out).code == 0
    return out, {path.name: path.read_bytes() for path in out.iterdir()}


def test_a_full_disk_leaves_earlier_results_as_they_were(earlier: tuple[Path, dict[str, bytes]]) -> None:
    out, before = earlier
    told = process(
        "screen", MOMBASA, "--out", out, before=small_files, environment={"VEHICLECHECK_CACHE": "off"}
    )
    refused_with(told, "cannot be written", "File too large")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [("screen", MOMBASA), ("packs", "list")], ids=["screen", "packs"])
def test_standard_output_on_a_full_disk(arguments: tuple[object, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        told = process(*arguments, stdout=full)
    refused_with(told, "standard output cannot be written to: No space left on device")
    assert len(told.err.splitlines()) == 1


def test_a_reader_that_goes_away_is_no_error_message() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "vehiclecheck", "packs", "list"],
        stdout=write,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
        check=False,
    )
    os.close(write)
    assert done.stderr == b""


def a_file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    return tmp_path / "file"


def below_a_file(tmp_path: Path) -> Path:
    return a_file(tmp_path) / "out"


def a_dangling_link(tmp_path: Path) -> Path:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "deeper")
    return tmp_path / "link"


@pytest.mark.parametrize("place", [a_file, below_a_file, a_dangling_link], ids=lambda one: one.__name__)
def test_folders_that_cannot_be(tmp_path: Path, place: Callable[[Path], Path]) -> None:
    out = place(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    refused_with(vehiclecheck("screen", MOMBASA, "--out", out))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, who may write anywhere: the refusal of the system is played."""
    made = Path.mkdir

    def refused(path: Path, *arguments: object, **named: object) -> None:
        if ".unfinished" in path.name:
            raise PermissionError(13, "Permission denied", str(path))
        made(path, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", refused)
    told = vehiclecheck("screen", MOMBASA, "--out", tmp_path / "out")
    refused_with(told, f"{tmp_path / 'out'}: cannot be written to: Permission denied")
    assert not (tmp_path / "out").exists()


def test_an_input_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows were counted when the file was opened: what does not add up is not used."""
    from vehiclecheck.runs.ranges import RangeJudge

    path = tmp_path / "list.csv"
    path.write_text(HEADER + ROW * 40, encoding="utf-8")
    judge = RangeJudge.judge

    def meanwhile(worker: RangeJudge, part: object) -> object:
        path.write_text(HEADER + ROW * 3, encoding="utf-8")
        return judge(worker, part)  # type: ignore[arg-type]

    monkeypatch.setattr(RangeJudge, "judge", meanwhile)
    told = vehiclecheck("screen", path, "--out", tmp_path / "out")
    refused_with(told, "list.csv")
    assert not (tmp_path / "out").exists()


def test_rows_that_vanish_are_a_failed_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a bug ever lose a row, the run fails and no result is given."""
    from vehiclecheck.runs.ranges import RangeJudge, RangeResult

    judge = RangeJudge.judge

    def losing(worker: RangeJudge, part: object) -> RangeResult:
        result = judge(worker, part)  # type: ignore[arg-type]
        result.counts.rows_judged -= 1
        return result

    monkeypatch.setattr(RangeJudge, "judge", losing)
    told: Told = vehiclecheck("screen", MOMBASA, "--out", tmp_path / "out")
    refused_with(told, "the totals do not add up: 40 rows in the files")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".unfinished"]
