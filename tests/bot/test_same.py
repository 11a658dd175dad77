"""The chat and the command give the same answer to the same question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.commands.main import main
from bot.evaluation.questions import load
from bot.presenting.json import answer_json, dump
from embeddings.encoding.model import Model
from embeddings.index.rebuild import rebuild
from tests.conftest import MAX_BYTES, SHARED, Bot, needs_shared
from tests.eval.labelled import SETS
from tests.pilot import ask, journey, opened

pytestmark = [needs_shared, pytest.mark.slow]


def asked(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, object]:
    capsys.readouterr()
    assert main([str(one) for one in arguments]) in (0, 1)
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize("name", ["seeds", "natural"])
@journey
async def test_over_all_open_questions(
    name: str, tmp_path: Path, model: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    articles, questions = (SHARED / part for part in SETS[name])
    index = tmp_path / "index"
    rebuild(articles, index, model, max_bytes=MAX_BYTES)
    texts = [question.text for question in load(questions)]
    assert len(texts) == {"seeds": 22, "natural": 238}[name]
    given = ("ask", "--json", "--seeds", articles, "--index", index, "--")
    one_shots = [asked(capsys, *given, text) for text in texts]
    async with opened(articles, index) as (app, pilot):
        for text, one_shot in zip(texts, one_shots, strict=True):
            await app.run_action("new")  # one asked before must not matter
            card = await ask(pilot, text)
            assert card.exchange is not None, text
            assert json.loads(dump(answer_json(card.exchange.answer))) == one_shot


def test_a_follow_up_too(bot: Bot, tmp_path: Path) -> None:
    given = ("ask", "--json", "--seeds", SHARED / "articles", "--index", tmp_path / "index")
    first, second = "Who was the moderator?", "How many followers does he have?"
    followed = json.loads(bot(*given, "--after", first, second).stdout)
    assert followed["question"] == second
    assert "Sacks" in followed["searched_as"]
    assert "665,000" in followed["citations"][0]["highlight"]["text"]
    alone = json.loads(bot(*given, followed["searched_as"]).stdout)
    assert alone["searched_as"] is None
    assert alone["citations"] == followed["citations"]
    piped = bot("chat", *given[2:], input=f"{first}\n{second}\n")
    assert f"searched as: {followed['searched_as']}" in piped.stdout
