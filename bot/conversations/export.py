"""A conversation → a Markdown or JSON file that can be checked against the articles later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.conversations.history import Exchange, now
from bot.presenting.json import answer_json, dump
from bot.presenting.markdown import answer_parts, escaped
from bot.presenting.terminal import one_line
from bot.receipts import FileNow, file_now
from embeddings.errors import VerbatimError

FORMS = (".md", ".json")


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
    hash that each source has now, null where it is gone or cannot be read."""
    document = {
        "seeds": str(seeds),
        "exported_at": now(),
        "sources": {source: now.sha256 for source, now in _files_now(exchanges, seeds).items()},
        "exchanges": [
            {"asked_at": exchange.asked_at, "note": exchange.note, **answer_json(exchange.answer)}
            for exchange in exchanges
        ],
    }
    return dump(document) + "\n"


def as_markdown(exchanges: Sequence[Exchange], seeds: Path) -> str:
    """The exchanges for people, each answer as `presenting.markdown` has it."""
    parts = [
        "# Questions to the articles",
        f"Articles: {escaped(one_line(str(seeds)))}  \nExported: {_time(now())}",
        "The quotations are the articles' own words. With each stands the SHA-256 of the file"
        " that it was taken from.",
    ]
    files = _files_now(exchanges, seeds)
    for exchange in exchanges:
        answer = exchange.answer
        asked = [_time(exchange.asked_at)]
        if answer.searched_as:
            asked.append(f"searched as: {escaped(one_line(answer.searched_as))}")
        if answer.searched_also:
            asked.append(f"searched also for: {escaped(one_line(', '.join(answer.searched_also)))}")
        if exchange.note:
            asked.append(escaped(exchange.note))
        parts += [f"## {escaped(one_line(answer.question))}", "  \n".join(asked)]
        parts += answer_parts(answer, files)
    return "\n\n".join(parts) + "\n"


def _files_now(exchanges: Sequence[Exchange], seeds: Path) -> dict[str, FileNow]:
    """source → what has become of its file."""
    answers = [exchange.answer for exchange in exchanges]
    sources = {
        citation.source for answer in answers for citation in answer.citations + answer.nearest
    }
    return {source: file_now(source, seeds) for source in sorted(sources)}


def _time(iso: str) -> str:
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
