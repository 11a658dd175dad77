"""Questions to texts in the forms in which they come: wrapped, in tables, copied from the web."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.answering.citation import Citation
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.encoding.pairs import PairReader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.asking import asked
from tests.conftest import MAX_BYTES, write

ROWS = "\n".join(
    f"| {name} pier | {hour}:15 | {7 * hour % 41} |"
    for hour, name in enumerate(
        "Alder Birch Cedar Elm Fir Hazel Ivy Larch Maple Oak Pine Rowan Spruce Thorn Willow".split()
        + "Bream Carp Dace Eel Gudgeon Loach Minnow Perch Pike Roach Rudd Tench Trout".split(),
        start=1,
    )
)
FILES: dict[str, str | bytes] = {
    "baths.txt": (
        "Baths to be sold\n\nThe parish of Holme agreed on Friday, after a vote that was lost "
        "twice\nand won at the third attempt, that the old pump-\nhouse of the baths be let "
        "to the school, and that the bath-\nhouse itself be sold to a brew-\nery for ninety "
        "thousand pounds. The roof of it has leaked since the\nflood of 1987.\n"
    ),
    "wages.md": (
        "# What they earn\n\nThe council published the figures on Monday.\n\n"
        "| Post | Pounds a week |\n|------|---------------|\n| Gardener | 410 |\n"
        "| Lock keeper | 455 |\n| Town clerk | 930 |\n\nThe clerk declined to comment.\n"
    ),
    "piers.md": (
        f"# Piers\n\nValid from June.\n\n| Pier | First boat | Berths |\n|---|---|---|\n{ROWS}\n"
    ),
    "depths.txt": (
        "How deep the ponds are\n\nMeasured in August by the angling club.\n\n"
        "Pond            Metres   Fish\nMill pond          2.5    300\n"
        "Monks' pond        4.0    120\nUpper pond         1.5     90\n"
    ),
    "copied.txt": (
        "Glass\n\nThe mu\u00adse\u00adum of glass at Sund\u200bby re\u00adopens on Sat\u00adur"
        "\u00adday with a ﬂoor of ﬁfty ﬂasks.\n"
    ),
    "tower.md": (
        "# Tower\n\n![The water tower is struck by lightning in 1931. Photo: A. Lund](tower.jpg)\n"
        "\nThe tower was rebuilt in brick.\n"
    ),
    "old.md": "---\ntitle: The eel trap\ndate: 2019-08-07\n...\n\nThe eel trap at Ry was oak.\n",
}


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("forms")
    write(folder / "articles", FILES)
    rebuild(folder / "articles", folder / "index", model, max_bytes=MAX_BYTES)
    index = Index(folder / "index")
    yield index
    index.close()


@pytest.mark.parametrize(
    ("question", "source", "marked", "least"),
    [
        ("What was the bath-house sold for?", "baths.txt", "The parish of Holme agreed|pounds.", 0),
        ("Since when has the roof leaked?", "baths.txt", "The roof|flood of 1987.", 0.5),
        ("How many pounds a week does the lock keeper earn?", "wages.md", "| Lock keeper | 455 |",
         0.5),
        ("How many metres deep is the Monks' pond?", "depths.txt",
         "Monks' pond        4.0    120", 0.5),
        ("When does the first boat leave Dace pier?", "piers.md", "| Dace pier | 18:15 | 3 |", 0),
        ("How many berths has Trout pier?", "piers.md", "| Trout pier | 28:15 | 32 |", 0.5),
        ("When does the museum of glass at Sundby reopen?", "copied.txt",
         "The mu\u00adse\u00adum|ﬂasks.", 0.5),
        ("When was the water tower struck by lightning?", "tower.md",
         "The water tower is struck by lightning in 1931.", 0.5),
        ("What was the eel trap of?", "old.md", "The eel trap at Ry was oak.", 0.5),
    ],
)  # fmt: skip
def test_what_is_marked(
    question: str,
    source: str,
    marked: str,
    least: float,
    forms: Index,
    encoder: LightEncoder,
    reader: PairReader,
) -> None:
    result = asked(question, forms, encoder, reader=reader)
    (citation, *_) = result.shown
    assert citation.source == source
    words = citation.highlight.text
    first, last = marked.split("|") if marked[0] != "|" and "|" in marked else (marked, marked)
    assert words.startswith(first)
    assert words.endswith(last)
    assert citation.score >= least
    article = FILES[source]
    assert isinstance(article, str)
    assert article[citation.highlight.start_char : citation.highlight.end_char] == words


def test_a_header_is_neither_marked_nor_quoted(
    forms: Index, encoder: LightEncoder, reader: PairReader
) -> None:
    def first(question: str) -> Citation:
        return asked(question, forms, encoder, reader=reader).shown[0]

    assert first("Pier, first boat, berths").highlight.text != "| Pier | First boat | Berths |"
    assert first("What was the eel trap of?").passage.text == "The eel trap at Ry was oak."
    assert first("What was the eel trap of?").info.title == "The eel trap"
    assert first("What was the eel trap of?").info.published == "2019-08-07"
