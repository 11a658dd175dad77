"""Dates, numbers, names and quotations, as exact spans of a text."""

from __future__ import annotations

import pytest

from bot.answering.english import mentions
from bot.answering.english.mentions import Kind


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("date", "24 May 2023, a Friday, 6:30 p.m.", ["24 May 2023", "Friday", "6:30 p.m."]),
        ("date", "in May 1999 and the 1990s, 44 BC", ["May 1999", "1990s", "44 BC"]),
        ("date", "2,000 people may come", []),
        (
            "date",
            "on 2021-02-09, 09.02.2021 and 5/6/2020",
            ["2021-02-09", "09.02.2021", "5/6/2020"],
        ),
        ("date", "on Feb 9, 2021 or 9 Sept 2020", ["Feb 9, 2021", "9 Sept 2020"]),
        ("date", "sold last year, again this week", ["last year", "this week"]),
        ("number", "1 250 000 or £3m, €2.5bn, a dozen", ["1 250 000", "£3m", "€2.5bn", "a dozen"]),
        ("number", "two hundred and six at 7,50", ["two hundred and six", "7,50"]),
        ("number", "version 1.2.3 at 192.168.1.20", []),
        ("number", "600,000, 2.5 million and 40 %", ["600,000", "2.5 million", "40 %"]),
        ("number", "$3 for twenty-one of them", ["$3", "twenty-one"]),
        ("number", "Someone often listens", []),
        (
            "name",
            "In Paris, Elon Musk met the Bank of Spain.",
            ["Paris", "Elon Musk", "Bank of Spain"],
        ),
        ("name", "However, it was late.", []),
        ("quotation", "He said “we finished strong” and left.", ["“we finished strong”"]),
        ("cause", "It failed because of the load.", ["because"]),
    ],
)
def test_values_are_exact_spans(kind: Kind, text: str, found: list[str]) -> None:
    assert [text[one.start : one.end] for one in mentions.find(kind, text)] == found
    assert [one.of(text) for one in mentions.find(kind, text)] == found


def test_what_the_question_has_already_is_nothing_new() -> None:
    text = "In Paris, Elon Musk met the Bank of Spain."
    known = {"elon", "musk", "paris"}
    assert [one.of(text) for one in mentions.new("name", text, known)] == ["Bank of Spain"]


def test_words_are_in_order_and_in_lower_case() -> None:
    assert mentions.lower_words("It's THE end-of 3, é!") == [
        "it",
        "s",
        "the",
        "end",
        "of",
        "3",
        "é",
    ]
