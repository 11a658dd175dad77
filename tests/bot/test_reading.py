"""Whether passages are read, and what is said where they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from platformdirs import user_cache_path

import bot.reading
from bot.archive import Archive
from bot.commands.main import main
from bot.presenting.status import caveats, no_reader_words
from bot.reading import NoReader, fingerprint_of, no_reader, reader_of
from bot.settings import APP, Settings
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import READER, Model
from tests.conftest import MAX_BYTES, SEEDS, Bot

QUESTION = "Who moderated the event?"


def settings(index: Path, *, model: str = "all-MiniLM-L6-v2", reader: bool = True) -> Settings:
    return Settings(SEEDS, index, model, MAX_BYTES, reader=reader)


def test_it_reads_with_the_default_model_alone(encoder: LightEncoder, tmp_path: Path) -> None:
    usual = settings(tmp_path)
    assert no_reader(usual) is None
    own = reader_of(usual, encoder)
    assert own is not None
    assert fingerprint_of(usual) == own.fingerprint
    for others, kind in (
        (settings(tmp_path, reader=False), "off"),
        (settings(tmp_path, model="some/other"), "another model"),
    ):
        assert no_reader(others) == NoReader(kind)  # type: ignore[arg-type]
        assert reader_of(others, encoder) is None
        assert fingerprint_of(others) is None


@pytest.mark.parametrize("damage", ["missing", "cut", "another"])
def test_a_damaged_reader_is_said_once_and_answered_without(
    seeds_index: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    damage: str,
) -> None:
    content = READER.read_bytes()
    file = tmp_path / "reader.safetensors"
    if damage != "missing":
        file.write_bytes(content[:-9] if damage == "cut" else content[:-1] + b"\0")
    monkeypatch.setattr(bot.reading, "READER", file)
    kept = [*user_cache_path(APP).glob("reader-*")]
    assert no_reader(settings(seeds_index)) is None  # it is kept, and whole
    for path in kept:
        path.unlink()
    given = ["ask", "--json", "--seeds", str(SEEDS), "--index", str(seeds_index)]
    assert main([*given, "--after", "Who hosted it?", QUESTION]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["reader"] is False
    assert err.count("Answered without the reader.") == 1
    assert len(err.splitlines()) == 1
    without = json.loads(out)
    assert main([*given, "--no-reader", "--after", "Who hosted it?", QUESTION]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == without
    assert err == ""


def test_an_answer_and_the_status_say_whether_it_reads(bot: Bot, seeds_index: Path) -> None:
    places = ("--seeds", SEEDS, "--index", seeds_index, "--json")
    for flags, reads in (((), True), (("--no-reader",), False)):
        answer = json.loads(bot("ask", *places, *flags, QUESTION).stdout)
        assert answer["reader"] is reads
        assert answer["answered"]
    status = json.loads(bot("status", *places).stdout)
    assert (status["reader"], status["no_reader"]) == (True, None)


def test_the_environment_turns_it_off(
    bot: Bot, seeds_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_READER", "off")
    places = ("--seeds", SEEDS, "--index", seeds_index, "--json")
    assert json.loads(bot("ask", *places, QUESTION).stdout)["reader"] is False
    status = json.loads(bot("status", *places).stdout)
    assert (status["reader"], status["no_reader"]) == (False, "off, as it was set")
    monkeypatch.setenv("BOT_READER", "perhaps")
    refused = bot("status", *places)
    assert refused.returncode == 2
    assert "must be on or off" in json.loads(refused.stdout)["error"]["message"]


def test_a_passage_in_another_language_is_not_read_beside_others(
    tmp_path: Path, model: Model
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "turm.txt").write_text(
        "Turm\n\nDer Turm in Hamburg ist 280 Meter hoch. Er wurde im Jahr 1968 eröffnet und ist"
        " seit 2001 geschlossen, weil die Stadt ihn noch nicht instand gesetzt hat.\n"
    )
    for name in ("mast", "bridge"):
        (folder / f"{name}.txt").write_text(
            f"The {name}\n\nThe {name} of the town is 80 metres high. It was built when the river"
            " was widened, and nobody knows who had the idea of painting it.\n"
        )
    with Archive(Settings(folder, tmp_path / "index", model.name, MAX_BYTES)) as archive:
        answer = archive.ask("How high is the Turm in Hamburg?")
        alone = Settings(folder, tmp_path / "index", model.name, MAX_BYTES, reader=False)
        with Archive(alone) as without:
            before = {own.source: own.score for own in without.ask(answer.question).shown}
    assert answer.reader  # the others were
    (german,) = (own for own in answer.shown if own.source == "turm.txt")
    assert german.score <= before["turm.txt"]


def test_articles_in_another_language_are_judged_without(tmp_path: Path, model: Model) -> None:
    folder = tmp_path / "german"
    folder.mkdir()
    (folder / "rathaus.txt").write_text(
        "Rathaus\n\nDer Bürgermeister von Köln ist am Montag zurückgetreten. Einen Grund nannte er"
        " nicht, und seine Stellvertreterin Anna Berg will die Geschäfte ab Donnerstag übernehmen."
        " Die Brücke über den Fluss bleibt bis zum Herbst gesperrt, teilte die Stadt mit.\n"
    )
    at = Settings(folder, tmp_path / "index", model.name, MAX_BYTES)
    with Archive(at) as archive:
        answer = archive.ask("Wann ist der Bürgermeister zurückgetreten?")
        assert archive.reader is not None
    assert not answer.reader
    assert all(citation.score for citation in answer.shown)


def test_what_is_said_where_it_does_not_read() -> None:
    assert no_reader_words(NoReader("off")) == "off, as it was set"
    assert caveats(NoReader("off"), None) == caveats(NoReader("another model"), None) == []
    assert caveats(NoReader("unusable", "It is cut"), None) == [
        "Answered without the reader. It is cut."
    ]
    assert caveats(None, None) == []
