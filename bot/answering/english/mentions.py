"""Dates, numbers, names and quotations in a text, as exact spans: what can be a short answer.

Patterns, not a tagger: they tell what a sentence offers, and are never trusted alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Literal, NamedTuple

from embeddings.index.words import FUNCTION_WORDS

Kind = Literal["date", "number", "name", "quotation", "cause"]

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"\b(?:{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+\d{{4}})?"
    rf"|{_MONTH}\s+{_DAY}(?!\d)(?:,?\s+\d{{4}})?|{_MONTH}(?:\s+(?:of\s+)?\d{{4}})?"
    r"|\d{1,4}\s*(?:BCE?|AD|CE)\b"
    r"|\d{1,2}(?::\d\d)?\s*[ap]\.?m\b\.?"
    r"|\d{1,2}(?:st|nd|rd|th)\s+centur(?:y|ies)\b"
    r"|(?:1\d|20)\d\ds?\b(?!\s*(?:%|percent))"
    r"|(?:[Mm]on|[Tt]ues|[Ww]ednes|[Tt]hurs|[Ff]ri|[Ss]atur|[Ss]un)day\b"
    r"|(?:yesterday|today|tomorrow)\b)"
)
_NUMERAL = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundred|thousand|million|billion|dozen|half|third|quarter|twice|zero)"
)
_NUMBER = (
    r"(?i:(?:(?:US)?[$€£]\s?)?(?<![\w.,])\d[\d,]*(?<!,)(?:\.\d+)?"
    r"(?:\s?(?:%|percent\b|per\scent\b|(?:hundred|thousand|million|billion|trillion)\b))?"
    rf"|\bhalf\s+an?\s+(?:hour|million|dozen)\b|\b{_NUMERAL}(?:[- ](?:{_NUMERAL}|one))*\b)"
)
_CAPITAL = r"(?:[^\W\d_a-zß-öø-ÿ](?:[\w’'.-]*\w)?)"
_NAME = rf"\b{_CAPITAL}(?:\s+(?:(?:of|the|de|la|von|van|der|and|&|for|in)\s+)*(?:{_CAPITAL}|\d+))*"
_QUOTATION = r"“[^”]{3,}”?|\"[^\"]{3,}\"?|‘[^’]{8,}’"
_CAUSE = (
    r"(?i)\b(?:because|due\sto|since|owing|caus\w+|reason\w*|so\sthat|in\sorder\sto|result\w*"
    r"|to\s(?:avoid|prevent|ensure|protect|make|allow|help|reduce|increase)|therefore|thus|led\sto)"
    r"\b"
)
_PATTERNS: dict[Kind, str] = {
    "date": _DATE,
    "number": _NUMBER,
    "name": _NAME,
    "quotation": _QUOTATION,
    "cause": _CAUSE,
}
_NO_NAME = frozenset(FUNCTION_WORDS) | frozenset(
    """according although another but despite during earlier every hence however later many
    meanwhile nor one or several since so still therefore though three thus today two within without
    yesterday yet""".split()
)


class Span(NamedTuple):
    """Characters [start, end) of a text."""

    start: int
    end: int


def find(kind: Kind, text: str) -> Iterator[Span]:
    """The values of a kind that stand in the text, in order."""
    for found in re.finditer(_PATTERNS[kind], text):
        span = Span(*found.span())
        if kind == "name":
            span = _without_function_words(text, span)
        if span.start < span.end:
            yield span


def new(kind: Kind, text: str, known: Set[str]) -> Iterator[Span]:
    """The values of a kind that have a word which is not among the known (lower-case) ones."""
    return (one for one in find(kind, text) if not known >= set(words_of(text[slice(*one)])))


def words_of(text: str) -> list[str]:
    """The words of a text in order, in lower case."""
    return re.findall(r"\w+", text.lower())


def _without_function_words(text: str, span: Span) -> Span:
    """A name less the capitalised function words around it: "In Paris" is Paris."""
    words = re.finditer(r"\S+", text[span.start : span.end])
    own = [one.span() for one in words if one[0].lower() not in _NO_NAME]
    if not own:
        return Span(span.start, span.start)
    return Span(span.start + own[0][0], span.start + own[-1][1])
