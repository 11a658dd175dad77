from __future__ import annotations

import pytest

from embeddings.articles.blocks import parts
from embeddings.articles.formats.text import extract
from embeddings.errors import Unreadable


def pieces(text: str, start: int = 0) -> list[tuple[str, str]]:
    """(kind, text) of the parts."""
    return [(part.kind, text[part.start_char : part.end_char]) for part in parts(text, start)]


def test_blank_lines_separate_paragraphs_and_the_space_around_them_is_left_out() -> None:
    assert pieces("  One.  \n \n\t\nTwo.\n") == [("paragraph", "One."), ("paragraph", "Two.")]


def test_lines_that_were_not_wrapped_are_parts_of_their_own() -> None:
    assert pieces("A line.\r\nAnother.\rA third.\nA fourth.") == [
        ("paragraph", "A line."),
        ("paragraph", "Another."),
        ("paragraph", "A third."),
        ("paragraph", "A fourth."),
    ]


def test_lines_wrapped_at_a_width_are_one_part() -> None:
    text = (
        "The launch of the campaign had been set for six in the evening, and\n"
        "thousands of people had opened the app to listen when the sound was\n"
        "lost. It came back later."
    )
    assert pieces(text) == [("paragraph", text)]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("# A heading", "heading"),
        ("###### A heading", "heading"),
        ("####### Too deep", "paragraph"),
        ("#Fail was trending.", "paragraph"),
        ("- an item", "list"),
        ("* an item", "list"),
        ("+ an item", "list"),
        ("• an item", "list"),
        ("> a quotation", "list"),
        ("12. an item", "list"),
        ("3) an item", "list"),
        ("2023. A year", "paragraph"),
        ("-5 degrees", "paragraph"),
        ("A short line", "paragraph"),
    ],
)
def test_kinds(line: str, kind: str) -> None:
    assert pieces(f"Before.\n{line}\nAfter.") == [
        ("paragraph", "Before."),
        (kind, line),
        ("paragraph", "After."),
    ]


def test_an_item_or_a_heading_ends_a_wrapped_part() -> None:
    wrapped = "- the launch of the campaign had been set for six in the evening, and it was late"
    assert pieces(f"{wrapped}\n{wrapped}\n# Then") == [
        ("list", wrapped),
        ("list", wrapped),
        ("heading", "# Then"),
    ]


def test_they_begin_where_they_are_told_to() -> None:
    assert pieces("Skipped.\n\nKept.", 9) == [("paragraph", "Kept.")]
    assert pieces("") == pieces(" \n\n ") == []


def test_a_file_states_nothing_of_itself() -> None:
    extract_ = extract("Title\n\n• Café.".encode("utf-16"))
    assert (extract_.text, extract_.encoding) == ("Title\n\n• Café.", "utf-16-le")
    assert [part.kind for part in extract_.parts] == ["paragraph", "list"]
    assert [part.label for part in extract_.parts] == [None, None]
    assert (extract_.title, extract_.published) == (None, None)
    with pytest.raises(Unreadable, match="is binary"):
        extract(b"\0\1\2")
