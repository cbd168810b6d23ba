"""The files that come with the project: what a person sees who tries the tool for the first time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.endtoend.running import MOMBASA, SAMPLES, Told, table, vehiclecheck


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Path]:
    folder = tmp_path_factory.mktemp("demo") / "out"
    return vehiclecheck("screen", MOMBASA, "--out", folder), folder


def test_the_demo_fits_eighty_columns(demo: tuple[Told, Path]) -> None:
    told, _ = demo
    assert told.code == 0
    assert not told.err
    folder_names = [line for line in told.out.splitlines() if len(line) > 80 and "/" not in line]
    assert not folder_names


def test_the_demo_adds_up(demo: tuple[Told, Path]) -> None:
    told, folder = demo
    assert "40 rows in = 39 judged + 1 set aside; 39 vehicles judged, 1 set aside." in told.words
    assert table(folder, "verdicts").height == 39
    units = table(folder, "flows")["units"].cast(int).sum()
    assert units == 39


def test_the_demo_has_every_lane(demo: tuple[Told, Path]) -> None:
    _, folder = demo
    verdicts = Counter(table(folder, "verdicts")["verdict"])
    assert verdicts == {"admitted": 14, "refused": 11, "conditional": 11, "undetermined": 2, "no_pack": 1}


@pytest.mark.parametrize(
    ("record", "verdict", "reason"),
    [
        ("MBA-001", "admitted", ""),
        ("MBA-003", "refused", "KE.age.used"),  # first registered in 2018
        ("MBA-006", "conditional", "KE.certificate.fee"),  # the certificate is not told
        ("MBA-014", "refused", "KE.age.used"),  # a truck
        ("MBA-017", "refused", "JP.deregistration"),  # the exporting side
        ("MBA-018", "undetermined", "KE.registration.gap"),
        ("MBA-023", "conditional", "KE.certificate.cor"),  # known to have none
        ("MBA-024", "refused", "KE.steering"),
        ("MBA-025", "undetermined", "KE.steering"),
        ("MBA-027", "conditional", "KE.permit.special_purpose"),  # a fire engine of 2012
        ("MBA-032", "refused", "UG.age.used"),
        ("MBA-037", "refused", "RW.steering"),
        ("MBA-039", "no_pack", ""),
    ],
)
def test_vehicles_of_the_demo(demo: tuple[Told, Path], record: str, verdict: str, reason: str) -> None:
    rows = {row["record_id"]: row for row in table(demo[1], "verdicts").iter_rows(named=True)}
    assert rows[record]["verdict"] == verdict
    assert reason in rows[record]["reasons"].split(";")


def test_the_dirty_row_of_the_demo(demo: tuple[Told, Path]) -> None:
    (aside,) = table(demo[1], "set_aside").select("line", "field", "value", "reason").rows()
    assert aside == ("41", "first_registered", "2019-02-30", "no such day in the calendar")


def test_law_that_refuses_is_told_before_law_that_costs(demo: tuple[Told, Path]) -> None:
    lines = demo[0].out.split("Which law holds them up:")[1].splitlines()
    effects = [
        effect for line in lines for effect in ("refuse", "surcharge", "inspect") if f" {effect} " in line
    ]
    assert effects == sorted(effects, key=("refuse", "surcharge", "inspect").index)


def test_fuel_certificates(tmp_path: Path) -> None:
    told = vehiclecheck("screen", SAMPLES / "fuel-certificates.csv", "--out", tmp_path)
    assert told.code == 0
    assert "22 rows in = 21 judged + 1 set aside; 21 consignments judged, 1 set aside." in told.words
    rows = {row["record_id"]: row for row in table(tmp_path, "verdicts").iter_rows(named=True)}
    refused = {name: row["reasons"] for name, row in rows.items() if row["verdict"] == "refused"}
    assert set(refused) >= {"FC-003", "FC-005", "FC-008", "FC-011", "FC-014"}
    assert refused["FC-008"] == "NG.fuel.sulphur.diesel"
    assert rows["FC-001"]["verdict"] == "admitted"
    assert rows["FC-006"]["verdict"] == "undetermined"  # nobody measured the sulphur
    assert rows["FC-021"]["verdict"] == "no_pack"
    aside = table(tmp_path, "set_aside").row(0, named=True)
    assert (aside["line"], aside["field"], aside["value"]) == ("23", "sulphur_mg_kg", "12 or less")
