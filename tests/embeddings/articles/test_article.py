from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from embeddings.articles.article import Article, read
from embeddings.articles.folder import scan
from embeddings.errors import Unreadable
from tests.conftest import MAX_BYTES, SHARED, needs_shared, write


def article(folder: Path, source: str) -> Article:
    return read(folder, source, max_bytes=MAX_BYTES)[1]


def test_an_article_knows_its_file_and_the_state_that_was_read(tmp_path: Path) -> None:
    write(tmp_path, {"deep/a.txt": "A title\n\nText."})
    state, read_now = read(tmp_path, "deep/a.txt", max_bytes=MAX_BYTES)
    assert state == scan(tmp_path, max_bytes=MAX_BYTES).files[0]
    info = read_now.info
    assert (info.source, info.title, info.encoding) == ("deep/a.txt", "A title", "utf-8")
    assert info.sha256 == hashlib.sha256(b"A title\n\nText.").hexdigest()
    assert (info.published, info.outlet, info.author, info.address, info.language) == (None,) * 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t\r\n ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"abc\0def", "is binary, not text"),
        (bytes(range(256)) * 20, "is binary, not text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(255, 0, -1)), "is binary, not text"),
        (b"\xff\xfea", "is marked as utf-16-le but is not"),
    ],
)
def test_what_is_no_text_says_so(tmp_path: Path, content: bytes, reason: str) -> None:
    write(tmp_path, {"a.txt": content})
    with pytest.raises(Unreadable, match=reason):
        article(tmp_path, "a.txt")


def test_a_file_that_vanished_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="vanished while it was being read"):
        article(tmp_path, "gone.txt")


def test_a_file_without_permission_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.txt": "x"})

    def refuse(*_: object) -> int:  # root, whom CI runs as, may read everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(Unreadable, match="cannot be read: permission denied"):
        article(tmp_path, "a.txt")


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "one\r\ntwo\rthree\n"})
    assert article(tmp_path, "a.txt").text == "one\r\ntwo\rthree\n"


def test_front_matter_is_not_the_body(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "---\ntitle: T\n---\nBody.", "only.md": "---\ntitle: T\n---\n"})
    read_now = article(tmp_path, "a.md")
    front, body = read_now.parts
    assert (front.kind, front.start_char) == ("front matter", 0)
    assert read_now.text[front.end_char :] == "Body."
    assert read_now.text[body.start_char : body.end_char] == "Body."
    with pytest.raises(Unreadable, match="has front matter and no text"):
        article(tmp_path, "only.md")


@needs_shared
def test_the_real_articles_are_read() -> None:
    folder = SHARED / "articles"
    seen = scan(folder, max_bytes=MAX_BYTES)
    assert len(seen.files) == 5
    for state in seen.files:
        real = article(folder, state.source)
        assert real.info.encoding == "utf-8"
        with open(folder / state.source, encoding="utf-8", newline="") as file:
            assert real.text == file.read()
