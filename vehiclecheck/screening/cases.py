"""The cases of a pack: plain sentences with a record and what must come of it, judged as any record is.

A case file lies beside its pack (`KE.toml`, `KE.cases.toml`). Its cases are at once the pack's tests and its
documentation, so a case that does not hold is reported with the line and the sentence a person wrote.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import polars as pl

from vehiclecheck.records.errors import InputError
from vehiclecheck.records.matching import FUEL_COLUMNS, VEHICLE_COLUMNS
from vehiclecheck.records.preparing import PrepareOptions, prepare
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.screening.judge import Judge, Judgement
from vehiclecheck.screening.rulebook import SIDES
from vehiclecheck.standards import Library, Pack, PackError, Problem, check_file
from vehiclecheck.standards.checking import read_document
from vehiclecheck.standards.lines import Lines
from vehiclecheck.vocabulary.choices import VERDICTS
from vehiclecheck.vocabulary.countries import COUNTRY_CODES

#: What a case may expect of a provision; `not_applicable`: there is no finding.
OUTCOMES = ("pass", "fail", "unknown", "not_applicable")
SUBJECTS = ("vehicle", "fuel")
CASES_ENDING = ".cases.toml"

_KEYS = ("says", "record", "expect", "verdict", "side", "subject")
_VERDICT_COLUMNS = {
    "export": "exporter_verdict",
    "import": "importer_verdict",
    "standard": "standard_verdict",
}
_COLUMNS = {"vehicle": frozenset(VEHICLE_COLUMNS), "fuel": frozenset(FUEL_COLUMNS)}


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it was written; `record` holds canonical columns as text."""

    file: str
    line: int
    says: str
    record: Mapping[str, str]
    expect: Mapping[str, str]
    verdict: str | None = None
    side: str = "import"
    subject: str = "vehicle"


@dataclass(frozen=True, slots=True)
class PackReport:
    """What a check of a pack and its cases came to."""

    code: str | None
    file: str
    provisions: int = 0
    cases: int = 0
    problems: tuple[Problem, ...] = field(default=())


def cases_path(pack_file: Path) -> Path:
    """Where the cases of a pack file lie, whether or not there are any."""
    return pack_file.with_name(pack_file.stem + CASES_ENDING)


def read_cases(path: Path) -> tuple[list[Case], list[Problem]]:
    """The cases of a file, and what is wrong with those that cannot be used."""
    document, problems = read_document(path)
    if document is None:
        return [], problems
    lines = Lines(path.read_text(encoding="utf-8-sig"))
    cases: list[Case] = []
    for key in sorted(set(document) - {"case"}):
        problems.append(
            Problem(path.name, lines.find([key]), None, f"{key!r} is not a key here; known here: 'case'")
        )
    entries = document.get("case", [])
    if not isinstance(entries, list):
        return [], [Problem(path.name, lines.find(["case"]), None, "cases are written as [[case]]")]
    for number, entry in enumerate(entries):
        found = [
            Problem(path.name, lines.find(["case", number, *where]), None, text)
            for where, text in _faults(entry)
        ]
        problems += found
        if not found:
            cases.append(
                Case(
                    file=path.name,
                    line=lines.find(["case", number]),
                    says=entry["says"],
                    record={name: _as_text(value) for name, value in entry["record"].items()},
                    expect=dict(entry.get("expect", {})),
                    verdict=entry.get("verdict"),
                    side=entry.get("side", "import"),
                    subject=entry.get("subject", "vehicle"),
                )
            )
    return cases, problems


