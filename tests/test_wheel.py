"""What is installed is whole: an editable install hides a data file that was not packed."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import PROJECT, SEEDS


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from what git knows of it."""
    source = tmp_path_factory.mktemp("source")
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, files):
        if (PROJECT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((PROJECT / name).read_bytes())
    built = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    subprocess.run([*pip, str(built), str(source)], check=True)
    (path,) = built.iterdir()
    return path


@pytest.mark.slow
def test_it_holds_what_the_packages_hold_and_nothing_else(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    ours = {
        path.relative_to(PROJECT).as_posix()
        for package in ("bot", "embeddings")
        for path in (PROJECT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".md"
    }
    assert packed == ours


@pytest.mark.slow
def test_a_question_is_answered_from_it(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*pip, str(installed), str(wheel)], check=True)
    environment = {**os.environ, "PYTHONPATH": str(installed)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )

    assert str(installed) in run("-c", "import bot; print(bot.__file__)").stdout
    asked = run("-m", "bot", "ask", "--seeds", str(SEEDS), "How late did the launch start?")
    assert ">>more than 20 minutes<<" in asked.stdout
    style = "from bot.chat.app import ChatApp as C; import inspect, pathlib as p;"
    run("-c", f"{style} assert (p.Path(inspect.getfile(C)).parent / C.CSS_PATH).is_file()")
