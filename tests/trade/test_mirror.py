"""What one side reports beside what the other does."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trade.made import row, table
from vehiclecheck.cli import main
from vehiclecheck.records.errors import InputError
from vehiclecheck.trade.harmonised_files import checked_table, read_harmonised
from vehiclecheck.trade.mirror import RULES, listed_hubs, mirror


def only(frame: pl.DataFrame, **where: Any) -> dict[str, Any]:
    found = frame.filter(*(pl.col(name).eq_missing(pl.lit(value)) for name, value in where.items()))
    assert found.height == 1, found
    return found.row(0, named=True)


def test_both_figures_their_gap_and_their_ratio() -> None:
    found = only(
        mirror(
            table(
                row("JP", "KE", 100, value_usd=500_000.0),
                row("JP", "KE", 80, "importer", value_usd=480_000.0),
            )
        )
    )
    assert (found["exporter_low"], found["exporter_high"], found["importer_low"]) == (100, 100, 80)
    assert (found["gap_low"], found["gap_high"]) == (20, 20)
    assert (found["ratio_low"], found["ratio_high"]) == (1.25, 1.25)
    assert (found["exporter_value_usd_low"], found["importer_value_usd_high"]) == (500_000, 480_000)
    assert found["reasons"] == ""


def test_light_and_heavy_share_what_cannot_be_told_apart() -> None:
    frame = table(
        row("JP", "KE", 100), row("JP", "KE", 30, vehicle_class="LDV or HDV", category="N1 or N2", code="870421"),
        row("JP", "KE", 120, "importer"), row("JP", "KE", 10, "importer", vehicle_class="HDV"),
    )  # fmt: skip
    found = mirror(frame)
    light, heavy = only(found, vehicle_class="LDV"), only(found, vehicle_class="HDV")
    assert (light["exporter_low"], light["exporter_high"]) == (100, 130)
    assert (light["gap_low"], light["gap_high"]) == (-20, 10)
    assert (heavy["exporter_low"], heavy["exporter_high"]) == (0, 30)
    assert (heavy["gap_low"], heavy["gap_high"]) == (-10, 20)
    assert "undecided class on the exporter's side" in light["reasons"]
    together = only(mirror(frame, by=("year",)))
    assert (together["exporter_low"], together["exporter_high"], together["gap_low"]) == (130, 130, 0)
    assert together["reasons"] == ""


def test_codes_that_do_not_tell_used_from_new_hold_none_to_all() -> None:
    frame = table(
        row("JP", "KE", 100),
        row("JP", "KE", 250, "importer", condition="mixed"),
        row("JP", "KE", 70, condition="new"),
    )
    found = only(mirror(frame))
    assert (found["exporter_low"], found["exporter_high"]) == (100, 100)
    assert (found["importer_low"], found["importer_high"]) == (0, 250)
    assert found["reasons"] == "codes do not tell used from new on the importer's side"
    assert found["ratio_high"] is None
    assert found["ratio_low"] == 0.4
    like_with_like = only(mirror(frame, condition="any"))
    assert (like_with_like["gap_low"], like_with_like["gap_high"]) == (-80, -80)


def test_an_office_that_says_nothing_at_all_is_silent_and_one_that_reports_others_reports_none() -> None:
    frame = table(row("JP", "KE", 100), row("JP", "UG", 7), row("GB", "UG", 3, "importer"))
    found = mirror(frame)
    silent = only(found, importer="KE")
    assert silent["reasons"] == "importer does not report"
    assert silent["importer_low"] is None
    assert silent["gap_low"] is None
    assert silent["ratio_low"] is None
    none = only(found, exporter="JP", importer="UG")
    assert (none["importer_low"], none["gap_low"], none["gap_high"]) == (0, 7, 7)
    assert none["reasons"] == "importer reports none"
    assert only(found, exporter="GB")["reasons"] == "exporter does not report"


def test_re_exports_stand_apart_and_make_a_hub() -> None:
    frame = table(row("NL", "NG", 50), row("NL", "NG", 20, re_export=True), row("NL", "NG", 75, "importer"))
    found = only(mirror(frame))
    assert (found["exporter_low"], found["re_exports_low"], found["gap_low"]) == (50, 20, -25)
    assert found["reasons"] == "transit hub: NL (re-exports in the data)"
    assert "AE" in listed_hubs()
    assert "planetcars" in listed_hubs()["AE"]
    by_list = only(mirror(table(row("JP", "AE", 50), row("JP", "AE", 10, "importer"))))
    assert by_list["reasons"] == "transit hub: AE (listed)"
    same = only(mirror(table(row("JP", "AE", 50), row("JP", "AE", 50, "importer"))))
    assert same["reasons"] == ""


def test_parts_of_a_year_estimates_and_partners_not_told_are_said() -> None:
    frame = table(
        *(row("JP", "KE", 10, month=month) for month in range(1, 13)),
        *(row("JP", "KE", 9, "importer", month=month) for month in (1, 2, 3)),
        row("JP", None, 4, month=5), row("KR", "KE", 5, flags="estimated:unit-weight"), row("KR", "KE", 4, "importer"),
    )  # fmt: skip
    found = mirror(frame)
    assert (
        only(found, exporter="JP", importer="KE")["reasons"] == ""
    )  # an annual figure of Kenya beside its months: a whole year
    assert only(found, importer=None)["reasons"] == "exporter does not tell the importer"
    assert only(found, exporter="KR")["reasons"] == "estimated units on the exporter's side"
    months = mirror(frame.filter(pl.col("exporter") == "JP"))
    assert only(months, importer="KE")["reasons"] == "importer reports 3 of 12 months"
    flagged = table(row("JP", "KE", 10), row("JP", "KE", 9, "importer", flags="months:11;outlier:weight"))
    assert only(mirror(flagged))["reasons"] == "importer reports 11 of 12 months"


def _monthly(arrivals: dict[int, int], january: int) -> pl.DataFrame:
    return table(
        *(row("JP", "KE", 100, month=month) for month in range(1, 13)),
        *(row("JP", "KE", arrivals.get(month, 100), "importer", month=month) for month in range(1, 13)),
        row("JP", "KE", january, "importer", year=2021, month=1),
    )


def test_late_arrival_is_said_only_where_months_show_it() -> None:
    late = only(mirror(_monthly({1: 10}, 100)), year=2020)
    assert late["gap_low"] == 90
    assert late["reasons"] == "late arrival over the turn of the year"
    # the gap stays with the year begun a month later, and it would close by less than half
    assert only(mirror(_monthly({6: 10}, 100)), year=2020)["reasons"] == ""
    assert only(mirror(_monthly({1: 10}, 50)), year=2020)["reasons"] == ""
    # without January of the year after nothing is shown
    assert only(mirror(_monthly({1: 10}, 100).filter(pl.col("year") == 2020)))["reasons"] == ""
    # bounds must close it whatever lies within them
    open_month = _monthly({1: 10}, 100).with_columns(
        pl.when((pl.col("month") == 1) & (pl.col("year") == 2021))
        .then(0)
        .otherwise("units_low")
        .cast(pl.Float64)
        .alias("units_low")
    )
    assert only(mirror(open_month), year=2020)["reasons"] == ""


def test_months_are_put_beside_months() -> None:
    frame = table(
        row("JP", "KE", 10, month=1), row("JP", "KE", 8, "importer", month=1), row("JP", "KE", 5, month=2),
        row("JP", "TZ", 5, month=2), row("JP", "TZ", 5, "importer"),
    )  # fmt: skip
    found = mirror(frame, by=("month", "vehicle_class"))
    assert only(found, importer="KE", month=1)["gap_low"] == 2
    assert only(found, importer="KE", month=2)["reasons"] == "importer does not report the period"
    assert only(found, importer="TZ", month=2)["reasons"] == "importer does not report the period"
    assert only(found, importer="TZ", month=None)["reasons"] == "exporter does not report the period"


def test_the_series_is_chosen_by_a_rule_that_stands_beside_it() -> None:
    frame = table(
        row("JP", "KE", 100), row("JP", "KE", (80, 130), "importer"), row("JP", "TZ", 40), row("JP", "TZ", 60, "importer"),
        row("JP", "UG", 9), row("GB", "UG", 1, "importer"),
    )  # fmt: skip
    chosen = {rule: mirror(frame, prefer=rule) for rule in RULES}
    assert [
        only(chosen[rule], importer="TZ")["chosen_low"] for rule in ("exporter", "importer", "larger")
    ] == [40, 60, 60]
    assert only(chosen["larger"], importer="TZ")["chosen_from"] == "importer"
    either = only(chosen["larger"], importer="KE")
    assert (either["chosen_low"], either["chosen_high"], either["chosen_from"]) == (100, 130, "either")
    # none that is only implied gives way
    assert only(chosen["importer"], exporter="JP", importer="UG")["chosen_from"] == "exporter"
    for rule, found in chosen.items():
        assert set(found["rule"]) == {RULES[rule]}


def test_reliability_is_the_share_of_counted_units_that_are_surely_used() -> None:
    frame = table(
        row("JP", "KE", 100),
        row("JP", "KE", 60, "importer"),
        row("JP", "KE", 180, "importer", condition="mixed", code="870390"),
        row("JP", "KE", 50, "importer", condition="new", code="870310"),
    )
    found = only(mirror(frame, prefer="weighted"))
    # Japan 1, Kenya 60 of 240 that may be used
    assert (found["exporter_weight"], found["importer_weight"]) == (0.8, 0.2)
    assert (found["chosen_low"], found["chosen_high"]) == (0.8 * 100 + 0.2 * 60, 0.8 * 100 + 0.2 * 240)
    assert found["chosen_from"] == "both"


def test_an_upper_bound_that_is_missing_stays_missing() -> None:
    found = only(mirror(table(row("JP", "KE", (50, None)), row("JP", "KE", 60, "importer"))))
    assert (found["exporter_low"], found["exporter_high"]) == (50, None)
    assert (found["gap_low"], found["gap_high"]) == (-10, None)
    assert (found["ratio_low"], found["ratio_high"]) == (round(50 / 60, 6), None)


units = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(sorted).map(tuple)
classes = st.sampled_from(["LDV", "HDV", "LDV or HDV"])
conditions = st.sampled_from(["used", "mixed", "new"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(units, classes, conditions, st.sampled_from(["exporter", "importer"])),
        min_size=1,
        max_size=4,
    )
)
def test_the_gap_is_what_the_vehicles_can_be(rows: list[Any]) -> None:
    """Against all ways in which the rows can hold light used vehicles."""
    frame = table(
        *(
            row("JP", "KE", one, side, vehicle_class=cls, condition=condition, code=str(number))
            for number, (one, cls, condition, side) in enumerate(rows)
        ),
        row("JP", "TZ", 1),
        row("GB", "KE", 1, "importer"),
    )
    found = mirror(frame).filter(exporter="JP", importer="KE", vehicle_class="LDV")
    ends = []
    for (low, high), cls, condition, _ in rows:
        light = cls == "LDV" and condition == "used"
        can_be = cls != "HDV" and condition != "new"
        ends.append((low if light else 0, high if can_be else 0))
    gaps = [
        sum(
            amount if side == "exporter" else -amount for amount, (*_, side) in zip(corner, rows, strict=True)
        )
        for corner in product(*ends)
    ]
    if found.is_empty():
        assert set(gaps) == {0}
        return
    one = found.row(0, named=True)
    assert (one["gap_low"], one["gap_high"]) == (min(gaps), max(gaps))


def test_rows_in_any_order_give_the_same_bytes() -> None:
    each = [(n, to, side) for n in range(40) for to in ("KE", "TZ") for side in ("exporter", "importer")]
    frame = table(*(row("JP", to, 10.1 + n, side, value_usd=0.1 * n, code=str(n)) for n, to, side in each))
    first = mirror(frame, prefer="weighted")
    for seed in range(3):
        assert mirror(frame.sample(fraction=1.0, shuffle=True, seed=seed), prefer="weighted").equals(first)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"units_low": -1.0}, "units_low: -1.0 is no amount that can be"),
        ({"units_low": 9.0, "units_high": 5.0}, "is above units_high"),
        ({"vehicle_class": "light"}, "vehicle_class: 'light' is none of LDV"),
        ({"reported_by": "both"}, "reported_by: 'both' is none of exporter, importer"),
        ({"value_usd": float("nan")}, "value_usd: nan is no amount"),
        ({"units_low": None}, "units_low: empty is needed"),
    ],
)
def test_what_cannot_be_is_named_with_its_row(change: dict[str, Any], said: str) -> None:
    frame = pl.DataFrame([row("JP", "KE", 5), row("JP", "KE", 5) | change], infer_schema_length=None)
    with pytest.raises(InputError, match=r"row 2") as refused:
        checked_table(frame)
    assert said in str(refused.value)


def test_datasets_are_folders_or_files_and_none_is_counted_twice(tmp_path: Path) -> None:
    frame = table(row("JP", "KE", 100))
    folder = tmp_path / "compiled"
    folder.mkdir()
    frame.write_parquet(folder / "flows.parquet")
    frame.write_csv(tmp_path / "copy.csv")
    assert read_harmonised([folder]).equals(frame)
    assert read_harmonised([tmp_path / "copy.csv"]).equals(frame)
    with pytest.raises(InputError, match="tell the same 1 rows"):
        read_harmonised([folder, tmp_path / "copy.csv"])
    with pytest.raises(InputError, match="named twice"):
        read_harmonised([folder, folder / "flows.parquet"])
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="is no harmonised table: it has no column exporter"):
        read_harmonised([tmp_path / "other.csv"])
    with pytest.raises(InputError, match=r"holds no flows\.parquet"):
        read_harmonised([tmp_path])


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    table(row("JP", "KE", 100), row("JP", "KE", 80, "importer")).write_parquet(tmp_path / "flows.parquet")
    for columns in ("72", "160"):
        said = CliRunner(env={"COLUMNS": columns}).invoke(main, ["flows", "mirror", str(tmp_path)])
        assert said.exit_code == 0
        assert max(map(len, said.output.splitlines())) <= int(columns)
        assert "the exporter's figure" in " ".join(said.output.split())
    told = CliRunner().invoke(
        main, ["flows", "mirror", str(tmp_path), "--json", "--out", str(tmp_path / "out")]
    )
    assert json.loads(told.stdout)["mirror"][0]["gap_low"] == 20
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"mirror.csv", "mirror.parquet"}
    wrong = CliRunner().invoke(main, ["flows", "mirror", str(tmp_path), "--by", "fuel"])
    assert wrong.exit_code == 2
    assert "year or month among them" in wrong.output
