"""`vehiclecheck fuel gaps`, as a person and as a machine uses it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from tests.scenarios.test_fuel_gaps import BOTH, emission, sulphur
from tests.standards.made import pack, reviewed, written
from vehiclecheck.cli import main


def run(*words: str, width: int = 120) -> Result:
    return CliRunner().invoke(main, ["fuel", "gaps", *words], env={"COLUMNS": str(width)})


def rows(*words: str) -> list[dict[str, Any]]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.output)
    return found


def test_countries_by_name_or_code() -> None:
    found = rows("Kenya", "UG", "--on", "2026-02-10")
    assert [(row["country"], row["vehicles"]) for row in found] == [
        (code, vehicles) for code in ("KE", "UG") for vehicles in ("cars", "vans", "heavy")
    ]
    assert {row["serves"] for row in found} == {"Euro 4", "Euro IV"}


def test_data_are_the_same_in_both_shapes() -> None:
    done = run("KE", "BR", "--on", "2026-02-10", "--csv")
    assert done.exit_code == 0
    table = list(csv.DictReader(io.StringIO(done.output)))
    told = rows("KE", "BR", "--on", "2026-02-10")
    assert [list(row) for row in table] == [list(row) for row in told]
    for one, other in zip(table, told, strict=True):
        for name, value in other.items():
            if isinstance(value, str):
                assert one[name] == value


def test_years() -> None:
    found = rows("UA", "--years", "2014-2018")
    assert sorted({row["on"] for row in found}) == [f"{year}-07-01" for year in range(2014, 2019)]
    done = run("UA", "--years", "2014-2018")
    assert done.exit_code == 0
    assert "2014–2015" in done.output
    done = run("--years", "2024-2025")
    assert done.exit_code == 0
    assert "Numbers of countries" in done.output


def test_a_picture_is_written(tmp_path: Path) -> None:
    target = tmp_path / "gaps.svg"
    done = run("--on", "2026-02-10", "--picture", str(target))
    assert (done.exit_code, done.output) == (0, f"Written: {target}\n")
    assert ElementTree.parse(target).getroot().tag.endswith("svg")


def test_packs_of_ones_own(tmp_path: Path) -> None:
    folder = written(tmp_path, pack("KE", BOTH, reviewed("fuel"), sulphur(50), emission("Euro 5")))
    (finding,) = {row["finding"] for row in rows("KE", "--on", "2026-02-10", "--packs", str(folder))}
    assert finding == "asks for vehicles that its fuel will ruin"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--years", "2026-2010"), "--years: '2026-2010' must go from 1990"),
        (("--years", "soon"), "--years: 'soon' are not years such as 2010-2026"),
        (("--years", "2010-9999"), "must go from 1990 or later to 2060"),
        (("--years", "2010", "--on", "2020-01-01"), "--years: not together with --on"),
        (("--years", "2010", "--picture", "x.svg"), "--years: not together with --picture"),
        (("--on", "tomorrow"), "--on: 'tomorrow' is not a day"),
        (("Atlantis",), "Atlantis"),
        (("EAC",), "EAC: a standard lets no vehicles in"),
        (("--fuel", "coal"), "coal"),
        (("KE", "--picture", "no/such/folder/x.svg"), "x.svg: cannot be written"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
