"""What each provision kind asks of a record, one plain function a kind: pass, fail or unknown."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from .days import against_anniversary, code, months_of, sign, vehicle_year
from .facts import Record
from .scopes import among, one_of
from .words import (
    ATOMS,
    CONDITIONS,
    DATE_KEYS,
    FROM_KEYS,
    HEAVY,
    LIGHT,
    SCOPE_CONDITIONS,
    categories,
    column,
    euro,
)

Bounds = tuple[Any, Any]
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Trial:
    """The outcome of one test; `missing` are the columns it looked at that leave its figure open."""

    outcome: str
    low: float | None = None
    high: float | None = None
    inferred: bool = False
    missing: frozenset[str] = NOTHING


def bounds_of(value: Any) -> Bounds:
    """A number, a pair or nothing, as a pair."""
    if value is None:
        return None, None
    return value if isinstance(value, tuple) else (value, value)


def unsettled(fact: str, bounds: Bounds) -> frozenset[str]:
    """The column of a record key, if its bounds are not one value."""
    return NOTHING if bounds[0] is not None and bounds[0] == bounds[1] else frozenset({column(fact)})


def most(worst: bool | None, best: bool | None) -> str:
    """The outcome where the worst and the best of the possible values pass (None: no such end)."""
    if worst:
        return "pass"
    return "fail" if best is False else "unknown"


def every(trials: list[Trial]) -> Trial:
    """AND of several trials: one failure fails, one unknown leaves it open. The first figure is shown."""
    outcomes = [trial.outcome for trial in trials]
    outcome = "fail" if "fail" in outcomes else "unknown" if "unknown" in outcomes else "pass"
    missing = NOTHING.union(*(trial.missing for trial in trials if trial.outcome == "unknown"))
    figures = [trial for trial in trials if (trial.low, trial.high) != (None, None)]
    return (
        Trial(outcome, figures[0].low, figures[0].high, False, missing)
        if figures
        else Trial(outcome, missing=missing)
    )


def at_most(fact: str, bounds: Bounds, limit: float) -> Trial:
    """A number that must not exceed a limit."""
    low, high = bounds
    outcome = most(high is not None and high <= limit, None if low is None else low <= limit)
    return Trial(outcome, low, high, missing=unsettled(fact, bounds))


def at_least(fact: str, bounds: Bounds, limit: float) -> Trial:
    """A number that must reach a limit."""
    low, high = bounds
    outcome = most(low is not None and low >= limit, None if high is None else high >= limit)
    return Trial(outcome, low, high, missing=unsettled(fact, bounds))


def yes_no(fact: str, level: str | None) -> Trial:
    """A trial from "certain" (pass), "no" (fail) or anything else."""
    outcome = {"certain": "pass", "no": "fail"}.get(level or "", "unknown")
    return Trial(outcome, missing=NOTHING if outcome != "unknown" else frozenset({column(fact)}))


# Ages.


@dataclass(frozen=True)
class Age:
    """An age between two bounded facts, under one way of counting."""

    asks: dict[str, Any]
    from_fact: str
    to_fact: str
    record: Record

    @property
    def starts(self) -> Bounds:
        """First and last day (model year: year) that it may count from."""
        return bounds_of(self.record.get(self.from_fact))

    @property
    def ends(self) -> Bounds:
        """First and last day that it may count to."""
        return bounds_of(self.record.get(self.to_fact))

    @property
    def counting(self) -> str:
        """How it is counted; whole days unless said."""
        return str(self.asks.get("counting", "elapsed"))

    def rounded(self, day: Any, is_start: bool) -> Any:
        """A day, or a year where only years count, or a number of months where only months count."""
        if day is None:
            return None
        if self.counting == "calendar_years":
            return day if isinstance(day, int) else day.year
        if self.counting == "vehicle_years":
            return day if isinstance(day, int) else vehicle_year(day, self.asks["year_starts"])
        if self.counting == "calendar_months":
            return day.year * 12 + day.month
        if self.counting == "next_january" and is_start:
            return dt.date(day.year + 1, 1, 1)
        return day

    def relation(self, start: Any, end: Any, limit: float, unit: str) -> int | None:
        """-1, 0, 1: the age from `start` to `end` is below, at, above the limit. None: an end is open."""
        if start is None or end is None:
            return None
        first, last = self.rounded(start, True), self.rounded(end, False)
        if unit == "days":
            return sign((last - first).days - limit)
        if self.counting in ("calendar_years", "vehicle_years"):
            return sign((last - first) * (12 if unit == "months" else 1) - limit)
        if self.counting == "calendar_months":
            return sign((last - first) - limit * (12 if unit == "years" else 1))
        return against_anniversary(first, last, months_of(limit, unit))

    def figure(self, start: Any, end: Any, unit: str) -> float | None:
        """The age to report, by the contract's day codes (in days: days)."""
        if start is None or end is None:
            return None
        first, last = self.rounded(start, True), self.rounded(end, False)
        if unit == "days":
            return float((last - first).days)
        if self.counting in ("calendar_years", "vehicle_years"):
            codes = (last - first) * 384
        elif self.counting == "calendar_months":
            codes = (last - first) * 32
        else:
            codes = code(last) - code(first)
        return float(codes / {"years": 384, "months": 32}[unit])

    def missing(self) -> frozenset[str]:
        """Columns whose bounds are still apart after rounding."""
        start = tuple(self.rounded(day, True) for day in self.starts)
        end = tuple(self.rounded(day, False) for day in self.ends)
        return unsettled(self.from_fact, (start[0], start[1])) | unsettled(self.to_fact, (end[0], end[1]))

    def trial(self, limit: float, unit: str, accepted: Callable[[int], bool], growing_fails: bool) -> Trial:
        """Test the youngest and the oldest it may be: `accepted` says which relations to the limit pass."""
        young = (self.starts[1], self.ends[0])
        old = (self.starts[0], self.ends[1])
        verdicts = []
        for start, end in (young, old):
            relation = self.relation(start, end, limit, unit)
            verdicts.append(None if relation is None else accepted(relation))
        best, worst = verdicts if growing_fails else reversed(verdicts)
        return Trial(
            most(worst, best),
            self.figure(*young, unit),
            self.figure(*old, unit),
            missing=self.missing(),
        )


