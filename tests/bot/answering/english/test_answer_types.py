"""What a question asks for, by its words."""

from __future__ import annotations

import pytest

from bot.answering.english.answer_types import LONGEST, asks_for, ordered, ordinals, sought
from bot.answering.english.mentions import Kind


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
        ("What did the ferry cost?", "number"),
        ("What was the mill sold for?", "number"),
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
    assert sought(question).kind == kind


def test_only_the_beginning_of_a_question_is_read() -> None:
    assert asks_for("x" * LONGEST + " who?") is None


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many people listened?", {"peopl", "listen"}),
        ("What was the number of viewers?", {"viewer"}),
        ("How many of the rooms failed?", {"room"}),
        ("How late was it?", set()),
        ("Who counted them?", set()),
    ],
)
def test_what_is_counted(question: str, counted: set[str]) -> None:
    assert sought(question).counted == counted


@pytest.mark.parametrize(
    ("question", "age", "time", "money"),
    [
        ("How old is she?", True, True, False),
        ("At which age did he retire?", True, True, False),
        ("How long did it take?", False, True, False),
        ("How late did it start?", False, True, False),
        ("How many minutes did it last?", False, True, False),
        ("How much did it cost?", False, False, True),
        ("What will a seat cost?", False, False, True),
        ("How many people came?", False, False, False),
    ],
)
def test_the_sort_of_number_that_is_asked_for(
    question: str, age: bool, time: bool, money: bool
) -> None:
    wanted = sought(question)
    assert (wanted.age, wanted.time, wanted.money) == (age, time, money)


def test_which_of_several_is_asked_about() -> None:
    assert sought("How full was the second room?").ordinals == {"second"}
    assert ordinals("The First room, then the last") == {"first", "last"}
    assert ordered("The first room, then the last talk") == {"room", "talk"}
    assert ordered("The room") == frozenset()


@pytest.mark.parametrize(
    ("text", "question", "yes_or_no"),
    [
        ("Who moderated it", True, False),
        ("and when?", True, False),
        ("In which year did he go?", True, False),
        ("whats the figure", True, False),
        ("Name one of the rooms.", True, False),
        ("the bridge is open?", True, False),
        ("Was Musk angry?", True, True),
        ("And did he say why?", True, False),
        ("But is it open", True, True),
        ("biggest room ever", False, False),
        ("The bridge, which is old, was closed.", False, False),
        ("", False, False),
    ],
)
def test_a_question_is_told_from_a_claim_and_from_keywords(
    text: str, question: bool, yes_or_no: bool
) -> None:
    assert (sought(text).question, sought(text).yes_or_no) == (question, yes_or_no)
