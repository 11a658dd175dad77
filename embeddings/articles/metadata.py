"""What is known of an article beside its text, from the surest place that tells it."""

from __future__ import annotations

import datetime
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.articles.article import Extract, Part

SHORT_LINE = 120
"""Longest first line or paragraph, in characters, that is taken for a title. A guess: headlines
are shorter."""

LONGEST_TITLE = 300
"""Characters; a title is indexed with each of its article's passages."""

_DATE = r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)"


def title_of(source: str, extract: Extract) -> str:
    """The title that the file states, else what it begins with if that is short, else the file's
    name."""
    title = " ".join((extract.title or _opening(extract)).split())
    return title[:LONGEST_TITLE] or PurePosixPath(source).stem


def published_on(source: str, extract: Extract) -> str | None:
    """The ISO date that the file states, else one in its name, else None."""
    return iso_date(extract.published or "") or iso_date(PurePosixPath(source).stem)


def iso_date(text: str) -> str | None:
    """The first date of the form 2023-05-24 (or _ . or nothing between) in a text."""
    match = re.search(_DATE, text)
    if match is None:
        return None
    try:
        return datetime.date(*map(int, match.groups())).isoformat()
    except ValueError:
        return None


def heading_of(text: str, part: Part) -> str:
    """The words of a heading, without what marks it as one."""
    words = text[part.start_char : part.end_char]
    return re.sub(r"^#{1,6}[ \t]+", "", words).rstrip(" \t#")


def _opening(extract: Extract) -> str:
    """What the text begins with, if it is a heading or no longer than a line."""
    first = next((part for part in extract.parts if part.kind != "front matter"), None)
    if first is None:
        return ""
    if first.kind in ("table", "code", "caption"):
        first = next((part for part in extract.parts if part.kind == "heading"), first)
    short = first.kind in ("paragraph", "list") and first.end_char - first.start_char <= SHORT_LINE
    return heading_of(extract.text, first) if short or first.kind == "heading" else ""
