"""`bot eval`, and what cannot be measured."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bot.evaluation.json import GuaranteeJson
from bot.guarantee import FILE, Guarantee, kept
from embeddings.encoding.model import find_model
from tests.bot.evaluation.labelled import ROWS, written
from tests.conftest import PROJECT, SEEDS, Bot
from tests.test_layers import loaded_by, run_main

QUESTIONS = PROJECT / "tests" / "eval" / "questions"


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


@pytest.fixture
def own_index(tmp_path: Path, seeds_index: Path) -> Path:
    """An index of the project's articles that a test may change."""
    return Path(shutil.copytree(seeds_index, tmp_path / "own-index"))


@pytest.mark.slow
def test_a_guarantee_is_found_kept_and_replaced(bot: Bot, tmp_path: Path, own_index: Path) -> None:
    places = ("--seeds", SEEDS, "--index", own_index, "--no-reader")
    run = json.loads(bot("eval", QUESTIONS / "seeds.jsonl", *places, "--json").stdout)
    assert run["guarantee"] is None
    right = {each["id"] for each in run["outcomes"] if each["rank"] == 1 and each["marked"]}
    lines = (QUESTIONS / "seeds.jsonl").read_text("utf-8").splitlines(keepends=True)
    lines = [line for line in lines if json.loads(line)["id"] in right]
    labels = tmp_path / "right.jsonl"
    labels.write_text("".join(lines), "utf-8")

    done = bot("eval", labels, *places, "--risk", "0.2", "--json")
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    guarantee = run["guarantee"]
    assert not (own_index / FILE).exists()
    assert set(guarantee) == {*GuaranteeJson.__annotations__}
    assert msgspec.convert(guarantee, GuaranteeJson)
    assert (guarantee["risk"], guarantee["level"], guarantee["written"]) == (0.2, 0.95, False)
    sure = [each for each in run["outcomes"] if each["confidence"] >= guarantee["threshold"]]
    assert (guarantee["answered"], guarantee["wrong"]) == (len(sure), 0)
    assert guarantee["bound"] <= 0.2
    assert "exchangeable" in guarantee["holds_for"]

    done = bot("eval", labels, *places, "--risk", "0.2", "--write")
    assert done.returncode == 0, done.stderr
    assert "at most 20 % of the answers are wrong, with 95 % confidence" in done.stdout
    assert "exchangeable" in done.stdout
    assert "None of them is unanswerable" in done.stdout
    assert "Kept with the index." in done.stdout
    model = find_model().fingerprint
    first = json.loads((own_index / FILE).read_bytes())
    assert first["labels"] == hashlib.sha256(labels.read_bytes()).hexdigest()
    stored = kept(own_index, seeds=SEEDS, model=model, reader=first["reader"])
    assert isinstance(stored, Guarantee)
    assert stored.threshold == guarantee["threshold"]

    fewer = tmp_path / "fewer.jsonl"
    fewer.write_text("".join(lines[1:]), "utf-8")
    done = bot("eval", fewer, *places, "--risk", "0.2", "--write")
    assert done.returncode == 0, done.stderr
    second = json.loads((own_index / FILE).read_bytes())
    assert second["questions"] == first["questions"] - 1 == len(lines) - 1
    assert second["labels"] != first["labels"]


@pytest.mark.slow
def test_where_the_questions_are_not_enough_nothing_is_written(
    bot: Bot, tmp_path: Path, own_index: Path
) -> None:
    questions = written(tmp_path / "q.jsonl", ROWS)
    arguments = (questions, "--seeds", SEEDS, "--index", own_index, "--risk", "0.1", "--write")
    done = bot("eval", *arguments, "--json")
    assert done.returncode == 3
    run = json.loads(done.stdout)
    assert run["error"]["kind"] == "guarantee"
    assert "more answers, all right" in run["error"]["message"]
    assert (run["questions"], run["guarantee"]["threshold"]) == (3, None)
    assert run["guarantee"]["more"] == 29 - run["guarantee"]["answered"]
    done = bot("eval", *arguments)
    assert done.returncode == 3
    assert "hit@1" in done.stdout
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("bot: ")]
    assert "No threshold keeps the risk of 10 %" in line
    assert not (own_index / FILE).exists()


def test_options_that_do_not_go_together_are_wrong_usage(bot: Bot, tmp_path: Path) -> None:
    questions = written(tmp_path / "q.jsonl", ROWS)
    for arguments, told in (
        (("--write",), "--write keeps a guarantee"),
        (("--risk", "0.1", "--hide-evidence"), "--risk does not go with --hide-evidence"),
        (("--risk", "0"), "must be a number from 0.001 to 0.5"),
        (("--risk", "nan"), "must be a number from 0.001 to 0.5"),
        (("--risk", "a"), "must be a number from 0.001 to 0.5"),
    ):
        done = bot("eval", questions, "--seeds", SEEDS, *arguments)
        assert done.returncode == 2, done.stderr
        assert told in done.stderr
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""


@pytest.mark.slow
def test_a_report_is_one_page_beside_the_figures(
    bot: Bot, tmp_path: Path, seeds_index: Path
) -> None:
    questions = written(tmp_path / "q.jsonl", ROWS)
    places = ("--seeds", SEEDS, "--index", seeds_index)
    done = bot("eval", questions, *places, "--hide-evidence", "--report", "own.html")
    assert done.returncode == 0, done.stderr
    assert "hit@1" in done.stdout
    assert "The report is in own.html" in done.stderr
    page = (tmp_path / "own.html").read_text("utf-8")
    assert page.count("<svg") == 3
    assert {path.name for path in tmp_path.iterdir()} == {"q.jsonl", "own.html"}
    # found out only when it is written: the figures are told all the same
    done = bot("eval", questions, *places, "--json", "--report", "x" * 246 + ".html")
    assert done.returncode == 3
    run = json.loads(done.stdout)
    assert (run["error"]["kind"], run["questions"]) == ("report", 3)
    assert "The report is in" not in done.stderr
    # as good as no room, no permission, no folder
    for place in ("missing/own.html", ".", "/dev/full"):
        done = bot("eval", questions, *places, "--report", place)
        assert (done.returncode, done.stdout) == (3, "")
        assert re.fullmatch(r"bot: The report \S+ cannot be written: .*\n", done.stderr)


@pytest.mark.slow
def test_only_a_report_loads_what_draws_it(tmp_path: Path, seeds_index: Path) -> None:
    questions = written(tmp_path / "q.jsonl", ROWS)
    evaluation = ("eval", questions, "--seeds", SEEDS, "--index", seeds_index)
    assert "matplotlib" not in loaded_by(run_main(*evaluation))
    without = "import sys\nsys.modules['matplotlib'] = None\n" + run_main(
        *evaluation, "--report", tmp_path / "a.html"
    )
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True)
    assert "pip install 'verbatim-bot[report]'" in done.stderr.splitlines()[0]
    assert done.stderr.splitlines()[-1] == "AssertionError: 3"
    assert not (tmp_path / "a.html").exists()
