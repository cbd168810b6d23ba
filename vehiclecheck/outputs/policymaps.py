"""What the packs cover and how strict countries are, as maps for a report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vehiclecheck.outputs.worldmap import COVERAGE_COLOURS, RATING_COLOURS, Panel, tile_map, world_map

if TYPE_CHECKING:
    from vehiclecheck.scenarios.coverage import Covered
    from vehiclecheck.scenarios.rating import Rated
    from vehiclecheck.scenarios.scales import Scale


def coverage_map(rows: Sequence[Covered], on: dt.date) -> str:
    """The coverage of arriving light and heavy vehicles as an SVG map."""
    names = {
        "regulated": "regulated",
        "advice only": "advice",
        "unregulated": "unregulated",
        "not reviewed": "not_reviewed",
    }
    panels = [
        # a small territory that nobody reviewed needs no tile
        Panel(
            title,
            {
                row.code: names[row.status]
                for row in rows
                if row.part.key == key and (row.status != "not reviewed" or row.code in tile_map())
            },
        )
        for title, key in (("Light vehicles", "import.LDV"), ("Heavy vehicles", "import.HDV"))
    ]
    legend = [
        ("regulated", "rules for used vehicles in force", COVERAGE_COLOURS["regulated"]),
        ("advice", "known, nothing binds", COVERAGE_COLOURS["advice"]),
        ("unregulated", "reviewed, nothing in force", COVERAGE_COLOURS["unregulated"]),
        ("not_reviewed", "not reviewed", COVERAGE_COLOURS["not_reviewed"]),
    ]
    newest = max((row.newest for row in rows if row.newest), default="")
    note = (
        f"Rules on the import of used vehicles in force on {on}, as far as the rule packs of vehiclecheck know them "
        f"(newest source {newest}). Each rule with its source: packs show CODE."
    )
    return world_map(panels, legend, f"What is asked of used vehicles, {on}", note)


def rating_map(scale: Scale, rated: Sequence[Rated], on: dt.date) -> str:
    """The rating as an SVG map, light and heavy vehicles side by side. An open class is `unrated`."""
    colours = list(RATING_COLOURS.values())
    legend = [
        (name, name, RATING_COLOURS.get(name, colours[min(place, len(colours) - 2)]))
        for place, name in enumerate(scale.classes)
    ]
    legend.append(("open", "open: sources do not settle it", RATING_COLOURS["unrated"]))
    panels = [
        Panel(
            f"{vehicles.capitalize()} vehicles",
            {each.code: each.rating or "open" for each in rated if each.vehicles == vehicles},
        )
        for vehicles in ("light", "heavy")
    ]
    note = f"{scale.title}, rules in force on {on}. {scale.note}"
    return world_map(panels, legend, f"How strict countries are towards used vehicles, {on}", note)
