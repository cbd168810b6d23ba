"""Tables as text: header and delimiter found, every line looked at once, so that Polars can be trusted with the rest.

Polars fills a line that is too short and follows an open quote over the rest of a file. So all bytes are looked at first, in
blocks: where every line is one row of so many fields, the file is scanned as it is; where not, a copy is made in which each
row is one line, and what cannot be read stands behind the last column, with the reason.
"""

from __future__ import annotations

import csv
import functools
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from vehiclecheck.records import reading_spool
from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.reading_csv import segment
from vehiclecheck.records.reading_encoding import MARKS, Text, as_utf8
from vehiclecheck.records.reading_table import HEADER_WITHIN, looks_like_data
from vehiclecheck.trade.layouts import known_names, plain
from vehiclecheck.trade.reading_survey import LONGEST_LINE, chunks, look

SAMPLE = 1 << 18
DELIMITERS = (",", ";", "\t", "|")
#: The column behind the last one: why a row cannot be read.
BROKEN = "@broken"
_LINE = "@line"
#: A file of which more than half of all rows, and more than this many, cannot be read is refused.
MOST_BROKEN = 1000
#: Longest text of a broken row that is kept.
LONGEST_SHOWN = 120
#: Lines that are cut at once.
SLICE = 200_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class TextTable:
    """A table as text that Polars can scan: one line a row, every row of `columns`, or broken and said so.

    `skip`: lines before the first row. `first`: the line number of the first row (rows are counted: an editor shows other
    numbers where a row goes over several lines or lines are blank). `quoted`: quotes have a meaning.
    """

    path: Path
    columns: list[str]
    delimiter: str
    skip: int
    first: int
    rows: int
    quoted: bool
    mended: bool
    notes: list[str] = field(default_factory=list)

    def scan(self, holding: str = "", wanted: Sequence[str] | None = None) -> pl.LazyFrame:
        """Rows as `line`, the columns `wanted` (all by default) as text named by `at`, and BROKEN where rows can be broken.

        `holding` is a pattern: rows without it may be left away. Where a line is a row, they are before it is cut into
        columns, which is several times faster where few rows are wanted.
        """
        names = [at(place) for place in range(len(self.columns))]
        wanted = names if wanted is None else wanted
        if self.mended:
            return self._scanned([*names, BROKEN], self.delimiter, '"').select("line", *wanted, BROKEN)
        # zero bytes do not occur: such lines are broken
        lines = self._scanned([_LINE], "\0", None).filter(pl.col(_LINE).str.contains(holding))
        if self.quoted:
            # a piece of text keeps in memory all that was read with it, a copy does not
            lines = lines.select("line", pl.concat_str(_LINE, pl.lit("")).alias(_LINE))
            schema = {"line": pl.UInt32(), **dict.fromkeys([*wanted, BROKEN], pl.String())}
            return lines.map_batches(functools.partial(self._cut, wanted=wanted), schema=schema)
        # short pieces do not either
        fields = pl.col(_LINE).str.split_exact(self.delimiter, len(names) - 1).struct.rename_fields(names)
        return lines.select("line", fields).unnest(_LINE).select("line", *wanted)

    def _cut(self, lines: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
        """Lines with quotes cut into columns, a slice at a time; BROKEN where the quotes of a line are none of CSV."""
        names = [at(place) for place in range(len(self.columns))]
        separator = re.escape(self.delimiter)
        cell = f'(?:"(?:[^"]|"")*"|[^"{separator}][^{separator}]*|)'
        regular = lines[_LINE].str.contains(f"^{cell}(?:{separator}{cell}){{{len(names) - 1}}}$")
        good, bad = lines.filter(regular), lines.filter(~regular)
        said = pl.lit("quotes within a field, or another number of fields: ") + pl.col(_LINE).str.slice(
            0, LONGEST_SHOWN
        )
        found = [
            bad.select("line", *(pl.lit(None, pl.String).alias(name) for name in wanted), said.alias(BROKEN))
        ]
        schema = dict.fromkeys(names, pl.String())
        for start in range(0, good.height, SLICE):
            some = good.slice(start, SLICE)
            written = io.BytesIO()
            some.select(_LINE).write_csv(written, include_header=False, quote_style="never")
            cells = (
                pl.scan_csv(written.getvalue(), has_header=False, separator=self.delimiter, schema=schema)
                .select(wanted)
                .collect()
            )
            if cells.height != some.height:
                raise InputError(f"{reading_spool.name_of(self.path)}: its lines cannot be cut into columns")
            found.append(cells.select(some["line"], *wanted, pl.lit(None, pl.String).alias(BROKEN)))
        return pl.concat(found)

    def _scanned(self, names: Sequence[str], separator: str, quote: str | None) -> pl.LazyFrame:
        return pl.scan_csv(
            self.path,
            has_header=False,
            skip_lines=self.skip,
            n_rows=self.rows,
            separator=separator,
            quote_char=quote,
            schema=dict.fromkeys(names, pl.String()),
            missing_columns="insert",
            extra_columns="ignore",
            row_index_name="line",
            row_index_offset=self.first,
            glob=False,
        )


def at(place: int) -> str:
    """The name of the column at `place` (0-based) in a scan."""
    return f"c{place}"


def open_text(path: Path, name: str) -> TextTable:
    """A table as text: CSV with any of the delimiters. InputError if it is empty, binary or no table."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    plainly = b"\0" not in head and b"\n" in head and not head.startswith(tuple(mark for mark, _ in MARKS))
    table = _open(Text(path, "utf-8", 0, False), name) if plainly else None
    return table or _opened(_open(as_utf8(path), name), name)


def _opened(table: TextTable | None, name: str) -> TextTable:
    if table is None:
        raise InputError(f"{name}: its encoding cannot be told; save it as UTF-8")
    return table


def _open(text: Text, name: str) -> TextTable | None:
    """The table in a text; None if the text turns out to be in another encoding."""
    header, delimiter, lines, start = _header(text, name)
    found = look(text, start, delimiter, len(header), name)
    if not found.decodes and text.encoding == "utf-8" and not text.skip and not text.replaced:
        other = as_utf8(text.path)
        if other.path != text.path:
            return _open(other, name)
    notes = [] if text.encoding == "utf-8" else [f"re-encoded from {text.encoding}"]
    if found.even:
        table = TextTable(text.path, header, delimiter, lines, lines + 1, found.rows, found.quoted, False)
        cut = False
    else:
        table, cut = _mended(text, start, header, delimiter, lines, name)
    if not found.ends and cut:
        notes.append("ends in the middle of a row: it is cut off")
    elif not found.ends and table.rows:
        notes.append("does not end with a line break: if it was cut off, the last figure may lack digits")
    return replace(table, notes=notes + table.notes)


def _header(text: Text, name: str) -> tuple[list[str], str, int, int]:
    """Names of the columns, the delimiter, lines up to and with the header, and the byte where the rows begin."""
    with text.path.open("rb") as file:
        file.seek(text.skip)
        sample = file.read(SAMPLE)
        if len(sample) == SAMPLE:
            sample = sample[: sample.rfind(b"\n") + 1] or sample
    if not sample.strip():
        raise InputError(f"{name}: is empty")
    best: tuple[tuple[int, int], list[str], str, int, list[list[str]]] | None = None
    for delimiter in DELIMITERS:
        rows = list(_rows(sample.decode("utf-8", "replace"), delimiter))
        for place, (row, ends) in enumerate(rows[:HEADER_WITHIN]):
            known = sum(plain(cell) in known_names() for cell in row)
            if best is None or (known, len(row)) > best[0]:
                after = [later for later, _ in rows[place + 1 : place + 21] if any(later)]
                best = (known, len(row)), row, delimiter, ends, after
    if best is None:
        raise InputError(f"{name}: is no table: its first line is too long for a header")
    (known, _), header, delimiter, lines, after = best
    if known < 2 and header and sum(map(looks_like_data, header)) > len(header) / 2:
        raise InputError(
            f"{name}: line {lines} looks like data, not like a header; add a row of column names"
        )
    header = _widened([cell.strip() for cell in header], after, name)
    start = 0
    for _ in range(lines):
        start = sample.find(b"\n", start) + 1 or len(sample)
    return header, delimiter, lines, text.skip + start


def _rows(sample: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """The first rows of a sample and the number of lines that each ends with."""
    reader = csv.reader((line + "\n" for line in sample.split("\n")), delimiter=delimiter)
    try:
        for row in reader:
            yield row, reader.line_num
            if reader.line_num > HEADER_WITHIN + 25:
                return
    except csv.Error:
        return


def _widened(header: list[str], after: Sequence[Sequence[str]], name: str) -> list[str]:
    """The header, with a column more where every row ends with a delimiter that the header does not end with.

    InputError if all rows have another number of fields than the header.
    """
    widths = {len(row) for row in after}
    if len(widths) != 1 or (width := widths.pop()) == len(header):
        return header
    if width == len(header) + 1 and not any(row[-1] for row in after):
        return [*header, ""]
    if len(after) < 3:
        return header
    raise InputError(f"{name}: the header names {len(header)} columns, but its rows have {width} fields")


def _mended(
    text: Text, start: int, header: list[str], delimiter: str, lines: int, name: str
) -> tuple[TextTable, bool]:
    """A copy with one line a row, and whether its last row is broken.

    What cannot be read stands behind the last column of its row, with the reason.
    """
    target = reading_spool.fresh(".csv")
    width, rows, broken, blank = len(header), 0, 0, 0
    first = last_reason = ""
    carry = b""
    with target.open("wb") as out:
        for partial, chunk, last in chunks(text, start, name):
            data = carry + partial + chunk
            found = segment(data, delimiter, width, not last, text.replaced)
            carry = data[found.used :]
            if len(carry) > LONGEST_LINE:
                raise InputError(f"{name}: a row is longer than {LONGEST_LINE >> 20} MiB; not a table")
            kept: dict[int, bytes] = {}
            raw = data.split(b"\n")
            reasons = {row: f"{reason}: {_shown(value)}" for row, _, value, reason in found.broken}
            for row, _, line in found.simple:
                kept[row] = line
                if b"\0" in line:
                    reasons[row] = f"zero bytes: {_shown(line.decode('utf-8', 'replace'))}"
            for row, place, fields in found.parsed:
                kept[row] = _line(fields, delimiter)
                if (fields_there := _fields(raw[place], delimiter)) is not None and fields_there != width:
                    value = raw[place].decode("utf-8", "replace")
                    reasons[row] = f"too many fields: {fields_there} instead of {width}: {_shown(value)}"
                elif b"\0" in kept[row]:
                    reasons[row] = "zero bytes"
            for row in range(found.rows):
                last_reason = reasons.get(row, "")
                out.write(_line([""] * width + [last_reason], delimiter) if last_reason else kept[row])
                out.write(b"\n")
                if last_reason:
                    broken += 1
                    first = first or f"row {rows + row + 1}, {last_reason}"
            rows += found.rows
            blank += found.blank
    if broken > MOST_BROKEN and broken > rows / 2:
        raise InputError(f"{name}: {broken} of {rows} rows cannot be read; the first: {first}")
    notes = [f"{blank} blank lines, which are not counted as rows"] if blank else []
    table = TextTable(target, header, delimiter, 0, lines + 1, rows, True, True, notes)
    return table, bool(last_reason)


def _fields(line: bytes, delimiter: str) -> int | None:
    """How many fields a line has; None if it is but a part of a row."""
    text = line.rstrip(b"\r").decode("utf-8", "replace")
    if text.count('"') % 2:
        return None
    try:
        return len(next(csv.reader([text], delimiter=delimiter), []))
    except csv.Error:
        return None


def _line(fields: Sequence[str], delimiter: str) -> bytes:
    """A row as one line of CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(
        [_CONTROL.sub(" ", one) if not one.isprintable() else one for one in fields]
    )
    return out.getvalue().encode("utf-8", "replace")


def _shown(text: str) -> str:
    """A broken row as it is shown: safe to print and not too long."""
    cut = text[:LONGEST_SHOWN]
    return shown(cut) + ("…" if len(text) > len(cut) else "")
