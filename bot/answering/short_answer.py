"""The short answer inside the marked sentence, where one value alone can be it.

Precision comes first: a wrong short answer misleads more than none. So there is one only where
the question asks for a date or a number, and the sentence has exactly one of the sort that is
asked for: a time for "how late", a number of listeners for "how many listeners". Names were
tried, and were wrong too often. Measured on sentences that hold the answer: tests/eval/README.md.
"""

from __future__ import annotations

import re

from bot.answering.english import mentions
from bot.answering.english.answer_types import UNITS_OF_TIME, ordered, ordinals
from bot.answering.english.mentions import Mention
from bot.answering.english.quantities import ABOUT, BELOW, LONG_UNITS, SHORT_UNITS, quantity
from bot.answering.question import Question
from embeddings.index.stems import stems

ENOUGH = 0.75
"""Share of the question's information that a sentence must carry to hold a short answer.
Measured (tests/eval/README.md)."""

_COUNTED_WITHIN = 4
"""Words after a number in which the thing that is counted is named. A guess."""

_ABOUT = rf"(?i)\b(?:{ABOUT}|{BELOW})\s+$".replace(" ", r"\s+")
_UNIT = rf"(?i)[\s-]+(?:(?:{LONG_UNITS})(?:e?s)?|{SHORT_UNITS})(?:-old)?\b"
_DENIED = r"(?i)\b(?:not|never|neither|nor|without)\b|n['’]t\b"


def short_answer(question: Question, sentence: str) -> Mention | None:
    """Where the short answer stands in the sentence, or None where there is no telling.

    A number comes with what qualifies it and its unit: "nearly 700,000", "51-year-old".
    """
    values = candidates(question, sentence)
    if len(values) != 1 or re.search(_DENIED, sentence):
        return None
    if _is_of_another(question, sentence):
        return None
    whole = not _is_part(sentence, values[0])
    return values[0] if whole and _fits(question, sentence, values[0]) else None


def _is_of_another(question: Question, sentence: str) -> bool:
    """Whether one is about the first room, and the other about the second, or about the room."""
    if question.sought.ordinals:
        return question.sought.ordinals != ordinals(sentence)
    return not ordered(sentence).isdisjoint(question.query.terms)


def _is_part(sentence: str, value: Mention) -> bool:
    """Whether the value goes on beyond its span: $20m, 5½, 2023-05-24, -5, May 24-26."""
    after = re.match(
        r"\w|[½¼¾²³/]|[.:,–-]\d|\s*(?:hundred|thousand|million|billion)\b", sentence[value.end :]
    )
    before = re.search(r"(?:[\w/−]|[-–.:])$", sentence[: value.start])
    return bool(after or before)


def candidates(question: Question, sentence: str) -> list[Mention]:
    """The sentence's dates, or numbers of the sort asked for, that the question has not."""
    kind = question.sought.kind
    if kind not in ("date", "number"):
        return []
    values = [*mentions.new(kind, sentence, question.words)]
    if kind == "date":
        return values
    dates = [*mentions.find("date", sentence)]
    numbers = [
        _whole(sentence, value)
        for value in values
        if not any(date.start <= value.start < date.end for date in dates)
    ]
    return [number for number in numbers if _is_time(number.of(sentence)) == question.sought.time]


def _fits(question: Question, sentence: str, value: Mention) -> bool:
    """Whether a number is of the sort, and counts the thing, that the question asks for."""
    worth = quantity(value.of(sentence))
    sort = worth.sort if worth else ""
    sought = question.sought
    if sought.age:
        return sort.endswith("months")
    if sought.money and sort.endswith("count"):
        return False  # eleven, where a sum of money is asked for
    if not sought.counted or sought.counted & UNITS_OF_TIME:
        return True
    after = " ".join(mentions.lower_words(sentence[value.end :])[:_COUNTED_WITHIN])
    return not sought.counted.isdisjoint(stems(after))


def _is_time(value: str) -> bool:
    worth = quantity(value)
    return worth is not None and worth.sort.endswith(("time", "months"))


def _whole(sentence: str, number: Mention) -> Mention:
    before = re.search(_ABOUT, sentence[: number.start])
    after = re.match(_UNIT, sentence[number.end :])
    return Mention(
        before.start() if before else number.start, number.end + (after.end() if after else 0)
    )
