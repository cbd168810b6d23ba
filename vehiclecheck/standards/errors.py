"""What is said when a pack cannot be used."""

from __future__ import annotations


class PackError(Exception):
    """A pack, or a question about packs, that cannot be answered; the message names file, line and provision."""
