"""A question put to an open index, without an archive round it."""

from __future__ import annotations

from bot.answering.answer import PASSAGES, answer
from bot.answering.citation import Answer
from bot.answering.question import understand
from embeddings.encoding.encoder import Encoder
from embeddings.encoding.pairs import PairReader
from embeddings.index.search import Hidden, Index


def asked(
    question: str,
    index: Index,
    encoder: Encoder,
    limit: int = PASSAGES,
    *,
    reader: PairReader | None = None,
    min_confidence: float | None = None,
    hidden: Hidden | None = None,
) -> Answer:
    """The answer to a question in words."""
    understood = understand(question, encoder, index.languages())
    return answer(
        understood,
        index,
        encoder,
        limit,
        reader=reader,
        min_confidence=min_confidence,
        hidden=hidden,
    )
