"""Conversations are kept, resumed, listed, deleted and exported."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sqlite3
import stat
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from bot.answering.answer import Answer, answer
from bot.chat.screens import ConversationsScreen, ExportScreen
from bot.conversations.export import ExportError, as_json, as_markdown, default_name, export
from bot.conversations.history import Exchange, History, HistoryError, history_file
from bot.presenting.json import SCHEMA_VERSION, answer_json, answer_of
from embeddings.encoding.encoder import LightEncoder
from embeddings.index.search import Index
from tests.conftest import SEEDS
from tests.pilot import Gate, ask, journey, opened, send, shown, told, until

LATE = "How late did the launch start?"
UNANSWERED = "What software encodes the sound?"


@pytest.fixture(scope="module")
def answers(seeds_index: Path, encoder: LightEncoder) -> list[Answer]:
    index = Index(seeds_index, encoder)
    found = [answer(question, index) for question in (LATE, UNANSWERED, "Who is Elon Musk?")]
    index.close()
    return found


@pytest.fixture
def exchanges(answers: list[Answer]) -> list[Exchange]:
    return [
        Exchange("2026-11-21T14:30:05+00:00", answers[0]),
        Exchange("2026-11-21T14:31:00+00:00", answers[1], "From the 3 of 8 articles."),
    ]


def test_an_answer_comes_back_from_its_document(answers: list[Answer]) -> None:
    for one in answers:
        document = answer_json(one)
        assert answer_json(answer_of(json.loads(json.dumps(document)))) == document


def test_what_is_added_comes_back_in_order(exchanges: list[Exchange]) -> None:
    history = History(SEEDS)
    first = history.add(None, exchanges[0])
    second = history.add(None, exchanges[1])
    assert history.add(first, exchanges[1]) == first
    again = History(SEEDS)
    assert [(one.id, one.title, one.exchanges) for one in again.conversations()] == [
        (first, LATE, 2),
        (second, UNANSWERED, 1),
    ]
    kept = again.exchanges(first)
    assert [one.note for one in kept] == [None, exchanges[1].note]
    assert answer_json(kept[0].answer) == answer_json(exchanges[0].answer)
    again.delete(first)
    assert [one.id for one in history.conversations()] == [second]
    assert history.exchanges(first) == []
    assert [one.id for one in history.conversations(0)] == []
    third = history.add(first, exchanges[0])  # one that was deleted meanwhile begins anew
    assert third not in (first, second)
    assert len(history.exchanges(third)) == 1


def test_other_folders_have_conversations_of_their_own(
    exchanges: list[Exchange], tmp_path: Path
) -> None:
    history = History(SEEDS)
    history.add(None, exchanges[0])
    assert History(tmp_path).conversations() == []


def test_nobody_else_may_read_them_and_what_is_deleted_is_gone(
    exchanges: list[Exchange],
) -> None:
    history = History(SEEDS)
    number = history.add(None, exchanges[0])
    assert stat.S_IMODE(history_file().stat().st_mode) == 0o600
    assert LATE.encode() in history_file().read_bytes()
    history.delete(number)
    assert LATE.encode() not in history_file().read_bytes()


@pytest.mark.parametrize("content", [b"no database, but long enough to be one" * 40, b""])
def test_a_damaged_file_is_told_of_and_left(content: bytes, exchanges: list[Exchange]) -> None:
    history_file().parent.mkdir(parents=True)
    history_file().write_bytes(content)
    if not content:
        History(SEEDS).add(None, exchanges[0])  # an empty file is a new one
        return
    with pytest.raises(HistoryError, match="cannot be used") as raised:
        History(SEEDS)
    assert "--no-history" in raised.value.remedy
    assert history_file().read_bytes() == content


def test_a_later_format_is_not_touched() -> None:
    History(SEEDS).close()
    with sqlite3.connect(history_file()) as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    with pytest.raises(HistoryError, match="format 9"):
        History(SEEDS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"question": "How late did the launch start?"', '"question": 5'),
        ('"confidence": 0.', '"confidence": "high", "x": 0.'),
        ('"start_char": ', '"start_char": "x", "y": '),
        ('"source": "2023', '"source": "../../2023'),
        ('"source": "2023', '"source": "/etc/2023'),
        ('"answered": true', '"answered": false'),
        ('"text": "The launch', '"text": "No launch'),
        ("{", "no JSON {"),
    ],
)
def test_a_tampered_row_is_told_of(exchanges: list[Exchange], old: str, new: str) -> None:
    history = History(SEEDS)
    number = history.add(None, exchanges[0])
    with sqlite3.connect(history_file()) as db:
        (kept,) = db.execute("SELECT answer FROM exchanges").fetchone()
        assert old in kept
        db.execute("UPDATE exchanges SET answer = ?", (kept.replace(old, new),))
    db.close()
    with pytest.raises(HistoryError, match="cannot be used"):
        history.exchanges(number)


@pytest.mark.parametrize("time", ["'yesterday'", "5", "x'ff'"])
def test_a_tampered_time_is_told_of(exchanges: list[Exchange], time: str) -> None:
    history = History(SEEDS)
    number = history.add(None, exchanges[0])
    with sqlite3.connect(history_file()) as db:
        db.execute(f"UPDATE exchanges SET asked_at = {time}")
    db.close()
    with pytest.raises(HistoryError, match="cannot be used"):
        history.exchanges(number)
    with pytest.raises(HistoryError, match="cannot be used"):
        history.conversations()


@journey
async def test_what_another_program_holds_back_is_kept_with_the_next_question(
    seeds_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "timeout": 0.1}))
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await ask(pilot, LATE)
        await until(pilot, lambda: app.talk.kept == 1)
        with contextlib.closing(real(history_file(), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            card = await ask(pilot, UNANSWERED)
            # it is on the screen, and Esc takes nothing back
            await pilot.press("escape")
            await until(pilot, lambda: told(app))
            assert "held by another program" in told(app)[-1]
            assert card.has_class("-refused")
            other.execute("ROLLBACK")
        await ask(pilot, "Who is Elon Musk?")
        await until(pilot, lambda: app.talk.kept == 3)
    (kept,) = History(SEEDS).conversations()
    assert kept.exchanges == 3


@journey
async def test_the_open_conversation_is_deleted_while_its_question_is_worked_on(
    seeds_index: Path,
) -> None:
    gate = Gate("answer")
    gate.passed.set()
    async with opened(SEEDS, seeds_index, keep=True, before=gate) as (app, pilot):
        await ask(pilot, LATE)
        await until(pilot, lambda: app.talk.kept == 1)
        deleted = app.talk
        gate.passed.clear()
        gate.reached.clear()
        await send(pilot, UNANSWERED)
        await until(pilot, gate.reached.is_set)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        await pilot.press("d", "d", "escape")
        await until(pilot, lambda: app.talk is not deleted)
        gate.passed.set()
        await until(pilot, lambda: deleted.kept == 2)
        assert not app.transcript.cards
        card = await ask(pilot, "Who is Elon Musk?")
        assert card.has_class("-answered")
        assert not app.defects
    titles = [one.title for one in History(SEEDS).conversations()]
    assert titles == ["Who is Elon Musk?", UNANSWERED]


# Export


def test_the_json_has_every_quotation_with_its_source_line_and_hash(
    exchanges: list[Exchange],
) -> None:
    document = json.loads(as_json(exchanges, SEEDS))
    assert document["schema_version"] == SCHEMA_VERSION
    assert document["seeds"] == str(SEEDS)
    assert [one["question"] for one in document["exchanges"]] == [LATE, UNANSWERED]
    assert document["exchanges"][1]["note"] == "From the 3 of 8 articles."
    quoted = [
        citation for one in document["exchanges"] for citation in one["citations"] + one["nearest"]
    ]
    assert len(quoted) == 6
    for citation in quoted:
        content = (SEEDS / citation["source"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == citation["sha256"]
        text = content.decode(citation["encoding"])
        assert text[citation["start_char"] : citation["end_char"]] == citation["passage"]


def test_the_markdown_quotes_what_answers_and_names_the_rest(exchanges: list[Exchange]) -> None:
    text = as_markdown(exchanges, SEEDS)
    plain = re.sub(r"\\(.)", r"\1", text)
    assert f"## {LATE}\n\n2026-11-21 14:30 UTC\n" in text
    assert "**The articles do not answer this.**" in text
    assert len(exchanges[0].answer.citations) == 3
    for citation in exchanges[0].answer.citations:
        place = citation.highlight
        assert f"{place.source}, line {place.start_line}" in plain
        assert f"SHA-256 {citation.sha256}" in text
        assert f"**{citation.highlight_text}**" in plain
        assert f"*{citation.title}*" in plain
    for citation in exchanges[1].answer.nearest:
        place = citation.highlight
        assert f"{place.source}, line {place.start_line} ({citation.score:.0%})" in plain
        assert citation.highlight_text not in plain


def test_it_says_which_articles_are_not_as_they_were(answers: list[Answer], tmp_path: Path) -> None:
    exchanges = [Exchange("2026-11-21T14:30:05+00:00", answers[0])]
    first, second = answers[0].citations[:2]
    (tmp_path / first.place.source).write_text("Another text.")
    text = as_markdown(exchanges, tmp_path)
    assert f"SHA-256 {first.sha256} (the article has changed since)" in text
    assert f"SHA-256 {second.sha256} (the article is gone)" in text
    assert "the article" not in as_markdown(exchanges, SEEDS).split("##")[1]
    sources = json.loads(as_json(exchanges, tmp_path))["sources"]
    assert sources[first.place.source] == hashlib.sha256(b"Another text.").hexdigest()
    assert sources[second.place.source] is None


def test_a_marked_sentence_that_touches_the_next_is_bold_all_the_same(
    answers: list[Answer],
) -> None:
    citation = answers[0].citations[0]
    citation = citation._replace(
        passage="He said.Then he left.\n\n    part_one",
        place=citation.place._replace(start_char=0, end_char=35),
        highlight=citation.highlight._replace(start_char=0, end_char=8),
        highlight_text="He said.",
    )
    exchange = Exchange("2026-11-21T14:30:05+00:00", answers[0]._replace(citations=(citation,)))
    text = as_markdown([exchange], SEEDS)
    assert "> <strong>He said.</strong>Then he left.\n>\n" in text
    assert "> &nbsp;&nbsp;&nbsp;&nbsp;part\\_one\n" in text  # no code


def test_markdown_shows_an_articles_own_marks_as_they_are(answers: list[Answer]) -> None:
    passage = "# No *heading* <b>here</b>\n1. [x](y) `z` | a_b_c &amp;\n- not a list"
    citation = answers[0].citations[0]
    citation = citation._replace(
        passage=passage,
        place=citation.place._replace(start_char=0, end_char=len(passage)),
        highlight=citation.highlight._replace(start_char=2, end_char=12),
        highlight_text=passage[2:12],
    )
    hostile = answers[0]._replace(question="# *Who*?\n\n# And", citations=(citation,))
    text = as_markdown([Exchange("2026-11-21T14:30:05+00:00", hostile)], SEEDS)
    assert "## \\# \\*Who\\*?␊␊\\# And\n" in text
    assert "> \\# <strong>No \\*headin</strong>g\\* \\<b\\>here\\</b\\>  \n" in text
    assert "> 1\\. \\[x\\](y) \\`z\\` \\| a\\_b\\_c \\&amp;  \n> \\- not a list\n" in text


def test_an_export_overwrites_nothing_and_says_what_is_wrong(
    exchanges: list[Exchange], tmp_path: Path
) -> None:
    path = export(exchanges, SEEDS, tmp_path / "talk.md")
    assert path.read_text("utf-8").startswith("# Questions to the articles")
    with pytest.raises(ExportError, match="exists"):
        export(exchanges, SEEDS, path)
    with pytest.raises(ExportError, match="neither"):
        export(exchanges, SEEDS, tmp_path / "talk.pdf")
    with pytest.raises(ExportError, match="cannot be written"):
        export(exchanges, SEEDS, tmp_path / "no folder" / "talk.json")
    for name in ("~nobody-of-that-name/talk.md", "a\0b.md"):
        with pytest.raises(ExportError, match="cannot be written"):
            export(exchanges, SEEDS, Path(name))
    with pytest.raises(ExportError, match="nothing to export"):
        export([], SEEDS, tmp_path / "none.md")
    assert {one.name for one in tmp_path.iterdir()} == {"talk.md"}
    assert re.fullmatch(r"verbatim-2026-11-2\d-\d{4}\.md", default_name(exchanges))


# In the chat


@journey
async def test_a_conversation_is_kept_and_gone_on_with(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        await until(pilot, lambda: app.talk.kept == 1)
    async with opened(SEEDS, seeds_index, keep=True, go_on=True) as (app, pilot):
        await until(pilot, lambda: app.talk.exchanges)
        assert "Who moderated the event?" in shown(app.transcript.cards[0])
        # it is gone on with: what follows depends on it, Up finds it, and it grows
        card = await ask(pilot, "How many followers does he have?")
        assert card.exchange is not None
        assert "Sacks" in (card.exchange.answer.searched_as or "")
        await pilot.press("up", "up")
        assert app.prompt.text == "Who moderated the event?"
        await until(pilot, lambda: app.talk.kept == 2)
    (kept,) = History(SEEDS).conversations()
    assert kept.exchanges == 2


@journey
async def test_a_question_typed_before_it_is_back_follows_it(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        await until(pilot, lambda: app.talk.kept == 1)
    async with opened(SEEDS, seeds_index, keep=True, go_on=True, wait=False) as (app, pilot):
        card = await send(pilot, "How many followers does he have?")
        await until(pilot, lambda: card.exchange is not None)
        assert [shown(one).split("\n")[0] for one in app.transcript.cards] == [
            "❯ Who moderated the event?",
            "❯ How many followers does he have?",
        ]
        assert card.exchange is not None
        assert card.exchange.answer.searched_as


@journey
async def test_without_history_nothing_is_kept(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, keep=False) as (app, pilot):
        await ask(pilot, LATE)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: told(app))
        assert "not being kept" in told(app)[-1]
    assert not history_file().exists()


@journey
async def test_conversations_are_chosen_from_a_list_and_deleted_there(
    seeds_index: Path,
) -> None:
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await ask(pilot, LATE)
        await until(pilot, lambda: app.talk.kept == 1)
        await pilot.press("ctrl+n")
        assert not app.transcript.cards
        await ask(pilot, UNANSWERED)
        await until(pilot, lambda: app.talk.kept == 1)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        options = app.screen.query_one(OptionList)
        titles = [str(options.get_option_at_index(n).prompt) for n in range(2)]
        assert UNANSWERED in titles[0]
        assert LATE in titles[1]
        await pilot.press("down", "enter")
        await until(
            pilot, lambda: app.talk.exchanges and app.talk.exchanges[0].answer.question == LATE
        )
        assert len(app.transcript.cards) == 1
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        await pilot.press("d")
        assert "Press d again" in told(app)[-1]
        assert len(History(SEEDS).conversations()) == 2
        await pilot.press("d", "escape")
        await until(pilot, lambda: not isinstance(app.screen, ConversationsScreen))
        assert [one.title for one in History(SEEDS).conversations()] == [LATE]
        assert len(app.transcript.cards) == 1  # the open one is still there


@journey
async def test_a_conversation_that_was_deleted_begins_anew(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await ask(pilot, LATE)
        await until(pilot, lambda: app.talk.kept == 1)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        await pilot.press("d", "d", "escape")
        await until(pilot, lambda: not isinstance(app.screen, ConversationsScreen))
        assert History(SEEDS).conversations() == []
        await until(pilot, lambda: not app.transcript.cards)
        await ask(pilot, UNANSWERED)
        await until(pilot, lambda: History(SEEDS).conversations())
        assert [one.title for one in History(SEEDS).conversations()] == [UNANSWERED]


@journey
async def test_what_cannot_be_kept_is_told_of_once_and_the_chat_goes_on(
    seeds_index: Path,
) -> None:
    history_file().parent.mkdir(parents=True)
    history_file().mkdir()
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await until(pilot, lambda: told(app))
        assert "cannot be used" in told(app)[0]
        assert (await ask(pilot, LATE)).has_class("-answered")
        await ask(pilot, UNANSWERED)
        assert len(told(app)) == 1


@journey
async def test_the_conversation_is_exported_to_a_file_that_is_named(
    seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, LATE)
        for name in ("talk.md", "talk.json"):
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(app.screen, ExportScreen))
            app.screen.query_one(Input).value = name
            await pilot.press("enter")
            await until(pilot, (tmp_path / name).exists)
        await until(pilot, lambda: len(told(app)) == 2)
        assert f"Exported to {tmp_path / 'talk.json'}" in told(app)[-1]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        app.screen.query_one(Input).value = "talk.md"
        await pilot.press("enter")
        await until(pilot, lambda: len(told(app)) == 3)
        assert "exists" in told(app)[-1]
    exported = json.loads((tmp_path / "talk.json").read_text("utf-8"))
    assert exported["exchanges"][0]["question"] == LATE
