"""Trade codes mean what the tables of codes say, in their nomenclature and years; light and heavy follow from weight."""

from __future__ import annotations

import csv
import itertools
import json
import os
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.trade import codes, nomenclature
from vehiclecheck.trade.codes import code_table, fits, system_of, with_codes
from vehiclecheck.vocabulary.places import data_root

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("VEHICLECHECK_SHARED") or REPOSITORY.parent / "shared")
TABLE = SHARED / "tables" / "trade-codes.csv"
FIRST_YEAR = {"HS2007": 2010, "HS2012": 2012, "HS2017": 2017, "HS2022": 2022}
# A country of each system; the others are named after theirs.
REPORTER = {
    "EU-CN8": "DE",
    "UK": "GB",
    "KR-HSK10": "KR",
    "US-HTS10": "US",
    "JP-EXP9": "JP",
    "ECOWAS-CET10": "GH",
}


def read(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with what their codes mean, in order. Missing keys: an import of nobody in 2020, its edition not stated."""
    whole = {"reporter_country": None, "flow": "import", "code": "870323", "edition": None, "year": 2020}
    frame = pl.LazyFrame(
        [{"n": n, **whole, **row} for n, row in enumerate(rows)],
        schema={
            "n": pl.Int64,
            "reporter_country": pl.String,
            "flow": pl.String,
            "code": pl.String,
            "edition": pl.String,
            "year": pl.Int16,
        },
    )
    return with_codes(frame).collect().sort("n").to_dicts()


def one(code: str, reporter: str | None = None, year: int = 2020, **more: Any) -> dict[str, Any]:
    return read([{"code": code, "reporter_country": reporter, "year": year, **more}])[0]


# ---------------------------------------------------------------- the table of codes, row by row
def expected_class(row: dict[str, str]) -> str:
    """The class by 3.5 t from the table's, which goes by headings and by 5 t."""
    if row["code"].startswith(("870460", "870490")):
        return "LDV or HDV"  # the table leaves open what the code does not weigh
    if row["vehicle_class"] == "other":
        return "other"
    return {"N1;N2": "LDV or HDV", "M2;M3": "LDV or HDV"}.get(row["unece_category"], row["vehicle_class"])


def expected_fuel(word: str) -> str:
    """`hev-petrol` is hev, `hybrid-diesel` is hybrid: the harmonised table does not tell a hybrid's engine."""
    return word.split("-", maxsplit=1)[0]


def bound(text: str, times: float = 1) -> float | None:
    return round(float(text) * times, 3) if text else None


@pytest.mark.skipif(
    not TABLE.is_file(), reason="the table of trade codes (shared/tables) is not beside the repository"
)
def test_every_row_of_the_table_of_codes() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        table = [row for row in csv.DictReader(file) if row["system"] != "CN-HS8"]  # prefixes, see below
    assert len(table) > 1400
    answers = read(
        [
            {
                "reporter_country": None
                if row["system"] == "HS"
                else REPORTER.get(row["system"], row["system"][:2]),
                "flow": "export" if row["system"] == "JP-EXP9" else "import",
                "code": row["code"],
                "edition": row["hs_edition"] if row["system"] == "HS" else None,
                "year": FIRST_YEAR[row["hs_edition"]],
            }
            for row in table
        ]
    )
    wrong = []
    for row, answer in zip(table, answers, strict=True):
        ours = set((answer["category"] or "").split(" or "))
        theirs = set(row["unece_category"].split(";")) - {""}
        say = {
            "unfit": (answer["code_unfit"], None),
            "system": (answer["code_system"], row["system"]),
            "edition": (answer["code_edition"], row["hs_edition"]),
            "condition": (answer["condition"], row["condition"]),
            "class": (answer["vehicle_class"], expected_class(row)),
            "fuel": (answer["fuel"], expected_fuel(row["fuel"])),
            "engine over": (answer["engine_cc_over"], bound(row["engine_cc_min"])),
            "engine up to": (answer["engine_cc_upto"], bound(row["engine_cc_max"])),
            "weight over": (answer["gvw_kg_over"], bound(row["gvw_t_min"], 1000)),
            "weight up to": (answer["gvw_kg_upto"], bound(row["gvw_t_max"], 1000)),
            # Fire engines, recovery vehicles and the like may be light.
            "category": (
                ours - {"N1"} if row["code"].startswith("8705") else ours,
                theirs or ours & {"T", "tractor-unit"},
            ),
        }
        wrong += [
            f"{row['system']} {row['code']} {row['hs_edition']}: {what} {a}, not {b}"
            for what, (a, b) in say.items()
            if a != b
        ]
    assert not wrong, "\n".join(wrong[:40])


def test_chinese_codes_hold_new_and_used() -> None:
    for code, vehicle_class in (("87032362", "LDV"), ("87042100", "LDV or HDV"), ("87021020", "LDV or HDV")):
        answer = one(code, "CN", 2023, flow="export")
        assert (answer["code_system"], answer["condition"]) == ("CN-HS8", "mixed")
        assert answer["vehicle_class"] == vehicle_class


# ---------------------------------------------------------------- nomenclatures of reporters
@pytest.mark.parametrize(
    ("reporter", "flow", "year", "system"),
    [
        ("DE", "export", 2019, "EU-CN8"),
        ("GB", "export", 2020, "EU-CN8"),  # Union law applied to the end of the year
        ("GB", "export", 2021, "UK"),
        ("HR", "import", 2012, "HR-tariff"),
        ("HR", "import", 2013, "EU-CN8"),
        ("US", "export", 2019, "US-HTS10"),
        ("KR", "import", 2019, "KR-HSK10"),
        ("JP", "export", 2019, "JP-EXP9"),
        ("JP", "import", 2019, "JP-tariff"),  # Japan's import codes are others
        ("JP", "re-export", 2019, "JP-EXP9"),
        ("CN", "export", 2019, "CN-HS8"),
        ("NG", "import", 2019, "ECOWAS-CET10"),
        ("MR", "import", 2019, "MR-tariff"),
        ("AU", "import", 2019, "AU-tariff"),
        ("AU", "export", 2019, "AU-export"),
        ("AR", "import", 2019, "AR-tariff"),
    ],
)
def test_system_of_a_reporter(reporter: str, flow: str, year: int, system: str) -> None:
    assert system_of(reporter, flow, year) == system
    assert system_of(reporter, flow, year, digits=6) == "HS"


def test_systems_are_those_of_the_rules() -> None:
    national = tomllib.loads((data_root() / "rules" / "hs-vehicles.toml").read_text("utf-8"))["national"]
    assert codes.systems()[0] == "HS"
    assert {entry["name"] for entry in national} <= set(codes.systems())
    assert set(code_table()["system"]) == set(codes.systems()) - {"CN-HS8"}


def test_used_lines_of_records_are_used_lines_of_statistics() -> None:
    """rules/hs-vehicles.toml lists British lines of its own; here they are those of the Combined Nomenclature."""
    national = tomllib.loads((data_root() / "rules" / "hs-vehicles.toml").read_text("utf-8"))["national"]
    known = code_table().filter(~pl.col("code_flags").list.contains("edition-assumed"))
    for entry in national:
        digits = nomenclature.systems()[entry["name"]].digits
        for word in ("used", "new"):
            lines = {code[:digits] for code in entry.get(word, ())}
            said = known.filter(system=entry["name"], condition=word)
            assert lines <= set(said["code"]), entry["name"]


# ---------------------------------------------------------------- longest part that is known
def test_unlisted_line_is_read_by_its_subheading() -> None:
    answer = one("87032319", "AR", 2020)
    assert (answer["code_system"], answer["condition"], answer["fuel"]) == (
        "AR-tariff",
        "unspecified",
        "petrol",
    )
    assert (answer["engine_cc_over"], answer["engine_cc_upto"]) == (1500, 3000)
    listed = one("8703239020", "KR", 2020)
    assert (listed["condition"], listed["engine_cc_over"]) == ("used", 2000)
    unlisted = one("8703239999", "KR", 2020)
    assert (unlisted["condition"], unlisted["engine_cc_over"]) == ("unspecified", 1500)


def test_longer_codes_are_cut_to_the_lines_of_their_system() -> None:
    assert one("8703239000", "FR")["condition"] == "used"  # TARIC: ten digits
    assert one("8703239000", "GB", 2023)["condition"] == one("87032390", "GB", 2023)["condition"] == "used"


def test_headings() -> None:
    answer = one("8704", "DE")
    assert (answer["code_system"], answer["vehicle_class"], answer["condition"], answer["fuel"]) == (
        "HS",
        "LDV or HDV",
        "mixed",
        "any",
    )
    assert answer["category"] == "N1 or N2 or N3"
    assert one("87032", "DE")["category"] == "M1"
    assert one("8701")["vehicle_class"] == "other"
    assert "undecided-class" in one("8701")["code_flags"]


@pytest.mark.parametrize(("code", "fuel"), [("870332XX", "diesel"), ("8703XXXX", "any"), ("87033XXX", "any")])
def test_hidden_digits_lose_new_and_used(code: str, fuel: str) -> None:
    answer = one(code, "DE")
    assert (answer["condition"], answer["fuel"]) == ("mixed", fuel)
    assert answer["code_flags"][0] == "confidential"


def test_a_line_that_is_new_elsewhere_says_nothing_here() -> None:
    assert one("87032111", "AU")["condition"] == "used"
    assert one("87032111", "AU", flow="export")["condition"] == "unspecified"
    assert one("87032111", None)["condition"] == "unspecified"


# ---------------------------------------------------------------- editions
@pytest.mark.parametrize(
    ("code", "edition", "year", "reason"),
    [
        ("870323", None, 2020, None),
        ("870323", "HS2012", 2020, None),  # reported late, or converted
        ("870323", "HS2022", 2019, "HS2022 begins in 2022 and cannot be the nomenclature of 2019"),
        ("870340", None, 2016, "870340 came with HS2017 and was not in HS2012"),
        ("870340", "HS2012", 2020, "870340 came with HS2017 and was not in HS2012"),
        ("870190", None, 2022, "870190 went with HS2017 and is not in HS2022"),
        ("870120", "HS2022", 2023, "870120 went with HS2022 and is not in HS2022"),
        ("870120", None, 2023, None),  # three years to take over an edition
        ("870120", None, 2025, "870120 went with HS2022 and is not in HS2022"),
        ("870399", None, 2020, "there is no subheading 870399 in the HS"),
        ("870323", "HS2002", 2004, "nomenclature HS2002 is none of HS2007, HS2012, HS2017, HS2022"),
        ("870323", None, 2004, "no nomenclature is known for 2004: HS2007 is the oldest"),
        ("870899", None, 2020, "870899 is not of headings 8701 to 8705"),
        ("87XXXXXX", None, 2020, "87 is not of headings 8701 to 8705"),
        ("TOTAL", None, 2020, "no commodity code: digits are expected"),
    ],
)
def test_fits(code: str, edition: str | None, year: int, reason: str | None) -> None:
    assert fits(code, edition, year) == reason


def test_editions_of_those_who_take_them_over_on_the_day() -> None:
    assert fits("870120", None, 2023, "DE") == "870120 went with HS2022 and is not in HS2022"
    assert fits("87012090", None, 2022, "DE") == "870120 went with HS2022 and is not in HS2022"
    assert fits("87039010", None, 2016, "DE") is None
    assert fits("87039010", None, 2018, "DE") == "87039010 is no line of EU-CN8 in HS2017"
    assert fits("87032390", "HS2017", 2023, "DE") == "EU-CN8 of 2023 follows HS2022, not HS2017"
    assert fits("870323", "HS2017", 2023, "DE") is None  # converted by Comtrade


def test_an_older_edition_is_said() -> None:
    answer = one("870120", "GH", 2023)
    assert (answer["code_edition"], answer["code_flags"]) == ("HS2017", ["older-edition"])
    assert one("8701201000", "US", 2023)["code_edition"] == "HS2017"


def test_hybrids_count_with_their_engine_until_they_have_codes() -> None:
    before, after = one("870323", year=2016), one("870323", year=2020)
    assert (before["fuel"], before["propulsions"]) == ("petrol", "petrol lpg cng hev phev")
    assert before["code_flags"] == ["hybrids-included"]
    assert (after["fuel"], after["propulsions"], after["code_flags"]) == ("petrol", "petrol lpg cng", [])
    # An office may still use the older edition in the first years of a new one, unless it is known not to.
    assert one("870421", year=2022)["code_flags"] == ["hybrids-included", "undecided-class"]
    assert one("870421", "DE", 2022)["code_flags"] == ["undecided-class"]
    assert one("870421", edition="HS2022", year=2022)["code_flags"] == ["undecided-class"]


def test_a_line_is_read_in_the_nearest_edition_where_none_was_seen() -> None:
    answer = one("8703230190", "US", 2018, flow="export")
    assert (answer["condition"], answer["code_flags"]) == ("used", ["edition-assumed"])
    assert one("8703230190", "US", 2023, flow="export")["code_flags"] == []
    assert one("8703239020", "KR", 2013)["code_flags"] == ["hybrids-included"]  # a line since 2007
    assert one("87019050000", "GE", 2020)["code_flags"] == ["older-edition", "undecided-class"]


# ---------------------------------------------------------------- light and heavy
CATEGORIES = st.lists(
    st.sampled_from(["M1", "M2", "M3", "N1", "N2-rigid", "N3-rigid", "tractor-unit"]), min_size=1, unique=True
)
WEIGHT = st.none() | st.sampled_from([0.0, 1000.0, 3499.0, 3500.0, 3501.0, 5000.0, 20000.0])


@given(CATEGORIES, WEIGHT, WEIGHT)
def test_class_follows_from_categories_and_weight(
    categories: list[str], over: float | None, upto: float | None
) -> None:
    words = set(nomenclature.class_of(tuple(categories), over, upto, False).split(" or ")) - {""}
    free = set(nomenclature.class_of(tuple(categories), None, None, False).split(" or "))
    assert words <= free  # a bound takes away, it never adds
    assert not (over is not None and over >= 3500 and "LDV" in words)
    assert not (upto is not None and upto <= 3500 and "HDV" in words)
    assert nomenclature.class_of(tuple(categories), over, upto, True) == "other"
    assert nomenclature.class_of((*categories, "T"), over, upto, False) == "other"


def test_classes_of_the_table_follow_from_its_columns() -> None:
    table = code_table()
    assert set(table["vehicle_class"]) == set(codes.CLASSES)
    assert set(table["fuel"]) <= set(codes.FUELS)
    assert set(table["condition"]) <= set(codes.CONDITIONS)
    assert {flag for flags in table["code_flags"] for flag in flags} <= set(codes.FLAGS)
    light = table.filter(pl.col("vehicle_class") == "LDV")
    assert set(light["category"]) == {"M1"}
    heavy = table.filter(pl.col("vehicle_class") == "HDV")
    assert set(heavy["category"]) == {"N2 or N3", "N3", "tractor-unit"}
    assert heavy.filter(pl.col("category").str.starts_with("N2"))["gvw_kg_over"].min() == 5000
    undecided = table.filter(pl.col("vehicle_class") == "LDV or HDV")
    assert undecided["code_flags"].list.contains("undecided-class").all()
    assert (undecided["gvw_kg_over"].fill_null(0) < 3500).all()
    assert table.select("system", "code", "edition").is_unique().all()


# ---------------------------------------------------------------- any code
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "code": st.none()
                | st.text("0123456789X", max_size=11)
                | st.text("0123456789X", max_size=7).map("870".__add__),
                "reporter_country": st.sampled_from([None, "DE", "GB", "US", "KR", "JP", "NG", "AR"]),
                "flow": st.sampled_from(["import", "export", "re-import", "re-export"]),
                "edition": st.sampled_from([None, "HS1996", "HS2012", "HS2017", "HS2022"]),
                "year": st.none() | st.integers(1980, 2040),
            }
        ),
        max_size=30,
    )
)
def test_every_row_stays_and_is_read_or_not(rows: list[dict[str, Any]]) -> None:
    answers = read(rows)
    assert len(answers) == len(rows)
    for row, answer in zip(rows, answers, strict=True):
        assert {key: answer[key] for key in row} == row
        readable = answer["code_unfit"] is None
        assert (answer["vehicle_class"] in codes.CLASSES) == readable
        assert (answer["condition"] in codes.CONDITIONS) == readable
        assert (answer["code_flags"] is not None) == readable
        if not readable:
            assert all(answer[name] is None for name in nomenclature.FACTS)


