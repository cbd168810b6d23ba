"""The one layout of packs: nothing that a pack says is changed, and nothing that a person wrote is lost."""

# ruff: noqa: E501 (a pack as somebody wrote it)

from __future__ import annotations

import datetime as dt
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standards.packs import ADOPT, PACK, STANDARD
from vehiclecheck.standards import PackError
from vehiclecheck.standards.checking import plain, read_document
from vehiclecheck.standards.lines import Lines
from vehiclecheck.standards.writing import (
    WIDTH,
    cases_text,
    comparable,
    format_file,
    inline,
    is_canonical,
    pack_text,
    write_file,
)
from vehiclecheck.vocabulary.places import data_root

SHIPPED = sorted(
    path for folder in ("countries", "rules/standards") for path in (data_root() / folder).glob("*.toml")
)

NASTY = '\\ \\\\ " """ "" """""" \' \'\'\' # = [x] {y} \t \r \n \x00 \x1b \x7f é 道 \u00a0 \u2028 \ufeff \U0001f697'

# ---------------------------------------------------------------- random documents

_letters = st.characters(exclude_categories=["Cs"])
_texts = st.text(_letters, max_size=30) | st.text(st.sampled_from(NASTY), max_size=30) | st.just("2020-02-30")
_days = st.dates().filter(lambda day: day.year >= 1000)
_atoms = (
    _texts | st.integers() | st.booleans() | st.floats(allow_nan=False) | _days | st.datetimes() | st.times()
)
_keys = (
    st.sampled_from(
        ["from", "to", "note", "scope", "asks", "exempt", "sources", "max", "on", "before", "kind"]
    )
    | st.sampled_from(["id", "title", "direction", "version", "override", "case", "record", "expect"])
    | st.text(_letters, max_size=8)
)
_values = st.recursive(
    _atoms,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)
_entries = st.dictionaries(_keys, _values, max_size=5)
_provisions = st.fixed_dictionaries(
    {"id": _texts},
    optional={
        "kind": st.sampled_from(["max_age", "fuel_limit"]),
        "direction": st.sampled_from(["import", "export", "market", "up"]),
        "note": _texts,
        "version": st.lists(_entries, max_size=3),
    },
)
_packs = st.fixed_dictionaries(
    {"code": _texts},
    optional={
        "note": _texts,
        "reviewed": st.lists(_entries, max_size=2),
        "source": _values,
        "adopt": st.lists(
            st.fixed_dictionaries({}, optional={"note": _texts, "override": _values}), max_size=2
        ),
        "provision": st.lists(_provisions, max_size=5),
        "left_out": st.lists(_entries, max_size=2),
        "xyz": _values,
    },
)


@given(_packs)
def test_a_pack_parses_back_and_has_its_layout(document: dict[str, Any]) -> None:
    text = pack_text(document)
    assert comparable(tomllib.loads(text)) == comparable(document)
    assert pack_text(tomllib.loads(text)) == text
    assert is_canonical(text, "XX.toml")
    assert all(line == line.rstrip(" ") for line in text.split("\n"))


@given(st.lists(_entries, max_size=4))
def test_cases_parse_back_and_have_their_layout(cases: list[dict[str, Any]]) -> None:
    document = {"case": cases} if cases else {}
    text = cases_text(document)
    assert tomllib.loads(text) == plain(document)  # days in cases are text
    assert is_canonical(text, "XX.cases.toml")


def without_notes(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_notes(item) for key, item in value.items() if key != "note"}
    return [without_notes(item) for item in value] if isinstance(value, list) else value


@given(_packs)
def test_but_for_notes_and_the_order_of_provisions_it_is_the_very_same_document(
    document: dict[str, Any],
) -> None:
    bare = without_notes(document)
    bare["provision"] = bare.get("provision", [])[:1]
    assert plain(tomllib.loads(pack_text(bare))) == plain(bare)


@given(_texts, st.integers(0, 200))
def test_a_note_keeps_its_words_whatever_they_are(words: str, times: int) -> None:
    read = tomllib.loads(pack_text({"code": "XX", "note": f"{words} " * times}))["note"]
    assert [word for word in read.split() if word] == [word for word in (f"{words} " * times).split() if word]


def test_nasty_text_in_every_place() -> None:
    case = {"says": NASTY, "record": {NASTY: NASTY}, "expect": {"XX.a": NASTY}}
    assert tomllib.loads(cases_text({"case": [case]})) == {"case": [case]}
    document = {"code": "XX", "left_out": [{"what": NASTY, "sources": [NASTY] * 9}], NASTY: {NASTY: [NASTY]}}
    text = pack_text(document)
    assert tomllib.loads(text) == document
    # what is not seen on a screen is written as an escape
    assert all(letter == "\n" or letter.isprintable() for letter in text)


