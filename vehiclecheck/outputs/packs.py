"""What `vehiclecheck packs` prints: packs listed, one shown, a check, countries side by side."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vehiclecheck.outputs.neutral import printable

if TYPE_CHECKING:
    from vehiclecheck.scenarios.comparing import Row
    from vehiclecheck.scenarios.describing import Member, Overview, Shown
    from vehiclecheck.screening.cases import PackReport
    from vehiclecheck.standards import Pack

#: From this width on a table has room for all columns side by side.
WIDE = 120
_GAP = 2
#: No column is narrower than this, even where the table then does not fit.
_LEAST = 8
#: Stands for an empty row until tabulate is done (private use: `printable` lets none through).
_FREE_LINE = "\ue000"
_SECTIONS = {
    ("vehicle", "import"): "Vehicles that arrive",
    ("vehicle", "export"): "Vehicles that leave",
    ("vehicle", "market"): "Vehicles in use (shown, not judged)",
    ("fuel", "import"): "Fuel",
    ("fuel", "market"): "Fuel",
    ("fuel", "export"): "Fuel that leaves",
}


def terminal_width() -> int:
    """Columns to write for: the terminal's (or COLUMNS), 100 where there is none, never under 40."""
    return max(40, shutil.get_terminal_size((100, 24)).columns)


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: East Asian letters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def wrap(text: str, width: int) -> str:
    """Text in lines of at most `width` columns. A longer word breaks behind its dots, else anywhere."""
    return "\n".join(line for part in text.split("\n") for line in _lines(printable(part), width))


def _lines(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for word in text.split(" "):
        candidate = f"{line} {word}" if line else word
        if display_width(candidate) <= width:
            line = candidate
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, width)
        lines += full
    return [*lines, line]


