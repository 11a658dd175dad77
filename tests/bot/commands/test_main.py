"""Errors, exit codes and streams: the same for every command."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from bot.commands.main import main
from tests.bot.commands.conftest import QUESTION, document
from tests.conftest import BOT, SEEDS, Bot, write


@pytest.mark.parametrize("command", [["ask", "x"], ["rebuild"], ["status"]])
def test_a_missing_folder(bot: Bot, command: list[str]) -> None:
    done = bot(*command, "--seeds", "nowhere", "--json")
    assert done.returncode == 3
    error = document(done)["error"]
    assert error["kind"] == "articles"
    assert error["message"].startswith("There is no articles folder ")
    assert "--seeds" in error["remedy"]
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_without_articles(bot: Bot, tmp_path: Path) -> None:
    write(tmp_path / "seeds", {"a.pdf": b"%PDF"})
    done = bot("ask", "--json", "anything")
    assert done.returncode == 3
    assert document(done)["error"]["message"].startswith("There are no articles in ")


def test_an_index_of_another_folder_costs_one_message(bot: Bot, seeds: Path) -> None:
    bot("rebuild", "--index", "index")
    write(seeds.parent / "other", {"a.txt": "Another text."})
    done = bot("ask", "--seeds", "other", "--index", "index", "x")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "is that of the articles in" in done.stderr


@pytest.mark.parametrize("command", ["ask", "status"])
@pytest.mark.parametrize("model", ["./nowhere", "no-such-model", "nobody/no-such-model"])
def test_a_model_that_is_not_there(bot: Bot, seeds: Path, command: str, model: str) -> None:
    words = ["x"] if command == "ask" else []
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = bot(command, "--model", model, "--json", *words, env=offline)
    assert done.returncode == 3
    assert document(done)["error"]["kind"] == "model"
    assert f"There is no model {model} on this machine" in done.stderr


def test_a_reader_that_leaves_early_is_no_error(seeds_index: Path) -> None:
    command = [*BOT, "show", "--seeds", str(SEEDS), "2023-05-24-launch-starts-late.txt"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_terminal_that_knows_ascii_only(ask: Bot) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    assert document(ask("ask", "--json", QUESTION, env=env))["answered"]
    assert ask("ask", "What did Sacks say of the internet?", env=env).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("closing", "code"), [("<&-", 2), (">&-", 0), ("2>&-", 0), ("2>/dev/full", 0)]
)
def test_closed_streams_cost_no_traceback(
    seeds: Path, tmp_path: Path, closing: str, code: int
) -> None:
    words = "-" if closing == "<&-" else f"'{QUESTION}'"
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(BOT)} ask --json {words} {closing}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    if closing.startswith("2"):
        assert document(done)["answered"]


@pytest.mark.slow
def test_a_listener_that_leaves_does_not_cost_the_answer(seeds: Path, tmp_path: Path) -> None:
    command = f"({' '.join(BOT)} ask --json '{QUESTION}' 2>&3 >out) 3>&1 | true; cat out"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert document(done)["answered"]


def test_the_exit_code_outlives_a_reader_that_left(seeds_index: Path) -> None:
    places = f"--seeds {SEEDS} --index {seeds_index}"
    command = f"{' '.join(BOT)} ask {places} 'sourdough bread' | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_a_name_cannot_forge_a_line_or_steer_the_terminal(bot: Bot, tmp_path: Path) -> None:
    write(tmp_path / "seeds", {"a\nbot: forged.txt": "A text.", "b\x1b[31m.txt": b"\0"})
    for command in ("rebuild", "status"):
        done = bot(command)
        assert "\nbot: forged" not in done.stdout
        assert "\x1b" not in done.stdout
    assert "\x1b" not in bot("ask", "--model", "\x1b[31mevil", "x").stderr


def test_a_defect_of_ours_is_no_refusal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(options: object, settings: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("bot.commands.status.run", fail)
    assert main(["status", "--json"]) == 70
    told = capsys.readouterr()
    assert json.loads(told.out)["error"]["kind"] == "defect"
    assert "Please report it" in told.err
