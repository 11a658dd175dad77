"""Whether a sentence goes on from a line to the next, told by its words and not by columns.

It surely does where the next line begins in small letters without an end before, or where a line
ends with a word that ends no sentence: the, of, not. A sentence with such a line in it, and a mark
at its end, also goes on with a name or a figure. Verse, headlines, lists and addresses have no such
lines, or no such end, or words in capitals at their beginnings that are no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from embeddings.articles.abbreviations import STARTERS
from embeddings.articles.lines import Line, ends_sentence
from embeddings.articles.sentences import sentences

_Sign = Literal["ended", "sure", "open", "may", "kept"]
"""What a line and the next one tell: the sentence has ended; it goes on; it goes on, by its last
word; it may, with a name or a figure; it does not, for what begins is no name."""

_OPEN = frozenset(
    """
    the a an of and or nor than that whose every my our their its not never no into onto upon
    der das dem des ein eine einen einem einer und oder dass nicht kein keine zum zur vom
    le la les du et ou ne pas que qui el los las del y che il lo di een het van og och ikke inte
    и не что на от
    """.split()
)
"""Words that end no sentence, and hardly ever a line that was not wrapped. A choice."""

_OPEN_BEFORE_NAMES = _OPEN | frozenset(
    """
    to by from in on at with for as is are was were be been has have had did does do will would can
    could may might shall should must but if because when while where who which said says between
    against during through before after since until under over about without his her this these
    de von mit für bei den en par pour dans por con para i a av til till med в с по
    mr mrs ms dr sir president minister judge captain mayor
    """.split()
)
"""The same where a name or a figure follows; else these may end a line: what we asked for."""

_WORDS, _SMALL_WORDS = 4, 2
"""Words of a line that goes on by its last word, and those in small letters of one that goes on
with a name though nothing else tells it. A guess: shorter ones are headings, names, addresses."""

_SHARE = 0.3
"""Of a text's line ends inside sentences so many surely go on, at the least. A guess: less in text
that is full of names, none in lists."""

_AGAINST = 3
"""So many lines that surely go on outweigh one that does not. A guess."""

_NEAR, _AROUND = 40, 2000
"""Characters around a line's end in which its words are looked for, and in which a word in small
letters shows that it is no name. A guess."""

_LAST = r"([^\W\d_]+)$"
_NEXT = r"[\"'“‘«„(\[$€£#@]*([^\W_]+)"
_DASH = r"[–—-][ \t]+[^\W\d_a-z]"
_SMALL_WORD = r"(?<![^\W_])[^\W\d_]{2,}"
_INSIDE = r"[^\W\d_]{2}[.!?][\"'”’»)\]]*[ \t]+[\"'“‘«(]*[^\W\d_a-z]"
_DOTTED = r"[^\W\d_]\.[^\W\d_]{1,3}\.$"


def unfinished(text: str, lines: Sequence[Line]) -> list[bool]:
    """Whether the sentence at the end of each line but the last goes on in the next one.

    Args:
        lines: neighbours, none of them blank, none but the first the beginning of an item.
    """
    signs = [_sign(text, *pair) for pair in pairwise(lines)]
    sure, inside = _sure(signs), len(signs) - signs.count("ended")
    sure = sure if sure >= _SHARE * inside else 0
    on: list[bool] = []
    for first, last in _sentences(signs):
        own, run = signs[first:last], lines[first : last + 1]
        on += _in_sentence(text, run, own, sure, opens=first == 0)
        if last < len(signs):
            on.append(False)
    return on


def _sentences(signs: Sequence[_Sign]) -> Iterator[tuple[int, int]]:
    """The first and the last line of each run in which no sentence ends with a line."""
    first = 0
    for number, sign in enumerate(signs):
        if sign == "ended":
            yield first, number
            first = number + 1
    yield first, len(signs)


def _in_sentence(
    text: str, lines: Sequence[Line], signs: Sequence[_Sign], around: int, *, opens: bool
) -> list[bool]:
    """The same of the lines of one such run.

    Args:
        around: how many of all lines surely go on; none where they are a small share.
        opens: whether the run is the first.
    """
    sure, kept = _sure(signs), signs.count("kept")
    held = _hold(text, lines[:-1])
    wrapped = held or around >= (1 if sure else _AGAINST)
    ends = _ends(text, lines[-1])
    sentence = ends or held or _hold(text, lines[-1:])
    full = _full(text, lines)
    begun = all(full) or (wrapped and not _is_small(text, lines[0].start))
    if sentence and begun and (sure or wrapped) and sure >= _AGAINST * kept:
        title = opens and full[:1] != [True] and _is_title(text, lines[0])
        on = [sign in ("sure", "open", "may") for sign in signs]
        return [False, *on[1:]] if title and signs[:1] == ["may"] else on
    if list(signs) == ["may"] and ends and full[0] and _goes_on_with_a_name(text, *lines):
        return [True]
    return [
        sign == "open" and len(text[line.start : line.end].split()) >= _WORDS
        for line, sign in zip(lines, signs, strict=False)
    ]


def _full(text: str, lines: Sequence[Line]) -> list[bool]:
    """Whether each line but the last has no room for the next word, as wide as the widest is."""
    width = max(line.width for line in lines)
    return [width < line.width + 1 + _first_word(text, after) for line, after in pairwise(lines)]


def _hold(text: str, lines: Sequence[Line]) -> bool:
    """Whether a sentence ends inside a line, and another begins."""
    return any(re.compile(_INSIDE).search(text, line.start, line.end) for line in lines)


def _sure(signs: Sequence[_Sign]) -> int:
    return sum(sign in ("sure", "open") for sign in signs)


def _sign(text: str, line: Line, following: Line) -> _Sign:
    small = _is_small(text, following.start)
    if _ends(text, line) and not _is_abbreviated(text, line, following):
        return "ended"
    last = _last_word(text, line)
    if small:
        return "open" if last in _OPEN else "sure"
    word = re.compile(_NEXT).match(text, following.start, following.end)
    if (word and word[1] in STARTERS) or re.compile(_DASH).match(text, following.start):
        return "open" if last in _OPEN else "kept"
    return "open" if last in _OPEN_BEFORE_NAMES else "may"


def _is_small(text: str, start: int) -> bool:
    return text[start].isalpha() and not text[start].isupper()


def _last_word(text: str, line: Line) -> str:
    word = re.search(_LAST, text[max(line.start, line.end - _NEAR) : line.end])
    return word[1].lower() if word else ""


def _first_word(text: str, line: Line) -> int:
    """Characters of a line's first word."""
    word = re.match(r"\S*", text[line.start : min(line.end, line.start + _NEAR)])
    return len(word.group()) if word else 0


