"""The tables and the picture of fuel gaps."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.scenarios.test_fuel_gaps import BOTH, emission, sulphur
from tests.standards.made import library, pack, provision, reviewed, version
from vehiclecheck.outputs.fuel_gap_chart import gap_chart
from vehiclecheck.outputs.fuel_gaps import gaps_text, world_years_text, years_text
from vehiclecheck.outputs.packs import display_width
from vehiclecheck.scenarios.fuel_gaps import FINDINGS, RUINS, UNKNOWN, Gap, fuel_gaps
from vehiclecheck.standards import load_library

ON = dt.date(2026, 7, 1)
SVG = "{http://www.w3.org/2000/svg}"


@functools.cache
def shipped() -> list[Gap]:
    packs = load_library()
    return fuel_gaps(packs, packs.countries, "diesel", [ON])


def made(
    folder: Path, *codes_and_parts: tuple[str, tuple[str, ...]], days: tuple[dt.date, ...] = (ON,)
) -> list[Gap]:
    texts = [
        pack(
            code,
            BOTH,
            reviewed("fuel"),
            *(part.replace("KE.", f"{code}.") for part in parts),
            name=f"Land {code}",
        )
        for code, parts in codes_and_parts
    ]
    packs = library(folder, *texts)
    return fuel_gaps(packs, [code for code, _ in codes_and_parts], "diesel", days)


LAND = (
    ("KE", (sulphur(50), emission("Euro 5"))),
    ("UG", (sulphur(50), emission("Euro 4"))),
    ("TZ", (sulphur(10), emission("Euro 4", categories=["M1"]))),
    ("RW", (sulphur(50),)),
    ("BI", (emission("Euro 4"),)),
    ("ZW", (sulphur(50), provision("KE.ban", "prohibition", {}, scope={"condition": ["used"]}))),
)


@pytest.fixture
def land(tmp_path: Path) -> list[Gap]:
    return made(tmp_path, *LAND)


# ---------------------------------------------------------------- tables


def test_totals_come_first_and_count_every_country_once(land: list[Gap]) -> None:
    text = gaps_text(land, "diesel", ON, "finding", 120)
    totals = text.split("\n\n")[1].splitlines()[2:]
    counts = {line.rsplit(None, 3)[0].strip(): [int(n) for n in line.split()[-3:]] for line in totals}
    assert counts["asks for vehicles that its fuel will ruin"] == [1, 1, 1]
    assert counts["fits"] == [1, 1, 1]
    assert counts["could ask for more at once"] == [2, 2, 2]
    assert counts["lets no used vehicles in"] == [1, 1, 1]
    assert counts["unknown"] == [1, 1, 1]
    assert counts["countries"] == [6, 6, 6]
    for place in range(3):
        assert sum(counts[finding][place] for finding in FINDINGS) == 6


def test_groups_that_fare_alike_share_a_line(land: list[Gap]) -> None:
    text = gaps_text(land, "diesel", ON, "finding", 120)
    assert [" ".join(line.split()[:4]) for line in text.splitlines() if line.startswith("KE ")] == [
        "KE Land KE all"
    ]
    lines = [line for line in text.splitlines() if line.startswith("TZ ")]
    assert ["cars" in line for line in lines] == [True, False]
    assert "vans, heavy" in lines[1]


def test_the_unknown_say_why(land: list[Gap]) -> None:
    assert "1 country, no sulphur limit known: BI" in gaps_text(land, "diesel", ON, "finding", 120)


def test_by_region(land: list[Gap]) -> None:
    text = gaps_text(land, "diesel", ON, "region", 140)
    assert "Eastern Africa" in text
    (line,) = (line for line in text.splitlines() if line.startswith("KE "))
    assert line.endswith(RUINS)


@pytest.mark.parametrize("width", [72, 100, 160])
@pytest.mark.parametrize("by", ["finding", "region"])
def test_tables_fit_the_width(width: int, by: str) -> None:
    text = gaps_text(shipped(), "diesel", ON, by, width)
    assert max(map(display_width, text.splitlines())) <= width


def test_years_without_a_change_are_one_line(tmp_path: Path) -> None:
    steps = (
        version(to=dt.date(2015, 1, 1), asks={"max": 500}),
        version(from_=dt.date(2015, 1, 1), asks={"max": 50}),
    )
    days = tuple(dt.date(year, 7, 1) for year in range(2012, 2019))
    found = made(tmp_path, ("KE", (sulphur(500, *steps), emission("Euro 4"))), days=days)
    text = years_text(found, "diesel", 120)
    assert [line.split()[0] for line in text.splitlines() if line.startswith("20")] == [
        "2012–2014",
        "2015–2018",
    ]
    world = world_years_text(found, "diesel", 120)
    assert [line.split()[:2] for line in world.splitlines() if line.startswith("20")][:4] == [
        ["2012", "1"],
        ["2013", "1"],
        ["2014", "1"],
        ["2015", "0"],
    ]


# ---------------------------------------------------------------- picture


def drawn(svg: str) -> dict[tuple[str, str | None], ElementTree.Element]:
    """What is drawn of each country: a line of the chart by its vehicles, a code without."""
    return {
        (part.attrib["data-country"], part.get("data-vehicles")): part
        for part in ElementTree.fromstring(svg).iter(f"{SVG}g")
        if "data-country" in part.attrib
    }


def signs(part: ElementTree.Element) -> list[str]:
    return [child.tag.removeprefix(SVG) for child in part if child.tag != f"{SVG}title"]


def test_the_picture_has_a_line_for_whoever_asks_and_a_code_for_whoever_does_not(land: list[Gap]) -> None:
    parts = drawn(gap_chart(land, "diesel", ON))
    assert set(parts) == {("KE", "all"), ("UG", "all"), ("TZ", "cars"), ("TZ", None), ("RW", None)}


def test_a_square_stands_where_the_fuel_does_and_a_ring_where_the_demand_does(land: list[Gap]) -> None:
    parts = drawn(gap_chart(land, "diesel", ON))

    def places(code: str, vehicles: str) -> tuple[float, float]:
        part = parts[code, vehicles]
        box, ring = part.find(f"{SVG}rect"), part.find(f"{SVG}circle")
        assert box is not None
        assert ring is not None
        return float(box.attrib["x"]) + float(box.attrib["width"]) / 2, float(ring.attrib["cx"])

    fuel, asked = places("KE", "all")
    assert fuel < asked
    fuel, asked = places("TZ", "cars")
    assert fuel > asked
    fuel, asked = places("UG", "all")
    assert fuel == pytest.approx(asked)
    assert "path" not in signs(parts["UG", "all"])


def test_a_gap_is_told_by_its_breadth_and_not_by_colour_alone(land: list[Gap]) -> None:
    parts = drawn(gap_chart(land, "diesel", ON))
    broad, narrow = (parts[key].find(f"{SVG}path") for key in (("KE", "all"), ("TZ", "cars")))
    assert broad is not None
    assert narrow is not None
    assert float(broad.attrib["stroke-width"]) >= 2 * float(narrow.attrib["stroke-width"])


def test_the_picture_names_its_day_and_sources_and_is_told_in_words(land: list[Gap]) -> None:
    root = ElementTree.fromstring(gap_chart(land, "diesel", ON))
    said = " ".join("".join(part.itertext()) for part in root.iter(f"{SVG}text"))
    assert "2026-07-01" in said
    assert "Sources:" in said
    assert "UNECE" in said
    description = root.find(f"{SVG}desc")
    assert description is not None
    assert f"{RUINS}: Land KE: serves Euro 4, asks Euro 5" in (description.text or "")


def test_all_that_is_known_of_the_world_is_drawn_inside_the_page() -> None:
    root = ElementTree.fromstring(gap_chart(shipped(), "diesel", ON))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.attrib["x"]) <= width
        assert 0 <= float(text.attrib["y"]) <= height
    known = {gap.code for gap in shipped() if gap.finding not in (UNKNOWN, "lets no used vehicles in")}
    assert {code for code, _ in drawn(gap_chart(shipped(), "diesel", ON))} >= known


def test_the_same_gaps_give_the_same_picture_and_hostile_names_are_text(tmp_path: Path) -> None:
    text = pack("KE", BOTH, reviewed("fuel"), sulphur(50), emission("Euro 5"), name="<script>& ' ]]>")
    found = fuel_gaps(library(tmp_path, text), ["KE"], "diesel", [ON])
    picture = gap_chart(found, "diesel", ON)
    assert picture == gap_chart(found, "diesel", ON)
    assert "<script" not in picture
    assert any("<script>" in "".join(part.itertext()) for part in ElementTree.fromstring(picture).iter())


def test_a_country_of_which_nothing_is_known_still_has_a_picture(tmp_path: Path) -> None:
    found = made(tmp_path, ("BI", ()))
    assert "No country asks for a class" in gap_chart(found, "diesel", ON)
