"""A question → the articles' own words, or the honest word that they do not say.

Every passage and every marked sentence is an exact slice of its article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.confidence import THRESHOLD, probability
from embeddings.index import Found, Hit, Index
from embeddings.passages import Lines

SAME_TEXT = 0.6
"""Share of word triples (Jaccard) from which two passages are copies of one text. Measured:
wire copy with three words changed .87, a paragraph printed twice in an article .71; of all
other pairs in seeds/, the real articles and eval/wikipedia the most alike have .32."""

ENOUGH_WORDS = 0.6
"""Share of the question's information from which a passage is said to have its words."""

_POOL = 20
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A slice of an article: characters [start_char, end_char), lines from 1."""

    source: str
    start_line: int
    end_line: int
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage with its place, the marked sentence in it, and where else the text stands.

    `score` is the probability that it answers; `published` an ISO date or None.
    """

    rank: int
    title: str
    published: str | None
    place: Place
    passage: str
    highlight: Place
    highlight_text: str
    score: float
    also_in: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """`citations` where the articles answer; else `nearest` and the `reason`, for people."""

    question: str
    searched_as: str | None
    answered: bool
    confidence: float
    reason: str | None
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]


def answer(question: str, index: Index, limit: int = 3) -> Answer:
    """Ask the index; at most `limit` passages.

    Raises:
        IndexUnusable: the index is damaged.
    """
    found = index.search(question, max(_POOL, 2 * limit))
    likely = [(probability(hit, found), hit) for hit in found.hits]
    likely.sort(key=lambda one: -one[0])  # finds as well as their own order, and reads better
    groups = _fold(likely)[:limit]
    citations = tuple(_citation(rank, group) for rank, group in enumerate(groups, start=1))
    confidence = citations[0].score if citations else 0.0
    answered = confidence >= THRESHOLD
    return Answer(
        question=question,
        searched_as=None,
        answered=answered,
        confidence=confidence,
        reason=None if answered else _reason(found),
        citations=citations if answered else (),
        nearest=() if answered else citations,
    )


def _fold(likely: list[tuple[float, Hit]]) -> list[list[tuple[float, Hit]]]:
    """Group the hits that carry the same text; the best of each group first."""
    groups: list[list[tuple[float, Hit]]] = []
    triples = {hit.passage_id: _triples(hit.passage.text) for _, hit in likely}
    for one in likely:
        own = triples[one[1].passage_id]
        for group in groups:
            if _jaccard(own, triples[group[0][1].passage_id]) >= SAME_TEXT:
                group.append(one)
                break
        else:
            groups.append([one])
    return groups


def _triples(text: str) -> set[tuple[str, ...]]:
    """The text's runs of three words (Broder 1997, "On the resemblance of documents")."""
    words = _WORD.findall(text.lower())
    return {tuple(words[at : at + 3]) for at in range(max(len(words) - 2, 1))}


def _jaccard(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    return len(one & other) / len(one | other)


def _citation(rank: int, group: list[tuple[float, Hit]]) -> Citation:
    (score, best), *copies = group
    passage = best.passage
    first, last = best.best_sentence.start_char, best.best_sentence.end_char
    lines = Lines(passage.text)
    above = passage.start_line - 1
    return Citation(
        rank=rank,
        title=best.title,
        published=best.published,
        place=_place(best),
        passage=passage.text,
        highlight=Place(
            best.source,
            above + lines.line_of(first - passage.start_char),
            above + lines.line_of(last - 1 - passage.start_char),
            first,
            last,
        ),
        highlight_text=passage.text[first - passage.start_char : last - passage.start_char],
        score=score,
        also_in=tuple(sorted(_place(hit) for _, hit in copies)),
    )


def _place(hit: Hit) -> Place:
    passage = hit.passage
    return Place(
        *(hit.source, passage.start_line, passage.end_line),
        *(passage.start_char, passage.end_char),
    )


def _reason(found: Found) -> str:
    """Why the articles are said not to answer, in one sentence for people."""
    if not found.hits:
        return "There is no passage to search."
    if found.unknown_words:
        words = " or ".join(f"“{word}”" for word in found.unknown_words[:3])
        return f"No article has the word {words}, and no passage comes near enough without it."
    if not found.words:
        return "The question names nothing to look for."
    if found.hits[0].coverage < ENOUGH_WORDS:
        return "The articles use these words, but no passage has enough of them together."
    return "The nearest passage has the question's words, but does not say what it asks."
