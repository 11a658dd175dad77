"""Whether a sentence says that something is so, or that it is not, in the languages that articles
may have."""

from __future__ import annotations

import re

from msgspec import Struct

from bot.answering.english import polarity as english
from embeddings.index.languages import ENGLISH


class _Language(Struct, frozen=True):
    """Patterns. `denials`: words of denial; `others`: what has them and denies nothing; `asks`:
    words of a question that is none of yes or no."""

    denials: str
    others: str
    asks: str


_LANGUAGES = {
    "da": _Language(
        "ikke|ej|aldrig|ingen|intet|uden|hverken", "ikke (?:kun|bare|alene)|uden tvivl", r"hv\w+"
    ),
    "de": _Language(
        r"nicht|kein\w*|nie|niemals|niemand\w*|nirgends|ohne|weder",
        "nicht (?:nur|zuletzt)|ohne zweifel",
        r"wer|wen|wem|wessen|was|wann|wo|woher|wohin|womit|welche\w*|wie|wieviele?|warum|weshalb",
    ),
    "es": _Language(
        r"no|nunca|jamás|ningún|ningun[oa]s?|nadie|sin|tampoco",
        r"no (?:s[oó]lo|solamente|obstante)|sin (?:embargo|duda)",
        r"qué|quién\w*|cuál\w*|cuándo|dónde|cómo|cuánt\w+",
    ),
    "fi": _Language(
        "ei|eivät|eikä|ilman|koskaan",
        "ei (?:vain|ainoastaan)",
        r"kuka|ketkä|ketä|kene\w+|mi(?:kä|tä|ssä|stä|hin)|milloin|kuinka|miksi|mon(?:ta|iko)",
    ),
    "fr": _Language(
        r"ne|n['’]\w+|jamais|aucune?|sans",
        r"n(?:e |['’])\w+ (?:(?:a|avait|ont) )?qu(?:e|['’]\w+)|sans doute",
        r"qui|quoi|quel\w*|quand|où|comment|combien|pourquoi|lesquel\w*|laquelle|lequel",
    ),
    "it": _Language(
        r"non|mai|nessun\w*|senza|niente",
        "non (?:solo|soltanto)|senza dubbio",
        r"chi|cosa|qual[ei]?|quando|dove|come|quant\w+|perché",
    ),
    "nl": _Language(
        "niet|geen|nooit|niemand|niets|nergens|zonder",
        "niet (?:alleen|slechts)|zonder twijfel",
        r"wie|wat|welke?|wanneer|waar\w*|hoe\w*",
    ),
    "no": _Language(
        "ikke|ikkje|ei|aldri|ingen|intet|ingenting|uten|verken",
        "ikke (?:kun|bare|alene)|uten tvil",
        r"hv\w+|når",
    ),
    "pt": _Language(
        r"não|nunca|jamais|nenhum\w*|ninguém|sem",
        "não (?:só|apenas)|sem dúvida",
        r"quem|qual|quais|quando|onde|como|quant[oa]s?",
    ),
    "ru": _Language(
        "не|нет|никогда|никто|никого|ничего|без",
        "не только|без сомнения",
        r"кто|кого|кому|что|как|какой|как[иа]\w+|где|когда|сколько|почему|котор\w+",
    ),
    "sv": _Language(
        "inte|icke|ej|aldrig|ingen|inget|inga|varken",
        "inte (?:bara|enbart)",
        r"vem|vilka|vilken|vilket|vad|när|hur|varför",
    ),
}
"""The commonest words. A choice: what is denied by other words (a verb, a prefix) is not seen, and
in other languages nothing is."""

_BUT = (
    r"(?i)[;:—“”\"]|\s[-–]\s"
    r"|,\s+(?=(?:aber|sondern|doch|mais|pero|sino|men|maar|ma|mas|mutta|vaan|utan|но|а)\b)"
)
"""Where another statement may begin, in languages other than English."""


def denies(text: str, language: str | None, *, asked: bool = False) -> bool:
    """Whether it has a denial that no other undoes.

    Args:
        language: ISO 639-1; None for English.
        asked: whether it is a question, as people type one.
    """
    if language in (None, ENGLISH):
        return english.denies(text, asked=asked)
    own = _LANGUAGES.get(language or "")
    if own is None:
        return False
    plain = re.sub(rf"\b(?:{own.others})\b", " ", " ".join(text.lower().split()))
    return bool(re.search(rf"\b(?:{own.denials})\b", plain))


def clauses(text: str, language: str | None) -> list[str]:
    """A sentence cut where another statement may begin."""
    if language in (None, ENGLISH):
        return english.clauses(text)
    return [own for own in re.split(_BUT, text) if own.strip()]


def is_told(language: str | None) -> bool:
    """Whether denials can be told in a language."""
    return language in (None, ENGLISH) or language in _LANGUAGES


def asks_yes_or_no(question: str, language: str) -> bool:
    """Whether a question in a language other than English has no word that asks for anything else;
    so it seems where the language is not known."""
    own = _LANGUAGES.get(language)
    return own is None or not re.search(rf"\b(?:{own.asks})\b", question.lower())
