"""Which of its mined passages the reader itself takes for an answer: it learns most from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.training.batches import Batch, stream
from bot.training.drawing import MAX_QUESTION, WORST, Drawer, Row
from bot.training.network import Network, spans
from bot.training.pairs import Pairs

ASKED = 6
"""Mined passages that are scored for each question. A guess."""
OFTEN = 0.5
"""The share from which a question is scored: of those drawn rarely few would be used."""
_AT_ONCE = 96
"""Questions whose passages go through the network together."""
_BUDGET = 90
"""Tokens of the windows that are scored: about what the reader is shown."""


def worst(
    network: Network, pairs: Pairs, drawer: Drawer, seed: int, workers: int
) -> npt.NDArray[np.int32]:
    """The WORST passages of each answerable question, by the reader's score.

    Left out is what has a higher score than the question's own passage: it may well answer,
    in words that are not among the accepted ones.

    Returns:
        int32 (questions, WORST), -1 where there are no more.
    """
    import torch

    asked = np.flatnonzero((pairs.answers.lengths() > 0) & (pairs.shares >= OFTEN))
    parts = [asked[at : at + _AT_ONCE].tolist() for at in range(0, len(asked), _AT_ONCE)]

    def rows_of(number: int) -> Sequence[Row]:
        chance = np.random.default_rng((seed, 2, number))
        rows: list[Row] = []
        for question in parts[number]:
            ids = pairs.questions[question][:MAX_QUESTION]
            own, _ = drawer.around_answer(question, ids, chance, _BUDGET)
            others = _scored(drawer, question)
            shown = [drawer.without_answer(ids, other, chance, _BUDGET) for other in others]
            rows += [
                Row(ids, passage, None, len(rows) + at) for at, passage in enumerate([own, *shown])
            ]
        return rows

    kept = np.full((len(pairs.questions), WORST), -1, np.int32)
    network.training(False)
    with torch.inference_mode():
        for part, made in zip(parts, stream(rows_of, range(len(parts)), workers), strict=True):
            scores = iter(_scores(network, made))
            for question in part:
                own = next(scores)
                rated = [(next(scores), other) for other in _scored(drawer, question)]
                likely = sorted((-score, other) for score, other in rated if score < own)[:WORST]
                kept[question, : len(likely)] = [other for _, other in likely]
    network.training(True)
    return kept


def _scored(drawer: Drawer, question: int) -> list[int]:
    """The mined passages of a question that are scored."""
    mined = drawer.negatives[question]
    some: list[int] = mined[mined >= 0][:ASKED].tolist()
    return some


def _scores(network: Network, made: Batch) -> list[float]:
    """The score of each row, in the order in which the rows were made: that of their groups."""
    import torch

    scores = torch.cat([spans(network.logits(chunk))[0] for chunk in made.chunks]).cpu()
    ordered: list[float] = scores[made.groups.argsort()].tolist()
    return ordered
