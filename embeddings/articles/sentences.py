"""Where sentences begin and end.

A sentence ends with a mark that ends sentences, the quotation marks and brackets that close right
after it, and white space before what can begin another one. Of a full stop it is told from the
words around it (abbreviations.py). Sentences between quotation marks are sentences of their own;
the words of whoever speaks belong to the sentence that they stand with.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from embeddings.articles.abbreviations import Place, ends_sentence

LONGEST_SENTENCE = 800
"""Characters; a longer one is cut at a space (or, without one, anywhere). A guess: a sentence of
this length is no sentence."""

_LONGEST_WORD = 40
"""Characters that are looked at for the words around a mark. A guess."""

_AROUND = 2000
"""Characters on either side of a full stop in which a word in lower case shows that it is no name.
A guess."""

# Patterns are text, compiled (and kept by `re`) when first used: a question uses none. None of
# them can try a text again and again: what may follow a repetition is optional, or not in it.
_OPENERS = r"\"'“‘«‹„‚»›「『《(\[{¿¡–—−\-*•·▪‣"
_CLOSERS = r"\"'”’“‘»›«‹」』》）〉】)\]}"
_SPACED = ".!?…‼‽⁇⁈⁉؟۔։።፧"
_UNSPACED = "。！？｡．।॥။។៕"
"""Marks after which the next sentence may follow without a space."""
_END = (
    rf"[{_SPACED}{_UNSPACED}][{_SPACED}{_UNSPACED}{_CLOSERS}]*"
    r"(?:\[\d{1,3}\])*"  # a note's number
    r"(?:[ \u00a0\u202f][»›](?=[\s,;:.!?]|$))?"  # « Non. » Puis
)
_NEXT = rf"([\s{_OPENERS}]*)([^\s{_CLOSERS}]{{0,{_LONGEST_WORD}}})"
_WORD_BEFORE = r"(\S*)\s+(\S+)$"
_BRACKETS = r"\([^()]{1,300}\)|\[[^\[\]]{1,300}\]"
_CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"

_LABEL = (
    r"\W*(?:(?i:art|article|sec|section|chap|chapter|rule|part|clause|no)\.?\s+)?"
    r"(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|x{0,3}(?:ix|iv|v?i{0,3})|X{0,3}(?:IX|IV|V?I{0,3})|P\.?S|N\.?B)"
)
"""What stands before a sentence and is none: 1. The owner …, Section 4. The tenant …, A. In May."""
_NUMBER_IN_BRACKETS = r"[(\[]\s*(?:\d{1,4}[a-z]?|p?p\.?\s?\d+)\s*[)\]]"
_OPENING_TIME = (
    r"(?i)^\W*(?:at|by|around|about|from|until|before|after|since|just|shortly|only)"
    r"(?:\s+(?:at|about|around|before|after|exactly|nearly|precisely|roughly|some))*"
    r"\s+\d{1,2}(?:[:.]\d\d)?\s*[ap]\.m$"
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
_GLUED = r"[\"“‘«]?[A-Z][a-z]*(?![\w./@_(-])"
_ENDINGS_OF_NAMES = r"(?:Com|Org|Net|Js|Io|Co|Uk|Py|Txt|Pdf)\b"


def sentences(text: str, start: int, end: int, language: str = "en") -> Iterator[tuple[int, int]]:
    """The sentences of one paragraph, as characters [start, end) of the text; none very long.

    Args:
        language: an ISO 639-1 code; one that is not known is taken for English where it matters.

    Exact slices in order; all that lies outside them is white space.
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


def _bounds(paragraph: str, language: str) -> Iterator[tuple[int, int]]:
    marks = _SPACED + _UNSPACED + (";;" if language == "el" else "")
    pattern = _END.replace(_SPACED + _UNSPACED, marks)
    first, whole = trim(paragraph, 0, len(paragraph))
    aside = _asides(paragraph)
    for match in re.finditer(pattern, paragraph):
        at = match.end()
        if paragraph[at : at + 1].isalpha() and _opens(paragraph, first, at - 1):
            at -= 1
        if at >= whole or match.start() < first or _is_aside(aside, match.start()):
            continue
        if _ends(paragraph, first, match.start(), at, language):
            yield first, at
            first = trim(paragraph, at, whole)[0]
    if first < whole:
        yield first, whole


