"""Every line of a table as text looked at, a block at a time: whether it is one row of so many fields.

Not the fields are looked at but the skeleton of a line, its separators and quotes: of these there are few, however many
lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from vehiclecheck.records.errors import InputError
from vehiclecheck.records.reading_csv import REPLACED
from vehiclecheck.records.reading_encoding import Text

BLOCK = 1 << 20
LONGEST_LINE = 64 << 20
_QUOTED = re.compile(rb'"[^"\n]*"')
#: So many skeletons are remembered.
_REMEMBERED = 10_000


@dataclass
class Survey:
    """What looking at all bytes found.

    `even`: every line is one row of so many fields, if its quotes are those of CSV. `quoted`: there are quotes. `decodes`:
    all is UTF-8, as far as was looked. `ends`: the last line has its break.
    """

    rows: int = 0
    even: bool = True
    quoted: bool = False
    decodes: bool = True
    ends: bool = True


def chunks(text: Text, start: int, name: str) -> Iterator[tuple[bytes, bytes, bool]]:
    """The bytes from `start` on, a whole number of lines at a time: what was left of the last line before, the rest, and
    whether it is the end of the file (where the last line may lack its break).
    """
    with text.path.open("rb", buffering=0) as file:
        file.seek(start)
        partial = b""
        while chunk := file.read(BLOCK):
            cut = chunk.rfind(b"\n") + 1
            if not cut:
                partial += chunk
                if len(partial) > LONGEST_LINE:
                    raise InputError(f"{name}: a line is longer than {LONGEST_LINE >> 20} MiB; not a table")
                continue
            yield partial, chunk[:cut] if cut < len(chunk) else chunk, False
            partial = chunk[cut:]
        yield partial, b"", True


@dataclass
class _Rows:
    """How rows look of a table of `width` columns."""

    separator: bytes
    width: int
    known: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.row = self.separator * (self.width - 1) + b"\n"
        self.others = bytes(set(range(256)) - set(self.separator) - set(b'\n"'))
        self.pattern = self.row * (2 * BLOCK // len(self.row))

    def skeleton(self, block: bytes) -> bytes:
        """Separators, quotes and line breaks alone."""
        return block.translate(None, self.others)

    def even(self, lines: bytes) -> bool:
        """Whether each line of a skeleton is a row."""
        if b'"' in lines:
            return all(map(self._is_row, set(lines[:-1].split(b"\n")) - self.known))
        if len(lines) > len(self.pattern):
            self.pattern = self.row * (len(lines) // len(self.row) + 1)
        return lines == self.pattern[: len(lines)] and len(lines) % len(self.row) == 0

    def _is_row(self, line: bytes) -> bool:
        """Whether what lies outside quotes is the separators of a row."""
        is_row = _QUOTED.sub(b"", line) + b"\n" == self.row
        if is_row:
            if len(self.known) >= _REMEMBERED:
                self.known.clear()
            self.known.add(line)
        return is_row


def look(text: Text, start: int, delimiter: str, width: int, name: str) -> Survey:
    """Looks at all bytes from `start` on: how many rows, and whether each is one line of `width` fields in valid UTF-8.

    InputError if a line is too long for any table.
    """
    found = Survey()
    rows = _Rows(delimiter.encode(), width)
    blank = False
    for partial, chunk, last in chunks(text, start, name):
        if last:
            found.ends = not partial
        found.quoted = found.quoted or b'"' in chunk or b'"' in partial
        bare = rows.skeleton(partial) + rows.skeleton(chunk) + (b"\n" if last and partial else b"")
        even = not (blank and bare) and b"\0" not in chunk and b"\0" not in partial
        # blank lines belong to no row, and do no harm at the end of the file
        lines = bare.rstrip(b"\n") + b"\n" if bare.endswith(b"\n\n") else bare
        blank = blank or len(lines) < len(bare)
        even = even and rows.even(lines)
        if not (chunk.isascii() and partial.isascii()):
            found.decodes = _decodes(partial + chunk)
            even = even and found.decodes and not (text.replaced and REPLACED in partial + chunk)
        found.even = found.even and even
        found.rows += lines.count(b"\n")
        if not found.decodes:
            break
    return found


def _decodes(block: bytes) -> bool:
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
