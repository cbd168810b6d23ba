"""What `vehiclecheck fuel blend` prints: the parts as they were read, the blend, and what brings it under a limit."""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from vehiclecheck.outputs.packs import table, wrap
from vehiclecheck.scenarios.blending import total
from vehiclecheck.scenarios.diluting import Needed, amount_dict, together
from vehiclecheck.scenarios.tank import DENSITY, SHORT_NAMES_OF, Part, Range
from vehiclecheck.scenarios.wording import property_words
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

if TYPE_CHECKING:
    from vehiclecheck.scenarios.blending import Blended

#: Digits that are shown of a number that has more; a bound is rounded away from what it bounds.
_DIGITS, _EXACT_DIGITS = 4, 7
_ASSUMPTIONS = {
    "mass": "By mass: the tank is mixed through, and nothing in it settles, evaporates or reacts.",
    "volume": "By volume: besides, volumes are those at 15 °C and are taken as additive.",
}


def blend_dict(parts: Sequence[Part], blend: Sequence[Blended], answers: Sequence[Needed]) -> dict[str, Any]:
    """For JSON."""
    return {
        "parts": [_part_dict(part) for part in parts],
        "tank": {
            "volume_m3": _range_dict(total(parts, "volume")),
            "mass_kg": _range_dict(total(parts, "mass")),
        },
        "blend": [each.as_dict() for each in blend],
        "limits": [each.as_dict() for each in answers],
        "together": amount_dict(together(answers)),
    }


def _part_dict(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "volume_m3": _range_dict(part.volume),
        "mass_kg": _range_dict(part.mass),
        "density_assumed": part.assumed,
        "results": {name: _range_dict(told) for name, told in part.results.items()},
    }


def _range_dict(told: Range | None) -> dict[str, float | None] | None:
    if told is None:
        return None
    return {"low": float(told.low), "high": None if told.high is None else float(told.high)}


# ---------------------------------------------------------------- numbers