def test_half_a_letter_is_refused() -> None:
    with pytest.raises(ValueError, match=r"U\+D800"):
        pack_text({"code": "\ud800"})


# ---------------------------------------------------------------- the layout

MIXED = """
left_out = [{why = "w", reason = "unencoded", what = "a quota"}]
name = "Somewhere"
code = "XX"
schema = 1

[[provision]]
asks = {unit = "ppm", max = 50, property = "sulphur_mg_kg"}
kind = "fuel_limit"
id = "XX.fuel"
title = "Fuel"
direction = "market"
[[provision.version]]
grade = "A"
sources = ["s"]
status = "enacted"
from = "2020-01-01"

[[provision]]
version = [{to = 2021-01-01, first_seen = 2020-01-01, exempt = [{regime = ["vintage"], note = "LONG"}, {note = "n", categories = ["N1"]}], asks = {max = 8}, note = "WORDS", sources = ["s"], grade = "A"}]
title = 'The "eight years" # no comment'
kind = "max_age"
id = "XX.age"
direction = "import"
scope = {shipped = {before = 2022-01-01, from = "2021-01-01"}, categories = ["M1"], condition = ["used"]}

[[adopt]]
override."EAC.a" = {note = "n", asks = {max = 1}}
standard = "EAC"

[[source]]
date = 2020-01-01
id = "s"
"""

LAID_OUT = f'''\
schema = 1
code = "XX"
name = "Somewhere"

[[source]]
id = "s"
date = "2020-01-01"

[[adopt]]
standard = "EAC"

  [adopt.override."EAC.a"]
  asks = {{ max = 1 }}
  note = "n"

# ---- Vehicles that arrive

[[provision]]
id = "XX.age"
kind = "max_age"
direction = "import"
title = "The \\"eight years\\" # no comment"
scope = {{ condition = ["used"], categories = ["M1"], shipped = {{ from = 2021-01-01, before = 2022-01-01 }} }}

  [[provision.version]]
  first_seen = 2020-01-01
  to = 2021-01-01
  grade = "A"
  sources = ["s"]
  exempt = [
    {{ regime = ["vintage"], note = "{"x" * 60}" }},
    {{ categories = ["N1"], note = "n" }},
  ]
  asks = {{ max = 8 }}
  note = """
  {("word " * 25).rstrip()}
  {("word " * 15).rstrip()}
  """

# ---- Fuel

[[provision]]
id = "XX.fuel"
kind = "fuel_limit"
direction = "market"
title = "Fuel"
asks = {{ property = "sulphur_mg_kg", max = 50, unit = "ppm" }}

  [[provision.version]]
  from = 2020-01-01
  status = "enacted"
  grade = "A"
  sources = ["s"]

# ---- Left out

[[left_out]]
what = "a quota"
reason = "unencoded"
why = "w"
'''


def test_the_layout_of_a_pack() -> None:
    document = tomllib.loads(MIXED.replace("LONG", "x" * 60).replace("WORDS", "word " * 40))
    assert pack_text(document) == LAID_OUT
    # days may be text as well
    assert pack_text(plain(document)) == LAID_OUT


def test_an_exemption_that_fits_stays_on_its_line() -> None:
    version = {"exempt": [{"note": "n", "regime": ["vintage"]}]}
    document = {"code": "XX", "provision": [{"id": "XX.a", "version": [version]}]}
    assert '\n  exempt = [{ regime = ["vintage"], note = "n" }]\n' in pack_text(document)


def test_a_long_list_of_words_fills_its_lines() -> None:
    words = [f"source-{number}" for number in range(20)]
    lines = pack_text({"provision": [{"id": "XX.a", "version": [{"sources": words}]}]}).split("\n")
    assert lines[6:10] == [
        "  sources = [",
        "    " + " ".join(f'"{word}",' for word in words[:10]),
        "    " + " ".join(f'"{word}",' for word in words[10:19]),
        '    "source-19",',
    ]


