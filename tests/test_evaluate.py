from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from bot.answering.answer import Answer, answer
from bot.evaluation import run
from bot.evaluation.questions import Question, QuestionsError, load
from bot.evaluation.run import Outcome, ask_all, figures
from embeddings.encoding.encoder import LightEncoder
from embeddings.encoding.model import Model
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.conftest import SEEDS, Bot

LATE = "minutes late|half an hour late"
ROWS: list[dict[str, object]] = [
    {
        "id": "late",
        "question": "How late did the launch start?",
        "answerable": True,
        "evidence": [{"source": path.name, "pattern": LATE} for path in sorted(SEEDS.iterdir())
                     if re.search(LATE, path.read_text("utf-8"))],
        "answer_pattern": "20 minutes|half an hour",
        "kind": "how late",
    },
    {
        "id": "moderator",
        "question": "Who moderated the conversation?",
        "answerable": True,
        "evidence": [{"source": path.name, "pattern": "Sacks"} for path in sorted(SEEDS.iterdir())],
        "answers": ["Sacks"],
    },
    {"id": "codec", "question": "Which sourdough recipe is best?", "answerable": False,
     "evidence": []},
]  # fmt: skip


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    return path


def outcome(
    name: str, *, answerable: bool = True, rank: int | None = 1, confidence: float = 0.9
) -> Outcome:
    return Outcome(
        *(name, name, "other", answerable, False, rank, rank == 1, confidence >= 0.4),
        *(confidence, 10.0, None),
    )


SOME = [
    outcome("a", rank=1, confidence=0.9),
    outcome("b", rank=3, confidence=0.6),
    outcome("c", rank=None, confidence=0.2),
    outcome("d", answerable=False, rank=None, confidence=0.5),
    outcome("e", answerable=False, rank=None, confidence=0.1),
]


def test_figures_by_hand() -> None:
    found = {name: estimate.value for name, estimate in figures(SOME).items()}
    assert found["hit@1"] == pytest.approx(1 / 3)
    assert found["hit@3"] == found["hit@5"] == pytest.approx(2 / 3)
    assert found["mrr"] == pytest.approx((1 + 1 / 3) / 3)
    assert found["marked"] == pytest.approx(1 / 3)
    assert found["answered"] == pytest.approx(2 / 3)
    # refused: c and e; not answerable: d and e
    assert found["refusal.precision"] == found["refusal.recall"] == pytest.approx(0.5)
    assert found["refusal.f1"] == pytest.approx(0.5)
    # of the six pairs, b-d, a-d, a-e, b-e and c-e are in order
    assert found["refusal.auc"] == pytest.approx(5 / 6)
    # the surest first: a b d c e, wrong from the second on
    assert found["risk_coverage_area"] == pytest.approx((0 + 1 / 2 + 2 / 3 + 3 / 4 + 4 / 5) / 5)
    gaps = [0.1, 0.6, 0.5, 0.2, 0.1]
    assert found["calibration_error"] == pytest.approx(sum(gaps) / 5)


def test_an_interval_holds_its_figure_and_narrows_with_more_questions() -> None:
    few = figures(SOME * 1)["mrr"]
    many = figures([one for n in range(40) for one in renamed(SOME, str(n))])["mrr"]
    assert few.low <= few.value <= few.high
    assert many.value == pytest.approx(few.value)
    assert many.high - many.low < few.high - few.low


def test_the_interval_of_a_calibration_error_holds_it() -> None:
    """Its samples are mostly above it: plain percentiles leave it out."""
    chance = np.random.default_rng(5)
    confidences = chance.random(150)
    right = chance.random(150) < confidences
    found = figures(
        [
            outcome(str(n), rank=1 if is_right else 2, confidence=float(confidence))
            for n, (confidence, is_right) in enumerate(zip(confidences, right, strict=True))
        ]
    )["calibration_error"]
    assert found.low < found.value < found.high


