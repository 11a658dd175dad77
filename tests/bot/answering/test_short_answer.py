"""The short answer in a sentence: what was read, or one value alone, or none."""

from __future__ import annotations

import pytest

from bot.answering.english.mentions import Mention
from bot.answering.question import understand
from bot.answering.short_answer import SURE, is_alone, is_sure, read_answer, short_answer
from embeddings.encoding.light import LightEncoder


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("How late did it start?", "It started more than 20 minutes late.", "more than 20 minutes"),
        ("How late did it start?", "It began half an hour late.", "half an hour"),
        ("How old is he?", "The 51-year-old owner spoke.", "51-year-old"),
        ("How old is she?", "She said that it took six hours.", None),
        ("How much was the damage?", "In the fire eleven people were killed.", None),
        ("How much was the damage?", "The damage was put at $2.5 million.", "$2.5 million"),
        ("How many people were in the room?", "The second room held 280,000 people.", None),
        ("How many people listened?", "Nearly 700,000 people came.", "Nearly 700,000"),
        ("When did it start?", "It began at 6:30 p.m. in the end.", "6:30 p.m."),
        ("How many viewers were there?", "After 3 hours there were 280,000 viewers.", "280,000"),
        ("How many hours did it take?", "After 3 hours there were 280,000 viewers.", "3 hours"),
        ("How much did it cost?", "It cost $20m in all.", "$20m"),
        ("What did the ferry cost?", "The ferry cost £3.5 million in 1998.", "£3.5 million"),
        ("What does the soup cost?", "The soup costs €7,50.", "€7,50"),
        ("How long is the path?", "The path is 30km long.", None),  # kilometres are no time
        ("When was it?", "It was on 2023-05-24.", "2023-05-24"),
        ("When was it?", "It was on 09.02.2021.", "09.02.2021"),
        ("When was it sold?", "It was sold last year.", "last year"),
        ("How old is the pilot?", "The pilot, 38, was unhurt.", "38"),
        ("How old is the pilot?", "A pilot aged 38 was unhurt.", "38"),
        ("How old is the pilot?", "The pilot had flown 38 times.", None),
        # parts of a value are none
        ("How much did it cost?", "It cost 5½ euros.", None),
        # no telling
        ("How many rooms were there?", "There were 280,000 viewers.", None),
        ("How long did it take?", "There were 280,000 viewers.", None),
        ("How many fans has Bo?", "Al has 6,000 fans: Bo has 14,000.", None),
        ("How many fans were in the first room?", "The second had 280,000 fans.", None),
        ("How many fans were there?", "It was not built for 600,000 fans.", None),
        ("How many came?", "Between 500 and 600 came.", None),
        ("How many came in 2023?", "Few came in 2023.", None),
        ("When was it?", "On Monday, and again on Tuesday.", None),
        ("Who moderated?", "David Sacks moderated.", None),
        ("Why?", "Because of 3 errors.", None),
        ("How many?", "", None),
    ],
)
def test_a_short_answer_is_marked_only_where_one_value_can_be_it(
    encoder: LightEncoder, question: str, sentence: str, short: str | None
) -> None:
    mention = short_answer(understand(question, encoder), sentence)
    assert (mention.of(sentence) if mention else None) == short


@pytest.mark.parametrize(
    ("question", "sentence", "words", "short"),
    [
        ("Who moderated?", "David Sacks moderated.", "David Sacks", "David Sacks"),
        ("What failed?", "The old bridge failed, he said.", "old bridge", "old bridge"),
        (
            "Why did it fail?",
            "It failed because of the rain.",
            "because of the rain.",
            "because of the rain",
        ),
        ("How late was it?", "It began more than 20 minutes late.", "20", "more than 20 minutes"),
        ("When did it start?", "At 6 p.m. Eastern it all began.", "6 p.m", "6 p.m."),
        ("How long did it take?", "It took about an hour to end.", "an hour", "about an hour"),
        # the one in the clause that the question is about
        ("How many fans has Bo?", "Al has 6,000 fans: Bo has 14,000.", "6,000", "14,000"),
        # all of the sentence: one value alone, or none
        ("How many came?", "The show had 600 guests.", "The show had 600 guests.", "600"),
        ("Who came?", "Bo and Al came at last.", "Bo and Al came at last.", None),
        # no telling
        ("Did Bo come?", "Bo came at last, and Al did.", "Bo came", None),
        ("How many came?", "The room was full of people.", "full", None),
        ("How many came?", "It was not built for 600 people.", "600", None),
        (
            "How large is it?",
            "The hall, which Bo owns, is by far the larger room of the two.",
            "by far the larger room of the two",
            None,
        ),
        ("Who moderated the event?", "The moderators were late, it said.", "moderators", None),
        ("Who owns the Twitter app?", "The Twitter tech team is there.", "Twitter", None),
    ],
)
def test_what_was_read_is_the_short_answer(
    encoder: LightEncoder, question: str, sentence: str, words: str, short: str | None
) -> None:
    start = sentence.index(words)
    mention = read_answer(
        understand(question, encoder), sentence, Mention(start, start + len(words))
    )
    assert (mention.of(sentence) if mention else None) == short


def test_a_number_of_the_sort_needs_less_of_a_score(encoder: LightEncoder) -> None:
    sentence = "In all 600 guests came, and 20 cooks."
    guests = Mention(7, 10)
    question = understand("How many guests came?", encoder)
    assert is_sure(question, sentence, guests, 0)
    assert is_alone(question, sentence, guests)
    assert not is_alone(question, "At 7 p.m. 600 guests came.", Mention(10, 13))
    question = understand("How many waiters were there?", encoder)
    assert not is_sure(question, sentence, guests, SURE - 1)
    assert is_sure(question, sentence, guests, SURE)
    assert not is_alone(question, sentence, guests)
