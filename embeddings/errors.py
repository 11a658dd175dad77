"""The errors that reach a person.

Each says in one line what is wrong, and in another what to do about it:

    VerbatimError
    ├── ArticlesError   the articles folder cannot be used
    ├── IndexUnusable   the index folder cannot be read or written
    │   ├── IndexBusy          another process is writing it
    │   ├── IndexDamaged       its database is damaged
    │   ├── IndexOutdated      its database is of an earlier format
    │   └── GenerationDamaged  its derived files are missing or damaged
    └── ModelError      the embedding model cannot be used

The front ends decide how to show them. `kind` is the word used for the class in JSON.
"""

from __future__ import annotations


class VerbatimError(Exception):
    """What is wrong (`str(error)`) and what to do about it (`remedy`)."""

    kind = "error"

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class ArticlesError(VerbatimError):
    """The articles folder is missing, is no folder, or cannot be listed."""

    kind = "articles"


class IndexUnusable(VerbatimError):
    """The index cannot be read or written: damaged, no room, no permission, newer format."""

    kind = "index"


class IndexBusy(IndexUnusable):
    """Another process holds the writer's lock, and waiting was declined."""

    kind = "busy"


class IndexDamaged(IndexUnusable):
    """The database is damaged; a rebuild sets it aside and begins a new one."""


class IndexOutdated(IndexUnusable):
    """The database is of an earlier format; a rebuild makes a new one in its place."""


class GenerationDamaged(IndexUnusable):
    """The derived files are missing, damaged, or not those of the database."""


class ModelError(VerbatimError):
    """The embedding model is missing, incomplete or of an unknown form."""

    kind = "model"
