"""Why the articles are said not to answer: the facts, and the sentence made of them."""

from __future__ import annotations

import re

from bot.answering import confidence
from bot.answering.citation import Answer
from bot.answering.refusal import Reason
from bot.presenting.text import reason_words
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.pairs import PairReader
from embeddings.index.search import Index
from tests.asking import asked


def refusal(question: str, index: Index, encoder: LightEncoder) -> tuple[Answer, str]:
    """The refusal, and the words for its reason."""
    result = asked(question, index, encoder)
    assert not result.answered
    assert result.confidence < confidence.WITHOUT_READER
    assert result.citations == ()
    assert result.nearest
    assert result.reason is not None
    return result, reason_words(result.reason, result.min_confidence)


def test_a_word_that_no_article_has(index: Index, encoder: LightEncoder) -> None:
    codec, words = refusal("Which codec does the tunnel use?", index, encoder)
    title = codec.nearest[0].info.title
    assert codec.reason is not None
    assert codec.reason.kind == "unknown words"
    assert codec.reason.title == title
    assert codec.reason.unknown == ("codec",)
    assert codec.reason.carried == ("tunnel", "use")
    assert words == (
        "No article has the word “codec”, or comes near enough in other words; the nearest passage,"
        f" from “{title}”, shares “tunnel” and “use”."
    )


def test_nothing_that_could_be_looked_for(index: Index, encoder: LightEncoder) -> None:
    result, words = refusal("Who is it?", index, encoder)
    assert result.reason is not None
    assert result.reason.kind == "nothing asked"
    assert words == "The question names nothing to look for."


def test_words_that_stand_apart(index: Index, encoder: LightEncoder) -> None:
    question = "Is the council of the weather in the news?"
    result, words = refusal(question, index, encoder)
    assert result.reason is not None
    assert result.reason.kind == "words apart"
    assert result.reason.missing
    assert not result.reason.unknown
    assert words.startswith("No passage has enough of the question's words together;")
    assert "not" in words


def test_what_the_nearest_passage_says_instead(
    index: Index, encoder: LightEncoder, reader: PairReader
) -> None:
    result = asked("What software encodes the sound?", index, encoder, reader=reader)
    assert result.reason is not None
    assert result.reason.kind == "does not say"
    assert result.confidence < result.min_confidence == confidence.WITH_READER
    assert "".join(result.reason.says) == result.nearest[0].highlight.text
    assert result.reason.says[1]
    words = reason_words(result.reason, result.min_confidence)
    assert words.startswith("The nearest passage says “")
    assert words.endswith("”, which does not answer this.")
    assert "No article has the word" not in words


def test_a_name_that_stands_nowhere(
    index: Index, encoder: LightEncoder, reader: PairReader
) -> None:
    result = asked("What did Angela Merkel eat?", index, encoder, reader=reader)
    assert result.reason is not None
    assert result.reason.unknown == ("Angela", "Merkel")
    words = reason_words(result.reason, result.min_confidence)
    assert words.startswith("No article names “Angela” or “Merkel”. The nearest passage says “")


def test_a_long_sentence_is_cut_round_the_words_that_were_read() -> None:
    before, after = "one two three " * 30, " four five six" * 30
    says = Reason("does not say", says=(before, "the words", after + "."))
    words = reason_words(says, 0.25)
    assert len(words) < 220
    assert re.search(r"says “…[a-z ]+ the words [a-z ]+…”, which", words)
    short = Reason("does not say", missing=("Berg",), says=("It was ", "late", ". "))
    assert reason_words(short, 0.25) == (
        "The nearest passage says “It was late”, and does not name “Berg”."
    )


def test_what_was_asked_to_be_surer_is_said(
    seeds_search: Index, encoder: LightEncoder, reader: PairReader
) -> None:
    question = "Who moderated the event?"
    for engine in (None, reader):
        result = asked(question, seeds_search, encoder, reader=engine, min_confidence=1.0)
        assert result.reason is not None
        assert result.reason.kind == "too unlikely"
