"""The estimate against a plain one, record by record; and what must hold for every estimate."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.air.drawn import ASSUMED, PACKS, RECORDS, Drawn, frame_of, law_of, sharpened
from tests.air.reference import POLLUTANTS, Assumed, Bounded, bounded
from vehiclecheck.air import AirSums, Assumptions, Estimate, Groups, estimate, partial_sums
from vehiclecheck.air import sulphur as sulphur_room
from vehiclecheck.air.estimate import TONNES
from vehiclecheck.screening.verdicts import VERDICT
from vehiclecheck.vocabulary.choices import VERDICTS
from vehiclecheck.vocabulary.countries import COUNTRY_CODES

MANY = settings(max_examples=100, deadline=None)
SOME = settings(max_examples=30, deadline=None)


@pytest.fixture(scope="module")
def law() -> sulphur_room.LegalSulphur:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sulphur_room, "legal_sulphur", law_of)
        return sulphur_room.LegalSulphur(PACKS, COUNTRY_CODES)  # type: ignore[arg-type]


def assumptions(assumed: Assumed) -> Assumptions:
    return Assumptions(assumed.km, assumed.years, assumed.mix, assumed.sulphur)


def estimated(
    records: Sequence[Drawn],
    assumed: Assumed,
    law: sulphur_room.LegalSulphur,
    by: Sequence[str] = (),
    cuts: Sequence[int] = (),
) -> Estimate:
    """The estimate of records, in ranges that begin at `cuts`. Their verdicts go round."""
    frame = frame_of(records)
    words = [VERDICTS[place % len(VERDICTS)] for place in range(len(records))]
    verdict = pl.Series("verdict", words, dtype=VERDICT)
    groups = Groups(by, COUNTRY_CODES)
    sums = AirSums(groups)
    edges = [0, *sorted(cuts), len(records)]
    for start, end in itertools.pairwise(edges):
        told = law if assumed.sulphur is None else None
        sums.add(partial_sums(frame[start:end], verdict[start:end], groups, told))
    return estimate(sums.table(), by, assumptions(assumed), law.levels)


def expected(records: Sequence[Drawn], assumed: Assumed) -> dict[str, Any]:
    """The total that plain Python comes to."""
    bounds = [(record.units, bounded(record.known(), assumed)) for record in records]

    def units(meets: Any) -> int:
        return sum(count for count, one in bounds if meets(one))

    total: dict[str, Any] = {
        "rows": len(records),
        "units": sum(record.units for record in records),
        "units_electric": units(lambda one: one.electric),
        "units_in_part": units(lambda one: one.status == "covered in part"),
        "units_not_covered": units(lambda one: one.status == "not covered"),
        "units_with_sulphur": units(lambda one: one.year["so2"] is not None),
    }
    burning = [one for _, one in bounds if not one.electric and one.status != "not covered"]
    for name in (*POLLUTANTS, "so2"):
        for period in ("year", "life"):
            told = [(count, getattr(one, period)[name]) for count, one in bounds]
            told = [(count, span) for count, span in told if span is not None]
            if name == "so2" and burning and all(one.year["so2"] is None for one in burning):
                told = []  # that electric cars give off none says nothing of the others
            for end, word in enumerate(("low", "high")):
                total[f"{name}_{period}_{word}"] = (
                    sum(count * span[end] for count, span in told) / 1e6 if told else None
                )
    return total


def same(one: float | None, other: float | None, roundings: int = 2) -> bool:
    """Equal but for what rounding to a milligram can do, so many times over."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9 * roundings)


@MANY
@given(st.lists(RECORDS, min_size=1, max_size=6), ASSUMED)
def test_the_plain_estimate_comes_to_the_same(
    law: sulphur_room.LegalSulphur, records: list[Drawn], assumed: Assumed
) -> None:
    total = estimated(records, assumed, law).total.row(0, named=True)
    for name, value in expected(records, assumed).items():
        assert same(total[name], value), (name, total[name], value)


@MANY
@given(st.data(), RECORDS, ASSUMED)
def test_who_knows_more_has_no_wider_bounds(
    law: sulphur_room.LegalSulphur, data: st.DataObject, record: Drawn, assumed: Assumed
) -> None:
    sharper = data.draw(sharpened(record))
    wide = estimated([record], assumed, law).total.row(0, named=True)
    narrow = estimated([sharper], assumed, law).total.row(0, named=True)
    for low in (name for name in TONNES if name.endswith("low")):
        high = low.replace("_low", "_high")
        if wide[low] is None or narrow[low] is None:
            continue
        assert wide[low] - 2e-9 <= narrow[low] <= narrow[high] + 2e-9 <= wide[high] + 4e-9, low


