"""How strict countries are: each branch on packs made for it, the scales as data, and the published points."""

# ruff: noqa: E501 (a row of the table of broken scales is one line)

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.standards.made import age, library, pack, provision, reviewed, version
from vehiclecheck.scenarios.rating import Rated, compared, fixed_points, rate
from vehiclecheck.scenarios.scales import NO_CLASS, NO_LIMIT, Scale, load_scale, scale_names
from vehiclecheck.standards import PackError, load_library
from vehiclecheck.vocabulary.places import data_root

DAY = dt.date
ON = DAY(2021, 8, 1)
PROJECT, AFRICA = load_scale("project-1"), load_scale("africa-2018")
BOTH = reviewed(classes=["LDV", "HDV"])


def rated(folder: Path, *parts: str, on: dt.date = ON, scale: Scale = PROJECT) -> dict[str, Rated]:
    """The ratings of one country, by vehicles."""
    packs = library(folder, pack("KE", BOTH, *parts, name="Kenya"))
    return {each.vehicles: each for each in rate(packs, scale, on)}


def words(folder: Path, *parts: str, **more: Any) -> tuple[str, str]:
    found = rated(folder, *parts, **more)
    return found["light"].words, found["heavy"].words


def limit(most: float, *versions: dict[str, Any], name: str = "KE.age", **more: Any) -> str:
    ways = {key: more.pop(key) for key in list(more) if key not in ("scope", "exempt", "effect", "direction")}
    return provision(name, "max_age", age(most, **ways), *versions, **more)


def ban(*versions: dict[str, Any], kind: str = "prohibition", **more: Any) -> str:
    asks = {"refused": ["used"]} if kind == "condition" else {}
    return provision("KE.ban", kind, asks, *versions, **more)


def emission(*versions: dict[str, Any], **asks: str) -> str:
    return provision("KE.class", "min_emission_class", asks, *versions)


# ---------------------------------------------------------------- who is rated


def test_who_asks_for_nothing_is_of_the_last_class(tmp_path: Path) -> None:
    found = rated(tmp_path)
    assert list(found) == ["light", "heavy"]
    for each in found.values():
        assert (each.code, each.name, each.rating, each.words) == ("KE", "Kenya", "very weak", "very weak")
        assert (each.banned, each.age, each.euro) == ((False, False), (NO_LIMIT,) * 2, (NO_CLASS,) * 2)


def test_who_was_not_reviewed_is_not_rated(tmp_path: Path) -> None:
    packs = library(
        tmp_path,
        pack("KE", reviewed(classes=["LDV"]), limit(8)),
        pack("UG", reviewed()),
        pack("TZ", reviewed(direction="export")),
        pack("NG", reviewed("fuel", finding="unregulated")),
        pack("ZA"),
        # no record can name it, so it cannot be asked
        pack("QQ", reviewed()),
    )
    assert [(each.code, each.vehicles) for each in rate(packs, PROJECT, ON)] == [
        ("KE", "light"),
        ("UG", "light"),
        ("UG", "heavy"),
    ]
    assert rate(library(tmp_path / "none", pack("ZA")), PROJECT, ON) == []


def test_a_scale_of_one_region_rates_that_region(tmp_path: Path) -> None:
    packs = library(tmp_path, *(pack(code, reviewed()) for code in ("KE", "US", "MA", "XK")))
    assert {each.code for each in rate(packs, AFRICA, ON)} == {"KE", "MA"}
    assert {each.code for each in rate(packs, PROJECT, ON)} == {"KE", "US", "MA", "XK"}


# ---------------------------------------------------------------- bans


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ("banned", "banned")),
        ({"kind": "condition"}, ("banned", "banned")),
        ({"scope": {"condition": ["used"], "categories": ["M1"]}}, ("banned", "very weak")),
        ({"scope": {"categories": ["N2", "N3"]}}, ("very weak", "banned")),
        ({"exempt": [{"regime": ["returning_resident"]}]}, ("banned", "banned")),
        # of other vehicles than those that are asked with
        ({"scope": {"categories": ["L"]}}, ("very weak", "very weak")),
        ({"scope": {"condition": ["salvage"]}}, ("very weak", "very weak")),
        ({"scope": {"condition": ["new"]}}, ("very weak", "very weak")),
        ({"scope": {"propulsion": ["diesel"], "categories": ["M1"]}}, ("very weak", "very weak")),
        ({"scope": {"engine_cc": {"over": 3000}, "categories": ["M1"]}}, ("very weak", "very weak")),
        ({"scope": {"origin": ["US"]}}, ("very weak", "very weak")),
        ({"exempt": [{"categories": ["M1"]}]}, ("very weak", "banned")),
        # that turn nobody away
        ({"effect": "permit"}, ("very weak", "very weak")),
        ({"direction": "export"}, ("very weak", "very weak")),
        ({"direction": "market"}, ("very weak", "very weak")),
    ],
    ids=str,
)
def test_bans(tmp_path: Path, more: dict[str, Any], said: tuple[str, str]) -> None:
    assert words(tmp_path, ban(**more)) == said


