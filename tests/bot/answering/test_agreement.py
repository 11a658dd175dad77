"""What several articles say to one question, side by side."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.answering.agreement import Voice, agree
from bot.answering.citation import Answer, DatedQuote
from bot.answering.english.claims import claim
from bot.answering.english.quantities import Quantity
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.encoding.pairs import PairReader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.asking import asked
from tests.conftest import MAX_BYTES, write


def voice(source: str, value: str, *terms: str, sure: bool = True) -> Voice:
    said = claim(value)
    assert said is not None
    return Voice(said, DatedQuote(source, 1, 1, 0, len(value), value), frozenset(terms), sure)


def said(*voices: Voice) -> list[list[str]]:
    groups = agree(voices, lambda terms, others: terms == others)
    return [[voice.quote.source for voice in group] for group in groups]


def test_voices_are_grouped_by_what_they_say() -> None:
    a, b, c = voice("a", "20 minutes"), voice("b", "30 minutes"), voice("c", "20 minutes")
    assert said(a, c) == [["a", "c"]]
    assert said(b, a, c) == [["a", "c"], ["b"]]
    assert said(a) == []
    assert said(a, a) == []


def test_what_is_not_of_one_sort_is_not_compared() -> None:
    assert said(voice("a", "20 minutes"), voice("b", "600,000")) == []
    assert said(voice("a", "20 minutes"), voice("b", "David Sacks")) == []


def test_an_article_that_says_two_things_is_left_out() -> None:
    a, b = voice("a", "20 minutes"), voice("b", "30 minutes")
    assert said(a, voice("a", "40 minutes"), b) == []
    assert a.claim == Quantity("time", Decimal(1200))


def test_only_sentences_about_the_same_thing_differ() -> None:
    peak = voice("a", "600,000", "people", "peak")
    assert said(peak, voice("b", "500,000", "people", "peak")) == [["a"], ["b"]]
    assert said(peak, voice("b", "500,000", "people")) == []
    assert said(peak, voice("b", "600,000", "people")) == [["a", "b"]]


def test_what_is_not_sure_agrees_and_does_not_differ() -> None:
    a, b = voice("a", "Fox News", sure=False), voice("b", "CNN")
    assert said(a, b) == []
    assert said(a, voice("b", "Fox", sure=False)) == [["a", "b"]]
    assert said(voice("c", "Fox News"), a, b) == [["c", "a"], ["b"]]


def test_what_agrees_with_some_of_a_group_alone_is_left_out() -> None:
    year, first, second = voice("a", "2023"), voice("b", "May 24, 2023"), voice("c", "May 25, 2023")
    assert said(year, first) == [["a", "b"]]
    assert said(year, first, second) == [["a", "b"]]


ARTICLES = {
    "first.txt": "Bridge\n\nThe repairs of the Tarn bridge cost about 2,400,000 euros.\n",
    "second.txt": "The bridge\n\nRepairs of the Tarn bridge cost 2.4 million euros, they said.\n",
    "third.txt": "Money\n\nThe Tarn bridge: its repairs cost 3 million euros, says an audit.\n",
}


@pytest.fixture
def result(tmp_path: Path, model: Model, encoder: LightEncoder) -> Answer:
    seeds = write(tmp_path / "seeds", dict(ARTICLES))
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index")
    question = "How much did the repairs of the Tarn bridge cost?"
    answer = asked(question, index, encoder, min_confidence=0.01)
    index.close()
    return answer


def test_different_figures_stand_side_by_side_in_exact_slices(result: Answer) -> None:
    for statement in result.agreement:
        assert statement.value == statement.quotes[0].text
        for quote in statement.quotes:
            article = ARTICLES[quote.source]
            assert article[quote.start_char : quote.end_char] == quote.text
    sources = {
        statement.value: {quote.source for quote in statement.quotes}
        for statement in result.agreement
    }
    assert len(sources) == 2
    assert {"first.txt", "second.txt"} in sources.values()
    assert {"third.txt"} in sources.values()
    assert len(result.agreement[0].quotes) == 2


def test_names_that_were_read_are_compared(
    tmp_path: Path, model: Model, encoder: LightEncoder, reader: PairReader
) -> None:
    texts: dict[str, str | bytes] = {
        "first.txt": "Award\n\nThe Tarn prize was won by Maria Lopez on Sunday, the jury said.\n",
        "second.txt": "The prize\n\nOn Sunday Lopez won the Tarn prize, her third so far.\n",
    }
    seeds = write(tmp_path / "seeds", texts)
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index")
    answer = asked("Who won the Tarn prize?", index, encoder, reader=reader, min_confidence=0.01)
    index.close()
    (statement,) = answer.agreement
    assert {quote.text for quote in statement.quotes} == {"Maria Lopez", "Lopez"}


def test_the_short_answer_is_a_slice_of_the_marked_sentence(result: Answer) -> None:
    for citation in result.citations:
        short = citation.short_answer
        assert short is not None
        before, within, after = citation.marked_parts
        assert before + within + after == citation.highlight.text
        assert ARTICLES[short.source][short.start_char : short.end_char] == within == short.text