def _hint(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _faults(entry: Any) -> Iterator[tuple[list[str], str]]:
    """Where in a case (keys below it) and what is wrong with it."""
    if not isinstance(entry, dict):
        yield [], "a case is a table"
        return
    for key in sorted(set(entry) - set(_KEYS)):
        yield (
            [key],
            f"{key!r} is not a key of a case{_hint(key, _KEYS) or '; known here: ' + ', '.join(_KEYS)}",
        )
    if not isinstance(entry.get("says"), str) or not entry["says"].strip():
        yield ["says"], "needs 'says': the case in one plain sentence"
    subject = entry.get("subject", "vehicle")
    for key, words in (("subject", SUBJECTS), ("side", tuple(SIDES)), ("verdict", VERDICTS)):
        if key in entry and entry[key] not in words:
            yield [key], _not_one_of(key, entry[key], words)
    record = entry.get("record")
    if not isinstance(record, dict):
        yield ["record"], "needs 'record': a table of canonical columns"
    elif subject in SUBJECTS:
        for name in record:
            if name not in _COLUMNS[subject]:
                yield (
                    ["record"],
                    f"record: {name!r} is no column of a {subject} record{_hint(name, _COLUMNS[subject])}",
                )
        for name, value in record.items():
            if isinstance(value, dict):
                yield ["record"], f"record: {name} must be a text or a number"
    expect = entry.get("expect", {})
    if not isinstance(expect, dict):
        yield ["expect"], "expect must be a table: provision id = outcome"
    elif not expect and "verdict" not in entry:
        yield [], "expects nothing: needs 'expect' or 'verdict'"
    else:
        for name, outcome in expect.items():
            if outcome not in OUTCOMES:
                yield ["expect"], _not_one_of(name, outcome, OUTCOMES)


def _not_one_of(name: str, value: Any, words: Sequence[str]) -> str:
    return f"{name} is {value!r}, but must be one of: {', '.join(words)}{_hint(str(value), words)}"


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(_as_text, value))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def check_cases(cases: Sequence[Case], library: Library, code: str) -> list[Problem]:
    """The cases of the pack `code` that do not hold, in the order of their lines.

    All cases of one subject and side are judged together, with that pack alone.
    """
    pack = library.pack(code)
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        side = "standard" if pack.standard and case.side == "import" else case.side
        groups.setdefault((case.subject, side), []).append(case)
    problems: list[Problem] = []
    for (subject, side), members in groups.items():
        if side == "standard" and not pack.standard:
            problems += [
                _problem(case, None, f"side 'standard' is for standards; {code} is a country")
                for case in members
            ]
            continue
        problems += _judged(members, library, pack, "fuel" if subject == "fuel" else "vehicle", side)
    return sorted(problems, key=lambda problem: problem.line)


def _problem(case: Case, provision: str | None, message: str) -> Problem:
    return Problem(case.file, case.line, provision, f"“{case.says}”: {message}")


def _judged(
    cases: Sequence[Case], library: Library, pack: Pack, subject: Literal["vehicle", "fuel"], side: str
) -> Iterator[Problem]:
    known = {provision.id for provision in pack.provisions}
    raw, unnamed = _raw(cases, pack.code, side)
    try:
        # cases write ISO dates and decimal points, whatever the other cases of the file seem to prove
        options = PrepareOptions(subject=subject, date_order="ymd", decimal="point")
        prepared = prepare(raw, options=options, words=WordBook())
    except InputError as error:
        yield Problem(cases[0].file, cases[0].line, None, str(error))
        return
    for aside in prepared.set_aside.iter_rows(named=True):
        yield _problem(
            cases[aside["line"]],
            None,
            f"the record cannot be read: {aside['field']} {aside['value']!r}: {aside['reason']}",
        )
    records = prepared.records
    if unnamed:
        told = pl.col("line").is_in(unnamed).not_()
        records = records.with_columns(pl.when(told).then("importer").alias("importer"))
    judge = Judge(
        library,
        COUNTRY_CODES,
        countries=[pack.code],
        standard=pack.code if side == "standard" else None,
        subject=subject,
        passes=True,
    )
    judgement = judge.judge(records)
    found = _findings(judgement, side)
    verdicts = judgement.verdicts.get_column(_VERDICT_COLUMNS[side]).cast(pl.String).to_list()
    for row, number in enumerate(records.get_column("line").to_list()):
        case, outcomes = cases[number], found.get(row, {})
        for name, expected in case.expect.items():
            if name not in known:
                yield _problem(case, name, f"the pack has no such provision{_hint(name, known)}")
                continue
            outcome, words = outcomes.get(name, ("not_applicable", "no finding"))
            if outcome != expected:
                yield _problem(case, name, f"expected {expected}, found {outcome} ({words})")
        if case.verdict is not None and verdicts[row] != case.verdict:
            because = ", ".join(
                f"{name} {outcome}" for name, (outcome, _) in outcomes.items() if outcome != "pass"
            )
            yield _problem(
                case,
                None,
                f"expected the verdict {case.verdict}, found {verdicts[row]} ({because or 'no finding'})",
            )