def test_bands_stand_below_one_another_where_a_line_does_not_hold_them() -> None:
    bands = [{"upto": 6, "over": 3, "amount": 1000000}, {"over": 6, "amount": 2000000}]
    short, long = ({"bands": bands, "of": "x" * count} for count in (20, 60))
    text = pack_text({"provision": [{"id": "XX.a", "asks": short, "version": [{"asks": long}]}]})
    inner = "{ over = 3, upto = 6, amount = 1000000 }", "{ over = 6, amount = 2000000 }"
    assert f'asks = {{ of = "{"x" * 20}", bands = [{inner[0]}, {inner[1]}] }}\n' in text
    assert f'  asks = {{ of = "{"x" * 60}", bands = [\n    {inner[0]},\n    {inner[1]},\n  ] }}\n' in text
    assert pack_text(tomllib.loads(text)) == text


def test_every_part_has_its_heading_and_provisions_keep_their_order_within() -> None:
    kinds = [("max_age", "market"), ("fuel_limit", "import"), ("max_age", "export"), ("max_age", "import")]
    provisions = [
        {"id": f"XX.{number}", "kind": kind, "direction": direction}
        for number, (kind, direction) in enumerate(kinds * 2)
    ]
    lines = pack_text({"provision": provisions}).split("\n")
    assert [line.strip("# -") for line in lines if line.startswith(("# ", "id"))] == [
        *("Vehicles that arrive", 'id = "XX.3"', 'id = "XX.7"'),
        *("Vehicles that leave", 'id = "XX.2"', 'id = "XX.6"'),
        *("Vehicles in use", 'id = "XX.0"', 'id = "XX.4"'),
        *("Fuel", 'id = "XX.1"', 'id = "XX.5"'),
    ]


def test_paragraphs_of_a_note_stay_apart_and_a_short_note_is_one_line() -> None:
    text = pack_text({"note": "One\nand\n more.\n\n \n\nTwo.\n"})
    assert text == 'note = """\nOne and more.\n\nTwo.\n"""\n'
    assert pack_text(tomllib.loads(text)) == text
    assert pack_text({"note": "\nShort\nenough.\n"}) == 'note = "Short enough."\n'


def test_lines_are_kept_within_the_width_where_they_can_be_broken() -> None:
    note = 'some words and \\ "quotes" ' * 40
    document = {
        "note": note,
        "reviewed": [{"sources": [f"source-{number}" for number in range(40)], "note": note}],
    }
    assert max(map(len, pack_text(document).split("\n"))) <= WIDTH
    assert len(pack_text({"note": "w" * 300}).split("\n")[1]) == 300


def test_a_pack_as_people_write_it_finds_its_lines_again() -> None:
    text = pack_text(tomllib.loads(PACK + ADOPT))
    lines = Lines(text)
    paths: tuple[list[str | int], ...] = (
        ["provision", 1, "version", 0, "asks"],
        ["adopt", 0, "override", "GCC.fuel.diesel", "effect"],
    )
    for path in paths:
        assert text.split("\n")[lines.find(path) - 1].strip().startswith(str(path[-1]))


def test_the_layout_of_cases() -> None:
    document = {
        "case": [
            {
                "verdict": "refused",
                "expect": {"XX.b": "fail", "XX.a": "pass"},
                "record": {"seats": 5, "arrived_on": dt.date(2020, 1, 1)},
                "side": "export",
                "says": "It is so",
                "subject": "vehicle",
            }
        ]
    }
    assert cases_text(document, {0: ["# About XX."], 1: ["# The end."]}) == (
        "# About XX.\n\n[[case]]\n"
        'says = "It is so"\n'
        'subject = "vehicle"\n'
        'side = "export"\n'
        'record = { seats = 5, arrived_on = "2020-01-01" }\n'
        'expect = { "XX.b" = "fail", "XX.a" = "pass" }\n'
        'verdict = "refused"\n\n# The end.\n'
    )


def test_a_value_alone() -> None:
    assert inline({"max": 8, "before": "2020-01-01"}) == "{ before = 2020-01-01, max = 8 }"


# ---------------------------------------------------------------- files


def written(folder: Path, text: str, name: str = "KE.toml") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("text", [PACK, PACK + ADOPT, STANDARD])
def test_a_file_is_laid_out_once(tmp_path: Path, text: str) -> None:
    first = format_file(written(tmp_path, text))
    assert first is not None
    assert comparable(tomllib.loads(first)) == comparable(tomllib.loads(text))
    assert format_file(written(tmp_path, first)) is None
    assert is_canonical(first, "KE.toml")
    assert not is_canonical(text, "KE.toml")


