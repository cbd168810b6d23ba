"""The oracle against examples worked out by hand, and against properties that any judge must have."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle import Finding, Judgement, facts, judge, refines
from tests.oracle.days import against_anniversary
from tests.oracle.facts import Record, Row
from tests.strategies import World, age_keys, days, fuel_rows, rows, sharpen, shifted, stricter, worlds

D = dt.date
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
VEHICLES = {"subject": "vehicle", "direction": "import", "classes": ["LDV", "HDV"], "on": D(2026, 11, 21)}


def version(**keys: Any) -> dict[str, Any]:
    """An enacted version since 2000, but for what `keys` say."""
    base: dict[str, Any] = {"status": "enacted", "grade": "A", "sources": ["s1"]}
    if "since" not in keys and "from" not in keys and "first_seen" not in keys:
        base["from"] = D(2000, 1, 1)
    if "since" in keys:
        base["from"] = keys.pop("since")
    return base | keys


def rule(kind: str, *versions: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A refusing import provision KE.r."""
    return {
        "id": "KE.r",
        "kind": kind,
        "direction": "import",
        "title": "r",
        "effect": "refuse",
        "version": list(versions) or [version()],
    } | keys


def world(*provisions: dict[str, Any], **keys: Any) -> dict[str, dict[str, Any]]:
    """A reviewed pack of Kenya with these provisions."""
    pack = {"schema": 1, "code": "KE", "name": "Kenya", "reviewed": [VEHICLES], "provision": list(provisions)}
    return {"KE": pack | keys}


def ask(provision: dict[str, Any], **row: str) -> Finding | None:
    """The finding of one provision on a used petrol car bound for Kenya."""
    return asked(provision, {"category": "M1", "propulsion": "petrol", "importer": "KE", **row})


def asked(provision: dict[str, Any], row: Row | Record) -> Finding | None:
    """The finding of one provision on a row or a record."""
    record = row if "condition" in row and not isinstance(row["condition"], str) else facts(row)
    return (
        judge(record, world(provision), {}, sides=("import",)).sides["import"].findings.get(provision["id"])
    )


def outcome(provision: dict[str, Any], **row: str) -> str | None:
    """Its outcome, None if it does not apply."""
    finding = ask(provision, **row)
    return finding.outcome if finding else None


ELAPSED = {
    "from_date": "first_registration",
    "to_date": "arrival",
    "counting": "elapsed",
    "unit": "years",
    "reaching": "allowed",
    "max": 8,
}
KENYA = {**ELAPSED, "counting": "calendar_years", "max": 7}


def age(**asks: Any) -> dict[str, Any]:
    """A max_age rule: eight elapsed years since first registration, but for `asks`."""
    return rule("max_age", asks={**ELAPSED, **asks})


# Ages.


@pytest.mark.parametrize(
    ("registered", "arrived", "expected"),
    [
        ("2019-01-01", "2026-12-31", "pass"),
        ("2018-12-31", "2026-01-01", "fail"),
        ("2019", "2026", "pass"),
        ("2018", "2026", "fail"),
        ("2018-12", "2025-12-31", "pass"),
        ("2018", "2025-12", "pass"),
    ],
)
def test_kenyas_window_goes_by_calendar_year(registered: str, arrived: str, expected: str) -> None:
    assert outcome(rule("max_age", asks=KENYA), first_registered=registered, arrived_on=arrived) == expected


@pytest.mark.parametrize(
    ("arrived", "allowed", "refused"),
    [("2026-05-09", "pass", "pass"), ("2026-05-10", "pass", "fail"), ("2026-05-11", "fail", "fail")],
)
def test_eight_years_last_to_the_eighth_anniversary(arrived: str, allowed: str, refused: str) -> None:
    row = {"first_registered": "2018-05-10", "arrived_on": arrived}
    assert outcome(age(), **row) == allowed
    assert outcome(age(reaching="refused"), **row) == refused


