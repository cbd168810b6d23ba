"""How raw rows are to be read: what a person decides about a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vehiclecheck.records.habits import Habits


@dataclass(frozen=True)
class PrepareOptions:
    """How raw rows are to be read."""

    #: Countries for all rows, in place of what the rows say (alpha-2).
    importer: str | None = None
    exporter: str | None = None
    #: A row that names no importer is set aside; not where it is judged by a standard that is asked by name.
    importer_needed: bool = True
    #: Bound a class by what the exporter's market demanded at the first registration.
    infer: bool = True
    #: The order of dates that could be read in two ways; None: by the evidence of the column.
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    #: The decimal sign of numbers that could be read in two ways; None: by the evidence of the column.
    decimal: Literal["point", "comma"] | None = None
    #: The condition where neither a column nor a tariff code tells it.
    condition: Literal["new", "used", "salvage", "unknown"] = "used"
    subject: Literal["vehicle", "fuel"] = "vehicle"
    #: The year in which the assessment is made: what lies beyond it is doubtful. None: not asked.
    assessed_year: int | None = None
    #: The nomenclature of all tariff codes (a `name` of rules/hs-vehicles.toml). None: by exporter and
    #: importer, with care.
    nomenclature: str | None = None
    #: What a survey of the whole file found; None: what this frame shows.
    habits: Habits | None = None
