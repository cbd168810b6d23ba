"""The tile map of the world: where the tiles lie, and the picture drawn from them."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vehiclecheck.outputs.worldmap import COVERAGE_COLOURS, RATING_COLOURS, Panel, tile_map, world_map
from vehiclecheck.vocabulary.countries import BLOC_NAMES, COUNTRY_CODES, country_name

SVG = "{http://www.w3.org/2000/svg}"
LEGEND = [
    ("regulated", "Rules apply", COVERAGE_COLOURS["regulated"]),
    ("unregulated", "No rule found", COVERAGE_COLOURS["unregulated"]),
    ("not_reviewed", "Not reviewed", COVERAGE_COLOURS["not_reviewed"]),
]
LIGHT = Panel(
    "Light vehicles", {"KE": "regulated", "TZ": "unregulated", "FJ": "not_reviewed", "MW": "regulated"}
)
HEAVY = Panel("Heavy vehicles", {"KE": "unregulated", "RU": "regulated"})
HOSTILE = """<script>alert("1")</script> & ' ]]> <!-- &lt; \x00\x1b\ufffe"""

UNITED_NATIONS = """
AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN
CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HN HR HT
HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PT PW PY QA RO RS RU
RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TZ UA UG US UY UZ VC
VE VN VU WS YE ZA ZM ZW
"""
TERRITORIES = "AI AW BM CK EH GF GL HK KY MO NC PF PR PS TW VG XK YT"

NEIGHBOURS = """
CA-US US-MX MX-GT GT-HN HN-NI NI-CR CR-PA PA-CO CO-VE CO-BR BR-AR BR-UY BR-VE PE-BO BO-PY AR-CL HT-DO TT-VE
PT-ES ES-FR FR-DE FR-IT DE-PL DE-AT DE-DK PL-UA RO-BG RS-ME GR-TR BG-TR RU-FI RU-BY RU-UA EE-LV IE-GB
MA-DZ DZ-ML SN-ML ML-CI NE-NG TD-NG TD-CM NG-CM GH-CI GH-BF EG-SD SD-SS ET-KE KE-TZ UG-CD CD-ZM TZ-ZM ZA-MZ
ZA-NA AO-NA MW-MZ DJ-YE EG-IL TR-SY IQ-SA SA-YE SA-AE IR-PK AF-UZ KZ-CN CN-PK CN-IN CN-KP CN-MM IN-LK
IN-NP TH-KH MY-SG MY-ID ID-TL ID-PG FJ-TO
"""
WEST_TO_EAST = """
MX-CU CU-HT HT-DO DO-PR KN-AG VC-BB GD-TT CO-VE GY-SR SR-GF PE-BR CL-AR PT-ES IE-GB FR-CH CH-AT NL-DE DE-PL
PL-BY IT-HR HR-RS HU-RO RO-MD NO-SE SE-FI GR-TR MA-DZ LY-EG SN-GN CI-GH GH-TG BJ-NG NG-CF CF-SS RW-TZ AO-ZM
ZM-MW BW-ZW NA-ZA TZ-SC MG-MU TR-AM SY-IQ IQ-IR IR-AF AF-PK NP-BT IN-BD BD-MM LA-VN TH-KH MN-KP MO-HK
HK-TW KR-JP ID-PG PG-SB NR-KI PW-FM FM-MH VU-FJ NC-TO TO-CK AU-NZ GL-IS US-IE BR-SN CV-SN KE-LK
"""
NORTH_TO_SOUTH = """
CA-US US-MX MX-GT GT-SV HN-NI NI-CR CR-PA CU-JM BS-CU KN-DM DM-VC LC-BB VC-GD VE-BR CO-EC EC-PE PE-CL BR-AR
BR-UY IS-IE FI-EE EE-LV LV-LT NL-BE DE-AT DK-DE PL-SK BY-UA CZ-AT HU-RS RO-BG RS-MK BG-GR FR-ES IT-MT ES-MA
MA-MR DZ-ML LY-NE TD-CF EG-SD SD-SS NE-NG SN-GM GN-SL SL-ZA NG-CM CM-GQ GQ-GA ET-KE KE-TZ UG-RW RW-BI TZ-MZ
ZM-BW ZW-ZA MZ-SZ KM-MG GE-AM TR-SY SY-JO LB-IL IQ-KW KW-SA SA-YE BH-QA AE-OM KZ-UZ TM-IR UZ-AF AF-IN MN-CN
CN-MM NP-IN IN-LK LK-MV KP-KR JP-TW TW-PH MM-TH LA-KH TH-MY MY-SG MY-ID ID-TL TL-AU PG-AU MH-NR NR-SB SB-VU
VU-NC AU-NZ
"""


