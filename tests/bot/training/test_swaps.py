"""Swapped questions: one thing is changed, and the passage gives no ground for it."""

from __future__ import annotations

import random

import pytest

from bot.training.swaps import Swap, names, swaps

PASSAGE = (
    "Anna Berg opened the bakery in Oslo on Monday 4 May 1912. Carl Dahl bought it in"
    " 1931. In June the largest customer was the Royal Norwegian Navy."
)
ANSWERING = "Anna Berg opened the bakery in Oslo on Monday 4 May 1912."


def made(question: str, others: tuple[str, ...] = ("Gustav Hale", "Trondheim")) -> list[Swap]:
    return [
        swap
        for seed in range(20)
        for swap in swaps(question, PASSAGE, ANSWERING, others, random.Random(seed))
    ]


def test_names_are_runs_of_capitals_but_no_days_and_no_first_words() -> None:
    assert names("The mayor of Oslo met J. K. Rowling in May.") == ["Oslo", "J. K. Rowling"]
    assert names("Who saw Anna Berg’s bakery?") == ["Anna Berg"]


def test_another_name_is_not_one_of_the_answer_s_sentence() -> None:
    swapped = {swap.question for swap in made("When did Anna Berg open it?") if swap.kind == "name"}
    assert swapped == {
        "When did Carl Dahl open it?",
        "When did Gustav Hale open it?",
    }


@pytest.mark.parametrize(
    ("question", "never"),
    [
        ("What opened in 1912?", {"1912", "1931"}),
        ("What happened on Monday?", {"Monday"}),
        ("What happened in June?", {"June", "May"}),
    ],
)
def test_another_number_or_day_stands_nowhere_in_the_passage(
    question: str, never: set[str]
) -> None:
    swapped = [swap.question for swap in made(question) if swap.kind == "number"]
    assert swapped
    assert not any(word in text for text in swapped for word in never)


def test_an_antonym_and_a_negation() -> None:
    kinds = {(swap.kind, swap.question) for swap in made("Who was the largest customer?")}
    assert ("antonym", "Who was the smallest customer?") in kinds
    assert ("negation", "Who wasn't the largest customer?") in kinds


@pytest.mark.parametrize(
    "question", ["What must it have?", "Who did not come?", "Who didn't come?"]
)
def test_what_is_no_auxiliary_or_negated_already_is_not_negated(question: str) -> None:
    assert not [swap for swap in made(question) if swap.kind == "negation"]


def test_a_swap_is_another_question() -> None:
    for question in ("Who opened the bakery in Oslo in 1912?", "who?", ""):
        assert all(swap.question.lower() != question.lower() for swap in made(question))
