"""Kinds of generated consignments by scope: of whom a law speaks, whom it spares, what follows, where there is none."""

from __future__ import annotations

import functools
from dataclasses import replace
from decimal import Decimal

from tests.endtoend.consignments.drawing import (
    ANOTHER_GRADE,
    ANOTHER_REGION,
    EXPORTERS,
    FIRST,
    LAST,
    Drawer,
    Kind,
    Made,
    Pool,
    Target,
    certain,
    laws,
    simple,
    written,
)
from tests.endtoend.consignments.laboratory import Result
from tests.endtoend.consignments.law import PRODUCTS, Consignment, law_of, span

#: Countries and territories, of which those without a pack are used.
REMOTE = (
    "AQ", "CC", "CX", "EH", "FK", "GI", "GS", "IO", "MF", "MH", "NF", "NR", "NU", "PM", "SH", "SJ", "TK", "TV", "WF",
)  # fmt: skip


@functools.cache
def _scoped() -> Pool:
    """What is law for some grades, regions or origins only."""
    return certain().only(lambda one: bool(_WORDS.keys() & one.limit.scope.keys()))


@functools.cache
def _sparing() -> Pool:
    """What spares some grades, regions or origins."""
    return certain().only(lambda one: any(_WORDS.keys() & scope.keys() for scope in one.limit.exempt))


#: Keys of a scope, and what tells them in a consignment.
_WORDS = {"grades": "grade", "region": "region", "origin": "exporter"}


def _saying(told: Consignment | None, words: dict[str, str | None]) -> Consignment | None:
    """With another grade, region or exporter, or with none."""
    if told is None:
        return None
    grade, region = words.get("grade", told.grade), words.get("region", told.region)
    return replace(told, grade=grade, region=region, exporter=words.get("exporter", told.exporter))


def _open_or_kept(draw: Drawer, told: Consignment | None, target: Target) -> Made | None:
    """A result of a consignment that does not say whether the limit speaks of it."""
    if draw.rng.random() < 0.3:
        return draw.made(told, target, draw.plain(target, target.level), ("pass", None))
    return draw.made(told, target, draw.beyond(target), ("unknown", None))


def _in_scope(draw: Drawer) -> Made | None:
    target = draw.pick(_scoped())
    return draw.made(
        draw.concerned(target, draw.certain_day(target)), target, draw.beyond(target), ("fail", "plain")
    )


def _out_of_scope(draw: Drawer) -> Made | None:
    target = draw.pick(_scoped())
    told = draw.concerned(target, draw.certain_day(target))
    name = draw.rng.choice([name for key, name in _WORDS.items() if key in target.limit.scope])
    other = {"grade": ANOTHER_GRADE, "region": ANOTHER_REGION, "exporter": EXPORTERS[0]}[name]
    return draw.made(_saying(told, {name: other}), target, draw.beyond(target), ("none", None))


def _scope_open(draw: Drawer) -> Made | None:
    target = draw.pick(_scoped())
    told = draw.concerned(target, draw.certain_day(target))
    name = draw.rng.choice([name for key, name in _WORDS.items() if key in target.limit.scope])
    return _open_or_kept(draw, _saying(told, {name: None}), target)


def _spared(draw: Drawer) -> Made | None:
    target = draw.pick(_sparing())
    told = draw.concerned(target, draw.certain_day(target))
    scope = draw.rng.choice([one for one in target.limit.exempt if _WORDS.keys() & one.keys()])
    words: dict[str, str | None] = {
        name: draw.rng.choice(scope[key]) for key, name in _WORDS.items() if key in scope
    }
    return draw.made(_saying(told, words), target, draw.beyond(target), ("none", None))


def _perhaps_spared(draw: Drawer) -> Made | None:
    target = draw.pick(_sparing())
    told = draw.concerned(target, draw.certain_day(target))
    scope = draw.rng.choice([one for one in target.limit.exempt if _WORDS.keys() & one.keys()])
    nothing: dict[str, str | None] = {name: None for key, name in _WORDS.items() if key in scope}
    return _open_or_kept(draw, _saying(told, nothing), target)


