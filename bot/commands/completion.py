"""`bot completion`: a completion script for a shell."""

from __future__ import annotations

import argparse

from bot.commands.grammar import parser
from bot.commands.result import Result
from bot.exit_codes import ANSWERED


def run(options: argparse.Namespace) -> Result:
    """Write the script."""
    import shtab

    top = parser()
    (commands,) = (
        action for action in top._actions if isinstance(action, argparse._SubParsersAction)
    )
    for command in commands.choices.values():
        for action in command._actions:
            if action.metavar == "FOLDER":
                action.complete = shtab.DIRECTORY
            elif action.dest in ("model", "place", "log"):
                action.complete = shtab.FILE
    return Result(ANSWERED, lambda: print(shtab.complete(top, options.shell)))
