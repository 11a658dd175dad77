"""The document of a run, and the outcomes that come back from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.evaluation.json import outcomes_of, run_json
from bot.evaluation.measures import compare, figures, latency, pairs
from bot.evaluation.questions import QuestionsError
from bot.evaluation.run import Run
from tests.bot.evaluation.test_measures import SOME


def test_outcomes_come_back_and_what_is_no_figure_is_null(tmp_path: Path) -> None:
    only = SOME[:1]
    run = Run(
        tuple(only), figures(only), {}, latency(only), compare(SOME, only), len(pairs(SOME, only))
    )
    document = run_json(run)
    assert document["hit@1"] == 1
    assert document["refusal"] == {"precision": None, "recall": None, "f1": None, "auc": None}
    assert document["intervals"]["refusal.f1"] == [None, None]
    assert document["compared"]["hit@1"] == {"before": 1, "after": 1, "p_value": 1}
    assert (document["questions"], document["answerable"], document["shared"]) == (1, 1, 1)
    path = tmp_path / "run.json"
    path.write_text(json.dumps(document, allow_nan=False), "utf-8")
    assert outcomes_of(path) == only


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"outcomes": 5}',
        '{"outcomes": [{"id": "a"}]}',
        '{"outcomes": ' + "[" * 100_000,
    ],
)
def test_what_is_no_run_is_told_of(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content, "utf-8")
    with pytest.raises(QuestionsError, match="is no run to compare with"):
        outcomes_of(tmp_path / "run.json")
