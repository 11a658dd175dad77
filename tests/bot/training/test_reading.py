"""The folder of pairs, the prepared file, and the labelled questions of the curve."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from bot.training import pairs as pairs_file
from bot.training import report
from bot.training.errors import TrainingError
from bot.training.network import open_network
from bot.training.pairs import Pairs
from bot.training.preparing import passages, tokenizer_of
from bot.training.reading import read
from embeddings.encoding.model import Model
from tests.bot.training.conftest import write_pairs
from tests.conftest import SHARED, needs_shared


def row(**changed: object) -> dict[str, object]:
    asked = {"id": "1", "question": "Who?", "context": "Anna did.", "answers": []}
    return {**asked, **changed}


def test_the_questions_that_are_reported_on_are_left_out(tmp_path: Path) -> None:
    write_pairs(tmp_path, [row()], "squad2_open_more")
    write_pairs(tmp_path, [row(context="Eva did.")], "squad2_train_more_1")
    assert [example.context for example in read(tmp_path)] == ["Eva did."]


@needs_shared
def test_no_paragraph_of_the_reported_articles_is_in_the_training_pairs() -> None:
    contexts = {example.context for example in read(SHARED / "train")}
    articles = (SHARED / "eval" / "wikipedia" / "articles").glob("*.txt")
    reported = {part for path in articles for part in path.read_text().split("\n\n")[1:]}
    assert not contexts & reported


@pytest.mark.parametrize(
    "wrong",
    [row(answers=[{"text": "Anna", "start": 7}]), {"question": "Who?"}, row(answers=[{}])],
)
def test_a_line_that_is_no_pair_is_named(tmp_path: Path, wrong: dict[str, object]) -> None:
    write_pairs(tmp_path, [row(), wrong])
    with pytest.raises(TrainingError, match=r"line 2 of .*towns\.jsonl\.gz is no question"):
        read(tmp_path)


def test_a_file_that_is_not_compressed_is_named(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl.gz").write_text("{}")
    with pytest.raises(TrainingError, match=r"some\.jsonl\.gz cannot be read"):
        read(tmp_path)


def test_answers_are_the_tokens_of_their_characters(model: Model) -> None:
    text = "In 1912, Anna Berg-Olsen paid $4.50 (or so). She left."
    (passage,) = passages([text], tokenizer_of(model))
    assert passage.sentences[0] == 0
    assert len(passage.sentences) == 2
    for answer in ("1912", "Anna Berg-Olsen", "$4.50", "She left."):
        start = text.index(answer)
        first, last = passage.tokens(start, start + len(answer))
        assert passage.offsets[first][0] == start
        assert passage.offsets[last][1] == start + len(answer)


def test_prepared_pairs_are_read_back(pairs: Pairs, tmp_path: Path) -> None:
    pairs_file.save(pairs, tmp_path / "pairs.npz")
    again = pairs_file.load(tmp_path / "pairs.npz")
    assert np.array_equal(again.contexts.starts, pairs.contexts.starts)
    assert np.array_equal(again.answers.values, pairs.answers.values)
    assert np.array_equal(again.likest, pairs.likest)
    (tmp_path / "other").write_bytes(b"PK")
    with pytest.raises(TrainingError, match="no prepared pairs"):
        pairs_file.load(tmp_path / "other")


def test_figures_of_labelled_questions(tmp_path: Path, other_model: Model) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("Title\n\nAnna met Eva in Oslo. It rained.\n")
    asked = [
        {"question": "Who met Eva?", "answers": ["Anna"]},
        {"question": "Who left Eva?", "answers": []},
    ]
    lines = [json.dumps({**own, "article": "a.txt", "paragraph": 0}) for own in asked]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines))
    labels = report.read_labels(tmp_path, other_model)
    assert labels.whole[0].text == "Anna met Eva in Oslo. It rained."
    network = open_network(other_model, torch.device("cpu"), 0, "quick_gelu")
    figures = report.measure(network, labels.windows)
    assert 0 <= figures.exact <= figures.f1 <= 1
    assert figures.area in {0.0, 0.5, 1.0}
    with pytest.raises(TrainingError, match="holds no labelled questions"):
        report.read_labels(tmp_path / "articles", other_model)


def test_f1_and_exact_match_are_squad_s() -> None:
    assert report.plain("The  U.S. Army!") == "us army"
    assert report.overlap("the red car", "a red bus") == pytest.approx(0.5)
    assert report.overlap("the", "a") == 1.0
    assert report.overlap("red", "blue") == 0.0
