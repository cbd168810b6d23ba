"""Test methods of fuel: names, editions, what they measure, ranges, precision."""

from __future__ import annotations

import itertools
import json
import math
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.vocabulary.methods import Method, method_of, methods, methods_named, tolerance_factor
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("VEHICLECHECK_SHARED") or REPOSITORY.parent / "shared")

#: What a source prints, or what follows from it by hand: (method as a laboratory writes it, property, level) -> R.
REPRODUCIBILITY = [
    # 123dok, section 15: 0.5797 X^0.75 below 400, 0.1267 X above; the fact line prints 3.26, 10.9 and 63.4
    ("ASTM D5453", "sulphur_mg_kg", 10, 3.26),
    ("ASTM D5453", "sulphur_mg_kg", 50, 10.90),
    ("ASTM D5453", "sulphur_mg_kg", 399.999, 51.85),
    ("ASTM D5453", "sulphur_mg_kg", 400, 50.68),
    ("ASTM D5453", "sulphur_mg_kg", 500, 63.35),
    # 0.1215 (0.05 + 0.05555) mass % = 0.0128 mass % = 128 mg/kg, as the fact line prints; 1 mass %: 0.12825
    ("ASTM D4294-03", "sulphur_mg_kg", 500, 128.24),
    ("ASTM D4294-03", "sulphur_mg_kg", 10_000, 1282.49),
    # "0.01 g/US gal (2.6 mg/L)"
    ("ASTM D3237", "lead_g_l", 0.005, 0.0026),
    ("ASTM D3237", "lead_g_l", 0.013, 0.0026),
    # "3.8 for a cetane number of 48 and 4.3 for a cetane number of 52", linear between
    ("ASTM D613", "cetane_number", 48, 3.8),
    ("ASTM D613", "cetane_number", 50, 4.05),
    ("ASTM D613", "cetane_number", 52, 4.3),
    # "R = 5.5 °C"
    ("ASTM D7094", "flash_point_c", 55, 5.5),
    # "R = 0.02482 (x + 40)": 0.02482 * 100 and 0.02482 * 95
    ("ASTM D7236", "flash_point_c", 60, 2.482),
    ("ASTM D7236", "flash_point_c", 55, 2.3579),
    # "0.001 to 0.079: 0.005; 0.080 to 0.180: 0.024"
    ("ASTM D482", "ash_pct", 0.001, 0.005),
    ("ASTM D482", "ash_pct", 0.079, 0.005),
    ("ASTM D482", "ash_pct", 0.080, 0.024),
    ("ASTM D482", "ash_pct", 0.180, 0.024),
    # "0.136 mm at 60 °C"
    ("ASTM D6079", "lubricity_um", 460, 136),
    # "10 %"
    ("ASTM D525", "oxidation_stability_min", 360, 36),
]

REPEATABILITY = [
    # "r = 0.0312 X + 9" for petrol
    ("ISO 20847", "sulphur_mg_kg", 50, 10.56),
    # 0.1788 X^0.75, 0.02902 X
    ("ASTM D5453", "sulphur_mg_kg", 10, 1.005),
    ("ASTM D5453", "sulphur_mg_kg", 500, 14.51),
    # 0.02894 (0.05 + 0.1691) mass % = 0.0063408 mass %
    ("ASTM D4294-98", "sulphur_mg_kg", 500, 63.408),
    ("ASTM D3237", "lead_g_l", 0.005, 0.0013),
    ("ASTM D7094", "flash_point_c", 55, 4.1),
    # 0.01285 * 100
    ("ASTM D7236", "flash_point_c", 60, 1.285),
    ("ASTM D482", "ash_pct", 0.01, 0.003),
    ("ASTM D482", "ash_pct", 0.1, 0.007),
    ("ASTM D6079", "lubricity_um", 460, 80),
    ("ASTM D525", "oxidation_stability_min", 360, 18),
]


def the(written: str, fuel_property: str) -> Method:
    found = method_of(written, fuel_property)
    assert found is not None, f"{written} is not known to measure {fuel_property}"
    return found


def document() -> dict[str, Any]:
    return tomllib.loads((data_root() / "rules" / "test-methods.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("EN ISO 20846:2019", "ISO 20846"),
        ("DIN EN ISO 20846:2020-03", "ISO 20846"),
        ("ISO 20846", "ISO 20846"),
        ("iso20846-11", "ISO 20846"),
        ("ASTM D 5453-19a", "ASTM D5453"),
        ("ASTM D5453-16e1", "ASTM D5453"),
        ("ASTM D3831-12(2017)", "ASTM D3831"),
        ("D5453", "ASTM D5453"),
        ("ASTM D2622 - 16", "ASTM D2622"),
        ("ISO 20884", "ISO 20884"),
        ("EN 238:1996/A1:2003", "EN 238"),
        ("EN ISO 2719:2016+A1:2021", "ISO 2719"),
        ("EN 25164", "ISO 5164"),
        ("IP 391", "EN 12916"),
        ("ASTM D323-15a", "ASTM D323"),
        ("ASTM D3237-17", "ASTM D3237"),
        ("EN 12662-1:2024", "EN 12662-1"),
        ("EN 12662:2014", "EN 12662"),
        ("ISO 208461", None),
        ("ASTM D54531", None),
        # other methods whose number begins with one that is known: soils, sulphur by gas chromatography
        ("ASTM D4452", None),
        ("ASTM D5623", None),
        ("in-house", None),
        ("", None),
    ],
)
def test_methods_are_known_by_name_whatever_the_edition(written: str, known: str | None) -> None:
    found = methods_named(written)
    assert {one.id for one in found} == ({known} if known else set())


