"""A slow, plain judge of single records, written from the contract alone, to check the fast engine by.

Nothing here imports the package under test, nor Polars: two readings of one contract are only worth
something apart.

`judge` takes plain dicts (packs as a pack file is read, a record as bounds) and returns a `Judgement`;
`facts` turns a row of canonical text into such a record.
"""

from .facts import facts, refines
from .verdict import Finding, Judgement, SideVerdict, judge

__all__ = ["Finding", "Judgement", "SideVerdict", "facts", "judge", "refines"]
