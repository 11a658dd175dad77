"""The command line: what is run, exit codes, and what goes to which stream.

The result goes to standard output, everything else to standard error. Each command is a module
of its own, imported when it runs, with one function: `run(options, settings)` → `Result`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module

from bot.commands import process
from bot.commands.grammar import parse
from bot.commands.result import Result
from bot.exit_codes import ANSWERED, DEFECT, INTERRUPTED, UNUSABLE, USAGE
from embeddings.errors import VerbatimError

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
    process.prepare(as_json=as_json)
    try:
        result = _run(given)
    except BrokenPipeError:
        process.drop_output()  # a conversation whose reader has what it wanted
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
        import logging
        import traceback

        at = traceback.extract_tb(error.__traceback__)[-1]
        name = type(error).__name__
        logging.getLogger(__name__).error("defect: %s in %s:%s", name, at.filename, at.lineno)
        traceback.print_exc()
        reason = f"bot has a defect: {type(error).__name__}: {error}"
        return _fail(Defect(reason, remedy="Please report it, with the lines above."), as_json)
    return _shown(result)


def _run(given: list[str]) -> Result:
    options = parse(given)
    run: Callable[..., Result] = import_module(f"bot.commands.{options.command}").run
    if options.command == "completion":
        return run(options)
    from bot.log import log_to
    from bot.settings import load, log_file

    settings = load(vars(options))
    log_to(settings.log or log_file(), asked_for=settings.log is not None)
    return run(options, settings)


def _shown(result: Result) -> int:
    """Write the result to standard output; the exit code."""
    try:
        result.show()
        sys.stdout.flush()
    except BrokenPipeError:
        process.drop_output()  # the reader (head, less) has what it wanted
    except OSError as error:
        reason = f"The answer cannot be written: {error.strerror}"
        code = _fail(VerbatimError(reason, remedy="Make room, or send it elsewhere."), False)
        process.drop_output()
        return code
    return result.code


def _fail(error: VerbatimError, as_json: bool) -> int:
    from bot.presenting.json import dump, error_json
    from bot.presenting.terminal import write
    from bot.presenting.text import error_lines

    if as_json:
        try:
            print(dump(error_json(error)), flush=True)
        except OSError:
            process.drop_output()
    with suppress(OSError):
        write(error_lines(error), sys.stderr)
    return _CODES.get(error.kind, UNUSABLE)
