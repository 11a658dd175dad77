"""Whatever happens, an index is the old one or the new one, whole, and loses no vector."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from embeddings.encoding.encoder import Encoder
from tests.conftest import BOT, SEEDS, Bot, write
from tests.embeddings.index.building import settle, sources

pytestmark = pytest.mark.slow

QUESTION = "How long is the new bridge?"
TOLD = {
    old: f"A bridge\n\nThe new bridge is {length} metres long, the mayor said on Friday."
    for old, length in (("old", 40), ("new", 57))
}


@pytest.fixture
def folder(seeds: Path, bot: Bot, tmp_path: Path) -> Path:
    """An index of the articles with the old bridge in them; `./seeds` is theirs."""
    write(seeds, {"bridge.txt": TOLD["old"]})
    settle(seeds)  # a question has no reason to write
    done = bot("rebuild", "--index", "index")
    assert done.returncode == 0, done.stderr
    return tmp_path / "index"


def ask(bot: Bot, index: str = "index") -> dict[str, Any]:
    """The answer, which must come without a traceback."""
    done = bot("ask", "--json", "--index", index, QUESTION)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1), done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def start(*command: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*BOT, *command, "--index", "index"],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # where the tests run in the background, Ctrl-C may be switched off for all of them
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def bridge(answer: dict[str, Any]) -> str:
    return str(answer["citations"][0]["highlight"]["text"])


def stored(folder: Path, query: str) -> Any:
    db = sqlite3.connect(folder / "index.db")
    try:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return db.execute(query).fetchone()[0]
    finally:
        db.close()


def test_killed_at_twenty_random_moments(bot: Bot, seeds: Path, folder: Path) -> None:
    moments = random.Random(1)
    vectors = stored(folder, "SELECT count(*) FROM vectors")
    extra = sorted(SEEDS.iterdir())
    killed = 0
    for attempt in range(20):
        told = ("new", "old")[attempt % 2]
        text = extra[attempt % len(extra)].read_text("utf-8").replace(" the ", f" the {attempt} ")
        write(seeds, {"bridge.txt": TOLD[told], "extra.txt": text})
        process = start("rebuild", cwd=seeds.parent)
        time.sleep(moments.uniform(0.1, 1.2))  # the moment of the kill is what is tested
        process.kill()
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        assert stored(folder, "SELECT count(*) FROM vectors") >= vectors
        answer = ask(bot)
        assert bridge(answer) == TOLD[told].split("\n")[-1]
        vectors = stored(folder, "SELECT count(*) FROM vectors")
        passages = stored(folder, "SELECT count(*) FROM passages")
        assert stored(folder, "SELECT count(*) FROM passages p JOIN vectors v USING (encoded)") == (
            passages
        )
    assert killed >= 5  # or the machine was too quick for the test to mean anything
    status = json.loads(bot("status", "--json", "--index", "index").stdout)
    assert not status["stale"]


ENDED = """
import os, sys
from pathlib import Path
from embeddings.index import generations
from embeddings.index.rebuild import Sizes, rebuild
from embeddings.encoding.model import find_model

moment, signal = sys.argv[1], int(sys.argv[2])
committed = 0
write = generations.write

def end(at):
    if at == moment and committed == 2:
        os.kill(os.getpid(), signal)

def progress(stage, done, total):
    global committed
    committed += stage == "indexed"
    end(stage)

def then_end(*arguments, **named):
    written = write(*arguments, **named)
    end("written")
    return written

