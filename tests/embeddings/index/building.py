"""Indexes that are built by tests, and what is in them."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from embeddings.encoding.encoder import Encoder
from embeddings.encoding.model import Model
from embeddings.index.changes import Changes, Look, confirm, look
from embeddings.index.rebuild import Report, Sizes, rebuild
from embeddings.index.search import Found, Index, query_of
from embeddings.index.store import Meta, Store
from tests.conftest import MAX_BYTES

QUESTIONS = ("How late did the launch start?", "Who called it a disaster?", "What is a codec?")


def build(seeds: Path, folder: Path, model: Model, sizes: Sizes = Sizes()) -> Report:  # noqa: B008
    return rebuild(seeds, folder, model, max_bytes=MAX_BYTES, sizes=sizes)


def look_at(seeds: Path, folder: Path, model: Model) -> Look:
    return look(seeds, folder, model, max_bytes=MAX_BYTES)


def changes_of(seeds: Path, folder: Path, model: Model) -> Changes:
    return confirm(seeds, folder, look_at(seeds, folder, model), max_bytes=MAX_BYTES)


def is_stale(seeds: Path, folder: Path, model: Model) -> bool:
    """Whether the index gives other answers than one built now."""
    looked = look_at(seeds, folder, model)
    changes = confirm(seeds, folder, looked, max_bytes=MAX_BYTES)
    return looked.meta is None or looked.remake is not None or bool(changes)


def search(folder: Path, encoder: Encoder, question: str, limit: int = 10) -> Found:
    return Index(folder).search(query_of(question, encoder), limit)


def sources(folder: Path, encoder: Encoder, question: str, limit: int = 10) -> list[str]:
    """The sources of the hits, best first."""
    return [hit.info.source for hit in search(folder, encoder, question, limit).hits]


def ranking(folder: Path, encoder: Encoder) -> list[tuple[str, int, float]]:
    return [
        (hit.info.source, hit.passage.start_char, round(hit.score, 4))
        for question in QUESTIONS
        for hit in search(folder, encoder, question, 100).hits
    ]


def settle(seeds: Path) -> None:
    """Date the files back: what was just written is read again, whatever it holds."""
    for path in seeds.iterdir():
        os.utime(path, (1e9, 1e9))


def meta_of(folder: Path) -> Meta:
    store = Store(folder)
    try:
        with store.snapshot():
            meta = store.meta()
    finally:
        store.close()
    assert meta is not None
    return meta


def count(folder: Path, table: str) -> int:
    store = Store(folder)
    try:
        with store.snapshot():
            return store.count(table)
    finally:
        store.close()


def rows(folder: Path, query: str) -> list[Any]:
    db = sqlite3.connect(folder / "index.db")
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


def content(folder: Path) -> dict[str, list[Any]]:
    """All that an index holds, but for ids, times and the like."""
    return {
        "articles": rows(
            folder,
            "SELECT source, sha256, title, published, encoding, outlet, author, address, language"
            " FROM articles ORDER BY source",
        ),
        "passages": rows(
            folder,
            "SELECT source, start_char, end_char, start_line, end_line, text, bounds, label,"
            " kind, header, encoded FROM passages p JOIN articles a ON a.id = p.article"
            " ORDER BY source, start_char",
        ),
        "vectors": rows(folder, "SELECT encoded FROM vectors ORDER BY encoded"),
    }
