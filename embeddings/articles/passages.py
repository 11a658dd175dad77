"""Article → passages and their sentences: exact slices of its text.

A passage is whole sentences, and whole paragraphs where they fit: neighbours are joined
up to `JOIN_TOKENS`, a longer paragraph stays one passage up to the encoder's budget, and
beyond that is cut into even parts at sentence bounds. A heading goes with what follows. A
Markdown section begins a new passage, and neither its heading nor the article's title is a
sentence of it, which could be marked as an answer.

The size was chosen by `tests/eval/passage_sizes.py` (figures in tests/eval/README.md).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

VERSION = 2
"""Raised whenever the same text would be split, or its words be stemmed, otherwise; indexes are
then split anew."""

JOIN_TOKENS = 128
"""Short neighbouring paragraphs are joined up to this many tokens."""

LONGEST_SENTENCE = 800
"""Characters; what the segmenter leaves longer is cut at a space (or, without one, anywhere)."""

WINDOW = 5000
"""Characters that the segmenter is shown at a time."""

TOKEN_CHARACTERS = 10
"""A token counts for at least this many characters: a word of 2 MB is one unknown token."""

LONGEST_GAP = 200
"""Characters of white space that a passage may hold between two paragraphs."""

LONGEST_HEADING = 20
"""Words; a short line without a full stop is taken for a heading and kept with what follows."""

# Patterns are text, compiled (and kept by `re`) when first used: a question uses one.
_LINE_END = r"\r\n|\r|\n"
_WRAP_WIDTHS = range(40, 121)
_LIST_ITEM = r"(?:[-*+•>]|\d{1,3}[.)]|#{1,6})\s"
_SENTENCE_END = r"[.!?…;][\"'”’»)\]]*$"
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


class Sentence(NamedTuple):
    """Characters [start_char, end_char) of the article."""

    start_char: int
    end_char: int


class Passage(NamedTuple):
    """A slice of the article: `article.text[start_char:end_char] == text`.

    Lines count from 1 and are those of the first and the last character.
    """

    text: str
    start_char: int
    end_char: int
    start_line: int
    end_line: int
    sentences: tuple[Sentence, ...]

    def bounds(self) -> list[tuple[int, int]]:
        """The sentences' characters, counted from the passage's first."""
        start = self.start_char
        return [(one.start_char - start, one.end_char - start) for one in self.sentences]

    def text_of(self, sentence: Sentence) -> str:
        """The words of one of its sentences."""
        start = self.start_char
        return self.text[sentence.start_char - start : sentence.end_char - start]


class Lines:
    """Where the lines of a text begin, to tell the line of a character (both from the start)."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in re.finditer(_LINE_END, text))]

    def line_of(self, char: int) -> int:
        """The line, counted from 1, that holds the character at `char`."""
        return bisect_right(self.starts, char)


class _Sized(NamedTuple):
    """A sentence with what it costs.

    `heading`: it belongs to what follows. `title`: it names the article or a section, and
    says nothing itself.
    """

    start: int
    end: int
    tokens: int
    heading: bool
    title: bool


def split(
    text: str,
    *,
    count_tokens: Callable[[Sequence[str]], list[int]],
    budget: int,
    start: int = 0,
    join: int = JOIN_TOKENS,
) -> list[Passage]:
    """Split an article's text from character `start` on into passages.

    Args:
        count_tokens: texts → how many tokens each has, special ones not counted.
        budget: the most tokens a passage may have.

    Time is linear in the length of the text, whatever it holds.
    """
    paragraphs = _sized(text, start, count_tokens, budget)
    lines = Lines(text)
    groups = list(_pack(paragraphs, min(join, budget), budget))
    passages = []
    for group in _within(text, groups, count_tokens, budget):
        first, last = group[0].start, group[-1].end
        passages.append(
            Passage(
                text=text[first:last],
                start_char=first,
                end_char=last,
                start_line=lines.line_of(first),
                end_line=lines.line_of(last - 1),
                sentences=tuple(
                    Sentence(one.start, one.end)
                    for one in group
                    if not one.title or all(other.title for other in group)
                ),
            )
        )
    return passages


