"""The plain conversation: piped, and at a real terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.conversations.history import History
from tests.conftest import BOT, SEEDS, Bot, write

Talk = Callable[..., "subprocess.CompletedProcess[str]"]

LATE = "How late did the launch start?"


@pytest.fixture
def talk(bot: Bot, seeds_index: Path) -> Talk:
    def run(*lines: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        given = ("chat", "--seeds", SEEDS, "--index", seeds_index, *options)
        return bot(*given, input="".join(f"{line}\n" for line in lines))

    return run


def test_questions_that_are_piped_in_are_answered_one_after_another(
    talk: Talk, bot: Bot, seeds_index: Path
) -> None:
    done = talk(LATE, "", "What software encodes the sound?")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split("> What software encodes the sound?\n")
    assert first.startswith(f"> {LATE}\n")
    assert ">>The launch started half an hour late" in first
    assert second.startswith("The articles do not answer this.")
    asked = bot("ask", "--seeds", SEEDS, "--index", seeds_index, LATE)
    assert asked.stdout.strip() in first


def test_a_byte_order_mark_before_the_questions_is_none_of_them(talk: Talk, bot: Bot) -> None:
    assert talk("\ufeff/help").stdout.startswith("Type a question")
    assert bot("ask", "--seeds", SEEDS, "-", input="\ufeff\n").stderr.startswith(
        "bot: The question is empty"
    )


def test_a_follow_up_says_what_was_searched_and_as_searches_just_that(talk: Talk) -> None:
    done = talk("Who moderated the event?", "How many followers does he have?", "/as Did it crash?")
    parts = done.stdout.split("> ")
    assert "searched as: How many followers does David Sacks have?" in parts[2]
    assert parts[3].startswith("Did it crash?")
    assert "searched as" not in parts[3]


def test_each_question_of_a_line_is_answered_but_as_searches_all_of_it(talk: Talk) -> None:
    several = "Hello! Who moderated the event? How many followers does he have?"
    done = talk(several, "hello", f"/as {several}")
    first, second, greeting, as_it_is = done.stdout.split("\n> ")
    assert first.startswith("> Hello! Who moderated the event?\nsearched as: Who moderated")
    assert "searched as: How many followers does David Sacks have?" in second
    assert greeting.startswith("hello\nAsk what the articles may say")
    assert as_it_is.startswith(several)
    assert "searched as" not in as_it_is


def test_the_source_of_a_passage_is_shown(talk: Talk) -> None:
    done = talk(LATE, "/source 1", "/source")
    shown = done.stdout.count(">  3  The launch started half an hour late")
    assert shown == 2, done.stdout


def test_the_editor_opens_at_the_line(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/opened"\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    assert talk(LATE, "/editor 1").returncode == 0
    place = SEEDS / "2023-05-25-timeline-of-the-delay.txt"
    assert (tmp_path / "opened").read_text().splitlines() == ["+3", str(place)]


def test_it_is_exported_and_gone_on_with(talk: Talk, tmp_path: Path) -> None:
    first = ("Who moderated the event?", "/export talk.json", "/export talk.json")
    done = talk(*first, options=("--continue",))
    assert done.stdout.rstrip().endswith(str(tmp_path / "talk.json"))
    assert "exists" in done.stderr
    document = json.loads((tmp_path / "talk.json").read_text("utf-8"))
    assert len(document["exchanges"]) == 1
    done = talk("How many followers does he have?", options=("--continue",))
    assert "Going on after 1 question; the last was: Who moderated the event?" in done.stderr
    assert "searched as: How many followers does David Sacks have?" in done.stdout
    assert History(SEEDS).conversations()[0].exchanges == 2
    done = talk("/new", "How many followers does he have?", options=("--continue",))
    assert "searched as" not in done.stdout
    assert [one.exchanges for one in History(SEEDS).conversations()] == [1, 2]


def test_without_history_nothing_is_kept(talk: Talk) -> None:
    talk(LATE)  # which a program asks
    talk(LATE, options=("--no-history",))
    assert History(SEEDS).conversations() == []
    done = talk(LATE, options=("--no-history", "--continue"))
    assert "There is no earlier conversation" in done.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/nonsense", "is no command"),
        ("/source 1", "Nothing has been asked yet"),
        ("/export talk.md", "nothing to export"),
    ],
)
def test_a_wrong_command_costs_a_line(talk: Talk, line: str, told: str) -> None:
    done = talk(line, LATE)
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "half an hour late" in done.stdout
    assert done.returncode == 0


def test_a_passage_that_is_not_there_is_told_of(talk: Talk) -> None:
    done = talk(LATE, "/source 9", "/source x")
    assert done.stderr.count("is no passage of the last answer") == 2
    assert "It has 1 to 3." in done.stderr


def test_help_and_quit(talk: Talk) -> None:
    done = talk("/help", "/quit", LATE)
    for command in ("/source", "/editor", "/as", "/export", "/new", "/help", "/quit"):
        assert command in done.stdout
    assert "half an hour" not in done.stdout


@pytest.mark.slow
def test_it_follows_the_articles(tmp_path: Path, seeds: Path) -> None:
    process = subprocess.Popen(
        [*BOT, "chat", "--seeds", str(seeds), "--index", str(tmp_path / "index")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=tmp_path,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("Who painted the lighthouse at Skagen?\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith("> Who painted")
    assert process.stdout.readline() == "The articles do not answer this.\n"
    write(seeds, {"lighthouse.txt": "The lighthouse at Skagen was painted by Maren Holt in 1911."})
    rest, _ = process.communicate("Who painted the lighthouse at Skagen?\n", timeout=120)
    assert "lighthouse.txt:1" in rest.split("> Who painted")[1]


def test_what_cannot_be_opened_ends_it_with_the_code_of_ask(bot: Bot, tmp_path: Path) -> None:
    done = bot("chat", "--seeds", tmp_path / "nowhere", input=f"{LATE}\n")
    assert done.returncode == 3
    assert "nowhere" in done.stderr
    assert done.stdout == ""


def test_bot_alone_is_the_chat(bot: Bot, seeds_index: Path) -> None:
    done = bot("--seeds", SEEDS, "--index", seeds_index, input=f"{LATE}\n")
    assert "half an hour late" in done.stdout
    done = bot("--nonsense")
    assert done.returncode == 2
    assert "--nonsense" in done.stderr


def test_at_a_terminal_it_prompts_and_ctrl_d_ends_it(tmp_path: Path, seeds_index: Path) -> None:
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [*BOT, "chat", "--plain", "--seeds", str(SEEDS), "--index", str(seeds_index)],
        stdin=its,
        stdout=its,
        stderr=its,
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(its)
    seen = read_until(ours, b"> ")
    assert "/help lists the commands" in seen
    os.write(ours, f"{LATE}\n".encode())
    assert "half an hour late" in read_until(ours, b"\n> ")
    os.write(ours, b"\x04")
    assert process.wait(60) == 0
    os.close(ours)


def read_until(terminal: int, end: bytes) -> str:
    seen = b""
    while end not in seen:
        seen += os.read(terminal, 4096)
    return seen.decode(errors="replace")


def test_it_loads_no_textual(seeds_index: Path) -> None:
    code = (
        "import io, sys; sys.stdin = io.StringIO('How late did the launch start?\\n')\n"
        "from bot.commands.main import main\n"
        f"assert main(['chat', '--seeds', {str(SEEDS)!r}, '--index', {str(seeds_index)!r}]) == 0\n"
        "print('MODULES', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    loaded = {name.split(".")[0] for name in done.stdout.split("MODULES", 1)[1].split()}
    assert not {"textual", "torch", "sentence_transformers"} & loaded
