"""The Python API: what `import bot` and `bot.open` do, and what they leave alone."""

from __future__ import annotations

import ast
import asyncio
import builtins
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

import bot
from tests.conftest import PROJECT, SEEDS, write

LATE = "How late did the launch start?"
PAINTERS = {
    "Skagen": "Maren Holt",
    "Dornbusch": "Uwe Jansen",
    "Kullen": "Astrid Berg",
    "Bengtskar": "Paavo Niemi",
    "Ristna": "Liisa Tamm",
    "Rozewie": "Jan Kowalski",
    "Akmensrags": "Anna Ozola",
    "Nida": "Jonas Petraitis",
}


def painted(place: str, painter: str) -> str:
    return f"{place}\n\nThe lighthouse at {place} was painted red by {painter}, the town says.\n"


def question(place: str) -> str:
    return f"Who painted the lighthouse at {place}?"


@pytest.fixture
def lighthouses(tmp_path: Path) -> Path:
    articles: dict[str, str | bytes] = {
        f"{place}.txt": painted(place, painter) for place, painter in PAINTERS.items()
    }
    return write(tmp_path / "lighthouses", articles)


@pytest.fixture
def archive(seeds_index: Path) -> Iterator[bot.Archive]:
    with bot.open(SEEDS, index=seeds_index) as opened:
        yield opened


def said_by(code: str, *, without: tuple[str, ...] = ()) -> str:
    """What a process of its own prints."""
    environment = {name: value for name, value in os.environ.items() if name not in without}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# Its names


def test_importing_it_loads_nothing_heavy() -> None:
    modules = said_by("import bot, sys; bot.__version__; dir(bot); print(*sys.modules)")
    loaded = {name.partition(".")[0] for name in modules.split()}
    heavy = {"numpy", "msgspec", "faiss", "tantivy", "tokenizers", "torch", "textual", "rich"}
    assert not heavy & loaded
    assert "embeddings" not in loaded


def test_its_names_are_those_that_can_be_had() -> None:
    assert bot.__all__ == sorted(bot.__all__)
    assert "open" not in bot.__all__
    assert all(getattr(bot, name).__name__ == name for name in bot.__all__)
    assert dir(bot) == sorted([*bot.__all__, "open", "__version__"])
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        bot.nonsense  # noqa: B018
    # a type checker, which runs none of it, sees the same
    tree = ast.parse((PROJECT / "bot/__init__.py").read_text("utf-8"))
    (checked,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in checked.body if isinstance(node, ast.ImportFrom)]
    seen = {name.asname or name.name for node in imports for name in node.names}
    (assigned,) = (node for node in checked.body if isinstance(node, ast.Assign))
    assert ast.unparse(assigned) == "open = open_archive"
    assert seen == {*bot.__all__, "open_archive"}


def test_a_star_leaves_pythons_own_open_alone() -> None:
    names: dict[str, Any] = {}
    exec("from bot import *\nopened = open", names)
    assert names["opened"] is builtins.open
    assert set(bot.__all__) <= names.keys()


# Questions


def test_it_answers_follows_up_and_keeps_to_the_limit(archive: bot.Archive) -> None:
    first = archive.ask("Who moderated the event?")
    assert isinstance(first, bot.Answer)
    assert first.answered
    assert len(first.citations) == 3
    for citation in first.citations:
        for quote in (citation.passage, citation.highlight):
            text = (SEEDS / quote.source).read_bytes().decode("utf-8-sig")
            assert text[quote.start_char : quote.end_char] == quote.text
    then = archive.ask("How many followers does he have?", after=[first], limit=1)
    assert then.question == "How many followers does he have?"
    assert then.searched_as == "How many followers does David Sacks have?"
    assert len(then.citations) == 1
    alone = archive.ask("How many followers does he have?")
    assert alone.searched_as is None


