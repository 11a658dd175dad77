"""A conversation as a file that can be checked later."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from bot.answering.citation import Answer
from bot.conversations.export import ExportError, as_json, as_markdown, default_name, export
from bot.conversations.history import Exchange
from bot.presenting.json import SCHEMA_VERSION
from bot.presenting.terminal import percent
from tests.bot.conftest import LATE, UNANSWERED
from tests.conftest import SEEDS


def test_the_json_has_every_quotation_with_its_source_line_and_hash(
    exchanges: list[Exchange],
) -> None:
    document = json.loads(as_json(exchanges, SEEDS))
    assert document["schema_version"] == SCHEMA_VERSION
    assert document["seeds"] == str(SEEDS)
    assert [one["question"] for one in document["exchanges"]] == [LATE, UNANSWERED]
    assert document["exchanges"][1]["note"] == "From the 3 of 8 articles."
    quoted = [
        citation for one in document["exchanges"] for citation in one["citations"] + one["nearest"]
    ]
    assert len(quoted) == 6
    for citation in quoted:
        content = (SEEDS / citation["source"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == citation["sha256"]
        text = content.decode(citation["encoding"])
        assert text[citation["start_char"] : citation["end_char"]] == citation["passage"]


def test_the_markdown_quotes_what_answers_and_names_the_rest(exchanges: list[Exchange]) -> None:
    text = as_markdown(exchanges, SEEDS)
    plain = re.sub(r"\\(.)", r"\1", text)
    assert f"## {LATE}\n\n2026-11-21 14:30 UTC\n" in text
    assert "**The articles do not answer this.**" in text
    assert len(exchanges[0].answer.citations) == 3
    for citation in exchanges[0].answer.citations:
        place = citation.highlight
        assert f"{place.source}, line {place.start_line}" in plain
        assert f"SHA-256 {citation.info.sha256}" in text
        assert f"**{citation.highlight.text}**" in plain
        assert f"*{citation.info.title}*" in plain
    for citation in exchanges[1].answer.nearest:
        place = citation.highlight
        assert f"{place.source}, line {place.start_line} ({percent(citation.score)})" in plain
        assert citation.highlight.text not in plain


def test_it_says_which_articles_are_not_as_they_were(answers: list[Answer], tmp_path: Path) -> None:
    exchanges = [Exchange("2026-11-21T14:30:05+00:00", answers[0])]
    first, second = answers[0].citations[:2]
    (tmp_path / first.source).write_text("Another text.")
    text = as_markdown(exchanges, tmp_path)
    assert f"SHA-256 {first.info.sha256} (the article has changed since)" in text
    assert f"SHA-256 {second.info.sha256} (the article is gone)" in text
    assert "the article" not in as_markdown(exchanges, SEEDS).split("##")[1]
    sources = json.loads(as_json(exchanges, tmp_path))["sources"]
    assert sources[first.source] == hashlib.sha256(b"Another text.").hexdigest()
    assert sources[second.source] is None


def test_an_article_that_cannot_be_read_is_not_gone(
    answers: list[Answer], seeds: Path, powerless: None
) -> None:
    exchanges = [Exchange("2026-11-21T14:30:05+00:00", answers[0])]
    first, second = answers[0].citations[:2]
    (seeds / first.source).chmod(0)
    (seeds / second.source).unlink()
    text = as_markdown(exchanges, seeds)
    assert f"SHA-256 {first.info.sha256} (the article cannot be read now)" in text
    assert f"SHA-256 {second.info.sha256} (the article is gone)" in text
    assert json.loads(as_json(exchanges, seeds))["sources"][first.source] is None
    seeds.chmod(0)  # and now nobody can say of any
    try:
        text = as_markdown(exchanges, seeds)
        assert "gone" not in text.split("##")[1]
        assert text.count("(the article cannot be read now)") == len(answers[0].likely)
    finally:
        seeds.chmod(0o755)


def test_an_export_overwrites_nothing_and_says_what_is_wrong(
    exchanges: list[Exchange], tmp_path: Path
) -> None:
    path = export(exchanges, SEEDS, tmp_path / "talk.md")
    assert path.read_text("utf-8").startswith("# Questions to the articles")
    with pytest.raises(ExportError, match="exists"):
        export(exchanges, SEEDS, path)
    with pytest.raises(ExportError, match="neither"):
        export(exchanges, SEEDS, tmp_path / "talk.pdf")
    with pytest.raises(ExportError, match="cannot be written"):
        export(exchanges, SEEDS, tmp_path / "no folder" / "talk.json")
    for name in ("~nobody-of-that-name/talk.md", "a\0b.md"):
        with pytest.raises(ExportError, match="cannot be written"):
            export(exchanges, SEEDS, Path(name))
    with pytest.raises(ExportError, match="nothing to export"):
        export([], SEEDS, tmp_path / "none.md")
    assert {one.name for one in tmp_path.iterdir()} == {"talk.md"}
    assert re.fullmatch(r"verbatim-2026-11-2\d-\d{4}\.md", default_name(exchanges))
