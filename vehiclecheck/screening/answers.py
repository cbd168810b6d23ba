"""The numbers that answers are kept as: what a rule says of a row, and what a side's rules come to."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.screening.cells import Slot
from vehiclecheck.screening.rulebook import ADVICE, CONDITIONAL, REFUSING

#: What a rule says of a row.
SILENT, PASS, UNKNOWN, FAIL = 0, 1, 2, 3

#: What a side's rules come to: nothing applies, admitted, conditional, undetermined, refused.
NOTHING, ADMITTED, FOLLOWS, UNDETERMINED, REFUSED = 0, 1, 2, 3, 4

#: Effects and grades, by bit and by rank.
EFFECTS = ("refuse", "surcharge", "permit", "inspect", "advise")
GRADES = ("", "A", "B", "C")


def refusing(code: pl.Expr) -> pl.Expr:
    """What the answer of a rule that can refuse comes to."""
    return code + (code >= pl.lit(UNKNOWN, dtype=pl.UInt8)).cast(pl.UInt8)


def conditional(code: pl.Expr) -> pl.Expr:
    """What the answer of a rule that can only cost or delay comes to: what may follow counts as following."""
    return pl.min_horizontal(code, pl.lit(FOLLOWS, dtype=pl.UInt8))


def deciding(slots: Sequence[Slot]) -> list[tuple[str, Slot]]:
    """The slots that decide verdicts, each with the column of its answer (`@code0`, `@code1` …)."""
    return [(f"@code{number}", slot) for number, slot in enumerate(slots) if slot.shape.weight != ADVICE]


def severity(chosen: Sequence[tuple[str, Slot]]) -> pl.Expr:
    """What the slots that decide come to together: of each kind the worst answer counts, which is weighed once."""
    worst = []
    for comes_to, weight in ((refusing, REFUSING), (conditional, CONDITIONAL)):
        codes = [code for code, slot in chosen if slot.shape.weight == weight]
        if codes:
            worst.append(comes_to(pl.max_horizontal(codes)))
    return pl.max_horizontal(worst or [pl.lit(NOTHING)]).cast(pl.UInt8)
