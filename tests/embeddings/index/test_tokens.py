"""Numbers, dates and signs, as words that are one however they are written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.index.numerals import date, number, told
from embeddings.index.stems import stems
from embeddings.index.tokens import tokens, words

GROUPS = (",", " ", "\u00a0", "\u2009", "\u202f", "'", "’")
UNITS = "zero one two three four five six seven eight nine ten eleven twelve".split()


def one(text: str) -> list[str]:
    return [*words(text)]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("48,500 ewes", "48 500 ewes"),
        ("7.250.000 crowns", "7,250,000 crowns"),
        ("3.000 voters", "3,000 voters"),
        ("12.345 residents", "12345 residents"),
        ("4,75 a pint", "4.75 a pint"),
        ("1.250,50", "1,250.50"),
        ("seven goals", "7 goals"),
        ("6½ acres", "6.5 acres"),
        ("a 3¾-inch pipe", "a 3.75-inch pipe"),
        ("11 ½ furlongs", "11.5 furlongs"),
        ("4 3/8 pints", "4.375 pints"),
        ("5\u20448 of a mile", "0.625 of a mile"),
        ("71\u20444 tons", "7.25 tons"),
        ("½ million votes", "500,000 votes"),
        ("8⅔ litres", "8.667 litres"),
        ("Thirty-two houses", "32 houses"),
        ("half a billion stars", "500 million stars"),
        ("2.4 million", "2,400,000"),
        ("three hundred and five", "305"),
        ("a dozen eggs", "12 eggs"),
        ("two dozen", "24"),
        ("900k", "900,000"),
        ("£3m", "£3 million"),
        ("€7bn", "€7 billion"),
        ("the 22nd", "the twenty-second"),
        ("40kg", "40 kg"),
        ("15%", "15 per cent"),
        ("15 %", "15 percent"),
        ("$9", "9 dollars"),
        ("one week", "1 week"),
        ("2021-02-09", "9 February 2021"),
        ("09.02.2021", "February 9, 2021"),
        ("2021/02/19", "19/02/2021"),
        ("02/19/2021", "19 Feb. 2021"),
        ("the 9th of February", "the 9 of February"),
        ("_loud_", "loud"),
        ("don’t", "don't"),
        ("A−", "A-"),
    ],
)
def test_what_is_written_in_two_ways_is_one(text: str, other: str) -> None:
    assert sorted(stems(text)) == sorted(stems(other))


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("19,90", "9.90"),
        ("version 1.2.3", "1.2"),
        ("version v1.2.3", "2.3"),
        ("Python 3.10", "3.1"),
        ("at 192.168.1.20", "192.168"),
        ("May 24 600 people", "24600"),
        ("call 555 123 456", "555123456"),
        ("0800 123 456", "123456"),
        ("won 3-2", "32"),
        ("in 2019 250 people", "2019250"),
        ("one of them", "1"),
        ("03/04/2019", "april"),
        ("31.31.2019", "31"),
        ("agent 007", "7"),
        ("the 1990s", "1990"),
        ("20. Three men", "23"),
        ("1.234 metres", "1234"),
    ],
)
def test_no_part_of_something_else_is_a_number(text: str, others: str) -> None:
    assert others not in one(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rated BBB-.", ["rated", "bbb-", "bbb"]),
        ("an A-level", ["an", "a", "level"]),
        ("pre- and post-war", ["pre", "and", "post", "war"]),
        ("F# and C++, (B+)", ["f#", "f", "and", "c++", "c", "b+", "b"]),
        ("R&D at AT&T", ["r&d", "r", "d", "at", "at&t", "at", "t"]),
        ("@anna on #tide, a@b.no", ["@anna", "anna", "on", "#tide", "tide", "a", "b", "no"]),
        ("Canal+ shows", ["canal+", "canal", "shows"]),
    ],
)
def test_a_sign_makes_a_second_word(text: str, found: list[str]) -> None:
    assert one(text) == found


def test_places_are_those_of_what_is_written() -> None:
    text = "On 2021-02-09 İda paid 2.4 million (€7bn) for C#."
    assert [(word, text[start:end]) for word, start, end in tokens(text)] == [
        *(("on", "On"), ("9", "2021-02-09"), ("february", "2021-02-09"), ("2021", "2021-02-09")),
        *(("ida", "İda"), ("paid", "paid"), ("2400000", "2.4 million"), ("euro", "€")),
        *(("7000000000", "7bn"), ("for", "for"), ("c#", "C#"), ("c", "C")),
    ]


@given(st.integers(1000, 10**12), st.sampled_from(GROUPS))
def test_a_number_is_one_however_its_digits_are_grouped(value: int, mark: str) -> None:
    grouped = f"{value:,}".replace(",", mark)
    assert number(grouped) == str(value)
    assert one(f"they paid {grouped} crowns") == ["they", "paid", str(value), "crowns"]


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(GROUPS))
def test_two_numbers_are_never_one(value: int, other: int, mark: str) -> None:
    grouped = one(f"{value:,}".replace(",", mark))
    assert (grouped == one(str(other))) == (value == other)


@given(st.integers(0, 10**6), st.integers(0, 99))
def test_a_decimal_comma_is_a_point(whole: int, part: int) -> None:
    assert one(f"{whole},{part:02}") == one(f"{whole}.{part:02}") == [f"{whole}.{part:02}"]


@given(st.text())
def test_places_are_in_the_text_whatever_it_is(text: str) -> None:
    found = [*tokens(text)]
    assert [token.word for token in found] == one(text)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert all(token.word and not token.word.isspace() for token in found)


def test_numbers_in_words() -> None:
    assert told(["ninety", "nine", "balloons"]) == (2, Decimal(99))
    assert told(["two", "hundred", "and", "six"]) == (4, Decimal(206))
    assert told(["one", "thousand", "and", "one", "nights"]) == (4, Decimal(1001))
    assert told(["twenty", "twenty"]) == (1, Decimal(20))
    assert told(["one"]) is told(["hundred"]) is told(["a", "man"]) is None
    assert [told([word, "men"]) for word in UNITS[2:]] == [(1, Decimal(n)) for n in range(2, 13)]


def test_dates_whose_order_is_not_certain_have_a_year_alone() -> None:
    ambiguous, same, none = date("05/06/2020"), date("06/06/2020"), date("31.02.2020")
    assert ambiguous is not None
    assert same is not None
    assert (ambiguous.year, ambiguous.month, ambiguous.day) == (2020, None, None)
    assert (same.month, same.day) == (6, 6)
    assert none is None or none.day == 31  # there is no calendar here
    assert date("13.13.2020") is None
