"""Articles of which a part cannot be read: what the commands say, each time, as real processes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bot.commands.conftest import document
from tests.conftest import BOT, write

pytestmark = pytest.mark.slow

POWERLESS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") * (os.geteuid() == 0)
"""A prefix that makes permissions bind root too."""

if POWERLESS and shutil.which(POWERLESS[0]) is None:
    pytestmark = pytest.mark.skip("setpriv is absent: permissions do not bind root")

GULLS = "What do the gulls of Fanø eat?"
KILN = "When was the kiln at Hasle lit?"
MARKED = ">>The gulls of Fanø eat starfish.<<"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A command on the articles in `tmp_path / "seeds"`, as somebody whom permissions bind."""

    def run(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*POWERLESS, *BOT, *arguments],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            **settings,
        )
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def islands(tmp_path: Path, run: Run) -> Iterator[Path]:
    """A sub-folder of indexed articles."""
    seeds = write(
        tmp_path / "seeds",
        {
            "kiln.md": "# The kiln\n\nThe kiln at Hasle was lit on 2 June.",
            "islands/fano.txt": "The gulls of Fanø eat starfish.",
            "islands/mando.txt": "Mandø can be reached at low tide.",
        },
    )
    for path in seeds.rglob("*.*"):
        os.utime(path, (1e9, 1e9))
    assert run("rebuild").returncode == 0
    yield seeds / "islands"
    if (seeds / "islands").exists():
        (seeds / "islands").chmod(0o755)


def test_a_part_that_cannot_be_listed_is_named_each_time_and_answers(
    run: Run, islands: Path
) -> None:
    islands.chmod(0)
    told = "Not read: islands/ cannot be listed: permission denied."
    for _ in range(2):
        done = run("ask", "-k", "1", GULLS)
        assert (done.returncode, MARKED in done.stdout) == (0, True)
        assert done.stderr == f"{told} What was read there before still answers.\n"
        refused = run("ask", "-k", "1", "Who tuned the organ of Ribe?")
        assert refused.returncode == 1
        assert refused.stdout.startswith(
            "The articles do not answer this; islands/ could not be read.\n"
        )
        assert told in refused.stderr
        for question, code in ((GULLS, 0), ("Who tuned the organ of Ribe?", 1)):
            done = run("ask", "--json", question)
            assert done.returncode == code
            assert document(done)["unread"] == [
                {
                    "source": "islands/",
                    "reason": "cannot be listed: permission denied",
                    "loss": "out of reach",
                    "kept": True,
                }
            ]
        report = document(run("rebuild", "--json"))
        assert (report["articles"], report["removed"], report["encoded"]) == (3, [], 0)
        assert [file["source"] for file in report["unread"]] == ["islands/"]
        status = run("status").stdout
        assert "Not read: islands/ cannot be listed: permission denied" in status
        assert "3 articles" in status
        assert "up to date, but for what could not be read" in status
    shown = run("show", "islands/fano.txt:1")
    assert (shown.returncode, shown.stdout) == (3, "")
    assert "islands/fano.txt cannot be read: permission denied" in shown.stderr
    talk = run("chat", input=f"{GULLS}\n/source 1\nWho tuned the organ of Ribe?\n")
    assert talk.returncode == 0
    assert talk.stderr.count(told) == 3  # at the start, and with each question
    assert "islands/fano.txt cannot be read" in talk.stderr
    assert "do not answer this; islands/ could not be read." in talk.stdout

    islands.chmod(0o755)
    back = run("ask", "-k", "1", GULLS)
    assert (back.returncode, back.stderr) == (0, "")
    assert document(run("rebuild", "--json"))["encoded"] == 0


def test_a_part_that_is_empty_for_now_is_kept_until_a_rebuild_is_asked_for(
    run: Run, islands: Path, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    shutil.copytree(islands, away)
    for path in islands.iterdir():
        path.unlink()
    for _ in range(2):
        done = run("ask", "-k", "1", GULLS)
        assert (done.returncode, MARKED in done.stdout) == (0, True)
        assert done.stderr == (
            "Not read: islands/ has lost its 2 articles. What was read there before still"
            " answers; bot rebuild forgets what is gone.\n"
        )
    assert "articles that are gone are kept, until: bot rebuild" in run("status").stdout
    forgotten = document(run("rebuild", "--json"))
    assert forgotten["removed"] == ["islands/fano.txt", "islands/mando.txt"]
    assert forgotten["unread"] == []
    refused = run("ask", "-k", "1", GULLS)
    assert (refused.returncode, refused.stderr) == (1, "")
    assert refused.stdout.startswith("The articles do not answer this.\n")
    shutil.copytree(away, islands, dirs_exist_ok=True)
    report = document(run("rebuild", "--json"))
    assert (len(report["added"]), report["encoded"]) == (2, 0)


def test_only_of_what_was_read_before_it_is_said_that_it_answers(run: Run, islands: Path) -> None:
    write(islands.parent, {"fjords/vejle.txt": "The bridge at Vejle is yellow."})
    for name in ("islands", "fjords"):
        (islands.parent / name).chmod(0)
    try:
        told = "Not read: fjords/ cannot be listed: permission denied"
        both = f"{told}; islands/ cannot be listed: permission denied."
        done = run("ask", "-k", "1", KILN)
        assert done.stderr == f"{both} What was read there before still answers.\n"
        kept = [file["kept"] for file in document(run("ask", "--json", KILN))["unread"]]
        assert kept == [False, True]
        done = run("ask", "-k", "1", "--index", "another", KILN)
        assert done.stderr.endswith(f"{both}\n")
    finally:
        (islands.parent / "fjords").chmod(0o755)


def test_many_files_that_cannot_be_read_are_counted_after_three(run: Run, islands: Path) -> None:
    names = [f"{name}.txt" for name in ("alder", "birch", "cedar", "larch", "maple")]
    write(islands.parent, {**dict.fromkeys(names, b"\0\1"), "void.txt": "", "photo.jpg": b"\0"})
    for path in islands.parent.glob("*.txt"):
        os.utime(path, (1e9, 1e9))
    (islands / "mando.txt").chmod(0)
    for _ in range(2):
        done = run("ask", "-k", "1", KILN)
        assert done.stderr == (
            "Not read: islands/mando.txt cannot be read: permission denied; alder.txt is binary,"
            " not text; birch.txt is binary, not text; and 3 more: bot status."
            " What was read there before still answers.\n"
        )
    refused = run("ask", "-k", "1", "Who tuned the organ of Ribe?").stdout
    assert "; islands/mando.txt, alder.txt, birch.txt and 3 more could not be read." in refused
    assert len(document(run("ask", "--json", KILN))["unread"]) == 6
    assert len(document(run("status", "--json"))["failed"]) == 7  # an empty file is no loss