generations.write = then_end
folders = Path("seeds").absolute(), Path("index").absolute()
sizes = Sizes(batch=6)
rebuild(*folders, find_model(), max_bytes=20_000_000, progress=progress, sizes=sizes)
"""
"""A first build in small batches that is ended at a moment after its second commit."""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("moment", ["indexed", "reading", "encoding", "written"])
def test_a_first_build_that_is_ended_goes_on(
    bot: Bot, seeds: Path, encoder: Encoder, how: signal.Signals, moment: str
) -> None:
    write(seeds, {"bridge.txt": TOLD["old"]})
    settle(seeds)
    command = [sys.executable, "-c", ENDED, moment, str(int(how))]
    done = subprocess.run(
        command,
        cwd=seeds.parent,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # see `start`
    )
    assert done.returncode == -how, done.stderr
    folder = seeds.parent / "index"
    names = sorted(path.name for path in seeds.iterdir())
    committed = stored(folder, "SELECT count(*) FROM articles")
    assert 2 <= committed < len(names) - 2
    assert set(sources(folder, encoder, "the launch", 100)) == set(names[:committed])
    vectors = stored(folder, "SELECT count(*) FROM vectors")

    report = json.loads(bot("rebuild", "--json", "--index", "index").stdout)
    assert report["added"] == names[committed:]
    assert report["encoded"] + vectors == report["passages"]
    assert bot("rebuild", "--index", "fresh").returncode == 0
    assert ask(bot) == ask(bot, index="fresh")
    assert len(list((folder / "generations").iterdir())) <= 2


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    size = path.stat().st_size
    path.write_bytes(os.urandom(size))


def generation(folder: Path) -> Path:
    return max((folder / "generations").iterdir(), key=lambda path: int(path.name))


def segment(folder: Path) -> Path:
    return max((generation(folder) / "words").glob("*.idx"), key=lambda path: path.stat().st_size)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "faiss cut short": lambda folder: cut_short(generation(folder) / "vectors/vectors.faiss"),
    "faiss overwritten": lambda folder: overwrite(generation(folder) / "vectors/vectors.faiss"),
    "faiss gone": lambda folder: (generation(folder) / "vectors/vectors.faiss").unlink(),
    "faiss empty": lambda folder: os.truncate(generation(folder) / "vectors/vectors.faiss", 0),
    "segment cut short": lambda folder: cut_short(segment(folder)),
    "segment overwritten": lambda folder: overwrite(segment(folder)),
    "segment gone": lambda folder: segment(folder).unlink(),
    "meta.json gone": lambda folder: (generation(folder) / "words" / "meta.json").unlink(),
    "generation gone": lambda folder: shutil.rmtree(generation(folder)),
    "all generations gone": lambda folder: shutil.rmtree(folder / "generations"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_files_are_made_again_without_encoding(bot: Bot, folder: Path, damage: str) -> None:
    before = ask(bot)
    DAMAGE[damage](folder)
    status = json.loads(bot("status", "--json", "--index", "index").stdout)
    assert status["stale"]
    assert status["remake"] == "its files are missing or damaged"
    vectors = stored(folder, "SELECT count(*) FROM vectors")
    done = bot("ask", "--index", "index", QUESTION)
    assert "Making the index again: its files are missing or damaged" in done.stderr
    assert "Encoding" not in done.stderr
    assert ask(bot) == before
    assert stored(folder, "SELECT count(*) FROM vectors") == vectors


def overwrite_vectors(path: Path) -> None:
    """As a bad sector does: the pages of one table."""
    db = sqlite3.connect(path)
    pages = db.execute("SELECT pageno - 1 FROM dbstat WHERE name = 'vectors'").fetchall()
    (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with path.open("r+b") as file:
        for (page,) in pages:
            file.seek(page * size)
            file.write(os.urandom(size))


def shifted(bounds: bytes) -> bytes:
    """Sentences' characters, far behind their passage."""
    chars = struct.unpack(f"<{len(bounds) // 4}I", bounds)
    return struct.pack(f"<{len(chars)}I", *(char + 100_000 for char in chars))


def change(statement: str, before: str = "") -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        db = sqlite3.connect(path)
        db.create_function("shifted", 1, shifted)
        db.execute(before)
        with db:
            db.execute(statement)
        db.close()

    return apply


