"""Figures over labelled questions that nothing was trained on: eval/wikipedia's layout.

Each question is put to its own paragraph, whole and as a window round the sentence most like it.
Span F1 and exact match: of the best span against the accepted answers, "not here" left aside
(Rajpurkar et al. 2016, arXiv:1606.05250, section 6.1). Area: how often an answerable question
has a higher score than one that was written to look answerable.
"""

from __future__ import annotations

import json
import re
import string
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from bot.training.batches import batch
from bot.training.drawing import MAX_QUESTION, MAX_TOKENS, Row
from bot.training.errors import TrainingError
from bot.training.network import Network, spans
from bot.training.preparing import Passage, passages, tokenizer_of
from bot.training.windows import likest, rarity_of, sentence_spans, window
from embeddings.arrays import Floats
from embeddings.encoding.model import Model

WINDOW = 90
"""Tokens of the windows: about what the reader is shown."""
_AT_ONCE = 512
"""Questions that are made into tensors together."""


class Labelled(Struct, frozen=True):
    """A question and what is shown of its paragraph, as token ids, int64 (tokens,); `first`: the
    token of the paragraph that `shown` begins with; `text`: of the paragraph."""

    question: npt.NDArray[np.int64]
    shown: npt.NDArray[np.int64]
    first: int
    passage: Passage
    text: str
    answers: tuple[str, ...]


class Figures(Struct, frozen=True):
    """Mean F1 and exact match of the answerable, and the area."""

    f1: float
    exact: float
    area: float

    def __str__(self) -> str:
        return f"F1 {self.f1:.3f}  exact {self.exact:.3f}  area {self.area:.3f}"


class Labels(Struct, frozen=True):
    """The questions with their whole paragraphs, and with windows of them."""

    whole: tuple[Labelled, ...]
    windows: tuple[Labelled, ...]


def read_labels(folder: Path, model: Model) -> Labels:
    """Questions and paragraphs of a folder with `questions.jsonl` and `articles`.

    Raises:
        TrainingError: it is none.
    """
    try:
        questions, texts = _read_texts(folder)
    except (OSError, KeyError, TypeError, IndexError, ValueError) as error:
        raise TrainingError(
            f"{folder} holds no labelled questions: {error}",
            remedy="Name a folder with questions.jsonl and articles, as ../shared/eval/wikipedia.",
        ) from error
    tokenizer = tokenizer_of(model)
    different = list(dict.fromkeys(texts))
    known = dict(zip(different, passages(different, tokenizer), strict=True))
    rarity = rarity_of([np.array(own.ids) for own in known.values()])
    asked = tokenizer.encode_batch([row["question"] for row in questions], add_special_tokens=False)
    whole, windows = [], []
    for row, text, encoding in zip(questions, texts, asked, strict=True):
        passage, ids = known[text], np.array(encoding.ids[:MAX_QUESTION])
        start, end = _window(passage, ids, rarity)
        tokens, room = np.array(passage.ids), MAX_TOKENS - 3 - len(ids)
        answers = tuple(row["answers"])
        whole.append(Labelled(ids, tokens[:room], 0, passage, text, answers))
        shown = tokens[start:end][:room]
        windows.append(Labelled(ids, shown, start, passage, text, answers))
    return Labels(tuple(whole), tuple(windows))


def _read_texts(folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The questions, and the paragraph of each."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    articles = {
        name: re.split(r"\n\s*\n", (folder / "articles" / name).read_text(encoding="utf-8"))
        for name in {row["article"] for row in questions}
    }
    texts = [articles[row["article"]][row["paragraph"] + 1].strip() for row in questions]
    return questions, texts  # the first part of an article is its title


def _window(passage: Passage, question: npt.NDArray[np.int64], rarity: Floats) -> tuple[int, int]:
    """Tokens [start, end) of the window round the sentence that is most like the question."""
    spans = sentence_spans(np.array(passage.sentences), len(passage.ids))
    best = likest(spans, np.array(passage.ids), question, rarity)
    first, end = window(spans, (best, best + 1), WINDOW, np.random.default_rng(0))
    return spans[first][0], spans[end - 1][1]


def measure(network: Network, labels: Sequence[Labelled]) -> Figures:
    """The figures of the questions by this network."""
    from sklearn.metrics import roc_auc_score

    scores, texts = _answers(network, labels)
    answerable = np.array([bool(own.answers) for own in labels])
    rated = [
        (max(overlap(text, answer) for answer in own.answers),
         max(float(plain(text) == plain(answer)) for answer in own.answers))
        for own, text in zip(labels, texts, strict=True)
        if own.answers
    ]  # fmt: skip
    f1, exact = np.mean(rated, 0)
    return Figures(float(f1), float(exact), float(roc_auc_score(answerable, scores)))


def _answers(network: Network, labels: Sequence[Labelled]) -> tuple[Floats, list[str]]:
    """The score of each question's best span, float32 (questions,), and the span's text."""
    import torch

    scores, texts = np.empty(len(labels), np.float32), [""] * len(labels)
    network.training(False)
    with torch.inference_mode():
        for begin in range(0, len(labels), _AT_ONCE):
            some = labels[begin : begin + _AT_ONCE]
            made = batch([Row(own.question, own.shown, None, at) for at, own in enumerate(some)])
            read = [spans(network.logits(chunk)) for chunk in made.chunks]
            best, first, last = (torch.cat(parts).tolist() for parts in zip(*read, strict=True))
            places = (begin + made.groups).tolist()
            for at, score, start, end in zip(places, best, first, last, strict=True):
                scores[at], texts[at] = score, _text(labels[at], start, end)
    network.training(True)
    return scores, texts


def _text(own: Labelled, start: int, end: int) -> str:
    """The characters of a span of tokens of the whole sequence."""
    shift = own.first - len(own.question) - 2  # [CLS] question [SEP] stand before it
    offsets = own.passage.offsets
    return own.text[offsets[start + shift][0] : offsets[end + shift][1]]


def plain(text: str) -> str:
    """As SQuAD compares answers: without case, punctuation and articles."""
    bare = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def overlap(text: str, answer: str) -> float:
    """F1 of the words of two texts."""
    given, wanted = plain(text).split(), plain(answer).split()
    shared = sum((Counter(given) & Counter(wanted)).values())
    if not shared:
        return float(given == wanted)
    return 2 * shared / (len(given) + len(wanted))
