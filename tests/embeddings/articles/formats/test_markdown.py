from __future__ import annotations

import pytest

from embeddings.articles.formats.markdown import extract


def pieces(content: str) -> list[tuple[str, str]]:
    """(kind, text) of the parts."""
    got = extract(content.encode())
    return [(part.kind, got.text[part.start_char : part.end_char]) for part in got.parts]


def test_parts_cover_front_matter_and_body() -> None:
    assert pieces("---\ntitle: T\n---\n\n# T\n\nText.\n\n- item\n") == [
        ("front matter", "---\ntitle: T\n---\n"),
        ("heading", "# T"),
        ("paragraph", "Text."),
        ("list", "- item"),
    ]


def test_front_matter_stands_at_the_beginning_only() -> None:
    assert pieces("Text.\n\n---\ntitle: T\n---\n")[0] == ("paragraph", "Text.")
    assert all(kind != "front matter" for kind, _ in pieces("Text.\n\n---\ntitle: T\n---\n"))
    assert pieces("---\ntitle: T\n---") == [("front matter", "---\ntitle: T\n---")]
    assert pieces("---\r\ntitle: T\r\n---\r\nText.")[0][0] == "front matter"


@pytest.mark.parametrize(
    ("content", "title", "published"),
    [
        ("---\ntitle: T\ndate: 2023-05-26\n---\n# H\n", "T", "2023-05-26"),
        ("---\npublished: May 2023\n---\n# H\n", "H", "May 2023"),
        ("---\ntitle: Zoo: a llama\n---\n", "Zoo: a llama", None),
        ("---\ntitle: [a, list]\n---\nText.", None, None),
        ("intro\n\n## A *Heading* ##\n", "A *Heading*", None),
        ("```\n# no heading\n~~~\n# nor this\n```\n# Heading", "Heading", None),
        ("Text.", None, None),
    ],
)
def test_what_the_file_states_of_itself(
    content: str, title: str | None, published: str | None
) -> None:
    got = extract(content.encode())
    assert (got.title, got.published) == (title, published)
