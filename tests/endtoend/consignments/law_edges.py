"""Kinds of generated consignments by the day: before and on a change of law, across it, where no source tells the day."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace

from tests.endtoend.consignments.drawing import (
    DAY,
    FIRST,
    LAST,
    Drawer,
    Kind,
    Made,
    Pool,
    Says,
    Target,
    certain,
    changed,
    comfortable,
    simple,
    targets,
)
from tests.endtoend.consignments.laboratory import Result
from tests.endtoend.consignments.law import Consignment, Limit, span


def _between(draw: Drawer, target: Target) -> tuple[Result | None, Says, Says]:
    """A result that one of two laws allows, and what the earlier and the later say of it."""
    low, high = sorted((target.level_before, target.level))
    hair = abs(target.hair)
    value = draw.rng.choice((low + hair, ((low + high) / 2).quantize(hair), high))
    allowed, forbidden = ("pass", "plain"), ("fail", "plain")
    says = (allowed, forbidden) if target.level_before == high else (forbidden, allowed)
    return draw.plain(target, value), *says


def _concerned_by_both(draw: Drawer, target: Target, day: str, date: str = "arrival") -> Consignment | None:
    told = draw.concerned(target, day, date)
    return told if told and target.before and told.concerns(target.before) else None


def _day_before(draw: Drawer) -> Made | None:
    target = draw.pick(changed())
    result, earlier, _ = _between(draw, target)
    return draw.made(
        _concerned_by_both(draw, target, str(target.limit.certain[0] - DAY)), target, result, earlier
    )


def _day_of(draw: Drawer) -> Made | None:
    target = draw.pick(changed())
    result, _, later = _between(draw, target)
    return draw.made(_concerned_by_both(draw, target, str(target.limit.certain[0])), target, result, later)


def _arrived_later(draw: Drawer) -> Made | None:
    target = draw.pick(changed())
    result, _, later = _between(draw, target)
    told = _concerned_by_both(draw, target, str(target.limit.certain[0]))
    declared = {"declaration": str(target.limit.certain[0] - draw.rng.randrange(1, 60) * DAY)}
    return draw.made(told and replace(told, dates=told.dates | declared), target, result, later)


def _across(draw: Drawer) -> tuple[Target, str] | None:
    """A change of law, and the month or year in which it comes and in which nothing else changes there."""
    target = draw.pick(changed())
    change = target.limit.certain[0]
    texts = [text for text in (f"{change:%Y-%m}", f"{change:%Y}") if span(text)[0] < change]
    if not texts or target.before is None:
        return None
    text = draw.rng.choice(texts)
    first, last = span(text)
    return (target, text) if target.before.certain[0] <= first and last < target.limit.certain[1] else None


def _across_one(draw: Drawer) -> Made | None:
    if (found := _across(draw)) is None:
        return None
    target, text = found
    return draw.made(
        _concerned_by_both(draw, target, text), target, _between(draw, target)[0], ("unknown", None)
    )


def _across_both(draw: Drawer) -> Made | None:
    if (found := _across(draw)) is None:
        return None
    target, text = found
    low, high = sorted((target.level_before, target.level))
    value, outcome = draw.rng.choice(((low, "pass"), (high + target.hair, "fail")))
    return draw.made(
        _concerned_by_both(draw, target, text), target, draw.plain(target, value), (outcome, None)
    )


@functools.cache
def _begun() -> Pool:
    """What is the first law on its matter, from a day of the ten years that is told."""
    return certain().only(
        lambda one: (
            one.limit.possible[0] == one.limit.certain[0] > FIRST
            and not any(other.possible[0] < one.limit.certain[0] for other in _others(one))
        )
    )


@functools.cache
def _ended() -> Pool:
    """What ended on a day of the ten years that is told, with nothing after it."""
    return certain().only(
        lambda one: (
            one.limit.possible[1] == one.limit.certain[1] <= LAST
            and not any(other.possible[1] > one.limit.certain[1] for other in _others(one))
        )
    )


def _others(target: Target) -> list[Limit]:
    return [other for other in target.law.provisions[target.limit.provision] if other is not target.limit]


def _without(draw: Drawer) -> Made | None:
    begins = draw.rng.random() < 0.5
    target = draw.pick(_begun() if begins else _ended())
    day = target.limit.certain[0] - DAY if begins else target.limit.certain[1]
    return draw.made(draw.concerned(target, day), target, draw.beyond(target), ("none", None))


def _first_day(draw: Drawer) -> Made | None:
    begins = draw.rng.random() < 0.5
    target = draw.pick(_begun() if begins else _ended())
    day = target.limit.certain[0] if begins else target.limit.certain[1] - DAY
    return draw.made(draw.concerned(target, day), target, draw.beyond(target), ("fail", "plain"))


@functools.cache
def _perhaps() -> Pool:
    """What may have been law at some time in the ten years."""
    return targets().only(lambda one: bool(_open_spans(one.limit)))


def _open_spans(limit: Limit) -> list[tuple[dt.date, dt.date]]:
    spans = (limit.possible[0], limit.certain[0]), (limit.certain[1], limit.possible[1])
    cut = [(max(first, FIRST), min(end, LAST + DAY)) for first, end in spans]
    return [(first, end - DAY) for first, end in cut if first < end]


def _open_law(draw: Drawer) -> tuple[Target, Consignment | None]:
    """On a day of which no source tells whether this was law; nothing else is on this matter."""
    target = draw.pick(_perhaps())
    day = draw.day(*draw.rng.choice(_open_spans(target.limit)))
    alone = not any(other.in_force(day) is not False for other in _others(target))
    return target, draw.concerned(target, day) if alone else None


def _seen_kept(draw: Drawer) -> Made | None:
    target, told = _open_law(draw)
    return draw.made(told, target, draw.plain(target, target.level), ("pass", None))


def _seen_broken(draw: Drawer) -> Made | None:
    target, told = _open_law(draw)
    return draw.made(told, target, draw.beyond(target), ("unknown", None))


def _declared(draw: Drawer) -> Made | None:
    target = draw.pick(certain())
    told = draw.concerned(target, draw.certain_day(target), draw.rng.choice(("declaration", "shipment")))
    return draw.made(told, target, draw.beyond(target), ("fail", "plain"))


def _no_date(draw: Drawer) -> Made | None:
    """Any day is possible, also those before the first law."""
    target = draw.pick(simple())
    told = draw.concerned(target, "")
    alike = all(
        (other.effect, other.lawful) == (target.limit.effect, target.limit.lawful)
        for other in _others(target)
    )
    if told is None or not alike or not all(told.concerns(other) for other in _others(target)):
        return None
    limits = [one for one in target.law.limits if one.fuel_property == target.limit.fuel_property]
    if draw.rng.random() < 0.5:
        return draw.made(told, target, draw.plain(target, comfortable(limits)), ("pass", None))
    levels = [level for one in limits for level in (one.most, one.least) if level is not None]
    far = max(levels) * 2 if target.is_most else min(levels) / 2
    return draw.made(told, target, draw.plain(target, far), ("unknown", None))


KINDS: dict[str, Kind] = {
    "the day before a change of law": _day_before,
    "the day of a change of law": _day_of,
    "declared before a change of law, arrived on its day": _arrived_later,
    "a change of law in the month or year, allowed by one": _across_one,
    "a change of law in the month or year, allowed by both or by none": _across_both,
    "the last day without a law, or the first after it": _without,
    "the first or the last day of a law": _first_day,
    "before a law was first seen or after it was last seen, kept": _seen_kept,
    "before a law was first seen or after it was last seen, broken": _seen_broken,
    "no arrival told, declared or shipped": _declared,
    "no date": _no_date,
}
