"""How much of a clean product brings a tank under a limit.

A tank of weights w_i (by mass or by volume, see `blending`) and values v_i, clean product of weight x and value c, and a
limit L: (Σ w_i v_i + x c) / (Σ w_i + x) <= L is Σ w_i (v_i - L) <= x (L - c), so that the least amount is
x = Σ w_i (v_i - L) / (L - c), where c lies below L.

Where amounts, densities and results are ranges, an amount suffices *surely* where it does for all that they can be,
*perhaps* where it does for some. Both sides of the inequality are sums of terms that share no range (each part and the
product have their own), so that the greatest left side meets the least right side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from vehiclecheck.records.errors import InputError
from vehiclecheck.scenarios.blending import BALANCES, NO_BALANCE, as_float, blended, not_told
from vehiclecheck.scenarios.fuel_limits import LegalLimit
from vehiclecheck.scenarios.tank import ANYTHING, DENSITY, SHORT_NAMES_OF, Part, Range

#: An exact number, or one of both infinities.
Number = Fraction | float


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so much of a property (in its unit), and who says so; `below` is how far under it the tank shall stay.

    `open` says what may keep the limit from applying, empty where it surely applies.
    """

    name: str
    most: Fraction
    below: Fraction = Fraction(0)
    provision: str = ""
    source: str = ""
    open: str = ""

    @property
    def aim(self) -> Fraction:
        """The greatest value that is aimed at."""
        return self.most - self.below


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of the clean product, in the unit of the answer: `least` or more, but no more than `most` where it is told."""

    least: Fraction
    most: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Needed:
    """How a tank stands to a limit, and what of the clean product it needs.

    `meets` is surely, perhaps or no. `surely` and `perhaps` are the amounts that bring it under the limit whatever the
    values in their ranges are, and for some of them; None where none does (or no product was named).
    """

    limit: Limit
    meets: str
    surely: Amount | None
    perhaps: Amount | None
    unit: str
    product: Range | None
    missing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "property": self.limit.name,
            "at_most": float(self.limit.most),
            "below": float(self.limit.below),
            "provision": self.limit.provision or None,
            "source": self.limit.source or None,
            "may_not_apply": self.limit.open or None,
            "meets": self.meets,
            "surely": amount_dict(self.surely),
            "perhaps": amount_dict(self.perhaps),
            "unit": self.unit or None,
            "missing": list(self.missing),
        }


def amount_dict(amount: Amount | None) -> dict[str, float | None] | None:
    """For JSON."""
    return None if amount is None else {"least": float(amount.least), "most": as_float(amount.most)}


def needed(parts: Sequence[Part], product: Part | None, limit: Limit) -> Needed:
    """How much of a product brings the tank under a limit, in the unit in which the tank is told. KeyError: a property
    without a balance.
    """
    mixed = blended(parts, limit.name)
    meets = "perhaps"
    if mixed.high is not None and mixed.high <= limit.aim:
        meets = "surely"
    elif mixed.low is not None and mixed.low > limit.aim:
        meets = "no"
    missing = list(not_told(parts, limit.name, added=product is not None))
    if product is None:
        return Needed(limit, meets, None, None, "", None, tuple(missing))
    value = product.density if limit.name == DENSITY else product.results.get(limit.name)
    if value is None:
        missing.append(f"{SHORT_NAMES_OF[limit.name]} of the clean product")
    kind, unit, size = _answer_unit(parts, BALANCES[limit.name])
    if product.density is None and kind != BALANCES[limit.name]:
        kind, unit, size = _unit_of(BALANCES[limit.name])
        missing.append(f"density of the clean product, so that its amount is in {unit}")
    one = Range(Fraction(1), Fraction(1))
    some = replace(product, volume=one if kind == "volume" else None, mass=one if kind == "mass" else None)
    worst, best = (_sum(_excess(part, limit, worst=end) for part in parts) for end in (True, False))
    # one unit of the product makes room for what it lies under the limit
    least_room, most_room = (-_excess(some, limit, worst=end) for end in (True, False))
    surely, perhaps = _amount(worst, least_room, size), _amount(best, most_room, size)
    if meets == "no" and most_room <= 0:
        perhaps = None  # the excess of a part whose weight is not known can be as small as one likes, and is not nothing
    return Needed(limit, meets, surely, perhaps, unit, value, tuple(missing))


def together(answers: Sequence[Needed]) -> Amount | None:
    """The amounts with which a tank surely keeps to all limits that surely apply; None where there are none, where the
    answers are in different units, or where there is but one limit.
    """
    sure = [answer for answer in answers if not answer.limit.open]
    amounts = [answer.surely for answer in sure if answer.surely is not None]
    if len(sure) < 2 or len(amounts) < len(sure) or len({answer.unit for answer in sure}) > 1:
        return None
    least = max(amount.least for amount in amounts)
    most = min((amount.most for amount in amounts if amount.most is not None), default=None)
    return None if most is not None and most < least else Amount(least, most)


def _sum(values: Iterator[Number]) -> Number:
    """A sum in which no infinity meets the other one."""
    total: Number = Fraction(0)
    for value in values:
        total = value if isinstance(value, float) else total if isinstance(total, float) else total + value
    return total


def _excess(part: Part, limit: Limit, *, worst: bool) -> Number:
    """By how much a part oversteps a limit, w (v - L): the greatest that it can be, or the least.

    It rises with v. In w it is a straight line, so that an end of w is the worst: the upper one for v above L, else the
    lower one. A density whose part is told by mass is in its weight too: there it is m (1 - L / d), which rises with d.
    """
    value, aim = part.results.get(limit.name, ANYTHING), limit.aim
    if limit.name == DENSITY:
        value = part.density or ANYTHING
    end = value.high if worst else value.low
    if limit.name == DENSITY and part.volume is None and part.mass is not None:
        weight = part.mass
        over: Number = Fraction(1) if end is None else 1 - aim / end if end else -math.inf
    else:
        weight = part.weight(BALANCES[limit.name])
        over = math.inf if end is None else end - aim
    if over == 0:
        return Fraction(0)
    heavy = weight.high if (over > 0) is worst else weight.low
    if heavy is None:
        return math.inf if over > 0 else -math.inf
    return Fraction(0) if not heavy else heavy * over


def _amount(excess: Number, room: Number, size: Fraction) -> Amount | None:
    """The amounts x of 0 or more with `excess` <= x `room`."""
    if excess <= 0:
        if room >= 0 or excess == -math.inf:
            return Amount(Fraction(0))
        return Amount(Fraction(0), Fraction(0) if room == -math.inf else Fraction(excess / room) / size)
    if room <= 0 or excess == math.inf:
        return None
    return Amount(Fraction(0) if room == math.inf else Fraction(excess / room) / size)


def _unit_of(balance: str) -> tuple[str, str, Fraction]:
    return ("mass", "t", Fraction(1000)) if balance == "mass" else ("volume", "m3", Fraction(1))


def _answer_unit(parts: Sequence[Part], balance: str) -> tuple[str, str, Fraction]:
    """By what an answer is told (volume or mass), its unit and the size of that: those of the tank, where parts agree."""
    units = {(part.unit.casefold(), part.size) for part in parts}
    kinds = {"volume" if part.volume is not None else "mass" for part in parts}
    if len(kinds) > 1:
        return _unit_of(balance)
    (kind,) = kinds
    return (kind, parts[0].unit, parts[0].size) if len(units) == 1 else _unit_of(kind)


def limits_asked(
    parts: Sequence[Part],
    levels: Mapping[str, Fraction],
    legal: Sequence[LegalLimit],
    below: Mapping[str, Fraction],
) -> list[Limit]:
    """The limits that a person names, then those of a law on what the parts tell. InputError for one without a balance, or
    a margin that leaves nothing.
    """
    for name in (*levels, *below):
        if name in NO_BALANCE:
            raise InputError(f"{SHORT_NAMES_OF[name]} {NO_BALANCE[name]}: no amount can be told")
    told = {name for part in parts for name in part.results} & set(BALANCES)
    found = [Limit(name, most, below.get(name, Fraction(0))) for name, most in levels.items()]
    for each in legal:
        if each.name in told:
            most, version = Fraction(f"{each.most:.12g}"), each.version
            margin = below.get(each.name, Fraction(0))
            source = f"{version.cite()} [grade {version.grade}]"
            found.append(Limit(each.name, most, margin, version.provision, source, "; ".join(each.open)))
    for name in below:
        if name not in {limit.name for limit in found}:
            raise InputError(f"--below: there is no limit of {SHORT_NAMES_OF[name]} to stay under")
    for limit in found:
        if limit.aim < 0:
            raise InputError(
                f"--below: {float(limit.below):g} under a limit of {float(limit.most):g} for {SHORT_NAMES_OF[limit.name]} "
                "leaves nothing"
            )
    return found
