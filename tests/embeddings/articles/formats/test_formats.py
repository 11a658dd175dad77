from __future__ import annotations

import pytest

from embeddings.articles.formats import FORMATS, extractor


@pytest.mark.parametrize("extension", FORMATS)
def test_each_format_has_a_module_that_extracts(extension: str) -> None:
    got = extractor(extension)("Text, und noch größer.".encode())
    assert (got.text, got.encoding) == ("Text, und noch größer.", "utf-8")
    (part,) = got.parts
    assert (part.start_char, part.end_char, part.kind) == (0, len(got.text), "paragraph")


def test_what_is_read() -> None:
    assert set(FORMATS) == {".txt", ".md"}
