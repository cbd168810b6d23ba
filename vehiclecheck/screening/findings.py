"""Findings in words: everything about a rule is looked up once by its number, nothing is composed row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from vehiclecheck.screening.answers import FAIL, PASS, UNKNOWN
from vehiclecheck.screening.kinds import registry, remarks_of
from vehiclecheck.screening.rulebook import Rule, Rulebook
from vehiclecheck.standards.model import ALSO_ASKS

OUTCOMES = {PASS: "pass", UNKNOWN: "unknown", FAIL: "fail"}
OUTCOME = pl.Enum(["pass", "unknown", "fail"])
_OUTCOME_OF = pl.Series([None, *(OUTCOMES[code] for code in (PASS, UNKNOWN, FAIL))], dtype=OUTCOME)

#: What follows where a provision is not met, by its effect.
FOLLOWS = {
    "refuse": "refused",
    "surcharge": "a surcharge is due",
    "permit": "a permit is needed",
    "inspect": "an inspection is due",
    "advise": "advice",
}
#: Kinds whose words need what is measured in front of what is asked.
MEASURED = frozenset(
    {
        "max_age",
        "min_age",
        "exhaust_limit",
        "max_odometer",
        "max_per_person",
        "registration",
        "fuel_limit",
        "min_emission_class",
    }
)
_NOT_IN_FORCE = {
    "draft": " (draft, not in force)",
    "recommended": " (recommended, not law)",
    "repealed": " (never applied or repealed)",
}


class SpokenRule(NamedTuple):
    """What is said about one rule: the wordy columns of its findings, and its sentence whatever the answer."""

    side: str
    country: str
    provision: str
    kind: str
    effect: str
    observed: str
    required: str
    unit: str
    status: str
    source: str
    grade: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What is said about the rules of all sides, numbered through: `offset` of a side + number in its book.

    `table` has the wordy columns of a finding, a row a sentence: for each rule one an answer, and of each as many as the
    kinds of these rules make `remarks` (nothing included).
    """

    offsets: dict[str, int]
    table: pl.DataFrame
    remarks: int

    @property
    def rules(self) -> int:
        """How many rules there are."""
        return self.table.height // (4 * self.remarks)

    def sentence(self) -> pl.Expr:
        """The row of the table, of findings with `rule`, `code` and `remark`."""
        place = pl.col("rule") * 4 + pl.col("code")
        return place * self.remarks + pl.col("remark") if self.remarks > 1 else place

    def of(self, sentences: pl.Series) -> pl.DataFrame:
        """The wordy columns of sentences. Whole rows are picked at once: a look-up a column costs four times as much."""
        return self.table[sentences]


def rule_words(
    books: Sequence[Rulebook], names: Mapping[str, str], beside: Sequence[SpokenRule] = ()
) -> RuleWords:
    """The words of all rules of some books; `names` are those of the packs, by code. `beside`: rules that no book holds."""
    kinds = registry()
    offsets: dict[str, int] = {}
    spoken: list[SpokenRule] = []
    messages: list[str] = []
    most = max(
        (len(remarks_of(kinds[rule.version.kind])) for book in books for rule in book.rules), default=1
    )
    for book in books:
        offsets[book.side] = len(spoken)
        for rule in book.rules:
            version, kind = rule.version, kinds[rule.version.kind]
            asks, source = version.asks, version.cite()
            (required, unit), quantity = kind.required(asks), kind.quantity(asks)
            spoken.append(
                SpokenRule(
                    side=book.side,
                    country=version.pack,
                    provision=version.provision,
                    kind=version.kind,
                    effect=version.effect,
                    observed=quantity,
                    required=required,
                    unit=unit,
                    status=version.status,
                    source=source,
                    grade=version.grade,
                )
            )
            said = remarks_of(kind)
            messages += [""] * most
            for code in (PASS, UNKNOWN, FAIL):
                messages += [
                    message(rule, names[version.pack], required, quantity, code, source, remark)
                    for remark in said
                ]
                messages += [""] * (most - len(said))
    offsets["beside"] = len(spoken)
    spoken += beside
    messages += [rule.message for rule in beside for _ in range(4 * most)]
    columns = zip(*spoken, strict=True) if spoken else [()] * len(SpokenRule._fields)
    named = zip(SpokenRule._fields, columns, strict=True)
    by_rule = pl.DataFrame([_as_words(name, words) for name, words in named if name != "message"])
    sentence = pl.int_range(len(messages), dtype=pl.UInt32, eager=True)
    outcome = _OUTCOME_OF.gather(sentence // most % 4).alias("outcome")
    table = by_rule[sentence // (4 * most)].hstack([_as_words("message", messages), outcome])
    return RuleWords(offsets, table, most)


#: Columns whose words are short, or few whatever the number of countries.
_FEW_WORDS = frozenset(
    {"side", "country", "provision", "kind", "effect", "observed", "required", "unit", "status", "grade"}
)


def _as_words(name: str, words: Sequence[str]) -> pl.Series:
    """Words by number. An Enum is written in half the time of a Categorical, but with all that it might hold: for the
    sentences and sources of all countries that is far more than a range of records needs.
    """
    if name in _FEW_WORDS:
        return pl.Series(name, words, dtype=pl.Enum(sorted(set(words)) or [""]))
    return pl.Series(name, words, dtype=pl.Categorical)


_SHOWN = {
    PASS: "the record shows that this holds",
    UNKNOWN: "the record does not settle it",
    FAIL: "the record shows otherwise",
}
_SHOWN_OF_SURCHARGE = {
    PASS: "not due here",
    UNKNOWN: "the record does not settle whether it is due",
    FAIL: "due here",
}
_SHOWN_OF_PROHIBITION = {
    PASS: "not in its scope",
    UNKNOWN: "it may be in its scope",
    FAIL: "it is in its scope",
}


def message(
    rule: Rule, country: str, required: str, quantity: str, code: int, source: str, remark: str = ""
) -> str:
    """One sentence a person can read: who asks what, what the record shows, what follows, where it is written."""
    version = rule.version
    if version.kind == ALSO_ASKS:
        return f"{country} also asks: {required}. No record tells it. Source: {source}"
    follows = ""
    if version.kind == "surcharge":
        shown = _SHOWN_OF_SURCHARGE[code]
    else:
        shown = (_SHOWN_OF_PROHIBITION if version.kind == "prohibition" else _SHOWN)[code]
        if code == FAIL:
            follows = f": {FOLLOWS[version.effect]}"
    if remark:
        shown = f"{shown}, {remark}"
    status = _NOT_IN_FORCE.get(version.status, "")
    asked = f"{quantity}: {required}" if version.kind in MEASURED else required
    return f"{country}{status}: {version.title}. {asked[:1].upper()}{asked[1:]}; {shown}{follows}. Source: {source}"
