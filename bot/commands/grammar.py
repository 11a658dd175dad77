"""The command line's grammar: commands, options, their help, and a guess at what was meant."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from bot import __version__
from bot.answering.confidence import WITH_READER, WITHOUT_READER
from embeddings.errors import VerbatimError

_EXIT_CODES = """\
exit codes:
  0    answered, or done
  1    the articles do not answer the question
  2    wrong usage
  3    the articles or the index cannot be used
  70   a defect of bot itself
  130  interrupted
"""
_OF_THE_WHOLE = ("-h", "--help", "--version")
_EXAMPLES = """\
without a command, bot is bot chat: it takes the options of that

examples:
  bot
  bot ask "How late did the launch start?"
  bot ask --seeds ~/articles -k 5 "Who spoke first?"
  bot ask --after "Who moderated the event?" "How many followers does he have?"
  echo "Who spoke first?" | bot ask --json -
  bot show 2023-05-24-launch-starts-late.txt:9

"""


_QUESTIONS = """\
FILE.jsonl has one JSON object a line:
  {"id": "q1", "question": "Who moderated?", "answerable": true,
   "evidence": [{"source": "a.txt", "pattern": "moderated by \\\\w+"}],
   "answer_pattern": "Sacks", "kind": "who"}
evidence: a passage of source in which pattern (a regular expression) is found answers.
answer_pattern (or answers, a list of texts): what the marked sentence must hold; without it,
marks are not judged.
Case counts in both, unless a pattern begins with (?i). kind is optional (else it is what the
question seems to ask for). An unanswerable question has "answerable": false, "evidence": [].

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
        import difflib

        close = difflib.get_close_matches(word, self._words() - {word}, 1)
        known = word in self._words()  # of another command
        return f"Did you mean {close[0]}?" if close and not known else f"See: {self.prog} --help"

    def _words(self) -> set[str]:
        """Every command and option below this parser."""
        words = set(self._option_string_actions)
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                words.update(action.choices)
                words.update(*(below._words() for below in action.choices.values()))
            elif action.choices:
                words.update(action.choices)
        return words


def parse(given: Sequence[str]) -> argparse.Namespace:
    """The command line's options; without a command it is the chat's.

    Raises:
        UsageError: it is no command line.
    """
    if not given or (given[0].startswith("-") and given[0] not in _OF_THE_WHOLE):
        given = ["chat", *given]
    return parser().parse_args(given)


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
    judging = _judging()

    def command(name: str, about: str, **settings: Any) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=about,
            description=about[0].upper() + about[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **settings,
        )

    chat = command(
        "chat",
        "talk with the articles, full screen; this is what bot does without a command",
        parents=[places, judging],
    )
    chat.add_argument(
        "--plain",
        action="store_true",
        help="a plain prompt, for screen readers; also where there is no terminal",
    )
    chat.add_argument(
        "--continue",
        dest="go_on",
        action="store_true",
        help="go on with the last conversation about these articles",
    )
    chat.add_argument(
        "--no-history", dest="keep", action="store_false", help="do not keep the conversation"
    )
    ask = command(
        "ask", "answer a question from the articles", parents=[places, judging], epilog=_EXIT_CODES
    )
    ask.add_argument("question", nargs="+", help="the question; - reads it from standard input")
    ask.add_argument(
        "-k", dest="limit", type=_passages, default=3, metavar="N", help="passages (default 3)"
    )
    ask.add_argument(
        "--after",
        action="append",
        default=[],
        metavar="QUESTION",
        help="what was asked before, for a question that depends on it; once for each",
    )
    _json(ask)
    evaluate = command(
        "eval",
        "measure how well labelled questions are answered",
        parents=[places, judging],
        epilog=_QUESTIONS + _EXIT_CODES,
    )
    evaluate.add_argument("questions", metavar="FILE.jsonl", help="the labelled questions")
    evaluate.add_argument(
        "--hide-evidence",
        action="store_true",
        help="ask each answerable question again with all passages that hold its evidence hidden,"
        " and count that as a question the articles do not answer",
    )
    evaluate.add_argument(
        "--failures", action="store_true", help="list the questions that went wrong"
    )
    evaluate.add_argument(
        "--baseline",
        metavar="OLD.json",
        help="compare with an earlier run (its --json), by a paired test",
    )
    evaluate.add_argument(
        "--risk",
        type=_share,
        metavar="R",
        help="find the confidence from which on at most this share of the answers is wrong, with"
        " 95 %% confidence (0.1 takes at least 29 answers, all right); exit code 3 where the"
        " questions are not enough for it",
    )
    evaluate.add_argument(
        "--write", action="store_true", help="with --risk: keep what it finds with the index"
    )
    evaluate.add_argument(
        "--report",
        metavar="FILE.html",
        help="write a page with figures, drawings and what went wrong (it needs pip install"
        " 'verbatim-bot[report]')",
    )
    _json(evaluate)
    rebuild = command(
        "rebuild",
        "make the index agree with the articles; folders that have lost theirs are forgotten",
        parents=[places],
        epilog=_EXIT_CODES,
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


def _judging() -> argparse.ArgumentParser:
    """The options that say how passages are judged, and how sure an answer must be."""
    judging = _Parser(add_help=False)
    judging.add_argument(
        "--min-confidence",
        metavar="P",
        help="from 0 to 1: below this probability the articles are said not to answer"
        f" (BOT_MIN_CONFIDENCE; default {WITH_READER}, without the reader {WITHOUT_READER}; higher"
        " refuses more, also of what they do answer)",
    )
    judging.add_argument(
        "--no-reader",
        dest="reader",
        action="store_const",
        const="off",
        help="judge passages by their words and vectors alone, without reading them"
        " (BOT_READER=off): quicker, and wrong more often",
    )
    return judging


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
    group.add_argument(
        "--log",
        metavar="FILE",
        help="what goes wrong behind the scenes is noted there, without a word of yours (BOT_LOG;"
        " default in your log folder)",
    )
    return places


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON document")


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0.001 <= share <= 0.5:  # below, it takes thousands of answers; above, it is no promise
        raise argparse.ArgumentTypeError(f"must be a number from 0.001 to 0.5, not {text[:20]!r}")
    return share


def _passages(text: str) -> int:
    number = int(text) if text.isdecimal() and len(text) < 9 else 0
    if not 1 <= number <= 50:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to 50, not {text[:20]!r}")
    return number
