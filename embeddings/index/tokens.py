"""A text → its words, numbers and signs as they are compared, before they are stemmed.

What is written in several ways becomes one: numbers ("600 000", "half a million"), dates in digits
(day, month and year, where their order is certain), units behind numbers ("12km" as "12 km"), a
sign for its word ("%"). A sign that belongs to a word makes a second one of it: "C#" is "c#" and
"c"; so do two function words that stand together as a name: "The Who".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from embeddings.index import numerals

_LONGEST_WORD = 40
"""Characters; what is longer is no word. A guess, and tantivy's own."""

_KEPT = 100_000
"""Words that are kept at hand with what they are. A guess: some 30 MB, and most of a language."""

_LONGEST_NUMBER = 12
"""Words that tell one number. A guess."""

_ACCENTS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0900-\u0963\u0971-\u0dff"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ecd\u102b-\u103e\u1056-\u109d\u135d-\u135f"
    "\u17b4-\u17d3\u20d0-\u20f0\u3099\u309a"
)
"""Accents and vowels that are characters of their own, which `\\w` lacks, with letters among them
(Unicode's general category M, by blocks)."""
_IN_WORD = f"[\\w{_ACCENTS}]"
_TOKEN = (
    r"(?P<version>[vV]\d+(?:\.\d+)+)"
    rf"|(?P<fraction>{numerals.FRACTION})"
    rf"|(?P<word>[^\W\d]{_IN_WORD}*+)(?P<sign>[+#]+(?!\w)|[-−–](?![\w−–-])|(?:&\w+)+)?"
    rf"|(?=\d)(?:(?P<date>{numerals.DATE})(?!\w)"
    rf"|(?P<number>{numerals.NUMBER})(?=(?:{numerals.GLUED})\b|\W|$)"
    rf"|(?P<digits>\d+(?:[.,]\d+)+|{_IN_WORD}+))"
    rf"|(?P<handle>(?<![\w@#&])[@#](?=[^\W\d]){_IN_WORD}+)"
    r"|(?P<unit>[$€£¥%])"
)
_UNITS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "%": "percent"}
_RATED = r"[a-z]|aa|bb|cc|ba|ca|aaa|bbb|ccc|baa|caa"
"""What a minus may belong to, as a mark or a rating has it."""
_OF_TIME = frozenset("second minute hour day week month year".split())
_CURRENCIES = ("$", "€", "£", "¥")


def _any_of(words: Iterable[str]) -> str:
    """A pattern for whole words, by their first letters: where none is, that is told quickly."""
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[0], []).append(word[1:])
    kinds = (f"{letter}(?:{'|'.join(rests)})" for letter, rests in by_letter.items())
    return rf"(?:{'|'.join(kinds)})\b"


_SCALED = rf"(?:half )?an?[ -](?={_any_of((*numerals.SCALE, 'dozen'))})"
_OF_NUMBERS = _any_of(
    (*numerals.WORDS, *numerals.MONTHS, *numerals.SHORT_MONTHS, *numerals.BEFORE, "per")
)
_PIECE = (
    rf"(?:{_SCALED})?{_OF_NUMBERS}|{numerals.FRACTION}"
    rf"|\d{_IN_WORD}*+(?:[.,'’/:-]\d{_IN_WORD}*+)*+|[$€£¥%]"
)
_AFTER = "|".join(
    ["cent", "of", "and", *sorted(_OF_TIME), numerals.PEOPLE, numerals.GLUED, numerals.FIRST]
)
_CHUNK = (
    rf"(?:{_PIECE})(?:[\s.,-]{{0,2}}(?:{_PIECE}|(?:{_AFTER})s?\b)){{0,40}}"
    r"|v\d+(?:\.\d+)+"
    rf"|[^\W\d]{_IN_WORD}*+(?:[+#]+(?!\w)|[-−–](?![\w−–-])|(?:&\w+)+)?"
    rf"|(?<![\w@#&])[@#](?=[^\W\d]){_IN_WORD}+"
)
"""A word with its signs, or what may tell a number together with what decides on it: all that
stands round it and makes it another."""
_OPENING = numerals.WORDS | {"a", "an", "half", "per", *numerals.SHORT_MONTHS} - {"may"}
_WIDEST_GAP = 3
"""Characters of white space that may part the words of one number: a line's end, two spaces."""


class Token(NamedTuple):
    """A word as it is compared, in small letters, and its characters [start, end) in the text."""

    word: str
    start: int
    end: int


def words(text: str) -> list[str]:
    """The words, numbers and signs of a text in order, as they are compared."""
    return [token[0] for chunk in re.findall(_CHUNK, _plain(text)) for token in _tokens(chunk)]


def tokens(text: str) -> Iterator[Token]:
    """The same, each with the characters that it stands for."""
    for match in re.finditer(_CHUNK, _plain(text)):
        first = match.start()
        for word, start, end in _tokens(match[0]):
            yield Token(word, first + start, first + end)


