"""Where sentences begin and end.

A sentence ends with a mark that ends sentences, the quotation marks and brackets that close right
after it, and white space before what can begin another one. Of a full stop it is told from the
words around it (abbreviations.py). Sentences between quotation marks are sentences of their own;
the words of whoever speaks belong to the sentence that they stand with.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from msgspec import Struct

from embeddings.articles.abbreviations import Place, begins_sentence, ends_sentence

LONGEST_SENTENCE = 800
"""Characters; a longer one is cut at a space (or, without one, anywhere). A guess: a sentence of
this length is no sentence."""

_NEAR = 40
"""Characters that are looked at before a full stop, and after it for a word. A guess."""

_AROUND = 2000
"""Characters on either side of a full stop in which a word in lower case shows that it is no name.
A guess."""

# Patterns are text, compiled (and kept by `re`) when first used: a question uses none. What may
# follow a repetition in them is optional or none of its characters, so that none tries a long
# text again and again.
_EMPHASIS = "*_"
_OPENERS = "\"'“‘«‹„‚»›「『《([{¿¡–—−-•·▪‣" + _EMPHASIS
_QUOTES = "\"'”’“‘»›«‹」』》"
_CLOSERS = _QUOTES + "）〉】)]}" + _EMPHASIS
_SPACED = ".!?…‼‽⁇⁈⁉؟۔։።፧"
_UNSPACED = "。！？｡．।॥။។៕"
"""Marks after which the next sentence may follow without a space."""
_AFTER_END = (
    r"(?:\[[^\[\]]{1,30}\])*(?::\d{1,4}(?:[–-]\d{1,4})?)*"  # [3][citation needed]:14
    r"[⁰¹²³⁴-⁹]*"
    r"(?:[ \u00a0\u202f][»›”\"](?=[\s,;:.!?]|$))?"  # « Non. » Puis
)
_END = rf"[{_SPACED}{_UNSPACED}][{_SPACED}{_UNSPACED}{re.escape(_CLOSERS)}]*{_AFTER_END}"
_GREEK_END = _END.replace(_SPACED, _SPACED + ";\u037e")
_ONE_STOP = rf"\.[{re.escape(_CLOSERS)}]*(?:\s.|[\[:⁰¹²³⁴-⁹].*)?"
_NEXT = rf"([\s{re.escape(_OPENERS)}]*)([^\s{re.escape(_CLOSERS)}]{{0,{_NEAR}}})"
_LISTED = r"(?<!\w)[A-Z]{1,2}[+-]?,? (?:to|or|and|nor|than) [A-Z]$"
_ELISION = r"['’](?=\w\w)"
_BRACKETS = r"\([^()]{1,300}\)|\[[^\[\]]{1,300}\]"
_SAYS = rf"\W{{0,{_NEAR}}}(?=\w)|\W{{{_NEAR}}}"
"""A sentence has a letter or a digit; longer than this, marks alone are one."""
_BULLETS = r"[•▪‣]"
_CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_SMALL_BEGINNING = r"[a-zα-ω]{1,6}-?[A-Z\d]|(?:[a-z]|[ivx]{2,4})\)"
"""What begins a sentence as it is: iPhone, p53, and an item's letter, b)."""

