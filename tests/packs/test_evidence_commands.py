"""`vehiclecheck packs coverage|sources|disputed|stale|register|rate`, as a person and as a machine uses them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.standards.made import SOURCE, age, left_out, pack, provision, reviewed, version, written
from vehiclecheck import standards
from vehiclecheck.cli import main
from vehiclecheck.outputs.packs import display_width
from vehiclecheck.scenarios import rating
from vehiclecheck.scenarios.coverage import PARTS
from vehiclecheck.scenarios.evidence import DISPUTE_COLUMNS, STALE_COLUMNS
from vehiclecheck.scenarios.rating import Rated, rate
from vehiclecheck.scenarios.register import COLUMNS
from vehiclecheck.scenarios.scales import Scale
from vehiclecheck.standards import Library, load_library
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.regions import regions

#: Each command with what it needs, and on one day.
COMMANDS: dict[str, tuple[str, ...]] = {
    "coverage": ("coverage", "--on", "2021-08-01"),
    "coverage by country": ("coverage", "--by", "country", "--on", "2021-08-01"),
    "sources": ("sources", "KE"),
    "disputed": ("disputed", "KE", "TZ", "ECOWAS"),
    "stale": ("stale", "KE", "JP", "--before", "2020-01-01", "--on", "2021-08-01"),
    "register": ("register", "KE", "JP", "EU", "--on", "2021-08-01"),
    "register history": ("register", "KE", "--history"),
    "rate": ("rate", "--on", "2021-08-01"),
    "rate by country": ("rate", "--by", "country", "--on", "2021-08-01"),
    "rate africa": ("rate", "--scale", "africa-2018", "--on", "2018-12-31"),
}
#: What is the same table to a machine.
SHOWN_OTHERWISE = {"coverage by country", "rate by country"}
#: Nine columns and eleven do not fit.
TOO_NARROW = {("coverage", 60), ("coverage by country", 60)}
SHIPPED = load_library()
RATED: dict[tuple[str, dt.date], list[Rated]] = {}


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped packs are read once and rated once a day; a folder of one's own is all that there is."""

    def opened(folder: Path | None = None) -> Library:
        if folder is None or not folder.is_dir():
            return SHIPPED if folder is None else load_library(folder)
        places = (folder.glob("*.toml"), (folder / "standards").glob("*.toml"))
        countries, blocs = ({path.stem: path for path in paths if path.stem.isupper()} for paths in places)
        return Library(countries, blocs)

    def once(
        library: Library, scale: Scale, on: dt.date, countries: Collection[str] | None = None
    ) -> list[Rated]:
        if library is not SHIPPED or countries is not None:
            return rate(library, scale, on, countries)
        if (scale.name, on) not in RATED:
            RATED[scale.name, on] = rate(library, scale, on)
        return RATED[scale.name, on]

    monkeypatch.setattr(standards, "load_library", opened)
    monkeypatch.setattr(rating, "rate", once)


def run(*words: str | Path, columns: int = 80) -> Result:
    runner = CliRunner(env={"COLUMNS": str(columns)})
    return runner.invoke(main, ["packs", *map(str, words)], prog_name="vehiclecheck")


