"""What a short answer says, so that it can be held against another: a number, a date, a name.

Only plain forms say something here ("nearly 700,000", "May 24, 2023", "Gov. Ron DeSantis"); what is
told otherwise is not compared.
"""

from __future__ import annotations

import re

from msgspec import Struct, structs

from bot.answering.english.quantities import Day, Quantity, day, quantity

_TITLES = frozenset(
    """the mr mrs ms miss dr prof professor sir lady lord gov governor president vice sen senator
    rep representative congressman congresswoman judge justice minister chancellor king queen prince
    princess pope ceo chairman chairwoman""".split()
)
_WITHIN_NAMES = frozenset("of the de la von van der for in".split())


class Name(Struct, frozen=True):
    """A name by its words, without titles, in lower case."""

    words: frozenset[str]


Claim = Quantity | Day | Name


def claim(value: str) -> Claim | None:
    """What these words say, or None where that cannot be told."""
    return day(value) or quantity(value) or _name(value)


def same(first: Claim, second: Claim) -> bool | None:
    """Whether two say the same; None where they cannot be compared.

    A date that tells less agrees with one that tells more, and a name with a longer one that has
    all its words.
    """
    if isinstance(first, Day) and isinstance(second, Day):
        return _same_day(first, second)
    if isinstance(first, Quantity) and isinstance(second, Quantity):
        return first.worth == second.worth if first.sort == second.sort else None
    if isinstance(first, Name) and isinstance(second, Name):
        return first.words <= second.words or second.words <= first.words
    return None


def _same_day(first: Day, second: Day) -> bool | None:
    parts = [
        (part, other)
        for part, other in zip(structs.astuple(first), structs.astuple(second), strict=True)
        if part is not None or other is not None
    ]
    if any(part != other for part, other in parts if part is not None and other is not None):
        return False
    finer = all(part is not None for part, _ in parts) or all(
        other is not None for _, other in parts
    )
    return True if finer else None


def _name(value: str) -> Name | None:
    """The name that the words are; None where they are more, or several names."""
    words = re.sub(r"['’]s?$", "", value.strip(" .,“”\"'‘’")).split()
    if not words or re.search(r"[,;:]|\s(?:and|or|&)\s", value):
        return None
    if not all(word[0].isupper() or word.lower() in {*_WITHIN_NAMES, *_TITLES} for word in words):
        return None
    own = frozenset(word.lower().strip(".") for word in words) - _TITLES - _WITHIN_NAMES
    return Name(own) if own and any(word[0].isupper() for word in words) else None
