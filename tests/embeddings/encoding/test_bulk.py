from __future__ import annotations

import pytest

from embeddings.encoding.encoder import Encoder, open_encoder
from embeddings.encoding.model import Model
from tests.conftest import SEEDS
from tests.embeddings.encoding.samples import encoded, texts_of

# torch warns of its own affairs while it is imported
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
def test_bulk_agrees_with_the_light_engine(
    kind: str, encoder: Encoder, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr("embeddings.encoding.bulk.quickest", lambda: getattr(torch, kind))
    least = {"float32": 0.99999, "bfloat16": 0.9999}[kind]
    texts = texts_of(SEEDS, encoder)
    bulk = encoded(open_encoder(model, bulk=True), texts)
    for light, other in zip(encoded(encoder, texts), bulk, strict=True):
        assert float(light.passage @ other.passage) >= least
        assert float((light.sentences * other.sentences).sum(axis=1).min()) >= least


def test_the_type_that_is_quickest_is_measured() -> None:
    import torch

    from embeddings.encoding import bulk

    times = {torch.float32: 1.0, torch.bfloat16: 0.3}
    assert bulk.quickest(times.__getitem__) == torch.bfloat16
    times[torch.bfloat16] = 8.0  # without a unit for it
    assert bulk.quickest(times.__getitem__) == torch.float32


def test_the_number_of_threads_is_put_back(encoder: Encoder, model: Model) -> None:
    import torch

    before = torch.get_num_threads()
    encoded(open_encoder(model, bulk=True), texts_of(SEEDS, encoder)[:3])
    assert torch.get_num_threads() == before
