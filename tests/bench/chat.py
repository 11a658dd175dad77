"""How quick is the chat, from its start to the five-hundredth answer?

    python -m tests.bench.chat [PART …]           (default: all of start answers stalls)

start    in a real terminal: first paint (the prompt is on the screen), as a ratio to an empty
         Textual app that shows one word; ready; a question to its answer; memory
answers  a question to its answer on the screen, after 0, 100 and 500 answers
stalls   the longest time for which the event loop did nothing, from the start over twenty
         questions with their sources to an article that changes meanwhile
"""

from __future__ import annotations

import asyncio
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.commands.process import calm_collector
from bot.conversations.conversation import Conversation
from embeddings.encoding.model import find_model
from embeddings.index.rebuild import rebuild
from tests.bench.process import BOT, SEEDS
from tests.conftest import MAX_BYTES
from tests.pilot import Opened, ask, opened, until
from tests.terminal import Terminal

RUNS = 9
SIZE = (110, 36)
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("painted")
Empty().run()
"""
QUESTIONS = (
    "How late did the launch start?",
    "Who moderated the event?",
    "What software encodes the sound?",
    "How many people were in the second room?",
    "What did the former employee call Spaces?",
)


def start(index: Path) -> None:
    """Print what passes between the command and its first answers."""
    command = [*BOT, "--no-history", "--seeds", str(SEEDS), "--index", str(index)]
    painted, ready, empty, answered, memory = [], [], [], [], []
    for _ in range(RUNS):
        with Terminal([sys.executable, "-c", EMPTY], size=SIZE) as terminal:
            empty.append(terminal.until("painted"))
        with Terminal(command, size=SIZE) as terminal:
            painted.append(terminal.until("Ask the articles…"))
            ready.append(terminal.until(re.compile(r"\d+ articles, \d+ passages").search))
            for number, question in enumerate(QUESTIONS, start=1):
                terminal.send(question)
                terminal.until(f"│ {question}")
                asked = time.perf_counter()
                terminal.send("\r")
                terminal.until(_answer_to(question))
                if number > 1:  # the first may wait for the model
                    answered.append(time.perf_counter() - asked)
            memory.append(_peak(terminal.process.pid))
    print("| chat in a terminal | ms | × an empty Textual app |\n|---|---|---|")
    for name, seconds in (
        ("an empty Textual app, first paint", min(empty)),
        ("first paint", min(painted)),
        ("ready", min(ready)),
        ("question to screen, median", statistics.median(answered)),
        (f"question to screen, worst of {len(answered)}", max(answered)),
    ):
        print(f"| {name} | {_ms(seconds)} | {seconds / min(empty):.2f} |")
    print(f"\nMemory, at most: {max(memory):.0f} MB.\n")


def _answer_to(question: str) -> Callable[[str], object]:
    return re.compile(rf"❯ {re.escape(question)}[\s\S]*▸ \d").search


def _peak(process: int) -> float:
    """The most memory that the process had, in MB (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert peak is not None
    return int(peak[1]) / 1024


async def answers(index: Path) -> None:
    """Print the time of an answer by the length of the conversation."""
    async with opened(SEEDS, index, size=SIZE) as (app, pilot):
        card = await ask(pilot, QUESTIONS[0])
        assert card.exchange is not None
        print("| answers before | question to screen in Pilot, median, ms | worst, ms |")
        print("|---|---|---|")
        for length in (0, 100, 500):
            app.conversation = Conversation()
            app.conversation.exchanges += [card.exchange] * length
            await app.transcript.start(app.conversation.exchanges)
            times = []
            for question in QUESTIONS * 4:
                begun = time.perf_counter()
                await ask(pilot, question)
                times.append(time.perf_counter() - begun)
            median = statistics.median(times)
            print(f"| {length} | {_ms(median)} | {_ms(max(times))} |")
    print()


async def stalls(index: Path) -> None:
    """Print the longest stall of the event loop."""
    calm_collector()  # as `bot chat` does
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder, "seeds")
        seeds.mkdir()
        for path in SEEDS.iterdir():
            (seeds / path.name).write_bytes(path.read_bytes())
        async with _watched() as gaps, opened(seeds, index, size=SIZE, wait=False) as chat:
            await _hour(chat, seeds)
    longest = ", ".join(_ms(gap) for gap in sorted(gaps)[:-5:-1])
    print(f"Longest stalls of the event loop: {longest} ms.")


async def _hour(chat: Opened, seeds: Path) -> None:
    app, pilot = chat
    for question in QUESTIONS * 4:
        await ask(pilot, question)
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened)
        await pilot.press("f3")
    (seeds / "new.txt").write_text("The lighthouse at Skagen was painted red in 1911.")
    await until(pilot, lambda: "added new.txt" in app.follower.state.status())
    await ask(pilot, "When was the lighthouse painted?")


@asynccontextmanager
async def _watched() -> AsyncIterator[list[float]]:
    """How much later than it was due the event loop came back, each time."""
    gaps: list[float] = []

    async def beat() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            gaps.append(time.perf_counter() - begun - 0.001)

    task = asyncio.create_task(beat())
    try:
        yield gaps
    finally:
        task.cancel()


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"


def main(parts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder, "index")
        rebuild(SEEDS, index, find_model(), max_bytes=MAX_BYTES)
        if "start" in parts:
            start(index)
        if "answers" in parts:
            asyncio.run(answers(index))
        if "stalls" in parts:
            asyncio.run(stalls(Path(folder, "another")))


if __name__ == "__main__":
    main(sys.argv[1:] or ["start", "answers", "stalls"])
