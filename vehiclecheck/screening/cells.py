"""Which rules concern which rows: a lookup by country, period, category, propulsion and condition.

For one deciding date a country's law changes on a few days; between two of them lies a *period*. The sets of possible
categories, propulsions and conditions that rows have are *profiles*; profiles that no rule of a country tells apart are
one *group* there. Rows of one period and group meet the same rules: they share a *cell*. Cells are few, whatever the
number of rows, so the rules of each are found once, and each row finds its cell by a few small lookups. A rule gets a
*slot* of its shape in the cell; two rules of one shape in one cell get two slots.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from vehiclecheck.screening.periods import INDEX, Periods
from vehiclecheck.screening.rulebook import Rule, Rulebook, Shape
from vehiclecheck.vocabulary.days import FIRST_DAY, LAST_DAY, YEAR, day_code, day_of

#: The columns of a profile, and what a row without the column is.
PROFILE = ("category", "propulsion", "condition")


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for a rule of a shape. `rule`, `certain` and `filled` are looked up by cell; `filled` is 0 where the slot
    is empty, and `rule` null.
    """

    shape: Shape
    rule: pl.Series
    certain: pl.Series
    filled: pl.Series
    #: Numbers of the rules, by cell: looked up once for every number that a test asks for.
    kept: dict[str, pl.Series] = field(default_factory=dict)

    def by_cell(self, name: str, of_rules: pl.Series) -> pl.Series:
        """A number of the rules as a number of the cells; 0 where the slot is empty: lookups without nulls are faster."""
        if name not in self.kept:
            self.kept[name] = of_rules.gather(self.rule).fill_null(0)
        return self.kept[name]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The periods of all countries of a rulebook for one deciding date.

    `countries` are those that have rules, in the order of their rows; `starts` and `lasts` are the first and last days of
    the periods; `members` the rules that may be in force there, each with whether it surely is.
    """

    decides: str
    periods: Periods
    countries: list[str]
    starts: pl.Series
    lasts: pl.Series
    members: list[list[tuple[int, bool]]]


@dataclass(frozen=True, slots=True)
class Cells:
    """The slots of every (period, group). `merge` tells cells in which one provision stands twice.

    `group` maps (row of the country, profile) to its group, or beyond all cells where no rule concerns it; `base` is the
    first cell of each period.
    """

    calendar: Calendar
    profiles: int
    group: pl.Series
    base: pl.Series
    slots: list[Slot]
    merge: pl.Series
    #: Pairs of cell and the number of a slot that is filled there.
    filled: pl.DataFrame

    def cell(self, row: pl.Series, profile: pl.Series, period: pl.Series) -> pl.Series:
        """The cells of profiles in rows of `calendar.periods`; the empty one where no rule concerns a profile."""
        cell = self.base[period] + self.group[row * self.profiles + profile]
        return cell.clip(upper_bound=self.empty).fill_null(self.empty).alias("@cell")

    @property
    def empty(self) -> int:
        """The cell in which every slot is empty."""
        return self.merge.len() - 1

    def met(self, cells: pl.Series) -> list[Slot]:
        """The slots that rows of these cells meet. A shipment to one country meets few of all the world's."""
        # marks in a table of all cells: telling them apart row by row takes five times as long
        here = pl.repeat(False, self.merge.len(), eager=True).scatter(cells.drop_nulls(), True)
        numbers = self.filled["number"].filter(here.gather(self.filled["cell"])).unique().sort()
        return [self.slots[number] for number in numbers]