def _opens(paragraph: str, first: int, at: int) -> bool:
    """Whether the mark of quotation before a letter opens there: ended.“The next."""
    if paragraph[at] == '"':
        return paragraph.count('"', max(first, at - LONGEST_SENTENCE), at) % 2 == 0
    return paragraph[at] in "“‘«"


def _asides(paragraph: str) -> list[tuple[int, int]]:
    """The brackets that stand within a sentence: it does not end inside of them."""
    if "(" not in paragraph and "[" not in paragraph:
        return []
    spans = []
    for match in re.finditer(_BRACKETS, paragraph):
        before = paragraph[max(match.start() - 3, 0) : match.start()].rstrip(" \"'“”’")
        if before and before[-1] not in _SPACED:
            spans.append((match.start(), match.end() - 1))
    return spans


def _is_aside(spans: list[tuple[int, int]], at: int) -> bool:
    number = bisect_right(spans, (at, at)) - 1
    return number >= 0 and spans[number][0] < at < spans[number][1] - 1


def _ends(paragraph: str, first: int, mark: int, at: int, language: str) -> bool:
    """Whether the mark at `mark`, with what closes after it up to `at`, ends the sentence."""
    marks = paragraph[mark:at]
    follows = re.compile(_NEXT).match(paragraph, at)
    gap, word = (follows[1], follows[2]) if follows else ("", "")
    if marks[0] in _UNSPACED or (marks[0] in "!?" and re.match(_CJK, paragraph[at])):
        return not (marks[-1] in "」』”’》" and re.compile(_SPEAKER_CJK).match(paragraph, at))
    if not paragraph[at].isspace():
        return _is_glued(paragraph, first, mark, at)
    if not word or word[0] in ".…,;:!?" or (mark and paragraph[mark - 1] in "([" and marks[-1] in ")]"):
        return False
    small = word[0].islower() and not re.match(r"[a-z]{1,2}[A-Z]", word)
    if small and not re.search("[•▪‣]", gap) and not paragraph.islower():
        return False
    closed = marks[-1] in _CLOSERS
    if marks.rstrip(_CLOSERS)[-1] in "!?" or len(marks) > 1 and marks[1] in ".…!?" or marks[0] != ".":
        name = re.search(_EXCLAMATIONS, paragraph[max(mark - 12, 0) : mark])
        spoken = closed and re.compile(_SPEAKER).match(paragraph, at)
        return not (spoken or (name and marks == "!"))
    if re.compile(_NUMBER_IN_BRACKETS).match(paragraph, trim(paragraph, at, len(paragraph))[0]):
        return False
    return _full_stop_ends(paragraph, first, mark, at, gap, word, language)


def _full_stop_ends(
    paragraph: str, first: int, mark: int, at: int, gap: str, word: str, language: str
) -> bool:
    so_far = paragraph[max(first, mark - _LONGEST_WORD) : mark]
    if mark - first <= _LONGEST_WORD and re.fullmatch(_LABEL, so_far):
        return False
    if re.search(_OPENING_TIME, so_far):
        return False
    words = re.search(_WORD_BEFORE, f" {so_far}")
    if words is None:
        return True  # . . .
    last = re.split(r"['’](?=\w\w)", words[2])[-1].lstrip(_OPENERS.replace("\\", ""))
    place = Place(
        word=last,
        before=words[1],
        begins=not words[1],
        next=word,
        opened=bool(gap.strip()),
    )
    near = paragraph[max(at - _AROUND, 0) : at + _AROUND]
    small = word.rstrip(",;:.").lower()
    common = word.islower() or (small != word and f" {small} " in near)
    return ends_sentence(place, language, common=common)


def _is_glued(paragraph: str, first: int, mark: int, at: int) -> bool:
    """Whether a sentence follows without a space, ended.The next, and no name goes on: A.Com."""
    before = paragraph[max(first, mark - _LONGEST_WORD) : mark].rsplit(" ", 1)[-1]
    after = re.compile(_GLUED).match(paragraph, at)
    return bool(
        after
        and re.search(r"^\W*[a-z'’]*[a-z]{2}$", before)
        and not re.search(r"[/@_:\\]|\w\.\w", before)
        and not re.compile(_ENDINGS_OF_NAMES).match(paragraph, at)
    )
