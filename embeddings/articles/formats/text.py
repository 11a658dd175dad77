"""Plain text: what its lines make up, and the header that it may begin with."""

from __future__ import annotations

from embeddings.articles.article import Extract, Part
from embeddings.articles.blocks import parts
from embeddings.articles.decoding import decode
from embeddings.articles.front_matter import front_matter


def extract(data: bytes) -> Extract:
    """A text file → its text and parts; title and date of its header, if it has one.

    Raises:
        Unreadable: the bytes are no text.
    """
    encoding, text = decode(data)
    stated = front_matter(text)
    front = (Part(0, stated.end, "front matter"),) if stated.end else ()
    return Extract(
        text=text,
        encoding=encoding,
        parts=(*front, *parts(text, stated.end)),
        title=stated.values.get("title"),
        published=stated.values.get("date") or stated.values.get("published"),
    )