def test_the_anniversary_of_a_leap_day() -> None:
    eight = {"first_registered": "2012-02-29"}
    assert outcome(age(), **eight, arrived_on="2020-02-29") == "pass"
    assert outcome(age(reaching="refused"), **eight, arrived_on="2020-02-28") == "pass"
    assert outcome(age(reaching="refused"), **eight, arrived_on="2020-02-29") == "fail"
    assert outcome(age(), **eight, arrived_on="2020-03-01") == "fail"
    for reaching in ("allowed", "refused"):  # 2019 has no 29 February: no day is exactly seven years later
        assert outcome(age(max=7, reaching=reaching), **eight, arrived_on="2019-02-28") == "pass"
        assert outcome(age(max=7, reaching=reaching), **eight, arrived_on="2019-03-01") == "fail"


@given(
    st.dates(D(1990, 1, 1), D(2030, 12, 31)), st.dates(D(1990, 1, 1), D(2060, 12, 31)), st.integers(0, 400)
)
def test_day_codes_count_like_anniversaries(start: dt.date, end: dt.date, months: int) -> None:
    def code(day: dt.date) -> int:
        return day.year * 384 + (day.month - 1) * 32 + day.day

    relation = against_anniversary(start, end, months)
    assert (relation <= 0) == (code(end) - code(start) <= 32 * months)
    assert (relation < 0) == (code(end) - code(start) < 32 * months)


def test_the_other_ways_of_counting() -> None:
    dominican = age(counting="vehicle_years", year_starts="07-01", max=5)
    assert (
        outcome(dominican, first_registered="2015-07-01", arrived_on="2021-06-30") == "pass"
    )  # 2016 to 2021
    assert outcome(dominican, first_registered="2015-06-30", arrived_on="2021-06-30") == "fail"
    assert outcome(dominican, first_registered="2015-07-01", arrived_on="2021-07-01") == "fail"
    model = age(from_date="model_year", counting="vehicle_years", year_starts="11-01", max=5)
    assert outcome(model, model_year="2016", arrived_on="2021-10-31") == "pass"
    assert outcome(model, model_year="2016", arrived_on="2021-11-01") == "fail"
    pakistan = age(from_date="manufacture", counting="next_january", max=3)
    assert outcome(pakistan, manufactured="2015-02-01", arrived_on="2019-01-01") == "pass"
    assert outcome(pakistan, manufactured="2015-02-01", arrived_on="2019-01-02") == "fail"
    months = age(counting="calendar_months", unit="months", max=36)
    assert outcome(months, first_registered="2015-03-31", arrived_on="2018-03-31") == "pass"
    assert outcome(months, first_registered="2015-03-31", arrived_on="2018-04-01") == "fail"
    fixed = rule("max_age", asks={"from_date": "first_registration", "not_before": D(2014, 1, 1)})
    row = {"arrived_on": "2024"}
    assert [outcome(fixed, **row, first_registered=day) for day in ("2014", "2013-12-31")] == ["pass", "fail"]


def test_a_window_has_both_ends() -> None:
    least = rule("min_age", asks={**{key: ELAPSED[key] for key in ELAPSED if key != "max"}, "min": 8})
    expected = {"2026-05-09": "fail", "2026-05-10": "pass", "2026-05-11": "pass", "2026-05": "unknown"}
    for arrived, value in expected.items():
        assert outcome(least, first_registered="2018-05-10", arrived_on=arrived) == value


def test_bounds_of_a_month_and_the_reported_age() -> None:
    finding = ask(age(), first_registered="2018-03", arrived_on="2026-03-15")
    assert finding is not None
    assert finding.outcome == "unknown"
    assert finding.missing == {"first_registered"}
    assert finding.observed_low == pytest.approx(8 - 16 / 384)
    assert finding.observed_high == pytest.approx(8 + 14 / 384)
    assert outcome(age(), first_registered="2018-03", arrived_on="2026-03-01") == "pass"
    assert outcome(age(), first_registered="2018-03", arrived_on="2026-04-01") == "fail"


def test_made_not_after_registered() -> None:
    made = age(from_date="manufacture")
    assert outcome(made, first_registered="2018-01", arrived_on="2026-02-01") == "fail"
    assert outcome(made, first_registered="2018-02", arrived_on="2026-02-01") == "unknown"
    assert outcome(age(), manufactured="2018-02-01", arrived_on="2026-02-01") == "pass"
    assert outcome(age(), manufactured="2018-01-31", arrived_on="2026-02-01") == "unknown"
    assert outcome(age(), model_year="2019", arrived_on="2026-01-01") == "pass"  # made from 1 January 2018
    assert outcome(age(), model_year="2018", arrived_on="2026-01-01") == "unknown"
    year = age(from_date="model_year", counting="calendar_years")
    assert outcome(year, manufactured="2016", arrived_on="2026-01-01") == "fail"  # at most model year 2017
    assert outcome(year, manufactured="2017", arrived_on="2026-01-01") == "unknown"
    assert outcome(year, manufactured="2018", arrived_on="2026-01-01") == "pass"


