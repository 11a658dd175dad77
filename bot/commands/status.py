"""`bot status`: where things are, what is indexed, what is out of date."""

from __future__ import annotations

import argparse

from bot.archive import Archive
from bot.commands.result import Result, document, text
from bot.exit_codes import ANSWERED
from bot.guarantee import guarantee_of
from bot.presenting.status import Standing, status_lines
from bot.reading import no_reader
from bot.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> Result:
    """Look, and write nothing."""
    archive = Archive(settings)
    looked = archive.look()
    changes, at = archive.confirm(looked), (settings.seeds, settings.index, archive.model.name)
    why = no_reader(settings)
    guarantee = guarantee_of(settings, archive.model, reads=why is None)
    standing = Standing(looked, changes, *at, why, guarantee)
    if options.json:
        from bot.presenting.json import status_json

        return document(ANSWERED, status_json(standing))
    return text(ANSWERED, status_lines(standing))