@given(st.sampled_from(methods()), st.integers(2000, 2049), st.sampled_from(["", "a", "e1"]), st.booleans())
def test_every_name_with_an_edition_is_the_method(method: Method, year: int, mark: str, long: bool) -> None:
    edition = f"{year if long else year % 100:02}{mark}"
    wanted = [
        one
        for one in methods()
        if one.id == method.id and one.property == method.property and one.until_edition is not None
    ]
    for name in (method.id, *method.names):
        found = method_of(f"{name}:{edition}", method.property)
        assert found is not None
        assert found.id == method.id
        assert found.until_edition == (
            wanted[0].until_edition if wanted and year <= (wanted[0].until_edition or 0) else None
        )


def test_an_old_edition_has_its_own_range_and_precision() -> None:
    old, new = the("ASTM D4294-07", "sulphur_mg_kg"), the("ASTM D4294-08", "sulphur_mg_kg")
    assert (old.low, old.high, new.low, new.high) == (150, 50_000, 17, 46_000)
    assert the("ASTM D4294", "sulphur_mg_kg") is new
    assert the("ASTM D4294-98", "sulphur_mg_kg") is old
    assert old.reproducibility_at(100) is None
    assert new.reproducibility_at(500) is None
    assert the("EN 16136:2011", "manganese_mg_l").low == 2
    assert the("EN 16136:2015", "manganese_mg_l").low == 0.5


@pytest.mark.parametrize(("written", "fuel_property", "level", "stated"), REPRODUCIBILITY)
def test_reproducibility_is_what_the_source_prints(
    written: str, fuel_property: str, level: float, stated: float
) -> None:
    assert the(written, fuel_property).reproducibility_at(level) == pytest.approx(stated, rel=5e-4)


@pytest.mark.parametrize(("written", "fuel_property", "level", "stated"), REPEATABILITY)
def test_repeatability_is_what_the_source_prints(
    written: str, fuel_property: str, level: float, stated: float
) -> None:
    assert the(written, fuel_property).repeatability_at(level) == pytest.approx(stated, rel=5e-4)


def test_every_formula_has_a_number_here() -> None:
    """No piece of a formula goes without a level at which its value is written above."""

    def pieces(
        cases: list[tuple[str, str, float, float]], kind: str
    ) -> set[tuple[str, str, int | None, float]]:
        found = set()
        for written, fuel_property, level, _ in cases:
            one = the(written, fuel_property)
            found |= {
                (one.id, one.property, one.until_edition, piece.start)
                for piece in getattr(one, kind)
                if piece.start <= level < piece.end
            }
        return found

    for cases, kind in ((REPRODUCIBILITY, "reproducibility"), (REPEATABILITY, "repeatability")):
        assert pieces(cases, kind) == {
            (one.id, one.property, one.until_edition, piece.start)
            for one in methods()
            for piece in getattr(one, kind)
        }


def test_precision_holds_within_the_range_only() -> None:
    method = the("ASTM D5453", "sulphur_mg_kg")
    assert method.reproducibility_at(0.5) is None
    assert method.reproducibility_at(9_000) is None
    cetane = the("ASTM D613", "cetane_number")
    assert cetane.reproducibility_at(47.9) is None
    assert cetane.reproducibility_at(52.1) is None
    assert tolerance_factor() == 0.59


@given(st.sampled_from([one for one in methods() if one.reproducibility]), st.data())
def test_two_laboratories_differ_by_more_than_one(method: Method, data: st.DataObject) -> None:
    low, high = max(method.low, 0), min(method.high, 10_000)
    level = data.draw(st.floats(low, high))
    reproducibility, repeatability = method.reproducibility_at(level), method.repeatability_at(level)
    if reproducibility is not None:
        assert reproducibility >= 0
        assert repeatability is None or repeatability <= reproducibility


@pytest.mark.parametrize(
    ("written", "measures", "does_not"),
    [
        ("ISO 20846", {"sulphur_mg_kg"}, "lead_g_l"),
        ("EN 12916", {"pah_pct"}, "aromatics_pct"),
        ("ASTM D86", {"t90_c", "t95_c"}, "flash_point_c"),
        ("ASTM D1319", {"aromatics_pct", "olefins_pct"}, "benzene_pct"),
        ("ASTM D5059", {"lead_g_l", "manganese_mg_l"}, "sulphur_mg_kg"),
        ("ISO 4264", {"cetane_index"}, "cetane_number"),
        (
            "EN ISO 22854",
            {
                "aromatics_pct",
                "olefins_pct",
                "benzene_pct",
                "oxygen_pct",
                "ethanol_pct",
                "methanol_pct",
                "mtbe_pct",
            },
            "sulphur_mg_kg",
        ),
    ],
)
def test_a_method_measures_what_it_measures(written: str, measures: set[str], does_not: str) -> None:
    assert {one.property for one in methods_named(written)} == measures
    assert all(method_of(written, one) is not None for one in measures)
    assert method_of(written, does_not) is None


