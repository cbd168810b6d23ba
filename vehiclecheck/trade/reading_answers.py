"""Answers of web services, JSON and XML: item by item into a table as text, without loading them.

JSON: an array of objects, an array of arrays whose first one is the header, an object that holds such an array, or one
object a line. XML: every element `item`, its children are the fields; documents with a type declaration are refused, since
only such can define entities.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from vehiclecheck.records import reading_spool
from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.reading_encoding import Text, as_utf8
from vehiclecheck.trade.reading_text import LONGEST_SHOWN, TextTable

#: Answers of services are small; larger files come as CSV or Parquet.
LARGEST = 1 << 30
LONGEST_ITEM = 16 << 20
DEEPEST = 50
MOST_COLUMNS = 2000
_CHUNK = 1 << 20
_SPACE = " \t\r\n,"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")

#: One item: its fields by name, or why it is none.
Item = dict[str, str] | str


def open_json(path: Path, name: str) -> TextTable:
    """A JSON answer. InputError if it is too large, cut off, or holds no rows."""
    text = _text(path, name)
    answer = _Json(text, name)
    return _spooled(answer.items, name, answer)


def open_xml(path: Path, name: str) -> TextTable:
    """An XML answer. InputError if it is too large, cut off, hostile, or holds no items."""
    text = _text(path, name)
    answer = _Xml(text, name)
    return _spooled(answer.items, name, answer)


def _text(path: Path, name: str) -> Text:
    if path.stat().st_size > LARGEST:
        raise InputError(
            f"{name}: is larger than {LARGEST >> 30} GiB; an answer of that size is read as CSV or Parquet"
        )
    return as_utf8(path)


class _Answer:
    """What stands around the items: messages and counts of the service; the element of the first row."""

    def __init__(self, text: Text, name: str) -> None:
        self.text, self.name = text, name
        self.around: dict[str, str] = {}
        self.first = 1

    def message(self) -> str:
        """What the service says in place of rows."""
        said = [
            f"{key} {value}"
            for key, value in self.around.items()
            if re.search(r"(?i)err|msg|message|code|statusCode", key) and value
        ]
        return shown("; ".join(said)[:200])

    def stated(self) -> int | None:
        """How many rows the service says that there are, if it says so."""
        for key in ("totalCount", "count"):
            value = self.around.get(key, "")
            if value.isdigit():
                return int(value)
        return None


def _spooled(items: Callable[[], Iterator[Item]], name: str, answer: _Answer) -> TextTable:
    """The items as a table as text. A field that first appears in a later item makes it start again with all of them."""
    columns: dict[str, None] = {}
    target = reading_spool.fresh(".csv")
    rows = _write(items(), columns, target, name, more=False)
    if rows is None:
        for item in items():
            if isinstance(item, dict):
                columns.update(dict.fromkeys(item))
        rows = _write(items(), columns, target, name, more=True)
    if not rows or not columns:
        said = answer.message()
        raise InputError(f"{name}: holds no rows" + (f"; the service says: {said}" if said else ""))
    notes = []
    if (stated := answer.stated()) is not None and stated > rows:
        notes.append(
            f"holds {rows} rows of {stated} that the service says there are: the others are in other pages"
        )
    return TextTable(target, list(columns), ",", 0, answer.first, rows, True, True, notes)


def _write(
    items: Iterator[Item], columns: dict[str, None], target: Path, name: str, *, more: bool
) -> int | None:
    """Writes the items, one a line, and counts them; None if one has a field that the first had not (unless `more`)."""
    rows = 0
    with target.open("w", encoding="utf-8", errors="replace", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for item in items:
            if isinstance(item, dict):
                if not columns:
                    columns.update(dict.fromkeys(item))
                elif not more and not item.keys() <= columns.keys():
                    return None
                if len(columns) > MOST_COLUMNS:
                    raise InputError(f"{name}: its items have more than {MOST_COLUMNS} fields")
                writer.writerow([_CONTROL.sub(" ", item.get(column, "")) for column in columns])
            else:
                writer.writerow([*[""] * len(columns), item])
            rows += 1
    return rows


class _Json(_Answer):
    """A JSON text, read value by value."""

    def items(self) -> Iterator[Item]:
        """The rows. InputError where the text is not JSON, or ends too early."""
        header: list[str] | None = None
        for number, value in enumerate(self._values()):
            if isinstance(value, list) and number == 0:
                header = [str(one) for one in value]
                self.first = 2
            elif isinstance(value, list) and header is not None:
                yield self._of_list(value, header)
            elif isinstance(value, dict) and header is None:
                yield {key: _cell(inner) for key, inner in value.items()}
            else:
                yield f"neither an object nor a list: {shown(str(value)[:LONGEST_SHOWN])}"

    @staticmethod
    def _of_list(value: list[Any], header: list[str]) -> Item:
        if len(value) != len(header):
            return f"{len(value)} values instead of {len(header)}: {shown(str(value)[:LONGEST_SHOWN])}"
        row: dict[str, str] = {}
        for key, one in zip(header, map(_cell, value), strict=True):
            # a service gives back the columns that were asked for twice, once as a column and once as a condition
            if row.setdefault(key, one) != one:
                return f"{shown(key)} stands there twice, with {shown(row[key][:40])} and {shown(one[:40])}"
        return row

    def _values(self) -> Iterator[Any]:
        """The values of the array of rows, wherever it is, or all values one after the other."""
        decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
        with self.text.path.open(encoding="utf-8", errors="replace", newline="") as file:
            if self.text.skip:
                file.read(1)
            buffer = file.read(_CHUNK)
            place = _rows_begin(buffer)
            before = buffer[: place + 1] if place is not None else ""
            position, at_end = len(before), False
            while True:
                while position < len(buffer) and buffer[position] in _SPACE:
                    position += 1
                if before and position < len(buffer) and buffer[position] == "]":
                    self._around(before, buffer[position:] + file.read(_CHUNK))
                    return
                if position < len(buffer):
                    try:
                        value, after = decoder.raw_decode(buffer, position)
                        # a number at the end of what was read may go on
                        if after < len(buffer) or at_end:
                            position = after
                            if not before:
                                value = self._service(value)
                            if value is not None:
                                yield value
                            continue
                    except RecursionError as error:
                        raise InputError(f"{self.name}: JSON nested too deeply") from error
                    except ValueError as error:
                        if at_end:
                            raise InputError(f"{self.name}: is cut off or no JSON ({error})") from error
                    if len(buffer) - position > LONGEST_ITEM:
                        raise InputError(
                            f"{self.name}: one value is longer than {LONGEST_ITEM >> 20} MiB, or is no JSON"
                        )
                elif at_end:
                    if before:
                        raise InputError(f"{self.name}: is cut off: the list of rows does not end")
                    return
                more = file.read(max(_CHUNK, len(buffer) - position))
                at_end = not more
                buffer, position = buffer[position:] + more, 0

    def _service(self, value: Any) -> Any:
        """A value that stands alone: a row of a file with an object a line, or a message; None for the latter."""
        if isinstance(value, dict) and all(
            isinstance(one, dict | list) or one is None for one in value.values()
        ):
            value = {
                key: inner for one in value.values() if isinstance(one, dict) for key, inner in one.items()
            }
            self.around |= {key: _cell(one) for key, one in value.items()}
            return None
        if isinstance(value, dict):
            self.around |= {key: _cell(one) for key, one in value.items()}
            if any(re.fullmatch(r"(?i)err(?:or)?(?:_?msg|_?code)?|message|statuscode", key) for key in value):
                return None
        return value

    def _around(self, before: str, after: str) -> None:
        """Reads what stands around the list of rows. InputError if it does not fit together."""
        try:
            whole = json.loads(before + after, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{self.name}: is cut off or no JSON after its rows ({error})") from error
        if isinstance(whole, dict):
            self.around = {key: _cell(value) for key, value in whole.items() if not isinstance(value, list)}


def _rows_begin(start: str) -> int | None:
    """Where the list of rows opens: at the start, or as the first list of objects or lists within the first object."""
    depth, inside, escaped = 0, False, False
    for place, char in enumerate(start):
        if inside:
            escaped, inside = char == "\\" and not escaped, char != '"' or escaped
        elif char == '"':
            inside = True
        elif char in "[{":
            if char == "[" and depth <= 1:
                following = start[place + 1 : place + 4096].lstrip()[:1]
                if depth == 0 or following in ("{", "["):
                    return place
            depth += 1
        elif char in "]}":
            depth -= 1
            if depth == 0:
                return None
    return None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class _Xml(_Answer):
    """An XML text, read element by element."""

    def items(self) -> Iterator[Item]:
        """The rows. InputError where the text is not XML, declares a type, or ends too early."""
        found: list[Item] = []
        path: list[str] = []
        words: list[str] = []
        row: dict[str, str] | None = None
        size = 0

        def start(tag: str, _attributes: dict[str, str]) -> None:
            nonlocal row, size
            path.append(tag)
            words.clear()
            if len(path) > DEEPEST:
                raise InputError(f"{self.name}: XML nested too deeply")
            if tag == "item":
                row, size = {}, 0

        def end(tag: str) -> None:
            nonlocal row
            text = "".join(words).strip()
            words.clear()
            path.pop()
            if tag == "item" and row is not None:
                found.append(row)
                row = None
            elif row is not None:
                row[tag] = text
            elif text and len(self.around) < MOST_COLUMNS:
                self.around[tag] = text

        def characters(text: str) -> None:
            nonlocal size
            size += len(text)
            if size > LONGEST_ITEM:
                raise InputError(f"{self.name}: one item is longer than {LONGEST_ITEM >> 20} MiB")
            words.append(text)

        def refused(*_: object) -> None:
            raise InputError(
                f"{self.name}: the XML declares a document type or entities; such files are not read"
            )

        # the text is UTF-8 by now, whatever its declaration says
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = characters
        parser.StartDoctypeDeclHandler = refused
        parser.EntityDeclHandler = refused
        parser.buffer_text = True
        try:
            with self.text.path.open("rb") as file:
                file.seek(self.text.skip)
                while chunk := file.read(_CHUNK):
                    parser.Parse(chunk, False)
                    yield from found
                    found.clear()
                parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise InputError(f"{self.name}: is cut off or no XML (line {error.lineno}: {error})") from error
        yield from found
