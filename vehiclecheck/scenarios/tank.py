"""The parts of a tank, from a person's words or from a file: how much of each, and what is known of it.

    800m3:sulphur=62:density=838        62.5 and 62,5 are the same: a comma between digits is a decimal comma
    400t:sulphur=..10                   at most 10, as `<10`, which a shell would take for a file
    780..820m3:sulphur=40..60           bounds; `60..` is at least 60

A number that can be read in two ways (`1.234`) is refused. Numbers are kept as exact fractions, so that a tank that comes
to 50 mg/kg is not above 50 by a rounding of the machine.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import polars as pl

from vehiclecheck.records import laboratory
from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.fuel_numbers import FUEL_NUMBERS
from vehiclecheck.records.lexicon import is_not_told
from vehiclecheck.records.matching import match
from vehiclecheck.records.number_cells import COMMA, POINT, evidence, read_number
from vehiclecheck.records.number_fields import NumberField
from vehiclecheck.records.sources import expand, open_source
from vehiclecheck.vocabulary.methods import method_column
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

DENSITY = "density_15c"
#: More parts than any tank has: a file of that many rows is something else.
MOST_PARTS = 1000
_LONGEST_TEXT = 1000
#: How far volume times density may lie from the mass that is told besides: more says that one of them is of another fuel
#: or temperature.
_DISAGREEMENT = Fraction(1, 100)

_FIELDS = {field.name: field for field in FUEL_NUMBERS}
_VOLUME, _MASS = _FIELDS["volume_m3"], _FIELDS["net_mass_kg"]
#: How an amount is shown: cubic metres and tonnes, unless the person wrote another unit.
_SHOWN = {_VOLUME.name: ("m3", Fraction(1)), _MASS.name: ("t", Fraction(1000))}
#: `sulphur` for `sulphur_mg_kg`.
SHORT_NAMES = {method_column(name).removesuffix("_method"): name for name in FUEL_PROPERTIES}
#: The same as words: `flash point` for `flash_point_c`.
SHORT_NAMES_OF = {name: short.replace("_", " ") for short, name in SHORT_NAMES.items()}
_RESULT = re.compile(r"\s*(?P<name>[^=<>≤≥]*?)\s*(?P<sign><=|>=|=|<|>|≤|≥)\s*(?P<value>.*?)\s*", re.DOTALL)
#: Between results stands a colon, a semicolon, or a comma before another name.
_BETWEEN = re.compile(r"[:;]|,(?=\s*[^\W\d][^=<>≤≥,:;]*[=<>≤≥])")
_UNIT = re.compile(r"(?<=[\d.,'’ ])\s*([^\W\d_]\S*|%.*)$")
EXAMPLE = "800m3:sulphur=62:density=838"


@dataclass(frozen=True, slots=True)
class Range:
    """All values from `low` to `high`; without a `high` nothing bounds them above."""

    low: Fraction
    high: Fraction | None

    @property
    def known(self) -> Fraction | None:
        """The value, where there is only one."""
        return self.low if self.low == self.high else None


#: What is not told lies anywhere.
ANYTHING = Range(Fraction(0), None)


def _by(first: Range, second: Range) -> Range:
    """The product of two ranges of numbers that are never negative."""
    open_end = first.high is None or second.high is None
    return Range(first.low * second.low, None if open_end else first.high * second.high)  # type: ignore[operator]


def _over(first: Range, second: Range) -> Range:
    """The quotient of two ranges of numbers that are never negative."""
    low = Fraction(0) if second.high is None else first.low / second.high
    return Range(low, None if first.high is None or not second.low else first.high / second.low)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a tank (or a product to be added): its amount, m3 at 15 °C and kg, and test results by property, each in
    the unit of the property. `unit` is what the amount was told in, `size` how many m3 or kg one of it is.
    """

    name: str
    volume: Range | None
    mass: Range | None
    results: Mapping[str, Range]
    unit: str = ""
    size: Fraction = Fraction(1)
    #: The density was not told but assumed.
    assumed: bool = False

    @property
    def density(self) -> Range | None:
        """kg/m3 at 15 °C: as told, else from volume and mass where both are told."""
        told = self.results.get(DENSITY)
        if told is None and self.volume is not None and self.mass is not None:
            return _over(self.mass, self.volume)
        return told

    def weight(self, balance: str) -> Range:
        """How much it weighs in a balance by `mass` (kg) or by `volume` (m3); anything, where that is not known."""
        own, other = (self.mass, self.volume) if balance == "mass" else (self.volume, self.mass)
        if own is not None:
            return own
        density = self.density
        if other is None or density is None:
            return ANYTHING
        return _by(other, density) if balance == "mass" else _over(other, density)


