"""`bot show`: an article, with a place in it marked."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from bot.archive import Archive
from bot.commands.grammar import UsageError
from bot.commands.result import Result
from bot.exit_codes import ANSWERED
from bot.presenting.terminal import around, unsteered, write
from bot.presenting.text import show_lines
from bot.settings import Settings
from embeddings.errors import ArticlesError, IndexUnusable, Remedy


def run(options: argparse.Namespace, settings: Settings) -> Result:
    """Print the article around the place, or all of it."""
    match = re.fullmatch(r"(.+?)(?::(\d{1,9})(?:-(\d{1,9}))?)?", options.place, re.DOTALL)
    if match is None:
        raise UsageError("The source is empty", remedy="Name it as an answer cites it.")
    source = _source(match[1], settings)
    article = Archive(settings).read(source)
    if match[2] is None and not sys.stdout.isatty():
        return Result(ANSWERED, lambda: print(unsteered(article.text), end=""))
    first = int(match[2] or 0)
    last = int(match[3] or first)
    lines = show_lines(article.text, first, last)
    if not first <= last <= len(lines) or match[2] == "0":
        raise UsageError(
            f"{source} has lines 1 to {len(lines)}, and {options.place!r} is not among them",
            remedy="A range goes from its first line to its last.",
        )
    shown = around(lines, first, last, sys.stdout)
    return Result(ANSWERED, lambda: write(shown, sys.stdout))


def _source(given: str, settings: Settings) -> str:
    """A source as cited, or a path to a file of the articles folder → the source."""
    import difflib

    from embeddings.articles.folder import find, scan

    for source in (given.replace(os.sep, "/"), _below(settings.seeds, given)):
        if exact := find(settings.seeds, source):
            return exact
    if given in _indexed(settings):
        raise ArticlesError(
            f"{given} is no longer in {settings.seeds}, though it is still answered from",
            remedy=Remedy("bring the articles back"),
        )
    sources = [file.source for file in scan(settings.seeds, max_bytes=settings.max_bytes).files]
    close = difflib.get_close_matches(given, sources, 1, cutoff=0.4)
    raise ArticlesError(
        f"There is no article {given} in {settings.seeds}",
        remedy=f"Did you mean {close[0]}?" if close else "Name it as an answer cites it.",
    )


def _indexed(settings: Settings) -> set[str]:
    """The sources of the index, as far as it can be read."""
    try:
        return {info.source for info in Archive(settings).articles()}
    except IndexUnusable:
        return set()


def _below(seeds: Path, given: str) -> str:
    """A path as it goes on from the articles folder; empty where it does not lead there."""
    path = Path(os.path.abspath(given))
    above = next((own for own in path.parents if Path(os.path.realpath(own)) == seeds), path)
    return path.relative_to(above).as_posix()
