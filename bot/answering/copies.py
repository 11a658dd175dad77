"""Passages that carry the same text, as wire copy is carried.

Copies of one text may still differ in what matters: a corrected figure, a "not". So passages are
folded by their words, that a text be judged once and be no rival of itself; then, when it is known
which sentence is marked, what does not say the same there is a passage of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import compress

from msgspec import Struct

from bot.answering.english.wording import says_same
from bot.answering.judging import READ, Judged, in_order, judge, judge_read
from bot.answering.question import Question
from embeddings.articles.passages import Sentence
from embeddings.encoding.encoder import Encoder
from embeddings.encoding.pairs import PairReader
from embeddings.index.search import Found, Hit

SAME_TEXT = 0.6
"""Share of the shorter passage's word triples that the other must have for them to be copies
of one text (containment: copies are joined with other neighbours). Measured in
seeds/, the real articles and eval/wikipedia: copies have .64 to .93, all others .39 at most."""

SHORTEST_COPY = 12
"""Word triples; what is shorter is no copy but a coincidence. A guess."""

_WORD = re.compile(r"\w+")
_SPACED = {code: " " for code in range(128) if not _WORD.match(chr(code))}
"""What is no part of a word in ASCII → a space."""

_Triples = frozenset[tuple[str, ...]]


class Unfolded(Struct, frozen=True):
    """What was judged, with each copy that says something else.

    Attributes:
        copies: passage id → its copies that say the same where it is marked.
        versions: ids of the passages that are of one text and do not say the same.
    """

    judged: list[Judged]
    copies: dict[int, list[Hit]]
    versions: frozenset[int]


def fold(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Group the hits that carry the same text; the best first."""
    groups: list[list[Hit]] = []
    heads: list[_Triples] = []  # of each group's first hit
    known: set[tuple[str, ...]] = set()  # all of theirs: what shares little with it is no copy
    for hit in hits:
        own = _triples(hit.passage.text)
        shared = len(own & known)
        copied = (
            group
            for group, head in zip(groups, heads, strict=True)
            if _is_copy(shared, own, head) and _is_copy(len(own & head), own, head)
        )
        group = next(copied, None)
        if group is not None:
            group.append(hit)
            continue
        groups.append([hit])
        heads.append(own)
        known |= own
    return groups


def unfold(
    question: Question,
    found: Found,
    judged: Sequence[Judged],
    copies: Mapping[int, Sequence[Hit]],
    encoder: Encoder,
    reader: PairReader | None,
) -> Unfolded:
    """Have those of the copies that do not say the same in the marked sentence judged, too, each
    against the rivals that the text had.

    Args:
        found: what the question found, without copies.
        copies: of each judged passage, by its id.
    """
    apart: list[Judged] = []
    same: dict[int, list[Hit]] = {}
    versions: set[int] = set()
    for verdict in judged:
        head = verdict.hit.passage_id
        rivals = found.with_hits(tuple(hit for hit in found.hits if hit.passage_id != head))
        first, *others = _parted(question, rivals, verdict, copies[head], encoder)
        if reader and verdict.read is not None and len(apart) < READ:
            likeliest = sorted(others, key=lambda part: -part[0].before)
            others = likeliest[READ:]
            read = judge_read(question, rivals, [own for own, _ in likeliest[:READ]], reader)
            for own, (_, rest) in zip(read, likeliest, strict=False):
                others += _parted(question, rivals, own, rest, encoder)
        same |= {own.hit.passage_id: alike for own, alike in (first, *others)}
        apart += [own for own, _ in others]
        versions |= {own.hit.passage_id for own, _ in (first, *others) if others}
    ordered = in_order([*judged[:1], *apart], judged[1:]) if apart else [*judged]
    return Unfolded(ordered, same, frozenset(versions))


def _parted(
    question: Question, rivals: Found, own: Judged, copies: Sequence[Hit], encoder: Encoder
) -> list[tuple[Judged, list[Hit]]]:
    """A passage with its copies that say the same where it is marked, and so on for the rest."""
    parts = []
    while True:
        alike = [counterpart(copy, own.marked) is not None for copy in copies]
        parts.append((own, [*compress(copies, alike)]))
        copies = [copy for copy, is_alike in zip(copies, alike, strict=True) if not is_alike]
        if not copies:
            return parts
        (own,) = judge(question, rivals, copies[:1], encoder)
        copies = copies[1:]


def counterpart(copy: Hit, marked: str) -> Sentence | None:
    """The sentence of a copy that says the same as the marked one; None where none does."""
    texts = [copy.passage.text_of(own) for own in copy.passage.sentences]
    number = next((n for n, text in enumerate(texts) if text == marked), None)
    if number is None:
        number = next((n for n, text in enumerate(texts) if says_same(text, marked)), None)
    return None if number is None else copy.passage.sentences[number]


def _triples(text: str) -> _Triples:
    """The text's runs of three words (Broder 1997, "On the resemblance of documents")."""
    low = text.lower()
    # most texts are plain ASCII, and then this is five times as quick as the pattern
    words = low.translate(_SPACED).split() if low.isascii() else _WORD.findall(low)
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _is_copy(shared: int, first: _Triples, second: _Triples) -> bool:
    """Whether two texts are copies of one, by how many triples they share."""
    shorter = min(len(first), len(second))
    return shorter >= SHORTEST_COPY and shared >= SAME_TEXT * shorter
