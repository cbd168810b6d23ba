"""A slot's rule asked of every row: the answer, and the findings where it is not a pass."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.screening.answers import SILENT, UNKNOWN
from vehiclecheck.screening.cells import Slot
from vehiclecheck.screening.facts import Facts
from vehiclecheck.screening.lookups import Lookups
from vehiclecheck.screening.missing import Missing
from vehiclecheck.screening.rulebook import Rulebook, applies, observe

#: What is kept of a finding until it gets its words.
FINDING = {
    "row": pl.UInt32,
    "rule": pl.Int32,
    "code": pl.UInt8,
    "low": pl.Float64,
    "high": pl.Float64,
    "inferred": pl.Boolean,
    "missing": pl.Int64,
    "dated": pl.UInt8,
}


class Asker:
    """Asks the slots of one rulebook. Frames have the columns that `Facts` reads, and `@cell`."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.lookups = Lookups.of(book)
        self.missing = Missing(book.subject, self.lookups)

    def param(self, slot: Slot, name: str) -> pl.Expr:
        """A number of the rule that stands in the slot, row by row."""
        return pl.lit(slot.by_cell(name, self.book.params[name])).gather(pl.col("@cell"))

    def code(self, slot: Slot, facts: Facts) -> pl.Expr:
        """SILENT, PASS, UNKNOWN or FAIL of a slot's rule."""
        observation = observe(slot.shape, facts, lambda name: self.param(slot, name))
        yes, no = observation.outcome
        holds, _ = applies(slot.shape, self.book.side, facts, lambda name: self.param(slot, name))
        # a fail counts only where the rule applies for certain; a pass stays a pass
        if not bool(slot.certain.fill_null(True).all()):
            no = no & pl.lit(slot.certain).gather(pl.col("@cell"))
        if holds is not None:
            no = no & holds.yes
        code = pl.lit(UNKNOWN, dtype=pl.UInt8) + no.cast(pl.UInt8) - yes.cast(pl.UInt8)
        silent = pl.lit(SILENT, dtype=pl.UInt8)
        if observation.numeric and holds is None:
            return code.fill_null(silent)
        present = pl.lit(slot.rule.is_not_null()).gather(pl.col("@cell"))
        if holds is not None:
            present = present & holds.no.not_()
        return pl.when(present).then(code).otherwise(silent)

    def findings(
        self,
        judged: pl.LazyFrame,
        number: int,
        slot: Slot,
        facts: Facts,
        least: int,
        extra: Sequence[str] = (),
    ) -> pl.LazyFrame:
        """The rows of a slot whose answer is `least` or worse, with bounds and what is missing."""
        code = pl.col(f"@code{number}")
        observation = observe(slot.shape, facts, lambda name: self.param(slot, name))
        rule = pl.lit(slot.rule).gather(pl.col("@cell"))
        _, settled = applies(slot.shape, self.book.side, facts, lambda name: self.param(slot, name))
        return judged.filter(code >= least).select(
            pl.col("row"),
            rule.alias("rule"),
            code.alias("code"),
            _number(observation.low).alias("low"),
            _number(observation.high).alias("high"),
            (pl.lit(False) if observation.inferred is None else observation.inferred).alias("inferred"),
            self.missing.expression(
                code, rule, observation.outcome, dict(observation.fields), settled, facts
            ).alias("missing"),
            facts.deciding_date(slot.shape.decides).alias("dated"),
            *extra,
        )


def _number(bound: pl.Expr | None) -> pl.Expr:
    return pl.lit(None, dtype=pl.Float64) if bound is None else bound.cast(pl.Float64)


def no_findings() -> pl.DataFrame:
    """An empty table of findings."""
    return pl.DataFrame(schema=FINDING)
