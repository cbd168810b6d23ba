"""From raw rows to bounds: nothing is guessed, nothing is lost."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vehiclecheck.records.emission import market_table
from vehiclecheck.records.errors import InputError
from vehiclecheck.records.habits import Habits
from vehiclecheck.records.preparing import Prepared, PrepareOptions, prepare, survey
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.vocabulary.countries import COUNTRY_CODES
from vehiclecheck.vocabulary.days import day_code, day_of
from vehiclecheck.vocabulary.methods import method_of, methods
from vehiclecheck.vocabulary.terms import CATEGORY_ATOMS, CATEGORY_WORDS, PROPULSION_WORDS

BOOK = WordBook()


def _prepare(columns: dict[str, Any], **options: Any) -> Prepared:
    """Raw columns (lists, or one value for one row) made into records; the importer is Kenya unless told."""
    lists = {
        name: value if isinstance(value, list | pl.Series) else [value] for name, value in columns.items()
    }
    raw = pl.DataFrame(lists).with_row_index("line", offset=2).with_columns(pl.col("line").cast(pl.Int64))
    if "importer" not in columns:
        options.setdefault("importer", "KE")
    prepared = prepare(raw, options=PrepareOptions(**options), words=BOOK)
    assert prepared.reconciles
    lines = [*prepared.records.get_column("line"), *prepared.set_aside.get_column("line")]
    assert sorted(lines) == raw.get_column("line").to_list()
    return prepared


def _one(**columns: Any) -> dict[str, Any]:
    """The one record made of one row."""
    prepared = _prepare(columns)
    assert prepared.set_aside.is_empty(), prepared.set_aside.row(0)
    return prepared.records.row(0, named=True)


def _span(record: dict[str, Any], name: str) -> tuple[str | None, str | None]:
    low, high = record[f"{name}_lo"], record[f"{name}_hi"]
    return None if low is None else str(day_of(low)), None if high is None else str(day_of(high))


def _atoms(mask: int | None) -> set[str] | None:
    return None if mask is None else {name for name, bit in CATEGORY_ATOMS.items() if mask & bit}


def _words(mask: int | None) -> set[str] | None:
    return None if mask is None else {name for name, bit in PROPULSION_WORDS.items() if mask & bit}


# ---------------------------------------------------------------- rows set aside


def test_a_row_that_cannot_be_read_is_set_aside_with_the_first_field_and_the_count() -> None:
    prepared = _prepare(
        {
            "record_id": ["a", "b", "c", "d"],
            "quantity": ["1", "7", "0", "3"],
            "importer": ["KE", "Atlantis", "UG", ""],
            "arrived_on": ["2026-01-01", "31 February 2026", "2026", "2026-05"],
        }
    )
    assert prepared.records.get_column("record_id").to_list() == ["a"]
    assert prepared.set_aside.select("line", "field", "value", "reason", "quantity").rows() == [
        (3, "importer", "Atlantis", "no country is known by this name or code (and 1 more)", 7),
        (4, "quantity", "0", "outside 1 to 1,000,000,000 units", None),
        (5, "importer", None, "no importing country is told", 3),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("propulsion", "XYZ"), ("category", "ABC"), ("steering", "up"), ("arrived_on", "soon"), ("odometer_km",
    "-5"), ("exporter", "Nowhere"),
     ("condition", "tasty"), ("hs_code", "760711"), ("hs_code", "87AB"), ("hs_code", "871639"), ("model_year",
     "1066"), ("engine_cc", "1.6"),
     ("deregistered", "perhaps"), ("first_registered", "5/3/16")],
)  # fmt: skip
def test_what_cannot_be_read_is_never_a_silent_null(field: str, value: str) -> None:
    prepared = _prepare({field: [value, ""]})
    assert prepared.set_aside.select("line", "field", "value").rows() == [(2, field, value)]
    assert prepared.set_aside.get_column("reason").item()
    assert prepared.records.height == 1


def test_words_for_not_told_are_null_and_not_set_aside() -> None:
    prepared = _prepare(
        {
            "propulsion": ["unknown", "n/a", "-", "?", "", None, "inconnu"],
            "steering": ["-"] * 7,
            "seats": ["n/a"] * 7,
        }
    )
    assert prepared.records.height == 7
    assert prepared.records.select("propulsion", "steering", "seats_lo").null_count().row(0) == (7, 7, 7)


def test_no_importer_at_all_is_an_error_of_the_file() -> None:
    raw = pl.DataFrame({"arrived_on": ["2026"], "line": [2]})
    with pytest.raises(InputError, match="--to"):
        prepare(raw, options=PrepareOptions(), words=BOOK)
    with pytest.raises(InputError, match="'XX' is no country code"):
        prepare(raw, options=PrepareOptions(importer="XX"), words=BOOK)


def test_countries_of_the_options_replace_those_of_the_rows() -> None:
    prepared = _prepare({"importer": ["UG", "junk"], "exporter": ["DE", "?"]}, importer="KE", exporter="JP")
    assert prepared.records.select("importer", "exporter").rows() == [("KE", "JP")] * 2


def test_units_reconcile() -> None:
    prepared = _prepare({"quantity": [5, None, 3], "steering": ["left", "right", "up"]})
    total = prepared.records.get_column("quantity").sum() + prepared.set_aside.get_column("quantity").sum()
    assert total == 5 + 1 + 3


def test_an_absent_column_stays_absent() -> None:
    prepared = _prepare({"exporter": "JP"})
    assert set(prepared.records.columns) == {
        "line",
        "file",
        "record_id",
        "quantity",
        "exporter",
        "importer",
        "condition",
    }
    assert prepared.records.row(0, named=True)["condition"] == 2


def test_a_frame_without_rows() -> None:
    raw = pl.DataFrame(
        schema={
            "line": pl.Int64,
            "importer": pl.String,
            "arrived_on": pl.String,
            "vin": pl.String,
            "seats": pl.String,
        }
    )
    prepared = prepare(raw, options=PrepareOptions(), words=BOOK)
    assert prepared.reconciles
    assert prepared.records.height == prepared.set_aside.height == 0


# ---------------------------------------------------------------- dates


def test_the_column_decides_the_order_of_days_and_months() -> None:
    for sure, expected in (("25/04/2016", "2016-04-03"), ("04/25/2016", "2016-03-04")):
        prepared = _prepare({"arrived_on": [sure, "03/04/2016"]})
        assert str(day_of(prepared.records.get_column("arrived_lo")[1])) == expected


def test_without_evidence_both_readings_are_kept_as_bounds() -> None:
    record = _one(arrived_on="03/04/2016")
    assert _span(record, "arrived") == ("2016-03-04", "2016-04-03")
    assert _span(_one(arrived_on="3.4.2016"), "arrived") == ("2016-04-03", "2016-04-03")


def test_a_column_with_both_orders_is_not_read_where_it_matters() -> None:
    column = ["25/04/2016", "04/25/2016", "03/04/2016", "05/05/2016"]
    prepared = _prepare({"arrived_on": column})
    assert prepared.set_aside.select("line", "value").rows() == [(4, "03/04/2016")]
    assert prepared.set_aside.get_column("reason").item().startswith("mixed date orders")
    told = _prepare({"arrived_on": column}, date_order="mdy")
    assert told.set_aside.is_empty()
    assert str(day_of(told.records.get_column("arrived_lo")[2])) == "2016-03-04"


def test_a_survey_of_the_whole_file_makes_ranges_agree() -> None:
    ranges = [
        pl.DataFrame({"arrived_on": [text], "line": [line]})
        for line, text in ((2, "03/04/2016"), (3, "25/04/2016"))
    ]
    habits = Habits()
    for part in ranges:
        habits |= survey(part, words=BOOK)
    options = PrepareOptions(importer="KE", habits=habits)
    first = prepare(ranges[0], options=options, words=BOOK)
    assert _span(first.records.row(0, named=True), "arrived") == ("2016-04-03", "2016-04-03")


@pytest.mark.parametrize(
    "value",
    [
        dt.date(2016, 3, 5),
        dt.datetime(2016, 3, 5, 23, 59),
        "2016-03-05",
        "2016-03-05T10:00:00",
        20160305,
        42434,
        42434.5,
        "05/Mar/2016",
    ],
)
def test_types_of_dates(value: object) -> None:
    assert _span(_one(arrived_on=value), "arrived") == ("2016-03-05", "2016-03-05")


def test_native_days_beyond_all_sense_are_set_aside() -> None:
    prepared = _prepare({"arrived_on": [dt.date(1066, 10, 14), dt.date(2026, 1, 1), None]})
    assert prepared.set_aside.select("line", "value").rows() == [(2, "1066-10-14")]
    assert prepared.records.get_column("arrived_lo").to_list() == [day_code(dt.date(2026, 1, 1)), None]


# ---------------------------------------------------------------- ages


def test_a_registration_bounds_manufacture_from_above() -> None:
    record = _one(first_registered="2018-06")
    assert _span(record, "manufactured") == (None, "2018-06-30")


def test_manufacture_bounds_registration_from_below() -> None:
    record = _one(manufactured="2018-06")
    assert _span(record, "first_registered") == ("2018-06-01", None)


def test_the_model_year_of_a_vin_is_held_against_the_manufacture() -> None:
    record = _one(manufactured="2018-06", vin="WVWZZZ1JZ3W386752")
    assert (record["model_year_lo"], record["model_year_hi"]) == (2018, 2019)


def test_a_model_year_begins_in_the_year_before() -> None:
    record = _one(model_year="2018")
    assert _span(record, "manufactured") == ("2017-01-01", "2018-12-31")
    assert _span(record, "first_registered") == ("2017-01-01", None)
    assert (record["model_year_lo"], record["model_year_hi"]) == (2018, 2018)


def test_all_three_together() -> None:
    record = _one(model_year=2018, manufactured="2017", first_registered="2017-09")
    assert _span(record, "manufactured") == ("2017-01-01", "2017-09-30")
    assert _span(record, "first_registered") == ("2017-09-01", "2017-09-30")
    assert (record["model_year_lo"], record["model_year_hi"]) == (2018, 2018)


def test_dates_that_contradict_each_other_stand_as_stated() -> None:
    prepared = _prepare({"manufactured": ["2019-05", "2015"], "first_registered": ["2018-06", "2018-06"]})
    first, second = prepared.records.rows(named=True)
    assert _span(first, "manufactured") == ("2019-05-01", "2019-05-31")
    assert _span(first, "first_registered") == ("2018-06-01", "2018-06-30")
    assert _span(second, "first_registered") == ("2018-06-01", "2018-06-30")
    assert prepared.quality.select("line", "check", "value").rows() == [
        (2, "manufactured_after_registered", "2019-05")
    ]


_FORMS = ("%Y-%m-%d", "%Y-%m", "%Y", "")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31)),
            st.integers(0, 900),
            *(st.integers(0, 2),) * 2,
        ),
        min_size=1,
        max_size=20,
    )
)
def test_more_precise_input_never_widens_bounds(rows: list[tuple[dt.date, int, int, int]]) -> None:
    def spans(finer: int) -> pl.DataFrame:
        made = [day.strftime(_FORMS[max(0, m - finer)]) for day, _, m, _ in rows]
        registered = [
            (day + dt.timedelta(days=later)).strftime(_FORMS[max(0, r - finer)]) for day, later, _, r in rows
        ]
        return _prepare({"manufactured": made, "first_registered": registered}).records

    coarse, fine = spans(0), spans(1)
    for name in ("manufactured", "first_registered"):
        assert (fine[f"{name}_lo"].fill_null(0) >= coarse[f"{name}_lo"].fill_null(0)).all()
        assert (fine[f"{name}_hi"].fill_null(2**30) <= coarse[f"{name}_hi"].fill_null(2**30)).all()
        assert (fine[f"{name}_lo"] <= fine[f"{name}_hi"]).all()


# ---------------------------------------------------------------- category, propulsion, condition


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"category": "M1"}, {"M1"}),
        ({"category": "N2"}, {"N2-rigid", "N2-tractor"}),
        ({"hs_code": "870322"}, {"M1"}),
        ({"hs_code": "8704.21.31.00"}, {"N1", "N2-rigid"}),
        ({"hs_code": "870422"}, {"N2-rigid", "N3-rigid"}),
        ({"hs_code": "870121"}, {"N2-tractor", "N3-tractor"}),
        ({"hs_code": "871120"}, {"L"}),
        ({"hs_code": 870421, "gvw_kg": 3500}, {"N1"}),
        ({"hs_code": 870421, "gvw_kg": 3501}, {"N2-rigid"}),
        ({"category": "truck", "gvw_kg": 12000}, {"N2-rigid", "N2-tractor"}),
        ({"category": "truck", "gvw_kg": 12001}, {"N3-rigid", "N3-tractor"}),
        ({"category": "bus", "gvw_kg": 5000}, {"M2"}),
        ({"category": "bus", "gvw_kg": 5001}, {"M3"}),
        ({"category": "minibus", "seats": 9}, {"M1"}),
        ({"category": "minibus", "seats": 10}, {"M2", "M3"}),
        ({"category": "van", "hs_code": "870421", "gvw_kg": 3000}, {"N1"}),
        ({"vehicle_class": "HDV", "body": "bus"}, {"M2", "M3"}),
        ({"category": "", "hs_code": ""}, None),
    ],
)
def test_category(columns: dict[str, Any], expected: set[str] | None) -> None:
    assert _atoms(_one(**columns)["category"]) == expected


def test_a_contradiction_keeps_the_stated_category_and_says_so() -> None:
    prepared = _prepare({"category": "M1", "hs_code": "870423"})
    assert prepared.records.get_column("category").to_list() == [CATEGORY_WORDS["M1"]]
    assert prepared.quality.select("check", "field", "value").rows() == [
        ("category_against_hs_code", "category", "M1")
    ]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"propulsion": "hybrid"}, {"hev", "phev"}),
        ({"hs_code": "870332", "arrived_on": "2026"}, {"diesel"}),
        ({"hs_code": "870332", "arrived_on": "2015"}, {"diesel", "hev", "phev"}),
        ({"hs_code": "870332"}, {"diesel", "hev", "phev"}),
        ({"hs_code": "870323", "arrived_on": "2026"}, {"petrol", "lpg", "cng"}),
        ({"hs_code": "870323", "arrived_on": "2026", "propulsion": "petrol"}, {"petrol"}),
        ({"hs_code": "870340"}, {"hev"}),
        ({"hs_code": "870380"}, {"bev", "fcev"}),
        ({"hs_code": "8703"}, None),
    ],
)
def test_propulsion(columns: dict[str, Any], expected: set[str] | None) -> None:
    assert _words(_one(**columns)["propulsion"]) == expected


@pytest.mark.parametrize(
    ("columns", "options", "expected"),
    [
        ({}, {}, 2),
        ({}, {"condition": "unknown"}, 7),
        ({"condition": "new"}, {}, 1),
        ({"condition": ""}, {"condition": "new"}, 1),
        ({"condition": "unknown"}, {}, 7),
        # one heading for both tells nothing
        ({"hs_code": "870323", "exporter": "DE"}, {"condition": "unknown"}, 7),
        # the combined nomenclature's line for used cars, Korea's, Japan's; read only for those who declare in
        # it
        ({"hs_code": "87032390", "exporter": "DE"}, {"condition": "unknown"}, 2),
        ({"hs_code": "87032390", "exporter": "JP"}, {"condition": "unknown"}, 7),
        ({"hs_code": "8703218000", "exporter": "KR"}, {"condition": "unknown"}, 2),
        ({"hs_code": "'870323915", "exporter": "JP"}, {"condition": "unknown"}, 2),
        # "new" frees from rules: only where the nomenclature is certain
        ({"hs_code": "87032319", "exporter": "DE"}, {"nomenclature": "EU-CN8"}, 1),
        ({"hs_code": "87032319", "exporter": "DE"}, {}, 3),
    ],
)
def test_condition(columns: dict[str, Any], options: dict[str, Any], expected: int) -> None:
    prepared = _prepare({"record_id": "a"} | columns, **options)
    assert prepared.records.get_column("condition").to_list() == [expected]


def test_bounds_from_the_tariff_code_and_the_category() -> None:
    record = _one(hs_code="870322")
    assert (record["engine_cc_lo"], record["engine_cc_hi"]) == (math.nextafter(1000, math.inf), 1500)
    assert record["seats_hi"] == 9
    record = _one(hs_code="870421", category="N1")
    assert (record["gvw_kg_lo"], record["gvw_kg_hi"]) == (0, 3500)
    record = _one(category="N3", gvw_kg="18 t")
    assert (record["gvw_kg_lo"], record["gvw_kg_hi"]) == (18_000, 18_000)


# ---------------------------------------------------------------- emission class


def test_the_class_is_read_for_the_vehicle() -> None:
    record = _one(emission_class="Euro 6", category="M1")
    assert record["class_lo"] == pytest.approx(6.0)
    assert record["class_hi"] == pytest.approx(6.9)
    assert _one(emission_class="unknown")["class_lo"] is None


def test_an_unknown_class_is_unknown_and_doubtful() -> None:
    prepared = _prepare({"emission_class": ["Euro 4", "Phlogiston 3"]})
    assert prepared.records.get_column("class_lo").to_list() == [4.0, None]
    assert prepared.quality.select("line", "check", "value").rows() == [
        (3, "emission_class_not_understood", "Phlogiston 3")
    ]


def test_market_steps_give_the_least_that_is_certain() -> None:
    petrol, diesel, m1, n1, m3 = 1, 2, CATEGORY_WORDS["M1"], CATEGORY_WORDS["N1"], CATEGORY_WORDS["M3"]
    first, second = day_code(dt.date(2006, 1, 1)), day_code(dt.date(2011, 1, 15))
    table = market_table(
        [
            ("DE", m1, petrol | diesel, first, 4.0),
            ("DE", m1, petrol, second, 5.0),
            ("DE", n1, petrol | diesel, second, 4.0),
            ("JP", m1, petrol, first, 3.0),
        ]
    )
    number = {code: i for i, code in enumerate(COUNTRY_CODES)}
    cases = [
        ("DE", m1, petrol, second, 5.0),
        ("DE", m1, petrol, second - 1, 4.0),
        ("DE", m1, petrol | diesel, second, 4.0),
        ("DE", m1 | n1, petrol, second, 4.0),
        ("DE", m1 | n1, petrol, second - 1, None),
        ("DE", m1, None, second, None),  # may be a gas engine, of which no step speaks
        ("DE", m3, petrol, second, None),
        ("DE", m1, 64, second, None),
        ("DE", m1, petrol, first - 1, None),
        ("DE", m1, petrol, None, None),
        ("JP", m1, petrol, second, 3.0),
        ("US", m1, petrol, second, None),
    ]
    frame = pl.DataFrame(
        [(number[country], *rest) for country, *rest in cases],
        schema={"c": pl.UInt32, "m": pl.UInt16, "p": pl.UInt16, "d": pl.Int32, "e": pl.Float32},
        orient="row",
    )
    found = table.bound(frame["c"], frame["m"], frame["p"], frame["d"])
    assert found.to_list() == frame.get_column("e").to_list()


def test_inference_by_the_exporters_market() -> None:
    columns = {"exporter": "DE", "category": "M1", "propulsion": "petrol", "first_registered": "2016-03-01"}
    inferred = _one(**columns)["class_inferred_lo"]
    assert (inferred or 0) >= 5
    assert "class_inferred_lo" not in _prepare(columns, infer=False).records.columns
    assert (
        _one(**columns, emission_class="Euro 6")["class_inferred_lo"] is None
    )  # no more than what is stated
    below = _prepare(columns | {"emission_class": "Euro 3"})
    assert below.records.get_column("class_inferred_lo").to_list() == [None]
    assert below.quality.get_column("check").to_list() == ["emission_class_below_its_market"]


# ---------------------------------------------------------------- the rest


def test_numbers_words_and_money() -> None:
    record = _one(
        odometer_km="75 000 mi", engine_cc="1.998 L", value_usd="12,345.678", net_mass_kg="1250.5",
        co_percent="0,35", steering="RHD",
        certificate_type="PVoC", certificate_issuer="qisj", certificate_result="P", deregistered="oui",
        regime="home use", equipment="ABS; no ESC",
        importer_region="ke-01", permit=True, importer_type="Société", person_vehicles="2",
    )  # fmt: skip
    assert record["odometer_km_lo"] == pytest.approx(120_700.8)
    assert record["engine_cc_hi"] == 1998
    assert record["value_cents"] == 1_234_568
    assert record["net_mass_kg"] == 1250.5
    assert record["co_percent"] == pytest.approx(0.35)
    told = [
        record[n]
        for n in (
            "steering",
            "certificate_type",
            "certificate_issuer",
            "certificate_result",
            "deregistered",
            "regime",
            "equipment",
        )
    ]
    assert told == ["right", "pre_shipment", "QISJ", "pass", True, None, "abs,no-esc"]
    assert record["importer_region"] == "KE-01"
    assert record["permit"] is True
    assert record["importer_type"] == "company"
    assert (record["person_vehicles_lo"], record["person_vehicles_hi"]) == (2, 2)


def test_record_ids_fall_back_to_the_line() -> None:
    assert _prepare({"record_id": ["x", "", None]}).records.get_column("record_id").to_list() == [
        "x",
        "3",
        "4",
    ]
    assert _prepare({"seats": [4, 5]}).records.get_column("record_id").to_list() == ["2", "3"]


def test_files_are_judged_by_their_own_habits() -> None:
    raw = pl.DataFrame(
        {
            "arrived_on": ["25/04/2016", "03/04/2016", "04/25/2016", "03/04/2016"],
            "file": [0, 0, 1, 1],
            "line": [2, 3, 2, 3],
        }
    )
    prepared = prepare(raw, options=PrepareOptions(importer="KE"), words=BOOK)
    days = [str(day_of(code)) for code in prepared.records.get_column("arrived_lo")]
    assert days == ["2016-04-25", "2016-04-03", "2016-04-25", "2016-03-04"]


def test_fuel() -> None:
    prepared = _prepare(
        {
            "product": ["gazole", "", "", "ULSD", "chocolate"],
            "hs_code": ["", "27101943", "271019", "", ""],
            "exporter": ["CI", "NL", "NL", "NL", "NL"],
            "sulphur_mg_kg": ["50", "0,001 %", "10", "<10", "5"],
            "sulphur_method": ["iso 20846", "", "in-house", "", ""],
            "grade": ["AFRI-5", "EN 590", "", "", ""],
            "arrived_on": ["2016-05"] * 5,
        },
        subject="fuel",
    )
    names = ("product", "sulphur_mg_kg_lo", "sulphur_mg_kg_hi", "sulphur_method", "grade")
    measured = method_of("ISO 20846", "sulphur_mg_kg")
    assert measured is not None
    assert prepared.records.select(names).rows() == [
        ("diesel", 50, 50, methods().index(measured), "AFRI-5"),
        ("diesel", 10, 10, None, "EN 590"),
        (None, 10, 10, None, None),
        ("diesel", 0, 10, None, None),
    ]
    assert prepared.set_aside.select("line", "field").rows() == [(6, "product")]


@pytest.mark.parametrize(
    ("text", "method", "bounds"),
    [
        ("2.1", "ISO 20846", (0, 3)),  # measures from 3 to 500 mg/kg
        ("3", "ISO 20846", (3, 3)),
        ("<1", "ISO 20846", (0, 3)),
        ("<4", "ISO 20846", (0, 4)),
        ("500", "ISO 20846", (500, 500)),
        ("501", "ISO 20846", (500, None)),
        (">100", "ISO 20846", (100, None)),
        (">600", "ISO 20846", (500, None)),
        ("<0.001 %", "", (0, 10)),
        ("< 0,5", "house", (0, 0.5)),
        ("inférieur à 10", "", (0, 10)),
        ("9", "ISO 20847", (0, 30)),  # measures from 30 mg/kg: says nothing of a limit of 10
        ("", "ISO 20846", (None, None)),
    ],
)
def test_a_result_out_of_the_range_of_its_method_is_a_bound(
    text: str, method: str, bounds: tuple[float | None, float | None]
) -> None:
    prepared = _prepare(
        {"product": ["diesel"], "sulphur_mg_kg": [text], "sulphur_method": [method]}, subject="fuel"
    )
    assert prepared.records.select("sulphur_mg_kg_lo", "sulphur_mg_kg_hi").row(0) == bounds


def test_a_method_of_something_else_cannot_have_given_the_result() -> None:
    prepared = _prepare(
        {"product": ["petrol"], "ron": ["95"], "ron_method": ["EN ISO 20846:2019"]}, subject="fuel"
    )
    assert prepared.set_aside.select("field", "reason").rows() == [
        ("ron_method", "ISO 20846 measures sulphur_mg_kg, not ron")
    ]


_CELLS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(["2016", "03/04/2016", "KE", "M1", "petrol", "1.234", "-", "left", "870323", "Euro 5"]),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(("importer", "exporter", "arrived_on", "first_registered",
"model_year", "category", "hs_code", "propulsion", "emission_class", "quantity", "odometer_km", "gvw_kg",
"steering", "vin", "value_usd"), _CELLS)), min_size=1, max_size=12))  # fmt: skip
def test_rows_in_are_rows_out_whatever_stands_in_them(rows: list[dict[str, str | None]]) -> None:
    names = list(rows[0])
    prepared = _prepare({name: pl.Series([row[name] for row in rows], dtype=pl.String) for name in names})
    assert prepared.set_aside.get_column("reason").null_count() == 0
    assert prepared.set_aside.get_column("field").is_in(names).all()


def test_what_was_read_before_changes_nothing() -> None:
    columns = {"propulsion": ["Essence", "XYZ", "petrol"], "arrived_on": ["2016", "3/2017", "x"]}
    fresh = prepare(
        pl.DataFrame(columns | {"line": [2, 3, 4]}), options=PrepareOptions(importer="KE"), words=WordBook()
    )
    used = _prepare(columns)
    assert fresh.records.equals(used.records)
    assert fresh.set_aside.equals(used.set_aside)
