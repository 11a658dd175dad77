"""Words of a question that no article has, and that are near to words that articles have: they may
be typed wrong.

A word that is one is no typing error: what the model's table has as one token, or has in another
form ("boast" as "boasted"), and what is in quotation marks. Only in a question where another word
is typed wrong may it be meant for another, and only if the table has it in no other form, as names
are ("mayer", but not "feel"). Nor is a word one that differs as slips do not (english/slips.py). Of
a name of several words ("Elon Muks") the others decide: the articles must have the whole name as it
would be. Measured on misspelt questions and on questions asked of the articles of others:
tests/eval/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress

from msgspec import Struct

from bot.answering.english import mentions
from bot.answering.english.quotations import quotations
from bot.answering.english.slips import ANY, Slip, is_slip
from bot.answering.question import Question, understand
from embeddings.encoding.encoder import Encoder
from embeddings.index.search import Found, Hidden, Index, Near
from embeddings.index.stems import stem

SHORTEST = 4
"""Letters of a word that may be typed wrong: of shorter ones too many are near. A guess."""

SHORT = 5
"""Letters up to which a word with another letter in it is another word (musk, must); with one less,
so is one with a letter more or less (noes, notes). Measured."""

LONG = 9
"""Letters from which two edits are allowed, before the same ending. Measured: with 8 and any ending
"informatics" was "information"."""

SURE = 0.8
"""How sure it is that such a word was meant: an answer is as much less likely. A guess."""

_OF_A_NAME: frozenset[Slip] = frozenset({"swapped", "doubled", "left out"})
_OF_A_FULL_NAME: frozenset[Slip] = frozenset({"swapped", "doubled"})
"""What may have been typed wrong in a name: one that differs otherwise is another's as often, most
of all where the rest of it is the same (Otto Reisner, Otto Reiser). Choices."""

_CONTRACTED = r"(?i)(?:ha(?:ve|s|d)|is|are|was|were|do|does|did|could|should|would|wo|ca)nt"
"""What lacks its apostrophe."""
_ENDINGS = ("", "e", "s", "es", "ed", "ing", "er", "ers", "ion", "ions", "y", "ies", "ly", "al")
"""What a stem may have in English."""


class Corrected(Struct, frozen=True):
    """A question as it was probably meant, and the articles' words that are searched in it."""

    question: Question
    words: tuple[str, ...]


def corrected(
    question: Question,
    found: Found,
    index: Index,
    encoder: Encoder,
    *,
    hidden: Hidden | None = None,
) -> Corrected | None:
    """The question with the articles' words in place of those that may be typed wrong; None where
    there are none.

    Raises:
        IndexUnusable: the index is damaged.
    """
    text = question.text
    unknown = [*_unknown(question, found)]
    words = [text[start:end] for start, end in unknown]
    if not words:
        return None
    tokens, forms = _are_tokens(words, encoder), [_has_forms(word, encoder) for word in words]
    meant: dict[tuple[int, int], str] = {}

    def look_for(places: Iterable[tuple[int, int]], *, careful: bool) -> None:
        for start, end in places:
            edits = 2 if end - start >= LONG else 1
            near = index.near(question.query, text[start:end], edits, hidden=hidden)
            fitting = (own.word for own in near if _fits(text, start, end, own, careful=careful))
            if best := next(fitting, None):
                meant[start, end] = best

    wrong = (not (token or form) for token, form in zip(tokens, forms, strict=True))
    look_for(compress(unknown, wrong), careful=True)
    if not meant:
        return None
    names = (
        token and not form and word.islower()
        for word, token, form in zip(words, tokens, forms, strict=True)
    )
    look_for(compress(unknown, names), careful=False)
    for (start, end), word in sorted(meant.items(), reverse=True):
        text = text[:start] + word + text[end:]
    return Corrected(
        understand(text, encoder, question.query.articles_languages),
        tuple(word for _, word in sorted(meant.items())),
    )


def _unknown(question: Question, found: Found) -> Iterator[tuple[int, int]]:
    """The characters of each word that no article has, unless it is quoted."""
    quoted = quotations(question.text)
    for term, word in question.query.terms.items():
        plain = word.isalpha() and word[1:].islower() and not re.fullmatch(_CONTRACTED, word)
        if term in found.unknown and len(word) >= SHORTEST and plain:
            for match in re.finditer(rf"\b{word}\b", question.text):
                if not any(start <= match.start() < end for start, end in quoted):
                    yield match.span()


def _are_tokens(words: Sequence[str], encoder: Encoder) -> list[bool]:
    """Whether the model's table has each as one token."""
    whole = zip(words, encoder.tokens(words), strict=True)
    return [tokens.offsets == ((0, len(word)),) for word, tokens in whole]


def _has_forms(word: str, encoder: Encoder) -> bool:
    """Whether the table has another word with the same stem."""
    own = stem(word.lower())
    forms = {own + ending for ending in _ENDINGS if stem(own + ending) == own} - {word.lower()}
    return any(_are_tokens(sorted(forms), encoder))


def _fits(text: str, start: int, end: int, near: Near, *, careful: bool) -> bool:
    """Whether a word that is near can be the one that was meant."""
    typed, meant = text[start:end], near.word
    if start and typed[0].isupper() and not meant[0].isupper():
        return False
    name = next((own for own in mentions.find("name", text) if own.start <= start < own.end), None)
    if name is not None and " " in name.of(text):
        whole = text[name.start : start] + meant + text[end : name.end]
        if _in_order(whole) not in _in_order(near.passage):
            return False
        return is_slip(typed, meant, 1, _OF_A_FULL_NAME)
    swapped = sorted(typed.lower()) == sorted(meant.lower())
    if careful and not swapped and len(typed) < SHORT + (len(typed) == len(meant)):
        return False
    if meant[0].isupper():
        return is_slip(typed, meant, 1, _OF_A_NAME)
    same_ending = typed[-2:].lower() == meant[-2:].lower()
    return is_slip(typed, meant, near.edits if same_ending else 1, ANY)


def _in_order(text: str) -> str:
    """Its words, to be looked for in those of another."""
    return f" {' '.join(mentions.lower_words(text))} "