def places(pair: str) -> tuple[tuple[int, int], tuple[int, int]]:
    first, second = pair.split("-")
    return tile_map()[first], tile_map()[second]


def drawn(panels: list[Panel], **texts: str) -> ET.Element:
    return ET.fromstring(world_map(panels, LEGEND, texts.get("title", "Title"), texts.get("note", "Note")))


def tiles(picture: ET.Element) -> list[ET.Element]:
    return [group for group in picture.iter(f"{SVG}g") if "data-country" in group.attrib]


def fill(tile: ET.Element) -> str:
    box = tile.find(f"{SVG}rect")
    assert box is not None
    return box.attrib["fill"]


def words(picture: ET.Element) -> list[str]:
    return [text.text or "" for text in picture.iter(f"{SVG}text")]


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# Where the tiles lie.


def test_every_member_of_the_united_nations_and_every_named_territory_has_a_tile() -> None:
    assert len(UNITED_NATIONS.split()) == 193
    assert set(tile_map()) == {*UNITED_NATIONS.split(), *TERRITORIES.split()}
    assert set(tile_map()) <= set(COUNTRY_CODES) - set(BLOC_NAMES)


def test_no_two_countries_share_a_tile_and_the_map_has_the_shape_of_a_page() -> None:
    assert len(set(tile_map().values())) == len(tile_map())
    columns, rows = (max(place[axis] for place in tile_map().values()) + 1 for axis in (0, 1))
    assert columns <= 34
    assert rows <= 24


@pytest.mark.parametrize("pair", NEIGHBOURS.split())
def test_neighbours_lie_close_to_one_another(pair: str) -> None:
    one, other = places(pair)
    assert math.dist(one, other) <= math.sqrt(8)


@pytest.mark.parametrize("pair", WEST_TO_EAST.split())
def test_the_first_lies_west_of_the_second(pair: str) -> None:
    west, east = places(pair)
    assert west[0] < east[0]


@pytest.mark.parametrize("pair", NORTH_TO_SOUTH.split())
def test_the_first_lies_north_of_the_second(pair: str) -> None:
    north, south = places(pair)
    assert north[1] < south[1]


def test_continents_that_the_sea_divides_do_not_touch() -> None:
    continents = [
        "CA US MX GT BZ SV HN NI CR PA CO VE EC GY SR GF PE BO BR CL PY AR UY",
        "PT ES FR IT NL BE DE DK NO SE FI EE LV LT BY PL UA RO BG GR AL MK RS HR SI AT HU SK CZ CH",
        "MA EH DZ TN LY EG SD ER DJ ET SO KE TZ MZ ZA NA AO GA GQ CM NG BJ TG GH CI LR SL GW GN SN MR",
        "TR SY LB IL PS JO IQ KW SA BH QA AE OM YE IR PK IN BD MM TH MY KH VN LA CN KP MN KZ",
        "AU NZ",
    ]
    for one, other in combinations(continents, 2):
        for first in one.split():
            for second in other.split():
                apart = max(abs(a - b) for a, b in zip(tile_map()[first], tile_map()[second], strict=True))
                assert apart > 1, (first, second)


# The picture.


@pytest.mark.parametrize("panels", [[LIGHT], [LIGHT, HEAVY]])
def test_every_tile_has_the_colour_that_the_legend_gives_its_class(panels: list[Panel]) -> None:
    picture = drawn(panels)
    colours = {name: colour for name, _, colour in LEGEND}
    labels = {name: label for name, label, _ in LEGEND}
    found = tiles(picture)
    assert len(found) == len(panels) * len(tile_map())
    for number, panel in enumerate(panels):
        for tile in found[number * len(tile_map()) : (number + 1) * len(tile_map())]:
            code = tile.attrib["data-country"]
            name = panel.classes.get(code)
            assert tile.attrib.get("data-class") == name
            assert fill(tile) == ("#FFFFFF" if name is None else colours[name])
            label = "No data" if name is None else labels[name]
            assert tile.findtext(f"{SVG}title") == f"{country_name(code)} ({code}): {label}"
            assert tile.findtext(f"{SVG}text") == code


