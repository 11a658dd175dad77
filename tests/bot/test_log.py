"""The log notes what goes wrong behind the scenes, and never costs or tells anything."""

from __future__ import annotations

import json
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.log import LARGEST, LogError, log_to
from bot.settings import log_file
from tests.conftest import Bot, write

WORD = "Zyrianovsk"


@pytest.fixture(autouse=True)
def no_log_afterwards() -> Iterator[None]:
    """A test's log is not the next one's."""
    yield
    for name in ("bot", "embeddings"):
        logger = logging.getLogger(name)
        for handler in logger.handlers:
            handler.close()
        logger.handlers, logger.propagate = [], True


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def test_what_happens_is_noted_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "bot.log"
    log_to(path, asked_for=False)
    assert not path.exists()  # until there is something to note
    logging.getLogger("embeddings.index").warning("derived files are damaged: %s", "/x")
    logging.getLogger("bot.archive").info("mending")
    assert [line.split(": ", 1)[1] for line in lines(path)] == [
        "derived files are damaged: /x",
        "mending",
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    path.write_bytes(b"x" * (LARGEST + 1))
    log_to(path)
    logging.getLogger("bot").warning("new")
    assert len(lines(path)) == 1
    assert (tmp_path / "bot.log.1").stat().st_size == LARGEST + 1


@pytest.mark.parametrize("place", ["folder", "pipe", "file/below", "/dev/full"])
def test_a_log_that_cannot_be_written_costs_nothing(place: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    log_to(tmp_path / place, asked_for=False)
    logging.getLogger("bot").warning("nobody hears this")
    log_to(tmp_path / "another.log")  # and what was held back costs nothing either
    if place != "/dev/full":
        with pytest.raises(LogError, match="cannot be written"):
            log_to(tmp_path / place)


@pytest.mark.slow
def test_commands_answer_all_the_same(bot: Bot, seeds: Path, tmp_path: Path) -> None:
    log_file().parent.mkdir(parents=True)
    log_file().mkdir()
    done = bot("ask", "--seeds", seeds, "How late did the launch start?")
    assert done.returncode == 0, done.stderr
    assert "log" not in done.stderr
    asked = bot("ask", "--json", "--seeds", seeds, "--log", tmp_path, "Who?")
    assert asked.returncode == 2
    assert json.loads(asked.stdout)["error"]["kind"] == "usage"


@pytest.mark.slow
def test_no_word_of_a_question_or_an_article_is_in_it(bot: Bot, tmp_path: Path) -> None:
    seeds = write(tmp_path / "articles", {f"{WORD}.txt": f"{WORD} burnt.", f"{WORD}-2.txt": b"\0"})
    log = tmp_path / "bot.log"
    given = ("--seeds", seeds, "--index", tmp_path / "index", "--log", log)
    assert bot("ask", *given, f"Did {WORD} burn?").returncode == 0
    (tmp_path / "index" / "index.db").write_bytes(b"no database" * 1000)
    assert bot("ask", *given, f"Did {WORD} burn?").returncode == 3
    assert bot("rebuild", *given).returncode == 0
    (vectors,) = (tmp_path / "index" / "generations").glob("*/vectors/vectors.faiss")
    state = vectors.stat()
    vectors.write_bytes(b"\0" * state.st_size)
    os.utime(vectors, ns=(state.st_atime_ns, state.st_mtime_ns))
    bot("ask", *given, f"Did {WORD} burn?")
    assert bot("show", *given, f"{WORD}-3.txt").returncode == 3
    text = log.read_text("utf-8")
    assert "rebuilt" in text
    assert "damaged" in text
    assert WORD.lower() not in text.lower()
