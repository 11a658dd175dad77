"""A conversation → a Markdown or JSON file that can be checked against the articles later."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.conversations.history import Exchange, now
from bot.presenting import json as documents
from bot.presenting.terminal import one_line, safe
from embeddings.errors import VerbatimError

if TYPE_CHECKING:
    from bot.answering.answer import Citation
    from bot.answering.citation import Place

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
    text = (as_markdown if path.suffix.lower() == ".md" else as_json)(exchanges, seeds)
    try:
        path = path.expanduser().absolute()
        with path.open("x", encoding="utf-8", newline="\n") as file, _whole(path):
            file.write(text)
            file.flush()
    except FileExistsError as error:
        raise ExportError(f"{path} exists", remedy="Give the file another name.") from error
    except (OSError, ValueError, RuntimeError) as error:  # ~nobody/x.md is a RuntimeError
        reason = getattr(error, "strerror", None) or str(error)
        raise ExportError(
            f"{path} cannot be written: {reason}", remedy="Choose another place."
        ) from error
    return path


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Leave no half of a file behind."""
    try:
        yield
    except BaseException:
        path.unlink()
        raise


def as_json(exchanges: Sequence[Exchange], seeds: Path) -> str:
    """The exchanges as documents of `bot ask --json`, with the time and any note; and the
    hash that each source has now, null where it is gone."""
    told = [
        {"asked_at": one.asked_at, "note": one.note, **documents.answer_json(one.answer)}
        for one in exchanges
    ]
    document = {
        "seeds": str(seeds),
        "exported_at": now(),
        "sources": _hashes_now(exchanges, seeds),
        "exchanges": told,
    }
    return documents.dump(document) + "\n"


def as_markdown(exchanges: Sequence[Exchange], seeds: Path) -> str:
    """The exchanges for people: what answers is quoted, with the marked sentence bold; what
    is less likely to, or only near, is named."""
    parts = [
        "# Questions to the articles",
        f"Articles: {_escaped(one_line(str(seeds)))}  \nExported: {_time(now())}",
        "The quotations are the articles' own words. With each stands the SHA-256 of the file"
        " that it was taken from.",
    ]
    hashes = _hashes_now(exchanges, seeds)
    for one in exchanges:
        answer = one.answer
        asked = [_time(one.asked_at)]
        if answer.searched_as:
            asked.append(f"searched as: {_escaped(one_line(answer.searched_as))}")
        parts.append(f"## {_escaped(one_line(answer.question))}")
        parts.append("  \n".join([*asked, _escaped(one.note)] if one.note else asked))
        if not answer.answered:
            parts.append(f"**The articles do not answer this.** {_escaped(answer.reason or '')}")
        parts += [_quotation(citation, hashes) for citation in answer.likely]
        others = [*answer.citations[len(answer.likely) :], *answer.nearest]
        if others:
            named = "; ".join(f"{_place(one.highlight)} ({one.score:.0%})" for one in others)
            parts.append(f"{'Less likely' if answer.likely else 'Nearest'}: {named}")
    return "\n\n".join(parts) + "\n"


def _hashes_now(exchanges: Sequence[Exchange], seeds: Path) -> dict[str, str | None]:
    """source → SHA-256 of the file as it is now; None where it cannot be read."""
    hashes: dict[str, str | None] = {}
    answers = [one.answer for one in exchanges]
    for citation in (one for answer in answers for one in answer.citations + answer.nearest):
        source = citation.place.source
        if source not in hashes:
            try:
                with (seeds / source).open("rb") as file:
                    hashes[source] = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                hashes[source] = None
    return dict(sorted(hashes.items()))


def _quotation(citation: Citation, hashes: Mapping[str, str | None]) -> str:
    before, marked, after = (_escaped(safe(part)) for part in citation.parts)
    # Markdown's own ** does not end where a word or a quotation mark follows at once.
    spaced = not (before[-1:].strip() or after[:1].strip())
    bold, end = ("**", "**") if spaced else ("<strong>", "</strong>")
    lines = (f"{bold}{row.strip()}{end}" if row.strip() else "" for row in marked.split("\n"))
    rows = [_indented(row) for row in (before + "\n".join(lines) + after).split("\n")]
    told = [_place(citation.highlight), *([citation.published] if citation.published else [])]
    if citation.title != Path(citation.place.source).stem:
        told.insert(0, f"*{_escaped(one_line(citation.title))}*")
    told.append(f"{citation.score:.0%}")
    receipt = f"SHA-256 {citation.sha256}"
    if hashes[citation.place.source] != citation.sha256:
        gone = hashes[citation.place.source] is None
        receipt += " (the article is gone)" if gone else " (the article has changed since)"
    also = [f"also in {_place(one)}" for one in citation.also_in]
    cited = "  \n".join([f"— {', '.join(told)}", *also, receipt])
    quoted = "\n".join(
        f"{row}  " if row.strip() and below.strip() else row
        for row, below in zip(rows, [*rows[1:], ""], strict=True)
    )
    return "\n".join(f"> {row}" if row else ">" for row in f"{quoted}\n\n{cited}".split("\n"))


def _indented(row: str) -> str:
    """A row whose leading blanks are shown, and do not make it code."""
    text = row.lstrip()
    return "&nbsp;" * (len(row) - len(text)) + text


def _place(place: Place) -> str:
    return f"{_escaped(one_line(place.source))}, line {place.start_line}"


def _time(iso: str) -> str:
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def quotation(citation: Citation) -> str:
    """The marked sentence, and on a line of its own where it stands, to paste elsewhere."""
    told = [f"{citation.place.source}, line {citation.highlight.start_line}"]
    if citation.title != Path(citation.place.source).stem:
        told.insert(0, citation.title)
    if citation.published:
        told.append(citation.published)
    return f"{safe(citation.highlight_text)}\n— {one_line(', '.join(told))}\n"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(
        lambda found: f"\\{found[1]}" if found[1] else _at_line_start(found[2], found[3]), text
    )


def _at_line_start(space: str, mark: str) -> str:
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"
