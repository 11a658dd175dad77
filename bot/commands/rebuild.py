"""`bot rebuild`: make the index agree with the articles, whatever it was before."""

from __future__ import annotations

import argparse

from bot.archive import Archive
from bot.commands import progress
from bot.commands.result import Result, document, text
from bot.exit_codes import ANSWERED
from bot.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> Result:
    """Rebuild, and tell what was done."""
    with progress.shown() as show_progress:
        report = Archive(settings).rebuild(
            wait=not options.no_wait,
            on_wait=progress.say_who_writes,
            progress=show_progress,
        )
    if options.json:
        from bot.presenting.json import report_json

        return document(ANSWERED, report_json(report))
    from bot.presenting.text import report_lines

    return text(ANSWERED, report_lines(report))
