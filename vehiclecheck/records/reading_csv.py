"""CSV files of any size, read by ranges of rows without loading them and without losing a row.

One pass cuts the file into blocks that end with a record and counts their rows by bytes. A block in which
every line is one
record (the usual one) is *plain* and is parsed by Polars as it is, after a check on its separators that
catches every line
with too many or too few fields. Any other block goes through `segment`, line by line: records that run over
several
lines, blank lines, damaged lines, quotes that never close.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from vehiclecheck.records import reading_spool
from vehiclecheck.records.errors import InputError
from vehiclecheck.records.reading_encoding import Text, as_utf8
from vehiclecheck.records.reading_table import (
    HEADER_WITHIN,
    Header,
    Piece,
    Score,
    check_header,
    column,
    find_header,
)
from vehiclecheck.records.set_aside import Aside

BLOCK = 4 << 20
#: Plain blocks are parsed together up to about this many bytes.
PARSED_AT_ONCE = 64 << 20
#: A quoted field may run over this many lines and bytes; beyond, its quote counts as never closed.
MOST_LINES = 200
LONGEST_RECORD = 1 << 20
LONGEST_LINE = 64 << 20
DELIMITERS = (",", ";", "\t", "|")
QUOTE, NEWLINE = b'"', b"\n"
REPLACED = "\ufffd".encode()

_NOT_QUOTE_OR_NEWLINE = bytes(set(range(256)) - set(b'"\n'))
_AFTER = "\x1e"
_QUOTED = re.compile(rb'"[^"]*"')


@dataclass(frozen=True)
class Block:
    """A stretch of the file: bytes, rows (blank lines not counted), first line; plain = one good-looking
    line a row.
    """

    offset: int
    size: int
    first_row: int
    rows: int
    first_line: int
    plain: bool


@dataclass
class Segments:
    """The records of a block, each with its row within the block and its line within the block."""

    simple: list[tuple[int, int, bytes]] = field(default_factory=list)
    parsed: list[tuple[int, int, list[str]]] = field(default_factory=list)
    broken: list[tuple[int, int, str, str]] = field(default_factory=list)
    rows: int = 0
    blank: int = 0
    lines: int = 0
    used: int = 0


@dataclass
class CsvTable:
    """A CSV file with its header found and its rows counted. See `reading_table.Table`."""

    text: Text
    name: str
    delimiter: str
    columns: list[str]
    header_line: int
    blocks: list[Block]
    n_rows: int
    blank_lines: int
    record: str | None = None
    notes: list[str] = field(default_factory=list)
    format: str = "csv"

    def read(self, first: int, count: int, positions: Sequence[int]) -> Piece:
        """See `reading_table.Table.read`. The file is read from the block that holds row `first`."""
        last = first + count
        frames: list[pl.DataFrame] = []
        broken: list[Aside] = []
        others: list[Aside] = []
        for run in self._runs(first, last):
            for frame, bad in self._parse_run(run, positions, first, last):
                frames.append(frame)
                for aside, starts_with in bad:
                    is_other = self.record is not None and starts_with != self.record
                    (others if is_other else broken).append(aside)
        empty = _schema(positions) | {"line": pl.Int64()}
        frame = pl.concat(frames) if frames else pl.DataFrame(schema=empty)
        return Piece(
            frame, broken, [Aside(o.line, None, o.value, "a record of another type") for o in others]
        )

    def _runs(self, first: int, last: int) -> Iterator[list[Block]]:
        """The blocks of rows `first` to `last`, neighbouring plain ones together."""
        run: list[Block] = []
        for block in self.blocks:
            if block.first_row + block.rows <= first or block.first_row >= last or not block.rows:
                continue
            if run and not (block.plain and run[-1].plain and sum(b.size for b in run) < PARSED_AT_ONCE):
                yield run
                run = []
            run.append(block)
        if run:
            yield run

    def _parse_run(
        self, run: list[Block], positions: Sequence[int], first: int, last: int
    ) -> Iterator[tuple[pl.DataFrame, list[tuple[Aside, str]]]]:
        with self.text.path.open("rb") as file:
            file.seek(run[0].offset)
            pieces = [file.read(block.size) for block in run]
        even = all(
            block.plain and _is_even(data, self.delimiter, len(self.columns), block.rows)
            for block, data in zip(run, pieces, strict=True)
        )
        frame = self._parse_plain(b"".join(pieces), sum(b.rows for b in run), positions) if even else None
        if frame is not None:
            start = run[0].first_row
            lines = pl.int_range(run[0].first_line, run[0].first_line + frame.height, dtype=pl.Int64).alias(
                "line"
            )
            from_row = max(0, first - start)
            yield frame.with_columns(lines).slice(from_row, min(last - start, frame.height) - from_row), []
        elif len(run) > 1:
            for block in run:
                yield from self._parse_run([block], positions, first, last)
        else:
            yield self._parse_careful(run[0], pieces[0], positions, first, last)

    def _parse_plain(self, data: bytes, rows: int, positions: Sequence[int]) -> pl.DataFrame | None:
        """The block by Polars; None if Polars sees other rows in it than were counted."""
        try:
            frame = (
                pl.scan_csv(
                    data,
                    has_header=False,
                    separator=self.delimiter,
                    schema=_schema(range(len(self.columns))),
                )
                .select([column(position) for position in positions])
                .collect()
            )
        except pl.exceptions.PolarsError:
            return None
        if frame.height != rows:
            return None
        if (
            b'""' in data
        ):  # Polars takes an empty field for absent, an empty quoted one not always: make them the same
            frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
        return frame

    def _parse_careful(
        self, block: Block, data: bytes, positions: Sequence[int], first: int, last: int
    ) -> tuple[pl.DataFrame, list[tuple[Aside, str]]]:
        found = segment(data, self.delimiter, len(self.columns), False, self.text.replaced)
        if found.rows != block.rows:
            raise InputError(f"{self.name}: the file changed while it was read")
        inside = range(first - block.first_row, last - block.first_row)
        delimiter = self.delimiter.encode()
        rows: list[tuple[int, list[str]]] = []
        for row, line, raw in found.simple:
            if row in inside:
                rows.append((line, raw.decode().split(self.delimiter)))
        rows += [(line, fields) for row, line, fields in found.parsed if row in inside]
        rows.sort(key=lambda one: one[0])
        frame = pl.DataFrame(
            {
                **{column(p): [fields[p] or None for _, fields in rows] for p in positions},
                "line": [block.first_line + line for line, _ in rows],
            },
            schema=_schema(positions) | {"line": pl.Int64()},
        )
        bad = [
            (
                Aside(block.first_line + line, None, value, reason),
                value.split(delimiter.decode())[0].strip(' "'),
            )
            for row, line, value, reason in found.broken
            if row in inside
        ]
        return frame, bad


def open_csv(
    path: Path,
    score: Score,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    positional: dict[str, list[str]],
) -> CsvTable:
    """Opens a CSV file: encoding, delimiter and header are found, its rows counted.

    `positional` are record types of layouts without a header: first field -> names of all fields.
    InputError if the file is
    empty, has no header or two, or is not text.
    """
    name = reading_spool.name_of(path)
    text = as_utf8(path, encoding)
    sample, whole = _sample(text)
    if not sample.strip():
        raise InputError(f"{name}: is empty")
    found, record = _choose(sample, score, delimiter, positional, name)
    if record is not None:
        columns, skip_lines = positional[record], 0
    else:
        columns, skip_lines = found.header.names, found.header_lines
    skipped = _bytes_of_lines(sample, skip_lines)
    table = CsvTable(
        text, name, found.delimiter, columns, skip_lines if record is None else 0, [], 0, 0, record
    )
    _index(table, text.skip + skipped, skip_lines + 1)
    del whole
    return table


@dataclass(frozen=True)
class _Beginning:
    delimiter: str
    header: Header
    header_lines: int


def _sample(text: Text) -> tuple[bytes, bool]:
    with text.path.open("rb") as file:
        file.seek(text.skip)
        data = file.read(1 << 18)
        whole = not file.read(1)
    if not whole and b"\n" in data:
        data = data[: data.rfind(b"\n") + 1]
    return data, whole


def _first_rows(sample: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first rows and the number of lines that each ends with."""
    rows: list[list[str]] = []
    ends: list[int] = []
    reader = csv.reader((line + "\n" for line in sample.split("\n")), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
            if len(rows) > HEADER_WITHIN + 1:
                break
    except csv.Error:
        pass
    return rows, ends


def _choose(
    sample: bytes, score: Score, stated: str | None, positional: dict[str, list[str]], name: str
) -> tuple[_Beginning, str | None]:
    text = sample.decode("utf-8", "replace")
    hint = re.match(r"\s*sep=(.)\s*?\n", text)
    delimiters = (stated,) if stated else (hint[1],) if hint else DELIMITERS
    best: _Beginning | None = None
    rows_of: dict[str, tuple[list[list[str]], list[int]]] = {}
    for delimiter in delimiters:
        rows, ends = rows_of[delimiter] = _first_rows(text, delimiter)
        header = find_header(rows, score)
        if header is None:
            continue
        better = best is None or (header.known, len(header.names)) > (
            best.header.known,
            len(best.header.names),
        )
        if better:
            best = _Beginning(delimiter, header, ends[header.index])
    if best is None or best.header.known < 2:
        for record, names in positional.items():
            for delimiter, (rows, _) in rows_of.items():
                if any(row and row[0].strip() == record and len(row) == len(names) for row in rows):
                    return _Beginning(delimiter, Header(0, names, 0), 0), record
    if best is None:
        widest = max(rows_of.values(), key=lambda pair: max((len(row) for row in pair[0][:5]), default=0))
        filled = [row for row in widest[0] if any(cell.strip() for cell in row)]
        check_header(name, filled, None, score)
        raise AssertionError("unreachable: check_header raises without a header")
    rows = rows_of[best.delimiter][0][best.header.index :]
    check_header(name, rows, Header(0, best.header.names, best.header.known), score)
    return best, None


def _bytes_of_lines(sample: bytes, lines: int) -> int:
    end = 0
    for _ in range(lines):
        found = sample.find(b"\n", end)
        if found < 0:
            return len(sample)
        end = found + 1
    return end


def _schema(positions: Sequence[int]) -> dict[str, pl.DataType]:
    return {column(position): pl.String() for position in positions}


def _index(table: CsvTable, offset: int, line: int) -> None:
    """Cuts the rest of the file into blocks and counts its rows."""
    width = len(table.columns)
    with table.text.path.open("rb") as file:
        file.seek(offset)
        carry, at_end = b"", False
        while not at_end:
            chunk = file.read(BLOCK)
            at_end = len(chunk) < BLOCK
            data = carry + chunk
            if not at_end:
                cut = data.rfind(NEWLINE) + 1
                if not cut and len(data) > LONGEST_LINE:
                    raise InputError(
                        f"{table.name}: line {line} is longer than {LONGEST_LINE >> 20} MiB; not a table"
                    )
                data, carry = data[:cut], data[cut:]
            if not data:
                continue
            if _is_plain(data, table):
                rows = lines = data.count(NEWLINE) + (not data.endswith(NEWLINE))
                plain = True
            else:
                found = segment(data, table.delimiter, width, not at_end, table.text.replaced)
                carry = data[found.used :] + (b"" if at_end else carry)
                data = data[: found.used]
                rows, lines, plain = found.rows, found.lines, False
                table.blank_lines += found.blank
                if not data:
                    continue
            table.blocks.append(Block(offset, len(data), table.n_rows, rows, line, plain))
            table.n_rows += rows
            offset += len(data)
            line += lines


def _is_plain(data: bytes, table: CsvTable) -> bool:
    """Is every line of the block one row: quotes in pairs on every line, no blank line, valid UTF-8?"""
    if QUOTE in data and QUOTE in data.translate(None, _NOT_QUOTE_OR_NEWLINE).replace(b'""', b""):
        return False
    if not data.isascii():
        if table.text.replaced and REPLACED in data:
            return False
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return False
    bare = data.translate(None, _blanks(table.delimiter.encode())) + (
        b"" if data.endswith(NEWLINE) else NEWLINE
    )
    return not (bare.startswith(NEWLINE) or b"\n\n" in bare)


def _blanks(separator: bytes) -> bytes:
    return b' \t\r"' + separator


def _is_even(data: bytes, delimiter: str, width: int, rows: int) -> bool:
    """Has every line of a plain block exactly `width` fields, quoted as the standard says? Exact: no line
    can hide.
    """
    separator = delimiter.encode()
    keep = set(b"\n") | set(separator)
    if QUOTE in data:
        if not _is_regular(data.replace(b'""', b""), separator):
            return False
        data = data.translate(None, bytes(set(range(256)) - keep - set(QUOTE))).replace(b'""', b"")
        if QUOTE in data:  # separators inside quotes
            data = _QUOTED.sub(b"", data)
    else:
        data = data.translate(None, bytes(set(range(256)) - keep))
    if not data.endswith(NEWLINE):
        data += NEWLINE
    return data == (separator * (width - 1) + NEWLINE) * rows


def _is_regular(data: bytes, separator: bytes) -> bool:
    """Do all quotes (pairs are taken out) open at the start of a field and close at its end?"""
    half = data.count(QUOTE)
    opening = data.count(separator + QUOTE) + data.count(NEWLINE + QUOTE) + data.startswith(QUOTE)
    closing = data.count(QUOTE + separator) + data.count(b'"\n') + data.count(b'"\r') + data.endswith(QUOTE)
    return half == opening * 2 == closing * 2


def segment(data: bytes, delimiter: str, width: int, more: bool, replaced: bool) -> Segments:
    """The records of a block, found line by line.

    With `more` to come in the file, a record that the end of `data` cuts off is left for the next block
    (`used` tells where
    this one ends). A quote that does not close within MOST_LINES costs its own line only, not the rest of
    the file.
    """
    found = Segments()
    lines = data.split(NEWLINE)
    if lines[-1] == b"":
        lines.pop()
    blanks = _blanks(delimiter.encode())
    separator = delimiter.encode()
    index = position = 0
    while index < len(lines):
        raw = lines[index]
        taken = 1
        if not raw.translate(None, blanks):
            found.blank += 1
        else:
            row = found.rows
            text = _decoded(raw, replaced)
            if text is None:
                reason = "the line holds bytes that cannot be decoded (damaged, or another encoding)"
                found.broken.append((row, index, raw.decode("utf-8", "backslashreplace"), reason))
            elif QUOTE not in raw:
                line = raw.rstrip(b"\r")
                if line.count(separator) == width - 1:
                    found.simple.append((row, index, line))
                else:
                    _judge(found, row, index, text, text.split(delimiter), width)
            else:
                fields = _parsed(text, delimiter)
                if fields is None:
                    closing = _closing(lines, index, delimiter, width, replaced)
                    if closing is None and more and _may_go_on(lines, index):
                        break
                    if closing is None:
                        reason = "a quote is opened and not closed"
                        found.broken.append((row, index, text, reason))
                    else:
                        fields, taken = closing
                        found.parsed.append((row, index, fields))
                else:
                    _judge(found, row, index, text, fields, width)
            found.rows += 1
        position += sum(len(line) + 1 for line in lines[index : index + taken])
        index += taken
    found.lines = index
    found.used = min(position, len(data))
    return found


def _decoded(raw: bytes, replaced: bool) -> str | None:
    if replaced and REPLACED in raw:
        return None
    try:
        return raw.rstrip(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        return None


def _judge(found: Segments, row: int, line: int, text: str, fields: list[str], width: int) -> None:
    """A row with surplus fields that are all empty has lost nothing; any other wrong number of fields
    breaks it.
    """
    if len(fields) > width and not any(extra.strip() for extra in fields[width:]):
        fields = fields[:width]
    if len(fields) == width:
        found.parsed.append((row, line, fields))
    else:
        which = "too many" if len(fields) > width else "too few"
        found.broken.append((row, line, text, f"{which} fields: {len(fields)} instead of {width}"))


def _parsed(text: str, delimiter: str) -> list[str] | None:
    """The fields of one record, None if it is not exactly one.

    A line is put after it: if a quote is left open, that line disappears into the last field.
    """
    lines = [line + "\n" for line in text.split("\n")]
    try:
        rows = list(csv.reader([*lines, _AFTER], delimiter=delimiter))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 2 and rows[1] == [_AFTER] else None


def _closing(
    lines: list[bytes], start: int, delimiter: str, width: int, replaced: bool
) -> tuple[list[str], int] | None:
    """The record that begins on line `start` with an open quote, and its number of lines; None if it never
    closes well.
    """
    for end in range(start + 1, min(start + MOST_LINES, len(lines))):
        if lines[end].count(QUOTE) % 2:
            text = _decoded(NEWLINE.join(lines[start : end + 1]), replaced)
            fields = _parsed(text, delimiter) if text is not None else None
            if fields is not None and len(fields) >= width and not any(f.strip() for f in fields[width:]):
                return [field.replace("\r\n", "\n") for field in fields[:width]], end - start + 1
            return None
    return None


def _may_go_on(lines: list[bytes], start: int) -> bool:
    rest = lines[start : start + MOST_LINES]
    no_end_yet = not any(line.count(QUOTE) % 2 for line in rest[1:])
    return no_end_yet and len(rest) < MOST_LINES and sum(map(len, rest)) < LONGEST_RECORD
