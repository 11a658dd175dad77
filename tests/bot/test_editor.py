"""Which command opens an editor at a line."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from bot.editor import NoEditor, command, run


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing but what a test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder: Path, name: str) -> None:
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("named", "rest"),
    [
        ("vim", ["+call cursor(7,3)", "a b.txt"]),
        ("nano -l", ["-l", "+7,3", "a b.txt"]),
        ("emacs -nw", ["-nw", "+7:3", "a b.txt"]),
        ("code --wait", ["--wait", "--goto", "a b.txt:7:3"]),
        ("subl", ["a b.txt:7:3"]),
        ("unheard-of", ["+7", "a b.txt"]),
        ("notepad", ["a b.txt"]),
    ],
)
def test_each_editor_is_told_the_line_its_own_way(
    tools: Path, monkeypatch: pytest.MonkeyPatch, named: str, rest: list[str]
) -> None:
    install(tools, named.split()[0])
    monkeypatch.setenv("EDITOR", named)
    assert command(Path("a b.txt"), 7, 3)[1:] == rest


@pytest.mark.parametrize(("system", "words"), [("darwin", ["open", "-t"]), ("win32", ["notepad"])])
def test_where_none_is_named_the_systems_own_opens(
    tools: Path, monkeypatch: pytest.MonkeyPatch, system: str, words: list[str]
) -> None:
    install(tools, words[0])
    monkeypatch.setattr("bot.editor.sys.platform", system)
    monkeypatch.setattr("bot.editor.shutil.which", lambda name: name)  # Windows' own asks Windows
    assert command(Path("a b.txt"), 7, 3) == [*words, "a b.txt"]


def test_visual_comes_before_editor_and_both_before_the_systems_own(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("open", "vim", "kak"):
        install(tools, name)
    monkeypatch.setattr("bot.editor.sys.platform", "darwin")
    monkeypatch.setenv("EDITOR", "vim")
    assert command(Path("x"), 1, 1)[0] == "vim"
    monkeypatch.setenv("VISUAL", "kak")
    assert command(Path("x"), 1, 1)[0] == "kak"


@pytest.mark.parametrize("named", ["gone", "'unclosed", "  "])
def test_what_is_no_editor_is_said_to_be_none(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("EDITOR", named)
    with pytest.raises(NoEditor) as raised:
        command(Path("x"), 1, 1)
    remedy = str(raised.value.remedy)
    assert "EDITOR" in remedy or "Set it" in remedy


def test_what_cannot_be_run_is_told_of(tools: Path) -> None:
    (tools / "broken").write_text("#!/no/such/interpreter\n")
    (tools / "broken").chmod(0o755)
    with pytest.raises(NoEditor, match="broken cannot be run"):
        run([str(tools / "broken")])


def test_ctrl_c_is_the_editors(tools: Path) -> None:
    (tools / "patient").write_text(f"#!{sys.executable}\nimport os\nos.kill(os.getppid(), 2)\n")
    (tools / "patient").chmod(0o755)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever a test left
    try:
        run([str(tools / "patient")])  # or KeyboardInterrupt would end the test
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)  # which is ours again
    finally:
        signal.signal(signal.SIGINT, before)


def test_where_none_is_named_it_says_what_to_set_and_asks_nothing(tools: Path) -> None:
    for name in ("sensible-editor", "editor", "select-editor", "nano", "vi"):
        install(tools, name)
    with pytest.raises(NoEditor, match=r"^No editor is named$") as raised:
        command(Path("x"), 1, 1)
    assert "export EDITOR=" in str(raised.value.remedy)
