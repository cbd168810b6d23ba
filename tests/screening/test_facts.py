"""What follows from a category or a day of manufacture is found when a rule asks, not stored with every record."""

from __future__ import annotations

from math import inf
from typing import Any

import polars as pl
import pytest

from vehiclecheck.records.preparing import PrepareOptions, WordBook, prepare
from vehiclecheck.screening.facts import Bounds, Facts

_BOOK = WordBook()


def _facts(**cells: Any) -> tuple[pl.DataFrame, Facts]:
    raw = pl.DataFrame({"importer": ["KE"]} | {name: [cell] for name, cell in cells.items()})
    records = prepare(raw, options=PrepareOptions(), words=_BOOK).records
    return records, Facts(records.columns)


def _of(records: pl.DataFrame, bounds: Bounds) -> tuple[float, float]:
    low, high = bounds
    return records.select(low.alias("low"), high.alias("high")).row(0)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"first_registered": "2018-06"}, (0, 2019)),
        ({"manufactured": "2018-06"}, (2018, 2019)),
        ({"manufactured": "2017", "first_registered": "2017-09"}, (2017, 2018)),
        ({"model_year": "2018", "manufactured": "2017-11"}, (2018, 2018)),
        # made after it was registered: one of the two is wrong, so nothing follows
        ({"manufactured": "2019-05", "first_registered": "2018-06"}, (0, 10_000)),
        ({"category": "M1"}, (0, 10_000)),
    ],
)
def test_a_model_year_follows_from_the_manufacture(cells: dict[str, str], expected: tuple[int, int]) -> None:
    records, facts = _facts(**cells)
    assert _of(records, facts.years()) == expected


@pytest.mark.parametrize(
    ("cells", "name", "expected"),
    [
        ({"category": "M1"}, "seats", (-inf, 9)),
        ({"category": "bus"}, "seats", (10, inf)),
        ({"category": "N1"}, "gvw_kg", (-inf, 3500)),
        ({"category": "N1", "gvw_kg": "2 t"}, "gvw_kg", (2000, 2000)),
        ({"category": "N1", "gvw_kg": ""}, "gvw_kg", (-inf, 3500)),
        ({"hs_code": "870322"}, "seats", (1, 9)),
        ({"steering": "left"}, "gvw_kg", (-inf, inf)),
        ({"category": "M1"}, "engine_cc", (-inf, inf)),
    ],
)
def test_weight_and_seats_follow_from_the_category(
    cells: dict[str, str], name: str, expected: tuple[float, float]
) -> None:
    records, facts = _facts(**cells)
    assert _of(records, facts.numbers(name)) == expected
