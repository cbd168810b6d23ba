"""`vehiclecheck fuel blend` as a person and as a machine uses it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.standards.made import pack, provision, version, written
from vehiclecheck.cli import main
from vehiclecheck.outputs.packs import display_width

TANK = ("800m3:sulphur=62:density=838:ron=95", "400t:sulphur=..10:density=832:benzene=0,9")


def run(*words: str | Path, columns: int = 100, given: str | None = None) -> Result:
    runner = CliRunner(env={"COLUMNS": str(columns)})
    return runner.invoke(main, ["fuel", "blend", *map(str, words)], prog_name="vehiclecheck", input=given)


def text(*words: str | Path, columns: int = 100) -> str:
    result = run(*words, columns=columns)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def told(*words: str | Path) -> dict[str, Any]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Kenya with made limits: 50 mg/kg, 10 for grade S10, and 1 % benzene."""

    def limit(ident: str, name: str, most: float, **more: Any) -> str:
        asks = {"property": name, "max": most}
        versions = [version(instrument="Fuel Act 7")]
        return provision(
            ident,
            "fuel_limit",
            asks,
            *versions,
            **{"direction": "market", "scope": {"products": ["diesel"]}, **more},
        )

    return written(
        tmp_path,
        pack(
            "KE",
            limit("KE.sulphur", "sulphur_mg_kg", 50),
            limit("KE.sulphur.s10", "sulphur_mg_kg", 10, scope={"products": ["diesel"], "grades": ["S10"]}),
            limit("KE.pah", "pah_pct", 8),
            limit("KE.density", "density_15c", 845),
            name="Kenya",
        ),
    )


# ---------------------------------------------------------------- people


@pytest.mark.parametrize("columns", [50, 72, 100, 160])
def test_everything_fits_the_terminal(columns: int, folder: Path) -> None:
    words = [*TANK, "--limit-of", "KE", "--product", "diesel", "--packs", folder]
    result = run(*words, "--with", "sulphur=8:density=830", columns=columns)
    assert result.exit_code == 0, result.output
    assert max(map(display_width, result.stdout.split("\n"))) <= columns


def test_the_parts_are_shown_as_they_were_read() -> None:
    shown = text(*TANK)
    assert "part 1 800 m3 sulphur 62 mg/kg, ron 95, density 838 kg/m3" in shown
    assert "part 2 400 t sulphur at most 10 mg/kg, benzene 0.9 % (v/v), density 832 kg/m3" in shown
    assert "together about 1,281 m3, 1,070.4 t" in shown


def test_bounds_are_rounded_away_from_each_other() -> None:
    assert "sulphur 38.83 to 42.57 mg/kg by mass" in text(*TANK)  # 38.831…, 42.567…
    assert "benzene at least 0.3378 % (v/v) by volume; not told: benzene of part 1" in text(*TANK)


def test_what_does_not_add_up_says_why() -> None:
    assert "octane (RON) no number it is rated in a test engine" in text(*TANK)


def test_assumptions_are_told_where_they_are_made() -> None:
    assert "By volume:" not in text("800m3:sulphur=62")
    assert "By mass: the tank is mixed through" in text("800m3:sulphur=62")
    assert "By volume: besides, volumes are those at 15 °C" in text("800m3:benzene=1")
    assert "density 820 to 845 kg/m3 (assumed)" in text("800m3:sulphur=62", "--density", "820..845")
    assert "No part tells a property." in text("800m3")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("800t:sulphur=62", "--with", "sulphur=10"),
            "does not keep to it. 240 t of the clean product bring it there.",
        ),
        (
            ("800t:sulphur=61..62", "--with", "sulphur=..10"),
            "240 t of the clean product surely bring it there; with less than 176 t, it surely does not.",
        ),
        (
            ("800t:sulphur=40..60", "--with", "sulphur=10"),
            "may keep to it. 200 t of the clean product surely bring",
        ),
        (
            ("800t:sulphur=62", "--with", "sulphur=50"),
            "No amount of the clean product brings it there: its own sulphur",
        ),
        (
            ("800t:sulphur=62", "--with", "sulphur=40..60"),
            "No amount of the clean product surely brings it there: its own sulphur may be 60 mg/kg, not under 50. With "
            "less than 960 t of it, it surely does not.",
        ),
        (("800t:sulphur=62", "--with", "density=830"), "cannot be told. With less than 192 t"),
        (("800t:sulphur=62", "--with", "density=830"), "Not told: sulphur of the clean product."),
        (
            ("800m3:sulphur=62", "--with", "sulphur=10"),
            "cannot be told. Not told: density of part 1; density of the clean product, so that its amount is in t.",
        ),
        (
            ("800t:sulphur=40", "--with", "sulphur=8"),
            "surely keeps to it. It needs none of the clean product, and any",
        ),
        (("800t:sulphur=40", "--with", "sulphur=60"), "up to 800 t of it surely keep it there."),
        (
            ("800t:sulphur=50", "--with", "sulphur=60"),
            "with any of it, it would not surely keep to the limit.",
        ),
        (("800t:sulphur=50",), "The tank surely keeps to it."),
        (
            ("800t:sulphur=62", "--with", "sulphur=10", "--below", "5"),
            "at most 50 mg/kg, less 5 mg/kg for safety.",
        ),
        (
            ("800t:sulphur=62", "--with", "sulphur=10", "--below", "5"),
            "388.6 t of the clean product bring it there.",
        ),
    ],
)
def test_how_a_tank_stands_to_a_limit_is_said(words: tuple[str, ...], said: str) -> None:
    shown = text(*words, "--to-limit", "50")
    assert "Limit of sulphur: at most 50 mg/kg" in shown
    assert said in shown


