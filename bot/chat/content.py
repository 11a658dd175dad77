"""Lines of `presenting` → Textual content: the chat's look of each role."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.style import Style

from bot.presenting.terminal import Line, Role, Span

QUIET = "$foreground 65%"
HEAD = "bold $text-primary"
MARK = "bold $text on $warning 40%"

_STYLES: dict[Role, str] = {
    "mark": MARK,
    "short": f"underline {MARK}",
    "source": "bold",
    "title": f"italic {QUIET}",
    "score": "bold $text-success",
    "refusal": "bold $text-warning",
    "dim": QUIET,
    "around": QUIET,
    "shown": "bold",
}


def drawn(lines: Iterable[Line], *, indented: bool = False, opens: bool = False) -> Content:
    """Lines one below the other.

    Args:
        indented: whether they are set in; else that is left to the widget.
        opens: whether the first source is a link that runs the widget's action "open".
    """
    rows = []
    for line in lines:
        parts = [Content(" " * line.indent if indented else "")]
        for span in line.spans:
            opening = opens and span.role == "source"
            parts.append(link(span.safe_text, "open") if opening else _styled(span))
            opens = opens and not opening
        rows.append(Content.assemble(*parts))
    return Content("\n").join(rows)


def link(text: str, action: str) -> Content:
    """Text that runs an action of its widget when it is clicked."""
    return Content.assemble((text, Style.from_meta({"@click": action})))


def _styled(span: Span) -> Content:
    return Content.assemble((span.safe_text, _STYLES.get(span.role, "")))