def _plain(text: str) -> str:
    """In small letters, as many as before; _this_ is "this"."""
    return text.replace("_", " ").replace("İ", "I").lower()


@lru_cache(_KEPT)
def _tokens(chunk: str) -> tuple[Token, ...]:
    """The words of a chunk: of one word, or of some that may tell one number together."""
    parts: list[Token] = []
    for match in re.finditer(_TOKEN, chunk):
        start, end = match.span()
        if match.lastgroup != "word":
            parts += _special(match, chunk)
        elif end - start < _LONGEST_WORD:
            parts.append(Token(match[0], start, end))
    return tuple(_joined(parts, chunk))


def _special(match: re.Match[str], text: str) -> Iterator[Token]:
    """What is more than a word."""
    start, end = match.span()
    written = match[0]
    if match["sign"]:
        yield from _with_sign(match)
    elif match["date"]:
        day = numerals.date(written)
        known = (day.day, numerals.MONTHS[day.month - 1]) if day and day.month else (written,)
        for part in (*known, day.year if day else None):
            if part is not None:
                yield Token(str(part), start, end)
    elif match["fraction"]:
        yield Token(numerals.fraction(written), start, end)
    elif match["number"]:
        number = numerals.number(written, text[end : end + _LONGEST_WORD])
        yield Token(number or written, start, end)
    elif match["handle"]:
        yield Token(written, start, end)
        yield Token(written[1:], start + 1, end)
    elif match["unit"]:
        yield Token(_UNITS[written], start, end)
    elif end - start < _LONGEST_WORD:
        yield Token(written, start, end)


def _with_sign(match: re.Match[str]) -> Iterator[Token]:
    """A word with the signs behind it, and by itself; the parts of R&D."""
    start, end = match.span()
    word, sign = match["word"], match["sign"].translate({0x2212: "-", 0x2013: "-"})
    if sign != "-" or re.fullmatch(_RATED, word):
        yield Token(word + sign, start, end)
    for part in re.finditer(r"\w+", match[0]):
        yield Token(part[0], start + part.start(), start + part.end())


def _joined(parts: Sequence[Token], text: str) -> Iterator[Token]:
    """The same, with the words that tell one number as that number."""
    at = 0
    while at < len(parts):
        token = parts[at]
        taken, word = 0, ""
        if token.word in _OPENING or token.word[0].isdigit():
            taken, word = _read(parts, at, text)
        if taken:
            yield Token(word, token.start, parts[at + taken - 1].end)
        else:
            yield token
        at += taken or 1


def _read(parts: Sequence[Token], at: int, text: str) -> tuple[int, str]:
    """How many of the words from one on are to be read as one, and as which; 0 where none are."""
    run = _run(parts, at, text)
    first, after = run[0], run[1] if len(run) > 1 else ""
    if first == "per":
        return (2, "percent") if after == "cent" else (0, "")
    before = parts[at - 1].word if at and _is_near(parts, at - 1, text) else ""
    if first in numerals.SHORT_MONTHS:
        near = parts[at + 1].word if _is_near(parts, at, text) else ""
        dated = before[:1].isdigit() or near[:1].isdigit()
        return (1, numerals.SHORT_MONTHS[first]) if dated else (0, "")
    if day := re.fullmatch(r"(\d\d?)(?:st|nd|rd|th)", first):
        month = run[2] if after == "of" and len(run) > 2 else after
        return (1, day[1]) if month in numerals.MONTHS or before in numerals.MONTHS else (0, "")
    if first == "one" and after.removesuffix("s") in _OF_TIME:
        return 1, "1"
    if ordinal := numerals.told_ordinal(first, after):
        return 2, ordinal
    number = numerals.told(run)
    return (number[0], numerals.plain(number[1])) if number else (0, "")


def _run(parts: Sequence[Token], at: int, text: str) -> list[str]:
    """The words from one on that stand together, as those of one number do; what is glued to a
    number as a scale is that: $5m."""
    run = [parts[at].word]
    for last, token in zip(parts[at:], parts[at + 1 : at + _LONGEST_NUMBER], strict=False):
        gap = text[last.end : token.start]
        if gap not in ("", "-") and not (gap.isspace() and len(gap) < _WIDEST_GAP):
            break
        run.append(token.word)
        if len(run) == 2 and run[0][0].isdigit():
            money = text[: parts[at].start].rstrip()[-1:] in _CURRENCIES
            run[1] = numerals.long_scale(run[1], glued=not gap, money=money)
    return run


def _is_near(parts: Sequence[Token], at: int, text: str) -> bool:
    """Whether the next word stands right behind one, or behind its full stop."""
    following = parts[at + 1 : at + 2]
    return bool(following) and text[parts[at].end : following[0].start] in (" ", ". ", "-", "")