def test_contradicting_dates_stay_as_stated() -> None:
    record = facts({"first_registered": "2010", "manufactured": "2012"})
    assert record["first_registered"] == (D(2010, 1, 1), D(2010, 12, 31))
    assert record["manufactured"] == (D(2012, 1, 1), D(2012, 12, 31))
    assert record["model_year"] == (None, None)
    record = facts({"first_registered": "2016", "manufactured": "2016-05", "model_year": "2016"})
    assert record["first_registered"] == (D(2016, 5, 1), D(2016, 12, 31))
    assert record["manufactured"] == (D(2016, 5, 1), D(2016, 5, 31))


# The law in force.

CHANGED = [
    version(since=D(2010, 1, 1), to=D(2020, 7, 1), asks={"max": 10}),
    version(since=D(2020, 7, 1), asks={"max": 5}),
]


def test_a_date_that_straddles_a_change_of_law() -> None:
    changed = rule("max_age", *CHANGED, asks=ELAPSED)
    for arrived, expected in {
        "2020-06-30": "pass",
        "2020-07-01": "fail",
        "2020-06": "pass",
        "2020": "unknown",
    }.items():
        assert outcome(changed, first_registered="2012-01-01", arrived_on=arrived) == expected
    assert outcome(changed, first_registered="2017", arrived_on="2020") == "pass"
    assert outcome(changed, first_registered="2005", arrived_on="2020") == "fail"
    finding = ask(changed, first_registered="2012-01-01", arrived_on="2020")
    assert finding is not None
    assert finding.missing == {"arrived_on"}


def test_a_test_that_counts_to_the_deciding_date_sees_its_part_only() -> None:
    # Until June ten years are allowed, from July twelve; the car turns ten on 15 July.
    until = version(since=D(2010, 1, 1), to=D(2020, 7, 1), asks={"max": 10})
    after = version(since=D(2020, 7, 1), asks={"max": 12})
    assert (
        outcome(rule("max_age", until, after, asks=ELAPSED), first_registered="2010-07-15", arrived_on="2020")
        == "pass"
    )
    by_shipment = rule("max_age", until, after, asks=ELAPSED, decides="shipment")
    row = {"first_registered": "2010-07-15", "arrived_on": "2020"}
    assert outcome(by_shipment, **row, shipped_on="2020") == "unknown"
    assert outcome(by_shipment, **row, shipped_on="2020-07-01") == "pass"


def test_days_without_law() -> None:
    ended = rule("prohibition", version(since=D(2010, 1, 1), to=D(2020, 7, 1)))
    assert outcome(ended, arrived_on="2020-07-01") is None
    assert outcome(ended, arrived_on="2020-06") == "fail"
    assert outcome(ended, arrived_on="2020") == "unknown"
    assert outcome(ended) == "unknown"  # any day is possible
    young = rule("max_age", version(since=D(2020, 7, 1)), asks=ELAPSED)
    assert outcome(young, first_registered="2018", arrived_on="2020") == "pass"


def test_a_law_of_unknown_beginning_and_end() -> None:
    seen = rule(
        "prohibition",
        version(first_seen=D(2015, 1, 1), last_seen=D(2018, 1, 1)),
        version(since=D(2022, 1, 1)),
    )
    days = {
        "1999-01-01": "unknown",
        "2015-01-01": "fail",
        "2017-12-31": "fail",
        "2018-01-01": "unknown",
        "2022": "fail",
    }
    for day, expected in days.items():
        assert outcome(seen, arrived_on=day) == expected
    ended = version(since=D(2010, 1, 1), to=D(2012, 1, 1))
    later = rule("prohibition", ended, version(first_seen=D(2015, 1, 1)))
    days = {
        "2011-12-31": "fail",
        "2012-01-01": "unknown",
        "2014-12": "unknown",
        "2015": "fail",
        "2009": "none",
    }
    for day, expected in days.items():
        assert (outcome(later, arrived_on=day) or "none") == expected


