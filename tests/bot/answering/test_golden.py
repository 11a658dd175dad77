"""Every answer to our labelled questions is the one that was kept.

Where a change of an answer is meant: `python -m tests.eval.golden`, and explain the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.eval.golden.answers import SETS, answers, differences, is_here, stored


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_the_answers_are_those_that_were_kept(name: str, tmp_path: Path) -> None:
    if not is_here(name):
        pytest.skip("../shared is absent: the five real articles are not here")
    golden = stored(name)
    now = answers(name, tmp_path)
    assert golden.keys() == now.keys()
    changed = [*differences(golden, now)]
    assert not changed, "\n".join(
        [f"{len(changed)} differences; meant? python -m tests.eval.golden", *changed[:40]]
    )


def test_a_spoiled_answer_is_seen() -> None:
    golden = {"q": {"answered": True, "confidence": 0.5, "citations": [{"source": "a.txt"}]}}
    same = {"q": {"answered": True, "confidence": 0.509, "citations": [{"source": "a.txt"}]}}
    assert not [*differences(golden, same)]
    spoiled = {"q": {"answered": False, "confidence": 0.52, "citations": [{"source": "b.txt"}]}}
    assert [*differences(golden, spoiled)] == [
        "/q/answered: true → false",
        "/q/confidence: 0.5 → 0.52",
        '/q/citations/0/source: "a.txt" → "b.txt"',
    ]
    assert [*differences(golden, {"q": {**golden["q"], "citations": []}})] == [
        '/q/citations: [{"source": "a.txt"}] → []'
    ]
