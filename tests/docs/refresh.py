"""Rewrites every output that the documentation shows: `python -m tests.docs.refresh [PAGE...]`.

A block that shows all of an output gets the new one. Where `...` stands for lines left out, the first and the last line
of each piece that is shown are looked for in the new output, and what lies between them now is shown.
"""

from __future__ import annotations

import difflib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from tests.docs.pages import ELISION, REPOSITORY, Session, agree, page_paths, standing_in, steps
from vehiclecheck.cli import main as command_line

COMMANDS = REPOSITORY / "docs" / "commands.md"
_ALIKE = 0.5


def command_names(group: click.Command = command_line, prefix: str = "vehiclecheck") -> list[str]:
    """Every command of the program, in full."""
    if not isinstance(group, click.Group):
        return [prefix]
    group.list_commands(click.Context(group))  # commands come when they are asked for
    inner = group.commands.items()
    return [prefix, *(name for key, command in inner for name in command_names(command, f"{prefix} {key}"))]


def commands_page() -> str:
    """The page of all help texts, without them: running it fills them in."""
    parts = [
        "# Every command",
        "What each command says about itself. The file is made by `python -m tests.docs.refresh`.",
        "Every command exits with 0 when it worked, whatever the verdicts; with 1 when `--fail-on` named a verdict that\n"
        "occurred; and with 2 on wrong usage, unreadable input, or a pack that does not pass its check.",
    ]
    for name in command_names():
        parts.append(f"## {name}\n\n```console\n$ {name} --help\n```")
    return "\n\n".join(parts) + "\n"


def refreshed(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    """What is to be shown of `printed` in place of `shown`."""
    if not any(line.strip() == ELISION for line in shown):
        return list(printed)
    pieces: list[list[str]] = [[]]
    for line in shown:
        if line.strip() == ELISION:
            pieces.append([])
        else:
            pieces[-1].append(line)
    result: list[str] = []
    at = 0
    for number, piece in enumerate(pieces):
        if number:
            result.append(ELISION)
        if not piece:
            continue
        at_end = number == len(pieces) - 1
        first = 0 if number == 0 else _find(piece[0], printed, at, latest=at_end)
        last = len(printed) - 1 if at_end else _find(piece[-1], printed, first)
        result += printed[first : last + 1]
        at = last + 1
    return result


def _find(line: str, printed: Sequence[str], start: int, latest: bool = False) -> int:
    """The first line from `start` on (the last, if `latest`) that is most like `line`; ValueError where none is."""
    wanted = " ".join(line.split())
    best, place = 0.0, -1
    for number, other in enumerate(printed[start:], start):
        there = " ".join(other.split())
        alike = 2.0 if there == wanted else 1.5 if wanted and there.startswith(wanted) else 0.0
        if not alike and wanted:
            alike = difflib.SequenceMatcher(None, wanted, there).ratio()
        if alike > best or (latest and alike == best):
            best, place = alike, number
    if best < _ALIKE:
        raise ValueError(f"the output has no line like {line!r} any more: cut the block by hand")
    return place


def refresh(path: Path) -> bool:
    """Runs a page and rewrites its outputs. Whether anything changed."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = (commands_page() if path == COMMANDS else before).splitlines()
    changes: list[tuple[int, int, list[str]]] = []
    with tempfile.TemporaryDirectory() as folder, standing_in(Path(folder)):
        session = Session(Path(folder))
        for step in steps(lines):
            try:
                printed = session.run(step)
                if (
                    printed is None
                    or (step.action == "python" and step.first < 0)
                    or agree(step.output, printed)
                ):
                    continue
                changes.append((step.first, step.last, refreshed(step.output, printed)))
            except Exception as error:
                raise SystemExit(f"{path.name}:{step.line + 1}: {error}") from error
    for first, last, new in reversed(changes):
        lines[first:last] = new
    after = "\n".join(lines) + "\n"
    if after == before:
        return False
    path.write_text(after, encoding="utf-8")
    return True


def main(names: Sequence[str]) -> None:
    """Refreshes the pages named, or all."""
    for path in [Path(name).resolve() for name in names] or [*page_paths(), COMMANDS]:
        print(path.name, "rewritten" if refresh(path) else "is as it was")


if __name__ == "__main__":
    main(sys.argv[1:])
