"""Text that a spreadsheet would run, whatever type its column has."""

from __future__ import annotations

import polars as pl
import pytest

from vehiclecheck.outputs.neutral import neutral_cell, neutral_frame

WORDS = ["=1+1", "plain", "-", "+49", "@x", "\t=1", None]
NEUTRAL = ["'=1+1", "plain", "-", "'+49", "'@x", "'\t=1", None]
KINDS = [pl.String, pl.Categorical, pl.Enum([word for word in WORDS if word is not None])]


@pytest.mark.parametrize("kind", KINDS, ids=["text", "categorical", "enumeration"])
def test_every_word_that_would_run_is_text(kind: pl.DataType) -> None:
    frame = pl.DataFrame({"word": pl.Series(WORDS, dtype=kind), "number": range(len(WORDS))})
    done = neutral_frame(frame)
    assert done["word"].cast(pl.String).to_list() == NEUTRAL
    assert done["number"].equals(frame["number"])
    assert done.columns == frame.columns


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["plain", "-"])], ids=str)
def test_words_that_nobody_runs_are_left_as_they_are(kind: pl.DataType) -> None:
    frame = pl.DataFrame({"word": pl.Series(["plain", "-", None], dtype=kind)})
    done = neutral_frame(frame)
    assert done.schema == frame.schema
    assert done.equals(frame)


def test_an_enumeration_may_hold_words_that_no_row_has() -> None:
    frame = pl.DataFrame({"word": pl.Series(["plain"], dtype=pl.Enum(["plain", "=1"]))})
    assert neutral_frame(frame)["word"].cast(pl.String).to_list() == ["plain"]


def test_nothing_at_all() -> None:
    frame = pl.DataFrame(schema={"word": pl.Categorical, "text": pl.String, "choice": pl.Enum([])})
    assert neutral_frame(frame).height == 0


def test_a_cell_is_as_a_column() -> None:
    assert [None if word is None else neutral_cell(word) for word in WORDS] == NEUTRAL
