"""Which limits of a pack bind a fuel, and what may keep one from applying."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.standards.made import library, pack, provision, version
from vehiclecheck.scenarios.fuel_limits import LegalLimit, legal_limits

DAY = dt.date(2026, 1, 31)


def limit(name: str, most: float, *versions: Any, scope: dict[str, Any] | None = None, **more: Any) -> str:
    asks = {"property": "sulphur_mg_kg", "max": most, **more.pop("asks", {})}
    return provision(
        f"KE.{name}",
        "fuel_limit",
        asks,
        *versions,
        **{
            "direction": "market",
            "effect": "refuse",
            "scope": {"products": ["diesel"], **(scope or {})},
            **more,
        },
    )


def found(tmp_path: Path, *parts: str, product: str = "diesel", grade: str | None = None) -> list[LegalLimit]:
    return legal_limits(library(tmp_path, pack("KE", *parts)).pack("KE"), product, DAY, grade)


def test_what_binds_on_the_day_is_a_limit(tmp_path: Path) -> None:
    limits = found(
        tmp_path,
        limit(
            "sulphur",
            50,
            version(to=dt.date(2020, 1, 1)),
            version(from_=dt.date(2020, 1, 1), to=dt.date(2026, 2, 1), asks={"max": 10}),
            version(from_=dt.date(2026, 2, 1), asks={"max": 5}),
        ),
        limit("petrol", 30, scope={"products": ["petrol"]}),
        limit("benzene", 1, asks={"property": "benzene_pct"}),
        limit("level", 7, effect="advise"),
        limit("plan", 8, version(status="draft")),
        limit("least", 9, asks={"property": "cetane_number"}),
    )
    assert [(each.name, each.most, each.open) for each in limits] == [
        ("sulphur_mg_kg", 10, ()),
        ("benzene_pct", 1, ()),
        ("cetane_number", 9, ()),
    ]


@pytest.mark.parametrize(
    ("scope", "exempt", "grade", "doubts"),
    [
        ({"grades": ["S-10"]}, [], None, ("only grade S-10",)),
        ({"grades": ["S-10"]}, [], "s 10", ()),
        ({"grades": ["S-10"]}, [], "S500", None),
        ({"region": ["KE-01"]}, [], None, ("only in KE-01",)),
        ({"region": ["KE-01"], "grades": ["S10"]}, [], "S10", ("only in KE-01",)),
        ({}, [{"grades": ["E10"]}], None, ("except grade E10",)),
        ({}, [{"grades": ["E10"]}], "e10", None),
        ({}, [{"grades": ["E10"]}], "E5", ()),
        ({}, [{"origin": ["GH"]}], "E5", ("except from Ghana",)),
        ({}, [{"origin": ["GH"], "grades": ["E10"]}], "E5", ()),
    ],
)
def test_a_scope_leaves_doubt_unless_the_grade_settles_it(
    tmp_path: Path,
    scope: dict[str, Any],
    exempt: list[dict[str, Any]],
    grade: str | None,
    doubts: tuple[str, ...] | None,
) -> None:
    limits = found(tmp_path, limit("sulphur", 50, scope=scope, exempt=exempt), grade=grade)
    assert [each.open for each in limits] == ([] if doubts is None else [doubts])


def test_a_law_whose_first_day_is_not_known_leaves_doubt(tmp_path: Path) -> None:
    (one,) = found(tmp_path, limit("sulphur", 50, version(first_seen=dt.date(2026, 6, 1))))
    assert one.open == ("its sources leave open whether it is in force",)


def test_proposals_bind_in_a_standard_only(tmp_path: Path) -> None:
    text = limit("sulphur", 50, version(status="recommended")).replace("KE.", "EAC.")
    made = library(tmp_path, standards=[pack("EAC", text)])
    assert [each.most for each in legal_limits(made.pack("EAC"), "diesel", DAY)] == [50]
    assert not found(tmp_path, limit("sulphur", 50, version(status="recommended")))
