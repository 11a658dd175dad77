"""The command line: commands, exit codes, and what goes to which stream.

The result goes to standard output, everything else to standard error. Each command
imports what it needs when it runs: `bot --help` must not wait for numpy.
"""

from __future__ import annotations

import argparse
import difflib
import io
import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from bot import __version__
from embeddings.errors import ArticlesError, VerbatimError

if TYPE_CHECKING:
    from bot.settings import Settings
    from embeddings.changes import Look

ANSWERED, UNANSWERED, USAGE, UNUSABLE, INTERRUPTED = 0, 1, 2, 3, 130

_EXIT_CODES = """\
exit codes:
  0    answered, or done
  1    the articles do not answer the question
  2    wrong usage
  3    the articles or the index cannot be used
  130  interrupted
"""
_EXAMPLES = """\
examples:
  bot ask "How late did the launch start?"
  bot ask --seeds ~/articles -k 5 "Who spoke first?"
  echo "Who spoke first?" | bot ask --json -
  bot show 2023-05-24-launch.txt:9

"""


class UsageError(VerbatimError):
    """The command line is not one."""

    kind = "usage"


class _Parser(argparse.ArgumentParser):
    """argparse, with errors as exceptions and a guess at what was meant."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message[:1].upper() + message[1:], remedy=self._hint(message))

    def _hint(self, message: str) -> str:
        wrong = re.search(r"invalid choice: '(.*?)' \(|unrecognized arguments: (\S+)", message)
        if wrong is None:
            return f"See: {self.prog} --help"
        word = wrong.group(1) or wrong.group(2)
        if " " in word:
            return f'To ask a question: bot ask "{word}"'
        close = difflib.get_close_matches(word, self._words(), 1)
        return f"Did you mean {close[0]}?" if close else f"See: {self.prog} --help"

    def _words(self) -> set[str]:
        """Every command and option below this parser."""
        words = set(self._option_string_actions)
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                words.update(action.choices)
                words.update(*(one._words() for one in action.choices.values()))
            elif action.choices:
                words.update(action.choices)
        return words


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    top = _Parser(
        prog="bot",
        description="Ask a folder of articles a question; get the articles' own words back,"
        " cited to file and line.",
        epilog=_EXAMPLES + _EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"bot {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    places = _places()

    def command(name: str, about: str, **settings: Any) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=about,
            description=about[0].upper() + about[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **settings,
        )

    ask = command(
        "ask", "answer a question from the articles", parents=[places], epilog=_EXIT_CODES
    )
    ask.add_argument("question", nargs="+", help="the question; - reads it from standard input")
    ask.add_argument(
        "-k", dest="limit", type=_passages, default=3, metavar="N", help="passages (default 3)"
    )
    _json(ask)
    rebuild = command(
        "rebuild", "make the index agree with the articles", parents=[places], epilog=_EXIT_CODES
    )
    rebuild.add_argument(
        "--no-wait", action="store_true", help="fail when another process is writing the index"
    )
    _json(rebuild)
    status = command("status", "show what is indexed, and what is out of date", parents=[places])
    _json(status)
    show = command("show", "print an article, with a place in it marked", parents=[places])
    show.add_argument("place", metavar="SOURCE[:LINE[-LINE]]", help="as an answer cites it")
    completion = command("completion", "print a completion script for your shell")
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    return top


def _places() -> argparse.ArgumentParser:
    """The options that say where things are; each has an environment variable."""
    places = _Parser(add_help=False)
    group = places.add_argument_group("where things are")
    group.add_argument(
        "--seeds", metavar="FOLDER", help="the articles (BOT_SEEDS; default ./seeds)"
    )
    group.add_argument(
        "--index", metavar="FOLDER", help="the index (BOT_INDEX; default in your cache folder)"
    )
    group.add_argument(
        "--model",
        metavar="MODEL",
        help="a sentence-transformers model, by name or folder (BOT_MODEL; default"
        " all-MiniLM-L6-v2)",
    )
    group.add_argument(
        "--max-file-mb",
        metavar="MB",
        help="larger files are not read (BOT_MAX_FILE_MB; default 20)",
    )
    return places


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON document")


def _passages(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 50:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to 50, not {text!r}")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    _set_streams(as_json)
    try:
        code = _run(given)
        sys.stdout.flush()
        return code
    except VerbatimError as error:
        return _fail(error, as_json)
    except KeyboardInterrupt:
        print("Interrupted; nothing was lost.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()  # the reader (head, less) has what it wanted
        return ANSWERED
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        reason = f"{error.strerror or error}{where}"
        code = _fail(VerbatimError(reason, remedy="The index is as it was."), as_json)
        _drop_output()
        return code


def _run(given: list[str]) -> int:
    options = parser().parse_args(given)
    if options.command is None:
        parser().print_help()
        return ANSWERED
    if options.command == "completion":
        import shtab

        print(shtab.complete(parser(), options.shell))
        return ANSWERED
    from bot import settings

    commands = {"ask": _ask, "rebuild": _rebuild, "status": _status, "show": _show}
    return commands[options.command](options, settings.load(vars(options)))


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    question = _question(options.question)
    from bot import progress, render
    from bot.answer import answer
    from embeddings.encoder import is_light, open_encoder
    from embeddings.index import Index
    from embeddings.model import find_model
    from embeddings.rebuild import refresh

    model = find_model(settings.model, download=True)
    if not is_light(model):
        _say(f"{model.name} needs sentence-transformers for every question: this takes longer.")
    with progress.shown() as show_progress:
        report = refresh(
            *(settings.seeds, settings.index, model),
            max_bytes=settings.max_bytes,
            on_stale=lambda look: _say(_news(look)),
            on_wait=_say_who_writes,
            progress=show_progress,
        )
    if report is not None:
        render.write(render.failure_lines(report.failed), sys.stderr)
    index = Index(settings.index, open_encoder(model))
    try:
        result = answer(question, index, options.limit)
    finally:
        index.close()
    if not (result.citations or result.nearest):
        raise ArticlesError(
            f"There are no articles in {settings.seeds}",
            remedy="Put .txt or .md files there, or name another folder: --seeds FOLDER.",
        )
    if options.json:
        print(render.dump(render.answer_json(result)))
    else:
        render.write(render.answer_lines(result, settings.seeds), sys.stdout)
    return ANSWERED if result.answered else UNANSWERED


def _rebuild(options: argparse.Namespace, settings: Settings) -> int:
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
    if options.json:
        print(render.dump(render.report_json(report)))
    else:
        render.write(render.report_lines(report), sys.stdout)
    return ANSWERED


def _status(options: argparse.Namespace, settings: Settings) -> int:
    from bot import render
    from embeddings.changes import look
    from embeddings.model import find_model

    model = find_model(settings.model)
    found = look(settings.seeds, settings.index, model, max_bytes=settings.max_bytes)
    told = (found, settings.seeds, settings.index, model.name)
    if options.json:
        print(render.dump(render.status_json(*told)))
    else:
        render.write(render.status_lines(*told), sys.stdout)
    return ANSWERED


def _show(options: argparse.Namespace, settings: Settings) -> int:
    from bot import render
    from embeddings.articles import Unreadable, read

    match = re.fullmatch(r"(.+?)(?::(\d+)(?:-(\d+))?)?", options.place, re.DOTALL)
    assert match is not None  # argparse gives no empty word
    source = _source(match.group(1), settings)
    try:
        _, article = read(settings.seeds, source, max_bytes=settings.max_bytes)
    except Unreadable as error:
        raise ArticlesError(
            f"{source} {error}", remedy="Name an article of the folder: bot status lists the rest."
        ) from error
    if match.group(2) is None and not sys.stdout.isatty():
        sys.stdout.write(render.unsteered(article.text))
        return ANSWERED
    first = int(match.group(2) or 0)
    last = int(match.group(3) or first)
    lines = render.show_lines(article.text, first, last)
    if not first <= last <= len(lines) or match.group(2) == "0":
        raise UsageError(
            f"{source} has {len(lines)} lines, and {options.place!r} is not among them",
            remedy="Lines count from 1.",
        )
    render.write(render.around(lines, first, last, sys.stdout), sys.stdout)
    return ANSWERED


def _source(given: str, settings: Settings) -> str:
    """A source as cited, or a path to a file of the articles folder → the source."""
    seeds = os.path.realpath(settings.seeds)
    for path in (os.path.join(seeds, given), given):
        found = os.path.realpath(path)
        if os.path.isfile(found) and found.startswith(seeds + os.sep):
            return os.path.relpath(found, seeds).replace(os.sep, "/")
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
    _say(f"Waiting for {holder}, which is writing the index…")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _fail(error: VerbatimError, as_json: bool) -> int:
    from bot import render

    if as_json:
        print(render.dump(render.error_json(error)), flush=True)
    render.write(render.error_lines(error), sys.stderr)
    return USAGE if error.kind == "usage" else UNUSABLE


def _set_streams(as_json: bool) -> None:
    """No name or quotation may fail to print; JSON is UTF-8 whatever the locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if as_json and stream is sys.stdout:
                stream.reconfigure(encoding="utf-8")


def _drop_output() -> None:
    """Point standard output at nothing, or Python complains at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
