"""What is known of an article beside its text, from the surest place that tells it."""

from __future__ import annotations

import datetime
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.articles.article import Extract

SHORT_LINE = 120
"""Longest first line, in characters, that is taken for a title. A guess: headlines are shorter."""

LONGEST_TITLE = 300
"""Characters; a title is indexed with each of its article's passages."""

_DATE = r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)"


def title_of(source: str, extract: Extract, body: str) -> str:
    """The title that the file states, else a short first line, else the file's name.

    Args:
        body: the text without front matter.
    """
    title = " ".join((extract.title or _first_line(body)).split())
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


def _first_line(body: str) -> str:
    first = re.split(r"[\r\n]", body.lstrip(), maxsplit=1)[0].strip()
    return first if len(first) <= SHORT_LINE else ""
