"""What a follow-up about the words just cited asks of the passages: that they say it, too.

A bare question asks the previous one again, for something else (bare.py). So every passage that
answered that one is about this one for certain, and its words and vectors no longer tell whether
it answers: what was read does. Who said “…”? is answered by the sentence that names who said so,
which is the words' own or, where they are quoted, another that the quotation stands in, or next
to it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from msgspec import structs

from bot.answering.confidence import probability_read
from bot.answering.english.answer_types import UNITS_OF_TIME
from bot.answering.english.quotations import quotations
from bot.answering.judging import Judged
from bot.answering.marking import offers
from bot.answering.question import Question
from bot.answering.reader import LEAST
from embeddings.articles.passages import Passage, Sentence
from embeddings.index.stems import stems

KNOWN = 0.15
"""The most that is made of a passage before it is read where the question was asked before.
Measured on few (tests/eval/README.md)."""

_SAYING = (
    r"(?i)\b(?:said|says|saying|told|tells|claimed|claiming|wrote|writes|tweet(?:ed|s|ing)"
    r"|report(?:ed|s|edly)|to\s+report|according\s+to|boasted|bragged|quipp(?:ed|ing)|joked|warned"
    r"|conceded|admitted|informed|announced|remarked|answered|explained|argued|insisted|stated)\b"
    r"|\b(?:call|label|describ|dubb|brand)(?:s|l?ed|es)\b[^.;:]{0,60}?\s{2}"
)
"""What is said of a speaker. The last, with the quotation taken out: called it “a triumph”."""
_DENIED = r"(?i)(?:\b(?:not|never|nobody|nothing)\b|n['’]t\b)[^.;:]{0,20}$"
_ASKS = r"Who said “(.+)”\?"
_BETWEEN_WORDS = r"[\s“”\"]+"


def by_what_was_read(question: Question, judged: Sequence[Judged]) -> list[Judged]:
    """The passages by what was read in them, where the question was asked before for something
    else; as they are where none was read. A sentence without a time says no when, one without a
    reason no why, however well it fits the rest."""
    read = [
        structs.replace(verdict, probability=_held(question, verdict, verdict.read))
        for verdict in judged
        if verdict.read is not None
    ]
    if not read:
        return list(judged)
    read.sort(key=lambda verdict: -verdict.probability)
    least = read[-1].probability
    return [*read, *_at_most(least, [each for each in judged if each.read is None])]


def with_speaker(question: str, judged: Sequence[Judged]) -> list[Judged]:
    """To Who said “…”?: the sentences that name who said so. Where the words stand in a passage
    and nobody is named, nobody is said to have said so; all other questions are left alone."""
    asks = re.fullmatch(_ASKS, question)
    if asks is None:
        return list(judged)
    words = re.compile(_BETWEEN_WORDS.join(map(re.escape, re.sub(r"[“”\"]", "", asks[1]).split())))
    holding = [verdict for verdict in judged if words.search(verdict.hit.passage.text)]
    if not holding:
        return list(judged)
    named = []
    for verdict in holding:
        mark = _attribution(verdict.hit.passage, words)
        if mark is not None:
            span = verdict.span if mark == verdict.mark else None
            named.append(structs.replace(verdict, mark=mark, span=span))
    least = min((verdict.probability for verdict in named), default=1.0)
    if not named:
        least = probability_read(KNOWN, LEAST)
    ids = {verdict.hit.passage_id for verdict in named}
    return [*named, *_at_most(least, [each for each in judged if each.hit.passage_id not in ids])]


def _held(question: Question, verdict: Judged, read: float) -> float:
    says = offers(question, verdict.marked) >= 0
    if question.sought.kind == "date":  # "after some 20 minutes", "last year" are times too
        says = says or not UNITS_OF_TIME.isdisjoint(stems(verdict.marked))
    return probability_read(min(verdict.before, KNOWN), read if says else LEAST)


def _at_most(most: float, judged: Sequence[Judged]) -> list[Judged]:
    return [structs.replace(each, probability=min(each.probability, most)) for each in judged]


def _attribution(passage: Passage, words: re.Pattern[str]) -> Sentence | None:
    """The sentence that names who said these words of the passage: their own; or, where they are
    quoted, the nearest of the same quotation, of the sentence before it and the one after it."""
    match = words.search(passage.text)
    if match is None:
        return None
    quoted = quotations(passage.text)
    bounds = passage.bounds()
    own = bisect_right(bounds, match.end() - 1, key=lambda bound: bound[0]) - 1
    same = [n for n, bound in enumerate(bounds) if _is_said_with(bound, match.start(), quoted)]
    same.sort(key=lambda number: abs(number - own))
    beside = [min(same) - 1, max(same) + 1] if same else []
    for number in (own, *same, *beside):
        if 0 <= number < len(bounds) and _names_speaker(passage.text, bounds[number], quoted):
            return passage.sentences[number]
    return None


def _is_said_with(bound: tuple[int, int], at: int, quoted: Sequence[tuple[int, int]]) -> bool:
    """Whether a sentence has a part of the quotation that the words at a character begin in."""
    return any(start <= at < end and start < bound[1] and bound[0] < end for start, end in quoted)


def _names_speaker(text: str, bound: tuple[int, int], quoted: Sequence[tuple[int, int]]) -> bool:
    """Whether a sentence says, outside of what it quotes, that somebody said something."""
    outside, at = "", bound[0]
    for start, end in quoted:
        outside += text[at : max(at, min(start, bound[1]))] + " "
        at = max(at, min(end, bound[1]))
    outside += text[at : bound[1]]
    verb = re.search(_SAYING, outside)
    return verb is not None and not re.search(_DENIED, outside[: verb.start()])