def renamed(outcomes: list[Outcome], suffix: str) -> list[Outcome]:
    return [
        outcome(one.id + suffix, answerable=one.answerable, rank=one.rank,
                confidence=one.confidence)
        for one in outcomes
    ]  # fmt: skip


def test_the_area_is_that_of_scikit_learn_with_ties() -> None:
    chance = np.random.default_rng(3)
    answerable = chance.random(500) < 0.6
    confidence = np.round(chance.random(500) * 0.5 + answerable * 0.2, 1).astype(np.float64)
    expected = roc_auc_score(answerable, confidence)
    assert run.area(answerable, confidence) == pytest.approx(expected)


def test_ties_do_not_depend_on_the_order_of_the_file() -> None:
    tied = [outcome(str(n), rank=1 if n < 5 else 2) for n in range(10)]
    there, back = (figures(own)["risk_coverage_area"].value for own in (tied, tied[::-1]))
    assert there == pytest.approx(0.5)
    assert back == pytest.approx(0.5)


def test_what_no_question_tells_is_no_figure() -> None:
    only = figures(SOME[:1])
    assert math.isnan(only["refusal.f1"].value)
    assert math.isnan(only["refusal.auc"].value)
    none = figures(SOME[3:])
    assert math.isnan(none["hit@1"].value)


def test_a_mark_is_judged_only_where_the_labels_say_what_it_must_hold(
    tmp_path: Path, ask: Callable[..., Answer]
) -> None:
    bare = {key: value for key, value in ROWS[0].items() if key != "answer_pattern"}
    (outcome,) = ask_all(load(written(tmp_path / "q.jsonl", [bare])), ask)
    assert (outcome.rank, outcome.marked) == (1, None)
    assert run.failures([outcome]) == []
    assert math.isnan(figures([outcome])["marked"].value)
    both = [*ask_all(load(written(tmp_path / "q.jsonl", [bare, {**ROWS[0], "id": "2"}])), ask)]
    assert figures(both)["marked"].value == 1


def test_two_runs_are_compared_question_by_question() -> None:
    before = [outcome(str(n), rank=2) for n in range(30)] + [outcome("only before")]
    after = [outcome(str(n), rank=1) for n in range(30)]
    compared = run.compare(before, after)
    assert (compared["hit@1"].before, compared["hit@1"].after) == (0, 1)
    assert compared["hit@1"].p_value < 0.001
    assert compared["hit@3"].p_value == 1
    assert run.compare([outcome("another")], after) == {}


@pytest.fixture
def ask(seeds_index: Path, encoder: LightEncoder) -> Callable[..., Answer]:
    index = Index(seeds_index, encoder)
    return lambda question, hidden: answer(question, index, run.DEPTH, hidden=hidden)


def test_hidden_evidence_is_never_found(tmp_path: Path, ask: Callable[..., Answer]) -> None:
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
    index = Index(tmp_path / "index", encoder)
    row = {
        "id": "bridge",
        "question": "How long will the repairs of the bridge take?",
        "answerable": True,
        "evidence": [{"source": "b.txt", "pattern": "eleven weeks"}],
    }
    shown, unseen = ask_all(
        load(written(tmp_path / "q.jsonl", [row])),
        lambda question, hidden: answer(question, index, run.DEPTH, hidden=hidden),
        hide_evidence=True,
    )
    index.close()
    assert shown.rank == 1
    assert (unseen.first, unseen.answered) == (None, False)


def test_failures_say_what_went_wrong() -> None:
    told = dict(run.failures(SOME))
    assert {what: one.id for what, one in told.items()} == {
        "evidence is passage 3, answered": "b",
        "evidence was not found, refused": "c",
        "answered, and should not be": "d",
    }


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


