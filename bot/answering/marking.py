"""Which sentence of a passage is marked: the one nearest to the question in meaning and words.

It offers what is asked for (a date, a number, a name, somebody's words), says that it is so where
the question does, and that it is not where the question denies it, and asks nothing itself: what
follows a question, as in an interview, is what answers it.
"""

from __future__ import annotations

import re

import numpy as np

from bot.answering.english import mentions
from bot.answering.polarity import asks_yes_or_no, clauses, denies, is_told
from bot.answering.question import Question
from bot.answering.reader import Reading
from embeddings.articles.passages import Passage, Sentence
from embeddings.index.languages import ENGLISH
from embeddings.index.search import Found, Hit

COVERAGE, WITH_PREVIOUS, OFFERS = 0.5, 0.15, 0.1
"""What speaks for a sentence beside its cosine. A sentence often leaves its subject to the one
before it. Measured: chosen on eval/wikipedia and train/squad11_dev_extra (tests/eval/README.md)."""

CONTRARY = 0.3
"""What a sentence loses beside that where it denies and the question does not, or the other way
round. Measured (tests/eval/README.md)."""

LEAST = 0.3
"""Share of the question's information from which a clause may be contrary to it: what carries less
is about something else. A guess; 0 does as well on tests/eval/polarity.py, .5 worse."""

ASKS = 2.0
"""What a sentence loses that asks itself: more than all that speaks for it. A choice."""

IN_MARK = 0.05
"""What a sentence's share of what was read counts for beside the rule. Measured
(tests/eval/README.md)."""

_ASKS = r"[?？؟՞፧‽⁇⁈⸮\u037e][\s\"'”’»›)\]*_]*$"
_LABEL = r"\W*(?:\w+(?:[ .]+\w+){0,2}\W*:\W*)?"
_OF_ASKING = r"(?i)\b(?:(?:ask|wonder)(?:s|ed|ing)?|question(?:s|ed|ing)?|[ei]nquir\w+)\b"


def scores(question: Question, found: Found, hit: Hit) -> list[float]:
    """What speaks for marking each sentence of a hit."""
    passage = hit.passage
    previous, weights = frozenset[str](), []
    cosines: dict[str, float] = {}
    for number, cosine in enumerate(hit.sentence_cosines):
        text = passage.text_of(passage.sentences[number])
        asked = _asked_before(passage, number)
        cosines[text] = cosine = max(cosine, cosines.get(asked, cosine))
        own = hit.stems_of(f"{asked} {passage.said_in(passage.sentences[number])}")
        carried = found.coverage(own)
        may_deny = carried >= LEAST and not asked
        weights.append(
            cosine
            + COVERAGE * carried
            + WITH_PREVIOUS * found.coverage(own | previous)
            + OFFERS * offers(question, text)
            - CONTRARY * (may_deny and is_contrary(question, found, hit, text))
            - ASKS * ((_asks(text) and not _wants_a_question(question)) or _is_label(text))
        )
        previous = own
    return weights


def read_mark(rule: dict[Sentence, float], reading: Reading) -> Sentence:
    """The sentence to mark, by the rule and by what was read (as the logarithm of its share of
    all that was read there)."""
    if not reading.spans:
        return max(rule, key=rule.__getitem__)
    total = np.logaddexp.reduce([span.score for span in reading.spans.values()])
    return max(
        reading.spans,
        key=lambda own: rule[own] + IN_MARK * float(reading.spans[own].score - total),
    )


def offers(question: Question, text: str) -> int:
    """1 where the text has a value of the kind asked for that the question has not; -1
    where it has none; 0 where no kind is asked for."""
    kind = question.sought.kind
    if kind is None:
        return 0
    return 1 if any(mentions.new(kind, text, question.words)) else -1


def is_contrary(question: Question, found: Found, hit: Hit, sentence: str) -> bool:
    """Whether a sentence of a hit denies where it has most of the question's words, and the
    question does not deny, or the other way round. To a question of yes or no either is an answer,
    and what somebody said may be a denial."""
    sought, language = question.sought, question.query.language
    own_language = hit.info.language or language
    if sought.yes_or_no or not sought.question or sought.kind == "quotation":
        return False
    if not is_told(own_language):
        return False
    if language != ENGLISH and asks_yes_or_no(question.text, language):
        return False
    denied = denies(question.text, language, asked=True)
    if not denied and not denies(sentence, own_language):
        return False
    parts = clauses(sentence, own_language)
    carried = [found.coverage(hit.stems_of(part)) for part in parts]
    most = max(carried, default=0.0)
    if most < LEAST:
        return False
    nearest = (part for part, own in zip(parts, carried, strict=True) if own == most)
    return all(denies(part, own_language) != denied for part in nearest)


def in_context(passage: Passage, sentence: Sentence) -> str:
    """The words of a sentence, of the header that belongs to it and of the question that it
    follows."""
    asked = _asked_before(passage, passage.sentences.index(sentence))
    return f"{asked} {passage.said_in(sentence)}" if asked else passage.said_in(sentence)


def _asked_before(passage: Passage, number: int) -> str:
    """The question that a sentence follows, a heading or a label between them or not; else
    empty."""
    bounds = passage.bounds()
    start = bounds[number][0]
    for before, end in reversed([(0, 0), *bounds[:number]]):
        between = passage.text[end:start].strip()
        text = between or passage.text[before:end]
        if _asks(text):
            return text
        if between or not _is_label(text):
            break
        start = before
    return ""


def _asks(text: str) -> bool:
    return bool(re.search(_ASKS, text))


def _is_label(text: str) -> bool:
    """Whether it is nothing but marks, or a word or two with a colon, as a speaker's name."""
    return bool(re.fullmatch(_LABEL, text))


def _wants_a_question(question: Question) -> bool:
    """Whether what somebody asked may answer."""
    return question.sought.kind == "quotation" or bool(re.search(_OF_ASKING, question.text))
