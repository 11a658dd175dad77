from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.answering.agreement import Voice, agree
from bot.answering.answer import Answer, answer
from bot.answering.citation import Place
from bot.answering.english.quantities import Figure, figure
from embeddings.encoding.encoder import LightEncoder
from embeddings.encoding.model import Model
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.conftest import MAX_BYTES, write


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("600,000", "600000"),
        ("more than 600,000", "about 600,000"),
        ("2.5 million", "2,500,000"),
        ("twenty", "20"),
        ("60 minutes", "1 hour"),
        ("30 minutes", "half an hour"),
        ("6:30 p.m.", "6:30 pm"),
        ("24 May 2023", "May 24, 2023"),
        ("40 %", "40 percent"),
        ("twenty-one", "21"),
        ("2 years", "24 months"),
    ],
)
def test_figures_that_are_the_same_in_other_words(one: str, other: str) -> None:
    assert figure(one) is not None
    assert figure(one) == figure(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("20 minutes", "20"), ("20 %", "20"), ("2023", "20"), ("6 p.m.", "6"), ("$20", "€20")],
        *[("5 miles", "5 km"), ("more than 200", "fewer than 200"), ("May 24", "May 24, 2023")],
    ],
)
def test_figures_of_different_sorts_are_never_the_same(one: str, other: str) -> None:
    first, second = figure(one), figure(other)
    assert first is not None
    assert second is not None
    assert first.sort != second.sort


@pytest.mark.parametrize(
    "value",
    [
        *["", "half", "several", "May", "44 BC", "19th century", "1990s", "25 p.m.", "6:99 pm"],
        *["two hundred fifty", "two dozen", "yesterday", "9" * 40],
    ],
)
def test_what_cannot_be_told_is_no_figure(value: str) -> None:
    assert figure(value) is None


def voice(source: str, value: str) -> Voice:
    worth = figure(value)
    assert worth is not None
    return Voice(worth, value, Place(source, 1, 1, 0, len(value)))


def said(*voices: Voice) -> list[list[str]]:
    return [[one.place.source for one in group] for group in agree(voices)]


def test_voices_are_grouped_by_what_they_say() -> None:
    a, b, c = voice("a", "20 minutes"), voice("b", "30 minutes"), voice("c", "20 minutes")
    assert said(a, c) == [["a", "c"]]
    assert said(b, a, c) == [["a", "c"], ["b"]]
    assert said(a) == []
    assert said(a, a) == []


def test_what_is_not_of_one_sort_is_not_compared() -> None:
    assert said(voice("a", "20 minutes"), voice("b", "600,000")) == []


def test_an_article_that_says_two_things_is_left_out() -> None:
    a, b = voice("a", "20 minutes"), voice("b", "30 minutes")
    assert said(a, voice("a", "40 minutes"), b) == []
    assert a.figure == Figure("time", Decimal(1200))


ARTICLES = {
    "first.txt": "Bridge\n\nThe repairs of the Tarn bridge cost about 2,400,000 euros.\n",
    "second.txt": "The bridge\n\nRepairs of the Tarn bridge cost 2.4 million euros, they said.\n",
    "third.txt": "Money\n\nThe Tarn bridge: its repairs cost 3 million euros, says an audit.\n",
}


@pytest.fixture
def result(tmp_path: Path, model: Model, encoder: LightEncoder) -> Answer:
    seeds = write(tmp_path / "seeds", dict(ARTICLES))
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index", encoder)
    return answer("How much did the repairs of the Tarn bridge cost?", index, min_confidence=0.01)


def test_different_figures_stand_side_by_side_in_exact_slices(result: Answer) -> None:
    for said in result.agreement:
        for value, place in said.sources:
            assert ARTICLES[place.source][place.start_char : place.end_char] == value
    values = {said.value: {place.source for _, place in said.sources} for said in result.agreement}
    assert len(values) == 2
    assert {"first.txt", "second.txt"} in values.values()
    assert {"third.txt"} in values.values()
    assert len(result.agreement[0].sources) == 2


def test_the_short_answer_is_a_slice_of_the_marked_sentence(result: Answer) -> None:
    for citation in result.citations:
        assert citation.answer is not None
        before, short, after = citation.marked_parts
        assert before + short + after == citation.highlight_text
        place = citation.answer
        assert ARTICLES[place.source][place.start_char : place.end_char] == short