def build_calendar(book: Rulebook, decides: str, codes: Sequence[str]) -> Calendar:
    """The calendar of the rules that `decides` picks, for countries numbered as in `codes`."""
    by_country: dict[str, list[int]] = {}
    for number, rule in enumerate(book.rules):
        if rule.shape.decides == decides:
            by_country.setdefault(rule.version.pack, []).append(number)
    edges = {
        country: sorted({edge for number in numbers for edge in _edges(book.rules[number])})
        for country, numbers in by_country.items()
    }
    starts: list[int] = []
    lasts: list[int] = []
    members: list[list[tuple[int, bool]]] = []
    begins = {
        country: [FIRST_DAY, *(edge for edge in edges[country] if FIRST_DAY < edge <= LAST_DAY)]
        for country in by_country
    }
    for country, numbers in by_country.items():
        days = begins[country]
        spans = [(number, *_edges(book.rules[number])) for number in numbers]
        for start, end in zip(days, [*days[1:], LAST_DAY + 1], strict=True):
            starts.append(start)
            lasts.append(_day_before(end))
            members.append(
                [
                    (number, certain <= start and end <= certain_end)
                    for number, certain, certain_end, possible, possible_end in spans
                    if possible <= start and end <= possible_end
                ]
            )
    return Calendar(
        decides=decides,
        periods=Periods.of(begins, codes),
        countries=list(by_country),
        starts=pl.Series("start", starts, dtype=pl.Int32),
        lasts=pl.Series("last", lasts, dtype=pl.Int32),
        members=members,
    )


@functools.cache
def _day_before(code: int) -> int:
    """The day code of the calendar day before (codes have gaps at the ends of months)."""
    if code > LAST_DAY:
        return LAST_DAY
    return day_code(day_of(code) - dt.timedelta(days=1)) if code > FIRST_DAY + YEAR else FIRST_DAY


def _edges(rule: Rule) -> tuple[int, int, int, int]:
    return (*rule.certain, *rule.possible)


def build_cells(book: Rulebook, calendar: Calendar, profiles: pl.DataFrame) -> Cells:
    """The cells of all periods with each of the given profiles (rows of `PROFILE` masks, in the order of their numbers)."""
    count = profiles.height
    pairs = pl.DataFrame(
        {
            "period": [period for period, rules in enumerate(calendar.members) for _ in rules],
            "rule": [number for rules in calendar.members for number, _ in rules],
            "in_force": [certain for rules in calendar.members for _, certain in rules],
        },
        schema={"period": INDEX, "rule": INDEX, "in_force": pl.Boolean},
    )
    shapes = sorted({rule.shape for rule in book.rules if rule.shape.decides == calendar.decides}, key=repr)
    numbers = {shape: number for number, shape in enumerate(shapes)}
    provisions: dict[str, int] = {}
    rules = pl.DataFrame(
        {
            "rule": list(range(len(book.rules))),
            "shape": [numbers.get(rule.shape, -1) for rule in book.rules],
            "provision": [
                provisions.setdefault(rule.version.provision, len(provisions)) for rule in book.rules
            ],
            "scope_category": [rule.category for rule in book.rules],
            "scope_propulsion": [rule.propulsion for rule in book.rules],
            "scope_condition": [rule.condition for rule in book.rules],
        },
        schema={
            "rule": INDEX,
            "shape": pl.Int32,
            "provision": pl.Int32,
            **{f"scope_{name}": pl.Int32 for name in PROFILE},
        },
    )
    rows = {country: row for row, country in enumerate(calendar.countries)}
    owners = pl.DataFrame(
        {
            "rule": [number for number, rule in enumerate(book.rules) if rule.version.pack in rows],
            "row": [rows[rule.version.pack] for rule in book.rules if rule.version.pack in rows],
        },
        schema={"rule": INDEX, "row": INDEX},
    )
    relation = _relation(book, rules.filter(pl.col("shape") >= 0), profiles).join(owners, on="rule")
    groups = _groups(relation)
    sizes = dict(groups.group_by("row").agg(pl.col("group").max() + 1).iter_rows())
    widths = [sizes.get(row, 0) for row in _period_rows(calendar)]
    base = pl.Series("base", [0, *widths], dtype=INDEX).cum_sum()
    one_of_each = groups.unique(["row", "group"], keep="first", maintain_order=True).select(
        "row", "group", "profile"
    )
    found = (
        pairs.join(relation.join(one_of_each, on=["row", "profile"]), on="rule")
        .with_columns(
            cell=pl.lit(base).gather(pl.col("period")) + pl.col("group"),
            certain=pl.col("in_force") & pl.col("certain"),
        )
        .sort("cell", "shape", "rule")
        .with_columns(slot=pl.int_range(pl.len(), dtype=pl.Int32).over("cell", "shape"))
    )
    size = int(base[-1]) + 1  # the last one is the empty cell
    group = _scatter(
        (len(rows) + 1) * count,
        groups.select(pl.col("row") * count + pl.col("profile")).to_series(),
        groups["group"],
    ).fill_null(size)
    twice = found.filter(pl.col("provision").count().over("cell", "provision") > 1)["cell"].unique()
    kinds = found.select("shape", "slot").unique().sort("shape", "slot").with_row_index("number")
    filled = found.join(kinds, on=["shape", "slot"], maintain_order="left")
    # one table of all slots: slot by slot it takes several times as long
    places = filled.select(pl.col("number").cast(pl.UInt64) * size + pl.col("cell")).to_series()
    rule, certain = (_scatter(kinds.height * size, places, filled[name]) for name in ("rule", "certain"))
    certain, held = certain.fill_null(True), rule.is_not_null().cast(pl.UInt8)
    slots = [
        Slot(shapes[shape], rule.slice(at, size), certain.slice(at, size), held.slice(at, size))
        for shape, at in zip(kinds["shape"], range(0, rule.len(), size), strict=True)
    ]
    return Cells(
        calendar=calendar,
        profiles=count,
        group=group,
        base=base,
        slots=slots,
        merge=_scatter(size, twice, pl.repeat(True, twice.len(), eager=True)).fill_null(False),
        filled=filled.select("cell", "number"),
    )


