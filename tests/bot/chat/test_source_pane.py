"""The source pane: rows, places, and text as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.chat.source_pane import wrap
from embeddings.articles.passages import Lines
from embeddings.encoding.model import Model
from embeddings.index.rebuild import rebuild
from tests.conftest import MAX_BYTES, SEEDS, write
from tests.pilot import ask, journey, opened, press_until, shown, told, until

HOSTILE = (
    "The [bold]harbour[/bold] of Qeqertarsuaq [/] was \x1b[31mred\x1b[0m \u202eesrever\u202c in"
    " 1911 \N{ZERO WIDTH JOINER}\N{FAMILY} 🧑‍🚀 " + "w" * 10_000 + " $x {y} \\[z] <script>."
)


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("", 10, [""]),
        ("one\ntwo", 10, ["one", "two"]),
        ("one\n", 10, ["one"]),
        ("one\n\ntwo\n", 10, ["one", "", "two"]),
        ("one\r\ntwo\r\n", 10, ["one", "two"]),
        ("one two three", 8, ["one two ", "three"]),
        ("abcdefghijkl", 5, ["abcde", "fghij", "kl"]),
        ("a bcdefghij", 5, ["a ", "bcdef", "ghij"]),
        ("日本語の本", 4, ["日本", "語の", "本"]),
        ("a\tb c", 3, ["a\tb ", "c"]),
    ],
)
def test_rows_are_the_text_cut_at_words(text: str, width: int, rows: list[str]) -> None:
    found = wrap(text, width)
    assert [text[row.start : row.end] for row in found] == rows


@given(
    st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])), st.integers(2, 30)
)
def test_rows_lose_nothing_and_fit(text: str, width: int) -> None:
    rows = wrap(text, width)
    joined = "".join(("\n" if row.line > 1 else "") + text[row.start : row.end] for row in rows)
    assert joined == text.removesuffix("\n")
    lines = Lines(text)
    for row in rows:
        assert cell_len(text[row.start : row.end].replace("\t", " ").rstrip()) <= width
        if row.line:
            assert lines.starts[row.line - 1] == row.start


@pytest.mark.slow
@journey
async def test_hostile_text_is_shown_as_written_and_breaks_nothing(
    tmp_path: Path, model: Model
) -> None:
    seeds = write(
        tmp_path / "hostile",
        {
            "[bold]x[/] $y.txt": f"A [red]heading[/red]\n\n{HOSTILE}\n\nThe end of it [/b].",
            "plain.txt": "The harbour of Qaanaaq was painted blue in 1953.",
        },
    )
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    question = "Was the [b]harbour[/] of Qeqertarsuaq \x1b[31mred\u202e? [/bold] 🧑‍🚀"
    async with opened(seeds, tmp_path / "index", size=(60, 24)) as (app, pilot):
        for size in ((60, 24), (40, 12), (150, 40)):
            await pilot.resize_terminal(*size)
            card = await ask(pilot, question)
            assert card.exchange is not None
            text = shown(card)
            assert (
                "❯ Was the [b]harbour[/] of Qeqertarsuaq ␛[31mred\N{REPLACEMENT CHARACTER}?" in text
            )
            await pilot.press("ctrl+t")
            views = {view.citation: view for view in card.views()}
            citation = next(one for one in card.citations if "[bold]harbour" in one.passage.text)
            drawn = str(views[citation].content)
            assert "[bold]harbour[/bold] of Qeqertarsuaq [/] was ␛[31mred␛[0m" in drawn
            assert "\x1b" not in drawn
            assert "\u202e" not in drawn
            app.transcript.choose(views[citation])
            await pilot.press("f3")
            await until(pilot, lambda: app.pane.opened and app.pane.view.rows_shown())
            assert app.pane.opened is not None
            assert HOSTILE in app.pane.opened.text
            assert "\x1b" not in "".join(
                segment.text for y in range(5) for segment in app.pane.view.render_line(y)
            )
            await pilot.press("f5", "escape")
        for key in ("f1", "f2"):
            await pilot.press(key, "escape")


@journey
async def test_a_word_of_ten_thousand_characters_is_asked(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, size=(40, 12)) as (_, pilot):
        card = await ask(pilot, "w" * 10_000)
        assert "w" * 10_000 in shown(card)
        assert card.has_class("-refused")


@pytest.mark.slow
@journey
async def test_a_source_that_is_gone_is_told_of(seeds: Path, tmp_path: Path) -> None:
    async with opened(seeds, tmp_path / "index") as (app, pilot):
        card = await ask(pilot, "How late did the launch start?")
        (seeds / card.citations[0].source).unlink()
        await pilot.press("f3")
        await until(pilot, lambda: told(app))
        assert told(app)[-1] == f"{card.citations[0].source} is no longer in the folder."
        assert not app.pane.display


@pytest.mark.slow
@journey
async def test_the_pane_is_the_persons(seeds: Path, tmp_path: Path) -> None:
    async with opened(seeds, tmp_path / "index") as (app, pilot):
        card = await ask(pilot, "How late did the launch start?")
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened and app.pane.display)
        # what is read again does not put a closed pane back
        await app.pane.reopen()
        await pilot.press("f3")
        await pilot.pause()
        assert not app.pane.display
        # and an article that goes stays, and says so
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.display)
        (seeds / card.citations[0].source).unlink()
        await app.pane.reopen()
        await until(pilot, lambda: "this is how it was." in shown(app.pane))
        assert app.pane.view.rows_shown()


@pytest.mark.slow
@journey
async def test_a_book_opens_at_its_passage(tmp_path: Path, model: Model) -> None:
    lines = [f"Line {number} of the book says nothing of interest." for number in range(1, 400)]
    lines[300] = "The lighthouse at Skagen was painted red by Maren Holt in 1911."
    seeds = write(tmp_path / "book", {"book.txt": "\r\n".join(lines)})
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    async with opened(seeds, tmp_path / "index") as (app, pilot):
        await ask(pilot, "Who painted the lighthouse at Skagen?")
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened and app.pane.view.rows_shown())
        assert 301 in [row.line for row in app.pane.view.rows_shown()]
        app.pane.view.focus()
        await until(pilot, lambda: app.pane.view.has_focus)
        view = app.pane.view
        await press_until(pilot, "home", lambda: [row.line for row in view.rows_shown()][:1] == [1])
        await press_until(pilot, "m", lambda: 301 in [row.line for row in view.rows_shown()])
        # narrower, the place that is read stays
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: app.pane.region.width == 60)
        await until(
            pilot, lambda: [one for one in app.pane.view.rows_shown()[:1] if one.start > 10_000]
        )
