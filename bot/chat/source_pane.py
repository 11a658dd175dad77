"""The source pane: an article with the cited passage in it, drawn line by line.

Only the rows on the screen are drawn, so that a book opens like a note.
"""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct
from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widgets import Static

from bot.presenting.terminal import one_line, unsteered
from bot.receipts import Opened, reopen
from bot.settings import Settings
from embeddings.errors import ArticlesError

if TYPE_CHECKING:
    from bot.answering.citation import Citation

_LINE_END = re.compile(r"\r?\n")
_LONE_RETURN = re.compile(r"\r(?!\n)")


class Row(Struct, frozen=True):
    """Characters [start, end) of the text on one row; `line` is 0 where a line goes on."""

    line: int
    start: int
    end: int


def wrap(text: str, width: int) -> list[Row]:
    """The text's rows at a width in cells; words that are wider are cut. Lines end in a
    newline, with or without a carriage return before it."""
    rows: list[Row] = []
    start = 0
    ends = [(match.start(), match.end()) for match in _LINE_END.finditer(text)]
    for line, (end, following) in enumerate([*ends, (len(text), len(text))], start=1):
        if start < end or end < len(text):
            breaks = [start, *_breaks(text[start:end], start, width), end]
            rows += [
                Row(0 if place else line, *bounds) for place, bounds in enumerate(pairwise(breaks))
            ]
        start = following
    return rows or [Row(1, 0, 0)]


def _breaks(line: str, start: int, width: int) -> Iterator[int]:
    """Where the rows of a line after its first begin."""
    if len(line) <= width and line.isascii():
        return
    used = 0
    for word in re.finditer(r"\S+\s*|\s+", line):
        text = word.group().replace("\t", " ")
        if used and used + cell_len(text.rstrip()) > width:
            yield start + word.start()
            used = 0
        size = cell_len(text)
        if size > width and cell_len(text.rstrip()) > width:
            parts = chop_cells(text, width)
            at = start + word.start()
            for part in parts[:-1]:
                at += len(part)
                yield at
            size = cell_len(parts[-1])
        used += size


