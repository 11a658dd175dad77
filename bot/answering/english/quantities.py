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


class Day(Struct, frozen=True):
    """What is told of a day: each part may be left out. `weekday`: Monday is 0."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None = None


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
    if low in _DAYS:
        return Quantity("weekday", Decimal(_DAYS.index(low)))
    date = day(low)
    if date is None or (date.day is None and date.month is not None):
        return None
    if date.month is None:
        return Quantity("year", Decimal(date.year or 0))
    worth = Decimal((date.month - 1) * 100 + (date.day or 0))
    if date.year is None:
        return Quantity("day", worth)
    return Quantity("date", worth + 10_000 * Decimal(date.year))


def day(value: str) -> Day | None:
    """The day, month or year that a date in words names, or None where it names none."""
    weekday, _, low = " ".join(value.lower().split()).partition(" ")
    if weekday.rstrip(",") not in _DAYS:
        weekday, low = "", f"{weekday} {low}".strip()
    number_of_day = _DAYS.index(weekday.rstrip(",")) if weekday else None
    if weekday and not low:
        return Day(None, None, None, number_of_day)
    months = "|".join(_MONTH_NAMES)
    number, year = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>(?:1\d|20)\d\d)"
    forms = (
        year,
        rf"(?P<month>{months}) {number}(?:,? {year})?",
        rf"{number} (?:of )?(?P<month>{months})(?:,? {year})?",
        rf"(?P<month>{months})(?:,? (?:of )?{year})?",
    )
    match = next(filter(None, (re.fullmatch(form, low) for form in forms)), None)
    if match is None:
        return None
    parts = match.groupdict()
    return Day(
        year=int(parts["year"]) if parts.get("year") else None,
        month=_MONTH_NAMES.index(parts["month"]) + 1 if parts.get("month") else None,
        day=int(parts["day"]) if parts.get("day") else None,
        weekday=number_of_day,
    )


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
