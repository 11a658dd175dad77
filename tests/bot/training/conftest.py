"""Pairs made here: forty short articles of made-up towns, two of three questions answerable."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from bot.training.pairs import Pairs
from bot.training.preparing import prepare
from bot.training.reading import read
from bot.training.run import Options
from embeddings.encoding.model import Model

TOWNS = "Arvik Borsund Calder Dunmore Elstad Fennick Gorlitz Hamar Ilkley Jarna".split()
PEOPLE = "Anna Berg|Carl Dahl|Eva Frost|Gustav Hale|Ida Jensen|Karl Lind|Mona Nash".split("|")
TRADES = "bakery brewery foundry mill".split()


def _rows() -> list[dict[str, Any]]:
    rows = []
    for at in range(40):
        town, person, trade = TOWNS[at % 10], PEOPLE[at % 7], TRADES[at // 10]
        year = str(1801 + 3 * at)
        context = (
            f"{town} lies on a river in the north. {person} opened a {trade} there in {year}."
            f" Its first customers came from {TOWNS[(at + 3) % 10]} by boat every morning."
            f" Today the building is a museum, and {PEOPLE[(at + 2) % 7]} looks after it."
        )
        asked = {
            f"Who opened the {trade} in {town}?": person,
            f"When did {person} open the {trade} in {town}?": year,
            f"Who closed the {trade} in {town}?": None,
        }
        rows += [
            {
                "id": f"{at}-{number}",
                "question": question,
                "context": context,
                "answers": [{"text": text, "start": context.index(text)}] if text else [],
            }
            for number, (question, text) in enumerate(asked.items())
        ]
    return rows


def write_pairs(folder: Path, rows: list[dict[str, Any]], name: str = "towns") -> Path:
    folder.mkdir(exist_ok=True)
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """So small a network is quicker on one thread, most of all beside other tests."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def train_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pairs(tmp_path_factory.mktemp("train"), _rows())


@pytest.fixture(scope="session")
def pairs(train_folder: Path, other_model: Model) -> Pairs:
    return prepare(read(train_folder), other_model, seed=0)


@pytest.fixture
def options(train_folder: Path, other_model: Model, tmp_path: Path) -> Options:
    """A run of seconds: the small BERT with random weights."""
    return Options(
        train=train_folder,
        out=tmp_path / "reader.safetensors",
        model=str(other_model.folder),
        init=None,
        report=None,
        steps=12,
        seed=3,
        groups=8,
        rate=3e-3,
        activation="quick_gelu",
        blend=0.0,
        every=3,
        workers=0,
        by_meaning=True,
    )
