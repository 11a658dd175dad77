"""The short answer in a sentence: one value alone, or none."""

from __future__ import annotations

import pytest

from bot.answering.question import understand
from bot.answering.short_answer import short_answer
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
        # parts of a value are none
        ("How much did it cost?", "It cost $20m in all.", None),
        ("How much did it cost?", "It cost 5½ euros.", None),
        ("When was it?", "It was on 2023-05-24.", None),
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
