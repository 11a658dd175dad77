"""Noun phrases, and how central each is in its question."""

from __future__ import annotations

import pytest

from bot.answering.english.noun_phrases import phrases_of
from bot.answering.english.words import singular, words_of


def weights(question: str) -> dict[str, float]:
    """Noun phrase → its weight."""
    return {phrase.text: phrase.weight for phrase in phrases_of(question)}


def test_words_clitics_and_marks_come_in_order() -> None:
    assert [word.low for word in words_of("Who’s Gov. O'Neil?")] == [
        *["who", "'s", "gov", ".", "o'neil", "?"]
    ]
    text = "Musk’s room, 3 p.m."
    assert all(text[word.start : word.end] == word.text for word in words_of(text))


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ("Did Mary Cole meet John Hill?", ["Mary Cole", "John Hill"]),
        ("What did Gov. Ron DeSantis say?", ["Gov. Ron DeSantis"]),
        ("Was the Museum of Art closed?", ["the Museum of Art"]),
        ("What did John F. Kennedy say?", ["John F. Kennedy"]),
        ("Did Johnson & Johnson grow?", ["Johnson & Johnson"]),
        ("What do blue whales eat?", ["blue whales"]),
        ("What choir did Netflix praise?", ["the choir", "Netflix"]),
        ("Why was the launch late?", ["the launch"]),
        ("It was late.", []),
        ("Who moderated the debate?", ["the debate"]),
        ("Is it so?", []),
    ],
)
def test_the_phrases_of_a_question(question: str, phrases: list[str]) -> None:
    assert [phrase.text for phrase in phrases_of(question)] == phrases


def test_of_a_sentence_only_the_names_are_taken() -> None:
    sentence = "Investor David Sacks, who moderated the event, greeted Gov. Ron DeSantis."
    names = phrases_of(sentence, names_only=True)
    assert [name.text for name in names] == ["David Sacks", "Gov. Ron DeSantis"]


def test_a_part_weighs_less_than_a_thing_in_its_place() -> None:
    part, thing = (
        weights("Did the price please the town?"),
        weights("Did the lake please the town?"),
    )
    assert part["the price"] == thing["the lake"] - 3
    assert part["the town"] == thing["the town"]
    assert part["the price"] < part["the town"] < thing["the lake"]


def test_what_is_of_something_weighs_less_than_that() -> None:
    complement, alone = (
        weights("Did the roof of the hut leak?"),
        weights("Did the roof leak in it?"),
    )
    assert complement["the roof"] == alone["the roof"] - 3
    assert complement["the roof"] < min(
        weight for phrase, weight in complement.items() if phrase != "the roof"
    )


@pytest.mark.parametrize(
    ("plural", "single"), [("causes", "cause"), ("symptoms", "symptom"), ("stories", "story")]
)
def test_the_singular_of_a_plural(plural: str, single: str) -> None:
    assert singular(plural) == single
