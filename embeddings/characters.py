"""What characters are read as: which are invisible, which stand for others, which words are broken.

A reader of "ob­ser­va­tory" with soft hyphens, of "ﬁre" with a ligature or of "cus-" at a line's end
with "toms" on the next sees plain words. So do the words index, the vectors and the reader; the
articles keep their characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from operator import attrgetter

from msgspec import Struct

# Patterns are text, compiled (and kept by `re`) when first used; these are ranges of characters.
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
"""Soft hyphens, joiners, spaces of no width, marks of direction and of byte order."""
_VARIANTS = (
    "\u0132\u0133\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3"  # digraphs, the long s
    "\u2160-\u217f"  # Roman numerals
    "\ufb00-\ufdff\ufe70-\ufefc"  # ligatures, forms of Hebrew and Arabic letters
    "\uff01-\uffee"  # full and half width
    "\U0001d400-\U0001d7ff"  # letters and digits in bold and the like, as posts have them
)
"""Characters that are read as those of their compatibility decomposition (Unicode Standard Annex
15). Others have one too, and mean something by it: ½, ², ™."""
_ALIKE = {"\u02bc": "'", "\u2010": "-", "\u2011": "-"}
"""An apostrophe that is a letter to Unicode, and hyphens that are not the keyboard's."""
_ODD = f"[{_INVISIBLE}{_VARIANTS}{''.join(_ALIKE)}]"

_LEADERS = r"\.{5,}|(?:[ \t]\.){5,}|·{5,}|…{3,}"
"""Dots that lead from a name to its figure, which are read as a colon: as so many full stops they
keep the reader from what stands after them."""

QUOTED = r"(?<![^\r\n])[ \t]*+>[> \t]*+"
"""A pattern: what mail puts before each line that it quotes."""
_BREAK = r"[-\u00ad\u2010][ \t]*+(?:\r\n|\r|\n)[> \t]*+"
_FIRST_PART = r"[^\W\d_]+$"
_SECOND_PART = r"[^\W\d_]{2,}+"
_COMPOUND = (
    r"(?i)(?:-\w+|\b(?:\w|self|well|half|ill|full|long|short|high|low|hard|large|small|single"
    r"|double|non|vice|one|two|three|five|(?:twen|thir|for|fif|six|seven|eigh|nine)ty))$"
)
"""A first part that keeps its hyphen: one letter, one that had a hyphen before ("state-of-"), one
that makes compounds and begins no longer word. A guess. Not "ex": a line ends in "ex-" of "expect"
oftener than of "ex-wife"."""
_SUSPENDED = r"(?:and|or|nor|to|und|oder|bis|och|eller|og|et|ou|y)\b"
"""What follows a hyphen that stands for a word to come ("pre- and post-war")."""
_LONGEST_PART = 30
"""Characters of either part of a broken word that are looked at. A guess, above most words."""


class Edit(Struct, frozen=True):
    """Characters [start, end) of a text, which are read as `new` ("" for nothing)."""

    start: int
    end: int
    new: str


def readable(text: str) -> tuple[str, Sequence[int]]:
    """A text as it is read, and the place in `text` of each of its characters.

    The characters [start, end) of what is read, at least one, are
    [places[start], places[end - 1] + 1) of the text. Time is linear.
    """
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for edit in edits(text):
        pieces += [text[at : edit.start], edit.new]
        places += [*range(at, edit.start), *[edit.start] * len(edit.new)]
        at = edit.end
    if not at:
        return text, range(len(text))
    places += range(at, len(text))
    return "".join([*pieces, text[at:]]), places


def edits(text: str) -> Iterator[Edit]:
    """Where a text is read otherwise than it is written, in order, without overlaps."""
    changes = [Edit(start, end, "") for start, end in broken_words(text)]
    if ">" in text:
        changes += [Edit(*match.span(), "") for match in re.finditer(QUOTED, text)]
    changes += [Edit(*match.span(), ":") for match in re.finditer(_LEADERS, text)]
    if not text.isascii():
        odd = re.finditer(_ODD, text)
        changes += [Edit(*match.span(), _read_as(match.group())) for match in odd]
    at = 0
    for edit in sorted(changes, key=attrgetter("start")):
        if edit.start >= at:
            yield edit
            at = edit.end


def broken_words(text: str) -> Iterator[tuple[int, int]]:
    """Where a line's end breaks a word: the characters [start, end) from the hyphen up to the
    word's other part.

    No dictionary is asked: the parts are taken for one word where small letters stand on both
    sides, unless the first keeps its hyphen (`_COMPOUND`), the second has one of its own
    ("four-⏎year-old"), or the hyphen stands for a word to come. A soft hyphen always joins.
    """
    for match in re.finditer(_BREAK, text):
        start, end = match.span()
        first = re.search(_FIRST_PART, text[max(start - _LONGEST_PART, 0) : start])
        second = re.match(_SECOND_PART, text[end : end + _LONGEST_PART])
        if first and second and (text[start] == "\u00ad" or _is_one_word(text, start, end)):
            yield start, end


def _is_one_word(text: str, start: int, end: int) -> bool:
    before, after = text[max(start - _LONGEST_PART, 0) : start], text[end : end + _LONGEST_PART]
    return (
        before[-1].islower()
        and after[0].islower()
        and not re.search(_COMPOUND, before)
        and not re.match(rf"{_SUSPENDED}|[^\W_]+[-\u2010]\w", after)
    )


def _read_as(character: str) -> str:
    if re.match(f"[{_INVISIBLE}]", character):
        return ""
    return _ALIKE.get(character) or unicodedata.normalize("NFKC", character)
