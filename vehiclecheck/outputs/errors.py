"""What is said when a result cannot be written."""

from __future__ import annotations


class OutputError(Exception):
    """A result that could not be written; the message says which file and why."""