@functools.cache
def _of_a_product() -> Pool:
    return simple().only(lambda one: "products" in one.limit.scope)


def _no_product(draw: Drawer) -> Made | None:
    target = draw.pick(_of_a_product())
    told = draw.concerned(target, draw.certain_day(target))
    return _open_or_kept(draw, told and replace(told, product=None), target)


@functools.cache
def _advice() -> Pool:
    return certain().only(lambda one: not one.limit.binds)


@functools.cache
def _inspecting() -> Pool:
    return certain().only(lambda one: one.limit.binds and one.limit.effect == "inspect")


@functools.cache
def _binding() -> Pool:
    return certain().only(lambda one: one.limit.binds and one.limit.effect == "refuse")


def _advice_broken(draw: Drawer) -> Made | None:
    target = draw.pick(_advice())
    return draw.made(
        draw.concerned(target, draw.certain_day(target)), target, draw.beyond(target), ("fail", "plain")
    )


def _to_be_inspected(draw: Drawer) -> Made | None:
    target = draw.pick(_inspecting())
    told = draw.concerned(target, draw.certain_day(target))
    return draw.made(told, target, draw.beyond(target), ("fail", "plain"), verdict="conditional")


def _all_kept(draw: Drawer) -> Made | None:
    target = draw.pick(_binding())
    told = draw.concerned(target, draw.certain_day(target))
    return Made(draw.kind, draw.completed(told, target.law), verdict="admitted") if told else None


# ---------------------------------------------------------------- no law


def _anything(draw: Drawer, country: str, product: str) -> Consignment:
    results = tuple(
        Result(name, written(Decimal(str(draw.part(0.1, 90)))))
        for name in draw.rng.sample(("sulphur_mg_kg", "benzene_pct", "ron", "aromatics_pct"), 3)
    )
    return Consignment(country, product, {"arrival": str(draw.day(FIRST, LAST))}, results=results)


def _no_pack(draw: Drawer) -> Made | None:
    country = draw.rng.choice([code for code in REMOTE if law_of(code) is None])
    return Made(draw.kind, _anything(draw, country, draw.rng.choice(PRODUCTS)), verdict="no_pack")


def _not_reviewed(draw: Drawer) -> Made | None:
    """A product of which no limit of a country that has a pack speaks, and of which nobody says that it is free."""
    law = draw.rng.choice(laws())
    product = draw.rng.choice(PRODUCTS)
    if product in law.reviewed or any(product in limit.products for limit in law.limits):
        return None
    return Made(draw.kind, _anything(draw, law.country, product), verdict="no_pack")


def _unregulated(draw: Drawer) -> Made | None:
    """A product of which the pack of a country was reviewed, on a day or of a grade for which it asks nothing."""
    law = draw.rng.choice([law for law in laws() if law.reviewed])
    told = replace(
        _anything(draw, law.country, draw.rng.choice(sorted(law.reviewed))),
        grade=ANOTHER_GRADE,
        region=ANOTHER_REGION,
    )
    day = span(told.dates["arrival"])[0]
    if any(limit.in_force(day) is not False and told.concerns(limit) is not False for limit in law.limits):
        return None
    return Made(draw.kind, told, verdict="unregulated")


KINDS: dict[str, Kind] = {
    "in the scope of a limit": _in_scope,
    "out of the scope of a limit": _out_of_scope,
    "scope open": _scope_open,
    "spared": _spared,
    "perhaps spared": _perhaps_spared,
    "no product told": _no_product,
    "advice not followed": _advice_broken,
    "to be inspected": _to_be_inspected,
    "all kept": _all_kept,
    "no pack": _no_pack,
    "not reviewed": _not_reviewed,
    "unregulated": _unregulated,
}
