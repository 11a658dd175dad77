"""`bot` and `bot chat`: the conversation, full screen or plain."""

from __future__ import annotations

import argparse
import os
import sys

from bot.commands import process
from bot.commands.result import Result
from bot.exit_codes import ANSWERED, DEFECT
from bot.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> Result:
    """Talk until the person ends it."""
    # the full screen is drawn on standard error, and asked for on standard output
    seen = sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()
    if options.plain or not seen or os.environ.get("TERM") in ("dumb", "unknown"):
        from bot.commands.plain import converse

        code = converse(settings, keep=options.keep, go_on=options.go_on)
        return Result(code, lambda: None)
    from bot.chat.app import ChatApp
    from embeddings.articles.folder import check

    check(settings.seeds)  # told before there is a screen to tell it on
    process.calm_collector()
    app = ChatApp(settings, keep=options.keep, go_on=options.go_on)
    app.run()
    if app.defects:
        raise app.defects[0]
    code = app.return_code or ANSWERED
    return Result(DEFECT if code == 1 else code, lambda: None)  # 1 is Textual's for a crash
