"""Imports point one way only, and a question waits for nothing it does not need."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT, SEEDS

HEAVY = {"torch", "transformers", "sentence_transformers"}
ORDER = (
    *(
        "errors",
        "links",
        "articles",
        "passages",
        "model",
        "bert",
        "bulk",
        "encoder",
        "database",
        "store",
    ),
    *("lock", "vectors", "words", "generations", "changes", "index", "rebuild"),
)
"""The modules of `embeddings`, lowest first."""


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def loaded_by(code: str) -> set[str]:
    """The top-level packages that are loaded in a process after the code ran."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('MODULES', *sys.modules)"],
        capture_output=True,
        text=True,
    )
    assert "MODULES" in done.stdout, done.stderr
    return {name.split(".")[0] for name in done.stdout.split("MODULES", 1)[1].split()}


def run_main(*arguments: object) -> str:
    words = [str(one) for one in arguments]
    return (
        "from bot.cli import main\n"
        f"try: code = main({words!r})\n"
        "except SystemExit as exit: code = exit.code\n"
        "assert code == 0, code"
    )


def test_embeddings_never_imports_bot() -> None:
    for path in (PROJECT / "embeddings").glob("*.py"):
        assert not {name for name in imported(path) if name.split(".")[0] == "bot"}, path
    modules = "\n".join(f"import embeddings.{name}" for name in ORDER)
    assert "bot" not in loaded_by(modules)


@pytest.mark.parametrize("name", ORDER)
def test_lower_modules_never_import_higher_ones(name: str) -> None:
    assert {path.stem for path in (PROJECT / "embeddings").glob("*.py")} == {"__init__", *ORDER}
    higher = {f"embeddings.{other}" for other in ORDER[ORDER.index(name) + 1 :]}
    tree = ast.parse((PROJECT / "embeddings" / f"{name}.py").read_text("utf-8"))
    at_run_time = ast.Module(
        [node for node in tree.body if not isinstance(node, ast.If)], type_ignores=[]
    )
    found = set()
    for node in ast.walk(at_run_time):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    assert not found & higher


def test_help_and_status_load_nothing_heavy(seeds_index: Path) -> None:
    light = {*HEAVY, "faiss", "numpy", "tantivy", "textual", "rich"}
    assert not light & loaded_by(run_main("--help"))
    status = run_main("status", "--seeds", SEEDS, "--index", seeds_index)
    assert not light & loaded_by(status)


def test_a_question_on_a_built_index_loads_no_torch(seeds_index: Path) -> None:
    question = ("How", "late", "did", "the", "launch", "start?")
    loaded = loaded_by(run_main("ask", "--seeds", SEEDS, "--index", seeds_index, *question))
    assert not {*HEAVY, "textual", "rich", "sentencex", "chardet", "yaml", "concurrent"} & loaded
    assert {"faiss", "tantivy", "numpy"} <= loaded


def test_the_chat_is_painted_before_anything_heavy_is_loaded() -> None:
    later = {*HEAVY, "numpy", "faiss", "tantivy", "tokenizers", "watchfiles", "chardet", "yaml"}
    loaded = loaded_by("import bot.chat")
    assert "textual" in loaded
    assert not later & loaded
