"""What grows with the archive: sizes and times from 1,000 to 1,000,000 passages.

    python -m tests.bench.growth [PASSAGES …]         (default 1000 10000 100000)

A million takes half an hour and 8 GB of room for temporary files. Articles are made of the
sentences of ../shared/eval, drawn anew for each passage. Their vectors are mixtures: each is the
mean of two real passages' vectors and noise, for to encode a million passages takes hours.
Everything else is real: the splitter, the store, both indexes, and the questions, the changed
article and the processes of the ask and the rebuild that are timed.
`recall` is the share of the questions' ten nearest passages that are among the candidates.
"""

from __future__ import annotations

import os
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

import numpy as np

from bot.answering.answer import answer
from bot.answering.question import understand
from embeddings.arrays import Floats
from embeddings.encoding.encoder import Encoder, Text, Vectors, open_encoder
from embeddings.encoding.model import Model, find_model
from embeddings.index.derived import passage_vectors
from embeddings.index.generations import VECTORS, path_of
from embeddings.index.rebuild import Report, rebuild
from embeddings.index.search import Index
from embeddings.index.store import Store
from embeddings.index.vectors import CANDIDATES, VectorIndex
from tests.bench.process import BOT, taken
from tests.eval.labelled import sets

PASSAGES_OF_AN_ARTICLE = 10
SENTENCES_OF_A_PASSAGE = 6
REAL = 600
"""Passages that are encoded, for the mixtures."""
QUESTIONS = 100
LONG_AGO = 1_700_000_000
MAX_BYTES = 1 << 30


class Mixtures:
    """An encoder whose passages' vectors are mixtures of real ones."""

    def __init__(self, encoder: Encoder, real: Floats) -> None:
        self.model, self.dimension, self.budget = encoder.model, encoder.dimension, encoder.budget
        self.count_tokens = encoder.count_tokens
        self._real = real
        self._chance = np.random.default_rng(0)

    def encode(self, texts: Sequence[Text]) -> Iterator[list[tuple[int, Vectors]]]:
        for at, text in enumerate(texts):
            rows = self._mixed(1 + len(text.sentences))
            yield [(at, Vectors(rows[0], rows[1:]))]

    def _mixed(self, number: int) -> Floats:
        pairs = self._real[self._chance.integers(0, len(self._real), (2, number))].mean(axis=0)
        rows = pairs + self._chance.normal(0, 0.02, pairs.shape).astype(np.float32)
        mixed: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return mixed


def main(sizes: Sequence[int]) -> None:
    """Print a row for each size."""
    model = find_model()
    encoder = open_encoder(model)
    sentences, questions = _material()
    texts = [Text(sentence, ((0, len(sentence)),)) for sentence in sentences[:REAL]]
    real = np.stack([own.passage for batch in encoder.encode(texts) for _, own in batch])
    print(
        "| passages | build without encoding, s, MB of memory | MB on disk | one-shot question, ms,"
        " MB of memory | warm question, ms: median, 99 % | recall | rebuild, s: one article"
        " changed, nothing |\n|---|---|---|---|---|---|---|"
    )
    for size in sizes:
        _measure(size, model, Mixtures(encoder, real), encoder, sentences, questions)


def _material() -> tuple[list[str], list[str]]:
    """Sentences, and questions about them."""
    sentences: list[str] = []
    questions: list[str] = []
    for _, articles, asked in sets(["wikipedia", "natural"]):
        for path in sorted(articles.iterdir()):
            sentences += re.findall(r"[A-Z][^.!?\n]{40,300}[.!?](?=\s)", path.read_text("utf-8"))
        questions += [question.text for question in asked]
    chance = random.Random(0)
    chance.shuffle(sentences)
    return sentences, chance.sample(questions, QUESTIONS)


def _measure(
    size: int,
    model: Model,
    mixtures: Mixtures,
    encoder: Encoder,
    sentences: list[str],
    questions: list[str],
) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as index:
        articles = _write_articles(Path(folder), size, sentences)
        with ProcessPoolExecutor(1, get_context("fork")) as pool:
            built = pool.submit(_build, Path(folder), Path(index), model, mixtures)
        report, peak = built.result()
        states = [path.stat() for path in Path(index).rglob("*") if path.is_file()]
        disk = sum({state.st_ino: state.st_size for state in states}.values())
        at = ("--seeds", folder, "--index", index)
        asked = [taken([*BOT, "ask", *at, question]) for question in questions[:5]]
        opened = Index(Path(index))
        times = []
        for question in questions:
            begun = time.perf_counter()
            answer(understand(question, encoder), opened, encoder)
            times.append((time.perf_counter() - begun) * 1000)
        opened.close()
        recall = _recall(Path(index), np.stack([encoder.encode_query(each) for each in questions]))
        articles[0].write_text(" ".join(sentences[:20]), "utf-8")
        os.utime(articles[0], (LONG_AGO + 1, LONG_AGO + 1))
        changed, nothing = (taken([*BOT, "rebuild", *at]).seconds for _ in range(2))
        p50, p99 = np.percentile(times, [50, 99])
        print(
            f"| {report.passages:,} | {report.seconds:.0f}, {peak:.0f} | {disk / 1e6:,.0f}"
            f" | {min(asked).seconds * 1000:.0f}, {max(ask.megabytes for ask in asked):.0f}"
            f" | {p50:.0f}, {p99:.0f} | {recall:.3f} | {changed:.1f}, {nothing:.1f} |",
            flush=True,
        )


def _build(folder: Path, index: Path, model: Model, mixtures: Mixtures) -> tuple[Report, float]:
    """Build in a process of its own; the most memory that it had, in MB."""
    with patch("embeddings.index.rebuild.open_encoder", lambda *_, **__: mixtures):
        report = rebuild(folder, index, model, max_bytes=MAX_BYTES)
    return report, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _recall(folder: Path, queries: Floats) -> float:
    """The share of the ten nearest of all stored vectors that are among the candidates."""
    store = Store(folder)
    with store.snapshot():
        meta = store.meta()
        assert meta is not None
        index = VectorIndex(path_of(folder, meta.generation) / VECTORS)
        best = [np.empty((2, 0))] * len(queries)
        for ids, vectors in passage_vectors(store):
            for number, cosines in enumerate(queries @ vectors.T):
                all_ = np.hstack([best[number], [cosines, ids]])
                best[number] = all_[:, np.argsort(-all_[0])[:10]]
    store.close()
    near = [index.search(query, CANDIDATES).keys() for query in queries]
    shares = [len(keys & {*own[1].astype(int)}) / 10 for keys, own in zip(near, best, strict=True)]
    return float(np.mean(shares))


def _write_articles(folder: Path, size: int, sentences: list[str]) -> list[Path]:
    chance = random.Random(1)
    paths = []
    for number in range(size // PASSAGES_OF_AN_ARTICLE):
        passages = (
            " ".join(chance.sample(sentences, SENTENCES_OF_A_PASSAGE))
            for _ in range(PASSAGES_OF_AN_ARTICLE)
        )
        path = folder / str(number // 100) / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n\n".join(passages), "utf-8")
        os.utime(path, (LONG_AGO, LONG_AGO))
        paths.append(path)
    return paths


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1000, 10_000, 100_000])
