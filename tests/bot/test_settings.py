"""Settings: a flag wins over the environment, that over the config file, that over defaults."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.settings import SettingsError, config_file, load
from tests.bot.commands.conftest import document
from tests.conftest import SEEDS, Bot, write


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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_byte_order_mark_in_the_config_file_is_passed_over(encoding: str) -> None:
    """As editors and shells of Windows save it."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    text = f'{mark}seeds = "/vår/mappe"\r\nmin_confidence = 0.45\r\n'
    write(config_file().parent, {"config.toml": text.encode(encoding)})
    settings = load({})
    assert (settings.min_confidence, settings.seeds) == (0.45, Path("/vår/mappe"))


def test_a_config_file_that_is_no_text_is_one_line() -> None:
    for content in (b"\xff\xfe\x00", b"\xef\xbb\xbf\xff", b"\xe5 = 1"):
        write(config_file().parent, {"config.toml": content})
        with pytest.raises(SettingsError, match=r"config\.toml cannot be read: .*decode"):
            load({})


@pytest.mark.slow
def test_the_size_limit_is_a_setting(bot: Bot, seeds: Path) -> None:
    write(seeds, {"big.txt": "Too big. " * 20_000})
    env = {**os.environ, "BOT_MAX_FILE_MB": "0.1"}
    report = document(bot("rebuild", "--json", env=env))
    assert report["failed"] == [
        {"source": "big.txt", "reason": "is too large: 0.18 MB, and the limit is 0.1 MB"}
    ]
    assert document(bot("status", "--json", env=env))["stale"] is False
    assert document(bot("status", "--json"))["added"] == ["big.txt"]


@pytest.mark.parametrize("value", ["2", "-0.1", "nan", "high"])
def test_a_confidence_that_is_none_is_wrong_usage(bot: Bot, value: str) -> None:
    done = bot("ask", "--seeds", SEEDS, f"--min-confidence={value}", "Who?")
    assert done.returncode == 2
    assert "must be a number from 0 to 1" in done.stderr


@pytest.mark.slow
def test_each_articles_folder_has_its_own_index(bot: Bot, seeds: Path, tmp_path: Path) -> None:
    write(tmp_path / "other", {"a.txt": "A text."})
    first = document(bot("rebuild", "--json"))["index"]
    second = document(bot("rebuild", "--json", "--seeds", "other"))["index"]
    assert first != second
    assert Path(first).parent == Path(os.environ["XDG_CACHE_HOME"]) / "verbatim-bot"
