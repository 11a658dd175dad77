"""The formats that are read: one module each, imported when the first such file is met.

A format's module has one function, `extract`: a file's bytes → `Extract`. To add a format, write
that module and name its extensions here.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.articles.article import Extract

FORMATS = {".txt": "text", ".md": "markdown"}
"""Extension, in lower case → the module that reads it."""


def extractor(extension: str) -> Callable[[bytes], Extract]:
    """The function that reads files of an extension, which must be one of `FORMATS`."""
    module = import_module(f"{__name__}.{FORMATS[extension]}")
    extract: Callable[[bytes], Extract] = module.extract
    return extract
