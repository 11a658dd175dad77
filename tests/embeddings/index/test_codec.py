from __future__ import annotations

import numpy as np
import pytest

from embeddings.arrays import Floats, unit
from embeddings.index import codec

DIMENSION = 384


def made(count: int) -> Floats:
    return unit(np.random.default_rng(0).normal(size=(count, DIMENSION)).astype(np.float32))


def test_passages_take_two_bytes_a_number() -> None:
    vectors = made(50)
    blobs = [codec.passage_bytes(vector) for vector in vectors]
    assert {len(blob) for blob in blobs} == {2 * DIMENSION}
    back = codec.passages(blobs)
    assert back.shape == (50, DIMENSION)
    assert back.dtype == np.float32
    assert np.abs(back - vectors).max() < 0.0005
    assert np.abs(back @ vectors.T - vectors @ vectors.T).max() < 0.0005


def test_sentences_take_one_byte_a_number_and_are_of_unit_length() -> None:
    vectors = made(60)
    blobs = [codec.sentence_bytes(vectors[:1]), codec.sentence_bytes(vectors[1:])]
    assert [len(blob) for blob in blobs] == [DIMENSION, 59 * DIMENSION]
    back = codec.sentences(blobs, DIMENSION)
    assert back.shape == (60, DIMENSION)
    assert back.dtype == np.float32
    assert np.linalg.norm(back, axis=1) == pytest.approx(1, abs=1e-6)
    errors = back @ vectors.T - vectors @ vectors.T
    assert errors.std() < 0.0005
    assert np.abs(errors).max() < 0.003


def test_the_largest_number_of_a_sentence_takes_the_whole_byte() -> None:
    directions = np.frombuffer(codec.sentence_bytes(made(20)), np.int8).reshape(20, DIMENSION)
    assert np.abs(directions.astype(int)).max(axis=1).tolist() == [127] * 20


def test_none_are_no_trouble() -> None:
    assert codec.passages([]).shape == (0, 0)
    assert codec.sentences([], 0).shape == (0, 0)
    assert codec.sentences([], DIMENSION).shape == (0, DIMENSION)
