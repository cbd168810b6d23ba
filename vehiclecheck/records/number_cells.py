"""Numbers as people write them: decimal comma or point, separators of thousands, a unit in the cell, and what tests give:
`<1`, `40..60`, `62 ± 3`.

`1.234` is one thousand two hundred and thirty-four in half of the world and one and a bit in the other half.
Nothing is guessed:

* a reading that the field cannot have is dropped (an engine of 1.998 cc, a third of a vehicle);
* other cells of the same column of the same file decide, if they can be read in one way only (`12.50`,
  `1.234.567`, `1,234.5`);
* otherwise both readings are kept as bounds, or, where a field has no bounds, the row is set aside.

Whole columns are read by `numbers`; what one can hold, and in which units, is in `number_fields` and `fuel_numbers`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from vehiclecheck.records.fuel_numbers import LEAST_OF_PROPERTY
from vehiclecheck.records.lexicon import is_not_told
from vehiclecheck.records.number_fields import (
    PERCENT,
    QUANTITY,
    UNIT_NOT_TOLD,
    VALUE,
    Conversion,
    NumberField,
    unit_key,
)

#: Evidence of a column: a cell that can only have a decimal point, a decimal comma.
POINT, COMMA = 1, 2

_SHAPE = re.compile(
    r"(?P<before>[^\d.,+-]*)(?P<sign>[+-]?)\s*(?P<number>\d[\d.,'’_ ]*|[.,]\d+)"
    r"(?:[eE](?P<power>[+-]?\d{1,3})(?!\w))?(?P<unit>.*)",
    re.DOTALL,
)
#: Between two numbers: a value and how sure it is, or the ends of a range. A dash stands right behind a digit, so that
#: neither `-5` nor `5E-4` nor `mm2.s-1` is a range.
_BETWEEN = re.compile(r"(?P<spread>±|\+\s*/\s*-|\+-)|\.{2,}|(?<=\d)\s*[-–—]\s*(?=[\d.,])")
#: `@ 15 °C` behind a unit.
_AT = re.compile(
    r"\s*(?:@|\b(?:at|à|a|bei)\b)\s*(?P<degrees>\d+(?:[.,]\d+)?)\s*°?\s*(?P<scale>[cf]?)$", re.IGNORECASE
)
_NO_NUMBER = "no number can be read"
_NO_UNIT = "what stands beside the number is no unit of this column"
#: Words before a number that make it a bound where a test gave it: the value lies below, or above.
_SIDES = {"<": "<", "≤": "<", "<=": "<", "=<": "<", "less than": "<", "below": "<", "moins de": "<", "inférieur à": "<",
"menos de": "<", "menor que": "<", "menor a": "<", "inferior a": "<", ">": ">", "≥": ">", ">=": ">", "=>": ">",
"more than": ">", "greater than": ">", "above": ">", "plus de": ">", "supérieur à": ">", "más de": ">",
"mayor que": ">", "mayor a": ">", "mais de": ">", "maior que": ">", "superior a": ">"}  # fmt: skip
_NOT_MEASURED = frozenset((*_SIDES, "~", "ca", "ca.", "approx", "approx.", "max", "max.", "min", "min."))
_GROUPS = re.compile(r"\d{1,3}(?:(?:,\d{3})+|(?:\.\d{3})+|(?:,\d{2})+,\d{3})")


def evidence(text: str) -> int:
    """What a cell proves of its column: POINT or COMMA as the decimal sign, or nothing."""
    text = unicodedata.normalize("NFKC", text).strip()
    ends = [text]
    if between := _BETWEEN.search(text):  # the ends of a range, each by itself
        ends = [text[: between.start()], text[between.end() :]]
    return _evidence(ends[0]) | _evidence(ends[-1])


def _evidence(text: str) -> int:
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        return 0
    number = re.sub(r"['’_ ]", "", match["number"]).rstrip(".,")
    point, comma = number.count("."), number.count(",")
    if point and comma:
        return POINT if number.rindex(".") > number.rindex(",") else COMMA
    sign = "." if point else "," if comma else ""
    if not sign:
        return 0
    this, other = (POINT, COMMA) if sign == "." else (COMMA, POINT)
    if point + comma > 1:
        return other
    whole, _, rest = number.partition(sign)
    sure = len(rest) != 3 or len(whole) > 3 or whole in ("", "0") or match["power"] is not None
    return this if sure else 0


def _candidates(number: str, style: int) -> list[float]:
    """The values that digits with separators can mean; none if they are grouped in no known way."""
    number = number.strip()
    if re.search(r"['’_ ]", number):
        head, *groups = re.split(r"['’_ ]", number)
        last = re.split(r"[.,]", groups[-1])
        if (
            not re.fullmatch(r"\d{1,3}", head)
            or any(len(group) != 3 for group in [*groups[:-1], last[0]])
            or len(last) > 2
        ):
            return []
        return [float(head + "".join(groups[:-1]) + last[0] + ("." + last[1] if len(last) == 2 else ""))]
    number = number.rstrip(".,")
    point, comma = number.count("."), number.count(",")
    if not point and not comma:
        return [float(number)]
    if point and comma:
        decimal, thousands = (".", ",") if number.rindex(".") > number.rindex(",") else (",", ".")
        whole, _, rest = number.partition(decimal)
        if decimal in rest or not _GROUPS.fullmatch(whole) or thousands in rest:
            return []
        return [float(whole.replace(thousands, "") + "." + rest)]
    sign = "." if point else ","
    if point + comma > 1:
        return [float(number.replace(sign, ""))] if _GROUPS.fullmatch(number) else []
    whole, _, rest = number.partition(sign)
    as_decimal = float(f"{whole or 0}.{rest}")
    if len(rest) != 3 or len(whole) > 3 or whole in ("", "0"):
        return [as_decimal]
    as_thousands = float(whole + rest)
    if style in (POINT, COMMA):
        return [as_decimal if (style == POINT) == (sign == ".") else as_thousands]
    return [as_decimal, as_thousands]


class Cell(NamedTuple):
    """What a cell says: lowest and highest value, or the reason why it is set aside; all None: not told.

    `unit`: a unit that says something only with the density of the row, with which the bounds are still to be multiplied.
    """

    low: float | None = None
    high: float | None = None
    reason: str | None = None
    unit: str | None = None


class _Stated(NamedTuple):
    """A number as it stands in a cell: what it may be, in the unit that stands beside it."""

    before: str
    behind: str
    values: list[float]
    power: str | None


def read_number(
    text: str, spec: NumberField, style: int = 0
) -> tuple[float | None, float | None, str | None]:
    """Lowest and highest value that a cell can mean by itself, or the reason why it is set aside; all None: not told.

    `style` is the evidence of the column (POINT, COMMA, 0 or both for none).
    """
    low, high, reason, unit = read_cell(text, spec, style)
    if unit is not None:
        return (
            None,
            None,
            f"{shown_unit(unit)} is converted only in records, with their density: write it in {spec.unit}",
        )
    return low, high, reason


def read_cell(text: str, spec: NumberField, style: int = 0) -> Cell:
    """As `read_number`, of a cell whose row may tell a density."""
    if is_not_told(text):
        return Cell()
    text = unicodedata.normalize("NFKC", text).strip()
    if spec.tested and (between := _BETWEEN.search(text)):
        ends = text[: between.start()], text[between.end() :]
        return _tolerance(*ends, spec, style) if between["spread"] else _range(*ends, spec, style)
    stated = _stated(text, style)
    if stated is None:
        return Cell(reason=_NO_NUMBER)
    before = stated.before.casefold()
    side = _SIDES.get(before) if spec.tested else None
    if side is None and before in _NOT_MEASURED:
        return Cell(reason="a limit or an estimate is no measured value")
    unit, conversion, reason = _unit(stated, spec, is_side=side is not None)
    if conversion is None:
        return Cell(reason=reason)
    if not stated.values:
        return Cell(reason=_NO_NUMBER)
    values = stated.values[1:] if len(stated.values) == 2 and spec is VALUE else stated.values
    conversion = _going_without_saying(values, unit, conversion, spec)
    believed = _believed(values, conversion, spec)
    if not believed:
        return Cell(reason=spec.refusal)
    if spec is QUANTITY and not believed[-1].is_integer():
        return Cell(reason="no whole number")
    if len(believed) == 2 and not spec.bounds:
        return Cell(reason=f"may be {believed[0]:g} or {believed[1]:g}")
    low: float | None = LEAST_OF_PROPERTY[spec.name] if side == "<" else min(believed)
    high = None if side == ">" else max(believed)
    return _cell(low, high, unit, conversion, spec, least=min(values))


def shown_unit(unit: str) -> str:
    """A unit of the tables as people write it: `ug/ml` is µg/mL."""
    return re.sub(r"^u(?=g)", "µ", re.sub(r"(?<=[/m])l$", "L", unit))


def _cell(
    low: float | None,
    high: float | None,
    unit: str,
    conversion: Conversion,
    spec: NumberField,
    *,
    least: float,
) -> Cell:
    """Bounds with what their unit leaves open. `least`: the least number that stands in the cell."""
    if unit == UNIT_NOT_TOLD and spec.untold_factor is not None and least < 1 and high is not None:
        high = min(high * spec.untold_factor, spec.high)
    return Cell(low, high, unit=unit if conversion.power else None)


def _stated(text: str, style: int) -> _Stated | None:
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        return None
    if match["power"]:  # nobody separates thousands there
        digits = match["number"].replace(",", ".")
        values = [float(f"{digits}e{match['power']}")] if re.fullmatch(r"\d*\.?\d*", digits) else []
    else:
        values = _candidates(match["number"], style)
    if match["sign"] == "-":
        values = [-value for value in values]
    return _Stated(match["before"].strip(), match["unit"].strip().strip("."), values, match["power"])


def _unit(
    stated: _Stated, spec: NumberField, *, is_side: bool = False
) -> tuple[str, Conversion | None, str | None]:
    """The unit of a number by what stands beside it, and what it is worth; or why the column cannot have it.

    `is_side`: what stands before is `<` or the like.
    """
    behind = stated.behind
    if spec.at_celsius is not None and (at := _AT.search(behind)):
        if float(at["degrees"].replace(",", ".")) != spec.at_celsius or at["scale"] in ("F", "f"):
            return "", None, f"is told at another temperature than {spec.at_celsius:g} °C"
        behind = behind[: at.start()]
    if stated.power and not spec.tested:
        return "", None, _NO_UNIT
    unit, conversion = "", Conversion()
    for word in ("" if is_side else stated.before, behind):
        if not word:
            continue
        found = spec.conversion(word)
        if found is None:
            return word, None, spec.why_not(word) or _NO_UNIT
        unit, conversion = unit_key(word), found
    return unit, conversion, None


def _common_unit(numbers: list[_Stated], spec: NumberField) -> tuple[str, Conversion | None, str | None]:
    """As `_unit`, of numbers that stand in one cell: a unit beside one of them is that of all."""
    units: dict[str, Conversion] = {}
    for number in numbers:
        unit, conversion, reason = _unit(number, spec)
        if conversion is None:
            return unit, None, reason
        if unit:
            units[unit] = conversion
    if len(units) > 1:
        return "", None, "two numbers in different units"
    return (*next(iter(units.items()), ("", Conversion())), None)


def _going_without_saying(
    values: list[float], unit: str, conversion: Conversion, spec: NumberField
) -> Conversion:
    """The unit of numbers that stand without one: that of the column, or the only other one in which they are believed."""
    if unit or spec.bare_factor is None or _believed(values, conversion, spec):
        return conversion
    return Conversion(spec.bare_factor)


def _believed(values: list[float], conversion: Conversion, spec: NumberField) -> list[float]:
    """Which of the values that a number may be the column can hold, in its unit."""
    believed = [one for value in values if spec.believes(one := conversion.of(value))]
    if spec.whole and len(believed) == 2:
        believed = [one for one in believed if round(one / conversion.factor, 9).is_integer()] or believed
    return believed


def _range(left: str, right: str, spec: NumberField, style: int) -> Cell:
    """The bounds of `40..60`, `40-60`, `60..` or `..60`; a unit behind one end is that of both."""
    if not re.search(r"\d", right):  # `0.005.. %`: of the end that there is
        left, right = f"{left} {right}", ""
    ends = [_stated(text, style) if text.strip() else None for text in (left, right)]
    told = [end for end in ends if end is not None]
    if (
        len(told) < bool(left.strip()) + bool(right.strip())
        or not told
        or not all(end.values for end in told)
    ):
        return Cell(reason=_NO_NUMBER)
    unit, conversion, reason = _common_unit(told, spec)
    if conversion is None:
        return Cell(reason=reason)
    values = [value for end in told for value in end.values]
    conversion = _going_without_saying(values, unit, conversion, spec)
    lows, highs = (_believed(end.values, conversion, spec) if end else None for end in ends)
    if lows == [] or highs == []:
        return Cell(reason=spec.refusal)
    if lows and highs:
        # where both ends can be read in two ways, they are read in the same one
        pairs = zip(lows, highs, strict=True) if len(lows) == len(highs) else [(min(lows), max(highs))]
        if not any(low <= high for low, high in pairs):
            return Cell(reason="the range ends before it begins")
    low = min(lows) if lows else LEAST_OF_PROPERTY[spec.name]
    return _cell(low, max(highs) if highs else None, unit, conversion, spec, least=min(values))


def _tolerance(value: str, spread: str, spec: NumberField, style: int) -> Cell:
    """The bounds of `62 ± 3`: what the laboratory states that the value lies in. A unit behind one of both is that of both;
    `62 mg/kg ± 5 %` is a share of the value.
    """
    centre, around = _stated(value, style), _stated(spread, style)
    if centre is None or around is None or not centre.values or not around.values or min(around.values) < 0:
        return Cell(reason=_NO_NUMBER)
    share = unit_key(around.behind) in PERCENT and not unit_key(centre.behind).startswith("%")
    if share and not centre.behind and not spec.unit.startswith("%"):
        return Cell(
            reason="± % may be a share of the value or of the fuel: write the unit behind the value as well"
        )
    share = share and bool(centre.behind)
    unit, conversion, reason = _common_unit([centre] if share else [centre, around], spec)
    if conversion is None:
        return Cell(reason=reason)
    conversion = _going_without_saying(centre.values, unit, conversion, spec)
    if not _believed(centre.values, conversion, spec):
        return Cell(reason=spec.refusal)
    most = max(around.values)
    ends = [
        conversion.of(float(f"{one + sign * (abs(one) * most / 100 if share else most):.12g}"))
        for one in centre.values
        if spec.believes(conversion.of(one))
        for sign in (-1, 1)
    ]
    low, high = max(min(ends), spec.low), min(max(ends), spec.high)
    return _cell(low, high, unit, conversion, spec, least=min(centre.values))
