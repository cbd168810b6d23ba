"""Running the command line in this process (fast) or in one of its own (for what only one shows)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from vehiclecheck.cli import main

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "sample_data"
SHARED = Path(os.environ.get("VEHICLECHECK_SHARED") or REPOSITORY.parent / "shared")
FINLAND = SHARED / "data" / "finland-used-car-imports-2014-2023.csv"
KOREA = SHARED / "data" / "korea-import-declarations-2020-2021.csv"
MOMBASA = SAMPLES / "shipment-mombasa.csv"


@dataclass(frozen=True)
class Told:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Standard output in one line, however it was wrapped."""
        return " ".join(self.out.split())

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def vehiclecheck(*arguments: object, stdin: bytes | None = None) -> Told:
    """The command in this process. An exception that is no sentence is raised here."""
    runner = CliRunner(env={"COLUMNS": "80"})
    result = runner.invoke(main, [str(argument) for argument in arguments], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Told(result.exit_code, result.stdout, result.stderr)


def process(
    *arguments: object,
    stdin: bytes | None = None,
    stdout: Any = subprocess.PIPE,
    before: Callable[[], None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Told:
    """The command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "vehiclecheck", *map(str, arguments)],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
        env={**os.environ, "COLUMNS": "80", **(environment or {})},
        preexec_fn=before,
        check=False,
    )
    return Told(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())


def refused_with(told: Told, *words: str) -> None:
    """Asserts that a command ended as wrong input should: code 2, no output, one plain sentence."""
    assert told.code == 2, told
    assert not told.out
    assert "Traceback" not in told.err
    sentences = [line for line in told.err.splitlines() if line.startswith("Error: ")]
    assert len(sentences) == 1, told.err
    for word in words:
        assert word in told.err


def table(folder: Path, name: str) -> pl.DataFrame:
    """One CSV of an output folder, everything as text."""
    return pl.read_csv(folder / f"{name}.csv", infer_schema=False).fill_null("")


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by name; of run.json the clock is left out."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        if path.name == "run.json":
            record = json.loads(data)
            assert record.pop("clock")
            data = json.dumps(record, indent=1).encode()
        found[str(path.relative_to(folder))] = data
    return found


def needs(path: Path) -> pytest.MarkDecorator:
    """Skips a test where a real file is absent."""
    return pytest.mark.skipif(
        not path.exists(), reason=f"{path.name} is not here (VEHICLECHECK_SHARED names its folder)"
    )
