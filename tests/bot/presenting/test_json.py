"""Every document is of its schema, and an answer comes back from its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from bot.answering.citation import Answer, Unread
from bot.answering.refusal import Reason
from bot.presenting.json import (
    SCHEMA_VERSION,
    AnswerJson,
    ErrorJson,
    ReportJson,
    StatusJson,
    answer_json,
    answer_of,
    dump,
)
from bot.presenting.text import reason_words
from tests.bot.conftest import LATE, UNANSWERED
from tests.conftest import SEEDS, Bot, write


def of_schema(done: subprocess.CompletedProcess[str], schema: Any) -> dict[str, Any]:
    """The command's document, which must have the schema's fields and no others."""
    document: dict[str, Any] = json.loads(done.stdout)
    assert document.pop("schema_version") == SCHEMA_VERSION
    converted = msgspec.convert(document, schema, strict=True)
    # what a schema does not know is dropped in the conversion
    assert msgspec.to_builtins(converted) == document
    return document


@pytest.mark.parametrize(
    "question", [LATE, UNANSWERED, "How did Florida's governor enter the 2024 race for president?"]
)
def test_an_answer_is_of_its_schema(bot: Bot, seeds_index: Path, question: str) -> None:
    done = bot("ask", "--json", "--seeds", SEEDS, "--index", seeds_index, question)
    document = of_schema(done, AnswerJson)
    assert document.keys() == AnswerJson.__annotations__.keys()


def test_a_report_and_a_status_are_of_their_schemas(bot: Bot, tmp_path: Path) -> None:
    write(
        tmp_path / "seeds", {"a.txt": "A text.", "b.txt": "Another.", "empty.txt": "", "c.pdf": ""}
    )
    never = of_schema(bot("status", "--json"), StatusJson)
    report = of_schema(bot("rebuild", "--json"), ReportJson)
    write(tmp_path / "seeds", {"a.txt": "A changed text.", "d.txt": "A new one."})
    (tmp_path / "seeds" / "b.txt").unlink()
    stale = of_schema(bot("status", "--json"), StatusJson)
    assert report["failed"] == never["failed"] == stale["failed"]
    assert (stale["added"], stale["changed"], stale["removed"]) == (["d.txt"], ["a.txt"], ["b.txt"])
    assert report.keys() == ReportJson.__annotations__.keys()
    assert stale.keys() == never.keys() == StatusJson.__annotations__.keys()


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["status", "--seeds", "nowhere"], "articles"),
        (["ask", "--min-confidence", "2", "x"], "usage"),
        (["ask", "--model", "./nowhere", "x"], "model"),
        (["eval", "nowhere.jsonl"], "questions"),
    ],
)
def test_an_error_is_of_its_schema(bot: Bot, seeds: Path, arguments: list[str], kind: str) -> None:
    document = of_schema(bot(*arguments, "--json"), dict[str, ErrorJson])
    assert document.keys() == {"error"}
    assert document["error"]["kind"] == kind
    assert document["error"]["remedy"]


def test_an_answer_comes_back_from_its_document(answers: list[Answer]) -> None:
    unread = (Unread("shut/", "cannot be listed: permission denied", "out of reach", kept=True),)
    for one in (*answers, replace(answers[0], unread=unread)):
        document = answer_json(one)
        assert answer_json(answer_of(json.loads(json.dumps(document)))) == document


def test_all_of_an_answer_comes_back_but_the_facts_of_its_reason(answers: list[Answer]) -> None:
    for answer in answers:
        back = answer_of(json.loads(json.dumps(answer_json(answer))))
        assert back.shown[0].passage == answer.shown[0].passage
        assert back.shown[0].info == answer.shown[0].info
        assert back.agreement == answer.agreement
        if answer.reason is None:
            assert back.reason is None
        else:
            words = reason_words(answer.reason, answer.min_confidence)
            assert back.reason == Reason("kept", words=words)


def test_what_could_steer_a_terminal_is_escaped(answers: list[Answer]) -> None:
    hostile = "a\x1b[31m\x7f\x9b\u2028\u202e\ud800é"
    document = replace(answers[0], question=hostile)
    text = dump(answer_json(document))
    text.encode()
    assert not {*"\x1b\x7f\x9b\u2028\u202e\ud800"} & {*text}
    assert "é" in text
    assert json.loads(text)["question"] == hostile