def test_the_file_is_as_its_schema_says() -> None:
    schema = json.loads(
        (data_root() / "rules" / "schema" / "test-methods.schema.json").read_text(encoding="utf-8")
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    errors = jsonschema.Draft202012Validator(schema).iter_errors(document())
    assert [f"{'/'.join(map(str, error.path))}: {error.message}" for error in errors] == []


def test_entries_are_of_known_properties_between_two_levels() -> None:
    keys = [(one.id, one.property, one.until_edition) for one in methods()]
    assert len(keys) == len(set(keys))
    for one in methods():
        assert one.property in FUEL_PROPERTIES
        assert one.low < one.high
        # an old edition is told apart from a current one, never alone
        assert one.until_edition is None or (one.id, one.property, None) in keys


def test_a_name_means_one_method() -> None:
    owners: dict[str, set[str]] = {}
    for one in methods():
        for name in (one.id, *one.names):
            owners.setdefault(re.sub("[^a-z0-9]", "", name.casefold()), set()).add(one.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_pieces_follow_each_other() -> None:
    for one in methods():
        for pieces in (one.reproducibility, one.repeatability):
            for before, after in itertools.pairwise(pieces):
                assert before.end == after.start
            assert all(piece.start < piece.end for piece in pieces)
            assert all(piece.end == math.inf or piece.end <= one.high for piece in pieces)


def test_every_property_that_a_law_limits_has_a_method() -> None:
    """No method of kerosene in another fuel was read of."""
    assert set(FUEL_PROPERTIES) - {one.property for one in methods()} == {"kerosene_pct"}


# ---------------------------------------------------------------- against the evidence

FACTS = SHARED / "facts" / "INTL.jsonl"
with_facts = pytest.mark.skipif(
    not FACTS.is_file(), reason="the evidence (shared/facts) is not beside the repository"
)


def fact_lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in FACTS.read_text(encoding="utf-8").splitlines() if line.strip()]


def entries_of(line: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries on the method that a line of the facts names, of the edition that it means."""
    found = re.match(r"(ISO|ASTM) (D?\d+)", line["instrument"])
    assert found is not None, line["instrument"]
    old = "older edition" in line["instrument"]
    return [
        one
        for one in document()["method"]
        if one["id"] == f"{found[1]} {found[2]}"
        and one["property"] == "sulphur_mg_kg"
        and ("until_edition" in one) == old
    ]


def coefficients(formula: str) -> set[str]:
    return set(re.findall(r"\d+\.\d+", formula))


@with_facts
def test_what_is_only_remembered_is_not_in() -> None:
    remembered = [line for line in fact_lines() if line["grade"] == "recall"]
    assert len(remembered) == 4
    for line in remembered:
        (entry,) = entries_of(line)
        assert "reproducibility" not in entry, line["instrument"]
        written = {
            str(piece[key])
            for piece in entry.get("repeatability", [])
            for key in ("a", "b", "c")
            if piece[key]
        }
        assert not written & coefficients(line["value"]), line["instrument"]


@with_facts
def test_what_was_read_is_in() -> None:
    """Of every line that was read: its range, and its formulas, are those of the entry."""
    for line in fact_lines():
        if line["grade"] == "recall" or line["unit"] == "rule":
            continue
        if "raises the UVF reading" in line["value"]:
            assert "0 to 1.7 mg/kg at 2000 mg/kg" in the("ISO 20846", "sulphur_mg_kg").note
            continue
        (entry,) = entries_of(line)
        assert ord(entry["grade"]) >= ord(line["grade"]), line["instrument"]
        scale = 10_000 if line["unit"] == "mass %" else 1
        stated = re.search(r"(?:range|scope) ([\d.]+)[^\d]*?(?:to|-)\s*([\d.]+)( mass %)?", line["value"])
        if stated:
            low, high = float(stated[1]), float(stated[2]) * (10_000 if stated[3] else 1)
            assert (entry["low"], entry["high"]) == (low, high), line["instrument"]
        if scale == 1 and "r=" in line["value"]:
            written = {
                str(piece[key])
                for kind in ("reproducibility", "repeatability")
                for piece in entry.get(kind, [])
                for key in ("a", "b")
            }
            assert coefficients(line["value"]) - {"1.0"} <= written, line["instrument"]


@with_facts
def test_the_share_of_r_is_what_was_read() -> None:
    rules = [line["value"] for line in fact_lines() if line["unit"] == "rule" and "0.59" in line["value"]]
    assert len(rules) == 2
    assert tolerance_factor() == 0.59
