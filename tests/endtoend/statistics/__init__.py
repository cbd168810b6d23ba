"""Makes the files of five statistical offices over eight years, in their layouts, with every trap of them, and their truth.

Each module writes the files of one source and says beside every row what must come of it. The meaning of codes stands in
`goods`, sums and bounds are made in `truth`; nothing comes from the program. The same seed makes the same files.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.endtoend.statistics import america, asia, defects
from tests.endtoend.statistics.comext import Comext
from tests.endtoend.statistics.comtrade import Comtrade
from tests.endtoend.statistics.truth import Truth


def make(folder: Path, seed: int) -> Truth:
    """Writes all files into a folder that exists."""
    truth = Truth()

    def draw(name: str) -> random.Random:
        return random.Random(f"{seed}:{name}")

    Comext(draw("comext"), folder, truth).write()
    asia.japan(draw("japan"), folder, truth)
    asia.korea(draw("korea"), folder, truth)
    america.united_states(draw("america"), folder, truth)
    Comtrade(draw("comtrade"), folder, truth).write()
    defects.broken_rows(draw("broken rows"), folder, truth)
    defects.repeated(draw("repeated"), folder, truth)
    defects.copied(folder, truth, "japan_2016.csv", "japan_2016_copy.csv")
    defects.another_edition(draw("edition"), folder, truth)
    defects.cut_off(draw("cut off"), folder, truth)
    defects.no_statistics(draw("no statistics"), folder, truth)
    return truth


__all__ = ["Truth", "make"]
