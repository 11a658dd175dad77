"""The rows of a step: where the answer stands, what is shown, and that they can be drawn again."""

from __future__ import annotations

import numpy as np
import pytest

from bot.training.batches import batch
from bot.training.drawing import ANYWHERE, MAX_TOKENS, Drawer, Row
from bot.training.mining import holds
from bot.training.pairs import Pairs
from bot.training.windows import likest, rarity_of, sentence_spans, window


@pytest.fixture
def drawer(pairs: Pairs) -> Drawer:
    return Drawer(pairs, pairs.likest, seed=5, groups=16)


def same(rows: list[Row], others: list[Row]) -> bool:
    return len(rows) == len(others) and all(
        row.answer == other.answer
        and row.group == other.group
        and np.array_equal(row.question, other.question)
        and np.array_equal(row.passage, other.passage)
        for row, other in zip(rows, others, strict=True)
    )


def test_a_step_is_a_function_of_the_seed_and_its_number(pairs: Pairs, drawer: Drawer) -> None:
    again = Drawer(pairs, pairs.likest, seed=5, groups=16)
    again.rows(8)
    assert same(drawer.rows(7), again.rows(7))
    assert not same(drawer.rows(7), drawer.rows(8))


def test_every_question_is_drawn_as_often_as_its_share(pairs: Pairs, drawer: Drawer) -> None:
    steps = len(pairs.questions) // 16
    asked = [
        row.question.tobytes()
        for step in range(steps)
        for row in drawer.rows(step)
        if row.group < 16
    ]
    assert len(set(asked)) == steps * 16


def test_the_answer_stands_where_the_row_says_and_nowhere_in_the_others(
    pairs: Pairs, drawer: Drawer
) -> None:
    accepted = {
        pairs.questions[at].tobytes(): pairs.accepted(at) for at in range(len(pairs.questions))
    }
    kinds = set()
    for row in (row for step in range(20) for row in drawer.rows(step)):
        answers = accepted[row.question.tobytes()] if row.group < 16 else []
        kinds.add((row.answer is None, row.group >= 16))
        if row.answer is None:
            assert not holds(row.passage, answers)
        else:
            first, last = row.answer
            spanned = row.passage[first : last + 1]
            assert any(np.array_equal(spanned, answer) for answer in answers)
        assert len(row.question) + len(row.passage) + 3 <= MAX_TOKENS
    assert kinds == {(True, False), (False, False), (True, True)}


def test_a_window_is_whole_sentences_round_the_kept_ones() -> None:
    spans = [(0, 30), (30, 50), (50, 90), (90, 100)]
    for seed in range(20):
        first, end = window(spans, (1, 2), 65, np.random.default_rng(seed))
        assert first <= 1 < end
        assert spans[end - 1][1] - spans[first][0] <= 65
        assert (first, end) in {(0, 2), (1, 3)}
    assert window(spans, (2, 3), 10, np.random.default_rng(0)) == (2, 3)


def test_the_likest_sentence_shares_the_rarest_tokens() -> None:
    contexts = [np.array([1, 2, 3]), np.array([1, 4, 5]), np.array([1, 6])]
    passage = np.array([1, 1, 1, 9, 4, 9])
    spans = sentence_spans(np.array([0, 3]), 6)
    assert spans == [(0, 3), (3, 6)]
    assert likest(spans, passage, np.array([1, 4]), rarity_of(contexts)) == 1


def test_a_batch_has_every_row_once_and_its_answer_in_place() -> None:
    question, passage = np.array([7, 8]), np.arange(20, 50)
    rows = [
        Row(question, passage[:5], (1, 2), 0),
        Row(question, passage, None, 1),
        Row(question, passage[:9], (ANYWHERE, ANYWHERE), 2),
    ]
    made = batch(rows)
    assert made.groups.tolist() == [1, 2, 0]  # the longest first
    assert made.starts.tolist() == [0, -1, 5]
    assert made.ends.tolist() == [0, -1, 6]
    (chunk,) = made.chunks
    assert chunk.ids[2, :10].tolist() == [101, 7, 8, 102, 20, 21, 22, 23, 24, 102]
    assert chunk.lengths.tolist() == [35, 14, 10]
    assert chunk.opens.tolist() == [4, 4, 4]
