"""How a column of a file is written: the order of its dates, its decimal sign.

One cell `03/04/2016` or `1.234` does not tell; the whole column often does. A file is read in ranges of rows,
so whoever cuts it surveys its ranges first (only columns of text need it), joins what they found, and hands
that to every range: then the result does not depend on where the cuts are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Habits:
    """What the cells of columns prove: (file, column) -> bits (of `dates` for a date, of `numbers` for a
    number).
    """

    bits: Mapping[tuple[int, str], int] = field(default_factory=dict)

    def __or__(self, other: Habits) -> Habits:
        """What both found together."""
        keys = {*self.bits, *other.bits}
        return Habits({key: self.bits.get(key, 0) | other.bits.get(key, 0) for key in sorted(keys)})

    def of(self, file: int, column: str) -> int:
        """The bits of one column of one file, 0 if nothing is known."""
        return self.bits.get((file, column), 0)
