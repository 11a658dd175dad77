"""The same texts and questions through this project and through others, side by side.

    python -m tests.bench.peers [FOLDER]

makes an environment of its own in FOLDER (default: a temporary one; 2 GB, minutes), installs
this project and its peers there, and prints a row for each: txtai with its hybrid of vectors and
BM25, and sentence-transformers with a flat FAISS index, as its documentation has it. All have the
same model, the passages of eval/wikipedia and its answerable questions. In the same environment
it then prints what `tests.bench.encode` does, with onnxruntime among the ways to encode.

An index is built, and a question asked, by a process that does only that: this project's own
commands, and for the others the fewest lines that do it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from embeddings.encoding.model import find_model
from tests.bench.encode import material, right
from tests.bench.process import BOT, PROJECT, taken

INSTALLED = (f"{PROJECT}[test]", "txtai>=9,<10", "onnxruntime>=1.20,<2", "onnx>=1.17,<2")
COLD_RUNS = 5
QUESTION = "What is the largest city in the region?"

Search = Callable[[str], list[int]]
"""A question → the numbers of the best five passages."""

_OPENING = """
import json, sys
folder, model, question = sys.argv[1:]
"""

TXTAI_BUILD = """
from txtai import Embeddings
texts = [text for *_, text in json.load(open(f"{folder}/texts.json"))]
embeddings = Embeddings(path=model, hybrid=True, content=True)
embeddings.index(texts)
embeddings.save(f"{folder}/txtai")
"""

TXTAI_ASK = """
from txtai import Embeddings
embeddings = Embeddings()
embeddings.load(f"{folder}/txtai")
print(embeddings.search(question, 5))
"""

FAISS_BUILD = """
import faiss
from sentence_transformers import SentenceTransformer
texts = [text for *_, text in json.load(open(f"{folder}/texts.json"))]
vectors = SentenceTransformer(model).encode(texts)
index = faiss.IndexFlatIP(vectors.shape[1])
index.add(vectors)
faiss.write_index(index, f"{folder}/plain.faiss")
"""

FAISS_ASK = """
import faiss
from sentence_transformers import SentenceTransformer
index = faiss.read_index(f"{folder}/plain.faiss")
texts = [text for *_, text in json.load(open(f"{folder}/texts.json"))]
for number in index.search(SentenceTransformer(model).encode([question]), 5)[1][0]:
    print(texts[number])
"""


class Peer(NamedTuple):
    """Two commands, and its search in this process."""

    build: Callable[[Path], list[str]]
    ask: Callable[[Path], list[str]]
    opened: Callable[[Path], Search]


def _code(lines: str) -> Callable[[Path], list[str]]:
    model = str(find_model().folder)
    return lambda folder: [sys.executable, "-c", _OPENING + lines, str(folder), model, QUESTION]


def _bot(*words: str) -> Callable[[Path], list[str]]:
    return lambda folder: [
        *BOT,
        *words,
        "--seeds",
        str(folder / "articles"),
        "--index",
        str(folder / "index"),
    ]


def _ours(folder: Path) -> Search:
    """The whole answer, marked and judged."""
    from bot.answering.answer import answer
    from bot.answering.question import understand
    from embeddings.encoding.encoder import open_encoder
    from embeddings.index.search import Index

    index, encoder = Index(folder / "index"), open_encoder(find_model())
    texts = json.loads((folder / "texts.json").read_text())
    numbers = {(source, start): at for at, (source, start, _) in enumerate(texts)}

    def search(question: str) -> list[int]:
        given = answer(understand(question, encoder), index, encoder, 5, min_confidence=0.0)
        return [numbers[cited.source, cited.passage.start_char] for cited in given.citations]

    return search


def _txtai(folder: Path) -> Search:
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(str(folder / "txtai"))
    return lambda question: [int(row["id"]) for row in embeddings.search(question, 5)]


def _plain(folder: Path) -> Search:
    import faiss
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(find_model().folder))
    index = faiss.read_index(str(folder / "plain.faiss"))
    return lambda question: index.search(model.encode([question]), 5)[1][0].tolist()


PEERS = {
    "this project": Peer(_bot("rebuild"), _bot("ask", QUESTION), _ours),
    "txtai, hybrid": Peer(_code(TXTAI_BUILD), _code(TXTAI_ASK), _txtai),
    "sentence-transformers + FAISS": Peer(_code(FAISS_BUILD), _code(FAISS_ASK), _plain),
}


def compare() -> None:
    """Print a row for each, in this environment."""
    articles, passages, questions = material()
    asked = [question for question in questions if question.answerable]
    holds = right(asked, passages)
    print(f"{len(passages)} passages, {len(asked)} questions; × this project\n")
    print("| | index, s | one-shot question, s | warm question, ms: median, 99 % | MB", end="")
    print(" | evidence first | in the first five |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "articles").symlink_to(articles)
        texts = [(source, passage.start_char, passage.text) for source, passage in passages]
        (folder / "texts.json").write_text(json.dumps(texts))
        ours: list[float] = []
        for title, peer in PEERS.items():
            built = taken(peer.build(folder)).seconds
            asks = [taken(peer.ask(folder)) for _ in range(COLD_RUNS)]
            search = peer.opened(folder)
            search(QUESTION)
            results: list[list[int]] = []
            times: list[float] = []
            for question in asked:
                begun = time.perf_counter()
                results.append(search(question.text))
                times.append((time.perf_counter() - begun) * 1000)
            times.sort()
            figures = [built, min(asks).seconds, statistics.median(times)]
            ours = ours or figures
            index, cold, warm = (its / our for its, our in zip(figures, ours, strict=True))
            first = sum(bool(best) and holds[at, best[0]] for at, best in enumerate(results))
            five = sum(holds[at, best].any() for at, best in enumerate(results))
            print(
                f"| {title} | {figures[0]:.1f} (×{index:.1f}) | {figures[1]:.2f} (×{cold:.1f})"
                f" | {figures[2]:.0f} (×{warm:.1f}), {times[len(times) * 99 // 100]:.0f}"
                f" | {max(ask.megabytes for ask in asks):.0f}"
                f" | {first / len(asked):.3f} | {five / len(asked):.3f} |",
                flush=True,
            )


def main(folder: Path | None) -> None:
    """Compare in an environment in this folder, or in a temporary one."""
    with tempfile.TemporaryDirectory() as temporary:
        _compare_in(folder or Path(temporary))


def _compare_in(folder: Path) -> None:
    """Make the environment, where it is not there, and compare in it."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *INSTALLED], check=True)
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    for code in ("peers; peers.compare()", "encode; encode.main(None)"):
        lines = f"if __name__ == '__main__':\n from tests.bench import {code}"
        subprocess.run([str(python), "-c", lines], check=True, cwd=PROJECT, env=env)
        print(flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
