"""What a date or a number is worth, so that it can be compared with another.

Only plain forms have a worth ("nearly 700,000", "half an hour", "6:30 p.m.", "May 24, 2023"); what
is told otherwise is not compared. Numbers and dates in all their spellings are read as the index
reads them (`embeddings.index.tokens`).
"""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Struct

from embeddings.index.numerals import MONTHS
from embeddings.index.spelling import american
from embeddings.index.tokens import words

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MONTHS = {"month": 1, "year": 12, "decade": 120}
BELOW = "at most|fewer than|just under|less than|under|up to"
ABOUT = "about|almost|approximately|around|at least|just over|more than|nearly|over|roughly|some"
"""What qualifies a number, before it."""
LONG_UNITS = (
    "second|minute|hour|day|week|month|year|decade|mile|kilomet(?:er|re)|met(?:er|re)|inch|foot"
    "|feet|pound|dollar|euro|degree|ton|acre"
)
SHORT_UNITS = "km|kg|ft"
"""Units behind a number; only the long ones have a plural."""
_CURRENCIES = ("dollar", "euro", "pound", "yen")
_QUALIFIED = rf"(?:(?P<below>{BELOW})\s+)?(?:(?:{ABOUT})\s+)?(?P<value>.*)"
_NUMBER = (
    rf"(?:us )?(?:(?P<money>{'|'.join(_CURRENCIES)}) )?(?:(?P<worth>\d{{1,15}}(?:\.\d+)?)|half an?)"
    rf"(?: (?P<unit>percent|yen|{LONG_UNITS}|{SHORT_UNITS})s?)?(?: old)?"
)
"""By the words that the index has of it."""
_MAY_BE_THOUSANDS = r"\D*[1-9]\d{0,2}\.(?!000)\d{3}(?!\d|\s\w*illion)"
"""1.234 may be more than a thousand, or little more than one."""
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_OF_DAY = r"(?P<day>\d{1,2})", r"(?P<year>(?:1\d|20)\d\d)", rf"(?P<month>{'|'.join(MONTHS)})"


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
    own = " ".join(word for word in words(low) if word != "of")
    number, year, month = _OF_DAY
    forms = (
        year,
        rf"{month} {number}(?: {year})?",
        rf"{number} {month}(?: {year})?",
        rf"{month}(?: {year})?",
    )
    match = next(filter(None, (re.fullmatch(form, own) for form in forms)), None)
    parts = match.groupdict() if match else {}
    if not parts or not all(part in low for name, part in parts.items() if part and name == "year"):
        return None
    return Day(
        year=int(parts["year"]) if parts.get("year") else None,
        month=MONTHS.index(parts["month"]) + 1 if parts.get("month") else None,
        day=int(parts["day"]) if parts.get("day") else None,
        weekday=number_of_day,
    )


def _number(low: str) -> Quantity | None:
    qualified = re.fullmatch(_QUALIFIED, low)
    value = qualified["value"] if qualified else ""
    match = re.fullmatch(_NUMBER, " ".join(words(value)))
    if qualified is None or match is None or re.match(_MAY_BE_THOUSANDS, value):
        return None
    below = "below " if qualified["below"] else ""
    worth = Decimal(match["worth"] or "0.5")
    money, unit = match["money"], american(match["unit"] or "")
    if unit in _CURRENCIES and not money:
        money, unit = unit, ""
    if unit in _SECONDS:
        return Quantity(f"{below}time", worth * _SECONDS[unit])
    if unit in _MONTHS:
        return Quantity(f"{below}months", worth * _MONTHS[unit])
    return Quantity(f"{below}{' '.join(filter(None, (money, unit)))}" or "count", worth)
