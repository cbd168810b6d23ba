"""The table as SDMX, read back with pysdmx and equal to the frame."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysdmx.io import get_datasets, read_sdmx
from pysdmx.io.csv.sdmx20.writer import write as write_with_pysdmx
from pysdmx.model import Role

from vehiclecheck.outputs.files import write_table
from vehiclecheck.trade import sdmx
from vehiclecheck.vocabulary.harmonised import HARMONISED, MEASURES, sorted_harmonised

from .test_dataset import ROW, SOME, Sharing, made


def frame_of(*rows: dict[str, Any]) -> pl.DataFrame:
    return sorted_harmonised(pl.DataFrame(list(rows), schema=HARMONISED, orient="row"))


def written(folder: Path, frame: pl.DataFrame) -> tuple[Path, Path]:
    """Data and structure as files."""
    coded = sdmx.coded(frame)
    write_table(coded.data, folder / "flows.sdmx.csv", "csv")
    (folder / "flows.sdmx.json").write_text(sdmx.structure_message(coded, "Used vehicles"), encoding="utf-8")
    return folder / "flows.sdmx.csv", folder / "flows.sdmx.json"


def read_back(data: Path, structure: Path) -> pl.DataFrame:
    """The harmonised table from an SDMX data set and its structure alone."""
    (dataset,) = get_datasets(data, structure)  # pysdmx validates the structure by its schema
    components = dataset.structure.components
    words = {
        name: [None if value is None else str(value) for value in column]
        for name, column in _columns(dataset.data)
    }
    columns: dict[str, list[Any]] = {}
    for column, dimension in sdmx.DIMENSIONS.items():
        names = {code.id: code.name for code in components[dimension].enumeration}
        coded = column in ("exporter", "importer", "reporter", "code")
        columns[column] = [
            None if code == "_X" else code if coded else names[code] for code in words[dimension]
        ]
    columns["re_export"] = [value == "Yes" for value in columns["re_export"]]
    columns["year"] = [int(period[:4]) for period in words["TIME_PERIOD"]]
    columns["month"] = [int(period[5:]) if len(period) > 4 else None for period in words["TIME_PERIOD"]]
    for name in MEASURES:
        columns[name] = [float(value) if value else None for value in words[name.upper()]]
    columns["flags"] = [value or "" for value in words["FLAGS"]]
    return sorted_harmonised(pl.DataFrame(columns, schema=HARMONISED))


def _columns(data: Any) -> list[tuple[str, list[Any]]]:
    """Columns of a pandas frame, empty cells as None."""
    told = data.notna()
    return [(name, data[name].astype(object).where(told[name], None).to_list()) for name in data.columns]


def test_read_back_it_is_the_frame(tmp_path: Path) -> None:
    frame = frame_of(*SOME)
    assert read_back(*written(tmp_path, frame)).equals(frame)


def test_the_structure_says_what_is_what(tmp_path: Path) -> None:
    _, path = written(tmp_path, frame_of(*SOME))
    message = read_sdmx(path, validate=True)
    (structure,) = (one for one in message.structures if one.id == "DSD_VEHICLE_FLOWS")
    roles = {role: [one.id for one in structure.components if one.role is role] for role in Role}
    assert roles[Role.DIMENSION] == ["FREQ", *sdmx.DIMENSIONS.values(), "TIME_PERIOD"]
    assert roles[Role.MEASURE] == [name.upper() for name in MEASURES]
    assert roles[Role.ATTRIBUTE] == ["FLAGS", "OBS_STATUS"]
    importers = structure.components["IMPORTER"].enumeration
    assert {code.id: code.name for code in importers} == {
        "KE": "Kenya", "NA": "Namibia", "TZ": "Tanzania", "_X": "Not allocated or unspecified"
    }  # fmt: skip
    assert "_X" not in {code.id for code in structure.components["EXPORTER"].enumeration}


def test_the_data_are_what_pysdmx_itself_writes(tmp_path: Path) -> None:
    data, structure = written(tmp_path, frame_of(*SOME))
    again = write_with_pysdmx(get_datasets(data, structure))
    assert again is not None
    # `-namibia.csv` and formulas never get into SDMX-CSV: sources are coded
    assert again == data.read_text(encoding="utf-8")


def test_estimates_and_their_flags() -> None:
    data = sdmx.coded(frame_of(*SOME)).data
    assert data.filter(pl.col("OBS_STATUS") == "E")["FLAGS"].to_list() == ["estimated:unit-weight;months:3"]
    assert data.filter(pl.col("FREQ") == "A")["TIME_PERIOD"].to_list() == ["2020"]
    assert data.filter(pl.col("FREQ") == "M")["TIME_PERIOD"].unique().to_list() == ["2019-03"]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


@settings(max_examples=15, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=6, unique=True), TEXT)
def test_any_text_gets_a_code_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], source: str
) -> None:
    rows = [{**ROW, "category": word, "code_system": word.swapcase(), "source": source} for word in words]
    frame = frame_of(*rows)
    coded = sdmx.coded(frame)
    codes = coded.data["CATEGORY"].to_list()
    assert len(set(codes)) == len(words)
    assert all(
        code.replace("_", "A").replace("-", "A").replace("$", "A").isalnum() and code.isascii()
        for code in codes
    )
    folder = tmp_path_factory.mktemp("text")
    assert read_back(*written(folder, frame)).equals(frame)


def test_the_moment_of_the_message_is_the_day_given() -> None:
    coded = sdmx.coded(frame_of(ROW))
    message = json.loads(sdmx.structure_message(coded, "x", dt.date(2026, 1, 31)))
    assert message["meta"]["prepared"] == "2026-01-31T00:00:00Z"
    assert sdmx.structure_message(coded, "x") == sdmx.structure_message(coded, "x")


def test_rows_that_sdmx_cannot_hold_are_refused() -> None:
    with pytest.raises(sdmx.NotForSdmx, match="1 rows tell no year"):
        sdmx.coded(frame_of({**ROW, "year": None}))
    with pytest.raises(sdmx.NotForSdmx, match="the same keys"):
        sdmx.coded(frame_of(ROW, {**ROW, "units_low": 1.0}))


def test_an_empty_table_is_an_empty_message() -> None:
    coded = sdmx.coded(frame_of())
    assert coded.data.height == 0
    assert read_sdmx(io.BytesIO(sdmx.structure_message(coded, "x").encode())).structures


def test_in_a_dataset(tmp_path: Path) -> None:
    folder = made(tmp_path / "dataset", sharing=Sharing(sdmx=True))
    frame = pl.read_parquet(folder / "flows.parquet")
    assert read_back(folder / "flows.sdmx.csv", folder / "flows.sdmx.json").equals(frame)
