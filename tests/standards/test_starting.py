"""A new pack: sound and silent as it stands, and a whole pack once its comments are taken away."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from vehiclecheck.screening.cases import check_pack
from vehiclecheck.standards import PackError, check_file, load_library
from vehiclecheck.standards.starting import new_pack, start_pack
from vehiclecheck.standards.writing import format_file


def written(folder: Path, pack: str, cases: str, code: str = "AQ") -> Path:
    (folder / f"{code}.toml").write_text(pack, encoding="utf-8")
    (folder / f"{code}.cases.toml").write_text(cases, encoding="utf-8")
    return folder / f"{code}.toml"


def filled_in(text: str) -> str:
    """What a person does first: the # taken away from each line of TOML."""
    return re.sub(r"(?m)^( *)#(?=\S)", r"\1", text)


def without_comments(text: str) -> str:
    lines = (re.sub(r" +# .*", "", line) for line in text.split("\n"))
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


@pytest.mark.parametrize("name", ["Antarctica", 'Land of "Ice"', "Côte d’Ivoire \\ x"])
def test_a_new_pack_is_sound_and_says_nothing(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, *new_pack("AQ", name))
    assert check_file(path) == []
    report = check_pack(path, load_library())
    assert (report.code, report.provisions, report.cases, report.problems) == ("AQ", 0, 0, ())
    # a pack that is reviewed and asks nothing would call everything unregulated
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {"schema": 1, "code": "AQ", "name": name}


@pytest.mark.parametrize(("code", "name"), [("AQ", "Antarctica"), ("KE", "Kenya")])
def test_filled_in_it_is_a_pack_whose_cases_hold(tmp_path: Path, code: str, name: str) -> None:
    pack, cases = (filled_in(text) for text in new_pack(code, name))
    path = written(tmp_path, pack, cases, code)
    report = check_pack(path, load_library())
    assert report.problems == ()
    assert report.provisions > 9
    assert report.cases == pack_cases(cases)
    document = tomllib.loads(pack)
    seen = {(entry["subject"], entry["direction"]) for entry in document["reviewed"]}
    assert seen == {("vehicle", "import"), ("vehicle", "export"), ("fuel", "import")}
    kinds = {provision["kind"] for provision in document["provision"]}
    assert {"max_age", "min_emission_class", "certificate", "fuel_limit", "surcharge"} <= kinds


def pack_cases(cases: str) -> int:
    return len(tomllib.loads(cases)["case"])


def test_what_is_filled_in_can_be_laid_out_once_its_comments_are_gone(tmp_path: Path) -> None:
    pack, cases = (filled_in(text) for text in new_pack("AQ", "Antarctica"))
    path = written(tmp_path, pack, cases)
    with pytest.raises(PackError, match="a comment would be lost"):
        format_file(path)
    path = written(tmp_path, without_comments(pack), without_comments(cases))
    text = format_file(path)
    assert text is not None
    assert tomllib.loads(text)["provision"][0]["id"] == "AQ.age.used"


def test_explanations_stand_in_one_column_whatever_the_code() -> None:
    for code in ("AQ", "ECOWAS"):
        pack, cases = new_pack(code, "Somewhere")
        columns = {line.index("  # ") for line in pack.split("\n") if re.match(r"#id = .*  # ", line)}
        assert len(columns) <= 2
        assert all(line == line.rstrip() for line in (pack + cases).split("\n"))


def test_a_pack_is_begun_once(tmp_path: Path) -> None:
    folder = tmp_path / "my" / "packs"
    files = start_pack("AQ", "Antarctica", folder)
    assert [file.name for file in files] == ["AQ.toml", "AQ.cases.toml"]
    assert [file.read_text(encoding="utf-8") for file in files] == list(new_pack("AQ", "Antarctica"))
    files[0].unlink()
    with pytest.raises(PackError, match=r"AQ\.cases\.toml: exists already, and is not written over"):
        start_pack("AQ", "Antarctica", folder)
    assert not files[0].exists()
    with pytest.raises(PackError, match="cannot be written to"):
        start_pack("KE", "Kenya", files[1])
