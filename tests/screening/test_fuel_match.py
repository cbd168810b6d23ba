"""Vehicles and the fuel of their destination: cases in plain words, and against a reference in plain Python."""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standards.made import judged, library, pack, provision, reviewed, version
from vehiclecheck.standards import Library
from vehiclecheck.standards.legal_sulphur import allowed_on, legal_sulphur

D = dt.date


def sulphur(product: str, *steps: tuple[dt.date | None, float], **more: Any) -> str:
    """A limit that changes on some days; the first step may have no known start, and is then seen on 1 June 2005."""
    versions = []
    for number, (start, most) in enumerate(steps):
        since = {"from_": start} if start else {"first_seen": D(2005, 6, 1)}
        until = {"to": steps[number + 1][0]} if number + 1 < len(steps) else {}
        versions.append(version(**since, **until, asks={"max": most}))
    name = more.pop("name", f"KE.{product}")
    scope = {"products": [product], **more.pop("scope", {})}
    asks = {"property": "sulphur_mg_kg"}
    return provision(name, "fuel_limit", asks, *versions, direction="market", scope=scope, **more)


#: Diesel of 500 mg/kg until 2014, then 50, from 2018 on 10; petrol of 150.
KENYA = pack(
    "KE",
    sulphur("diesel", (D(2008, 1, 1), 500), (D(2015, 1, 1), 50), (D(2018, 1, 1), 10)),
    sulphur("petrol", (D(2008, 1, 1), 150)),
    name="Kenya",
)
CAR = {"importer": "KE", "category": "M1"}


def matched(packs: Library, **record: str) -> tuple[str | None, list[dict[str, Any]]]:
    """The match of one vehicle, and its findings."""
    (verdict,), findings = judged(packs, CAR | record)
    return verdict["fuel_match"], [one for one in findings if one["kind"] == "fuel_match"]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"propulsion": "diesel", "emission_class": "Euro 4", "arrived_on": "2014-12-31"}, "does_not_fit"),
        ({"propulsion": "diesel", "emission_class": "Euro 4", "arrived_on": "2015-01-01"}, "fits"),
        ({"propulsion": "diesel", "emission_class": "Euro 5", "arrived_on": "2017-12-31"}, "does_not_fit"),
        ({"propulsion": "diesel", "emission_class": "Euro 6", "arrived_on": "2018-01-01"}, "fits"),
        ({"propulsion": "diesel", "arrived_on": "2018-01-01"}, "fits"),  # such fuel serves every class
        ({"propulsion": "diesel", "arrived_on": "2017-12-31"}, "unknown"),
        ({"propulsion": "diesel", "emission_class": "Euro 5", "arrived_on": "2017-12"}, "does_not_fit"),
        ({"propulsion": "diesel", "emission_class": "Euro 5", "arrived_on": "2018"}, "fits"),
        ({"propulsion": "diesel", "emission_class": "Euro 5"}, "unknown"),
        ({"propulsion": "diesel", "emission_class": "Euro 4", "arrived_on": "2007-06-01"}, "unknown"),
        ({"propulsion": "petrol", "emission_class": "Euro 3", "arrived_on": "2020-06-01"}, "fits"),
        # of a class before Euro 4 nothing is stated that sulphur would spoil
        ({"propulsion": "diesel", "emission_class": "Euro 3", "arrived_on": "2007-06-01"}, "fits"),
        ({"propulsion": "diesel", "emission_class": "Euro 2", "importer": "TZ"}, "fits"),
        ({"propulsion": "petrol", "emission_class": "Euro 4", "arrived_on": "2020-06-01"}, "does_not_fit"),
        # a hybrid burns one of the two
        ({"propulsion": "hev", "emission_class": "Euro 5", "arrived_on": "2017-06-01"}, "does_not_fit"),
        ({"propulsion": "hev", "emission_class": "Euro 5", "arrived_on": "2020-06-01"}, "unknown"),
        ({"propulsion": "hev", "emission_class": "Euro 3", "arrived_on": "2020-06-01"}, "fits"),
        ({"emission_class": "Euro 6", "arrived_on": "2012-06-01"}, "unknown"),  # may be electric
        ({"propulsion": "cng", "emission_class": "Euro 6", "arrived_on": "2012-06-01"}, None),
        ({"propulsion": "bev", "arrived_on": "2012-06-01"}, None),
        (
            {"propulsion": "diesel", "emission_class": "Euro 4", "arrived_on": "2020", "importer": "TZ"},
            "unknown",
        ),
    ],
)
def test_cases(tmp_path: Path, record: dict[str, str], expected: str | None) -> None:
    match, findings = matched(library(tmp_path, KENYA, pack("TZ")), **record)
    assert match == expected
    assert len(findings) == (expected == "does_not_fit")


