"""The short answer inside the marked sentence: what was read there, or the one value it can be.

Precision comes first: a wrong short answer misleads more than none. Where the passage was read, it
is the reader's best words, if their score is high enough: a name, a date, a number, a phrase, as
it comes. A yes or no, which the reader was not trained for, has none. Where nothing was read, there
is one only where the question asks for a date or a number, and the sentence has exactly one of the
sort that is asked for: a time for "how late", a number of listeners for "how many listeners".
tests/eval/README.md says how often either is right.
"""

from __future__ import annotations

import re

from bot.answering.english import mentions
from bot.answering.english.answer_types import UNITS_OF_TIME, ordered, ordinals
from bot.answering.english.claims import Claim, claim
from bot.answering.english.mentions import Mention
from bot.answering.english.quantities import (
    ABOUT,
    BELOW,
    LONG_UNITS,
    SHORT_UNITS,
    quantity,
)
from bot.answering.question import Question
from embeddings.index.stems import ages, stems

VALUES = ("date", "number")
"""What has a sort of its own, and not only words."""

ENOUGH = 0.75
"""Share of the question's information that a sentence must carry to hold a short answer.
Measured (tests/eval/README.md)."""

SURE = 9.0
"""The least score of the reader's words that are a short answer; where they are the date or number
of the sort that is asked for, it is enough that they are likelier than "it is not here". Measured:
one in ten of the former is wrong by the labels of wikipedia (tests/eval/README.md)."""

LONGEST = 0.7
"""Of a sentence: what is more of it is no short answer of its own. A guess."""

_MORE = 3
"""Times as long as the date or number in them are words that tell something else: "by far the
larger of the two" is no number. A guess."""

_COUNTED_WITHIN = 4
"""Words after a number in which the thing that is counted is named. A guess."""

_ABOUT = rf"(?i)\b(?:{ABOUT}|{BELOW})\s+$".replace(" ", r"\s+")
_UNIT = rf"(?i)[\s-]*(?:(?:{LONG_UNITS})(?:e?s)?|{SHORT_UNITS})(?:-old)?\b"
_A_TIME = rf"(?i)\b(?:(?:{ABOUT})\s+)?an?\s+(?:second|minute|hour|day|week|month|year|decade)\b"
_CLAUSE_ENDS = r"[;:]\s"
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


def is_sure(question: Question, sentence: str, short: Mention, score: float) -> bool:
    """Whether the reader's words are worth to be shown, by their score."""
    return score >= (0 if _is_told(question, sentence, short) else SURE)


def read_answer(question: Question, sentence: str, words: Mention) -> Mention | None:
    """What the reader's best words in the sentence make as a short answer, were they sure; None
    where they are none for such a question."""
    if question.sought.yes_or_no:
        return None
    value = _of_the_kind(question, sentence, words)
    if value is None:
        return None
    text = value.of(sentence)
    known = question.query.terms.keys() | question.words
    if known >= {*stems(text)} or known >= {*mentions.lower_words(text)}:
        return None
    if question.sought.kind == "name" and any(mentions.find("name", text)):
        return value if any(mentions.new("name", text, question.words)) else None
    return value


def claim_of(question: Question, sentence: str, short: Mention) -> Claim | None:
    """What a short answer says, so that it can be compared; None where that cannot be told."""
    values = values_of(question, sentence, short)
    if question.sought.kind == "date" or len(values) == 1:
        short = Mention(values[0].start, values[-1].end)
    return claim(short.of(sentence))


def is_alone(question: Question, sentence: str, short: Mention) -> bool:
    """Whether it is no number, or the only one in the sentence that it could be, and no count of a
    moment that the question does not name: it may be another's."""
    if question.sought.kind != "number":
        return True
    if question.sought.counted and not question.sought.time:
        moments = (
            quantity(date.of(sentence)) for date in mentions.new("date", sentence, question.words)
        )
        if any(moment and moment.sort == "clock" for moment in moments):
            return False
    values = _of_its_clauses(question, sentence, candidates(question, sentence))
    told = [value for value in values if _is_told(question, sentence, value)]
    own = {quantity(value.of(sentence)) for value in _within(short, told)}
    return bool(own) and own >= {quantity(value.of(sentence)) for value in told}


