"""Where in a TOML file something stands.

TOML readers give values, not places; a person mending a pack needs the line. Packs are written in one plain
style (a header a table, a key a line), so that a scan for headers and keys finds the place of any value at
the top of a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_MANY_LINES = re.compile("\"\"\"|'''")
_KEY = re.compile(r"""^\s*("[^"]+"|[A-Za-z0-9_-]+)\s*=""")


def _open_after(line: str, opened: str) -> str:
    """The quotes of a text over several lines that are still open after this line, or nothing."""
    for quotes in _MANY_LINES.findall(line):
        if not opened:
            opened = quotes
        elif quotes == opened:
            opened = ""
    return opened


class Lines:
    """Line numbers (from 1) of tables and keys of one TOML text, by the paths that jsonschema reports."""

    def __init__(self, text: str) -> None:
        self._places: dict[tuple[str | int, ...], int] = {(): 1}
        counters: dict[tuple[str | int, ...], int] = {}
        here: tuple[str | int, ...] = ()
        open_text = ""
        for number, line in enumerate(text.splitlines(), start=1):
            inside, open_text = open_text, _open_after(line, open_text)
            if inside:
                continue
            header = _HEADER.match(line)
            if header:
                here = self._enter(header.group(1) == "[[", header.group(2), counters)
                self._places.setdefault(here, number)
                continue
            key = _KEY.match(line)
            if key:
                self._places.setdefault((*here, key.group(1).strip('"')), number)

    @staticmethod
    def _enter(array: bool, dotted: str, counters: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
        parts = [part.strip().strip('"') for part in re.findall(r'"[^"]*"|[^."]+', dotted)]
        path: tuple[str | int, ...] = ()
        for depth, part in enumerate(parts):
            path = (*path, part)
            if depth == len(parts) - 1 and array:
                counters[path] = counters.get(path, -1) + 1
                for deeper in [known for known in counters if known[: len(path)] == path and known != path]:
                    del counters[deeper]
                path = (*path, counters[path])
            elif path in counters:
                path = (*path, counters[path])
        return path

    def find(self, path: Sequence[str | int]) -> int:
        """The line of the value at `path`, or of the nearest table around it."""
        whole = tuple(path)
        for length in range(len(whole), -1, -1):
            if whole[:length] in self._places:
                return self._places[whole[:length]]
        return 1
