"""What several articles say to one question: the same figure, or different ones.

Precision comes first: a wrong "these differ" is worse than none. Figures are compared only where
each stands in a passage that is itself likely enough to answer, is the short answer there
(short_answer.py), and is of one sort with the others (minutes with hours, counts of the thing
asked for, years with years). Where one such passage has only other figures, and none of them is
its short answer, nothing is said at all. Copies of a text are one voice. Measured on labelled
questions: tests/eval/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from bot.answering.citation import Quote
from bot.answering.english.quantities import Quantity


class Voice(Struct, frozen=True):
    """What one article says: the quantity, and how it stands there."""

    quantity: Quantity
    quote: Quote


def agree(voices: Iterable[Voice]) -> list[list[Voice]]:
    """The voices by what they say, the most first; empty where fewer than two articles speak,
    or where what they say is not of one sort.

    An article that says two things is not sure, and is left out.
    """
    said: dict[str, set[Quantity]] = {}
    heard = list(voices)
    for voice in heard:
        said.setdefault(voice.quote.source, set()).add(voice.quantity)
    sure: dict[str, Voice] = {}
    for voice in heard:
        if len(said[voice.quote.source]) == 1:
            sure.setdefault(voice.quote.source, voice)
    if len(sure) < 2 or len({voice.quantity.sort for voice in sure.values()}) > 1:
        return []
    groups: dict[Quantity, list[Voice]] = {}
    for voice in sure.values():
        groups.setdefault(voice.quantity, []).append(voice)
    return sorted(groups.values(), key=lambda group: -len(group))
