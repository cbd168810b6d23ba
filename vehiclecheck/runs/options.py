"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vehiclecheck.flows.table import DEFAULT_GROUPS
from vehiclecheck.outputs.files import FORMATS
from vehiclecheck.runs.errors import RunError
from vehiclecheck.standards import Library, Pack, PackError, load_library
from vehiclecheck.vocabulary.choices import RANGE_ROWS, RECEIVER, VIEWS
from vehiclecheck.vocabulary.countries import country_code

ALL = "all"
#: Ranges judged at a time, while another one is written. Two cores are not kept busy by two: each has stretches in which it
#: waits for the other one's Python.
THREADS = 3


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of a run.

    `to`: importers as if the records named them (codes or names; `("all",)` for every country that has a pack);
    `sender`: the exporter for all records. `infer`: bound a missing emission class by the market of first registration.
    `view`: whether a test result of fuel is to prove something to its receiver or its supplier.
    `by`: the groups of the flow table. `tables`: which of verdicts, findings, flows, set_aside are wanted.
    """

    to: tuple[str, ...] = ()
    sender: str | None = None
    layout: str | None = None
    standard: str | None = None
    packs: Path | None = None
    subject: str | None = None
    date_order: str | None = None
    infer: bool = True
    passes: bool = False
    view: str = RECEIVER
    by: tuple[str, ...] = DEFAULT_GROUPS
    out: Path | None = None
    format: str = "csv"
    resume: bool = False
    range_rows: int = RANGE_ROWS
    threads: int = THREADS
    tables: tuple[str, ...] = ("verdicts", "findings", "flows", "set_aside")

    def checked(self) -> RunOptions:
        """These options with countries as codes. RunError names what is wrong with them."""
        if self.format not in FORMATS:
            raise RunError(f"--format {self.format!r} is not one of {', '.join(FORMATS)}")
        if self.resume and self.out is None:
            raise RunError("--resume needs --out: what was finished lies there")
        if self.date_order not in (None, "dmy", "mdy", "ymd"):
            raise RunError(f"--date-order {self.date_order!r} is not one of dmy, mdy, ymd")
        if self.view not in VIEWS:
            raise RunError(f"--view {self.view!r} is not one of {', '.join(VIEWS)}")
        to = self.to if self.to == (ALL,) else tuple(_country(name, "--to") for name in self.to)
        sender = _country(self.sender, "--from") if self.sender else None
        return RunOptions(**{**self.as_dict(), "to": to, "sender": sender})

    @property
    def explains(self) -> bool:
        """Whether verdicts or findings are wanted: flow tables need only which verdict each record has."""
        return bool({"verdicts", "findings"} & set(self.tables))

    def library(self) -> Library:
        """The packs of the run."""
        try:
            return load_library(self.packs)
        except PackError as error:
            raise RunError(str(error)) from error

    def as_dict(self) -> dict[str, Any]:
        """The options by name."""
        return asdict(self)

    def described(self) -> dict[str, Any]:
        """What decides the result, for `run.json` and to tell whether an unfinished run may be resumed."""
        kept = self.as_dict()
        for name in ("out", "resume", "threads", "packs"):
            kept.pop(name)
        return {**kept, "to": list(self.to), "by": list(self.by), "tables": list(self.tables)}


def _country(name: str, option: str) -> str:
    code = country_code(name)
    if code is None:
        raise RunError(f"{option} {name!r} is not a country that is known: use an ISO code such as KE")
    return code


def countries_asked(to: Sequence[str], library: Library, subject: str) -> list[str]:
    """The importers a run is asked about: none (as the records say), those named, or all of whose law on what arrives
    something is known.
    """
    if tuple(to) != (ALL,):
        return list(to)
    return [pack.code for pack in library.packs() if _has_law(pack, subject)]


def _has_law(pack: Pack, subject: str) -> bool:
    reviewed = any((entry.subject, entry.direction) == (subject, "import") for entry in pack.reviewed)
    directions = ("import", "market") if subject == "fuel" else ("import",)
    return reviewed or any(
        provision.subject == subject and provision.direction in directions for provision in pack.provisions
    )
