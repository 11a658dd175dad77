"""What dates and numbers are worth, and which are the same."""

from __future__ import annotations

import pytest

from bot.answering.english.quantities import quantity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("600,000", "600000"),
        ("more than 600,000", "about 600,000"),
        ("2.5 million", "2,500,000"),
        ("twenty", "20"),
        ("60 minutes", "1 hour"),
        ("30 minutes", "half an hour"),
        ("6:30 p.m.", "6:30 pm"),
        ("24 May 2023", "May 24, 2023"),
        ("40 %", "40 percent"),
        ("twenty-one", "21"),
        ("2 years", "24 months"),
    ],
)
def test_quantities_that_are_the_same_in_other_words(one: str, other: str) -> None:
    assert quantity(one) is not None
    assert quantity(one) == quantity(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("20 minutes", "20"),
        ("20 %", "20"),
        ("2023", "20"),
        ("6 p.m.", "6"),
        ("$20", "€20"),
        ("5 miles", "5 km"),
        ("more than 200", "fewer than 200"),
        ("May 24", "May 24, 2023"),
    ],
)
def test_quantities_of_different_sorts_are_never_the_same(one: str, other: str) -> None:
    first, second = quantity(one), quantity(other)
    assert first is not None
    assert second is not None
    assert first.sort != second.sort


@pytest.mark.parametrize(
    "value",
    [
        "",
        "half",
        "several",
        "May",
        "44 BC",
        "19th century",
        "1990s",
        "25 p.m.",
        "6:99 pm",
        "two hundred fifty",
        "two dozen",
        "yesterday",
        "9" * 40,
    ],
)
def test_what_cannot_be_told_is_no_quantity(value: str) -> None:
    assert quantity(value) is None
