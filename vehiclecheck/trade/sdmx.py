"""The harmonised table as SDMX: coded columns for SDMX-CSV 2.0, and their structure as an SDMX-JSON 2.0 message.

The structure is composed and written with pysdmx (an optional library). The data are written with Polars, since pysdmx puts
every cell through Python; SDMX-CSV is a CSV file with STRUCTURE, STRUCTURE_ID, ACTION and the columns of the structure.
All keys are dimensions, so that an observation is one row; an empty key is `_X` (not allocated or unspecified).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from vehiclecheck.trade.codebook import tables
from vehiclecheck.vocabulary.harmonised import MEASURES

if TYPE_CHECKING:
    from pysdmx.model import Codelist, Concept

AGENCY, FLOW, STRUCTURE, VERSION = "VEHICLECHECK", "VEHICLE_FLOWS", "DSD_VEHICLE_FLOWS", "1.0.0"
STRUCTURE_ID = f"{AGENCY}:{FLOW}({VERSION})"
INSTALL = "SDMX is written with the library pysdmx: install it with `pip install vehiclecheck[sdmx]`"
UNSPECIFIED = "_X"

#: Dimension by column of the harmonised table, in their order; FREQ is before them and TIME_PERIOD behind.
DIMENSIONS = {
    "reporter": "REPORTER",
    "exporter": "EXPORTER",
    "importer": "IMPORTER",
    "reported_by": "REPORTED_BY",
    "re_export": "RE_EXPORT",
    "vehicle_class": "VEHICLE_CLASS",
    "category": "CATEGORY",
    "fuel": "FUEL",
    "condition": "CONDITION",
    "code_system": "CODE_SYSTEM",
    "code": "COMMODITY",
    "currency": "CURRENCY",
    "source": "SOURCE",
}
_COUNTRIES = ("reporter", "exporter", "importer")
_FREQUENCIES = {"A": "Annual", "M": "Monthly"}
_STATUS = {"A": "Normal value", "E": "Estimated value"}
_YES_NO = {"true": ("Y", "Yes"), "false": ("N", "No")}
#: An identifier of SDMX that no spreadsheet takes for a formula.
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_$\-]*")
#: A message states when it was prepared; without a date given, a fixed moment keeps the bytes of two runs the same.
_PREPARED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class NotForSdmx(Exception):  # noqa: N818 (what it says, not that it failed)
    """What stands in the way, in one sentence."""


@dataclass(frozen=True, slots=True)
class Coded:
    """The rows of SDMX-CSV, and by column the codes that occur: value -> (code, name)."""

    data: pl.DataFrame
    codes: Mapping[str, Mapping[str, tuple[str, str]]]


def coded(frame: pl.DataFrame) -> Coded:
    """The harmonised table in codes. NotForSdmx where a row tells no period, which SDMX has to have."""
    if frame["year"].null_count():
        raise NotForSdmx(
            f"{frame['year'].null_count():,} rows tell no year, without which SDMX has no observation"
        )
    codes = {column: _codes(frame, column) for column in DIMENSIONS}
    monthly = pl.col("month").is_not_null()
    year = pl.col("year").cast(pl.String)
    data = frame.select(
        pl.lit("dataflow").alias("STRUCTURE"),
        pl.lit(STRUCTURE_ID).alias("STRUCTURE_ID"),
        pl.lit("I").alias("ACTION"),
        pl.when(monthly).then(pl.lit("M")).otherwise(pl.lit("A")).alias("FREQ"),
        *(
            pl.col(column)
            .cast(pl.String)
            .fill_null("")
            .replace_strict(
                {value: code for value, (code, _) in codes[column].items()},
                default=UNSPECIFIED,
                return_dtype=pl.String,
            )
            .alias(dimension)
            for column, dimension in DIMENSIONS.items()
        ),
        pl.when(monthly)
        .then(pl.format("{}-{}", year, pl.col("month").cast(pl.String).str.zfill(2)))
        .otherwise(year)
        .alias("TIME_PERIOD"),
        *(pl.col(name).alias(name.upper()) for name in MEASURES),
        pl.col("flags").replace("", None).alias("FLAGS"),
        pl.when(pl.col("flags").str.contains("estimated:", literal=True))
        .then(pl.lit("E"))
        .otherwise(pl.lit("A"))
        .alias("OBS_STATUS"),
    )
    keys = ["FREQ", *DIMENSIONS.values(), "TIME_PERIOD"]
    if data.select(keys).is_duplicated().any():
        raise NotForSdmx("rows with the same keys: an observation of SDMX has keys of its own")
    whole = [pl.col(name.upper()).cast(pl.Int64, strict=False) for name in ("units_low", "units_high")]
    return Coded(data.with_columns(whole), codes)


def _codes(frame: pl.DataFrame, column: str) -> dict[str, tuple[str, str]]:
    """Code and name of each value of a column, in the order of values."""
    met = sorted(value for value in frame[column].cast(pl.String).unique().to_list() if value)
    if column == "re_export":
        return {value: _YES_NO[value] for value in met}
    if column == "source":
        return {value: (f"S{place}", value) for place, value in enumerate(met, 1)}
    names: dict[str, str] = {}
    if column == "code":
        by_code = frame.group_by("code").agg(pl.col("code_system").unique().sort().str.join(", "))
        names = {code: f"{code} ({systems})" for code, systems in by_code.iter_rows() if code}
    elif column in _COUNTRIES:
        from vehiclecheck.vocabulary.countries import country_name

        names = {value: country_name(value) for value in met}
    taken: set[str] = {UNSPECIFIED}
    found = {}
    for value in met:
        found[value] = (_identifier(value, taken), names.get(value, value))
    return found


def _identifier(value: str, taken: set[str]) -> str:
    """An identifier for a value: the value itself where it can be one, else its letters in capitals. Adds it to `taken`."""
    code = (
        value
        if _ID.fullmatch(value) and value.upper() == value
        else re.sub(r"[^A-Z0-9_]", "_", value.upper())
    )
    unique, number = code, 1
    while unique in taken:
        number += 1
        unique = f"{code}_{number}"
    taken.add(unique)
    return unique


def structure_message(table: Coded, title: str, date: dt.date | None = None) -> str:
    """The structure of a coded table as an SDMX-JSON 2.0 message. NotForSdmx where pysdmx is not installed."""
    try:
        from pysdmx.io.json.sdmxjson2.writer.v2_0.structure import write
        from pysdmx.model import (
            Component,
            Components,
            ConceptScheme,
            Dataflow,
            DataStructureDefinition,
            DataType,
            Role,
        )
        from pysdmx.model.__base import Organisation
        from pysdmx.model.message import Header
    except ImportError as error:
        raise NotForSdmx(INSTALL) from error

    lists = _codelists(table)
    about = {column.name: column for column in tables()["flows"].columns}
    concepts: list[Concept] = []
    components: list[Component] = []

    def add(
        name: str, role: Role, text: str, *, kind: DataType = DataType.STRING, required: bool = True
    ) -> None:
        concept = _concept(name, text, kind, lists.get(name))
        concepts.append(concept)
        components.append(
            Component(
                name,
                required,
                role,
                concept,
                local_dtype=kind,
                name=concept.name,
                local_codes=lists.get(name),
                attachment_level="O" if role is Role.ATTRIBUTE else None,
                local_enum_ref=lists[name].urn if name in lists else None,
            )
        )

    add("FREQ", Role.DIMENSION, "Frequency of the figures: annual or monthly.")
    for column, dimension in DIMENSIONS.items():
        add(dimension, Role.DIMENSION, about[column].text)
    add("TIME_PERIOD", Role.DIMENSION, "Year or month of the trade.", kind=DataType.PERIOD)
    for name in MEASURES:
        kind = DataType.LONG if name.startswith("units") else DataType.DOUBLE
        unit = f" Unit: {about[name].unit}." if about[name].unit else ""
        add(name.upper(), Role.MEASURE, about[name].text + unit, kind=kind, required=False)
    add("FLAGS", Role.ATTRIBUTE, about["flags"].text, required=False)
    add("OBS_STATUS", Role.ATTRIBUTE, "Whether the number of vehicles was reported or estimated.")

    own: dict[str, Any] = {"agency": AGENCY, "version": VERSION}
    scheme = ConceptScheme("CS_VEHICLE_FLOWS", name="Concepts of vehicle flows", items=concepts, **own)
    structure = DataStructureDefinition(
        id=STRUCTURE, name="Vehicle flows", components=Components(components), **own
    )
    urn = f"urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure={AGENCY}:{STRUCTURE}({VERSION})"
    flow = Dataflow(FLOW, name=title, structure=urn, **own)
    prepared = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC) if date else _PREPARED
    header = Header(id=FLOW, prepared=prepared, sender=Organisation(id=AGENCY))
    text = write([*lists.values(), scheme, structure, flow], header=header)
    assert text is not None
    return _without_empty_groups(text)


def _without_empty_groups(text: str) -> str:
    """The message as its schema wants it: pysdmx 1.21 writes an empty list of groups, and refuses to read one."""
    message = json.loads(text)
    for structure in message["data"]["dataStructures"]:
        if not structure["dataStructureComponents"].get("groups"):
            structure["dataStructureComponents"].pop("groups", None)
    return json.dumps(message, indent=2, ensure_ascii=False) + "\n"


def _concept(name: str, text: str, kind: Any, codes: Codelist | None) -> Concept:
    from pysdmx.model import Concept

    urn = f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={AGENCY}:CS_VEHICLE_FLOWS({VERSION}).{name}"
    said = name.replace("_", " ").capitalize()
    return Concept(name, name=said, description=text, dtype=kind, urn=urn, codes=codes)


def _codelists(table: Coded) -> dict[str, Codelist]:
    """The lists of the codes that occur, by dimension or attribute."""
    from pysdmx.model import Code, Codelist

    def codelist(name: str, entries: Iterable[tuple[str, str]]) -> Codelist:
        return Codelist(
            f"CL_{name}",
            name=f"Codes of {name.replace('_', ' ').lower()}",
            agency=AGENCY,
            version=VERSION,
            items=[Code(code, name=said) for code, said in entries],
            urn=f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist={AGENCY}:CL_{name}({VERSION})",
            is_partial=True,
        )

    lists = {"FREQ": codelist("FREQ", _FREQUENCIES.items())}
    for column, dimension in DIMENSIONS.items():
        entries = [*table.codes[column].values()]
        if (table.data[dimension] == UNSPECIFIED).any():
            entries.append((UNSPECIFIED, "Not allocated or unspecified"))
        lists[dimension] = codelist(dimension, entries)
    lists["OBS_STATUS"] = codelist("OBS_STATUS", _STATUS.items())
    return lists
