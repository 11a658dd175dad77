from __future__ import annotations

import pytest

from bot.answering.english import mentions
from bot.answering.english.answer_types import asks_for
from bot.answering.english.mentions import Kind
from bot.answering.short_answer import short_answer


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who moderated the event?", "name"),
        ("Whose account was used?", "name"),
        ("In which city was it recorded?", "name"),
        ("Where did it start?", "name"),
        ("When did it start?", "date"),
        ("What year was it founded?", "date"),
        ("How many people listened?", "number"),
        ("how old is she", "number"),
        ("What is the population of the town?", "number"),
        ("What percentage of the staff left?", "number"),
        ("What did the mayor say about the bridge?", "quotation"),
        ("Why did it fail?", "cause"),
        ("How did it fail?", None),
        ("What is an audio room?", None),
        ("Was there a plan?", None),
        ("bridge repairs", None),
        ("", None),
    ],
)
def test_what_a_question_asks_for(question: str, kind: Kind | None) -> None:
    assert asks_for(question) == kind


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("date", "24 May 2023, a Friday, 6:30 p.m.", ["24 May 2023", "Friday", "6:30 p.m."]),
        ("date", "in May 1999 and the 1990s, 44 BC", ["May 1999", "1990s", "44 BC"]),
        ("date", "2,000 people may come", []),
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
    assert [text[start:end] for start, end in mentions.find(kind, text)] == found


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
    question: str, sentence: str, short: str | None
) -> None:
    span = short_answer(question, sentence)
    assert (sentence[span.start : span.end] if span else None) == short
