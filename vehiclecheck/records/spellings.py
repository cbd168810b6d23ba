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
            )
        return self._known


def number_columns(
    frame: pl.DataFrame, stores: dict[str, Spellings]
) -> tuple[dict[str, pl.Series], dict[str, Known]]:
    """Number the spellings of the String columns named in `stores`: Series of UInt indices, and the state
    they point into.

    All columns are cast at once (they share the cores); only those with a spelling never met before are cast
    a second time.
    """
    states = {name: store.known() for name, store in stores.items()}
    casts = frame.select(pl.col(name).cast(states[name].enum, strict=False).to_physical() for name in stores)
    numbered: dict[str, pl.Series] = {}
    for name, store in stores.items():
        index = casts.get_column(name)
        column = frame.get_column(name)
        if index.null_count() > column.null_count():
            fresh = column.filter(index.is_null() & column.is_not_null()).unique()
            # sorted: the order of numbers must not depend on the order of a hash table
            states[name] = store.learn(fresh.sort().to_list())
            index = frame.select(pl.col(name).cast(states[name].enum, strict=False).to_physical()).to_series()
        numbered[name] = index
    return numbered, states
