"""A folder of articles, open for questions: what commands, chat and the Python API all ask.

It alone decides what becomes of a question whose index cannot be used. Whoever finds damage leaves
word of it (`index/files.py`), and the next rebuild, this question's or another's, mends it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from msgspec import structs

from bot.settings import DEFAULTS, Settings, own_index
from bot.threads import one_thread
from embeddings.errors import (
    ArticlesError,
    GenerationDamaged,
    IndexBusy,
    IndexDamaged,
    IndexUnusable,
    Remedy,
    Unreadable,
)

if TYPE_CHECKING:
    from bot.answering.asked import Asked
    from bot.answering.citation import Answer, Unread
    from embeddings.articles.article import Article, Info
    from embeddings.articles.folder import Skipped
    from embeddings.encoding.encoder import Encoder
    from embeddings.encoding.model import Model
    from embeddings.encoding.pairs import PairReader
    from embeddings.index.changes import Changes, Look
    from embeddings.index.rebuild import OnChange, Progress, Report
    from embeddings.index.search import Hidden, Index

_log = logging.getLogger(__name__)

_ATTEMPTS = 3
"""Times that a question is put to an index, opened anew each time: rebuilds of other processes may
take its files away in between. A guess: that is two rebuilds in the time of one question."""


class Archive:
    """One folder of articles with its index. Questions wait for each other; anything else may go
    on meanwhile, in any thread. Model and index are loaded when first needed, and kept.

    `unread`: what could not be read of the folder when it was last looked at, or brought up to
    date; every answer has it. Whoever brings it up to date elsewhere sets it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        mend: Callable[[], object] | None = None,
        limits: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """Open the articles; nothing is read yet.

        Args:
            mend: brings an index up to date that turns out to be unusable while a question is
                asked, which is then asked once more; without it, that is the question's end.
            limits: what to hold round computations, as to the threads that they take.
        """
        self.settings = settings
        self.unread: tuple[Unread, ...] = ()
        self._mend = mend
        self._limits = limits
        self._turn = threading.RLock()
        self._index: Index | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @cached_property
    def model(self) -> Model:
        """The embedding model.

        Raises:
            ModelError: it cannot be used.
        """
        from embeddings.encoding.model import find_model

        return find_model(self.settings.model, download=True)

    @cached_property
    def _encoder(self) -> Encoder:
        from embeddings.encoding.encoder import open_encoder

        return open_encoder(self.model)

    @cached_property
    def reader(self) -> PairReader | None:
        """What reads the best passages, if any does."""
        from bot.reading import reader_of

        return reader_of(self.settings, self._encoder)

    # How current it is

    def look(self) -> Look:
        """How the index stands against the folder, by names, sizes and times.

        Raises:
            ArticlesError: the folder cannot be listed.
            IndexUnusable, ModelError: index or model cannot be used.
        """
        from embeddings.index.changes import look

        at = self.settings
        looked = look(at.seeds, at.index, self.model, max_bytes=at.max_bytes)
        self.unread = _plain(looked.unread)
        return looked

    def confirm(self, looked: Look) -> Changes:
        """What has changed, by the content of the files that look different."""
        from embeddings.index.changes import confirm

        at = self.settings
        changes = confirm(at.seeds, at.index, looked, max_bytes=at.max_bytes)
        self.unread = _plain(changes.unread)
        return changes

    def update(
        self,
        looked: Look | None = None,
        *,
        on_wait: Callable[[str], None] = lambda holder: None,
        on_change: OnChange = lambda new, changed, removed: None,
        progress: Progress = lambda stage, done, total: None,
    ) -> Report | None:
        """Bring the index up to date; None where it was.

        Args:
            looked: how it stands, where that is known.
            on_wait: told who else is writing it, before the waiting begins.
            on_change: told how many articles are new, changed and gone, before work begins that
                changes answers.

        Raises:
            ArticlesError: the folder cannot be listed, or all of its articles are gone; or those
                of a folder in it, and the index must be made again.
            IndexUnusable: the index is another folder's, or cannot be written.
            ModelError: the model cannot be used.
            In each case the index is as last committed.
        """
        at = self.settings
        looked = looked or self.look()
        if looked.meta is not None and looked.meta.seeds != str(at.seeds):
            raise IndexUnusable(
                f"The index in {at.index} is that of the articles in {looked.meta.seeds}",
                remedy=Remedy("name another index folder"),
            )
        if not looked.differs:
            return None
        rebuild = partial(
            self.rebuild, looked, may_empty=False, on_change=on_change, progress=progress
        )
        try:
            return rebuild(wait=False)
        except IndexUnusable as error:
            if looked.meta and not looked.remake and not self.confirm(looked):
                return None  # only times were to be noted; the answer can be had without
            if not isinstance(error, IndexBusy):
                raise
        return rebuild(on_wait=on_wait)

    def rebuild(
        self,
        looked: Look | None = None,
        *,
        may_empty: bool = True,
        wait: bool = True,
        on_wait: Callable[[str], None] = lambda holder: None,
        on_change: OnChange = lambda new, changed, removed: None,
        progress: Progress = lambda stage, done, total: None,
    ) -> Report:
        """Make the index this folder's as it is now, whatever it was before.

        Args:
            may_empty: whether the index may lose its every article, or every one of a folder.

        Raises:
            ArticlesError, IndexUnusable, ModelError: as `update`, but an index of another folder
                is replaced, and one of a folder that is empty now is emptied.
            IndexBusy: another process is writing it, and `wait` is false.
        """
        from embeddings.index.rebuild import rebuild

        at = self.settings
        with self._limits():
            report = rebuild(
                at.seeds,
                at.index,
                self.model,
                max_bytes=at.max_bytes,
                looked=looked,
                may_empty=may_empty,
                wait=wait,
                on_wait=on_wait,
                on_change=on_change,
                progress=progress,
            )
        self.unread = _plain(report.unread)
        return report

    # Articles

    def articles(self) -> list[Info]:
        """What is known of each indexed article; none where nothing is indexed yet.

        Raises:
            IndexUnusable: the index cannot be read.
        """
        from embeddings.index.store import Store

        try:
            store = Store(self.settings.index)
        except FileNotFoundError:
            return []
        try:
            with store.snapshot():
                return store.infos()
        finally:
            store.close()

    def read(self, source: str) -> Article:
        """An article as it is now. Its source may be typed in another Unicode form.

        Raises:
            ArticlesError: it cannot be read, or is none of this folder's.
        """
        from embeddings.articles.article import read
        from embeddings.articles.folder import find

        seeds = self.settings.seeds
        exact = find(seeds, source)
        if exact is None:
            remedy = Remedy("choose another article")
            raise ArticlesError(f"There is no article {source} in {seeds}", remedy=remedy)
        try:
            return read(seeds, exact, max_bytes=self.settings.max_bytes)[1]
        except Unreadable as error:
            raise error.of(exact) from error

    # Questions

    def ask(self, question: str, after: Sequence[Answer] = (), limit: int = 3) -> Answer:
        """The articles' answer, of the articles as they are now. To a message of several questions
        it is that to the last, and has those to the others (`earlier`).

        Args:
            after: the answers of before, newest last, for a question that depends on them.
            limit: passages, at most.

        Raises:
            ArticlesError: there are no articles.
            IndexUnusable, ModelError: index or model cannot be used.
        """
        self.update()
        return self.answer(question, limit, after=after)

    def answer(
        self,
        question: str,
        limit: int | None = None,
        *,
        after: Sequence[Answer] = (),
        as_written: bool = False,
        hidden: Hidden | None = None,
    ) -> Answer:
        """The articles' answer, from the index as it is: the folder is not looked at.

        Args:
            after: the answers of before, newest last, for a question that depends on them.
            as_written: whether the question is searched word for word, whatever stands in it.
            hidden: which passages to pass over, as if they were not there.

        Raises:
            ArticlesError: there are no articles.
            IndexUnusable: the index is damaged, or not there.
        """
        from bot.answering.asked import Asked, parts, read

        if limit is not None and limit < 1:
            raise ValueError(f"limit must be 1 or more, not {limit}")
        question = question.encode("utf-8", "replace").decode()  # half of a character is none
        answers: list[Answer] = []
        with self._turn, self._limits():
            for part in [question] if as_written else parts(question):
                asked = Asked(part) if as_written else read(part)
                answers.append(self._answer(part, asked, limit, [*after, *answers], hidden))
        *earlier, last = answers
        return structs.replace(last, earlier=tuple(earlier)) if earlier else last

    def _answer(
        self,
        message: str,
        asked: Asked,
        limit: int | None,
        after: Sequence[Answer],
        hidden: Hidden | None,
    ) -> Answer:
        """The answer to what a message asks."""
        from bot.answering.answer import PASSAGES, answer, unsearched
        from bot.answering.bare import is_bare_question
        from bot.answering.context import in_context
        from bot.answering.question import understand
        from bot.guarantee import threshold

        least = threshold(self.settings, self.model, reads=self.reader is not None)
        if asked.unsearched is not None:
            return unsearched(message, asked.unsearched, least)
        resolved = in_context(asked, after)
        searched = resolved or asked.question
        same = searched == " ".join(message.split())
        given = self._tried(
            lambda index: answer(
                understand(searched, self._encoder, index.languages()),
                index,
                self._encoder,
                limit or PASSAGES,
                reader=self.reader,
                asked_as=None if same else message,
                again=resolved is not None and is_bare_question(asked.question),
                min_confidence=least,
                hidden=hidden,
            )
        )
        if not (given.shown or hidden):
            raise _no_articles(self.settings, self.unread)
        return structs.replace(given, unread=self.unread)

    def _tried(self, ask: Callable[[Index], Answer]) -> Answer:
        """Ask the open index. Where a rebuild may have taken its files away, ask again, of an
        index that is opened anew; where that does not help, have it mended, and ask once more."""
        for _ in range(_ATTEMPTS):
            try:
                return ask(self._opened())
            except IndexUnusable as error:
                _log.warning("the index cannot be used: %s: %s", type(error).__name__, error)
                self._forget()
                last = error
                if not isinstance(error, GenerationDamaged | IndexDamaged):
                    break
        if self._mend is None:
            raise last
        self._mend()
        return ask(self._opened())

    def _opened(self) -> Index:
        from embeddings.index.search import Index

        if self._index is not None and self._index.is_replaced():
            self._forget()
        if self._index is None:
            self._index = Index(self.settings.index)
        return self._index

    def open(self) -> None:
        """Load model and index now, so that the first question need not; an index that is
        open is opened again, for it may be another.

        Raises:
            IndexUnusable, ModelError: index or model cannot be used.
        """
        from embeddings.index.search import query_of

        with self._turn, self._limits():
            self._forget()
            self._opened().search(query_of("", self._encoder), 1)
            if self.reader is not None:
                self.reader.read("", [""])

    def close(self) -> None:
        """Let go of the index; the next question opens it again."""
        with self._turn:
            self._forget()

    def _forget(self) -> None:
        index, self._index = self._index, None
        if index is not None:
            index.close()


