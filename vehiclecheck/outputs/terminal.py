"""Results for a person at a terminal: tables that fit its width, the worst first, sums that add up."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from tabulate import tabulate

from vehiclecheck.outputs.neutral import printable
from vehiclecheck.screening.explaining import Explanation
from vehiclecheck.screening.fuel_match import KIND as FUEL_MATCH
from vehiclecheck.screening.kinds.fuel_limit import WITHIN
from vehiclecheck.screening.verdicts import LANES
from vehiclecheck.standards.model import DECIDING_STATUSES
from vehiclecheck.vocabulary.choices import VERDICTS
from vehiclecheck.vocabulary.countries import country_name

if TYPE_CHECKING:
    from vehiclecheck.records.sources import Source
    from vehiclecheck.runs.estimating import AirResult
    from vehiclecheck.runs.running import RunResult

#: What a customs officer does with each lane.
LANE_WORDS = {
    "refused": "hold and examine",
    "undetermined": "ask for documents",
    "conditional": "collect what is due, audit after release",
    "admitted": "release",
    "unregulated": "no rule applies",
    "no_pack": "nothing known of this country's rules",
}
#: How a vehicle fits the fuel of its destination, where that is known.
FUEL_WORDS = {
    "fits": "The fuel that the law allows there suits it.",
    "does_not_fit": "The fuel that the law allows there does not suit it.",
}
_ROWS = 12
#: The order in which effects are told.
_EFFECTS = {word: place for place, word in enumerate(("refuse", "surcharge", "permit", "inspect"))}
#: Characters of a citation on a screen.
_CITED = 90
_NARROWEST = 60


def width() -> int:
    """Columns of the terminal (80 where there is none)."""
    return max(_NARROWEST, shutil.get_terminal_size((80, 24)).columns)


def table(rows: Sequence[Sequence[Any]], headers: Sequence[str], right: Sequence[int] = ()) -> str:
    """A plain table. Text that does not fit is wrapped: the widest column gives way first."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = _widths([list(headers), *cells], width())
    # wrapped here: tabulate takes a wrapped cell such as "92,438" for a broken number
    cells = [[_fill(cell, limit) for cell, limit in zip(row, widths, strict=True)] for row in cells]
    headers = [_fill(header, limit) for header, limit in zip(headers, widths, strict=True)]
    align = ["right" if place in right else "left" for place in range(len(headers))]
    columns = zip(headers, *cells, strict=True)
    lines = ["-" * max(len(line) for cell in column for line in cell.split("\n")) for column in columns]
    # headers are rows here: tabulate would make each of its own two columns wider than it is
    return str(
        tabulate([list(headers), lines, *cells], tablefmt="plain", colalign=align, disable_numparse=True)
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return printable(str(value))


def _widths(rows: Sequence[Sequence[str]], total: int) -> list[int]:
    wanted = [max((len(row[place]) for row in rows), default=0) for place in range(len(rows[0]))]
    room = total - 2 * (len(wanted) - 1)
    limits = list(wanted)
    # words stay whole as long as there is a wider column to take the room from
    words = [max(_longest_word(row[place]) for row in rows) for place in range(len(rows[0]))]
    for floors in (words, [8] * len(words)):
        while sum(limits) > room:
            widest = max((limit, place) for place, limit in enumerate(limits))[1]
            loose = [(limit, place) for place, limit in enumerate(limits) if limit > floors[place]]
            if not loose:
                break
            limits[widest if limits[widest] > floors[widest] else max(loose)[1]] -= 1
    return [max(1, limit) for limit in limits]


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=0)


def _fill(text: str, limit: int) -> str:
    return textwrap.fill(text, limit, break_on_hyphens=False) if len(text) > limit else text


def _cut(citation: str) -> str:
    return textwrap.shorten(citation, _CITED, placeholder=" …")


def share(part: int, whole: int) -> str:
    """A share in percent, one decimal."""
    return f"{100 * part / whole:.1f} %" if whole else ""


