"""Parts of an article → passages and their sentences: exact slices of its text.

A passage is whole sentences, and whole paragraphs where they fit: neighbours are joined
up to `JOIN_TOKENS`, a longer paragraph stays one passage up to the encoder's budget, and
beyond that is cut into even parts at sentence bounds. A heading goes with what follows, and so
does a short question (of an interview, of a FAQ). A section's heading begins a new passage, and
neither it nor the article's title is a sentence of it, which could be marked as an answer.

Sentences of a table are its rows, those of code its lines. The rows of a table share no passage
with other text but the heading before them. Its header is no sentence: it belongs to each row, and
so also to a passage that begins in the middle of the table (`Passage.in_context`).

The size was chosen by `tests/eval/passage_sizes.py` (figures in tests/eval/README.md).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct, structs

from embeddings.articles.article import Kind, Part
from embeddings.articles.blocks import LONGEST_HEADING, after_mark
from embeddings.articles.lines import LINE_END, is_rule, lines_of
from embeddings.articles.sentences import LONGEST_SENTENCE, sentences, trim
from embeddings.characters import QUOTED

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

TABLE_TOKENS = 64
"""Rows of a table are together in a passage up to this many tokens, their header among them.
Measured on five questions for a row of a long table: with as many as a paragraph may have, the row
is marked at 5 to 17 %; with these, at 42 to 73 %."""

LONGEST_HEADER = 64
"""Tokens; a longer first row of a table is no header that each of its passages could have. A
guess."""

# Patterns are text, compiled (and kept by `re`) when first used: a question uses one.
_SENTENCE_END = r"[.!?…;][\"'”’»)\]]*$"
_QUESTION = r"\?[\"'”’»)\]*_]*$"
_TARGET = (
    r"(?<=\])\([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+(?:[ \t]+\"[^\"\r\n]*+\")?\)"
    r"|https?://\S*[^\s.,;:!?…\"'”’»>)\]]"
)
"""Where a link leads."""

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
    one. `header`: the row that names the columns of the table whose rows it has; it may stand
    above the passage.
    """

    text: str
    start_char: int
    end_char: int
    start_line: int
    end_line: int
    sentences: tuple[Sentence, ...]
    label: str | None = None
    kind: Kind | None = None
    header: str | None = None

    def bounds(self) -> tuple[tuple[int, int], ...]:
        """The sentences' characters, counted from the passage's first."""
        start = self.start_char
        return tuple((s.start_char - start, s.end_char - start) for s in self.sentences)

    def text_of(self, sentence: Sentence) -> str:
        """The words of one of its sentences."""
        start = self.start_char
        return self.text[sentence.start_char - start : sentence.end_char - start]

    def in_context(self) -> str:
        """What is encoded, and what its words are indexed from: its text, below the header that its
        rows belong to. Nothing else ever differs from the slice."""
        return in_context(self.text, self.header)

    def bounds_in_context(self) -> tuple[tuple[int, int], ...]:
        """The sentences' characters, counted from the first of `in_context`."""
        above = len(self.in_context()) - len(self.text)
        return tuple((start + above, end + above) for start, end in self.bounds())

    def said_in(self, sentence: Sentence) -> str:
        """What one of its sentences says: its words, and of a row those of the header too."""
        words = self.text_of(sentence)
        return f"{self.header}\n{words}" if self.header else words


def in_context(text: str, header: str | None) -> str:
    """A passage's text below the header of its table, where that stands above it."""
    return f"{header}\n{text}" if header and header not in text else text


class Lines:
    """Where the lines of a text begin, to tell the line of a character (both from the start)."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in re.finditer(LINE_END, text))]

    def line_of(self, char: int) -> int:
        """The line, counted from 1, that holds the character at `char`."""
        return bisect_right(self.starts, char)


class _Sized(Struct, frozen=True):
    """A sentence with what it costs.

    `heading`: it belongs to what follows. `title`: it names the article, a section or columns, and
    says nothing itself. `header`: characters [start, end) of the one of its table.
    """

    start: int
    end: int
    tokens: int
    heading: bool
    title: bool
    label: str | None
    kind: Kind
    header: tuple[int, int] | None = None


def split(
    text: str,
    parts: Iterable[Part],
    *,
    count_tokens: CountTokens,
    budget: int,
    join: int = JOIN_TOKENS,
) -> list[Passage]:
    """Split an article's text into passages, front matter left out.

    Args:
        budget: the most tokens a passage may have.

    Time is linear in the length of the text, whatever it holds.
    """
    body = [part for part in parts if part.kind != "front matter"]
    paragraphs = _sized(text, body, count_tokens, budget)
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
                header=_header_of(text, group),
            )
        )
    return passages


def _header_of(text: str, group: Sequence[_Sized]) -> str | None:
    """The header that a passage's rows belong to."""
    headers = (sentence.header for sentence in group if sentence.header)
    return next((text[start:end] for start, end in headers), None)


