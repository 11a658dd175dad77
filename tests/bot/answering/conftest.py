"""Articles of which two carry the same text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
HOW_LONG = "How long will the repairs of the bridge take?"


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content: dict[str, str | bytes] = {
        "b-first.txt": "Bridge to close\n\n" + WIRE.format("") + PADDING,
        "a-second.txt": "Tarn bridge\n\nOur own words.\n\n"
        + WIRE.format(" Signs are up.").replace("euros", "Euros")
        + PADDING.replace("day", "week"),
        "other.txt": "Weather\n\nIt will rain in the north on Monday, forecasters said.\n",
    }
    return write(tmp_path_factory.mktemp("articles"), content)


@pytest.fixture(scope="session")
def index(
    articles: Path, model: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("index")
    rebuild(articles, folder, model, max_bytes=MAX_BYTES)
    opened = Index(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def seeds_search(seeds_index: Path) -> Iterator[Index]:
    """The open index of the project's own articles."""
    index = Index(seeds_index)
    yield index
    index.close()