def _sized(
    text: str, start: int, count_tokens: Callable[[Sequence[str]], list[int]], budget: int
) -> list[list[_Sized]]:
    """The paragraphs, each a list of sentences that are within the budget."""
    spans = [list(_sentences(text, *paragraph)) for paragraph in _paragraphs(text, start)]
    counts = iter(count_tokens([text[s:e] for sentences in spans for s, e in sentences]))
    paragraphs: list[list[_Sized]] = []
    for sentences in spans:
        paragraph = text[sentences[0][0] : sentences[-1][1]] if sentences else ""
        heading = _is_heading(paragraph)
        title = heading and (not paragraphs or _is_section(paragraph))
        sized: list[_Sized] = []
        for first, last in sentences:
            tokens = max(next(counts), (last - first) // TOKEN_CHARACTERS, 1)
            if tokens <= budget:
                sized.append(_Sized(first, last, tokens, heading, title))
            else:
                for part in _cut(text, first, last, count_tokens, budget):
                    sized.append(_Sized(*part, heading, title))
        if sized:
            paragraphs.append(sized)
    return paragraphs


def _cut(
    text: str,
    first: int,
    last: int,
    count_tokens: Callable[[Sequence[str]], list[int]],
    budget: int,
) -> Iterator[tuple[int, int, int]]:
    """Halve a sentence of more tokens than the budget until its parts are within it."""
    (tokens,) = count_tokens([text[first:last]])
    if tokens <= budget or last - first < 2:
        yield first, last, tokens
        return
    middle = (first + last) // 2
    space = text.rfind(" ", first + 1, middle)
    middle = space + 1 if space > first + (last - first) // 4 else middle
    yield from _cut(text, *_trim(text, first, middle), count_tokens, budget)
    yield from _cut(text, *_trim(text, middle, last), count_tokens, budget)


def _paragraphs(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Spans of lines that belong together, without the white space around them.

    Blank lines part paragraphs. Other line ends do too, unless the text was wrapped at a
    fixed width: then the first word of the next line would not have fitted.
    """
    lines = []
    for first, last in _line_spans(text, start):
        first, last = _trim(text, first, last)
        lines.append((first, last))
    block: list[tuple[int, int]] = []
    for first, last in [*lines, (len(text), len(text))]:
        if first < last:
            block.append((first, last))
        elif block:
            yield from _unwrap(text, block)
            block = []


def _unwrap(text: str, block: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    width = max(last - first for first, last in block)
    begin = block[0][0]
    for (first, last), (following, following_end) in pairwise(block):
        word = re.match(r"\S*", text[following : min(following_end, following + width)])
        needed = last - first + 1 + (len(word.group()) if word else 0)
        wrapped = width in _WRAP_WIDTHS and needed > width
        if not wrapped or re.match(_LIST_ITEM, text[following : min(following_end, following + 8)]):
            yield begin, last
            begin = following
    yield begin, block[-1][1]


def _line_spans(text: str, start: int) -> Iterator[tuple[int, int]]:
    for match in re.compile(_LINE_END).finditer(text, start):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentence spans of one paragraph (sentencex, MIT, Wikimedia), none very long."""
    # A wrapped line's end is a space to the segmenter; characters keep their places.
    paragraph = re.sub(r"[\r\n]", " ", text[start:end])
    bounds = _segment(paragraph)
    joined = [0]
    for before, at, after in zip(bounds, bounds[1:], [*bounds[2:], len(paragraph)], strict=False):
        if at == len(paragraph) or not _same_sentence(paragraph[before:at], paragraph[at:after]):
            joined.append(at)
    for first, last in pairwise(joined):
        first, last = _trim(paragraph, first, last)
        while last - first > LONGEST_SENTENCE:
            space = paragraph.rfind(" ", first + LONGEST_SENTENCE // 2, first + LONGEST_SENTENCE)
            cut = space if space > 0 else first + LONGEST_SENTENCE
            yield start + first, start + _trim(paragraph, first, cut)[1]
            first = _trim(paragraph, cut, last)[0]
        if first < last:
            yield start + first, start + last


def _segment(paragraph: str) -> list[int]:
    """Where sentencex has its bounds, 0 and the end among them.

    It is shown a window at a time (its time grows with the square of a long text without
    spaces), and of a window that is cut the last sentence is left to the next.
    """
    import sentencex  # not needed to answer a question

    bounds = [0]
    while bounds[-1] < len(paragraph):
        at = bounds[-1]
        window = paragraph[at : at + WINDOW]
        ends = [at + one["end_index"] for one in sentencex.get_sentence_boundaries("en", window)]
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


def _is_heading(paragraph: str) -> bool:
    if _is_section(paragraph):
        return True
    if re.match(_LIST_ITEM, paragraph) or re.search(_SENTENCE_END, paragraph):
        return False
    return len(paragraph.split()) <= LONGEST_HEADING


def _is_section(paragraph: str) -> bool:
    return re.match(r"#{1,6}\s", paragraph) is not None


def _pack(paragraphs: list[list[_Sized]], join: int, budget: int) -> Iterator[list[_Sized]]:
    """Group sentences into passages: see the module's docstring."""
    current: list[_Sized] = []
    for paragraph in paragraphs:
        for part in _even_parts(paragraph, budget):
            size = _tokens(part)
            gap = part[0].start - current[-1].end if current else 0
            headed = all(one.heading for one in current)
            full = _tokens(current) + size > (budget if headed else join)
            if current and (full or gap > LONGEST_GAP or (part[0].title and not headed)):
                kept = len(current)
                while kept and current[kept - 1].heading and gap <= LONGEST_GAP:
                    kept -= 1
                headings = current[kept:]
                if _tokens(headings) + size > budget or not kept:
                    kept, headings = len(current), []
                yield current[:kept]
                current = headings
            current = [*current, *part]
    if current:
        yield current


def _within(
    text: str,
    groups: list[list[_Sized]],
    count_tokens: Callable[[Sequence[str]], list[int]],
    budget: int,
) -> Iterator[list[_Sized]]:
    """Halve the groups that have more tokens together than their sentences have apart.

    It happens where a cut fell inside a word, and with tokenizers that join over spaces.
    """
    counts = count_tokens([text[group[0].start : group[-1].end] for group in groups])
    for group, tokens in zip(groups, counts, strict=True):
        if tokens <= budget or len(group) == 1:
            yield group
        else:
            middle = len(group) // 2
            halves = [group[:middle], group[middle:]]
            yield from _within(text, halves, count_tokens, budget)


def _even_parts(paragraph: list[_Sized], budget: int) -> Iterator[list[_Sized]]:
    """A paragraph over the budget, in as few parts as can be, of about the same size."""
    total = _tokens(paragraph)
    share = total / -(-total // budget)
    part: list[_Sized] = []
    for one in paragraph:
        filled = _tokens(part)
        if part and (filled + one.tokens > budget or filled + one.tokens / 2 > share):
            yield part
            part = []
        part.append(one)
    if part:
        yield part


def _tokens(sentences: Sequence[_Sized]) -> int:
    return sum(one.tokens for one in sentences)


def _trim(text: str, first: int, last: int) -> tuple[int, int]:
    """The span without the white space at its ends (empty at `last` when it is nothing else)."""
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return first, last
