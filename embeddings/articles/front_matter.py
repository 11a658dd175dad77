"""What a text file states of itself before its text: YAML, TOML or JSON."""

from __future__ import annotations

import datetime
import json
import re

from msgspec import Struct

from embeddings.articles.lines import LINE_END

_LONGEST = 65_536
"""Characters of a header that are looked for. A guess."""

_FENCED = (
    rf"(?s)(?P<fence>---|\+\+\+|;;;)[ \t]*(?:{LINE_END})(?P<header>.{{0,{_LONGEST}}}?)"
    rf"(?:{LINE_END})(?:(?P=fence)|\.\.\.)[ \t]*(?:{LINE_END}|\Z)"
)
"""YAML between dashes, which may end in dots (Jekyll, Pandoc); TOML between plus signs (Hugo); JSON
between semicolons."""
_KEY = r"[\"']?([^\W\d_][\w.-]*)[\"']?[ \t]*:(?:[ \t]+([^\r\n]*)|[ \t]*$)"
_LINE = r"[ \t#\-\]})].*$|$"
"""What else a line of a header may be: blank, a comment, an item, the rest of a value."""
_USUAL = {"title", "date", "published", "author", "authors", "layout", "tags"}


class Stated(Struct, frozen=True):
    """The header of a file: the characters from the first that it takes, and its plain values by
    their names in small letters."""

    end: int
    values: dict[str, str]


NONE = Stated(0, {})


def front_matter(text: str) -> Stated:
    """The header of a text; one that takes no characters where it has none.

    Nothing in it is interpreted: a title is what it says. A rule that a text begins with opens no
    header where what follows does not look like one.
    """
    if text.startswith("{"):
        values, end = _json(text)
        body = re.compile(rf"[ \t]*(?:{LINE_END})\s*+(?!{{)\S").match(text, end)
        known = isinstance(values, dict) and _USUAL & values.keys()
        return _stated(values, end) if known and body else NONE
    fenced = re.match(_FENCED, text)
    if fenced is None:
        return NONE
    header = fenced["header"]
    if fenced["fence"] == ";;;":
        return _stated(_json(header)[0], fenced.end())
    return _stated((_toml if fenced["fence"] == "+++" else _yaml)(header), fenced.end())


def _stated(values: object, end: int) -> Stated:
    if not isinstance(values, dict):
        return NONE
    plain = {str(key).lower(): value for key, value in values.items()}
    return Stated(end, {key: value for key, value in plain.items() if isinstance(value, str)})


def _yaml(header: str) -> object:
    """What a header says in YAML; one that is none ("title: Zoo: a new llama") line by line."""
    lines = re.split(LINE_END, header)
    keys = {match[1]: match[2] or "" for line in lines if (match := re.match(_KEY, line))}
    usual = any(key.lower() in _USUAL for key in keys) or all(key[0].islower() for key in keys)
    if not keys or not usual or not all(re.match(f"{_KEY}|{_LINE}", line) for line in lines):
        return None
    import yaml  # 20 ms, for files with such a header only

    try:
        values = yaml.load(header, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        values = None
    return values if isinstance(values, dict) else keys


def _toml(header: str) -> object:
    import tomllib  # for such files only

    try:
        values = tomllib.loads(header)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None
    dates = (datetime.date, datetime.time)  # a datetime is a date
    return {key: str(own) if isinstance(own, dates) else own for key, own in values.items()}


def _json(text: str) -> tuple[object, int]:
    """The object that a text begins with, and where that ends."""
    try:
        values, end = json.JSONDecoder().raw_decode(text[:_LONGEST].lstrip())
    except (ValueError, RecursionError):
        return None, 0
    return values, end