def test_countries_without_data_have_a_broken_outline_and_no_others_do() -> None:
    for tile in tiles(drawn([LIGHT])):
        box = tile.find(f"{SVG}rect")
        assert box is not None
        assert ("stroke-dasharray" in box.attrib) == ("data-class" not in tile.attrib)


def test_the_legend_counts_the_countries_of_each_panel() -> None:
    shown = words(drawn([LIGHT, HEAVY]))
    tail = shown[shown.index("Rules apply") - 2 :]
    missing = len(tile_map())
    expected = [
        ["2", "1", "Rules apply"],
        ["1", "1", "No rule found"],
        ["1", "0", "Not reviewed"],
        [str(missing - 4), str(missing - 2), "No data"],
    ]
    assert tail[:12] == [word for row in expected for word in row]


def test_a_full_map_has_no_entry_for_missing_data() -> None:
    full = Panel("All", dict.fromkeys(tile_map(), "regulated"))
    assert "No data" not in words(drawn([full]))


def test_the_picture_tells_programs_that_read_it_aloud_what_it_is() -> None:
    picture = drawn([LIGHT, HEAVY], title="Rules of\nthe world")
    assert picture.attrib["role"] == "img"
    assert [child.tag for child in picture][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert picture.findtext(f"{SVG}title") == "Rules of the world"
    described = picture.findtext(f"{SVG}desc")
    assert described is not None
    assert "Light vehicles: Rules apply 2, No rule found 1, Not reviewed 1, No data 207." in described
    assert "Heavy vehicles: Rules apply 1, No rule found 1, Not reviewed 0, No data 209." in described


@pytest.mark.parametrize("panels", [[LIGHT], [LIGHT, HEAVY]])
def test_tiles_do_not_overlap_and_lie_on_the_page(panels: list[Panel]) -> None:
    picture = drawn(panels)
    corners = []
    for tile in tiles(picture):
        box = tile.find(f"{SVG}rect")
        assert box is not None
        corners.append(tuple(float(box.attrib[key]) for key in ("x", "y", "width", "height")))
    for (x, y, width, height), (other_x, other_y, _, _) in combinations(corners, 2):
        assert abs(x - other_x) >= width or abs(y - other_y) >= height
    page_width, page_height = float(picture.attrib["width"]), float(picture.attrib["height"])
    assert picture.attrib["viewBox"].split() == ["0", "0", picture.attrib["width"], picture.attrib["height"]]
    assert all(x >= 0 and y >= 0 and x + w <= page_width and y + h <= page_height for x, y, w, h in corners)


LONG = "A title that goes on and on, over many lines, with Transportmittelangelegenheiten and more " * 4
ADDRESS = "https://example.org/" + "standards-of-used-vehicles/" * 30


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("text", ["Short", LONG, ADDRESS, "W" * 300, "车辆" * 200, "first\n\nsecond\n", ""])
def test_no_text_leaves_the_page_or_stands_on_another(count: int, text: str) -> None:
    panel = Panel(text, {"KE": "a"})
    picture = ET.fromstring(world_map([panel] * count, [("a", text, "#123456")], text, f"{text}\n{text}"))
    width, height = float(picture.attrib["width"]), float(picture.attrib["height"])
    lines: dict[tuple[float, str], list[float]] = {}
    for element in picture.iter(f"{SVG}text"):
        x, y = float(element.attrib["x"]), float(element.attrib["y"])
        size = float(element.attrib.get("font-size", 13))
        long = (
            sum(1.0 if ord(letter) > 0x2E80 or letter == "W" else 0.55 for letter in element.text or "")
            * size
        )
        if "font-size" not in element.attrib:
            x -= long / 2
        elif element.attrib.get("text-anchor") == "end":
            x -= long
        assert x >= 0
        assert x + long <= width
        assert size <= y <= height - 4
        lines.setdefault((x, element.attrib.get("text-anchor", "start")), []).append(y)
    for ys in lines.values():
        assert all(below - above >= 12 for above, below in pairwise(sorted(ys)))


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    panel = Panel(HOSTILE, {"KE": HOSTILE})
    text = world_map([panel], [(HOSTILE, HOSTILE, "#1A4F8B")], HOSTILE, HOSTILE)
    assert "<script" not in text
    assert "<!--" not in text
    assert "\x00" not in text
    picture = ET.fromstring(text)
    assert {element.tag for element in picture.iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "g", "text")
    }
    shown = HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd").replace("\ufffe", "\ufffd")
    assert picture.findtext(f"{SVG}title") == shown
    (kenya,) = (tile for tile in tiles(picture) if tile.attrib["data-country"] == "KE")
    assert kenya.attrib["data-class"] == shown
    assert kenya.findtext(f"{SVG}title") == f"Kenya (KE): {shown}"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_gives_a_document_that_can_be_parsed(one: str, other: str) -> None:
    document = world_map([Panel(one, {"KE": other})], [(other, one, "#EEEEEE")], other, one)
    ET.fromstring(document.encode())


