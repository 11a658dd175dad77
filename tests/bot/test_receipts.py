"""A quotation against its file as it is now."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.answering.citation import Answer
from bot.archive import Archive
from bot.receipts import FileNow, file_now, reopen
from bot.settings import Settings
from embeddings.encoding.model import DEFAULT_MODEL
from embeddings.errors import ArticlesError
from tests.conftest import MAX_BYTES, SEEDS, write


@pytest.mark.slow
def test_what_has_become_of_a_quotation(seeds: Path, tmp_path: Path) -> None:
    with Archive(Settings(seeds, tmp_path / "index", DEFAULT_MODEL, MAX_BYTES)) as archive:
        citation = archive.ask("How late did the launch start?").citations[0]
    opened = reopen(citation, seeds, max_bytes=MAX_BYTES)
    assert opened.note is None
    assert opened.lines == (citation.highlight.start_line, citation.highlight.end_line)
    assert opened.text[slice(*opened.passage)] == citation.passage.text
    path = seeds / citation.source

    path.write_text("A new beginning.\n\n" + opened.text)
    opened = reopen(citation, seeds, max_bytes=MAX_BYTES)
    assert opened.text[slice(*opened.passage)] == citation.passage.text
    assert opened.lines[0] == citation.highlight.start_line + 2
    assert "the passage still stands in it" in (opened.note or "")

    path.write_text(citation.highlight.text + " And no more.")
    opened = reopen(citation, seeds, max_bytes=MAX_BYTES)
    assert opened.text[slice(*opened.mark)] == citation.highlight.text
    assert "the marked sentence still stands" in (opened.note or "")

    path.write_text("Another text.")
    opened = reopen(citation, seeds, max_bytes=MAX_BYTES)
    assert opened.text[slice(*opened.passage)] == opened.text[slice(*opened.mark)] == ""
    assert "no longer stands in it" in (opened.note or "")

    path.write_text("")
    with pytest.raises(ArticlesError, match=f"{citation.source} is empty"):
        reopen(citation, seeds, max_bytes=MAX_BYTES)
    path.unlink()
    with pytest.raises(ArticlesError, match="is no longer in the folder"):
        reopen(citation, seeds, max_bytes=MAX_BYTES)


def test_the_hash_of_a_file_as_it_is_now(seeds: Path) -> None:
    (seeds / "a.txt").write_bytes(b"A text.")
    assert file_now("a.txt", seeds) == FileNow("there", hashlib.sha256(b"A text.").hexdigest())
    assert file_now("gone.txt", seeds) == FileNow("gone")
    assert file_now("a.txt/gone.txt", seeds) == FileNow("gone")


def test_a_file_that_has_its_name_in_another_unicode_form_by_now_is_found(
    answers: list[Answer], tmp_path: Path
) -> None:
    """As after a copy from one system to another."""
    cited, now = (unicodedata.normalize(form, "näkymä/räme.txt") for form in ("NFC", "NFD"))
    citation = answers[0].citations[0]
    content = (SEEDS / citation.source).read_bytes()
    write(tmp_path, {now: content})
    moved = replace(citation, info=replace(citation.info, source=cited))
    opened = reopen(moved, tmp_path, max_bytes=MAX_BYTES)
    assert (opened.note, opened.source) == (None, now)
    assert file_now(cited, tmp_path).sha256 == citation.info.sha256


def test_a_quotation_whose_file_is_out_of_reach(
    answers: list[Answer], seeds: Path, powerless: None
) -> None:
    citation = answers[0].citations[0]
    write(seeds, {"shut/a.txt": "A text."})
    (seeds / "shut").chmod(0)
    try:
        shut = replace(citation, info=replace(citation.info, source="shut/a.txt"))
        with pytest.raises(ArticlesError, match=r"^shut/a\.txt cannot be read: permission denied$"):
            reopen(shut, seeds, max_bytes=MAX_BYTES)
        assert file_now("shut/a.txt", seeds) == FileNow("unreadable")
    finally:
        (seeds / "shut").chmod(0o755)
