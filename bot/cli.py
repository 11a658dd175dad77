"""The command line: commands, exit codes, and what goes to which stream.

The result goes to standard output, everything else to standard error. Each command
imports what it needs when it runs: `bot --help` must not wait for numpy.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.parser import UsageError, parser
from embeddings.errors import ArticlesError, VerbatimError

if TYPE_CHECKING:
    from bot.render import Line
    from bot.settings import Settings
    from embeddings.changes import Look
    from embeddings.model import Model

ANSWERED, UNANSWERED, USAGE, UNUSABLE, DEFECT, INTERRUPTED = 0, 1, 2, 3, 70, 130
_CODES = {"usage": USAGE, "defect": DEFECT, "interrupted": INTERRUPTED}


class Interrupted(VerbatimError):
    """Ctrl-C."""

    kind = "interrupted"


class Defect(VerbatimError):
    """An error that should not have come this far."""

    kind = "defect"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    _set_streams(as_json)
    try:
        code, show = _run(given)
    except VerbatimError as error:
        return _fail(error, as_json)
    except KeyboardInterrupt:
        return _fail(Interrupted("Interrupted", remedy="Nothing was lost."), as_json)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        reason = f"{error.strerror or error}{where}"
        return _fail(VerbatimError(reason, remedy="Look there, and try again."), as_json)
    except Exception as error:
        # A defect of ours. Python's own exit code would say that the articles do not answer.
        import traceback

        traceback.print_exc()
        reason = f"bot has a defect: {type(error).__name__}: {error}"
        return _fail(Defect(reason, remedy="Please report it, with the lines above."), as_json)
    try:
        show()
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()  # the reader (head, less) has what it wanted
    except OSError as error:
        reason = f"The answer cannot be written: {error.strerror}"
        code = _fail(VerbatimError(reason, remedy="Make room, or send it elsewhere."), False)
        _drop_output()
    return code


Result = tuple[int, Callable[[], None]]
"""A command's exit code, and what writes its result to standard output."""


def _run(given: list[str]) -> Result:
    options = parser().parse_args(given)
    if options.command is None:
        return ANSWERED, parser().print_help
    if options.command == "completion":
        return ANSWERED, lambda: print(_completion(options.shell))
    from bot import settings

    commands = {"ask": _ask, "rebuild": _rebuild, "status": _status, "show": _show}
    return commands[options.command](options, settings.load(vars(options)))


def _completion(shell: str) -> str:
    import shtab

    top = parser()
    (commands,) = (one for one in top._actions if isinstance(one, argparse._SubParsersAction))
    for command in commands.choices.values():
        for action in command._actions:
            if action.metavar == "FOLDER":
                action.complete = shtab.DIRECTORY
            elif action.dest in ("model", "place"):
                action.complete = shtab.FILE
    return str(shtab.complete(top, shell))


def _printed(as_json: bool, document: dict[str, Any], lines: list[Line]) -> Callable[[], None]:
    from bot import render

    if as_json:
        return lambda: print(render.dump(document))
    return lambda: render.write(lines, sys.stdout)


def _ask(options: argparse.Namespace, settings: Settings) -> Result:
    question = _question(options.question)
    gc.disable()  # in a process of a fifth of a second it costs 10 ms and finds nothing
    from bot import progress, render
    from bot.answer import answer
    from embeddings.changes import look
    from embeddings.encoder import is_light, open_encoder
    from embeddings.index import Index
    from embeddings.model import find_model

    model = find_model(settings.model, download=True)
    if not is_light(model):
        progress.say(
            f"{model.name} needs sentence-transformers for every question: this takes longer."
        )
    found = look(settings.seeds, settings.index, model, max_bytes=settings.max_bytes)
    if found.differs:
        _bring_up_to_date(settings, model, found)
    index = Index(settings.index, open_encoder(model))
    try:
        result = answer(question, index, options.limit)
    finally:
        index.close()
    if not (result.citations or result.nearest):
        raise _no_articles(settings)
    code = ANSWERED if result.answered else UNANSWERED
    lines = render.answer_lines(result, settings.seeds)
    return code, _printed(options.json, render.answer_json(result), lines)


def _bring_up_to_date(settings: Settings, model: Model, found: Look) -> None:
    from bot import progress
    from embeddings.rebuild import refresh

    gc.enable()
    with progress.shown() as show_progress:
        report = refresh(
            *(settings.seeds, settings.index, model, found),
            max_bytes=settings.max_bytes,
            on_stale=lambda: progress.say(_news(found)),
            on_wait=_say_who_writes,
            progress=show_progress,
        )
    if report is not None and report.failed:
        progress.say(f"{len(report.failed)} of the files could not be read; bot status says why.")


