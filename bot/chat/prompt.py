"""The prompt: a text area that grows with what is typed and remembers what was asked."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding
from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from bot.presenting.terminal import unsteered, with_newlines

LONGEST = 20_000
"""Characters of a question."""


class Prompt(TextArea):
    """Enter sends, Shift+Enter or Ctrl+J begins a new line, Up and Down at its edges go
    through the earlier questions. What was put here to be revised is searched as it is written,
    until the prompt is empty or `forget_revision` is called."""

    BINDINGS = [
        Binding("enter", "submit", "Send", show=False),
        Binding("shift+enter,ctrl+j", "newline", "New line", show=False),
        Binding("up", "earlier", "Earlier question", show=False),
        Binding("down", "later", "Later question", show=False),
        Binding("pageup", "app.scroll(-1)", "Scroll up", show=False),
        Binding("pagedown", "app.scroll(1)", "Scroll down", show=False),
    ]

    @dataclass
    class Submitted(Message):
        """A question was sent, in lines. `as_written`: it was edited to be searched as it is."""

        question: str
        as_written: bool

    def __init__(self) -> None:
        super().__init__(
            id="prompt",
            compact=True,
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder="Ask the articles…",
        )
        self.asked: list[str] = []
        self._place = 0
        self._draft = ""
        self._as_written = False

    def revise(self, question: str) -> None:
        """Put a question here to be edited and searched as it is then written."""
        self._set(question)
        self._as_written = True
        self.focus()

    def forget_revision(self) -> None:
        """Have what is here searched as any question."""
        self._as_written = False

    def edit(self, edit: Edit) -> EditResult:
        """Perform an edit, after which there may be nothing left of what was to be revised."""
        result = super().edit(edit)
        if not self.text.strip():
            self.forget_revision()
        return result

    def put_back(self, question: str, *, as_written: bool) -> None:
        """Return a question that was cancelled, unless another is being typed."""
        if not self.text.strip():
            self._set(question)
            self._as_written = as_written

    def remember(self, question: str) -> None:
        """Make a question one that Up goes to."""
        if not self.asked or self.asked[-1] != question:
            self.asked.append(question)
        self._place = len(self.asked)

    def action_submit(self) -> None:
        lines = (" ".join(line.split()) for line in self.text.splitlines())
        question = "\n".join(line for line in lines if line)
        if not question:
            return
        if len(question) > LONGEST:
            self.notify(
                f"The question has {len(question):,} characters, and may have {LONGEST:,}.",
                severity="warning",
                markup=False,
            )
            return
        as_written, self._as_written = self._as_written, False
        self.remember(question)
        self.clear()
        self.post_message(self.Submitted(question, as_written))

    def action_newline(self) -> None:
        self.insert("\n")

    def action_earlier(self) -> None:
        first = self.navigator.is_first_wrapped_line(self.cursor_location)
        if not first or not self._step(-1):
            self.action_cursor_up()

    def action_later(self) -> None:
        last = self.navigator.is_last_wrapped_line(self.cursor_location)
        if not last or not self._step(1):
            self.action_cursor_down()

    def _step(self, by: int) -> bool:
        """Go through the earlier questions, past the last of which lies what was being typed."""
        place = self._place + by
        if not 0 <= place <= len(self.asked):
            return False
        if self._place == len(self.asked):
            self._draft = self.text
        self._place = place
        self._set(self.asked[place] if place < len(self.asked) else self._draft)
        return True

    def _set(self, text: str) -> None:
        self.text = text
        self._as_written = False
        self.move_cursor(self.document.end)

    async def _on_key(self, event: Key) -> None:
        # Textual runs a binding before or after the keys that were typed around it have come
        # into the text, depending on its priority. These keys must act in their turn.
        action = _ACTIONS.get(event.key)
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)

    async def _on_paste(self, event: Paste) -> None:
        if len(event.text) > LONGEST:
            event.prevent_default()
            text = f"{len(event.text):,} characters are too many: a question may have {LONGEST:,}."
            self.notify(text, severity="warning", markup=False)
        else:
            event.text = unsteered(with_newlines(event.text))


_ACTIONS = {
    key: binding.action
    for binding in Prompt.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
