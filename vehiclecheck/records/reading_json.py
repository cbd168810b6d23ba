"""JSON Lines, a JSON array of objects, and an array of arrays whose first one is the header."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.records import reading_spool
from vehiclecheck.records.errors import InputError
from vehiclecheck.records.reading_encoding import Text, as_utf8
from vehiclecheck.records.reading_table import Piece, column
from vehiclecheck.records.set_aside import Aside

BLOCK = 4 << 20
LONGEST_ITEM = 64 << 20
#: Keys are collected from this many lines at the file's start and in each block after it.
KEYS_FROM_START, KEYS_FROM_BLOCK = 2000, 20
_SPACE = " \t\r\n,"


@dataclass(frozen=True)
class Block:
    """A stretch of the file: bytes, rows, first line; plain = no blank line in it."""

    offset: int
    size: int
    first_row: int
    rows: int
    first_line: int
    plain: bool


@dataclass
class JsonTable:
    """One JSON object a line. `line` is the line of the file; for an array, the position of the item, from
    1.
    """

    path: Path
    name: str
    skip: int
    columns: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    n_rows: int = 0
    blank_lines: int = 0
    header_line: int = 0
    notes: list[str] = field(default_factory=list)
    format: str = "json"

    def read(self, first: int, count: int, positions: Sequence[int]) -> Piece:
        """See `reading_table.Table.read`. All values come as text; objects and lists as JSON."""
        last = first + count
        keys = {self.columns[p]: column(p) for p in positions}
        schema: dict[str, pl.DataType] = {**{key: pl.String() for key in keys.values()}, "line": pl.Int64()}
        frames = [pl.DataFrame(schema=schema)]
        broken: list[Aside] = []
        with self.path.open("rb") as file:
            for block in self.blocks:
                if block.first_row + block.rows <= first or block.first_row >= last or not block.rows:
                    continue
                file.seek(block.offset)
                data = file.read(block.size)
                frame, bad = _fast(data, block, keys), list[tuple[int, Aside]]()
                if frame is None:
                    frame, bad = _careful(data, block, keys)
                inside = pl.col("_row").is_between(first, last - 1)
                frames.append(frame.filter(inside).select(*schema))
                broken += [aside for row, aside in bad if first <= row < last]
        return Piece(pl.concat(frames), broken)


def open_json(path: Path, encoding: str | None = None) -> JsonTable:
    """Opens JSON Lines or a JSON array. InputError if it is empty or holds no objects."""
    name = reading_spool.name_of(path)
    text = as_utf8(path, encoding)
    with text.path.open("rb") as file:
        file.seek(text.skip)
        head = file.read(1 << 16).lstrip()
    if not head:
        raise InputError(f"{name}: is empty")
    notes: list[str] = []
    if head[:1] == b"[" or not _is_json(head.split(b"\n", 1)[0]):
        if head[:1] == b"[":
            notes.append("a JSON array: `line` is the position of the item")
        spooled = _one_a_line(text, name, array=head[:1] == b"[")
        table = JsonTable(spooled, name, 0, notes=notes)
    else:
        table = JsonTable(text.path, name, text.skip, format="jsonl")
    _index(table)
    if not table.columns:
        raise InputError(f"{name}: holds no JSON objects with named values")
    return table


def _is_json(line: bytes) -> bool:
    if len(line) >= 1 << 15:
        return True  # a line longer than the sample: one object a line
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _index(table: JsonTable) -> None:
    seen: dict[str, None] = {}
    offset, line = table.skip, 1
    with table.path.open("rb") as file:
        file.seek(offset)
        carry, at_end = b"", False
        while not at_end:
            chunk = file.read(BLOCK)
            at_end = len(chunk) < BLOCK
            data = carry + chunk
            carry = b""
            if not at_end:
                cut = data.rfind(b"\n") + 1
                if not cut and len(data) > LONGEST_ITEM:
                    raise InputError(f"{table.name}: line {line} is longer than {LONGEST_ITEM >> 20} MiB")
                data, carry = data[:cut], data[cut:]
            if not data:
                continue
            lines = data.split(b"\n")
            if lines[-1] == b"":
                lines.pop()
            bare = data.translate(None, b" \t\r")
            plain = not (bare.startswith(b"\n") or b"\n\n" in bare or not bare)
            rows = len(lines) if plain else sum(bool(one.strip()) for one in lines)
            for one in lines[: KEYS_FROM_START if line == 1 else KEYS_FROM_BLOCK]:
                item = _item(one)
                if isinstance(item, dict):
                    seen.update(dict.fromkeys(item))
            table.blank_lines += len(lines) - rows
            table.blocks.append(Block(offset, len(data), table.n_rows, rows, line, plain))
            table.n_rows += rows
            offset += len(data)
            line += len(lines)
    table.columns = list(seen)


def _item(line: bytes) -> Any:
    try:
        return json.loads(line, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None


def _fast(data: bytes, block: Block, keys: dict[str, str]) -> pl.DataFrame | None:
    if not block.plain or not keys:
        return None
    try:
        frame = pl.read_ndjson(data, schema=dict.fromkeys(keys, pl.String))
    except pl.exceptions.PolarsError:
        return None
    if frame.height != block.rows:
        return None
    text = pl.col(pl.String)
    return frame.rename(keys).with_columns(
        pl.when(text != "").then(text),
        pl.int_range(block.first_line, block.first_line + block.rows, dtype=pl.Int64).alias("line"),
        pl.int_range(block.first_row, block.first_row + block.rows, dtype=pl.Int64).alias("_row"),
    )


def _careful(data: bytes, block: Block, keys: dict[str, str]) -> tuple[pl.DataFrame, list[tuple[int, Aside]]]:
    rows: list[dict[str, Any]] = []
    broken: list[tuple[int, Aside]] = []
    number = block.first_row
    for index, raw in enumerate(data.split(b"\n")):
        if not raw.strip():
            continue
        line = block.first_line + index
        try:
            item = json.loads(raw, parse_float=str, parse_int=str)
            reason = "not a JSON object" if not isinstance(item, dict) else None
        except RecursionError:
            item, reason = None, "not valid JSON: nested too deeply"
        except UnicodeDecodeError:
            item, reason = None, "the line holds bytes that are not UTF-8"
        except ValueError as error:
            item, reason = None, f"not valid JSON: {error}"
        if reason is None:
            rows.append(
                {short: _as_text(item.get(key)) for key, short in keys.items()}
                | {"line": line, "_row": number}
            )
        else:
            broken.append(
                (number, Aside(line, None, raw.decode("utf-8", "backslashreplace").strip(), reason))
            )
        number += 1
    schema: dict[str, pl.DataType] = {
        **{key: pl.String() for key in keys.values()},
        "line": pl.Int64(),
        "_row": pl.Int64(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row"), broken


def _as_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _one_a_line(text: Text, name: str, *, array: bool) -> Path:
    """The items of an array (or objects written over several lines) re-written one a line, item by item."""
    target = reading_spool.fresh(".jsonl")
    header: list[str] | None = None
    with target.open("w", encoding="utf-8") as out:
        for number, item in enumerate(_items(text, name, array=array)):
            if not array and number == 0 and isinstance(item, dict):
                lists = [
                    value
                    for value in item.values()
                    if isinstance(value, list) and value and isinstance(value[0], dict)
                ]
                if len(lists) == 1:  # an answer of a web service: {"count": 2, "data": [{…}, {…}]}
                    out.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in lists[0])
                    continue
            if isinstance(item, list) and number == 0:
                header = [str(one) for one in item]
                continue
            if isinstance(item, list) and header is not None and len(item) == len(header):
                item = dict(zip(header, item, strict=True))
            out.write(json.dumps(item, ensure_ascii=False) + "\n")
    return target


def _items(text: Text, name: str, *, array: bool) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    buffer, position, base_line = "", 0, 1
    with text.path.open(encoding="utf-8", errors="replace", newline="") as file:
        if text.skip:
            file.read(1)
        at_end = started = False
        while True:
            while position < len(buffer) and buffer[position] in _SPACE:
                position += 1
            if array and not started and position < len(buffer):
                position, started = position + 1, True
                continue
            if array and position < len(buffer) and buffer[position] == "]":
                rest = (buffer[position + 1 :] + file.read(1 << 16)).strip()
                if rest:
                    raise InputError(f"{name}: something follows the end of the JSON array: {rest[:40]!r}")
                return
            if position < len(buffer):
                try:
                    item, position = decoder.raw_decode(buffer, position)
                    yield item
                    continue
                except RecursionError as error:
                    raise InputError(f"{name}: JSON nested too deeply") from error
                except ValueError as error:
                    if at_end or len(buffer) - position > LONGEST_ITEM:
                        line = base_line + buffer.count("\n", 0, getattr(error, "pos", position))
                        raise InputError(
                            f"{name}: line {line}: not valid JSON ({getattr(error, 'msg', error)})"
                        ) from error
            elif at_end:
                if array:
                    raise InputError(f"{name}: the JSON array does not end; the file seems cut off")
                return
            base_line += buffer.count("\n", 0, position)
            rest_of = buffer[position:]
            more = file.read(max(1 << 20, len(rest_of)))  # doubling keeps an item longer than a chunk linear
            at_end = not more
            buffer, position = rest_of + more, 0
