"""What several articles say to one question: the same figure, or different ones.

Precision comes first: a wrong "these differ" is worse than none. Figures are compared only where
each stands in a passage that is likely to answer, is the short answer there (bot/short_answer.py),
and is of one sort with the others (minutes with hours, counts of the thing asked for, years with
years). Copies of a text are one voice. Measured on labelled questions: tests/eval/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from bot.place import Place

_SCALE = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_629_800,
    "year": 31_557_600,
    "decade": 315_576_000,
}
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORTH = {word: number for number, word in enumerate(_SMALL)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


class Figure(NamedTuple):
    """A value that can be compared: figures of one `sort` with the same `worth` are the same."""

    sort: str
    worth: float


class Voice(NamedTuple):
    """What one article says: the figure, and how it stands there."""

    figure: Figure
    value: str
    place: Place


def figure(value: str) -> Figure | None:
    """What a date or a number in words or digits is worth, or None where it cannot be told."""
    low = value.lower()
    if clock := re.fullmatch(r"(\d{1,2})(?::(\d\d))?\s*([ap])\.?m\.?", low):
        hour = int(clock[1]) % 12 + (12 if clock[3] == "p" else 0)
        return Figure("clock", hour * 60 + int(clock[2] or 0))
    if re.fullmatch(r"(?:1\d|20)\d\d", low):
        return Figure("year", int(low))
    if re.fullmatch(r"\w+day", low):
        return Figure("weekday", float(sum(map(ord, low))))
    month = re.search(rf"\b({'|'.join(_MONTHS)})", low)
    if month:
        numbers = [int(one) for one in re.findall(r"\d+", low)]
        at = _MONTHS.index(month[1]) + 1
        days = [one for one in numbers if one <= 31]
        return Figure("day", at * 100 + days[0]) if days else None
    return _number(low)


def _number(low: str) -> Figure | None:
    low = re.sub(r"\bhalf an?\b", "0.5", low)
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", low)
    words = re.findall(r"[a-z]+", low)
    if digits:
        worth = float(digits[0].replace(",", ""))
    else:
        worth = float(sum(_WORTH.get(word, 0) for word in words))
        if not worth and "zero" not in words:
            worth = float(any(word in _SCALE for word in words))
        if not worth and "zero" not in words:
            return None
    for word in words:
        worth *= _SCALE.get(word, 1)
    for unit, seconds in _SECONDS.items():
        if any(word.rstrip("s") == unit for word in words):
            return Figure("time", worth * seconds)
    if "%" in low or "percent" in low or "per cent" in low:
        return Figure("percent", worth)
    if money := re.search(r"[$€£]|\b(?:dollar|euro|pound)s?\b", low):
        return Figure(f"money {money[0].rstrip('s')}", worth)
    return Figure("count", worth)


def agree(voices: Iterable[Voice]) -> list[list[Voice]]:
    """The voices by what they say, the most first; empty where fewer than two articles speak,
    or where what they say is not of one sort.

    An article that says two things is not sure, and is left out.
    """
    said: dict[str, set[Figure]] = {}
    heard = list(voices)
    for one in heard:
        said.setdefault(one.place.source, set()).add(one.figure)
    sure: dict[str, Voice] = {}
    for one in heard:
        if len(said[one.place.source]) == 1:
            sure.setdefault(one.place.source, one)
    if len(sure) < 2 or len({one.figure.sort for one in sure.values()}) > 1:
        return []
    groups: dict[Figure, list[Voice]] = {}
    for one in sure.values():
        groups.setdefault(one.figure, []).append(one)
    return sorted(groups.values(), key=lambda group: -len(group))