def test_the_next_known_date_decides() -> None:
    ended = rule("prohibition", version(since=D(2010, 1, 1), to=D(2020, 7, 1)))
    finding = ask(ended, declared_on="2020-06-30", shipped_on="2020-07-01")
    assert finding is not None
    assert (finding.outcome, finding.decided_by) == ("fail", "declaration")
    assert outcome(ended, shipped_on="2020-07-01") is None
    assert (
        outcome({**ended, "decides": "registration"}, arrived_on="2020-07-01", declared_on="2020-06-30")
        is None
    )


def test_versions_with_different_effects() -> None:
    both = rule(
        "prohibition",
        version(since=D(2010, 1, 1), to=D(2020, 7, 1)),
        version(since=D(2020, 7, 1), effect="surcharge"),
    )
    row = facts({"category": "M1", "importer": "KE", "arrived_on": "2020"})
    assert judge(row, world(both), {}, ("import",)).verdict == "undetermined"
    both["version"][1]["effect"] = "refuse"
    both["version"][1]["status"] = "reported"
    assert judge(row, world(both), {}, ("import",)).verdict == "refused"


# Scope.


def test_unknown_scope_softens_a_failure_only() -> None:
    banned = rule("prohibition", scope={"categories": ["M1", "N1"]})
    row = {"importer": "KE", "arrived_on": "2024"}
    for category, expected in {"M1": "fail", "M2": None, None: "unknown"}.items():
        finding = asked(banned, {**row, "category": category} if category else row)
        assert (finding and finding.outcome) == expected
    finding = asked(banned, row)
    assert finding is not None
    assert finding.missing == {"category"}
    old = {**age(), "scope": {"categories": ["M1"]}}
    assert getattr(asked(old, {**row, "first_registered": "2020"}), "outcome", None) == "pass"
    assert getattr(asked(old, {**row, "first_registered": "2010"}), "outcome", None) == "unknown"


def test_scope_words() -> None:
    def of(scope: dict[str, Any], **row: str) -> str | None:
        return outcome(rule("prohibition", scope=scope), arrived_on="2024", **row)

    assert of({"condition": ["used"]}) == "fail"
    assert of({"condition": ["used"]}, condition="salvage") == "fail"
    assert of({"condition": ["salvage"]}) is None
    assert of({"condition": ["new"]}, condition="unknown") == "unknown"
    assert of({"categories": ["tractor-unit"]}, category="N3") == "unknown"
    assert of({"categories": ["N2", "N3"]}, category="tractor-unit") == "fail"
    assert of({"region": ["Zanzibar"]}) == "unknown"
    assert of({"region": ["Zanzibar"]}, importer_region="ZANZIBAR") == "fail"
    assert of({"not_origin": ["JP"]}, exporter="JP") is None
    assert of({"not_origin": ["JP"]}, exporter="GB") == "fail"
    assert of({"gvw_kg": {"over": 3500}}, gvw_kg="3500") is None
    assert of({"gvw_kg": {"min": 3500}}, gvw_kg="3500") == "fail"
    assert of({"gvw_kg": {"below": 3500}}, gvw_kg="3500") is None
    assert of({"gvw_kg": {"max": 3500}}) == "unknown"
    assert of({"shipped": {"before": D(2024, 1, 1)}}, shipped_on="2023-12") == "fail"
    assert of({"shipped": {"before": D(2024, 1, 1)}}, shipped_on="2024-01") is None
    assert of({"regime": ["diplomatic"]}) is None
    assert of({"importer_type": ["person"]}) == "unknown"
    assert of({"importer_type": ["person"]}, importer_type="person") == "fail"
    assert of({"importer_type": ["person"]}, importer_type="company") is None
    assert of({"importer_type": ["company"]}, importer_type="dealer") == "fail"
    assert of({"importer_type": ["dealer"]}, importer_type="company") == "unknown"
    assert of({"importer_type": ["dealer"]}, importer_type="person") is None
    assert of({"importer_type": ["person", "company"]}) == "fail"


