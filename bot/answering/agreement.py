"""What several articles say to one question: the same, or different things.

Precision comes first: a wrong "these differ" is worse than none. Numbers, dates and names are
compared only where each stands in a passage that is itself likely enough to answer, and is of one
sort with the others (minutes with hours, counts of the thing asked for, years with years). What
differs must be a short answer there (short_answer.py), the only figure of its sort in its sentence,
and about the same thing: the sentences carry about the same of the question, or the one may tell of
a peak and the other of another moment. Where all agree, that speaks for each of them, and less is
asked of it. Where one such passage has only other figures, and none of them is its short answer,
nothing is said at all. Copies of a text are one voice. Measured on labelled questions:
tests/eval/README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from bot.answering.citation import DatedQuote
from bot.answering.english.claims import Claim, same
from bot.answering.english.qualifiers import Told, told_alike

NO_DATE = "9999"
"""After all that there are."""


class Voice(Struct, frozen=True):
    """What one article says, and how it stands there. `terms`: those of the question that its
    sentence has; `sure`: whether it may stand against another; `told`: what stands round it."""

    claim: Claim
    quote: DatedQuote
    terms: frozenset[str] = frozenset()
    sure: bool = True
    told: Told = Told()


def agree(
    voices: Iterable[Voice], alike: Callable[[frozenset[str], frozenset[str]], bool]
) -> list[list[Voice]]:
    """The voices by what they say, the most first, then the earliest; empty where fewer than two
    articles speak, or where what they say is not of one sort.

    An article that says two things is not sure, and is left out.

    Args:
        alike: whether sentences with these terms of the question can be about the same thing.
    """
    said: dict[str, list[Voice]] = {}
    for voice in voices:
        said.setdefault(voice.quote.source, []).append(voice)
    consistent = [
        max(own, key=lambda voice: voice.sure)
        for own in said.values()
        if all(_same(own[0], other) for other in own)
    ]
    groups = _groups(consistent)
    if groups is None:
        return []
    standing: list[list[Voice]] = []
    for group in groups:
        surest = max(group, key=lambda voice: voice.sure)
        if surest.sure and all(alike(surest.terms, other[0].terms) for other in standing):
            standing.append([surest, *(voice for voice in group if voice is not surest)])
    if len(standing) > 1:
        return sorted(standing, key=lambda group: (-len(group), _published(group)))
    return groups if len(groups) == 1 and len(groups[0]) > 1 else []


def _same(first: Voice, second: Voice) -> bool | None:
    """Whether two say the same; None where they cannot be compared: 300, and 300 a day."""
    verdict = same(first.claim, second.claim)
    return verdict if told_alike(first.told, second.told, same=bool(verdict)) else None


def _published(group: Iterable[Voice]) -> str:
    """The earliest date; of what has none, one after all."""
    return min(voice.quote.published or NO_DATE for voice in group)


def _groups(voices: Iterable[Voice]) -> list[list[Voice]] | None:
    """Those that say the same; None where they are not of one sort. What says the same as only
    some of a group, or as several, tells too little, and is left out."""
    groups: list[list[Voice]] = []
    for voice in voices:
        verdicts = [[_same(voice, other) for other in group] for group in groups]
        if any(verdict is None for group in verdicts for verdict in group):
            return None
        near = [number for number, verdict in enumerate(verdicts) if any(verdict)]
        if not near:
            groups.append([voice])
        elif len(near) == 1 and all(verdicts[near[0]]):
            groups[near[0]].append(voice)
    return groups
