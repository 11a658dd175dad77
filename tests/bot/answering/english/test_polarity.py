"""Whether a sentence says that something is so, or that it is not."""

from __future__ import annotations

import pytest

from bot.answering.english.polarity import clauses, denies


@pytest.mark.parametrize(
    "text",
    [
        "The pier is not open.",
        "The pier isn't open.",
        "The pier isn’t open.",
        "Nobody crossed the pier.",
        "The guards refused to open the pier.",
        "The guards failed to open the pier.",
        "The owner denies that it is open.",
        "They went without lamps.",
        "Dogs are banned from the pier.",
        "Which piers cannot be used?",
    ],
)
def test_it_denies(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize(
    "text",
    [
        "The pier is open.",
        "No fewer than six crossed the pier.",
        "Not only the pier but the beach is open.",
        "The boat lies at pier No. 7.",
        "There is no doubt that the pier is open.",
        "The note hangs at the knot of the rope.",
        "They refused the prize.",
    ],
)
def test_it_does_not(text: str) -> None:
    assert not denies(text)


def test_each_statement_is_a_clause_of_its_own() -> None:
    assert clauses("The pier is open, but dogs are not let in.") == [
        "The pier is open",
        " dogs are not let in.",
    ]
    assert clauses("It ended at ten, “not a minute late”.") == [
        "It ended at ten, ",
        "not a minute late",
        ".",
    ]
    (denial,) = clauses("The owner denied that he had the key.")
    assert denies(denial)
