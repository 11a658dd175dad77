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
from embeddings.encoding.encoder import open_encoder
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
    with tempfile.TemporaryDirectory() as abstracts, tempfile.TemporaryDirectory() as made:
        for line in (folder / "corpus.jsonl").read_text("utf-8").splitlines():
            one = json.loads(line)
            title, text = (" ".join(one[name].split()) for name in ("title", "text"))
            Path(abstracts, f"{one['_id']}.md").write_text(f"# {title}\n\n{text}\n", "utf-8")
        built = Path(arguments[0] if arguments else made)
        rebuild(Path(abstracts), built, model, max_bytes=1 << 30)
        index = Index(built, open_encoder(model))
        claims = {
            one["_id"]: one["text"]
            for one in map(json.loads, (folder / "queries.jsonl").read_text("utf-8").splitlines())
        }
        for split, name in SPLITS.items():
            relevant: dict[str, dict[str, int]] = {}
            for row in (folder / name).read_text("utf-8").splitlines()[1:]:
                claim, abstract, grade = row.split("\t")
                relevant.setdefault(claim, {})[abstract] = int(grade)
            _print(split, index, {claims[claim]: own for claim, own in relevant.items()})
        index.close()


def _print(split: str, index: Index, relevant: dict[str, dict[str, int]]) -> None:
    figures: dict[str, list[float]] = {}
    for claim, grades in relevant.items():
        for way, order in _orders(claim, index):
            figures.setdefault(way, []).append(ndcg(order, grades))
    print(f"\n{split}: {len(relevant)} claims{'':13}nDCG@{AT}")
    for way, found in figures.items():
        low, high = interval(np.array(found))
        print(f"{way:34}{np.mean(found):.4f} [{low:.4f}, {high:.4f}]", flush=True)


def _orders(claim: str, index: Index) -> Iterator[tuple[str, list[str]]]:
    """Each way of searching, with the abstracts in its order."""
    found = index.search(claim, EVERYTHING)
    for way, key in WAYS.items():
        ordered = sorted(found.hits, key=key, reverse=True)
        yield way, [Path(hit.source).stem for hit in ordered]
    judged = judge(claim, found, found.hits[: 2 * AT], index.encoder)
    best = [*(one.hit for one in judged), *found.hits[2 * AT :]]
    yield "answer: by probability", [Path(hit.source).stem for hit in best]


def ndcg(order: Sequence[str], grades: dict[str, int]) -> float:
    """The normalised discounted cumulative gain of the first ten different documents."""
    seen = list(dict.fromkeys(order))[:AT]
    gain = sum(grades.get(one, 0) / np.log2(rank + 1) for rank, one in enumerate(seen, start=1))
    ideal = sorted(grades.values(), reverse=True)[:AT]
    return float(gain / sum(one / np.log2(rank + 1) for rank, one in enumerate(ideal, start=1)))


if __name__ == "__main__":
    main(sys.argv[1:])
