"""The faults of the trials, replayed by command (tests/eval/faults.py)."""

from __future__ import annotations

import pytest

from tests.conftest import needs_shared
from tests.eval.faults import main


@needs_shared
@pytest.mark.slow
def test_every_fault_that_was_met_comes_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().out
