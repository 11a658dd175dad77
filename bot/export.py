"""A conversation → a Markdown or JSON file that can be checked against the articles later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot import documents
from bot.history import Exchange, now
from bot.render import one_line, safe
from embeddings.errors import VerbatimError

if TYPE_CHECKING:
    from bot.answer import Citation

FORMS = (".md", ".json")
_MARKUP = re.compile(r"([\\`*_\[\]<>&#|~])|^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)


class ExportError(VerbatimError):
    """The file cannot be written."""

    kind = "export"


def default_name(exchanges: Sequence[Exchange]) -> str:
    """A file name from the time of the first question."""
    begun = datetime.fromisoformat(exchanges[0].asked_at if exchanges else now()).astimezone()
    return f"verbatim-{begun:%Y-%m-%d-%H%M}.md"


def export(exchanges: Sequence[Exchange], seeds: Path, path: Path) -> Path:
    """Write a conversation to a new file, in the form that its name's ending says.

    Returns:
        the file's absolute path.

    Raises:
        ExportError: there is nothing to write, the ending is none of `FORMS`, the file
            exists, or it cannot be written.
    """
    if not exchanges:
        raise ExportError("There is nothing to export yet", remedy="Ask a question first.")
    if path.suffix.lower() not in FORMS:
        raise ExportError(
            f"{path.name} ends in neither {' nor '.join(FORMS)}",
            remedy="Give the file one of these endings, for Markdown or JSON.",
        )
    write = as_markdown if path.suffix.lower() == ".md" else as_json
    path = path.expanduser().absolute()
    text = write(exchanges, seeds)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise ExportError(f"{path} exists", remedy="Give the file another name.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(
            f"{path} cannot be written: {reason}", remedy="Choose another place."
        ) from error
    return path


def as_json(exchanges: Sequence[Exchange], seeds: Path) -> str:
    """The exchanges as documents of `bot ask --json`, with the time and any note."""
    told = [
        {"asked_at": one.asked_at, "note": one.note, **documents.answer_json(one.answer)}
        for one in exchanges
    ]
    return documents.dump({"seeds": str(seeds), "exported_at": now(), "exchanges": told}) + "\n"


def as_markdown(exchanges: Sequence[Exchange], seeds: Path) -> str:
    """The exchanges for people: quotations as such, the marked sentence bold in each."""
    parts = [
        "# Questions to the articles",
        f"Articles: {_escaped(str(seeds))}  \nExported: {now()}",
        "The quotations are the articles' own words. Each is followed by its source and line,"
        " and by the SHA-256 of the file that it was taken from.",
    ]
    for one in exchanges:
        answer = one.answer
        parts.append(f"## {_escaped(one_line(answer.question))}")
        parts.append(f"Asked: {one.asked_at}")
        if answer.searched_as:
            parts.append(f"Searched as: {_escaped(one_line(answer.searched_as))}")
        if one.note:
            parts.append(_escaped(one.note))
        if not answer.answered:
            parts.append(f"**The articles do not answer this.** {_escaped(answer.reason or '')}")
            parts += ["The nearest passages:"] if answer.nearest else []
        for citation in answer.citations or answer.nearest:
            parts += _quotation(citation)
    return "\n\n".join(parts) + "\n"


def _quotation(citation: Citation) -> list[str]:
    before, marked, after = (_escaped(safe(part)) for part in citation.parts)
    marked = "\n".join(f"**{row.strip()}**" if row.strip() else "" for row in marked.split("\n"))
    rows = (before + marked + after).split("\n")
    date = f", {citation.published}" if citation.published else ""
    source = _escaped(one_line(citation.place.source))
    told = [
        f"{source}, line {citation.highlight.start_line}{date}, {citation.score:.0%}",
        f"SHA-256 {citation.sha256}",
    ]
    if citation.also_in:
        also = (
            f"{_escaped(one_line(one.source))}, line {one.start_line}" for one in citation.also_in
        )
        told.insert(1, "also in " + "; ".join(also))
    return [
        "\n".join(f"> {row}".rstrip() for row in rows),
        f"{citation.rank}. " + "  \n   ".join(told),
    ]


def quotation(citation: Citation) -> str:
    """The marked sentence with its source and line, to paste elsewhere."""
    place = citation.highlight
    words = " ".join(citation.highlight_text.split())
    date = f", {citation.published}" if citation.published else ""
    return f"“{words}” ({place.source}, line {place.start_line}{date})"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(
        lambda found: f"\\{found[1]}" if found[1] else _at_line_start(found[2], found[3]), text
    )


def _at_line_start(space: str, mark: str) -> str:
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"
