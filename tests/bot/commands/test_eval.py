"""`bot eval`, and what cannot be measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bot.evaluation.labelled import ROWS, written
from tests.conftest import SEEDS, Bot


@pytest.mark.slow
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


@pytest.mark.slow
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
