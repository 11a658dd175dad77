"""What a date or a number is worth, so that it can be compared with another.

Only plain forms have a worth ("nearly 700,000", "half an hour", "6:30 p.m.", "May 24, 2023"); what
is told otherwise is not compared.
"""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Struct

_SCALE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MONTHS = {"month": 1, "year": 12, "decade": 120}
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORTH = {word: number for number, word in enumerate(_SMALL)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
BELOW = "at most|fewer than|just under|less than|under|up to"
ABOUT = "about|almost|approximately|around|at least|just over|more than|nearly|over|roughly|some"
"""What qualifies a number, before it."""
LONG_UNITS = (
    "second|minute|hour|day|week|month|year|decade|mile|kilomet(?:er|re)|met(?:er|re)|inch|foot"
    "|feet|pound|dollar|euro|degree|ton|acre"
)
SHORT_UNITS = "km|kg|ft"
"""Units behind a number; only the long ones have a plural."""
_NUMBER = (
    rf"(?:(?P<below>{BELOW})\s+)?(?:(?:{ABOUT})\s+)?(?P<money>[$€£])?\s?"
    r"(?:(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,15})(?P<part>\.\d+)?|(?P<half>half an?)"
    r"|(?P<tens>[a-z]+)(?:-(?P<ones>[a-z]+))?)"
    rf"(?:\s(?P<scale>{'|'.join(_SCALE)}))?"
    rf"(?:[\s-]?(?P<unit>%|per\s?cent|{LONG_UNITS}|{SHORT_UNITS})s?(?:-old)?)?"
)
_MONTH_NAMES = (
    "january february march april may june july august september october november december".split()
)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()


class Quantity(Struct, frozen=True):
    """A value that can be compared: quantities of one `sort` with the same `worth` are the same."""

    sort: str
    worth: Decimal


def quantity(value: str) -> Quantity | None:
    """What a date or a number in words or digits is worth, or None where it cannot be told."""
    low = " ".join(value.lower().split())
    return _time(low) or _date(low) or _number(low)


def _time(low: str) -> Quantity | None:
    clock = re.fullmatch(r"(\d{1,2})(?::([0-5]\d))? ?([ap])\.?m\.?", low)
    if clock is None or not 1 <= int(clock[1]) <= 12:
        return None
    hour = int(clock[1]) % 12 + (12 if clock[3] == "p" else 0)
    return Quantity("clock", Decimal(hour * 60 + int(clock[2] or 0)))


def _date(low: str) -> Quantity | None:
    if re.fullmatch(r"(?:1\d|20)\d\d", low):
        return Quantity("year", Decimal(low))
    if low in _DAYS:
        return Quantity("weekday", Decimal(_DAYS.index(low)))
    months = "|".join(_MONTH_NAMES)
    day = r"(\d{1,2})(?:st|nd|rd|th)?"
    if match := re.fullmatch(rf"({months}) {day}(?:,? (\d{{4}}))?", low):
        month, number, year = match.groups()
    elif match := re.fullmatch(rf"{day} (?:of )?({months})(?:,? (\d{{4}}))?", low):
        number, month, year = match.groups()
    else:
        return None
    worth = Decimal(_MONTH_NAMES.index(month) * 100 + int(number))
    return Quantity("date", worth + 10_000 * Decimal(year)) if year else Quantity("day", worth)


def _number(low: str) -> Quantity | None:
    match = re.fullmatch(_NUMBER, low)
    worth = _worth(match) if match else None
    if match is None or worth is None:
        return None
    below = "below " if match["below"] else ""
    unit = match["unit"] or ""
    if unit in _SECONDS:
        return Quantity(f"{below}time", worth * _SECONDS[unit])
    if unit in _MONTHS:
        return Quantity(f"{below}months", worth * _MONTHS[unit])
    if unit in ("%", "percent", "per cent"):
        return Quantity(f"{below}percent", worth)
    return Quantity(f"{below}{match['money'] or ''}{unit}" or "count", worth)


def _worth(match: re.Match[str]) -> Decimal | None:
    if match["digits"]:
        worth = Decimal(match["digits"].replace(",", "") + (match["part"] or ""))
    elif match["half"]:
        worth = Decimal("0.5")
    elif match["tens"] in _WORTH and (not match["ones"] or match["ones"] in _SMALL[1:10]):
        worth = Decimal(_WORTH[match["tens"]] + _WORTH.get(match["ones"] or "", 0))
    else:
        return None
    return worth * _SCALE.get(match["scale"] or "", 1)
