"""A question → what the index has for it, judged: searched, folded, read, in order."""

from __future__ import annotations

from msgspec import Struct, structs

from bot.answering.copies import fold, unfold
from bot.answering.judging import WEIGHED, Judged, rank
from bot.answering.question import Question
from bot.answering.typing_errors import SURE, corrected
from embeddings.encoding.encoder import Encoder
from embeddings.encoding.pairs import PairReader
from embeddings.index.search import Found, Hidden, Hit, Index

POOL = 30
"""Hits that are searched: the rivals of those that are judged, and their copies. A guess."""


class Judgement(Struct, frozen=True):
    """A question with what was found for it, judged.

    Attributes:
        question: as it was typed or, where words of it are probably typed wrong, as it was meant.
        also: the words that were searched in the place of those.
        found: of the hits that may be judged those that are no copies.
        below: all that was found, without copies.
        copies: passage id → its copies that say the same where it is marked.
        versions: ids of the passages that are of one text and do not say the same.
        judged: the best first.
    """

    question: Question
    also: tuple[str, ...]
    found: Found
    below: Found
    copies: dict[int, list[Hit]]
    versions: frozenset[int]
    judged: list[Judged]

    @property
    def probability(self) -> float:
        return self.judged[0].probability if self.judged else 0.0


def judgement(
    question: Question,
    index: Index,
    encoder: Encoder,
    reader: PairReader | None,
    limit: int,
    hidden: Hidden | None,
) -> Judgement:
    """What the index has for a question, as it was typed or, where that is likelier to be answered,
    as it was probably meant. It does not depend on `limit`, the number of passages to be shown, but
    for what there is below those that are judged.

    Raises:
        IndexUnusable: the index is damaged.
    """

    def judge(question: Question, also: tuple[str, ...] = ()) -> Judgement:
        searched = index.search(question.query, POOL, hidden=hidden)
        groups = fold(searched.hits)
        copies = {head.passage_id: others for head, *others in groups}
        below = searched.with_hits(tuple(head for head, *_ in groups))  # a copy is no rival
        pool = {hit.passage_id for hit in searched.hits[:POOL]}
        found = below.with_hits(tuple(hit for hit in below.hits if hit.passage_id in pool))
        ranked = rank(question, found, encoder, reader)
        unfolded = unfold(question, found, ranked, copies, encoder, reader)
        judged = [
            structs.replace(verdict, probability=verdict.probability * SURE ** len(also))
            for verdict in unfolded.judged
        ]
        return Judgement(
            question, also, found, below, copies | unfolded.copies, unfolded.versions, judged
        )

    typed = judge(question)
    mended = corrected(question, typed.found, index, encoder, hidden=hidden)
    both = [judge(mended.question, mended.words), typed] if mended else [typed]
    best = max(both, key=lambda own: own.probability)
    return best if limit <= len(best.judged) else _with_below(best, index, limit, hidden)


def _with_below(best: Judgement, index: Index, limit: int, hidden: Hidden | None) -> Judgement:
    """With what `further` judges, which is some more than it shows."""
    wanted, texts, seen = limit + WEIGHED, POOL, -1
    while True:
        searched = index.search(best.question.query, texts, hidden=hidden)
        groups = fold(searched.hits)
        if len(groups) >= wanted or len(searched.hits) == seen:
            break
        texts, seen = 2 * texts, len(searched.hits)
    copies = {head.passage_id: others for head, *others in groups}
    below = searched.with_hits(tuple(head for head, *_ in groups))
    return structs.replace(best, below=below, copies=copies | best.copies)
