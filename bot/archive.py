"""The articles, open for questions: what the command, the chat and its plain mode all ask.

Model and index are loaded when first needed, and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from bot.settings import Settings
from embeddings.errors import ArticlesError, IndexUnusable

if TYPE_CHECKING:
    from bot.answering.answer import Answer
    from embeddings.encoding.encoder import Encoder
    from embeddings.encoding.model import Model
    from embeddings.index.changes import Look
    from embeddings.index.rebuild import Progress, Report
    from embeddings.index.search import Index


class Engine:
    """One articles folder with its index. A question and a look may run at the same time,
    two questions may not."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

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
    def _index(self) -> Index:
        from embeddings.index.search import Index

        return Index(self.settings.index, self._encoder)

    def open(self) -> None:
        """Load model and index now, so that the first question need not; an index that is
        open is opened again, for it may be another.

        Raises:
            IndexUnusable, ModelError: see there.
        """
        self._forget()
        self._index.search("", 1)

    def look(self) -> Look:
        """How the index stands against the folder.

        Raises:
            ArticlesError, IndexUnusable, ModelError: see there.
        """
        from embeddings.index.changes import look

        at = self.settings
        return look(at.seeds, at.index, self.model, max_bytes=at.max_bytes)

    def articles(self) -> list[tuple[str, str, str | None]]:
        """Source, title and date of each indexed article; none where nothing is indexed yet.

        Raises:
            IndexUnusable: see there.
        """
        from embeddings.index.store import Store

        try:
            store = Store(self.settings.index)
        except FileNotFoundError:
            return []
        try:
            with store.snapshot():
                return store.titles()
        finally:
            store.close()

    def text_of(self, source: str) -> str | None:
        """An article's text as it is now, or None where it cannot be read."""
        from embeddings.articles.article import Unreadable, read

        try:
            return read(self.settings.seeds, source, max_bytes=self.settings.max_bytes)[1].text
        except (OSError, Unreadable):
            return None

    def refresh(
        self,
        found: Look,
        *,
        on_stale: Callable[[], None] = lambda: None,
        on_wait: Callable[[str], None] = lambda holder: None,
        progress: Progress = lambda stage, done, total: None,
    ) -> Report | None:
        """Bring the index up to date where a look found that it is not: `rebuild.refresh`."""
        from embeddings.index.rebuild import refresh

        return refresh(
            *(self.settings.seeds, self.settings.index, self.model, found),
            max_bytes=self.settings.max_bytes,
            on_stale=on_stale,
            on_wait=on_wait,
            progress=progress,
        )

    def answer(
        self,
        question: str,
        limit: int | None = None,
        *,
        earlier: Sequence[Answer] = (),
        hidden: Callable[[str, str], bool] | None = None,
    ) -> Answer:
        """The articles' answer, from the index as it is.

        Args:
            earlier: the conversation so far, for a question that depends on it.
            hidden: (source, text) → whether to pass a passage over.

        Raises:
            ArticlesError: there are no articles.
            IndexUnusable: the index is damaged, or not there.
        """
        from bot.answering.answer import PASSAGES, answer

        searched_as = _resolved(question, earlier)

        def ask() -> Answer:
            return answer(
                *(question, self._index, limit or PASSAGES),
                searched_as=searched_as,
                min_confidence=self.settings.min_confidence,
                hidden=hidden,
            )

        try:
            found = ask()
        except IndexUnusable:
            if not self._forget():
                raise
            found = ask()
        if not (found.citations or found.nearest or hidden):
            raise self._no_articles()
        return found

    def _forget(self) -> bool:
        """Drop the open index, which another process may have replaced; whether one was open."""
        index = self.__dict__.pop("_index", None)
        if index is not None:
            index.close()
        return index is not None

    close = _forget

    def _no_articles(self) -> ArticlesError:
        from embeddings.articles.article import scan

        others = scan(self.settings.seeds, max_bytes=self.settings.max_bytes).other_formats
        told = ", ".join(f"{kind} {number}" for kind, number in others.items())
        return ArticlesError(
            f"There are no articles in {self.settings.seeds}"
            + (f" (files of other formats: {told})" if told else ""),
            remedy="Put .txt or .md files there, or name another folder: --seeds FOLDER.",
        )


def _resolved(question: str, earlier: Sequence[Answer]) -> str | None:
    if not earlier:
        return None
    from bot.answering.followups import Turn, resolve

    turns = [
        Turn(
            one.question,
            one.searched_as,
            one.citations[0].highlight_text if one.citations else None,
        )
        for one in earlier
    ]
    return resolve(question, turns)
