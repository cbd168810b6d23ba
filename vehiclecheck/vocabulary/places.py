"""Where the data of the project lies: `rules/` and `countries/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def data_root() -> Path:
    """The folder that holds `rules/` and `countries/`.

    In an installed package that is `vehiclecheck/_data`, in a checkout its top. FileNotFoundError names both
    places if neither has a `rules` folder.
    """
    package = Path(__file__).resolve().parents[1]
    candidates = (package / "_data", package.parent)
    for candidate in candidates:
        if (candidate / "rules").is_dir():
            return candidate
    raise FileNotFoundError("no rules/ folder in " + " or ".join(str(candidate) for candidate in candidates))