def test_a_message_is_answered_for_what_it_asks(lighthouses: Path, tmp_path: Path) -> None:
    about = "Hello. The lighthouse at Nida is red. Who painted it?"
    with bot.open(lighthouses, index=tmp_path / "index") as archive:
        last = archive.ask(f"{about} Who painted the one at Ristna? Thanks!")
    (first,) = last.earlier
    assert first.question == about
    assert first.searched_as == "Who painted the lighthouse at Nida?"
    assert "Jonas Petraitis" in first.citations[0].highlight.text
    assert not first.earlier
    assert last.searched_as == "Who painted the one at Ristna?"
    assert "Liisa Tamm" in last.citations[0].highlight.text


def test_a_greeting_is_no_part_of_the_conversation(archive: bot.Archive) -> None:
    first = archive.ask("Who painted the lighthouse at Nida?")
    greeting = archive.ask("thanks", after=[first])
    assert (greeting.answered, greeting.shown) == (False, ())
    assert greeting.reason is not None
    assert greeting.reason.kind == "no question"
    then = archive.ask("When?", after=[first, greeting])
    assert then.searched_as == archive.ask("When?", after=[first]).searched_as is not None


def test_a_line_end_of_any_kind_is_a_space(archive: bot.Archive) -> None:
    alone = archive.ask("Who painted the lighthouse at Nida?")
    for end in ("\r", "\r\n", "\n", "\u2028", "\v"):
        answer = archive.ask(f"Who painted the{end}lighthouse at Nida?{end}")
        assert (answer.searched_as, answer.citations) == (None, alone.citations)


def test_a_refusal_is_data(archive: bot.Archive) -> None:
    refused = archive.ask("What software encodes the sound?")
    assert not refused.answered
    assert refused.citations == ()
    assert len(refused.nearest) == 3
    assert isinstance(refused.reason, bot.Reason)
    assert refused.reason.kind == "does not say"
    assert "".join(refused.reason.says) == refused.nearest[0].highlight.text


def test_a_changed_article_counts_at_once(lighthouses: Path, tmp_path: Path) -> None:
    with bot.open(lighthouses, index=tmp_path / "index") as archive:
        assert "Maren Holt" in archive.ask(question("Skagen")).citations[0].highlight.text
        write(lighthouses, {"Skagen.txt": painted("Skagen", "Ole Lund")})
        assert "Ole Lund" in archive.ask(question("Skagen")).citations[0].highlight.text
        (lighthouses / "Skagen.txt").unlink()
        assert "Skagen.txt" not in {one.source for one in archive.ask(question("Skagen")).shown}
        assert {info.source for info in archive.articles()} == {
            f"{place}.txt" for place in PAINTERS if place != "Skagen"
        }