def test_what_is_said(tmp_path: Path) -> None:
    packs = library(tmp_path, KENYA)
    _, (found,) = matched(packs, propulsion="diesel", emission_class="Euro 5", arrived_on="2016-03")
    assert (found["provision"], found["effect"], found["outcome"]) == ("KE.diesel", "advise", "fail")
    assert (found["observed_low"], found["observed_high"], found["law_date"]) == (5, 5, "arrived_on")
    assert found["required"].startswith("diesel with at most 10 mg/kg of sulphur (Euro 5")
    assert found["required"].endswith("the law there allows up to 50 mg/kg")
    assert found["message"].startswith("Kenya: diesel there may lawfully hold up to 50 mg/kg of sulphur.")
    # both sources: the law, and what says what the class needs
    assert found["source"].startswith("State, Gazette")
    assert "UNECE" in found["source"]


def test_it_touches_no_verdict(tmp_path: Path) -> None:
    class_4 = provision("KE.class", "min_emission_class", {"class": "Euro 4"})
    record = CAR | {"propulsion": "diesel", "emission_class": "Euro 5", "arrived_on": "2016-03-01"}
    packs = library(
        tmp_path, pack("KE", reviewed(), class_4, sulphur("diesel", (D(2008, 1, 1), 500)), name="Kenya")
    )
    (told,), findings = judged(packs, record)
    assert (told["verdict"], told["lane"], told["effects"], told["reasons"]) == ("admitted", "green", "", "")
    assert told["fuel_match"] == "does_not_fit"
    assert [one["kind"] for one in findings if one["outcome"] != "pass"] == ["fuel_match"]


def test_grades_side_by_side(tmp_path: Path) -> None:
    """Where clean diesel is sold beside dirty diesel, what a vehicle will burn is not known."""
    clean = sulphur("diesel", (D(2010, 1, 1), 10), name="KE.clean", scope={"grades": ["S10"]})
    dirty = sulphur("diesel", (D(2010, 1, 1), 500), name="KE.dirty", scope={"grades": ["S500"]})
    packs = library(tmp_path, pack("KE", clean, dirty, name="Kenya"))
    arrived = {"propulsion": "diesel", "arrived_on": "2020-06-01"}
    assert matched(packs, emission_class="Euro 5", **arrived)[0] == "unknown"
    assert matched(packs, emission_class="Euro 2", **arrived)[0] == "fits"


NEEDS = tomllib.loads((Path(__file__).parents[2] / "rules" / "fuel-needs.toml").read_text(encoding="utf-8"))[
    "need"
]
POSITIONS = {
    "Euro 1": (1,),
    "Euro 2": (2,),
    "Euro 3": (3,),
    "Euro 4": (4,),
    "Euro 5": (5,),
    "Euro 6": (6, 6.9),
    None: (1, 2, 3, 4, 5, 6),
}
BURNS = {
    "petrol": ("petrol",),
    "diesel": ("diesel",),
    "hev": ("petrol", "diesel"),
    "phev": ("petrol", "diesel"),
    "lpg": (),
    "bev": (),
    None: ("petrol", "diesel", None),
}


