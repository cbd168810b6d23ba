"""A compiled folder as a dataset: described, cited, verified, the same bytes each time; hostile folders are refused."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from click.testing import CliRunner
from frictionless import Package, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from vehiclecheck.cli import main
from vehiclecheck.outputs.dataset_files import write_dataset
from vehiclecheck.outputs.errors import OutputError
from vehiclecheck.outputs.files import write_table
from vehiclecheck.outputs.statistics_files import Maker, write_harmonised
from vehiclecheck.records.errors import InputError
from vehiclecheck.trade import codebook, flags
from vehiclecheck.trade.dataset import Contents, Sharing, hashed, sums, version_of
from vehiclecheck.trade.fates import TOLD
from vehiclecheck.trade.quantities import WEIGHTS_SCHEMA
from vehiclecheck.trade.verifying import MAX_DOCUMENT, verify
from vehiclecheck.vocabulary.harmonised import CLASSES, CONDITIONS, HARMONISED, sorted_harmonised

SHARING = Sharing(
    title="Used vehicles of the East", creators=("Rossi, Ada", "UNEP"), date=dt.date(2026, 1, 31)
)
ROW: dict[str, Any] = {
    "exporter": "JP", "importer": "KE", "year": 2019, "month": 3, "vehicle_class": "LDV", "category": "M1", "fuel": "petrol",
    "condition": "used", "units_low": 1204.0, "units_high": 1204.0, "weight_kg": 1444800.5, "value_usd": 2000000.1,
    "value": 250000000.0, "currency": "JPY", "re_export": False, "reported_by": "exporter", "reporter": "JP",
    "code_system": "JP-9", "code": "870323915", "source": "japan.csv", "flags": "",
}  # fmt: skip
LEFT: dict[str, Any] = dict.fromkeys(TOLD) | {
    "file": "japan.csv",
    "line": 3,
    "partner": "0",
    "reason": "partner world",
}


def contents(*rows: dict[str, Any]) -> Contents:
    """Hand-made tables: the rows given, one left out, one set aside."""
    aside = {
        **LEFT,
        "line": 4,
        "reporter": "=cmd|' /C calc'!A0",
        "quantity": -1.0,
        "reason": "quantity below zero",
    }
    return Contents(
        sorted_harmonised(pl.DataFrame(list(rows or SOME), schema=HARMONISED, orient="row")),
        pl.DataFrame([LEFT], schema=TOLD, orient="row"),
        pl.DataFrame([aside], schema=TOLD, orient="row"),
        {
            "options": {"period": "month", "estimate": None},
            "inputs": [
                {"name": "japan.csv", "bytes": 812, "sha256": "ab" * 32, "layout": "plain", "rows": 6, "compiled": 4,
                 "other_goods": 0, "left_out": {"partner world": 1}, "set_aside": {"quantity below zero": 1}}
            ],
            "not_read": [],
        },
    )  # fmt: skip


SOME = (
    ROW,
    {**ROW, "importer": None, "vehicle_class": "LDV or HDV", "units_low": 0.0, "units_high": None, "value_usd": None,
     "flags": "undecided-class"},
    {**ROW, "year": 2020, "month": None, "importer": "NA", "reported_by": "importer", "reporter": "NA",
     "source": "-namibia.csv"},
    {**ROW, "importer": "TZ", "units_low": 0.0, "units_high": 3.0, "value_usd": 0.2,
     "flags": "estimated:unit-weight;months:3"},
)  # fmt: skip


def table_makers(what: Contents) -> dict[str, Maker]:
    """The tables as compiling writes them."""
    weights = pl.DataFrame(
        [{"digits": "HS6", "code": "870323", "year": 2019, "median_kg": 1200.5, "rows": 7}],
        schema=WEIGHTS_SCHEMA,
    )
    return {
        "flows.parquet": lambda path: write_table(what.frame, path, "parquet"),
        "flows.csv": lambda path: write_harmonised(what.frame, path),
        "left_out.csv": lambda path: write_table(what.left_out, path, "csv"),
        "set_aside.csv": lambda path: write_table(what.set_aside, path, "csv"),
        "median_weights.csv": lambda path: write_table(weights, path, "csv"),
    }


def made(folder: Path, *rows: dict[str, Any], sharing: Sharing = SHARING) -> Path:
    """A dataset in a folder."""
    what = contents(*rows)
    write_dataset(table_makers(what), what, sharing, folder)
    return folder


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return made(tmp_path / "dataset", sharing=Sharing("Used vehicles", ("Rossi, Ada",), excel=True))


def test_the_codebook_tells_every_column_value_and_flag() -> None:
    kinds = {pl.String: "string", pl.Float64: "number", pl.Boolean: "boolean"}
    for name, schema in {
        "flows": HARMONISED,
        "left_out": TOLD,
        "set_aside": TOLD,
        "median_weights": WEIGHTS_SCHEMA,
    }.items():
        columns = codebook.tables()[name].columns
        assert [column.name for column in columns] == list(schema)
        for column in columns:
            dtype = schema[column.name]
            assert column.kind == kinds.get(type(dtype), "integer" if dtype.is_integer() else None), (
                column.name
            )
            assert column.text.endswith(".")
    flows = {column.name: column for column in codebook.tables()["flows"].columns}
    assert tuple(flows["vehicle_class"].values) == CLASSES
    assert tuple(flows["condition"].values) == CONDITIONS
    assert set(codebook.flag_meanings()) == {
        flag.split(":")[0] if flag.startswith("months:") else flag for flag in flags.FLAGS
    }


def test_frictionless_finds_nothing_wrong(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(dataset.parent)
    report = validate("dataset/datapackage.json")
    assert report.valid, report.flatten(["name", "type", "note"])
    package = Package("dataset/datapackage.json")
    assert {resource.path for resource in package.resources} == {
        path.name for path in dataset.iterdir() if path.name not in ("CITATION.txt", "CITATION.cff", "datapackage.json")
    }  # fmt: skip
    rows = package.get_resource("table-flows").read_rows()
    assert len(rows) == len(SOME)
    assert {row["importer"] for row in rows} == {"KE", "NA", "TZ", None}  # Namibia is no missing value
    assert isinstance(rows[0]["units_low"], int)
    assert package.get_resource("table-flows").schema.primary_key
    assert "licenses" not in package.to_descriptor()


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"condition": "broken"}, "constraint-error"),
        ({"exporter": "JPN"}, "constraint-error"),
        ({"units_low": -1.0}, "constraint-error"),
    ],
)
def test_frictionless_finds_what_is_wrong(
    wrong: dict[str, Any], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "dataset", {**ROW, **wrong})
    monkeypatch.chdir(tmp_path)
    assert kind in {found for (found,) in validate("dataset/datapackage.json").flatten(["type"])}


def test_the_same_key_twice_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "dataset", ROW, {**ROW, "units_low": 1.0})
    monkeypatch.chdir(tmp_path)
    assert ["primary-key"] in validate("dataset/datapackage.json").flatten(["type"])


def test_a_dataset_is_as_recorded(dataset: Path) -> None:
    found = verify(dataset)
    assert found.differences == ()
    assert (found.rows, found.sums) == (4, 2)
    recorded = json.loads((dataset / "provenance.json").read_text())
    assert recorded["tables"]["flows"]["sums"][0] == {
        "reporter": "JP", "reported_by": "exporter", "re_export": False, "year": 2019, "rows": 3, "units_low": 1204,
        "units_high": 1207, "rows_without_upper_bound": 1, "value_usd_cents": 200000030, "rows_without_value_usd": 1,
    }  # fmt: skip
    assert recorded["inputs"][0]["left_out"] == {"partner world": 1}
    assert "rules/trade/codes.toml" in recorded["made_with"]["tables"]
    assert recorded["dataset"]["version"] == found.version[:12]


def test_how_to_cite_it(tmp_path: Path) -> None:
    folder = made(tmp_path / "dataset")
    version = verify(folder).version[:12]
    from vehiclecheck.version import __version__

    assert (folder / "CITATION.txt").read_text() == (
        f"Rossi, Ada; UNEP (2026). Used vehicles of the East, 2019–2020 [data set]. Version {version}. "
        f"Compiled with vehiclecheck {__version__}.\n"
    )
    cff = yaml.safe_load((folder / "CITATION.cff").read_text())
    assert cff["authors"] == [{"family-names": "Rossi", "given-names": "Ada"}, {"name": "UNEP"}]
    assert (cff["cff-version"], cff["type"], cff["version"]) == ("1.2.0", "dataset", version)
    assert cff["date-released"] == dt.date(2026, 1, 31)


def test_without_a_creator_there_is_no_file_that_needs_one(tmp_path: Path) -> None:
    folder = made(tmp_path / "dataset", sharing=Sharing())
    assert not (folder / "CITATION.cff").exists()
    assert (
        (folder / "CITATION.txt")
        .read_text()
        .startswith("Flows of vehicles, compiled from national trade statistics, 2019–2020 [")
    )
    assert verify(folder).differences == ()


def test_names_cannot_break_the_citation(tmp_path: Path) -> None:
    folder = made(
        tmp_path / "dataset", sharing=Sharing('A "title": {x}', ("O'Neil: #1", "- dash", "Family,"))
    )
    cff = yaml.safe_load((folder / "CITATION.cff").read_text())
    assert cff["title"] == 'A "title": {x}, 2019–2020'
    assert [author["name"] for author in cff["authors"]] == ["O'Neil: #1", "- dash", "Family,"]


def test_the_version_is_that_of_the_data_alone(tmp_path: Path) -> None:
    one = verify(made(tmp_path / "one")).version
    assert verify(made(tmp_path / "two", sharing=Sharing("Another title", excel=True))).version == one
    assert verify(made(tmp_path / "three", {**ROW, "units_low": 1203.0})).version != one


def test_spreadsheets_run_nothing_and_parquet_has_the_text(dataset: Path) -> None:
    assert "'=cmd" in (dataset / "set_aside.csv").read_text()
    assert "'-namibia.csv" in (dataset / "flows.csv").read_text()
    assert "-namibia.csv" in pl.read_parquet(dataset / "flows.parquet")["source"].to_list()
    sheet = pl.read_excel(dataset / "flows.xlsx")
    assert sheet.height == len(SOME)
    assert sheet["source"].str.contains("^'-namibia").any()


def test_files_of_an_earlier_run_go(dataset: Path) -> None:
    assert (dataset / "flows.xlsx").exists()
    (dataset / "notes.md").write_text("mine")
    made(dataset, sharing=Sharing())
    assert not (dataset / "flows.xlsx").exists()
    assert (dataset / "notes.md").read_text() == "mine"


def test_what_fails_leaves_the_folder_as_it_was(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in dataset.iterdir()}
    monkeypatch.setattr(
        "vehiclecheck.outputs.dataset_files.citation", lambda *_: (_ for _ in ()).throw(OSError("full"))
    )
    with pytest.raises(OutputError):
        made(dataset, ROW)
    assert {path.name: path.read_bytes() for path in dataset.iterdir()} == before


# ---------------------------------------------------------------- differences


def recompiled(dataset: Path, **told: Any) -> None:
    """Another table of flows in the folder, as somebody might put it there."""
    what = contents({**ROW, **told}, *SOME[1:])
    write_table(what.frame, dataset / "flows.parquet", "parquet")
    write_harmonised(what.frame, dataset / "flows.csv")


def test_sums_that_differ_are_named(dataset: Path) -> None:
    recompiled(dataset, units_low=1104.0, value_usd=2000000.09)
    said = "\n".join(verify(dataset).differences)
    for name in ("flows.csv", "flows.parquet"):
        assert f"{name}: JP, exports, 2019: units_low is 1,104, provenance.json says 1,204" in said
        assert (
            f"{name}: JP, exports, 2019: value_usd is 2,000,000.29, provenance.json says 2,000,000.30" in said
        )
        assert "CITATION" not in said


def break_last_row(dataset: Path) -> str:
    path = dataset / "flows.csv"
    path.write_bytes(path.read_bytes()[:-40])
    return "flows.csv: has "


def change_a_letter(dataset: Path) -> str:
    path = dataset / "left_out.csv"
    path.write_text(path.read_text().replace("japan", "spain"))
    return "left_out.csv: its content is not what provenance.json says"


def drop_a_row(dataset: Path) -> str:
    path = dataset / "set_aside.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    return "set_aside.csv: has 0 rows, provenance.json says 1"


def no_parquet(dataset: Path) -> str:
    (dataset / "flows.parquet").write_bytes(b"PAR1 nothing")
    return "flows.parquet: cannot be read as the table of flows"


def missing(dataset: Path) -> str:
    (dataset / "codebook.md").unlink()
    return "codebook.md: is missing"


def no_package(dataset: Path) -> str:
    (dataset / "datapackage.json").unlink()
    return "datapackage.json: is missing"


def extra(dataset: Path) -> str:
    (dataset / "more.csv").write_text("a\n")
    return "more.csv: does not belong to the dataset"


def a_folder(dataset: Path) -> str:
    (dataset / ".hidden").mkdir()
    return ".hidden: does not belong to the dataset"


def a_link(dataset: Path) -> str:
    os.replace(dataset / "flows.csv", dataset.parent / "flows.csv")
    (dataset / "flows.csv").symlink_to(dataset.parent / "flows.csv")
    return "flows.csv: is a link or a folder, no file"


def other_version(dataset: Path) -> str:
    (dataset / "CITATION.txt").write_text("Somebody. Something.\n")
    return "CITATION.txt: does not name version"


def other_provenance(dataset: Path) -> str:
    path = dataset / "provenance.json"
    path.write_text(path.read_text().replace('"units_low": 1204', '"units_low": 1205', 1))
    return "provenance.json: its content is not what datapackage.json says"


CHANGES = [
    break_last_row, change_a_letter, drop_a_row, no_parquet, missing, no_package, extra, a_folder, a_link, other_version,
    other_provenance,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=[change.__name__ for change in CHANGES])
def test_differences_are_named(change: Callable[[Path], str], dataset: Path) -> None:
    said = change(dataset)
    found = verify(dataset).differences
    assert any(one.startswith(said) for one in found), found
    result = CliRunner().invoke(main, ["flows", "verify", str(dataset)], env={"COLUMNS": "200"})
    assert result.exit_code == 1
    assert said in result.output


def test_what_a_user_adds_to_the_description_is_no_difference(dataset: Path) -> None:
    path = dataset / "datapackage.json"
    package = json.loads(path.read_text())
    path.write_text(json.dumps({**package, "licenses": [{"name": "CC-BY-4.0"}]}))
    with (dataset / "CITATION.cff").open("a") as file:
        file.write("doi: 10.5281/zenodo.1\n")
    assert verify(dataset).differences == ()


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_any_byte_changed_in_a_table_is_found(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = made(tmp_path_factory.mktemp("byte") / "dataset")
    path = folder / data.draw(
        st.sampled_from(
            ["flows.csv", "flows.parquet", "left_out.csv", "set_aside.csv", "codebook.md", "provenance.json"]
        )
    )
    raw = bytearray(path.read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 127))
    path.write_bytes(raw)
    try:
        assert verify(folder).differences
    except InputError:
        assert path.name == "provenance.json"


# ---------------------------------------------------------------- hostile folders


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        "a/b.csv",
        "a\\b.csv",
        "C:x",
        "http://example.org/x",
        ".hidden",
        "",
        "x\ny",
        3,
        None,
    ],
)
@pytest.mark.parametrize("document", ["datapackage.json", "provenance.json"])
def test_names_that_lead_out_are_refused(name: Any, document: str, dataset: Path) -> None:
    path = dataset / document
    whole = json.loads(path.read_text())
    if document == "datapackage.json":
        whole["resources"][1]["path"] = name
    else:
        whole["files"][1]["name"] = name
    path.write_text(json.dumps(whole))
    with pytest.raises(InputError, match=document):
        verify(dataset)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, "{", "[]", "null", "", '{"files": 3}', '{"files": [3]}', '{"files": [{"name": "a", "bytes": "1"}]}',
        '{"files": [], "tables": {"flows": {"rows": true}}}',
        '{"files": [], "tables": {"flows": {"rows": 1, "sums": [{"year": []}]}}}',
        '{"a": ' + "9" * 5000 + "}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("document", ["datapackage.json", "provenance.json"])
def test_broken_documents_are_refused(text: str, document: str, dataset: Path) -> None:
    (dataset / document).write_text(text)
    with pytest.raises(InputError, match=document):
        verify(dataset)


@pytest.mark.parametrize("document", ["datapackage.json", "provenance.json"])
def test_documents_have_a_limit(document: str, dataset: Path) -> None:
    with (dataset / document).open("r+b") as file:
        file.truncate(MAX_DOCUMENT + 1)
    with pytest.raises(InputError, match="more than a description has"):
        verify(dataset)


def test_what_is_no_dataset_is_refused_in_a_sentence(tmp_path: Path) -> None:
    for path, said in ((tmp_path, "holds no provenance.json"), (tmp_path / "nowhere", "no such folder")):
        result = CliRunner().invoke(main, ["flows", "verify", str(path)])
        assert result.exit_code == 2
        assert said in result.output.replace("\n", " ")


# ---------------------------------------------------------------- the same bytes


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 10**12), min_size=2, max_size=30))
def test_sums_do_not_depend_on_the_order(chance: Any, cents: list[int]) -> None:
    rows = [{**ROW, "value_usd": cent / 100} for cent in cents]
    one = sums(pl.LazyFrame(rows, schema=HARMONISED))
    chance.shuffle(rows)
    assert sums(pl.LazyFrame(rows, schema=HARMONISED)) == one
    assert one[0]["value_usd_cents"] == sum(cents)


def test_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "japan.csv").write_text(
        textwrap.dedent("""\
        reporter,partner,flow,code,period,quantity,quantity_unit,weight_kg,value,currency
        JP,KE,export,870323915,2019,1204,number,1444800,250000000,JPY
        JP,TZ,export,870323915,2019,,none,960000,150000000,JPY
        JP,W00,export,870323915,2019,1204,number,1444800,250000000,JPY
        JP,KE,export,870323915,soon,1204,number,1444800,250000000,JPY
        """)
    )
    told = [
        "--sdmx",
        "--format",
        "xlsx",
        "--creator",
        "Rossi, Ada",
        "--title",
        "Used vehicles",
        "--estimate",
        "unit-weight",
    ]
    for number, name in enumerate(("one", "two")):
        subprocess.run(
            [sys.executable, "-m", "vehiclecheck", "flows", "compile", "in", "--out", name, *told],
            cwd=tmp_path, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": str(number + 1)},
        )  # fmt: skip
    files = [
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two")
    ]
    assert files[0] == files[1]
    assert {"flows.xlsx", "flows.sdmx.csv", "flows.sdmx.json", "CITATION.cff", "codebook.md"} <= set(files[0])
    recorded = json.loads(files[0]["provenance.json"])
    assert recorded["command"].startswith(
        "vehiclecheck flows compile in --estimate unit-weight --format xlsx --sdmx "
    )
    assert verify(tmp_path / "one").differences == ()
    assert recorded["dataset"]["digest"] == version_of(hashed(path) for path in (tmp_path / "two").iterdir())


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--title", "x"], "--out names its folder"),
        (["--out", "x", "--date", "soon"], "is not a day"),
        (["--out", "x", "--title", "a\nb"], "one line of text"),
    ],
)
def test_options_that_are_refused(args: list[str], said: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["flows", "compile", str(tmp_path), *args])
    assert result.exit_code == 2
    assert said in result.output


def test_without_pysdmx_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vehiclecheck.cli_flow_sharing.importlib.util.find_spec", lambda _: None)
    result = CliRunner().invoke(
        main, ["flows", "compile", str(tmp_path), "--out", str(tmp_path / "out"), "--sdmx"]
    )
    assert result.exit_code == 2
    assert "pip install vehiclecheck[sdmx]" in result.output
