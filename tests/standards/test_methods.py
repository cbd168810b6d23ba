"""Test methods of fuel: names, ranges, precision."""

from __future__ import annotations

import pytest

from vehiclecheck.standards.methods import method_of, methods, tolerance_factor
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("EN ISO 20846:2019", "ISO 20846"),
        ("ISO 20846", "ISO 20846"),
        ("iso20846-11", "ISO 20846"),
        ("ASTM D 5453-19a", "ASTM D5453"),
        ("D5453", "ASTM D5453"),
        ("ASTM D2622 - 16", "ASTM D2622"),
        ("ISO 20884", "ISO 20884"),
        ("ISO 208461", None),
        ("ASTM D54531", None),
        ("in-house", None),
        ("", None),
    ],
)
def test_methods_are_known_by_name_whatever_the_edition(written: str, known: str | None) -> None:
    found = method_of(written)
    assert (found.id if found else None) == known


def test_the_precision_that_a_source_states() -> None:
    """ASTM D5453: R is 3.26 at 10 mg/kg, 10.9 at 50, 63.4 at 500 by the formulas of its section 15."""
    method = method_of("ASTM D5453")
    assert method is not None
    assert [round(method.reproducibility_at(level) or 0, 2) for level in (10, 50, 500)] == [
        3.26,
        10.90,
        63.35,
    ]
    assert method.reproducibility_at(0.5) is None
    assert method.reproducibility_at(9_000) is None
    assert tolerance_factor() == 0.59


def test_what_is_only_remembered_has_no_precision() -> None:
    for name in ("ISO 20846", "ISO 20884", "ASTM D2622", "ASTM D4294"):
        method = method_of(name)
        assert method is not None
        assert method.reproducibility_at(100) is None


def test_every_method_measures_a_known_property_between_two_levels() -> None:
    ids = [method.id for method in methods()]
    assert len(ids) == len(set(ids))
    for method in methods():
        assert method.property in FUEL_PROPERTIES
        assert 0 <= method.low < method.high
        assert method.source
