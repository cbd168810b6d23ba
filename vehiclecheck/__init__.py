"""vehiclecheck: used vehicles and fuel against the dated, cited rules of the countries they leave and reach.

import vehiclecheck as vc
result = vc.screen(["shipment.csv"], to=["KE"])
result.verdicts        # a Polars frame, one row a record
result.findings        # one row a provision that did not pass, with the law to cite
result.flows           # units by exporter, importer, year and class
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vehiclecheck.tuning import keep_memory
from vehiclecheck.version import __version__

keep_memory()

if TYPE_CHECKING:
    from vehiclecheck.api import emissions, explain, flow_table, packs, screen

__all__ = ["__version__", "emissions", "explain", "flow_table", "packs", "screen"]


def __getattr__(name: str) -> Any:
    # the calls load Polars and the engine; asking for the version should not
    if name in __all__:
        from vehiclecheck import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
