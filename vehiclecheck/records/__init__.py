"""Vehicle and fuel records: reading files of any layout, cleaning into bounds, setting aside what cannot be read."""

from vehiclecheck.records.errors import InputError, LayoutUnsure
from vehiclecheck.records.habits import Habits
from vehiclecheck.records.preparing import Prepared, PrepareOptions, prepare, survey
from vehiclecheck.records.sources import RawRange, RowRange, Source, expand, open_source
from vehiclecheck.records.wordbook import WordBook

__all__ = [
    "Habits",
    "InputError",
    "LayoutUnsure",
    "PrepareOptions",
    "Prepared",
    "RawRange",
    "RowRange",
    "Source",
    "WordBook",
    "expand",
    "open_source",
    "prepare",
    "survey",
]
