"""Where the articles, the index and the model are: flag > environment > config file > default."""

from __future__ import annotations

import codecs
import hashlib
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from platformdirs import user_cache_path, user_config_path, user_log_path

from embeddings.encoding.model import DEFAULT_MODEL
from embeddings.errors import VerbatimError

APP = "verbatim-bot"


class SettingsError(VerbatimError):
    """A setting is not of the form it must have: wrong usage."""

    kind = "usage"


class Defaults(Struct, frozen=True):
    """What holds where nothing is set. Its fields are all that can be set: `seeds` is BOT_SEEDS in
    the environment, and so on."""

    seeds: str = "seeds"
    index: str | None = None
    model: str = DEFAULT_MODEL
    max_file_mb: float = 20.0
    min_confidence: float | None = None
    reader: str = "on"
    log: str | None = None


_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a config file begins that an editor of Windows saved as "Unicode"."""

DEFAULTS = Defaults()
KEYS = Defaults.__struct_fields__


class Settings(Struct, frozen=True):
    """`seeds` and `index` are absolute; files above `max_bytes` are not read; below
    `min_confidence`, 0…1, the articles are said not to answer; None for what was measured.
    `reader`: whether the best passages are read. `log`: the file that was named for it, or None for
    the usual one."""

    seeds: Path
    index: Path
    model: str
    max_bytes: int
    min_confidence: float | None = None
    reader: bool = True
    log: Path | None = None


def config_file() -> Path:
    """The file that holds a person's own defaults (TOML, any of `KEYS`)."""
    return user_config_path(APP) / "config.toml"


def log_file() -> Path:
    """Where the log is written, unless another file is named."""
    return user_log_path(APP) / "bot.log"


def load(flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Settings:
    """Settle each setting by the first place that has it.

    Args:
        flags: what the command line gave, by the names of `KEYS`; None where nothing.

    Raises:
        SettingsError: a value, or the config file, is not of the right form.
    """
    config = _config()
    chosen: dict[str, Any] = {}
    for key in KEYS:
        places = (flags.get(key), environment.get(f"BOT_{key.upper()}") or None, config.get(key))
        chosen[key] = next((value for value in places if value is not None), getattr(DEFAULTS, key))
    seeds = Path(os.path.realpath(_path("seeds", chosen["seeds"])))
    index = own_index(seeds) if chosen["index"] is None else _path("index", chosen["index"])
    model = _text("model", chosen["model"])
    size = "of megabytes above 0"
    megabytes = _number(chosen, "max_file_mb", lambda mb: 0 < mb < 1e6, size, "20")
    confidence = None
    if chosen["min_confidence"] is not None:
        confidence = _number(chosen, "min_confidence", lambda p: 0 <= p <= 1, "from 0 to 1", "0.4")
    reader = _switch("reader", chosen["reader"])
    log = None if chosen["log"] is None else _path("log", chosen["log"]).absolute()
    return Settings(seeds, index.absolute(), model, int(megabytes * 1e6), confidence, reader, log)


def _text(key: str, value: Any) -> str:
    """A setting that is text which can be stored and shown.

    Raises:
        SettingsError: it is not.
    """
    try:
        if not isinstance(value, str) or not value or "\0" in value:
            raise ValueError
        value.encode()
    except ValueError as error:  # UnicodeEncodeError, of a name that is no UTF-8, is one
        raise SettingsError(
            f"{key} is {value!r}, and must be a name in UTF-8", remedy="Set it to another."
        ) from error
    return value


def _switch(key: str, value: Any) -> bool:
    """A setting that is on or off.

    Raises:
        SettingsError: it is neither.
    """
    if isinstance(value, bool):  # of TOML
        return value
    if value not in ("on", "off"):
        raise SettingsError(
            f"{key} is {value!r}, and must be on or off",
            remedy=f"Set it like this: BOT_{key.upper()}=off.",
        )
    return bool(value == "on")


def _path(key: str, value: Any) -> Path:
    try:
        return Path(_text(key, value)).expanduser()
    except RuntimeError as error:
        raise SettingsError(
            f"{key} is {value}, and there is no such user", remedy="Name the folder in full."
        ) from error


def own_index(seeds: Path) -> Path:
    """A folder in the user's cache for these articles: their name, and a hash of their path."""
    key = hashlib.sha256(os.fsencode(seeds)).hexdigest()[:12]
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in seeds.name) or "articles"
    return user_cache_path(APP) / f"{name[:40]}-{key}"


def _number(
    chosen: Mapping[str, Any], key: str, fits: Callable[[float], bool], form: str, example: str
) -> float:
    """A setting that is a number.

    Raises:
        SettingsError: it is none, or does not fit.
    """
    value = chosen[key]
    try:
        number = math.nan if isinstance(value, bool) else float(value)
        if not fits(number):
            raise ValueError
    except (TypeError, ValueError, OverflowError) as error:
        flag, variable = f"--{key.replace('_', '-')}", f"BOT_{key.upper()}"
        raise SettingsError(
            f"{key} is {value!r}, and must be a number {form}",
            remedy=f"Set it like this: {flag} {example} (or {variable}={example}).",
        ) from error
    return number


def _config() -> dict[str, Any]:
    path = config_file()
    try:
        content = path.read_bytes()
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        problem = f"{path} cannot be read: {error}"
        raise SettingsError(problem, remedy="Mend or remove it.") from error
    import tomllib

    try:
        config = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}", remedy="Mend or remove it.") from error
    if unknown := sorted(config.keys() - set(KEYS)):
        raise SettingsError(
            f"{path} sets {unknown[0]}, which is no setting",
            remedy=f"The settings are: {', '.join(KEYS)}.",
        )
    return config
