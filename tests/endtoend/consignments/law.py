"""The fuel law of a country, read plainly, and what it says of a consignment.

Nothing of the program is used: packs are plain TOML, numbers are decimal, and a consignment is judged day by day and limit
by limit, slowly, by what docs/semantics.md and ISO 4259 say.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tests.endtoend.consignments.laboratory import ROOT, Result, number, read_toml

EVER, FOR_GOOD = dt.date.min, dt.date.max
VIEWS = ("receiver", "supplier")
PRODUCTS = ("petrol", "diesel", "kerosene", "marine")


@dataclass(frozen=True)
class Limit:
    """One version of a provision in one country. In force for certain on [certain[0], certain[1]), perhaps on `possible`."""

    provision: str
    fuel_property: str
    least: Decimal | None
    most: Decimal | None
    effect: str
    status: str
    decides: str
    scope: dict[str, Any]
    exempt: tuple[dict[str, Any], ...]
    certain: tuple[dt.date, dt.date]
    possible: tuple[dt.date, dt.date]

    @property
    def lawful(self) -> bool:
        return self.status in ("enacted", "reported")

    @property
    def binds(self) -> bool:
        return self.lawful and self.effect != "advise"

    @functools.cached_property
    def products(self) -> frozenset[str]:
        return frozenset(self.scope.get("products", PRODUCTS))

    def in_force(self, day: dt.date) -> bool | None:
        """None where its sources leave that open."""
        if self.certain[0] <= day < self.certain[1]:
            return True
        return None if self.possible[0] <= day < self.possible[1] else False

    def test(self, result: Result | None, *, supplier: bool) -> tuple[str, str]:
        """Outcome and remark of a result, if the limit applies."""
        low, high = result.bounds() if result else (None, None)
        kept, broken, kept_plainly, broken_plainly, all_known = True, False, True, False, True
        for limit, is_most in ((self.most, True), (self.least, False)):
            if limit is None:
                continue
            tolerance = result.method.tolerance(limit) if result and result.method else None
            all_known = all_known and tolerance is not None
            band = tolerance or Decimal(0)
            near, far = (
                (high, low) if is_most else (low, high)
            )  # the bound that must be inside, the one that can prove a breach
            for room, plainly in ((band, False), (Decimal(0), True)):
                inner = room if supplier and not plainly else Decimal(0)
                if is_most:
                    inside = near is not None and near <= limit - inner
                    outside = far is not None and far > limit + room
                else:
                    inside = near is not None and near >= limit + inner
                    outside = far is not None and far < limit - room
                if plainly:
                    kept_plainly, broken_plainly = kept_plainly and inside, broken_plainly or outside
                else:
                    kept, broken = kept and inside, broken or outside
        outcome = "fail" if broken else "pass" if kept else "unknown"
        if outcome == "unknown":
            return outcome, "within" if kept_plainly or broken_plainly else ""
        if not all_known:
            return outcome, "plain"
        return outcome, "beyond" if broken else ""


@dataclass(frozen=True)
class Consignment:
    """One consignment as its certificate tells it; what is None is not told."""

    importer: str
    product: str | None
    dates: dict[str, str]
    grade: str | None = None
    region: str | None = None
    exporter: str | None = None
    results: tuple[Result, ...] = field(default=())

    def result(self, name: str) -> Result | None:
        return next((one for one in self.results if one.fuel_property == name), None)

    def meets(self, scope: dict[str, Any]) -> bool | None:
        """Whether it is what a scope names; None where it does not tell."""
        told = {
            "products": self.product,
            "grades": self.grade,
            "region": self.region,
            "origin": self.exporter,
            "destination": self.importer,
        }
        answers: list[bool | None] = []
        for key, words in scope.items():
            if key != "note":
                word = told[key]
                answers.append(None if word is None else word.upper() in {one.upper() for one in words})
        return False if False in answers else None if None in answers else True

    def concerns(self, limit: Limit) -> bool | None:
        """Whether it is what a limit speaks of, on whatever day."""
        spared = [self.meets(scope) for scope in limit.exempt]
        answers = [self.meets(limit.scope), *(None if one is None else not one for one in spared)]
        return False if False in answers else None if None in answers else True

    def window(self, decides: str) -> tuple[dt.date, dt.date]:
        """The first and the last day that the date which picks the law may be."""
        for name in (decides, "arrival", "declaration", "shipment"):
            if text := self.dates.get(name):
                return span(text)
        return EVER, FOR_GOOD


@dataclass(frozen=True)
class Reading:
    """What one provision says of a consignment. `remark` is None where that depends on more than one test."""

    provision: str
    effect: str
    lawful: bool
    binds: bool
    outcome: str
    remark: str | None


@dataclass(frozen=True, eq=False)
class Law:
    """All limits of fuel in one country's pack, and for which products nothing but these limits is asked."""

    country: str
    limits: tuple[Limit, ...]
    reviewed: frozenset[str]

    @functools.cached_property
    def provisions(self) -> dict[str, list[Limit]]:
        """All versions of each provision; one that is adopted twice is one."""
        found: dict[str, list[Limit]] = {}
        for limit in self.limits:
            found.setdefault(limit.provision, []).append(limit)
        return found

    @functools.cache  # noqa: B019 (a law lives as long as the tests)
    def about(self, product: str | None) -> tuple[tuple[Limit, ...], ...]:
        """The provisions of which some version may speak of a product."""
        return tuple(
            tuple(versions)
            for versions in self.provisions.values()
            if product is None or any(product in one.products for one in versions)
        )

    def readings(self, consignment: Consignment) -> dict[str, list[Reading]]:
        """What its provisions say of a consignment, to its receiver and to its supplier."""
        found: dict[str, list[Reading]] = {view: [] for view in VIEWS}
        windows: dict[str, tuple[dt.date, dt.date]] = {}
        for versions in self.about(consignment.product):
            decides = versions[0].decides
            if decides not in windows:
                windows[decides] = consignment.window(decides)
            answers, days = _answers(versions, consignment, *windows[decides])
            for view in VIEWS if answers else ():
                found[view] += _said(answers, days, supplier=view == "supplier")
        return found

    def verdict(self, consignment: Consignment, readings: list[Reading]) -> str:
        binding = [(reading.effect, reading.outcome) for reading in readings if reading.binds]
        if ("refuse", "fail") in binding:
            return "refused"
        if ("refuse", "unknown") in binding:
            return "undetermined"
        if any(outcome != "pass" for _, outcome in binding):
            return "conditional"
        if binding:
            return "admitted"
        may_be = {consignment.product} if consignment.product else set(PRODUCTS)
        return "unregulated" if may_be <= self.reviewed else "no_pack"


