"""What a question asks for: a person, a time, a number of listeners, somebody's words …

The kinds are the coarse answer types of Li & Roth 2002, "Learning question classifiers", as
far as a question's own words give them away.
"""

from __future__ import annotations

import re

from msgspec import Struct

from bot.answering.english.mentions import Kind
from embeddings.index.languages import FUNCTION_WORDS
from embeddings.index.stems import stems

LONGEST = 600
"""Characters that are read: what is asked for stands at the beginning. A guess."""

UNITS_OF_TIME = frozenset("second minut hour day week month year decad".split())
"""Stems."""

# The first pattern that is found decides; "how many", "when" and so on may stand anywhere.
_KINDS: tuple[tuple[Kind | None, str], ...] = (
    (
        "number",
        r"\bhow (?:many|much|few|old|long|far|late|early|tall|high|big|large|deep|fast|wide"
        r"|heavy)\b",
    ),
    (
        "number",
        r"\b(?:what|which)\b(?: (?:is|was|are|were))?(?: (?:the|their|its|his|her))?(?: \w+){0,2}"
        r" (?:percent(?:age)?|number|amount|population|price|cost|age|rate|ratio|size|area|length"
        r"|height|weight|distance|total|speed|temperature|score|share|proportion|density)\b",
    ),
    ("number", r"\bwhat (?:do|does|did|will|would|is|was|are|were) .*\b(?:costs?|worth|sold for)$"),
    ("date", r"\b(?:what|which) (?:\w+ )?(?:year|date|day|month|century|decade|time|era)s?\b"),
    (
        "name",
        r"\b(?:what|which) (?:city|cities|country|countries|place|state|region|county|town|person"
        r"|continent|location|street|river|province|island|building|university|school|man|woman"
        r"|president|king|queen|emperor|author|singer|actor|actress|artist|scientist|company"
        r"|companies|organi[sz]ation|team|band|group|party|leader|politician|player|director)\b",
    ),
    (
        "quotation",
        r"\bwhat (?:did|does|do|has|have|had) .*\b(?:say|said|tell|told|call|called|tweet|tweeted"
        r"|write|claim|joke|post)\b",
    ),
)
_FIRST: dict[str, Kind | None] = {
    "who": "name",
    "whom": "name",
    "whose": "name",
    "where": "name",
    "when": "date",
    "why": "cause",
    "how": None,
    "what": None,
    "which": None,
}
_AGE = r"(?i)\bhow\s+old\b|\b(?:what|which)\b.*\bage\b"
_DURATION = rf"{_AGE}|\bhow\s+(?:long|late|early)\b"
_SUM = r"(?i)\bhow\s+much\b|\bwhat\b.*\b(?:cost|price|worth|sold\s+for)\b"
_COUNTED = r"(?i)\b(?:how\s+many|(?:the|what)\s+number\s+of)\s+((?:[\w'’-]+\s*){1,3})"
_WH = r"\b(?:who|whom|whose|what|which|when|where|why|how)"
_VERB = (
    r"(?:is|are|am|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|must|may"
    r"|might)(?:n['’]t)?\b"
)
_YES_OR_NO = rf"(?i)\W*(?:(?:and|but|so)\s+)?{_VERB}(?!.*{_WH}\b)"
_QUESTION = (
    r"(?i)\W*(?:(?:and|but|so|about|at|by|for|from|in|of|on|to|with)\s+){0,2}"
    rf"(?:{_WH}(?:['’]?s)?\b|{_VERB}|(?:describe|explain|list|name|tell)\b)|.*\?\W*$"
)
_ORDINAL = r"(?i)\b(?:first|second|third|fourth|last|next|previous|former|latter)\b"


class Sought(Struct, frozen=True):
    """What would answer a question.

    Attributes:
        kind: of value; None where any sentence may answer.
        counted: stems of the things whose number is asked for.
        age, time, money: whether an age, a length of time (which an age is), a sum is asked for.
        question: whether it is one at all, and no claim or keywords.
        yes_or_no: whether it is a question of yes or no.
        ordinals: those that the question has: it is about the first room, not the second.
    """

    kind: Kind | None
    counted: frozenset[str]
    age: bool
    time: bool
    money: bool
    question: bool
    yes_or_no: bool
    ordinals: frozenset[str]


def sought(question: str) -> Sought:
    """What would answer a question, by its words."""
    things = re.search(_COUNTED, question)
    function_words = stems(" ".join(FUNCTION_WORDS)) if things else ()
    counted = frozenset(stems(things[1]) if things else ()).difference(function_words)
    return Sought(
        kind=asks_for(question),
        counted=counted,
        age=bool(re.search(_AGE, question)),
        time=bool(re.search(_DURATION, question) or counted & UNITS_OF_TIME),
        money=bool(re.search(_SUM, question)),
        question=bool(re.match(_QUESTION, question, re.DOTALL)),
        yes_or_no=bool(re.match(_YES_OR_NO, question[:LONGEST])),
        ordinals=ordinals(question),
    )


def asks_for(question: str) -> Kind | None:
    """The kind of value that would answer the question; None where any sentence may."""
    plain = " ".join(re.findall(r"[\w'’]+", question[:LONGEST].lower()))
    for kind, pattern in _KINDS:
        if re.search(pattern, plain):
            return kind
    asked = re.search(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", plain)
    return _FIRST[asked[0]] if asked else None


def ordinals(text: str) -> frozenset[str]:
    """First, second, last …, in lower case."""
    return frozenset(word.lower() for word in re.findall(_ORDINAL, text))


def ordered(text: str) -> frozenset[str]:
    """The stems of what is the first, the second, the last in a text."""
    return frozenset(stems(" ".join(re.findall(rf"{_ORDINAL}\s+(\w+)", text))))
