"""What is said when a pack cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vehiclecheck.standards.checking import Problem


class PackError(Exception):
    """A pack, or a question about packs, that cannot be answered; the message names file, line and provision.

    `problems` are the same as objects, where the text of a pack is what is wrong.
    """

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)
