"""Layouts of files of statistical offices: which column is what, in which codes and units, and which rows are totals.

Layouts are data (rules/trade/layouts). Names of columns are matched without regard to case; a file whose columns no layout
knows is refused with the nearest layout and the columns that lack or seem renamed.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root

#: What a row may tell besides quantities; what `[columns]` of a layout may name.
ROLES = (
    "reporter", "partner", "flow", "code", "edition", "period", "year", "month", "value", "currency", "weight_kg",
)  # fmt: skip
#: What whole and parts have in common unless a layout says otherwise.
KEY = ("reporter", "partner", "flow", "period", "code")
#: A column that is not known is taken for a renamed one from this likeness on (difflib's ratio).
_LIKE = 0.72

Names = tuple[str, ...]


def plain(name: str) -> str:
    """The name of a column without case, outer space and byte order mark."""
    return " ".join(name.lstrip("\ufeff").split()).casefold()


@dataclass(frozen=True)
class Quantity:
    """A quantity and its unit, told by a column or fixed. `missing`: a flag column and the flags that say "not told"."""

    amount: Names
    unit: Names = ()
    fixed: str | None = None
    missing: tuple[str, Names] | None = None


@dataclass(frozen=True)
class Measured:
    """What a unit as written stands for."""

    unit: str
    factor: float = 1.0


@dataclass(frozen=True)
class Item:
    """What an indicator of a file with a row an indicator is. `field` None: known, not read."""

    values: Names = ()
    pattern: str | None = None
    field: str | None = None
    factor: float = 1.0
    unit: str | None = None
    flow: str | None = None


@dataclass(frozen=True)
class Items:
    """The columns of a file with a row an indicator, and its indicators; the first that fits counts."""

    item: str
    amount: str
    unit: str | None
    of: tuple[Item, ...]


@dataclass(frozen=True)
class Months:
    """Names of months (and of the year) as they stand in names of columns, and the columns with `{}` in their place."""

    names: Names
    year: str
    value: str | None = None
    weight_kg: str | None = None


@dataclass(frozen=True)
class FlowColumns:
    """The columns of one flow where a row holds several."""

    flow: str
    value: str | None = None
    weight_kg: str | None = None


@dataclass(frozen=True)
class Dimensions:
    """Numbered columns whose meaning another column names; `partner`, `code`, `flow` are patterns of such names."""

    count: int
    code_of: str
    name_of: str
    meaning_of: str
    partner: str
    code: str
    flow: str | None = None
    also: Names = ()


@dataclass(frozen=True)
class LeaveOut:
    """Rows that would double the sums, by a column of the file or a role."""

    column: str
    reason: str
    values: Names = ()
    pattern: str | None = None
    beside_members: bool = False


@dataclass(frozen=True)
class KeepWhole:
    """A column with totals beside their parts: where the whole is there, the parts are left out."""

    column: Names
    whole: Names
    reason: str
    within: Names = KEY


@dataclass(frozen=True)
class Layout:
    """One layout as its file says it (rules/schema/statistics-layout.schema.json describes the keys)."""

    name: str
    title: str
    source: str
    scheme: str
    recognise: tuple[Names, ...]
    columns: Mapping[str, Names]
    form: str = "rows"
    also: Names = ()
    parts: Names = ()
    thousands: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    quantities: tuple[Quantity, ...] = ()
    units: Mapping[str, Measured] = field(default_factory=dict)
    estimated: Mapping[str, str] = field(default_factory=dict)
    flows: Mapping[str, str] = field(default_factory=dict)
    editions: Mapping[str, str] = field(default_factory=dict)
    months: Months | None = None
    flow_columns: tuple[FlowColumns, ...] = ()
    dimensions: Dimensions | None = None
    items: Items | None = None
    item_units: Mapping[str, Measured] = field(default_factory=dict)
    leave_out: tuple[LeaveOut, ...] = ()
    keep_whole: tuple[KeepWhole, ...] = ()

    def fits(self, there: Iterable[str]) -> int:
        """How many columns identify the layout if all of them are there (names as `plain` gives them); else 0."""
        known = set(there)
        told = [any(plain(name) in known for name in names) for names in self.recognise]
        return len(told) if all(told) else 0

    @functools.cached_property
    def measures(self) -> tuple[tuple[str, Names], ...]:
        """The columns of figures: what they tell, and their spellings."""
        found = [(role, self.columns[role]) for role in ("value", "weight_kg") if role in self.columns]
        if self.months is not None:
            wide = [("value", self.months.value), ("weight_kg", self.months.weight_kg)]
            wide += [("quantity", name) for quantity in self.quantities for name in quantity.amount]
            every = (*self.months.names, self.months.year)
            return (
                *found,
                *((role, (name.format(month),)) for role, name in wide if name for month in every),
            )
        found += [("quantity", quantity.amount) for quantity in self.quantities]
        for flow in self.flow_columns:
            found += [
                (role, (name,))
                for role, name in (("value", flow.value), ("weight_kg", flow.weight_kg))
                if name
            ]
        return (*found, ("amount", (self.items.amount,))) if self.items is not None else tuple(found)

    @functools.cached_property
    def read(self) -> tuple[Names, ...]:
        """All columns that are read, each as its spellings."""
        found = [*self.columns.values(), *(names for _, names in self.measures)]
        found += [quantity.unit for quantity in self.quantities if quantity.unit]
        found += [(quantity.missing[0],) for quantity in self.quantities if quantity.missing]
        found += [(name,) for name in (*self.parts, *self.estimated.values())]
        found += [rule.column for rule in self.keep_whole]
        found += [(rule.column,) for rule in self.leave_out if rule.column not in (*ROLES, "partner_name")]
        if self.items is not None:
            found += [(name,) for name in (self.items.item, self.items.unit) if name]
        if self.dimensions is not None:
            found += [(name,) for name in self._dimensions()]
        return tuple(dict.fromkeys(found))

    def _dimensions(self) -> Iterator[str]:
        assert self.dimensions is not None
        each = self.dimensions
        for number in range(1, each.count + 1):
            for name in (each.code_of, each.name_of, each.meaning_of):
                yield name.format(number)

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """Every name of a column that such files are known to have, as `plain` gives it."""
        more = [name.format(number) for number in range(1, 21) for name in (self.dimensions or _NONE).also]
        lists = (*self.recognise, *self.read, self.also, more)
        return frozenset(plain(name) for names in lists for name in names)


_NONE = Dimensions(0, "", "", "", "", "")


def _names(value: str | Sequence[str] | None) -> Names:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _measured(table: Mapping[str, Any]) -> dict[str, Measured]:
    return {word: Measured(one["unit"], float(one["factor"])) for word, one in table.items()}


def _layout(document: Mapping[str, Any]) -> Layout:
    same = (
        "name",
        "title",
        "source",
        "scheme",
        "form",
        "thousands",
        "facts",
        "estimated",
        "flows",
        "editions",
    )
    units = {word: Measured(unit) for unit, words in document.get("units", {}).items() for word in words}
    items = document.get("items")
    months = document.get("months")
    dimensions = document.get("dimensions")
    return Layout(
        **{key: document[key] for key in same if key in document},
        recognise=tuple(_names(one) for one in document["recognise"]),
        columns={role: _names(names) for role, names in document["columns"].items()},
        also=_names(document.get("also")),
        parts=_names(document.get("parts")),
        factors={key: float(value) for key, value in document.get("factors", {}).items()},
        quantities=tuple(_quantity(one) for one in document.get("quantity", ())),
        units=units | _measured(document.get("larger_units", {})),
        months=Months(**(months | {"names": _names(months["names"])})) if months else None,
        flow_columns=tuple(FlowColumns(**one) for one in document.get("flow_columns", ())),
        dimensions=Dimensions(**(dimensions | {"also": _names(dimensions.get("also"))}))
        if dimensions
        else None,
        items=Items(items["item"], items["amount"], items.get("unit"), tuple(map(_item, items["of"])))
        if items
        else None,
        item_units=_measured(document.get("item_units", {})),
        leave_out=tuple(
            LeaveOut(**(one | {"values": _names(one.get("values"))})) for one in document.get("leave_out", ())
        ),
        keep_whole=tuple(
            KeepWhole(
                _names(one["column"]), _names(one["whole"]), one["reason"], tuple(one.get("within", KEY))
            )
            for one in document.get("keep_whole", ())
        ),
    )


def _quantity(one: Mapping[str, Any]) -> Quantity:
    missing = one.get("missing")
    flags = (missing["column"], _names(missing["values"])) if missing else None
    return Quantity(_names(one["amount"]), _names(one.get("unit")), one.get("is"), flags)


def _item(one: Mapping[str, Any]) -> Item:
    return Item(**(dict(one) | {"values": _names(one.get("values")), "factor": float(one.get("factor", 1))}))


@functools.cache
def layouts() -> Mapping[str, Layout]:
    """All layouts by name, in the order of their names."""
    files = sorted((data_root() / "rules" / "trade" / "layouts").glob("*.toml"))
    return {layout.name: layout for layout in (_layout(toml_document(path)) for path in files)}


@functools.cache
def known_names() -> frozenset[str]:
    """Every name of a column that any layout knows, as `plain` gives it."""
    return frozenset(name for layout in layouts().values() for name in layout.known)


def layout_of(columns: Sequence[str], file: str) -> tuple[Layout, list[str]]:
    """The layout of a file with these columns, and notes on columns that lack.

    Of several layouts that fit, the one that more columns identify. InputError names what lacks, what seems renamed, and
    what stands there twice.
    """
    there = [plain(name) for name in columns]
    best = max(layouts().values(), key=lambda layout: layout.fits(there))
    if not best.fits(there):
        raise _unknown(columns, there, file)
    strange = [name for name in columns if plain(name) and plain(name) not in best.known]
    for names in best.read:
        for name in names:
            if there.count(plain(name)) > 1:
                raise InputError(f"{file}: the column {name} stands there twice; remove one")
        if not any(plain(name) in there for name in names) and (near := _nearest(names, strange)):
            raise InputError(
                f"{file}: there is no column {names[0]}, which files of {best.title} have, but a column "
                f"{shown(near)} that they do not have: rename it if it is the same, or take it out"
            )
    _check_roles(best, there, file)
    return best, _lacking(best, there, file)


def _lacking(layout: Layout, there: Sequence[str], file: str) -> list[str]:
    """Notes on figures that the file does not tell. InputError if it tells none."""
    told = [(role, names, any(plain(name) in there for name in names)) for role, names in layout.measures]
    if not any(is_told for _, _, is_told in told):
        wanted = ", ".join(dict.fromkeys(names[0] for _, names, _ in told))
        raise InputError(f"{file}: has none of the columns of quantity, weight and value ({wanted})")
    if layout.form in ("months", "flows"):
        return [f"there is no column {names[0]}: it is not told" for _, names, is_told in told if not is_told]
    without = dict.fromkeys(role for role, _, _ in told)
    without = {
        role: None for role in without if not any(is_told for other, _, is_told in told if other == role)
    }
    spelled = {role: " or ".join(names[0] for other, names, _ in told if other == role) for role in without}
    return [f"{role} is not told: there is no column {names}" for role, names in spelled.items()]


def _check_roles(layout: Layout, there: Sequence[str], file: str) -> None:
    """InputError if a file that was recognised does not tell reporter, partner, flow or period."""
    told = {role for role, names in layout.columns.items() if any(plain(name) in there for name in names)}
    told |= set(layout.facts) | ({"flow"} if layout.flow_columns else set())
    if layout.dimensions is not None:
        told |= {"partner", "code", "flow"}
    told |= {"period"} if "year" in told else set()
    for role in ("reporter", "partner", "flow", "period"):
        if role not in told:
            names = (
                *layout.columns.get(role, ()),
                *(layout.columns.get("year", ()) if role == "period" else ()),
            )
            raise InputError(
                f"{file}: no column tells the {role} ({' or '.join(names)}); layout {layout.name}"
            )


def _nearest(names: Sequence[str], strange: Sequence[str]) -> str | None:
    """The column that is not known and that is most like one of `names`, if it is like enough to be the same renamed."""
    likeness = [
        (difflib.SequenceMatcher(None, plain(name), plain(other)).ratio(), other)
        for name in names
        for other in strange
    ]
    ratio, other = max(likeness, default=(0.0, ""))
    return other if ratio >= _LIKE else None


def _unknown(columns: Sequence[str], there: Sequence[str], file: str) -> InputError:
    """What to say of columns that no layout knows."""
    names = ", ".join(layouts())
    if len(set(there)) < len(there) and any(layout.fits(set(there)) for layout in layouts().values()):
        return InputError(f"{file}: columns stand there twice")

    def share(layout: Layout) -> float:
        needed = layout.recognise
        return sum(any(plain(name) in there for name in one) for one in needed) / len(needed)

    best = max(layouts().values(), key=share)
    if share(best) < 0.4:
        seen = ", ".join(shown(name[:30]) for name in columns[:8]) + (", …" if len(columns) > 8 else "")
        return InputError(
            f"{file}: its columns ({seen}) are those of no layout of a statistical office; known are {names}"
        )
    strange = [name for name in columns if plain(name) and plain(name) not in best.known]
    lacks = []
    for one in best.recognise:
        if not any(plain(name) in there for name in one):
            near = _nearest(one, strange)
            lacks.append(" or ".join(one) + (f" (is {shown(near)} its new name?)" if near else ""))
    return InputError(
        f"{file}: its columns are those of no layout; the nearest is {best.name} ({best.title}), which needs "
        f"{', '.join(lacks)}; known are {names}"
    )
