"""Imports point one way only, and a question waits for nothing it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT, SEEDS

HEAVY = {"torch", "transformers", "sentence_transformers"}


def loaded_by(code: str) -> set[str]:
    """The top-level packages that are loaded in a process after the code ran."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('MODULES', *sys.modules)"],
        capture_output=True,
        text=True,
    )
    assert "MODULES" in done.stdout, done.stderr
    return {name.split(".")[0] for name in done.stdout.split("MODULES", 1)[1].split()}


def run_main(*arguments: object) -> str:
    words = [str(one) for one in arguments]
    return (
        "from bot.commands.main import main\n"
        f"try: code = main({words!r})\n"
        "except SystemExit as exit: code = exit.code\n"
        "assert code == 0, code"
    )


def test_the_rooms_keep_their_contracts() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_help_and_status_load_nothing_heavy(seeds_index: Path) -> None:
    light = {*HEAVY, "faiss", "numpy", "tantivy", "textual", "rich"}
    assert not light & loaded_by(run_main("--help"))
    status = run_main("status", "--seeds", SEEDS, "--index", seeds_index)
    assert not light & loaded_by(status)


def test_a_question_on_a_built_index_loads_no_torch(seeds_index: Path) -> None:
    question = ("How", "late", "did", "the", "launch", "start?")
    loaded = loaded_by(run_main("ask", "--seeds", SEEDS, "--index", seeds_index, *question))
    assert not {*HEAVY, "textual", "rich", "sentencex", "chardet", "yaml"} & loaded
    assert {"faiss", "tantivy", "numpy"} <= loaded


def test_the_chat_is_painted_before_anything_heavy_is_loaded() -> None:
    later = {*HEAVY, "numpy", "faiss", "tantivy", "tokenizers", "watchfiles", "chardet", "yaml"}
    loaded = loaded_by("import bot.chat.app")
    assert "textual" in loaded
    assert not later & loaded
