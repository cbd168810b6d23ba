"""A slot's rule asked of every row: the answer, and the findings where it is not a pass."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import polars as pl

from vehiclecheck.screening.answers import FAIL, PASS, UNKNOWN
from vehiclecheck.screening.cells import Slot
from vehiclecheck.screening.facts import Answer, Facts
from vehiclecheck.screening.kinds import Observation
from vehiclecheck.screening.lookups import Lookups
from vehiclecheck.screening.missing import Missing
from vehiclecheck.screening.periods import INDEX
from vehiclecheck.screening.rulebook import Rulebook, applies, observe

#: What is kept of a finding until it gets its words.
FINDING = {
    "row": pl.UInt32,
    "rule": INDEX,
    "code": pl.UInt8,
    "low": pl.Float64,
    "high": pl.Float64,
    "inferred": pl.Boolean,
    "missing": pl.Int64,
    "dated": pl.UInt8,
    "remark": pl.UInt8,
}


class Asker:
    """Asks the slots of one rulebook. Frames have the columns that `Facts` reads, and `@cell`."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.lookups = Lookups.of(book)
        self.missing = Missing(book.subject, self.lookups)
        # the expressions of a slot are the same for every range of one outline: they are composed once
        self._composed: dict[tuple[int, Hashable], tuple[Slot, pl.Expr, list[pl.Expr]]] = {}

    def param(self, slot: Slot, name: str) -> pl.Expr:
        """A number of the rule that stands in the slot, row by row."""
        return pl.lit(slot.by_cell(name, self.book.params[name])).gather(pl.col("@cell"))

    def code(self, slot: Slot, facts: Facts) -> pl.Expr:
        """SILENT, PASS, UNKNOWN or FAIL of a slot's rule."""
        return self._compose(slot, facts)[1]

    def _compose(self, slot: Slot, facts: Facts) -> tuple[Slot, pl.Expr, list[pl.Expr]]:
        """A slot with the expressions of its answer and of its findings, which read the answer from `@code`."""
        key = (id(slot), facts.outline)
        if key not in self._composed:
            # the slot is kept beside its expressions, so that its number is not given to another one
            observation = observe(slot.shape, facts, lambda name: self.param(slot, name))
            holds, settled = applies(slot.shape, self.book.side, facts, lambda name: self.param(slot, name))
            code = self._code(slot, observation.outcome, holds)
            self._composed[key] = (slot, code, self._findings(slot, observation, settled, facts))
        return self._composed[key]

    @staticmethod
    def _code(slot: Slot, outcome: Answer, holds: Answer | None) -> pl.Expr:
        no = outcome.no
        # a fail counts only where the rule applies for certain; a pass stays a pass
        certain = bool(slot.certain.all())
        if not certain:
            no = no & pl.lit(slot.certain).gather(pl.col("@cell"))
        if holds is not None:
            no = no & holds.yes
        if certain and holds is None and outcome.sure:
            code = pl.when(no).then(_code(FAIL)).otherwise(_code(PASS))
        else:
            code = (
                pl.when(no)
                .then(_code(FAIL))
                .otherwise(pl.when(outcome.yes).then(_code(PASS)).otherwise(_code(UNKNOWN)))
            )
        # SILENT is 0: a product is the cheapest way to say where there is no rule, or none that applies
        present = pl.lit(slot.filled).gather(pl.col("@cell"))
        if holds is not None:
            present = present * holds.no.not_().cast(pl.UInt8)
        return code * present

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
        found = judged.filter(code >= least).with_columns(code.alias("@code"))
        return found.select(*self._compose(slot, facts)[2], *extra)

    def _findings(
        self, slot: Slot, observation: Observation, settled: dict[str, pl.Expr], facts: Facts
    ) -> list[pl.Expr]:
        code = pl.col("@code")
        rule = pl.lit(slot.rule).gather(pl.col("@cell"))
        return [
            pl.col("row"),
            rule.alias("rule"),
            code.alias("code"),
            _number(observation.low).alias("low"),
            _number(observation.high).alias("high"),
            (pl.lit(False) if observation.inferred is None else observation.inferred).alias("inferred"),
            self.missing.expression(
                code, slot, observation.outcome, dict(observation.fields), settled, facts
            ).alias("missing"),
            facts.deciding_date(slot.shape.decides).alias("dated"),
            (pl.lit(0, dtype=pl.UInt8) if observation.remark is None else observation.remark).alias("remark"),
        ]


def _code(answer: int) -> pl.Expr:
    return pl.lit(answer, dtype=pl.UInt8)


def _number(bound: pl.Expr | None) -> pl.Expr:
    return pl.lit(None, dtype=pl.Float64) if bound is None else bound.cast(pl.Float64)


def no_findings() -> pl.DataFrame:
    """An empty table of findings."""
    return pl.DataFrame(schema=FINDING)