def told(*words: str | Path) -> list[dict[str, Any]]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def cells(*words: str | Path) -> list[dict[str, str]]:
    result = run(*words, "--csv")
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Packs in place of the shipped ones of Kenya and Uganda."""
    kenya = pack(
        "KE",
        reviewed(classes=["LDV", "HDV"]),
        provision("KE.age", "max_age", age(8), instrument_ := version(instrument="=Act 5")),
        provision("KE.ban", "prohibition", {}, version(from_=instrument_["from_"]), direction="export"),
        left_out("nine years", "disputed", provision="KE.age"),
        left_out("a quota"),
        name="Kenya",
    )
    return written(tmp_path, kenya, pack("UG", name="Uganda"))


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize("columns", [60, 80, 160])
@pytest.mark.parametrize("name", COMMANDS)
def test_tables_fit_the_terminal(name: str, columns: int) -> None:
    result = run(*COMMANDS[name], columns=columns)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    widest = max(result.stdout.split("\n"), key=display_width)
    assert display_width(widest) <= columns or (name, columns) in TOO_NARROW, widest


def test_coverage_by_region() -> None:
    lines = run("coverage", columns=160).stdout.split("\n")
    assert lines[0].split()[:2] == ["region", "countries"]
    world = next(line for line in lines if line.startswith("World")).split()
    rows = told("coverage")
    light = [
        row
        for row in rows
        if (row["subject"], row["direction"], row["class"]) == ("vehicle", "import", "LDV")
    ]
    assert world[1] == str(len(light))
    assert world[2] == str(len(SHIPPED.countries))
    regulated = sum(row["status"] == "regulated" for row in light)
    reviewed_ = sum(row["status"] != "not reviewed" for row in light)
    assert world[3:6] == [str(regulated), "of", str(reviewed_)]


def test_coverage_by_country(folder: Path) -> None:
    text = run("coverage", "--by", "country", "--packs", folder, columns=160).stdout
    kenya = next(line for line in text.split("\n") if line.startswith("KE "))
    assert kenya.split() == ["KE", "Kenya", "yes", "yes", "yes", "yes", "?", "?", "4", "A", "2020-05"]
    uganda = next(line for line in text.split("\n") if line.startswith("UG "))
    assert uganda.split() == ["UG", "Uganda", *["?"] * 6, "0"]
    assert "[Eastern Africa]" in text


def test_a_folder_replaces_shipped_packs_and_leaves_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standards, "load_library", load_library)
    rows = {row["country"]: row for row in told("coverage", "--packs", folder) if row["class"] == "diesel"}
    shipped = {row["country"]: row for row in told("coverage") if row["class"] == "diesel"}
    assert {code for code in rows if rows[code] != shipped[code]} == {"KE", "UG"}


def test_sources(folder: Path) -> None:
    text = " ".join(run("sources", "KE", "--packs", folder, columns=160).stdout.split())
    assert text.startswith("Kenya (KE): 1 source ")
    assert "KE.age (A), KE.ban (A); 2 left out" in text


def test_disputed(folder: Path) -> None:
    text = " ".join(run("disputed", "KE", "--packs", folder, columns=160).stdout.split())
    assert "nine years (against KE.age)" in text
    assert text.endswith("1 dispute in 1 pack")
    assert run("disputed", "UG", "--packs", folder).stdout == "Nothing is disputed.\n"


def test_stale(folder: Path) -> None:
    words = ("stale", "KE", "--packs", folder, "--before")
    assert (
        run(*words, "2020-05-01").stdout == "Every provision in force has a source of 2020-05-01 or later.\n"
    )
    text = run(*words, "2020-06-01").stdout
    assert text.endswith("2 provisions in force rest on nothing of 2020-06-01 or later\n")
    assert text.split("\n")[2].split()[:2] == ["2020-05", "KE.age"]


def test_register(folder: Path) -> None:
    text = run("register", "KE", "--packs", folder, "--on", "2021-08-01", columns=160).stdout
    assert text.endswith("2 policies on 2021-08-01; 1 has a quantified target (50%)\n")
    assert "8 years" in text
    empty = run("register", "UG", "--packs", folder, "--on", "2021-08-01").stdout
    assert empty.endswith("0 policies on 2021-08-01; 0 have a quantified target\n")


def test_register_writes_a_year_as_a_year(tmp_path: Path) -> None:
    made = {"from_date": "manufacture", "not_before": "2013-01-01"}
    odometer = provision("KE.far", "max_odometer", {"max": 100000})
    written(tmp_path, pack("KE", provision("KE.age", "max_age", made), odometer))
    text = run("register", "KE", "--packs", tmp_path, columns=160).stdout
    assert "not before 2013  " in text, "as a target"
    assert "2,013" not in text
    assert "100,000 km" in text


def test_rate(folder: Path) -> None:
    text = run("rate", "--on", "2021-08-01", "--packs", folder, columns=160).stdout
    assert text.startswith("Project scale 1, 2021-08-01\n")
    assert "It is not UNEP's rating." in " ".join(text.split())
    assert "Beside published counts:" in text
    assert "18 of 146" in text
    assert "Beside published classes of single countries:" in text
    kenya = next(line for line in text.split("\n") if line.startswith("KE  "))
    assert kenya.split() == ["KE", "light", "2020-10-26", "weak", "weak", "agrees"]
    uganda = next(line for line in text.split("\n") if line.startswith("UG  "))
    assert uganda.split() == ["UG", "light", "2020-10-26", "very", "weak", "not", "reviewed"]


def test_published_counts_are_shown_on_their_day_alone(folder: Path) -> None:
    text = run("rate", "--on", "2021-08-02", "--packs", folder).stdout
    assert "Beside published" not in text


def test_the_difference_to_published_counts_is_that_of_the_settled_ones() -> None:
    text = run("rate", "--on", "2021-08-01", columns=200).stdout
    rows = told("rate", "--on", "2021-08-01")
    for group, published in (("banned", 18), ("very good or good", 62), ("weak or very weak", 66)):
        names = set(group.split(" or "))
        light = [row for row in rows if row["vehicles"] == "light"]
        ours = sum(set(row["rating"].split(" to ")) <= names for row in light)
        line = next(line for line in text.split("\n") if line.startswith(f"light     {group}"))
        assert f"{published} of 146" in line
        assert f" {ours - published:+d} " in line


def test_rate_by_country(folder: Path) -> None:
    text = run("rate", "--by", "country", "--on", "2021-08-01", "--packs", folder, columns=160).stdout
    lines = [line.split() for line in text.split("\n") if line.startswith(("KE ", "UG "))]
    because = ["at", "most", "8", "years;", "no", "class"]
    assert lines == [
        ["KE", "Kenya", "light", "weak", *because],
        ["KE", "Kenya", "heavy", "weak", *because],
    ]


def test_rate_by_country_tells_both_ends(tmp_path: Path) -> None:
    perhaps = version(first_seen=version()["from_"].replace(year=2024))
    parts = [
        provision("KE.age", "max_age", age(8), perhaps),
        provision("KE.class", "min_emission_class", {"class": "Euro 4"}, perhaps),
        provision("KE.ban", "prohibition", {}, perhaps, scope={"categories": ["N3"]}),
    ]
    written(tmp_path, pack("KE", reviewed(), *parts, name="Kenya"))
    words = ("rate", "--by", "country", "--on", "2021-08-01", "--packs", tmp_path)
    lines = [" ".join(line.split()) for line in run(*words, columns=160).stdout.split("\n")]
    ends = "no age limit, perhaps at most 8 years; no class, perhaps Euro 4"
    assert f"KE Kenya light very weak to good {ends}" in lines
    assert f"KE Kenya heavy very weak to banned perhaps banned; {ends}" in lines


# ---------------------------------------------------------------- data


def test_coverage_as_data_has_every_part_of_every_country() -> None:
    rows = told("coverage", "--on", "2021-08-01")
    assert len(rows) == len(
        {(row["country"], row["subject"], row["direction"], row["class"]) for row in rows}
    )
    codes = {code for codes in regions().values() for code in codes} | set(SHIPPED.countries)
    assert len(rows) == len(codes) * len(PARTS)
    # what a row is does not hang on how the table is cut
    assert told("coverage", "--by", "country", "--on", "2021-08-01") == rows
    words = ("rate", "--on", "2021-08-01")
    assert told(*words, "--by", "country") == told(*words)


def test_sources_as_data(folder: Path) -> None:
    (row,) = told("sources", "KE", "--packs", folder)
    assert row["provisions"] == [
        {"provision": "KE.age", "grade": "A"},
        {"provision": "KE.ban", "grade": "A"},
    ]
    (cell,) = cells("sources", "KE", "--packs", folder)
    assert (cell["provisions"], cell["left_out"]) == ("KE.age (A); KE.ban (A)", "2")
    assert list(cell) == list(row)
    assert {use["id"] for use in told("sources", "KE")} == set(SHIPPED.pack("KE").sources)


def test_without_names_all_packs_are_meant() -> None:
    library = SHIPPED
    disputed = sum(
        item.reason == "disputed"
        for code in (*library.countries, *library.standards)
        for item in library.pack(code).left_out
    )
    assert len(told("disputed")) == disputed
    everything = told("register", "--history")
    assert len(everything) == sum(len(each.versions) for each in library.packs())
    for name, key in (("rate", "country"), ("stale", "pack")):
        more = ("--before", "2030-01-01") if name == "stale" else ()
        assert (
            {"KE", "UG"}
            < {row[key] for row in told(name, *more, "--on", "2021-08-01")}
            <= set(library.countries)
        )


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - SHOWN_OTHERWISE))
def test_csv_is_the_same_as_json(name: str) -> None:
    rows, lines = told(*COMMANDS[name]), cells(*COMMANDS[name])
    assert rows
    assert len(lines) == len(rows)
    for row, line in zip(rows, lines, strict=True):
        assert list(line) == list(row)
        for key, value in row.items():
            if isinstance(value, list):
                continue
            cell = line[key]
            if value is None:
                assert cell == ""
            elif isinstance(value, bool):
                assert cell == str(value).lower()
            elif isinstance(value, int | float):
                assert float(cell) == value
            else:
                assert cell.removeprefix("'") == value.removeprefix("'")


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        (("disputed", "UG"), DISPUTE_COLUMNS),
        (("stale", "UG", "--before", "2030-01-01"), STALE_COLUMNS),
        (("register", "UG"), COLUMNS),
    ],
)
def test_a_table_without_rows_has_its_header(
    folder: Path, words: tuple[str, ...], columns: tuple[str, ...]
) -> None:
    assert told(*words, "--packs", folder) == []
    assert run(*words, "--packs", folder, "--csv").stdout == ",".join(columns) + "\n"


def test_cells_that_a_spreadsheet_would_run_are_text(folder: Path) -> None:
    first, second = cells("register", "KE", "--packs", folder)
    assert (first["instrument"], second["instrument"]) == ("'=Act 5", "")
    assert told("register", "KE", "--packs", folder)[0]["instrument"] == "=Act 5"


def test_terminals_obey_no_escape_sequences(tmp_path: Path) -> None:
    mean = left_out("\\u001b[31mnine years", "disputed")
    law = provision("KE.age", "max_age", age(8), version(instrument="\\u001b[31mAct"))
    kenya = pack(
        "KE", reviewed(), law, mean, name="\\u001b[31mKenya", sources=SOURCE.replace("Gazette", "\\u001b[1m")
    )
    written(tmp_path, kenya)
    for words in (
        ("coverage", "--by", "country"),
        ("sources", "KE"),
        ("disputed", "KE"),
        ("stale", "KE", "--before", "2030-01-01"),
        ("register", "KE"),
        ("rate", "--by", "country"),
    ):
        result = run(*words, "--packs", tmp_path)
        assert result.exit_code == 0, result.output
        assert "\x1b" not in result.output, words
        assert "x1b" in result.output, words


def test_a_scale_of_ones_own(tmp_path: Path, folder: Path) -> None:
    text = (data_root() / "rules" / "ratings" / "project-1.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(
        text.replace("age = 8", "age = 7").replace("Project scale 1", "My scale"), encoding="utf-8"
    )
    words = ("rate", "--on", "2022-01-01", "--packs", folder, "--scale")
    mine = {(row["country"], row["vehicles"]): row["rating"] for row in told(*words, path)}
    theirs = {(row["country"], row["vehicles"]): row["rating"] for row in told(*words, "project-1")}
    assert (mine["KE", "light"], theirs["KE", "light"]) == ("very weak", "weak")
    assert run(*words, path).stdout.startswith("My scale, 2022-01-01\n")


# ---------------------------------------------------------------- wrong usage


def one_sentence(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(result.stderr.strip().split("\n")) == 1, result.stderr
    assert result.stderr.startswith("Error: ")
    return result.stderr.removeprefix("Error: ").strip()


@pytest.mark.parametrize(
    "words", [each for name, each in COMMANDS.items() if " " not in name and "--on" in each]
)
@pytest.mark.parametrize("day", ["31/12/2020", "2020-02-30", "", "soon"])
def test_a_day_that_is_none(words: tuple[str, ...], day: str) -> None:
    said = one_sentence(run(*words, "--on", day))
    assert said == f"--on: {day!r} is not a day such as 2026-01-31"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("stale", "--before", "2020"), "--before: '2020' is not a day such as 2024-01-01"),
        (("sources", "Atlantis"), "no pack for 'Atlantis'"),
        (("disputed", "KE", "Atlantis"), "no pack for 'Atlantis'"),
        (("stale", "Atlantis", "--before", "2020-01-01"), "no pack for 'Atlantis'"),
        (("register", "Atlantis"), "no pack for 'Atlantis'"),
        (("rate", "--scale", "unep"), "--scale: no rating scale 'unep'; scales: africa-2018, project-1"),
        (("rate", "--scale", "nowhere.toml"), "--scale: no rating scale 'nowhere.toml'; scales: "),
        (("coverage", "--packs", "/nowhere/at/all"), "--packs: /nowhere/at/all: is not a folder of packs"),
        (("rate", "--packs", "/nowhere/at/all"), "--packs: /nowhere/at/all: is not a folder of packs"),
    ],
)
def test_wrong_usage_is_one_sentence(words: tuple[str, ...], said: str) -> None:
    assert one_sentence(run(*words)).startswith(said)


@pytest.mark.parametrize(
    "words", [("stale",), ("sources",), ("coverage", "--by", "continent"), ("rate", "--by", "x")]
)
def test_what_is_missing_or_unknown_is_told(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("coverage",),
        ("sources", "KE"),
        ("disputed",),
        ("stale", "--before", "2020-01-01"),
        ("register",),
        ("rate",),
    ],
    ids=" ".join,
)
def test_a_broken_pack_is_told_with_its_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    written(tmp_path, pack("KE", reviewed()).replace('direction = "import"', 'direction = "inward"'))
    said = one_sentence(run(*words, "--packs", tmp_path))
    assert said.startswith("KE.toml:14: direction is 'inward', but must be one of: import, export")


def test_a_broken_scale_is_told(tmp_path: Path, folder: Path) -> None:
    text = (data_root() / "rules" / "ratings" / "project-1.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('combine = "better"', 'combine = "best"'), encoding="utf-8")
    assert one_sentence(run("rate", "--scale", path)).startswith("--scale: mine.toml: combine is 'best'")
    path.write_text(text.replace("engine_cc = 1600", 'engine_cc = "much"'), encoding="utf-8")
    said = one_sentence(run("rate", "--scale", path, "--packs", folder))
    assert said.startswith("project-1: probe.light: engine_cc 'much': ")


# ---------------------------------------------------------------- maps


@pytest.mark.parametrize("command", ["coverage", "rate"])
def test_a_map_is_written(tmp_path: Path, command: str) -> None:
    from xml.etree import ElementTree

    target = tmp_path / "map.svg"
    result = run(command, "--map", target, "--on", "2021-08-01")
    assert (result.exit_code, result.stdout) == (0, f"Written: {target}\n")
    assert ElementTree.parse(target).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert list(tmp_path.iterdir()) == [target]
    before = target.read_bytes()
    assert run(command, "--map", target, "--on", "2021-08-01").exit_code == 0
    assert target.read_bytes() == before


@pytest.mark.parametrize("command", ["coverage", "rate"])
@pytest.mark.parametrize("place", ["nowhere/map.svg", "file/map.svg", "folder", "folder/"])
def test_a_map_that_cannot_be_written_leaves_nothing(tmp_path: Path, command: str, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    said = one_sentence(run(command, "--map", f"{tmp_path}/{place}", "--on", "2021-08-01"))
    assert "cannot be written" in said
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("command", ["coverage", "rate"])
def test_a_map_in_place_of_the_folder_that_one_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (
        one_sentence(run(command, "--map", ".", "--on", "2021-08-01")) == ".: cannot be written: is a folder"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_country_that_has_no_place_on_the_map_is_told(tmp_path: Path) -> None:
    written(tmp_path, pack("QQ", reviewed(finding="unregulated"), name="Nowhere"))
    said = one_sentence(run("coverage", "--map", tmp_path / "map.svg", "--packs", tmp_path))
    assert said.startswith("--map: ")
    assert "'QQ'" in said
    assert not (tmp_path / "map.svg").exists()
