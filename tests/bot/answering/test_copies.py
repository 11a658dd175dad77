"""A text that several articles carry is one citation, which says where else it stands."""

from __future__ import annotations

from pathlib import Path

from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
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
