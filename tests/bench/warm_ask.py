"""Where the time of a warm answer goes, on an index of some 1,000 passages.

    python -m tests.bench.warm_ask          (taskset -c 0,1 for two cores)

Articles and questions are those of ../shared/eval (wikipedia, natural) and the five real
articles. Medians over 100 questions, in ms; ratios are to the encoding of the question alone.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bot.answering.answer import answer
from bot.answering.judgement import POOL
from bot.answering.judging import JUDGED, judge
from bot.answering.question import understand
from embeddings.encoding.encoder import open_encoder
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import find_model
from embeddings.encoding.pairs import open_reader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.eval.labelled import sets


def main(number: int) -> None:
    """Print the split, of so many questions."""
    model = find_model()
    encoder = open_encoder(model)
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as built,
        tempfile.TemporaryDirectory() as kept,
    ):
        asked = []
        for name, articles, questions in sets(["wikipedia", "natural", "five"]):
            shutil.copytree(articles, Path(folder, name))
            asked += [question.text for question in questions]
        report = rebuild(Path(folder), Path(built), model, max_bytes=1 << 30)
        index = Index(Path(built))
        assert isinstance(encoder, LightEncoder)
        reader = open_reader(encoder, Path(kept))
        chosen = asked[:: len(asked) // number][:number]
        for text in chosen[:5]:
            answer(understand(text, encoder), index, encoder, reader=reader)
        times: dict[str, list[float]] = {}

        @contextmanager
        def timed(name: str) -> Iterator[None]:
            start = time.perf_counter()
            yield
            times.setdefault(name, []).append((time.perf_counter() - start) * 1000)

        for text in chosen:
            with timed("the question's encoding"):
                encoder.encode_query(text)
            with timed("the question understood, that included"):
                question = understand(text, encoder)
            with timed("the search"):
                searched = index.search(question.query, POOL)
            with timed("the best five judged"):
                judged = judge(question, searched, searched.hits[:JUDGED], encoder)
            with timed("of which their words' vectors"):
                encoder.tokens([verdict.marked for verdict in judged])
            with timed("the whole answer without the reader, copies folded and cited"):
                answer(understand(text, encoder), index, encoder)
            with timed("the whole answer"):
                answer(understand(text, encoder), index, encoder, reader=reader)
        index.close()
    print(f"| {report.passages} passages, {len(chosen)} questions | median, ms", end="")
    print(" | × the encoding | 99 %, ms |\n|---|---|---|---|")
    encoding = np.median(times["the question's encoding"])
    for name, own in times.items():
        median, most = np.percentile(own, [50, 99])
        print(f"| {name} | {median:.1f} | {median / encoding:.2f} | {most:.1f} |")


if __name__ == "__main__":
    main(100)
