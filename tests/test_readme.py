"""What the READMEs say is so."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bot.commands.grammar import parse, parser
from bot.presenting.json import AnswerJson
from bot.settings import KEYS
from tests.conftest import PROJECT, SEEDS, Bot

READMES = {
    path.relative_to(PROJECT).as_posix(): path.read_text("utf-8")
    for path in sorted(PROJECT.glob("**/README.md"))
    if not any(part.startswith(".") for part in path.relative_to(PROJECT).parts)
}
README, OF_BOT = READMES["README.md"], READMES["bot/README.md"]


def subcommands() -> dict[str, argparse.ArgumentParser]:
    actions = parser()._actions
    (action,) = (each for each in actions if isinstance(each, argparse._SubParsersAction))
    return dict(action.choices)


def options(command: argparse.ArgumentParser) -> set[str]:
    return {option for option in command._option_string_actions if option.startswith("--")}


def test_there_is_one_wherever_somebody_would_look() -> None:
    places = ("", "bot/", "embeddings/", "tests/", "tests/bench/", "tests/eval/")
    assert set(READMES) == {f"{place}README.md" for place in places}
    assert README.count("\n") <= 120


def test_every_command_and_option_is_told_of_and_the_other_way_round() -> None:
    commands = subcommands()
    assert set(re.findall(r"\bbot ([a-z]+)", README)) == set(commands)
    known = {"--version", *(name for each in commands.values() for name in options(each))}
    prose = re.sub(r"(?m)^python3 -m venv .*$", "", README + OF_BOT)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", prose)) == known
    assert all(f"`BOT_{key.upper()}` | `{key}`" in OF_BOT for key in KEYS)


def test_the_commands_in_its_blocks_can_be_parsed() -> None:
    lines = re.findall(r"(?m)^(?:\$ )?bot (.+)$", README + OF_BOT)
    assert len(lines) >= 4
    for line in lines:
        assert parse(shlex.split(line)).command in subcommands()


def test_its_console_output_is_that_of_a_real_run(bot: Bot, seeds_index: Path) -> None:
    (block,) = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    runs = re.findall(r"\$ bot (.+)\n((?:(?!\$ ).*\n)+)", block)
    assert len(runs) == 2
    for command, output in runs:
        first, *rest = shlex.split(command)
        done = bot(first, "--seeds", SEEDS, "--index", seeds_index, *rest)
        # another processor may round a percentage otherwise
        assert re.sub(r"\d+%", "%", done.stdout) == re.sub(r"\d+%", "%", output)


def test_its_json_has_the_fields_of_a_real_answer_and_of_the_schema(
    bot: Bot, seeds_index: Path
) -> None:
    (block,) = re.findall(r"```json\n(.*?)```", OF_BOT, re.DOTALL)
    example = json.loads(block)
    question = "How did Florida's governor enter the 2024 race for president?"
    done = bot("ask", "--json", "--seeds", SEEDS, "--index", seeds_index, question)
    real = json.loads(done.stdout)
    assert list(example) == list(real)
    citation = next(each for each in real["citations"] if each["also_in"])
    assert list(example["citations"][0]) == list(citation)
    assert list(example["citations"][0]["highlight"]) == list(citation["highlight"])
    assert list(example["citations"][0]["also_in"][0]) == list(citation["also_in"][0])
    for document in (example, real):
        assert msgspec.convert(document, AnswerJson)
        assert set(document) == {"schema_version", *AnswerJson.__annotations__}


@pytest.mark.parametrize("name", READMES)
def test_links_lead_somewhere(name: str) -> None:
    folder = (PROJECT / name).parent
    for link in re.findall(r"\]\(([^)\s]+)\)", READMES[name]):
        path, _, anchor = link.partition("#")
        target = folder / path if path else PROJECT / name
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"(?m)^#+ (.+)$", target.read_text("utf-8"))
            anchors = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
            assert anchor in anchors, link


def test_the_python_examples_run(tmp_path: Path) -> None:
    (of_bot,) = re.findall(r"```python\n(.*?)```", OF_BOT, re.DOTALL)
    (short,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
        ).stdout
        for code in (short, of_bot)
    ]
    assert "Sacks" in outputs[0]
    lines = outputs[1].splitlines()
    assert re.match(r"2023-05-\d\d-[\w-]+\.(txt|md) \d+ ", lines[0])
    assert lines[-1].startswith("How many followers does David Sacks have? True 0.")


def test_the_two_commands_stand_in_it_word_for_word() -> None:
    first, second = re.findall(r"(?m)^python3 -m venv .*$", README)
    assert first.endswith('bot ask "How late did the launch start?"')
    assert "[test]" in second
    assert second.endswith("pytest")


def test_every_room_and_module_is_on_the_map() -> None:
    told = READMES["embeddings/README.md"]
    for package in ("bot", "embeddings"):
        for path in (PROJECT / package).rglob("*.py"):
            parts = path.relative_to(PROJECT).with_suffix("").parts
            if path.stem not in ("__init__", "__main__") and len(parts) == 3:
                assert f"`{'/'.join(parts[:2])}/`" in told, parts
                if parts[1] != "commands":
                    assert f"`{path.stem}`" in told, parts