def test_exemptions() -> None:
    banned = rule(
        "prohibition",
        exempt=[{"regime": ["diplomatic"], "note": "n"}, {"shipped": {"before": D(2024, 1, 1)}}],
    )
    assert outcome(banned, arrived_on="2024-06", regime="diplomatic") is None
    assert outcome(banned, arrived_on="2024-06", shipped_on="2024-05") == "fail"
    assert outcome(banned, arrived_on="2024-06", shipped_on="2023") is None
    assert outcome(banned, arrived_on="2024-06") == "unknown"


# Kinds.


def test_emission_classes() -> None:
    four = rule("min_emission_class", asks={"class": "Euro 4"})
    expected: dict[str, str] = {"Euro 3": "fail", "Euro 4": "pass", "Euro 6": "pass"}
    for written, value in expected.items():
        assert outcome(four, emission_class=written, arrived_on="2024") == value
    assert outcome(four, arrived_on="2024") == "unknown"
    assert (
        outcome(
            rule("min_emission_class", asks={"class": "Euro 6d"}), emission_class="Euro 6", arrived_on="2024"
        )
        == "unknown"
    )
    split = rule("min_emission_class", asks={"light": "Euro 5", "heavy": "Euro IV"})
    assert outcome(split, emission_class="Euro 4", category="M3", arrived_on="2024") == "pass"
    assert outcome(split, emission_class="Euro 4", category="M1", arrived_on="2024") == "fail"
    assert outcome(split, emission_class="Euro 4", category="L", arrived_on="2024") is None
    row = {"importer": "KE", "arrived_on": "2024"}
    outcomes = {
        name: getattr(asked(split, {**row, "emission_class": name}), "outcome", None)
        for name in ("Euro 3", "Euro 4", "Euro 5")
    }
    # Without a category it might be a motorcycle, of which no class is asked.
    assert outcomes == {"Euro 3": "unknown", "Euro 4": "unknown", "Euro 5": "pass"}


def test_inferred_classes() -> None:
    four = rule("min_emission_class", asks={"class": "Euro 4"})
    record = facts({"category": "M1", "importer": "KE", "arrived_on": "2024"}) | {"class_inferred_lo": 5.0}
    finding = asked(four, record)
    assert finding is not None
    assert (finding.outcome, finding.inferred) == ("pass", True)
    finding = asked(four, record | {"class": (4.0, 5.0)})
    assert finding is not None
    assert (finding.outcome, finding.inferred) == ("pass", False)
    finding = asked(four, record | {"class": (3.0, 3.0)})
    assert finding is not None
    assert (finding.outcome, finding.inferred) == ("fail", False)


def test_papers() -> None:
    asks: dict[str, Any] = {
        "types": ["roadworthiness"],
        "max_age": 3,
        "unit": "months",
        "at": "arrival",
        "result": "pass",
    }
    paper = rule("certificate", asks=asks)
    row = {"arrived_on": "2024-05-31", "certificate_type": "roadworthiness", "certificate_result": "pass"}
    assert outcome(paper, **row, certificate_on="2024-02-29") == "fail"
    assert outcome(paper, **row, certificate_on="2024-03-01") == "pass"
    assert outcome(paper, **row, certificate_on="2024-02") == "fail"
    assert outcome(paper, **row) == "unknown"
    assert outcome(paper, **{**row, "certificate_type": "none"}) == "fail"
    days = rule("certificate", asks={**asks, "unit": "days", "max_age": 90})
    assert outcome(days, **row, certificate_on="2024-03-02") == "pass"
    assert outcome(days, **row, certificate_on="2024-03-01") == "fail"
    valid = rule("certificate", asks={"types": ["roadworthiness"], "valid_at": "arrival"})
    assert outcome(valid, **row, certificate_valid_until="2024-05-31") == "pass"
    assert outcome(valid, **row, certificate_valid_until="2024-05-30") == "fail"
    ahead = rule("certificate", asks={"types": ["roadworthiness"], "before_shipment": True})
    assert outcome(ahead, **row, certificate_on="2024-04-02", shipped_on="2024-04-02") == "pass"
    assert outcome(ahead, **row, certificate_on="2024-04", shipped_on="2024-04") == "unknown"
    assert outcome(ahead, **row, certificate_on="2024-04-02", shipped_on="2024-04-01") == "fail"


