"""A message as people type it → what it asks."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.answering.asked import _PLAIN, LONGEST, MOST, parts, read
from bot.evaluation.questions import load
from tests.conftest import PROJECT

QUESTION = "When did the ferry to Norholm sink?"


@pytest.mark.parametrize(
    ("message", "question"),
    [
        # Greetings, thanks and what leads to a question, in one sentence.
        ("Hello there, when did the ferry sink?", "When did the ferry sink?"),
        ("hi when did the ferry sink", "When did the ferry sink"),
        ("hello bot where is the ferry now", "Where is the ferry now"),
        ("Hey there chatbot, who steered it?", "Who steered it?"),
        ("hi guys did the ferry sink", "Did the ferry sink"),
        ("Dear Ms Holm, where was it built? Kind regards, Jon", "Where was it built?"),
        ("Please tell me who steered the ferry.", "Who steered the ferry?"),
        ("please, who steered the ferry?", "Who steered the ferry?"),
        ("Who steered the ferry, please?", "Who steered the ferry?"),
        ("Who steered it? Many thanks in advance!", "Who steered it?"),
        ("My question is this: who steered the ferry?", "Who steered the ferry?"),
        ("One more question: why did it sink?", "Why did it sink?"),
        ("What I want to know is how deep the fjord is.", "How deep the fjord is?"),
        ("According to the articles, who steered it?", "Who steered it?"),
        # Indirect questions.
        ("Do you know when the ferry sank?", "When the ferry sank?"),
        ("could anyone kindly tell us why it sank", "Why it sank?"),
        ("can you find out who owned the ferry?", "Who owned the ferry?"),
        ("I was wondering if the ferry sank", "Whether the ferry sank?"),
        ("I wonder whether anyone drowned.", "Whether anyone drowned?"),
        ("I'd like to know how many people drowned", "How many people drowned?"),
        ("I'd be grateful if you could tell me where it sank.", "Where it sank?"),
        ("I was wondering if you could tell me where it sank", "Where it sank?"),
        ("Any idea why it sank?", "Why it sank?"),
        ("So please tell me: why did it sink?", "Why did it sink?"),
        ("And do you know who steered it?", "Who steered it?"),
        ("Would you mind telling us when it sank?", "When it sank?"),
        ("Pls help me understand why it sank", "Why it sank?"),
        ("Hope you are fine :) Quick q - who steered it?", "Who steered it?"),
        ("Q: Who steered it?", "Who steered it?"),
        # Orders.
        ("Tell me about the ferry.", "the ferry"),
        ("Can you tell me more about the ferry?", "the ferry"),
        ("What do the articles say about the ferry?", "the ferry"),
        ("Summarise what the texts say about the ferry", "the ferry"),
        ("Explain why the ferry sank", "Why the ferry sank?"),
        ("Explain the delay", "the delay"),
        ("list the captains", "the captains"),
        ("Give me a list of the captains", "the captains"),
        ("Is there any information on the captain?", "the captain"),
        ("I am looking for the date of the launch", "the date of the launch"),
        ("Search for Norholm", "Norholm"),
        ("quote what the captain said", "What the captain said?"),
        ("Could you please give me the captain's words?", "the captain's words"),
        ("Compare the figures for the damage", "the damage"),
        (
            "Compare the number of passengers given by the articles",
            "How many passengers were there?",
        ),
        ("Give me the number of lifeboats", "How many lifeboats were there?"),
        # One of several sentences asks.
        ("Good morning! I am Jon. " + QUESTION + " I look forward to hearing from you.", QUESTION),
        (
            "I have lost a week on this. So: who steered the ferry? Thanks!",
            "Who steered the ferry?",
        ),
        ("Who was fined? The captain or the mate?", "Who was fined? The captain or the mate?"),
        (
            "I've been told that the ferry sank in May. Is that correct?",
            "Is it true that the ferry sank in May?",
        ),
        ("Ole Holm steered it. Is this so?", "Is it true that Ole Holm steered it?"),
        ("My aunt said it sank twice! Isn’t that true?", "Is it true that it sank twice?"),
        ("Who was fined? I mean the second time.", "Who was fined? I mean the second time."),
    ],
)
def test_what_stands_round_a_question_is_no_part_of_it(message: str, question: str) -> None:
    asked = read(message)
    assert (asked.question, asked.unsearched) == (question, None)
    assert parts(message) == [message]
    assert read(asked.question).question == question


@pytest.mark.parametrize(
    "message",
    [
        QUESTION,
        "when did the ferry sink",
        "and when?",
        "Why?",
        "What about the mate?",
        "Tell me more.",
        "Hello Kitty",
        "Dear Evan Hansen",
        "Cheers was filmed in Boston.",
        "Goodbye Yellow Brick Road",
        "test results",
        "Hey Jude was written by whom?",
        "Please Please Me was recorded when?",
        "Who sang Thank You?",
        "Who may vote as they please?",
        "Who wrote Hello, Dolly!?",
        "List prices rose when?",
        "Will Smith was there.",
        "Did Gov. Holm speak?",
        "Do you know Mr. Holm?",
        "Could you swim there?",
        "If it rains, is the market closed?",
        "Who shouted “Stop! Who goes there?” at the gate?",
        "ferry to Norholm",
        "The ferry sank. Nobody drowned.",
        "Help for the drowned was late.",
        "Thanks to whom did nobody drown?",
        "Is the question whether it sank?",
        "Who is Prof. Cheers?",
        "Was Mrs. Please fined?",
        "Is that right?",
        "Hey Bulldog was recorded when?",
        "Who sank it and when?",
        "When, where and why did it sink?",
        "When did it sink, and why?",
        "Which ferry sank, and when was it raised?",
        "Who was fined, and what did he do?",
        "What caught fire; where was it stored?",
        "Was the mate, who was asleep, fined?",
        "Do you recall the year when it sank; what a year!",
        "Who shouted “What is it, and who are you?” at the gate?",
        "What is the difference between a/c and d/c?",
    ],
)
def test_what_is_a_question_as_it_stands_is_left_as_it_is(message: str) -> None:
    assert read(message).question == message
    assert read(message).unsearched is None
    assert parts(message) == [message]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        *((text, "no question") for text in ("hello", "Hi!", "hey there", "thanks", "Thank you!")),
        *((text, "no question") for text in ("Thanks, this was useful!", "That’s very helpful.")),
        *(
            (text, "no question")
            for text in ("help", "/help", "?", "…", "ok", "good morning", "bye")
        ),
        ("Hello! How are you? Thanks.", "no question"),
        ("What can I ask?", "no question"),
        ("Can you help me?", "no question"),
        ("compare", "no question"),
        ("Thanks :)", "no question"),
        *((text, "no summaries") for text in ("Summarize", "tl;dr", "Sum up the articles, please")),
        ("Could you give me a short summary of the articles?", "no summaries"),
        ("What are the articles about?", "no summaries"),
        ("The ferry was late again and again. " * 40, "too long"),
        ("Who is " + "very " * 300 + "tall?", "too long"),
    ],
)
def test_what_asks_nothing_is_not_searched(message: str, why: str) -> None:
    assert read(message).unsearched == why
    assert parts(message) == [message]


def test_a_long_text_is_searched_for_what_it_asks() -> None:
    story = "The ferry was late again, and nobody in the town could say why that was so. " * 60
    asked = read(f"{story}{QUESTION} {story}")
    assert len(story) > 4 * LONGEST
    assert (asked.question, asked.unsearched) == (QUESTION, None)


def test_what_a_question_is_about_may_stand_before_it() -> None:
    asked = read("Hi! The ferry to Norholm sank in May. When was it raised? Thanks.")
    assert asked.question == "When was it raised?"
    assert asked.before == ("The ferry to Norholm sank in May.",)
    stated = "The ferry sank. There is no ferry now"
    assert read(stated).question == stated


def test_each_of_several_questions_is_one() -> None:
    message = (
        "Hi! Tell me about the ferry. It sank in May. Who steered it? And why did it sink? Thanks."
    )
    cut = parts(message)
    assert cut == [
        "Hi! Tell me about the ferry.",
        "It sank in May. Who steered it?",
        "And why did it sink? Thanks.",
    ]
    assert [read(part).question for part in cut] == [
        "the ferry",
        "Who steered it?",
        "And why did it sink?",
    ]
    assert len(parts("Who left? " * MOST)) == MOST
    assert parts("Who left? " * (MOST + 1)) == ["Who left? " * (MOST + 1)]


@pytest.mark.parametrize(
    ("message", "cut"),
    [
        (
            "Who steered the ferry, and when did it sink?",
            ["Who steered the ferry,", "and when did it sink?"],
        ),
        (
            "how deep is the fjord; who measured it",
            ["how deep is the fjord;", "who measured it"],
        ),
        (
            "Where did it sink / how many people drowned / what happened next?",
            ["Where did it sink /", "how many people drowned /", "what happened next?"],
        ),
        (
            "Hi, can you tell me who steered it, and why was the mate fined? Thanks!",
            ["Hi, can you tell me who steered it,", "and why was the mate fined? Thanks!"],
        ),
        (
            "Who is Jon Holm, and what did he say?",
            ["Who is Jon Holm,", "and what did he say?"],
        ),
        (
            "Did the mate wake up, but who rang the bell?",
            ["Did the mate wake up,", "but who rang the bell?"],
        ),
    ],
)
def test_two_questions_in_one_sentence_are_two(message: str, cut: list[str]) -> None:
    assert parts(message) == cut
    first = read(cut[0]).question
    assert first.endswith("?")
    assert not first.endswith((",?", ";?", "/?"))


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("- When was it dug\n- Who dug it\n- Why", ["When was it dug?", "Who dug it?", "Why?"]),
        ("1. Who dug it\n2. Did it\n   flood", ["Who dug it?", "Did it flood?"]),
        ("Two questions:\n* Who dug it?\n* When was it dug", ["Who dug it?", "When was it dug?"]),
        ("(a) Who dug it\n\n(b) tell me about the lock", ["Who dug it?", "the lock"]),
        (
            "• How deep is it\n• which way does it run",
            ["How deep is it?", "which way does it run?"],
        ),
    ],
)
def test_each_line_of_a_list_asks(message: str, questions: list[str]) -> None:
    assert [read(part).question for part in parts(message)] == questions


@pytest.mark.parametrize(
    "quoted",
    [
        "“Is it deep? I doubt it.”",
        '"Is it deep? No. Is it wide?"',
        "«Is it deep? No.»",
        "„Is it deep? No.“",
        "‘Isn’t it deep? No.’",
    ],
)
def test_a_quotation_is_not_cut(quoted: str) -> None:
    message = f"Who dug the lock? {quoted} Who said that? And when?"
    assert parts(message) == ["Who dug the lock?", f"{quoted} Who said that?", "And when?"]


TYPED = "Hi! please, thanks. ? Who When did you tell me about the ferry if it sank, so: “Stop!”"
WORDS = st.sampled_from([*TYPED.split(), "; who is", "/ what did", ", and when was"])


@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join)))
@example("\r\n")
@example("“")
def test_nothing_that_was_asked_is_lost(message: str) -> None:
    cut = parts(message)
    assert " ".join(" ".join(cut).split()) == " ".join(message.split())
    for part in cut:
        asked = read(part)
        assert asked.question or asked.unsearched or not part.strip()


def test_labelled_questions_stand_as_they_are_and_the_quick_way_says_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    questions = [
        question.text
        for name in ("five_articles", "seeds")
        for question in load(PROJECT / f"tests/eval/questions/{name}.jsonl")
    ]
    with (PROJECT / "tests/eval/conversations.jsonl").open(encoding="utf-8") as lines:
        questions += [turn["question"] for line in lines for turn in json.loads(line)["turns"]]
    assert [read(question).question for question in questions] == questions
    monkeypatch.setattr("bot.answering.asked._PLAIN", "(?!)")
    assert _PLAIN != "(?!)"
    assert [read(question).question for question in questions] == questions


@pytest.mark.parametrize(
    "repeated",
    [
        *(
            "hi ",
            "please ",
            "can you please ",
            "thanks for a ",
            "tell me more ",
            "so, ",
            "all of the ",
        ),
        *("i would just like ", "could you all please kindly ", "any more information ", "“", '"'),
    ],
)
def test_no_text_can_be_taken_in_very_many_ways(repeated: str) -> None:
    for tail in ("", "!", "x?", "€"):
        message = repeated * (4 * LONGEST // len(repeated)) + tail
        assert parts(message) == [message]
        read(message)  # it would not come back
