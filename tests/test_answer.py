from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.answering import confidence
from bot.answering.answer import Answer, answer
from embeddings.encoding.encoder import LightEncoder
from embeddings.encoding.light import Bert, Floats
from embeddings.encoding.model import Model
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.conftest import MAX_BYTES, write

WIRE = (
    "The bridge over the Tarn will be closed for repairs from Monday, the city council said,"
    " and drivers were told to use the tunnel instead. The work is expected to take six weeks"
    " and to cost about 2.4 million euros, which the council will pay from its reserves.{}"
)
PADDING = "\n\n" + "Something else was in the news that day, and it is told here at length. " * 8


@pytest.fixture
def index(tmp_path: Path, model: Model, encoder: LightEncoder) -> Index:
    articles = {
        "b-first.txt": "Bridge to close\n\n" + WIRE.format("") + PADDING,
        "a-second.txt": "Tarn bridge\n\nOur own words.\n\n"
        + WIRE.format(" Signs are up.").replace("euros", "Euros")
        + PADDING.replace("day", "week"),
        "other.txt": "Weather\n\nIt will rain in the north on Monday, forecasters said.\n",
    }
    seeds = write(tmp_path / "seeds", dict(articles))
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    return Index(tmp_path / "index", encoder)


def test_copies_of_a_text_are_one_citation_that_says_where_else_it_stands(
    index: Index, tmp_path: Path
) -> None:
    result = answer("How long will the repairs of the bridge take?", index)
    assert result.answered
    first = result.citations[0]
    (copy,) = first.also_in
    article = (tmp_path / "seeds" / copy.source).read_text("utf-8")
    told = article[copy.start_char : copy.end_char].lower()
    assert told == first.highlight_text.lower()
    assert told in article.lower().split("\n")[copy.start_line - 1]
    assert {first.place.source, *(place.source for place in first.also_in)} == {
        "a-second.txt",
        "b-first.txt",
    }
    assert first.highlight_text.startswith("The work is expected to take six weeks")
    assert "six weeks" not in "".join(one.passage for one in result.citations[1:])
    assert [one.rank for one in result.citations] == list(range(1, len(result.citations) + 1))


def test_a_text_that_an_article_repeats_is_not_another_source(
    tmp_path: Path, model: Model, encoder: LightEncoder
) -> None:
    """And a copy is found though it is joined with other neighbours."""
    bridge = WIRE.format("")
    filler = "\n\n".join(f"In other news, item {n} of the day is told." for n in range(30))
    articles = {
        "a.txt": f"Bridge\n\n{bridge}\n\n{filler}\n\nA short one.\n\n{bridge}\n",
        "b.txt": f"The news\n\nIt was cold.\n\n{bridge}\n\nIt was warm, and then it rained.\n",
    }
    seeds = write(tmp_path / "seeds", dict(articles))
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index", encoder)
    cited = answer("How long will the repairs of the bridge take?", index, 5).citations
    assert cited[0].also_in
    for citation in cited:
        assert citation.place.source not in {place.source for place in citation.also_in}
        for place in citation.also_in:
            text = (seeds / place.source).read_text("utf-8")[place.start_char : place.end_char]
            assert text == citation.highlight_text


def test_scores_fall_with_the_rank(index: Index) -> None:
    for question in ("What will the bridge cost?", "Where will it rain?", "Who painted it?"):
        result = answer(question, index, 5)
        scores = [one.score for one in result.citations or result.nearest]
        assert scores == sorted(scores, reverse=True)
        assert result.confidence == scores[0]


def refusal(question: str, index: Index) -> Answer:
    result = answer(question, index)
    assert not result.answered
    assert result.confidence < confidence.THRESHOLD
    assert result.citations == ()
    assert result.nearest
    return result


def test_an_answer_costs_one_forward_pass(
    index: Index, encoder: LightEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[int] = []
    forward = Bert.forward

    def counted(self: Bert, sequences: Sequence[Sequence[int]]) -> list[Floats]:
        passes.append(len(sequences))
        return forward(self, sequences)

    monkeypatch.setattr(Bert, "forward", counted)
    assert answer("How long will the repairs of the bridge take?", index).answered
    assert passes == [1]


def test_refusals_say_why(index: Index) -> None:
    codec = refusal("Which codec does the tunnel use?", index)
    assert codec.reason == (
        f"No article has the word “codec”; the nearest passage, from “{codec.nearest[0].title}”,"
        " shares “tunnel” and “use”."
    )
    assert refusal("Who is it?", index).reason == "The question names nothing to look for."
    weather = refusal("Is the council of the weather in the news?", index).reason or ""
    assert weather.startswith("No passage has enough of the question's words together;")
    assert "not" in weather


def test_the_limit_is_kept(index: Index) -> None:
    assert len(answer("What will the bridge cost?", index, 1).citations) == 1


def test_an_empty_index_has_no_answer(tmp_path: Path, model: Model, encoder: LightEncoder) -> None:
    (tmp_path / "seeds").mkdir()
    rebuild(tmp_path / "seeds", tmp_path / "index", model, max_bytes=MAX_BYTES)
    result = answer("Anything?", Index(tmp_path / "index", encoder))
    assert (result.answered, result.confidence, result.nearest) == (False, 0.0, ())
    assert result.reason == "There is no passage to search."