_LABEL = (
    r"\W*(?:(?i:art|article|sec|section|chap|chapter|rule|part|clause|no|step|book|volume|appendix"
    r"|table|fig|figure|unit|title|lesson|day|act|scene|amendment)\.?\s+)?"
    r"(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|x{0,3}(?:ix|iv|v?i{0,3})|X{0,3}(?:IX|IV|V?I{0,3})|P\.?S|N\.?B)"
)
"""What stands before a sentence and is none: 1. The owner …, Section 4. The tenant …, A. In May."""
_NUMBER_IN_BRACKETS = (
    r"\s*(?:\[\d{1,4}[a-z]?\]|\((?:\d{4}[a-z]?\)|\d{1,3}\)(?!\s+[A-Z])|pp?\.?\s?\d))"
)
"""A source, which is the sentence's own, and no item's number: (4) The …"""
_OPENING_TIME = (
    r"(?i:\W*(?:at|by|around|about|from|until|before|after|since|just|shortly|only)"
    r"(?:\s+(?:at|about|around|before|after|exactly|nearly|precisely|roughly|some))*"
    r"\s+\d{1,2}(?:[:.]\d\d)?\s*[ap]\.m)"
)
"""At around 10 p.m. …: the sentence is yet to come."""
_SPEAKER = (
    r"\s+(?:[A-Z][\w.'’-]*\s+){1,4}(?:said|says|asked|asks|cried|shouted|replied|answered|called"
    r"|added|whispered|exclaimed|yelled|screamed|wondered|demanded|insisted|told|tells)\b"
)
"""“Wait!” Ann Lee said: who speaks, after a mark that would end the sentence."""
_SPEAKER_CJK = r"と|って|、|，|[^。！？，、\s]{0,8}[说說道问問喊答叫]"
_EXCLAMATIONS = r"\b(?:Yahoo|Yum|Wham|Jeopardy|Mamma Mia|Oklahoma)$"
"""Names that end in an exclamation mark."""
_GLUED = r"[\"“‘«]?([^\W\d_]+)(?![\w./@(-])"
_PLAIN_WORD = r"\W?[^\W\d_]+(?:['’][^\W\d_]+)?[^\W\d_]"
_BRACKETED = r"\([^()]+\)|[^()]+\)"
_ENDINGS_OF_NAMES = frozenset("Com Org Net Js Io Co Uk Py Txt Pdf".split())


class _Paragraph(Struct, frozen=True):
    """A paragraph in its language, with what is told from all of it.

    small: it has no capital.
    asides: brackets within a sentence, which does not end inside of them.
    """

    text: str
    language: str
    small: bool
    asides: Sequence[tuple[int, int]]


def sentences(text: str, start: int, end: int, language: str = "en") -> Iterator[tuple[int, int]]:
    """The sentences of one paragraph, as characters [start, end) of the text; none very long.

    They are in order, and all that lies outside them is white space.

    Args:
        language: an ISO 639-1 code. Of one that is not known the abbreviations are not known.
    """
    # A wrapped line's end is a space; characters keep their places.
    paragraph = re.sub(r"[\r\n]", " ", text[start:end])
    for first, last in _bounds(paragraph, language):
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


def _bounds(text: str, language: str) -> Iterator[tuple[int, int]]:
    paragraph = _Paragraph(text, language, text.islower(), _asides(text))
    first, whole = trim(text, 0, len(text))
    for match in re.finditer(_GREEK_END if language == "el" else _END, text):
        mark, at = match.start(), match.end()
        if text[at : at + 1].isalpha() and _opens(text, first, at - 1):
            at -= 1
        if first <= mark and at < whole and _ends(paragraph, first, mark, at):
            yield first, at
            first = trim(text, at, whole)[0]
    if first < whole:
        yield first, whole


def _asides(text: str) -> list[tuple[int, int]]:
    if "(" not in text and "[" not in text:
        return []
    spans = []
    for match in re.finditer(_BRACKETS, text):
        before = text[max(match.start() - 3, 0) : match.start()].rstrip(" \"'“”’")
        if before and before[-1] not in _SPACED:
            spans.append((match.start(), match.end() - 1))
    return spans


def _opens(text: str, first: int, at: int) -> bool:
    """Whether the mark of quotation before a letter opens there: ended.“The next."""
    if text[at] == '"':
        return text.count('"', max(first, at - LONGEST_SENTENCE), at) % 2 == 0
    return text[at] in "“‘«"


