"""Ask a folder of articles a question; get the articles' own words back.

    import bot

    with bot.open("~/articles") as archive:
        answer = archive.ask("Who moderated the event?")

The names below are the public Python API (bot/README.md); they are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.answering.citation import Answer, Citation, Place, Quote, Statement, Unread
    from bot.answering.refusal import Reason
    from bot.archive import Archive, open_archive
    from embeddings.articles.article import Article, Info, Part
    from embeddings.errors import (
        ArticlesError,
        IndexBusy,
        IndexUnusable,
        ModelError,
        Remedy,
        VerbatimError,
    )

    open = open_archive  # noqa: A001  (as a type checker sees `bot.open`)

__version__ = "0.1.0"

_HOMES = {
    "Answer": "bot.answering.citation",
    "Archive": "bot.archive",
    "Article": "embeddings.articles.article",
    "ArticlesError": "embeddings.errors",
    "Citation": "bot.answering.citation",
    "IndexBusy": "embeddings.errors",
    "IndexUnusable": "embeddings.errors",
    "Info": "embeddings.articles.article",
    "ModelError": "embeddings.errors",
    "Part": "embeddings.articles.article",
    "Place": "bot.answering.citation",
    "Quote": "bot.answering.citation",
    "Reason": "bot.answering.refusal",
    "Remedy": "embeddings.errors",
    "Statement": "bot.answering.citation",
    "Unread": "bot.answering.citation",
    "VerbatimError": "embeddings.errors",
}

# `open` is not in it: `from bot import *` would hide Python's own.
__all__ = [
    "Answer",
    "Archive",
    "Article",
    "ArticlesError",
    "Citation",
    "IndexBusy",
    "IndexUnusable",
    "Info",
    "ModelError",
    "Part",
    "Place",
    "Quote",
    "Reason",
    "Remedy",
    "Statement",
    "Unread",
    "VerbatimError",
]


def __getattr__(name: str) -> Any:
    if name == "open":
        return import_module("bot.archive").open_archive
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "open", "__version__"])
