"""The command line: its help, and what is none."""

from __future__ import annotations

import os

import pytest

from bot import __version__
from tests.bot.commands.conftest import document
from tests.conftest import Bot


def test_version_and_help(bot: Bot) -> None:
    assert bot("--version").stdout == f"bot {__version__}\n"
    for command in ("ask", "rebuild", "status", "show", "completion"):
        done = bot(command, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith(f"usage: bot {command}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["aks", "x"], "Did you mean ask?"),
        (["ask", "--jsno", "x"], "Did you mean --json?"),
        (["rebuild", "--no-wiat"], "Did you mean --no-wait?"),
        (["how late was it?"], 'To ask a question: bot ask "how late was it?"'),
        (["ask"], "The following arguments are required: question"),
        (["ask", " \n "], "The question is empty"),
        (["ask", "-k", "0", "x"], "must be a number from 1 to 50, not '0'"),
        (["ask", "-k", "9" * 5000, "x"], "must be a number from 1 to 50"),
        (["ask", "--max-file-mb", "none", "x"], "max_file_mb is 'none', and must be a number"),
        (["ask", "--seeds", "", "x"], "seeds is '', and must be a name"),
        (["ask", "--seeds", "~nobody-here/x", "x"], "there is no such user"),
        (["ask", "--index", os.fsdecode(b"a\xff"), "x"], "must be a name in UTF-8"),
    ],
)
def test_wrong_usage(bot: Bot, arguments: list[str], message: str) -> None:
    done = bot(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    in_json = bot(*arguments, "--json")
    assert in_json.returncode == 2
    assert document(in_json)["error"]["kind"] == "usage"
