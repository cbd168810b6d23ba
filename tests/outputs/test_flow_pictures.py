"""Pictures of flows: what is drawn is what the table says, the same each time, and hostile names stay text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from vehiclecheck.cli import main
from vehiclecheck.outputs.flow_pictures import PICTURES, destinations
from vehiclecheck.trade.series import Choice, both_sides, largest, regional, summed
from vehiclecheck.vocabulary.harmonised import HARMONISED, sorted_harmonised

SVG = "{http://www.w3.org/2000/svg}"


def row(exporter: str | None, importer: str | None, year: int, low: float, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "exporter": exporter,
        "importer": importer,
        "year": year,
        "vehicle_class": "LDV",
        "condition": "used",
        "units_low": low,
        "units_high": low,
        "re_export": False,
        "reported_by": "exporter",
        "reporter": exporter,
    }
    return told | more


def table(*rows: dict[str, Any]) -> pl.LazyFrame:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    lacking = (
        pl.lit(None).cast(kind).alias(name) for name, kind in HARMONISED.items() if name not in frame.columns
    )
    return sorted_harmonised(frame.with_columns(lacking)).lazy()


FLOWS = table(
    row("JP", "KE", 2020, 100),
    row("JP", "KE", 2021, 150),
    row("JP", "TZ", 2021, 40),
    row("JP", "TZ", 2021, 10, vehicle_class="LDV or HDV"),
    row("DE", "GH", 2021, 30, vehicle_class="HDV"),
    row("DE", "GH", 2021, 60, units_high=None),
    row("DE", None, 2021, 7),
    row("DE", "GH", 2021, 5, re_export=True),
    row("DE", "GH", 2021, 1_000, condition="mixed"),
    row("JP", "KE", 2021, 120, reported_by="importer", reporter="KE"),
)
LIGHT = Choice("LDV")


def test_sums_are_bounds() -> None:
    found = {key: (low, high) for key, low, high in summed(FLOWS, LIGHT, ["importer"]).iter_rows()}
    assert found == {"KE": (250, 250), "GH": (60, None), "TZ": (40, 50), None: (7, 7)}
    heavy = {key: (low, high) for key, low, high in summed(FLOWS, Choice("HDV"), ["importer"]).iter_rows()}
    assert heavy == {"GH": (30, 30), "TZ": (0, 10)}


def test_what_a_choice_leaves_out() -> None:
    assert summed(FLOWS, Choice("LDV", "mixed"), ["exporter"]).rows() == [("DE", 1_000, 1_000)]
    assert summed(FLOWS, Choice("LDV", re_exports=True), ["exporter"])["low"].sum() == 362
    assert summed(FLOWS, Choice("LDV", years=(2020, 2020)), ["importer"]).rows() == [("KE", 100, 100)]
    assert summed(FLOWS, Choice("LDV", reported_by="importer"), ["importer"]).rows() == [("KE", 120, 120)]


def test_places_of_the_world() -> None:
    flows = {(a, b): (low, high) for a, b, low, high in regional(FLOWS, LIGHT).iter_rows()}
    assert flows == {
        ("JP", "Eastern Africa"): (290, 300),
        ("DE", "Western Africa"): (60, None),
        ("DE", "not told"): (7, 7),
    }
    assert largest(FLOWS, LIGHT, most=1).rows() == [("KE", 2020, 100, 100), ("KE", 2021, 150, 150)]
    pairs, silent = both_sides(FLOWS, LIGHT)
    assert pairs.rows() == [("JP", "KE", 250, 250, 120, 120)]
    assert silent == 2


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_says_its_numbers(name: str) -> None:
    svg = PICTURES[name](FLOWS, LIGHT, "Source: <b>made up</b> & more.")
    assert svg == PICTURES[name](FLOWS, LIGHT, "Source: <b>made up</b> & more.")
    root = ET.fromstring(svg)
    texts = " ".join(node.text or "" for node in root.iter())
    assert "used light vehicles" in texts
    assert "Source: <b>made up</b> & more." in texts
    said = {"sankey": "290 to 300", "importers": "2021 60 or more", "mirror": "exporter 250, importer 120"}
    assert said[name] in (root.find(f"{SVG}desc").text or "")  # type: ignore[union-attr]
    assert not root.findall(f".//{SVG}script")


def test_the_map_has_both_classes() -> None:
    svg = destinations(FLOWS, [LIGHT, Choice("HDV")], "Source.")
    root = ET.fromstring(svg)
    kenya = [node for node in root.iter(f"{SVG}g") if node.get("data-country") == "KE"]
    assert [node.get("data-class") for node in kenya] == ["bin1", None]  # 250 light ones, no heavy one


def test_the_command(tmp_path: Path) -> None:
    FLOWS.collect().write_parquet(tmp_path / "flows.parquet")
    for picture in ("sankey", "importers", "map", "mirror"):
        target = tmp_path / f"{picture}.svg"
        done = CliRunner().invoke(main, ["flows", "draw", str(tmp_path), picture, "--out", str(target)])
        assert done.exit_code == 0, done.output
        ET.parse(target)
    pytest.importorskip("resvg_py", reason="PNG needs the optional package resvg-py")
    done = CliRunner().invoke(
        main, ["flows", "draw", str(tmp_path), "map", "--out", str(tmp_path / "map.png")]
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            ["sankey", "--years", "2040"],
            "no used light vehicles, 2040 reported by exporters are in this dataset",
        ),
        (["sankey", "--years", "last"], "is not a year"),
        (["sankey", "--years", "2021-2020"], "ends before it begins"),
        (
            ["mirror", "--condition", "mixed"],
            "of no pair of countries both sides report mixed light vehicles",
        ),
    ],
)
def test_what_cannot_be_drawn(tmp_path: Path, more: list[str], said: str) -> None:
    FLOWS.collect().write_parquet(tmp_path / "flows.parquet")
    done = CliRunner().invoke(main, ["flows", "draw", str(tmp_path), *more, "--out", str(tmp_path / "x.svg")])
    assert (done.exit_code, said in done.output) == (2, True), done.output
    assert not (tmp_path / "x.svg").exists()


@pytest.mark.parametrize("content", [None, b"no parquet", b"PAR1"])
def test_what_is_no_dataset(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "flows.parquet").write_bytes(content)
    done = CliRunner().invoke(main, ["flows", "draw", str(tmp_path), "map", "--out", str(tmp_path / "x.svg")])
    assert done.exit_code == 2
    assert "flows.parquet" in done.output
