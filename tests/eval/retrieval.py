"""Is the right passage first? Figures of each labelled set, for each way of searching.

    python -m tests.eval.retrieval [SET …]        (seeds, natural, wikipedia; default all)

hit@k: the share of answerable questions that have evidence among the first k passages.
`strict` asks for the evidence sentence too (see labelled.py). The intervals are 95 %
bootstrap intervals over questions.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bot.confidence import probability
from embeddings.encoder import open_encoder
from embeddings.index import Found, Hit, Index
from embeddings.model import find_model
from embeddings.rebuild import rebuild
from tests.eval.labelled import SETS, Question, is_evidence, sets

SHARED = Path(__file__).parents[3] / "shared"
EVERYTHING = 100

WAYS: dict[str, Callable[[Hit, Found], float]] = {
    "passage vector (dense only)": lambda hit, found: hit.cosine,
    "best sentence vector": lambda hit, found: hit.sentence_cosine,
    "BM25 (lexical only)": lambda hit, found: hit.lexical,
    "index: ½ sentence + ½ BM25/bound": lambda hit, found: hit.score,
    "answer: by probability": lambda hit, found: probability(hit, found),
}


def main(names: Sequence[str]) -> None:
    """Print a table for each set."""
    model = find_model()
    encoder = open_encoder(model)
    for name, articles, questions in sets(SHARED, list(names) or [*SETS]):
        with tempfile.TemporaryDirectory() as folder:
            report = rebuild(articles, Path(folder), model, max_bytes=1 << 30)
            index = Index(Path(folder), encoder)
            answerable = [one for one in questions if one.answerable]
            found = [index.search(one.text, EVERYTHING) for one in answerable]
            index.close()
        print(f"\n{name}: {len(answerable)} answerable questions, {report.passages} passages")
        print(f"{'':34}hit@1                hit@3  hit@5  MRR    strict@1")
        for way, key in WAYS.items():
            loose = ranks(answerable, found, key, strict=False)
            strict = ranks(answerable, found, key, strict=True)
            low, high = interval(loose == 1)
            print(
                f"{way:34}{np.mean(loose == 1):.3f} [{low:.3f}, {high:.3f}] "
                f"{np.mean(loose <= 3):.3f}  {np.mean(loose <= 5):.3f}  {np.mean(1 / loose):.3f}  "
                f"{np.mean(strict == 1):.3f}"
            )


def ranks(
    questions: Sequence[Question],
    found: Sequence[Found],
    key: Callable[[Hit, Found], float],
    *,
    strict: bool,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The rank of the first evidence for each question; infinite where there is none."""
    places = []
    for question, one in zip(questions, found, strict=True):
        order = sorted(one.hits, key=lambda hit: -key(hit, one))
        hits = (is_evidence(question, hit.source, hit.passage.text, strict=strict) for hit in order)
        places.append(next((rank for rank, right in enumerate(hits, 1) if right), np.inf))
    return np.array(places, dtype=np.float64)


def interval(hits: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[float, float]:
    """The 95 % interval of a share, by 2,000 bootstrap samples."""
    draws = np.random.default_rng(0).integers(0, len(hits), (2000, len(hits)))
    low, high = np.percentile(hits[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


if __name__ == "__main__":
    main(sys.argv[1:])
