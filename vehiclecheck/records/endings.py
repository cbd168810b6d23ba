"""The last rows of a file that are no records: totals; below tables of fuel tests signatures and notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from vehiclecheck.records import laboratory
from vehiclecheck.records.reading_table import Table
from vehiclecheck.records.set_aside import Aside

#: How many rows at the end of a file may be totals, or signatures and notes below a table of fuel tests.
TOTALS_WITHIN = 3
ENDINGS_WITHIN = 12
_TOTAL = re.compile(
    r"(?:grand|sub|sous|general|overall)?[\s-]*(?:totals?|totaux|totales|totais|summe|gesamt|insgesamt|итого|всего|合計|総計|총계|합계|المجموع)"
    r"(?:[\s-]+(?:general|g[eé]n[eé]ral|geral|units|vehicles|v[eé]hicules|unidades|veh[ií]culos|amount))?\s*[:=]?",
    re.IGNORECASE,
)


def endings(table: Table, positions: Mapping[str, int], subject: str) -> dict[int, Aside]:
    """Lines of the last rows that are no records, each with why.

    Totals: the first word says so, and at least a third of the known cells is empty. Signatures and notes, of fuel tests
    only: the first cell begins like one, and at least half of the cells is empty.
    """
    if table.format == "parquet" or not table.n_rows:
        return {}
    count = min(ENDINGS_WITHIN if subject == "fuel" else TOTALS_WITHIN, table.n_rows)
    frame = table.read(table.n_rows - count, count, list(range(len(table.columns)))).frame
    found: dict[int, Aside] = {}
    for place, row in enumerate(frame.iter_rows()):
        cells = [str(cell).strip() if cell is not None else "" for cell in row[:-1]]
        filled = [cell for cell in cells if cell]
        first = filled[0] if filled else ""
        empty = sum(not cells[position] for position in positions.values())
        if (
            frame.height - place <= TOTALS_WITHIN
            and _TOTAL.fullmatch(first)
            and empty * 3 >= len(positions)
            and empty
        ):
            found[row[-1]] = Aside(row[-1], None, "total", "a row of totals, not a record")
        elif subject == "fuel" and len(filled) * 2 <= len(cells) and _is_ending(filled):
            found[row[-1]] = Aside(row[-1], None, first, "a signature or a note, not a record")
    return found


def _is_ending(filled: Sequence[str]) -> bool:
    alone = len(filled) == 1 and (len(filled[0]) > 40 or filled[0].startswith(("*", "(", "†")))
    return alone or (bool(filled) and laboratory.is_ending(filled[0]))
