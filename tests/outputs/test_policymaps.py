"""What the packs cover and how strict countries are, drawn."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.standards.made import SOURCE, age, library, pack, provision, reviewed, version
from vehiclecheck.outputs.policymaps import coverage_map, rating_map
from vehiclecheck.outputs.worldmap import COVERAGE_COLOURS, RATING_COLOURS, tile_map
from vehiclecheck.scenarios.coverage import STATUSES, coverage
from vehiclecheck.scenarios.rating import rate
from vehiclecheck.scenarios.scales import load_scale
from vehiclecheck.standards import Library, load_library

ON = dt.date(2021, 8, 1)
SVG = "{http://www.w3.org/2000/svg}"
PROJECT = load_scale("project-1")


@functools.cache
def shipped() -> Library:
    return load_library()


def drawn(svg: str) -> list[dict[str, str | None]]:
    """The class of each country, panel by panel; None where there are no data."""
    panels = [
        {
            tile.attrib["data-country"]: tile.get("data-class")
            for tile in group
            if "data-country" in tile.attrib
        }
        for group in ElementTree.fromstring(svg).iter(f"{SVG}g")
    ]
    return [panel for panel in panels if panel]


def texts(svg: str) -> str:
    """All that can be read, lines joined."""
    return " ".join("".join(each.itertext()) for each in ElementTree.fromstring(svg).iter(f"{SVG}text"))


@pytest.fixture
def packs(tmp_path: Path) -> Library:
    perhaps = version(first_seen=dt.date(2024, 1, 1))
    return library(
        tmp_path,
        pack(
            "KE",
            reviewed(classes=["LDV", "HDV"]),
            provision("KE.age", "max_age", age(8), scope={"categories": ["M1"]}),
        ),
        pack(
            "UG", reviewed(classes=["LDV"]), provision("UG.plan", "prohibition", {}, version(status="draft"))
        ),
        pack("TZ", reviewed(classes=["LDV"]), provision("TZ.age", "max_age", age(3), perhaps)),
        pack("ZA", reviewed(classes=["LDV"]), provision("ZA.ban", "prohibition", {})),
        pack("NG", sources=SOURCE.replace("2020-05", "2099")),
    )


def test_coverage_is_drawn_light_and_heavy(packs: Library) -> None:
    svg = coverage_map(coverage(packs, ON), ON)
    light, heavy = drawn(svg)
    told = {code: (light[code], heavy[code]) for code in ("KE", "UG", "TZ", "ZA", "NG", "FR")}
    assert told == {
        "KE": ("regulated", "unregulated"),
        "UG": ("advice", "advice"),
        "TZ": ("regulated", "regulated"),
        "ZA": ("regulated", "regulated"),
        "NG": ("not_reviewed", "not_reviewed"),
        "FR": ("not_reviewed", "not_reviewed"),
    }
    assert set(light) == set(heavy) == set(tile_map())
    assert "What is asked of used vehicles, 2021-08-01" in texts(svg)
    assert "2020-05" in texts(svg), "the newest source that something rests on"
    assert "2099" not in texts(svg)


def test_the_legend_of_coverage_counts_as_the_table_does(packs: Library) -> None:
    rows = coverage(packs, ON)
    svg = coverage_map(rows, ON)
    names = {"advice only": "advice", "not reviewed": "not_reviewed"}
    for panel, key in zip(drawn(svg), ("import.LDV", "import.HDV"), strict=True):
        for status in STATUSES:
            ours = [row.code for row in rows if row.part.key == key and row.status == status]
            shown = [code for code, name in panel.items() if name == names.get(status, status)]
            assert set(shown) == set(ours) & set(tile_map())
    for colour in COVERAGE_COLOURS.values():
        assert colour in svg


def test_a_rating_is_drawn_and_what_is_open_is_so(packs: Library) -> None:
    svg = rating_map(PROJECT, rate(packs, PROJECT, ON), ON)
    light, heavy = drawn(svg)
    assert {code: light[code] for code in ("KE", "UG", "TZ", "ZA", "NG", "FR")} == {
        "KE": "weak",
        "UG": "very weak",
        "TZ": "open",
        "ZA": "banned",
        "NG": None,
        "FR": None,
    }
    assert {code: name for code, name in heavy.items() if name} == {"KE": "very weak"}
    assert "It is not UNEP's rating." in texts(svg)
    assert "open: sources do not settle it" in texts(svg)
    for name in PROJECT.classes:
        assert RATING_COLOURS[name] in svg


def test_a_scale_of_other_words_has_a_colour_for_each(packs: Library) -> None:
    africa = load_scale("africa-2018")
    svg = rating_map(africa, rate(packs, africa, ON), ON)
    light, _ = drawn(svg)
    assert {code: light[code] for code in ("KE", "TZ", "ZA")} == {
        "KE": "fair",
        "TZ": "open",
        "ZA": "total ban",
    }
    boxes = [
        (tile.attrib["data-class"], box.attrib["fill"])
        for tile in ElementTree.fromstring(svg).iter(f"{SVG}g")
        if "data-class" in tile.attrib
        for box in tile.iter(f"{SVG}rect")
    ]
    colours = dict(boxes)
    assert len(set(colours.values())) == len(colours) == len(set(boxes))


def test_every_class_of_a_shipped_scale_has_its_own_colour() -> None:
    from vehiclecheck.scenarios.rating import Rated

    for scale in (PROJECT, load_scale("africa-2018")):
        codes = ("KE", "UG", "TZ", "ZA", "NG", "GH")
        rated = [
            Rated(code, code, "light", name, name, (False, False), (1, 1), (1, 1))
            for code, name in zip(codes, scale.classes, strict=False)
        ]
        root = ElementTree.fromstring(rating_map(scale, rated, ON))
        fills = {
            tile.attrib["data-class"]: next(tile.iter(f"{SVG}rect")).attrib["fill"]
            for tile in root.iter(f"{SVG}g")
            if "data-class" in tile.attrib
        }
        assert list(fills.values()) == list(dict.fromkeys(fills.values())), fills
        assert set(fills) == set(scale.classes)


def test_the_shipped_packs_are_drawn_alike_each_time() -> None:
    rows = coverage(shipped(), ON)
    svg = coverage_map(rows, ON)
    assert svg == coverage_map(rows, ON)
    light, heavy = drawn(svg)
    # every country with a pack has its tile
    assert set(shipped().countries) <= set(light)
    assert "regulated" in light.values()
    assert "regulated" in heavy.values()