# ---------------------------------------------------------------- words


def read_part(text: str, name: str) -> Part:
    """A part from a person's words (see the module). InputError where they cannot be read."""
    if len(text) > _LONGEST_TEXT:
        raise InputError(f"{name}: is too long to be read")
    amount, *results = _BETWEEN.split(unicodedata.normalize("NFKC", text))
    where = f"{name} {shown(text)!r}"
    if "=" in amount or "<" in amount or not any(letter.isdigit() for letter in amount):
        raise InputError(f"{where}: an amount comes first, then results, as in {EXAMPLE}")
    field, unit, size = _amount_unit(amount.strip(), where)
    told = _range(amount.strip(), field, f"{where}: the amount")
    if told is None or told.high is None or not told.high:
        raise InputError(f"{where}: the amount must be more than nothing, and have an end")
    volume, mass = (told, None) if field is _VOLUME else (None, told)
    return Part(name, volume, mass, _results(results, where), unit, size)


def read_product(text: str, name: str = "--with") -> Part:
    """A product of which any amount can be had, from its results (`sulphur=8:density=830`). InputError as `read_part`."""
    if len(text) > _LONGEST_TEXT:
        raise InputError(f"{name}: is too long to be read")
    where = f"{name} {shown(text)!r}"
    return Part(name, None, None, _results(_BETWEEN.split(unicodedata.normalize("NFKC", text)), where))


def read_result(text: str, fuel_property: str, where: str) -> Range:
    """One result in the unit of its property. InputError where it cannot be read or is none."""
    told = _range(unicodedata.normalize("NFKC", text).strip(), _FIELDS[fuel_property], where)
    if told is None:
        raise InputError(f"{where}: no number can be read in {shown(text)!r}")
    return told


def read_levels(texts: Sequence[str], told: Sequence[str], option: str) -> dict[str, Fraction]:
    """Levels by property, from `sulphur=50` or, where the parts tell one property only, from `50`. InputError otherwise."""
    levels: dict[str, Fraction] = {}
    for text in texts:
        word, equals, value = text.rpartition("=")
        where = f"{option} {shown(text)!r}"
        if equals:
            name = property_named(word, where)
        elif len(told) == 1:
            (name,) = told
        else:
            known = (
                f"the parts tell {', '.join(SHORT_NAMES_OF[name] for name in told)}"
                if told
                else "no part tells one"
            )
            raise InputError(f"{where}: of which property? Write as in sulphur=50; {known}")
        level = read_result(value, name, where).known
        if level is None:
            raise InputError(f"{where}: is not one number")
        if name in levels:
            raise InputError(f"{where}: {SHORT_NAMES_OF[name]} is told twice")
        levels[name] = level
    return levels


def property_named(word: str, where: str) -> str:
    """The property that a word names: its column, the column without the unit, or a name of it in other languages.

    InputError where there is none.
    """
    name = word.strip()
    key = name.casefold().replace(" ", "_")
    if key in FUEL_PROPERTIES:
        return key
    if key in SHORT_NAMES:
        return SHORT_NAMES[key]
    found = match((name,), tuple(FUEL_PROPERTIES))
    for column, level in found.confidence.items():
        if level != "unsure":
            return column
    close = difflib.get_close_matches(key, SHORT_NAMES, n=1, cutoff=0.6)
    hint = f"did you mean {close[0]!r}?" if close else f"properties: {', '.join(SHORT_NAMES)}"
    raise InputError(f"{where}: {shown(name)!r} is no property of fuel; {hint}")


