"""The errors that reach a person.

Each says in one line what is wrong, and holds what to do about it:

    VerbatimError
    ├── ArticlesError   the articles folder cannot be used
    │   └── Unreadable         one file of it cannot become an article
    ├── IndexUnusable   the index folder cannot be read or written
    │   ├── IndexBusy          another process is writing it
    │   ├── IndexDamaged       its database is damaged
    │   ├── IndexOutdated      its database is of an earlier format
    │   └── GenerationDamaged  its derived files are missing or damaged
    ├── ModelError      the embedding model cannot be used
    └── (bot's own)     SettingsError, UsageError, QuestionsError, ExportError, HistoryError,
                        UpdateFailed, NoEditor, NoArticle, Interrupted, Defect

The front ends decide how to show them. `kind` is the word used for the class in JSON.
"""

from __future__ import annotations

from typing import Literal

RemedyKind = Literal[
    "name the articles folder",
    "bring the articles back",
    "choose another article",
    "name an empty index folder",
    "name another index folder",
    "make room for the index",
    "build the index",
    "rebuild the index",
    "rebuild with this model",
    "restore the index files",
    "remove the index",
    "try again",
    "wait for the other process",
    "choose another model",
    "install a package",
    "add articles",
]

Loss = Literal["gone", "out of reach", "no article", "none"]
"""What it means that something of the articles folder was not read:

"gone"          a folder has lost all of its articles at once, as one that is not mounted
"out of reach"  it cannot be opened, or not be read to its end: nobody can say what it holds
"no article"    no article can be made of it: damaged, too large; or it was one, and is empty now
"none"          there is nothing in it to be read, or it is read under another name
"""


class Remedy:
    """What to do about an error: a kind, and what it is about (a folder, a package) where that
    matters. A front end puts it in words, for it alone knows its commands."""

    __slots__ = ("about", "kind")

    def __init__(self, kind: RemedyKind, about: str = "") -> None:
        self.kind, self.about = kind, about

    def __repr__(self) -> str:
        return f"Remedy({self.kind!r}, {self.about!r})" if self.about else f"Remedy({self.kind!r})"


class VerbatimError(Exception):
    """What is wrong (`str(error)`) and what to do about it (`remedy`: data from below, or the
    words of a front end's own error)."""

    kind = "error"

    def __init__(self, message: str, *, remedy: Remedy | str) -> None:
        super().__init__(message)
        self.remedy = remedy


class ArticlesError(VerbatimError):
    """The articles folder is missing, is no folder, or cannot be listed."""

    kind = "articles"


class Unreadable(ArticlesError):
    """One file cannot become an article. The message is the reason, to go on a sentence with that
    begins with the file's name: "is empty". `loss`: what that means for who asks."""

    def __init__(self, reason: str, loss: Loss = "no article") -> None:
        super().__init__(reason, remedy=Remedy("choose another article"))
        self.loss = loss

    def of(self, source: str) -> ArticlesError:
        """The same with the file's name: for a person who asked for this file."""
        return ArticlesError(f"{source} {self}", remedy=self.remedy)


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

    def __init__(self, message: str, *, remedy: Remedy | str | None = None) -> None:
        super().__init__(message, remedy=remedy or Remedy("choose another model"))
