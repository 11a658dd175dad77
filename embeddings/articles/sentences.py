"""Where sentences begin and end: sentencex (MIT, Wikimedia), with what it gets wrong mended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

LONGEST_SENTENCE = 800
"""Characters; what the segmenter leaves longer is cut at a space (or, without one, anywhere).
A guess: a sentence of this length is no sentence."""

WINDOW = 5000
"""Characters that the segmenter is shown at a time: its time grows with the square of a long
text without spaces. A guess, far above any sentence."""

# Patterns are text, compiled (and kept by `re`) when first used: a question uses none.
# sentencex takes what follows "6 p.m." for a new sentence, cuts "R-S.C.", and knows few titles.
_PERSONAL_TITLE = (
    r"\b(?:Mr|Mrs|Ms|Mx|Messrs|Dr|Prof|Rev|Hon|Pres|Govs?|Sens?|Reps?|Amb|Atty|Ald|Cllr|Supt|Det"
    r"|Insp|Gens?|Lt|Col|Capt|Cmdr|Maj|Brig|Sgt|Cpl|Pvt|Spc|Adm)\.\s*$"
)
_CLOCK_TIME = r"(?i)\d\s*[ap]\.m\.\s*$"
_TIME_ZONE_OR_DAY = (
    r"(?:Eastern|Central|Mountain|Pacific|Greenwich|local|[A-Z]{2,4}T|GMT|UTC)\b"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|(?:Jan|Feb|Mar|Apr|May|June|July|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+\d"
)
_OPENING_TIME = (
    r"(?i)^\W*(?:at|by|around|about|from|until|before|after|since|just|shortly|only)"
    r"(?:\s+(?:at|about|around|before|after|exactly|nearly|precisely|roughly|some))*"
    r"\s+\d{1,2}(?:[:.]\d\d)?\s*[ap]\.m\.\s*$"
)
"""At around 10 p.m. …: the sentence is yet to come."""
_INITIAL = r"\b[A-Z]\.$"
_NEXT_INITIAL = r"[A-Z]\."


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of one paragraph, as characters [start, end) of the text; none very long."""
    # A wrapped line's end is a space to the segmenter; characters keep their places.
    paragraph = re.sub(r"[\r\n]", " ", text[start:end])
    bounds = _segment(paragraph)
    joined = [0]
    for before, at, after in zip(bounds, bounds[1:], [*bounds[2:], len(paragraph)], strict=False):
        if at == len(paragraph) or not _same_sentence(paragraph[before:at], paragraph[at:after]):
            joined.append(at)
    for first, last in pairwise(joined):
        first, last = trim(paragraph, first, last)
        while last - first > LONGEST_SENTENCE:
            space = paragraph.rfind(" ", first + LONGEST_SENTENCE // 2, first + LONGEST_SENTENCE)
            cut = space if space > 0 else first + LONGEST_SENTENCE
            yield start + first, start + trim(paragraph, first, cut)[1]
            first = trim(paragraph, cut, last)[0]
        if first < last:
            yield start + first, start + last


def trim(text: str, first: int, last: int) -> tuple[int, int]:
    """The span without the white space at its ends (empty at `last` when it is nothing else)."""
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return first, last


def _segment(paragraph: str) -> list[int]:
    """Where sentencex has its bounds, 0 and the end among them.

    It is shown a window at a time; of a window that is cut the last sentence is left to the next.
    """
    import sentencex  # not needed to answer a question

    bounds = [0]
    while bounds[-1] < len(paragraph):
        at = bounds[-1]
        window = paragraph[at : at + WINDOW]
        ends = [
            at + bound["end_index"] for bound in sentencex.get_sentence_boundaries("en", window)
        ]
        cut = at + len(window) < len(paragraph) and len(ends) > 1
        bounds += ends[:-1] if cut else ends
    return bounds


def _same_sentence(before: str, after: str) -> bool:
    """Whether the segmenter's bound between two pieces is none."""
    if re.search(_PERSONAL_TITLE, before[-12:]) and after[:1].isupper():
        return True
    if re.search(_CLOCK_TIME, before) and re.match(_TIME_ZONE_OR_DAY, after):
        return True
    if re.match(_OPENING_TIME, before):
        return True
    return bool(re.search(_INITIAL, before) and re.match(_NEXT_INITIAL, after))
