"""Labelled questions: their file, and what counts as evidence and as rightly marked."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from bot.answering.citation import Citation
from bot.answering.english.answer_types import asks_for
from embeddings.errors import VerbatimError


class QuestionsError(VerbatimError):
    """The labelled questions cannot be used."""

    kind = "questions"


class Evidence(Struct, frozen=True):
    """A pattern that an answering passage of `source` has; `sentence` where it is known."""

    source: str
    pattern: re.Pattern[str]
    sentence: str | None


class LabelledQuestion(Struct, frozen=True):
    """A labelled question. `accepted` is found in what answers it; `group` is the article (or
    question) that it came from; `kind` what it asks for, as labelled or else as it is read."""

    id: str
    text: str
    answerable: bool
    evidence: tuple[Evidence, ...]
    accepted: re.Pattern[str] | None
    group: str
    kind: str


def load(path: Path) -> list[LabelledQuestion]:
    """Read a file of labelled questions, one JSON object a line.

    Raises:
        QuestionsError: it cannot be read, a line is of another form, or it is empty.
    """
    return load_hashed(path)[0]


def load_hashed(path: Path) -> tuple[list[LabelledQuestion], str]:
    """The same, and the SHA-256 of what was read.

    Raises:
        QuestionsError: as `load`.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise QuestionsError(reason, remedy="Name a file of labelled questions.") from error
    questions = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                questions.append(_question(json.loads(line)))
            except _MALFORMED as error:
                what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
                raise QuestionsError(
                    f"Line {number} of {path} is no labelled question: {what}",
                    remedy="It needs id, question, answerable and evidence: bot eval --help",
                ) from error
    if not questions:
        raise QuestionsError(f"{path} has no questions", remedy="Put one JSON object on each line.")
    counts = Counter(question.id for question in questions)
    twice = [own for own, times in counts.items() if times > 1]
    if twice:
        raise QuestionsError(
            f"{path} has the id {twice[0]} more than once", remedy="Give each question its own."
        )
    return questions, hashlib.sha256(content).hexdigest()


_MALFORMED = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    re.error,
    OverflowError,
    RecursionError,
)
"""What a line, or its patterns, can fail with."""


def _question(row: Mapping[str, Any]) -> LabelledQuestion:
    given = row.get("answers", [])
    if not isinstance(given, list) or not isinstance(row["evidence"], list):
        raise TypeError("answers and evidence must be lists")
    answers = [re.escape(answer) for answer in given if answer]
    pattern = row.get("answer_pattern") or "|".join(answers)
    evidence = tuple(
        Evidence(own["source"], re.compile(own["pattern"]), own.get("sentence"))
        for own in row["evidence"]
    )
    text, answerable, kind = row["question"], row["answerable"], row.get("kind", "")
    if not isinstance(text, str) or not isinstance(answerable, bool):
        raise TypeError("question must be text, answerable true or false")
    if not all(isinstance(text_, str) for text_ in (kind, *(own.source for own in evidence))):
        raise TypeError("kind and source must be text")
    text.encode()  # or it cannot be asked
    if not text.strip() or not all(own.pattern.pattern for own in evidence):
        raise ValueError("question and pattern must not be empty")
    if answerable != bool(evidence):
        raise ValueError("evidence is what an answerable question has, and no other")
    return LabelledQuestion(
        id=str(row["id"]),
        text=text,
        answerable=answerable,
        evidence=evidence,
        accepted=re.compile(pattern) if pattern else None,
        group=row.get("article", str(row["id"])),
        kind=kind or asks_for(text) or "other",
    )


def is_evidence(
    question: LabelledQuestion, source: str, passage: str, *, strict: bool = False
) -> bool:
    """Whether a passage holds the question's evidence.

    `strict`: it must hold the evidence sentence too, where the set names one. A short answer
    can stand elsewhere in the article by chance.
    """
    return any(
        evidence.source == source
        and (evidence.pattern.search(passage) or evidence.pattern.search(_plain(passage)))
        and (not strict or evidence.sentence is None or _has(passage, evidence.sentence))
        for evidence in question.evidence
    )


def is_hit(question: LabelledQuestion, citation: Citation) -> bool:
    """Whether a citation is evidence, in its own source or one that it is also in."""
    sources = {citation.source, *(place.source for place in citation.also_in)}
    return any(is_evidence(question, source, citation.passage.text) for source in sources)


def is_marked(question: LabelledQuestion, citation: Citation) -> bool:
    """Whether the marked sentence holds an accepted answer."""
    return bool(question.accepted and question.accepted.search(_plain(citation.highlight.text)))


def as_indexed(
    questions: Sequence[LabelledQuestion], sources: Iterable[str]
) -> list[LabelledQuestion]:
    """The questions with their evidence under the sources that the index has: a name that was
    typed may be in another Unicode form than the file's."""
    sources = frozenset(sources)
    forms: dict[str, set[str]] = {}
    for source in sources:
        forms.setdefault(unicodedata.normalize("NFC", source), set()).add(source)

    def indexed(evidence: Evidence) -> Evidence:
        alike = forms.get(unicodedata.normalize("NFC", evidence.source), set())
        if evidence.source in sources or len(alike) != 1:
            return evidence
        return structs.replace(evidence, source=next(iter(alike)))

    return [
        structs.replace(question, evidence=tuple(map(indexed, question.evidence)))
        for question in questions
    ]


def _has(passage: str, sentence: str) -> bool:
    passage, sentence = _plain(passage), _plain(sentence)
    return sentence in passage or passage in sentence


def _plain(text: str) -> str:
    return " ".join(text.split())


def check(questions: Sequence[LabelledQuestion], text_of: Callable[[str], str | None]) -> None:
    """See that the questions are about these articles, or the figures would be of nothing.

    Args:
        text_of: source → the article's text, or None where there is no such article.

    Raises:
        QuestionsError: the evidence of some stands in no article.
    """
    for question in questions:
        texts = {evidence.source: text_of(evidence.source) for evidence in question.evidence}
        gone = [source for source, text in texts.items() if text is None]
        if gone:
            raise QuestionsError(
                f"The evidence of question {question.id} is in {gone[0]}, which is not there",
                remedy="Name the folder that the questions are about: --seeds FOLDER",
            )
        for evidence in question.evidence:
            if not evidence.pattern.search(texts[evidence.source] or ""):
                raise QuestionsError(
                    f"The evidence of question {question.id} is nowhere in {evidence.source}:"
                    f" {evidence.pattern.pattern}",
                    remedy="Mend the pattern; case counts, unless it begins with (?i).",
                )
