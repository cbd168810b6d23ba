"""Methods and doubts of a harmonised row, as bits while rows are worked on and as words at the end.

Bits of many rows are united by one OR, in any order; only the few sets that occur are put into words.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from vehiclecheck.trade import codes

#: What compiling says of a row; flags of the commodity code (`codes.FLAGS`) stand beside these.
OWN = (
    "bloc-total",  # reported by a bloc whose members did not report the period
    "contradicted",  # another row says something else of the same; that one was set aside
    "estimated:office",  # the office says that it estimated the quantity or the weight
    "estimated:unit-weight",  # vehicles = weight / median weight of a vehicle
    "fraction:units",  # reported in parts of a vehicle: bounds are the whole numbers around
    *(f"months:{number}" for number in range(1, 12)),  # a year of which the office reported so many months
    "outlier:value",
    "outlier:weight",
    "partial:value",  # a sum of which some rows do not tell the value
    "partial:value-usd",  # ... or have no rate
    "partial:weight",
    "unit-unknown",  # the quantity is told in a unit that does not count vehicles
    "zero-quantity",  # no vehicles reported beside a weight or value above zero
)
FLAGS = tuple(sorted({*OWN, *codes.FLAGS}))
_BIT = {word: 1 << place for place, word in enumerate(FLAGS)}
NONE = pl.lit(0, dtype=pl.UInt64)


def bit(word: str) -> pl.Expr:
    """The bit of a flag. KeyError on a word that is none."""
    return pl.lit(_BIT[word], dtype=pl.UInt64)


def bits(holds: Mapping[str, pl.Expr]) -> pl.Expr:
    """The set of all flags whose condition holds (null: it does not)."""
    found = NONE
    for word, condition in holds.items():
        found = found | pl.when(condition.fill_null(False)).then(bit(word)).otherwise(NONE)
    return found


def bits_of_list(words: pl.Expr) -> pl.Expr:
    """The set that a column of lists of flags tells; null is none."""
    return bits({word: words.list.contains(word) for word in codes.FLAGS})


def months(number: pl.Expr) -> pl.Expr:
    """`months:N` for 1 to 11 months, nothing for others and null."""
    return bits({f"months:{count}": number == count for count in range(1, 12)})


def words_of(mask: int) -> str:
    """The flags of a set, joined by `;` in alphabetical order."""
    return ";".join(word for word, one in _BIT.items() if mask & one)


def in_words(masks: pl.Series) -> pl.Series:
    """Sets put into words; each set that occurs once."""
    met = masks.unique().sort()
    return masks.replace_strict(met, [words_of(mask) for mask in met], return_dtype=pl.String)
