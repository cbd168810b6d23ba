"""Regions of the world: where the United Nations' M49 (standard country or area codes for statistical use) puts
a country.

`rules/regions.toml` holds them, with its sources and with what stands there otherwise than in the M49: Kosovo,
Taiwan and Antarctica. Blocs have no region.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root


@dataclass(frozen=True, slots=True)
class Region:
    """A country's place: the M49 region (`Africa`) and the finest part of it that the M49 has, an intermediate
    region (`Western Africa`) or else a sub-region (`Northern Africa`).
    """

    name: str
    part: str


def _parts(region: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The finest parts of a region, in order."""
    for subregion in region["subregion"]:
        yield from subregion.get("intermediate", [subregion])


@cache
def _places() -> dict[str, Region]:
    data = toml_document(data_root() / "rules" / "regions.toml")
    return {
        country: Region(region["name"], part["name"])
        for region in data["region"]
        for part in _parts(region)
        for country in part["countries"]
    }


def region_of(code: str) -> Region | None:
    """The place of an ISO 3166-1 alpha-2 code (or XK, Kosovo); None for a bloc and for a code that is unknown."""
    return _places().get(code)


def regions() -> dict[str, list[str]]:
    """The countries of every region, by its name; regions, and the countries in them, in the order of the M49."""
    found: dict[str, list[str]] = {}
    for country, place in _places().items():
        found.setdefault(place.name, []).append(country)
    return found


def subregions() -> dict[str, list[str]]:
    """The countries of every part that `Region.part` names, in the order of the M49."""
    found: dict[str, list[str]] = {}
    for country, place in _places().items():
        found.setdefault(place.part, []).append(country)
    return found
