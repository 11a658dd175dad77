"""Parts of an article → passages and their sentences: exact slices of its text.

A passage is whole sentences, and whole paragraphs where they fit: neighbours are joined
up to `JOIN_TOKENS`, a longer paragraph stays one passage up to the encoder's budget, and
beyond that is cut into even parts at sentence bounds. A heading goes with what follows. A
section's heading begins a new passage, and neither it nor the article's title is a
sentence of it, which could be marked as an answer.

The size was chosen by `tests/eval/passage_sizes.py` (figures in tests/eval/README.md).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from embeddings.articles.article import Kind, Part
from embeddings.articles.language import ENGLISH
from embeddings.articles.sentences import sentences, trim

VERSION = 4
"""Raised whenever the same text would be split, or its words be stemmed, otherwise; indexes are
then split anew."""

JOIN_TOKENS = 128
"""Short neighbouring paragraphs are joined up to this many tokens. Measured."""

TOKEN_CHARACTERS = 10
"""A token counts for at least this many characters: a word of 2 MB is one unknown token. A
guess."""

LONGEST_GAP = 200
"""Characters of white space that a passage may hold between two paragraphs. A guess."""

LONGEST_HEADING = 20
"""Words; a short line without a full stop is taken for a heading and kept with what follows. A
guess."""

# Patterns are text, compiled (and kept by `re`) when first used: a question uses one.
_LINE_END = r"\r\n|\r|\n"
_SENTENCE_END = r"[.!?…;][\"'”’»)\]]*$"

CountTokens = Callable[[Sequence[str]], list[int]]
"""Texts → how many tokens each has, special ones not counted."""


class Sentence(Struct, frozen=True):
    """Characters [start_char, end_char) of the article."""

    start_char: int
    end_char: int


class Passage(Struct, frozen=True):
    """A slice of the article: `article.text[start_char:end_char] == text`.

    Lines count from 1 and are those of the first and the last character. `label` is that of the
    part which the passage begins in, `kind` that of its parts (headings aside) where all are of
    one.
    """

    text: str
    start_char: int
    end_char: int
    start_line: int
    end_line: int
    sentences: tuple[Sentence, ...]
    label: str | None = None
    kind: Kind | None = None

    def bounds(self) -> tuple[tuple[int, int], ...]:
        """The sentences' characters, counted from the passage's first."""
        start = self.start_char
        return tuple((s.start_char - start, s.end_char - start) for s in self.sentences)

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


class _Sized(Struct, frozen=True):
    """A sentence with what it costs.

    `heading`: it belongs to what follows. `title`: it names the article or a section, and
    says nothing itself.
    """

    start: int
    end: int
    tokens: int
    heading: bool
    title: bool
    label: str | None
    kind: Kind


def split(
    text: str,
    parts: Iterable[Part],
    *,
    count_tokens: CountTokens,
    budget: int,
    join: int = JOIN_TOKENS,
    language: str | None = None,
) -> list[Passage]:
    """Split an article's text into passages, front matter left out.

    Args:
        budget: the most tokens a passage may have.
        language: the text's, as an ISO 639-1 code; what is not known is split as English is.

    Time is linear in the length of the text, whatever it holds.
    """
    body = [part for part in parts if part.kind != "front matter"]
    paragraphs = _sized(text, body, count_tokens, budget, language or ENGLISH)
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
                    Sentence(sentence.start, sentence.end)
                    for sentence in group
                    if not sentence.title or all(other.title for other in group)
                ),
                label=group[0].label,
                kind=_kind(group),
            )
        )
    return passages


def _kind(group: Sequence[_Sized]) -> Kind | None:
    kinds = {sentence.kind for sentence in group}
    kinds = kinds if kinds == {"heading"} else kinds - {"heading"}
    return kinds.pop() if len(kinds) == 1 else None


def _sized(
    text: str, parts: Sequence[Part], count_tokens: CountTokens, budget: int, language: str
) -> list[list[_Sized]]:
    """The parts, each a list of sentences that are within the budget."""
    spans = [list(sentences(text, part.start_char, part.end_char, language)) for part in parts]
    counts = iter(count_tokens([text[s:e] for own in spans for s, e in own]))
    paragraphs: list[list[_Sized]] = []
    for part, own in zip(parts, spans, strict=True):
        heading = _is_heading(text, part)
        title = heading and (not paragraphs or part.kind == "heading")
        sized: list[_Sized] = []
        for first, last in own:
            tokens = max(next(counts), (last - first) // TOKEN_CHARACTERS, 1)
            whole = [(first, last, tokens)]
            pieces = whole if tokens <= budget else _cut(text, first, last, count_tokens, budget)
            sized += [_Sized(*piece, heading, title, part.label, part.kind) for piece in pieces]
        if sized:
            paragraphs.append(sized)
    return paragraphs


def _cut(
    text: str, first: int, last: int, count_tokens: CountTokens, budget: int
) -> Iterator[tuple[int, int, int]]:
    """Halve a sentence of more tokens than the budget until its parts are within it."""
    (tokens,) = count_tokens([text[first:last]])
    if tokens <= budget or last - first < 2:
        yield first, last, tokens
        return
    middle = (first + last) // 2
    space = text.rfind(" ", first + 1, middle)
    middle = space + 1 if space > first + (last - first) // 4 else middle
    yield from _cut(text, *trim(text, first, middle), count_tokens, budget)
    yield from _cut(text, *trim(text, middle, last), count_tokens, budget)


def _is_heading(text: str, part: Part) -> bool:
    """Whether a part belongs to what follows: a marked heading, or a line that looks like one."""
    if part.kind != "paragraph":
        return part.kind == "heading"
    paragraph = text[part.start_char : part.end_char]
    return not re.search(_SENTENCE_END, paragraph) and len(paragraph.split()) <= LONGEST_HEADING


def _pack(paragraphs: list[list[_Sized]], join: int, budget: int) -> Iterator[list[_Sized]]:
    """Group sentences into passages: see the module's docstring."""
    current: list[_Sized] = []
    for paragraph in paragraphs:
        for part in _even_parts(paragraph, budget):
            size = _tokens(part)
            gap = part[0].start - current[-1].end if current else 0
            headed = all(sentence.heading for sentence in current)
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
    text: str, groups: list[list[_Sized]], count_tokens: CountTokens, budget: int
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
    for sentence in paragraph:
        filled = _tokens(part)
        if part and (filled + sentence.tokens > budget or filled + sentence.tokens / 2 > share):
            yield part
            part = []
        part.append(sentence)
    if part:
        yield part


def _tokens(sized: Sequence[_Sized]) -> int:
    return sum(sentence.tokens for sentence in sized)
