"""Every key of the chat with what it does, by where it does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import TextArea

from bot.chat.prompt import Prompt
from bot.chat.source_pane import SourceView
from bot.chat.transcript import Transcript

_ALSO = [
    Binding("ctrl+p", "", "All commands, themes among them"),
    Binding("ctrl+q", "", "Quit"),
    Binding("tab", "", "Go to the transcript, the source, the prompt"),
    Binding("ctrl+c", "", "Copy the text selected with the mouse"),
]
"""Keys of Textual's own, and those that are not bound by a list."""


def table(everywhere: Iterable[BindingType], show: Callable[[str], str]) -> Content:
    """All keys, to be read.

    Args:
        everywhere: the app's own bindings.
        show: a key's name → as people write it.
    """
    groups: list[tuple[str, Iterable[BindingType]]] = [
        ("Everywhere", [*everywhere, *_ALSO]),
        ("In the prompt", Prompt.BINDINGS),
        ("In the transcript", Transcript.BINDINGS),
        ("In the source", SourceView.BINDINGS),
        ("Editing in the prompt", TextArea.BINDINGS),
    ]
    rows: list[tuple[str, str]] = []
    for title, bindings in groups:
        rows.append((f"{title}\n", "bold $text-primary"))
        for binding in bindings:
            assert isinstance(binding, Binding)
            keys = " or ".join(show(key) for key in binding.key.split(","))
            rows += [(f"  {keys:<22} ", "bold"), (_about(binding), "")]
        rows.append(("\n", ""))
    return Content.assemble(*rows)


def _about(binding: Binding) -> str:
    return f"{binding.tooltip or binding.description}\n"
