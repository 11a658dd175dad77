"""Passages that carry the same text, as wire copy is carried."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embeddings.articles.passages import Sentence
from embeddings.index.search import Hit

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


def counterpart(copy: Hit, marked: str) -> Sentence:
    """The sentence of a copy that has most of the marked one's words."""
    wanted = _triples(marked)
    passage = copy.passage
    return max(passage.sentences, key=lambda own: len(wanted & _triples(passage.text_of(own))))


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
