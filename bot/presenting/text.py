"""Answers, reports and errors → lines, as people read them in a terminal, plain or in the chat."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answering.english.quantities import quantity
from bot.presenting.terminal import Line, Span, count, one_line, percent, safe
from embeddings.errors import Remedy

if TYPE_CHECKING:
    from bot.answering.citation import Answer, Citation, Place, Statement, Unread
    from bot.answering.refusal import Reason
    from embeddings.articles.article import Info
    from embeddings.articles.folder import Skipped
    from embeddings.errors import VerbatimError
    from embeddings.index.changes import Look, Remake
    from embeddings.index.rebuild import Report

_NAMED = 3
"""Words that a reason names of each sort, and articles that carry the same. A choice."""

_TITLE = 60
"""Characters of a title in a reason."""

_EXCERPT = 140
"""Characters of what the nearest passage says, in a reason."""

_LEDE = 120
"""Characters before the marked sentence from which the chat shows it above its passage too.
A guess: two rows."""

_REMEDIES: dict[str, str] = {
    "name the articles folder": "Name the folder that holds your articles: --seeds FOLDER"
    " (or BOT_SEEDS).",
    "bring the articles back": "Bring them back, or have the index forget them: bot rebuild",
    "add articles": "Put .txt or .md files there, or name another folder: --seeds FOLDER.",
    "choose another article": "Name an article of the folder: bot status lists the rest.",
    "name an empty index folder": "Name a new or empty folder: --index FOLDER.",
    "name another index folder": "Name another with --index FOLDER, or make it this folder's:"
    " bot rebuild",
    "make room for the index": "Make room or give permission there, or name another place:"
    " --index FOLDER.",
    "build the index": "Build it: bot rebuild",
    "rebuild the index": "Make it anew from the articles: bot rebuild",
    "rebuild with this model": "Make it anew with yours: bot rebuild",
    "restore the index files": "Make them again, without encoding anything: bot rebuild",
    "remove the index": "Remove {about} and run: bot rebuild",
    "try again": "Try again in a moment.",
    "wait for the other process": "Try again when it is done, or leave --no-wait out.",
    "choose another model": "Name a folder that sentence-transformers can load, or leave --model"
    " out.",
    "install a package": "Install it: pip install {about}",
}
"""What to do about an error, by its remedy's kind."""


def remedy_words(remedy: Remedy | str) -> str:
    """What to do about an error."""
    return remedy if isinstance(remedy, str) else _REMEDIES[remedy.kind].format(about=remedy.about)


def error_words(error: VerbatimError) -> str:
    """What is wrong, and what to do about it."""
    return f"{error}. {remedy_words(error.remedy)}"


def error_lines(error: VerbatimError) -> list[Line]:
    """An error on one line, what to do about it included."""
    return [Line((Span("bot: ", "error"), Span(error_words(error), "name")))]


# Answers


_UNSEARCHED = {
    "no question": "Ask what the articles may say (“When did it start?”, “Who said so?”, “Tell me"
    " about the delay.”): I answer in their own words, each with its source.",
    "no summaries": "I quote, I do not summarise. Ask for what you want to know, or for what they"
    " say about one thing, such as: Tell me about the delay.",
    "too long": "This is too long to search well, and I see no question in it. Ask in a sentence,"
    " with a question mark at its end.",
}
"""What is said of a message for which nothing is searched."""


