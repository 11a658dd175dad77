"""Labelled questions: what their file may say."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from bot.evaluation.questions import (
    LabelledQuestion,
    QuestionsError,
    as_indexed,
    check,
    is_evidence,
    load,
)
from tests.bot.evaluation.labelled import ROWS, written


def test_questions_are_what_was_labelled(tmp_path: Path) -> None:
    late, moderator, _ = load(written(tmp_path / "q.jsonl", ROWS))
    assert (late.kind, moderator.kind) == ("how late", "name")
    assert isinstance(late, LabelledQuestion)
    assert moderator.accepted is not None
    assert moderator.accepted.search("David Sacks")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "Line 1"),
        ("[]", "Line 1"),
        ('{"question": "?"}', "evidence' is missing"),
        (
            '{"id": 1, "question": "?", "answerable": false, "evidence": [], "answers": "a"}',
            "lists",
        ),
        ('{"id": 1, "question": " ", "answerable": false, "evidence": []}', "not be empty"),
        ('{"id": 1, "question": 3, "answerable": true, "evidence": []}', "must be text"),
        ('{"id": 1, "question": "?", "answerable": true, "evidence": []}', "evidence"),
        (
            '{"id": 1, "question": "?", "answerable": true,'
            ' "evidence": [{"source": "a", "pattern": "("}]}',
            "Line 1",
        ),
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "q.jsonl").write_text(line + "\n", "utf-8")
    with pytest.raises(QuestionsError, match=told):
        load(tmp_path / "q.jsonl")


def test_evidence_is_found_across_line_ends_and_only_in_its_source(tmp_path: Path) -> None:
    row = {**ROWS[0], "evidence": [
        {"source": "a.txt", "pattern": "40 metres", "sentence": "It is 40 metres long."}
    ]}  # fmt: skip
    (question,) = load(written(tmp_path / "q.jsonl", [row]))
    assert is_evidence(question, "a.txt", "The bridge: 40\nmetres.")
    assert not is_evidence(question, "b.txt", "The bridge: 40 metres.")
    assert not is_evidence(question, "a.txt", "The bridge: 40 metres.", strict=True)
    assert is_evidence(question, "a.txt", "A bridge. It is 40\nmetres long.", strict=True)


def test_questions_about_other_articles_are_refused(tmp_path: Path) -> None:
    row = {**ROWS[0], "evidence": [{"source": "a.txt", "pattern": "40 metres"}]}
    questions = load(written(tmp_path / "q.jsonl", [row]))
    check(questions, {"a.txt": "It is 40 metres long."}.get)
    with pytest.raises(QuestionsError, match=r"in a\.txt, which is not there"):
        check(questions, {"b.txt": "It is 40 metres long."}.get)
    with pytest.raises(QuestionsError, match=r"is nowhere in a\.txt: 40 metres"):
        check(questions, {"a.txt": "It is 40 Metres long."}.get)


def test_evidence_is_looked_for_under_the_name_that_its_file_has(tmp_path: Path) -> None:
    typed, on_disk = (unicodedata.normalize(form, "dvůr/žár.txt") for form in ("NFC", "NFD"))
    row = {**ROWS[0], "evidence": [{"source": typed, "pattern": "40 metres"}]}
    questions = load(written(tmp_path / "q.jsonl", [row]))
    assert not is_evidence(questions[0], on_disk, "It is 40 metres long.")
    (found,) = as_indexed(questions, [on_disk, "a.txt"])
    assert is_evidence(found, on_disk, "It is 40 metres long.")
    assert as_indexed(questions, [on_disk, typed]) == questions  # the exact one
    assert as_indexed(questions, ["a.txt"]) == questions
