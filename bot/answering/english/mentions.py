"""Dates, numbers, names and quotations that a text mentions: what can be a short answer.

Patterns, not a tagger: they tell what a sentence offers, and are never trusted alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Literal

from msgspec import Struct

from embeddings.characters import readable
from embeddings.index.stems import FUNCTION_WORDS

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


class Mention(Struct, frozen=True):
    """A value in a text: its characters [start, end)."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Its words in the text that it was found in."""
        return text[self.start : self.end]


def find(kind: Kind, text: str) -> Iterator[Mention]:
    """The values of a kind that stand in the text, as that is read, in order."""
    read, places = readable(text)
    for mention in _find(kind, read):
        yield Mention(places[mention.start], places[mention.end - 1] + 1)


def _find(kind: Kind, text: str) -> Iterator[Mention]:
    for match in re.finditer(_PATTERNS[kind], text):
        mention = Mention(*match.span())
        if kind == "name":
            mention = _without_function_words(text, mention)
        if mention.start < mention.end:
            yield mention


def new(kind: Kind, text: str, known: Set[str]) -> Iterator[Mention]:
    """The values of a kind that have a word which is not among the known (lower-case) ones."""
    return (
        mention for mention in find(kind, text) if not known >= set(lower_words(mention.of(text)))
    )


def lower_words(text: str) -> list[str]:
    """The words of a text in order, in lower case."""
    return re.findall(r"\w+", readable(text)[0].lower())


def _without_function_words(text: str, name: Mention) -> Mention:
    """A name less the capitalised function words around it: "In Paris" is Paris."""
    words = re.finditer(r"\S+", name.of(text))
    own = [word.span() for word in words if word[0].lower() not in _NO_NAME]
    if not own:
        return Mention(name.start, name.start)
    return Mention(name.start + own[0][0], name.start + own[-1][1])
