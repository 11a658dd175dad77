"""What dates and numbers are worth, and which are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("2½ hours", "150 minutes"),
        ("nearly 1 3/4 miles", "1.75 miles"),
        ("6:30 p.m.", "6:30 pm"),
        ("24 May 2023", "May 24, 2023"),
        ("40 %", "40 percent"),
        ("twenty-one", "21"),
        ("2 years", "24 months"),
        ("4.000", "4,000"),
        ("1 250 000", "1.25 million"),
        ("7,50", "7.5"),
        ("half a billion", "500 million"),
        ("£3m", "£3 million"),
        ("£3 million", "3 million pounds"),
        ("two dozen", "24"),
        ("two hundred and six", "206"),
        ("8 per cent", "8%"),
        ("30km", "30 kilometres"),
        ("6 metres", "6 meters"),
        ("09.02.2021", "9 February 2021"),
        ("2021-02-09", "Feb. 9, 2021"),
        ("nine weeks", "9 weeks"),
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
        ("2019", "2,019"),
        ("$5m", "5 million euros"),
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
        "05/06/2020",
        "1.234",
        "1.2.3",
        "192.168.1.20",
        "3-2",
        "31.31.2020",
        "2,500,00",
        "yesterday",
        "9" * 40,
    ],
)
def test_what_cannot_be_told_is_no_quantity(value: str) -> None:
    assert quantity(value) is None


@given(st.integers(10_000, 10**9), st.integers(10_000, 10**9), st.sampled_from(", ’\u202f"))
def test_figures_are_the_same_only_if_their_numbers_are(first: int, second: int, mark: str) -> None:
    grouped = quantity(f"{first:,}".replace(",", mark))
    assert grouped is not None
    assert (grouped == quantity(str(second))) == (first == second)