@pytest.mark.parametrize(
    "damage",
    [
        cut_short,
        overwrite,
        overwrite_vectors,
        lambda path: path.write_text("This is no database."),
        change("DELETE FROM meta WHERE key = 'files'"),
        change("UPDATE meta SET value = 'x' WHERE key = 'generation'"),
        change("UPDATE meta SET value = '[]' WHERE key = 'files'"),
        change("UPDATE meta SET value = 'yesterday' WHERE key = 'built_at'"),
        change("UPDATE vectors SET sentences = x'00'", "PRAGMA ignore_check_constraints = 1"),
        change("DELETE FROM vectors"),
        change("UPDATE passages SET text = 'Other words than the places say.'"),
        change("DROP TABLE passages"),
    ],
)
def test_a_damaged_database_is_said_and_set_aside(
    bot: Bot, folder: Path, damage: Callable[[Path], object]
) -> None:
    before = ask(bot)
    damage(folder / "index.db")
    done = bot("ask", "--json", "--index", "index", QUESTION)
    assert done.returncode == 3
    error = json.loads(done.stdout)["error"]
    assert error["kind"] == "index"
    assert "is damaged" in error["message"]
    assert error["remedy"] == "Make it anew from the articles: bot rebuild"
    assert "Traceback" not in done.stderr
    assert bot("rebuild", "--index", "index").returncode == 0
    assert (folder / "index.db.damaged").exists()
    assert not (folder / "index.db.suspect").exists()
    assert ask(bot) == before
    assert bot("rebuild", "--index", "index").returncode == 0
    assert json.loads(bot("rebuild", "--json", "--index", "index").stdout)["encoded"] == 0


def limited(kilobytes: int) -> dict[str, Any]:
    """For a process that may write no file beyond this size, not even of its coverage."""
    return {
        "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1000,) * 2),
        "env": {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_PROCESS")},
    }


def check_full(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 3, "there was room enough: the test tests nothing"
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) <= 2, done.stderr
    assert "cannot be written" in done.stderr
    assert "faiss::" not in done.stderr


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE passages SET bounds = shifted(bounds)",
        "UPDATE passages SET bounds = zeroblob(length(bounds))",
        "UPDATE passages SET bounds = hex(zeroblob(length(bounds) / 2))",
        "UPDATE passages SET text = 'Quite another text.'",
        "UPDATE passages SET text = x'00'",
        "UPDATE passages SET start_line = 'a'",
    ],
)
def test_rows_that_were_tampered_with_are_not_cited(bot: Bot, folder: Path, tampering: str) -> None:
    change(tampering)(folder / "index.db")
    done = bot("ask", "--json", "--index", "index", QUESTION)
    assert done.returncode == 3
    assert "is damaged" in json.loads(done.stdout)["error"]["message"]


def test_an_index_that_nobody_may_write_can_be_read(bot: Bot, folder: Path) -> None:
    before = ask(bot)
    inside = [folder, *folder.rglob("*")]
    for path in inside:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        # root may write everywhere: run without that capability
        less = ["setpriv", "--bounding-set", "-all"] if os.geteuid() == 0 else []
        command = [*less, *BOT, "ask", "--json", "--index", "index", QUESTION]
        done = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == before
    finally:
        for path in inside:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_folder_of_other_files_is_not_made_an_index(bot: Bot, seeds: Path) -> None:
    write(seeds.parent / "other", {"generations/precious.txt": "x"})
    done = bot("rebuild", "--index", "other")
    assert done.returncode == 3
    assert "holds other files and no index" in done.stderr
    assert [path.name for path in (seeds.parent / "other").iterdir()] == ["generations"]


@pytest.mark.parametrize("kilobytes", [4, 40, 400])
def test_no_room_for_new_vectors_costs_one_message(
    bot: Bot, seeds: Path, folder: Path, kilobytes: int
) -> None:
    before = ask(bot)
    write(seeds, {"bridge.txt": TOLD["new"], "more.txt": unique_text(300)})
    check_full(bot("rebuild", "--index", "index", **limited(kilobytes)))
    write(seeds, {"bridge.txt": TOLD["old"]})
    (seeds / "more.txt").unlink()
    assert ask(bot) == before


def test_no_room_for_a_generation_costs_one_message(bot: Bot, folder: Path) -> None:
    before = ask(bot)
    shutil.rmtree(folder / "generations")
    check_full(bot("rebuild", "--index", "index", **limited(60)))
    assert ask(bot) == before


