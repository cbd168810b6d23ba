"""Rule packs: reading, checking, adopting, and the table of provisions that the engine judges with."""

from vehiclecheck.standards.checking import Problem, check_file
from vehiclecheck.standards.errors import PackError
from vehiclecheck.standards.library import Library, load_library
from vehiclecheck.standards.model import Pack, Provision, Reviewed, Source, Version

__all__ = [
    "Library",
    "Pack",
    "PackError",
    "Problem",
    "Provision",
    "Reviewed",
    "Source",
    "Version",
    "check_file",
    "load_library",
]