def test_a_ban_goes_before_all_limits(tmp_path: Path) -> None:
    found = rated(tmp_path, ban(scope={"categories": ["M1"]}), limit(3))
    assert (found["light"].rating, found["light"].banned) == ("banned", (True, True))
    assert found["heavy"].rating == "very good"


@pytest.mark.parametrize("status", ["draft", "recommended", "repealed"])
def test_what_is_no_law_bans_nobody(tmp_path: Path, status: str) -> None:
    assert words(tmp_path, ban(version(status=status))) == ("very weak", "very weak")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"from_": DAY(2021, 8, 1)}, "banned"),
        ({"from_": DAY(2021, 8, 2)}, "very weak"),
        ({"to": DAY(2021, 8, 1)}, "very weak"),
        ({"first_seen": DAY(2021, 8, 1)}, "banned"),
        ({"first_seen": DAY(2021, 8, 2)}, "very weak to banned"),
        ({"last_seen": DAY(2021, 8, 1)}, "very weak to banned"),
    ],
    ids=str,
)
def test_a_ban_on_its_days(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    found = rated(tmp_path, ban(version(**more)))["light"]
    assert found.words == said
    assert found.rating == (None if " to " in said else said)
    assert found.banned == (said == "banned", said != "very weak")


# ---------------------------------------------------------------- ages


@pytest.mark.parametrize(
    ("most", "said"),
    [
        (1, "very good"),
        (3, "very good"),
        (4, "good"),
        (5, "good"),
        (6, "weak"),
        (8, "weak"),
        (9, "very weak"),
        (15, "very weak"),
        (30, "very weak"),
    ],
)
def test_age_limits(tmp_path: Path, most: int, said: str) -> None:
    found = rated(tmp_path, limit(most))
    assert {each.rating for each in found.values()} == {said}
    assert {each.age for each in found.values()} == {(most, most)}


def test_a_limit_in_months_and_a_limit_of_less_than_a_year(tmp_path: Path) -> None:
    assert rated(tmp_path, limit(96, unit="months"))["light"].age == (8, 8)
    assert rated(tmp_path / "new", limit(6, unit="months"))["light"].age == (0, 0)


def test_the_lowest_of_several_limits_and_the_one_of_its_vehicles(tmp_path: Path) -> None:
    found = rated(
        tmp_path,
        limit(12),
        limit(5, name="KE.cars", scope={"categories": ["M1"]}),
        limit(3, name="KE.diesel", scope={"propulsion": ["diesel"], "categories": ["M1", "N1"]}),
        limit(2, name="KE.plan", effect="inspect"),
        limit(10, name="KE.lorries", scope={"categories": ["N2", "N3"]}),
    )
    assert (found["light"].age, found["light"].rating) == ((5, 5), "good")
    assert (found["heavy"].age, found["heavy"].rating) == ((10, 10), "very weak")


@pytest.mark.parametrize(
    ("parts", "most"),
    [
        # an age window: at least one year, at most eight
        ([limit(8), provision("KE.min", "min_age", {**age(8), "min": 1} | {"max": None})], 8),
        # old-timers are let in again
        ([limit(8, exempt=[{"manufactured": {"before": DAY(1991, 1, 1)}}])], 8),
        ([limit(8, exempt=[{"regime": ["vintage"]}])], 8),
    ],
    ids=["window", "old-timers", "vintage"],
)
def test_age_windows(tmp_path: Path, parts: list[str], most: int) -> None:
    parts = [part.replace(", max = None", "") for part in parts]
    found = rated(tmp_path, *parts)["light"]
    assert (found.age, found.rating) == ((most, most), "weak")


#: Days on which one way of counting or another may go wrong: ends of months and years, the last quarter, a leap day.
DAYS = [
    DAY(2021, 1, 2),
    DAY(2020, 2, 29),
    DAY(2021, 3, 31),
    DAY(2021, 8, 1),
    DAY(2020, 10, 26),
    DAY(2020, 12, 30),
]
COUNTINGS: dict[str, dict[str, Any]] = {
    "elapsed": {},
    "registration": {"from_date": "first_registration"},
    "declaration": {"to_date": "declaration"},
    "registered": {"to_date": "registration"},
    "shipment": {"to_date": "shipment"},
    "calendar years": {"counting": "calendar_years"},
    "calendar years of a model": {"counting": "calendar_years", "from_date": "model_year"},
    "months": {"counting": "calendar_months", "unit": "months"},
    "next January": {"counting": "next_january"},
    "vehicle years": {"counting": "vehicle_years", "year_starts": "07-01", "from_date": "model_year"},
}


@pytest.mark.parametrize("on", [*DAYS, DAY(2020, 12, 31)], ids=str)
@pytest.mark.parametrize("way", [way for way in COUNTINGS if way != "vehicle years"])
@pytest.mark.parametrize("most", [3, 8])
def test_at_most_is_read_alike_however_and_whenever_it_is_counted(
    tmp_path: Path, most: int, way: str, on: dt.date
) -> None:
    asks = COUNTINGS[way]
    most_asked = most * 12 if asks.get("unit") == "months" else most
    for each in rated(tmp_path, limit(most_asked, **asks), on=on).values():
        assert each.age == (most, most)
        assert each.rating == ("very good" if most == 3 else "weak")


@pytest.mark.parametrize("on", DAYS, ids=str)
@pytest.mark.parametrize(
    ("way", "most"), [("elapsed", 8), ("shipment", 8), ("calendar years", 7), ("months", 8)]
)
def test_less_than_eight(tmp_path: Path, way: str, most: int, on: dt.date) -> None:
    """To the day, "less than eight years" lets in the eighth year of life; by calendar years the eighth is refused."""
    asks = COUNTINGS[way]
    said = 96 if asks.get("unit") == "months" else 8
    if way == "months":
        # a month is reached on its first day: the anniversary's month is 96
        most = 8 if on.month != (on + dt.timedelta(days=1)).month else 7
    assert rated(tmp_path, limit(said, reaching="refused", **asks), on=on)["light"].age == (most, most)


def test_on_the_last_day_of_a_year_less_than_nine_is_at_most_eight_calendar_years(tmp_path: Path) -> None:
    on = DAY(2020, 12, 31)
    assert rated(tmp_path / "a", limit(9, reaching="refused"), on=on)["light"].age == (8, 8)
    assert rated(tmp_path / "b", limit(8, counting="calendar_years"), on=on)["light"].age == (8, 8)


@pytest.mark.parametrize(("on", "most"), [(ON, 8), (DAY(2021, 12, 30), 8), (DAY(2013, 1, 2), 0)], ids=str)
def test_a_fixed_day_before_which_nothing_may_be_made(tmp_path: Path, on: dt.date, most: int) -> None:
    asks = {"from_date": "manufacture", "not_before": "2013-01-01"}
    found = rated(tmp_path, provision("KE.age", "max_age", asks), on=on)["light"]
    assert found.age == (most, most)


@pytest.mark.parametrize(
    ("more", "ages", "said"),
    [
        ({"first_seen": DAY(2023, 1, 1)}, (NO_LIMIT, 8), "very weak to weak"),
        ({"last_seen": DAY(2015, 1, 1)}, (NO_LIMIT, 8), "very weak to weak"),
        ({"first_seen": DAY(2020, 1, 1)}, (8, 8), "weak"),
    ],
    ids=str,
)
def test_a_limit_that_may_be_in_force_leaves_both_ends(
    tmp_path: Path, more: dict[str, Any], ages: tuple[float, float], said: str
) -> None:
    found = rated(tmp_path, limit(8, version(**more)))["light"]
    assert (found.age, found.words) == (ages, said)
    assert (found.rating is None) is (" to " in said)


def test_a_stricter_limit_that_may_be_in_force_leaves_both_ends(tmp_path: Path) -> None:
    asks = {"asks": {"max": 3}}
    versions = version(last_seen=DAY(2019, 1, 1)), version(first_seen=DAY(2023, 1, 1), **asks)
    found = rated(tmp_path, limit(8, *versions), on=DAY(2018, 12, 31))["light"]
    assert (found.age, found.words) == ((8, 8), "weak")
    found = rated(tmp_path / "open", limit(8, *versions), limit(15, name="KE.all"))["light"]
    assert (found.age, found.words) == ((15, 3), "very weak to very good")
    found = rated(tmp_path / "after", limit(8, *versions), on=DAY(2023, 1, 1))["light"]
    assert (found.age, found.words) == ((3, 3), "very good")


def test_what_is_sure_stays_so_beside_what_may_be_in_force(tmp_path: Path) -> None:
    perhaps = version(first_seen=DAY(2023, 1, 1))
    limits = [limit(8), limit(8, perhaps, name="KE.other")]
    bans = [ban(), ban(perhaps).replace("KE.ban", "KE.other")]
    for number, parts in enumerate((limits, limits[::-1])):
        found = rated(tmp_path / f"age{number}", *parts)["light"]
        assert (found.age, found.rating) == ((8, 8), "weak")
    for number, parts in enumerate((bans, bans[::-1])):
        assert rated(tmp_path / f"ban{number}", *parts)["light"].banned == (True, True)


def test_a_part_of_a_country_leaves_its_class_open(tmp_path: Path) -> None:
    assert words(tmp_path, limit(8, scope={"region": ["ZANZIBAR"]})) == ("very weak to weak",) * 2


# ---------------------------------------------------------------- emission classes


@pytest.mark.parametrize(
    ("word", "step", "said"),
    [
        ("Euro 1", 1, "very weak"),
        ("Euro 2", 2, "very weak"),
        ("Euro 3", 3, "weak"),
        ("Euro 4", 4, "good"),
        ("Euro 5", 5, "very good"),
        ("Euro 6", 6, "very good"),
    ],
)
def test_emission_classes(tmp_path: Path, word: str, step: int, said: str) -> None:
    for each in rated(tmp_path, emission(**{"class": word})).values():
        assert (each.euro, each.rating, each.age) == ((step, step), said, (NO_LIMIT, NO_LIMIT))


def test_light_and_heavy_classes_are_apart(tmp_path: Path) -> None:
    found = rated(tmp_path, emission(light="Euro 5", heavy="Euro III"))
    assert [(each.euro, each.rating) for each in found.values()] == [((5, 5), "very good"), ((3, 3), "weak")]
    assert words(tmp_path / "heavy", emission(heavy="Euro IV")) == ("very weak", "good")


def test_a_class_that_may_be_asked_leaves_both_ends(tmp_path: Path) -> None:
    found = rated(tmp_path, emission(version(first_seen=DAY(2023, 1, 1)), **{"class": "Euro 5"}), limit(8))
    assert (found["light"].euro, found["light"].words) == ((NO_CLASS, 5), "weak to very good")


def test_a_class_says_nothing_of_age(tmp_path: Path) -> None:
    """The vehicles that are asked with for one do not fail the other."""
    found = rated(tmp_path, emission(**{"class": "Euro 6"}), limit(1))["light"]
    assert (found.age, found.euro, found.rating) == ((1, 1), (6, 6), "very good")


# ---------------------------------------------------------------- age and class together


def scale(folder: Path, **replaced: str) -> Scale:
    text = (data_root() / "rules" / "ratings" / "project-1.toml").read_text(encoding="utf-8")
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return load_scale(str(path))


@pytest.mark.parametrize(
    ("most", "euro", "better", "worse"),
    [
        (8, "Euro 5", "very good", "weak"),
        (3, "Euro 2", "very good", "very weak"),
        (5, "Euro 4", "good", "good"),
        (15, "Euro 3", "weak", "very weak"),
    ],
)
def test_the_better_or_the_worse_of_both(
    tmp_path: Path, most: int, euro: str, better: str, worse: str
) -> None:
    strict = scale(tmp_path, **{'combine = "better"': 'combine = "worse"'})
    parts = limit(most), emission(**{"class": euro})
    assert rated(tmp_path, *parts)["light"].rating == better
    assert rated(tmp_path, *parts, scale=strict)["light"].rating == worse


def test_where_the_worse_decides_both_must_be_asked(tmp_path: Path) -> None:
    strict = scale(tmp_path, **{'combine = "better"': 'combine = "worse"'})
    assert words(tmp_path, limit(3), scale=strict) == ("very weak", "very weak")
    assert words(tmp_path, ban(), scale=strict) == ("banned", "banned")


@pytest.mark.parametrize(("most", "said"), [(5, "strong"), (6, "fair"), (9, "fair"), (10, "weak")])
def test_a_scale_by_age_alone(tmp_path: Path, most: int, said: str) -> None:
    for better in (True, False):
        assert AFRICA.better
        own = Scale(**{name: getattr(AFRICA, name) for name in AFRICA.__slots__} | {"better": better})
        parts = limit(most), emission(**{"class": "Euro 6"})
        assert rated(tmp_path, *parts, scale=own)["light"].rating == said
    assert words(tmp_path, emission(**{"class": "Euro 6"}), scale=AFRICA) == ("weak", "weak")
    assert words(tmp_path, ban(), scale=AFRICA) == ("total ban", "total ban")


def test_classes_and_what_reaches_them() -> None:
    assert PROJECT.classes == ("banned", "very good", "good", "weak", "very weak")
    assert AFRICA.classes == ("total ban", "strong", "fair", "weak")
    assert PROJECT.rated(True, NO_LIMIT, NO_CLASS) == "banned"
    assert PROJECT.rated(False, 8, NO_CLASS) == "weak"
    assert PROJECT.rated(False, NO_LIMIT, 4.9) == "good"
    assert PROJECT.rated(False, NO_LIMIT, NO_CLASS) == "very weak"


def test_a_rating_as_data(tmp_path: Path) -> None:
    open_, banned = limit(8, version(first_seen=DAY(2023, 1, 1))), ban(scope={"categories": ["N3"]})
    found = rated(tmp_path, open_, banned, emission(light="Euro 2"))
    light = found["light"].as_dict()
    assert light == {
        "country": "KE",
        "name": "Kenya",
        "vehicles": "light",
        "rating": "very weak to weak",
        "settled": False,
        "banned": False,
        "max_age_years": None,
        "min_euro": 2,
    }
    heavy = found["heavy"].as_dict()
    assert (heavy["rating"], heavy["settled"], heavy["banned"], heavy["min_euro"]) == (
        "banned",
        True,
        True,
        None,
    )
    assert rated(tmp_path / "settled", limit(8))["light"].as_dict()["max_age_years"] == 8


# ---------------------------------------------------------------- beside what others published


def test_counts_beside_published_ones(tmp_path: Path) -> None:
    perhaps = version(first_seen=DAY(2023, 1, 1))
    packs = library(
        tmp_path,
        *(
            pack(code, reviewed(classes=["LDV"]), *parts)
            for code, parts in {
                "AA": [],
                "KE": [limit(8)],
                "UG": [limit(5, name="UG.age")],
                "TZ": [limit(8, perhaps, name="TZ.age")],
                "NG": [limit(5, perhaps, name="NG.age")],
                "RW": [provision("RW.ban", "prohibition", {}, perhaps)],
                "BI": [provision("BI.ban", "prohibition", {})],
            }.items()
            if code != "AA"
        ),
    )
    found = compared(PROJECT, rate(packs, PROJECT, ON), ON)
    assert [(each.vehicles, each.group, each.published, each.of) for each in found] == [
        ("light", "banned", 18, 146),
        ("light", "very good or good", 62, 146),
        ("light", "weak or very weak", 66, 146),
    ]
    # a country is of a group where both its ends are: TZ is weak or very weak, whichever it is
    assert {each.group: (each.ours, each.may_be) for each in found} == {
        "banned": (1, 1),
        "very good or good": (1, 1),
        "weak or very weak": (2, 2),
    }
    assert compared(PROJECT, rate(packs, PROJECT, ON), DAY(2021, 8, 2)) == []


def test_the_published_counts_are_those_of_the_sources() -> None:
    counts = [(each.on, each.countries, dict(each.counts)) for each in PROJECT.published]
    assert counts == [
        (DAY(2021, 8, 1), 146, {"banned": 18, "very good or good": 62, "weak or very weak": 66}),
        (DAY(2020, 10, 26), 146, {"weak or very weak": 86}),
    ]
    assert sum(PROJECT.published[0].counts.values()) == 146
    (africa,) = AFRICA.published
    assert sum(africa.counts.values()) == africa.countries == 54


def test_the_fixed_points_that_agree_and_those_that_do_not() -> None:
    """Where sources rate a country: five agree whose rule is known too. The others stand as they are, none tuned away."""
    found = {
        (point.country, point.vehicles): (point.name, ours)
        for point, ours in fixed_points(PROJECT, load_library())
    }
    assert len(found) == len(PROJECT.fixed) == 13
    for code in ("KE", "UG", "TZ", "NG", "BI"):
        published, ours = found[code, "light"]
        assert ours is not None
        assert (code, ours.rating) == (code, published)
    told = {
        key: ours.words if ours else "not reviewed"
        for key, (_, ours) in found.items()
        if key[0] not in ("KE", "UG", "TZ", "NG", "BI")
    }
    assert told == {
        ("RW", "light"): "very weak to good",
        ("MN", "light"): "very weak",
        ("BR", "heavy"): "banned",
        ("MZ", "heavy"): "very weak",
        ("ST", "heavy"): "not reviewed",
        ("AO", "heavy"): "weak",
        ("CV", "heavy"): "not reviewed",
        ("GW", "heavy"): "not reviewed",
    }


# ---------------------------------------------------------------- scales as files


STEPS = """\
[[step]]
class = "hardly"
age = 3
euro = 5

[[step]]
class = "well"
age = 8.5
"""
SCALE = f"""\
schema = 1
name = "own"
title = "My scale"
note = "Mine."
combine = "better"
banned = "no"
last = "yes"
region = "Africa"

{STEPS}
[probe.light]
category = "M1"
engine_cc = 1600

[probe.heavy]
category = "N3"

[[published]]
vehicles = "light"
on = 2021-08-01
countries = 54
counts = {{ "no or hardly" = 10 }}
source = "Somebody"

[[fixed]]
country = "KE"
vehicles = "light"
on = 2021-08-01
class = "well"
source = "Somebody"
"""


def loaded(folder: Path, text: str) -> Scale:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return load_scale(str(path))


def test_a_scale_of_ones_own(tmp_path: Path) -> None:
    own = loaded(tmp_path, SCALE)
    assert (own.name, own.title, own.note, own.region, own.better) == (
        "own",
        "My scale",
        "Mine.",
        "Africa",
        True,
    )
    assert own.classes == ("no", "hardly", "well", "yes")
    assert [own.rated(False, years, NO_CLASS) for years in (3, 8.5, 9)] == ["hardly", "well", "yes"]
    assert words(tmp_path, limit(8), scale=own) == ("well", "well")
    bare = "\n[[step]]".join(SCALE.split("\n[[step]]")[:2]).replace('note = "Mine."\n', "")
    bare += "[probe.light]\n[probe.heavy]\n"
    assert loaded(tmp_path, bare).published == loaded(tmp_path, bare).fixed == ()


def test_the_shipped_scales() -> None:
    assert scale_names() == ["africa-2018", "project-1"]
    for name in scale_names():
        assert load_scale(name).name == name
    assert "not UNEP's rating" in PROJECT.note


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("schema = 1", "schema = 2", "schema must be 1"),
        ("schema = 1\n", "", "schema must be 1"),
        ('name = "own"\n', "", "needs 'name'"),
        ('title = "My scale"', "title = 5", "title must be a text, not 5"),
        ('combine = "better"\n', "", "needs 'combine'"),
        ('combine = "better"', 'combine = "best"', "combine is 'best', but must be one of: better, worse"),
        ('combine = "better"', 'combine = "beter"', "combine is 'beter', but must be one of: better, worse; did you mean 'better'?"),
        ('combine = "better"', 'combine = ["better"]', "combine must be a text, not ['better']"),
        ('combine = "better"', 'combien = "better"', "'combien' is not a key here; known here: schema, name,"),
        ('banned = "no"\n', "", "needs 'banned'"),
        ('last = "yes"', "last = true", "last must be a text, not True"),
        ('last = "yes"', 'last = "well"', "two classes are called 'well'"),
        ('region = "Africa"', 'region = "Afrika"', "region is 'Afrika', which is not known; did you mean 'Africa'?"),
        (STEPS, "", "needs 'step'"),
        (STEPS, "[step]\nage = 3\n", "step must be written as tables, [[…]], not {'age': 3}"),
        ('class = "hardly"\n', "", "step 1: needs 'class'"),
        ("age = 8.5", 'age = "eight"', "step 2: age must be a number, not 'eight'"),
        ("age = 8.5", "age = true", "step 2: age must be a number, not True"),
        ("age = 8.5\n", "", "step 2: needs 'age', 'euro' or both"),
        ("euro = 5", "eruo = 5", "step 1: 'eruo' is not a key here; known here: class, age, euro"),
        ("age = 3", "age = 9", "the steps go from the strictest down, but their `age` does not"),
        ("age = 8.5", "age = 8.5\neuro = 5", "the steps go from the strictest down, but their `euro` does not"),
        ("[probe.light]", "[probe.lite]", "probe needs light and heavy, not heavy, lite"),
        ("[probe.light]", "[[probe]]\n[probe.light]", "probe must be a table, not [{"),
        ('[probe.heavy]\ncategory = "N3"\n', "", "probe needs light and heavy, not light"),
        ("engine_cc = 1600", "engine = 1600", "probe.light: 'engine' is no column of a vehicle record; did you mean 'engine_cc'?"),
        ("engine_cc = 1600", "engine_cc = [1600]", "probe.light: engine_cc must be a text or a number, not [1600]"),
        ("engine_cc = 1600", "engine_cc = true", "probe.light: engine_cc must be a text or a number, not True"),
        ("countries = 54", 'countries = "54"', "published 1: countries must be a whole number, not '54'"),
        ("on = 2021-08-01\ncountries", 'on = "2021-08-01"\ncountries', "published 1: on must be a day such as 2021-08-01, not '2021-08-01'"),
        ("on = 2021-08-01\ncountries", "on = 2021-08-01T00:00:00\ncountries", "published 1: on must be a day such as 2021-08-01, not datetime"),
        ('"no or hardly" = 10', '"no or hardy" = 10', "published 1: counts: 'hardy' is no class of this scale"),
        ('"no or hardly" = 10', '"no" = 1.5', "published 1: counts: no must be a whole number, not 1.5"),
        ('counts = { "no or hardly" = 10 }', "counts = 10", "published 1: counts must be a table, not 10"),
        ('source = "Somebody"\n\n[[fixed]]', "[[fixed]]", "published 1: needs 'source'"),
        ('country = "KE"', 'country = "Kenya"', "fixed 1: country is 'Kenya', which is not known"),
        ('vehicles = "light"\non = 2021-08-01\nclass', 'vehicles = "lihgt"\non = 2021-08-01\nclass', "fixed 1: vehicles is 'lihgt', but must be one of: light, heavy; did you mean 'light'?"),
        ('class = "well"\nsource', 'class = "wel"\nsource', "fixed 1: class is 'wel', but must be one of: no, hardly, well, yes; did you mean 'well'?"),
        ("[[fixed]]", "[fixed]", "fixed must be written as tables, [[…]], not {"),
        ("schema = 1", "schema = = 1", "cannot be read: "),
    ],
)  # fmt: skip
def test_a_broken_scale_is_told_in_one_sentence(
    tmp_path: Path, right: str, wrong: str, said: str | None
) -> None:
    assert right in SCALE
    with pytest.raises(PackError) as caught:
        loaded(tmp_path, SCALE.replace(right, wrong))
    told = str(caught.value)
    assert told.startswith(f"own.toml: {said}")
    assert "\n" not in told


