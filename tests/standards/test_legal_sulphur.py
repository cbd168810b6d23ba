"""Legal sulphur over time: each reading on a small pack, then three real ones."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standards import made
from vehiclecheck.standards import Pack, load_library
from vehiclecheck.standards.legal_sulphur import Allowed, allowed_on, legal_sulphur

ON = dt.date(2020, 7, 1)


def sulphur(
    name: str,
    most: float,
    *versions: Mapping[str, Any],
    exempt: Any = None,
    direction: str = "market",
    **scope: Any,
) -> str:
    """A limit of sulphur in diesel, in force since 2010 unless its versions say otherwise."""
    more = {} if exempt is None else {"exempt": exempt}
    return made.provision(
        f"ZW.fuel.{name}",
        "fuel_limit",
        {"property": "sulphur_mg_kg", "max": most, "unit": "mg/kg"},
        *versions,
        direction=direction,
        scope={"products": ["diesel"], **scope},
        **more,
    )


def packed(folder: Path, *parts: str) -> Pack:
    review = "" if any("[[reviewed]]" in part for part in parts) else made.reviewed("fuel")
    return made.library(folder, made.pack("ZW", review, *parts)).pack("ZW")


def bounds(pack: Pack, on: dt.date = ON) -> tuple[float | None, float | None]:
    span = allowed_on(legal_sulphur(pack, "diesel"), on)
    return span.low, span.high


def edges(spans: list[Allowed]) -> list[tuple[dt.date | None, float | None, float | None]]:
    return [(span.start, span.low, span.high) for span in spans]


def test_a_change_of_law_cuts_time(tmp_path: Path) -> None:
    versions = (
        made.version(from_=dt.date(2010, 1, 1), to=dt.date(2015, 1, 1), asks={"max": 500}),
        made.version(from_=dt.date(2015, 1, 1), asks={"max": 50}),
    )
    spans = legal_sulphur(packed(tmp_path, sulphur("all", 5000, *versions)), "diesel")
    assert edges(spans) == [
        (None, None, None),
        (dt.date(2010, 1, 1), 500, 500),
        (dt.date(2015, 1, 1), 50, 50),
    ]
    assert [span.end for span in spans] == [dt.date(2010, 1, 1), dt.date(2015, 1, 1), None]
    assert [version.asks["max"] for version in spans[2].versions] == [50]


def test_another_product_is_not_spoken_of(tmp_path: Path) -> None:
    spans = legal_sulphur(packed(tmp_path, sulphur("all", 50)), "petrol")
    assert spans == [Allowed(None, None, None, None)]


@pytest.mark.parametrize(
    "more",
    [
        {"status": "draft"},
        {"status": "recommended"},
        {"status": "repealed"},
        {"effect": "advise"},
        {"effect": "inspect"},
    ],
)
def test_what_does_not_bind_does_not_count(tmp_path: Path, more: dict[str, str]) -> None:
    pack = packed(tmp_path, sulphur("all", 500), sulphur("other", 10, made.version(**more)))
    assert bounds(pack) == (500, 500)


def test_another_property_and_a_least_value_do_not_count(tmp_path: Path) -> None:
    cetane = made.provision(
        "ZW.fuel.cetane",
        "fuel_limit",
        {"property": "cetane_number", "min": 51},
        direction="market",
        scope={"products": ["diesel"]},
    )
    assert bounds(packed(tmp_path, cetane)) == (None, None)


def test_of_two_limits_of_one_fuel_the_lower_counts(tmp_path: Path) -> None:
    assert bounds(packed(tmp_path, sulphur("one", 500), sulphur("two", 350))) == (350, 350)


def test_a_cleaner_grade_beside_the_common_one(tmp_path: Path) -> None:
    """As in Brazil: S10 beside S500."""
    pack = packed(tmp_path, sulphur("all", 500), sulphur("s10", 10, grades=["S10", "S-10"]))
    assert bounds(pack) == (10, 500)


def test_a_dirtier_grade_that_the_common_limit_spares(tmp_path: Path) -> None:
    pack = packed(
        tmp_path,
        sulphur("all", 10, exempt=[{"grades": ["rural"]}]),
        sulphur("rural", 1000, grades=["Rural"]),
    )
    assert bounds(pack) == (10, 1000)


def test_grades_that_are_spared_and_not_limited_have_no_known_limit(tmp_path: Path) -> None:
    assert bounds(packed(tmp_path, sulphur("all", 10, exempt=[{"grades": ["rural"]}]))) == (10, None)


def test_a_grade_that_is_not_for_roads_is_left_out(tmp_path: Path) -> None:
    pack = packed(
        tmp_path,
        sulphur("all", 10, exempt=[{"grades": ["off-road"]}]),
        sulphur("off-road", 1000, grades=["Off road"]),
    )
    assert bounds(pack) == (10, 10)
    only = packed(tmp_path, sulphur("off-road", 1000, grades=["off-road"]))
    assert bounds(only) == (None, None)


def test_the_grades_named_are_all_where_there_is_no_other_rule(tmp_path: Path) -> None:
    pack = packed(tmp_path, sulphur("s10", 10, grades=["S10"]), sulphur("s50", 50, grades=["S50"]))
    assert bounds(pack) == (10, 50)


def test_regions(tmp_path: Path) -> None:
    city = sulphur("city", 50, region=["capital"])
    assert bounds(packed(tmp_path, sulphur("all", 500), city)) == (50, 500)
    # of the rest of the country nothing is known
    assert bounds(packed(tmp_path, city)) == (50, None)
    spared = sulphur("all", 50, exempt=[{"region": ["islands"]}])
    assert bounds(packed(tmp_path, spared)) == (50, None)


def test_imports_and_what_is_refined_at_home(tmp_path: Path) -> None:
    imported = sulphur("import", 10, direction="import")
    # of what is refined at home nothing is known
    assert bounds(packed(tmp_path, imported)) == (10, None)
    assert bounds(packed(tmp_path, imported, sulphur("sold", 500))) == (10, 500)
    assert bounds(packed(tmp_path, sulphur("sold", 50, exempt=[{"origin": ["ZW"]}]))) == (50, None)


def test_an_exemption_for_more_than_the_fuel_spares_no_fuel(tmp_path: Path) -> None:
    pack = packed(tmp_path, sulphur("all", 50, exempt=[{"destination": ["ZM"]}, {"regime": ["transit"]}]))
    assert bounds(pack) == (50, 50)


def test_what_may_be_in_force_lowers_and_does_not_settle(tmp_path: Path) -> None:
    seen = (
        made.version(first_seen=dt.date(2012, 1, 1), last_seen=dt.date(2014, 1, 1), asks={"max": 500}),
        made.version(first_seen=dt.date(2018, 1, 1), asks={"max": 50}),
    )
    spans = legal_sulphur(packed(tmp_path, sulphur("all", 5000, *seen)), "diesel")
    assert edges(spans) == [
        (None, 500, None),
        (dt.date(2012, 1, 1), 500, 500),
        (dt.date(2014, 1, 1), 50, None),
        (dt.date(2018, 1, 1), 50, 50),
    ]
    # beside a limit that surely holds it may only lower
    both = packed(tmp_path, sulphur("all", 5000, *seen), sulphur("old", 2000))
    assert bounds(both, dt.date(2016, 1, 1)) == (50, 2000)


def test_unregulated_is_no_number(tmp_path: Path) -> None:
    review = made.reviewed("fuel", finding="unregulated", sources=["gazette"])
    assert legal_sulphur(packed(tmp_path, review), "diesel") == [
        Allowed(None, None, None, None, unregulated=True)
    ]
    assert not legal_sulphur(packed(tmp_path, made.reviewed("vehicle")), "diesel")[0].unregulated


def test_what_is_adopted_counts(tmp_path: Path) -> None:
    standard = made.pack("EAC", sulphur("all", 50).replace("ZW.", "EAC."))
    since = made.version(from_=dt.date(2015, 1, 1))
    adopt = made.table("adopt", {"standard": "EAC", **since})
    pack = made.library(tmp_path, made.pack("ZW", adopt), standards=[standard]).pack("ZW")
    spans = legal_sulphur(pack, "diesel")
    assert edges(spans) == [(None, None, None), (dt.date(2015, 1, 1), 50, 50)]
    assert spans[1].versions[0].adopted_from == "EAC"


# ---------------------------------------------------------------- real packs


@pytest.fixture(scope="module")
def packs() -> Mapping[str, Pack]:
    library = load_library()
    return {code: library.pack(code) for code in library.countries}


def test_kenya(packs: Mapping[str, Pack]) -> None:
    """5,000 ppm, then 500 from some day of 2010, then 50 from 2015."""
    assert edges(legal_sulphur(packs["KE"], "diesel")) == [
        (None, 5000, None),
        (dt.date(2010, 3, 31), 5000, 5000),
        (dt.date(2010, 4, 1), 500, None),
        (dt.date(2010, 10, 1), 500, 500),
        (dt.date(2015, 1, 1), 50, 50),
    ]


def test_brazil(packs: Mapping[str, Pack]) -> None:
    """S10 beside S500 since 2014; the S1800 of railways and mines is no road fuel."""
    spans = legal_sulphur(packs["BR"], "diesel")
    now = allowed_on(spans, ON)
    assert (now.start, now.low, now.high, now.end) == (dt.date(2014, 1, 1), 10, 500, None)
    assert "BR.fuel.sulphur.diesel.s1800" not in {version.provision for version in now.versions}
    assert bounds(packs["BR"], dt.date(2013, 7, 1)) == (50, 1800)


def test_a_member_of_the_union(packs: Mapping[str, Pack]) -> None:
    for product in ("diesel", "petrol"):
        span = allowed_on(legal_sulphur(packs["FI"], product), ON)
        assert (span.low, span.high, span.start) == (10, 10, dt.date(2009, 1, 1))
        assert {version.adopted_from for version in span.versions} == {"EU"}


def test_spans_cover_all_time_and_low_is_never_above_high(packs: Mapping[str, Pack]) -> None:
    for pack in packs.values():
        for product in ("diesel", "petrol"):
            spans = legal_sulphur(pack, product)
            assert spans[0].start is None
            assert spans[-1].end is None
            assert all(one.end == other.start for one, other in itertools.pairwise(spans))
            for span in spans:
                assert span.high is None or (span.low is not None and span.low <= span.high)
                assert not (span.unregulated and span.low is not None)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2040, 1, 1)), st.data())
def test_what_holds_on_a_day_is_what_the_versions_of_that_day_say(
    packs: Mapping[str, Pack], on: dt.date, data: st.DataObject
) -> None:
    """`low` is a limit of a version that may hold on the day, `high` of one that surely holds."""
    pack = packs[data.draw(st.sampled_from(sorted(packs)))]
    span = allowed_on(legal_sulphur(pack, "diesel"), on)
    assert span.holds(on)
    assert all(version.in_force(on) is not False for version in span.versions)
    limits = {version.asks["max"]: version.in_force(on) for version in span.versions}
    assert span.low is None or span.low in limits
    sure = {version.asks["max"] for version in span.versions if version.in_force(on)}
    assert span.high is None or span.high in sure
