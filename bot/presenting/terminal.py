"""Answers, reports and errors → text.

Text is laid out once, as lines of spans with roles, and then either written plainly or
drawn by rich (imported only then). Where nothing can be styled, the marked sentence
stands between >> and <<.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

if TYPE_CHECKING:
    from bot.answering.answer import Answer, Citation
    from embeddings.articles.article import Skipped
    from embeddings.errors import VerbatimError
    from embeddings.index.changes import Look
    from embeddings.index.rebuild import Report

OPEN_MARK, CLOSE_MARK = ">>", "<<"

_STYLES = {
    "mark": "bold black on bright_yellow",
    "short": "bold underline black on bright_yellow",
    "source": "bold cyan",
    "title": "italic",
    "score": "bold green",
    "refusal": "bold yellow",
    "error": "bold red",
    "dim": "dim",
    "shown": "bold",
    "name": "",
    "text": "",
}
_MARKS = ("mark", "short")
"""The roles of a marked sentence's parts: the short answer in it, and the others."""
_ONE_LINE = ("source", "title", "name")
"""Roles of text that has no line ends of its own: one in a file's name is made visible."""
# C0 and C1 controls (not tabs and line ends) and the characters that reorder what is written.
_CONTROL = re.compile("\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Span(NamedTuple):
    """A run of text in one role (a key of `_STYLES`); `link` is a file to open."""

    text: str
    role: str = "text"
    link: Path | None = None


class Line(NamedTuple):
    """Spans that make a paragraph, set in by `indent` columns, from its second row on by
    `hang` more."""

    spans: tuple[Span, ...]
    indent: int = 0
    hang: int = 0


def safe(text: str) -> str:
    """The text for a terminal: line ends are newlines, control characters made visible."""
    return unsteered(text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The text for a terminal, on one line whatever it holds."""
    return safe(text).replace("\n", "\u240a")


def unsteered(text: str) -> str:
    """The text with control characters made visible, each character in its place."""
    return _CONTROL.sub(lambda found: _visible(found.group()), text)


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)  # the Control Pictures block
    return "\u2421" if code == 0x7F else "\ufffd"


# Text


def answer_lines(answer: Answer, seeds: Path) -> list[Line]:
    """An answer as a person reads it."""
    lines: list[Line] = []
    if answer.searched_as:
        lines.append(Line((Span("searched as: ", "dim"), Span(answer.searched_as, "name"))))
    if not answer.answered:
        lines.append(Line((Span("The articles do not answer this.", "refusal"),)))
        lines.append(Line((Span(answer.reason or ""),)))
        if answer.nearest:
            lines += [Line(()), Line((Span("The nearest passages:", "dim"),))]
    lines += [Line(()), *agreement_lines(answer, seeds)] if answer.agreement else []
    doubtful = False
    for citation in answer.citations or answer.nearest:
        lines.append(Line(()))
        if answer.answered and not doubtful and citation.score < answer.min_confidence:
            doubtful = True
            lines += [Line((Span("Less likely to answer:", "dim"),)), Line(())]
        lines += _citation_lines(citation, seeds)
    return lines[1:] if lines and not lines[0].spans else lines


def agreement_lines(answer: Answer, seeds: Path) -> list[Line]:
    """What several articles say, side by side, each with its sources."""
    told = agreement_told(answer)
    lines = [Line((Span(told, "shown"),))] if told else []
    for said in answer.agreement:
        spans = [Span(said.value, "short"), Span("  ")]
        for number, (_, place) in enumerate(said.sources):
            spans.append(Span(", " if number else "", "dim"))
            where = f"{place.source}:{place.start_line}"
            spans.append(Span(where, "source", seeds / place.source))
        lines.append(Line(tuple(spans), indent=3, hang=3))
    return lines


def agreement_told(answer: Answer) -> str:
    """One line on what several articles say; empty where that cannot be told."""
    if not answer.agreement:
        return ""
    number = sum(len(said.sources) for said in answer.agreement)
    if len(answer.agreement) == 1:
        return f"{number} articles say the same:"
    return f"{number} articles give different figures:"


def _citation_lines(citation: Citation, seeds: Path) -> list[Line]:
    place = citation.highlight
    before, _, after = citation.parts
    upto, short, rest = citation.marked_parts
    date = f"  {citation.published}" if citation.published else ""
    title = f"  {citation.headline}" if citation.headline else ""
    lines = [
        Line(
            (
                Span(f"{citation.rank}  ", "dim"),
                Span(f"{place.source}:{place.start_line}", "source", seeds / place.source),
                Span(f"  {citation.score:.0%}", "score"),
                Span(date, "dim"),
                Span(title, "title"),
            ),
            hang=3,
        ),
        Line(
            (
                Span(before),
                Span(upto, "mark"),
                Span(short, "short"),
                Span(rest, "mark"),
                Span(after),
            ),
            indent=3,
        ),
    ]
    if citation.also_in:
        spans = [Span("also in ", "dim")]
        for number, other in enumerate(citation.also_in):
            spans.append(Span(", " if number else "", "dim"))
            spans.append(Span(f"{other.source}:{other.start_line}", "source", seeds / other.source))
        lines.append(Line(tuple(spans), indent=3))
    return lines


def status_lines(look: Look, seeds: Path, index: Path, model: str) -> list[Line]:
    """How the index stands against the folder."""
    built = look.meta.built_at if look.meta else None
    rows = [
        ("Articles", str(seeds)),
        ("Index", str(index)),
        ("Model", model),
        ("Indexed", f"{count(look.articles, 'article')}, {count(look.passages, 'passage')}"),
        ("Search", _search(look)),
        ("Built", f"{built} ({_age(built)} ago)" if built else "never"),
        ("State", _state(look)),
    ]
    lines = [
        Line((Span(f"{name:<10}", "dim"), Span(value, "name")), hang=10) for name, value in rows
    ]
    lines += change_lines(look.changes.added, look.changes.changed, look.changes.removed)
    lines += failure_lines(look.skipped)
    if look.other_formats:
        kinds = ", ".join(f"{kind} {number}" for kind, number in look.other_formats.items())
        lines.append(Line((Span("Other formats, not read: ", "dim"), Span(kinds))))
    return lines


def article_lines(articles: Iterable[tuple[str, str, str | None]]) -> list[Line]:
    """The indexed articles, of (source, title, date)."""
    lines = [Line(())]
    for source, title, published in articles:
        date = f"{published or '':<10}  "
        lines.append(Line((Span(date, "dim"), Span(source, "source"), Span(f"  {title}", "title"))))
    return lines


def report_lines(report: Report) -> list[Line]:
    """What a rebuild did."""
    encoded = f"{report.encoded} encoded, {report.reused} reused"
    total = f"{count(report.articles, 'article')}, {count(report.passages, 'passage')}"
    lines = [Line((Span(f"{total} ({encoded}) in {report.seconds:.1f} s"),))]
    lines += change_lines(report.added, report.changed, report.removed)
    return lines + failure_lines(report.failed)


def change_lines(
    added: Sequence[str], changed: Sequence[str], removed: Sequence[str], most: int = 10
) -> list[Line]:
    """Which articles came, changed and went; at most `most` of each are named."""
    lines = []
    for name, sources in (("Added", added), ("Changed", changed), ("Removed", removed)):
        if sources:
            named = ", ".join(sources[:most])
            more = f" and {len(sources) - most} more" if len(sources) > most else ""
            lines.append(
                Line((Span(f"{name} {len(sources)}: ", "dim"), Span(named + more, "name")))
            )
    return lines


def failure_lines(skipped: Iterable[Skipped]) -> list[Line]:
    """The files that could not be indexed, each with the reason."""
    return [
        Line(
            (
                Span("Not read: ", "refusal"),
                Span(one.source, "source"),
                Span(f" {one.reason}", "name"),
            )
        )
        for one in skipped
    ]


def error_lines(error: VerbatimError) -> list[Line]:
    """An error on one line, what to do about it included."""
    return [Line((Span("bot: ", "error"), Span(told(error), "name")))]


def told(error: VerbatimError) -> str:
    """What is wrong, and what to do about it."""
    return f"{error}. {error.remedy}"


def show_lines(text: str, first: int, last: int) -> list[Line]:
    """An article's numbered lines, those from `first` to `last` marked."""
    rows = safe(text).split("\n")
    if rows and not rows[-1]:
        rows.pop()
    width = len(str(len(rows)))
    return [
        Line(
            (
                Span(f"{'>' if first <= number <= last else ' '} {number:>{width}}  ", "dim"),
                Span(row, "shown" if first <= number <= last else "text"),
            ),
            hang=width + 4,
        )
        for number, row in enumerate(rows, start=1)
    ]


def around(lines: list[Line], first: int, last: int, stream: TextIO) -> list[Line]:
    """The lines that fit on the terminal around those from `first` to `last`; else all."""
    import shutil

    height = shutil.get_terminal_size().lines
    if not stream.isatty() or not first or len(lines) < height:
        return lines
    start = max(first - 1 - height // 3, 0)
    end = max(start + height // 2, last)
    above, below = start, len(lines) - end
    return [
        *([Line((Span(f"  … {count(above, 'line')} above", "dim"),))] if above > 0 else []),
        *lines[start:end],
        *([Line((Span(f"  … {count(below, 'line')} below", "dim"),))] if below > 0 else []),
    ]


def write(lines: Iterable[Line], stream: TextIO, *, plainly: bool = False) -> None:
    """Write lines to a stream: drawn on a terminal, plain elsewhere (or everywhere)."""
    if plainly or not stream.isatty():
        stream.write("".join(_plain(line) + "\n" for line in lines))
        return
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    styled = os.environ.get("TERM") not in ("dumb", "unknown")
    marked = not styled or console.no_color  # bold alone is easily missed
    for line in lines:
        text = Text()
        texts = _delimited(line) if marked else map(_safe, line.spans)
        for span, told in zip(line.spans, texts, strict=True):
            style = Style.parse(_STYLES[span.role])
            if span.link is not None and styled:
                style += Style(link=span.link.as_uri())
            text.append(told, style)
        first, *further = text.wrap(console, console.width - line.indent)
        if further and line.hang:
            rest = text[len(first.plain.rstrip()) :]
            rest = rest[len(rest) - len(rest.plain.lstrip()) :]
            further = [*rest.wrap(console, console.width - line.indent - line.hang)]
        for number, row in enumerate((first, *further)):
            row.rstrip()
            margin = line.indent + (line.hang if number else 0)
            console.print(Text(" " * margin) + row, soft_wrap=True)


def _plain(line: Line) -> str:
    text = "".join(_delimited(line))
    margin = " " * line.indent
    return "\n".join((margin + row).rstrip() for row in text.split("\n"))


def _delimited(line: Line) -> list[str]:
    """The texts of the line's spans, the marked sentence between its marks."""
    texts = [_safe(span) for span in line.spans]
    marked = [at for at, span in enumerate(line.spans) if span.role in _MARKS]
    if marked:
        texts[marked[0]] = OPEN_MARK + texts[marked[0]]
        texts[marked[-1]] += CLOSE_MARK
    return texts


def _safe(span: Span) -> str:
    return one_line(span.text) if span.role in _ONE_LINE else safe(span.text)


def count(number: int, noun: str) -> str:
    """A number of things: 1 article, 2,000 articles."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _age(built: str) -> str:
    import datetime

    passed = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(built)
    seconds = max(int(passed.total_seconds()), 0)
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(seconds // size, noun)
    return count(seconds, "second")


def _search(look: Look) -> str:
    """Whether every vector is compared with a question's."""
    if look.meta is None or look.meta.recall is None:
        return "exact"
    return f"approximate: recall@10 {look.meta.recall:.3f}, measured with the articles' sentences"


def _state(look: Look) -> str:
    if look.meta is None:
        return "nothing built yet; the next question builds it, or: bot rebuild"
    if look.remake:
        return f"out of date: {look.remake}; the next question rebuilds it, or: bot rebuild"
    if look.emptied:
        return "every article is gone; the index is kept, until: bot rebuild"
    if look.changes:
        return "out of date; the next question brings it up to date, or: bot rebuild"
    return "up to date"


def news(look: Look) -> str:
    """What is about to be brought up to date, in one line."""
    if look.meta is None:
        return "Building the index of your articles, once…"
    if look.remake:
        return f"Making the index again: {look.remake}…"
    changes = look.changes
    counts = (
        (len(changes.added), "new"),
        (len(changes.changed), "changed"),
        (len(changes.removed), "removed"),
    )
    told = ", ".join(f"{number} {what}" for number, what in counts if number)
    return f"The articles changed ({told}); bringing the index up to date…"
