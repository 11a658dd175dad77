from __future__ import annotations

import pytest

from embeddings.articles.formats.text import extract
from embeddings.errors import Unreadable


def test_a_file_without_a_header_states_nothing_of_itself() -> None:
    extract_ = extract("Title\n\n• Café.".encode("utf-16"))
    assert (extract_.text, extract_.encoding) == ("Title\n\n• Café.", "utf-16-le")
    assert [part.kind for part in extract_.parts] == ["paragraph", "list"]
    assert [part.label for part in extract_.parts] == [None, None]
    assert (extract_.title, extract_.published) == (None, None)
    with pytest.raises(Unreadable, match="is binary"):
        extract(b"\0\1\2")


def test_a_header_is_read_as_in_markdown() -> None:
    extract_ = extract(b"---\ntitle: A mill\npublished: 2020-05-06\n---\n\nIt was sold.\n")
    assert (extract_.title, extract_.published) == ("A mill", "2020-05-06")
    assert [part.kind for part in extract_.parts] == ["front matter", "paragraph"]
