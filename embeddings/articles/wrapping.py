"""Whether a line's end is one of a paragraph's, or only where a program or a person broke it.

Text was wrapped where lines are about as long as their longest, and go on in small letters
without a full stop before. How wide it was wrapped, and how exactly, is told from the lines that
surely go on; by that the others are judged, which go on with a name or a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from embeddings.articles.lines import Line, ends_sentence

Pair = tuple[Line, Line]
"""A line and the next one."""

_WIDTHS = range(20, 201)
"""Columns at which people and programs wrap text. A guess."""

_BY_HAND = 55
"""Columns from which a text may be wrapped unevenly: shorter lines that are uneven are verse, or
items. A guess."""

_NARROW, _TELLING = 45, 3
"""Columns below which a few lines tell nothing, and how many tell something. A guess."""

_SHARE = 0.3
"""Of a text's lines so many surely go on, at the least, where it is wrapped. A guess: in English
prose it is seven in ten, in German five, in verse, lists and tables hardly any."""

_EXACT = 0.8
"""The share of lines that leave no room for the next word, where a program wrapped them. A
guess."""

_UNEVEN, _LEAST_UNEVEN, _MOST_UNEVEN = 10, 3, 20
"""Columns by which lines may be shorter than they need: half of them; all, at the least (so few
lines do not show the width exactly) and at the most. A guess."""

_GOES_ON = 0.5
"""The share of a text's width from which a line may go on in a paragraph that does not itself show
that it was wrapped. A guess: lines of verse are shorter."""

_INDENTED = 2
"""Columns by which a paragraph's first line is indented, at the least."""

_LONGEST_WORD = 40
"""Characters of a line's first word that are looked at. A guess."""

_BROKEN = r"[^\W\d_][-\u00ad\u2010]$"


class Wrap(Struct, frozen=True):
    """How a text was wrapped: `width` in columns; `slack`: by how many a line may be shorter than
    it needs to be; `least`: characters of a line that goes on in small letters."""

    width: int
    slack: int
    least: int


def wrap_of(text: str, pairs: Iterable[Pair], everywhere: Wrap | None = None) -> Wrap | None:
    """How the lines of a paragraph, or of a text, were wrapped; None where they were not.

    Args:
        everywhere: how the text was wrapped in which the paragraph stands: so it was too where its
            own lines do not tell.
    """
    pairs = list(pairs)
    sure = [pair for pair in pairs if _surely_goes_on(text, *pair)]
    own = _wrap_of(text, sure) if len(sure) >= max(_SHARE * len(pairs), 1) else None
    if everywhere is None:
        return own
    if own and len(sure) >= _TELLING and everywhere.width - own.width > everywhere.slack:
        return own
    return structs.replace(everywhere, least=0 if own else round(_GOES_ON * everywhere.width))


def _wrap_of(text: str, sure: Sequence[Pair]) -> Wrap | None:
    widths = sorted(line.width for line, _ in sure)
    width = widths[len(widths) * 4 // 5]
    rooms = sorted(_room(text, *pair, width) for pair in sure)
    exact = sum(room < 0 for room in rooms) >= _EXACT * len(rooms)
    by_hand = width >= _BY_HAND and rooms[(len(rooms) - 1) // 2] <= _UNEVEN
    broken = any(_is_broken(text, *pair) for pair in sure)
    few = width < _NARROW and len(sure) < _TELLING
    if width not in _WIDTHS or not (broken or (not few and (exact or by_hand))):
        return None
    return Wrap(width, min(max(rooms[-1], _LEAST_UNEVEN), _MOST_UNEVEN), 0)


def goes_on(text: str, line: Line, following: Line, wrap: Wrap | None) -> bool:
    """Whether a paragraph goes on in the following line."""
    if _is_broken(text, line, following):
        return True
    if wrap is None:
        return False
    if _is_small(text, following):
        return line.end - line.start >= wrap.least
    if following.indent >= line.indent + _INDENTED and ends_sentence(text, line):
        return False
    return _room(text, line, following, wrap.width) <= wrap.slack


def _surely_goes_on(text: str, line: Line, following: Line) -> bool:
    if _is_broken(text, line, following):
        return True
    return _is_small(text, following) and not ends_sentence(text, line)


def _is_small(text: str, line: Line) -> bool:
    """Whether a line begins with a letter that is no capital."""
    first = text[line.start]
    return first.isalpha() and not first.isupper()


def _is_broken(text: str, line: Line, following: Line) -> bool:
    """Whether a word is broken between two lines."""
    tail = text[max(line.start, line.end - 2) : line.end]
    return bool(re.match(_BROKEN, tail)) and _is_small(text, following)


def _room(text: str, line: Line, following: Line, width: int) -> int:
    """Columns that were left after a line with the next one's first word; less than none where it
    would not have fitted."""
    opening = text[following.start : min(following.end, following.start + _LONGEST_WORD)]
    word = re.match(r"\S*", opening)
    return width - line.width - 1 - (len(word.group()) if word else 0)
