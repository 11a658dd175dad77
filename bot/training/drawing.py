"""The number of a step → the rows that it learns from: a function of the seed and the number.

So a run that was stopped goes on with the very rows it would have had.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from bot.training.mining import holds
from bot.training.pairs import Pairs
from bot.training.ragged import Numbers
from bot.training.windows import LONGEST, SHORTEST, likest, rarity_of, sentence_spans, window

MAX_TOKENS = 320
"""Of question, passage and three special tokens, as the reader is used."""
MAX_QUESTION = 64
"""Tokens of a question; three times what 99 of 100 have (measured)."""
LONGEST_ANSWER = 30
"""Tokens of a span, as the reader is used. Of a longer answer (2 of 100) only is learned that it
is there."""
ANYWHERE = -1
"""The start and end of an answer whose place is not learned."""
CROPPED = 0.6
"""Share of passages that are cropped to a window; the rest stay whole. A choice: the reader is
mostly shown windows."""
NEGATIVES = (1, 2)
"""Mined passages beside each answerable question, one number or the other by chance; 1.5 to 2
were good (measured)."""
SWAPPED = 0.7
"""How often a question that has swaps comes with one of them."""
CUT = 0.25
"""How often it comes with its own passage without the sentences that hold an answer. A guess."""
HARD = 0.7
"""Once the reader has scored the mined passages: how often a negative is one of its own worst."""
WORST = 3
"""Of how many of them it is drawn. Both guesses."""


class Row(Struct, frozen=True):
    """Question and passage as token ids; `start` and `end`: the answer's first and last token in
    the passage, ANYWHERE, or None where it does not answer; `group`: its question in the step."""

    question: Numbers
    passage: Numbers
    answer: tuple[int, int] | None
    group: int


class Drawer:
    """Draws the rows of steps."""

    def __init__(
        self,
        pairs: Pairs,
        negatives: npt.NDArray[np.int32],
        seed: int,
        groups: int,
        worst: npt.NDArray[np.int32] | None = None,
    ) -> None:
        """Args:
        negatives: passages without an accepted answer, int32 (questions, any), -1 for none.
        worst: those of them that the reader takes for answers, int32 (questions, WORST), the
            same; None while it has not been asked.
        groups: questions of a step.
        """
        self._pairs, self.negatives, self._worst = pairs, negatives, worst
        self._seed, self._groups = seed, groups
        contexts = pairs.contexts
        self.rarity = rarity_of([contexts[at] for at in range(len(contexts))])
        self._epoch_steps = max(1, int(pairs.shares.sum()) // groups)
        self._epoch = lru_cache(maxsize=2)(self._shuffled)

    def rows(self, step: int) -> list[Row]:
        """The rows of a step."""
        chance = np.random.default_rng((self._seed, 1, step))
        epoch, at = divmod(step, self._epoch_steps)
        questions = self._epoch(epoch)[at * self._groups : (at + 1) * self._groups]
        rows: list[Row] = []
        for group, question in enumerate(questions.tolist()):
            rows += self._of_question(question, group, chance)
        return rows

    def _shuffled(self, epoch: int) -> npt.NDArray[np.int64]:
        """The questions of an epoch, each as often as its share, fractions by chance."""
        chance = np.random.default_rng((self._seed, 0, epoch))
        shares = self._pairs.shares
        times = np.floor(shares + chance.random(len(shares))).astype(np.int64)
        order = chance.permutation(np.repeat(np.arange(len(shares)), times))
        short = max(0, self._epoch_steps * self._groups - len(order))
        return np.concatenate([order, chance.integers(0, len(shares), short)])

    def _of_question(self, question: int, group: int, chance: np.random.Generator) -> list[Row]:
        pairs = self._pairs
        ids = pairs.questions[question][:MAX_QUESTION]
        context = int(pairs.context_of[question])
        if not pairs.answerable(question):
            return [Row(ids, self.without_answer(ids, context, chance), None, group)]
        rows = [self._positive(question, ids, group, chance)]
        for _ in range(NEGATIVES[int(chance.integers(len(NEGATIVES)))]):
            negative = self._negative(question, chance)
            if negative >= 0:
                rows.append(Row(ids, self.without_answer(ids, negative, chance), None, group))
        first, end = pairs.swaps_of[question : question + 2].tolist()
        if first < end and chance.random() < SWAPPED:
            swapped = pairs.swaps[int(chance.integers(first, end))][:MAX_QUESTION]
            rows.append(self._swapped(question, swapped, group, chance))
        if chance.random() < CUT:
            passage = self._cut(question, ids, chance)
            if passage is not None:
                rows.append(Row(ids, passage, None, group))
        return rows

    def _budget(self, ids: Numbers, chance: np.random.Generator) -> int:
        if chance.random() < CROPPED:
            return int(chance.integers(SHORTEST, LONGEST + 1))
        return MAX_TOKENS - 3 - len(ids)

    def without_answer(
        self, ids: Numbers, context: int, chance: np.random.Generator, budget: int | None = None
    ) -> Numbers:
        """The passage, or a window round the sentence most like the question."""
        passage = self._pairs.contexts[context]
        spans = sentence_spans(self._pairs.sentences[context], len(passage))
        best = likest(spans, passage, ids, self.rarity)
        size = self._budget(ids, chance) if budget is None else budget
        first, end = window(spans, (best, best + 1), size, chance)
        return passage[spans[first][0] : spans[end - 1][1]][: MAX_TOKENS - 3 - len(ids)]

    def around_answer(
        self, question: int, ids: Numbers, chance: np.random.Generator, budget: int | None = None
    ) -> tuple[Numbers, tuple[int, int]]:
        """The question's passage, or a window with one of its answers, and where that is."""
        pairs = self._pairs
        context = int(pairs.context_of[question])
        passage = pairs.contexts[context]
        answers = pairs.answers[question].reshape(-1, 2)
        first, last = answers[int(chance.integers(len(answers)))].tolist()
        firsts = pairs.sentences[context]
        spans = sentence_spans(firsts, len(passage))
        keep = (
            int(np.searchsorted(firsts, first, "right")) - 1,
            int(np.searchsorted(firsts, last, "right")),
        )
        size = self._budget(ids, chance) if budget is None else budget
        begins, ends = window(spans, keep, size, chance)
        start, end = spans[begins][0], spans[ends - 1][1]
        room = MAX_TOKENS - 3 - len(ids)
        if end - start > room:  # a sentence longer than what can be shown
            start = max(start, min(first - room // 2, end - room))
            end = min(end, start + room)
        if last - first >= LONGEST_ANSWER or last >= end:
            return passage[start:end], (ANYWHERE, ANYWHERE)
        return passage[start:end], (first - start, last - start)

    def _positive(
        self, question: int, ids: Numbers, group: int, chance: np.random.Generator
    ) -> Row:
        passage, answer = self.around_answer(question, ids, chance)
        return Row(ids, passage, answer, group)

    def _swapped(
        self, question: int, swapped: Numbers, group: int, chance: np.random.Generator
    ) -> Row:
        """Its own passage again, for a question that it does not answer; a group of its own."""
        passage, _ = self.around_answer(question, swapped, chance)
        return Row(swapped, passage, None, group + self._groups)

    def _negative(self, question: int, chance: np.random.Generator) -> int:
        """A passage without an accepted answer, or -1 where none was mined."""
        kept = self.negatives[question]
        if self._worst is not None and chance.random() < HARD:
            worst = self._worst[question]
            kept = worst if worst[0] >= 0 else kept
        kept = kept[kept >= 0]
        return int(chance.choice(kept)) if len(kept) else -1

    def _cut(self, question: int, ids: Numbers, chance: np.random.Generator) -> Numbers | None:
        """Its passage without each sentence that holds an accepted answer; None if that is all."""
        pairs = self._pairs
        context = int(pairs.context_of[question])
        passage = pairs.contexts[context]
        answers = pairs.answers[question].reshape(-1, 2).tolist()
        refused = pairs.accepted(question)
        left = [
            passage[start:end]
            for start, end in sentence_spans(pairs.sentences[context], len(passage))
            if not any(first < end and last >= start for first, last in answers)
            and not holds(passage[start:end], refused)
        ]
        if not left:
            return None
        joined = np.concatenate(left)
        bounds = np.concatenate([[0], np.cumsum([len(own) for own in left])]).tolist()
        spans = list(pairwise(bounds))
        best = likest(spans, joined, ids, self.rarity)
        begins, ends = window(spans, (best, best + 1), self._budget(ids, chance), chance)
        return joined[spans[begins][0] : spans[ends - 1][1]][: MAX_TOKENS - 3 - len(ids)]
