"""Whether a sentence says that something is so, or that it is not."""

from __future__ import annotations

import re

_DENIALS = (
    r"\b(?:n(?:ot|o|ever|either|or|one|obody|othing|owhere)|cannot|without|den(?:y|ies|ied|ying)"
    r"|barred|banned|forbidden|prohibited|unable|(?:fail|refus|declin)(?:e?s|e?d|ing|e)?\s+to)\b"
    r"|n['’]t\b"
)
_NO_DENIALS = (
    r"\bnot\s+(?:only|just|merely|least)\b|\bno\s+(?:doubt|fewer|less|later|sooner)\b"
    r"|\bno\.?\s*\d|\bwhether\s+or\s+not\b|\bnothing\s+but\b|\bnone\s+other\b"
)
_CLAUSE = (
    r"(?i)[;:—“”\"]|\s[-–]\s|,\s+(?=not\b)"
    r"|,?\s\b(?:because|but|although|though|while|whereas|since|unless|if|when|who|which)\b"
    r"|\s(?<!denied\s|denies\s)that\b"
)


def denies(text: str) -> bool:
    """Whether it has a word of denial."""
    low = text.lower()
    if not re.search(_DENIALS, low):  # most do not
        return False
    return bool(re.search(_DENIALS, re.sub(_NO_DENIALS, " ", low)))


def clauses(text: str) -> list[str]:
    """A sentence cut where another statement may begin."""
    return [own for own in re.split(_CLAUSE, text) if own.strip()]
