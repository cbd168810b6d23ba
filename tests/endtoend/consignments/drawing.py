"""What generated consignments are drawn from: limits to aim at, days, grades, methods, results that keep the others."""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from tests.endtoend.consignments.laboratory import Method, Result, methods
from tests.endtoend.consignments.law import Consignment, Law, Limit, countries, law_of

#: The ten years.
FIRST, LAST = dt.date(2016, 1, 1), dt.date(2025, 12, 31)
DAY = dt.timedelta(days=1)
#: Who sells: none lies in a region whose own refineries some law spares.
EXPORTERS = ("AE", "IN", "KR", "NL", "SA", "SG", "US")
#: Not the name of any grade or region that a law names.
ANOTHER_GRADE, ANOTHER_REGION = "automotive", "elsewhere"
#: Methods that nobody outside of the house knows.
HOUSE_METHODS = ("house method 7", "in-house", "LAB-SOP-12")
#: An outcome and a remark of a provision. Outcome `none`: no finding. Remarks: `plain` (R is not known), `within` and
#: `beyond` 0.59 R, empty for none, None where none is asked.
Says = tuple[str, str | None]


@dataclass(frozen=True)
class Made:
    """A consignment of a kind, and what must come of it: what the provision aimed at says to a receiver and to a supplier,
    and the verdict; None where the kind does not tell.
    """

    kind: str
    told: Consignment
    aim: str | None = None
    receiver: Says = ("", None)
    supplier: Says = ("", None)
    verdict: str | None = None


#: What values a fuel can have, where that is not anything.
_POSSIBLE = {"density_15c": (600, 1100)}

Kind = Callable[["Drawer"], "Made | None"]


