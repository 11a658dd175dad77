"""Texts as they are encoded: the passages of articles."""

from __future__ import annotations

from pathlib import Path

from embeddings.articles.article import read
from embeddings.articles.folder import scan
from embeddings.articles.passages import split
from embeddings.encoding.encoder import Encoder, Text, Vectors
from tests.conftest import MAX_BYTES


def texts_of(folder: Path, encoder: Encoder) -> list[Text]:
    """The passages of a folder's articles."""
    texts = []
    for state in scan(folder, max_bytes=MAX_BYTES).files:
        _, article = read(folder, state.source, max_bytes=MAX_BYTES)
        passages = split(
            article.text,
            article.parts,
            count_tokens=encoder.count_tokens,
            budget=encoder.budget,
        )
        texts += [Text(passage.text, passage.bounds()) for passage in passages]
    return texts


def encoded(encoder: Encoder, texts: list[Text]) -> list[Vectors]:
    """Their vectors, in the order of the texts."""
    vectors = dict(pair for batch in encoder.encode(texts) for pair in batch)
    return [vectors[index] for index in range(len(texts))]
