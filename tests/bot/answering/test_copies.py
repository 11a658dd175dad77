"""A text that several articles carry is one citation, which says where else it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.answering.citation import Answer
from bot.answering.judging import READ
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.encoding.pairs import PairReader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.asking import asked
from tests.bot.answering.conftest import HOW_LONG, WIRE
from tests.conftest import MAX_BYTES, write


def test_copies_of_a_text_are_one_citation_that_says_where_else_it_stands(
    index: Index, encoder: LightEncoder, articles: Path
) -> None:
    result = asked(HOW_LONG, index, encoder)
    assert result.answered
    first = result.citations[0]
    (copy,) = first.also_in
    article = (articles / copy.source).read_text("utf-8")
    told = article[copy.start_char : copy.end_char].lower()
    assert told == first.highlight.text.lower()
    assert told in article.lower().split("\n")[copy.start_line - 1]
    assert {first.source, *(place.source for place in first.also_in)} == {
        "a-second.txt",
        "b-first.txt",
    }
    assert first.highlight.text.startswith("The work is expected to take six weeks")
    assert "six weeks" not in "".join(one.passage.text for one in result.citations[1:])
    assert [one.rank for one in result.citations] == list(range(1, len(result.citations) + 1))


def test_a_text_that_an_article_repeats_is_not_another_source(
    tmp_path: Path, model: Model, encoder: LightEncoder
) -> None:
    """And a copy is found though it is joined with other neighbours."""
    bridge = WIRE.format("")
    filler = "\n\n".join(f"In other news, item {n} of the day is told." for n in range(30))
    articles: dict[str, str | bytes] = {
        "a.txt": f"Bridge\n\n{bridge}\n\n{filler}\n\nA short one.\n\n{bridge}\n",
        "b.txt": f"The news\n\nIt was cold.\n\n{bridge}\n\nIt was warm, and then it rained.\n",
    }
    seeds = write(tmp_path / "seeds", articles)
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index")
    cited = asked(HOW_LONG, index, encoder, 5).citations
    index.close()
    assert cited[0].also_in
    for citation in cited:
        assert citation.source not in {place.source for place in citation.also_in}
        for place in citation.also_in:
            text = (seeds / place.source).read_text("utf-8")[place.start_char : place.end_char]
            assert text == citation.highlight.text


REST = (
    " The sheriff of Aurdal said so on Tuesday evening after a long day on the lake, with two boats"
    " and a helicopter. The inn was turned into a hospital, and the school stayed shut."
)
VERSIONS: dict[str, str | bytes] = {
    "2020-02-03-sledge.txt": "Sledge\n\nFour children were rescued from the ice." + REST,
    "2020-02-04-sledge.txt": "Sledge, again\n\nSix children were rescued from the ice." + REST,
    "2020-02-05-copy.txt": "AURDAL (AP) — Six children were rescued from the ice." + REST,
    "smith-first.txt": "Smith\n\nThe smith of Lom paid the toll at the bridge on his way to the"
    " fair in May, as everybody with a cart was asked to.\n",
    "smith-then.txt": "Corrected\n\nThe smith of Lom never paid the toll at the bridge on his way"
    " to the fair in May, as everybody with a cart was asked to.\n",
    "prize-a.txt": "Prize\n\nThe prize of the shipyard for the best drawing of a boat went to Tora"
    " Vik, and the jury praised her steady hand and her eye for sails and for water.\n",
    "prize-b.txt": "Prize\n\nThe prize of the shipyard for the best drawing of a boat went to Nora"
    " Vik, and the jury praised her steady hand and her eye for sails and for water.\n",
}
VERSIONS |= {
    f"2020-03-{day:02}-snow.txt": f"Snow\n\nOn {day} March the snow at the pass of Gol was"
    f" {40 + day} inches deep. The gauge stands behind the chapel and is read by the verger every"
    " day at noon.\n"
    for day in range(1, 21)
}
Ask = Callable[[str], Answer]


@pytest.fixture(scope="module")
def versions_index(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("versions")
    seeds = write(folder / "seeds", VERSIONS)
    rebuild(seeds, folder / "index", model, max_bytes=MAX_BYTES)
    return folder / "index"


@pytest.fixture(params=[True, False], ids=["read", "not read"])
def ask(
    versions_index: Path,
    encoder: LightEncoder,
    reader: PairReader,
    request: pytest.FixtureRequest,
) -> Iterator[Ask]:
    index = Index(versions_index)
    own = reader if request.param else None
    yield lambda question: asked(question, index, encoder, reader=own)
    index.close()


@pytest.mark.parametrize(
    ("question", "sources"),
    [
        ("Did the smith pay the toll at the bridge?", {"smith-first.txt", "smith-then.txt"}),
        ("Who won the prize of the shipyard?", {"prize-a.txt", "prize-b.txt"}),
    ],
)
def test_what_says_the_opposite_or_names_another_is_a_passage_of_its_own(
    ask: Ask, question: str, sources: set[str]
) -> None:
    answer = ask(question)
    assert {citation.source for citation in answer.likely} == sources
    assert not any(citation.also_in for citation in answer.likely)


def test_versions_that_differ_in_a_figure_stand_side_by_side_with_their_dates(ask: Ask) -> None:
    answer = ask("How many children were rescued from the ice?")
    by_source = {citation.source: citation for citation in answer.likely}
    assert len(by_source) == 2
    (four,) = (own for own in answer.likely if own.highlight.text.startswith("Four"))
    (six,) = (own for own in answer.likely if own.highlight.text.startswith("Six"))
    assert not four.also_in
    (copy,) = six.also_in
    assert {six.source, copy.source} == {"2020-02-04-sledge.txt", "2020-02-05-copy.txt"}
    told = {
        statement.value: [quote.published for quote in statement.quotes]
        for statement in answer.agreement
    }
    assert [*told] == ["Four", "Six"]
    assert told["Four"] == ["2020-02-03"]


def test_where_they_say_the_same_they_stay_one(ask: Ask) -> None:
    answer = ask("What was turned into a hospital?")
    (first, *further) = answer.citations
    assert "inn" in first.highlight.text
    assert len(first.also_in) == 2
    assert not any("inn" in other.highlight.text for other in further)


def test_of_many_reports_in_the_same_words_the_one_that_was_asked_for_is_first(ask: Ask) -> None:
    for day in (2, 11, 19):
        answer = ask(f"How deep was the snow at the pass of Gol on {day} March?")
        assert answer.citations[0].source == f"2020-03-{day:02}-snow.txt"
        assert f"{40 + day} inches" in answer.citations[0].highlight.text
        assert not answer.agreement  # those of other days say nothing about this one


def test_few_versions_are_read(
    versions_index: Path, encoder: LightEncoder, reader: PairReader
) -> None:
    index = Index(versions_index)
    passages: list[str] = []
    read = reader.read

    class Counting:
        fingerprint = reader.fingerprint

        def read(self, question: str, texts: list[str]) -> object:
            passages.extend(texts)
            return read(question, texts)

    asked("How deep was the snow at Gol on 7 March?", index, encoder, reader=Counting())  # type: ignore[arg-type]
    index.close()
    assert 0 < len(passages) <= 2 * READ


def test_a_version_that_says_the_opposite_takes_nothing_from_the_other(
    tmp_path: Path, model: Model, encoder: LightEncoder
) -> None:
    """It is no rival of its own text."""
    confidences = []
    for number, names in enumerate((["smith-first.txt"], ["smith-first.txt", "smith-then.txt"])):
        texts = {name: VERSIONS[name] for name in [*names, *VERSIONS] if "smith" not in name}
        texts |= {name: VERSIONS[name] for name in names}
        seeds = write(tmp_path / f"{number}", texts)
        rebuild(seeds, tmp_path / f"index{number}", model, max_bytes=MAX_BYTES)
        index = Index(tmp_path / f"index{number}")
        answer = asked("Did the smith pay the toll at the bridge?", index, encoder)
        index.close()
        confidences.append(answer.confidence)
    assert confidences[1] >= confidences[0] - 0.02
