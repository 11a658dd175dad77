"""Why the articles are said not to answer: the facts, and the sentence made of them."""

from __future__ import annotations

from bot.answering import confidence
from bot.answering.citation import Answer
from bot.presenting.text import reason_words
from embeddings.encoding.light import LightEncoder
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
        f"No article has the word “codec”; the nearest passage, from “{title}”,"
        " shares “tunnel” and “use”."
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
