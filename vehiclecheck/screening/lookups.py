"""What is looked up by the number of a rule: its names, effect, grade, and the masks that its cells test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from vehiclecheck.screening.answers import EFFECTS, GRADES
from vehiclecheck.screening.cells import PROFILE, Slot
from vehiclecheck.screening.rulebook import Rulebook

#: Sets of slots whose names and grades are kept for the next range.
_KEPT = 4


@dataclass(slots=True)
class Named:
    """Names and grades of the rules in some slots by cell, one slot after the other and nothing at the end: a single look-up
    each. The slots are kept so that their numbers stay theirs.
    """

    slots: Sequence[Slot]
    names: pl.Series
    grades: pl.Series
    #: Names and grade of several slots together, by cell and set of slots: most ranges meet the same sets.
    _joined: pl.DataFrame | None = None

    def joined(self, sets: pl.DataFrame, join: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
        """The columns `reasons` and `grade` beside sets; `join` makes them for those never met before."""
        known = self._joined  # other ranges may replace it meanwhile: then some are made twice
        fresh = sets if known is None else sets.join(known, on=sets.columns, how="anti")
        if fresh.height:
            fresh = join(fresh.unique())
            known = self._joined = fresh if known is None else pl.concat([known, fresh])
        assert known is not None
        return sets.join(known, on=sets.columns, how="left", maintain_order="left")


@dataclass(frozen=True, slots=True)
class Lookups:
    """Columns by rule number.

    `name` the provision's id, `provision` its number, `weight` what it does to a verdict, `decides` whether its
    status lets it, `effect` a bit of EFFECTS,
    `grade` a rank of GRADES; `scopes` the masks of its scope; `spared` those of its n-th exemption that cells test,
    null where a rule has fewer.
    """

    name: pl.Series
    provision: pl.Series
    weight: pl.Series
    decides: pl.Series
    effect: pl.Series
    grade: pl.Series
    scopes: dict[str, pl.Series]
    spared: list[dict[str, pl.Series]]
    #: What `of_slots` has found, by the slots.
    kept: dict[tuple[int, ...], Named] = field(default_factory=dict)

    def of_slots(self, slots: Sequence[Slot]) -> Named:
        """What the rules in some slots are called, and their grades."""
        key = tuple(map(id, slots))
        kept = self.kept.get(key)
        if kept is None:
            rules = pl.concat([slot.rule for slot in slots]).extend_constant(None, slots[0].rule.len())
            kept = Named(slots, self.name.gather(rules), self.grade.gather(rules).fill_null(0))
            # ranges of all countries may each meet other slots: few are kept
            if len(self.kept) >= _KEPT:
                self.kept.clear()
            self.kept[key] = kept
        return kept

    @classmethod
    def of(cls, book: Rulebook) -> Lookups:
        """The columns of a rulebook."""
        rules = book.rules
        numbers: dict[str, int] = {}
        masks = {
            "category": [rule.category for rule in rules],
            "propulsion": [rule.propulsion for rule in rules],
            "condition": [rule.condition for rule in rules],
        }
        depth = max((len(rule.exempt_cells) for rule in rules), default=0)
        spared = [
            {
                name: pl.Series(
                    [
                        rule.exempt_cells[nth][place] if nth < len(rule.exempt_cells) else None
                        for rule in rules
                    ],
                    dtype=pl.Int32,
                )
                for place, name in enumerate(PROFILE)
            }
            for nth in range(depth)
        ]
        return cls(
            name=pl.Series([rule.version.provision for rule in rules], dtype=pl.Categorical),
            provision=pl.Series(
                [numbers.setdefault(rule.version.provision, len(numbers)) for rule in rules], dtype=pl.Int32
            ),
            decides=pl.Series([rule.decides for rule in rules], dtype=pl.Boolean),
            weight=pl.Series([rule.shape.weight for rule in rules], dtype=pl.Int8),
            effect=pl.Series([1 << EFFECTS.index(rule.version.effect) for rule in rules], dtype=pl.UInt8),
            grade=pl.Series([GRADES.index(rule.version.grade) for rule in rules], dtype=pl.UInt8),
            scopes={name: pl.Series(values, dtype=pl.Int32) for name, values in masks.items()},
            spared=spared,
        )