@SOME
@given(st.lists(RECORDS, min_size=1, max_size=12), ASSUMED, st.data())
def test_cuts_change_nothing(
    law: sulphur_room.LegalSulphur, records: list[Drawn], assumed: Assumed, data: st.DataObject
) -> None:
    by = data.draw(st.sampled_from([(), ("importer",), ("verdict", "year"), ("vehicle_class", "propulsion")]))
    cuts = data.draw(st.lists(st.integers(0, len(records)), max_size=12))
    whole, cut = (estimated(records, assumed, law, by, where) for where in ((), cuts))
    assert whole.table.equals(cut.table)  # to the last digit
    assert whole.total.equals(cut.total)
    assert whole.coverage.equals(cut.coverage)


@SOME
@given(st.lists(RECORDS, min_size=1, max_size=8), ASSUMED)
def test_groups_add_up_to_the_whole(
    law: sulphur_room.LegalSulphur, records: list[Drawn], assumed: Assumed
) -> None:
    found = estimated(records, assumed, law, ("verdict", "importer"))
    total = found.total.row(0, named=True)
    for name in (*TONNES, "units", "units_not_covered", "units_in_part", "units_electric"):
        parts = [value for value in found.table[name].to_list() if value is not None]
        if name.startswith("so2") and total[name] is None:
            # sulphur known of none that burns something: the nothing of electric vehicles is not told for the whole
            assert not any(parts), name
            continue
        assert same(sum(parts) if parts else None, total[name], roundings=found.table.height + 1), name
    assert found.coverage["units"].sum() == total["units"]


@SOME
@given(RECORDS, ASSUMED, st.integers(2, 1_000))
def test_a_row_of_many_is_many_rows(
    law: sulphur_room.LegalSulphur, record: Drawn, assumed: Assumed, many: int
) -> None:
    one = estimated([replace(record, units=1)], assumed, law).total.row(0, named=True)
    all_of_them = estimated([replace(record, units=many)], assumed, law).total.row(0, named=True)
    for name in TONNES:
        if one[name] is None:
            assert all_of_them[name] is None
        else:
            assert math.isclose(one[name] * many, all_of_them[name], rel_tol=1e-6, abs_tol=1e-9 * many)


@SOME
@given(st.lists(RECORDS, min_size=1, max_size=4), ASSUMED)
def test_low_is_never_above_high_and_no_kilometre_gives_nothing(
    law: sulphur_room.LegalSulphur, records: list[Drawn], assumed: Assumed
) -> None:
    total = estimated(records, assumed, law).total.row(0, named=True)
    parked = replace(assumed, km=dict.fromkeys(assumed.km, 0.0))
    still = estimated(records, parked, law).total.row(0, named=True)
    for low in (name for name in TONNES if name.endswith("low")):
        high = low.replace("_low", "_high")
        assert (total[low] is None) == (total[high] is None)
        if total[low] is not None:
            assert 0 <= total[low] <= total[high]
            assert still[low] == still[high] == 0


@SOME
@given(RECORDS, ASSUMED)
def test_any_driving_holds_every_mix(law: sulphur_room.LegalSulphur, record: Drawn, assumed: Assumed) -> None:
    mixed = estimated([record], assumed, law).total.row(0, named=True)
    untold = estimated([record], replace(assumed, mix=None), law).total.row(0, named=True)
    for low in (name for name in TONNES if name.endswith("low")):
        high = low.replace("_low", "_high")
        if mixed[low] is not None:
            assert untold[low] - 2e-9 <= mixed[low] <= mixed[high] <= untold[high] + 2e-9


def test_the_reference_is_not_empty_handed() -> None:
    """The comparison above would pass if neither side ever found a factor."""
    known = Drawn(frozenset(["M1"]), frozenset(["diesel"]), (40, 40), None, None, (1995, 1995), 3, "KE", None)
    found: Bounded = bounded(known.known(), Assumed({"passenger-car": 10_000}, {"passenger-car": 2}))
    assert found.status == "covered"
    low, high = found.year["nox"] or (0, 0)
    assert 4_000 < low < high < 8_000
    assert found.life["nox"] == (2 * low, 2 * high)
