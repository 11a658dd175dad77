"""`bot rebuild`, in JSON and in text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bot.commands.conftest import document
from tests.conftest import Bot, write


@pytest.mark.slow
def test_rebuild_in_json(bot: Bot, seeds: Path) -> None:
    write(seeds, {"empty.txt": ""})
    report = document(bot("rebuild", "--json"))
    assert list(report) == [
        *("schema_version", "seeds", "index", "model", "articles", "passages", "added"),
        *("changed", "removed", "failed", "unread", "encoded", "reused", "seconds"),
    ]
    assert report["articles"] == len(report["added"]) == 8
    assert report["failed"] == [{"source": "empty.txt", "reason": "is empty"}]
    assert report["unread"] == []
    again = document(bot("rebuild", "--json"))
    assert (again["encoded"], again["reused"]) == (0, report["passages"])


@pytest.mark.slow
def test_rebuild_in_text(bot: Bot, seeds: Path) -> None:
    write(seeds, {"empty.txt": ""})
    done = bot("rebuild")
    assert done.returncode == 0
    assert re.match(r"8 articles, \d+ passages \(\d+ encoded, 0 reused\) in \d", done.stdout)
    assert "Added 8: 2023-05-24-launch-starts-late.txt, " in done.stdout
    assert "Not read: empty.txt is empty" in done.stdout