def _period_rows(calendar: Calendar) -> list[int]:
    """The row of the country of each period, in the order of the periods."""
    # every country's first period begins with the first day
    return list(itertools.accumulate((int(start == FIRST_DAY) for start in calendar.starts), initial=-1))[1:]


def _groups(relation: pl.DataFrame) -> pl.DataFrame:
    """Row of the country, profile, group: profiles with the same rules, equally certain, are of one group."""
    told = (
        relation.sort("row", "profile", "rule")
        .group_by("row", "profile", maintain_order=True)
        .agg(pl.concat_str("rule", "certain", separator=":").str.join(",").alias("rules"))
    )
    numbered = told.unique(["row", "rules"], maintain_order=True).with_columns(
        pl.int_range(pl.len(), dtype=INDEX).over("row").alias("group")
    )
    return told.join(
        numbered.select("row", "rules", "group"), on=["row", "rules"], maintain_order="left"
    ).drop("rules")


def _scatter(size: int, places: pl.Series, values: pl.Series) -> pl.Series:
    return pl.repeat(None, size, dtype=values.dtype, eager=True).scatter(places, values)


def _relation(book: Rulebook, rules: pl.DataFrame, profiles: pl.DataFrame) -> pl.DataFrame:
    """Pairs of rule and profile of which the rule may concern the profile; `certain` where it surely does."""
    pairs = rules.join(profiles.with_row_index("profile").cast({"profile": INDEX}), how="cross")
    possible, certain = pl.lit(True), pl.lit(True)
    for name in PROFILE:
        shared = pl.col(name) & pl.col(f"scope_{name}")
        possible, certain = possible & (shared != 0), certain & (shared == pl.col(name))
    related = pairs.filter(possible).with_columns(certain=certain)
    spared = [
        {
            "rule": number,
            "spare_category": category,
            "spare_propulsion": propulsion,
            "spare_condition": condition,
        }
        for number, rule in enumerate(book.rules)
        for category, propulsion, condition in rule.exempt_cells
    ]
    if spared:
        schema = {"rule": INDEX, **{f"spare_{name}": pl.Int32 for name in PROFILE}}
        inside, outside = pl.lit(True), pl.lit(False)
        for name in PROFILE:
            shared = pl.col(name) & pl.col(f"spare_{name}")
            inside, outside = inside & (shared == pl.col(name)), outside | (shared == 0)
        touched = (
            related.join(pl.DataFrame(spared, schema=schema), on="rule")
            .group_by("rule", "profile")
            .agg(inside=inside.any(), outside=outside.all())
        )
        related = (
            related.join(touched, on=["rule", "profile"], how="left")
            .filter(pl.col("inside").fill_null(False).not_())
            .with_columns(certain=pl.col("certain") & pl.col("outside").fill_null(True))
        )
    return related.select("rule", "profile", "shape", "provision", "certain")
