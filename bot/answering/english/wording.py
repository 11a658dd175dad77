"""Whether two sentences are one and the same, as copies of a text carry it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from msgspec import structs

from bot.answering.english import mentions
from bot.answering.english.claims import claim
from bot.answering.english.quantities import Day, Quantity
from embeddings.characters import readable

_TYPOGRAPHY = str.maketrans(
    dict.fromkeys('"“”„‟«»‹›‘‚‛`*_', " ")
    | dict.fromkeys("’ʼ", "'")
    | dict.fromkeys("‐‑‒–−", "-")
    | dict.fromkeys("—―", " - ")
)
_BROKEN = r"(?<=[^\W\d_])[-‐]\s*\n\s*(?=[^\W\d_])"
_MAY_BE_A_HYPHEN = "\ue000"
"""In the place of a hyphen at a line's end inside a word: it may be the word's own."""
_MARKS = ".!'"
"""Around words. Not the question mark: what is asked is not said."""
_BOUND = r"[,;:](?=\s|$)"
_NO_BOUND = rf"{_BOUND}(?=\s*(?:$|[\"“”‘’'«»]|(?:and|or)\b))|,(?=[\"”’'»])|(?<=[\"”’'»]),"
"""What bounds a clause, and what is set or left out as houses like."""
_UNIT = r"(?<=\d)\s?[^\W\d_]{1,3}\b"
_MAY_BE_TWO = r"\d{1,3} (?!000)\d{3}"
"""Digits that may be two numbers: page 3 100 men."""

_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_AGENCIES = (
    "Reuters|REUTERS|AP|The Associated Press|Associated Press|AFP|Agence France-Presse|dpa|DPA|UPI"
    "|ANI|PTI|IANS|TASS|Tass|Xinhua|Bloomberg|EFE|Efe|ANSA|Ansa|NTB|TT|Ritzau|STT|ANP|Belga|APA"
    "|Keystone-SDA|SDA|PAP|MTI|Lusa|Interfax|Kyodo|Yonhap|AAP|CP|The Canadian Press|PA Media"
)
_AGENCY = rf"\((?:{_AGENCIES})(?:/(?:{_AGENCIES}))*\)"
_CLOCK = r"\d{1,2}[:.]\d\d(?:\s*[ap]\.?m\b\.?)?(?:\s+[A-Z]{2,4}\b)?"
_DASH = r"(?:--?|[‐‑–—―])\s+"
_NO_PLACE = (
    r"(?:NOT?|NEVER|IS|IT|WAS|(?:UN)?TRUE|FALSE|FAKE|HOAX|MYTHS?|FACTS?|LIES?|WRONG|RUMOU?RS?|JOKE"
    r"|SPOOF|SATIRE|PARODY|DRAFT|OPINION|CLAIMS?|\w+(?:ED|IES|ION|ING|LY|IAL))\b"
)
"""What in capitals before a dash says something of the sentence, or may: no place."""
_BEFORE = (
    rf"^(?:By(?:\s+{_CAPITAL}[\w.’'-]+){{2,4}}\s*\n\s*)?"
    rf"(?:(?i:updated?|published|posted)\b:?[^\n]{{0,20}}?{_CLOCK}\s*(?:{_DASH}|[|:\n]\s*)"
    rf"|UPDATE(?:\s\d)?\s*[-–—]\s+)?"
    rf"(?:\[(?P<clock>{_CLOCK})\]\s*)?"
    rf"(?:(?:(?!{_NO_PLACE})(?P<place>{_CAPITAL}[^(),\n]{{0,40}}?)(?:,[^()\n]{{0,40}})?\s+)?"
    rf"{_AGENCY}\s*{_DASH}"
    rf"|(?P<alone>(?:(?!{_NO_PLACE}){_CAPITAL}{{2,}}[.,]?\s+){{1,3}})"
    rf"(?:{_CAPITAL}\w+\.?,?\s+)?(?:\d{{1,2}}\s+)?[–—]\s+)?"
)
"""A byline, a stamp, a clock in brackets, and a dateline, with its agency or without one."""
_CREDIT = rf"\s(?:{_AGENCY}|{_DASH}(?:{_AGENCIES}))[.\s]*$"


class _Wording(NamedTuple):
    """A sentence as it is compared: its words, with the signs that belong to them (A-, -5, C#), and
    the clock and the place that stand before it."""

    words: list[str]
    clock: list[str]
    place: list[str]


def says_same(first: str, second: str) -> bool:
    """Whether two sentences differ in nothing but white space, quotation marks and other
    typography, a byline, the credit of a known agency, a dateline or a time stamp that only one of
    them has, and in how a number or a date is written. Where that is in doubt they do not."""
    if first == second:
        return True
    mine, theirs = _wording(first), _wording(second)
    return (
        (not mine.clock or not theirs.clock or mine.clock == theirs.clock)
        and (not mine.place or not theirs.place or mine.place == theirs.place)
        and len(mine.words) == len(theirs.words)
        and all(map(_same_word, mine.words, theirs.words))
    )


@lru_cache(maxsize=2048)
def _wording(sentence: str) -> _Wording:
    text = readable(re.sub(_BROKEN, _MAY_BE_A_HYPHEN, sentence))[0]
    text = re.sub(_CREDIT, "", unicodedata.normalize("NFC", text).strip())
    before = re.match(_BEFORE, text)
    parts = before.groupdict() if before else {}
    words = _words(text[before.end() if before else 0 :])
    place = parts.get("place") or parts.get("alone") or ""
    return _Wording(
        words or _words(text), _words(parts.get("clock") or ""), _words(place.strip(" ,"))
    )


def _words(text: str) -> list[str]:
    capitals = text.isupper()
    text = " ".join(_with_worths(_with_worths(text, "date"), "number").split())
    text = re.sub(_BOUND, r" \g<0>", re.sub(_NO_BOUND, "", text))
    text = re.sub(r"\.{3}|…", " … ", re.sub(r"^[-–—]\s+(?!\d)", "", text))
    if not capitals:  # mW is not MW
        text = re.sub(_UNIT, lambda unit: re.sub(_CAPITAL, r"^\g<0>", unit[0]), text)
    words = re.sub("--", " - ", text.translate(_TYPOGRAPHY)).casefold().split()
    return [own for word in words if (own := word.strip(_MARKS))]


def _same_word(first: str, second: str) -> bool:
    """Whether they are one, a hyphen at a line's end in it or not."""
    if first == second:
        return True
    if _MAY_BE_A_HYPHEN not in first + second:
        return False
    ways = [{word.replace(_MAY_BE_A_HYPHEN, way) for way in ("", "-")} for word in (first, second)]
    return not ways[0].isdisjoint(ways[1])


def _with_worths(text: str, kind: mentions.Kind) -> str:
    """The text with what each date, or number, is worth in its place."""
    pieces, at = [], 0
    for value in mentions.find(kind, text):
        worth = claim(value.of(text))
        if isinstance(worth, Day | Quantity) and not re.fullmatch(_MAY_BE_TWO, value.of(text)):
            parts = (str(part) for part in structs.astuple(worth))
            pieces += [text[at : value.start], f"x{'x'.join(parts)}"]  # no number any more
            at = value.end
    return "".join([*pieces, text[at:]])
