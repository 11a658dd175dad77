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


HENS = "How many hens were sold at the fair of Aurland?"
COLD = "How many degrees was it at dawn on the pass of Gavia?"
SHUT = "When will the inn of Sauda be closed?"
PAID = "How much does the ferry of Moss pay in tolls?"
MASTER = "Who is the master of the mint of Kongsberg?"


@pytest.mark.parametrize("reads", [True, False], ids=["read", "not read"])
@pytest.mark.parametrize(
    ("question", "first", "second", "agrees"),
    [
        (HENS, "{} 450 hens were sold at the fair of Aurland.", ("Over", "Nearly"), False),
        (HENS, "{} 450 hens were sold at the fair of Aurland.", ("At least", "Up to"), False),
        (HENS, "{} 450 hens were sold at the fair of Aurland.", ("About", "Some"), True),
        (COLD, "At dawn it was {} degrees on the pass of Gavia.", ("-9", "9"), False),
        (COLD, "At dawn it was {} degrees on the pass of Gavia.", ("minus 9", "9"), False),
        (COLD, "At dawn it was 9 degrees {} on the pass of Gavia.", ("below zero", ""), False),
        (COLD, "At dawn it was {} degrees on the pass of Gavia.", ("-9", "minus 9"), True),
        (SHUT, "The inn of Sauda will be closed {} 4 May.", ("before", "after"), False),
        (SHUT, "The inn of Sauda will be closed {} 4 May.", ("until", "from"), False),
        (SHUT, "The inn of Sauda will be closed at the {} of May.", ("end", "start"), False),
        (SHUT, "The inn of Sauda will be closed {} 4 May.", ("on", "on the day of"), True),
        (PAID, "The ferry of Moss pays 4 million dollars {} in tolls.", ("a year", ""), False),
        (
            PAID,
            "The ferry of Moss pays 4 million dollars {} in tolls.",
            ("a week", "per day"),
            False,
        ),
        (
            PAID,
            "The ferry of Moss pays 4 million dollars {} in tolls.",
            ("a year", "annually"),
            True,
        ),
        (MASTER, "The master of the mint of Kongsberg is {}Anna Lie{}.", ("", "not "), False),
        (MASTER, "The master of the mint of Kongsberg is {}Anna Lie.", ("", "no longer "), False),
    ],
)
def test_what_stands_round_a_value_is_part_of_it(
    tmp_path: Path,
    model: Model,
    encoder: LightEncoder,
    reader: PairReader,
    reads: bool,
    question: str,
    first: str,
    second: tuple[str, str],
    agrees: bool,
) -> None:
    ends = (" It was told on the radio at noon.", " So the paper of the valley has it.")
    texts: dict[str, str | bytes] = {
        f"{number}.txt": f"Notice {number}\n\n{first.format(way, '')}{end}\n"
        for number, (way, end) in enumerate(zip(second, ends, strict=True))
    }
    seeds = write(tmp_path / "seeds", texts)
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index")
    own = reader if reads else None
    answer = asked(question, index, encoder, reader=own, min_confidence=0.01)
    index.close()
    together = [len(statement.quotes) for statement in answer.agreement] == [2]
    if not agrees:
        assert not together
    elif reads:  # what is not read has no short answer as often
        assert together
