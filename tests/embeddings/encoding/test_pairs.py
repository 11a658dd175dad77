"""The reader: one forward pass for question and passage, from a file that is unpacked once."""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoding.bert import map_safetensors
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import READER
from embeddings.encoding.pairs import (
    KEPT,
    LONGEST,
    LONGEST_QUESTION,
    PairReader,
    Scores,
    open_reader,
)
from embeddings.errors import ModelError

QUESTION = "Who moderated the event?"
PASSAGES = (
    "The event was moderated by David Sacks.",
    "It began at 6 p.m.; half an hour later nobody had said a word.",
)


def read(reader: PairReader) -> Scores:
    return reader.read(QUESTION, PASSAGES)[0]


def same(first: Scores, second: Scores) -> bool:
    return bool(
        np.allclose(first.begins, second.begins, atol=1e-3)
        and np.allclose(first.ends, second.ends, atol=1e-3)
        and abs(first.nothing - second.nothing) < 1e-3
    )


@pytest.mark.slow
def test_it_computes_what_its_architecture_says(reader: PairReader, encoder: LightEncoder) -> None:
    """Against Hugging Face's BertModel with the file's own weights, and its linear head."""
    import torch
    from transformers import BertConfig, BertModel

    tensors, about = map_safetensors(READER)
    states = {name: torch.from_numpy(np.array(tensor)) for name, tensor in tensors.items()}
    states["embeddings.word_embeddings.weight"] = torch.from_numpy(np.array(encoder.words))
    config = json.loads((encoder.model.folder / "config.json").read_text())
    config["hidden_act"] = about.get("hidden_act", "gelu")
    bert = BertModel(BertConfig(**config), add_pooling_layer=False)
    bert.train(False)
    head = states.pop("head.weight"), states.pop("head.bias")
    bert.load_state_dict(states, strict=False)
    asked, *passages = (
        encoder.tokenizer.encode(text, add_special_tokens=not number).ids
        for number, text in enumerate([QUESTION, *PASSAGES])
    )
    for passage, scores in zip(passages, reader.read(QUESTION, PASSAGES), strict=True):
        ids = torch.tensor([[*asked, *passage, asked[-1]]])
        kinds = torch.tensor([[0] * len(asked) + [1] * (len(passage) + 1)])
        with torch.inference_mode():
            hidden = bert(input_ids=ids, token_type_ids=kinds).last_hidden_state[0]
        expected = torch.nn.functional.linear(hidden, *head).numpy()
        inside = expected[len(asked) : -1]
        np.testing.assert_allclose(scores.begins, inside[:, 0], atol=1e-3)
        np.testing.assert_allclose(scores.ends, inside[:, 1], atol=1e-3)
        assert scores.nothing == pytest.approx(float(expected[0].sum()), abs=1e-3)


def test_the_words_that_answer_score_best(reader: PairReader) -> None:
    scores = read(reader)
    begin, end = int(scores.begins.argmax()), int(scores.ends.argmax())
    assert PASSAGES[0][scores.offsets[begin][0] : scores.offsets[end][1]] == "David Sacks"
    best, other = (
        own.begins.max() + own.ends.max() - own.nothing for own in reader.read(QUESTION, PASSAGES)
    )
    assert best > 0
    assert best > other + 5


def test_a_passage_is_read_alike_whatever_is_read_beside_it(reader: PairReader) -> None:
    assert same(read(reader), reader.read(QUESTION, PASSAGES[:1])[0])


def test_it_reads_characters_as_people_do(reader: PairReader) -> None:
    written = "The event was mo\u00adderated by Ma-\nrius Sacks in the o\ufb03ce."
    read_as = "The event was moderated by Ma-\nrius Sacks in the office."
    own, others = reader.read(QUESTION, [written, read_as])
    assert same(own, others)
    begin = int(own.begins.argmax())
    assert written[own.offsets[begin][0] :].startswith("Ma-\nrius")


@pytest.mark.parametrize("passage", ["", "—", "word " * 1000, "é" * 500])
def test_a_passage_of_any_length_is_read(reader: PairReader, passage: str) -> None:
    (scores,) = reader.read(QUESTION, [passage])
    assert len(scores.begins) == len(scores.ends) == len(scores.offsets) < LONGEST
    assert scores.cut == passage.startswith("word")


def test_a_question_beyond_what_is_read_is_cut(reader: PairReader) -> None:
    words = "who " * (2 * LONGEST_QUESTION)
    (scores,) = reader.read(words, PASSAGES[:1])
    (cut,) = reader.read("who " * LONGEST_QUESTION, PASSAGES[:1])
    assert same(scores, cut)
    assert reader.read(words, []) == []


