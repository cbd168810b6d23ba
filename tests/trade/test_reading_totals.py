"""Rows that would double the sums are left out, each with its reason, and nothing else is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trade.office_files import COMEXT, COMTRADE, PLAIN, Row, csv, of

WORLD = "partner world"
BLOC = "bloc total beside members"
SECOND, MODE, PROCEDURE = (
    f"{what} beside its total" for what in ("second partner", "mode of transport", "customs procedure")
)


def reasons(folder: Path, usual: Row, *changes: dict[str, str]) -> list[str | None]:
    """Why each row is left out, in the order of the file."""
    frame = of(folder, csv([usual | change for change in changes]))
    assert frame["line"].to_list() == list(range(2, len(changes) + 2))
    return frame["left_out"].to_list()


class TestComtrade:
    def test_all_partners_together(self, tmp_path: Path) -> None:
        assert reasons(tmp_path, COMTRADE, {}, {"partnerCode": "0"}) == [None, WORLD]
        assert reasons(tmp_path, COMTRADE, {"partnerCode": "0"}) == [WORLD]

    @pytest.mark.parametrize(
        ("column", "part", "reason"),
        [("partner2Code", "757", SECOND), ("motCode", "2100", MODE), ("customsCode", "C01", PROCEDURE)],
    )
    def test_parts_beside_their_whole(self, tmp_path: Path, column: str, part: str, reason: str) -> None:
        assert reasons(tmp_path, COMTRADE, {}, {column: part}) == [None, reason]
        # parts of another key have no whole, and stay
        assert reasons(tmp_path, COMTRADE, {"cmdCode": "870324"}, {column: part}) == [None, None]

    def test_parts_alone_stay_and_are_told_apart(self, tmp_path: Path) -> None:
        frame = of(tmp_path, csv([COMTRADE | {"customsCode": code} for code in ("C01", "C05")]))
        assert frame["left_out"].null_count() == 2
        assert frame["part"].to_list() == ["customsCode C01", "customsCode C05"]

    def test_parts_of_parts(self, tmp_path: Path) -> None:
        """C00 by modes only, C01 with its modes and their total: the modes of C00 stay, all of C01 goes."""
        changes = [
            {"motCode": "1000"}, {"motCode": "2100"}, {"customsCode": "C01"}, {"customsCode": "C01", "motCode": "1000"},
            {"motCode": "2100", "partner2Code": "757"},
        ]  # fmt: skip
        assert reasons(tmp_path, COMTRADE, *changes) == [None, None, PROCEDURE, MODE, SECOND]

    def test_a_whole_that_cannot_be_read_leaves_its_parts(self, tmp_path: Path) -> None:
        frame = of(tmp_path, csv([COMTRADE | {"primaryValue": "x"}, COMTRADE | {"motCode": "1000"}]))
        assert frame["left_out"].to_list() == [None, None]
        assert frame["unread"].to_list() == ["value: x: no number", None]

    def test_parts_of_a_flow(self, tmp_path: Path) -> None:
        changes = [{"flowCode": flow} for flow in ("X", "RX", "DX", "M", "RM")]
        part = "part of a flow beside the whole flow"
        assert reasons(tmp_path, COMTRADE, *changes) == [None, part, part, None, part]
        assert reasons(tmp_path, COMTRADE, {"flowCode": "RX"}, {"flowCode": "M"}) == [None, None]

    def test_a_converted_nomenclature(self, tmp_path: Path) -> None:
        converted = {"classificationCode": "H4", "isOriginalClassification": "False", "cmdCode": "870322"}
        assert reasons(tmp_path, COMTRADE, {}, converted) == [
            None,
            "converted nomenclature beside the original",
        ]
        assert reasons(tmp_path, COMTRADE, converted) == [None]

    def test_two_editions_of_the_same_flows(self, tmp_path: Path) -> None:
        usual = {
            name: text for name, text in COMTRADE.items() if not name.startswith("is") and name != "aggrLevel"
        }
        changes = [{}, {"classificationCode": "H4"}, {"classificationCode": "H4", "period": "2017"}]
        assert reasons(tmp_path, usual, *changes) == [None, "older nomenclature beside a newer one", None]

    def test_years_beside_months(self, tmp_path: Path) -> None:
        year, month = {"primaryValue": "24"}, {"freqCode": "M", "primaryValue": "12"}
        months = [month | {"period": period, "refMonth": period[-2:]} for period in ("202101", "202107")]
        assert reasons(tmp_path, COMTRADE, year, *months) == ["annual total beside months", None, None]
        assert reasons(tmp_path, COMTRADE, year, months[0]) == [
            "annual total beside months that add up to less",
            None,
        ]
        # another partner tells no months
        assert reasons(tmp_path, COMTRADE, year | {"partnerCode": "36"}, *months) == [None, None, None]


class TestParents:
    def test_headings_and_subheadings_beside_lines(self, tmp_path: Path) -> None:
        codes = ("8703", "870323", "8703231015", "8703231020", "870324", "8704")
        parent = "parent code beside its lines"
        assert reasons(tmp_path, PLAIN, *({"code": code} for code in codes)) == [
            parent,
            parent,
            None,
            None,
            None,
            None,
        ]

    def test_lines_of_others_are_no_lines_of_mine(self, tmp_path: Path) -> None:
        line = {"code": "87032310"}
        for other in ({"partner": "TZ"}, {"reporter": "OM"}, {"period": "2021-04"}, {"flow": "import"}):
            assert reasons(tmp_path, PLAIN, {}, line | other) == [None, None]

    def test_lines_that_cannot_be_read_leave_their_parent(self, tmp_path: Path) -> None:
        assert reasons(tmp_path, PLAIN, {}, {"code": "87032310", "value": "x"}) == [None, None]


class TestBlocs:
    def test_of_partners(self, tmp_path: Path) -> None:
        names = [
            "EU27_2020",
            "EXTRA_EU27_2020",
            "INT_EU27_2020",
            "EU27_2020_INTRA",
            "EU28",
            "EA19",
            "EXTRA",
            "WORLD",
        ]
        found = reasons(tmp_path, COMEXT, {}, *({"PARTNER": name} for name in names))
        assert found == [None, *[BLOC] * 7, WORLD]

    def test_without_members_they_stay(self, tmp_path: Path) -> None:
        assert reasons(tmp_path, COMEXT, {"PARTNER": "EU27_2020"}, {"PARTNER": "WORLD"}) == [None, WORLD]
        assert reasons(tmp_path, COMEXT, {"REPORTER": "EU27_2020"}) == [None]

    def test_of_reporters(self, tmp_path: Path) -> None:
        changes = [{}, {"REPORTER": "EU27_2020"}, {"REPORTER": "EU27_2020", "PERIOD": "202104"}]
        assert reasons(tmp_path, COMEXT, *changes) == [None, BLOC, None]

    @pytest.mark.parametrize("country", ["EE", "EG", "EH", "ER", "ES", "ET", "EC", "XK"])
    def test_countries_are_no_blocs(self, tmp_path: Path, country: str) -> None:
        assert reasons(tmp_path, COMEXT, {}, {"PARTNER": country}) == [None, None]


amounts = st.lists(st.integers(1, 500), min_size=1, max_size=4)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["392", "410"]), st.sampled_from(["870321", "870323"])),
        st.lists(amounts, min_size=1, max_size=3),
        min_size=1,
    ),
    st.sets(st.sampled_from(["mode", "procedure", "world"])),
    st.randoms(use_true_random=False),
)
def test_sums_do_not_depend_on_which_totals_are_there(
    tmp_path: Path, flows: dict[tuple[str, str], list[list[int]]], totals: set[str], draw: object
) -> None:
    """Flows by procedure and mode, with or without the totals of either: what is kept adds up to the same."""
    rows: list[Row] = []
    truth: Counter[tuple[str, str]] = Counter()
    for (partner, code), procedures in flows.items():
        key = {"partnerCode": partner, "cmdCode": code}
        whole = 0
        for procedure, modes in enumerate(procedures):
            of_procedure = key | {"customsCode": f"C{procedure + 1:02}"}
            rows += [
                COMTRADE | of_procedure | {"motCode": f"{mode + 1}000", "qty": str(units)}
                for mode, units in enumerate(modes)
            ]
            if "mode" in totals:
                rows.append(COMTRADE | of_procedure | {"qty": str(sum(modes))})
            whole += sum(modes)
        if "procedure" in totals:
            rows.append(COMTRADE | key | {"qty": str(whole)})
        if "world" in totals:
            rows.append(COMTRADE | key | {"partnerCode": "0", "qty": str(whole)})
        truth[partner, code] = whole
    draw.shuffle(rows)  # type: ignore[attr-defined]
    kept = of(tmp_path, csv(rows)).filter(pl.col("left_out").is_null())
    found = kept.group_by("partner", "code").agg(pl.col("quantity").sum())
    assert {(partner, code): units for partner, code, units in found.iter_rows()} == dict(truth)
