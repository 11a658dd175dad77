"""Who said that? of a sentence inside a quotation of several."""

from __future__ import annotations

import pytest

from bot.answering.bare import quoted
from bot.answering.english.mentions import find
from bot.answering.english.quotations import quotations
from bot.archive import Archive
from bot.settings import Settings
from embeddings.encoding.model import DEFAULT_MODEL, Model
from embeddings.index.rebuild import rebuild
from tests.conftest import MAX_BYTES, write

MILL = (
    "The mill at Orrin burnt on Sunday, and Bo Rask reported a smell of oil. “I woke at three."
    " The mill was on fire. Two men ran down to the river. I never saw their faces,” the miller,"
    " Ada Finn, told the sheriff. The sheriff has no witness but her."
)
CELLAR = (
    "The brewer of Orrin spoke to the court on Friday and explained the flood. 'The pump failed at"
    " noon. We lost ninety barrels. Insurance pays for sixty.' The court will rule in May."
)
WEIR = "«The weir broke twice. A new one costs a million», said the mayor. He left. It rained."


@pytest.fixture(scope="module")
def archive(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    content: dict[str, str | bytes] = {
        f"{name}.txt": f"News of the {name}\n\n{text}\n"
        for name, text in (("mill", MILL), ("cellar", CELLAR), ("weir", WEIR))
    }
    folder = write(tmp_path_factory.mktemp("articles"), content)
    built = tmp_path_factory.mktemp("index")
    rebuild(folder, built, model, max_bytes=MAX_BYTES)
    return Archive(Settings(folder, built, DEFAULT_MODEL, MAX_BYTES))


@pytest.mark.parametrize(
    ("question", "marked", "speaker"),
    [
        ("How many men ran down to the river?", "Two men ran down to the river.", "Ada Finn, told"),
        ("How many barrels did they lose?", "We lost ninety barrels.", "brewer of Orrin"),
        ("How often did the weir break?", "«The weir broke twice.", "said the mayor"),
    ],
)
def test_who_said_that_of_a_sentence_inside_a_quotation(
    archive: Archive, question: str, marked: str, speaker: str
) -> None:
    first = archive.answer(question)
    assert first.citations[0].highlight.text == marked
    second = archive.answer("Who said that?", after=[first])
    assert speaker in second.citations[0].highlight.text


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("Nobody was late,” the guard said.", "Nobody was late"),
        ('Nobody was late," the guard said.', "Nobody was late"),
        ("The guard said: «Nobody was late.", "Nobody was late"),
        ("'It wasn't the dog's fault,' the guard said.", "It wasn't the dog's fault"),
        ("The dogs' owner isn't here.", "The dogs' owner isn't here"),
        ("Two men ran down to the river.", "Two men ran down to the river"),
    ],
)
def test_what_is_quoted_of_a_sentence_with_one_of_the_marks(marked: str, words: str) -> None:
    assert quoted(marked) == f"“{words}”"


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("He said “no” and «oui» and „ja“.", ["“no”", "«oui»", "„ja“"]),
        ("It ended,” she said. “So be it.", ["It ended,”", "“So be it."]),
        ('It ended," she said. "So be it.', ['It ended,"', '"So be it.']),
        ("“One. “Two,” he said.", ["“One. ", "“Two,”"]),
        ("« Non. » Il part.", ["« Non. »"]),
        ("Rock 'n' roll isn't dead; the '90s are.", ["'n'"]),
        ("It's the dogs’ home.", []),
        ('"', []),
    ],
)
def test_quotations_of_a_text(text: str, inside: list[str]) -> None:
    assert [text[start:end] for start, end in quotations(text)] == inside


def test_who_speaks_is_no_part_of_what_is_said() -> None:
    text = 'Nobody was late," the guard told us.'
    assert [mention.of(text) for mention in find("quotation", text)] == ['Nobody was late,"']
