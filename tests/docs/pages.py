"""The pages of the documentation as things that can be run.

A page is read from top to bottom in one session: a folder of its own that looks like the top of the repository
(`sample_data`, `countries`, `rules` and `README.md` are links), so that what a command writes is left nowhere else.

* A ```console block holds commands (`$ ...`) with their output. `vehiclecheck` runs in this process, `mkdir`, `cp`,
  `ls` and `head` in a shell; of `make` only the target is looked up, and where its recipe is one call of
  `vehiclecheck` that call is run. A line `...` in the output stands for any lines. `; echo $?` and `< FILE` are understood.
* A ```python block is run; a ```text block right behind it is what it prints.
* `<!-- docs: write FILE -->` before a block writes the block to a file; `<!-- docs: replace FILE | OLD | NEW -->` edits one.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from click.testing import CliRunner

from vehiclecheck.cli import main

REPOSITORY = Path(__file__).resolve().parents[2]
#: Links in the folder of a session.
SEEN = ("sample_data", "countries", "rules", "README.md")
COLUMNS = 100
ELISION = "..."
_FENCE = re.compile(r"^```(\w*)\s*$")
_DIRECTIVE = re.compile(r"^<!-- docs: (write|replace) (.*?) -->$")
_SHELL = ("mkdir", "cp", "ls", "head")


def page_paths() -> list[Path]:
    """Every page: the README, then docs in the order of their names."""
    return [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]


@dataclass(slots=True)
class Step:
    """One thing that a page does. `output` are the lines shown, from line `first` (0-based) to before `last`."""

    action: str
    text: str
    line: int
    output: list[str] = field(default_factory=list)
    first: int = 0
    last: int = 0


def steps(lines: Sequence[str]) -> list[Step]:
    """What a page does, in order."""
    found: list[Step] = []
    number, write_to = 0, None
    while number < len(lines):
        if (directive := _DIRECTIVE.match(lines[number])) is not None:
            action, rest = directive.groups()
            if action == "replace":
                found.append(Step("replace", rest, number))
            else:
                write_to = rest
        elif (fence := _FENCE.match(lines[number])) is not None:
            start = number + 1
            number = start + lines[start:].index("```")
            block = list(lines[start:number])
            if write_to is not None:
                found.append(Step("write", write_to, start, block))
                write_to = None
            elif fence.group(1) == "console":
                found += _commands(block, start)
            elif fence.group(1) == "python":
                found.append(Step("python", "\n".join(block), start, first=-1))
            elif (
                fence.group(1) == "text" and found and found[-1].action == "python" and _adjoin(lines, start)
            ):
                found[-1].output, found[-1].first, found[-1].last = block, start, number
        number += 1
    return found


def _adjoin(lines: Sequence[str], start: int) -> bool:
    """Whether nothing but blank lines lies between a block that begins at `start` and the block before."""
    before = start - 2
    while before >= 0 and not lines[before].strip():
        before -= 1
    return lines[before] == "```"


def _commands(block: Sequence[str], start: int) -> Iterator[Step]:
    places = [place for place, line in enumerate(block) if line.startswith("$ ")]
    for place, following in zip(places, [*places[1:], len(block)], strict=True):
        head, after = block[place][2:], place + 1
        while head.endswith("\\"):
            head = head[:-1].rstrip() + " " + block[after].strip()
            after += 1
        last = following
        while last > after and not block[last - 1].strip():
            last -= 1
        yield Step("command", head, start + place, list(block[after:last]), start + after, start + last)


class Session:
    """The folder and the names of one page. The caller has made `folder` the current one and set COLUMNS."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: dict[str, Any] = {}
        for name in SEEN:
            if (REPOSITORY / name).exists():
                (folder / name).symlink_to(REPOSITORY / name)

    def run(self, step: Step) -> list[str] | None:
        """Takes a step. What it printed, as lines; None where nothing can be compared."""
        if step.action == "command":
            return self._command(step.text)
        if step.action == "python":
            return self._python(step.text)
        if step.action == "write":
            place = self.folder / step.text
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("\n".join(step.output) + "\n", encoding="utf-8")
        else:
            name, old, new = (part.strip() for part in step.text.split("|"))
            place = self.folder / name
            before = place.read_text(encoding="utf-8")
            assert before.count(old) == 1, f"{name}: {old!r} stands there {before.count(old)} times"
            place.write_text(before.replace(old, new), encoding="utf-8")
        return None

    def _command(self, text: str) -> list[str] | None:
        text, wants_code = (text.removesuffix("; echo $?"), text.endswith("; echo $?"))
        words = shlex.split(text)
        if words[0] == "make":
            return self._make(words[1])
        if words[0] in _SHELL:
            done = subprocess.run(text, shell=True, capture_output=True, text=True, check=True)
            return done.stdout.splitlines()
        assert words[0] == "vehiclecheck", f"no command of this documentation: {text}"
        code, printed = self._vehiclecheck(words[1:])
        if wants_code:
            return [*printed, str(code)]
        assert code == 0, f"{text} ended with {code}:\n" + "\n".join(printed)
        return printed

    @staticmethod
    def _vehiclecheck(words: list[str]) -> tuple[int, list[str]]:
        given = None
        if "<" in words:
            place = words.index("<")
            given = Path(words[place + 1]).read_bytes()
            words = words[:place] + words[place + 2 :]
        runner = CliRunner(env={"COLUMNS": str(COLUMNS)})
        result = runner.invoke(main, words, prog_name="vehiclecheck", input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, [line.rstrip() for line in result.output.rstrip().splitlines()]

    def _make(self, target: str) -> list[str] | None:
        """A target exists; where its recipe is one call of vehiclecheck, what make and that call print."""
        recipe = make_targets()[target]
        if len(recipe) != 1 or not recipe[0].startswith("$(BIN)/vehiclecheck "):
            return None
        code, printed = self._vehiclecheck(shlex.split(recipe[0])[1:])
        assert code == 0, recipe[0]
        return [recipe[0].replace("$(BIN)", ".venv/bin"), *printed]

    def _python(self, source: str) -> list[str]:
        printed = io.StringIO()
        with (
            contextlib.redirect_stdout(printed),
            pl.Config(tbl_width_chars=COLUMNS, tbl_cols=-1, tbl_rows=20),
        ):
            exec(compile(source, "documentation", "exec"), self._names)
        return [line.rstrip() for line in printed.getvalue().splitlines()]


def make_targets() -> dict[str, list[str]]:
    """The targets of the Makefile and the lines of their recipes."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (REPOSITORY / "Makefile").read_text(encoding="utf-8").splitlines():
        if line.startswith("\t"):
            found[name].append(line.strip())
        elif (target := re.match(r"^([\w$().-]+):(?!=)", line)) is not None:
            name = target.group(1)
            found[name] = []
    return found


def agree(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether what is shown is what was printed; `...` stands for any lines, also none."""
    pattern = "".join(
        r"(?:[^\n]*\n)*?" if line.strip() == ELISION else re.escape(line.rstrip()) + "\n" for line in shown
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


@contextlib.contextmanager
def standing_in(folder: Path) -> Iterator[None]:
    """The folder as the current one, and a terminal of COLUMNS columns."""
    before = Path.cwd(), os.environ.get("COLUMNS")
    os.chdir(folder)
    os.environ["COLUMNS"] = str(COLUMNS)
    try:
        yield
    finally:
        os.chdir(before[0])
        if before[1] is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before[1]
