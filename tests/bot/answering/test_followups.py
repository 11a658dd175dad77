"""A follow-up and what came before → the question that is searched."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from typing import Any

import pytest
from msgspec import structs

from bot.answering.english.noun_phrases import Rule, Said
from bot.answering.followups import LONGEST, TABLES, Tables, Turn, resolve
from bot.evaluation.questions import load as labelled
from tests.conftest import PROJECT, SHARED, needs_shared
from tests.eval.conversations import left_alone, load, outcomes


def talk(*turns: Said) -> list[Turn]:
    """Earlier turns from questions, or (question, marked sentence), as the program keeps them."""
    earlier: list[Turn] = []
    for turn in turns:
        question, marked = (turn, None) if isinstance(turn, str) else turn
        earlier.append(Turn(question, resolve(question, earlier), marked))
    return earlier


def without(table: str, rule: Rule[Any]) -> Tables:
    """The tables with one row less."""
    rows = tuple(row for row in getattr(TABLES, table) if row is not rule)
    return structs.replace(TABLES, **{table: rows})


MODERATED = "Who moderated the event?"
MARKED = "Investor David Sacks, who moderated the event, and Elon Musk greeted Gov. Ron DeSantis."


@pytest.mark.parametrize(
    ("earlier", "question", "searched"),
    [
        # What opens a question as people say it.
        (["How old is Mary Cole?"], "Ok, what about Jim Hill?", "How old is Jim Hill?"),
        (["How old is Mary Cole?"], "So what about Jim Hill?", "How old is Jim Hill?"),
        (["What is Earlybird?"], "Is it likely to crash?", "Is Earlybird likely to crash?"),
        # Persons: whom the question names, or who answers it.
        (["Who is Trey Gowdy?"], "What did he joke about?", "What did Trey Gowdy joke about?"),
        (["What did Joe Biden post?"], "Is his party small?", "Is Joe Biden's party small?"),
        (["How old is Mary Cole?"], "Who knows her?", "Who knows Mary Cole?"),
        (["How old is Mary Cole?"], "Who is her son?", "Who is Mary Cole's son?"),
        (
            [(MODERATED, MARKED)],
            "How many followers does he have?",
            "How many followers does David Sacks have?",
        ),
        (
            [("Who hosted it?", "DeSantis spoke on Fox News, with host Trey Gowdy asking.")],
            "What did he ask?",
            "What did Trey Gowdy ask?",
        ),
        (
            [("Who praised the room?", "As the moderator Sacks praised it, Musk was silent.")],
            "What did he say?",
            "What did Sacks say?",
        ),
        (["Did Mary Cole meet John Hill?"], "Where did he live?", "Where did John Hill live?"),
        # Things.
        (["What is Earlybird?"], "Did it crash?", "Did Earlybird crash?"),
        (["Did the launch start late?"], "Was it short?", "Was the launch short?"),
        (["What did she say about Spaces?"], "Was it new?", "Was Spaces new?"),
        (["Tell me about the history of glass."], "Who made it?", "Who made glass?"),
        (["Was Netflix a part of Hulu?"], "Is it big?", "Is Netflix big?"),
        (["What is Earlybird?"], "Did Ann and Bob praise it?", "Did Ann and Bob praise Earlybird?"),
        # Several.
        (["What are blue whales?"], "What do they eat?", "What do blue whales eat?"),
        (["What are blue whales?"], "Is their milk fat?", "Is blue whales' milk fat?"),
        (["When did the band form?"], "Did they tour?", "Did the band tour?"),
        (["What crew was it for?"], "Did they agree?", "Did the crew agree?"),
        (["What is Netflix?"], "Are they rich?", "Is Netflix rich?"),
        # Two kinds at once.
        (
            ["What is Earlybird?", "Did Joe Biden praise it?"],
            "Why did he like it?",
            "Why did Joe Biden like Earlybird?",
        ),
        # A part without its whole, and more.
        (["What is anemia?"], "What are the symptoms?", "What are the symptoms of anemia?"),
        (["What is anemia?"], "Symptoms?", "Symptoms of anemia?"),
        (["What is anemia?"], "Is there anything else?", "About anemia: is there anything else?"),
        (
            ["What are the causes of anemia?"],
            "Is there anything else?",
            "About anemia: is there anything else?",
        ),
        (
            ["Can you tell me the causes of anemia?"],
            "Is there anything else?",
            "About anemia: is there anything else?",
        ),
        (
            ["Who is Joe Biden?"],
            "What happened in 2021?",
            "About Joe Biden: what happened in 2021?",
        ),
        # Less than a question.
        (["Did the launch crash?"], "Why?", "Why did the launch crash?"),
        (["Did the launch crash?", "Why?"], "And when?", "When did the launch crash?"),
        (
            ["Did the launch crash?"],
            "When did that happen?",
            "Did the launch crash, and when did that happen?",
        ),
        (["How old is Joe Biden?"], "What about Elon Musk?", "How old is Elon Musk?"),
        (["How old is Joe Biden?"], "And Elon Musk?", "How old is Elon Musk?"),
        (
            ["Who watched the PlayStation showcase?"],
            "What about the Fortnite concert?",
            "Who watched the Fortnite concert?",
        ),
        (
            ["How big is the front room?"],
            "What about the back room?",
            "How big is the back room?",
        ),
        (["Who won?"], "And in Florida?", "Who won in Florida?"),
        (["Is chilli a stew?"], "How about goulash?", "Is chilli a stew, and how about goulash?"),
    ],
)
def test_resolves(earlier: list[Said], question: str, searched: str) -> None:
    assert resolve(question, talk(*earlier)) == searched


@pytest.mark.parametrize(
    "question",
    [
        "“We will dig it again.” Who said that?",
        '"Is it deep?" Who said that?',
        "Who said “it was an act of folly, and they knew”?",
    ],
)
def test_a_quotation_is_asked_about_as_it_stands(question: str) -> None:
    earlier = talk(("Who dug the lock?", "“It took a year,” said Ann Holm, who dug the lock."))
    assert resolve(question, earlier) is None


@pytest.mark.parametrize(
    ("earlier", "question", "searched"),
    [
        # What is said of a thing is no thing.
        (["The ferry was slow."], "Who steered it?", "Who steered the ferry?"),
        (["The bridge was unstable."], "Who closed it?", "Who closed the bridge?"),
        (["How wide the canal looked?"], "Who dug it?", "Who dug the canal?"),
        (["Why was the train early?"], "Who drove it?", "Who drove the train?"),
        (["Did the rumour prove false?"], "Who spread it?", "Who spread the rumour?"),
        (["How costly the harbour is?"], "Who pays for it?", None),
        (["They started weak."], "Who told it?", None),
        # What is counted has an article.
        (["Was that lamp new?"], "Is it bright?", "Is the lamp bright?"),
        (["Did she lose her first boat?"], "Where did it sink?", "Where did the boat sink?"),
        (["Did any tram run?"], "Was it full?", "Was the tram full?"),
        (["What is glass?"], "Is it old?", "Is glass old?"),
        # It is what follows.
        (["Why did the tram stop?"], "Who claimed that it was the longest queue in years?", None),
        (["Why did the tram stop?"], "Did he write it is the oldest lock of all?", None),
        (
            ["Why did the tram stop?"],
            "Who claimed that it was a trap?",
            "Who claimed that the tram was a trap?",
        ),
    ],
)
def test_an_adjective_stands_for_nothing_and_a_noun_has_its_article(
    earlier: list[Said], question: str, searched: str | None
) -> None:
    assert resolve(question, talk(*earlier)) == searched


@pytest.mark.parametrize(
    ("earlier", "question", "searched"),
    [
        ("Who sang in Norway?", "And in Iceland?", "Who sang in Iceland?"),
        ("Who sang in Norway in 1998?", "And in 2004?", "Who sang in Norway in 2004?"),
        ("Who sang in Norway in 1998?", "And in Iceland?", "Who sang in Iceland in 1998?"),
        ("Who sang in Norway?", "And in May?", "Who sang in Norway in May?"),
        ("Who sang in May?", "And in June?", "Who sang in June?"),
        ("Who sang in Oslo and Bergen?", "But in Paris?", "Who sang in Paris?"),
        ("How many people in Oslo voted?", "And in Bergen?", "How many people in Bergen voted?"),
        ("Who is the mayor of Oslo?", "And of Bergen?", "Who is the mayor of Bergen?"),
        ("Who fell in the first lap?", "What about in the last lap?", "Who fell in the last lap?"),
        ("Who sang on Monday?", "And in Oslo?", "Who sang on Monday in Oslo?"),
    ],
)
def test_a_place_or_a_time_is_put_where_its_like_stands(
    earlier: str, question: str, searched: str
) -> None:
    assert resolve(question, talk(earlier)) == searched


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        pytest.param(table, rule, id=f"{table}: {rule.name}")
        for table in structs.asdict(TABLES)
        for rule in getattr(TABLES, table)
    ],
)
def test_each_rule_decides_in_its_example(table: str, rule: Rule[Any]) -> None:
    *questions, question, searched = rule.example
    earlier = talk(*questions)
    assert isinstance(question, str)
    assert resolve(question, earlier) == searched
    assert resolve(question, earlier, without(table, rule)) != searched


@pytest.mark.parametrize(
    "question",
    [
        "What time is it in London?",
        "Is it true that Musk apologized?",
        "Is it safe to swim?",
        "Was it Musk who hosted the room?",
        "What is it called when a tax decreases?",
        "Is it raining in Paris?",
    ],
)
def test_it_that_stands_for_nothing_is_left_alone_after_a_thing(question: str) -> None:
    assert resolve(question, talk("What is Earlybird?")) is None


@pytest.mark.parametrize(
    "earlier",
    ["Why did the figure change?", "When did the ferry to Norholm leave?", "Who runs the harbour?"],
)
@pytest.mark.parametrize(
    "question",
    [
        # What it is, the question says itself.
        "Was it the biggest room ever?",
        "Was it the worst launch in history?",
        "Is it the largest audience on record?",
        "Was it the longest delay so far?",
        "Was it the only interview that day?",
        "Is it the most expensive ferry in the fleet?",
        "Were they the first candidates to use a chat room?",
        # It is the weather, or nothing.
        "If it rains, is the market closed?",
        "When it rained, who closed the lock?",
        "How is it that the bridge fell?",
        # It is in the same clause.
        "Did the company lose its licence?",
        "Which candidates lost their seats?",
        # "What about" is not its last word's business.
        "How about the price of a ticket to Norholm?",
    ],
)
def test_what_stands_on_its_own_is_not_bent(earlier: str, question: str) -> None:
    assert resolve(question, talk(earlier)) is None


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Was it the biggest?", "Was Earlybird the biggest?"),
        ("Is it the guest list?", "Is Earlybird the guest list?"),
        ("Is it a record?", "Is Earlybird a record?"),
    ],
)
def test_what_does_not_say_what_it_is_asks_for_it(question: str, searched: str) -> None:
    assert resolve(question, talk("What is Earlybird?")) == searched


@pytest.mark.parametrize(
    ("earlier", "question", "searched"),
    [
        (["Who is the harbour master?"], "What about the captain?", "Who is the captain?"),
        (["What is the gross weight?"], "And the length?", "What is the length?"),
        (
            ["When did the ferry to Norholm leave?"],
            "What about the weather in Norholm?",
            "When did the ferry to Norholm leave, and what about the weather in Norholm?",
        ),
        (
            [
                ("Who won the race?", "“Nils Berg is a fox,” his rival Jan Holm said."),
                "Who said that?",
            ],
            "What about Olsen?",
            "Who won the race, and what about Olsen?",
        ),
    ],
)
def test_what_about_asks_the_question_that_was_asked(
    earlier: list[Said], question: str, searched: str
) -> None:
    assert resolve(question, talk(*earlier)) == searched


@pytest.mark.parametrize(
    ("said", "question", "searched"),
    [
        (
            "The old mill at Sandvik burnt down.",
            "When did it reopen?",
            "When did the old mill at Sandvik reopen?",
        ),
        ("Mary Cole left the party.", "Why did she leave?", "Why did Mary Cole leave?"),
        ("I read about the ferry.", "Who built it?", "Who built the ferry?"),
        ("The levee broke.", "Why?", "The levee broke, and why?"),
    ],
)
def test_a_statement_may_say_what_is_asked_about(said: str, question: str, searched: str) -> None:
    assert resolve(question, talk(said)) == searched


@pytest.mark.parametrize(
    ("earlier", "question", "searched"),
    [
        ("lung cancer", "What are the symptoms?", "What are the symptoms of lung cancer?"),
        ("Who's Trey Gowdy?", "Is he old?", "Is Trey Gowdy old?"),
        ("What is anemia?", "What's the cause?", "What's the cause of anemia?"),
    ],
)
def test_a_clitic_is_a_verb_too(earlier: str, question: str, searched: str) -> None:
    assert resolve(question, talk(earlier)) == searched


def test_nothing_stands_for_what_its_own_question_names() -> None:
    assert resolve("Did Joe Biden praise him?", talk("Is Joe Biden old?")) is None


@pytest.mark.parametrize("question", ["Are there other quasars?", "Any other quasar?"])
def test_what_the_question_says_already_is_not_put_before_it(question: str) -> None:
    assert resolve(question, talk("What is a quasar?")) is None


def test_a_number_is_no_thing() -> None:
    assert resolve("Was it long?", talk("Tell me about 2021.")) is None


@pytest.mark.parametrize(
    "question",
    [
        "How late did the launch start?",
        "What did Musk say about his account?",
        "Did Jane think she could win?",
        "What does Chuck do when he gets cold?",
        "Who is Mary Cole and where does she live?",
        "What is the Galileo system and why is it important?",
        "If you eat no meat at all, is it bad for you?",
        "Did Netflix change its name?",
        "Did Starbucks change its name?",
        "Did the engineers keep their jobs?",
        "What time is it in London?",
        "Is it true that Musk apologized?",
        "Is it safe to swim?",
        "Was it Musk who hosted the room?",
        "How long does it take to build a room?",
        "Is it raining in Paris?",
        "Who said that the servers melted?",
        "What is the room that failed?",
        "How many rooms failed this year?",
        "Who won these games in Rome?",
        "Is there a plan for problems?",
        "Were there many listeners?",
        "What is a beta test?",
        "Tell me about Blue whales.",
        "What are the symptoms of anemia?",
        "Who lost her account?",
        "When individuals buy a program, do they own it?",
        "What does it mean to stream?",
        "What makes it hard to swim?",
        "What other organic compounds contain oxygen in air?",
        "So what did Trey Gowdy say?",
    ],
)
def test_leaves_alone_what_stands_on_its_own(question: str) -> None:
    earlier = talk((MODERATED, MARKED), "How many followers does David Sacks have?")
    assert resolve(question, earlier) is None


def test_the_first_question_is_left_alone() -> None:
    assert resolve("How many followers does he have?", []) is None


def test_a_topic_lasts_through_a_chain() -> None:
    earlier = talk("Who is Trey Gowdy?", "What did he promise?", "Where does he work?")
    assert resolve("Is he old?", earlier) == "Is Trey Gowdy old?"


def test_the_edited_search_is_what_counts() -> None:
    edited = [Turn("How old is he?", "How old is Joe Biden?", None)]
    assert resolve("Where does he live?", edited) == "Where does Joe Biden live?"


def test_a_person_is_no_thing_and_a_thing_no_person() -> None:
    assert resolve("Did it crash?", talk("Who is Trey Gowdy?")) is None
    assert resolve("Is he old?", talk("What is the New York Times?")) is None


def test_he_who_is_asked_for_is_not_the_one_who_is_named() -> None:
    assert resolve("How old is he?", talk("Who owns Twitter?")) is None


def test_asked_but_not_answered() -> None:
    assert resolve("Is he old?", [Turn("Who is Joe Biden?", None, None)]) == "Is Joe Biden old?"


@pytest.mark.parametrize("name", ["C++ Corp", "A(B", "[X]* Y.", r"Q\1 Z", "$^ Key", "Ünal Ç. Öz"])
def test_names_are_taken_as_they_are(name: str) -> None:
    earlier = [Turn(f"What is {name}?", None, f"{name} is {name}.")]
    for question in ("Did it crash?", "Why?", "Is he old?", f"What about {name}?", name):
        assert (resolve(question, earlier) or question).strip()


@pytest.mark.parametrize(
    "question",
    [
        *("", " ", "?", "…", "\x00", "\x1b[2J it?", "🙂", "🙂 it 🙂?", "'", "'s", "and", "and and"),
        *("it", "what about", "that", "\u202eit", "İt ß ﬁ", "a\nb\rit\n?", "(((.*+?^$ it", "her"),
    ],
)
def test_any_text_is_taken(question: str) -> None:
    for earlier in ([], talk(question), talk("Who is Joe Biden?", question, (question, question))):
        searched = resolve(question, earlier)
        assert searched is None or searched.strip()


@pytest.mark.parametrize(
    "text",
    [
        *("it " * 3400, "Aa of " * 1700, "A.A" * 3400, "'" * 10_000, " " * 9_999 + "?"),
        *("x'" * 5000, ", and why " * 1000, "who " * 2500, "\x00" * 10_000, "🙂" * 10_000),
    ],
)
def test_long_text_takes_no_longer(text: str) -> None:
    earlier = [Turn(text, text, text)] * 50
    assert resolve(text, earlier) is None
    for question in ("Did it crash?", "Why?", "Is he old?", text[:LONGEST]):
        resolve(question, earlier)  # in linear time, or this would not come to its end


def test_the_same_every_time() -> None:
    program = (
        "from bot.answering.followups import resolve\n"
        "from tests.bot.answering.test_followups import MARKED, MODERATED, talk\n"
        "print(resolve('Did he see it?', talk((MODERATED, MARKED))))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert said == {"Did David Sacks see the event?\n"}


@needs_shared
@pytest.mark.parametrize("name", ["seeds", "natural"])
def test_whole_questions_after_any_other(name: str) -> None:
    """Questions that were asked by themselves, each after the one before it in its file."""
    questions = [each.text for each in labelled(SHARED / f"eval/{name}/questions.jsonl")]
    pairs = list(pairwise(questions))
    changed = [now for before, now in pairs if resolve(now, talk(before))]
    assert len(changed) <= 0.03 * len(pairs), changed


@needs_shared
@pytest.mark.parametrize(("name", "gain"), [("canard", 0.05), ("cast", 0.09), ("coqar", 0.06)])
def test_resolved_conversations(name: str, gain: float) -> None:
    """Floors a little below the figures in tests/eval/README.md."""
    conversations = load(SHARED / "eval/conversations" / f"{name}.jsonl")
    turns = [turn for turns in conversations for turn in outcomes(turns)]
    assert left_alone(turns) >= 0.97
    assert sum(turn.share - turn.raw for turn in turns) / len(turns) >= gain
    assert sum(turn.precision for turn in turns) / len(turns) >= 0.69
