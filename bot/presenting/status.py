"""How things stand, in words: the index against its folder, the reader, a guarantee."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.presenting.terminal import Line, Span, count
from bot.presenting.text import change_lines, failure_lines, remake_words

if TYPE_CHECKING:
    from bot.guarantee import Guarantee, Void
    from bot.reading import NoReader
    from embeddings.index.changes import Changes, Look


_MANY = 0.2
"""The share of articles in other languages from which another model is named. A guess."""

_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ka": "Georgian", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
    "mk": "Macedonian", "ml": "Malayalam", "mr": "Marathi", "ms": "Malay", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish",
    "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""The languages that are told apart, in English."""


class Standing(Struct, frozen=True):
    """How an index stands against its folder, and what judges its passages."""

    look: Look
    changes: Changes
    seeds: Path
    index: Path
    model: str
    no_reader: NoReader | None
    guarantee: Guarantee | Void | None


def status_lines(standing: Standing) -> list[Line]:
    """How things stand, as a person reads it."""
    look, changes = standing.look, standing.changes
    no_reader, guarantee = standing.no_reader, standing.guarantee
    built = look.meta.built_at if look.meta else None
    rows = [
        ("Articles", str(standing.seeds)),
        ("Index", str(standing.index)),
        ("Model", standing.model),
        ("Reader", no_reader_words(no_reader) if no_reader else "on: the best passages are read"),
        ("Indexed", f"{count(look.articles, 'article')}, {count(look.passages, 'passage')}"),
        ("Search", _search(look)),
        ("Built", f"{built} ({_age(built)} ago)" if built else "never"),
        ("State", _state(look, changes)),
    ]
    if languages := _languages(standing):
        rows.insert(5, ("Languages", languages))
    lines = [
        Line((Span(f"{name:<10}", "dim"), Span(value, "name")), hang=10) for name, value in rows
    ]
    if guarantee:
        kept = (Span(f"{'Guarantee':<10}", "dim"), Span(guarantee_words(guarantee), "name"))
        lines.append(Line(kept, hang=10))
    lines += change_lines(changes.added, changes.changed, changes.removed)
    lines += failure_lines(changes.failed)
    if look.other_formats:
        kinds = ", ".join(f"{kind} {number}" for kind, number in look.other_formats.items())
        lines.append(Line((Span("Other formats, not read: ", "dim"), Span(kinds))))
    return lines


def _languages(standing: Standing) -> str:
    """The articles' languages, where not all are in English, with what to do about it."""
    counted = standing.look.meta.languages if standing.look.meta else {}
    if not {*counted} - {"en"}:
        return ""
    words = ", ".join(f"{_NAMES.get(code, code)} {number:,}" for code, number in counted.items())
    others = sum(counted.values()) - counted.get("en", 0)
    is_default = not (standing.no_reader and standing.no_reader.kind == "another model")
    if is_default and others >= _MANY * standing.look.articles:
        words += (
            f": {standing.model} knows English best; a multilingual model, such as"
            " paraphrase-multilingual-MiniLM-L12-v2, finds more in the others (--model)"
        )
    return words


def no_reader_words(no_reader: NoReader) -> str:
    """Why passages are not read."""
    if no_reader.kind == "off":
        return "off, as it was set"
    if no_reader.kind == "another model":
        return "off: it has the words of the default model, and another one is set"
    return f"off: {no_reader.about}"


def guarantee_words(guarantee: Guarantee | Void) -> str:
    """What a threshold that is kept with the index promises, or why it does no more."""
    from bot.guarantee import Void

    if isinstance(guarantee, Void):
        why = {
            "damaged": "its file is damaged",
            "articles": "the index was another folder's",
            "model": "the embedding model was another",
            "reader": "the reader was another, or is off now",
            "judging": "the probabilities were computed otherwise",
        }[guarantee.why]
        return f"void, {why}: ask for it again (bot eval FILE --risk R --write)"
    return (
        f"with {guarantee.level:.0%} confidence at most {guarantee.risk:.0%} of the answers above"
        f" {guarantee.threshold:.2f} are wrong, to questions like the {guarantee.questions} that"
        " were asked for it"
    )


def caveats(no_reader: NoReader | None, guarantee: Guarantee | Void | None) -> list[str]:
    """What a person who asks should hear once: what does not hold that was meant to."""
    from bot.guarantee import Void

    lines = []
    if no_reader and no_reader.kind == "unusable":
        lines.append(f"Answered without the reader. {no_reader.about}.")
    if isinstance(guarantee, Void):
        lines.append(f"The guarantee kept with this index is {guarantee_words(guarantee)}.")
    return lines


def _age(built: str) -> str:
    import datetime

    passed = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(built)
    seconds = max(int(passed.total_seconds()), 0)
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count(seconds // size, noun)
    return count(seconds, "second")


def _search(look: Look) -> str:
    """Whether every vector is compared with a question's."""
    if look.meta is None or look.meta.recall is None:
        return "exact"
    return f"approximate: recall@10 {look.meta.recall:.3f}, measured with the articles' sentences"


def _state(look: Look, changes: Changes) -> str:
    if look.remake:
        reason = remake_words(look.remake)
        return f"out of date: {reason}; the next question rebuilds it, or: bot rebuild"
    if look.meta is None:
        return "nothing built yet; the next question builds it, or: bot rebuild"
    if look.emptied:
        return "every article is gone; the index is kept, until: bot rebuild"
    if changes:
        return "out of date; the next question brings it up to date, or: bot rebuild"
    if look.lost:
        return "up to date; articles that are gone are kept, until: bot rebuild"
    return "up to date, but for what could not be read" if look.unread else "up to date"
