"""Whether a sentence says that something is so, or that it is not."""

from __future__ import annotations

import re

_NOT = r"n(?:ot|o|ever|either|or|one|obody|othing|owhere)"
_NT = r"n['’`´′]t\b"
_WITHOUT_APOSTROPHE = (
    r"\b(?:ca|do|does|did|is|are|was|were|would|could|should|has|have|had|must)nt\b"
    r"|(?<!his )(?<!her )(?<!their )\bwont\b"
)
"""In a question these are typed in haste; in an article cant is a word."""
_REFUSED = (
    r"(?:den(?:y|ies|ied|ying)|barred|banned|forbidden|prohibited|unable"
    r"|(?:fail|refus|declin)(?:e?s|e?d|ing|e)?\s+to)\b"
)
_UNTRUE = r"myth|false|untrue|lie|wrong|incorrect|inaccurate|nonsense|misconception|hoax|fiction"
_UNTRUE_THAT = (
    rf"(?:\b(?:{_UNTRUE}|denie[ds]|deny|denying|not\s+true|no\s+(?:evidence|proof|sign|truth))"
    r"|\bcontrary\s+to\s+(?:\w+\s+){1,3}?)\s*$"
)
"""Before "that": the clause is what is denied."""
_DENIALS = (
    rf"\b(?:{_NOT}|cannot|without)\b|\b{_REFUSED}|{_NT}"
    rf"|\b(?:{_UNTRUE})\s+that\b|\b(?:is|was|are|were)\s+(?:\w+\s+)?(?:false|untrue|an?\s+(?:myth"
    r"|lie|hoax))[.!\s]*$|\bcontrary\s+to\b"
)
_UNDONE = (
    rf"(?:\b(?:{_NOT}|cannot)|{_NT})\s+(?:(?!(?:and|or|but|to)\b)\w+\s+){{0,2}}?{_REFUSED}"
    rf"|(?:\bnot|{_NT})\s+without\b"
)
"""A denial of a denial: did not fail to."""
_NO_DENIALS = (
    r"\bnot\s+(?:only|just|merely|least)\b|\bno\s+(?:doubt|fewer|less|later|sooner)\b"
    r"|\bno\.?\s*\d|\bwhether\s+or\s+not\b|\bnothing\s+but\b|\bnone\s+other\b"
)
_CLAUSE = (
    r"(?i)[;:—“”\"]|\s[-–]\s|,\s+(?=not\b)"
    r"|,?\s\b(?:because|but|although|though|while|whereas|since|unless|if|when|who|which)\b"
    r"|\sthat\b|(?P<contrary>(?<!\w)contrary\s+to\s[^,]*),"
)


def denies(text: str, *, asked: bool = False) -> bool:
    """Whether it has a word of denial that no other undoes.

    Args:
        asked: whether it is a question: "cant" is "can't" there, and what asks for a myth may be
            answered by what says that something is one.
    """
    low = text.lower()
    denials = _DENIALS
    if asked:
        low = re.sub(_WITHOUT_APOSTROPHE, "not", low)
        denials += rf"|\b(?:{_UNTRUE})s?\b(?!\s+with\b)"
    if not re.search(denials, low):  # most do not
        return False
    return bool(re.search(denials, re.sub(f"{_NO_DENIALS}|{_UNDONE}", " ", low)))


def clauses(text: str) -> list[str]:
    """A sentence cut where another statement may begin; "it is a myth that" stays with its own."""
    parts, at = [], 0
    for bound in re.finditer(_CLAUSE, text):
        if bound[0].strip().lower() == "that" and re.search(
            _UNTRUE_THAT, text[at : bound.start()].lower()
        ):
            continue
        end = bound.end("contrary") if bound["contrary"] else bound.start()
        parts.append(text[at:end])
        at = bound.end()
    return [own for own in (*parts, text[at:]) if own.strip()]