@pytest.mark.parametrize(
    ("kind", "asks", "row", "expected"),
    [
        ("prohibition", {}, {}, "fail"),
        ("exhaust_limit", {"quantity": "co_percent", "max": 2}, {"co_percent": "2"}, "pass"),
        ("exhaust_limit", {"quantity": "co_percent", "max": 2}, {"co_percent": "3"}, "fail"),
        ("steering_side", {"side": "right"}, {"steering": "left"}, "fail"),
        ("steering_side", {"side": "right"}, {}, "unknown"),
        ("max_odometer", {"max": 100}, {"odometer_km": "100"}, "pass"),
        ("max_odometer", {"max": 100}, {"odometer_km": "101"}, "fail"),
        ("max_per_person", {"max": 1, "within": 3, "unit": "years"}, {"person_vehicles": "1"}, "pass"),
        ("max_per_person", {"max": 1, "within": 3, "unit": "years"}, {"person_vehicles": "2"}, "fail"),
        ("max_per_person", {"max": 1}, {}, "unknown"),
        ("condition", {"refused": ["salvage"]}, {}, "pass"),
        ("condition", {"refused": ["salvage"]}, {"condition": "salvage"}, "fail"),
        ("condition", {"refused": ["salvage"]}, {"condition": "unknown"}, "unknown"),
        ("registration", {"deregistered": True}, {"deregistered": "no"}, "fail"),
        (
            "registration",
            {"within_months_of_manufacture": 12},
            {"manufactured": "2015", "first_registered": "2016"},
            "unknown",
        ),
        (
            "registration",
            {"within_months_of_manufacture": 12},
            {"manufactured": "2015-03", "first_registered": "2016-03-01"},
            "pass",
        ),
        (
            "registration",
            {"at_least_months": 6, "to_date": "arrival"},
            {"first_registered": "2023-12-01"},
            "pass",
        ),
        (
            "registration",
            {"at_most_months": 6, "to_date": "arrival"},
            {"first_registered": "2023-11-30"},
            "fail",
        ),
        ("equipment", {"items": ["esc", "abs"]}, {"equipment": "esc"}, "unknown"),
        ("equipment", {"items": ["esc", "abs"]}, {"equipment": "esc;abs"}, "pass"),
        ("equipment", {"items": ["esc", "abs"]}, {"equipment": "no-abs"}, "fail"),
        ("permit", {"name": "p"}, {"permit": "yes"}, "pass"),
        ("permit", {"name": "p"}, {}, "unknown"),
        ("surcharge", {"by": "all"}, {}, "fail"),
        ("surcharge", {"by": "class", "below": "Euro 4"}, {"emission_class": "Euro 3"}, "fail"),
        ("surcharge", {**ELAPSED, "by": "age", "over": 5}, {"first_registered": "2019-06-01"}, "pass"),
        ("surcharge", {**ELAPSED, "by": "age", "over": 5}, {"first_registered": "2019-05-31"}, "fail"),
    ],
)
def test_kinds(kind: str, asks: dict[str, Any], row: dict[str, str], expected: str) -> None:
    assert outcome(rule(kind, asks=asks), arrived_on="2024-06-01", **row) == expected


def test_fuel() -> None:
    limit = rule(
        "fuel_limit",
        direction="market",
        scope={"products": ["diesel"]},
        asks={"property": "sulphur_mg_kg", "max": 50},
    )
    reviewed = {"subject": "fuel", "direction": "import", "on": D(2026, 11, 21)}
    packs = world(limit, rule("prohibition", id="KE.ban"), reviewed=[reviewed])
    for row, verdict in (
        ({"product": "diesel", "sulphur_mg_kg": "51"}, "refused"),
        ({"product": "diesel", "sulphur_mg_kg": "50"}, "admitted"),
        ({"product": "diesel"}, "undetermined"),
        ({"product": "", "sulphur_mg_kg": "51"}, "undetermined"),
        ({"product": "petrol"}, "no_pack"),
    ):
        assert judge(facts({"importer": "KE", "arrived_on": "2024", **row}), packs, {}).verdict == verdict


# Adoption.


