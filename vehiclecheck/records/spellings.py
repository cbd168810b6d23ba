"""Columns of words: each distinct spelling is read once in Python, a whole column then becomes two look-ups.

A column of a million rows has few distinct spellings. The ones already known make a Polars Enum; casting the
column to it gives numbers, and a gather from a table of readings turns numbers into whatever the spelling
means.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

#: So many spellings are kept at most; beyond (a column of free text) the store begins anew with each range.
MOST_SPELLINGS = 400_000
#: Bytes of the spellings that are told apart as numbers, and how many cells are looked at for whether they are such.
_PAIR, _FEW = 2, 100


@dataclass(frozen=True, slots=True)
class Reading:
    """What a spelling says: one value for each table of its column (all None: not told), or why it cannot be
    read.
    """

    values: tuple[Any, ...] = ()
    #: The cell cannot be read and its row must be set aside, for this reason.
    reason: str | None = None
    #: The cell was taken as not told although something stands in it: a data-quality finding.
    doubt: str | None = None


@dataclass(frozen=True, eq=False)
class Known:
    """The spellings known at one moment. It never changes: a range of rows works with one state."""

    enum: pl.Enum
    #: One Series for each value of a reading, as long as there are spellings.
    tables: tuple[pl.Series, ...]
    reasons: pl.Series
    doubts: pl.Series
    any_reason: bool
    any_doubt: bool
    #: The numbers of the spellings of two bytes, by their bytes taken as one number; null where there is none.
    pairs: pl.Series

    def number(self, text: pl.Expr) -> pl.Expr:
        """The number of each spelling; null where it is not known."""
        return text.cast(self.enum, strict=False).to_physical()

    def number_of_pair(self, text: pl.Series) -> pl.Series:
        """The same for spellings of two bytes, at a third of the cost; null for longer and shorter ones."""
        pair = text.cast(pl.Binary).bin.reinterpret(dtype=pl.UInt16, endianness="little")
        return self.pairs[pair.cast(pl.UInt32)]

    def value(self, index: pl.Expr, table: int = 0) -> pl.Expr:
        """The reading's value `table` for each spelling number in `index`; null where the index is null."""
        return pl.lit(self.tables[table]).gather(index)

    def reason(self, index: pl.Expr) -> pl.Expr:
        """Why the spelling cannot be read (String), null where it can."""
        return pl.lit(self.reasons).gather(index)

    def doubt(self, index: pl.Expr) -> pl.Expr:
        """What is doubtful about the spelling (String), null where nothing is."""
        return pl.lit(self.doubts).gather(index)


class Spellings:
    """The spellings of one kind of column and how each reads. Grows as new ones are met; safe to share among
    threads.
    """

    def __init__(
        self, read: Callable[[str], Reading], dtypes: tuple[Any, ...], known: Iterable[str] = ()
    ) -> None:
        """`read` reads a spelling, `dtypes` are the Polars types of its values, `known` are read at once."""
        self._read = read
        self._dtypes = dtypes
        self._first = list(dict.fromkeys(known))
        self._lock = threading.Lock()
        self._readings: dict[str, Reading] = {}
        self._known: Known | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        # a lock and a cache do not travel to another process; what was learned is soon learned again
        return type(self), (self._read, self._dtypes, tuple(self._first))

    def read(self, text: str) -> Reading:
        """How one spelling reads."""
        return self._read(text)

    def known(self) -> Known:
        """All spellings known now."""
        with self._lock:
            return self._current()

    def learn(self, texts: Iterable[str]) -> Known:
        """Read the spellings that are new, and give the state that knows all of `texts`."""
        with self._lock:
            if len(self._readings) > MOST_SPELLINGS:
                self._readings = {}
                self._known = None
            self._current()
            for text in texts:
                if text not in self._readings:
                    self._readings[text] = self._read(text)
                    self._known = None
            return self._current()

    def _current(self) -> Known:
        if not self._readings:
            self._readings = {text: self._read(text) for text in self._first}
            self._known = None
        if self._known is None:
            readings = list(self._readings.values())
            tables = tuple(
                pl.Series([r.values[i] if r.values else None for r in readings], dtype=dtype, strict=True)
                for i, dtype in enumerate(self._dtypes)
            )
            reasons = pl.Series([r.reason for r in readings], dtype=pl.String)
            doubts = pl.Series([r.doubt for r in readings], dtype=pl.String)
            self._known = Known(
                enum=pl.Enum(list(self._readings)),
                tables=tables,
                reasons=reasons,
                doubts=doubts,
                any_reason=reasons.null_count() < len(reasons),
                any_doubt=doubts.null_count() < len(doubts),
                pairs=_pairs(self._readings),
            )
        return self._known


def _pairs(spellings: Iterable[str]) -> pl.Series:
    """The numbers of the spellings of two bytes, in a table of all pairs of bytes."""
    found = {
        int.from_bytes(text.encode(), "little"): number
        for number, text in enumerate(spellings)
        if len(text.encode()) == _PAIR
    }
    empty = pl.repeat(None, 1 << 8 * _PAIR, dtype=pl.UInt32, eager=True)
    return empty.scatter(list(found), list(found.values())) if found else empty


def _of_pairs(column: pl.Series) -> bool:
    """Whether a column seems to hold spellings of two bytes alone (codes of countries and categories)."""
    return bool((column.head(_FEW).drop_nulls().str.len_bytes() == _PAIR).all())


def number_columns(
    frame: pl.DataFrame, stores: dict[str, Spellings]
) -> tuple[dict[str, pl.Series], dict[str, Known]]:
    """Number the spellings of the String columns named in `stores`: Series of UInt indices, and the state
    they point into.

    Columns of longer spellings are numbered at once (they share the cores); only those with a spelling never met
    before are numbered a second time.
    """
    states = {name: store.known() for name, store in stores.items()}
    pairs = {name for name in stores if _of_pairs(frame.get_column(name))}
    casts = frame.select(states[name].number(pl.col(name)) for name in stores if name not in pairs)
    numbered: dict[str, pl.Series] = {}
    for name, store in stores.items():
        column = frame.get_column(name)
        index = states[name].number_of_pair(column) if name in pairs else casts.get_column(name)
        if index.null_count() > column.null_count():
            fresh = column.filter(index.is_null() & column.is_not_null()).unique()
            # sorted: the order of numbers must not depend on the order of a hash table
            states[name] = store.learn(fresh.sort().to_list())
            index = frame.select(states[name].number(pl.col(name))).to_series()
        numbered[name] = index
    return numbered, states