def _results(texts: list[str], where: str) -> dict[str, Range]:
    results: dict[str, Range] = {}
    for text in texts:
        if not text.strip():
            continue
        found = _RESULT.fullmatch(text)
        if found is None or not found["name"]:
            raise InputError(
                f"{where}: {shown(text.strip())!r} is no result; write as in sulphur=62 or sulphur=..10"
            )
        name = property_named(found["name"], where)
        if name in results:
            raise InputError(f"{where}: {SHORT_NAMES_OF[name]} is told twice")
        value = found["value"] if found["sign"] == "=" else found["sign"] + found["value"]
        told = _range(value.strip(), _FIELDS[name], f"{where}: {SHORT_NAMES_OF[name]}")
        if told is not None:
            results[name] = told
    return results


def _amount_unit(amount: str, where: str) -> tuple[NumberField, str, Fraction]:
    """Whether an amount is a volume or a mass, its unit as it is shown, and the size of that unit."""
    written = _UNIT.search(amount)
    unit = written.group(1).strip().strip(".") if written else ""
    for field in (_VOLUME, _MASS):
        if (size := field.units.get(unit.casefold())) is not None:
            return field, unit, _exact(size)
    said = f"{shown(unit)!r} is no unit of an amount" if unit else "the amount has no unit"
    raise InputError(f"{where}: {said}; write m3, l or bbl, t, kg or lb")


def _range(text: str, field: NumberField, where: str, style: int = 0) -> Range | None:
    """What a cell or a word says, None where it tells nothing: a number, a bound (`<10`), or a range (`40..60`)."""
    if is_not_told(text):
        return None
    if ".." not in text:
        return _number(text, field, where, style)
    left, _, right = (side.strip() for side in text.partition(".."))
    if not re.search(r"\d", left + right) or left.startswith(".") or right.startswith(".") or ".." in right:
        raise InputError(f"{where}: {shown(text)!r} is no range; write as in 40..60, ..60 or 40..")
    unit = _UNIT.search(f"0{right}")  # of both ends; where there is no upper one, it is all that follows
    if left and unit is not None and _UNIT.search(left) is None:
        left = f"{left} {unit.group(1)}"
    right = "" if unit is not None and right == unit.group(1) else right
    low = _number(left, field, where, style) if left else Range(Fraction(0), Fraction(0))
    high = _number(right, field, where, style) if right else None
    if low.known is None or (high is not None and high.known is None):
        raise InputError(f"{where}: {shown(text)!r} is no range; its ends are bounds themselves")
    if high is not None and high.low < low.low:
        raise InputError(f"{where}: {shown(text)!r} ends before it begins")
    return Range(low.low, None if high is None else high.low)


def _number(text: str, field: NumberField, where: str, style: int) -> Range:
    unit = _UNIT.search(text) if field.tested else None
    if unit is not None and (known := laboratory.unit_of(unit.group(1))):
        text = f"{text[: unit.start()]} {known}"
    styles = (style,) if style in (POINT, COMMA) else (POINT, COMMA)
    read = [read_number(text, field, each) for each in styles]
    values = list(dict.fromkeys((low, high) for low, high, reason in read if reason is None))
    if not values or values[0] == (None, None):
        raise InputError(f"{where}: {shown(text)!r}: {read[0][2] or 'no number can be read'}")
    if len(values) > 1:
        one, other = (f"{high if high is not None else low:,.12g}" for low, high in values)
        raise InputError(
            f"{where}: {shown(text)!r} may be {one} or {other} {field.unit}".rstrip()
            + ": write it without a separator of thousands, or with one more decimal"
        )
    ((low, high),) = values
    return Range(Fraction(0) if low is None else _exact(low), None if high is None else _exact(high))


