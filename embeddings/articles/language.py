"""Which language a text is in, as an ISO 639-1 code: py3langid (BSD, Adrien Barbaresi).

Lui & Baldwin 2012, "langid.py: An Off-the-shelf Language Identification Tool". It takes half a
second to open, so plain English, which most folders hold, is told by its frequent words before.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_log = logging.getLogger(__name__)

ENGLISH = "en"

LONGEST = 5000
"""Characters that are looked at. A guess: a page."""

_LANGUAGES = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ka ko lt lv mk ml mr ms nl no"
    " pl pt ro ru sk sl sq sr sv ta te th tr uk ur vi zh"
).split()
"""What is told apart: the languages that words are stemmed in, and such as might be taken for one
of them. All 140 that the library knows tell less: it takes English lists for Nigerian Pidgin."""

_FREQUENT = frozenset(
    """
    about and because been could from had has he his into she should that the their them there they
    this those through were what when where which while who whom with would
    """.split()
)
"""Frequent English words, hardly one of them frequent in another language with its letters."""

_SHARE = 0.03
"""Of the words. Measured: of the best sentences for 8,128 English questions those of one have less,
a list; of the 181 pages of ../shared/eval/pages those in other languages have .01 at the most."""

_FEWEST = 20
"""Words from which their frequency tells. A guess."""

_LEAST = 0.6
"""The probability from which the library is believed. Measured: of 1,649 short English sentences of
../shared it takes none for another language at .6, and 6 at .3; of 250 articles one at .57."""


def language_of(text: str) -> str | None:
    """The language of a text; None where it has no words, or where that cannot be told."""
    text = text[:LONGEST]
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) >= _FEWEST and sum(word in _FREQUENT for word in words) >= _SHARE * len(words):
        return ENGLISH
    if not words:
        return None
    try:
        identifier = _identifier()
    except OSError as error:  # it unpacks its model on the disk: there may be no room
        _log.warning("languages cannot be told: %s", error)
        return None
    language, probability = identifier.classify(text)
    return language if probability >= _LEAST else None


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LANGUAGES)
    return identifier