def _is_told(question: Question, sentence: str, short: Mention) -> bool:
    """Whether it is a date or number of the sort that is asked for; what a number counts may be
    told before it, where it ends the sentence."""
    if question.sought.kind not in VALUES:
        return False
    values = values_of(question, sentence, short)
    last = not mentions.lower_words(sentence[short.end :])
    counted = last and not question.sought.counted.isdisjoint(stems(sentence))
    return counted or any(_fits(question, sentence, value) for value in values)


def values_of(question: Question, sentence: str, short: Mention) -> list[Mention]:
    """The dates or numbers of the sort asked for in a short answer; itself, where it has none."""
    return _within(short, candidates(question, sentence)) or [short]


def _within(short: Mention, values: list[Mention]) -> list[Mention]:
    return [value for value in values if short.start <= value.start and value.end <= short.end]


def _of_the_kind(question: Question, sentence: str, words: Mention) -> Mention | None:
    """The reader's words with what is whole of a date or number in them; None where one is asked
    for, and they have none of the sort."""
    all_of_it = words.end - words.start > LONGEST * len(sentence)
    if question.sought.kind not in VALUES:
        return None if all_of_it else _trimmed(sentence, words)
    if _is_of_another(question, sentence):
        return None
    values = [*candidates(question, sentence)]
    if question.sought.time:
        values += [Mention(*match.span()) for match in re.finditer(_A_TIME, sentence)]
    own = [
        value
        for value in _of_its_clauses(question, sentence, values)
        if not re.search(_DENIED, sentence[: value.start])
    ]
    inside = [value for value in own if value.start < words.end and words.start < value.end]
    if all_of_it or (not inside and len(own) < len(values)):
        return own[0] if len(own) == 1 else None
    if not inside:
        return None
    start, end = min(value.start for value in inside), max(value.end for value in inside)
    words = _trimmed(sentence, words)
    beside = words.end - words.start > _MORE * (end - start)
    return None if beside else Mention(min(words.start, start), max(words.end, end))


def _of_its_clauses(question: Question, sentence: str, values: list[Mention]) -> list[Mention]:
    """Those values that stand in a clause with a name that the question has; where none does, all:
    "Al has 600 fans: Bo has 140."
    """
    named = []
    start = 0
    for end in [*(match.end() for match in re.finditer(_CLAUSE_ENDS, sentence)), len(sentence)]:
        if not question.names.isdisjoint(stems(sentence[start:end])):
            named += [value for value in values if start <= value.start < end]
        start = end
    return named or values


def _trimmed(sentence: str, words: Mention) -> Mention:
    """Without the marks at their end."""
    text = words.of(sentence)
    return Mention(words.start, words.start + len(text.rstrip(" .,;:!?")))


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
    if kind not in VALUES:
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
    return [
        number
        for number in numbers
        if (_is_time(number.of(sentence)) or (question.sought.age and _is_age(sentence, number)))
        == question.sought.time
    ]


def _fits(question: Question, sentence: str, value: Mention) -> bool:
    """Whether a number is of the sort, and counts the thing, that the question asks for."""
    worth = quantity(value.of(sentence))
    sort = worth.sort if worth else ""
    sought = question.sought
    if sought.age:
        return sort.endswith("months") or _is_age(sentence, value)
    if sought.money and sort.endswith("count"):
        return False  # eleven, where a sum of money is asked for
    if not sought.counted or sought.counted & UNITS_OF_TIME:
        return True
    after = " ".join(mentions.lower_words(sentence[value.end :])[:_COUNTED_WITHIN])
    return not sought.counted.isdisjoint(stems(after))


def _is_age(sentence: str, value: Mention) -> bool:
    """Whether a number without a unit is an age: "The captain, 61, was fined"."""
    return (value.start, value.end) in ages(sentence)


def _is_time(value: str) -> bool:
    worth = quantity(value)
    return worth is not None and worth.sort.endswith(("time", "months"))


def _whole(sentence: str, number: Mention) -> Mention:
    before = re.search(_ABOUT, sentence[: number.start])
    after = re.match(_UNIT, sentence[number.end :])
    return Mention(
        before.start() if before else number.start, number.end + (after.end() if after else 0)
    )