@dataclass(frozen=True)
class _Answer:
    """A limit that may be law for a consignment from a day on; `certain`: that it is, and for it."""

    day: dt.date
    limit: Limit
    result: Result | None
    certain: bool

    def outcome(self, *, supplier: bool) -> tuple[str, str]:
        outcome, remark = self.limit.test(self.result, supplier=supplier)
        return "unknown" if outcome == "fail" and not self.certain else outcome, remark


def _answers(
    versions: tuple[Limit, ...], consignment: Consignment, first: dt.date, last: dt.date
) -> tuple[list[_Answer], int]:
    """What may be law on the first day and on each day of a change in a window; how many such days there are."""
    asked = [
        (limit, concerned) for limit in versions if (concerned := consignment.concerns(limit)) is not False
    ]
    if not asked:
        return [], 0
    days = {first}
    if first < last:
        changes = (day for one in versions for day in (*one.certain, *one.possible))
        days |= {day for day in changes if first < day <= last}
    return [
        _Answer(day, limit, consignment.result(limit.fuel_property), concerned is True and in_force is True)
        for day in sorted(days)
        for limit, concerned in asked
        if (in_force := limit.in_force(day)) is not False
    ], len(days)


def _said(answers: list[_Answer], days: int, *, supplier: bool) -> Iterator[Reading]:
    """One reading of a provision; several where its versions have several effects: each counts where it is law."""
    effects = {(one.limit.effect, one.limit.lawful, one.limit.binds): None for one in answers}
    for effect, lawful, binds in effects:
        mine = [one for one in answers if (one.limit.effect, one.limit.lawful) == (effect, lawful)]
        says = [one.outcome(supplier=supplier) for one in mine]
        remark = says[0][1] if days == 1 and [one.certain for one in mine] == [True] else None
        gap = len({one.day for one in mine}) < days
        outcome = _together({outcome for outcome, _ in says}, gap)
        yield Reading(mine[0].limit.provision, effect, lawful, binds, outcome, remark)


