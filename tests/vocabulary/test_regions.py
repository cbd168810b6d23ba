"""Regions of the M49: every country has its place."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest

from vehiclecheck.vocabulary.countries import BLOC_NAMES, COUNTRY_CODES
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.regions import Region, region_of, regions, subregions

COUNTRIES = {code for code in COUNTRY_CODES if len(code) == 2 and code not in BLOC_NAMES}


def written() -> Counter[str]:
    """Every code as often as the file has it; a dictionary of places would hide a second one."""
    data = tomllib.loads((data_root() / "rules" / "regions.toml").read_text(encoding="utf-8"))
    return Counter(
        country
        for region in data["region"]
        for subregion in region["subregion"]
        for part in subregion.get("intermediate", [subregion])
        for country in part["countries"]
    )


def test_every_country_has_exactly_one_place_and_no_code_is_unknown() -> None:
    found = written()
    assert set(found) == COUNTRIES
    assert max(found.values()) == 1
    for listing in (regions(), subregions()):
        assert Counter(code for codes in listing.values() for code in codes) == found


@pytest.mark.parametrize(
    ("code", "region", "part"),
    [
        ("NG", "Africa", "Western Africa"),
        ("MR", "Africa", "Western Africa"),
        ("KE", "Africa", "Eastern Africa"),
        ("ZW", "Africa", "Eastern Africa"),
        ("SD", "Africa", "Northern Africa"),
        ("CD", "Africa", "Middle Africa"),
        ("AO", "Africa", "Middle Africa"),
        ("ZA", "Africa", "Southern Africa"),
        ("NA", "Africa", "Southern Africa"),
        ("MX", "Americas", "Central America"),
        ("US", "Americas", "Northern America"),
        ("JM", "Americas", "Caribbean"),
        ("GY", "Americas", "South America"),
        ("JP", "Asia", "Eastern Asia"),
        ("TW", "Asia", "Eastern Asia"),
        ("AE", "Asia", "Western Asia"),
        ("CY", "Asia", "Western Asia"),
        ("TR", "Asia", "Western Asia"),
        ("GE", "Asia", "Western Asia"),
        ("IR", "Asia", "Southern Asia"),
        ("KZ", "Asia", "Central Asia"),
        ("TL", "Asia", "South-eastern Asia"),
        ("RU", "Europe", "Eastern Europe"),
        ("GB", "Europe", "Northern Europe"),
        ("LT", "Europe", "Northern Europe"),
        ("XK", "Europe", "Southern Europe"),
        ("DE", "Europe", "Western Europe"),
        ("NZ", "Oceania", "Australia and New Zealand"),
        ("FJ", "Oceania", "Melanesia"),
        ("WS", "Oceania", "Polynesia"),
        ("KI", "Oceania", "Micronesia"),
        ("AQ", "Antarctica", "Antarctica"),
    ],
)
def test_known_places(code: str, region: str, part: str) -> None:
    assert region_of(code) == Region(region, part)
    assert code in regions()[region]
    assert code in subregions()[part]


@pytest.mark.parametrize("code", ["", "ke", "ZZ", "KEN", *BLOC_NAMES])
def test_what_is_no_country_has_no_place(code: str) -> None:
    assert region_of(code) is None


def test_the_order_is_that_of_the_m49() -> None:
    assert list(regions()) == ["Africa", "Americas", "Antarctica", "Asia", "Europe", "Oceania"]
    assert list(subregions()) == [
        "Northern Africa",
        "Eastern Africa",
        "Middle Africa",
        "Southern Africa",
        "Western Africa",
        "Caribbean",
        "Central America",
        "South America",
        "Northern America",
        "Antarctica",
        "Central Asia",
        "Eastern Asia",
        "South-eastern Asia",
        "Southern Asia",
        "Western Asia",
        "Eastern Europe",
        "Northern Europe",
        "Southern Europe",
        "Western Europe",
        "Australia and New Zealand",
        "Melanesia",
        "Micronesia",
        "Polynesia",
    ]
    assert regions()["Africa"][:8] == ["DZ", "EG", "LY", "MA", "SD", "TN", "EH", "IO"]
    assert regions() == regions()


def test_a_list_that_is_changed_changes_nothing() -> None:
    regions()["Europe"].clear()
    subregions()["Western Europe"].append("ZZ")
    assert "DE" in regions()["Europe"]
    assert "ZZ" not in subregions()["Western Europe"]


def test_what_the_m49_does_not_say_is_remarked() -> None:
    data = tomllib.loads((data_root() / "rules" / "regions.toml").read_text(encoding="utf-8"))
    assert {remark["country"] for remark in data["remark"]} == {"XK", "TW", "AQ"}
