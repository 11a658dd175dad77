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
        "It is a myth that the pier is open.",
        "It is untrue that the pier is open.",
        "The story that the pier is open was a lie.",
        "There is no proof that the pier is open.",
        "It was not open and dogs were banned.",
        "Nobody was let in without a dog, and the pier was not swept.",
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
        "The guards did not fail to open the pier.",
        "The guards never once refused to open it.",
        "Nobody could deny that it was open.",
        "The owner hasn't denied it.",
        "It was not without a lamp.",
        "He spoke the cant of thieves, as was his wont.",
        "The wrong key was bent.",
    ],
)
def test_it_does_not(text: str) -> None:
    assert not denies(text)


@pytest.mark.parametrize(
    "question",
    [
        "Which piers cant be used?",
        "Who dont swim?",
        "What wasnt sold?",
        "Which dogs wont bite?",
        "What is a myth about the pier?",
        "Which door isn`t shut?",
    ],
)
def test_a_question_that_is_typed_in_haste_denies(question: str) -> None:
    assert denies(question, asked=True)


@pytest.mark.parametrize("question", ["Who has cantatas?", "What is his wont?", "Who is Kant?"])
def test_a_question_that_does_not(question: str) -> None:
    assert not denies(question, asked=True)


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
    (myth,) = clauses("It is a myth that the pier was built by monks.")
    assert denies(myth)
    rumour, truth = clauses("Contrary to reports that the pier sank, it was sold.")
    assert denies(rumour)
    assert not denies(truth)
