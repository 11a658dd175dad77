"""`bot completion`: scripts that complete."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Bot


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_scripts(bot: Bot, shell: str) -> None:
    script = bot("completion", shell).stdout
    assert "rebuild" in script
    assert "--seeds" in script or "seeds" in script


def test_the_bash_completion_completes(bot: Bot, tmp_path: Path) -> None:
    (tmp_path / "bot.bash").write_text(bot("completion", "bash").stdout)
    asked = 'source bot.bash; COMP_WORDS=(bot re); COMP_CWORD=1; _shtab_bot; echo "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", asked], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == "rebuild"
