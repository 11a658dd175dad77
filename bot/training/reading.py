"""The training pairs on disk: a folder of gzipped JSON lines, one question and passage a line.

The format is that of ../shared/train/README.md: `question`, `context`, `answers` (a list of
`{"text", "start"}`, empty where the context does not answer), and an `id`.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from bot.training.errors import TrainingError

LEFT_OUT = ("squad2_open_more",)
"""Sets that hold the paragraphs of the questions that models are reported on."""

SHARES = {
    "squad2_train_more": 1.6,
    "squadshifts_reddit": 0.6,
    "squadshifts_amazon_reviews": 0.2,
    "qamr": 0.12,
    "policyqa": 0.19,
    "selqa": 0.7,
    "covidqa": 0.7,
    "onestopqa": 0.5,
    "negatives_synthetic": 0.25,
}
"""How often a question of a set is drawn in an epoch; 1 for those not named. Near misses written
by people are rare and teach most; reviews, privacy policies and QAMR's many questions to one
sentence teach little (measured in earlier runs: ../shared/reader.md); the rest are guesses."""

NEWS, NEWS_SHARE = "wikinews", 0.3
"""In the id of QAMR's questions to Wikinews: the articles that are asked are mostly news."""

_REMEDY = "Name a folder of gzipped JSON lines with question, context and answers."


class Example(Struct, frozen=True):
    """A question to a passage. `answers`: characters [start, end) of the context, none where it
    does not answer. `pool`: passages of one pool may be each other's negatives."""

    question: str
    context: str
    answers: tuple[tuple[int, int], ...]
    pool: str
    share: float


def read(folder: Path) -> list[Example]:
    """Every pair of the folder but those of `LEFT_OUT`, in the order of the files' names.

    Raises:
        TrainingError: there is no such folder, it holds no pairs, or a line is none.
    """
    paths = sorted(folder.glob("*.jsonl.gz"))
    examples = [
        example
        for path in paths
        if not path.name.startswith(LEFT_OUT)
        for example in _of_file(path)
    ]
    if not examples:
        raise TrainingError(f"{folder} holds no question–passage pairs", remedy=_REMEDY)
    return examples


def _of_file(path: Path) -> Iterator[Example]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield _example(json.loads(line), path.name.split(".")[0])
                except (KeyError, TypeError, ValueError) as error:
                    what = f"line {number} of {path} is no question–passage pair: {error}"
                    raise TrainingError(what, remedy=_REMEDY) from error
    except (OSError, EOFError) as error:
        raise TrainingError(f"{path} cannot be read: {error}", remedy=_REMEDY) from error


def _example(row: dict[str, Any], name: str) -> Example:
    context = row["context"]
    answers = sorted({(own["start"], own["start"] + len(own["text"])) for own in row["answers"]})
    if any(end > len(context) or start >= end for start, end in answers):
        raise ValueError("an answer does not stand in its context")
    share = next((share for set_, share in SHARES.items() if name.startswith(set_)), 1.0)
    if NEWS in row.get("id", ""):
        share = NEWS_SHARE
    of_squad = name.startswith(("squad1", "squad2", "addsent", "negatives"))
    return Example(row["question"], context, tuple(answers), "squad" if of_squad else name, share)