def test_the_limits_of_a_law_are_cited(folder: Path) -> None:
    words = ("800t:sulphur=62:pah=9", "--limit-of", "Kenya", "--product", "diesel", "--packs", folder)
    shown = text(*words, "--with", "sulphur=8:pah=2")
    assert "(KE.sulphur; Fuel Act 7 (read in: State, Gazette, 2020-05) [grade A])" in shown
    assert "It may not apply: only grade S10." in shown
    assert "228.6 t of the clean product bring it there." in shown
    assert "To keep surely to all limits that surely apply: 228.6 t or more of the clean product." in shown
    graded = text(*words, "--grade", "s-10", "--with", "sulphur=8:pah=2")
    assert "may not apply" not in graded
    assert "20,800 t or more" in graded


def test_the_day_of_the_law_is_asked(folder: Path) -> None:
    words = ("800t:sulphur=62", "--limit-of", "KE", "--product", "diesel", "--packs", folder)
    result = run(*words, "--on", "2009-12-31")
    assert result.exit_code == 2
    assert "Kenya has no limit that binds on 2009-12-31 of sulphur in diesel" in result.output


def test_a_file_and_words_make_one_tank(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "record_id,net_mass_kg,sulphur_mg_kg\nTank 4,800000,62\n", encoding="utf-8"
    )
    shown = text("800t:sulphur=38", "--file", tmp_path / "t.csv")
    assert "Tank 4 800 t sulphur 62 mg/kg" in shown
    assert "sulphur 50 mg/kg by mass" in shown
    result = run("--file", "-", given="net_mass_kg,sulphur_mg_kg\n800000,62\nTotal,\n")
    assert result.exit_code == 0, result.output


# ---------------------------------------------------------------- machines


def test_json_holds_everything_in_the_units_of_records(folder: Path) -> None:
    found = told(
        *TANK, "--limit-of", "KE", "--product", "diesel", "--packs", folder, "--with", "sulphur=8:density=830"
    )
    assert found["parts"][1]["mass_kg"] == {"low": 400_000.0, "high": 400_000.0}
    assert found["parts"][1]["results"]["sulphur_mg_kg"] == {"low": 0.0, "high": 10.0}
    assert found["tank"]["mass_kg"] == {"low": 1_070_400.0, "high": 1_070_400.0}
    blend = {each["property"]: each for each in found["blend"]}
    assert list(blend) == ["sulphur_mg_kg", "benzene_pct", "ron", "density_15c"]
    assert blend["sulphur_mg_kg"]["high"] == pytest.approx((670_400 * 62 + 400_000 * 10) / 1_070_400)
    assert (blend["ron"]["low"], blend["ron"]["high"], blend["ron"]["balance"]) == (None, None, None)
    limits = {each["provision"]: each for each in found["limits"]}
    assert list(limits) == ["KE.sulphur", "KE.sulphur.s10", "KE.density"]
    assert limits["KE.sulphur"]["meets"] == "surely"
    assert limits["KE.sulphur.s10"]["may_not_apply"] == "only grade S10"
    assert limits["KE.sulphur.s10"]["surely"]["least"] == pytest.approx(17_430.4)
    assert limits["KE.sulphur.s10"]["unit"] == "t"


def test_the_answer_is_in_the_unit_of_the_tank() -> None:
    words = ("--to-limit", "50", "--with", "sulphur=10:density=838")
    for tank, unit, least in (
        (["800m3:sulphur=62:density=838"], "m3", 240),
        (["800000 L:sulphur=62:density=838"], "L", 240_000),
        (["400t:sulphur=62", "400 t:sulphur=62"], "t", 240),
        (["400t:sulphur=62", "400000 kg:sulphur=62"], "t", 240),
        (["400t:sulphur=62", "500m3:sulphur=62:density=800"], "t", 240),
    ):
        (limit,) = told(*tank, *words)["limits"]
        assert (limit["unit"], limit["surely"]["least"]) == (unit, least)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name the parts of the tank"),
        (("800m3:sulphr=62",), "did you mean 'sulphur'"),
        (("800m3:sulphur=62", "--with", "sulphur=8"), "--with: under which limit?"),
        (("800m3:sulphur=62", "--below", "8"), "--below: under which limit?"),
        (("800m3:sulphur=62", "--limit-of", "KE"), "--limit-of: of which fuel?"),
        (("800m3:sulphur=62", "--limit-of", "Atlantis", "--product", "diesel"), "no pack for 'Atlantis'"),
        (("800m3:sulphur=62:benzene=1", "--to-limit", "50"), "of which property?"),
        (("800m3:ron=95", "--to-limit", "ron=95"), "ron is rated in a test engine"),
        (("800m3:sulphur=62", "--to-limit", "50", "--below", "60"), "leaves nothing"),
        (("800m3:sulphur=62", "--density", "8000"), "--density: '8000': outside 400 to 1,200 kg/m3"),
        (("800m3:sulphur=62", "--density", ""), "--density"),
        (("--file", "nowhere.csv"), "nowhere.csv"),
        (
            ("800m3:sulphur=62", "--on", "yesterday", "--limit-of", "KE", "--product", "diesel"),
            "is not a day",
        ),
    ],
)
def test_refusals_are_one_sentence(words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.output
    assert result.output.count("\n") == 1
    assert result.output.startswith("Error: ")


def test_today_is_the_day_where_none_is_named(folder: Path) -> None:
    words = ("800t:sulphur=62", "--limit-of", "KE", "--product", "diesel", "--packs", folder)
    assert told(*words) == told(*words, "--on", dt.date.today().isoformat())
