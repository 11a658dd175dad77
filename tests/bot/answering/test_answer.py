"""A question → an answer: what is cited, in which order, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.answering.refusal import Reason
from embeddings.arrays import Floats
from embeddings.encoding.bert import Bert
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.asking import asked
from tests.bot.answering.conftest import HOW_LONG
from tests.conftest import MAX_BYTES


def test_scores_fall_with_the_rank(index: Index, encoder: LightEncoder) -> None:
    for question in ("What will the bridge cost?", "Where will it rain?", "Who painted it?"):
        result = asked(question, index, encoder, 5)
        scores = [one.score for one in result.shown]
        assert scores == sorted(scores, reverse=True)
        assert result.confidence == scores[0]
        assert [one.rank for one in result.shown] == list(range(1, len(scores) + 1))


def test_an_answer_costs_one_forward_pass(
    index: Index, encoder: LightEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[int] = []
    forward = Bert.forward

    def counted(self: Bert, sequences: Sequence[Sequence[int]]) -> list[Floats]:
        passes.append(len(sequences))
        return forward(self, sequences)

    monkeypatch.setattr(Bert, "forward", counted)
    assert asked(HOW_LONG, index, encoder).answered
    assert passes == [1]


def test_the_limit_is_kept(index: Index, encoder: LightEncoder) -> None:
    assert len(asked("What will the bridge cost?", index, encoder, 1).citations) == 1


def test_what_is_hidden_is_as_if_it_were_not_there(index: Index, encoder: LightEncoder) -> None:
    result = asked(HOW_LONG, index, encoder, hidden=lambda source, text: source != "other.txt")
    assert {one.source for one in result.shown} == {"other.txt"}
    assert not result.answered


def test_the_threshold_decides(index: Index, encoder: LightEncoder) -> None:
    confidence = asked(HOW_LONG, index, encoder).confidence
    below = asked(HOW_LONG, index, encoder, min_confidence=confidence)
    above = asked(HOW_LONG, index, encoder, min_confidence=confidence + 1e-6)
    assert below.answered
    assert not above.answered
    assert below.shown[0].passage == above.shown[0].passage
    assert above.reason == Reason("too unlikely", likely=confidence)


def test_an_empty_index_has_no_answer(tmp_path: Path, model: Model, encoder: LightEncoder) -> None:
    (tmp_path / "seeds").mkdir()
    rebuild(tmp_path / "seeds", tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index")
    result = asked("Anything?", index, encoder)
    index.close()
    assert (result.answered, result.confidence, result.nearest) == (False, 0.0, ())
    assert result.reason == Reason("nothing to search")