def test_a_full_disk_costs_one_message(bot: Bot, folder: Path, tmp_path: Path) -> None:
    """On a real disk that is a little larger each time, until the rebuild has room."""
    before = ask(bot)
    disk = tmp_path / "disk"
    disk.mkdir()
    database = folder / "index.db"
    refusals = 0
    for room in range(8, 1000, 24):
        size = database.stat().st_size // 1000 + room
        options = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "disk", str(disk)]
        if subprocess.run(options, stderr=subprocess.DEVNULL).returncode:
            pytest.skip("a small disk cannot be mounted here: that takes root")
        try:
            (disk / "index").mkdir()
            shutil.copy(database, disk / "index")
            done = bot("rebuild", "--index", "disk/index")
            if done.returncode == 0:
                assert ask(bot, index="disk/index") == before
                break
            check_full(done)
            refusals += 1
            subprocess.run(["mount", "-o", "remount,size=9m", disk], check=True)
            assert ask(bot, index="disk/index") == before
        finally:
            subprocess.run(["umount", disk], check=True)
    assert refusals >= 3  # at the database, at FAISS's file, at tantivy's


def test_a_full_disk_under_the_answer_is_said(bot: Bot, folder: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*BOT, "ask", "--index", "index", QUESTION],
            cwd=folder.parent, stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr == (
        "bot: The answer cannot be written: No space left on device."
        " Make room, or send it elsewhere.\n"
    )


def test_four_rebuilds_and_eight_questions_at_once(bot: Bot, seeds: Path, folder: Path) -> None:
    write(seeds, {"bridge.txt": TOLD["new"]})
    for number, path in enumerate(sorted(SEEDS.iterdir())):
        write(seeds, {f"again-{path.name}": path.read_text("utf-8").replace(" a ", f" {number} ")})
    commands = [["rebuild"]] * 4 + [["ask", "--json", QUESTION]] * 8
    processes = [
        subprocess.Popen(
            [*BOT, *command, "--index", "index"],
            cwd=seeds.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    for command, process in zip(commands, processes, strict=True):
        out, told = process.communicate(timeout=300)
        assert process.returncode == 0, told
        assert "Traceback" not in told
        if command[0] == "ask":
            assert bridge(json.loads(out)) == TOLD["new"].split("\n")[-1]
    vectors = stored(folder, "SELECT count(*) FROM vectors")
    passages = stored(folder, "SELECT count(DISTINCT encoded) FROM passages")
    assert vectors == passages + 1  # the old bridge


def test_a_second_rebuild_says_whom_it_waits_for(bot: Bot, seeds: Path, folder: Path) -> None:
    from embeddings.index.lock import writer_lock

    with writer_lock(folder):
        done = bot("rebuild", "--no-wait", "--json", "--index", "index")
        assert done.returncode == 3
        assert json.loads(done.stdout)["error"]["kind"] == "busy"
        assert f"is being written by process {os.getpid()}" in done.stderr
        assert bridge(ask(bot))  # a reader does not wait
        write(seeds, {"bridge.txt": TOLD["new"]})
        waiting = start("ask", QUESTION, cwd=seeds.parent)
        assert waiting.stderr is not None
        lines = iter(waiting.stderr.readline, "")
        assert any(f"Waiting for process {os.getpid()}" in line for line in lines)
    out, _ = waiting.communicate(timeout=300)
    assert "57 metres" in out


def test_interrupted_it_says_so_and_goes_on_next_time(bot: Bot, seeds: Path, folder: Path) -> None:
    write(seeds, {"bridge.txt": TOLD["new"], "long.txt": unique_text(3_000)})
    process = start("rebuild", cwd=seeds.parent)
    assert process.stderr is not None
    assert "Encoding" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert told == "bot: Interrupted. The index is whole, and what was encoded is kept.\n"
    (seeds / "long.txt").unlink()
    assert "57 metres" in bridge(ask(bot))


def unique_text(sentences: int) -> str:
    return "\n\n".join(
        f"House number {number} of the street was built by family {number * 7} and has"
        f" {number % 13} windows, {number % 5} doors and a garden of {number} square metres."
        for number in range(sentences)
    )


def test_an_index_folder_that_cannot_be_made_is_said(bot: Bot, seeds: Path) -> None:
    write(seeds.parent, {"file": "x"})
    done = bot("ask", "--index", "file/index", QUESTION)
    assert done.returncode == 3
    assert "The index in" in done.stderr
    assert "cannot be written: Not a directory" in done.stderr
    assert len(done.stderr.splitlines()) == 1  # nothing is said to be built