def test_only_its_arguments_count(
    archive: bot.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SEEDS", "INDEX", "MODEL", "MAX_FILE_MB", "MIN_CONFIDENCE", "LOG"):
        monkeypatch.setenv(f"BOT_{name}", "~nobody-here/\udcff nonsense")
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "verbatim-bot"
    write(config, {"config.toml": "= nonsense"})
    assert archive.ask(LATE).answered
    monkeypatch.chdir(SEEDS.parent)
    with bot.open("seeds", min_confidence=1) as strict:  # and the index has a place of its own
        refused = strict.ask(LATE)
        assert strict.settings.index.parent == Path(os.environ["XDG_CACHE_HOME"]) / "verbatim-bot"
    assert not refused.answered
    assert refused.min_confidence == 1


def test_what_goes_wrong_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with bot.open(tmp_path / "nowhere", index=tmp_path / "index") as archive:
        with pytest.raises(bot.ArticlesError, match="There is no articles folder") as raised:
            archive.ask(LATE)
        assert isinstance(raised.value, bot.VerbatimError)
        assert isinstance(raised.value.remedy, bot.Remedy)
        assert raised.value.remedy.kind == "name the articles folder"


# Several at once


def test_two_archives_in_one_process(
    archive: bot.Archive, lighthouses: Path, tmp_path: Path
) -> None:
    with bot.open(lighthouses, index=tmp_path / "index") as other:
        for _ in range(2):
            assert "half an hour late" in archive.ask(LATE).citations[0].highlight.text
            assert other.ask(question("Kullen")).citations[0].source == "Kullen.txt"
    assert archive.ask(LATE).answered


def test_eight_threads_are_each_given_their_own_answer(lighthouses: Path, tmp_path: Path) -> None:
    """From the first question on, for which the index is built."""
    together = Barrier(len(PAINTERS))
    shared = bot.open(lighthouses, index=tmp_path / "index")

    def ask(place: str) -> list[bot.Answer]:
        together.wait()
        return [shared.ask(question(place)) for _ in range(3)]

    with shared, ThreadPoolExecutor(len(PAINTERS)) as threads:
        for place, given in zip(PAINTERS, threads.map(ask, PAINTERS), strict=True):
            for answer in given:
                assert answer.question == question(place)
                assert answer.citations[0].source == f"{place}.txt"
                assert PAINTERS[place] in answer.citations[0].highlight.text


def test_in_a_running_loop(archive: bot.Archive) -> None:
    async def awaited() -> list[bot.Answer]:
        return await asyncio.gather(
            *(asyncio.to_thread(archive.ask, words) for words in (LATE, "Who is Elon Musk?"))
        )

    async def as_in_a_notebook() -> bot.Answer:
        return archive.ask(LATE)

    late, musk = asyncio.run(awaited())
    assert (late.question, musk.question) == (LATE, "Who is Elon Musk?")
    assert asyncio.run(as_in_a_notebook()) == late
    assert archive.ask(LATE) == late


# What it leaves as it was

_STATE = """
import gc, json, os, signal, sys
import faiss, numpy, threadpoolctl

def state():
    return {
        "environment": dict(os.environ),
        "signals": {int(one): repr(signal.getsignal(one)) for one in signal.valid_signals()},
        "collector": [gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()],
        "threads": {one["filepath"]: one["num_threads"] for one in threadpoolctl.threadpool_info()},
        "streams": [[one.encoding, one.errors] for one in (sys.stdin, sys.stdout, sys.stderr)],
        "hooks": [repr(sys.excepthook), os.getpriority(os.PRIO_PROCESS, 0)],
    }
"""


def test_archives_that_compute_at_once_leave_the_process_as_it_was(
    lighthouses: Path, seeds_index: Path, tmp_path: Path
) -> None:
    code = f"""{_STATE}
from concurrent.futures import ThreadPoolExecutor
import bot
before = state()
with (
    bot.open({str(lighthouses)!r}, index={str(tmp_path / "index")!r}) as first,
    bot.open({str(SEEDS)!r}, index={str(seeds_index)!r}) as second,
    ThreadPoolExecutor(4) as threads,
):
    asked = [threads.submit(one.ask, "Who spoke?") for one in (first, second) * 10]
    for future in asked:
        future.result()
print(json.dumps([before, state()]))
"""
    before, after = json.loads(said_by(code, without=("OPENBLAS_NUM_THREADS",)))
    assert after == before


def test_it_leaves_the_process_as_it_was(lighthouses: Path, tmp_path: Path) -> None:
    code = f"""{_STATE}
states = [state()]
import bot
with bot.open({str(lighthouses)!r}, index={str(tmp_path / "index")!r}) as archive:
    states.append(state())
    assert archive.ask("Who painted the lighthouse at Kullen?").answered
    states.append(state())
states.append(state())
print(json.dumps(states))
"""
    first, *later = json.loads(said_by(code, without=("OPENBLAS_NUM_THREADS",)))
    assert first["threads"]
    assert "OPENBLAS_NUM_THREADS" not in first["environment"]
    for state in later:
        for what, before in first.items():
            assert state[what] == before, what