def read_summary(sources: Sequence[Source], instead: Sequence[str] = ()) -> str:
    """How files were read: layout and columns, so that a wrong match is seen.

    `instead`: columns that what a file or layout says for every row does not count for.
    """
    lines = []
    for source in sources:
        lines.append(
            _wrapped(
                f"{printable(source.name)}: {source.n_rows:,} rows, {source.format}, layout {source.layout}"
            )
        )
        renamed = [f"{written} → {name}" for name, written in source.matched.items() if written != name]
        if renamed:
            lines.append(_wrapped("  columns: " + "; ".join(map(printable, renamed))))
        if source.unmatched:
            lines.append(_wrapped("  not used: " + "; ".join(map(printable, source.unmatched))))
        if set(source.constants) - set(instead):
            lines.append(
                _wrapped(
                    "  for every row: "
                    + ", ".join(
                        f"{key} = {value}" for key, value in source.constants.items() if key not in instead
                    )
                )
            )
        lines += [_wrapped(f"  {printable(note)}") for note in source.notes]
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    # a path that is longer than the line stays in one piece, to be copied
    return textwrap.fill(
        text, width(), subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )


def verdict_table(result: RunResult) -> str:
    """Units by verdict."""
    units = result.counts.verdicts
    whole = sum(units.values())
    rows = [
        [verdict, LANES[verdict], units[verdict], share(units[verdict], whole), LANE_WORDS[verdict]]
        for verdict in VERDICTS
        if units[verdict]
    ]
    return table(rows, ["verdict", "lane", "units", "share", "what to do"], right=(2, 3))


def shown_table(result: RunResult) -> str:
    """Some records to hold or to ask about, each with its first reason."""
    rows = []
    for row in result.shown.head(_ROWS).iter_rows(named=True):
        rows.append([row["record_id"], row.get("importer"), row["lane"], _why(row)])
    return table(rows, ["record", "to", "lane", "why"])


def _why(row: dict[str, Any]) -> str:
    """The findings that made a verdict, in a line: what fails, or what is missing."""
    reasons = set((row["reasons"] or "").split(";"))
    details = zip(
        row["provision"] or [],
        row["outcome"],
        row["missing"],
        row["remark"],
        row["observed_low"],
        row["observed_high"],
        row["unit"],
        strict=True,
    )
    said, missing, close = [], [], []
    for provision, outcome, fields, remark, low, high, unit in details:
        if provision not in reasons:
            continue
        if outcome == "fail":
            said.append(provision + observed_words(low, high, unit))
        elif fields:
            missing += [field for field in fields.split(";") if field not in missing]
        elif remark == WITHIN:
            close.append(provision + observed_words(low, high, unit))
    if said:
        return "fails " + "; ".join(said)
    if close:
        return "within the tolerance of the test method: " + "; ".join(close)
    return "not told: " + ", ".join(missing) if missing else "; ".join(sorted(reasons))


def observed_words(low: float | None, high: float | None, unit: str) -> str:
    """Bounds in words, in brackets after a space; empty where nothing is known. One open end is said to be open."""
    if low is None and high is None:
        return ""
    if unit == "yyyymmdd":
        first, last = (f"{value:.0f}" if value else "" for value in (low, high))
        first, last = (f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else "" for day in (first, last))
        bounds = {"": "", "from": "on or after ", "until": "on or before "}
    else:
        first, last = ("" if value is None else _figure(value, unit) for value in (low, high))
        bounds = {"": "", "from": "at least ", "until": "at most "}
        unit = f" {unit}" if unit else ""
    ending = "" if unit == "yyyymmdd" else unit
    if not first or not last:
        return f" ({bounds['until' if not first else 'from']}{first or last}{ending})"
    return f" ({first}{ending})" if first == last else f" ({first} to {last}{ending})"