def test_a_file_that_is_none_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"^no rating scale 'unep'; scales: africa-2018, project-1$"):
        load_scale("unep")
    with pytest.raises(PackError, match=r"no rating scale '.*own\.toml'"):
        load_scale(str(tmp_path / "own.toml"))
    (tmp_path / "own.toml").write_bytes(b"\xff")
    with pytest.raises(PackError, match=r"^own\.toml: cannot be read: "):
        load_scale(str(tmp_path / "own.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(PackError, match=r"^folder\.toml: cannot be read: "):
        load_scale(str(tmp_path / "folder.toml"))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("engine_cc = 1600", 'engine_cc = "much"', "own: probe.light: engine_cc 'much': "),
        ('category = "N3"', 'category = "N3"\nshipped_on = "soon"', None),
    ],
)
def test_a_vehicle_that_cannot_be_read_is_told(
    tmp_path: Path, right: str, wrong: str, said: str | None
) -> None:
    """Else every country would be found to turn nothing away."""
    own = loaded(tmp_path, SCALE.replace(right, wrong))
    if said is None:  # the days of the vehicles are not the scale's to say
        assert words(tmp_path, limit(8), scale=own) == ("well", "well")
        return
    with pytest.raises(PackError, match=f"^{said}"):
        rated(tmp_path, limit(8), scale=own)
