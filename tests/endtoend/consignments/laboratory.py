"""Methods of laboratories and their results, read plainly: what a result tells, and the tolerance of its method."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
#: ISO 4259: the share of R by which one result proves that a limit is broken, or to its supplier that it is kept.
PROOF = Decimal("0.59")
#: They can lie below zero or have no zero: that a result is below something says nothing of the least that it can be.
_WITHOUT_ZERO = frozenset({"ron", "mon", "cetane_number", "cetane_index", "flash_point_c", "t90_c", "t95_c"})


def read_toml(path: Path) -> dict[str, Any]:
    """A file with its numbers as they are written."""
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


@dataclass(frozen=True)
class Method:
    """A method of one property: what it measures (None: not known) and its pieces of R, `a * X ** b + c`."""

    name: str
    fuel_property: str
    low: Decimal | None
    high: Decimal | None
    pieces: tuple[dict[str, Any], ...]
    until_edition: int | None

    def tolerance(self, level: Decimal) -> Decimal | None:
        """0.59 R at a level; None where it is not known or not measured."""
        if (self.low is not None and level < self.low) or (self.high is not None and level > self.high):
            return None
        for piece in self.pieces:
            if piece.get("from", level) <= level and ("to" not in piece or level < piece["to"]):
                power = level if piece["b"] == 1 else level ** Decimal(piece["b"])
                return PROOF * Decimal(piece["a"] * power + piece["c"])
        return None


@dataclass(frozen=True)
class Result:
    """What stands in a certificate for one property; `method` is None where the laboratory's word for it is unknown."""

    fuel_property: str
    text: str
    method_text: str = ""
    method: Method | None = None

    @property
    def tells(self) -> bool:
        return self.text not in ("", "-", "n/a")

    def bounds(self) -> tuple[Decimal | None, Decimal | None]:
        """What the value lies between. Out of the range of its method all that is known is on which side."""
        if not self.tells:
            return None, None
        nothing = None if self.fuel_property in _WITHOUT_ZERO else Decimal(0)
        number = Decimal(self.text.lstrip("<>"))
        low: Decimal | None = nothing if self.text[0] == "<" else number
        high: Decimal | None = None if self.text[0] == ">" else number
        least, most = (self.method.low, self.method.high) if self.method else (None, None)
        if low is not None and least is not None and low < least:
            low = nothing
        if low is not None and most is not None and low > most:
            low = most
        if high is not None and least is not None and high < least:
            high = least
        if high is not None and most is not None and high > most:
            high = None
        return low, high


@functools.cache
def methods() -> tuple[Method, ...]:
    return tuple(
        Method(
            entry["id"],
            entry["property"],
            number(entry.get("low")),
            number(entry.get("high")),
            tuple(entry.get("reproducibility", ())),
            entry.get("until_edition"),
        )
        for entry in read_toml(ROOT / "rules" / "test-methods.toml")["method"]
    )
