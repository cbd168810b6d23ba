"""Prepared records in, verdicts and findings out: both sides, and a named standard where one is asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import cast

import polars as pl

from vehiclecheck.screening.answers import EFFECTS, GRADES
from vehiclecheck.screening.asking import no_findings
from vehiclecheck.screening.facts import Facts, points_of
from vehiclecheck.screening.findings import RuleWords, rule_words
from vehiclecheck.screening.fuel_match import FuelMatch
from vehiclecheck.screening.judging import SideJudge, SideResult
from vehiclecheck.screening.rulebook import SIDES, compile_rules
from vehiclecheck.screening.verdicts import as_lane, as_verdict, overall_place, side_places
from vehiclecheck.standards import Library
from vehiclecheck.vocabulary.choices import RECEIVER
from vehiclecheck.vocabulary.days import FIRST_DAY, LAST_DAY, YEAR, day_expr
from vehiclecheck.vocabulary.terms import DATE_COLUMNS

_EFFECT_WORDS = [
    ";".join(word for place, word in enumerate(EFFECTS) if mask >> place & 1) for mask in range(32)
]
_EFFECT_SETS = pl.Enum(sorted(set(_EFFECT_WORDS)))

#: The record's field that picked the law, by its place in DATE_COLUMNS.
_LAW_DATES = pl.Series(
    [f"{column}_on" for column in DATE_COLUMNS.values()],
    dtype=pl.Enum([f"{column}_on" for column in DATE_COLUMNS.values()]),
)

#: The columns of `findings` in their order.
FINDING_COLUMNS = (
    "record_id",
    "side",
    "country",
    "provision",
    "kind",
    "outcome",
    "effect",
    "status",
    "law_date",
    "observed",
    "observed_low",
    "observed_high",
    "required",
    "unit",
    "inferred",
    "missing",
    "source",
    "grade",
    "message",
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judged range. `verdicts` has a row a record in their order; `findings` a row a provision that did not pass,
    ordered by record, with `row` (place of the record) and `rule` (number in the judge's words).
    """

    verdicts: pl.DataFrame
    findings: pl.DataFrame