def _figure(value: float, unit: str) -> str:
    """A bound as it is: only an age, which is a fraction of a count of days, is rounded."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if unit in ("years", "months") else f"{value:.10g}"


def reason_table(result: RunResult) -> str:
    """Which provisions hold up how many units: what refuses before what costs.

    Long citations are cut; findings have them whole.
    """
    if result.reasons.is_empty():
        return ""
    deciding = result.reasons.filter(
        (pl.col("effect") != "advise") & pl.col("status").is_in(list(DECIDING_STATUSES))
        | (pl.col("side") == "standard")
    )
    grouped = (
        deciding.group_by("provision", "outcome", "effect")
        .agg(pl.col("units").sum(), pl.col("source").sort_by("units", descending=True).first())
        .with_columns(
            pl.col("effect")
            .replace_strict(_EFFECTS, default=len(_EFFECTS), return_dtype=pl.Int8)
            .alias("@effect")
        )
        .sort("@effect", "units", "provision", "outcome", descending=[False, True, False, False])
    )
    rows = [
        [row["provision"], row["outcome"], row["effect"], row["units"], _cut(row["source"])]
        for row in grouped.head(_ROWS).iter_rows(named=True)
    ]
    return table(rows, ["provision", "outcome", "effect", "units", "source"], right=(3,))


def aside_table(result: RunResult | AirResult) -> str:
    """The first rows that were set aside."""
    names = ["line", "field", "value", "reason"]
    if len(result.sources) > 1:
        names.insert(0, "file")
    rows = result.set_aside.head(_ROWS).select(names).rows()
    return table(rows, names, right=(names.index("line"),))


def quality_table(result: RunResult) -> str:
    """The first remarks on the data themselves."""
    rows = [
        [row["record_id"], row["field"], row["value"], row["message"]]
        for row in result.quality.head(_ROWS).iter_rows(named=True)
    ]
    return table(rows, ["record", "field", "value", "remark"])


def reconciliation(result: RunResult | AirResult) -> str:
    """The totals, in a sentence that adds up."""
    counts = result.counts
    parts = [f"{counts.rows_judged:,} judged", f"{counts.rows_set_aside:,} set aside"]
    if counts.rows_not_vehicles:
        parts.append(f"{counts.rows_not_vehicles:,} not vehicles")
    units = (
        f"{counts.units_judged:,} vehicles judged"
        if result.sources[0].subject != "fuel"
        else f"{counts.units_judged:,} consignments judged"
    )
    if counts.units_set_aside:
        units += f", {counts.units_set_aside:,} set aside"
    several = len(result.options.to) > 1 or result.options.to == ("all",)
    more = (
        f"; {counts.judgements:,} judgements" if several and counts.judgements != counts.rows_judged else ""
    )
    return f"{counts.rows_in:,} rows in = {' + '.join(parts)}; {units}{more}."


def screening_report(result: RunResult) -> str:
    """What `screen` prints."""
    parts = [
        read_summary(result.sources, ("importer",) if result.options.to == ("all",) else ()),
        verdict_table(result),
    ]
    if result.options.standard:
        parts.append(
            f"Judged against the standard {result.options.standard} as well: see standard_verdict in the verdicts."
        )
    if any(result.counts.fuel_matches.get(word) for word in ("fits", "does_not_fit")):
        parts.append(_wrapped(fuel_sentence(result.counts.fuel_matches)))
    if len(result.options.to) > 1 or result.options.to == ("all",):
        parts.append(country_table(result))
    if result.shown.height:
        title = f"Not released ({min(_ROWS, result.shown.height)} shown, the worst first):"
        parts.append(f"{title}\n{shown_table(result)}")
    reasons = reason_table(result)
    if reasons and "\n" in reasons:
        parts.append(f"Which law holds them up:\n{reasons}")
    if result.set_aside.height:
        parts.append(
            f"Set aside ({min(_ROWS, result.set_aside.height)} of {result.set_aside.height:,}):\n{aside_table(result)}"
        )
    parts.append(_wrapped(reconciliation(result)))
    if result.counts.quality_findings:
        parts.append(
            f"Remarks on the data ({min(_ROWS, result.quality.height)} of {result.quality.height:,}):\n"
            + quality_table(result)
        )
    if result.files:
        parts.append(_wrapped("Written: " + ", ".join(printable(str(path)) for path in result.files)))
    parts += [_wrapped(printable(note)) for note in result.notes]
    return "\n\n".join(part for part in parts if part)


def fuel_sentence(units: Mapping[str, int]) -> str:
    """How many units fit the fuel that they would burn; nothing of this refuses any."""
    fits, unfit, unknown = (units.get(word, 0) for word in ("fits", "does_not_fit", "unknown"))
    return (
        f"Fuel: by the law of their destinations {fits:,} of {fits + unfit + unknown:,} units get the fuel that their "
        f"emission class needs, {unfit:,} do not (advice, no verdict), of {unknown:,} it is not known."
    )


def country_table(result: RunResult) -> str:
    """Shares by importer, for a run against several, those that refuse most first."""
    if "importer" not in result.flows.columns:
        return ""
    summed = result.flows.group_by("importer").agg(pl.col("units", *VERDICTS).sum())
    summed = summed.sort("refused", "undetermined", "importer", descending=[True, True, False])
    met = [verdict for verdict in VERDICTS if summed[verdict].sum()]
    rows = [
        [country_name(row["importer"]), row["units"], *(share(row[verdict], row["units"]) for verdict in met)]
        for row in summed.iter_rows(named=True)
    ]
    return table(rows, ["importer", "units", *met], right=range(1, 2 + len(met)))


def flow_table(flows: pl.DataFrame) -> str:
    """A flow table without the columns that say nothing here; the whole of it is in the files and in `--json`."""
    silent = [
        name
        for name in (*VERDICTS, "value_usd")
        if name in flows.columns and not (flows[name].fill_null(0) > 0).any()
    ]
    known = [
        name
        for name in ("valued_units", "aged_units")
        if flows[name].is_in([0]).all() or flows[name].equals(flows["units"])
    ]
    flows = flows.drop("rows", *silent, *known, strict=False)
    numeric = [place for place, dtype in enumerate(flows.dtypes) if dtype.is_numeric()]
    rows = [
        [_plain_year(name, value) for name, value in zip(flows.columns, row, strict=True)]
        for row in flows.iter_rows()
    ]
    return table(rows, [name.replace("_", " ") for name in flows.columns], right=numeric)


def _plain_year(name: str, value: Any) -> Any:
    return str(value) if name == "year" and value is not None else value


def explanation_report(told: Explanation) -> str:
    """What `explain` prints."""
    verdicts = told.verdicts
    parts = [
        f"Into {told.names['import']}: {verdicts['importer_verdict']}"
        + (
            f"; out of {told.names['export']}: {verdicts['exporter_verdict']}"
            if "export" in told.names
            else ""
        )
        + (f"; by the standard: {verdicts['standard_verdict']}" if "standard_verdict" in verdicts else "")
        + f". Lane {verdicts['lane']}: {LANE_WORDS[verdicts['verdict']]}."
    ]
    if verdicts.get("fuel_match") in FUEL_WORDS:
        parts[0] += f" {FUEL_WORDS[verdicts['fuel_match']]}"
    rows = list(told.provisions.cast({"side": pl.String, "outcome": pl.String}).iter_rows(named=True))
    parts += [_block(row) for row in rows] or ["No provision applies."]
    if told.needed:
        lines = [f"  {field}: {', '.join(provisions)}" for field, provisions in told.needed.items()]
        parts.append("What would have to be known, and for which provision:\n" + "\n".join(lines))
    for row in told.quality.iter_rows(named=True):
        parts.append(f"Remark on {row['field']}: {printable(row['message'])}")
    return "\n\n".join(parts)


def _block(row: dict[str, Any]) -> str:
    """One provision of an explanation: what it asks, what is known, what follows, where it is written."""
    status = "" if row["status"] in DECIDING_STATUSES else f", {row['status']}: does not decide"
    if row["side"] == "standard" and row["status"] in ("draft", "recommended"):
        status = f", {row['status']}"  # asked by name, a proposal decides its own verdict
    follows = f", {row['effect']}" if row["outcome"] != "pass" else ""
    asks = row["required"]
    if row["kind"] not in ("certificate", "permit", "steering_side", "equipment", "custom"):
        asks = f"{row['observed']}{' ' if row['observed'] == 'the vehicle' else ': '}{asks}"
    if row["kind"] == FUEL_MATCH:
        lines = [
            f"ADVICE  {row['provision']}: the fuel there does not suit it",
            f"        asks    {row['required']}",
        ]
    elif row["kind"] == "also_asks":
        lines = [
            f"ADVICE  {row['provision']}: also asked, and no record tells it",
            f"        asks    {row['required']}",
        ]
    else:
        lines = [f"{row['outcome'].upper():8}{row['provision']}{follows}{status}", f"        asks    {asks}"]
    if known := _known(row):
        lines.append(f"        known   {known}")
    grade = f" [grade {row['grade']}]" if row["grade"] else ""
    lines.append(f"        source  {row['source']}{grade}")
    return "\n".join(
        textwrap.fill(line, width(), subsequent_indent=" " * 16, break_on_hyphens=False, drop_whitespace=True)
        for line in map(printable, lines)
    )


def _known(row: dict[str, Any]) -> str:
    observed = str(observed_words(row["observed_low"], row["observed_high"], row["unit"])).strip(" ()")
    missing = str(row["missing"])
    inferred = " (inferred from the market)" if row["inferred"] else ""
    if missing:
        return (f"{observed}; " if observed else "") + "not told: " + missing.replace(";", ", ")
    return observed + inferred
