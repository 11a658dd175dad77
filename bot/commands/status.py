"""`bot status`: where things are, what is indexed, what is out of date."""

from __future__ import annotations

import argparse

from bot.archive import Archive
from bot.commands.result import Result, document, text
from bot.exit_codes import ANSWERED
from bot.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> Result:
    """Look, and write nothing."""
    archive = Archive(settings)
    looked = archive.look()
    at = settings.seeds, settings.index, archive.model.name, archive.no_reader
    facts = (looked, archive.confirm(looked), *at)
    if options.json:
        from bot.presenting.json import status_json

        return document(ANSWERED, status_json(*facts))
    from bot.presenting.text import status_lines

    return text(ANSWERED, status_lines(*facts))
