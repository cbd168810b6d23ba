"""A range of records judged: for every row and every rule that concerns it pass, fail or unknown.

The dense path serves rows whose deciding date lies in one period of law: every slot is one expression over the whole
column. Rows whose date straddles a change of law (or that meet two versions of one provision at once) take the path by
parts: each possible period is asked about its part of the window, and the answers are merged by provision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import polars as pl

from vehiclecheck.screening.cells import PROFILE, Cells, Slot, build_calendar, build_cells
from vehiclecheck.screening.facts import Answer, Facts, subset
from vehiclecheck.screening.rulebook import ADVICE, CONDITIONAL, REFUSING, Rulebook, applies, observe
from vehiclecheck.vocabulary.terms import DATE_COLUMNS

#: What a rule says of a row.
SILENT, PASS, UNKNOWN, FAIL = 0, 1, 2, 3

#: What a side's rules come to: nothing applies, admitted, conditional, undetermined, refused.
NOTHING, ADMITTED, FOLLOWS, UNDETERMINED, REFUSED = 0, 1, 2, 3, 4

#: Record fields that a finding can miss, numbered as bits.
MISSING_FIELDS = (
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
    "product",
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
    "exporter",
    "importer",
    "exporter_region",
    "importer_region",
    "regime",
    "grade",
    "co_percent",
    "hc_ppm",
    "opacity_m1",
)
_BIT = {name: 1 << place for place, name in enumerate(MISSING_FIELDS)}
#: Anything else a rule rests on (a fuel property, a column of a custom rule) is numbered behind these as it is met.
EFFECTS = ("refuse", "surcharge", "permit", "inspect", "advise")
GRADES = ("", "A", "B", "C")
_FINDING_COLUMNS = ("row", "rule", "code", "low", "high", "inferred", "missing")


@dataclass(slots=True)
class SideResult:
    """One side of a judged range.

    `severity` of each row; `summaries`, one frame a deciding date with a row a record: its severity, the `reasons`
    (provision ids) that make it so, the `effects` that follow (bits of EFFECTS), the worst `grade` of the reasons;
    `findings` with rules numbered in the side's book.
    """

    book: Rulebook
    severity: pl.Series
    summaries: list[pl.DataFrame]
    findings: pl.DataFrame


class SideJudge:
    """Judges ranges with one rulebook; what it looks up is built once and kept for the next range."""

    def __init__(self, book: Rulebook, codes: Sequence[str], passes: bool = False) -> None:
        self.book = book
        self._codes = list(codes)
        self._passes = passes
        self._fields: dict[str, int] = dict(_BIT)
        decides = sorted({rule.shape.decides for rule in book.rules})
        self._calendars = [build_calendar(book, name, codes) for name in decides]
        self._cells: dict[tuple[int, ...], list[Cells]] = {}
        self._scopes = {
            "category": pl.Series([rule.category for rule in book.rules], dtype=pl.Int32),
            "propulsion": pl.Series([rule.propulsion for rule in book.rules], dtype=pl.Int32),
            "condition": pl.Series([rule.condition for rule in book.rules], dtype=pl.Int32),
        }
        depth = max((len(rule.exempt_cells) for rule in book.rules), default=0)
        #: The n-th exemption of each rule that cells test, as masks; null where a rule has fewer.
        self._spared = [
            {
                name: pl.Series(
                    [
                        rule.exempt_cells[nth][place] if nth < len(rule.exempt_cells) else None
                        for rule in book.rules
                    ],
                    dtype=pl.Int32,
                )
                for place, name in enumerate(PROFILE)
            }
            for nth in range(depth)
        ]
        provisions: dict[str, int] = {}
        self._provision = pl.Series(
            [provisions.setdefault(rule.version.provision, len(provisions)) for rule in book.rules],
            dtype=pl.Int32,
        )
        self._weight = pl.Series([rule.shape.weight for rule in book.rules], dtype=pl.Int8)
        self._name = pl.Series([rule.version.provision for rule in book.rules], dtype=pl.String)
        self._effect = pl.Series(
            [1 << EFFECTS.index(rule.version.effect) for rule in book.rules], dtype=pl.UInt8
        )
        self._grade = pl.Series([GRADES.index(rule.version.grade) for rule in book.rules], dtype=pl.UInt8)

    @property
    def missing_fields(self) -> list[str]:
        """The names of the bits in a finding's `missing`."""
        return list(self._fields)

    def judge(self, base: pl.DataFrame, country: pl.Series, details: bool = True) -> SideResult:
        """Judges prepared rows (with a column `row`); `country` holds their places in the codes, null for none.

        Without `details` only severities are found: all that flow tables need.
        """
        if not self.book.rules or base.is_empty():
            empty = pl.repeat(NOTHING, base.height, dtype=pl.Int8, eager=True)
            return SideResult(self.book, empty, [], _no_findings())
        frame, facts = self._facts(base, country)
        summaries: list[pl.DataFrame] = []
        findings: list[pl.DataFrame] = []
        groups, places = self._cells_of(frame)
        for cells in groups:
            summary, found = self._judge_group(frame, facts, cells, places, details)
            summaries.append(summary)
            findings.extend(found)
        worst = pl.select(pl.max_horizontal(part["severity"] for part in summaries).cast(pl.Int8)).to_series()
        kept = [part for part in findings if part.height]
        return SideResult(self.book, worst, summaries, pl.concat(kept) if kept else _no_findings())

    def _facts(self, base: pl.DataFrame, country: pl.Series) -> tuple[pl.DataFrame, Facts]:
        """The frame with the columns that all tests share: country, profile, places of names."""
        facts = Facts(base.columns, self.book.relations)
        masks = {name: facts.mask(name) for name in PROFILE}
        if self.book.subject == "fuel":
            products = pl.Series([1, 2, 4, 8], dtype=pl.Int32)
            told = (
                pl.lit(products).gather(pl.col("product").to_physical())
                if "product" in base.columns
                else None
            )
            masks["category"] = pl.lit(15, dtype=pl.Int32) if told is None else told.fill_null(15)
        key = masks["category"] * 4096 + masks["propulsion"] * 8 + masks["condition"]
        frame = base.lazy().with_columns(
            *facts.position_columns(self.book.domains),
            key.cast(pl.Int32).alias("@profile"),
            pl.lit(country.cast(pl.Int32)).alias("@country"),
        )
        if self.book.subject == "fuel":
            frame = frame.with_columns(category=masks["category"])
        done = frame.collect()
        return done, Facts(done.columns, self.book.relations)

    def _cells_of(self, frame: pl.DataFrame) -> tuple[list[Cells], pl.Series]:
        """The cells for the profiles of a frame, one entry a deciding date, and the table from profile key to number."""
        keys = frame["@profile"].unique().sort()
        known = tuple(keys.to_list())
        if known not in self._cells:
            profiles = pl.DataFrame(
                {"category": keys // 4096, "propulsion": keys // 8 % 512, "condition": keys % 8}
            )
            profiles = profiles.cast(pl.Int32)
            self._cells[known] = [build_cells(self.book, calendar, profiles) for calendar in self._calendars]
        return self._cells[known], _place_table(keys)

    def _judge_group(
        self, frame: pl.DataFrame, facts: Facts, cells: Cells, places: pl.Series, details: bool
    ) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
        calendar = cells.calendar
        first, last = facts.deciding(calendar.decides)
        profile = pl.lit(places).gather(pl.col("@profile"))
        placed = (
            frame.lazy()
            .with_columns(
                calendar.period(pl.col("@country"), first).alias("@period"),
                calendar.period(pl.col("@country"), last).alias("@until"),
                profile.alias("@place"),
            )
            .with_columns(cells.cell(pl.col("@country"), pl.col("@place"), pl.col("@period")).alias("@cell"))
        )
        plain = (pl.col("@period") == pl.col("@until")) & pl.lit(cells.merge).gather(pl.col("@cell")).not_()
        located = placed.with_columns(pl.when(plain).then(pl.col("@cell")).alias("@cell")).collect()
        slots = cells.met(located["@cell"])
        judged = (
            located.lazy()
            .with_columns(
                self._code(slot, facts).alias(f"@code{number}") for number, slot in enumerate(slots)
            )
            .collect()
        )
        least = PASS if self._passes else UNKNOWN
        found: list[pl.DataFrame] = []
        if details:
            findings = (
                self._findings(judged.lazy(), number, slot, facts, least) for number, slot in enumerate(slots)
            )
            found = pl.collect_all(findings)
            summary = self._summary(judged, slots)
        else:
            summary = judged.select(
                "row", pl.max_horizontal([*_weighed(slots).values(), 0]).cast(pl.Int8).alias("severity")
            )
        parts = judged.filter(pl.col("@cell").is_null() & pl.col("@period").is_not_null())
        merged = self._by_parts(parts, facts, cells) if parts.height else None
        if merged is not None:
            by_parts = self._summary_by_parts(merged).select(summary.columns)
            summary = summary.update(by_parts, on="row", how="left")
            found.append(merged.filter(pl.col("code") >= least).select(_FINDING_COLUMNS))
        return summary.drop("row"), found

    def _summary(self, judged: pl.DataFrame, slots: Sequence[Slot]) -> pl.DataFrame:
        """Severity, reasons, effects and grade of each row.

        Most rows have one reason, which is a lookup; only those with several need their names joined.
        """
        deciding = [
            (f"@code{number}", slot) for number, slot in enumerate(slots) if slot.shape.weight != ADVICE
        ]
        if not deciding:
            return judged.select("row", *_nothing())
        cell = pl.col("@cell")
        codes = [code for code, _ in deciding]
        weighed = list(_weighed(slots).values())
        # one number a slot says how bad its answer is and, among equals, which slot comes first: the greatest of them
        # is the verdict and its first reason at once
        room = 1 << len(deciding).bit_length()
        width = pl.UInt16 if room < 8_192 else pl.UInt32
        ranked = [
            own.cast(width) * pl.lit(room, dtype=width) + pl.lit(len(deciding) - place, dtype=width)
            for place, own in enumerate(weighed)
        ]
        leads = [(own == pl.col("severity")) & (pl.col("severity") > ADMITTED) for own in weighed]
        # the rules of all deciding slots, one slot after the other, so that the leading one is a single lookup
        rules = pl.concat([slot.rule for _, slot in deciding])
        size = deciding[0][1].rule.len()
        conditional = [(code, slot) for code, slot in deciding if slot.shape.weight == CONDITIONAL]
        refused = (pl.col("severity") == REFUSED).cast(pl.UInt8)
        effects = [
            pl.when(pl.col(code) == FAIL)
            .then(pl.lit(slot.by_cell("@effect", self._effect)).gather(cell))
            .otherwise(pl.lit(0, dtype=pl.UInt8))
            for code, slot in conditional
        ]
        summary = (
            judged.lazy()
            .select("row", "@cell", *codes, pl.max_horizontal(ranked).alias("@worst"))
            .with_columns(
                (pl.col("@worst") // room).cast(pl.UInt8).alias("severity"),
                (len(deciding) - (pl.col("@worst") % room).cast(pl.Int32)).alias("@lead"),
            )
            .with_columns(
                pl.sum_horizontal(lead.cast(pl.UInt8) for lead in leads).alias("@count"),
                pl.reduce(lambda one, other: one | other, [refused, *effects]).alias("effects"),
            )
            .with_columns(
                pl.when(pl.col("severity") > ADMITTED)
                .then(pl.lit(rules).gather(pl.col("@lead") * size + cell))
                .alias("@first")
            )
            .with_columns(
                pl.lit(self._name).gather(pl.col("@first")).fill_null("").alias("reasons"),
                pl.lit(self._grade).gather(pl.col("@first")).fill_null(0).alias("grade"),
            )
            .collect()
        )
        several = (
            summary.lazy()
            .filter(pl.col("@count") > 1)
            .select(
                pl.when(lead).then(pl.lit(slot.rule).gather(cell)).alias(code)
                for lead, (code, slot) in zip(leads, deciding, strict=True)
            )
            .select(
                pl.concat_str(
                    [pl.lit(self._name).gather(pl.col(code)) for code in codes],
                    separator=";",
                    ignore_nulls=True,
                ).alias("reasons"),
                pl.max_horizontal(pl.lit(self._grade).gather(pl.col(code)) for code in codes).alias("grade"),
            )
            .collect()
        )
        reasons, grades = summary["reasons"], summary["grade"]
        if several.height:
            at = pl.arg_where(summary["@count"] > 1, eager=True)
            reasons, grades = reasons.scatter(at, several["reasons"]), grades.scatter(at, several["grade"])
        return summary.select(
            "row",
            pl.col("severity").cast(pl.Int8),
            reasons.alias("reasons"),
            "effects",
            grades.alias("grade"),
        )

    def _summary_by_parts(self, merged: pl.DataFrame) -> pl.DataFrame:
        """The same for rows judged by parts."""
        rule = pl.col("rule")
        leading = (pl.col("severity") == pl.col("severity").max()) & (pl.col("severity") > ADMITTED)
        return (
            merged.lazy()
            .with_columns(
                pl.lit(self._name).gather(rule).alias("name"),
                pl.when((pl.col("code") == FAIL) & (pl.col("weight") != ADVICE))
                .then(pl.lit(self._effect).gather(rule))
                .otherwise(0)
                .alias("effect"),
                pl.lit(self._grade).gather(rule).alias("rank"),
            )
            .group_by("row")
            .agg(
                pl.col("severity").max(),
                pl.col("name").filter(leading).sort().str.join(";").alias("reasons"),
                pl.col("effect").bitwise_or().cast(pl.UInt8).alias("effects"),
                pl.col("rank").filter(leading).max().fill_null(0).cast(pl.UInt8).alias("grade"),
            )
            .collect()
        )

    def _param(self, slot: Slot, name: str) -> pl.Expr:
        return pl.lit(slot.by_cell(name, self.book.params[name])).gather(pl.col("@cell"))

    def _code(self, slot: Slot, facts: Facts) -> pl.Expr:
        """SILENT, PASS, UNKNOWN or FAIL of a slot's rule."""
        observation = observe(slot.shape, facts, lambda name: self._param(slot, name))
        yes, no = observation.outcome
        holds, _ = applies(slot.shape, self.book.side, facts, lambda name: self._param(slot, name))
        # a fail counts only where the rule applies for certain; a pass stays a pass
        if not bool(slot.certain.fill_null(True).all()):
            no = no & pl.lit(slot.certain).gather(pl.col("@cell"))
        if holds is not None:
            no = no & holds.yes
        code = pl.lit(UNKNOWN, dtype=pl.UInt8) + no.cast(pl.UInt8) - yes.cast(pl.UInt8)
        silent = pl.lit(SILENT, dtype=pl.UInt8)
        if observation.numeric and holds is None:
            return code.fill_null(silent)
        present = pl.lit(slot.rule.is_not_null()).gather(pl.col("@cell"))
        if holds is not None:
            present = present & holds.no.not_()
        return pl.when(present).then(code).otherwise(silent)

    def _findings(
        self,
        judged: pl.LazyFrame,
        number: int,
        slot: Slot,
        facts: Facts,
        least: int,
        extra: Sequence[str] = (),
    ) -> pl.LazyFrame:
        """The rows of a slot whose answer is `least` or worse, with bounds and what is missing."""
        code = pl.col(f"@code{number}")
        observation = observe(slot.shape, facts, lambda name: self._param(slot, name))
        rule = pl.lit(slot.rule).gather(pl.col("@cell"))
        _, settled = applies(slot.shape, self.book.side, facts, lambda name: self._param(slot, name))
        return judged.filter(code >= least).select(
            pl.col("row"),
            rule.alias("rule"),
            code.alias("code"),
            _number(observation.low).alias("low"),
            _number(observation.high).alias("high"),
            (pl.lit(False) if observation.inferred is None else observation.inferred).alias("inferred"),
            self._missing(code, rule, observation.outcome, dict(observation.fields), settled, facts).alias(
                "missing"
            ),
            *extra,
        )

    def _missing(
        self,
        code: pl.Expr,
        rule: pl.Expr,
        test: Answer,
        fields: dict[str, pl.Expr],
        settled: dict[str, pl.Expr],
        facts: Facts,
    ) -> pl.Expr:
        """The fields that would settle an unknown, as bits: those of the test if it is open, those of the scope if open."""
        missing = pl.lit(0, dtype=pl.Int64)
        for name, known in fields.items():
            missing = missing | pl.when(test.settled.not_() & known.not_()).then(self._bit(name)).otherwise(0)
        for name, known in settled.items():
            missing = missing | pl.when(known).then(0).otherwise(self._bit(name))
        names = ("category",) if self.book.subject == "fuel" else PROFILE
        field = {name: "product" if self.book.subject == "fuel" else name for name in names}
        for name in names:
            inside = subset(facts.mask(name), pl.lit(self._scopes[name]).gather(rule))
            missing = missing | pl.when(inside.yes).then(0).otherwise(self._bit(field[name]))
        for spared in self._spared:
            parts = {name: subset(facts.mask(name), pl.lit(spared[name]).gather(rule)) for name in names}
            ruled_out = pl.any_horizontal(part.no for part in parts.values())
            for name, part in parts.items():
                # null where the rule has no such exemption: nothing to wait for
                waits = (part.settled | ruled_out).not_()
                missing = missing | pl.when(waits).then(self._bit(field[name])).otherwise(0)
        return pl.when(code == UNKNOWN).then(missing).otherwise(0).cast(pl.Int64)

    def _bit(self, field: str) -> int:
        return self._fields.setdefault(field, 1 << len(self._fields))

    def _by_parts(self, rows: pl.DataFrame, facts: Facts, cells: Cells) -> pl.DataFrame | None:
        """Findings (passes included) of rows that straddle periods, merged by provision, with their severity.

        None where no rule concerns any of them.
        """
        calendar = cells.calendar
        first, last = facts.deciding(calendar.decides)
        used = facts.decides(calendar.decides)
        parts = (
            rows.drop(name for name in rows.columns if name.startswith("@code"))
            .with_columns(
                pl.int_ranges("@period", pl.col("@until") + 1, dtype=pl.Int32).alias("@period"),
                (pl.col("@until") - pl.col("@period") + 1).alias("@parts"),
                first.alias("@first"),
                last.alias("@last"),
                *(dated.alias(f"@decides:{name}") for name, dated in used.items()),
            )
            .explode("@period", empty_as_null=True)
            .with_columns(
                pl.max_horizontal("@first", pl.lit(calendar.starts).gather(pl.col("@period"))).alias(
                    "@first"
                ),
                pl.min_horizontal("@last", pl.lit(calendar.lasts).gather(pl.col("@period"))).alias("@last"),
                cells.cell(pl.col("@country"), pl.col("@place"), pl.col("@period")).alias("@cell"),
            )
        )
        slots = cells.met(parts["@cell"])
        if not slots:
            return None
        # a test that counts to the very date that picks the law sees the part of it in which that law holds
        windows = []
        for name in used:
            low, high = facts.clock(name)
            chosen = pl.col(f"@decides:{name}")
            windows.append(pl.when(chosen).then("@first").otherwise(low).alias(f"{name}_from"))
            windows.append(pl.when(chosen).then("@last").otherwise(high).alias(f"{name}_until"))
        parts = parts.with_columns(windows)
        facts = Facts(parts.columns, self.book.relations)
        long = pl.concat(
            pl.collect_all(
                self._findings(
                    parts.lazy().with_columns(self._code(slot, facts).alias("@code0")),
                    0,
                    slot,
                    facts,
                    PASS,
                    ("@period", "@parts"),
                )
                for slot in slots
            )
        )
        date_bit = self._bit(f"{DATE_COLUMNS[calendar.decides]}_on")
        merged = (
            long.with_columns(
                pl.lit(self._provision).gather(pl.col("rule")).alias("provision"),
                pl.lit(self._weight).gather(pl.col("rule")).alias("weight"),
                pl.lit(self._effect).gather(pl.col("rule")).alias("effect"),
            )
            .group_by("row", "provision", "weight", "effect")
            .agg(
                pl.col("rule").max(),
                _merged_code().alias("code"),
                pl.when(pl.col("low").null_count() == 0).then(pl.col("low").min()).alias("low"),
                pl.when(pl.col("high").null_count() == 0).then(pl.col("high").max()).alias("high"),
                pl.col("inferred").any(),
                pl.col("missing").bitwise_or(),
                # the date is to blame only where the parts differ: the rest is unknown on any day
                (
                    (pl.col("code").n_unique() > 1)
                    | (pl.col("@period").n_unique() < pl.col("@parts").first())
                ).alias("straddles"),
            )
            .sort("row", "rule")
        )
        undecided = (pl.col("code") == UNKNOWN) & pl.col("straddles")
        return merged.with_columns(
            pl.when(undecided).then(pl.col("missing") | date_bit).otherwise("missing").alias("missing"),
            pl.when(pl.col("weight") == REFUSING)
            .then(_refusing(pl.col("code")))
            .when(pl.col("weight") == CONDITIONAL)
            .then(_conditional(pl.col("code")))
            .otherwise(NOTHING)
            .cast(pl.Int8)
            .alias("severity"),
        )


def _merged_code() -> pl.Expr:
    """One answer of the parts of a window: all pass, or every part fails; anything else is unknown."""
    everywhere = pl.col("@period").n_unique() == pl.col("@parts").first()
    code = pl.col("code")
    return (
        pl.when((code == PASS).all())
        .then(PASS)
        .when((code == FAIL).all() & everywhere)
        .then(FAIL)
        .otherwise(UNKNOWN)
        .cast(pl.UInt8)
    )


def _refusing(code: pl.Expr) -> pl.Expr:
    return code + (code >= pl.lit(UNKNOWN, dtype=pl.UInt8)).cast(pl.UInt8)


def _conditional(code: pl.Expr) -> pl.Expr:
    return pl.min_horizontal(code, pl.lit(FOLLOWS, dtype=pl.UInt8))


def _weighed(slots: Sequence[Slot]) -> dict[str, pl.Expr]:
    """What each deciding slot's answer comes to, by the column of its answer."""
    return {
        f"@code{number}": (_refusing if slot.shape.weight == REFUSING else _conditional)(
            pl.col(f"@code{number}")
        )
        for number, slot in enumerate(slots)
        if slot.shape.weight != ADVICE
    }


def _nothing() -> list[pl.Expr]:
    return [
        pl.lit(NOTHING, dtype=pl.Int8).alias("severity"),
        pl.lit("").alias("reasons"),
        pl.lit(0, dtype=pl.UInt8).alias("effects"),
        pl.lit(0, dtype=pl.UInt8).alias("grade"),
    ]


def _number(bound: pl.Expr | None) -> pl.Expr:
    return pl.lit(None, dtype=pl.Float64) if bound is None else bound.cast(pl.Float64)


def _place_table(keys: pl.Series) -> pl.Series:
    """From a profile key to its number, as a table as long as the greatest key."""
    size = cast(int, keys.max()) + 1
    numbers = pl.int_range(keys.len(), dtype=pl.Int32, eager=True)
    return pl.repeat(None, size, dtype=pl.Int32, eager=True).scatter(keys, numbers)


def _no_findings() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "row": pl.UInt32,
            "rule": pl.Int32,
            "code": pl.UInt8,
            "low": pl.Float64,
            "high": pl.Float64,
            "inferred": pl.Boolean,
            "missing": pl.Int64,
        }
    )