def open_archive(
    folder: str | Path,
    *,
    index: str | Path | None = None,
    model: str = DEFAULTS.model,
    max_file_mb: float = DEFAULTS.max_file_mb,
    min_confidence: float | None = DEFAULTS.min_confidence,
    reader: bool = True,
) -> Archive:
    """Open a folder of articles (`bot.open`). Only these arguments count: no environment variable
    and no config file is read, and nothing of the process is set.

    Args:
        index: the folder of its index; without one, a folder of its own in the user's cache.
        model: a sentence-transformers model, by name or folder.
        max_file_mb: larger files are not read.
        min_confidence: from 0 to 1; below this probability the articles are said not to answer.
            Without one it is what was measured.
        reader: whether the best passages are read.

    Raises:
        ValueError: a number is out of its range.
    """
    if not (0 <= (min_confidence or 0) <= 1 and max_file_mb > 0):
        raise ValueError("min_confidence must be from 0 to 1, and max_file_mb above 0")
    seeds = Path(folder).expanduser().resolve()
    at = Path(index).expanduser().absolute() if index is not None else own_index(seeds)
    settings = Settings(seeds, at, model, int(max_file_mb * 1e6), min_confidence, reader)
    return Archive(settings, limits=one_thread)


def _plain(unread: Iterable[Skipped]) -> tuple[Unread, ...]:
    from bot.answering.citation import Unread

    return tuple(Unread(file.source, file.reason, file.loss, file.kept) for file in unread)


def _no_articles(settings: Settings, unread: Sequence[Unread]) -> ArticlesError:
    """The error for a folder that has none, with what there is instead."""
    from embeddings.articles.folder import scan

    others = scan(settings.seeds, max_bytes=settings.max_bytes).other_formats
    instead = [f"{file.source} {file.reason}" for file in unread[:1]]
    if others:
        kinds = ", ".join(f"{kind} {number}" for kind, number in others.items())
        instead.append(f"files of other formats: {kinds}")
    return ArticlesError(
        f"There are no articles in {settings.seeds}"
        + (f" ({'; '.join(instead)})" if instead else ""),
        remedy=Remedy("add articles"),
    )
