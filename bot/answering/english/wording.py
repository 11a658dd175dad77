"""Whether two sentences are one and the same, as copies of a text carry it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from msgspec import structs

from bot.answering.english import mentions
from bot.answering.english.claims import claim
from bot.answering.english.quantities import Day, Quantity
from embeddings.characters import readable

_TYPOGRAPHY = str.maketrans(
    dict.fromkeys('"“”„‟«»‹›‘‚‛`*_—―', " ") | dict.fromkeys("’ʼ", "'") | dict.fromkeys("‐‑‒–−", "-")
)
_HYPHEN = r"(?<=[^\W\d_])-(?:\s*\n\s*)?(?=[^\W\d_])"
"""Inside a word: a line's end may have put it there."""
_MARKS = ".,;:!()[]{}'…"
"""Around words. Not the question mark: what is asked is not said."""

_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_AGENCY = rf"\((?:{_CAPITAL}[\w.&/]*\s?){{1,3}}\)"
_CLOCK = r"\d{1,2}[:.]\d\d(?:\s*[ap]\.?m\b\.?)?(?:\s+[A-Z]{2,4}\b)?"
_DASH = r"(?:--?|[‐‑–—―])\s+"
_CREDITS = (
    rf"^(?:By(?:\s+{_CAPITAL}[\w.’'-]+){{2,4}}\s*\n\s*)?"
    rf"(?:(?i:updated?|published|posted)\b:?[^\n]{{0,20}}?{_CLOCK}\s*(?:{_DASH}|[|:\n]\s*)"
    rf"|\[{_CLOCK}\]\s*|{_CLOCK}\s*(?:{_DASH}|[|\n]\s*))?"
    rf"(?:(?:{_CAPITAL}[^()\n]{{0,60}}?\s+)?{_AGENCY}\s*{_DASH})?"
    rf"|\s(?:{_AGENCY}|{_DASH}(?:Reuters|AP|AFP|dpa|ANI|PTI|UPI|Bloomberg))[.\s]*$"
)
"""A byline, a time stamp, and a dateline with its agency before a sentence; an agency after it."""
_PLACE_ALONE = (
    rf"^(?:(?!NOT?\b|NEVER\b){_CAPITAL}{{2,}}[.,]?\s+){{1,3}}"
    rf"(?:{_CAPITAL}\w+\.?,?\s+)?(?:\d{{1,2}}\s+)?[–—]\s+"
)
"""A dateline without an agency, or other words in capitals: where both sentences have one, it
counts as words."""


def says_same(first: str, second: str) -> bool:
    """Whether two sentences differ in nothing but white space, quotation marks and other
    typography, a byline, an agency's credit, a dateline or a time stamp, and in how a number or a
    date is written."""
    if first == second:
        return True
    placed, words = _words(first)
    also_placed, others = _words(second)
    return words == others or (
        (not placed or not also_placed) and words[placed:] == others[also_placed:]
    )


@lru_cache(maxsize=2048)
def _words(sentence: str) -> tuple[int, list[str]]:
    """A sentence's words as they are compared, with the signs that belong to them (A-, -5, C#),
    and how many of them are a dateline's."""
    text = unicodedata.normalize("NFKC", readable(sentence)[0]).strip()
    text = re.sub(_CREDITS, "", text)
    place = re.match(_PLACE_ALONE, text)
    end = place.end() if place else 0
    before, after = (_plain_words(part) for part in (text[:end], text[end:]))
    return len(before), [*before, *after]


def _plain_words(text: str) -> list[str]:
    text = _with_worths(_with_worths(text, "date"), "number")
    text = re.sub(_HYPHEN, "", text.translate(_TYPOGRAPHY).casefold())
    return [own for word in text.split() if (own := word.strip(_MARKS)) and own != "-"]


def _with_worths(text: str, kind: mentions.Kind) -> str:
    """The text with what each date, or number, is worth in its place."""
    pieces, at = [], 0
    for value in mentions.find(kind, text):
        worth = claim(value.of(text))
        if isinstance(worth, Day | Quantity):
            parts = (str(part) for part in structs.astuple(worth))
            pieces += [text[at : value.start], f"x{'x'.join(parts)}"]  # no number any more
            at = value.end
    return "".join([*pieces, text[at:]])
