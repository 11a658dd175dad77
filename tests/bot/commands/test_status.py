"""`bot status`: what is out of date."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.commands.conftest import document
from tests.conftest import Bot, write


@pytest.mark.slow
def test_status_tells_what_is_out_of_date(bot: Bot, seeds: Path) -> None:
    never = document(bot("status", "--json"))
    assert (never["built_at"], never["stale"], never["articles"]) == (None, True, 0)
    assert len(never["added"]) == 8
    assert "never" in bot("status").stdout
    bot("rebuild")
    fresh = bot("status").stdout
    assert "up to date" in fresh
    assert str(seeds) in fresh
    names = sorted(path.name for path in seeds.iterdir())
    (seeds / names[0]).unlink()
    write(seeds, {names[1]: "Changed.", "new.txt": "New.", "bad.txt": b"\0", "a.pdf": b"%PDF"})
    status = document(bot("status", "--json"))
    assert status["stale"]
    assert (status["added"], status["changed"], status["removed"]) == (
        *(["new.txt"], [names[1]], [names[0]]),
    )
    bad = {"source": "bad.txt", "reason": "is binary, not text"}
    assert (status["failed"], status["unread"]) == (
        [bad],
        [{**bad, "loss": "no article", "kept": False}],
    )
    assert status["other_formats"] == {".pdf": 1}
    text = bot("status").stdout
    assert "out of date" in text
    assert "Not read: bad.txt is binary, not text" in text
    assert ".pdf 1" in text