def age_of(asks: dict[str, Any], record: Record) -> Age:
    """The age that the keys from_date, to_date and counting name."""
    return Age(asks, FROM_KEYS[asks["from_date"]], DATE_KEYS[asks.get("to_date", "arrival")], record)


def fixed_day(asks: dict[str, Any], record: Record, day: dt.date, before: bool) -> Trial:
    """First day on or after (or strictly before) a day that the law names. A model year is its 1 January."""
    fact = FROM_KEYS[asks["from_date"]]
    low, high = bounds_of(record.get(fact))
    missing = unsettled(fact, (low, high))
    if fact == "model_year":
        low, high = (None if year is None else dt.date(year, 1, 1) for year in (low, high))
    if before:
        outcome = most(high is not None and high < day, None if low is None else low < day)
    else:
        outcome = most(low is not None and low >= day, None if high is None else high >= day)
    return Trial(outcome, missing=missing)


def max_age(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """Not older than `max`, or not from before a fixed day."""
    if "not_before" in asks:
        return fixed_day(asks, record, asks["not_before"], before=False)
    exactly = asks.get("reaching", "allowed") == "allowed"
    return age_of(asks, record).trial(
        asks["max"], asks.get("unit", "years"), lambda at: at < 0 or (exactly and at == 0), growing_fails=True
    )


def min_age(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """At least `min` old, or from before a fixed day."""
    if "before" in asks:
        return fixed_day(asks, record, asks["before"], before=True)
    exactly = asks.get("reaching", "allowed") == "allowed"
    return age_of(asks, record).trial(
        asks["min"],
        asks.get("unit", "years"),
        lambda at: at > 0 or (exactly and at == 0),
        growing_fails=False,
    )


# Emissions.


def without_exhaust(record: Record) -> bool:
    """A vehicle that can only be electric."""
    return bool(record.get("propulsion")) and record["propulsion"] <= {"bev", "fcev"}


def class_trial(record: Record, needed: set[float]) -> Trial:
    """At least each of the positions in `needed` (several where the record may be light or heavy)."""
    if without_exhaust(record):
        return Trial("pass")
    low, high = bounds_of(record.get("class"))
    inferred = record.get("class_inferred_lo")
    # A statement beats an inference that contradicts it.
    if inferred is not None and (
        (high is not None and inferred > high) or (low is not None and inferred <= low)
    ):
        inferred = None
    best_low = low if inferred is None else inferred

    def outcome(bound: float | None) -> str:
        found = {at_least("class", (bound, high), limit).outcome for limit in needed}
        return found.pop() if len(found) == 1 else "unknown"

    settled = outcome(best_low)
    return Trial(
        settled,
        best_low,
        high,
        inferred is not None and settled != outcome(low),
        unsettled("class", (best_low, high)) | (frozenset({"category"}) if len(needed) > 1 else NOTHING),
    )


def asked_classes(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> tuple[str, set[float]]:
    """Whether a class is asked of the record's category, and which, by its possible categories in scope."""
    if "class" in asks:
        return "certain", {euro(asks["class"])}
    actual = record.get("category") or ATOMS
    if "categories" in scope:
        actual = (actual & categories(scope["categories"])) or actual
    named = {"light": LIGHT, "heavy": HEAVY}
    needed = {euro(asks[word]) for word in named if word in asks and actual & named[word]}
    covered = frozenset().union(*(atoms for word, atoms in named.items() if word in asks))
    return among(actual, covered), needed


def min_emission_class(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """At least a class."""
    return class_trial(record, asked_classes(asks, record, scope)[1])


def exhaust_limit(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """A measured exhaust quantity."""
    if without_exhaust(record):
        return at_most(asks["quantity"], (0.0, 0.0), asks["max"])
    return at_most(asks["quantity"], bounds_of(record.get(asks["quantity"])), asks["max"])


# Papers and equipment.


def certificate(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """Everything that is asked of the certificate holds."""
    held = record.get("certificate_type")
    trials = []
    if "types" in asks:
        trials.append(yes_no("certificate_type", None if held is None else one_of(held, asks["types"])))
    elif held == "none":
        return Trial("fail")
    if "issuers" in asks:
        issuer = record.get("certificate_issuer")
        trials.append(
            yes_no("certificate_issuer", None if issuer is None else one_of(issuer, asks["issuers"]))
        )
    if "max_age" in asks:
        age = Age({"counting": "elapsed"}, "certificate_on", DATE_KEYS[asks.get("at", "arrival")], record)
        trials.append(
            age.trial(asks["max_age"], asks.get("unit", "months"), lambda at: at <= 0, growing_fails=True)
        )
    if "valid_at" in asks:
        trials.append(not_after(record, DATE_KEYS[asks["valid_at"]], "certificate_valid_until"))
    if asks.get("before_shipment"):
        trials.append(not_after(record, "certificate_on", "shipped"))
    if "result" in asks:
        result = record.get("certificate_result")
        trials.append(
            yes_no("certificate_result", None if result is None else one_of(result, [asks["result"]]))
        )
    return every(trials)


def not_after(record: Record, early: str, late: str) -> Trial:
    """One date of the record not after another."""
    first, last = bounds_of(record.get(early)), bounds_of(record.get(late))
    worst = first[1] is not None and last[0] is not None and first[1] <= last[0]
    best = None if first[0] is None or last[1] is None else first[0] <= last[1]
    return Trial(most(worst, best), missing=unsettled(early, first) | unsettled(late, last))


def registration(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """Cancelled abroad, or registered soon after manufacture, or for so many months."""
    if "deregistered" in asks:
        done = record.get("deregistered")
        return yes_no(
            "deregistered", None if done is None else ("certain" if done == asks["deregistered"] else "no")
        )
    elapsed = {"counting": "elapsed"}
    if "within_months_of_manufacture" in asks:
        age = Age(elapsed, "manufactured", "first_registered", record)
        limit = asks["within_months_of_manufacture"]
        trial = age.trial(limit, "months", lambda at: at <= 0, growing_fails=True)
        # made before registered: the time between is never less than nothing
        return Trial(trial.outcome, max(trial.low or 0.0, 0.0), trial.high, trial.inferred, trial.missing)
    age = Age(elapsed, "first_registered", DATE_KEYS[asks.get("to_date", "arrival")], record)
    if "at_least_months" in asks:
        return age.trial(asks["at_least_months"], "months", lambda at: at >= 0, growing_fails=False)
    return age.trial(asks["at_most_months"], "months", lambda at: at <= 0, growing_fails=True)


def equipment(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """Every item is there; only `no-item` says that one is not."""
    listed = record.get("equipment") or NOTHING
    trials = []
    for item in asks["items"]:
        has, lacks = item in listed, f"no-{item}" in listed
        trials.append(yes_no("equipment", None if has == lacks else "certain" if has else "no"))
    return every(trials)


def steering_side(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """The wheel is on the side asked for. A motorcycle has none."""
    if record.get("category") == {"L"}:
        return Trial("pass")
    side = record.get("steering")
    return yes_no("steering", None if side is None else one_of(side, [asks["side"]]))


def max_odometer(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """Not driven further than `max` km."""
    return at_most("odometer_km", bounds_of(record.get("odometer_km")), asks["max"])


def max_per_person(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """Not more vehicles than that for one person; the record counts within the period of the law."""
    return at_most("person_vehicles", bounds_of(record.get("person_vehicles")), asks["max"])


def condition(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """In none of the refused conditions."""
    refused = frozenset().union(*(SCOPE_CONDITIONS[word] for word in asks["refused"]))
    level = among(record.get("condition") or CONDITIONS["used"], refused)
    return yes_no("condition", {"certain": "no", "no": "certain"}.get(level))


def permit(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """The licence is held."""
    held = record.get("permit")
    return yes_no("permit", None if held is None else "certain" if held else "no")


# Money, fuel, bans.


def surcharge(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """Fail means that it is due: always, above an age, or below a class."""
    if asks["by"] == "all":
        return Trial("fail")
    if asks["by"] == "class":
        return class_trial(record, {euro(asks["below"])})
    over = asks["over"] if "over" in asks else min(band["over"] for band in asks["bands"])
    return age_of(asks, record).trial(over, asks.get("unit", "years"), lambda at: at <= 0, growing_fails=True)


def fuel_limit(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """A tested property within its limits; a failure must lie beyond what the test method leaves open."""
    name = asks["property"]
    value = bounds_of(record.get(name))
    method = record.get(f"{name}:method")
    trials = []
    if "max" in asks:
        trials.append(_proven(at_most(name, value, asks["max"]), value, asks["max"], method))
    if "min" in asks:
        trials.append(_proven(at_least(name, value, asks["min"]), value, asks["min"], method))
    return every(trials)


def _proven(trial: Trial, value: Bounds, limit: float, method: dict[str, Any] | None) -> Trial:
    """A failure within 0.59 R of the limit proves nothing."""
    band = open_at(method, limit)
    if trial.outcome != "fail" or band is None:
        return trial
    # the end of the bounds that lies nearest to the limit
    distance = min(abs(Fraction(str(end)) - Fraction(str(limit))) for end in value if end is not None)
    return trial if distance > Fraction(str(round(band, 9))) else replace(trial, outcome="unknown")


def open_at(method: dict[str, Any] | None, limit: float) -> float | None:
    """0.59 R at a limit, by the formulas of the file of methods; None where there are none for it."""
    if method is None or not method.get("low", -math.inf) <= limit <= method.get("high", math.inf):
        return None
    for piece in method.get("reproducibility", []):
        if piece.get("from", -math.inf) <= limit < piece.get("to", math.inf):
            return float(0.59 * (piece["a"] * limit ** piece["b"] + piece["c"]))
    return None


def prohibition(asks: dict[str, Any], record: Record, scope: dict[str, Any]) -> Trial:
    """Whatever is in scope fails."""
    return Trial("fail")


TRIALS: dict[str, Callable[[dict[str, Any], Record, dict[str, Any]], Trial]] = {
    trial.__name__: trial
    for trial in (
        prohibition,
        max_age,
        min_age,
        min_emission_class,
        exhaust_limit,
        certificate,
        steering_side,
        max_odometer,
        max_per_person,
        *(condition, registration, equipment, permit, surcharge, fuel_limit),
    )
}


def asked_of(keys: dict[str, Any], record: Record) -> str:
    """Whether the test has a question for this record: a class for light vehicles has none for lorries."""
    if keys["kind"] != "min_emission_class":
        return "certain"
    return asked_classes(keys["asks"], record, keys.get("scope", {}))[0]


def tried(keys: dict[str, Any], record: Record) -> Trial:
    """The test of a version on a record. KeyError for kind `custom`, which the oracle does not judge."""
    return TRIALS[keys["kind"]](keys["asks"], record, keys.get("scope", {}))
