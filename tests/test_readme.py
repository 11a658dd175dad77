"""What the README says is so."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from pathlib import Path

from bot.commands.grammar import parse, parser
from bot.settings import KEYS
from tests.conftest import PROJECT, SEEDS, Bot

README = (PROJECT / "README.md").read_text("utf-8")


def subcommands() -> dict[str, argparse.ArgumentParser]:
    (action,) = (one for one in parser()._actions if isinstance(one, argparse._SubParsersAction))
    return dict(action.choices)


def options(command: argparse.ArgumentParser) -> set[str]:
    return {option for option in command._option_string_actions if option.startswith("--")}


def test_every_command_and_option_is_in_the_readme_and_the_other_way_round() -> None:
    commands = subcommands()
    named = set(re.findall(r"\bbot ([a-z]+)", README))
    assert named == set(commands)
    known = {"--version", *(option for one in commands.values() for option in options(one))}
    prose = re.sub(r"(?m)^python3 -m venv .*$", "", README)
    written = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", prose))
    assert written == known
    assert all(f"`BOT_{key.upper()}` | `{key}`" in README for key in KEYS)


def test_the_commands_in_its_blocks_can_be_parsed() -> None:
    lines = re.findall(r"(?m)^(?:\$ )?bot (.+)$", README)
    assert len(lines) >= 3
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


def test_its_json_has_the_fields_of_a_real_answer(bot: Bot, seeds_index: Path) -> None:
    (block,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    told = json.loads(block)
    question = "How did Florida's governor enter the 2024 race for president?"
    done = bot("ask", "--json", "--seeds", SEEDS, "--index", seeds_index, question)
    real = json.loads(done.stdout)
    assert list(told) == list(real)
    citation = next(one for one in real["citations"] if one["also_in"])
    assert list(told["citations"][0]) == list(citation)
    assert list(told["citations"][0]["highlight"]) == list(citation["highlight"])
    assert list(told["citations"][0]["also_in"][0]) == list(citation["also_in"][0])


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert all((PROJECT / link).exists() for link in links)


def test_the_two_commands_stand_in_it_word_for_word() -> None:
    first, second = re.findall(r"(?m)^python3 -m venv .*$", README)
    assert first.endswith('bot ask "How late did the launch start?"')
    assert "[test]" in second
    assert second.endswith("pytest")
