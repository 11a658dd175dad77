"""Whether a text is English: the one language that the reader was trained on."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ENGLISH = frozenset(
    """
    about and because been could from had has he his into she should that the their them there they
    this those through were what when where which while who whom with would
    """.split()
)
"""Frequent words, hardly one of them frequent in another language with its letters."""

_SHARE = 0.03
"""Of the words. Measured: of the best sentences for 8,128 questions those of one have less, a
list; of the 181 pages of ../shared/eval/pages those in other languages have .01 at the most."""

_FEWEST = 20
"""Words from which there is any telling. A guess."""


def is_english(texts: Iterable[str]) -> bool:
    """Whether texts, taken together, are in English; what is too short to tell counts as it."""
    words = re.findall(r"[^\W\d_]+", " ".join(texts).lower())
    if not words:
        return True
    plain = sum(word.isascii() for word in words)
    if plain < len(words) / 2:  # letters of another script
        return False
    return len(words) < _FEWEST or sum(word in _ENGLISH for word in words) >= _SHARE * len(words)
