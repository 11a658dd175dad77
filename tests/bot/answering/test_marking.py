"""Which sentence of a passage is marked, and which passage stands first for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.answering import judging, marking
from bot.answering.citation import Answer
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.encoding.pairs import PairReader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.asking import asked
from tests.conftest import MAX_BYTES, write

ARTICLES: dict[str, str | bytes] = {
    "huts.txt": "Huts\n\nThe hut at Fonn has no stove. The hut at Sel has a stove and six beds.\n",
    "passes.txt": "Passes\n\nThe pass of Skard isn't cleared in winter. The pass of Gol is cleared"
    " in winter by the army.\n",
    "crew.txt": "Crew\n\nThe stokers never went aboard the Ragna. The cook and the mate went aboard"
    " the Ragna at six.\n",
    "east.txt": "East side\n\nThe lifts on the east side of the ski hill are not running.\n",
    "west.txt": "West side\n\nThe lifts on the west side of the ski hill are running.\n",
    "weaver.txt": "The last weaver of Tynset\n\nQ: When did you learn to weave?\nA: At six, from my"
    " grandmother.\nQ: Who buys the blankets?\nA: Hotels, mostly, and a ship or two.\n",
    "pool.md": "# The pool\n\n## How warm is the water?\n\nTwenty-six degrees, a little less in"
    " March.\n\n## Are towels lent?\n\nNo, but the kiosk sells them.\n",
    "editor.txt": "Leaving\n\n**Why did the editor resign?**\n\nShe had been told to drop a story"
    " about the bank. Her desk was empty by noon.\n\nThey all asked one thing: who would print it"
    " now?\n",
    "kilns.txt": "Kilns\n\nThe kiln at Moi failed to draw in the rain. The kiln at Egge did not"
    " fail to draw in the rain.\n",
    "boats.txt": "Boats\n\nThe Lom can carry hay. The Vaga cannot carry hay.\n",
    "well.txt": "Well\n\nIt is a myth that the well of Dale was dug by giants. The well of Dale"
    " was dug by miners.\n",
    "priest.txt": "The bell\n\nOle Moe denied the sale of the bell. Per Lie did not deny the"
    " sale of the bell.\n",
    "schmied.txt": "Das Feuer\n\nDer Bauer hat die Scheune am Fluss nicht angezündet. Der Kutscher"
    " hat die Scheune am Fluss angezündet, und das Gericht hat ihn im Herbst verurteilt.\n",
    "frage.txt": "Der Turm\n\nWann wurde der Turm gebaut？ Im Jahr 1652, sagt die Chronik.\n",
}
Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("marking")
    rebuild(write(folder / "seeds", ARTICLES), folder / "index", model, max_bytes=MAX_BYTES)
    return folder / "index"


@pytest.fixture(params=[True, False], ids=["read", "not read"])
def ask(
    folder: Path, encoder: LightEncoder, reader: PairReader, request: pytest.FixtureRequest
) -> Iterator[Ask]:
    index = Index(folder)
    own = reader if request.param else None
    yield lambda question, limit=3: asked(question, index, encoder, limit, reader=own)
    index.close()


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("Which hut has a stove?", "The hut at Sel has a stove and six beds."),
        ("Which hut has no stove?", "The hut at Fonn has no stove."),
        ("Which pass is cleared in winter?", "The pass of Gol is cleared in winter by the army."),
        ("Which pass is not cleared in winter?", "The pass of Skard isn't cleared in winter."),
        ("Who went aboard the Ragna?", "The cook and the mate went aboard the Ragna at six."),
        ("Who did not go aboard the Ragna?", "The stokers never went aboard the Ragna."),
        ("Which kiln failed to draw in the rain?", "The kiln at Moi failed to draw in the rain."),
        ("Which boat cant carry hay?", "The Vaga cannot carry hay."),
        ("Who dug the well of Dale?", "The well of Dale was dug by miners."),
        ("Who denied the sale of the bell?", "Ole Moe denied the sale of the bell."),
        (
            "Wer hat die Scheune am Fluss nicht angezündet?",
            "Der Bauer hat die Scheune am Fluss nicht angezündet.",
        ),
        (
            "Wer hat die Scheune am Fluss angezündet?",
            "Der Kutscher hat die Scheune am Fluss angezündet, und das Gericht hat ihn im Herbst"
            " verurteilt.",
        ),
    ],
)
def test_of_two_neighbours_the_one_of_the_question_s_polarity_is_marked(
    ask: Ask, question: str, marked: str
) -> None:
    assert ask(question).citations[0].highlight.text == marked


def test_a_denial_answers_a_question_of_yes_or_no(ask: Ask) -> None:
    marked = ask("Did the stokers go aboard the Ragna?").citations[0].highlight.text
    assert marked == "The stokers never went aboard the Ragna."


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Which lifts on the ski hill are running?", "west.txt", "east.txt"),
        ("Which lifts on the ski hill are not running?", "east.txt", "west.txt"),
    ],
)
def test_where_they_stand_in_two_passages_both_are_shown_and_that_one_first(
    ask: Ask, question: str, first: str, second: str
) -> None:
    assert [citation.source for citation in ask(question).citations[:2]] == [first, second]


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("When did you learn to weave?", "A: At six, from my grandmother."),
        ("Who buys the blankets of the weaver?", "A: Hotels, mostly, and a ship or two."),
        ("How warm is the water?", "Twenty-six degrees, a little less in March."),
        ("Are towels lent at the pool?", "No, but the kiosk sells them."),
        ("Why did the editor resign?", "She had been told to drop a story about the bank."),
        ("Wann wurde der Turm gebaut?", "Im Jahr 1652, sagt die Chronik."),
    ],
)
def test_a_question_is_no_answer_and_what_follows_it_is(
    ask: Ask, question: str, marked: str
) -> None:
    answer = ask(question)
    assert answer.answered
    assert answer.citations[0].highlight.text == marked


def test_a_question_answers_what_somebody_asked(ask: Ask) -> None:
    marked = ask("What was the one thing that they all asked?").shown[0].highlight.text
    assert marked == "They all asked one thing: who would print it now?"


def test_spoiled_weights_are_seen(
    folder: Path, encoder: LightEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index(folder)

    def first(question: str) -> tuple[str, str]:
        citation = asked(question, index, encoder).shown[0]
        return citation.source, citation.highlight.text

    questions = ("Who went aboard the Ragna?", "How warm is the water?")
    passages = "Which lifts on the ski hill are not running?"
    usual, in_order = [first(question) for question in questions], first(passages)
    with monkeypatch.context() as patch:
        patch.setattr(marking, "CONTRARY", -marking.CONTRARY)
        assert first(questions[0]) != usual[0]
    with monkeypatch.context() as patch:
        patch.setattr(judging, "CONTRARY", -20 * judging.CONTRARY)
        assert first(passages) != in_order
    index.close()
