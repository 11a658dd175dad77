"""The command line: commands, exit codes, and what goes to which stream.

The result goes to standard output, everything else to standard error. Each command
imports what it needs when it runs: `bot --help` must not wait for numpy.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.commands.grammar import (
    ANSWERED,
    DEFECT,
    INTERRUPTED,
    UNANSWERED,
    UNUSABLE,
    USAGE,
    UsageError,
    parse,
    parser,
)
from embeddings.errors import ArticlesError, VerbatimError

if TYPE_CHECKING:
    from bot.answering.answer import Answer
    from bot.presenting.terminal import Line
    from bot.settings import Settings

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
    except BrokenPipeError:
        _drop_output()  # a conversation whose reader has what it wanted
        return ANSWERED
    except VerbatimError as error:
        return _fail(error, as_json)
    except KeyboardInterrupt:
        return _fail(
            Interrupted("Interrupted", remedy="The index is whole, and what was encoded is kept."),
            as_json,
        )
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
    options = parse(given)
    if options.command == "completion":
        return ANSWERED, lambda: print(_completion(options.shell))
    from bot import settings

    commands = {
        "ask": _ask,
        "chat": _chat,
        "eval": _evaluate,
        "rebuild": _rebuild,
        "status": _status,
        "show": _show,
    }
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


def _document(document: dict[str, Any]) -> Callable[[], None]:
    from bot.presenting import json as documents

    return lambda: print(documents.dump(document))


def _text(lines: list[Line]) -> Callable[[], None]:
    from bot.presenting import terminal

    return lambda: terminal.write(lines, sys.stdout)


def _ask(options: argparse.Namespace, settings: Settings) -> Result:
    question = _question(options.question)
    earlier = [_question([one]) for one in options.after]
    gc.disable()  # in a process of a fifth of a second it costs 10 ms and finds nothing,
    atexit.register(gc.freeze)  # and 25 ms at its end
    from bot.archive import Engine
    from bot.commands import progress
    from embeddings.encoding.encoder import is_light

    engine = Engine(settings)
    if not is_light(engine.model):
        progress.say(
            f"{engine.model.name} needs sentence-transformers for every question:"
            " this takes longer."
        )
    progress.bring_up_to_date(engine)
    answers: list[Answer] = []
    try:
        for one in (*earlier, question):
            answers.append(engine.answer(one, options.limit, earlier=answers))
    finally:
        engine.close()
    result = answers[-1]
    code = ANSWERED if result.answered else UNANSWERED
    if options.json:
        from bot.presenting.json import answer_json

        return code, _document(answer_json(result))
    from bot.presenting.terminal import answer_lines

    return code, _text(answer_lines(result, settings.seeds))


def _chat(options: argparse.Namespace, settings: Settings) -> Result:
    # the full screen is drawn on standard error, and asked for on standard output
    seen = sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()
    if options.plain or not seen or os.environ.get("TERM") in ("dumb", "unknown"):
        from bot.commands import plain

        return plain.converse(settings, keep=options.keep, go_on=options.go_on), lambda: None
    from bot.chat.app import ChatApp, calm_collector
    from embeddings.articles.article import check

    check(settings.seeds)  # told before there is a screen to tell it on
    calm_collector()
    app = ChatApp(settings, keep=options.keep, go_on=options.go_on)
    app.run()
    if app.defects:
        raise app.defects[0]
    code = app.return_code or ANSWERED
    return (DEFECT if code == 1 else code), lambda: None  # 1 is Textual's for a crash


def _evaluate(options: argparse.Namespace, settings: Settings) -> Result:
    from bot.archive import Engine
    from bot.commands import progress
    from bot.evaluation import questions as labelled
    from bot.evaluation import run as evaluate
    from bot.evaluation import scorecard
    from bot.presenting import json as documents

    questions = labelled.load(Path(options.questions))
    baseline = None if options.baseline is None else documents.outcomes_of(Path(options.baseline))
    engine = Engine(settings)
    progress.bring_up_to_date(engine)
    try:
        sources = {source for source, *_ in engine.articles()}  # and no other file is read
        text_of = cache(engine.text_of)
        labelled.check(questions, lambda one: text_of(one) if one in sources else None)
        if baseline is not None:
            evaluate.check_baseline(baseline, questions)  # before they are asked
        engine.open()
        with progress.shown() as show_progress:
            run = evaluate.evaluate(
                questions,
                lambda question, hidden: engine.answer(question, evaluate.DEPTH, hidden=hidden),
                hide_evidence=options.hide_evidence,
                baseline=baseline,
                progress=show_progress,
            )
    finally:
        engine.close()
    if options.json:
        return ANSWERED, _document(documents.run_json(run))
    return ANSWERED, _text(scorecard.run_lines(run, with_failures=options.failures))


def _rebuild(options: argparse.Namespace, settings: Settings) -> Result:
    from bot.commands import progress
    from bot.presenting import json as documents
    from bot.presenting import terminal
    from embeddings.encoding.model import find_model
    from embeddings.index.rebuild import rebuild

    model = find_model(settings.model, download=True)
    with progress.shown() as show_progress:
        report = rebuild(
            *(settings.seeds, settings.index, model),
            max_bytes=settings.max_bytes,
            wait=not options.no_wait,
            on_wait=progress.say_who_writes,
            progress=show_progress,
        )
    if options.json:
        return ANSWERED, _document(documents.report_json(report))
    return ANSWERED, _text(terminal.report_lines(report))


def _status(options: argparse.Namespace, settings: Settings) -> Result:
    from bot.presenting import json as documents
    from bot.presenting import terminal
    from embeddings.encoding.model import find_model
    from embeddings.index.changes import look

    model = find_model(settings.model)
    found = look(settings.seeds, settings.index, model, max_bytes=settings.max_bytes)
    told = (found, settings.seeds, settings.index, model.name)
    if options.json:
        return ANSWERED, _document(documents.status_json(*told))
    return ANSWERED, _text(terminal.status_lines(*told))


def _show(options: argparse.Namespace, settings: Settings) -> Result:
    from bot.presenting import terminal
    from embeddings.articles.article import Unreadable, read

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
        return ANSWERED, lambda: print(terminal.unsteered(article.text), end="")
    first = int(match.group(2) or 0)
    last = int(match.group(3) or first)
    lines = terminal.show_lines(article.text, first, last)
    if not first <= last <= len(lines) or match.group(2) == "0":
        raise UsageError(
            f"{source} has lines 1 to {len(lines)}, and {options.place!r} is not among them",
            remedy="A range goes from its first line to its last.",
        )
    shown = terminal.around(lines, first, last, sys.stdout)
    return ANSWERED, lambda: terminal.write(shown, sys.stdout)


def _source(given: str, settings: Settings) -> str:
    """A source as cited, or a path to a file of the articles folder → the source."""
    seeds = os.path.realpath(settings.seeds)
    for path in (os.path.join(seeds, given), given):
        found = os.path.realpath(path)
        if os.path.isfile(found) and os.path.commonpath([seeds, found]) == seeds:
            return os.path.relpath(found, seeds).replace(os.sep, "/")
    import difflib

    from embeddings.articles.article import scan

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


def _fail(error: VerbatimError, as_json: bool) -> int:
    from bot.presenting import json as documents
    from bot.presenting import terminal

    if as_json:
        try:
            print(documents.dump(documents.error_json(error)), flush=True)
        except OSError:
            _drop_output()
    with suppress(OSError):
        terminal.write(terminal.error_lines(error), sys.stderr)
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
