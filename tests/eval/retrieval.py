"""Is the right passage first? Figures of each labelled set, for each way of searching.

    python -m tests.eval.retrieval [SET …]        (see labelled.py; default all)

hit@k: the share of answerable questions that have evidence among the first k passages.
`strict` asks for the evidence sentence too (bot/evaluation/questions.py). The intervals are 95 %
bootstrap intervals over questions. `marked`: of the questions whose first passage is strict
evidence, the share where the sentence to mark holds the answer.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.answering.judging import JUDGED, Judged, judge
from bot.answering.question import understand
from bot.evaluation.questions import LabelledQuestion, is_evidence
from embeddings.encoding.encoder import open_encoder
from embeddings.encoding.model import find_model
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Found, Hit, Index
from tests.eval.labelled import SETS, sets

EVERYTHING = 100

WAYS: dict[str, Callable[[Hit], float]] = {
    "passage vector (dense only)": lambda hit: hit.cosine,
    "best sentence vector": lambda hit: max(hit.sentence_cosines),
    "BM25 (lexical only)": lambda hit: hit.lexical,
    "index: ½ sentence + ½ BM25/bound": lambda hit: hit.score,
}


def main(names: Sequence[str]) -> None:
    """Print a table for each set."""
    model = find_model()
    encoder = open_encoder(model)
    for name, articles, questions in sets(list(names) or [*SETS]):
        with tempfile.TemporaryDirectory() as folder:
            report = rebuild(articles, Path(folder), model, max_bytes=1 << 30)
            index = Index(Path(folder))
            answerable = [question for question in questions if question.answerable]
            understood = [understand(question.text, encoder) for question in answerable]
            searched = [index.search(question.query, EVERYTHING) for question in understood]
            judged = [
                judge(question, result, result.hits[:JUDGED], encoder)
                for question, result in zip(understood, searched, strict=True)
            ]
            index.close()
        print(f"\n{name}: {len(answerable)} answerable questions, {report.passages} passages")
        print(f"{'':34}hit@1                hit@3  hit@5  MRR    strict@1")
        for way, orders in _orders(searched, judged):
            loose = ranks(answerable, orders, strict=False)
            strict = ranks(answerable, orders, strict=True)
            low, high = interval(loose == 1)
            print(
                f"{way:34}{np.mean(loose == 1):.3f} [{low:.3f}, {high:.3f}] "
                f"{np.mean(loose <= 3):.3f}  {np.mean(loose <= 5):.3f}  {np.mean(1 / loose):.3f}  "
                f"{np.mean(strict == 1):.3f}"
            )
        _print_marked(answerable, judged)


def _orders(
    searched: Sequence[Found], judged: Sequence[Sequence[Judged]]
) -> Iterator[tuple[str, list[list[Hit]]]]:
    """Each way of searching, with the hits of each question in its order."""
    for way, key in WAYS.items():
        yield way, [sorted(result.hits, key=key, reverse=True) for result in searched]
    yield (
        "answer: by probability",
        [
            [*(verdict.hit for verdict in best), *result.hits[len(best) :]]
            for best, result in zip(judged, searched, strict=True)
        ],
    )


def ranks(
    questions: Sequence[LabelledQuestion], orders: Sequence[Sequence[Hit]], *, strict: bool
) -> npt.NDArray[np.float64]:
    """The rank of the first evidence for each question; infinite where there is none."""
    places = []
    for question, hits in zip(questions, orders, strict=True):
        right = (
            rank
            for rank, hit in enumerate(hits, start=1)
            if is_evidence(question, hit.info.source, hit.passage.text, strict=strict)
        )
        places.append(next(right, np.inf))
    return np.array(places, dtype=np.float64)


def interval(values: npt.NDArray[Any]) -> tuple[float, float]:
    """The 95 % interval of a mean (of a share too), by 2,000 bootstrap samples."""
    draws = np.random.default_rng(0).integers(0, len(values), (2000, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _print_marked(
    questions: Sequence[LabelledQuestion], judged: Sequence[Sequence[Judged]]
) -> None:
    """How often the mark is right, by the rule and by the best cosine."""
    rule: list[bool] = []
    cosine: list[bool] = []
    for question, (best, *_) in zip(questions, judged, strict=True):
        hit, accepted = best.hit, question.accepted
        if accepted and is_evidence(question, hit.info.source, hit.passage.text, strict=True):
            nearest = hit.passage.sentences[int(np.argmax(hit.sentence_cosines))]
            for sentence, right in ((best.marked, rule), (hit.passage.text_of(nearest), cosine)):
                right.append(accepted.search(" ".join(sentence.split())) is not None)
    low, high = interval(np.array(rule))
    print(
        f"marked: {np.mean(rule):.3f} [{low:.3f}, {high:.3f}] of {len(rule)};"
        f" by the best cosine {np.mean(cosine):.3f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