def test_files_of_windows_are_laid_out_too(tmp_path: Path) -> None:
    right = pack_text(tomllib.loads(PACK))
    assert format_file(written(tmp_path, right)) is None
    assert format_file(written(tmp_path, right.replace("\n", "\r\n"))) == right
    assert format_file(written(tmp_path, "\ufeff" + right)) == right


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("# Kenya\n" + PACK, [1], id="at the top"),
        pytest.param(PACK + "# the end", [PACK.count("\n") + 1], id="at the end"),
        pytest.param(PACK.replace('name = "Kenya"', 'name = "Kenya" # of Africa'), [3], id="behind a value"),
        pytest.param(PACK.replace('["used"]', '[ # or not\n"used"]'), None, id="within a value"),
        pytest.param("#!x\n# ---- Fuel\n" + PACK + "#y\n", [1, PACK.count("\n") + 3], id="several"),
        pytest.param("x = '# \" no' # yes\n" + PACK, [1], id="behind what looks like one"),
        pytest.param('x = """\n# no\n\\""" # no""""" # yes\n' + PACK, [3], id="behind text over lines"),
    ],
)
def test_a_comment_is_never_lost(tmp_path: Path, text: str, lines: list[int] | None) -> None:
    tomllib.loads(text)
    with pytest.raises(PackError) as caught:
        format_file(written(tmp_path, text))
    found = [problem.line for problem in caught.value.problems]
    assert found == (lines or [number for number, line in enumerate(text.split("\n"), 1) if "# or" in line])
    assert str(caught.value).startswith(f"KE.toml:{found[0]}: a comment would be lost: put it into a `note`")
    assert not is_canonical(text, "KE.toml")


def test_headings_are_set_anew(tmp_path: Path) -> None:
    text = PACK.replace("[[source]]", "# -------- sources\n\n# -----\n[[source]]")
    assert format_file(written(tmp_path, text)) == format_file(written(tmp_path, PACK))


CASES = """\
# Kenya: what must come out.
# Two lines.

# ------- age
[[case]]
says = "# no comment"
record = { category = "M1" }
verdict = "refused"
# fuel


# more
[[case]]
subject = "fuel"
says = '''
# nor this'''
record = {}
verdict = "refused"

#end
"""


def test_comments_above_cases_stay(tmp_path: Path) -> None:
    assert format_file(written(tmp_path, CASES, "KE.cases.toml")) == (
        '# Kenya: what must come out.\n# Two lines.\n\n# ---- age\n\n[[case]]\nsays = "# no comment"\n'
        'record = { category = "M1" }\nverdict = "refused"\n\n# fuel\n\n# more\n\n[[case]]\n'
        'says = "# nor this"\nsubject = "fuel"\nrecord = {}\nverdict = "refused"\n\n#end\n'
    )
    alone = "# no case yet\n"
    assert format_file(written(tmp_path, alone, "KE.cases.toml")) is None


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ('verdict = "refused"\n#', 'verdict = "refused" # surely\n#', 8),
        ('says = "#', '# so\nsays = "#', 6),
        ("[[case]]\nsubject", "[[case]] # third\nsubject", 13),
    ],
)
def test_comments_within_a_case_are_never_lost(tmp_path: Path, right: str, wrong: str, line: int) -> None:
    with pytest.raises(PackError, match="above the") as caught:
        format_file(written(tmp_path, CASES.replace(right, wrong), "KE.cases.toml"))
    assert [problem.line for problem in caught.value.problems] == [line]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("a = \n", "KE.toml", "KE.toml:1: is not TOML"),
        ("[tool]\nx = 1\n", "pyproject.toml", "is no pack"),
        ("[tool]\nx = 1\n", "KE.cases.toml", "holds more than cases"),
    ],
)
def test_what_is_no_pack_is_left_alone(tmp_path: Path, text: str, name: str, said: str) -> None:
    with pytest.raises(PackError, match=said):
        format_file(written(tmp_path, text, name))
    assert not is_canonical(text, name)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"XX\.toml:1: cannot be read"):
        format_file(tmp_path / "XX.toml")


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = written(tmp_path, "old")
    path.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    write_file(link, "new\n")
    assert path.read_bytes() == b"new\n"
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["KE.toml", "link.toml"]
    with pytest.raises(PackError, match="cannot be written"):
        write_file(tmp_path / "nowhere" / "KE.toml", "x")


def test_every_shipped_pack_keeps_what_it_says() -> None:
    for path in SHIPPED:
        document, _ = read_document(path)
        assert document is not None, path
        cases = path.name.endswith(".cases.toml")
        text = (cases_text if cases else pack_text)(document)
        assert comparable(tomllib.loads(text)) == comparable(document), path
        assert (cases_text if cases else pack_text)(tomllib.loads(text)) == text, path
        assert is_canonical(text, path.name), path
