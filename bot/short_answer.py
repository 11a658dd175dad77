"""The short answer inside the marked sentence, where one value alone can be it.

Precision comes first: a wrong short answer misleads more than none. So there is one only where
the question asks for a date or a number (bot/question.py), and the sentence has one that the
question has not, or one that stands by what was counted. Names were tried, and were wrong too
often. Measured on sentences that hold the answer: tests/eval/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot import values
from bot.question import asks_for
from bot.values import Kind, Span
from embeddings.words import FUNCTION_WORDS, stems

_COUNTED = 4
"""Words after a number in which the thing that is counted is named."""

_ABOUT = (
    r"(?i)\b(?:about|almost|approximately|around|at\s+least|at\s+most|fewer\s+than|just\s+over"
    r"|just\s+under|less\s+than|more\s+than|nearly|over|roughly|some|under|up\s+to)\s+$"
)
_UNIT = (
    r"(?i)[\s-]+(?:(?:second|minute|hour|day|week|month|year|decade|mile|kilomet(?:er|re)|met(?:er"
    r"|re)|inch|foot|feet|pound|dollar|euro|degree|ton|acre)(?:e?s)?|km|kg|ft)(?:-old)?\b"
)


def short_answer(question: str, sentence: str) -> Span | None:
    """Where the short answer stands in the sentence, or None where there is no telling.

    A number comes with what qualifies it and its unit: "nearly 700,000", "51-year-old".
    """
    kind = asks_for(question)
    if kind not in ("date", "number"):
        return None
    found = _new(kind, question, sentence)
    if kind == "number":
        found = _counted(question, sentence, found) or found
    if len(found) != 1:
        return None
    return _whole(sentence, found[0]) if kind == "number" else found[0]


def _new(kind: Kind, question: str, sentence: str) -> list[Span]:
    """The sentence's values of this kind that the question does not have itself. The numbers of
    a date are none."""
    own = set(_words(question))
    found = [
        one for one in values.find(kind, sentence) if not own >= set(_words(sentence[slice(*one)]))
    ]
    if kind == "number":
        dates = [*values.find("date", sentence)]
        found = [one for one in found if not any(s <= one.start < e for s, e in dates)]
    return found


def _counted(question: str, sentence: str, numbers: Sequence[Span]) -> list[Span]:
    """The numbers that are followed by what the question asks the number of."""
    asked = re.search(r"(?i)\bhow (?:many|much)\s+((?:[\w'’-]+\s*){1,3})", question)
    if asked is None:
        return []
    things = set(stems(asked[1])) - set(stems(" ".join(FUNCTION_WORDS)))
    return [
        one
        for one in numbers
        if things & set(stems(" ".join(_words(sentence[one.end :])[:_COUNTED])))
    ]


def _whole(sentence: str, number: Span) -> Span:
    before = re.search(_ABOUT, sentence[: number.start])
    after = re.match(_UNIT, sentence[number.end :])
    return Span(
        before.start() if before else number.start, number.end + (after.end() if after else 0)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
