"""Markdown: plain text with front matter and headings that are marked as such."""

from __future__ import annotations

import re

from embeddings.articles.article import Extract, Part
from embeddings.articles.decoding import decode
from embeddings.articles.formats import text as plain_text

_FRONT_MATTER = r"(?s)---[ \t]*\r?\n(.{0,65536}?)\r?\n---[ \t]*(?:\r?\n|$)"
_HEADING_OR_FENCE = r"(?m)^(?:#{1,6}[ \t]+(?P<heading>[^\r\n]*)|(?P<fence>```|~~~))"


def extract(data: bytes) -> Extract:
    """A Markdown file → its text and parts; title and date of its front matter, or first heading.

    Raises:
        Unreadable: the bytes are no text.
    """
    encoding, text = decode(data)
    header = re.match(_FRONT_MATTER, text)
    stated = _front_matter(header[1]) if header else {}
    body_start = header.end() if header else 0
    front = (Part(0, body_start, "front matter"),) if header else ()
    return Extract(
        text=text,
        encoding=encoding,
        parts=(*front, *plain_text.parts(text, body_start)),
        title=stated.get("title") or _first_heading(text[body_start:]),
        published=stated.get("date") or stated.get("published"),
    )


def _front_matter(text: str) -> dict[str, str]:
    """The header's plain values. Nothing in it is interpreted: a title is what it says.

    A header that is not YAML ("title: Zoo: a new llama") is read line by line.
    """
    import yaml  # 20 ms, for Markdown files with front matter only

    try:
        header = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        header = dict(re.findall(r"(?m)^(\w+):[ \t]*([^\r\n]*)", text))
    if not isinstance(header, dict):
        return {}
    return {key: value for key, value in header.items() if isinstance(value, str)}


def _first_heading(body: str) -> str | None:
    """The first heading outside code."""
    fence = None
    for match in re.finditer(_HEADING_OR_FENCE, body):
        if match["fence"]:
            fence = {None: match["fence"], match["fence"]: None}.get(fence, fence)
        elif fence is None and (heading := match["heading"].rstrip(" \t#")):
            return heading
    return None
