"""What is said when a run cannot be done."""

from __future__ import annotations


class RunError(Exception):
    """A run that cannot be done as asked, or whose totals do not add up."""
