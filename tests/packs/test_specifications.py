"""Named specifications of fuel: standards that belong to no bloc, and say what the packs beside them say."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from vehiclecheck.cli_packs import packs
from vehiclecheck.scenarios.coverage import coverage
from vehiclecheck.scenarios.describing import find_pack, membership
from vehiclecheck.standards import Version, load_library
from vehiclecheck.standards.blocs import blocs
from vehiclecheck.vocabulary.countries import COUNTRY_CODES, country_code

LIBRARY = load_library()
SPECIFICATIONS = [code for code in LIBRARY.standards if LIBRARY.pack(code).specification]
#: What issue and laboratories ask for by name; ECOWAS and SADC are the standards of blocs.
ASKED = {
    *("EN590", "EN228", "AFRI4", "AFRI5", "AFRI6", "EAS158", "EAS177", "GB17930", "GB19147"),
    *("IS1460", "IS2796", "JISK2202", "JISK2204", "NOM016", "S10", "S500"),
    *("TRCU013K2", "TRCU013K3", "TRCU013K4", "TRCU013K5"),
}
#: Specifications whose limits stand a second time in a pack that cannot adopt them: it is a standard itself, or asks
#: more than the specification does.
TWINS = {"EN590": "EU", "EN228": "EU", "EAS158": "EAC", "EAS177": "EAC", "S500": "BR"}


def run(*words: str) -> Result:
    result = CliRunner(env={"COLUMNS": "100"}).invoke(packs, words, prog_name="packs")
    assert result.exit_code == 0, result.output
    return result


def test_what_was_asked_for_is_there() -> None:
    assert set(SPECIFICATIONS) == ASKED
    assert {"ECOWAS", "SADC"} <= set(LIBRARY.standards)


@pytest.mark.parametrize("code", SPECIFICATIONS)
def test_one_of_fuel_and_of_no_bloc(code: str) -> None:
    pack = LIBRARY.pack(code)
    assert {version.kind for version in pack.versions} == {"fuel_limit"}
    assert {(entry.subject, entry.direction) for entry in pack.reviewed} == {("fuel", "import")}
    assert code not in blocs()
    assert code not in COUNTRY_CODES
    assert country_code(code) is None
    assert pack.note


def test_none_is_a_row_of_the_world() -> None:
    assert not {row.code for row in coverage(LIBRARY, dt.date(2026, 11, 22))} & ASKED
    for code in ("RU", "KZ", "CN", "NO"):
        told = membership(LIBRARY.pack(code), LIBRARY, dt.date(2026, 11, 22))
        assert not {member.bloc for member in told} & ASKED


def test_the_list_says_what_they_are() -> None:
    kinds = {row["code"]: row["type"] for row in json.loads(run("list", "--json").stdout)}
    assert {code for code, kind in kinds.items() if kind == "specification"} == ASKED
    assert (kinds["EU"], kinds["KE"]) == ("standard", "country")
    (line,) = [line for line in run("list").stdout.split("\n") if line.startswith("EN590 ")]
    assert "EN 590" in line


@pytest.mark.parametrize("word", ["EN590", "en 590", "EN-590"])
def test_one_is_shown_by_its_name(word: str) -> None:
    assert run("show", word).stdout.startswith("EN 590 automotive diesel (EN590), on ")
    assert find_pack(LIBRARY, word).code == "EN590"


# ---------------------------------------------------------------- a limit that stands twice stands the same


def numbers(version: Version) -> tuple[object, ...]:
    asks, scope = version.asks, version.scope
    return asks["property"], asks.get("min"), asks.get("max"), scope["products"], scope.get("grades")


def together(one: Version, other: Version) -> bool:
    """Whether both are certainly in force on some day."""
    starts = [version.start or dt.date.min for version in (one, other)]
    ends = [version.end or dt.date.max for version in (one, other)]
    return max(starts) < min(ends)


@pytest.mark.parametrize(("code", "twin"), TWINS.items())
def test_twins_agree_wherever_both_hold(code: str, twin: str) -> None:
    others = {provision.id: provision for provision in LIBRARY.pack(twin).provisions}
    compared = 0
    for provision in LIBRARY.pack(code).provisions:
        other = others.get(provision.id.replace(code, twin, 1))
        if other is None:
            # known from a page that the other pack does not rest on
            assert provision.id == "EN590.fuel.t95.diesel"
            continue
        pairs = [(a, b) for a in provision.versions for b in other.versions if together(a, b)]
        assert pairs
        for mine, theirs in pairs:
            assert numbers(mine) == numbers(theirs), (provision.id, mine.start, theirs.start)
            compared += 1
    assert compared >= len(LIBRARY.pack(code).provisions) - 1


def cited() -> Iterator[tuple[Version, str]]:
    """Versions of other packs that name a grade as their instrument, with the specification of that name."""
    for pack in LIBRARY.packs([*LIBRARY.countries, *LIBRARY.standards]):
        for version in pack.versions if pack.code not in ASKED else []:
            for pattern, code in ((r"AFRI-(\d)", "AFRI"), (r"TR CU 013/2011.*class K(\d)", "TRCU013K")):
                if found := re.search(pattern, version.instrument or ""):
                    yield version, code + found.group(1)


def test_who_names_a_grade_asks_what_the_grade_asks() -> None:
    compared = set()
    for version, code in cited():
        asked = [
            own.asks["max"]
            for own in LIBRARY.pack(code).versions
            if own.asks["property"] == version.asks["property"] and own.products == version.products
        ]
        assert asked == [version.asks["max"]], (version.provision, code)
        compared.add(code)
    assert compared == {"AFRI5", "AFRI6", "TRCU013K2", "TRCU013K3", "TRCU013K4", "TRCU013K5"}


# ---------------------------------------------------------------- who adopts them

ADOPTERS = {
    **{"CN": ["GB17930", "GB19147"], "IN": ["IS1460", "IS2796"], "JP": ["JISK2202", "JISK2204"]},
    **{"MX": ["NOM016"], "BR": ["S10"], "CH": ["EN590"], "NO": ["EN590"], "IS": ["EN590"]},
    **{code: ["TRCU013K5"] for code in ("AM", "BY", "RU")},
    **{code: ["TRCU013K4"] for code in ("KZ", "KG")},
}


def test_who_applies_them_adopts_them() -> None:
    found: dict[str, set[str]] = {}
    for pack in LIBRARY.packs():
        for version in pack.versions:
            if version.adopted_from in ASKED:
                assert version.lawful, version.provision
                found.setdefault(pack.code, set()).add(version.adopted_from)
    assert {code: sorted(names) for code, names in found.items()} == ADOPTERS


@pytest.mark.parametrize(
    ("code", "product", "on", "most"),
    [
        ("CN", "diesel", "2014-12-31", 350),
        ("CN", "diesel", "2015-01-01", 50),
        ("CN", "petrol", "2017-01-01", 10),
        ("IN", "diesel", "2010-03-31", 2500),
        ("IN", "petrol", "2020-04-01", 10),
        ("JP", "diesel", "2006-12-31", 50),
        ("JP", "petrol", "2008-01-01", 10),
        ("MX", "diesel", "2016-10-28", 500),
        ("MX", "diesel", "2025-01-01", 15),
        ("RU", "petrol", "2016-06-30", 50),
        ("RU", "petrol", "2016-07-01", 10),
        ("KZ", "diesel", "2018-01-01", 50),
        ("NO", "diesel", "2009-01-01", 10),
    ],
)
def test_the_history_of_a_country_goes_on(code: str, product: str, on: str, most: float) -> None:
    """One limit of sulphur holds for the whole country on the day, whichever pack it stands in."""
    holding = [
        version.asks["max"]
        for version in LIBRARY.pack(code).versions
        if version.kind == "fuel_limit"
        and version.asks["property"] == "sulphur_mg_kg"
        and version.products == {product}
        and not {"grades", "region"} & set(version.scope)
        and version.lawful
        and version.in_force(dt.date.fromisoformat(on))
    ]
    assert holding == [most]


def test_the_grade_of_brazil_binds_diesel_of_that_name_only() -> None:
    (version,) = [version for version in LIBRARY.pack("BR").versions if version.adopted_from == "S10"]
    assert version.provision == "BR:S10.fuel.sulphur.diesel"
    assert version.scope == {"products": ["diesel"], "grades": ["S10", "S 10", "S-10"]}
