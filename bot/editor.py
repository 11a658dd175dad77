"""A person's own editor, opened at a line."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from embeddings.errors import VerbatimError

_SYSTEMS_OWN = {"darwin": ["open", "-t"], "win32": ["notepad"]}
"""What opens the editor that everybody has. Elsewhere there is none such: Debian's own command
asks which one it is to be, and vi holds who does not know it."""
_PLACES: dict[str, tuple[str, ...]] = {
    "+{line},{column}": ("nano", "pico"),
    "+{line}:{column}": ("emacs", "emacsclient", "kak", "micro", "gedit"),
    "+call cursor({line},{column})": ("vi", "vim", "nvim", "gvim", "view"),
}
_COLON = frozenset({"subl", "zed", "zeditor", "hx", "helix", "pulsar"})
_GOTO = frozenset({"code", "code-insiders", "codium", "cursor", "windsurf"})
_NO_LINE = frozenset({"notepad", "open", "xdg-open"})


class NoEditor(VerbatimError):
    """There is no editor to open."""

    kind = "editor"


def command(path: Path, line: int, column: int) -> list[str]:
    """The command that opens `path` there (both from 1) in $VISUAL, $EDITOR, or the system's own.

    Raises:
        NoEditor: none is named where the system has none of its own, or it is not found.
    """
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    try:
        words = shlex.split(named) if named else _SYSTEMS_OWN.get(sys.platform, [])
    except ValueError as error:
        raise NoEditor(f"$EDITOR is {named!r}: {error}", remedy="Set it to a command.") from error
    if not words or shutil.which(words[0]) is None:
        raise NoEditor(
            f"There is no editor {words[0]}" if words else "No editor is named",
            remedy="Name yours before you start bot: export EDITOR=nano",
        )
    name = Path(words[0]).stem
    if name in _GOTO:
        return [*words, "--goto", f"{path}:{line}:{column}"]
    if name in _COLON:
        return [*words, f"{path}:{line}:{column}"]
    if name in _NO_LINE:
        return [*words, str(path)]
    place = next((form for form, names in _PLACES.items() if name in names), "+{line}")
    return [*words, place.format(line=line, column=column), str(path)]


def run(words: list[str]) -> None:
    """Run an editor to its end. Ctrl+C is meant for it, not for us.

    Raises:
        NoEditor: it cannot be run.
    """
    try:
        process = subprocess.Popen(words)
    except OSError as error:
        reason = error.strerror or str(error)
        raise NoEditor(f"{words[0]} cannot be run: {reason}", remedy="Name another.") from error
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
