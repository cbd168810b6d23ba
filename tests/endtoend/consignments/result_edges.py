"""Kinds of generated consignments by what one result proves: at a limit, 0.59 R off, below detection, out of range."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from tests.endtoend.consignments.drawing import (
    Drawer,
    Kind,
    Made,
    Pool,
    Says,
    Target,
    certain,
    measured,
    proved,
    simple,
)

_PASS, _OPEN, _FAIL = ("pass", ""), ("unknown", "within"), ("fail", "beyond")
_Proof = tuple[Callable[[Target], Decimal], bool | None, Says, Says]
#: The value; for a bound whether it is open to the outside; what it proves to a receiver and to a supplier.
_PROOFS: dict[str, _Proof] = {
    "at the limit": (lambda one: one.level, None, _PASS, _OPEN),
    "inside by 0.59 R": (lambda one: one.inner, None, _PASS, _PASS),
    "inside by a hair less than 0.59 R": (lambda one: one.inner + one.hair, None, _PASS, _OPEN),
    "outside by a hair": (lambda one: one.level + one.hair, None, _OPEN, _OPEN),
    "outside by 0.59 R": (lambda one: one.outer, None, _OPEN, _OPEN),
    "outside by a hair more than 0.59 R": (lambda one: one.outer + one.hair, None, _FAIL, _FAIL),
    "a bound at the limit": (lambda one: one.level, False, _PASS, _OPEN),
    "a bound inside by 0.59 R": (lambda one: one.inner, False, _PASS, _PASS),
    "a bound outside by 0.59 R": (lambda one: one.outer, True, _OPEN, _OPEN),
    "a bound outside by a hair more than 0.59 R": (lambda one: one.outer + one.hair, True, _FAIL, _FAIL),
}


def _proof(draw: Drawer, proof: _Proof) -> Made | None:
    value, outside, receiver, supplier = proof
    target = draw.pick(proved())
    told = draw.concerned(target, draw.certain_day(target))
    result = draw.result(target, value(target), "" if outside is None else target.sign(outside=outside))
    return draw.made(told, target, result, receiver, supplier)


def _plainly(
    draw: Drawer, pool: Pool, value: Callable[[Target], Decimal], sign: bool | None, says: Says
) -> Made | None:
    target = draw.pick(pool)
    told = draw.concerned(target, draw.certain_day(target))
    written_sign = "" if sign is None else target.sign(outside=sign)
    return draw.made(told, target, draw.plain(target, value(target), written_sign), says)


def _at(draw: Drawer) -> Made | None:
    return _plainly(draw, certain(), lambda one: one.level, None, ("pass", "plain"))


def _inside(draw: Drawer) -> Made | None:
    return _plainly(draw, certain(), lambda one: one.level - one.hair, None, ("pass", "plain"))


def _outside(draw: Drawer) -> Made | None:
    return _plainly(draw, certain(), lambda one: one.level + one.hair, None, ("fail", "plain"))


def _detection(draw: Drawer) -> Made | None:
    inside = draw.part(0.05, 1), draw.part(1, 1.3)
    return _plainly(draw, simple(), lambda one: one.scaled(*inside), False, ("pass", "plain"))


def _poor_detection(draw: Drawer) -> Made | None:
    outside = draw.part(1.02, 1.3), draw.part(0.7, 0.98)
    return _plainly(draw, simple(), lambda one: one.scaled(*outside), False, ("unknown", ""))


def _off_scale(draw: Drawer) -> Made | None:
    outside = draw.part(1.02, 1.3), draw.part(0.7, 0.98)
    return _plainly(draw, simple(), lambda one: one.scaled(*outside), True, ("fail", "plain"))


@functools.cache
def _below(settled: bool) -> Pool:
    """Methods that begin inside of the limit, where all below is settled, or outside of it, where nothing is."""

    def fits(one: Target) -> bool:
        low = one.low
        if not low:
            return False
        known = low <= one.level - one.band if one.is_most else low < one.level - one.band
        return known if settled else low > one.level if one.is_most else low >= one.level

    return measured().only(fits)


@functools.cache
def _above(settled: bool) -> Pool:
    """The same of methods and where they end."""

    def fits(one: Target) -> bool:
        high = one.high
        if high is None:
            return False
        known = high > one.level + one.band if one.is_most else high >= one.level + one.band
        return known if settled else high <= one.level if one.is_most else high < one.level

    return measured().only(fits)


def _out_of_range(draw: Drawer, *, below: bool, settled: bool) -> Made | None:
    target = draw.pick((_below if below else _above)(settled))
    told = draw.concerned(target, draw.certain_day(target))
    edge, part = (target.low, draw.part(0.02, 0.99)) if below else (target.high, draw.part(1.001, 1.05))
    value = ((edge or Decimal(0)) * Decimal(str(part))).quantize(Decimal("0.000001"))
    says: Says = ("unknown", "")
    if settled:
        outcome = "pass" if below == target.is_most else "fail"
        says = outcome, "plain" if not target.band else "beyond" if outcome == "fail" else ""
    return draw.made(told, target, draw.result(target, value, in_range=False), says)


def _missing(draw: Drawer) -> Made | None:
    target = draw.pick(certain())
    told = draw.concerned(target, draw.certain_day(target))
    found = draw.plain(target, target.level)
    return draw.made(
        told, target, found and replace(found, text=draw.rng.choice(("", "-", "n/a"))), ("unknown", "")
    )


KINDS: dict[str, Kind] = {
    **{name: functools.partial(_proof, proof=proof) for name, proof in _PROOFS.items()},
    "plainly at the limit": _at,
    "plainly inside by a hair": _inside,
    "plainly outside by a hair": _outside,
    "below detection, inside": _detection,
    "below a detection that lies outside": _poor_detection,
    "above what could be told, outside": _off_scale,
    "below the range of its method, settled": functools.partial(_out_of_range, below=True, settled=True),
    "below the range of its method, open": functools.partial(_out_of_range, below=True, settled=False),
    "above the range of its method, settled": functools.partial(_out_of_range, below=False, settled=True),
    "above the range of its method, open": functools.partial(_out_of_range, below=False, settled=False),
    "not tested": _missing,
}
