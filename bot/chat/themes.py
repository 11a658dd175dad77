"""The chosen theme, kept from one chat to the next."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_state_path

from bot.settings import APP

if TYPE_CHECKING:
    from textual.app import App
    from textual.theme import Theme


def theme_file() -> Path:
    """Where the theme's name is kept."""
    return user_state_path(APP) / "theme"


def restore(app: App[None]) -> None:
    """Put on the theme that was chosen last, and keep the ones chosen from now on."""
    with suppress(OSError, UnicodeDecodeError):  # none was ever chosen, or it cannot be told
        name = theme_file().read_text("utf-8").strip()
        # without colours, those themes that leave them to the terminal are black on black
        if name in app.available_themes and not (os.environ.get("NO_COLOR") and "ansi" in name):
            app.theme = name
    app.theme_changed_signal.subscribe(app, _keep)


def _keep(theme: Theme) -> None:
    with suppress(OSError):  # a theme is not worth a complaint
        theme_file().parent.mkdir(parents=True, exist_ok=True)
        theme_file().write_text(f"{theme.name}\n", "utf-8")
