"""A guarantee is kept with its index, and void where what it was measured with has changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from msgspec import structs

from bot import guarantee as guarantees
from bot.answering.confidence import WITH_READER, WITHOUT_READER
from bot.guarantee import FILE, Guarantee, Void, judging, keep, kept
from bot.reading import fingerprint_of
from bot.settings import Settings
from embeddings.encoding.model import Model
from embeddings.errors import IndexUnusable
from embeddings.index.files import DATABASE
from embeddings.index.rebuild import rebuild
from tests.conftest import MAX_BYTES, Bot, write
from tests.conftest import SEEDS as ARTICLES

SEEDS = Path("/articles")


def made(**fields: object) -> Guarantee:
    own = Guarantee(
        risk=0.1,
        level=0.95,
        threshold=0.35,
        bound=0.098,
        questions=50,
        unanswerable=20,
        answered=29,
        wrong=0,
        made_at="2026-11-27T19:00:00+00:00",
        seeds=str(SEEDS),
        labels="1" * 64,
        model="m",
        reader=None,
        judging=judging(),
    )
    return structs.replace(own, **fields)


def found(folder: Path, *, model: str = "m", reader: str | None = None) -> Guarantee | Void | None:
    return kept(folder, seeds=SEEDS, model=model, reader=reader)


def test_it_comes_back_and_a_later_one_takes_its_place(tmp_path: Path) -> None:
    assert found(tmp_path) is None
    assert found(tmp_path / "missing") is None
    keep(tmp_path, made())
    assert found(tmp_path) == made()
    keep(tmp_path, made(labels="2" * 64))
    assert found(tmp_path) == made(labels="2" * 64)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_it_is_void_where_what_it_was_measured_with_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path, made())
    assert found(tmp_path, model="another") == Void("model", made())
    assert found(tmp_path, reader="r") == Void("reader", made())
    assert kept(tmp_path, seeds=Path("/others"), model="m", reader=None) == Void("articles", made())
    keep(tmp_path, made(reader="r"))
    assert found(tmp_path, reader="r") == made(reader="r")
    assert found(tmp_path) == Void("reader", made(reader="r"))
    before = made(reader="r")
    refitted = tmp_path / "confidence.json"
    refitted.write_text("{}", "utf-8")
    monkeypatch.setattr(guarantees, "FITTED", refitted)
    assert found(tmp_path, reader="r") == Void("judging", before)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"risk": NaN}',
    ],
)
def test_a_damaged_one_is_told_of_and_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert found(tmp_path) == Void("damaged")


@pytest.mark.parametrize(
    ("field", "value"), [("threshold", 1.5), ("threshold", "0.3"), ("risk", -1), ("model", None)]
)
def test_a_value_that_cannot_be_is_damage(tmp_path: Path, field: str, value: object) -> None:
    keep(tmp_path, made())
    document = json.loads((tmp_path / FILE).read_bytes())
    assert document[field] != value
    (tmp_path / FILE).write_text(json.dumps({**document, field: value}), "utf-8")
    assert found(tmp_path) == Void("damaged")
    (tmp_path / FILE).write_text(json.dumps({**document, "added later": 1}), "utf-8")
    assert found(tmp_path) == made()


def test_where_it_cannot_be_written_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable, match="cannot be written"):
        keep(tmp_path / "missing", made())


def test_a_rebuild_leaves_it_alone_even_when_the_database_is_gone(
    tmp_path: Path, model: Model
) -> None:
    seeds = write(tmp_path / "seeds", {"a.txt": "The bridge is closed until the spring."})
    index = tmp_path / "index"
    rebuild(seeds, index, model, max_bytes=MAX_BYTES)
    keep(index, made())
    for path in index.glob(f"{DATABASE}*"):
        if path.name != FILE:
            path.unlink()
    rebuild(seeds, index, model, max_bytes=MAX_BYTES)
    assert found(index) == made()


@pytest.fixture
def promised(seeds_index: Path, model: Model, tmp_path: Path) -> Path:
    """An index of the project's articles with a threshold of .9 kept with it."""
    folder = tmp_path / "index"
    shutil.copytree(seeds_index, folder)
    at = Settings(ARTICLES, folder, model.name, MAX_BYTES)
    own = made(
        threshold=0.9, seeds=str(ARTICLES), model=model.fingerprint, reader=fingerprint_of(at)
    )
    keep(folder, own)
    return folder


def test_a_question_is_answered_by_it_unless_another_threshold_is_set(
    bot: Bot, promised: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = ("--seeds", ARTICLES, "--index", promised, "--json", "Who moderated the event?")
    told = bot("ask", *places)
    assert json.loads(told.stdout)["min_confidence"] == 0.9
    assert told.stderr == ""
    flag = bot("ask", *places, "--min-confidence", "0.3")
    assert json.loads(flag.stdout)["min_confidence"] == 0.3
    monkeypatch.setenv("BOT_MIN_CONFIDENCE", "0.4")
    assert json.loads(bot("ask", *places).stdout)["min_confidence"] == 0.4


def test_where_it_is_void_that_is_said_and_it_is_not_used(bot: Bot, promised: Path) -> None:
    places = ("--seeds", ARTICLES, "--index", promised)
    told = bot("ask", *places, "--no-reader", "--json", "Who moderated the event?")
    assert json.loads(told.stdout)["min_confidence"] == WITHOUT_READER
    (line,) = told.stderr.splitlines()
    assert line.startswith("The guarantee kept with this index is void, the reader was another")
    (promised / FILE).write_text("{")
    told = bot("ask", *places, "--json", "Who moderated the event?")
    assert json.loads(told.stdout)["min_confidence"] == WITH_READER
    assert told.stderr.startswith("The guarantee kept with this index is void, its file is damaged")


def test_the_status_says_what_it_promises(bot: Bot, promised: Path) -> None:
    places = ("--seeds", ARTICLES, "--index", promised)
    words = "with 95% confidence at most 10% of the answers above 0.90 are wrong"
    assert json.loads(bot("status", *places, "--json").stdout)["guarantee"].startswith(words)
    shown = " ".join(bot("status", *places).stdout.split())
    assert f"Guarantee {words}, to questions like the 50 that were asked for it" in shown
    (promised / FILE).unlink()
    assert json.loads(bot("status", *places, "--json").stdout)["guarantee"] is None
