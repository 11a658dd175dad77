"""Are sentences cut where they end? Precision, recall and F1 of bounds on labelled paragraphs.

    python -m tests.eval.sentences [--wrong]

`sentences/tuned.txt` and `sentences/held_out.txt` hold a sentence a line, an empty line between
paragraphs, "#" before a genre. The sentences of a paragraph are joined with a space, or with none
where the next line begins with "+". A bound is the place where one sentence of a paragraph ends
and the next begins: the last of a paragraph is none. Both files were written, and set apart,
before anything was tuned, and only the first was looked at while tuning.

Beside ours, whichever of spaCy's sentencizer, pysbd, segtok and syntok is installed; they are
yardsticks, and no dependency. `--wrong` prints each sentence of ours that is none, of the first
file.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path

from msgspec import Struct

from embeddings.articles.sentences import sentences

HALVES = ("tuned", "held_out")
FOLDER = Path(__file__).parent / "sentences"

Segmenter = Callable[[str], Iterable[str]]
"""A paragraph → its sentences, in order, with or without the white space between them."""


class Paragraph(Struct, frozen=True):
    """A text, and its sentences as they were labelled."""

    text: str
    sentences: tuple[str, ...]


def main(arguments: Sequence[str]) -> None:
    """Print a row for each segmenter."""
    halves = {half: paragraphs(FOLDER / f"{half}.txt") for half in HALVES}
    counts = {
        half: sum(len(bounds(each.text, each.sentences)) for each in halves[half])
        for half in HALVES
    }
    print("bounds: " + ", ".join(f"{half} {count}" for half, count in counts.items()))
    print(
        "| | " + " | ".join(f"{half}: precision / recall / F1" for half in HALVES) + " | seconds |"
    )
    for name, load in SEGMENTERS.items():
        try:
            segment = load()
        except ImportError:
            print(f"| {name} | not installed |")
            continue
        began = time.perf_counter()
        cells = [_cell(halves[half], segment) for half in HALVES]
        print(f"| {name} | " + " | ".join(cells) + f" | {time.perf_counter() - began:.2f} |")
    if "--wrong" in arguments:
        for paragraph in halves["tuned"]:
            for sentence in ours(paragraph.text):
                if sentence not in paragraph.sentences:
                    print(f"wrong: {sentence}")


def paragraphs(file: Path) -> list[Paragraph]:
    """The labelled paragraphs of a file."""
    lines = [line for line in file.read_text("utf-8").split("\n") if not line.startswith("#")]
    blocks = [block.split("\n") for block in "\n".join(lines).strip().split("\n\n")]
    return [
        Paragraph(
            " ".join(block).replace(" +", ""), tuple(line.removeprefix("+") for line in block)
        )
        for block in blocks
    ]


def bounds(text: str, parts: Iterable[str]) -> set[int]:
    """Where in a text a part begins that is not its first, white space not counted."""
    starts, at = set(), 0
    for part in parts:
        starts.add(at)
        at += len("".join(part.split()))
    return {start for start in starts if 0 < start < len("".join(text.split()))}


def ours(text: str) -> list[str]:
    """Our own sentences of a paragraph."""
    return [text[first:last] for first, last in sentences(text, 0, len(text))]


def _cell(labelled: Sequence[Paragraph], segment: Segmenter) -> str:
    right = found = wanted = 0
    for paragraph in labelled:
        told = bounds(paragraph.text, segment(paragraph.text))
        truth = bounds(paragraph.text, paragraph.sentences)
        right, found, wanted = right + len(told & truth), found + len(told), wanted + len(truth)
    return f"{right / found:.3f} / {right / wanted:.3f} / {2 * right / (found + wanted):.3f}"


def _spacy() -> Segmenter:
    pipeline = import_module("spacy").blank("en")
    pipeline.add_pipe("sentencizer")
    return lambda text: [sentence.text for sentence in pipeline(text).sents]


def _pysbd() -> Segmenter:
    segmenter = import_module("pysbd").Segmenter(language="en", clean=False)
    return lambda text: segmenter.segment(text)


def _segtok() -> Segmenter:
    segmenter = import_module("segtok.segmenter")
    return lambda text: segmenter.split_single(text)


def _syntok() -> Segmenter:
    segmenter = import_module("syntok.segmenter")
    return lambda text: [
        "".join(token.spacing + token.value for token in sentence)
        for paragraph in segmenter.analyze(text)
        for sentence in paragraph
    ]


def _sentencex() -> Segmenter:
    segmenter = import_module("sentencex")
    return lambda text: segmenter.segment("en", text)


SEGMENTERS: dict[str, Callable[[], Segmenter]] = {
    "ours": lambda: ours,
    "sentencex": _sentencex,
    "spaCy's sentencizer": _spacy,
    "pysbd": _pysbd,
    "segtok": _segtok,
    "syntok": _syntok,
}

if __name__ == "__main__":
    main(sys.argv[1:])
