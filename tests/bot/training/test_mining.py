"""Mined passages: like the question, and without any accepted answer."""

from __future__ import annotations

import numpy as np
import torch

from bot.training import hardest
from bot.training.drawing import Drawer
from bot.training.mining import LIKEST, by_meaning, holds, in_turn
from bot.training.network import open_network
from bot.training.pairs import Pairs
from embeddings.encoding.model import Model

CPU = torch.device("cpu")


def check(pairs: Pairs, mined: np.ndarray) -> None:
    assert (mined >= 0).any(1).all()
    for question, row in enumerate(mined):
        for context in row[row >= 0]:
            assert context != pairs.context_of[question]
            assert not holds(pairs.contexts[context], pairs.accepted(question))


def test_answers_are_found_as_whole_tokens() -> None:
    context = np.array([5, 256, 7, 9], np.uint16)
    assert holds(context, [np.array([256, 7], np.uint16)])
    assert not holds(context, [np.array([7, 256], np.uint16)])
    assert not holds(context, [np.array([1], np.uint16)])  # 256 has a byte of 1 in it
    assert not holds(context, [])


def test_by_words_never_an_accepted_answer(pairs: Pairs) -> None:
    assert pairs.likest.shape == (len(pairs.questions), LIKEST)
    check(pairs, pairs.likest)


def test_by_meaning_never_an_accepted_answer(pairs: Pairs, other_model: Model) -> None:
    check(pairs, by_meaning(pairs, other_model, CPU))


def test_the_reader_s_own_worst_are_among_them(pairs: Pairs, other_model: Model) -> None:
    network = open_network(other_model, CPU, 0, "quick_gelu")
    worst = hardest.worst(network, pairs, Drawer(pairs, pairs.likest, 0, 8), 0, 0)
    asked = worst[(worst >= 0).any(1)]
    assert len(asked)
    for question, row in enumerate(worst):
        assert set(row[row >= 0]) <= set(pairs.likest[question])
        assert pairs.answerable(question) or (row < 0).all()


def test_in_turn() -> None:
    words, meaning = np.array([[1, 2, -1]], np.int32), np.array([[2, 3, 4]], np.int32)
    assert in_turn(words, meaning).tolist() == [[1, 2, 3, 4, -1, -1]]
