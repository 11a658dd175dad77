"""Why the articles are said not to answer, as facts: a front end puts them in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from bot.answering.confidence import WITH_READER, WITHOUT_READER

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from bot.answering.judging import Judged
    from bot.answering.question import Question
    from bot.answering.reader import Span
    from embeddings.index.search import Found

ENOUGH_WORDS = 0.6
"""Share of the question's information from which a passage is said to have its words. A guess."""


class Reason(Struct, frozen=True):
    """Why there is no answer.

    Attributes:
        kind: what is the matter. "does not say": the nearest passage was read; "kept": only its
            words are known, of an answer that was read back.
        likely: the probability that the best passage answers.
        title: of the nearest passage's article.
        carried, missing: words of the question that the nearest passage has, and has not.
        unknown: words of the question that no article has; where passages were read, names alone.
        says: the nearest passage's marked sentence, where it was read: up to the words that come
            nearest to an answer, those words, and the rest.
        words: those of a reason that was kept.
    """

    kind: Literal[
        "nothing to search", "nothing asked", "too unlikely", "unknown words", "words apart",
        "no answer", "does not say", "kept",
    ]  # fmt: skip
    likely: float = 0.0
    title: str = ""
    carried: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    says: tuple[str, str, str] = ("", "", "")
    words: str = ""


def reason(
    question: Question, found: Found, judged: Sequence[Judged], min_confidence: float
) -> Reason:
    """Why an answer is refused: what the nearest passage says instead, where it was read; else
    which words no article has, and which of the question's the nearest passage has."""
    terms = question.query.terms
    if not judged:
        return Reason("nothing to search")
    if not terms:
        return Reason("nothing asked")
    nearest = judged[0]
    usual = WITH_READER if nearest.span else WITHOUT_READER
    if usual <= nearest.probability < min_confidence:
        return Reason("too unlikely", likely=nearest.probability)
    own = nearest.hit.stems()
    if nearest.span:
        return Reason(
            "does not say",
            likely=nearest.probability,
            title=nearest.hit.info.title,
            missing=_named(question, question.names - own),
            unknown=_named(question, question.names & found.unknown),
            says=_around(nearest, nearest.span),
        )
    missing = _named(question, terms.keys() - own)
    unknown = _named(question, found.unknown)
    apart = missing and found.coverage(own) < ENOUGH_WORDS
    return Reason(
        "unknown words" if unknown else "words apart" if apart else "no answer",
        likely=nearest.probability,
        title=nearest.hit.info.title,
        carried=_named(question, terms.keys() & own),
        missing=missing,
        unknown=unknown,
    )


def _named(question: Question, stems: Set[str]) -> tuple[str, ...]:
    """The words of some of the question's terms, as they were asked."""
    words = (word for stem, word in question.query.terms.items() if stem in stems)
    return tuple(dict.fromkeys(words))  # a date in digits is several terms


def _around(nearest: Judged, span: Span) -> tuple[str, str, str]:
    """The marked sentence up to the words that were read, those, and the rest."""
    sentence, start = nearest.marked, nearest.mark.start_char
    first, last = span.start_char - start, span.end_char - start
    return sentence[:first], sentence[first:last], sentence[last:]
