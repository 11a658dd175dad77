"""Where something stands: what every citation comes down to."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A slice of an article: characters [start_char, end_char), lines from 1."""

    source: str
    start_line: int
    end_line: int
    start_char: int
    end_char: int
