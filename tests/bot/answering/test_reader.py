"""What of a passage is read, and which words of it."""

from __future__ import annotations

import pytest

from bot.answering import reader as reading
from bot.answering.reader import LEAST, LONGEST_ANSWER, ROOM, read, window
from embeddings.articles.passages import Passage, Sentence
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.pairs import PairReader

ABOVE = 1000
"""Characters of the article before the passage."""


def passage(*sentences: str) -> Passage:
    bounds, start = [], ABOVE
    for text in sentences:
        bounds.append(Sentence(start, start + len(text)))
        start += len(text) + 1
    text = " ".join(sentences)
    return Passage(text, ABOVE, ABOVE + len(text), 1, 1, tuple(bounds))


LONG = passage(*(f"{number} {'word ' * 18}end." for number in range(9)))
"""Nine sentences of some hundred characters."""


@pytest.mark.parametrize("mark", range(9))
def test_what_is_read_are_whole_sentences_round_the_mark(mark: int) -> None:
    own = window(LONG, LONG.sentences[mark])
    assert LONG.sentences[mark] in own
    assert own[-1].end_char - own[0].start_char <= ROOM
    first = LONG.sentences.index(own[0])
    assert own == LONG.sentences[first : first + len(own)]
    assert len(own) == ROOM // 102


def test_a_short_passage_is_read_whole_and_a_long_mark_alone() -> None:
    short = passage("It rained.", "He left at noon.")
    assert window(short, short.sentences[1]) == short.sentences
    long = passage("It rained.", "word " * ROOM, "He left.")
    assert window(long, long.sentences[1]) == long.sentences[1:2]


def test_the_words_stand_in_their_sentence(reader: PairReader) -> None:
    own = passage("It rained in Leeds.", "The bridge was opened by Nils Berg.", "—")
    (result,) = read("Who opened the bridge?", [(own, own.sentences[1])], reader)
    assert result is not None
    span = result.spans[own.sentences[1]]
    assert own.text[span.start_char - ABOVE : span.end_char - ABOVE] == "Nils Berg"
    assert result.score == span.score == max(each.score for each in result.spans.values())
    for sentence, words in result.spans.items():
        assert sentence.start_char <= words.start_char < words.end_char <= sentence.end_char


def test_no_answer_is_longer_than_what_was_learnt(
    reader: PairReader, encoder: LightEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = passage("She gave no reason other than " + "a very long and tired " * 30 + "sigh.")
    for longest in (LONGEST_ANSWER, 3):
        monkeypatch.setattr(reading, "LONGEST_ANSWER", longest)
        (result,) = read("Why did she leave?", [(own, own.sentences[0])], reader)
        assert result is not None
        (span,) = result.spans.values()
        words = own.text[span.start_char - ABOVE : span.end_char - ABOVE]
        assert encoder.count_tokens([words])[0] <= longest


def test_where_there_are_no_words_nothing_speaks_for_it(reader: PairReader) -> None:
    own = passage(" ")
    (result,) = read("Who?", [(own, own.sentences[0])], reader)
    assert result is not None
    assert result.spans == {}
    assert result.score == LEAST
    assert read("Who?", [], reader) == []


def test_what_is_too_long_to_be_read_to_its_end_is_not_judged_by_its_beginning(
    reader: PairReader,
) -> None:
    long = passage("word and that the " * 260 + "finally Konrad Abel invented the zipper.")
    assert read("Who invented the zipper?", [(long, long.sentences[0])], reader) == [None]


def test_rows_are_read_below_their_header(reader: PairReader) -> None:
    text = "| Mill | 9 |\n| Quay | 4 |"
    bounds = (Sentence(ABOVE, ABOVE + 12), Sentence(ABOVE + 13, ABOVE + 25))
    bare = Passage(text, ABOVE, ABOVE + len(text), 1, 2, bounds, None, "table")
    below = Passage(
        text, ABOVE, ABOVE + len(text), 1, 2, bounds, None, "table", "| Stop | Minutes on foot |"
    )
    question = "How many minutes on foot is it to the quay?"
    without, result = read(question, [(bare, bounds[1]), (below, bounds[1])], reader)
    assert without is not None
    assert result is not None
    assert result.score > without.score
    span = result.spans[bounds[1]]
    assert text[span.start_char - ABOVE : span.end_char - ABOVE] == "4"