def _exact(value: float) -> Fraction:
    """A number as it was written: 12 digits are more than anybody measures and fewer than a machine rounds."""
    return Fraction(f"{value:.12g}")


# ---------------------------------------------------------------- files


def read_tank(path: str, layout: str | None = None) -> list[Part]:
    """The parts of a tank from a file with the columns of fuel records, a row a part.

    InputError names file, line and field. No row is passed over but totals and notes below the table: a tank without one of
    its parts is another tank.
    """
    (file,) = expand([path])
    source = open_source(Path(file), layout, "fuel")
    if source.n_rows > MOST_PARTS:
        raise InputError(
            f"{source.name}: has {source.n_rows:,} rows; a tank has {MOST_PARTS:,} parts at most"
        )
    parts: list[Part] = []
    for piece in source.ranges(MOST_PARTS):
        raw = source.read(piece)
        for row in raw.set_aside.filter(~pl.col("line").is_in(list(source.endings))).iter_rows(named=True):
            raise InputError(f"{source.name}, line {row['line']}: {row['reason']}")
        readers = {
            name: _reader(raw.frame.get_column(name), _FIELDS[name])
            for name in raw.frame.columns
            if name in _FIELDS
        }
        for row in raw.frame.iter_rows(named=True):
            parts.append(_row(row, readers, source.name))
    if not parts:
        raise InputError(f"{source.name}: has no rows")
    return parts


def _reader(column: pl.Series, field: NumberField) -> Callable[[str, str], Range | None]:
    """How the cells of a column are read: with the decimal sign that the whole column shows."""
    style = POINT
    if column.dtype == pl.String:
        style = 0
        for text in column.drop_nulls().unique():
            for side in unicodedata.normalize("NFKC", text).split(".."):
                style |= evidence(side)
    return lambda text, where: _range(unicodedata.normalize("NFKC", text).strip(), field, where, style)


def _row(
    row: Mapping[str, object], readers: Mapping[str, Callable[[str, str], Range | None]], file: str
) -> Part:
    line = f"{file}, line {row['line']}"
    told = {
        name: value
        for name, read in readers.items()
        if row[name] is not None and (value := read(str(row[name]), f"{line}: {name}")) is not None
    }
    volume, mass = told.pop(_VOLUME.name, None), told.pop(_MASS.name, None)
    for amount, name in ((volume, _VOLUME.name), (mass, _MASS.name)):
        if amount is not None and not amount.high:
            raise InputError(f"{line}: {name}: a part of a tank is more than nothing")
    if volume is None and mass is None:
        raise InputError(f"{line}: neither volume_m3 nor net_mass_kg tells how much it is")
    name = str(row.get("record_id") or f"line {row['line']}")
    unit, size = _SHOWN[_VOLUME.name if volume is not None else _MASS.name]
    part = Part(name, volume, mass, told, unit, size)
    _check_density(part, line)
    return part


def _check_density(part: Part, where: str) -> None:
    """InputError where volume, mass and density do not go together."""
    if part.volume is None or part.mass is None:
        return
    of_both, told = _over(part.mass, part.volume), part.results.get(DENSITY)
    low, high = Fraction(_FIELDS[DENSITY].low), Fraction(_FIELDS[DENSITY].high)
    if told is not None:
        low, high = told.low * (1 - _DISAGREEMENT), (told.high or of_both.low) * (1 + _DISAGREEMENT)
    if (of_both.high is not None and of_both.high < low) or of_both.low > high:
        besides = f", not {float(told.low):,.5g}" if told is not None else ""
        raise InputError(
            f"{where}: volume_m3 and net_mass_kg make a density of {float(of_both.low):,.5g} kg/m3{besides}: "
            "is the volume at 15 °C?"
        )
