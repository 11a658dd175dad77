"""How large should a passage be? Figures of each labelled set for several sizes.

    python -m tests.eval.passage_sizes [SET …]    (seeds, natural, wikipedia; default all)

`join` is up to how many tokens short neighbours are joined, `budget` the most that a
passage may have. Ranked as the index ranks, over all passages.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.evaluation.questions import LabelledQuestion, is_evidence
from embeddings.articles.article import Info, read
from embeddings.articles.folder import scan
from embeddings.articles.passages import Passage, split
from embeddings.encoding.encoder import Text, open_encoder
from embeddings.encoding.model import find_model
from embeddings.encoding.reference import ReferenceEncoder
from embeddings.index import words
from embeddings.index.search import Query, query_of
from tests.eval.labelled import SETS, sets

SIZES = ((0, 254), (64, 128), (128, 128), (96, 254), (128, 254), (200, 254), (254, 254))


def main(names: Sequence[str]) -> None:
    """Print a table for each set."""
    model = find_model()
    encoder = open_encoder(model)
    bulk = ReferenceEncoder(model)
    for name, folder, questions in sets(list(names) or [*SETS]):
        asked = [question for question in questions if question.answerable]
        queries = [query_of(question.text, encoder) for question in asked]
        articles = [
            read(folder, state.source, max_bytes=1 << 30)[1]
            for state in scan(folder, max_bytes=1 << 30).files
        ]
        print(f"\n{name}: {len(asked)} answerable questions")
        print("join  budget  passages  words   hit@1  hit@3  hit@5  strict@1")
        for join, budget in SIZES:
            passages = [
                (article.info, passage)
                for article in articles
                for passage in split(
                    article.text,
                    article.parts,
                    count_tokens=encoder.count_tokens,
                    budget=budget,
                    join=join,
                )
            ]
            order = _rank(passages, queries, bulk)
            figures = [
                np.mean(
                    [
                        any(_is_right(question, *passages[at], strict=strict) for at in best[:most])
                        for question, best in zip(asked, order, strict=True)
                    ]
                )
                for most, strict in ((1, False), (3, False), (5, False), (1, True))
            ]
            length = np.mean([len(passage.text.split()) for _, passage in passages])
            shown = "  ".join(f"{figure:.3f}" for figure in figures)
            print(f"{join:4}  {budget:6}  {len(passages):8}  {length:5.0f}   {shown}", flush=True)


def _is_right(question: LabelledQuestion, info: Info, passage: Passage, *, strict: bool) -> bool:
    return is_evidence(question, info.source, passage.text, strict=strict)


def _rank(
    passages: list[tuple[Info, Passage]], queries: list[Query], encoder: ReferenceEncoder
) -> list[list[int]]:
    """For each question the numbers of the best five passages, by the index's formula."""
    texts = [Text(passage.text, passage.bounds()) for _, passage in passages]
    encoded = dict(pair for batch in encoder.encode(texts) for pair in batch)
    sentences = np.concatenate([encoded[at].sentences for at in range(len(texts))])
    starts = np.cumsum([0, *(len(text.sentences) for text in texts)])[:-1]
    vectors = np.stack([query.vector for query in queries])
    cosines = np.maximum.reduceat(vectors @ sentences.T, starts, axis=1)
    with tempfile.TemporaryDirectory() as folder:
        titled = [
            (at, f"{info.title}\n{own.text}", info.language)
            for at, (info, own) in enumerate(passages)
        ]
        words.write(Path(folder) / "words", titled)
        lexical = words.Words(Path(folder) / "words")
        order = []
        for query, cosine in zip(queries, cosines, strict=True):
            idf = words.idf(lexical.frequencies(query.terms), len(lexical))
            bound = words.upper_bound(idf) or 1.0
            score = 0.5 * cosine
            for at, bm25 in lexical.search(query.terms, len(passages)).items():
                score[at] += 0.5 * bm25 / bound
            order.append(np.argsort(-score, kind="stable")[:5].tolist())
    return order


if __name__ == "__main__":
    main(sys.argv[1:])
