from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from embeddings.articles import formats
from embeddings.articles.article import Extract
from embeddings.articles.formats import FORMATS, extractor
from embeddings.errors import Unreadable


@pytest.mark.parametrize("extension", FORMATS)
def test_each_format_has_a_module_that_extracts_or_says_why_not(extension: str) -> None:
    for data in (b"Text, und noch gr\xc3\xb6\xc3\x9fer.", b"\0\1\2" * 50, b""):
        try:
            got = extractor(extension)(data)
        except Unreadable:
            continue
        assert isinstance(got, Extract)


@pytest.mark.parametrize("extension", [".txt", ".md"])
def test_what_is_text_is_read_as_it_is(extension: str) -> None:
    got = extractor(extension)("Text, und noch größer.".encode())
    assert (got.text, got.encoding) == ("Text, und noch größer.", "utf-8")
    (part,) = got.parts
    assert (part.start_char, part.end_char, part.kind) == (0, len(got.text), "paragraph")


def test_every_module_is_that_of_an_extension() -> None:
    modules = {path.stem for path in Path(formats.__file__).parent.glob("*.py")} - {"__init__"}
    assert modules == set(FORMATS.values())
    assert all(import_module(f"{formats.__name__}.{name}").extract for name in modules)
