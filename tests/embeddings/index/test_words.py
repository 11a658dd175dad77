from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from embeddings.index import words
from embeddings.index.languages import FUNCTION_WORDS
from embeddings.index.stems import stems
from embeddings.index.words import Words, idf, upper_bound
from tests.conftest import SEEDS

TEXTS = {1: "The launch was late.", 2: "Launches, launched: a launch.", 7: "Nothing of the kind."}


@pytest.fixture
def three(tmp_path: Path) -> Words:
    words.write(tmp_path / "words", [(number, text, None) for number, text in TEXTS.items()])
    return Words(tmp_path / "words")


def test_passages_are_ranked_by_how_often_they_have_the_terms(three: Words) -> None:
    assert len(three) == 3
    assert [*three.search(["launch"], 10)] == [2, 1]
    assert [*three.search(["launch"], 1)] == [2]
    assert {*three.search(["kind", "late"], 10)} == {1, 7}
    assert three.search(["codec"], 10) == three.search([], 10) == {}


def test_passages_can_be_scored_by_their_ids(three: Words) -> None:
    scores = three.search(["launch", "late"], 10)
    chosen = three.scores(["launch", "late"], [1, 7])
    assert chosen == {1: pytest.approx(scores[1])}
    assert three.scores([], [1]) == three.scores(["launch"], []) == {}


def test_frequencies_and_what_they_tell(three: Words) -> None:
    having = three.frequencies(["launch", "kind", "codec"])
    assert having == {"launch": 2, "kind": 1, "codec": 0}
    assert idf(having, 3) == {
        "launch": pytest.approx(math.log(1 + 1.5 / 2.5)),
        "kind": pytest.approx(math.log(1 + 2.5 / 1.5)),
        "codec": pytest.approx(math.log(1 + 3.5 / 0.5)),
    }


def test_one_that_starts_from_another_leaves_it_as_it_was(tmp_path: Path, three: Words) -> None:
    added = [(9, "The launch of today.", "en")]
    words.write(tmp_path / "next", added, previous=tmp_path / "words", removed=[2])
    assert {*Words(tmp_path / "next").search(["launch"], 10)} == {1, 9}
    assert {*Words(tmp_path / "words").search(["launch"], 10)} == {1, 2}


def test_no_score_exceeds_the_upper_bound(seeds_index: Path) -> None:
    opened = Words(next((seeds_index / "generations").iterdir()) / "words")
    for path in SEEDS.iterdir():
        for line in re.findall(r".+", path.read_text("utf-8")):
            terms = dict.fromkeys(stems(line, FUNCTION_WORDS))
            scores = opened.search(terms, 100)
            assert max(scores.values(), default=0) <= upper_bound(
                idf(opened.frequencies(terms), len(opened))
            )