def test_adoption() -> None:
    standard = {
        "code": "EAC",
        "provision": [
            rule("max_age", version(since=D(2012, 1, 1), status="recommended"), id="EAC.age", asks=ELAPSED),
            rule("prohibition", id="EAC.ban"),
        ],
    }
    adopt = {
        **{"standard": "EAC", "provisions": ["EAC.age"], "from": D(2015, 1, 1), "to": D(2020, 1, 1)},
        **{
            "status": "reported",
            "grade": "B",
            "sources": ["s1"],
            "override": {"EAC.age": {"asks": {"max": 5}}},
        },
    }
    packs = world(adopt=[adopt])

    def side(arrived: str, **options: Any) -> Judgement:
        record = facts(
            {"importer": "KE", "category": "M1", "first_registered": "2010", "arrived_on": arrived}
        )
        return judge(record, packs, {"EAC": standard}, sides=("import",), **options)

    assert side("2014-12-31").verdict == "unregulated"
    assert side("2015-01-01").verdict == "admitted"
    finding = side("2017").sides["import"].findings["KE:EAC.age"]
    assert (finding.outcome, finding.status, finding.grade) == ("fail", "reported", "B")
    assert side("2020-01-01").verdict == "unregulated"
    as_importer = side("2017", standard="EAC").sides["standard"]
    assert (as_importer.verdict, as_importer.findings["EAC.age"].outcome) == ("refused", "pass")


def test_adoption_keeps_doubts_within_its_time() -> None:
    standard = {
        "code": "EAC",
        "provision": [rule("prohibition", version(first_seen=D(2018, 1, 1)), id="EAC.ban")],
    }
    adopt = {"standard": "EAC", "from": D(2015, 1, 1), "status": "enacted", "grade": "B", "sources": ["s1"]}
    expected = {
        "2014-12": "unregulated",
        "2015-01": "undetermined",
        "2017-12": "undetermined",
        "2018": "refused",
    }
    for arrived, verdict in expected.items():
        record = facts({"importer": "KE", "category": "M1", "arrived_on": arrived})
        assert judge(record, world(adopt=[adopt]), {"EAC": standard}).verdict == verdict


# Verdicts.


def test_verdicts_and_lanes() -> None:
    ban, fee = (
        rule("prohibition", id="KE.ban"),
        rule("surcharge", id="KE.fee", asks={"by": "all"}, effect="surcharge"),
    )
    licence = rule("permit", id="KE.licence", asks={"name": "p"}, effect="permit")
    left = rule("steering_side", id="KE.left", asks={"side": "left"})
    draft = rule("prohibition", version(status="draft"), id="KE.draft")
    advice = rule("prohibition", id="KE.advice", effect="advise")
    row = {"category": "M1", "importer": "KE", "arrived_on": "2024"}

    def of(*provisions: dict[str, Any], **more: str) -> tuple[str, str]:
        judgement = judge(facts({**row, **more}), world(*provisions), {})
        return judgement.verdict, judgement.lane

    assert of(ban, left) == ("refused", "red")
    assert of(left, fee) == ("undetermined", "yellow")
    assert of(left, fee, steering="left") == ("conditional", "blue")
    assert of(licence) == ("conditional", "blue")
    assert of(left, draft, advice, steering="left") == ("admitted", "green")
    assert of(draft, advice) == ("unregulated", "grey")
    assert of(draft, category="L") == ("no_pack", "grey")
    assert of(draft, importer="TZ") == ("no_pack", "grey")


def test_the_overall_verdict() -> None:
    export = rule("prohibition", id="JP.x", direction="export", scope={"destination": ["KE"]})
    japan = {"code": "JP", "reviewed": [{**VEHICLES, "direction": "export"}], "provision": [export]}
    packs = world(rule("steering_side", asks={"side": "right"})) | {"JP": japan}
    row = {"category": "M1", "exporter": "JP", "importer": "KE", "arrived_on": "2024", "steering": "right"}
    found = judge(facts(row), packs, {})
    assert [found.sides[side].verdict for side in ("export", "import")] == ["refused", "admitted"]
    assert (found.verdict, found.lane) == ("refused", "red")
    assert judge(facts({**row, "importer": "TZ"}), packs, {}).verdict == "no_pack"
    export["scope"] = {}
    assert judge(facts({**row, "importer": "TZ"}), packs, {}).verdict == "refused"
    export["scope"], export["kind"], export["asks"] = {}, "steering_side", {"side": "right"}
    assert judge(facts({**row, "importer": "TZ"}), packs, {}).verdict == "no_pack"


# Properties.


@st.composite
def cases(draw: st.DrawFn) -> tuple[World, Row]:
    """A world and a row near its limits."""
    drawn = draw(worlds())
    return drawn, draw(rows(drawn) if draw(st.integers(0, 4)) else fuel_rows(drawn))


