"""The short answer inside the marked sentence, where one value alone can be it.

Precision comes first: a wrong short answer misleads more than none. So there is one only where
the question asks for a date or a number (bot/question.py), and the sentence has exactly one of
the sort that is asked for: a time for "how late", a number of listeners for "how many listeners".
Names were tried, and were wrong too often. Measured on sentences that hold the answer:
tests/eval/README.md.
"""

from __future__ import annotations

import re

from bot.answering.english import mentions
from bot.answering.english.answer_types import asks_for
from bot.answering.english.mentions import Span
from bot.answering.english.quantities import ABOUT, BELOW, LONG_UNITS, SHORT_UNITS, figure
from embeddings.index.words import FUNCTION_WORDS, stems

ENOUGH = 0.75
"""Share of the question's information that a sentence must carry to hold a short answer."""

_COUNTED = 4
"""Words after a number in which the thing that is counted is named."""

_ABOUT = rf"(?i)\b(?:{ABOUT}|{BELOW})\s+$".replace(" ", r"\s+")
_UNIT = rf"(?i)[\s-]+(?:(?:{LONG_UNITS})(?:e?s)?|{SHORT_UNITS})(?:-old)?\b"
_AGE = r"(?i)\bhow\s+old\b|\b(?:what|which)\b.*\bage\b"
_DURATION = rf"{_AGE}|\bhow\s+(?:long|late|early)\b"
_HOW_MUCH = r"(?i)\bhow\s+much\b"
_HOW_MANY = r"(?i)\b(?:how\s+many|(?:the|what)\s+number\s+of)\s+((?:[\w'’-]+\s*){1,3})"
_ORDINAL = r"(?i)\b(?:first|second|third|fourth|last|next|previous|former|latter)\b"
_UNITS_OF_TIME = frozenset("second minut hour day week month year decad".split())
"""Stems."""
_DENIED = r"(?i)\b(?:not|never|neither|nor|without)\b|n['’]t\b"


def short_answer(question: str, sentence: str) -> Span | None:
    """Where the short answer stands in the sentence, or None where there is no telling.

    A number comes with what qualifies it and its unit: "nearly 700,000", "51-year-old".
    """
    found = candidates(question, sentence)
    if len(found) != 1 or re.search(_DENIED, sentence):
        return None
    if _is_of_another(question, sentence):
        return None
    whole = not _is_part(sentence, found[0])
    return found[0] if whole and _fits(question, sentence, found[0]) else None


def _is_of_another(question: str, sentence: str) -> bool:
    """Whether one is about the first room, and the other about the second, or about the room."""
    ordinals = {*_lower(_ORDINAL, question)}
    if ordinals:
        return ordinals != {*_lower(_ORDINAL, sentence)}
    counted = stems(" ".join(re.findall(rf"{_ORDINAL}\s+(\w+)", sentence)))
    return not set(counted).isdisjoint(stems(question, FUNCTION_WORDS))


def _is_part(sentence: str, value: Span) -> bool:
    """Whether the value goes on beyond its span: $20m, 5½, 2023-05-24, -5, May 24-26."""
    after = re.match(
        r"\w|[½¼¾²³/]|[.:,–-]\d|\s*(?:hundred|thousand|million|billion)\b", sentence[value.end :]
    )
    before = re.search(r"(?:[\w/−]|[-–.:])$", sentence[: value.start])
    return bool(after or before)


def candidates(question: str, sentence: str) -> list[Span]:
    """The sentence's dates, or numbers of the sort asked for, that the question has not."""
    kind = asks_for(question)
    if kind not in ("date", "number"):
        return []
    spans = [*mentions.new(kind, sentence, set(mentions.words_of(question)))]
    if kind == "date":
        return spans
    dates = [*mentions.find("date", sentence)]
    numbers = [
        _whole(sentence, one) for one in spans if not any(s <= one.start < e for s, e in dates)
    ]
    timed = bool(re.search(_DURATION, question) or _things(question) & _UNITS_OF_TIME)
    return [one for one in numbers if _is_time(sentence[slice(*one)]) == timed]


def _fits(question: str, sentence: str, value: Span) -> bool:
    """Whether a number is of the sort, and counts the thing, that the question asks for."""
    worth = figure(sentence[slice(*value)])
    sort = worth.sort if worth else ""
    if re.search(_AGE, question):
        return sort.endswith("months")
    if re.search(_HOW_MUCH, question) and sort.endswith("count"):
        return False  # eleven, where a sum of money is asked for
    things = _things(question)
    if not things or things & _UNITS_OF_TIME:
        return True
    after = " ".join(mentions.words_of(sentence[value.end :])[:_COUNTED])
    return bool(things & set(stems(after)))


def _things(question: str) -> set[str]:
    asked = re.search(_HOW_MANY, question)
    return set(stems(asked[1])) - set(stems(" ".join(FUNCTION_WORDS))) if asked else set()


def _is_time(value: str) -> bool:
    worth = figure(value)
    return worth is not None and worth.sort.endswith(("time", "months"))


def _whole(sentence: str, number: Span) -> Span:
    before = re.search(_ABOUT, sentence[: number.start])
    after = re.match(_UNIT, sentence[number.end :])
    return Span(
        before.start() if before else number.start, number.end + (after.end() if after else 0)
    )


def _lower(pattern: str, text: str) -> list[str]:
    return [one.lower() for one in re.findall(pattern, text)]
