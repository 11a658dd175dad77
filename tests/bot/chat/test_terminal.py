"""The chat in a real terminal, from opening it to going on with the conversation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import BOT, SEEDS
from tests.terminal import PATIENCE, Terminal

F3, F4, CTRL_Q, CTRL_S, ENTER = "\x1bOR", "\x1bOS", "\x11", "\x13", "\r"


@pytest.fixture
def command(seeds_index: Path) -> list[str]:
    return [*BOT, "--seeds", str(SEEDS), "--index", str(seeds_index)]


@pytest.mark.slow
def test_a_whole_conversation(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\necho "EDITING $1"\nread line\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    with Terminal(command, cwd=tmp_path) as terminal:
        # typed before it is ready, and in one go with Enter
        terminal.until("Ask the articles…")
        terminal.send(f"Who moderated the event?{ENTER}")
        terminal.until("▸ 2 further passages")
        terminal.send(f"How many followers does he have?{ENTER}")
        terminal.until("searched as: How many followers does David Sacks have?")
        terminal.send(F3)
        terminal.until("2023-05-25-timeline-of-the-delay.txt:9")
        terminal.send(F4)
        terminal.until("EDITING +9")
        terminal.send("\n")
        terminal.until("Ask the articles…")
        terminal.send(CTRL_S)
        terminal.until("Export the conversation to")
        terminal.send("\x15")  # clears the name that is offered
        terminal.until(lambda text: "verbatim-" not in text)
        terminal.send("talk.json")
        terminal.until("talk.json")
        terminal.send(ENTER)
        terminal.until("Exported to")
        terminal.send(CTRL_Q)
        assert terminal.wait() == 0
    exported = json.loads((tmp_path / "talk.json").read_text("utf-8"))
    assert len(exported["exchanges"]) == 2
    with Terminal([*command, "--continue"], cwd=tmp_path) as terminal:
        terminal.until("searched as: How many followers does David Sacks have?")
        terminal.send(CTRL_Q)
        assert terminal.wait() == 0


def test_a_missing_folder_is_told_of_without_a_screen(tmp_path: Path) -> None:
    with Terminal([*BOT, "--seeds", str(tmp_path / "nowhere")], cwd=tmp_path) as terminal:
        assert terminal.wait() == 3
        assert "nowhere" in terminal.text
        assert "--seeds" in terminal.text


@pytest.mark.slow
def test_it_ends_with_its_terminal(command: list[str]) -> None:
    with Terminal(command) as terminal:
        terminal.until("Ask the articles…")
        terminal.vanish()
        assert terminal.process.wait(PATIENCE) == 130


def test_it_leaves_the_terminal_as_it_was_when_it_is_ended(command: list[str]) -> None:
    with Terminal(command) as terminal:
        terminal.until("Ask the articles…")
        assert b"\x1b[?1049h" in terminal.written  # the screen of its own
        terminal.process.terminate()
        assert terminal.wait() == 130
        assert terminal.written.rindex(b"\x1b[?1049l") > terminal.written.index(b"\x1b[?1049h")