def test_columns_come_in_order() -> None:
    frame = pl.LazyFrame({"r": ["DE"], "f": ["export"], "c": ["87032390"], "e": [None], "y": [2020]})
    added = with_codes(frame, reporter="r", flow="f", code="c", edition="e", year="y").collect_schema()
    assert list(added.items())[5:] == list(codes.COLUMNS.items())


# ---------------------------------------------------------------- the file of rules
def test_file_of_trade_codes() -> None:
    document = tomllib.loads((data_root() / "rules" / "trade" / "codes.toml").read_text("utf-8"))
    schema = json.loads((data_root() / "rules" / "schema" / "trade-codes.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    editions = document["edition"]
    assert all(a["to"] + 1 == b["from"] for a, b in itertools.pairwise(editions))
    assert "to" not in editions[-1]
    systems = {entry["name"]: entry for entry in document["system"]}
    held: dict[tuple[str, str], set[str]] = {}
    for group in document["lines"]:
        system = systems[group["system"]]
        for code in group["codes"]:
            assert len(code) == system["digits"], code
            assert code[:6] in nomenclature.spans(), code
            line = held.setdefault((group["system"], code), set())
            assert not line & set(group.get("editions", ["any"])), f"{code} stands twice"
            line.update(group.get("editions", ["any"]))
    for name, system in systems.items():
        for line in (line for lines in nomenclature.lines(name).values() for line in lines):
            assert line.editions, f"a line of {name} is in no edition that has its subheading"
        assert "inherits" not in system or system["inherits"] in systems
