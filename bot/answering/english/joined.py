"""Two questions in one sentence: "When was it dug, and who dug it?"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from bot.answering.english.words import (
    AUXILIARY,
    BE,
    DEMONSTRATIVE,
    FUNCTION,
    PRONOUN,
    THING,
    VERB,
    WH,
    words_of,
)

_JOINT = (
    r"“[^”]{0,400}”|\"[^\"]{0,400}\"|(?P<mark>,(?= (?:and|but) )| ?;| /) (?:(?:and|but) )?"
    rf"(?=(?:{'|'.join(sorted(WH))})\b)"
)
"""What is quoted is passed over."""
_DETERMINER = DEMONSTRATIVE | {"a", "an", "the"}


def halves(sentence: str) -> Iterator[tuple[str, str]]:
    """A sentence cut behind each mark that a question of its own may follow, which has its question
    word and its verb; together they are all of it, but for a space."""
    for joint in re.finditer(_JOINT, sentence, re.I):
        if joint["mark"] and begins_a_question(sentence[joint.end() :]):
            first, second = sentence[: joint.end("mark")], sentence[joint.end("mark") :].strip()
            if not _is_of_the_answer(first, second):
                yield first, second


def _is_of_the_answer(first: str, second: str) -> bool:
    """Whether a pronoun may stand for what answers the first question, which no words of that can
    replace: "Which mill burnt, and when was it built?", but not "Who is Jon Holm, and when was he
    born?"."""
    pronouns = PRONOUN.intersection(word.low for word in words_of(second))
    words = [word.low for word in words_of(first)]
    word, verb = next(((own, next_) for own, next_ in pairwise(words) if own in WH), ("", ""))
    if verb in BE and (word == "what" or re.search(r"(?i)\bwho \w+ [\"“]?(?-i:[A-Z])", first)):
        return False
    if word in ("which", "what", "whose"):
        return bool(pronouns)
    return word in ("who", "whom") and bool(pronouns - THING)


def begins_a_question(text: str) -> bool:
    """Whether a text begins with a question word, and has its verb where a question has it: "who
    dug it", "how many men did", but not "why it was dug"."""
    first, second, *others = [*(word.low for word in words_of(text[:100])), "", ""]
    if first not in WH:
        return False
    if second in AUXILIARY or (first == "who" and second not in FUNCTION | {""}):
        return True
    if first == "what" and _is_verb(second):
        return True
    if first not in ("how", "what", "which", "whose") or second in PRONOUN | _DETERMINER:
        return False
    counted = first != "how" or second in ("many", "much", "few")
    return any(word in AUXILIARY or (counted and _is_verb(word)) for word in others[:3])


def _is_verb(word: str) -> bool:
    return word in VERB or word.endswith("ed")
