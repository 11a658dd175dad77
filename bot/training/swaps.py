"""A question made into one that its passage does not answer, by changing one thing it asks.

Four kinds, after Rajpurkar et al. 2018 (arXiv:1806.03822, table 1), who let people write such
questions: another name, another number or date, an antonym, a negation. A change is kept only
where the passage gives no ground for it: the new number or day stands nowhere in it, the new
name not in the answer's sentence.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

_WORD = r"[A-Z](?:\.(?=\s[A-Z])|[\w’'-]*)"
_NAME = re.compile(rf"\b{_WORD}(?: (?:(?:of|the|de|von|van) )?{_WORD})*")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?![\w.,]*\d)")
_QUESTION_WORDS = frozenset(
    "What When Where Who Whom Whose Which Why How In On At For From To By With During After Before"
    " Is Are Was Were Did Do Does Has Have Had Can Could The A An I It".split()
)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_CALENDAR = frozenset(_DAYS + _MONTHS)
_ANTONYMS = (
    "first last|largest smallest|biggest smallest|highest lowest|most least|more less|before after"
    "|increase decrease|increased decreased|won lost|win lose|oldest youngest|older younger"
    "|earliest latest|early late|north south|northern southern|east west|eastern western"
    "|longest shortest|best worst|begin end|began ended|start stop|started stopped|high low|male"
    " female|positive negative|major minor|maximum minimum|above below|upper lower|inside outside"
    "|buy sell|bought sold|strong weak|allowed forbidden|accepted rejected|agree disagree|agreed"
    " disagreed|support oppose|supported opposed|rise fall|rose fell|gain lose|gained lost|open"
    " close|opened closed|old new|large small|common rare|internal external|left right|public"
    " private|rich poor|hot cold|fast slow|success failure|joined left|arrived departed|friends"
    " enemies|same different|always never|liked disliked|praised criticised|father mother|son"
    " daughter|husband wife|brother sister|king queen|winner loser|accept refuse|above under"
)
_OPPOSITE = {
    word: other
    for pair in _ANTONYMS.split("|")
    for word, other in (pair.split(), pair.split()[::-1])
}
_NEGATED = {
    "did": "didn't", "does": "doesn't", "do": "don't", "was": "wasn't", "were": "weren't",
    "is": "isn't", "are": "aren't", "has": "hasn't", "have": "haven't", "had": "hadn't",
    "can": "can't", "could": "couldn't", "will": "won't", "would": "wouldn't",
}  # fmt: skip
_AFTER_OTHERS = frozenset({"do", "have", "has", "had"})
_OTHERS = frozenset("do does did can could will would may might must should shall to not".split())

_FURTHEST = 30
"""How far another number lies from the asked one at the most. A guess: near ones are harder."""

NEGATED = 0.3
"""Share of questions that are also negated. A guess: nearly all can be, and a reader that has
seen too many takes "n't" alone for a no."""


class Swap(Struct, frozen=True):
    """A question that the passage does not answer; `kind`: name, number, antonym, negation."""

    kind: str
    question: str


def names(text: str) -> list[str]:
    """Runs of capitalised words but those that only begin a sentence or a question."""
    kept = []
    for match in _NAME.finditer(text):
        words = re.sub(r"['’]s?$", "", match.group()).split()
        while words and words[0] in _QUESTION_WORDS:
            del words[0]
        opens = match.start() == 0 or text[: match.start()].rstrip()[-1:] in {".", "?", "!"}
        if words and not (opens and len(words) == 1) and words[0] not in _CALENDAR:
            kept.append(" ".join(words))
    return kept


def swaps(
    question: str, passage: str, sentence: str, others: Sequence[str], chance: random.Random
) -> list[Swap]:
    """At most one of each kind, two of names: from the passage, and from elsewhere.

    Args:
        sentence: the passage's sentence(s) that answer the question.
        others: names of other passages of the same kind.
    """
    made = [
        *_other_names(question, passage, sentence, others, chance),
        *_other_numbers(question, passage, chance),
        *_antonyms(question),
        *(_negations(question) if chance.random() < NEGATED else ()),
    ]
    return [swap for swap in made if swap.question.lower() != question.lower()]


def _other_names(
    question: str, passage: str, sentence: str, others: Sequence[str], chance: random.Random
) -> Iterator[Swap]:
    asked = names(question)
    if not asked:
        return
    name = chance.choice(asked)
    taken = set(_words(question + " " + sentence))
    here = [own for own in names(passage) if not taken & set(_words(own))]
    present = set(_words(passage)) | taken
    elsewhere = [own for own in others if not present & set(_words(own))]
    for pool in (here, elsewhere):
        alike = [own for own in pool if _looks(own) == _looks(name)] or pool
        if alike:
            yield Swap("name", question.replace(name, chance.choice(alike)))


def _looks(name: str) -> tuple[int, bool]:
    return len(name.split()), name.isupper()


def _other_numbers(question: str, passage: str, chance: random.Random) -> Iterator[Swap]:
    taken = set(_words(passage + " " + question))
    places: list[tuple[str, list[str]]] = [
        (match.group(), _near(match.group())) for match in _NUMBER.finditer(question)
    ]
    for calendar in (_DAYS, _MONTHS):
        places += [(word, calendar) for word in calendar if re.search(rf"\b{word}\b", question)]
    if places:
        old, candidates = chance.choice(places)
        free = [new for new in candidates if new.lower() not in taken]
        if free:
            new = chance.choice(free)
            yield Swap("number", re.sub(rf"\b{re.escape(old)}\b", new, question, count=1))


def _near(number: str) -> list[str]:
    value = int(number[:9])
    reach = min(_FURTHEST, max(3, value))
    return [str(value + step) for step in range(-reach, reach + 1) if step and value + step > 0]


def _antonyms(question: str) -> Iterator[Swap]:
    for match in re.finditer(r"\b[a-z]+\b", question):
        if match.group() in _OPPOSITE:
            opposite = _OPPOSITE[match.group()]
            yield Swap("antonym", question[: match.start()] + opposite + question[match.end() :])
            return


def _negations(question: str) -> Iterator[Swap]:
    if re.search(r"n't\b|\bnot\b|\bnever\b", question):
        return
    for match in re.finditer(r"\b[a-z]+\b", question):
        if match.group() in _NEGATED:
            before = {word.lower() for word in question[: match.start()].split()}
            if match.group() in _AFTER_OTHERS and before & _OTHERS:
                return  # "must it have": a verb of its own
            negated = _NEGATED[match.group()]
            yield Swap("negation", question[: match.start()] + negated + question[match.end() :])
            return


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
