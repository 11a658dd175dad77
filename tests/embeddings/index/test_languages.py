"""Words in other languages: their stems, those without a subject, and what a question finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.index import rebuild as rebuilding
from embeddings.index.languages import function_words, spoken, stem
from embeddings.index.search import Index, query_of
from embeddings.index.stems import stems
from tests.conftest import MAX_BYTES

ARTICLES = {
    "turm.txt": "Der alte Leuchtturm\n\nDie Leuchttürme an der Küste werden im Herbst gestrichen."
    " Der Anstrich schützt das Mauerwerk vor dem Salz der See, sagte die Verwaltung.\n",
    "phare.txt": "Le vieux phare\n\nLes phares de la côte seront repeints à l'automne. La peinture"
    " protège les murs contre le sel de la mer, selon l'administration.\n",
    "tower.txt": "The old tower\n\nThe church towers of the valley were painted in spring, and it"
    " was said that they would be painted again when the money had been found.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Index:
    seeds, folder = tmp_path_factory.mktemp("articles"), tmp_path_factory.mktemp("index")
    for name, text in ARTICLES.items():
        (seeds / name).write_text(text, "utf-8")
    rebuilding.rebuild(seeds, folder, model, max_bytes=MAX_BYTES)
    return Index(folder)


@pytest.mark.parametrize(
    ("language", "word", "other"),
    [
        ("de", "häuser", "hauses"),
        ("fr", "journaux", "journal"),
        ("es", "puertos", "puerto"),
        ("da", "havnene", "havnen"),
        ("ru", "мостами", "моста"),
        ("fi", "silloista", "silloissa"),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, word: str, other: str) -> None:
    assert stem(word, language) == stem(other, language)
    assert stem(word, "xx") != stem(other, "xx")


def test_composed_and_decomposed_accents_are_one_in_each_language() -> None:
    assert stems("Mu\u0308hlen", language="de") == stems("M\u00fchlen", language="de")


@pytest.mark.parametrize(
    ("language", "question", "subject"),
    [
        ("de", "wann wurde die mühle gebaut", {"mühle", "gebaut"}),
        ("fr", "où est le moulin", {"moulin"}),
        ("es", "cuándo se abrió el molino", {"abrió", "molino"}),
        ("pl", "kiedy był otwarty młyn", {"otwarty", "młyn"}),
        ("tr", "değirmen ne zaman açıldı", {"değirmen", "zaman", "açıldı"}),
    ],
)
def test_words_that_carry_no_subject(language: str, question: str, subject: set[str]) -> None:
    words = question.split()
    assert set(words) - function_words(words, language) == subject


def test_the_language_of_a_question_is_told_among_those_of_the_articles() -> None:
    languages = ("en", "de", "fr")
    assert spoken("wann wurde die mühle gebaut".split(), languages) == "de"
    assert spoken("quand le moulin a-t-il ouvert".split(), languages) == "fr"
    assert spoken("when was the mill built".split(), languages) == "en"
    assert spoken(["sandvik"], ("fr", "en")) == "fr"


@pytest.mark.parametrize(
    ("question", "source", "unknown"),
    [
        ("Wann wird der Leuchtturm gestrichen?", "turm.txt", set()),
        ("Quand seront repeints les phares ?", "phare.txt", set()),
        ("Which tower was painted?", "tower.txt", set()),
    ],
)
def test_a_question_is_looked_up_in_each_language_of_the_folder(
    index: Index, encoder: LightEncoder, question: str, source: str, unknown: set[str]
) -> None:
    query = query_of(question, encoder, index.languages())
    found = index.search(query)
    assert found.hits[0].info.source == source
    assert found.unknown == unknown
    assert found.coverage(found.hits[0].stems()) > 0.5


def test_a_name_is_one_term_in_every_language(encoder: LightEncoder) -> None:
    query = query_of("Was sagte Petersens Verwaltung?", encoder, ("de", "en"))
    assert {word.lower() for word in query.terms.values()} >= {"petersens", "verwaltung"}
    assert {query.forms.get(own, own) for own in stems("Petersens")} <= {*query.terms}


def test_articles_in_english_alone_are_searched_as_ever(encoder: LightEncoder) -> None:
    query = query_of("When was the mill built?", encoder)
    assert not query.forms
    assert {*query.terms} == {"mill", "build"}


def test_the_languages_are_kept_with_the_index_and_follow_the_folder(
    tmp_path: Path, model: Model
) -> None:
    seeds, folder = tmp_path / "articles", tmp_path / "index"
    seeds.mkdir()
    for name in ("turm.txt", "tower.txt"):
        (seeds / name).write_text(ARTICLES[name], "utf-8")
    rebuilding.rebuild(seeds, folder, model, max_bytes=MAX_BYTES)
    assert Index(folder).languages() == ("de", "en")
    (seeds / "turm.txt").unlink()
    rebuilding.rebuild(seeds, folder, model, max_bytes=MAX_BYTES)
    assert Index(folder).languages() == ("en",)