def number(value: Fraction, rounding: str) -> str:
    """A number for people: as it is where it is short, else rounded (`decimal.ROUND_FLOOR`, `ROUND_CEILING`)."""
    whole = len(str(abs(value.numerator) // value.denominator))
    for digits in (_EXACT_DIGITS, _DIGITS):
        context = decimal.Context(prec=max(digits, whole), rounding=rounding)
        shown = context.divide(decimal.Decimal(value.numerator), decimal.Decimal(value.denominator))
        if not context.flags[decimal.Inexact]:
            break
    text = f"{shown:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def least(value: Fraction) -> str:
    """A lower bound, not above what it is."""
    return number(value, decimal.ROUND_FLOOR)


def most(value: Fraction) -> str:
    """An upper bound, not below what it is."""
    return number(value, decimal.ROUND_CEILING)


def range_words(low: Fraction | None, high: Fraction | None, unit: str) -> str:
    """`40 to 60 mg/kg`, `at least 40 mg/kg`, `at most 10 mg/kg`, `62 mg/kg`."""
    if low is None or (high is None and not low):
        return "not known"
    if high is None:
        words = f"at least {least(low)}"
    elif low == high:
        words = least(low) if least(low) == most(low) else f"about {number(low, decimal.ROUND_HALF_EVEN)}"
    else:
        words = f"{least(low)} to {most(high)}" if low else f"at most {most(high)}"
    return f"{words} {unit}".strip()


def _name(fuel_property: str) -> str:
    return property_words(fuel_property)


# ---------------------------------------------------------------- text


def blend_text(parts: Sequence[Part], blend: Sequence[Blended], answers: Sequence[Needed], width: int) -> str:
    """Everything that is told of a tank."""
    blocks = [f"Parts, as they were read:\n{_parts_table(parts, width)}"]
    blocks.append(f"The blend:\n{_blend_table(blend, width)}" if blend else "No part tells a property.")
    kinds = dict.fromkeys(each.balance for each in blend if each.low is not None or each.high is not None)
    notes = [_ASSUMPTIONS[kind] for kind in _ASSUMPTIONS if kind in kinds or (kind == "mass" and kinds)]
    if notes:
        blocks.append("\n".join(wrap(note, width) for note in notes))
    blocks += [wrap(_answer(each), width) for each in answers]
    if (amount := together(answers)) is not None:
        unit = answers[0].unit
        words = f"{most(amount.least)} {unit} or more" if amount.most is None else "none"
        if amount.most:
            words = f"{most(amount.least)} to {least(amount.most)} {unit}"
        blocks.append(
            wrap(f"To keep surely to all limits that surely apply: {words} of the clean product.", width)
        )
    return "\n\n".join(blocks)


def _parts_table(parts: Sequence[Part], width: int) -> str:
    rows = [[part.name, _amount_words(part), _results_words(part)] for part in parts]
    if len(parts) > 1:
        whole = [_whole(total(parts, "volume"), "m3", 1), _whole(total(parts, "mass"), "t", 1000)]
        rows.append(["together", ", ".join(filter(None, whole)) or "not known", ""])
    return table(["part", "amount", "results"], rows, width, [2, 2, 4], spaced=False)


def _whole(whole: Range | None, unit: str, size: int) -> str:
    if whole is None or whole.high is None:
        return ""
    return range_words(whole.low / size, whole.high / size, unit)


def _amount_words(part: Part) -> str:
    words: list[str] = []
    for amount, unit in ((part.volume, "m3"), (part.mass, "t")):
        if amount is None or amount.high is None:
            continue
        size = Fraction(1000 if unit == "t" else 1)
        if not words and part.unit:
            unit, size = part.unit, part.size
        words.append(range_words(amount.low / size, amount.high / size, unit))
    return ", ".join(words)


def _results_words(part: Part) -> str:
    words = []
    for name in FUEL_PROPERTIES:
        if (told := part.results.get(name)) is not None:
            assumed = " (assumed)" if name == DENSITY and part.assumed else ""
            words.append(
                f"{SHORT_NAMES_OF[name]} {range_words(told.low, told.high, FUEL_PROPERTIES[name])}{assumed}"
            )
    return ", ".join(words) or "none"


def _blend_table(blend: Sequence[Blended], width: int) -> str:
    rows = []
    for each in blend:
        if not each.balance:
            rows.append([_name(each.name), "no number", f"it {each.reason}"])
            continue
        missing = f"; not told: {'; '.join(each.missing)}" if each.missing else ""
        value = range_words(each.low, each.high, FUEL_PROPERTIES[each.name])
        rows.append([_name(each.name), value, f"by {each.balance}{missing}"])
    return table(["property", "blend", "how"], rows, width, [2, 3, 5], spaced=False)


def _answer(answer: Needed) -> str:
    """How the tank stands to one limit, in sentences."""
    limit, unit = answer.limit, FUEL_PROPERTIES[answer.limit.name]
    name = _name(limit.name)
    asked = f"at most {most(limit.most)} {unit}".strip()
    if limit.below:
        asked += f", less {most(limit.below)} {unit} for safety"
    head = f"Limit of {name}: {asked}"
    if limit.provision:
        head += f" ({limit.provision}; {limit.source})"
    parts = [f"{head}."]
    if limit.open:
        parts.append(f"It may not apply: {limit.open}.")
    tank = {
        "surely": "The tank surely keeps to it",
        "perhaps": "The tank may keep to it",
        "no": "The tank does not keep to it",
    }
    parts.append(f"{tank[answer.meets]}.")
    if answer.unit:
        parts.append(_amount_sentence(answer))
    settled = answer.meets == "surely" or (answer.unit and answer.perhaps is None)
    if answer.missing and not settled:
        parts.append(f"Not told: {'; '.join(answer.missing)}.")
    return " ".join(parts)


def _amount_sentence(answer: Needed) -> str:
    unit, product = answer.unit, answer.product
    surely, perhaps = answer.surely, answer.perhaps
    if surely is not None and not surely.least:
        if surely.most is None:
            return "It needs none of the clean product, and any amount of it keeps it there."
        if not surely.most:
            return "It needs none of the clean product, and with any of it, it would not surely keep to the limit."
        return f"It needs none of the clean product; up to {least(surely.most)} {unit} of it surely keep it there."
    aim, own = f"not under {most(answer.limit.aim)}", f"its own {_name(answer.limit.name)}"
    of_property = FUEL_PROPERTIES[answer.limit.name]
    if perhaps is None:
        value = "not known" if product is None else range_words(product.low, product.high, of_property)
        return f"No amount of the clean product brings it there: {own} is {value}, {aim}."
    if surely is None:
        words = "How much of the clean product surely brings it there cannot be told."
        if product is not None and (product.high is None or product.high >= answer.limit.aim):
            value = "more than is told" if product.high is None else f"{most(product.high)} {of_property}"
            words = f"No amount of the clean product surely brings it there: {own} may be {value}, {aim}."
        less = f" With less than {least(perhaps.least)} {unit} of it, it surely does not."
        return words + less if perhaps.least else words
    if surely.least == perhaps.least:
        return f"{most(surely.least)} {unit} of the clean product bring it there."
    words = f"{most(surely.least)} {unit} of the clean product surely bring it there"
    return (
        f"{words}; with less than {least(perhaps.least)} {unit}, it surely does not."
        if perhaps.least
        else f"{words}."
    )
