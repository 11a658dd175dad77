"""What stands round a number or a date in its sentence, and makes it another: "over" 300, 300 "a
year", "minus" 3, "before" May.

The patterns are a choice; what they do not know is taken to say nothing.
"""

from __future__ import annotations

import re

from msgspec import Struct

from bot.answering.english.claims import Claim, Name
from bot.answering.english.quantities import ABOUT, BELOW, Day

_ABOVE = r"over|above|more than|at least|upwards of|exceeding|in excess of|no (?:fewer|less) than"
_BENEATH = rf"{BELOW}|below|nearly|almost|approaching|(?:no|not) more than|close to"
_FILLER = r"(?:\s*(?:the|a|an|about|some|around|roughly|just|us|[$€£]))*\s*$"
"""May stand between such words and their number."""
_BEHIND = (
    r"(?:\s+\w+)?(?P<above>\s?\+|\s+(?:or (?:more|over|above)|at least)\b)"
    r"|(?:\s+\w+)?\s+(?:or (?:less|fewer|under)|at most)\b"
)
_MINUS = r"(?:(?<![\w.,])[-−–]\s?[$€£]?|\b(?:minus|negative)\s?[$€£]?)$"
_BELOW_ZERO = r"\s*(?:degrees\s)?(?:celsius\s|fahrenheit\s)?below (?:zero|freezing)\b"
_PERIOD = "second|minute|hour|day|night|week|month|season|quarter|year|head|person"
_RATE = (
    rf"\b(?:per|each|every) (?P<period>{_PERIOD})\b"
    r"|\b(?P<adverb>hourly|daily|weekly|monthly|quarterly|yearly|annual)(?:ly)?\b"
)
_RATE_BEHIND = rf"(?:\s\w+){{0,2}}(?:\s?/\s?|\san? )(?P<period>{_PERIOD})\b"
_PERIODS = {"daily": "day", "yearly": "year", "annual": "year"}
_PARTS = {
    "before": "before|by|until|till|up to|prior to|ahead of|no later than",
    "after": "after|since|from|following|past",
    "end": r"end|close|late(?!\s+(?:on|at)\b)",
    "start": r"start|beginning|early(?!\s+(?:on|at)\b)",
    "middle": "middle|mid",
}
_BEFORE_DATES = rf"(?:\b(?:{'|'.join(_PARTS.values())}|the|of|in|on|at|about|around)\b[\s-]*)+$"
_QUALIFIED = rf"(?:(?:{ABOUT}|{BELOW})\s)*"
_DATES = ("clock", "year", "day", "date", "weekday")
"""Sorts of a quantity that are moments."""


class Told(Struct, frozen=True):
    """How a number or a date is told in its sentence.

    Attributes:
        bound: of a number: -1 where less is meant, 1 where more is, 0 where neither.
        below_zero: of a number.
        periods: of a number, those that it is told of: "300 a day".
        parts: of a date, what of it, or on which side: the keys of `_PARTS`.
    """

    bound: int = 0
    below_zero: bool = False
    periods: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()


def told(claim: Claim, sentence: str, start: int, end: int) -> Told:
    """How a claim is told that stands at [start, end) of its sentence."""
    before, value, after = (
        re.sub(r"\s", " ", part.lower())
        for part in (sentence[:start], sentence[start:end], sentence[end:])
    )
    if isinstance(claim, Name):
        return Told()
    if isinstance(claim, Day) or claim.sort in _DATES:
        near = re.search(_BEFORE_DATES, before)
        own = near[0] if near else ""
        forms = _PARTS.items()
        return Told(
            parts=frozenset(part for part, way in forms if re.search(rf"\b(?:{way})\b", own))
        )
    lead = re.match(_QUALIFIED, value)
    before += lead[0] if lead else ""
    return Told(
        bound=_bound(before, after),
        below_zero=bool(re.search(_MINUS, before) or re.match(_BELOW_ZERO, after)),
        periods=_periods(f"{before}{value}{after}", after),
    )


def _bound(before: str, after: str) -> int:
    behind = re.match(_BEHIND, after)
    if behind:
        return 1 if behind["above"] else -1
    if re.search(rf"\b(?:{_BENEATH}){_FILLER}", before):
        return -1
    return 1 if re.search(rf"\b(?:{_ABOVE}){_FILLER}", before) else 0


def _periods(sentence: str, after: str) -> frozenset[str]:
    behind = re.match(_RATE_BEHIND, after)
    named = {behind["period"]} if behind else set[str]()
    for rate in re.finditer(_RATE, sentence):
        named.add(rate["period"] or _PERIODS.get(rate["adverb"], rate["adverb"].removesuffix("ly")))
    return frozenset(named)


def told_alike(first: Told, second: Told, *, same: bool) -> bool:
    """Whether two can be held against each other, as they are told; `same`: whether they have one
    value. Over 300 and nearly 300 cannot; over 300 and nearly 400 can."""
    opposed = same and first.bound * second.bound < 0
    return not opposed and (first.below_zero, first.periods, first.parts) == (
        second.below_zero,
        second.periods,
        second.parts,
    )
