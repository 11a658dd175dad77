"""Labelled questions, asked: what came of each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.evaluation.measures import failures, figures
from bot.evaluation.questions import QuestionsError, load
from bot.evaluation.run import DEPTH, Ask, ask_all, check_baseline, evaluate
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.asking import asked
from tests.bot.evaluation.labelled import ROWS, written


@pytest.fixture
def ask(seeds_index: Path, encoder: LightEncoder) -> Iterator[Ask]:
    index = Index(seeds_index)
    yield lambda question, hidden: asked(question, index, encoder, DEPTH, hidden=hidden)
    index.close()


def test_a_mark_is_judged_only_where_the_labels_say_what_it_must_hold(
    tmp_path: Path, ask: Ask
) -> None:
    bare = {key: value for key, value in ROWS[0].items() if key != "answer_pattern"}
    (outcome,) = ask_all(load(written(tmp_path / "q.jsonl", [bare])), ask)
    assert (outcome.rank, outcome.marked) == (1, None)
    assert failures([outcome]) == []
    assert math.isnan(figures([outcome])["marked"].value)
    both = [*ask_all(load(written(tmp_path / "q.jsonl", [bare, {**ROWS[0], "id": "2"}])), ask)]
    assert figures(both)["marked"].value == 1


def test_hidden_evidence_is_never_found(tmp_path: Path, ask: Ask) -> None:
    questions = load(written(tmp_path / "q.jsonl", ROWS))
    outcomes = [*ask_all(questions, ask, hide_evidence=True)]
    assert [(one.id, one.hidden, one.answerable) for one in outcomes] == [
        ("late", False, True),
        ("late", True, False),
        ("moderator", False, True),
        ("moderator", True, False),
        ("codec", False, False),
    ]
    assert [one.rank == 1 for one in outcomes] == [True, False, True, False, False]
    assert outcomes[0].marked
    assert outcomes[1].rank is None
    assert outcomes[1].confidence < outcomes[0].confidence


def test_a_copy_that_the_labels_do_not_name_is_hidden_too(
    tmp_path: Path, model: Model, encoder: LightEncoder
) -> None:
    told = "The repairs of the bridge over the river will take eleven weeks, the mayor said on "
    told += "Monday, and the ferry will run every ten minutes until the bridge can open again."
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, before in (("a.txt", "Town news"), ("b.txt", "From the wire")):
        (folder / name).write_text(f"{before}\n\n{told}\n", "utf-8")
    rebuild(folder, tmp_path / "index", model, max_bytes=1 << 20)
    index = Index(tmp_path / "index")
    row = {
        "id": "bridge",
        "question": "How long will the repairs of the bridge take?",
        "answerable": True,
        "evidence": [{"source": "b.txt", "pattern": "eleven weeks"}],
    }
    shown, unseen = ask_all(
        load(written(tmp_path / "q.jsonl", [row])),
        lambda question, hidden: asked(question, index, encoder, DEPTH, hidden=hidden),
        hide_evidence=True,
    )
    index.close()
    assert shown.rank == 1
    assert (unseen.first, unseen.answered) == (None, False)


def test_progress_is_told_and_every_figure_comes(tmp_path: Path, ask: Ask) -> None:
    told: list[tuple[str, int, int]] = []
    questions = load(written(tmp_path / "q.jsonl", ROWS))
    done = evaluate(
        questions,
        ask,
        hide_evidence=True,
        progress=lambda stage, done, total: told.append((stage, done, total)),
    )
    assert told == [("asking", number, 5) for number in range(6)]
    assert len(done.outcomes) == 5
    assert done.figures["hit@1"].value == 1
    assert done.compared == {}
    again = evaluate(questions, ask, baseline=done.outcomes)
    assert again.shared == 3
    assert again.compared["hit@1"].before == again.compared["hit@1"].after == 1


def test_a_baseline_of_other_questions_is_refused(tmp_path: Path, ask: Ask) -> None:
    questions = load(written(tmp_path / "q.jsonl", ROWS))
    baseline = [*ask_all(questions[:1], ask)]
    check_baseline(baseline, questions)
    with pytest.raises(QuestionsError, match="of other questions"):
        check_baseline(baseline, questions[1:])