def test_the_command(bot: Bot, tmp_path: Path, seeds_index: Path) -> None:
    questions = written(tmp_path / "q.jsonl", ROWS)
    places = ("--seeds", SEEDS, "--index", seeds_index)
    done = bot("eval", questions, *places, "--json", "--hide-evidence")
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    assert (run["questions"], run["answerable"]) == (5, 2)
    assert run["hit@1"] == run["hit@3"] == run["hit@5"] == run["mrr"] == run["marked"] == 1
    assert set(run["refusal"]) == {"precision", "recall", "f1", "auc"}
    assert run["intervals"]["hit@1"] == [1, 1]
    assert set(run["latency_ms"]) == {"p50", "p99"}
    assert run["kinds"]["how late"]["questions"] == 2
    assert [one["id"] for one in run["outcomes"]] == [
        *("late", "late", "moderator", "moderator", "codec"),
    ]
    (tmp_path / "old.json").write_text(done.stdout, "utf-8")
    done = bot("eval", questions, *places, "--failures", "--baseline", tmp_path / "old.json")
    assert done.returncode == 0, done.stderr
    assert "hit@1" in done.stdout
    assert "p = 1.0000" in done.stdout


def test_what_cannot_be_measured_is_an_error_never_zeros(
    bot: Bot, tmp_path: Path, seeds_index: Path
) -> None:
    places = ("--seeds", SEEDS, "--index", seeds_index)
    questions = written(tmp_path / "q.jsonl", ROWS)
    elsewhere = [{**ROWS[0], "evidence": [{"source": "gone.txt", "pattern": "x"}]}]
    source = ROWS[0]["evidence"][0]["source"]  # type: ignore[index]
    slip = [{**ROWS[0], "evidence": [{"source": source, "pattern": "ZZZ"}]}]
    (tmp_path / "empty.jsonl").write_text("\n", "utf-8")
    (tmp_path / "none").mkdir()
    for arguments, told in (
        ((tmp_path / "missing.jsonl", *places), "cannot be read"),
        ((tmp_path / "empty.jsonl", *places), "has no questions"),
        ((written(tmp_path / "other.jsonl", elsewhere), *places), "gone.txt, which is not there"),
        ((written(tmp_path / "slip.jsonl", slip), *places), "is nowhere in"),
        ((written(tmp_path / "twice.jsonl", [ROWS[2], ROWS[2]]), *places), "more than once"),
        ((questions, *places, "--baseline", tmp_path / "missing.json"), "no run to compare with"),
        ((questions, *places, "--baseline", questions), "no run to compare with"),
        ((questions, "--seeds", tmp_path / "missing"), "missing"),
        ((questions, "--seeds", tmp_path / "none", "--index", tmp_path / "ix"), "not there"),
    ):
        done = bot("eval", *arguments, "--json")
        assert done.returncode == 3, (arguments, done.stderr)
        assert told in json.loads(done.stdout)["error"]["message"]
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("value", ["2", "-0.1", "nan", "high"])
def test_a_confidence_that_is_none_is_wrong_usage(bot: Bot, value: str) -> None:
    done = bot("ask", "--seeds", SEEDS, f"--min-confidence={value}", "Who?")
    assert done.returncode == 2
    assert "must be a number from 0 to 1" in done.stderr


def test_the_threshold_can_be_moved(bot: Bot, seeds_index: Path) -> None:
    places = ("--seeds", SEEDS, "--index", seeds_index)
    question = "How late did the launch start?"
    strict = bot("ask", *places, "--json", "--min-confidence", "1", question)
    assert strict.returncode == 1
    told = json.loads(strict.stdout)
    assert (told["answered"], told["min_confidence"], told["citations"]) == (False, 1.0, [])
    lax = bot(
        "ask", *places, "--json", "Which sourdough?", env={**os.environ, "BOT_MIN_CONFIDENCE": "0"}
    )
    assert lax.returncode == 0
    assert json.loads(lax.stdout)["citations"]


def test_questions_are_what_was_labelled(tmp_path: Path) -> None:
    late, moderator, _ = load(written(tmp_path / "q.jsonl", ROWS))
    assert (late.kind, moderator.kind) == ("how late", "name")
    assert isinstance(late, Question)
    assert moderator.answer is not None
    assert moderator.answer.search("David Sacks")