def reason_words(reason: Reason, min_confidence: float) -> str:
    """Why the articles are said not to answer, in one sentence."""
    if reason.kind == "kept":
        return reason.words
    if reason.kind in _UNSEARCHED:
        return _UNSEARCHED[reason.kind]
    if reason.kind == "nothing to search":
        return "There is no passage to search."
    if reason.kind == "nothing asked":
        return "The question names nothing to look for."
    if reason.kind == "too unlikely":
        return (
            f"The best passage is {percent(reason.likely)} likely to answer, and"
            f" {percent(min_confidence)} was asked for (--min-confidence)."
        )
    if reason.kind == "does not say":
        return _does_not_say(reason)
    carried, missing = _listed(reason.carried, "and"), _listed(reason.missing, "or")
    has = f"shares {carried}" if carried else "shares no word with the question"
    nearest = f"the nearest passage, from “{_short(reason.title)}”, {has}"
    if reason.kind == "unknown words":
        unknown = _listed(reason.unknown, "or")
        lacking = f"No article has the word {unknown}, or comes near enough in other words"
        return f"{lacking}; {nearest}."
    if reason.kind == "words apart":
        lacking = f"No passage has enough of the question's words together; {nearest}"
        return f"{lacking}, not {missing}."
    enough = "Passages have the question's words, but none comes near enough to what it asks"
    return f"{enough}; {nearest}."


def _does_not_say(reason: Reason) -> str:
    """What the nearest passage says instead, and which names are missing there."""
    says = f"The nearest passage says “{_excerpt(reason.says)}”"
    if reason.unknown:
        return f"No article names {_listed(reason.unknown, 'or')}. {says}."
    if reason.missing:
        return f"{says}, and does not name {_listed(reason.missing, 'or')}."
    return f"{says}, which does not answer this."


