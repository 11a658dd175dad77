"""Make the README's picture of the chat, tests/chat.svg, from a real run over seeds/.

python -m tests.screenshot
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from bot.chat.app import ChatApp
from bot.settings import Settings
from embeddings.encoding.model import DEFAULT_MODEL
from tests.conftest import MAX_BYTES, PROJECT, SEEDS
from tests.pilot import ask, until

PICTURE = PROJECT / "tests" / "chat.svg"


async def take(index: Path) -> None:
    """Ask, follow up, open the source, and draw the screen."""
    app = ChatApp(Settings(SEEDS, index, DEFAULT_MODEL, MAX_BYTES), keep=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await ask(pilot, "What did Twitter staff think of Spaces?")
        await ask(pilot, "Who called it a prototype?")
        await _open_source(pilot, app)
        PICTURE.write_text(app.export_screenshot(title="bot", simplify=True), "utf-8")


async def _open_source(pilot: Pilot[None], app: ChatApp) -> None:
    await pilot.press("f3")
    # drawn too, where it is cited: beside the two cards that quote it
    await until(pilot, lambda: app.export_screenshot(simplify=True).count("blunter") == 3)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(take(Path(folder)))
    print(f"wrote {PICTURE.relative_to(PROJECT)}")