def test_the_same_arguments_give_the_same_document() -> None:
    turned = Panel(LIGHT.title, dict(reversed(LIGHT.classes.items())))
    assert world_map([LIGHT], LEGEND, "T", "N") == world_map([turned], LEGEND, "T", "N")


def test_the_document_needs_nothing_from_elsewhere() -> None:
    text = world_map([LIGHT, HEAVY], LEGEND, "T", "N")
    assert "href" not in text
    assert "url(" not in text
    assert text.count("http") == text.count("http://www.w3.org/2000/svg") == 1
    assert "sans-serif" in text


def test_countries_without_a_tile_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'EAC', 'XX'"):
        world_map([LIGHT, Panel("x", {"XX": "regulated", "EAC": "regulated"})], LEGEND, "T", "N")


def test_classes_without_an_entry_in_the_legend_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'banned'"):
        world_map([Panel("x", {"KE": "banned"})], LEGEND, "T", "N")


def test_a_class_with_two_entries_is_refused() -> None:
    with pytest.raises(ValueError, match="'regulated'"):
        world_map([LIGHT], [*LEGEND, LEGEND[0]], "T", "N")


@pytest.mark.parametrize("colour", ["red", "#12345", '#123456"/><script/>', "#12345G", "", "#123456\n"])
def test_colours_that_are_not_six_digits_are_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="rrggbb"):
        world_map([LIGHT], [*LEGEND, ("x", "X", colour)], "T", "N")


@pytest.mark.parametrize("count", [0, 3])
def test_there_are_one_or_two_panels(count: int) -> None:
    with pytest.raises(ValueError, match=f"not {count}"):
        world_map([LIGHT] * count, LEGEND, "T", "N")


# The palettes.


def test_the_palettes_have_a_colour_for_every_class() -> None:
    assert list(COVERAGE_COLOURS) == ["regulated", "advice", "unregulated", "not_reviewed"]
    assert list(RATING_COLOURS) == ["banned", "very good", "good", "weak", "very weak", "unrated"]


@pytest.mark.parametrize("palette", [COVERAGE_COLOURS, RATING_COLOURS])
def test_a_print_in_grey_keeps_the_classes_apart_and_in_order(palette: dict[str, str]) -> None:
    lightness = [116 * luminance(colour) ** (1 / 3) - 16 for colour in palette.values()]
    assert all(lighter - darker >= 10 for darker, lighter in pairwise(lightness))


@pytest.mark.parametrize(
    "colour", [*COVERAGE_COLOURS.values(), *RATING_COLOURS.values(), "#777777", "#FF0000"]
)
def test_the_code_on_a_tile_can_be_read(colour: str) -> None:
    picture = ET.fromstring(world_map([Panel("x", {"KE": "a"})], [("a", "A", colour)], "T", "N"))
    (kenya,) = (tile for tile in tiles(picture) if tile.attrib["data-country"] == "KE")
    code = kenya.find(f"{SVG}text")
    assert code is not None
    darker, lighter = sorted((luminance(colour), luminance(code.attrib["fill"])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
