from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot import __version__
from tests.conftest import BOT, SEEDS, Bot, write

QUESTION = "How late did the launch start?"
HOSTILE = (
    "The \x1b[31mred\x1b[0m bridge\x07 is \x9b5m 40 metres\u202e long, said\x08 the mayor.\r\n"
)


@pytest.fixture
def ask(bot: Bot, seeds_index: Path) -> Bot:
    """Commands on the project's own articles, built once for all tests."""

    def run(command: str, *arguments: str | Path, **settings: Any) -> Any:
        return bot(command, "--seeds", SEEDS, "--index", seeds_index, *arguments, **settings)

    return run


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["schema_version"] == 1
    return found


def on_a_terminal(*arguments: str | Path, cwd: Path, **environment: str) -> str:
    """What the command draws on a terminal of 60 columns."""
    main, other = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "60", **environment}
    with subprocess.Popen(
        [*BOT, *map(str, arguments)], stdin=other, stdout=other, stderr=other, cwd=cwd, env=env
    ) as process:
        os.close(other)
        drawn = b""
        while True:
            try:
                part = os.read(main, 65536)
            except OSError:
                break
            if not part:
                break
            drawn += part
        assert process.wait() == 0
    os.close(main)
    return drawn.decode()


# Answers


def test_an_answer_in_json(ask: Bot) -> None:
    done = ask("ask", "--json", "-k", "2", QUESTION)
    assert done.returncode == 0
    assert done.stderr == ""
    answer = document(done)
    assert list(answer) == [
        *("schema_version", "question", "searched_as", "answered", "confidence"),
        *("min_confidence", "reason", "citations", "nearest", "agreement"),
    ]
    assert (answer["question"], answer["answered"], answer["reason"]) == (QUESTION, True, None)
    assert answer["nearest"] == []
    assert len(answer["citations"]) == 2
    first = answer["citations"][0]
    assert list(first) == [
        *("rank", "title", "published", "encoding", "sha256", "source", "start_line", "end_line"),
        *("start_char", "end_char", "passage", "highlight", "score", "also_in"),
    ]
    assert first["score"] == answer["confidence"]
    text = (SEEDS / first["source"]).read_text("utf-8")
    assert text[first["start_char"] : first["end_char"]] == first["passage"]
    mark = first["highlight"]
    assert text[mark["start_char"] : mark["end_char"]] == mark["text"]
    assert mark["text"] in text.split("\n")[mark["start_line"] - 1]
    assert "late" in mark["text"]


def test_a_refusal_in_json(ask: Bot) -> None:
    done = ask("ask", "--json", "How do I bake sourdough bread?")
    assert done.returncode == 1
    answer = document(done)
    assert (answer["answered"], answer["citations"]) == (False, [])
    assert len(answer["nearest"]) == 3
    assert "sourdough" in answer["reason"]


def test_piped_text_is_plain_and_marks_the_sentence(ask: Bot) -> None:
    done = ask("ask", QUESTION)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    answer = document(ask("ask", "--json", QUESTION))
    for citation in answer["citations"]:
        mark = citation["highlight"]
        assert f">>{mark['text']}<<" in done.stdout
        head = f"{citation['rank']}  {citation['source']}:{mark['start_line']}  "
        assert head + f"{citation['score']:.0%}" in done.stdout


def test_a_refusal_in_text_keeps_the_nearest_apart(ask: Bot) -> None:
    done = ask("ask", "How do I bake sourdough bread?")
    assert done.returncode == 1
    assert done.stdout.startswith("The articles do not answer this.\nNo article has the word")
    assert "\nThe nearest passages:\n" in done.stdout


