"""What short answers say, and which say the same."""

from __future__ import annotations

import pytest

from bot.answering.english.claims import claim, same


@pytest.mark.parametrize(
    ("value", "other", "expected"),
    [
        ("600,000", "about 600,000", True),
        ("20 minutes", "30 minutes", False),
        ("20 minutes", "600,000", None),
        ("May 24, 2023", "24 May 2023", True),
        ("May 2023", "May 24, 2023", True),
        ("2023", "May 24, 2023", True),
        ("Wednesday", "Wednesday, May 24", True),
        ("May 24", "May 25", False),
        ("May 24, 2022", "May 24, 2023", False),
        ("2023", "May 24", None),
        ("Wednesday", "May 24", None),
        ("Sacks", "David Sacks", True),
        ("Gov. Ron DeSantis", "DESANTIS", True),
        ("David Sacks’", "the David Sacks", True),
        ("David Sacks", "Trey Gowdy", False),
        ("David Sacks", "2023", None),
    ],
)
def test_what_says_the_same(value: str, other: str, expected: bool | None) -> None:
    first, second = claim(value), claim(other)
    assert first is not None
    assert second is not None
    assert same(first, second) is same(second, first) is expected


@pytest.mark.parametrize(
    "value",
    ["", "the moderators", "Musk and Sacks", "Rome, Paris", "the President", "a lot", "May be"],
)
def test_what_says_nothing_plain(value: str) -> None:
    assert claim(value) is None
