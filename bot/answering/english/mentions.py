"""Dates, numbers, names and quotations that a text mentions: what can be a short answer.

Patterns, not a tagger: they tell what a sentence offers, and are never trusted alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Literal

from msgspec import Struct

from bot.answering.english.quotations import quotations
from embeddings.characters import readable
from embeddings.index import numerals
from embeddings.index.languages import FUNCTION_WORDS

Kind = Literal["date", "number", "name", "quotation", "cause"]

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
    r"(?=\s\d|,?\s(?:1\d|20)\d\d\b))"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"\b(?:{numerals.DATE}\b"
    rf"|{_DAY}\s+(?:of\s+)?(?:{_MONTH}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b)"
    rf"(?:,?\s+\d{{4}})?"
    rf"|{_MONTH}\s+{_DAY}(?!\d)(?:,?\s+\d{{4}})?|{_MONTH}(?:\s+(?:of\s+)?\d{{4}})?"
    r"|\d{1,4}\s*(?:BCE?|AD|CE)\b"
    r"|\d{1,2}(?::\d\d)?\s*[ap]\.?m\b\.?"
    r"|\d{1,2}(?:st|nd|rd|th)\s+centur(?:y|ies)\b"
    r"|(?:1\d|20)\d\ds?\b(?!\s*(?:%|percent)|[.,'’]\d)"
    r"|(?:[Mm]on|[Tt]ues|[Ww]ednes|[Tt]hurs|[Ff]ri|[Ss]atur|[Ss]un)day\b"
    r"|(?:yesterday|today|tomorrow)\b"
    r"|(?:[Ll]ast|[Nn]ext|[Tt]his)\s+(?:year|month|week|night|spring|summer|autumn|winter)\b)"
)
_NUMERAL = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundred|thousand|million|billion|dozen|half|third|quarter|twice|zero)"
)
_SCALE = r"(?:hundred|thousand|million|billion|trillion)\b"
_NUMBER = (
    rf"(?i:(?:US)?[$€£]\s?{numerals.NUMBER}m\b|(?:(?:US)?[$€£]\s?)?(?<![\w.,]){numerals.NUMBER}"
    rf"(?:(?<=\d)(?:[mb]n|tn|k)\b|\s?(?:%|percent\b|per\scent\b|{_SCALE}))?"
    rf"|\b(?:half\s+)?an?\s+(?:{_SCALE}|dozen\b)|\bhalf\s+an?\s+hour\b"
    rf"|\b{_NUMERAL}(?:[- ](?:and\s)?(?:{_NUMERAL}|one))*\b)"
)
_CAPITAL = r"(?:[^\W\d_a-zß-öø-ÿ](?:[\w’'.-]*\w)?)"
_NAME = rf"\b{_CAPITAL}(?:\s+(?:(?:of|the|de|la|von|van|der|and|&|for|in)\s+)*(?:{_CAPITAL}|\d+))*"
_LEAST_QUOTATION = 5
"""Characters of a quotation with its marks: a shorter one is a word held at a distance; between
single marks so are up to twice as many. A guess."""
_CAUSE = (
    r"(?i)\b(?:because|due\sto|since|owing|caus\w+|reason\w*|so\sthat|in\sorder\sto|result\w*"
    r"|to\s(?:avoid|prevent|ensure|protect|make|allow|help|reduce|increase)|therefore|thus|led\sto)"
    r"\b"
)
_PATTERNS: dict[str, str] = {
    "date": _DATE,
    "number": _NUMBER,
    "name": _NAME,
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
    if kind == "quotation":
        spans = [span for span in quotations(text) if _is_quotation(text, *span)]
    else:
        spans = [match.span() for match in re.finditer(_PATTERNS[kind], text)]
    for span in spans:
        mention = Mention(*span)
        if kind == "name":
            mention = _without_function_words(text, mention)
        elif kind == "number" and _is_version(mention.of(text)):
            continue
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


def _is_version(number: str) -> bool:
    """Whether digits and full stops are no number: 1.2.3, 192.168.1.20."""
    digits = re.search(rf"{numerals.NUMBER}", number)
    return digits is not None and numerals.number(digits[0]) is None


def _is_quotation(text: str, start: int, end: int) -> bool:
    single = text[start] in "'‘"
    return end - start >= _LEAST_QUOTATION * (1 + single)


def _without_function_words(text: str, name: Mention) -> Mention:
    """A name less the capitalised function words around it: "In Paris" is Paris."""
    words = re.finditer(r"\S+", name.of(text))
    own = [word.span() for word in words if word[0].lower() not in _NO_NAME]
    if not own:
        return Mention(name.start, name.start)
    return Mention(name.start + own[0][0], name.start + own[-1][1])
