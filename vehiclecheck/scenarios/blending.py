"""What a tank holds when its parts are mixed: mass balances.

A tank of parts i that is mixed through. What a part brings along stays: nothing evaporates, settles or reacts.

* A share by mass (sulphur mg/kg): of m_i kg the part p_i is sulphur, so the tank holds Σ m_i p_i in Σ m_i, and the blend has
  the mean of the p_i, weighted by mass. A volume V_i weighs m_i = V_i d_i.
* An amount by volume (benzene % v/v, lead g/L): the mean weighted by volume. This takes volumes at 15 °C as additive; so
  does the density, Σ m_i / Σ V_i = Σ V_i d_i / Σ V_i. A mass m_i has the volume V_i = m_i / d_i.

Amounts, densities and results may be ranges, and each of them may lie anywhere in its own: bounds are the least and the
greatest blend that can be. All numbers are exact fractions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from vehiclecheck.scenarios.tank import ANYTHING, DENSITY, SHORT_NAMES_OF, Part, Range
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: The balance of each property that has one.
BALANCES: dict[str, str] = {
    **dict.fromkeys(
        ("sulphur_mg_kg", "water_mg_kg", "contamination_mg_kg", "oxygen_pct", "pah_pct", "ash_pct"), "mass"
    ),
    **dict.fromkeys(
        (
            "lead_g_l",
            "manganese_mg_l",
            "benzene_pct",
            "aromatics_pct",
            "olefins_pct",
            "fame_pct",
            "ethanol_pct",
        ),
        "volume",
    ),
    **dict.fromkeys(("methanol_pct", "mtbe_pct", "kerosene_pct", DENSITY), "volume"),
}
_RATED = "is rated in a test engine and is no amount that parts bring along"
_EVAPORATES = (
    "depends on how all that is in the tank evaporates together and is no amount that parts bring along"
)
_TESTED = "is what a test does to the whole and is no amount that parts bring along"
#: Why the others have none: no number can be told of the blend, not even that it lies between its parts.
NO_BALANCE: dict[str, str] = {
    **dict.fromkeys(("ron", "mon", "cetane_number"), _RATED),
    **dict.fromkeys(("flash_point_c", "t90_c", "t95_c", "vapour_pressure_kpa"), _EVAPORATES),
    **dict.fromkeys(
        ("carbon_residue_pct", "gum_mg_100ml", "lubricity_um", "oxidation_stability_min", "viscosity_40c"),
        _TESTED,
    ),
    "cetane_index": "is calculated from density and distillation: from those of the blend, not of its parts",
}


@dataclass(frozen=True, slots=True)
class Blended:
    """One property of the blend. `low` is None where nothing can be told, `high` where nothing bounds it above.

    `balance` is empty and `reason` says why, where there is none. `missing` says what would have to be known.
    """

    name: str
    low: Fraction | None
    high: Fraction | None
    balance: str
    reason: str = ""
    missing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "property": self.name,
            "unit": FUEL_PROPERTIES[self.name] or None,
            "low": as_float(self.low),
            "high": as_float(self.high),
            "balance": self.balance or None,
            "reason": self.reason or None,
            "missing": list(self.missing),
        }


def as_float(value: Fraction | None) -> float | None:
    """For JSON."""
    return None if value is None else float(value)


def with_density(part: Part, density: Range | None) -> Part:
    """The part, with this density where none is told."""
    if density is None or part.density is not None:
        return part
    return replace(part, results={**part.results, DENSITY: density}, assumed=True)


def blend(parts: Sequence[Part]) -> list[Blended]:
    """Every property that a part tells, in the order of the vocabulary. The density only where one was told, not assumed."""
    told = {name for part in parts for name in part.results if name != DENSITY or not part.assumed}
    if any(part.volume is not None and part.mass is not None for part in parts):
        told.add(DENSITY)
    return [blended(parts, name) for name in FUEL_PROPERTIES if name in told]


def blended(parts: Sequence[Part], name: str) -> Blended:
    """One property of the blend of parts."""
    if name in NO_BALANCE:
        return Blended(name, None, None, "", NO_BALANCE[name])
    balance, missing = BALANCES[name], tuple(not_told(parts, name))
    if name == DENSITY:
        if any(part.density is None for part in parts):
            return Blended(name, None, None, balance, missing=missing)
        # with masses told, a denser part takes less room: at either end of all densities the volumes are what they are there
        ends = [_at_density(parts, end) for end in ("low", "high")]
    else:
        ends = [[(part.weight(balance), part.results.get(name, ANYTHING)) for part in parts]] * 2
    low = _least_mean([(weight, value.low) for weight, value in ends[0]])
    if any(value.high is None and weight.high != 0 for weight, value in ends[1]):
        return Blended(name, low, None, balance, missing=missing)
    greatest = _least_mean([(weight, -value.high) for weight, value in ends[1] if value.high is not None])
    return Blended(name, low, -greatest, balance, missing=missing)


def _at_density(parts: Sequence[Part], end: str) -> list[tuple[Range, Range]]:
    """Volumes and densities of parts with each density at one end. Σ m / Σ V rises with every d_i: with V_i told since
    m_i = V_i d_i does, with m_i told since V_i = m_i / d_i falls.
    """
    found = []
    for part in parts:
        told = part.density or ANYTHING
        at = told.low if end == "low" else told.high
        density = Range(at, at) if at is not None else Range(told.low, None)
        results = {**part.results, DENSITY: density}
        found.append((replace(part, results=results).weight("volume"), density))
    return found


def not_told(parts: Sequence[Part], name: str, *, added: bool = False) -> Iterator[str]:
    """What would have to be known to bound a property of the blend; `added`: of parts to which something is added."""
    silent = [
        part.name for part in parts if name not in part.results and (name != DENSITY or part.density is None)
    ]
    if silent:
        yield f"{SHORT_NAMES_OF[name]} of {_listed(silent)}"
    # of one part alone, with nothing added, the amount does not matter
    unweighed = [
        part.name for part in parts if part.weight(BALANCES[name]) == ANYTHING and (added or len(parts) > 1)
    ]
    if unweighed and name != DENSITY:
        yield f"density of {_listed(unweighed)}"


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:6]) + ([f"{len(names) - 6} more"] if len(names) > 6 else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _least_mean(terms: Sequence[tuple[Range, Fraction]]) -> Fraction:
    """The least mean Σ w_i v_i / Σ w_i over all weights in their ranges (the infimum, where a weight has no upper end).

    The derivative by w_i is (v_i - mean) / Σ w: the mean falls or rises with a weight all the way, by whether its value lies
    below or above the mean of the others. So a least mean is found with every weight at an end: at the upper one for values
    below that mean, at the lower one for values above, and ordered by value that is one of n cuts: all are tried. A
    weight without an upper end draws the mean to its own value, and what lies above it is then of no account.
    """
    ordered = sorted(terms, key=lambda term: term[1])
    weight = sum((each.low for each, _ in ordered), Fraction(0))
    total = sum((each.low * value for each, value in ordered), Fraction(0))
    means: list[Fraction] = []
    for each, value in ordered:
        if each.high is None:
            means.append(value)
            break
        weight += each.high - each.low
        total += (each.high - each.low) * value
        if weight:
            means.append(total / weight)
    return min(means)


def total(parts: Sequence[Part], balance: str) -> Range | None:
    """The whole tank, kg or m3; None where that of a part is not known."""
    weights = [part.weight(balance) for part in parts]
    if any(weight.high is None for weight in weights):
        return None
    high = sum((weight.high for weight in weights if weight.high is not None), Fraction(0))
    return Range(sum((weight.low for weight in weights), Fraction(0)), high)