def _excerpt(says: tuple[str, str, str]) -> str:
    """The words that were read with what stands round them, cut at words where that is long."""
    before, words, after = says
    room = max(_EXCERPT - len(words), 0)
    if len(before) + len(after) > room:
        left = max(room - len(after), room // 2)
        right = max(room - len(before), room // 2)
        if len(before) > left:
            before = "…" + before[len(before) - left :].partition(" ")[2]
        if len(after) > right:
            after = after[:right].rpartition(" ")[0] + "…"
    return " ".join((before + words + after).split()).rstrip(".")


def _listed(words: Sequence[str], last: str) -> str:
    """At most three words: “a”, “b” or “c”."""
    quoted = [f"“{word}”" for word in words[:_NAMED]]
    return f" {last} ".join(filter(None, (", ".join(quoted[:-1]), *quoted[-1:])))


def _short(title: str) -> str:
    return title if len(title) <= _TITLE else f"{title[:_TITLE].rstrip()}…"


def message_lines(answer: Answer, seeds: Path) -> list[Line]:
    """The answers to a message, each below its question where it has several."""
    if not answer.earlier:
        return answer_lines(answer, seeds)
    lines: list[Line] = []
    for each in (*answer.earlier, answer):
        lines += [Line(())] if lines else []
        lines += [Line((Span(f"> {each.question}", "name"),)), *answer_lines(each, seeds)]
    return lines


def answer_lines(answer: Answer, seeds: Path) -> list[Line]:
    """An answer as a person reads it."""
    lines: list[Line] = []
    if answer.searched_as:
        lines.append(Line((Span("searched as: ", "dim"), Span(answer.searched_as, "name"))))
    lines += searched_also_lines(answer)
    if answer.reason:
        lines += refusal_lines(answer)
        if answer.nearest:
            lines += [Line(()), Line((Span("The nearest passages:", "dim"),))]
    lines += [Line(()), *agreement_lines(answer, seeds)] if answer.agreement else []
    doubtful = False
    for citation in answer.listed:
        lines.append(Line(()))
        if answer.answered and not doubtful and citation.score < answer.min_confidence:
            doubtful = True
            lines += [Line((Span("Less likely to answer:", "dim"),)), Line(())]
        lines += citation_lines(citation, seeds)
    return lines[1:] if lines and not lines[0].spans else lines


def searched_also_lines(answer: Answer) -> list[Line]:
    """Which words of the articles were searched for words that are probably typed wrong."""
    if not answer.searched_also:
        return []
    return [
        Line((Span("searched also for: ", "dim"), Span(", ".join(answer.searched_also), "name")))
    ]


def refusal_lines(answer: Answer) -> list[Line]:
    """That the articles do not answer, and why; where nothing was searched, only why."""
    words = reason_words(answer.reason, answer.min_confidence) if answer.reason else ""
    refusal = Line((Span(refusal_words(answer.unread), "refusal"),))
    return [*([refusal] if answer.nearest else []), Line((Span(words),))]


def refusal_words(unread: Sequence[Unread]) -> str:
    """That the articles do not answer, so far as they could be read."""
    if not unread:
        return "The articles do not answer this."
    return f"The articles do not answer this; {unread_names(unread)} could not be read."


def unread_names(unread: Sequence[Unread], most: int = _NAMED) -> str:
    """What could not be read, by name: a, b and 2 more."""
    names = [file.source for file in unread[:most]]
    if len(unread) > most:
        names.append(f"{len(unread) - most:,} more")
    return one_line(" and ".join(filter(None, (", ".join(names[:-1]), names[-1]))))


def unread_words(unread: Sequence[Unread]) -> str:
    """What could not be read, with the reasons, and whether it is answered from all the same."""
    named = [f"{file.source} {file.reason}" for file in unread[:_NAMED]]
    if len(unread) > _NAMED:
        named.append(f"and {len(unread) - _NAMED:,} more: bot status")
    words = f"Not read: {'; '.join(named)}."
    if any(file.kept for file in unread):
        gone = any(file.loss == "gone" for file in unread)
        words += " What was read there before still answers"
        words += "; bot rebuild forgets what is gone." if gone else "."
    return one_line(words)


def agreement_lines(answer: Answer, seeds: Path) -> list[Line]:
    """What several articles say, side by side, each with its sources."""
    number = sum(len(statement.quotes) for statement in answer.agreement)
    values = [statement.value for statement in answer.agreement]
    figures = any(re.search(r"\d", value) or quantity(value) for value in values)
    differ = f"articles give different {'figures' if figures else 'answers'}:"
    words = "articles say the same:" if len(values) == 1 else differ
    lines = [Line((Span(f"{number} {words}", "shown"),))]
    for statement in answer.agreement:
        spans = [Span(statement.value, "short"), Span("  "), *_dated_sources(statement, seeds)]
        lines.append(Line(tuple(spans), indent=3, hang=3))
    return lines


def citation_lines(
    citation: Citation, seeds: Path, *, likely: bool = True, lede: bool = False
) -> list[Line]:
    """A citation: its place, the marked sentence in its passage, where else it stands.

    Args:
        likely: whether its score is one to rely on.
        lede: whether a marked sentence that stands far down is shown above its passage too.
    """
    before, _, after = citation.parts
    upto, short, rest = citation.marked_parts
    marked = (Span(upto, "mark"), Span(short, "short"), Span(rest, "mark"))
    date = f"  {citation.info.published}" if citation.info.published else ""
    title = f"  {citation.headline}" if citation.headline else ""
    place = (
        Span(f"{citation.rank}  ", "dim"),
        *_sources([citation.highlight], seeds),
        Span(f"  {percent(citation.score)}", "score" if likely else "dim"),
        Span(date, "dim"),
        Span(title, "title"),
    )
    lines = [Line(place, hang=3)]
    if lede and len(before) > _LEDE:
        lines += [Line(marked, indent=3), Line((Span("in its passage:", "dim"),), indent=3)]
    lines.append(Line((Span(before, "around"), *marked, Span(after, "around")), indent=3))
    if citation.also_in:
        first, named, more = also_words(citation)
        also = (Span(first, "dim"), *_sources(named, seeds), Span(more, "dim"))
        lines.append(Line(also, indent=3))
    return lines


def also_words(citation: Citation) -> tuple[str, tuple[Place, ...], str]:
    """Where else a citation stands: the words before the places that are named, these, and the
    words after them. Of many the first are named."""
    places = citation.also_in
    if len(places) <= _NAMED:
        return "also in ", places, ""
    words = f"the same in {len(places) + 1} articles: also in "
    return words, places[:_NAMED], f" and {len(places) - _NAMED} more"


def _dated_sources(statement: Statement, seeds: Path) -> list[Span]:
    """Its places, each with the date of its article where the name does not have it."""
    spans: list[Span] = []
    for quote in statement.quotes:
        spans += [Span(", ", "dim")] if spans else []
        spans += _sources([quote], seeds)
        if quote.published and quote.published not in quote.source:
            spans.append(Span(f" ({quote.published})", "dim"))
    return spans


def _sources(places: Iterable[Place], seeds: Path) -> list[Span]:
    """Places by source and line, one after the other."""
    spans: list[Span] = []
    for place in places:
        spans += [Span(", ", "dim")] if spans else []
        where = f"{place.source}:{place.start_line}"
        spans.append(Span(where, "source", seeds / place.source))
    return spans


def show_lines(text: str, first: int, last: int) -> list[Line]:
    """An article's numbered lines, those from `first` to `last` marked."""
    rows = safe(text).split("\n")
    if rows and not rows[-1]:
        rows.pop()
    width = len(str(len(rows)))
    return [
        Line(
            (
                Span(f"{'>' if first <= number <= last else ' '} {number:>{width}}  ", "dim"),
                Span(row, "shown" if first <= number <= last else "text"),
            ),
            hang=width + 4,
        )
        for number, row in enumerate(rows, start=1)
    ]


# The index


def article_lines(articles: Iterable[Info]) -> list[Line]:
    """The indexed articles."""
    lines = [Line(())]
    for info in articles:
        date = Span(f"{info.published or '':<10}  ", "dim")
        lines.append(Line((date, Span(info.source, "source"), Span(f"  {info.title}", "title"))))
    return lines


def report_lines(report: Report) -> list[Line]:
    """What a rebuild did."""
    encoded = f"{report.encoded} encoded, {report.reused} reused"
    total = f"{count(report.articles, 'article')}, {count(report.passages, 'passage')}"
    lines = [Line((Span(f"{total} ({encoded}) in {report.seconds:.1f} s"),))]
    lines += change_lines(report.added, report.changed, report.removed)
    return lines + failure_lines(report.failed)


def change_lines(
    added: Sequence[str], changed: Sequence[str], removed: Sequence[str], most: int = 10
) -> list[Line]:
    """Which articles came, changed and went; at most `most` of each are named."""
    return [
        Line((Span(f"{name} {len(sources)}: ", "dim"), Span(_first(sources, most), "name")))
        for name, sources in (("Added", added), ("Changed", changed), ("Removed", removed))
        if sources
    ]


def update_summary(
    added: Sequence[str], changed: Sequence[str], removed: Sequence[str], most: int = 3
) -> str:
    """The same on one line; empty where nothing did."""
    parts = [
        f"{name} {_first(sources, most)}"
        for name, sources in (("added", added), ("changed", changed), ("removed", removed))
        if sources
    ]
    return one_line("; ".join(parts))


def _first(sources: Sequence[str], most: int) -> str:
    more = f" and {len(sources) - most} more" if len(sources) > most else ""
    return ", ".join(sources[:most]) + more


def failure_lines(skipped: Iterable[Skipped]) -> list[Line]:
    """The files that could not be indexed, each with the reason."""
    return [
        Line(
            (
                Span("Not read: ", "refusal"),
                Span(file.source, "source"),
                Span(f" {file.reason}", "name"),
            )
        )
        for file in skipped
    ]


def remake_words(remake: Remake) -> str:
    """Why a whole index is made again."""
    return {
        "damaged": "its database is damaged",
        "model": f"it was made with another model ({remake.model})",
        "version": "it was made by another version of bot",
        "files": "its files are missing or damaged",
    }[remake.reason]


def news(look: Look, new: int, changed: int, removed: int) -> str:
    """What is about to be brought up to date, in one line."""
    if look.remake:
        return f"Making the index again: {remake_words(look.remake)}…"
    if look.meta is None:
        return "Building the index of your articles, once…"
    counts = ((new, "new"), (changed, "changed"), (removed, "removed"))
    words = ", ".join(f"{number} {what}" for number, what in counts if number)
    return f"The articles changed ({words}); bringing the index up to date…"
