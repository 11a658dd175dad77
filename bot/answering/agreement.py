"""What several articles say to one question: the same figure, or different ones.

Precision comes first: a wrong "these differ" is worse than none. Figures are compared only where
each stands in a passage that is itself likely enough to answer, is the short answer there
(bot/short_answer.py), and is of one sort with the others (minutes with hours, counts of the thing
asked for, years with years). Where one such passage has only other figures, and none of them is
its short answer, nothing is said at all. Copies of a text are one voice. Measured on labelled
questions: tests/eval/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bot.answering.citation import Place
from bot.answering.english.quantities import Figure


class Voice(NamedTuple):
    """What one article says: the figure, and how it stands there."""

    figure: Figure
    value: str
    place: Place


def agree(voices: Iterable[Voice]) -> list[list[Voice]]:
    """The voices by what they say, the most first; empty where fewer than two articles speak,
    or where what they say is not of one sort.

    An article that says two things is not sure, and is left out.
    """
    said: dict[str, set[Figure]] = {}
    heard = list(voices)
    for one in heard:
        said.setdefault(one.place.source, set()).add(one.figure)
    sure: dict[str, Voice] = {}
    for one in heard:
        if len(said[one.place.source]) == 1:
            sure.setdefault(one.place.source, one)
    if len(sure) < 2 or len({one.figure.sort for one in sure.values()}) > 1:
        return []
    groups: dict[Figure, list[Voice]] = {}
    for one in sure.values():
        groups.setdefault(one.figure, []).append(one)
    return sorted(groups.values(), key=lambda group: -len(group))
