"""How often the sentence of the question's polarity is marked, and is first where the two stand in
two articles: `python -m tests.eval.polarity`.

81 questions of our own, each over two sentences that differ in a denial (questions/polarity.jsonl):
64 were written before the rule, 17 beside what it has of double denials, myths and other languages.
The weights were chosen on every other pair; the other half was only measured.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from bot.answering import judging, marking
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import find_model
from embeddings.encoding.pairs import open_reader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.asking import asked

QUESTIONS = Path(__file__).parent / "questions/polarity.jsonl"
IN_MARK = (0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
IN_ORDER = (0, 0.5, 1, 2, 3, 5)


def main() -> None:
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    pairs = [*dict.fromkeys(frozenset(_sentences(row)) for row in rows)]
    halves = [pairs.index(frozenset(_sentences(row))) % 2 for row in rows]
    together = [*dict.fromkeys(row["text"] for row in rows)]
    apart = [*dict.fromkeys(text for row in rows for text in _sentences(row))]
    for texts, module, weights in ((together, marking, IN_MARK), (apart, judging, IN_ORDER)):
        print(
            f"{module.__name__}.CONTRARY: right of {halves.count(0)} chosen on, {halves.count(1)}"
        )
        usual = getattr(module, "CONTRARY")  # noqa: B009  (of modules mypy knows no attribute)
        for weight in weights:
            setattr(module, "CONTRARY", weight)  # noqa: B010
            print(f"{weight:>5}", *(_right(rows, halves, texts, reads) for reads in (False, True)))
        setattr(module, "CONTRARY", usual)  # noqa: B010


def _sentences(row: dict[str, Any]) -> list[str]:
    return re.split(r"(?<=\.) ", row["text"])


def _right(rows: list[dict[str, Any]], halves: list[int], texts: list[str], reads: bool) -> str:
    """In each half, without the reader or with it."""
    model = find_model()
    encoder = LightEncoder(model)
    right = [0, 0]
    with tempfile.TemporaryDirectory() as folder:
        seeds, kept = Path(folder, "seeds"), Path(folder, "index")
        seeds.mkdir()
        for number, text in enumerate(texts):
            (seeds / f"{number:03}.txt").write_text(f"Notice\n\n{text}\n", "utf-8")
        rebuild(seeds, kept, model, max_bytes=10_000)
        index = Index(kept)
        reader = open_reader(encoder, Path(folder)) if reads else None
        for row, half in zip(rows, halves, strict=True):
            given = asked(row["question"], index, encoder, 1, reader=reader)
            wanted = _sentences(row)[row["marked"] - 1]
            right[half] += given.shown[0].highlight.text == wanted
        index.close()
    return f"{'with' if reads else 'without'} reader {right[0]}, {right[1]}"


if __name__ == "__main__":
    main()
