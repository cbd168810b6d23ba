"""Vehicle records: what several columns say together, and checks of what cannot all be true."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.records import dates, quality, tariff
from vehiclecheck.records.ages import cross
from vehiclecheck.records.categories import (
    BOUND_BY_CATEGORY,
    agreed,
    bound_of_category,
    mask_of_seats,
    mask_of_weight,
)
from vehiclecheck.records.cells import HEAD, VEHICLE_DATES, Rows, as_text
from vehiclecheck.records.emission import markets, stated_bounds
from vehiclecheck.records.options import PrepareOptions
from vehiclecheck.records.quality import Check
from vehiclecheck.records.spellings import Known
from vehiclecheck.vocabulary.terms import CONDITION_WORDS, LIGHT_DUTY

_ORDER: tuple[str, ...] = (
    *HEAD,
    *(f"{prefix}_{side}" for prefix in list(VEHICLE_DATES.values())[:6] for side in ("lo", "hi")),
    "model_year_lo",
    "model_year_hi",
    "category",
    "propulsion",
    "condition",
    "class_lo",
    "class_hi",
    "class_inferred_lo",
    *(
        f"{name}_{side}"
        for name in ("engine_cc", "gvw_kg", "seats", "power_kw", "odometer_km", "person_vehicles")
        for side in ("lo", "hi")
    ),
    "co_percent",
    "hc_ppm",
    "opacity_m1",
    "steering",
    "certificate_type",
    "certificate_issuer",
    "certificate_on_lo",
    "certificate_on_hi",
    "certificate_valid_until_lo",
    "certificate_valid_until_hi",
    "certificate_result",
    "deregistered",
    "regime",
    "equipment",
    "permit",
    "importer_type",
    "value_cents",
    "net_mass_kg",
    "vehicle_key",
)

#: Below so many rows the inference table is made for their exporters alone.
_SHORT = 100


class Vehicles:
    """Vehicle records in the making: one kind of fact after the other is joined, checks are collected."""

    def __init__(
        self, frame: pl.DataFrame, known: dict[str, Known], raw: pl.DataFrame, options: PrepareOptions
    ) -> None:
        self.frame = frame
        self.known = known
        self.raw = raw
        self.options = options
        self.checks: list[Check] = []

    def has(self, column: str) -> bool:
        """Whether the frame has a column."""
        return column in self.frame.columns

    def said(self, name: str, table: int = 0) -> pl.Expr:
        """What the word in column `name` says."""
        return self.known[name].value(pl.col(f"index:{name}"), table)

    def check(self, name: str, field: str, wrong: pl.Expr, message: str) -> None:
        """Have a check made in the end; its value is the cell of `field`."""
        self.checks.append(Check(name, field, wrong, pl.col(f"raw:{field}"), pl.lit(message)))

    def doubts(self) -> None:
        """Cells that were taken as not told, or read in part."""
        for name, known in self.known.items():
            if known.any_doubt:
                index = pl.col(f"index:{name}")
                self.checks.append(
                    Check(
                        f"{name}_not_understood",
                        name,
                        known.doubt(index).is_not_null(),
                        pl.col(f"raw:{name}"),
                        known.doubt(index),
                    )
                )

    def together(self, target: str, sources: Sequence[tuple[str, pl.Expr]]) -> None:
        """Intersect sets, the surest first: (raw column, mask). A contradiction leaves the earlier ones as
        they are.
        """
        for at, (column, mask) in enumerate(sources):
            if at == 0:
                self.frame = self.frame.with_columns(mask.alias(target))
                continue
            both, contradicts = agreed(pl.col(target), mask)
            flag = f"flag:{target}:{column}"
            self.frame = self.frame.with_columns(both.alias(target), contradicts.alias(flag))
            surest = sources[0][0]
            self.check(
                f"{target}_against_{column}",
                surest,
                pl.col(flag),
                f"the {target} that is stated is none that {column} allows"
                if surest == target
                else f"the {target} by {surest} is none that {column} allows",
            )

    def categories(self) -> None:
        """Category from the stated one, tariff code, weight, seats, class, body: in that order of trust."""
        sources = [("category", self.said("category"))] if self.has("index:category") else []
        if self.has("index:hs_code"):
            sources.append(("hs_code", self.said("hs_code", tariff.CATEGORY)))
        if self.has("gvw_kg_lo"):
            sources.append(("gvw_kg", mask_of_weight(pl.col("gvw_kg_lo"), pl.col("gvw_kg_hi"))))
        if self.has("seats_lo"):
            sources.append(("seats", mask_of_seats(pl.col("seats_lo"), pl.col("seats_hi"))))
        for name in ("vehicle_class", "body"):
            if self.has(f"index:{name}"):
                sources.append((name, self.said(name)))
        self.together("category", sources)

    def propulsions(self) -> None:
        """Propulsion from the stated one and the tariff code, whose older editions count hybrids with their
        engine.
        """
        sources = [("propulsion", self.said("propulsion"))] if self.has("index:propulsion") else []
        if self.has("index:hs_code"):
            newer = self.said("hs_code", tariff.NEWER)
            days = [
                pl.col(f"{prefix}_lo")
                for prefix in ("declared", "arrived", "shipped")
                if self.has(f"{prefix}_lo")
            ]
            since = self.said("hs_code", tariff.NEWER_FROM)
            sure = since.is_null()
            if days:
                sure |= (pl.coalesce(days) >= since).fill_null(False)
            told = pl.when(sure).then(newer).otherwise(self.said("hs_code", tariff.OLDER))
            sources.append(("hs_code", told))
        self.together("propulsion", sources)

    def condition(self) -> None:
        """condition: stated, else by a national tariff code, else the one for the whole run."""
        default = pl.lit(CONDITION_WORDS[self.options.condition], dtype=pl.UInt8)
        told: list[pl.Expr] = []
        if self.has("index:condition"):
            told.append(self.said("condition"))
        if self.has("index:hs_code"):
            national = self._national_condition()
            if national is not None:
                self.frame = self.frame.with_columns(national.alias("national"))
                if told:
                    # a wreck is a used vehicle
                    excluded = (
                        pl.when(pl.col("national") == 2)
                        .then(pl.lit(6, dtype=pl.UInt8))
                        .otherwise(pl.col("national"))
                        & told[0]
                        == 0
                    )
                    self.check(
                        "condition_against_hs_code",
                        "condition",
                        excluded,
                        "the condition is none that the tariff code holds",
                    )
                told.append(pl.col("national"))
        settled = pl.coalesce(*told, default) if told else default
        self.frame = self.frame.with_columns(settled.alias("condition"))

    def _national_condition(self) -> pl.Expr | None:
        """What the national digits of the tariff code say, null where nothing.

        Digits mean something in one nomenclature only. That a code is for used vehicles changes nothing that
        one would not assume; that it is for new ones would free a vehicle from most rules, so it counts only
        where the nomenclature is certain, and otherwise leaves new or used open.
        """
        number = self.said("hs_code", tariff.NATIONAL)
        if self.options.nomenclature is not None:
            said = pl.lit(tariff.condition_in(self.options.nomenclature)).gather(number)
            return pl.when(said > 0).then(said)
        tables = tariff.condition_tables()
        sides = [
            pl.lit(table)
            .gather(number * tables.countries + pl.col(side).to_physical().cast(pl.UInt32))
            .fill_null(0)
            for side, table in (("exporter", tables.exporter), ("importer", tables.importer))
            if self.has(side)
        ]
        said = sides[0] if len(sides) == 1 else sides[0] | sides[1]
        new_or_used = pl.lit(CONDITION_WORDS["new"] | CONDITION_WORDS["used"], dtype=pl.UInt8)
        return pl.when(said == CONDITION_WORDS["used"]).then(said).when(said > 0).then(new_or_used)

    def bounds(self) -> None:
        """Engine, weight, power and seats by tariff code, and by category where a cell does not state them. What follows
        from the category alone in every row is left to who asks for it (`screening.facts`).
        """
        for place, name in enumerate(tariff.BOUNDS):
            low, high = f"{name}_lo", f"{name}_hi"
            stated = self.has(low)
            lows, highs = [], []
            if self.has("index:hs_code"):
                first = tariff.FIRST_BOUND + 2 * place
                lows.append(self.said("hs_code", first))
                highs.append(self.said("hs_code", first + 1))
                if stated:
                    # a hybrid's or a rounded engine size is no reason to distrust either: told, not mended
                    outside = (pl.col(high) < lows[0] - 0.5) | (pl.col(low) > highs[0] + 0.5)
                    self.check(
                        f"{name}_against_hs_code",
                        name,
                        outside,
                        f"the tariff code holds no vehicle of this {name}",
                    )
            if name in BOUND_BY_CATEGORY and (stated or lows) and self.has("category"):
                lows.append(bound_of_category(pl.col("category"), low))
                highs.append(bound_of_category(pl.col("category"), high))
            if not lows:
                continue
            least = lows[0] if len(lows) == 1 else pl.max_horizontal(lows)
            most = highs[0] if len(highs) == 1 else pl.min_horizontal(highs)
            if stated:
                told = pl.col(low).is_not_null()
                least, most = (
                    pl.when(told).then(low).otherwise(least),
                    pl.when(told).then(high).otherwise(most),
                )
            self.frame = self.frame.with_columns(least.alias(low), most.alias(high))

    def ages(self) -> None:
        """Manufacture, first registration and model year bound each other."""
        # a VIN tells a model year; without one nobody asks here (rules that count from it: `screening.facts`)
        crossed = cross(self.frame, model_years="vin" in self.raw.columns)
        self.frame = crossed.records
        if crossed.model_year_contradicts is not None:
            self.frame = self.frame.with_columns(crossed.model_year_contradicts.alias("flag:model_year"))
            self.check("model_year_against_manufactured", "model_year", pl.col("flag:model_year"),
                       "no day of manufacture fits both this model year and its date")  # fmt: skip
        if crossed.made_after_registered is not None:
            name = "manufactured" if "manufactured" in self.raw.columns else "model_year"
            self.frame = self.frame.with_columns(crossed.made_after_registered.alias("flag:made"))
            self.check(
                "manufactured_after_registered",
                name,
                pl.col("flag:made"),
                "made after the first registration",
            )

    def emission_class(self) -> None:
        """The stated class as bounds, and what the exporter's market demanded of every new vehicle."""
        category = self.frame["category"] if self.has("category") else None
        stated = self.has("index:emission_class")
        if stated:
            known = self.known["emission_class"]
            low, high = stated_bounds(self.frame["index:emission_class"], known, category)
            self.frame = self.frame.with_columns(low.alias("class_lo"), high.alias("class_hi"))
        if not (self.options.infer and self.has("exporter") and self.has("first_registered_lo")):
            return
        exporters = self.frame["exporter"]
        few = frozenset(exporters.unique().drop_nulls().cast(pl.String)) if len(exporters) < _SHORT else None
        market = markets(few).bound(
            exporters.to_physical(),
            category,
            self.frame["propulsion"] if self.has("propulsion") else None,
            self.frame["first_registered_lo"],
        )
        self.frame = self.frame.with_columns(market.alias("market"))
        if stated:
            below = pl.col("market") > pl.col("class_hi")
            self.check("emission_class_below_its_market", "emission_class", below,
                       "the exporting country asked more of every new vehicle by then")  # fmt: skip
            more = (pl.col("market") > pl.col("class_lo")) & ~below
            inferred: pl.Expr = pl.when(pl.col("class_lo").is_null() | more).then("market").otherwise(None)
        else:
            inferred = pl.col("market")
        self.frame = self.frame.with_columns(inferred.alias("class_inferred_lo"))

    def identity(self) -> None:
        """The key of the vehicle and the checks of its number."""
        if "vin" not in self.raw.columns or self.raw.get_column("vin").null_count() == self.raw.height:
            return
        text = as_text(self.raw.get_column("vin")).rechunk()
        self.frame = self.frame.with_columns(
            text.alias("vin"), quality.vehicle_keys(text).alias("vehicle_key")
        )
        certain = (pl.col("category") & ~LIGHT_DUTY == 0).fill_null(False)
        flags = quality.vin_flags(
            self.frame,
            assessed_year=self.options.assessed_year or dates.LAST_YEAR,
            light=certain if self.has("category") else pl.lit(False),
        )
        self.frame = self.frame.with_columns(flags.get_columns())
        self.checks += quality.vin_checks(flags.columns)


