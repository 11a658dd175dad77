from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.articles.article import Info
from embeddings.articles.folder import FileState
from embeddings.articles.passages import Passage, Sentence
from embeddings.errors import IndexUnusable
from embeddings.index.spool import New, Spool, spool


def article(number: int, text: str = "One. Zwölf.") -> New:
    source = f"deep/{number}.txt"
    sentences = (Sentence(10, 14), Sentence(15, 10 + len(text)))
    passage = Passage(text, 10, 10 + len(text), 2, 3, sentences, "page 1", "list")
    plain = Passage("Tail", 90, 94, 9, 9, (Sentence(90, 94),))
    info = Info(source, "T", None, "utf-8", "ab" * 32, author="N. Quill")
    return New(FileState(source, 1 << 40, -1, 3), info, (passage, plain))


def test_articles_come_back_in_their_order_as_often_as_wanted(tmp_path: Path) -> None:
    some = [article(number) for number in range(5)]
    with spool(tmp_path) as waiting:
        assert list(waiting) == []
        waiting.add(some[:2])
        assert list(waiting) == list(waiting) == some[:2]
        waiting.add(iter(some[2:]))
        assert list(waiting) == some
        assert waiting.articles == 5


def test_what_was_cleared_does_not_come_back(tmp_path: Path) -> None:
    with spool(tmp_path) as waiting:
        waiting.add([article(number, "x" * 1000) for number in range(5)])
        waiting.clear()
        assert (list(waiting), waiting.articles) == ([], 0)
        waiting.add([article(9)])
        assert (list(waiting), waiting.articles) == ([article(9)], 1)


def test_much_goes_to_a_file_that_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = [article(number, "x" * 1_000_000) for number in range(20)]
    with spool(tmp_path) as waiting:
        waiting.add(large)
        assert list(waiting) == large
    assert list(tmp_path.iterdir()) == []


def test_no_room_is_said(tmp_path: Path) -> None:
    full_disk = pytest.raises(IndexUnusable, match="cannot be written: No space left on device")
    with open("/dev/full", "wb", buffering=0) as full, full_disk:
        Spool(full, tmp_path).add([article(1)])
