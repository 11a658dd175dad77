"""Words that are typed wrong: mended where articles have a near one, said, and never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answering.answer import answer
from bot.answering.citation import Answer
from bot.answering.question import understand
from bot.answering.typing_errors import SURE, corrected
from bot.presenting.json import answer_json, answer_of
from bot.presenting.text import answer_lines
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.encoding.pairs import PairReader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.conftest import MAX_BYTES, write

ARTICLES: dict[str, str | bytes] = {
    "harbour.txt": "The harbour\n\nThe harbourmaster said that dredging the channel would take"
    " eleven months. Ingrid Halvorsen, the treasurer, resigned in anger. The crane was bought"
    " from a shipyard in Gdansk.",
    "choir.txt": "The choir\n\nThe choir rehearsed in the chapel. Its conductor praised the"
    " soprano, and the audience must wait until spring for tickets.",
}


@pytest.fixture(scope="module")
def typed(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("typed")
    write(folder / "articles", ARTICLES)
    rebuild(folder / "articles", folder / "index", model, max_bytes=MAX_BYTES)
    index = Index(folder / "index")
    yield index
    index.close()


def words_for(question: str, index: Index, encoder: LightEncoder) -> tuple[str, ...]:
    understood = understand(question, encoder)
    mended = corrected(understood, index.search(understood.query), index, encoder)
    return mended.words if mended else ()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How long does dreding take?", ("dredging",)),
        ("What did the haborumaster say?", ("harbourmaster",)),
        ("Who was the tresurer?", ("treasurer",)),
        ("Who is Ingrid Havlorsen?", ("Halvorsen",)),
        ("where was the crane boguht?", ("bought",)),
        ("Who praisd the sopranno?", ("praised", "soprano")),
        # whose stems are further apart than the words
        ("Who was the condctor?", ("conductor",)),
        ("What was rehearsd there?", ("rehearsed",)),
    ],
)
def test_a_word_that_no_article_has_is_searched_as_a_near_one(
    typed: Index, encoder: LightEncoder, question: str, words: tuple[str, ...]
) -> None:
    assert words_for(question, typed, encoder) == words


@pytest.mark.parametrize(
    "question",
    [
        "How long does dredging take?",  # nothing unknown
        "Was the treasurer hungry?",  # a word, though not far from another
        "Who is Astrid Havlorsen?",  # a name that no article has as a whole
        'Who wrote "dreding"?',
        "Who wrote “dreding”?",
        "who is elon musk?",  # not "must"
        "Who is Musk?",
        "Who saw the quire?",  # another first letter
        "Who dreamt of a cranefly?",
        "What does the RAF do?",
        "Why dont they come?",
        "What happened in 1987?",
    ],
)
def test_what_is_no_typing_error_is_left_alone(
    typed: Index, encoder: LightEncoder, question: str
) -> None:
    assert words_for(question, typed, encoder) == ()


def test_a_word_is_meant_for_another_only_beside_one_that_is_typed_wrong(
    model: Model, encoder: LightEncoder, tmp_path: Path
) -> None:
    write(tmp_path / "articles", {"a.txt": "The mayor spoke of paving the harbour road."})
    rebuild(tmp_path / "articles", tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index")
    assert words_for("what did the mayer speak of?", index, encoder) == ()
    assert words_for("did the mayer speak of pavving it?", index, encoder) == ("mayor", "paving")
    assert words_for("did we feel the pavving?", index, encoder) == ("paving",)
    index.close()


NEAR = """The clinic

Patients with hypernatremia drink water, and those with sulfite poisoning rest. The andesite of the
ridge is grey. Otto Reiser painted the hall, and Karin Hollman built it. The kestrel of Lindal was
ringed by Professor Brandtner.
"""


@pytest.fixture(scope="module")
def near(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("near")
    write(folder / "articles", {"near.txt": NEAR})
    rebuild(folder / "articles", folder / "index", model, max_bytes=MAX_BYTES)
    index = Index(folder / "index")
    yield index
    index.close()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What do patients with hyponatremia drink?", ()),
        ("Who rests after sulfate poisoning?", ()),
        ("Where is the andesime of the ridge?", ()),
        ("Who is Otto Reisner?", ()),  # another person, as like as not
        ("Who is Otto Rieser?", ("Reiser",)),
        ("Who is Karin Holman?", ("Hollman",)),
        ("Who is Karin Hillman?", ()),
        ("Who is Anna Holman?", ()),
        ("Where is Lindaal?", ("Lindal",)),
        ("Where is Lindau?", ()),
        ("Who saw the kestrle?", ("kestrel",)),
        *(
            (f"Who wrote {opens}kestrle{closes}?", ())
            for opens, closes in ("‘’", "''", "«»", "„“", "»«", "“”")
        ),
    ],
)
def test_a_word_that_differs_as_slips_do_not_is_another(
    near: Index, encoder: LightEncoder, question: str, words: tuple[str, ...]
) -> None:
    assert words_for(question, near, encoder) == words


@pytest.fixture(scope="module")
def mended(typed: Index, encoder: LightEncoder, reader: PairReader) -> Answer:
    question = understand("How long would dreding the channnel take?", encoder)
    return answer(question, typed, encoder, reader=reader)


def test_the_answer_says_what_was_searched(mended: Answer) -> None:
    assert mended.answered
    assert mended.question == "How long would dreding the channnel take?"
    assert mended.searched_as is None
    assert mended.searched_also == ("dredging", "channel")
    assert mended.confidence <= SURE**2
    assert "dredging" in mended.citations[0].highlight.text
    first, *_ = answer_lines(mended, Path())
    assert "".join(span.text for span in first.spans) == "searched also for: dredging, channel"


def test_it_comes_back_from_its_document(mended: Answer) -> None:
    document = answer_json(mended)
    assert document.get("searched_also") == ["dredging", "channel"]
    assert answer_of(document).searched_also == mended.searched_also
    document.pop("searched_also", None)
    assert answer_of(document).searched_also == ()


def test_a_hidden_passage_lends_no_word(typed: Index, encoder: LightEncoder) -> None:
    question = understand("Who was the tresurer?", encoder)

    def hidden(source: str, _: str) -> bool:
        return source == "harbour.txt"

    found = typed.search(question.query, hidden=hidden)
    assert corrected(question, found, typed, encoder, hidden=hidden) is None
