"""Whether the best passages are read, and with what; and if not, why.

The reader has the words of the default model, so that it reads with that one alone; and what its
scores are worth was fitted to one reader (confidence.json), so that another file is none.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from platformdirs import user_cache_path

from bot.answering.confidence import fitted
from bot.settings import APP, Settings
from embeddings.encoding.model import DEFAULT_MODEL, READER, reader_fingerprint
from embeddings.errors import ModelError

if TYPE_CHECKING:
    from embeddings.encoding.encoder import Encoder
    from embeddings.encoding.pairs import PairReader

_log = logging.getLogger(__name__)


class NoReader(Struct, frozen=True):
    """Why passages are not read: it was set so, another embedding model is, or (`about`) the
    reader's file cannot be used."""

    kind: Literal["off", "another model", "unusable"]
    about: str = ""


def no_reader(settings: Settings) -> NoReader | None:
    """Why passages are not read; None where they are. The reader's file is looked at, and only
    where that is damaged, whether the reader is kept from before."""
    if (unwanted := _unwanted(settings)) is not None:
        return unwanted
    try:
        if reader_fingerprint(READER) != fitted().reader:
            raise ModelError("The reader's file is damaged, or of another version: reinstall bot")
    except ModelError as error:
        from embeddings.encoding.pairs import is_kept

        if not is_kept(user_cache_path(APP), fitted().reader):
            return NoReader("unusable", str(error))
    return None


def reader_of(settings: Settings, encoder: Encoder) -> PairReader | None:
    """What reads the best passages, if any does.

    Args:
        encoder: of the model that is set.
    """
    from embeddings.encoding.light import LightEncoder
    from embeddings.encoding.pairs import open_reader

    if _unwanted(settings) or not isinstance(encoder, LightEncoder):
        return None
    try:
        return open_reader(encoder, user_cache_path(APP), fitted().reader, READER)
    except ModelError as error:
        _log.warning("answered without the reader: %s", error)
        return None


def fingerprint_of(settings: Settings) -> str | None:
    """The fingerprint of the reader that reads under these settings; None where none does."""
    return None if no_reader(settings) else fitted().reader


def _unwanted(settings: Settings) -> NoReader | None:
    """Why these settings want no reader, if they do not."""
    if not settings.reader:
        return NoReader("off")
    return None if settings.model == DEFAULT_MODEL else NoReader("another model")