@settings(SLOW, max_examples=100)
@given(st.data())
def test_an_age_is_unknown_only_if_its_days_disagree(data: st.DataObject) -> None:
    asks = {
        **data.draw(age_keys()),
        "to_date": "arrival",
        "reaching": data.draw(st.sampled_from(["allowed", "refused"])),
    }
    years = data.draw(st.integers(0, 3))
    asks["max"] = years * 12 if asks["unit"] == "months" else years
    law = [
        version(since=D(2000, 1, 1), to=data.draw(days(2016, 2018)), asks={}),
        version(since=D(2019, 1, 1), asks={"reaching": "refused"}),
    ]
    arrived = data.draw(days(2015, 2020))
    windows: dict[str, Any] = {"arrived": (arrived, arrived + dt.timedelta(data.draw(st.integers(0, 4))))}
    fact = {"first_registration": "first_registered", "manufacture": "manufactured"}.get(
        asks["from_date"], "model_year"
    )
    if fact == "model_year":
        low: Any = arrived.year - years - data.draw(st.integers(-1, 2))
        windows[fact] = (low, low + data.draw(st.integers(0, 1)))
        begun: list[Any] = list(range(windows[fact][0], windows[fact][1] + 1))
    else:
        low = shifted(arrived, -12 * years) + dt.timedelta(data.draw(st.integers(-4, 1)))
        windows[fact] = (low, low + dt.timedelta(data.draw(st.integers(0, 4))))
        begun = [low + dt.timedelta(at) for at in range((windows[fact][1] - low).days + 1)]
    base = facts({"category": "M1", "importer": "KE"})
    whole = asked(rule("max_age", *law, asks=asks), base | windows)
    points = set()
    for number in range((windows["arrived"][1] - arrived).days + 1):
        day = arrived + dt.timedelta(number)
        for start in begun:
            found = asked(
                rule("max_age", *law, asks=asks), base | {"arrived": (day, day), fact: (start, start)}
            )
            points.add(found.outcome if found else "none")
    expected = {frozenset({"pass"}): "pass", frozenset({"fail"}): "fail", frozenset({"none"}): "none"}
    expected[frozenset({"pass", "none"})] = "pass"
    assert (whole.outcome if whole else "none") == expected.get(frozenset(points), "unknown")


SETTLED = {"pass", "fail"}


@SLOW
@given(st.data())
def test_knowing_more_never_turns_an_outcome(data: st.DataObject) -> None:
    drawn, row = data.draw(cases())
    sharper = data.draw(sharpen(row))
    before, after = facts(row), facts(sharper)
    assert refines(after, before)
    first = judge(before, drawn.packs, drawn.standards, standard="EAC")
    then = judge(after, drawn.packs, drawn.standards, standard="EAC")
    for side, verdict in first.sides.items():
        if side == "export" and row.get("exporter") != sharper.get("exporter"):
            continue
        for provision, finding in verdict.findings.items():
            later = then.sides[side].findings.get(provision)
            if later is not None and finding.outcome in SETTLED:
                assert later.outcome in {finding.outcome, "unknown"}
            if finding.outcome == "fail":
                assert later is not None
                assert later.outcome == "fail"
        if verdict.verdict == "refused":
            assert then.sides[side].verdict == "refused"


@SLOW
@given(st.data())
def test_a_stricter_law_never_admits_more(data: st.DataObject) -> None:
    drawn, row = data.draw(cases())
    code = data.draw(st.sampled_from(sorted(drawn.packs)))
    tighter = {**drawn.packs, code: data.draw(stricter(drawn.packs[code]))}
    order = ("refused", "undetermined", "conditional", "admitted", "unregulated", "no_pack")
    first = judge(facts(row), drawn.packs, drawn.standards)
    then = judge(facts(row), tighter, drawn.standards)
    assert order.index(then.verdict) <= order.index(first.verdict)


@SLOW
@given(cases())
def test_what_is_missing_belongs_to_unknowns(case: tuple[World, Row]) -> None:
    drawn, row = case
    for side in judge(facts(row), drawn.packs, drawn.standards).sides.values():
        for finding in side.findings.values():
            assert finding.outcome == "unknown" or not finding.missing
