"""Markdown: plain text whose first heading is its title."""

from __future__ import annotations

from msgspec import structs

from embeddings.articles.article import Extract
from embeddings.articles.formats import text as plain_text
from embeddings.articles.metadata import heading_of


def extract(data: bytes) -> Extract:
    """A Markdown file → its text and parts; title and date of its header, or the first heading.

    Raises:
        Unreadable: the bytes are no text.
    """
    plain = plain_text.extract(data)
    headings = (heading_of(plain.text, part) for part in plain.parts if part.kind == "heading")
    first = next(filter(None, headings), None)
    return structs.replace(plain, title=plain.title or first)
