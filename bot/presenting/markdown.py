"""Answers → Markdown that shows an article's words as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.presenting.terminal import one_line, percent, safe
from bot.presenting.text import also_words, reason_words, refusal_words, unread_names

if TYPE_CHECKING:
    from bot.answering.citation import Answer, Citation, Place
    from bot.receipts import FileNow

_MARKUP = re.compile(r"([\\`*_\[\]<>&#|~])|^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)

_CHANGED = {
    "there": "the article has changed since",
    "gone": "the article is gone",
    "unreadable": "the article cannot be read now",
}
"""What is said of a file that is not as it was cited, by its state."""


def answer_parts(answer: Answer, files: Mapping[str, FileNow]) -> Iterator[str]:
    """An answer's paragraphs: what answers is quoted, with the marked sentence bold; what is less
    likely to, or only near, is named.

    Args:
        files: source → what has become of its file.
    """
    if answer.reason:
        words = reason_words(answer.reason, answer.min_confidence)
        refusal = f"**{escaped(refusal_words(answer.unread))}** " if answer.nearest else ""
        yield f"{refusal}{escaped(words)}"
    elif answer.unread:
        yield f"Could not be read: {escaped(unread_names(answer.unread))}."
    for citation in answer.likely:
        yield _cited(citation, files)
    others = answer.listed[len(answer.likely) :]
    if others:
        named = "; ".join(f"{_place(other.highlight)} ({percent(other.score)})" for other in others)
        yield f"{'Less likely' if answer.likely else 'Nearest'}: {named}"


def quotation(citation: Citation) -> str:
    """The marked sentence, and on a line of its own where it stands, to paste elsewhere."""
    words = [f"{citation.source}, line {citation.highlight.start_line}"]
    if _titled(citation):
        words.insert(0, citation.info.title)
    if citation.info.published:
        words.append(citation.info.published)
    return f"{safe(citation.highlight.text)}\n— {one_line(', '.join(words))}\n"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(
        lambda match: f"\\{match[1]}" if match[1] else _at_line_start(match[2], match[3]), text
    )


def _cited(citation: Citation, files: Mapping[str, FileNow]) -> str:
    before, marked, after = (escaped(safe(part)) for part in citation.parts)
    # Markdown's own ** does not end where a word or a quotation mark follows at once.
    spaced = not (before[-1:].strip() or after[:1].strip())
    bold, end = ("**", "**") if spaced else ("<strong>", "</strong>")
    lines = (f"{bold}{row.strip()}{end}" if row.strip() else "" for row in marked.split("\n"))
    rows = [_indented(row) for row in (before + "\n".join(lines) + after).split("\n")]
    quoted = "\n".join(
        f"{row}  " if row.strip() and below.strip() else row
        for row, below in zip(rows, [*rows[1:], ""], strict=True)
    )
    text = f"{quoted}\n\n{_receipt(citation, files)}"
    return "\n".join(f"> {row}" if row else ">" for row in text.split("\n"))


def _receipt(citation: Citation, files: Mapping[str, FileNow]) -> str:
    """Where a quotation was taken from, and from which state of the file."""
    info = citation.info
    words = [_place(citation.highlight), *([info.published] if info.published else [])]
    if _titled(citation):
        words.insert(0, f"*{escaped(one_line(info.title))}*")
    words.append(percent(citation.score))
    receipt = f"SHA-256 {info.sha256}"
    now = files[citation.source]
    if now.sha256 != info.sha256:
        receipt += f" ({_CHANGED[now.state]})"
    before, named, after = also_words(citation)
    also = [f"{before}{'; '.join(map(_place, named))}{after}"] if named else []
    return "  \n".join([f"— {', '.join(words)}", *also, receipt])


def _titled(citation: Citation) -> bool:
    """Whether the article's title is more than its file's name."""
    return citation.info.title != PurePosixPath(citation.source).stem


def _indented(row: str) -> str:
    """A row whose leading blanks are shown, and do not make it code."""
    text = row.lstrip()
    return "&nbsp;" * (len(row) - len(text)) + text


def _place(place: Place) -> str:
    return f"{escaped(one_line(place.source))}, line {place.start_line}"


def _at_line_start(space: str, mark: str) -> str:
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"
