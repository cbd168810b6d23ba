"""A run: files cut into ranges, ranges judged, results put together; resumable, reconciled."""

from vehiclecheck.runs.options import RunError, RunOptions
from vehiclecheck.runs.run import RunResult, run

__all__ = ["RunError", "RunOptions", "RunResult", "run"]
