"""A bare question and the one before it → the whole question that it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.answering.bare import LONGEST_QUOTATION, is_bare_question, quoted
from bot.answering.citation import Answer
from bot.answering.followups import Turn, resolve
from bot.archive import Archive
from bot.settings import Settings
from embeddings.encoding.model import DEFAULT_MODEL
from tests.conftest import MAX_BYTES, SEEDS

MARKED = "“Spaces was largely a prototype, not a finished product,” a former staffer told CNN."


@pytest.mark.parametrize(
    ("before", "question", "searched"),
    [
        # Put before what had no question word.
        ("Did Musk cancel the Spaces?", "why?", "Why did Musk cancel the Spaces?"),
        ("Did it start late?", "How late?", "How late did it start?"),
        ("Was he kicked off?", "How many times?", "How many times was he kicked off?"),
        ("Is anyone helping?", "Who?", "Who is helping?"),
        # In the place of the question word that was there.
        ("Where was DeSantis interviewed?", "By whom?", "By whom was DeSantis interviewed?"),
        ("By whom was he interviewed?", "And when?", "When was he interviewed?"),
        ("What did Gowdy joke about?", "Where?", "Where did Gowdy joke about it?"),
        ("How late did it start?", "Why?", "Why did it start late?"),
        ("What time did it start?", "Why?", "Why did it start?"),
        ("How many people were laid off?", "Why?", "Why were people laid off?"),
        ("Who was the moderator?", "Since when?", "Since when was someone the moderator?"),
        ("When exactly did it end?", "Why?", "Why did it end?"),
        # Where nothing stands between question word and verb.
        ("Who left?", "And when?", "When was it that someone left?"),
        ("Which room failed?", "When?", "When was it that the room failed?"),
        ("How many people left?", "Why?", "Why was it that people left?"),
        # What it is to another cannot be told: both are searched.
        ("Was Musk furious?", "Why not?", "Was Musk furious, and why not?"),
        ("Tell me about glass.", "When?", "Tell me about glass, and when?"),
        ("Did Musk apologize?", "How many?", "Did Musk apologize, and how many?"),
    ],
)
def test_asks_the_same_for_something_else(before: str, question: str, searched: str) -> None:
    assert resolve(question, [Turn(before, None, None)]) == searched


def test_who_was_named_in_the_answer_is_named_in_the_question() -> None:
    earlier = [Turn("Who bought Twitter?", None, "Elon Musk bought the company last year.")]
    assert resolve("When?", earlier) == "When was it that Elon Musk bought Twitter?"


@pytest.mark.parametrize(
    "question", ["Who said that?", "and who said so?", "Says who?", "According to whom?"]
)
def test_that_which_was_said_is_what_was_marked(question: str) -> None:
    searched = resolve(question, [Turn("What is Spaces?", None, MARKED)])
    assert searched == "Who said “Spaces was largely a prototype, not a finished product”?"


def test_he_who_said_it_is_named_too() -> None:
    searched = resolve("When did he say that?", [Turn("Who is Elon Musk?", None, MARKED)])
    words = "“Spaces was largely a prototype, not a finished product”"
    assert searched == f"When did Elon Musk say {words}?"


def test_nothing_was_marked_so_nobody_said_it() -> None:
    assert resolve("Who said that?", [Turn("What is Spaces?", None, None)]) is None


@pytest.mark.parametrize("marked", ["He left early.", "“No,” he said.", "«x", '"', "it " * 500])
def test_what_is_quoted_has_no_marks_of_its_own_and_no_end(marked: str) -> None:
    words = quoted(marked)
    assert len(words) <= LONGEST_QUOTATION + 2
    assert not set(words[1:-1]) & set('“”"')


@pytest.mark.parametrize("question", ["Why?", "and when?", "For how much?", "Ok, how late?"])
def test_is_bare(question: str) -> None:
    assert is_bare_question(question)


@pytest.mark.parametrize("question", ["", "Why Musk?", "When did it start?", "and", "Sacks?"])
def test_is_not_bare(question: str) -> None:
    assert not is_bare_question(question)


@pytest.fixture(scope="module")
def archive(seeds_index: Path) -> Archive:
    return Archive(Settings(SEEDS, seeds_index, DEFAULT_MODEL, MAX_BYTES))


def asked(archive: Archive, questions: Sequence[str]) -> Answer:
    answers: list[Answer] = []
    for question in questions:
        answers.append(archive.answer(question, after=answers))
    return answers[-1]


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        (["Did the launch start late?", "How late?"], "half an hour"),
        (["Was the first room given up?", "When?"], "some 20 minutes"),
        (["Was Musk furious behind the scenes?", "Who said that?"], "Platformer"),
    ],
)
def test_the_mark_has_what_is_asked_for(archive: Archive, questions: list[str], says: str) -> None:
    given = asked(archive, questions)
    assert says in given.citations[0].highlight.text


def test_nobody_is_said_to_have_said_what_the_article_says(archive: Archive) -> None:
    questions = ["How long was the video of DeSantis?", "Who said that?"]
    given = asked(archive, questions)
    assert not given.answered or "said" in given.citations[0].highlight.text


def test_what_was_cited_is_not_cited_again_for_what_it_does_not_say(archive: Archive) -> None:
    given = asked(archive, ["Did a concert in Fortnite draw more people?", "When?"])
    assert not given.answered


@pytest.mark.parametrize(
    "sentence",
    [
        "The second claim is easier to test.",
        "He never said a word about the bridge.",
        "The dog called Rex was lost near the quay.",
        "The council has not yet told its tenants.",
    ],
)
def test_no_noun_no_denial_and_no_name_is_a_verb_of_saying(tmp_path: Path, sentence: str) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(f"The quay\n\nIt rained on Monday. {sentence}\n")
    at = Settings(folder, tmp_path / "index", DEFAULT_MODEL, MAX_BYTES)
    with Archive(at) as archive:
        assert not archive.ask(f"Who said {quoted(sentence)}?").answered


@pytest.mark.parametrize(
    ("before", "question"),
    [("Who's Sacks?", "and when?"), ("In which year, if any, did he buy it?", "and why?")],
)
def test_what_cannot_be_taken_apart_is_left_as_it_is(before: str, question: str) -> None:
    searched = resolve(question, [Turn(before, None, None)]) or ""
    assert "was it that" not in searched
