"""A bare question ("And when?", "How many?", "Who said that?") → the whole question that it is.

It asks the previous question once more, for something else: a question word takes the place of the
one that was asked (Who was interviewed? Where? → Where was someone interviewed?), or stands before
what had none (Did it crash? Why? → Why did it crash?). So what is searched asks for one thing, the
time, the reason or the place, and a passage that answers only the previous question does not
answer it. Who said that? asks for the speaker of the words that were marked.

Patterns, not a parser: where the previous question has another form, nothing is said here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from bot.answering.english.quotations import quotations
from bot.answering.english.words import (
    AUXILIARY,
    BE,
    CLAUSE,
    DEMONSTRATIVE,
    MORE,
    PREPOSITION,
    PRONOUN,
    VERB,
    WH,
    Word,
    words_of,
)

LONGEST_QUOTATION = 160
"""Characters of the marked words that are searched for their speaker. A guess."""

_LEAST_QUOTATION = 8
"""Characters that words in quotation marks have at the least to be what "that" stands for. A
guess: shorter ones are a word that is held at a distance."""

_MEASURE = frozenset("many much few old long far big large tall high deep soon late often".split())
_QUOTATION_MARKS = " \u00a0\u202f\"'“”„«»‘’「」"
_BARE = _MEASURE | {"exactly", "not", "time", "times", "one", "ones"}
"""Words without a subject of their own that may stand in a bare question: how late, which one."""
_UNSURE = AUXILIARY | DEMONSTRATIVE | MORE | frozenset("not one ones so what which".split())
"""What these are to the previous question cannot be told: Was it late? Why not? Which one?"""

_OPENING = ("and", "but", "so", "or", "then", "ok", "okay")
_SOMEONE = frozenset("anyone anybody someone somebody anything something".split())
_SAYING = frozenset(
    """say says said claim claims claimed tell tells told tweet tweeted write wrote report reported
    posted""".split()
)
_THAT = DEMONSTRATIVE | {"so", "it"}
_WHOSE_WORDS = (
    r"(?:(?:and|but|so) )?(?:says who|who (?:says|said)|according to (?:who|whom)|whose words"
    r"(?: are (?:these|those|they))?)"
)
_COUNTS = ("many", "much", "few")
_DROPPED = frozenset("many much few time times often long soon".split())
_ARTICLES = ("the", "a", "an")
_SUBJECTS = frozenset(
    "the a an this that these those any all his her its their my our your".split()
)
_SUBJECTS |= PRONOUN | {"i", "you", "we", "there"}
_UNTOLD = {"who": "someone", "whom": "someone", "what": "something"}


def is_bare(body: Sequence[Word]) -> bool:
    """Whether these words, without "and" before them, are a question word and little else."""
    if not body or len(body) > 3:
        return False
    after = body[0].low in PREPOSITION and len(body) > 1 and body[1].low in WH  # for how much
    if not after and WH.isdisjoint((body[0].low, body[-1].low)):
        return False
    return all(not word.content or word.low in _BARE for word in body)


def is_bare_question(question: str) -> bool:
    """Whether a question, "and" before it or not, is a bare one."""
    return is_bare(without_opening(words_of(question)))


def without_opening(words: Iterable[Word]) -> list[Word]:
    """Words without "and", "ok, so" before them, and without marks."""
    body = [word for word in words if word.solid]
    while len(body) > 1 and body[0].low in _OPENING:
        body = body[1:]
    return body


def asked_again(asks: str, before: str, who: str | None = None) -> str | None:
    """The previous question, asked for something else; None where it has another form.

    Args:
        asks: a bare question without "and" before it and mark behind: "by whom".
        who: who was named in answer to it, where it asked for somebody.
    """
    words = [word for word in words_of(before) if word.text not in "?!." and word.low != "exactly"]
    if len(words) > 2 and words[0].low in PREPOSITION and words[1].low in WH:
        words = words[1:]  # By whom was he interviewed?
    # Who's, In which year, if any: not taken apart
    if len(words) < 2 or any(word.text[:1] in ("'", "’", ",") for word in words[:4]):
        return None
    wanted = asks.lower().split()
    if (not _UNSURE.isdisjoint(wanted) and "time" not in wanted) or wanted == ["how", "many"]:
        return None
    if words[0].low in AUXILIARY:
        someone = words[1].low in _SOMEONE and wanted == ["who"]
        rest = [words[0], *words[2:]] if someone else words
        return _put(asks, "", rest, wanted)
    if words[0].low in WH:
        return _exchanged(asks, words, wanted, who)
    return None


def about_words(
    question: str, words: Iterable[Word], marked: str, substituted: Callable[[str], str | None]
) -> str | None:
    """A question about words that were said, with the marked ones in place of "that"; None where
    it is another.

    Args:
        substituted: what comes before "that" → the same without its pronouns, or None.
    """
    body = without_opening(words)
    lows = [word.low for word in body]
    if re.fullmatch(_WHOSE_WORDS, " ".join(lows)):
        return f"Who said {quoted(marked)}?"
    if len(body) < 3 or lows[-1] not in _THAT or lows[-2] not in _SAYING:
        return None
    head = question[body[0].start : body[-1].start].rstrip()
    head = substituted(head) or head
    if lows[0] == "who" and len(body) == 3:
        head = "Who said"
    return f"{head[:1].upper()}{head[1:]} {quoted(marked)}?"


def is_of_speaker(searched: str) -> bool:
    """Whether a question is one for the speaker of some words (`about_words`): what stands in
    these is not what was asked about."""
    return searched.startswith("Who said “")


def quoted(marked: str) -> str:
    """The longest quotation in the marked words, or all of them, between quotation marks."""
    inside = [marked[start:end].strip(_QUOTATION_MARKS) for start, end in quotations(marked)]
    words = max((each for each in inside if len(each) >= _LEAST_QUOTATION), key=len, default=marked)
    words = " ".join(re.sub(r"[“”\"]", "", words).split())
    if len(words) > LONGEST_QUOTATION:
        words = words[:LONGEST_QUOTATION].rsplit(" ", 1)[0]
    return f"“{words.rstrip(' ,.;:–—-')}”"


def _exchanged(asks: str, words: list[Word], wanted: list[str], who: str | None) -> str:
    """The previous question with another question word."""
    main = next((at for at, word in enumerate(words) if word.low in AUXILIARY), 0)
    phrase = words[1:main]
    closed = not any(
        word.low in VERB | CLAUSE | WH | PREPOSITION or word.low.endswith("ed") for word in phrase
    )
    if not main or not closed or (phrase and words[0].low in ("who", "where", "when", "why")):
        subject, rest = _subject(words, _noun_end(words), who)
        return f"{_capital(asks)} was it that {subject} {_text(rest)}?"
    follows = words[main + 1 :]
    if _is_subject(words, main, follows):
        subject, _ = _subject(words, main, who)
        return _put(asks, subject, words[main:], wanted)
    left = [word for word in phrase if word.low not in _DROPPED]
    again = _put(asks, "", [*words[main:], *left], wanted)
    lost = not left and words[-1].low in PREPOSITION  # What did he joke about? Where?
    return f"{again[:-1]} it?" if lost else again


def _is_subject(words: list[Word], main: int, follows: list[Word]) -> bool:
    """Whether the question word is what does it (Who was fired?), and not Whom did he fire?"""
    if not follows or words[main].low in ("do", "does", "did", "don't", "doesn't", "didn't"):
        return False
    if words[0].low in ("where", "when", "why") or (words[0].low == "how" and main == 1):
        return False
    first, asks = follows[0], words[0].low
    if asks == "how" and words[1].low not in _COUNTS:
        return False
    if asks == "what" and main == 1:
        return first.low in VERB | BE or first.low.endswith(("ed", "ing"))
    is_a = asks == "who" and words[main].low in BE and first.low in _ARTICLES
    return is_a or not (first.named or first.low in _SUBJECTS)


def _noun_end(words: list[Word]) -> int:
    """Where the words end that are asked for: How many people | watched it?"""
    asks = words[0].low
    if asks in ("which", "whose") or (asks == "how" and words[1].low in _COUNTS):
        return min(3 if asks == "how" else 2, len(words) - 1)
    return 1


def _subject(words: list[Word], end: int, who: str | None) -> tuple[str, list[Word]]:
    """What is said in the place of the words that asked, and the words after them."""
    phrase = [word for word in words[1:end] if word.low not in _DROPPED]
    if not phrase and who and words[0].low == "who":
        return who, words[end:]
    if not phrase:
        return _UNTOLD.get(words[0].low, "it"), words[end:]
    the = "" if words[0].low == "how" else "the "
    return the + _text(phrase), words[end:]


def _put(asks: str, subject: str, rest: Sequence[Word], wanted: list[str]) -> str:
    """Question word, auxiliary, subject, and the rest but for what is asked for."""
    kept = [word for word in rest[1:] if word.low not in _MEASURE.intersection(wanted)]
    parts = (_capital(asks), rest[0].low, subject, _text(kept))
    return " ".join(part for part in parts if part) + "?"


def _text(words: Iterable[Word]) -> str:
    """The words as they stand, with the marks between them."""
    text, end = "", None
    for word in words:
        text += (" " if end is not None and word.start != end else "") + word.text
        end = word.end
    return text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:].lower()
