"""`bot ask`: answers and refusals, piped, in JSON and on a terminal."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.bot.commands.conftest import QUESTION, document, on_a_terminal
from tests.conftest import SEEDS, Bot, write

HOSTILE = (
    "The \x1b[31mred\x1b[0m bridge\x07 is \x9b5m 40 metres\u202e long, said\x08 the mayor.\r\n"
)


def test_an_answer_in_json(ask: Bot) -> None:
    done = ask("ask", "--json", "-k", "2", QUESTION)
    assert done.returncode == 0
    assert done.stderr == ""
    answer = document(done)
    assert list(answer) == [
        *("schema_version", "question", "searched_as", "searched_also", "answered", "confidence"),
        *("min_confidence", "reader", "reason", "citations", "nearest", "agreement"),
        *("earlier", "unread"),
    ]
    assert (answer["question"], answer["answered"], answer["reason"]) == (QUESTION, True, None)
    assert answer["nearest"] == answer["unread"] == []
    assert len(answer["citations"]) == 2
    first = answer["citations"][0]
    assert list(first) == [
        *("rank", "title", "published", "encoding", "language", "sha256", "source"),
        *("start_line", "end_line", "start_char", "end_char", "passage", "highlight", "score"),
        "also_in",
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
    assert answer["nearest"][0]["highlight"]["text"].rstrip(".") in answer["reason"]


def test_a_preamble_is_told_and_changes_nothing(ask: Bot) -> None:
    alone = document(ask("ask", "--json", QUESTION))
    preamble = "Good morning! I have read about this launch for days. My question is this: "
    done = ask("ask", "--json", f"{preamble}{QUESTION} Thank you so much!")
    assert done.returncode == 0
    answer = document(done)
    assert answer["question"] == f"{preamble}{QUESTION} Thank you so much!"
    assert answer["searched_as"] == QUESTION
    for field in ("confidence", "citations", "agreement"):
        assert answer[field] == alone[field]
    told = ask("ask", f"{preamble}{QUESTION}").stdout
    assert told.startswith(f"searched as: {QUESTION}\n")


def test_each_of_several_questions_is_answered(ask: Bot) -> None:
    message = f"Who moderated the event? {QUESTION} And why?"
    answer = document(ask("ask", "--json", message))
    asked = [*answer["earlier"], answer]
    assert [each["question"] for each in asked] == [
        "Who moderated the event?",
        QUESTION,
        "And why?",
    ]
    assert asked[2]["searched_as"] == "Why did the launch start late?"
    assert [each["earlier"] for each in asked[:2]] == [[], []]
    shown = ask("ask", message).stdout.split("> ")
    assert [part.split("\n")[0] for part in shown if part[:3] in ("Who", "How", "And")] == [
        each["question"] for each in asked
    ]


@pytest.mark.parametrize(
    ("message", "words"),
    [("Hi there!", "in their own words"), ("Summarize the articles", "I quote, I do not")],
)
def test_what_asks_nothing_of_the_articles_gets_a_line(ask: Bot, message: str, words: str) -> None:
    done = ask("ask", message)
    assert done.returncode == 1
    assert words in done.stdout
    assert done.stdout.count("\n") == 1
    answer = document(ask("ask", "--json", message))
    assert (answer["answered"], answer["citations"], answer["nearest"]) == (False, [], [])
    assert words in answer["reason"]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_a_line_end_in_what_is_piped_in_is_a_space(ask: Bot, end: str) -> None:
    done = ask("ask", "--json", "-", input=f"How late did{end}the launch start?{end}")
    answer = document(done)
    assert (answer["question"], answer["searched_as"]) == (QUESTION, None)


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
    assert done.stdout.startswith("The articles do not answer this.\nThe nearest passage says “")
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


@pytest.mark.slow
def test_a_question_brings_the_index_up_to_date_and_says_so(bot: Bot, seeds: Path) -> None:
    first = bot("ask", QUESTION)
    assert first.returncode == 0
    assert "Building the index of your articles, once" in first.stderr
    assert bot("ask", QUESTION).stderr == ""
    write(seeds, {"bridge.txt": "A bridge\n\nThe new bridge is 40 metres long.", "bad.txt": b"\0"})
    for path in seeds.iterdir():
        os.utime(path, (1e9, 1e9))  # what was written just now would look changed once more
    second = bot("ask", "How long is the new bridge?")
    assert "The articles changed (1 new); bringing the index up to date" in second.stderr
    assert "Not read: bad.txt is binary, not text.\n" in second.stderr
    assert ">>The new bridge is 40 metres long.<<" in second.stdout
    (seeds / "bridge.txt").unlink()
    third = bot("ask", "How long is the new bridge?")
    assert "(1 removed)" in third.stderr
    assert "40 metres" not in third.stdout


def test_the_threshold_can_be_moved(bot: Bot, seeds_index: Path) -> None:
    places = ("--seeds", SEEDS, "--index", seeds_index)
    question = "How late did the launch start?"
    strict = bot("ask", *places, "--json", "--min-confidence", "1", question)
    assert strict.returncode == 1
    told = json.loads(strict.stdout)
    assert (told["answered"], told["min_confidence"], told["citations"]) == (False, 1.0, [])
    lax = bot(
        "ask", *places, "--json", "Which sourdough?", env={**os.environ, "BOT_MIN_CONFIDENCE": "0"}
    )
    assert lax.returncode == 0
    assert json.loads(lax.stdout)["citations"]


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
