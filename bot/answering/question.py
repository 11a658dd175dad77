"""A question, understood once: all that is read out of its words, for search and judging alike."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from bot.answering.english import mentions
from bot.answering.english.answer_types import Sought, sought
from embeddings.encoding.encoder import Encoder, Tokens
from embeddings.index.languages import ENGLISH
from embeddings.index.search import Query, query_of
from embeddings.index.stems import located, stems

_SIGNS = "+-#"
"""What makes another mark or language of a letter, at its end."""


class Question(Struct, frozen=True):
    """What is asked.

    Attributes:
        query: what is searched for it.
        sought: what would answer it.
        words: its words in lower case.
        names, numbers: those of its terms (stems) that belong to names, or are numbers in digits
            ("name four of them" asks for no sentence that has a four) or marks with a sign (BB+).
        tokens: its tokens, by the model's table of them.
        token_terms: the term that each token belongs to, or None.
    """

    text: str
    query: Query
    sought: Sought
    words: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]
    tokens: Tokens
    token_terms: tuple[str | None, ...]


def understand(
    text: str, encoder: Encoder, articles_languages: tuple[str, ...] = (ENGLISH,)
) -> Question:
    """Read a question that is put to articles in these languages."""
    query = query_of(text, encoder, articles_languages)
    terms, searched, language = query.terms.keys(), query.text, query.language
    (tokens,) = encoder.tokens([searched])
    places = [place for place in located(searched, language=language) if place[0] in terms]
    names = (
        stems(name.of(searched), language=language) for name in mentions.find("name", searched)
    )
    return Question(
        text=text,
        query=query,
        sought=sought(searched),
        words=frozenset(mentions.lower_words(searched)),
        names=frozenset[str]().union(*names) & terms,
        numbers=frozenset(
            term
            for term, word in query.terms.items()
            if (term[0].isdigit() and word[0].isnumeric()) or term[-1] in _SIGNS
        ),
        tokens=tokens,
        token_terms=tuple(
            next((stem for stem, start, end in places if start <= first < end), None)
            for first, _ in tokens.offsets
        ),
    )


def spelt_as(text: str, question: Question) -> str:
    """The question with its numbers as a text spells the same ones: 1250000 as "1,250,000". What
    reads both knows a number by its spelling alone."""
    if not any(term[0].isdigit() for term in question.query.terms):
        return question.text
    spellings = {number: text[start:end] for number, start, end in reversed(_numbers(text))}
    spelt = question.text
    for number, start, end in reversed(_numbers(question.text)):
        spelt = spelt[:start] + spellings.get(number, spelt[start:end]) + spelt[end:]
    return spelt


def _numbers(text: str) -> list[tuple[str, int, int]]:
    """Each number in a text, with its characters [start, end); without those that are told in the
    same characters as something else, as the day of a date in digits."""
    places = located(text)
    readings = Counter((start, end) for _, start, end in places)
    return [place for place in places if place[0][0].isdigit() and readings[place[1:]] == 1]