def _kind(group: Sequence[_Sized]) -> Kind | None:
    own = [sentence for sentence in group if not sentence.heading]
    kinds = {sentence.kind for sentence in own or group}
    return kinds.pop() if len(kinds) == 1 else None


def _sized(
    text: str, parts: Sequence[Part], count_tokens: CountTokens, budget: int
) -> list[list[_Sized]]:
    """The parts, each a list of sentences that are within the budget."""
    plain = _masked(text)
    spans = [list(_spans(plain, part)) for part in parts]
    counts = iter(count_tokens([text[s:e] for own in spans for s, e in own]))
    paragraphs: list[list[_Sized]] = []
    for part, own in zip(parts, spans, strict=True):
        heading = _goes_with_what_follows(text, part)
        title = heading and (not paragraphs or part.kind == "heading")
        costs = [max(next(counts), (last - first) // TOKEN_CHARACTERS, 1) for first, last in own]
        header = _header(part, own, costs, budget)
        room = budget - costs[0] if header else budget
        sized: list[_Sized] = []
        for (first, last), tokens in zip(own, costs, strict=True):
            whole = [(first, last, tokens)]
            pieces = whole if tokens <= room else _cut(text, first, last, count_tokens, room)
            names = title or (first, last) == header
            sized += [
                _Sized(*piece, heading, names, part.label, part.kind, header) for piece in pieces
            ]
        if sized:
            paragraphs.append(sized)
    return paragraphs


def _spans(text: str, part: Part) -> Iterator[tuple[int, int]]:
    """The sentences of a part: of a table its rows, of code its lines. An item's mark, which may
    look like a sentence, is of its first."""
    if part.kind == "list":
        first, *others = sentences(text, after_mark(text, part), part.end_char)
        yield from ((part.start_char, first[1]), *others)
        return
    if part.kind not in ("table", "code"):
        yield from sentences(text, part.start_char, part.end_char)
        return
    for line in lines_of(text, part.start_char, part.end_char):
        if line.width > LONGEST_SENTENCE:
            yield from sentences(text, line.start, line.end)
        elif not line.blank and not is_rule(text, line):
            yield line.start, line.end


def _header(
    part: Part, own: Sequence[tuple[int, int]], costs: Sequence[int], budget: int
) -> tuple[int, int] | None:
    """The row of a table that names its columns, if there is one that is short."""
    if len(own) < 2 or own[0][1] != part.header_end:
        return None
    return own[0] if costs[0] <= min(LONGEST_HEADER, budget // 2) else None


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


def _goes_with_what_follows(text: str, part: Part) -> bool:
    """Whether a part belongs to what follows: a marked heading, a line that looks like one, or a
    short question."""
    if part.kind not in ("paragraph", "list"):
        return part.kind == "heading"
    words = text[part.start_char : part.end_char]
    if len(words.split(maxsplit=LONGEST_HEADING)) > LONGEST_HEADING:
        return False
    if part.kind == "paragraph" and not re.search(_SENTENCE_END, words):
        return True
    return bool(re.search(_QUESTION, words))


def _masked(text: str) -> str:
    """The text as it is split into sentences, its characters in their places: no sentence ends
    inside an address, and none begins with the mark of a quotation."""
    if ">" in text or "![" in text:
        text = re.sub(rf"{QUOTED}|!(?=\[)", lambda match: " " * len(match.group()), text)
    if "](" in text or "://" in text:
        text = re.sub(_TARGET, lambda match: "x" * len(match.group()), text)
    return text


def _pack(paragraphs: list[list[_Sized]], join: int, budget: int) -> Iterator[list[_Sized]]:
    """Group sentences into passages: see the module's docstring."""
    current: list[_Sized] = []
    for paragraph in paragraphs:
        table = paragraph[0].kind == "table"
        for part in _even_parts(paragraph, min(TABLE_TOKENS, budget) if table else budget):
            size = _tokens(part)
            gap = part[0].start - current[-1].end if current else 0
            headed = all(sentence.heading for sentence in current)
            full = _tokens(current) + size > (budget if headed else join)
            alone = bool(current) and "table" in (part[0].kind, current[-1].kind)
            begins = not headed and (alone or (part[0].title and part[0].heading))
            if current and (full or gap > LONGEST_GAP or begins):
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

    It happens where a cut fell inside a word, with what is drawn between them, and with tokenizers
    that join over spaces.
    """
    slices = [(text[group[0].start : group[-1].end], _header_of(text, group)) for group in groups]
    counts = count_tokens([in_context(*own) for own in slices])
    for group, tokens in zip(groups, counts, strict=True):
        if tokens <= budget:
            yield group
        elif len(group) == 1:
            yield [structs.replace(group[0], header=None)]
        else:
            middle = len(group) // 2
            halves = [group[:middle], group[middle:]]
            yield from _within(text, halves, count_tokens, budget)


def _even_parts(paragraph: list[_Sized], budget: int) -> Iterator[list[_Sized]]:
    """A paragraph over the budget, in as few parts as can be, of about the same size."""
    if paragraph[0].header:  # that is in each part, or above it
        budget = max(budget - paragraph[0].tokens, 1)
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
