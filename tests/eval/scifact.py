"""SciFact by its own measure, nDCG@10, through the same search: claims over 5,183 abstracts.

    python -m tests.eval.scifact [INDEX]

The first run encodes the abstracts (some minutes); INDEX names a folder in which their index is
kept for the next. An abstract ranks as the best of its passages does.
nDCG: Järvelin & Kekäläinen 2002, doi:10.1145/582415.582418, as trec_eval has it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bot.answering.judging import judge
from bot.answering.question import understand
from embeddings.encoding.encoder import Encoder, open_encoder
from embeddings.encoding.model import find_model
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.eval.labelled import SHARED
from tests.eval.retrieval import EVERYTHING, WAYS, interval

AT = 10
SPLITS = {"test": "qrels.tsv", "train": "qrels-train.tsv"}


def main(arguments: Sequence[str]) -> None:
    """Print a table for each split."""
    folder = SHARED / "eval/scifact"
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not there")
    model = find_model()
    encoder = open_encoder(model)
    with tempfile.TemporaryDirectory() as abstracts, tempfile.TemporaryDirectory() as made:
        for line in (folder / "corpus.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            title, text = (" ".join(row[name].split()) for name in ("title", "text"))
            Path(abstracts, f"{row['_id']}.md").write_text(f"# {title}\n\n{text}\n", "utf-8")
        built = Path(arguments[0] if arguments else made)
        rebuild(Path(abstracts), built, model, max_bytes=1 << 30)
        index = Index(built)
        claims = {
            row["_id"]: row["text"]
            for row in map(json.loads, (folder / "queries.jsonl").read_text("utf-8").splitlines())
        }
        for split, name in SPLITS.items():
            relevant: dict[str, dict[str, int]] = {}
            for line in (folder / name).read_text("utf-8").splitlines()[1:]:
                claim, abstract, grade = line.split("\t")
                relevant.setdefault(claim, {})[abstract] = int(grade)
            asked = {claims[claim]: own for claim, own in relevant.items()}
            _print(split, index, encoder, asked)
        index.close()


def _print(split: str, index: Index, encoder: Encoder, relevant: dict[str, dict[str, int]]) -> None:
    figures: dict[str, list[float]] = {}
    for claim, grades in relevant.items():
        for way, order in _orders(claim, index, encoder):
            figures.setdefault(way, []).append(ndcg(order, grades))
    print(f"\n{split}: {len(relevant)} claims{'':13}nDCG@{AT}")
    for way, gains in figures.items():
        low, high = interval(np.array(gains))
        print(f"{way:34}{np.mean(gains):.4f} [{low:.4f}, {high:.4f}]", flush=True)


def _orders(claim: str, index: Index, encoder: Encoder) -> Iterator[tuple[str, list[str]]]:
    """Each way of searching, with the abstracts in its order."""
    question = understand(claim, encoder)
    searched = index.search(question.query, EVERYTHING)
    for way, key in WAYS.items():
        ordered = sorted(searched.hits, key=key, reverse=True)
        yield way, [Path(hit.info.source).stem for hit in ordered]
    judged = judge(question, searched, searched.hits[: 2 * AT], encoder)
    best = [*(verdict.hit for verdict in judged), *searched.hits[2 * AT :]]
    yield "answer: by probability", [Path(hit.info.source).stem for hit in best]


def ndcg(order: Sequence[str], grades: dict[str, int]) -> float:
    """The normalised discounted cumulative gain of the first ten different documents."""
    seen = list(dict.fromkeys(order))[:AT]
    gain = sum(grades.get(each, 0) / np.log2(rank + 1) for rank, each in enumerate(seen, start=1))
    ideal = sorted(grades.values(), reverse=True)[:AT]
    return float(gain / sum(grade / np.log2(rank + 1) for rank, grade in enumerate(ideal, start=1)))


if __name__ == "__main__":
    main(sys.argv[1:])
