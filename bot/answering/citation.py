"""What an answer is made of: quotations, each with the place where it stands."""

from __future__ import annotations

from pathlib import PurePosixPath

from msgspec import Struct

from bot.answering.refusal import Reason
from embeddings.articles.article import Info
from embeddings.errors import Loss

UNLIKELY = 0.03
"""Below this probability a further passage is not worth to be shown under an answer. A guess."""


class Place(Struct, frozen=True):
    """A slice of an article: characters [start_char, end_char), lines from 1."""

    source: str
    start_line: int
    end_line: int
    start_char: int
    end_char: int


class Quote(Place, frozen=True):
    """Words of an article with the place where they stand: `text` is exactly that slice."""

    text: str

    def around(self, inner: Quote | None) -> tuple[str, str, str]:
        """These words up to a quotation inside them, that, and the rest; where there is none, all
        of them are the first part."""
        if inner is None:
            return self.text, "", ""
        start, end = inner.start_char - self.start_char, inner.end_char - self.start_char
        return self.text[:start], self.text[start:end], self.text[end:]


class Citation(Struct, frozen=True):
    """A passage with the marked sentence in it, and where else that stands.

    `short_answer`: in the marked sentence, if it can be told; `score`: the probability that the
    passage answers. `also_in`: one place for each other article that carries the passage, give or
    take a few words, at its counterpart of the marked sentence; the earliest first.
    """

    rank: int
    info: Info
    passage: Quote
    highlight: Quote
    short_answer: Quote | None
    score: float
    also_in: tuple[Place, ...]

    @property
    def source(self) -> str:
        return self.info.source

    @property
    def parts(self) -> tuple[str, str, str]:
        """The passage up to the marked sentence, that sentence, and the rest."""
        return self.passage.around(self.highlight)

    @property
    def marked_parts(self) -> tuple[str, str, str]:
        """The marked sentence up to the short answer, that, and the rest."""
        return self.highlight.around(self.short_answer)

    @property
    def headline(self) -> str:
        """The article's title where it adds to the file's name and the passage; else empty."""
        is_name = self.info.title == PurePosixPath(self.source).stem
        return "" if is_name or self.passage.text.startswith(self.info.title) else self.info.title


class DatedQuote(Quote, frozen=True):
    """Words of an article that was published then, if that is known."""

    published: str | None = None


class Statement(Struct, frozen=True):
    """A figure, and where it stands: one quotation for each article."""

    value: str
    quotes: tuple[DatedQuote, ...]


class Unread(Struct, frozen=True):
    """What of the articles folder could not be read: a file, or a folder (with `/` at its end).

    `reason`: goes on a sentence with the source. `loss`: "out of reach" cannot be opened or
    listed, "gone" is a folder that has lost all of its articles at once, as one that is not
    mounted. "no article" is damaged, too large, empty now or the like. `kept`: what was read there
    before is answered from, as it was then.
    """

    source: str
    reason: str
    loss: Loss
    kept: bool = False


class Answer(Struct, frozen=True):
    """`citations` where the articles answer; else `nearest` and the `reason`.

    `searched_as`: what was searched instead of a question that depends on what came before, or of
    a message that says more than it asks.
    `searched_also`: words of the articles, for words of the question that none has and that are
    probably typed wrong.
    `reader`: whether the likeliest passages were read.
    `agreement`: what several articles say, where that is one figure or several of one sort:
    with one statement they agree, with more they differ.
    `earlier`: the answers to the other questions of the same message, which came before this one.
    `unread`: what could not be read of the folder; what may be out of date comes first.
    """

    question: str
    searched_as: str | None
    answered: bool
    confidence: float
    min_confidence: float
    reader: bool
    reason: Reason | None
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    agreement: tuple[Statement, ...] = ()
    earlier: tuple[Answer, ...] = ()
    unread: tuple[Unread, ...] = ()
    searched_also: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[Citation, ...]:
        """The citations, or what is nearest where there are none."""
        return self.citations or self.nearest

    @property
    def listed(self) -> tuple[Citation, ...]:
        """What a person is shown: under an answer, no passage that is as good as none."""
        least = min(UNLIKELY, self.min_confidence)
        further = (other for other in self.citations[1:] if other.score >= least)
        return (*self.citations[:1], *further, *self.nearest)

    @property
    def likely(self) -> tuple[Citation, ...]:
        """The citations that are themselves likely enough to answer: the first, and maybe more."""
        further = (other for other in self.citations[1:] if other.score >= self.min_confidence)
        return (*self.citations[:1], *further)