def _ends(paragraph: _Paragraph, first: int, mark: int, at: int) -> bool:
    """Whether the mark at `mark`, with what closes after it up to `at`, ends the sentence that
    begins at `first`."""
    text, marks = paragraph.text, paragraph.text[mark:at]
    if _is_inside(paragraph.asides, mark, at) or not re.compile(_SAYS).match(text, first, mark):
        return False
    if marks[0] in _UNSPACED or (marks[0] in "!?" and re.match(_CJK, text[at])):
        return not (marks[-1] in _QUOTES and re.compile(_SPEAKER_CJK).match(text, at))
    if not text[at].isspace():
        return _is_glued(paragraph, first, mark, at)
    follows = re.compile(_NEXT).match(text, at)
    assert follows is not None  # it may be empty
    gap, word = follows.groups()
    if not _is_beginning(paragraph, gap, word, follows.end()):
        return False
    if re.fullmatch(_ONE_STOP, marks):
        return _full_stop_ends(paragraph, first, mark, at, gap, word)
    if marks == "!" and re.search(_EXCLAMATIONS, text[max(mark - 12, 0) : mark]):
        return False
    return not (marks[-1] in _QUOTES and re.compile(_SPEAKER).match(text, at))


def _is_beginning(paragraph: _Paragraph, gap: str, word: str, end: int) -> bool:
    """Whether a word, which ends there, may be a sentence's first, for all that it is."""
    if not word or word[0] in ".…,;:!?":
        return word in ("...", "…")
    small = word[0].islower() and not paragraph.small and re.search(_BULLETS, gap) is None
    start = end - len(word)
    return not small or bool(re.compile(_SMALL_BEGINNING).match(paragraph.text, start))


def _is_inside(asides: Sequence[tuple[int, int]], mark: int, at: int) -> bool:
    """Whether the mark stands in an aside, and is neither its last nor all of it: (!)."""
    number = bisect_right(asides, mark, key=lambda aside: aside[0]) - 1
    if number < 0:
        return False
    first, last = asides[number]
    return first < mark < last and (at <= last or mark == first + 1)


def _full_stop_ends(
    paragraph: _Paragraph, first: int, mark: int, at: int, gap: str, word: str
) -> bool:
    text = paragraph.text
    so_far = text[max(first, mark - _NEAR) : mark]
    quoted = text[at - 1] in _QUOTES  # “A.” is an answer
    if mark - first <= _NEAR and re.fullmatch(rf"{_LABEL}|{_OPENING_TIME}", so_far):
        return quoted
    if re.compile(_NUMBER_IN_BRACKETS).match(text, at):
        return False
    if not so_far or so_far[-1].isspace():
        return True  # . . .
    before, last = ["", *so_far.split()][-2:]
    last = re.split(_ELISION, last)[-1].lstrip(_OPENERS)
    is_capitals = len(word) > 1 and so_far.isupper() and word.isupper()
    dash = re.search(r"[–—-]\s", gap) is not None  # Washington, D.C. — The Senate met
    cased = str.capitalize if paragraph.small or is_capitals else str
    place = Place(
        word=cased(last),
        before=cased(before.lstrip(_OPENERS)),
        begins=not before,
        listed=len(last) == 1 and re.search(_LISTED, so_far) is not None,
        next=cased(word) if not dash else gap.strip(),
        opened=not dash and bool(gap.strip(" \u00a0([{")),
        around=text[max(at - _AROUND, 0) : at + _AROUND] if cased is str else "",
    )
    return ends_sentence(place, paragraph.language)


def _is_glued(paragraph: _Paragraph, first: int, mark: int, at: int) -> bool:
    """Whether a sentence follows without a space, ended.The next, and no name goes on: A.Com."""
    after = re.compile(_GLUED).match(paragraph.text, at)
    if after is None or not after[1].istitle() or after[1] in _ENDINGS_OF_NAMES:
        return False
    before = paragraph.text[max(first, mark - _NEAR) : mark].rsplit(" ", 1)[-1]
    if before[-2:].isdigit():
        return begins_sentence(after[1], paragraph.language)
    return re.fullmatch(_BRACKETED, before) is not None or (
        re.fullmatch(_PLAIN_WORD, before) is not None and before.islower()
    )