def _broken(word: str, width: int) -> list[str]:
    """A word in pieces of at most `width` columns."""
    pieces, piece = [], ""
    for part in re.split(r"(?<=[.])", word):
        if piece and display_width(piece + part) > width:
            pieces.append(piece)
            piece = ""
        for letter in part:
            if piece and display_width(piece + letter) > width:
                pieces.append(piece)
                piece = ""
            piece += letter
    return [*pieces, piece]


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    weights: Sequence[int],
    *,
    spaced: bool = True,
) -> str:
    """A plain table that fits `width`.

    Columns of weight 0 are as wide as they need, the others share what is left by their weights.
    `spaced` leaves a line free around a row that takes several.
    """
    from tabulate import tabulate

    natural = [
        max(
            display_width(line)
            for text in (header, *(row[place] for row in rows))
            for line in text.split("\n")
        )
        for place, header in enumerate(headers)
    ]
    left = (
        width
        - _GAP * (len(headers) - 1)
        - sum(size for size, weight in zip(natural, weights, strict=True) if not weight)
    )
    widths = list(natural)
    open_places = [place for place, weight in enumerate(weights) if weight]
    while open_places:
        total = sum(weights[place] for place in open_places)
        share = {place: max(_LEAST, left * weights[place] // total) for place in open_places}
        small = [place for place in open_places if natural[place] <= share[place]]
        # what cannot be narrower takes its room from the others
        least = [place for place in open_places if left * weights[place] // total < _LEAST]
        if not small and not least:
            for place in open_places:
                widths[place] = share[place]
            break
        for place in () if small else least:
            widths[place] = _LEAST
            left -= _LEAST
            open_places.remove(place)
        for place in small:
            left -= natural[place]
            open_places.remove(place)
    wrapped = [[wrap(cell, size) for cell, size in zip(row, widths, strict=True)] for row in rows]
    if spaced:
        wrapped = _with_free_lines(wrapped)
    heads = [wrap(header, size) for header, size in zip(headers, widths, strict=True)]
    # with headers of its own tabulate would make every column two wider than its header
    rule = [
        "-" * max(display_width(line) for row in (heads, *wrapped) for line in row[place].split("\n"))
        for place in range(len(heads))
    ]
    made = str(tabulate([heads, rule, *wrapped], tablefmt="plain", disable_numparse=True))
    # tabulate swallows empty rows; besides, it pads the last column
    return "\n".join(line.replace(_FREE_LINE, "").rstrip() for line in made.split("\n"))


def _with_free_lines(rows: list[list[str]]) -> list[list[str]]:
    """The rows with an empty one before and behind each that takes several lines."""
    spread: list[list[str]] = []
    tall_before = False
    for row in rows:
        tall = any("\n" in cell for cell in row)
        if spread and (tall or tall_before):
            spread.append([_FREE_LINE, *[""] * (len(row) - 1)])
        spread.append(row)
        tall_before = tall
    return spread


def printable_lines(text: str) -> str:
    """Text over several lines, harmless for a terminal."""
    return "\n".join(printable(line) for line in text.split("\n"))


# ---------------------------------------------------------------- list


def _reviewed_words(row: Overview, width: int) -> str:
    days: dict[str, list[str]] = {}
    for subject, direction, classes, on, finding in row.reviewed:
        # both classes go without saying where there is little room
        named = " ".join(classes) if width >= WIDE or len(classes) == 1 else ""
        what = "fuel" if subject == "fuel" else f"{direction} {named}".strip()
        days.setdefault(on.isoformat(), []).append(
            f"{what} (unregulated)" if finding == "unregulated" else what
        )
    return "; ".join(f"{', '.join(what)} {on}" for on, what in days.items()) or "nothing"


def overview_table(rows: Sequence[Overview], width: int) -> str:
    """The packs as a table, countries first."""
    headers = ["code", "country or standard", "reviewed", "provisions", "versions", "grades", "newest source"]
    if width < WIDE:
        headers = [
            "code",
            "country or\nstandard",
            "reviewed",
            "provi-\nsions",
            "ver-\nsions",
            "grades",
            "newest\nsource",
        ]
    cells = [
        [
            row.code,
            f"{row.name} ({row.kind})" if row.standard else row.name,
            _reviewed_words(row, width),
            str(row.provisions),
            str(row.versions),
            row.best if row.best == row.worst else f"{row.best} to {row.worst}",
            row.newest_source or "",
        ]
        for row in rows
    ]
    return table(headers, cells, width, [0, 1, 2, 0, 0, 0, 0], spaced=False)


# ---------------------------------------------------------------- show


def pack_text(
    pack: Pack,
    on: dt.date,
    found: Sequence[Shown],
    others: Sequence[dict[str, Any]],
    members: Sequence[Member] = (),
    *,
    history: bool,
    width: int,
    file: str = "",
) -> str:
    """A pack on a day as text: a table for each part of the law, then what it does not judge. `file` is named where it is
    not a shipped one.
    """
    span = "all versions" if history else f"on {on}"
    blocks = [f"{pack.name} ({pack.code}), {span}"]
    if pack.note:
        blocks.append(_paragraphs(pack.note, width))
    if file:
        blocks.append(
            textwrap.fill(
                f"This pack is in force in place of a shipped one or beside them: {printable(file)}", width
            )
        )
    if members:
        blocks.append("\n".join(_indented(member.words, width) for member in members))
    sections: dict[str, list[Shown]] = {}
    for each in found:
        sections.setdefault(_SECTIONS[each.section], []).append(each)
    for title in dict.fromkeys(_SECTIONS.values()):
        if title in sections:
            blocks.append(f"{title}\n\n{_provision_table(sections[title], width)}")
    if not found:
        blocks.append("No provision is in force on that day." if not history else "No provision.")
    if others:
        titles = {
            "unencoded": f"This {pack.kind} also asks, but no provision judges it:",
            "disputed": "Sources also say, but the pack holds otherwise:",
        }
        for reason, title in titles.items():
            own = [item for item in others if item["reason"] == reason]
            if own:
                lines = [_indented(f"{item['what']}: {item['why']}", width) for item in own]
                blocks.append("\n".join([title, "", *lines]))
    return "\n\n".join(blocks)


def _paragraphs(text: str, width: int) -> str:
    return "\n\n".join(
        textwrap.fill(printable(" ".join(part.split())), min(width, 100))
        for part in text.strip().split("\n\n")
    )


def _indented(text: str, width: int) -> str:
    words = printable(" ".join(text.split()))
    return textwrap.fill(words, min(width, 120), initial_indent="- ", subsequent_indent="  ")


def _weight_words(each: Shown) -> str:
    version = each.version
    effect = f"would {version.effect}" if version.status in ("draft", "recommended") else version.effect
    status = "repealed, never decides" if version.status == "repealed" else version.status
    return f"{effect}, {status}, grade {version.grade}"


def _force_words(each: Shown) -> str:
    return f"{each.span} (perhaps in force)" if each.certain is None else each.span


def _source_words(each: Shown) -> str:
    cited = each.version.cite()
    return f"adopted from {each.version.adopted_from}; {cited}" if each.version.adopted_from else cited


def _provision_table(found: Sequence[Shown], width: int) -> str:
    if width >= WIDE:
        headers = ["provision", "what it asks", "weight", "in force", "source to cite"]
        cells = [
            [
                f"{each.version.provision}\n{each.title}",
                each.asks,
                _weight_words(each),
                _force_words(each),
                _source_words(each),
            ]
            for each in found
        ]
        return table(headers, cells, width, [3, 7, 2, 3, 5])
    cells = [
        [
            f"{each.version.provision}\n{each.title}\n{_weight_words(each)}\n{_force_words(each)}",
            f"{each.asks}\nSource: {_source_words(each)}",
        ]
        for each in found
    ]
    return table(["provision", "what it asks"], cells, width, [3, 5])


# ---------------------------------------------------------------- check


def report_dict(report: PackReport) -> dict[str, Any]:
    """A report for JSON."""
    return {
        "code": report.code,
        "file": report.file,
        "provisions": report.provisions,
        "cases": report.cases,
        "problems": [
            {
                "file": problem.file,
                "line": problem.line,
                "provision": problem.provision,
                "message": problem.message,
            }
            for problem in report.problems
        ],
    }


def check_summary(reports: Sequence[PackReport]) -> str:
    """What a check came to, in one line."""
    broken = [report for report in reports if report.problems]
    provisions, cases = sum(report.provisions for report in reports), sum(report.cases for report in reports)
    whole = f"{counted(len(reports), 'pack')}, {counted(provisions, 'provision')}, {counted(cases, 'case')}"
    if broken:
        problems = sum(len(report.problems) for report in broken)
        return f"{whole}: {counted(problems, 'problem')} in {counted(len(broken), 'pack')}"
    return f"{whole}: all sound"


def counted(number: int, word: str) -> str:
    """`1 pack`, `2 packs`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


# ---------------------------------------------------------------- compare


def comparison_text(rows: Sequence[Row], names: dict[str, str], on: dt.date, width: int) -> str:
    """The comparison as tables: as many countries beside one another as the width has room for."""
    codes = list(names)
    topic = min(max(len(row.topic) for row in rows), 16 if width < WIDE else 34)
    room = max(1, (width - topic) // 20)
    count = -(-len(codes) // room)
    size = -(-len(codes) // count)
    blocks = [f"What is asked on {on}"]
    for first in range(0, len(codes), size):
        part = codes[first : first + size]
        headers = ["topic", *(f"{code} {names[code]}" for code in part)]
        cells = [[row.topic, *(_cell_text(row, code) for code in part)] for row in rows]
        shares = [0, *(1 for _ in part)]
        narrow = [[wrap(row[0], topic), *row[1:]] for row in cells]
        blocks.append(table(headers, narrow, width, shares))
    blocks.append(
        textwrap.fill(
            "* strictest number; ? perhaps in force on that day; – reviewed, nothing asked. "
            "Exemptions and sources: packs show CODE.",
            width,
        )
    )
    return "\n\n".join(blocks)


def _cell_text(row: Row, code: str) -> str:
    lines = row.cells[code].lines
    return "\n".join([f"* {lines[0]}", *lines[1:]] if code in row.strictest else lines)
