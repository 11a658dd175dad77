"""A pronoun in a question: what it may stand for, and whether that is in the question itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.answering.english.noun_phrases import Phrase
from bot.answering.english.words import (
    AUXILIARY,
    BE,
    CLAUSE,
    GROUP,
    MALE,
    MEN,
    PERSON,
    PLURAL,
    PREPOSITION,
    PRONOUN,
    THING,
    WH,
    WOMEN,
    Word,
    expletive,
    superlative,
)

_WHOLE = 4
"""Words of its own from which a question with an impersonal "they" may be whole. Measured: with
3, three sets lose."""
_POSSESSIVE = frozenset("his hers its their theirs".split())


def agrees(phrase: Phrase, pronoun: str) -> bool:
    """Whether the pronoun may stand for the phrase."""
    if pronoun in PERSON:
        wrong = WOMEN if pronoun in MALE else MEN
        return phrase.person >= (0 if phrase.named else 3) and phrase.key.split()[0] not in wrong
    return pronoun not in THING or phrase.person < 2


def owns(words: list[Word], at: int) -> bool:
    """Whether the pronoun is a possessive; "her" is where a noun follows."""
    follows = words[at + 1 : at + 2]
    her = words[at].low == "her" and any(word.content for word in follows)
    return her or words[at].low in _POSSESSIVE


def stands_alone(words: list[Word], at: int, own: Sequence[Phrase]) -> bool:
    """Whether a question needs nothing from before for its pronoun at words[at].

    Args:
        own: the phrases of the question.
    """
    if expletive(words, at) or _impersonal(words, at):
        return True
    return _bound(words, at, own) or _says_which(words, at)


def _impersonal(words: list[Word], at: int) -> bool:
    """Whether "they" are people at large: When do they throw fish at Pike Place Market?"""
    asks = words[at].low == "they" and at and words[at - 1].low in AUXILIARY
    return bool(asks) and sum(word.content for word in words) >= _WHOLE


def _says_which(words: list[Word], at: int) -> bool:
    """Whether the question itself says which thing it is: Was it the biggest room ever? Who said
    that it was the biggest room ever?"""
    before, after = words[at - 1].low if at else "", words[at + 1 :]
    if before not in BE and after and after[0].low in BE:
        after = after[1:]
    elif before not in BE:
        return False
    if not after or after[0].low not in ("the", "a", "an"):
        return False
    end = next((n for n, word in enumerate(after[1:], 1) if word.low in PREPOSITION), len(after))
    phrase = after[1:end]
    which = next((n for n, word in enumerate(phrase) if superlative(word.low)), None)
    return which is not None and any(word.content for word in phrase[which + 1 :])


def _bound(words: list[Word], at: int, own: Iterable[Phrase]) -> bool:
    """Whether the pronoun's antecedent is in its own question: in an earlier clause, or for a
    possessive in the same one (principles A and B of Chomsky 1981)."""
    main = next((n for n, word in enumerate(words[:at]) if word.low in AUXILIARY), -1)
    low, clause, follows = words[at].low, -1, words[at + 1 : at + 2]
    for n in range(1, at):
        links = words[n].low in ("and", "or") and words[n + 1].low not in WH | AUXILIARY | PRONOUN
        if words[n].text in ",;:—–(" or (words[n].low in CLAUSE | WH and not links):
            clause = n
    owned = owns(words, at)
    if owned and words[0].low == "who" and main < 0:
        return True  # Who lost his account?
    subject = low in ("he", "she", "they") or (follows and follows[0].low in AUXILIARY)
    before = words[at - 1].low if at else "did"
    if before not in AUXILIARY and (subject or before in CLAUSE | {"as", "after", "before"}):
        clause = at  # it begins one that has no mark: Did Musk say he …?
    return any(
        phrase.last <= clause or (owned and main < phrase.first < at)
        for phrase in own
        if phrase.last <= at and (phrase.named or low not in PLURAL or _are_several(phrase, words))
        if agrees(phrase, low) and (low not in THING or not phrase.plural or _is_group(phrase))
    )


def _are_several(phrase: Phrase, words: list[Word]) -> bool:
    """Whether it is a plural, be it before a verb that is taken for a part of it: Which candidates
    lost their seats?"""
    return phrase.plural or any(w.low.endswith("s") for w in words[phrase.first : phrase.last - 1])


def _is_group(phrase: Phrase) -> bool:
    """Whether it may be "it" or "they": the company."""
    return phrase.key.rsplit(" ", 1)[-1] in GROUP
