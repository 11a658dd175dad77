"""A threshold with a guarantee, kept with the index that it was measured on (`bot eval --risk`).

It is a file of its own in the index folder: a rebuild leaves it alone. It says what it was measured
with, and is void where that is no longer so: then it is not used, and a person is told why.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from bot.answering.confidence import FITTED, fitted
from bot.settings import Settings
from embeddings.encoding.model import Model
from embeddings.index.files import DATABASE, unwritable
from embeddings.whole_file import write_whole

FILE = f"{DATABASE}.guarantee.json"
"""Its name begins as the database's does: so a folder that has lost the database, and has this, is
still an index folder."""

VoidReason = Literal["damaged", "articles", "model", "reader", "judging"]
"""What is no longer as it was: the file itself, the folder of articles, the model, the reader, or
how a probability is computed from them."""

Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]


class Guarantee(Struct, frozen=True):
    """At most a share `risk` of the answers with at least `threshold` of confidence is wrong, with
    confidence `level`, for questions like those that were asked.

    `questions` were asked, `unanswerable` of them such that the articles do not answer; of the
    `answered` ones `wrong` were wrong, so that a share `bound` is wrong at the most. `seeds` is the
    folder of articles; `labels` the SHA-256 of the file of questions; `model`, `reader` (None where
    there is none) and `judging` are the fingerprints of what the confidence came from.
    """

    risk: Share
    level: Share
    threshold: Share
    bound: Share
    questions: Count
    unanswerable: Count
    answered: Count
    wrong: Count
    made_at: str
    seeds: str
    labels: str
    model: str
    reader: str | None
    judging: str


class Void(Struct, frozen=True):
    """A guarantee that does not hold, and why; None where not even that can be read."""

    why: VoidReason
    guarantee: Guarantee | None = None


def judging() -> str:
    """The fingerprint of how a probability is computed from the signals."""
    return hashlib.sha256(FITTED.read_bytes()).hexdigest()


def keep(index: Path, guarantee: Guarantee) -> None:
    """Keep it with the index, in the place of an earlier one.

    Raises:
        IndexUnusable: it cannot be written; an earlier one is as it was.
    """
    content = msgspec.json.format(msgspec.json.encode(guarantee)) + b"\n"
    try:
        write_whole(index / FILE, content)
    except OSError as error:
        raise unwritable(index, error.strerror or str(error)) from error


def threshold(settings: Settings, model: Model, *, reads: bool) -> float | None:
    """Below this probability the articles are said not to answer: as it was set, or is kept with
    the index; None for what was measured.

    Args:
        reads: whether passages are read, which the caller knows: no question hashes the reader.
    """
    if settings.min_confidence is not None:
        return settings.min_confidence
    guarantee = guarantee_of(settings, model, reads=reads)
    return guarantee.threshold if isinstance(guarantee, Guarantee) else None


def guarantee_of(settings: Settings, model: Model, *, reads: bool) -> Guarantee | Void | None:
    """The guarantee that is kept with the index of these settings, if any."""
    reader = fitted().reader if reads else None
    return kept(settings.index, seeds=settings.seeds, model=model.fingerprint, reader=reader)


def kept(index: Path, *, seeds: Path, model: str, reader: str | None) -> Guarantee | Void | None:
    """The guarantee that is kept with an index, if any.

    Args:
        seeds: the articles that are asked now.
        model: the fingerprint of the model that is used now.
        reader: that of the reader; None where none is used.
    """
    try:
        content = (index / FILE).read_bytes()
        guarantee = msgspec.json.decode(content, type=Guarantee)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return Void("damaged")
    now: dict[VoidReason, tuple[object, object]] = {
        "articles": (guarantee.seeds, str(seeds)),
        "model": (guarantee.model, model),
        "reader": (guarantee.reader, reader),
        "judging": (guarantee.judging, judging()),
    }
    changed = next((why for why, (then, today) in now.items() if then != today), None)
    return Void(changed, guarantee) if changed else guarantee