def vehicle_records(
    frame: pl.DataFrame, rows: Rows, aside: pl.DataFrame, options: PrepareOptions
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The records of `frame` (what has been read of `rows`), `aside` as it came, the quality findings."""
    vehicles = Vehicles(frame, rows.known, rows.raw, options)
    vehicles.doubts()
    vehicles.categories()
    vehicles.propulsions()
    vehicles.condition()
    vehicles.bounds()
    vehicles.ages()
    vehicles.emission_class()
    vehicles.identity()
    vehicles.checks += quality.order_checks(vehicles.frame.columns, rows.raw.columns, options.assessed_year)
    found = quality.findings(vehicles.frame, rows.raw, vehicles.checks)
    return vehicles.frame.select(name for name in _ORDER if vehicles.has(name)), aside, found


def sightings(records: pl.DataFrame) -> pl.DataFrame:
    """What is kept of each record with a vehicle key, to find the same vehicle again: also in another range."""
    days = [
        pl.col(f"{prefix}_lo")
        for prefix in ("arrived", "declared", "shipped")
        if f"{prefix}_lo" in records.columns
    ]
    wanted = [
        "file",
        "line",
        "record_id",
        "vehicle_key",
        *(n for n in ("odometer_km_lo", "odometer_km_hi") if n in records.columns),
    ]
    seen = [pl.coalesce(days).alias("seen_lo")] if days else []
    return records.select(*wanted, *seen).filter(pl.col("vehicle_key").is_not_null())
