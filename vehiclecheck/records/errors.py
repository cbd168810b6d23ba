"""What goes wrong with input, in words a person can act on."""

from __future__ import annotations

import os
from collections.abc import Mapping


class InputError(Exception):
    """Input that cannot be read at all (as opposed to rows of it, which are set aside). The message names
    the file.
    """


class LayoutUnsure(InputError):  # noqa: N818 (what it says, not that it failed)
    """The columns were recognised only in part: a person should confirm before rows are judged.

    `matched` holds the best guess, canonical column -> written column; `--layout auto` accepts it.
    """

    def __init__(self, message: str, matched: Mapping[str, str]) -> None:
        super().__init__(message)
        self.matched = dict(matched)

    def __reduce__(self) -> tuple[type[LayoutUnsure], tuple[str, dict[str, str]]]:
        return type(self), (str(self), self.matched)


def shown(text: str | os.PathLike[str]) -> str:
    """Text from outside made safe to print: control, bidirectional and undecodable characters are escaped."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii")
        for char in os.fspath(text)
    )