class Judge:
    """Judges ranges of prepared records against the packs of both sides.

    `codes` are the categories of the record's country columns. `standard` names a standard that is asked as
    if it were the importer's law. With `passes` findings list what passed as well. `view` says for whom test results speak
    (one of VIEWS): at a limit they prove less to a supplier.
    """

    def __init__(
        self,
        library: Library,
        codes: Sequence[str],
        *,
        countries: Sequence[str] | None = None,
        standard: str | None = None,
        subject: str = "vehicle",
        passes: bool = False,
        view: str = RECEIVER,
    ) -> None:
        standard = None if standard is None else library.standard_code(standard)
        # a standard that is asked by name need not be a code that records can have
        self._codes = list(codes) if standard is None or standard in codes else [*codes, standard]
        self._position = {code: place for place, code in enumerate(self._codes)}
        wanted = library.countries if countries is None else list(countries)
        standards = [code for code in library.standards if countries is None or code in wanted]
        packs = library.packs([code for code in [*wanted, *standards] if code in self._position])
        #: The packs that judge, by code.
        self.codes_used = [pack.code for pack in packs]
        self._sides = {
            side: SideJudge(compile_rules(packs, side, subject, view), self._codes, passes)
            for side in ("export", "import")
        }
        self.standard = standard
        if standard is not None:
            book = compile_rules([library.pack(standard)], "standard", subject, view)
            self._sides["standard"] = SideJudge(book, self._codes, passes)
        self._names = {pack.code: pack.name for pack in packs}
        if standard is not None:
            self._names[standard] = library.pack(standard).name
        self._packs, self._subject = packs, subject
        #: Ranges that are judged side by side wait for what one of them makes for all.
        self._making = Lock()

    @property
    def words(self) -> RuleWords:
        """The words of all rules."""
        with self._making:
            return self._words

    # flow tables need verdicts alone: what only findings need is made when they are asked for
    @cached_property
    def _words(self) -> RuleWords:
        books = [judge.book for judge in self._sides.values()]
        return rule_words(books, self._names, self._match.rules if self._match else ())

    @cached_property
    def _match(self) -> FuelMatch | None:
        return FuelMatch(self._packs, self._codes) if self._subject == "vehicle" else None

    def judge(self, records: pl.DataFrame) -> Judgement:
        """Judges prepared records (columns as `vehiclecheck.records` makes them)."""
        base = records.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
        places: dict[str, pl.Series] = {}
        results: list[SideResult] = []
        found: list[pl.DataFrame] = []
        for side, judge in self._sides.items():
            country = self._country(base, side)
            if country is None:
                continue
            result = judge.judge(base, country)
            places[side] = side_places(result, base, country, self._codes)
            if side != "standard" or not results:
                results.append(result)
            if result.findings.height:
                found.append(
                    result.findings.with_columns(
                        pl.col("rule") + self.words.offsets[side], self._missing_words(result.findings, judge)
                    )
                )
        facts = Facts(base.columns, points=points_of(base))
        verdicts = self._verdicts(base, facts, places, results)
        country = self._country(base, "import")
        with self._making:
            match = self._match
        if match is not None and country is not None:
            fuel_match, unfit = match.judge(base, country, facts)
            verdicts = verdicts.with_columns(fuel_match)
            if unfit.height:
                nothing = pl.lit("", dtype=pl.Categorical).alias("missing")
                found.append(unfit.with_columns(pl.col("rule") + self.words.offsets["beside"], nothing))
        return Judgement(verdicts, self._finding_table(base, self._ordered(found, base.height)))

    def places(self, records: pl.DataFrame, of: Collection[str] = ("export", "import")) -> pl.Series:
        """Verdicts alone, of exporter and importer together (or of one of them): all that flow tables need. Where a standard
        is asked about records that name neither, it is the verdict of the standard.
        """
        base = records.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
        sides: dict[str, pl.Series] = {}
        for side, judge in self._sides.items():
            country = self._country(base, side)
            if country is not None and (side in of or (side == "standard" and not sides)):
                result = judge.judge(base, country, details=False)
                sides[side] = side_places(result, base, country, self._codes)
        return as_verdict(overall_place(sides), "verdict")

    def _country(self, base: pl.DataFrame, side: str) -> pl.Series | None:
        if side == "standard":
            return pl.repeat(self._position[str(self.standard)], base.height, dtype=pl.UInt32, eager=True)
        column = SIDES[side]
        return base[column].to_physical().cast(pl.UInt32) if column in base.columns else None

    @staticmethod
    def _missing_words(findings: pl.DataFrame, judge: SideJudge) -> pl.Series:
        """Missing fields in words; few combinations occur, so each is written once."""
        masks = findings["missing"].unique().sort()
        places, fields = masks.search_sorted(findings["missing"]), judge.missing_fields
        words = [";".join(name for place, name in enumerate(fields) if mask >> place & 1) for mask in masks]
        return pl.Series("missing", words, dtype=pl.Categorical)[places].alias("missing")

    def _ordered(self, found: list[pl.DataFrame], rows: int) -> pl.DataFrame:
        """Findings by row and rule."""
        if not found:
            return no_findings().cast({"missing": pl.String}).cast({"missing": pl.Categorical})
        # in one piece: rows are picked from many pieces at several times the cost
        together = pl.concat(found).rechunk()
        # short numbers are sorted faster
        short = pl.UInt32 if rows * self.words.rules < 1 << 32 else pl.UInt64
        key = together.select(pl.col("row").cast(short) * self.words.rules + pl.col("rule")).to_series()
        return together[key.arg_sort()]

    def _verdicts(
        self, base: pl.DataFrame, facts: Facts, places: dict[str, pl.Series], results: Sequence[SideResult]
    ) -> pl.DataFrame:
        own = {side: place for side, place in places.items() if side != "standard"}
        overall = overall_place(own) if own else places["standard"]
        start, until = facts.deciding("arrival")
        columns: list[pl.Expr | pl.Series] = [
            pl.col(name)
            for name in ("record_id", "line", "exporter", "importer", "quantity")
            if name in base.columns
        ]
        for side, name in (
            ("export", "exporter_verdict"),
            ("import", "importer_verdict"),
            ("standard", "standard_verdict"),
        ):
            if side in places:
                columns.append(as_verdict(places[side], name))
        columns += [as_verdict(overall, "verdict"), as_lane(overall)]
        columns += self._reasons(results, base.height)
        ends = [start] if until is start else [start, pl.when(until != start).then(until)]
        window = (
            base.lazy()
            .select("row", *(end.alias(name) for end, name in zip(ends, ("from", "until"), strict=False)))
            .collect()
        )
        none = pl.repeat(None, base.height, dtype=pl.Date, eager=True)
        days = pl.DataFrame(
            {
                "in_force_on": _as_day(window["from"]),
                "in_force_to": none if until is start else _as_day(window["until"]),
            }
        )
        return base.select(*columns).hstack(days)

    def _reasons(self, results: Sequence[SideResult], height: int) -> list[pl.Series]:
        """The columns effects, reasons and grade: of all sides and deciding dates those that are as bad as the worst."""
        parts = [summary for result in results for summary in result.summaries]
        named, graded = pl.Series(_EFFECT_WORDS, dtype=_EFFECT_SETS), pl.Series(GRADES, dtype=pl.Enum(GRADES))
        if not parts:
            none = pl.repeat(0, height, dtype=pl.UInt8, eager=True)
            empty = pl.repeat("", height, eager=True).cast(pl.Categorical)
            return [
                named.gather(none).alias("effects"),
                empty.alias("reasons"),
                graded.gather(none).alias("grade"),
            ]
        if len(parts) == 1:
            one = parts[0]
            return [
                named[one["effects"].cast(pl.UInt32)].alias("effects"),
                _or_nothing(one["reasons"]),
                graded[one["grade"].cast(pl.UInt32)].alias("grade"),
            ]
        frame = pl.DataFrame(
            [part[name].alias(f"{name}{place}") for place, part in enumerate(parts) for name in part.columns]
        ).lazy()
        places = range(len(parts))
        worst = pl.max_horizontal(f"severity{place}" for place in places)
        leading = [pl.col(f"severity{place}") == pl.col("worst") for place in places]
        reasons = [pl.when(lead).then(f"reasons{place}") for place, lead in zip(places, leading, strict=True)]
        grades = [pl.when(lead).then(f"grade{place}") for place, lead in zip(places, leading, strict=True)]
        effects = pl.reduce(lambda one, other: one | other, [pl.col(f"effects{place}") for place in places])
        done = (
            frame.with_columns(worst.alias("worst"))
            .select(
                pl.lit(named).gather(effects).alias("effects"),
                pl.concat_str(reasons, separator=";", ignore_nulls=True)
                .cast(pl.Categorical)
                .alias("reasons"),
                pl.lit(graded).gather(pl.max_horizontal(grades)).alias("grade"),
            )
            .collect()
        )
        return done.get_columns()

    def _finding_table(self, base: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
        ids = base["record_id"] if "record_id" in base.columns else base["row"].cast(pl.String)
        words = self.words.of(findings.select(self.words.sentence()).to_series())
        columns = {
            "record_id": ids[findings["row"]],
            "law_date": _LAW_DATES[findings["dated"].cast(pl.UInt32)],
            "observed_low": findings["low"],
            "observed_high": findings["high"],
            **{name: findings[name] for name in ("inferred", "missing", "row", "rule", "code", "remark")},
            **{name: words[name] for name in words.columns},
        }
        order = (*FINDING_COLUMNS, "row", "rule", "code", "remark")
        return pl.DataFrame([columns[name].alias(name) for name in order])


def _or_nothing(reasons: pl.Series) -> pl.Series:
    """Reasons with the empty word for none."""
    nothing = pl.Series([""], dtype=pl.Categorical)
    return reasons.to_frame().select(pl.col("reasons").fill_null(pl.lit(nothing).first())).to_series()


def _as_day(codes: pl.Series) -> pl.Series:
    """Day codes as dates, through a table of the years that occur: calendars are slow, lookups are not."""
    low, high = codes.min(), codes.max()
    if low == FIRST_DAY or high == LAST_DAY:  # some are not told
        told = codes.filter((codes > FIRST_DAY) & (codes < LAST_DAY))
        low, high = told.min(), told.max()
    if low is None:
        return pl.repeat(None, codes.len(), dtype=pl.Date, eager=True)
    first, last = (cast(int, end) // YEAR for end in (low, high))
    start, table = first * YEAR, _days(first, last)
    place = pl.when(pl.col("code").is_between(start, start + table.len() - 1)).then(pl.col("code") - start)
    return table[codes.to_frame("code").select(place.cast(pl.UInt32)).to_series()]


@lru_cache(maxsize=64)
def _days(first: int, last: int) -> pl.Series:
    """The dates of all day codes of some years."""
    return pl.select(day_expr(pl.int_range(first * YEAR, (last + 1) * YEAR, dtype=pl.Int32))).to_series()
