"""What a question asks for: a person, a time, a number, somebody's words …

The kinds are the coarse answer types of Li & Roth 2002, "Learning question classifiers", as
far as a question's own words give them away.
"""

from __future__ import annotations

import re

from bot.answering.english.mentions import Kind

LONGEST = 600
"""Characters that are read: what is asked for stands at the beginning."""

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


def asks_for(question: str) -> Kind | None:
    """The kind of value that would answer the question; None where any sentence may."""
    plain = " ".join(re.findall(r"[\w'’]+", question[:LONGEST].lower()))
    for kind, pattern in _KINDS:
        if re.search(pattern, plain):
            return kind
    asked = re.search(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", plain)
    return _FIRST[asked[0]] if asked else None
