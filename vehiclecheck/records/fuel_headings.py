"""What the headings of a fuel list say beyond which column is which: units, standards, columns of methods and units beside a
property, the number of the certificate.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from vehiclecheck.records import laboratory
from vehiclecheck.records.errors import shown
from vehiclecheck.records.matching import BESIDE, Matching, normalise
from vehiclecheck.records.number_fields import UNIT_NOT_TOLD, Conversion
from vehiclecheck.vocabulary.methods import method_column
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES


@dataclass(frozen=True)
class Told:
    """What stands in and beside the headings of properties."""

    #: Property -> the unit of its column, where it is another than the record's.
    units: dict[str, str] = field(default_factory=dict)
    #: Property -> position of the column with the unit of each result.
    unit_columns: dict[str, int] = field(default_factory=dict)
    #: Column of methods -> the standard that the heading of its property names.
    methods: dict[str, str] = field(default_factory=dict)


def complete(written: Sequence[str], matching: Matching, stated: Collection[str] = ()) -> Told:
    """Adds to `matching` the columns that are known by where they stand; what the headings tell beside.

    A column that says method or unit, and not of what, belongs to the property on its left. A unit that a property cannot
    have is a question. `stated`: columns whose unit is that of the record, because a layout says which they are.
    """
    told = Told()
    _find_certificates(written, matching)
    free = set(range(len(written))) - set(matching.positions.values())
    for name, position in [item for item in matching.positions.items() if item[0] in FUEL_PROPERTIES]:
        named = laboratory.read_heading(written[position])
        if named is not None and named.unit is not None:
            worth = laboratory.worth(name, named.unit)
            if worth is None:
                why = laboratory.why_no_unit(name, named.unit)
                matching.questions.append(f"{name}: `{shown(written[position])}`: {shown(named.unit)} {why}")
            if worth != Conversion():
                told.units[name] = named.unit
        elif (
            laboratory.unit_matters(name)
            and name not in stated
            and normalise(written[position]) != normalise(name)
        ):
            told.units[name] = UNIT_NOT_TOLD
        for beside in (position + 1, position + 2):
            if beside not in free:
                break
            if (
                laboratory.is_method_heading(written[beside])
                and method_column(name) not in matching.positions
            ):
                matching.positions[method_column(name)] = beside
                matching.confidence[method_column(name)] = BESIDE
            elif laboratory.is_unit_heading(written[beside]) and name not in told.unit_columns:
                told.unit_columns[name] = beside
            else:
                break
        if named is not None and named.method and method_column(name) not in matching.positions:
            told.methods[method_column(name)] = named.method
    return told


def _find_certificates(written: Sequence[str], matching: Matching) -> None:
    """The number of a certificate, else of a sample, is the key of its row."""
    if "record_id" in matching.positions:
        return
    for is_key in (laboratory.is_certificate_heading, laboratory.is_sample_heading):
        for position, name in enumerate(written):
            if position not in matching.positions.values() and is_key(name):
                matching.positions["record_id"] = position
                matching.confidence["record_id"] = "likely"
                return
