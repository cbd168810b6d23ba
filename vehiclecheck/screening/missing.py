"""Which fields would settle an unknown: kept as bits, since few sets of them occur."""

from __future__ import annotations

import threading

import polars as pl

from vehiclecheck.screening.answers import UNKNOWN
from vehiclecheck.screening.cells import PROFILE, Slot
from vehiclecheck.screening.facts import Answer, Facts, subset
from vehiclecheck.screening.lookups import Lookups
from vehiclecheck.vocabulary.terms import ALL_CATEGORIES, ALL_CONDITIONS, ALL_PROPULSIONS

#: Bits that a set has room for; the last one stands for all fields beyond.
_BITS = 63
_OTHERS = "other fields"
#: Ranges are judged side by side: no two fields may get one bit.
_NUMBERING = threading.Lock()

#: Record fields that a finding on fuel can miss, numbered as bits; its properties follow them.
FUEL_FIELDS = (
    "arrived_on",
    "declared_on",
    "shipped_on",
    "registered_on",
    "product",
    "grade",
    "exporter",
    "importer",
    "exporter_region",
    "importer_region",
    "regime",
)

#: The same of a vehicle.
VEHICLE_FIELDS = (
    "arrived_on",
    "declared_on",
    "shipped_on",
    "registered_on",
    "first_registered",
    "manufactured",
    "model_year",
    "emission_class",
    "odometer_km",
    "steering",
    "category",
    "propulsion",
    "condition",
    "gvw_kg",
    "engine_cc",
    "seats",
    "power_kw",
    "certificate_type",
    "certificate_issuer",
    "certificate_on",
    "certificate_valid_until",
    "certificate_result",
    "deregistered",
    "equipment",
    "permit",
    "importer_type",
    "person_vehicles",
    "exporter",
    "importer",
    "exporter_region",
    "importer_region",
    "regime",
    "co_percent",
    "hc_ppm",
    "opacity_m1",
)


_EVERYTHING = {"category": ALL_CATEGORIES, "propulsion": ALL_PROPULSIONS, "condition": ALL_CONDITIONS}


class Missing:
    """The bits of one rulebook's findings. A field beyond the known ones (a fuel property, a column of a custom rule) is
    numbered behind them when it is first met.
    """

    def __init__(self, subject: str, lookups: Lookups) -> None:
        self._subject = subject
        self._lookups = lookups
        known = FUEL_FIELDS if subject == "fuel" else VEHICLE_FIELDS
        self._bits = {name: 1 << place for place, name in enumerate(known)}

    @property
    def fields(self) -> list[str]:
        """The names of the bits, in their order."""
        return list(self._bits)

    def bit(self, field: str) -> int:
        """The bit of a record field."""
        with _NUMBERING:
            if field not in self._bits and len(self._bits) >= _BITS - 1:
                field = _OTHERS
            return self._bits.setdefault(field, 1 << len(self._bits))

    def expression(
        self,
        code: pl.Expr,
        slot: Slot,
        test: Answer,
        fields: dict[str, pl.Expr],
        settled: dict[str, pl.Expr],
        facts: Facts,
    ) -> pl.Expr:
        """The fields that would settle an unknown, as bits: those of the test if it is open, those of the scope if open.

        What no rule of the slot is scoped by is not asked about; nor is any scope where all cells settle it.
        """
        rule, held = pl.lit(slot.rule).gather(pl.col("@cell")), slot.rule.drop_nulls().unique()
        missing = pl.lit(0, dtype=pl.Int64)
        for name, known in () if test.sure else fields.items():
            missing = missing | pl.when(test.settled.not_() & known.not_()).then(self.bit(name)).otherwise(0)
        for name, known in settled.items():
            missing = missing | pl.when(known).then(0).otherwise(self.bit(name))
        if bool(slot.certain.all()):
            return pl.when(code == UNKNOWN).then(missing).otherwise(0).cast(pl.Int64)
        names = ("category",) if self._subject == "fuel" else PROFILE
        field = {name: "product" if self._subject == "fuel" else name for name in names}
        for name in names:
            scopes = self._lookups.scopes[name]
            if bool((scopes.gather(held) == _EVERYTHING[name]).all()):
                continue
            inside = subset(facts.mask(name), pl.lit(scopes).gather(rule))
            missing = missing | pl.when(inside.yes).then(0).otherwise(self.bit(field[name]))
        for spared in self._lookups.spared:
            if spared[names[0]].gather(held).null_count() == held.len():
                continue
            parts = {name: subset(facts.mask(name), pl.lit(spared[name]).gather(rule)) for name in names}
            ruled_out = pl.any_horizontal(part.no for part in parts.values())
            for name, part in parts.items():
                # null where the rule has no such exemption: nothing to wait for
                waits = (part.settled | ruled_out).not_()
                missing = missing | pl.when(waits).then(self.bit(field[name])).otherwise(0)
        return pl.when(code == UNKNOWN).then(missing).otherwise(0).cast(pl.Int64)