def test_also_in_is_told(ask: Bot) -> None:
    done = ask("ask", "How did Florida's governor enter the 2024 race for president?")
    assert re.search(r"^   also in 2023-05-2\S+:5$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("words", [["How", "late", "did", "the", "launch", "start?"], ["-"]])
def test_the_question_may_be_words_or_standard_input(ask: Bot, words: list[str]) -> None:
    done = ask("ask", "--json", *words, input="How late did\nthe launch start?\n")
    assert document(done)["question"] == QUESTION


def test_a_question_that_is_no_utf8_is_asked_all_the_same(ask: Bot) -> None:
    done = ask("ask", "--json", os.fsdecode(b"caf\xe9 launch late start"))
    assert document(done)["question"] == "caf? launch late start"


# On a terminal


def test_on_a_terminal_the_sentence_stands_out_and_the_source_is_a_link(
    tmp_path: Path, seeds_index: Path
) -> None:
    places = ("--seeds", SEEDS, "--index", seeds_index)
    drawn = on_a_terminal("ask", *places, QUESTION, cwd=tmp_path)
    assert "\x1b]8;" in drawn
    assert (SEEDS / "2023-05-25-timeline-of-the-delay.txt").as_uri() in drawn
    assert "\x1b[1;30;103m" in drawn
    assert ">>" not in drawn
    visible = re.sub(r"\x1b\]8;.*?\x1b\\|\x1b\[[\d;]*m", "", drawn)
    assert all(len(line) <= 60 for line in visible.split("\r\n"))


def test_no_color_and_a_dumb_terminal_are_honoured(tmp_path: Path, seeds_index: Path) -> None:
    places = ("--seeds", SEEDS, "--index", seeds_index)
    plain = on_a_terminal("ask", *places, QUESTION, cwd=tmp_path, NO_COLOR="1")
    colours = [code for found in re.findall(r"\x1b\[([\d;]+)m", plain) for code in found.split(";")]
    assert colours
    assert not [code for code in colours if int(code) >= 30]
    dumb = on_a_terminal("ask", *places, QUESTION, cwd=tmp_path, TERM="dumb")
    assert "\x1b" not in dumb
    assert ">>" in dumb


def test_control_characters_never_reach_the_terminal(tmp_path: Path, bot: Bot) -> None:
    write(tmp_path / "seeds", {"a\x1b[2J.txt": f"A \x1b]0;title\x07 bridge\r\n\r\n{HOSTILE}"})
    question = "How long is the red bridge? \x1b[31m\u202e"
    drawn = on_a_terminal("ask", question, cwd=tmp_path)
    safe = re.sub(r"\x1b\]8;[^\x1b\x07]*\x1b\\|\x1b\[[\d;?]*[a-zA-Z]", "", drawn)
    piped = bot("ask", question).stdout
    shown = bot("show", "a\x1b[2J.txt").stdout
    numbered = bot("show", "a\x1b[2J.txt:3").stdout
    told = bot("ask", "--json", question).stdout
    for text in (safe, piped, shown, numbered, told):
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", text)
    assert "\x1b[2J" not in drawn
    assert "␛[31mred" in piped
    answer = json.loads(told)
    assert "\x1b[31mred" in answer["citations"][0]["passage"]
    assert answer["citations"][0]["source"] == "a\x1b[2J.txt"


# The other commands


def test_rebuild_in_json(bot: Bot, seeds: Path) -> None:
    write(seeds, {"empty.txt": ""})
    report = document(bot("rebuild", "--json"))
    assert list(report) == [
        *("schema_version", "seeds", "index", "model", "articles", "passages", "added"),
        *("changed", "removed", "failed", "encoded", "reused", "seconds"),
    ]
    assert report["articles"] == len(report["added"]) == 8
    assert report["failed"] == [{"source": "empty.txt", "reason": "is empty"}]
    again = document(bot("rebuild", "--json"))
    assert (again["encoded"], again["reused"]) == (0, report["passages"])


def test_rebuild_in_text(bot: Bot, seeds: Path) -> None:
    write(seeds, {"empty.txt": ""})
    done = bot("rebuild")
    assert done.returncode == 0
    assert re.match(r"8 articles, \d+ passages \(\d+ encoded, 0 reused\) in \d", done.stdout)
    assert "Added 8: 2023-05-24-launch-starts-late.txt, " in done.stdout
    assert "Not read: empty.txt is empty" in done.stdout


def test_status_tells_what_is_out_of_date(bot: Bot, seeds: Path) -> None:
    never = document(bot("status", "--json"))
    assert (never["built_at"], never["stale"], never["articles"]) == (None, True, 0)
    assert len(never["added"]) == 8
    assert "never" in bot("status").stdout
    bot("rebuild")
    fresh = bot("status").stdout
    assert "up to date" in fresh
    assert str(seeds) in fresh
    names = sorted(path.name for path in seeds.iterdir())
    (seeds / names[0]).unlink()
    write(seeds, {names[1]: "Changed.", "new.txt": "New.", "bad.txt": b"\0", "a.pdf": b"%PDF"})
    status = document(bot("status", "--json"))
    assert status["stale"]
    assert (status["added"], status["changed"], status["removed"]) == (
        *(["new.txt"], [names[1]], [names[0]]),
    )
    assert status["failed"] == [{"source": "bad.txt", "reason": "is binary, not text"}]
    assert status["other_formats"] == {".pdf": 1}
    text = bot("status").stdout
    assert "out of date" in text
    assert "Not read: bad.txt is binary, not text" in text
    assert ".pdf 1" in text


def test_a_question_brings_the_index_up_to_date_and_says_so(bot: Bot, seeds: Path) -> None:
    first = bot("ask", QUESTION)
    assert first.returncode == 0
    assert "Building the index of your articles, once" in first.stderr
    assert bot("ask", QUESTION).stderr == ""
    write(seeds, {"bridge.txt": "A bridge\n\nThe new bridge is 40 metres long.", "bad.txt": ""})
    second = bot("ask", "How long is the new bridge?")
    assert "The articles changed (1 new); bringing the index up to date" in second.stderr
    assert "1 of the files could not be read; bot status says why." in second.stderr
    assert ">>The new bridge is 40 metres long.<<" in second.stdout
    (seeds / "bridge.txt").unlink()
    third = bot("ask", "How long is the new bridge?")
    assert "(1 removed)" in third.stderr
    assert "40 metres" not in third.stdout


def test_show_prints_the_article_and_marks_the_place(ask: Bot) -> None:
    name = "2023-05-24-launch-starts-late.txt"
    text = (SEEDS / name).read_text("utf-8")
    assert ask("show", name).stdout == text
    assert ask("show", SEEDS / name).stdout == text
    lines = ask("show", f"{name}:3-5").stdout.split("\n")
    assert [line[:1] for line in lines[:6]] == [" ", " ", ">", ">", ">", " "]
    assert lines[2].endswith(text.split("\n")[2])


@pytest.mark.parametrize(
    ("place", "code", "message"),
    [
        ("nothing-like-it", 3, "There is no article nothing-like-it in"),
        ("2023-05-24-launch-start-late.txt", 3, "Did you mean 2023-05-24-launch-starts-late.txt?"),
        ("../pyproject.toml", 3, "There is no article ../pyproject.toml"),
        ("/etc/passwd", 3, "There is no article /etc/passwd"),
        ("2023-05-24-launch-starts-late.txt:999", 2, "is not among them"),
        ("2023-05-24-launch-starts-late.txt:0", 2, "has lines 1 to "),
        ("2023-05-24-launch-starts-late.txt:" + "9" * 5000, 3, "There is no article"),
        ("", 2, "The source is empty"),
        ("2023-05-24-launch-starts-late.txt:5-3", 2, "is not among them"),
    ],
)
def test_show_refuses_what_is_not_there(ask: Bot, place: str, code: int, message: str) -> None:
    done = ask("show", place)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr


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


def test_version_and_help(bot: Bot) -> None:
    assert bot("--version").stdout == f"bot {__version__}\n"
    for command in ("ask", "rebuild", "status", "show", "completion"):
        done = bot(command, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith(f"usage: bot {command}")


# Errors


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


@pytest.mark.parametrize("command", [["ask", "x"], ["rebuild"], ["status"]])
def test_a_missing_folder(bot: Bot, command: list[str]) -> None:
    done = bot(*command, "--seeds", "nowhere", "--json")
    assert done.returncode == 3
    error = document(done)["error"]
    assert error["kind"] == "articles"
    assert error["message"].startswith("There is no articles folder ")
    assert "--seeds" in error["remedy"]
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_without_articles(bot: Bot, tmp_path: Path) -> None:
    write(tmp_path / "seeds", {"a.pdf": b"%PDF"})
    done = bot("ask", "--json", "anything")
    assert done.returncode == 3
    assert document(done)["error"]["message"].startswith("There are no articles in ")


def test_an_index_of_another_folder_costs_one_message(bot: Bot, seeds: Path) -> None:
    bot("rebuild", "--index", "index")
    write(seeds.parent / "other", {"a.txt": "Another text."})
    done = bot("ask", "--seeds", "other", "--index", "index", "x")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "is that of the articles in" in done.stderr


@pytest.mark.parametrize("command", ["ask", "status"])
@pytest.mark.parametrize("model", ["./nowhere", "no-such-model", "nobody/no-such-model"])
def test_a_model_that_is_not_there(bot: Bot, seeds: Path, command: str, model: str) -> None:
    words = ["x"] if command == "ask" else []
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = bot(command, "--model", model, "--json", *words, env=offline)
    assert done.returncode == 3
    assert document(done)["error"]["kind"] == "model"
    assert f"There is no model {model} on this machine" in done.stderr


def test_a_reader_that_leaves_early_is_no_error(seeds_index: Path) -> None:
    command = [*BOT, "show", "--seeds", str(SEEDS), "2023-05-24-launch-starts-late.txt"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_terminal_that_knows_ascii_only(ask: Bot) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    assert document(ask("ask", "--json", QUESTION, env=env))["answered"]
    assert ask("ask", "What did Sacks say of the internet?", env=env).returncode == 0


@pytest.mark.parametrize(
    ("closing", "code"), [("<&-", 2), (">&-", 0), ("2>&-", 0), ("2>/dev/full", 0)]
)
def test_closed_streams_cost_no_traceback(
    seeds: Path, tmp_path: Path, closing: str, code: int
) -> None:
    words = "-" if closing == "<&-" else f"'{QUESTION}'"
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(BOT)} ask --json {words} {closing}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    if closing.startswith("2"):
        assert document(done)["answered"]


def test_a_listener_that_leaves_does_not_cost_the_answer(seeds: Path, tmp_path: Path) -> None:
    command = f"({' '.join(BOT)} ask --json '{QUESTION}' 2>&3 >out) 3>&1 | true; cat out"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert document(done)["answered"]


def test_the_exit_code_outlives_a_reader_that_left(seeds_index: Path) -> None:
    places = f"--seeds {SEEDS} --index {seeds_index}"
    command = f"{' '.join(BOT)} ask {places} 'sourdough bread' | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_a_name_cannot_forge_a_line_or_steer_the_terminal(bot: Bot, tmp_path: Path) -> None:
    write(tmp_path / "seeds", {"a\nbot: forged.txt": "A text.", "b\x1b[31m.txt": b"\0"})
    for command in ("rebuild", "status"):
        done = bot(command)
        assert "\nbot: forged" not in done.stdout
        assert "\x1b" not in done.stdout
    assert "\x1b" not in bot("ask", "--model", "\x1b[31mevil", "x").stderr


def test_a_defect_of_ours_is_no_refusal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bot.commands import main

    def fail(_: object) -> object:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(main, "_run", fail)
    assert main.main(["status", "--json"]) == 70
    told = capsys.readouterr()
    assert json.loads(told.out)["error"]["kind"] == "defect"
    assert "Please report it" in told.err


# Settings


def test_flag_wins_over_environment_over_config_file(bot: Bot, seeds: Path, tmp_path: Path) -> None:
    for name in ("flag", "environment", "config"):
        write(tmp_path / name, {"a.txt": f"The bridge is named after {name}."})
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "verbatim-bot"
    write(config, {"config.toml": f"seeds = '{tmp_path / 'config'}'\n"})
    with_env = {**os.environ, "BOT_SEEDS": "environment"}
    assert document(bot("status", "--json"))["seeds"] == str(tmp_path / "config")
    assert document(bot("status", "--json", env=with_env))["seeds"] == str(tmp_path / "environment")
    flagged = bot("status", "--json", "--seeds", "flag", env=with_env)
    assert document(flagged)["seeds"] == str(tmp_path / "flag")
    write(config, {"config.toml": "sedes = 'x'"})
    assert "sets sedes, which is no setting" in bot("status").stderr
    for wrong in ("seeds = 5", "index = []", 'seeds = "a\\u0000b"', "max_file_mb = true"):
        write(config, {"config.toml": wrong})
        done = bot("status")
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
    write(config, {"config.toml": "= x"})
    assert "is not TOML" in bot("status").stderr


def test_the_size_limit_is_a_setting(bot: Bot, seeds: Path) -> None:
    write(seeds, {"big.txt": "Too big. " * 20_000})
    env = {**os.environ, "BOT_MAX_FILE_MB": "0.1"}
    report = document(bot("rebuild", "--json", env=env))
    assert report["failed"] == [
        {"source": "big.txt", "reason": "is too large: 0.18 MB, and the limit is 0.1 MB"}
    ]
    assert document(bot("status", "--json", env=env))["stale"] is False
    assert document(bot("status", "--json"))["added"] == ["big.txt"]


def test_each_articles_folder_has_its_own_index(bot: Bot, seeds: Path, tmp_path: Path) -> None:
    write(tmp_path / "other", {"a.txt": "A text."})
    first = document(bot("rebuild", "--json"))["index"]
    second = document(bot("rebuild", "--json", "--seeds", "other"))["index"]
    assert first != second
    assert Path(first).parent == Path(os.environ["XDG_CACHE_HOME"]) / "verbatim-bot"