class SourceView(ScrollView, can_focus=True):
    """The article's text with line numbers, the passage and the marked sentence shown."""

    COMPONENT_CLASSES = {"source--number", "source--passage", "source--mark"}
    ALLOW_SELECT = True
    BINDINGS = [
        Binding("n", "app.cite(1)", "Next"),
        Binding("p", "app.cite(-1)", "Previous"),
        Binding("e", "app.editor", "Editor"),
        Binding("c", "app.copy", "Copy"),
        Binding("m", "to_mark", "To the mark"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._opened: Opened | None = None
        self._shown = ""
        self._rows: list[Row] = []
        self._gutter = 0
        self._to_mark = False

    def show(self, opened: Opened, text: str) -> None:
        """Show an article at its passage; `text` is its text as it is drawn."""
        self._opened, self._shown, self._rows = opened, text, []
        self._to_mark = True
        if self.size:  # a pane that was just put on the screen has none yet, and is told of it
            self._lay_out()

    def on_resize(self) -> None:
        if self._opened is not None:
            self._lay_out()

    @work(exclusive=True)
    async def _lay_out(self) -> None:
        """Fit the text to the width, keeping the place where it is read."""
        assert self._opened is not None
        top = self._rows[self.scroll_offset.y].start if self._rows else 0
        gutter = len(str(self._opened.total)) + 2
        width = max(self.scrollable_content_region.width - gutter, 10)
        rows = await asyncio.to_thread(wrap, self._shown, width)
        self._rows, self._gutter = rows, gutter
        self.virtual_size = Size(gutter + width, len(rows))
        self.refresh()
        if self._to_mark:
            self.action_to_mark()
        else:
            self.scroll_to(y=self._row_of(top), animate=False, force=True, immediate=True)
        self._to_mark = False

    def rows_shown(self) -> list[Row]:
        """The rows that are on the screen."""
        top = self.scroll_offset.y
        return self._rows[top : top + self.size.height]

    def _row_of(self, char: int) -> int:
        return max(bisect_right(self._rows, char, key=lambda row: row.start) - 1, 0)

    def action_to_mark(self) -> None:
        """Scroll to the marked sentence, with some of what comes before it."""
        if self._opened is not None and self._rows:
            first = self._row_of(self._opened.mark[0])
            row = max(first - self.size.height // 3, 0)
            self.scroll_to(y=row, animate=False, force=True, immediate=True)

    def render_line(self, y: int) -> Strip:
        place = self.scroll_offset.y + y
        base = self.rich_style
        if place >= len(self._rows):
            return Strip.blank(self.size.width, base)
        row = self._rows[place]
        number = f"{row.line or '':>{self._gutter - 2}}  "
        gutter = Strip(
            [Segment(number, self.get_component_rich_style("source--number"))], self._gutter
        )
        text = Strip([*self._segments(row, place, base)]).apply_offsets(0, place)
        return Strip.join([gutter, text]).adjust_cell_length(self.size.width, base)

    def _segments(self, row: Row, place: int, base: Style) -> Iterator[Segment]:
        """The row's text, cut where its look changes."""
        assert self._opened is not None
        looks = [
            (self._opened.passage, self.get_component_rich_style("source--passage")),
            (self._opened.mark, self.get_component_rich_style("source--mark")),
        ]
        if self.text_selection and (span := self.text_selection.get_span(place)) is not None:
            end = row.end if span[1] == -1 else row.start + span[1]
            selected = self.screen.get_component_rich_style("screen--selection")
            looks.append(((row.start + span[0], end), selected))
        ends = (char for bounds, _ in looks for char in bounds)
        cuts = sorted({row.start, row.end, *(min(max(end, row.start), row.end) for end in ends)})
        for start, end in pairwise(cuts):
            style = base
            for (first, last), look in looks:
                if first <= start and end <= last:
                    style += look
            yield Segment(self._shown[start:end].replace("\t", " "), style)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected characters, as they stand in the article."""
        if not self._rows:
            return None
        start = self._char(selection.start.y, selection.start.x) if selection.start else 0
        end = self._char(selection.end.y, selection.end.x) if selection.end else len(self._shown)
        return self._shown[start:end], "\n"

    def _char(self, row: int, column: int) -> int:
        if row >= len(self._rows):
            return len(self._shown)
        return min(self._rows[row].start + column, self._rows[row].end)

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002
        self.refresh()


class SourcePane(Vertical):
    """An article beside the transcript."""

    class Shown(Message):
        """An article is shown, where none may have been before."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(id="source")
        self._settings = settings
        self.opened: Opened | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="source-title", markup=False)
        yield Static(id="source-note", markup=False)
        yield SourceView()

    @property
    def view(self) -> SourceView:
        """The article's text."""
        return self.query_one(SourceView)

    def open(self, citation: Citation) -> None:
        """Show a citation's article, as soon as it is read; what was asked for last is shown."""
        self._open(citation)

    def close(self) -> None:
        """Take the article off the screen, or do not put it there."""
        self.workers.cancel_group(self, "source")
        self.display = False

    async def reopen(self) -> None:
        """Read the shown article again, which may have changed."""
        if self.display and self.opened is not None:
            self._open(self.opened.citation, again=True)

    @work(exclusive=True, group="source")
    async def _open(self, citation: Citation, *, again: bool = False) -> None:
        try:
            opened, text = await asyncio.to_thread(_drawable, citation, self._settings)
        except ArticlesError as error:
            problem = one_line(str(error))
            if again:
                self._say(f"{problem}; this is how it was.")
            else:
                self.notify(f"{problem}.", severity="error", markup=False)
            return
        self.opened = opened
        source = one_line(citation.source)
        date = f"  {citation.info.published}" if citation.info.published else ""
        title = self.query_one("#source-title", Static)
        title.update(Content.assemble((f"{source}:{opened.lines[0]}", "bold"), date))
        self._say(opened.note)
        self.view.show(opened, text)
        self.display = True
        self.post_message(self.Shown())

    def _say(self, text: str | None) -> None:
        note = self.query_one("#source-note", Static)
        note.display = text is not None
        note.update(Content(text or ""))


def _drawable(citation: Citation, settings: Settings) -> tuple[Opened, str]:
    """The article, and its text as it is drawn: character by character, with visible control
    characters and newlines for line ends."""
    opened = reopen(citation, settings.seeds, max_bytes=settings.max_bytes)
    return opened, unsteered(_LONE_RETURN.sub("\n", opened.text))
