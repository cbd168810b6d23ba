"""Emission classes of records: as written, and the least that the market of the first registration allows.

The ladders themselves are in the vocabulary; here a column of texts becomes bounds, and a country with a day
becomes a bound.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from vehiclecheck.records.lexicon import is_not_told
from vehiclecheck.records.spellings import Known, Reading
from vehiclecheck.vocabulary.countries import COUNTRY_CODES
from vehiclecheck.vocabulary.ladders import category_steps, class_position
from vehiclecheck.vocabulary.terms import (
    ALL_CATEGORIES,
    ALL_PROPULSIONS,
    CATEGORY_ATOMS,
    CATEGORY_WORDS,
    HEAVY_DUTY,
    LIGHT_DUTY,
    PROPULSION_WORDS,
)

#: The groups for which a text is read: a light vehicle, a heavy one, a motorcycle, any.
_GROUPS = ("LDV", "HDV", "L", None)
#: Tables of a reading: lowest and highest position, for each of the groups.
CLASS_DTYPES: tuple[Any, ...] = (pl.Float32,) * (2 * len(_GROUPS))

#: What burns something in an engine of which the market steps speak.
_ENGINES = sum(PROPULSION_WORDS[word] for word in ("petrol", "diesel", "lpg", "cng", "hev", "phev"))

#: One step of a market: country, category mask, propulsion mask, day code from which every new vehicle of
#: them met it, position.
Step = tuple[str, int, int, int, float]


def read_class(text: str) -> Reading:
    """Bounds of an emission class as written, for each group of vehicles. What no ladder knows is not told,
    with a doubt.
    """
    if is_not_told(text):
        return Reading((None,) * len(CLASS_DTYPES))
    bounds: list[float | None] = []
    for group in _GROUPS:
        found = class_position(text, group)
        bounds += [None, None] if found is None else [found[0], found[1]]
    if all(bound is None for bound in bounds):
        return Reading(
            (None,) * len(CLASS_DTYPES),
            doubt="no emission class is known by this text: it counts as not told",
        )
    return Reading(tuple(bounds))


@functools.cache
def _group_of_mask() -> pl.Series:
    groups = [3]
    for mask in range(1, ALL_CATEGORIES + 1):
        within = [mask & ~group == 0 for group in (LIGHT_DUTY, HEAVY_DUTY, CATEGORY_WORDS["L"])]
        groups.append(within.index(True) if any(within) else 3)
    return pl.Series(groups, dtype=pl.UInt32)


@functools.lru_cache(maxsize=4)
def _flat(known: Known) -> tuple[pl.Series, pl.Series]:
    """The bounds of all spellings in one table each, at spelling * number of groups + group."""
    names = [str(i) for i in range(len(CLASS_DTYPES))]
    frame = pl.DataFrame(dict(zip(names, known.tables, strict=True)))
    low, high = (
        frame.select(pl.concat_list(names[side::2]))
        .to_series()
        .list.explode(keep_nulls=True, empty_as_null=True)
        for side in (0, 1)
    )
    return low, high


def stated_bounds(index: pl.Series, known: Known, category: pl.Series | None) -> tuple[pl.Series, pl.Series]:
    """Lowest and highest position of the stated class, read for the vehicle's category mask (None: no row has
    one).
    """
    if category is None:
        return known.tables[6][index], known.tables[7][index]
    group = _group_of_mask()[category].fill_null(3)
    place = index.cast(pl.UInt32) * len(_GROUPS) + group
    low, high = _flat(known)
    return low[place], high[place]


@dataclass(frozen=True)
class MarketTable:
    """The steps of all markets as one table: market x set of categories x set of engines x step of time ->
    least position.
    """

    #: Number of a country in the Enum -> number of its market (0: none).
    market_of_country: pl.Series
    #: Day code less `first_day` -> step of time; after the last one the last step holds.
    step_of_day: pl.Series
    #: The day code with which `step_of_day` begins.
    first_day: int
    #: Category mask, propulsion mask -> which of those that the steps tell apart.
    categories_of_mask: pl.Series
    engines_of_mask: pl.Series
    #: Positions, null where nothing follows.
    least: pl.Series
    category_sets: int
    engine_sets: int
    steps: int

    def bound(
        self, country: pl.Series, category: pl.Series | None, propulsion: pl.Series | None, day: pl.Series
    ) -> pl.Series:
        """The least position (Float32, null where nothing follows) of vehicles first registered in `country`
        (number in the Enum) on `day` or later. Of several categories or engines that one may have, that
        with the smallest counts; None: no row tells any.
        """
        place = self.market_of_country[country] * self.category_sets
        place = place + self._of_masks(self.categories_of_mask, category, LIGHT_DUTY | HEAVY_DUTY)
        place = place * self.engine_sets + self._of_masks(self.engines_of_mask, propulsion, _ENGINES)
        since = (day - self.first_day).clip(0, len(self.step_of_day) - 1).reinterpret(signed=False)
        place = place * self.steps + self.step_of_day[since].cast(pl.UInt32)
        return self.least[place]

    @staticmethod
    def _of_masks(table: pl.Series, masks: pl.Series | None, otherwise: int) -> pl.Series | int:
        return int(table[otherwise]) if masks is None else table[masks.fill_null(otherwise)]


def _told_apart(atoms: list[int], masks: list[int], count: int) -> tuple[list[int], list[int]]:
    """Kinds of atoms that no mask tells apart: one atom of each kind, and for every mask up to `count` the
    bits of its kinds.
    """
    kinds: dict[tuple[bool, ...], int] = {}
    first: list[int] = []
    kind_of: dict[int, int] = {}
    for atom in atoms:
        pattern = tuple(bool(mask & atom) for mask in masks)
        if pattern not in kinds:
            kinds[pattern] = len(first)
            first.append(atom)
        kind_of[atom] = kinds[pattern]
    bits = []
    for mask in range(count + 1):
        found = 0
        for atom in atoms:
            if mask & atom:
                found |= 1 << kind_of[atom]
        bits.append(found)
    return first, bits


def _least_of_sets(lines: list[list[float]], width: int) -> list[list[float]]:
    """For every set of `lines` (its number: the bits of its members) the smallest value at each place; 0 for
    the empty set.
    """
    least = [[0.0] * width]
    for members in range(1, 1 << len(lines)):
        line = lines[(members & -members).bit_length() - 1]
        rest = members & (members - 1)
        # a call of `min` for each place would take three times as long
        least.append([a if a < b else b for a, b in zip(line, least[rest], strict=True)] if rest else line)
    return least


def market_table(steps: Iterable[Step]) -> MarketTable:
    """The table of `steps`. What no step tells apart shares a place in it, so that it stays small."""
    ordered = sorted(steps, key=lambda step: step[3])
    days = sorted({step[3] for step in ordered})
    # the table of days begins with the first step: before it nothing follows
    first_day = days[0] - 1 if days else 0
    changes = pl.DataFrame(
        {"day": days, "step": range(1, len(days) + 1)}, schema={"day": pl.Int32, "step": pl.UInt32}
    )
    span = pl.DataFrame(
        {"day": pl.int_range(first_day, (days[-1] if days else 0) + 1, dtype=pl.Int32, eager=True)}
    )
    step_of_day = (
        span.join(changes, on="day", how="left", maintain_order="left")["step"].forward_fill().fill_null(0)
    )
    if len(days) < 256:  # a small table stays in the fastest memory
        step_of_day = step_of_day.cast(pl.UInt8)
    width = len(days) + 1
    categories, categories_of_mask = _told_apart(
        list(CATEGORY_ATOMS.values()), [step[1] for step in ordered], ALL_CATEGORIES
    )
    atoms = [bit for bit in PROPULSION_WORDS.values() if bit & _ENGINES]
    engines, engines_of_mask = _told_apart(atoms, [step[2] for step in ordered], ALL_PROPULSIONS)
    category_sets, engine_sets = 1 << len(categories), 1 << len(engines)

    laws: dict[str, list[tuple[int, int, int, float]]] = {}
    for country, mask, fuels, day, position in ordered:
        laws.setdefault(country, []).append((mask, fuels, day, position))
    # countries with the same steps (most of the EU) are one market of the table
    markets = list(dict.fromkeys(tuple(law) for law in laws.values()))
    table = [0.0] * (category_sets * engine_sets * width)  # market 0
    for market in markets:
        lines: dict[tuple[int, int], list[float]] = {}
        for c, category in enumerate(categories):
            for e, engine in enumerate(engines):
                line = [0.0] * width
                for mask, fuels, day, position in market:
                    if mask & category and fuels & engine:
                        start = days.index(day) + 1
                        line[start:] = [max(value, position) for value in line[start:]]
                lines[c, e] = line
        # the least of a set is that of the set without its first member, or that member's
        by_engines = [[lines[c, e] for e in range(len(engines))] for c in range(len(categories))]
        rows = [_least_of_sets(line, width) for line in by_engines]
        for c_set in _least_of_sets(
            [[value for row in rows[c] for value in row] for c in range(len(categories))], engine_sets * width
        ):
            table += c_set
    number = {market: i for i, market in enumerate(markets, start=1)}
    market_of = {country: number[tuple(law)] for country, law in laws.items()}
    return MarketTable(
        market_of_country=pl.Series([market_of.get(code, 0) for code in COUNTRY_CODES], dtype=pl.UInt32),
        step_of_day=step_of_day,
        first_day=first_day,
        categories_of_mask=pl.Series(categories_of_mask, dtype=pl.UInt32),
        engines_of_mask=pl.Series(engines_of_mask, dtype=pl.UInt32),
        least=pl.Series([position or None for position in table], dtype=pl.Float32),
        category_sets=category_sets,
        engine_sets=engine_sets,
        steps=width,
    )


#: Ranges that are read side by side wait for what one of them builds for all.
_BUILDING = threading.Lock()


def markets(countries: frozenset[str] | None = None) -> MarketTable:
    """The table of the steps that the ladders know, of all countries or of some: for one vehicle, one will do."""
    with _BUILDING:
        return _markets(countries)


@functools.lru_cache(maxsize=8)
def _markets(countries: frozenset[str] | None) -> MarketTable:
    return market_table(
        (step.country, step.categories, step.ignition, step.day, step.position)
        for step in category_steps()
        if countries is None or step.country in countries
    )