def _no_articles(settings: Settings) -> ArticlesError:
    from embeddings.articles import scan

    others = scan(settings.seeds, max_bytes=settings.max_bytes).other_formats
    told = ", ".join(f"{kind} {number}" for kind, number in others.items())
    return ArticlesError(
        f"There are no articles in {settings.seeds}"
        + (f" (files of other formats: {told})" if told else ""),
        remedy="Put .txt or .md files there, or name another folder: --seeds FOLDER.",
    )


def _rebuild(options: argparse.Namespace, settings: Settings) -> Result:
    from bot import progress, render
    from embeddings.model import find_model
    from embeddings.rebuild import rebuild

    model = find_model(settings.model, download=True)
    with progress.shown() as show_progress:
        report = rebuild(
            *(settings.seeds, settings.index, model),
            max_bytes=settings.max_bytes,
            wait=not options.no_wait,
            on_wait=_say_who_writes,
            progress=show_progress,
        )
    lines = render.report_lines(report)
    return ANSWERED, _printed(options.json, render.report_json(report), lines)


def _status(options: argparse.Namespace, settings: Settings) -> Result:
    from bot import render
    from embeddings.changes import look
    from embeddings.model import find_model

    model = find_model(settings.model)
    found = look(settings.seeds, settings.index, model, max_bytes=settings.max_bytes)
    told = (found, settings.seeds, settings.index, model.name)
    lines = render.status_lines(*told)
    return ANSWERED, _printed(options.json, render.status_json(*told), lines)


def _show(options: argparse.Namespace, settings: Settings) -> Result:
    from bot import render
    from embeddings.articles import Unreadable, read

    match = re.fullmatch(r"(.+?)(?::(\d{1,9})(?:-(\d{1,9}))?)?", options.place, re.DOTALL)
    if match is None:
        raise UsageError("The source is empty", remedy="Name it as an answer cites it.")
    source = _source(match.group(1), settings)
    try:
        _, article = read(settings.seeds, source, max_bytes=settings.max_bytes)
    except Unreadable as error:
        raise ArticlesError(
            f"{source} {error}", remedy="Name an article of the folder: bot status lists the rest."
        ) from error
    if match.group(2) is None and not sys.stdout.isatty():
        return ANSWERED, lambda: print(render.unsteered(article.text), end="")
    first = int(match.group(2) or 0)
    last = int(match.group(3) or first)
    lines = render.show_lines(article.text, first, last)
    if not first <= last <= len(lines) or match.group(2) == "0":
        raise UsageError(
            f"{source} has lines 1 to {len(lines)}, and {options.place!r} is not among them",
            remedy="A range goes from its first line to its last.",
        )
    shown = render.around(lines, first, last, sys.stdout)
    return ANSWERED, lambda: render.write(shown, sys.stdout)


def _source(given: str, settings: Settings) -> str:
    """A source as cited, or a path to a file of the articles folder → the source."""
    seeds = os.path.realpath(settings.seeds)
    for path in (os.path.join(seeds, given), given):
        found = os.path.realpath(path)
        if os.path.isfile(found) and os.path.commonpath([seeds, found]) == seeds:
            return os.path.relpath(found, seeds).replace(os.sep, "/")
    import difflib

    from embeddings.articles import scan

    sources = [one.source for one in scan(settings.seeds, max_bytes=settings.max_bytes).files]
    close = difflib.get_close_matches(given, sources, 1, cutoff=0.4)
    raise ArticlesError(
        f"There is no article {given} in {settings.seeds}",
        remedy=f"Did you mean {close[0]}?" if close else "Name it as an answer cites it.",
    )


def _question(words: list[str]) -> str:
    text = sys.stdin.read() if words == ["-"] else " ".join(words)
    question = " ".join(text.encode("utf-8", "replace").decode().split())
    if not question:
        raise UsageError("The question is empty", remedy='Ask like this: bot ask "Who spoke?"')
    return question


def _news(look: Look) -> str:
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


def _say_who_writes(holder: str) -> None:
    from bot import progress

    progress.say(f"Waiting for {holder}, which is writing the index…")


def _fail(error: VerbatimError, as_json: bool) -> int:
    from bot import render

    if as_json:
        try:
            print(render.dump(render.error_json(error)), flush=True)
        except OSError:
            _drop_output()
    with suppress(OSError):
        render.write(render.error_lines(error), sys.stderr)
    return _CODES.get(error.kind, UNUSABLE)


def _set_streams(as_json: bool) -> None:
    """No name or quotation may fail to print; JSON is UTF-8 whatever the locale.

    A closed stream is made an empty one, before a file of ours gets its number.
    """
    for name, mode, errors in (
        ("stdin", "r", "replace"),
        ("stdout", "w", "backslashreplace"),
        ("stderr", "w", "backslashreplace"),
    ):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  (as long as we run)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)
            if as_json and name == "stdout":
                stream.reconfigure(encoding="utf-8")


def _drop_output() -> None:
    """Point standard output at nothing, or Python complains at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
