"""Numbers and dates, however they are written → one way of writing each.

600,000, 600 000, 600'000 and 600000 are "600000"; 9,90 is "9.90"; 2½ is "2.5"; nine is "9", half
a million "500000". A date in digits is its day, month and year where their order is certain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from unicodedata import numeric

from msgspec import Struct

MONTHS = (
    "january february march april may june july august september october november december".split()
)
SHORT_MONTHS = {month[:3]: month for month in MONTHS} | {"sept": "september"}
"""Each month by its abbreviation, without a full stop."""

SCALE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT_SCALE = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "tn": "trillion"}
_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: number for number, word in enumerate(_BELOW_TWENTY)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
_DOZEN = {"dozen": 12}
WORDS = frozenset([*_SMALL, *SCALE, *_DOZEN])
"""Those that numbers are told in."""

FIRST = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()

GLUED = "km|kg|cm|mm|mph|kmh|kwh|kw|mw|gw|gb|mb|tb|lbs?|ft|hrs?|mins?|secs?|am|pm|k|mn?|bn|tn"
"""Units and scales that stand right behind a number. A choice."""

PEOPLE = "people|persons|inhabitants|residents|visitors|guests|viewers|listeners|voters|fans|jobs"
"""What is counted in whole numbers: 12.345 of them are thousands. A choice."""

_MONTH_ENDS = "ary|rch|ril|may|une|uly|ust|ber|jan|feb|mar|apr|jun|jul|aug|sep|ept|oct|nov|dec"
BEFORE = ("call", "dial", "phone", "mobile", "tel", "fax")
"""What stands before a telephone number, which is not read as one grouped number."""
_CALLED = "call|dial|hone|bile|tel[.:]|fax:|one:"
_SPACED = (
    rf"(?<!(?:{_MONTH_ENDS}) )(?<!(?:{_MONTH_ENDS})\. )(?<!(?:{_CALLED}) )"
    r"(?:(?<!\d )|(?<=(?:19|20)\d\d ))[1-9]\d{0,2}(?: \d{3})+(?! \d)"
)
_MARKED = r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3})+|(?:[\u00a0\u2009\u202f]\d{3})+|(?:['’]\d{3})+)"
NUMBER = rf"(?=\d)(?:(?:{_SPACED}|{_MARKED})(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d+)+|\d+)(?![.,'’]?\d)"
"""A number in digits. Grouped by an ordinary space only where no further digits stand beside it,
nor a month before it: May 24 600 people came."""

FRACTION = (
    r"(?:\d{1,6}[ \u00a0\u2009\u202f]?)?[\u00bc-\u00be\u2150-\u215e]"
    r"|(?:\d{1,6}[ -][1-9]/|\d{0,6}[1-9]\u2044)[2-9](?![\d/\u2044])"
)
"""A fraction in one character, or in digits behind a whole number: ½, 2½, 2 1/2. With the stroke
that Unicode has for fractions, its parts have one digit. 1/2 alone may be a date."""

_YEAR = r"[12]\d{3}"
DATE = (
    rf"(?=\d)(?:{_YEAR}(?:-\d\d?-\d\d?|/\d\d?/\d\d?|\.\d\d?\.\d\d?)"
    rf"|\d\d?(?:-\d\d?-{_YEAR}|/\d\d?/{_YEAR}|\.\d\d?\.{_YEAR}))(?![\d/-]|\.\d)"
)
"""A date in digits, its year in four."""


class Date(Struct, frozen=True):
    """A date in digits; without month and day where their order is not certain."""

    year: int
    month: int | None
    day: int | None


def number(written: str, after: str = "") -> str | None:
    """A number in digits as "1250000" or "9.90"; None where it is none, as 1.2.3 or 192.168.1.20.

    As many zeros stand behind the point as are written: 3.10 is a version as often as a price. One
    full stop with three digits behind it is a decimal point, unless they are zeros.

    Args:
        after: what follows it: of 12.345 people, the point parts thousands too.
    """
    digits = re.sub(r"[ \u00a0\u2009\u202f'’]", "", written)
    groups = re.split(r"[.,]", digits)
    if len(groups) == 1:
        return digits
    marks = [mark for mark in digits if mark in ".,"]
    whole, last = "".join(groups[:-1]), groups[-1]
    grouped = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:-1])
    if len(marks) == 1:
        if len(last) != 3 or len(whole) > 3 or whole[0] == "0":
            return f"{whole}.{last}"
        people = re.match(rf"\s(?:{PEOPLE})\b", after)
        return whole + last if marks == [","] or last == "000" or people else digits
    if not grouped or groups[0][0] == "0":
        return None
    if len({*marks}) == 1:
        address = len(groups) == 4 and all(int(group) < 256 for group in groups)
        return None if len(last) != 3 or (address and marks[0] == ".") else whole + last
    return f"{whole}.{last}" if len({*marks[:-1]}) == 1 else None


def fraction(written: str) -> str:
    """What `FRACTION` matches, as a decimal number of three digits at most: ⅓ is "0.333"."""
    if in_digits := re.search(r"(\d)[/\u2044](\d)$", written):
        part, length = int(in_digits[1]) / int(in_digits[2]), 3
    else:
        part, length = numeric(written[-1]), 1
    whole = re.match(r"\d*", written[:-length])
    return plain(Decimal(whole[0] if whole and whole[0] else 0) + Decimal(f"{part:.3f}"))


def date(written: str) -> Date | None:
    """A date in digits, or None where there is no such day. With full stops the day comes before
    the month; else only what exceeds twelve tells which is which, or that both are the same."""
    parts = re.split(r"[-/.]", written)
    if len(parts[0]) == 4:
        year, month, day = (int(part) for part in parts)
    else:
        day, month, year = (int(part) for part in parts)
        if month > 12 >= day:
            day, month = month, day
        elif day != month and day <= 12 and "." not in written:
            return Date(year, None, None)
    return Date(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def ordinal(digits: int) -> str | None:
    """21 as "twentyfirst"; None beyond a hundred."""
    if 1 <= digits < 20:
        return _ORDINALS[digits - 1]
    tens, ones = divmod(digits, 10)
    if not 2 <= tens <= 9:
        return None
    return _TENS[tens - 2] + _ORDINALS[ones - 1] if ones else f"{_TENS[tens - 2][:-1]}ieth"


def told_ordinal(first: str, after: str) -> str | None:
    """Twenty and first as "twentyfirst"."""
    if first in _TENS and after in _ORDINALS[:9]:
        return first + after
    return None


def long_scale(word: str, *, glued: bool, money: bool) -> str:
    """The word for a scale behind a number: bn, or a k that is glued to it, or the m of a sum.
    Any other word as it is."""
    if word in ("bn", "mn", "tn") or (word == "k" and glued) or (word == "m" and money):
        return _SHORT_SCALE[word]
    return word


def told(words: Sequence[str]) -> tuple[int, Decimal] | None:
    """The number that these words begin with: how many of them tell it, and what it is. None where
    they begin with none.

    Numbers in digits may come before "million" and the like. "One" alone is no number: it mostly
    stands for something else.
    """
    length, first = _opening(words)
    if first is None:
        return None
    total, current = Decimal(0), first
    following = words[length] if length < len(words) else ""
    while following:
        joined = following == "and" and total + current >= 100 and length + 1 < len(words)
        word = words[length + 1] if joined else following
        if word in SCALE and not joined:
            current *= SCALE[word]
            if word != "hundred":
                total, current = total + current, Decimal(0)
        elif word in _DOZEN and not joined and not total:
            current *= _DOZEN[word]
        elif word in _SMALL and _SMALL[word] and _has_room(total, current, _SMALL[word]):
            current += _SMALL[word]
        else:
            break
        length += 1 + joined
        following = words[length] if length < len(words) else ""
    return None if words[:length] == ["one"] else (length, total + current)


def _opening(words: Sequence[str]) -> tuple[int, Decimal | None]:
    """How many words open a number, and what they are worth."""
    first, *rest = words[:3]
    if first in _SMALL:
        return 1, Decimal(_SMALL[first])
    if first in _DOZEN:
        return 1, Decimal(_DOZEN[first])
    if first in ("a", "an") and rest and (rest[0] in SCALE or rest[0] in _DOZEN):
        return 1, Decimal(1)
    if (
        first == "half"
        and len(rest) == 2
        and rest[0] in ("a", "an")
        and rest[1] in {*SCALE, *_DOZEN}
    ):
        return 2, Decimal("0.5")
    if first[0].isdigit() and rest and rest[0] in SCALE and re.fullmatch(r"\d+(?:\.\d+)?", first):
        return 1, Decimal(first)
    return 0, None


def _has_room(total: Decimal, current: Decimal, more: int) -> bool:
    """Whether a number told so far goes on with such a one: one hundred and (six), twenty (one)."""
    if not current:
        return total >= 1000
    below = current % 100
    return (not below and current >= 100) or (below in range(20, 100, 10) and more < 10)


def plain(value: Decimal) -> str:
    """A number as `number` writes it, without zeros behind the point."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
