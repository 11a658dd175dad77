"""Where a text quotes: what stands between quotation marks, of whatever kind.

A sentence of a longer quotation has one of its marks or none, so a quotation that is not closed
goes on to the end of the text, and one that is closed first began before it.
"""

from __future__ import annotations

import re

_MARKS = r"[\"'“”„«»‘’「」]"
_CLOSED_BY = {
    '"': '"',
    "'": "'",
    "“": "”",
    "„": "“”",
    "‘": "’",
    "«": "»",
    "»": "«",
    "「": "」",
}
_SINGLE = "'‘’"
"""Marks that are apostrophes, too: they open and close nothing unless both are there."""


def quotations(text: str) -> list[tuple[int, int]]:
    """The characters [start, end) of each quotation, with the marks that it has, in order."""
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    for match in re.finditer(_MARKS, text):
        at, mark = match.start(), match[0]
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if mark in _SINGLE and before.isalnum() and after.isalnum():
            continue  # isn't
        if opened is not None and _closes(text[opened], mark, before):
            spans.append((opened, at + 1))
            opened = None
        elif opened is None or (mark in "“„«「" and mark == text[opened]):
            if opened is not None:  # each paragraph of a long one opens, the last one closes
                spans.append((opened, at))
            if mark in _CLOSED_BY and after and not (before.isalnum() or _is_end(mark, after)):
                opened = at
            elif not spans and mark not in _SINGLE and before:
                spans.append((0, at + 1))
    if opened is not None and text[opened] not in _SINGLE:
        spans.append((opened, len(text)))
    return spans


def _closes(opening: str, mark: str, before: str) -> bool:
    return mark in _CLOSED_BY[opening] and not (before.isspace() and mark in "\"'")


def _is_end(mark: str, after: str) -> bool:
    """Whether a mark that might open cannot, for what follows it. « Non » has spaces inside."""
    return mark != "«" and (after.isspace() or after in ".,;:!?)")
