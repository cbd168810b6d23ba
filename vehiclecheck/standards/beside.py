"""What a country asks besides its provisions, made into advice: so that nobody takes silence for freedom.

A pack lists as `unencoded` what no kind can say and no record can tell (a quota, a list of models, a court order). For each
subject and side this becomes one provision whose answer is always open and which never decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from vehiclecheck.standards.model import ALSO_ASKS, LeftOut, Provision, Version

#: Subject, direction and directions of the items of each side: fuel has one side, the market that it enters.
_SIDES = (
    ("vehicle", "import", ("import",)),
    ("vehicle", "export", ("export",)),
    ("fuel", "import", ("import", "market")),
)
_CLASSES = {"LDV": ("light", ["M1", "N1"]), "HDV": ("heavy", ["M2", "M3", "N2", "N3"])}


def asked_beside(code: str, left_out: Sequence[LeftOut]) -> tuple[Provision, ...]:
    """The provisions `XX.also.import`, `.export` and `.fuel`; `.light` and `.heavy` of each where these differ."""
    if not left_out:
        return ()
    made: list[Provision] = []
    for subject, direction, directions in _SIDES:
        items = [
            item
            for item in left_out
            if (item.reason, item.subject) == ("unencoded", subject) and item.direction in directions
        ]
        name = f"{code}.also.{direction}" if subject == "vehicle" else f"{code}.also.fuel"
        if subject == "fuel" or all(len(item.classes) != 1 for item in items):
            made += _provision(code, name, subject, direction, items, None)
            continue
        for vehicle_class, (word, categories) in _CLASSES.items():
            own = [item for item in items if not item.classes or vehicle_class in item.classes]
            made += _provision(code, f"{name}.{word}", subject, direction, own, categories)
    return tuple(made)


def _provision(
    code: str,
    name: str,
    subject: str,
    direction: str,
    items: Sequence[LeftOut],
    categories: list[str] | None,
) -> list[Provision]:
    blank = Version(
        provision=name,
        pack=code,
        kind=ALSO_ASKS,
        subject=subject,
        direction=direction,
        title="also asks",
        effect="advise",
        decides="arrival",
        scope={} if categories is None else {"categories": categories},
        exempt=(),
        asks={},
        start=None,
        end=None,
        possible_start=None,
        possible_end=None,
        status="reported",
        grade="",
        instrument=None,
        sources=(),
    )
    edges: list[dt.date | None] = [None]
    edges += sorted({day for item in items for day in (item.start, item.end) if day is not None})
    versions = tuple(
        replace(
            blank,
            asks={"what": [item.what for item in held]},
            start=start,
            end=end,
            possible_start=start,
            possible_end=end,
            sources=tuple(dict.fromkeys(source for item in held for source in item.sources)),
        )
        for start, end in zip(edges, [*edges[1:], None], strict=True)
        if (held := [item for item in items if _covers(item, start, end)])
    )
    title = "What is also asked, and no record can show"
    return [Provision(name, ALSO_ASKS, subject, direction, title, versions)] if versions else []


def _covers(item: LeftOut, start: dt.date | None, end: dt.date | None) -> bool:
    begun = item.start is None or (start is not None and item.start <= start)
    over = item.end is not None and (end is None or item.end < end)
    return begun and not over
