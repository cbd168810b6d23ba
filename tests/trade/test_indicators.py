"""Indicators, and the arithmetic on bounds under them, against all that amounts can be."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.trade.made import row, table
from tests.trade.test_mirror import only
from vehiclecheck.cli import main
from vehiclecheck.records.errors import InputError
from vehiclecheck.scenarios.destinations import ratings_by_year
from vehiclecheck.scenarios.scales import load_scale
from vehiclecheck.standards import load_library
from vehiclecheck.trade.bounds import concentration, difference, growth, ratio, share
from vehiclecheck.trade.indicators import RATINGS, indicators
from vehiclecheck.trade.judged import judged_units

bounded = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(sorted).map(tuple)


def reckoned(measure: Any, *bounds: tuple[float, float | None]) -> tuple[float | None, float | None]:
    literal = [tuple(pl.lit(end, dtype=pl.Float64) for end in one) for one in bounds]
    low, high = measure(*literal)
    return pl.select(low=low, high=high).row(0)


def corners(*bounds: tuple[int, int]) -> list[tuple[int, ...]]:
    """Every whole number within the bounds, so every corner too."""
    return list(product(*(range(low, high + 1) for low, high in bounds)))


@settings(max_examples=150, deadline=None)
@given(bounded, bounded)
def test_ratio_share_growth_and_difference_are_as_wide_as_they_can_be(a: Any, b: Any) -> None:
    assert reckoned(difference, a, b) == (a[0] - b[1], a[1] - b[0])
    shares = [x / (x + y) for x, y in corners(a, b) if x + y]
    low, high = reckoned(share, a, b)
    assert (
        (low, high) == (pytest.approx(min(shares)), pytest.approx(max(shares)))
        if shares
        else (low, high) == (None, None)
    )
    ratios = [x / y for x, y in corners(a, b) if y]
    low, high = reckoned(ratio, a, b)
    if not ratios:
        assert (low, high) == (None, None)
        return
    assert low == pytest.approx(min(ratios))
    if b[0] > 0 or a[1] == 0:
        assert high == pytest.approx(max(ratios))
        assert reckoned(growth, a, b) == (pytest.approx(min(ratios) - 1), pytest.approx(max(ratios) - 1))
    else:
        assert high is None  # as near to nothing as may be below


def test_amounts_without_end() -> None:
    assert reckoned(share, (2, None), (3, 5)) == (2 / 7, 1)
    assert reckoned(share, (2, 4), (3, None)) == (0, 4 / 7)
    assert reckoned(ratio, (2, 4), (1, None)) == (0, 4)
    assert reckoned(ratio, (2, None), (1, 4)) == (0.5, None)


def hhi(amounts: tuple[float, ...]) -> float:
    return sum(x * x for x in amounts) / sum(amounts) ** 2


def index_of(
    bounds: list[tuple[float, float | None]], untold: tuple[float, float | None] | None = None
) -> tuple[Any, Any]:
    partners: list[str | None] = [f"P{number}" for number in range(len(bounds))]
    rows = list(zip(partners, bounds, strict=True)) + ([(None, untold)] if untold else [])
    frame = pl.DataFrame(
        {
            "g": [1] * len(rows),
            "p": [name for name, _ in rows],
            "l": [one[0] for _, one in rows],
            "h": [one[1] for _, one in rows],
        },
        schema={"g": pl.Int64, "p": pl.String, "l": pl.Float64, "h": pl.Float64},
    )
    return concentration(frame, ["g"], "l", "h", "p").select("hhi_low", "hhi_high").row(0)


@settings(max_examples=200, deadline=None)
@given(st.lists(bounded, min_size=1, max_size=4))
@example([(0, 0), (0, 0)])
@example([(6, 6), (0, 5), (1, 1)])
@example([(2, 6), (2, 6), (2, 2), (2, 2)])
def test_the_index_holds_all_that_it_can_be(bounds: list[Any]) -> None:
    low, high = index_of(bounds)
    possible = [hhi(amounts) for amounts in corners(*bounds) if sum(amounts)]
    if not possible:
        assert (low, high) == (None, None)
        return
    assert low <= min(possible) + 1e-12
    assert high >= max(possible) - 1e-12
    # exact below: quarters come near to a least that lies between whole numbers
    if len(bounds) <= 3:
        fine = product(*([one[0] + k * (one[1] - one[0]) / 24 for k in range(25)] for one in bounds))
        assert min(hhi(amounts) for amounts in fine if sum(amounts) > 0) <= low + 0.02
    # exact above: few amounts are uncertain, and all corners are tried
    assert high == pytest.approx(max(possible))


@settings(max_examples=60, deadline=None)
@given(st.lists(bounded, min_size=7, max_size=8))
def test_the_index_of_many_uncertain_amounts_is_enclosed(bounds: list[Any]) -> None:
    low, high = index_of(bounds)
    possible = [hhi(amounts) for amounts in product(*(sorted(set(one)) for one in bounds)) if sum(amounts)]
    assume(possible)
    assert low <= min(possible) + 1e-12
    assert max(possible) - 1e-12 <= high <= 1


@settings(max_examples=100, deadline=None)
@given(st.lists(bounded, min_size=1, max_size=3), st.tuples(st.integers(0, 3), st.integers(0, 3)).map(sorted))
def test_partners_that_are_not_told_may_be_any(bounds: list[Any], untold: list[int]) -> None:
    low, high = index_of(bounds, (untold[0], untold[1]))
    possible = []
    for amounts in corners(*bounds):
        for more in range(untold[0], untold[1] + 1):
            ways = [(*amounts, more), (*amounts, *[1] * more)]
            ways += [
                tuple(x + (more if place == at else 0) for at, x in enumerate(amounts))
                for place in range(len(amounts))
            ]
            possible += [hhi(way) for way in ways if sum(way)]
    assume(possible)
    assert low <= min(possible) + 1e-12
    assert high >= max(possible) - 1e-12


def test_the_index_of_amounts_without_end() -> None:
    assert index_of([(3, None), (1, 1)])[1] == 1
    assert index_of([(3, None), (5, 5)])[0] == pytest.approx(0.5)
    assert index_of([(3, 3), (5, 5)], (0, None)) == (0, 1)
    assert index_of([(1, 1)] * 4) == (0.25, 0.25)


SERIES = table(
    row("JP", "KE", 60, value_usd=300_000.0), row("JP", "TZ", 20), row("GB", "KE", 20), row("JP", "KE", 30, year=2019),
    row("JP", "TZ", 10, year=2019), row("JP", "KE", 5, vehicle_class="LDV or HDV", code="870421"),
    row("JP", "TZ", 8, vehicle_class="HDV", code="870422"),
)  # fmt: skip


def test_units_shares_growth_and_unit_value_of_exporters() -> None:
    found = indicators(SERIES, "exporter")
    japan = only(found, exporter="JP", year=2020, vehicle_class="LDV")
    assert (japan["units_low"], japan["units_high"]) == (80, 85)
    # 80 of 100 to 85 of 105, not 80 of 105
    assert (japan["share_low"], japan["share_high"]) == (0.8, round(85 / 105, 6))
    assert (japan["growth_low"], japan["growth_high"]) == (1.0, 1.125)
    assert (japan["unit_value_usd_low"], japan["unit_value_usd_high"]) == (5000, 5000)
    assert japan["hhi_low"] == round((60**2 + 20**2) / 80**2, 6)
    heavy = only(found, exporter="JP", year=2020, vehicle_class="HDV")
    assert (heavy["units_low"], heavy["units_high"], heavy["share_low"]) == (8, 13, 1)
    assert only(found, exporter="GB")["growth_low"] is None


def test_regions_and_blocs_are_of_the_destination_and_blocs_overlap() -> None:
    found = indicators(SERIES, "bloc", classes=["LDV"])
    eac = only(found, bloc="EAC", year=2020)
    sadc = only(found, bloc="SADC", year=2020)
    assert eac["units_low"] == 100
    assert eac["share_low"] == 1
    assert sadc["units_low"] == 20
    assert sadc["share_high"] == 0.2
    assert only(indicators(SERIES, "region", classes=["LDV"]), region="Africa", year=2020)["units_low"] == 100
    senders = indicators(SERIES, "region", of="exporter", classes=["LDV"])
    assert only(senders, region="Europe")["units_low"] == 20
    # membership is dated: Britain was of the Union in 2019 and is not in 2021
    moved = table(row("GB", "KE", 1, year=2019), row("GB", "KE", 1, year=2021))
    found = indicators(moved, "bloc", of="exporter", classes=["LDV"])
    assert only(found, year=2019)["bloc"] == "EU"
    assert only(found, year=2021)["bloc"] is None


def _rated(**kinds: tuple[bool, bool]) -> pl.DataFrame:
    rows = [(code, 2020, "LDV", *weak, False, False) for code, weak in kinds.items()]
    return pl.DataFrame(rows, schema=RATINGS, orient="row")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(bounded, st.sampled_from([(True, True), (False, True), (False, False), None])),
        min_size=1,
        max_size=3,
    )
)
def test_the_share_to_weak_destinations_is_all_that_it_can_be(flows: list[Any]) -> None:
    codes = ["KE", "TZ", "UG"]
    frame = table(*(row("JP", code, one) for code, (one, _) in zip(codes, flows, strict=False)))
    ratings = _rated(
        **{code: kind for code, (_, kind) in zip(codes, flows, strict=False) if kind is not None}
    )
    found = only(indicators(frame, "exporter", ratings=ratings, classes=["LDV"]))
    possible = []
    kinds = [(False, True) if kind is None else kind for _, kind in flows]
    for amounts in corners(*(one for one, _ in flows)):
        for weak in product(*(sorted({sure, perhaps}) for sure, perhaps in kinds)):
            if sum(amounts):
                possible.append(sum(x for x, own in zip(amounts, weak, strict=True) if own) / sum(amounts))
    if not possible:
        assert found["weak_low"] is None
        return
    assert found["weak_low"] == pytest.approx(min(possible), abs=1e-6)
    assert found["weak_high"] == pytest.approx(max(possible), abs=1e-6)


def test_destinations_are_rated_by_their_rules_of_the_year() -> None:
    # Kenya: eight years, so weak; Tanzania: no limit, so very weak and without rules; a country without a pack: open
    ratings = ratings_by_year(load_library(), load_scale("project-1"), {2020: ["KE", "TZ", "ZA"]})
    kenya = only(ratings, importer="KE", vehicle_class="LDV")
    assert kenya["weak_surely"]
    assert not kenya["no_rules_perhaps"]
    assert only(ratings, importer="TZ", vehicle_class="LDV")["no_rules_surely"]
    assert not only(ratings, importer="ZA", vehicle_class="LDV")["weak_perhaps"]  # a ban
    found = only(
        indicators(SERIES, "exporter", ratings=ratings), exporter="JP", year=2020, vehicle_class="LDV"
    )
    assert (found["weak_low"], found["weak_high"]) == (1, 1)
    assert (found["no_rules_low"], found["no_rules_high"]) == (round(20 / 85, 6), 0.25)
    # 2019 was not rated here
    open_year = only(indicators(SERIES, "exporter", ratings=ratings), year=2019)
    assert (open_year["weak_low"], open_year["weak_high"]) == (0, 1)


def test_partners_that_are_not_told_are_counted_once_at_most() -> None:
    frame = table(row("JP", "KE", 10), row("JP", None, 5))
    assert only(indicators(frame, "exporter", classes=["LDV"]))["units_low"] == 15
    both = table(row("JP", "KE", 10), row("JP", None, 5), row("JP", "TZ", 3, "importer"))
    found = only(indicators(both, "exporter", classes=["LDV"]))
    assert (found["units_low"], found["units_high"]) == (13, 18)


def test_a_part_of_a_year_has_no_growth() -> None:
    frame = table(
        row("JP", "KE", 10, year=2019), row("JP", "KE", 5, flags="months:6"), row("JP", "KE", 9, year=2021)
    )
    found = indicators(frame, "exporter", classes=["LDV"])
    assert found["part_of_a_year"].to_list() == [False, True, False]
    assert found["growth_low"].to_list() == [None, None, None]


def test_the_share_that_destinations_refuse_is_of_their_rules_alone(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text(
        "exporter,importer,year,vehicle_class,units,refused,undetermined,no_pack\n"
        "JP,KE,2020,LDV,10,4,1,0\nJP,TZ,2020,LDV,5,2,0,0\nJP,KE,2020,,3,3,0,0\n"
    )
    (tmp_path / "verdicts.csv").write_text(
        "exporter,importer,quantity,exporter_verdict,importer_verdict\n"
        "JP,KE,4,admitted,refused\nJP,KE,1,admitted,undetermined\nJP,TZ,1,refused,admitted\nJP,TZ,1,refused,refused\n"
    )
    judged = judged_units(tmp_path)
    kenya, tanzania = only(judged, importer="KE"), only(judged, importer="TZ")
    assert (kenya["units"], kenya["refused_surely"], kenya["refused_perhaps"]) == (10, 4, 5)
    # one of the two was refused by the exporter only
    assert (tanzania["refused_surely"], tanzania["refused_perhaps"]) == (1, 2)
    found = only(
        indicators(SERIES, "exporter", refused=judged), exporter="JP", year=2020, vehicle_class="LDV"
    )
    assert (found["judged_units"], found["refused_low"], found["refused_high"]) == (
        15,
        round(5 / 15, 6),
        round(7 / 15, 6),
    )
    with pytest.raises(InputError, match=r"holds no flows\.parquet"):
        judged_units(tmp_path / "nothing")


def test_the_command_prints_light_and_heavy_apart(tmp_path: Path) -> None:
    SERIES.write_parquet(tmp_path / "flows.parquet")
    for columns in ("72", "150"):
        said = CliRunner(env={"COLUMNS": columns}).invoke(
            main, ["flows", "indicators", str(tmp_path), "--by", "exporter"]
        )
        assert said.exit_code == 0, said.output
        assert "Light vehicles:" in said.output
        assert "Heavy vehicles:" in said.output
        assert max(map(len, said.output.splitlines())) <= int(columns)
    told = CliRunner().invoke(
        main,
        ["flows", "indicators", str(tmp_path), "--by", "region", "--class", "LDV", "--no-ratings", "--json"],
    )
    assert {one["vehicle_class"] for one in json.loads(told.stdout)["indicators"]} == {"LDV"}
    assert "weak_low" not in json.loads(told.stdout)["indicators"][0]
    wrong = CliRunner().invoke(
        main, ["flows", "indicators", str(tmp_path), "--by", "region", "--scale", "none"]
    )
    assert wrong.exit_code == 2
    assert "no rating scale" in wrong.output