def _raw(cases: Sequence[Case], code: str, side: str) -> tuple[pl.DataFrame, list[int]]:
    """The records of the cases as text, with its number as `line`, and the numbers without an importer.

    A record needs an importer to be read; where only the exporter's law or a standard is asked it is taken away again.
    """
    own = {} if side == "standard" else {SIDES[side]: code}
    rows, unnamed = [], []
    for number, case in enumerate(cases):
        row = {**own, **case.record}
        if "importer" not in row:
            row["importer"] = COUNTRY_CODES[0]
            unnamed.append(number)
        rows.append(row)
    names = sorted({name for row in rows for name in row})
    columns = {name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in names}
    return pl.DataFrame(columns).with_row_index("line").with_columns(pl.col("line").cast(pl.Int64)), unnamed


def _findings(judgement: Judgement, side: str) -> dict[int, dict[str, tuple[str, str]]]:
    """For each row and provision of one side the outcome, and what was observed and asked in words."""
    found: dict[int, dict[str, tuple[str, str]]] = {}
    table = judgement.findings.filter(pl.col("side").cast(pl.String) == side)
    for finding in table.iter_rows(named=True):
        found.setdefault(finding["row"], {})[finding["provision"]] = (finding["outcome"], _observed(finding))
    return found


def _observed(finding: Mapping[str, Any]) -> str:
    low, high = finding["observed_low"], finding["observed_high"]
    parts = [f"{finding['observed']}: asked {finding['required']}"]
    if low is not None or high is not None:
        least, most = ("…" if bound is None else f"{bound:.6g}" for bound in (low, high))
        parts.append(f"observed {least}" if least == most else f"observed {least} to {most}")
    if finding["missing"]:
        parts.append(f"not told: {finding['missing'].replace(';', ', ')}")
    return "; ".join(parts)


def check_pack(path: Path, library: Library) -> PackReport:
    """Everything of one pack file: well formed, what it adopts exists, its cases hold.

    The file need not be one of the library's: it is checked as if it were the pack with its code.
    A file of cases stands for the pack beside it, else for the library's pack of its name.
    """
    if path.name.endswith(CASES_ENDING):
        beside = path.with_name(path.name.removesuffix(CASES_ENDING) + ".toml")
        if beside.is_file():
            return _checked(beside, library, path)
        try:
            return _checked(library.file(beside.stem), library, path)
        except PackError as error:
            return PackReport(None, path.name, problems=(Problem(path.name, 1, None, str(error)),))
    return _checked(path, library, cases_path(path))


def _checked(path: Path, library: Library, cases_file: Path) -> PackReport:
    problems = check_file(path)
    document, _ = read_document(path)
    if problems or document is None:
        return PackReport(None, path.name, problems=tuple(problems))
    code = str(document["code"])
    if path.stem != code:
        line = Lines(path.read_text(encoding="utf-8-sig")).find(["code"])
        problems.append(
            Problem(
                path.name, line, None, f"holds the pack {code!r}: its name must be {code}.toml to be found"
            )
        )
    try:
        within = _with_file(library, code, path)
        pack = within.pack(code)
    except PackError as error:
        return PackReport(code, path.name, problems=(*problems, *_as_problems(error, path.name)))
    cases: list[Case] = []
    if code not in COUNTRY_CODES:
        line = Lines(path.read_text(encoding="utf-8-sig")).find(["code"])
        said = f"{code!r} is no country (ISO 3166-1 alpha-2) or bloc that a record can name"
        problems.append(Problem(path.name, line, None, said + _hint(code, COUNTRY_CODES)))
    elif cases_file.is_file():
        cases, unusable = read_cases(cases_file)
        problems += unusable
        problems += check_cases(cases, within, code)
    return PackReport(code, path.name, len(pack.provisions), len(cases), tuple(problems))


def _with_file(library: Library, code: str, path: Path) -> Library:
    """The library with `path` as the pack `code`. A file in a folder `standards` is a standard."""
    countries = {known: library.file(known) for known in library.countries}
    standards = {known: library.file(known) for known in library.standards}
    own = standards if code in standards or path.resolve().parent.name == "standards" else countries
    return (
        Library({**countries, code: path}, standards)
        if own is countries
        else Library(countries, {**standards, code: path})
    )


def _as_problems(error: PackError, file: str) -> list[Problem]:
    """A refusal of the library as problems: it names file and line where it knows them."""
    problems = list(error.problems)
    return problems or [Problem(file, 1, None, str(error).removeprefix(f"{file}: "))]


def check_packs(library: Library, files: Sequence[Path] | None = None) -> list[PackReport]:
    """A report for each of the files, or for each pack of the library, in their order."""
    if files is None:
        files = [library.file(code) for code in (*library.countries, *library.standards)]
    return [check_pack(path, library) for path in files]
