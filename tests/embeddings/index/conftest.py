from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.encoding.model import Model
from embeddings.index.rebuild import Report
from tests.embeddings.index.building import build


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an index goes."""
    return tmp_path / "index"


@pytest.fixture
def built(seeds: Path, folder: Path, model: Model) -> Report:
    """What building the index of the articles reported."""
    return build(seeds, folder, model)
