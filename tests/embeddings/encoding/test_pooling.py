from __future__ import annotations

import numpy as np
import pytest

from embeddings.encoding.encoder import Text
from embeddings.encoding.pooling import check_budget, pool


def test_a_sentence_is_the_mean_of_its_own_tokens() -> None:
    hidden = np.array([[9, 9], [2, 0], [4, 0], [0, 3], [9, 9]], np.float32)
    offsets = [(0, 0), (0, 2), (3, 5), (6, 8), (0, 0)]  # special tokens stand nowhere
    text = Text("ab cd ef -", ((0, 5), (6, 8), (9, 10)))
    vectors = pool(hidden, np.array([3, 4], np.float32), offsets, text)
    assert vectors.passage == pytest.approx([0.6, 0.8])
    assert vectors.sentences[0] == pytest.approx([1, 0])
    assert vectors.sentences[1] == pytest.approx([0, 1])
    assert vectors.sentences[2] == pytest.approx([0.6, 0.8])  # no token of its own: the passage's
    assert vectors.passage.dtype == vectors.sentences.dtype == np.float32


def test_the_budget_is_kept_to() -> None:
    check_budget([], 3)
    check_budget([1, 3], 3)
    with pytest.raises(ValueError, match="a passage of 4 tokens is over the budget of 3"):
        check_budget([1, 4], 3)
