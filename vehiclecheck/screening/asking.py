"""A slot's rule asked of every row: the answer, and the findings where it is not a pass."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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


#: Bytes a row of what is looked up for the slots that are asked at once: it stands beside the rows, and takes memory.
_WIDTH = 80

#: Of so many rows a slot that concerns a smaller share is asked of these alone: packs have many shapes of rules, each
#: country few. Picking rows has a cost of its own.
_MANY_ROWS, _SHARE = 50_000, 0.25

#: Turns a column by cell, of some name, into an expression on rows.
_LookUp = Callable[[str, pl.Series], pl.Expr]


@dataclass(frozen=True, slots=True)
class _Beside:
    """A slot with the expression of its answer on columns that stand beside the rows, and these columns by cell. The slot is
    kept, so that its number is not given to another one.
    """

    slot: Slot
    code: pl.Expr
    by_cell: list[pl.Series]
    #: Bytes of these columns for each row.
    width: float
    #: The columns of the rows themselves that the answer reads.
    reads: list[str]


def _in_turn(asked: Mapping[str, _Beside]) -> Iterator[dict[str, _Beside]]:
    """Slots in the order given, as many at a time as stand beside the rows together."""
    together: dict[str, _Beside] = {}
    wide = 0.0
    for name, one in asked.items():
        if together and wide + one.width > _WIDTH:
            yield together
            together, wide = {}, 0.0
        together[name] = one
        wide += one.width
    if together:
        yield together


def _concerning_few(asked: Mapping[str, _Beside], cell: pl.Series) -> set[str]:
    """The names of the slots that are filled in the cells of few of many rows."""
    if cell.len() < _MANY_ROWS or not asked:
        return set()
    counted = cell.value_counts(sort=False, name="rows")
    cells = next(iter(asked.values())).slot.filled.len()
    rows = pl.zeros(cells, dtype=pl.UInt32, eager=True).scatter(counted["@cell"], counted["rows"])
    return {name for name, one in asked.items() if (one.slot.filled * rows).sum() < _SHARE * cell.len()}


def _of_few(one: _Beside, located: pl.DataFrame, cell: pl.Series, silent: pl.Series) -> pl.Series:
    """The answers of a slot for all rows (as long as `silent`), worked out for those in whose cells it is filled."""
    at = (one.slot.filled[cell] == 1).arg_true()
    rows = pl.DataFrame(one.by_cell)[cell[at]]
    if one.reads:
        rows = rows.hstack(pl.DataFrame([located[name] for name in one.reads])[at])
    return silent.clone().scatter(at, rows.select(one.code).to_series())


class Asker:
    """Asks the slots of one rulebook. Frames have the columns that `Facts` reads, and `@cell`."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.lookups = Lookups.of(book)
        self.missing = Missing(book.subject, self.lookups)
        # expressions are the same for every range of one outline: they are composed once
        self._composed: dict[tuple[int, Hashable], tuple[Slot, list[pl.Expr]]] = {}
        self._beside: dict[tuple[int, Hashable], _Beside] = {}

    def codes(self, slots: Sequence[Slot], located: pl.DataFrame, facts: Facts) -> list[pl.Series]:
        """SILENT, PASS, UNKNOWN or FAIL of the rules in slots for the rows of a frame, as `@code0`, `@code1` …

        Of what is looked up by cell whole rows are picked: a look-up a number costs three times as much.
        """
        cell = located["@cell"]
        asked = {f"@code{number}": self._stand_beside(slot, facts) for number, slot in enumerate(slots)}
        few = _concerning_few(asked, cell)
        codes: dict[str, pl.Series] = {}
        if few:
            silent = pl.zeros(cell.len(), dtype=pl.UInt8, eager=True)
            codes = {name: _of_few(asked[name], located, cell, silent).alias(name) for name in few}
        for together in _in_turn({name: one for name, one in asked.items() if name not in few}):
            table = pl.DataFrame([column for one in together.values() for column in one.by_cell])
            rows = located.hstack(table[cell])
            answers = rows.lazy().select(one.code.alias(name) for name, one in together.items()).collect()
            codes |= {column.name: column for column in answers.get_columns()}
        return [codes[name] for name in asked]

    def _stand_beside(self, slot: Slot, facts: Facts) -> _Beside:
        key = (id(slot), facts.outline)
        if key not in self._beside:
            columns: dict[str, pl.Series] = {}

            def look_up(name: str, by_cell: pl.Series) -> pl.Expr:
                name = f"@{id(slot)}:{name}"
                columns[name] = by_cell.alias(name)
                return pl.col(name)

            code = self._answer(slot, facts, look_up)[2]
            # columns by cell are never empty: the last cell is the one without rules
            width = sum((float(column.estimated_size()) / column.len() for column in columns.values()), 0.0)
            reads = [name for name in dict.fromkeys(code.meta.root_names()) if name not in columns]
            self._beside[key] = _Beside(slot, code, list(columns.values()), width, reads)
        return self._beside[key]

    def _compose(self, slot: Slot, facts: Facts) -> list[pl.Expr]:
        """The expressions of a slot's findings, which read its answer from `@code`."""
        key = (id(slot), facts.outline)
        if key not in self._composed:
            observation, settled, _ = self._answer(slot, facts, _looked_up)
            self._composed[key] = (slot, self._findings(slot, observation, settled, facts))
        return self._composed[key][1]

    def _answer(
        self, slot: Slot, facts: Facts, look_up: _LookUp
    ) -> tuple[Observation, dict[str, pl.Expr], pl.Expr]:
        """What is observed, what would settle the scope, and the answer, with numbers of the rule looked up so."""

        def param(name: str) -> pl.Expr:
            return look_up(name, slot.by_cell(name, self.book.params[name]))

        observation = observe(slot.shape, facts, param)
        holds, settled = applies(slot.shape, self.book.side, facts, param)
        return observation, settled, self._code(slot, observation.outcome, holds, look_up)

    @staticmethod
    def _code(slot: Slot, outcome: Answer, holds: Answer | None, look_up: _LookUp) -> pl.Expr:
        no = outcome.no
        # a fail counts only where the rule applies for certain; a pass stays a pass
        certain = bool(slot.certain.all())
        if not certain:
            no = no & look_up("certain", slot.certain)
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
        present = look_up("filled", slot.filled)
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
        return found.select(*self._compose(slot, facts), *extra)

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


def _looked_up(_: str, by_cell: pl.Series) -> pl.Expr:
    return pl.lit(by_cell).gather(pl.col("@cell"))


def _code(answer: int) -> pl.Expr:
    return pl.lit(answer, dtype=pl.UInt8)


def _number(bound: pl.Expr | None) -> pl.Expr:
    return pl.lit(None, dtype=pl.Float64) if bound is None else bound.cast(pl.Float64)


def no_findings() -> pl.DataFrame:
    """An empty table of findings."""
    return pl.DataFrame(schema=FINDING)