def _ends(text: str, line: Line) -> bool:
    return ends_sentence(text, line) and text[line.end - 1] != ";"


def _is_abbreviated(text: str, line: Line, following: Line) -> bool:
    """Whether the full stop at a line's end is that of an abbreviation: Mr., J., Sept."""
    end = text[max(line.start, line.end - _NEAR) : line.end]
    opening = text[following.start : min(following.end, following.start + _NEAR)]
    if not end.endswith(".") or _small_words(text, line) < 2:
        return False
    if _is_small(text, following.start):
        return bool(re.search(_DOTTED, end))
    both = f"{end} {opening}"
    return all(last != len(end) for _, last in sentences(both, 0, len(both)))


def _small_words(text: str, line: Line) -> int:
    words = re.findall(_SMALL_WORD, text[line.start : line.end])
    return sum(word.islower() for word in words)


def _is_title(text: str, line: Line) -> bool:
    """Whether a line has small letters in such words only as a title has: Keeper of the Light."""
    words = re.findall(_SMALL_WORD, text[line.start : line.end])
    return all(word.lower() in _OPEN_BEFORE_NAMES for word in words if word.islower())


def _goes_on_with_a_name(text: str, line: Line, following: Line) -> bool:
    """Whether two lines are one sentence, the second of which begins with a name or a figure."""
    word = re.compile(_NEXT).match(text, following.start, following.end)
    if word is None or _small_words(text, line) < _SMALL_WORDS:
        return False
    if text.startswith(":", word.end()):  # who speaks
        return False
    around = text[max(line.start - _AROUND, 0) : following.end + _AROUND]
    return word[1][0].isdigit() or f" {word[1].lower()} " not in around