def kept_in(folder: Path) -> Path:
    """The one file that is kept there."""
    (kept,) = folder.iterdir()
    return kept


def test_it_is_unpacked_once(encoder: LightEncoder, reader: PairReader, tmp_path: Path) -> None:
    first = open_reader(encoder, tmp_path)
    kept = kept_in(tmp_path)
    written = kept.stat()
    again = open_reader(encoder, tmp_path)
    assert (kept.stat().st_ino, kept.stat().st_ctime_ns) == (written.st_ino, written.st_ctime_ns)
    assert kept_in(tmp_path) == kept
    assert again.fingerprint == first.fingerprint == reader.fingerprint
    assert same(read(again), read(first))


@pytest.mark.parametrize(
    "damage", ["cut", "empty", "garbage", "noise", "zeros", "header", "deep", "list", "folder"]
)
def test_what_is_kept_is_made_anew_where_it_is_not_as_it_was_written(
    encoder: LightEncoder, reader: PairReader, tmp_path: Path, damage: str
) -> None:
    open_reader(encoder, tmp_path)
    kept = kept_in(tmp_path)
    before = kept.stat()
    content = kept.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    noise = np.random.default_rng(0).bytes(len(content) - start)
    heads = {"header": b'{"a": null}', "deep": b"[" * 100_000, "list": b"[1, 2]"}
    if damage == "cut":
        os.truncate(kept, before.st_size // 2)
    elif damage == "folder":
        kept.unlink()
        kept.mkdir()
        assert same(read(open_reader(encoder, tmp_path)), read(reader))
        return
    elif damage in heads:
        kept.write_bytes(len(heads[damage]).to_bytes(8, "little") + heads[damage])
    else:
        others = {"empty": b"", "garbage": b"no reader at all", "noise": content[:start] + noise}
        kept.write_bytes(others.get(damage, content[:start] + bytes(len(content) - start)))
    os.utime(kept, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert same(read(open_reader(encoder, tmp_path)), read(reader))
    made = kept_in(tmp_path).stat()
    assert made.st_size == before.st_size
    assert same(read(open_reader(encoder, tmp_path)), read(reader))
    assert kept_in(tmp_path).stat().st_ino == made.st_ino  # once


def test_two_readers_are_kept_side_by_side_and_only_the_wanted_one_is_read(
    encoder: LightEncoder, reader: PairReader, tmp_path: Path
) -> None:
    other = tmp_path / "other.safetensors"
    content = bytearray(READER.read_bytes())
    content[-1] ^= 1
    other.write_bytes(content)
    cache = tmp_path / "cache"
    assert open_reader(encoder, cache).fingerprint == reader.fingerprint
    assert open_reader(encoder, cache, weights=other).fingerprint != reader.fingerprint
    assert len([*cache.iterdir()]) == 2
    with pytest.raises(ModelError, match="damaged, or of another version"):
        open_reader(encoder, tmp_path / "empty", reader.fingerprint, other)
    assert open_reader(encoder, cache, reader.fingerprint, other).fingerprint == reader.fingerprint


def test_where_nothing_can_be_kept_it_reads_all_the_same(
    encoder: LightEncoder, reader: PairReader, tmp_path: Path
) -> None:
    cache = tmp_path / "a file"
    cache.write_text("where the folder should be")
    assert same(read(open_reader(encoder, cache)), read(reader))
    assert cache.read_text() == "where the folder should be"


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "no reader"])
def test_a_file_that_is_no_reader_is_an_error(
    encoder: LightEncoder, tmp_path: Path, damage: str
) -> None:
    weights = tmp_path / "weights.safetensors"
    if damage == "empty":
        weights.write_bytes(b"")
    elif damage == "cut":
        weights.write_bytes(READER.read_bytes()[:1_000_000])
    elif damage == "no reader":
        shutil.copy(encoder.model.folder / "model.safetensors", weights)
    with pytest.raises(ModelError, match=r"weights\.safetensors"):
        open_reader(encoder, tmp_path / "cache", weights=weights)
    assert not (tmp_path / "cache").exists()


def test_what_a_killed_process_left_is_cleared_away(
    encoder: LightEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / f"{KEPT}abcd"
    left.write_bytes(b"half of it")
    open_reader(encoder, tmp_path)
    assert left.exists()  # it may be another process's that is at it now
    for kept in tmp_path.glob("*.safetensors"):
        kept.unlink()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 10 * 86_400)
    open_reader(encoder, tmp_path)
    assert kept_in(tmp_path).suffix == ".safetensors"


def test_a_full_disk_leaves_nothing_behind(
    encoder: LightEncoder, reader: PairReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert same(read(open_reader(encoder, tmp_path)), read(reader))
    assert [*tmp_path.iterdir()] == []