@dataclass(frozen=True)
class Target:
    """One side of a limit for one product; with the limit that it replaced, or with a method, where the kind needs that."""

    law: Law
    limit: Limit
    product: str
    is_most: bool
    before: Limit | None = None
    method: Method | None = None

    @property
    def level(self) -> Decimal:
        level = self.limit.most if self.is_most else self.limit.least
        assert level is not None
        return level

    @property
    def level_before(self) -> Decimal:
        assert self.before is not None
        assert self.before.most is not None
        return self.before.most

    @property
    def one_sided(self) -> bool:
        return None in (self.limit.most, self.limit.least)

    @property
    def hair(self) -> Decimal:
        """The last place to which results are written, with the sign of the way out."""
        hair = Decimal("0.0001") if self.level >= Decimal("0.1") else Decimal("0.000001")
        return hair if self.is_most else -hair

    @property
    def low(self) -> Decimal | None:
        """Where the method begins."""
        return self.method.low if self.method else None

    @property
    def high(self) -> Decimal | None:
        """Where it ends."""
        return self.method.high if self.method else None

    @property
    def band(self) -> Decimal:
        """0.59 R at the limit, 0 where it is not known."""
        return (self.method.tolerance(self.level) if self.method else None) or Decimal(0)

    @property
    def outer(self) -> Decimal:
        """The last value that can be written within 0.59 R outside of the limit."""
        return self.level + self.hair * (self.band // abs(self.hair))

    @property
    def inner(self) -> Decimal:
        """The first value that can be written at 0.59 R or more inside."""
        return self.level - self.hair * (self.band // abs(self.hair) + bool(self.band % self.hair))

    def scaled(self, inside: float, outside: float) -> Decimal:
        """A part of the level: `inside` for a maximum, `outside` for a minimum."""
        return (self.level * Decimal(str(inside if self.is_most else outside))).quantize(abs(self.hair))

    def sign(self, *, outside: bool) -> str:
        """The sign of a bound that leaves open how far outside, or inside, the value lies."""
        return ">" if self.is_most == outside else "<"


class Pool:
    """Targets, by country and by property."""

    def __init__(self, found: Iterable[Target]) -> None:
        self.all = list(found)
        self.by_country: dict[str, list[Target]] = {}
        self.by_property: dict[str, list[Target]] = {}
        for one in self.all:
            self.by_country.setdefault(one.law.country, []).append(one)
            self.by_property.setdefault(one.limit.fuel_property, []).append(one)
        self.countries, self.properties = sorted(self.by_country), sorted(self.by_property)

    def only(self, wanted: Callable[[Target], bool]) -> Pool:
        return Pool(one for one in self.all if wanted(one))


@functools.cache
def laws() -> tuple[Law, ...]:
    return tuple(law for code in countries() if (law := law_of(code)) is not None)


@functools.cache
def targets() -> Pool:
    """Every side of every version of every provision with each of its products."""
    return Pool(
        Target(law, limit, product, is_most)
        for law in laws()
        for limit in law.limits
        for product in sorted(limit.products)
        for is_most in (True, False)
        if (limit.most if is_most else limit.least) is not None
    )


def certain_days(limit: Limit) -> tuple[dt.date, dt.date]:
    """The first and the last day of the ten years on which it certainly is law; none where the last is the earlier."""
    return max(limit.certain[0], FIRST), min(limit.certain[1], LAST + DAY) - DAY


@functools.cache
def certain() -> Pool:
    """What certainly is law at some time in the ten years."""
    return targets().only(lambda one: certain_days(one.limit)[0] <= certain_days(one.limit)[1])


@functools.cache
def simple() -> Pool:
    """Of these what is a maximum or a minimum, not both, and not zero."""
    return certain().only(lambda one: one.one_sided and one.level > 0)


@functools.cache
def measured() -> Pool:
    """Simple limits with each method of their property."""
    return Pool(
        replace(one, method=method)
        for one in simple().all
        for method in methods()
        if method.fuel_property == one.limit.fuel_property
    )


@functools.cache
def proved() -> Pool:
    """Limits with each method whose 0.59 R is known there."""
    return measured().only(lambda one: one.band > 0)


@functools.cache
def changed() -> Pool:
    """What took the place of another maximum on a day of the ten years that is told, and follows in the same way."""
    return Pool(
        replace(one, before=before)
        for one in simple().all
        for before in one.law.provisions[one.limit.provision]
        if before.certain[1] == before.possible[1] == one.limit.certain[0] == one.limit.possible[0]
        and FIRST < one.limit.certain[0] <= LAST
        and one.product in before.products
        and (before.effect, before.lawful) == (one.limit.effect, one.limit.lawful)
        and one.is_most
        and before.most not in (None, one.level)
    )


def written(value: Decimal) -> str:
    """As a laboratory writes it. Never three decimals, which might be thousands."""
    text = f"{value.normalize():f}"
    whole, _, decimals = text.partition(".")
    return f"{text}0" if len(decimals) == 3 and whole != "0" else text


def comfortable(limits: Iterable[Limit]) -> Decimal:
    """A value that keeps all limits of a property, far from each where that can be."""
    known = list(limits)
    least = [limit.least for limit in known if limit.least is not None]
    most = [limit.most for limit in known if limit.most is not None]
    if least and most:
        return ((max(least) + min(most)) / 2).quantize(Decimal("0.0001"))
    if least:
        return (max(least) * Decimal("1.15")).quantize(Decimal("0.0001"))
    if not most:
        return Decimal(5)
    part = Decimal("0.97" if known[0].fuel_property in _POSSIBLE else "0.4")
    return (min(most) * part).quantize(Decimal("0.000001"))


@functools.cache
def without_tolerance(law: Law, name: str) -> list[Method]:
    """The methods of a property whose R is known at no limit of a law."""
    alike = [one for one in law.limits if one.fuel_property == name]
    levels = [level for one in alike for level in (one.most, one.least) if level is not None]
    return [one for one in methods() if one.fuel_property == name and not any(map(one.tolerance, levels))]


@functools.cache
def keeping(law: Law, product: str | None) -> list[tuple[str, str, list[Method | None]]]:
    """A result for each property that a law limits, by which methods it may be: it keeps all limits."""
    limits = [limit for limit in law.limits if product is None or product in limit.products]
    found: list[tuple[str, str, list[Method | None]]] = []
    for name in sorted({limit.fuel_property for limit in limits}):
        value = comfortable(limit for limit in limits if limit.fuel_property == name)
        reach = [
            one
            for one in methods()
            if one.fuel_property == name
            and (one.low or 0) <= value
            and (one.high is None or value <= one.high)
        ]
        found.append((name, written(value), [None, *reach]))
    return found


@functools.cache
def current_editions(name: str) -> int:
    """The year after which all editions of a method are the current one."""
    return max([2007, *(one.until_edition for one in methods() if one.name == name and one.until_edition)])


class Drawer:
    """Draws what the consignments of one kind need; the same seed, the same consignments."""

    def __init__(self, seed: int, kind: str) -> None:
        self.kind = kind
        self.rng = random.Random(f"{seed} {kind}")

    def pick(self, pool: Pool) -> Target:
        """By country or by property, so that neither countries with much law nor sulphur are all that there is."""
        if self.rng.random() < 0.5:
            return self.rng.choice(pool.by_country[self.rng.choice(pool.countries)])
        return self.rng.choice(pool.by_property[self.rng.choice(pool.properties)])

    def day(self, first: dt.date, last: dt.date) -> dt.date:
        return first + self.rng.randrange((last - first).days + 1) * DAY

    def certain_day(self, target: Target) -> dt.date:
        return self.day(*certain_days(target.limit))

    def part(self, low: float, high: float) -> float:
        return round(self.rng.uniform(low, high), 4)

    def concerned(self, target: Target, day: dt.date | str, date: str = "arrival") -> Consignment | None:
        """A consignment of which the limit speaks for certain; it names grade and region wherever a law asks for them."""
        sellers = target.limit.scope.get("origin", [one for one in EXPORTERS if one != target.law.country])
        told = Consignment(
            target.law.country,
            target.product,
            {date: str(day)},
            grade=self._word(target, "grades", ANOTHER_GRADE),
            region=self._word(target, "region", ANOTHER_REGION),
            exporter=self.rng.choice(sellers),
        )
        return told if told.concerns(target.limit) else None

    def _word(self, target: Target, key: str, other: str) -> str | None:
        if key in target.limit.scope:
            word = self.rng.choice(target.limit.scope[key])
            return str(self.rng.choice((word, word.upper(), word.lower())))
        asked = any(key in scope for limit in target.law.limits for scope in (limit.scope, *limit.exempt))
        return other if asked or self.rng.random() < 0.2 else None

    def spelled(self, method: Method) -> str:
        """A method as laboratories write it, with or without its edition."""
        year = current_editions(method.name) + self.rng.randrange(1, 9)
        if method.until_edition:
            year = method.until_edition - self.rng.randrange(4)
        editions = (f"{method.name}-{year % 100:02}", f"{method.name}:{year}")
        if method.until_edition:
            return self.rng.choice(editions)
        return self.rng.choice(
            (*editions, method.name, method.name.replace("ASTM D", "ASTM D "), method.name.lower())
        )

    def result(
        self, target: Target, value: Decimal, sign: str = "", *, in_range: bool = True
    ) -> Result | None:
        """A result by the method of the target; None where a value cannot be so, or lies beyond the range of its method."""
        name, method = target.limit.fuel_property, target.method
        low, high = _POSSIBLE.get(name, (0, 100 if name.endswith("_pct") else 10**6))
        if not low <= value <= high:
            return None
        if (
            method
            and in_range
            and not (method.low or 0) <= value <= (value if method.high is None else method.high)
        ):
            return None
        return Result(name, sign + written(value), self.spelled(method) if method else "", method)

    def plain(self, target: Target, value: Decimal, sign: str = "") -> Result | None:
        """A result without a method, by one that nobody knows, or by one whose R at no limit of the law is known."""
        known = without_tolerance(target.law, target.limit.fuel_property)
        method = self.rng.choice(known) if known and self.rng.random() < 0.5 else None
        found = self.result(replace(target, method=method), value, sign)
        if found and not method:
            return replace(found, method_text=self.rng.choice(("", *HOUSE_METHODS)))
        return found

    def beyond(self, target: Target) -> Result | None:
        """A result that plainly lies beyond the limit, by a hair or by much."""
        hair = target.level + target.hair
        much = target.scaled(self.part(1.02, 1.2), self.part(0.8, 0.98)) if target.level else hair
        return self.plain(target, self.rng.choice((hair, much)))

    def made(
        self,
        told: Consignment | None,
        target: Target,
        result: Result | None,
        *says: Says,
        verdict: str | None = None,
    ) -> Made | None:
        """The whole, with results that keep all other limits; None if it cannot be. `says`: to receiver and supplier."""
        if told is None or result is None:
            return None
        return Made(
            self.kind,
            self.completed(told, target.law, result),
            target.limit.provision,
            says[0],
            says[-1],
            verdict,
        )

    def completed(self, told: Consignment, law: Law, *results: Result) -> Consignment:
        """With a result that keeps its limits for every other property that the law limits."""
        mine = {one.fuel_property for one in results}
        found = [*results]
        for name, value, fitting in keeping(law, told.product):
            if name not in mine:
                method = self.rng.choice(fitting)
                found.append(Result(name, value, self.spelled(method) if method else "", method))
        return replace(told, results=tuple(found or [Result("sulphur_mg_kg", "5")]))