def borne(fuel: str, position: float, most: float) -> bool | None:
    """Whether devices of a class bear a fuel; None between the levels of sources that differ."""
    steps = [
        one
        for one in NEEDS
        if one["fuel"] == fuel and one["position"] <= position and one["basis"] == "after-treatment"
    ]
    if all(most <= one["sulphur_mg_kg"] for one in steps):
        return True
    return False if any(most > one.get("disputed_to_mg_kg", one["sulphur_mg_kg"]) for one in steps) else None


def reference(packs: Library, record: dict[str, str]) -> str | None:
    """Every law of the window, every fuel, every class: all fit, none does, or it is not known."""
    fuels = BURNS[record.get("propulsion")]
    if not fuels:
        return None
    answers: set[bool | str | None] = set()
    known = packs.pack("KE")
    written = record.get("arrived_on")
    days = {D(1990, 1, 1), D(2025, 1, 1)} if written is None else {D.fromisoformat(written)}
    if written is None:
        days |= {
            one.start for fuel in ("petrol", "diesel") for one in legal_sulphur(known, fuel) if one.start
        }
    for fuel in fuels:
        if fuel is None:
            answers.add("burns neither")
            continue
        spans = legal_sulphur(known, fuel)
        for span in [allowed_on(spans, day) for day in days]:
            for position in POSITIONS[record.get("emission_class")]:
                least, most = (math.inf if end is None else end for end in (span.low, span.high))
                if borne(fuel, position, most):
                    answers.add(True)
                elif most < math.inf and borne(fuel, position, least) is False:
                    answers.add(False)
                else:
                    answers.add(None)
    if answers - {"burns neither"} == {True}:
        return "fits"
    return "does_not_fit" if answers == {False} else "unknown"


@st.composite
def laws(draw: st.DrawFn) -> str:
    parts = []
    for product in ("diesel", "petrol"):
        if draw(st.integers(0, 4)) == 0:
            continue
        starts = sorted(draw(st.sets(st.dates(D(2006, 1, 1), D(2020, 1, 1)), min_size=1, max_size=3)))
        steps: list[tuple[dt.date | None, float]] = [(start, draw(LIMITS)) for start in starts]
        if draw(st.integers(0, 2)) == 0:
            steps[0] = (None, steps[0][1])
        parts.append(sulphur(product, *steps))
        if draw(st.booleans()):
            grade = sulphur(
                product, (D(2012, 1, 1), draw(LIMITS)), name=f"KE.{product}.clean", scope={"grades": ["S10"]}
            )
            parts.append(grade)
    return pack("KE", *parts, name="Kenya")


LIMITS = st.sampled_from((10, 15, 50, 150, 350, 500, 2000))


@settings(deadline=None, max_examples=60)
@given(laws(), st.data())
def test_against_the_reference(
    tmp_path_factory: pytest.TempPathFactory, law: str, data: st.DataObject
) -> None:
    packs = library(tmp_path_factory.mktemp("packs"), law)
    rows: list[dict[str, str]] = []
    for _ in range(12):
        told = {
            "propulsion": data.draw(st.sampled_from(list(BURNS))),
            "emission_class": data.draw(st.sampled_from(list(POSITIONS))),
            "arrived_on": data.draw(st.none() | st.dates(D(2005, 1, 1), D(2021, 1, 1)).map(str)),
        }
        rows.append(CAR | {name: value for name, value in told.items() if value is not None})
    # no market tells anything of an unknown class here: nothing is exported from anywhere
    verdicts, findings = judged(packs, *rows)
    for number, (row, verdict) in enumerate(zip(rows, verdicts, strict=True)):
        assert verdict["fuel_match"] == reference(packs, row), row
        own = [one for one in findings if one["row"] == number and one["kind"] == "fuel_match"]
        assert len(own) == (verdict["fuel_match"] == "does_not_fit")
