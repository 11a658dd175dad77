"""Why the articles are said not to answer, as facts: a front end puts them in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from bot.answering.confidence import THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.answering.judging import Judged
    from bot.answering.question import Question
    from embeddings.index.search import Found

ENOUGH_WORDS = 0.6
"""Share of the question's information from which a passage is said to have its words. A guess."""


class Reason(Struct, frozen=True):
    """Why there is no answer.

    Attributes:
        kind: what is the matter. "kept": only its words are known, of an answer that was read back.
        likely: the probability that the best passage answers.
        title: of the nearest passage's article.
        carried, missing: words of the question that the nearest passage has, and has not.
        unknown: words of the question that no article has.
        words: those of a reason that was kept.
    """

    kind: Literal[
        "nothing to search", "nothing asked", "too unlikely", "unknown words", "words apart",
        "no answer", "kept",
    ]  # fmt: skip
    likely: float = 0.0
    title: str = ""
    carried: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    words: str = ""


def reason(question: Question, found: Found, judged: Sequence[Judged]) -> Reason:
    """Why an answer is refused: which words no article has, and what the nearest passage has of
    the question."""
    terms = question.query.terms
    if not judged:
        return Reason("nothing to search")
    if not terms:
        return Reason("nothing asked")
    nearest = judged[0]
    if nearest.probability >= THRESHOLD:
        return Reason("too unlikely", likely=nearest.probability)
    own = nearest.hit.stems()
    missing = tuple(word for stem, word in terms.items() if stem not in own)
    unknown = tuple(word for stem, word in terms.items() if stem in found.unknown)
    apart = missing and found.coverage(own) < ENOUGH_WORDS
    return Reason(
        "unknown words" if unknown else "words apart" if apart else "no answer",
        likely=nearest.probability,
        title=nearest.hit.info.title,
        carried=tuple(word for stem, word in terms.items() if stem in own),
        missing=missing,
        unknown=unknown,
    )