def _together(outcomes: set[str], gap: bool) -> str:
    """All days pass: pass. All fail: fail, unless on some day there is no such law (`gap`). Anything else is unknown."""
    if outcomes == {"fail"} and gap:
        return "unknown"
    return outcomes.pop() if len(outcomes) == 1 else "unknown"


def span(text: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of `2020-02-03`, `2020-02` or `2020`."""
    numbers = [int(part) for part in text.split("-")]
    if len(numbers) == 3:
        return dt.date(*numbers), dt.date(*numbers)
    year, month = numbers[0], numbers[1] if len(numbers) == 2 else None
    after = dt.date(year + 1, 1, 1) if month in (None, 12) else dt.date(year, month + 1, 1)
    return dt.date(year, month or 1, 1), after - dt.timedelta(days=1)


def _own(pack: dict[str, Any]) -> Iterator[Limit]:
    for provision in pack.get("provision", []):
        if provision["kind"] != "fuel_limit" or provision["direction"] == "export":
            continue
        history = provision["version"]
        for before, version, after in zip([{}, *history], history, [*history[1:], {}], strict=False):
            told = {**provision, **version}
            asks = {**provision.get("asks", {}), **version.get("asks", {})}
            start = version.get("from") or version["first_seen"]
            end = version.get("to") or version.get("last_seen") or FOR_GOOD
            from_before = before.get("to") or before.get("last_seen") or EVER
            until_next = after.get("from") or after.get("first_seen") or FOR_GOOD
            yield Limit(
                provision=provision["id"],
                fuel_property=asks["property"],
                least=number(asks.get("min")),
                most=number(asks.get("max")),
                effect=told.get("effect", "refuse"),
                status=version["status"],
                decides=told.get("decides", "arrival"),
                scope={**provision.get("scope", {}), **version.get("scope", {})},
                exempt=tuple(told.get("exempt", ())),
                certain=(start, end),
                possible=(
                    start if "from" in version else from_before,
                    until_next if "last_seen" in version else end,
                ),
            )


@functools.cache
def _standard(code: str) -> tuple[Limit, ...]:
    return tuple(_own(read_toml(ROOT / "rules" / "standards" / f"{code}.toml")))


def _adopted(country: str, adoption: dict[str, Any]) -> Iterator[Limit]:
    """The limits of a standard for as long as a country applies it; what it says of them is as sure as the adoption."""
    start = adoption.get("from") or adoption["first_seen"]
    end = adoption.get("to") or adoption.get("last_seen") or FOR_GOOD
    maybe_start = start if "from" in adoption else EVER
    maybe_end = FOR_GOOD if "last_seen" in adoption else end
    for limit in _standard(adoption["standard"]):
        if limit.provision not in adoption.get("provisions", [limit.provision]):
            continue
        other = adoption.get("override", {}).get(limit.provision, {})
        asks = other.get("asks", {})
        possible = max(limit.possible[0], maybe_start), min(limit.possible[1], maybe_end)
        if possible[0] < possible[1]:
            yield replace(
                limit,
                provision=f"{country}:{limit.provision}",
                least=number(asks["min"]) if "min" in asks else limit.least,
                most=number(asks["max"]) if "max" in asks else limit.most,
                effect=other.get("effect", limit.effect),
                status=adoption["status"],
                decides=other.get("decides", limit.decides),
                scope={**limit.scope, **other.get("scope", {})},
                exempt=tuple(other.get("exempt", limit.exempt)),
                certain=(max(limit.certain[0], start), min(limit.certain[1], end)),
                possible=possible,
            )


@functools.cache
def law_of(country: str) -> Law | None:
    """None of a country that has no pack."""
    path = ROOT / "countries" / f"{country}.toml"
    if not path.exists():
        return None
    pack = read_toml(path)
    limits = [
        *_own(pack),
        *(limit for adoption in pack.get("adopt", []) for limit in _adopted(country, adoption)),
    ]
    reviewed: set[str] = set()
    for entry in pack.get("reviewed", []):
        if (entry["subject"], entry["direction"]) == ("fuel", "import"):
            unrestricted = entry.get("finding") == "unregulated"
            spoken = {product for one in limits if one.binds for product in one.products}
            reviewed |= set(PRODUCTS) if unrestricted else spoken
    return Law(country, tuple(limits), frozenset(reviewed))


def countries() -> list[str]:
    """All that have a pack."""
    return sorted(
        path.stem for path in (ROOT / "countries").glob("*.toml") if not path.name.endswith(".cases.toml")
    )
