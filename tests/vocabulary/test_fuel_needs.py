"""The sulphur that an emission class bears, and the class that a fuel serves."""

from __future__ import annotations

import json
import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from vehiclecheck.vocabulary.fuel_needs import (
    FUELS,
    class_served,
    grade_key,
    grades_not_for_roads,
    need_of,
    needs,
    sulphur_borne,
)
from vehiclecheck.vocabulary.ladders import HIGHEST, LOWEST, threshold
from vehiclecheck.vocabulary.places import data_root

FUEL = st.sampled_from(FUELS)
POSITION = st.one_of(
    st.floats(LOWEST, HIGHEST), st.sampled_from([need.position for need in needs()]), st.just(math.inf)
)
SULPHUR = st.one_of(
    st.floats(0, 20_000),
    st.sampled_from([need.sulphur_mg_kg for need in needs()]),
    st.sampled_from([math.nextafter(need.sulphur_mg_kg, math.inf) for need in needs()]),
)


@pytest.mark.parametrize(
    ("fuel", "name", "borne"),
    [
        ("diesel", "Euro 1", None),
        ("diesel", "Euro 2", 500),
        ("diesel", "Euro III", 350),
        ("petrol", "Euro 3", 150),
        ("diesel", "Euro 4", 50),
        ("petrol", "Euro 4", 50),
        ("diesel", "Euro V", 10),
        ("petrol", "Euro 5", 10),
        ("diesel", "Euro 6d", 10),
    ],
)
def test_what_a_class_bears(fuel: str, name: str, borne: float | None) -> None:
    assert sulphur_borne(fuel, threshold(name)) == borne


@pytest.mark.parametrize(
    ("fuel", "sulphur", "served"),
    [
        ("diesel", 10, math.inf),
        ("diesel", 15, 4.0),
        ("diesel", 50, 4.0),
        ("diesel", 51, 3.0),
        ("petrol", 150, 3.0),
        ("petrol", 350, 2.0),
        ("diesel", 500, 2.0),
        ("diesel", 5000, LOWEST),
    ],
)
def test_what_a_fuel_serves(fuel: str, sulphur: float, served: float) -> None:
    assert class_served(fuel, sulphur) == served


def test_a_fuel_of_gas_vehicles_has_no_needs() -> None:
    with pytest.raises(KeyError):
        sulphur_borne("cng", 5.0)
    with pytest.raises(KeyError):
        class_served("cng", 10)


@given(FUEL, POSITION, SULPHUR)
def test_served_and_borne_are_inverse(fuel: str, position: float, sulphur: float) -> None:
    """A class bears a fuel exactly where the step on which it stands is one that the fuel serves."""
    need = need_of(fuel, position)
    bears = need is None or sulphur <= need.sulphur_mg_kg
    assert bears == (need is None or need.position <= class_served(fuel, sulphur))


@given(FUEL, POSITION, POSITION)
def test_a_later_class_never_bears_more(fuel: str, one: float, other: float) -> None:
    lower, higher = (sulphur_borne(fuel, position) for position in sorted((one, other)))
    assert lower is None or (higher is not None and higher <= lower)


@given(FUEL, SULPHUR, SULPHUR)
def test_cleaner_fuel_never_serves_less(fuel: str, one: float, other: float) -> None:
    clean, dirty = sorted((one, other))
    assert class_served(fuel, clean) >= class_served(fuel, dirty)


def test_every_step_says_who_states_it() -> None:
    for need in needs():
        assert need.fuel in FUELS
        assert need.grade in ("A", "B", "C")
        assert need.basis in ("after-treatment", "market fuel")
        assert need.source
        assert need.url.startswith(("http://", "https://"))
    places = [(need.fuel, need.position) for need in needs()]
    assert len(places) == len(set(places))


def test_the_file_keeps_to_its_schema() -> None:
    rules = data_root() / "rules"
    schema = json.loads((rules / "schema" / "fuel-needs.schema.json").read_text(encoding="utf-8"))
    document = tomllib.loads((rules / "fuel-needs.toml").read_text(encoding="utf-8"))
    assert not [error.message for error in Draft202012Validator(schema).iter_errors(document)]


def test_between_two_sources_that_differ_it_is_open() -> None:
    """10 mg/kg in Europe, 15 in the United States."""
    need = need_of("diesel", 6.0)
    assert need is not None
    assert [need.borne(level) for level in (10, 10.5, 15, 15.5)] == [True, None, None, False]
    for each in needs():
        assert each.disputed_to_mg_kg >= each.sulphur_mg_kg


def test_a_grade_is_known_however_it_is_written() -> None:
    assert grade_key("S-1800") == grade_key("s 1800")
    assert {grade_key("Off Road"), grade_key("S 1800")} <= grades_not_for_roads()
    assert grade_key("S10") not in grades_not_for_roads()
