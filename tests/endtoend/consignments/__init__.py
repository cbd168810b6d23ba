"""Makes certificates of fuel consignments whose verdicts are known: ten years, all countries, every kind of edge.

Each is made for one limit of one country. Its value is put at, inside or beyond that limit, and what the limit must say of
it is written where the value is made (`result_edges`, `law_edges`, `scope_edges`). The other results keep their limits with
room to spare. Law and methods come from `law` and `laboratory`, nothing from the program. The same seed makes the same
consignments.
"""

from __future__ import annotations

import random

from tests.endtoend.consignments import law_edges, result_edges, scope_edges
from tests.endtoend.consignments.drawing import Drawer, Made

KINDS = result_edges.KINDS | law_edges.KINDS | scope_edges.KINDS


def made(seed: int, count: int) -> list[Made]:
    """So many consignments, of each kind about as many, in no order."""
    found: list[Made] = []
    for place, (name, draw) in enumerate(KINDS.items()):
        drawer = Drawer(seed, name)
        wanted = count // len(KINDS) + (place < count % len(KINDS))
        drawn: list[Made] = []
        for _ in range(500 * wanted):
            if len(drawn) == wanted:
                break
            if (one := draw(drawer)) is not None:
                drawn.append(one)
        assert len(drawn) == wanted, f"no law to make {wanted} consignments of: {name}"
        found += drawn
    random.Random(seed).shuffle(found)
    return found
