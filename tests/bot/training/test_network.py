"""The network, its loss and its file."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from bot.training.batches import Batch, batch
from bot.training.drawing import ANYWHERE, Row
from bot.training.errors import TrainingError
from bot.training.loss import SHARED, loss
from bot.training.network import NOWHERE, open_network, read_weights, spans, write_weights
from embeddings.encoding.model import Model
from tests.conftest import SHARED as SHARED_FOLDER
from tests.conftest import needs_shared

CPU = torch.device("cpu")


def test_the_file_has_the_tensors_of_a_reader(model: Model, tmp_path: Path) -> None:
    network = open_network(model, CPU, 0, "quick_gelu")
    path = tmp_path / "reader.safetensors"
    write_weights(network.parameters(), path, "quick_gelu")
    with safe_open(path, "np") as file:
        shapes = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118
        types = {file.get_slice(name).get_dtype() for name in shapes}
        assert file.metadata() == {"hidden_act": "quick_gelu"}
    assert len(shapes) == 102
    assert types == {"F16"}
    assert shapes["head.weight"] == [2, 384]
    assert shapes["embeddings.position_embeddings.weight"] == [512, 384]
    assert not any("word_embeddings" in name or "pooler" in name for name in shapes)
    network.put(read_weights(path))


@needs_shared
def test_the_file_has_the_names_and_shapes_of_the_readers_so_far(model: Model) -> None:
    network = open_network(model, CPU, 0, "quick_gelu")
    network.put(read_weights(SHARED_FOLDER / "reader" / "without-wikipedia-2.safetensors"))


def test_other_weights_are_refused(other_model: Model, model: Model, tmp_path: Path) -> None:
    small = open_network(other_model, CPU, 0, "gelu")
    write_weights(small.parameters(), tmp_path / "small", "gelu")
    with pytest.raises(TrainingError, match="not those of a reader"):
        open_network(model, CPU, 0, "gelu").put(read_weights(tmp_path / "small"))
    with pytest.raises(TrainingError, match="cannot be read"):
        read_weights(tmp_path / "none")


def test_scores_are_of_the_passage_and_of_token_0_alone(other_model: Model) -> None:
    network = open_network(other_model, CPU, 0, "quick_gelu")
    network.training(False)
    rows = [Row(np.array([7, 8]), np.arange(20, 20 + size), None, 0) for size in (9, 3)]
    made = batch(rows)
    logits = network.logits(made.chunks[0])
    allowed = (logits[..., 0] > NOWHERE / 2).nonzero().tolist()
    passages = [[0, at] for at in range(4, 13)] + [[1, at] for at in range(4, 7)]
    assert sorted(allowed) == sorted([[0, 0], [1, 0], *passages])
    alone = network.logits(batch(rows[1:]).chunks[0])
    width = min(alone.shape[1], logits.shape[1])
    assert torch.allclose(alone[0, :width], logits[1, :width], atol=1e-4)


def test_the_best_span_is_short_and_in_order() -> None:
    logits = torch.full((1, 64, 2), NOWHERE)
    logits[0, 0] = torch.tensor([1.0, 2.0])
    logits[0, 10:60] = 0.0
    logits[0, 10, 0], logits[0, 50, 1] = 5.0, 5.0  # too far apart
    logits[0, 20, 1], logits[0, 30, 0] = 3.0, 4.0
    score, first, last = spans(logits)
    assert (first.item(), last.item()) == (30, 50)
    assert score.item() == pytest.approx(4 + 5 - 3)


def _logits(made: Batch, seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn((*chunk.ids.shape, 2), generator=generator, requires_grad=True)
        for chunk in made.chunks
    ]


def test_the_loss_of_one_question_by_hand() -> None:
    rows = [
        Row(np.array([7]), np.arange(20, 23), (1, 1), 0),
        Row(np.array([7]), np.arange(30, 32), None, 0),
    ]
    made = batch(rows)
    logits = torch.full((2, 16, 2), NOWHERE)
    logits[0, 0], logits[0, 3:6] = 1.0, torch.tensor([[0.0], [2.0], [0.0]])
    logits[1, 0], logits[1, 3:5] = 0.5, torch.tensor([[0.0], [1.0]])
    alone = [
        -2 + math.log(math.e + 2 + math.e**2),
        -0.5 + math.log(math.e**0.5 + 1 + math.e),
    ]
    everywhere = 1 + 2 * math.exp(-1) + math.exp(1) + math.exp(-0.5) + math.exp(0.5)
    together = -1 + math.log(everywhere)
    expected = sum(alone) / 2 + SHARED * together
    assert loss([logits], made).item() == pytest.approx(expected, rel=1e-5)


def test_an_answer_anywhere_costs_least_where_the_passage_has_all_the_weight() -> None:
    made = batch([Row(np.array([7]), np.arange(20, 23), (ANYWHERE, ANYWHERE), 0)])
    sure, unsure = torch.full((1, 16, 2), NOWHERE), torch.full((1, 16, 2), NOWHERE)
    sure[0, 3:6], sure[0, 0] = 0.0, -20.0
    unsure[0, 3:6], unsure[0, 0] = 0.0, 5.0
    assert loss([sure], made).item() == pytest.approx(0, abs=1e-5)
    assert loss([unsure], made).item() > 3


def test_the_loss_has_a_gradient_everywhere() -> None:
    made = batch([Row(np.array([7]), np.arange(20, 20 + size), None, size) for size in (3, 200)])
    logits = _logits(made)
    loss(logits, made).backward()  # type: ignore[no-untyped-call]
    assert all(own.grad is not None and torch.isfinite(own.grad).all() for own in logits)
