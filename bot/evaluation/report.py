"""A run as one page to read and to send: figures, drawings, and the questions that went wrong.

The page needs nothing but itself: no network, no script. What comes from articles and questions is
escaped, and a policy in the page forbids scripts besides.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.util import find_spec
from pathlib import Path

from bot.answering.citation import Answer, Citation
from bot.evaluation.curves import Bin, Point, refusal_curve, reliability, risk_coverage
from bot.evaluation.drawings import refusal_svg, reliability_svg, risk_svg
from bot.evaluation.measures import Estimate, Outcome, failures
from bot.evaluation.questions import LabelledQuestion
from bot.evaluation.risk import Search
from bot.evaluation.run import Run
from bot.evaluation.scorecard import FIGURE_WORDS, KIND_COLUMNS, guarantee_words
from bot.presenting.terminal import count, unsteered
from embeddings.errors import VerbatimError
from embeddings.whole_file import write_whole

_ENDINGS = (".html", ".htm")

_QUANTILES = (0.1, 0.25, 0.5, 0.75, 1.0)
"""Shares of the questions at which the table beside the risk-coverage curve has a row. A choice."""
_ROWS = 10
"""Rows of the table beside the ROC curve, at the most. A choice."""

_STYLE = """
:root { color-scheme: light dark; --font: system-ui, -apple-system, "Segoe UI", sans-serif;
  --ink: #1d2230; --paper: #fdfdfb; --quiet: #565d6d; --grid: #d5d8de; --line: #1f5fa8;
  --point: #b3361e; --mark: #ffe27a; --on-mark: #1d2230; --edge: #c7cbd3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e9ee; --paper: #15181f; --quiet: #a8afbd;
  --grid: #3a404c; --line: #7fb4f0; --point: #ff9b80; --mark: #6b5300; --on-mark: #fff6d6;
  --edge: #444b59; } }
body { font: 1rem/1.55 var(--font); color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { line-height: 1.2; } h2 { margin-top: 3rem; } h3 { margin: 0 0 .3rem; font-size: 1.05rem; }
.quiet, caption, figcaption { color: var(--quiet); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .3rem; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--edge);
  vertical-align: top; }
td.number, th.number { text-align: right; }
figure { margin: 1.5rem 0; } figure svg { display: block; width: 100%; max-width: 40rem;
  height: auto; }
.failure { border-left: .25rem solid var(--edge); padding: 0 0 0 1rem; margin: 2rem 0; }
.failure p, .failure ul { margin: .3rem 0; overflow-wrap: anywhere; }
blockquote { margin: .6rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: var(--mark); color: var(--on-mark); }
code { overflow-wrap: anywhere; }
summary { cursor: pointer; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class ReportError(VerbatimError):
    """The report cannot be made, or not be written."""

    kind = "report"


def check(path: Path) -> None:
    """See that a report can be made and written there, before any question is asked.

    Raises:
        ReportError: it cannot.
    """
    if find_spec("matplotlib") is None:
        raise ReportError(
            "A report is drawn by matplotlib, which is not installed",
            remedy="Install it: pip install 'verbatim-bot[report]'",
        )
    if path.exists() and not path.is_file():
        raise _unwritable(path, "it is no file")
    if path.suffix.lower() not in _ENDINGS:  # it could be the labels, named by mistake
        raise _unwritable(path, f"its name does not end in {_ENDINGS[0]}")
    if not path.parent.is_dir():
        raise _unwritable(path, "there is no such folder")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _unwritable(path, "its folder may not be written to")


def write(path: Path, page: str) -> None:
    """Write a report, whole or not at all.

    Raises:
        ReportError: it cannot be written.
    """
    try:
        write_whole(path, page.encode("utf-8", "xmlcharrefreplace"))
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error


def _unwritable(path: Path, reason: str) -> ReportError:
    return ReportError(
        f"The report {path} cannot be written: {reason}", remedy="Name another: --report FILE.html"
    )


def page(
    run: Run,
    questions: Sequence[LabelledQuestion],
    *,
    seeds: Path,
    search: Search | None = None,
) -> str:
    """The report of a run, as HTML.

    Args:
        seeds: the folder of articles that was asked.
        search: what came of the search for a guarantee, where one was asked for.
    """
    threshold = run.answers[0].min_confidence
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    answerable = sum(outcome.answerable for outcome in run.outcomes)
    asked = f"{count(len(run.outcomes), 'question')}, {answerable:,} of them answerable"
    title = f"Questions to “{seeds.name}”: how they were answered"
    guaranteed = [] if search is None else _guarantee(search)
    parts = [
        f"<h1>{_text(title)}</h1>",
        f'<p class="quiet">{_text(str(seeds))} · {asked} · {made} · refused below a confidence'
        f" of {threshold:g}</p>",
        *guaranteed,
        "<h2>Figures</h2>",
        _headline(run.figures),
        *_drawings(run.outcomes, threshold),
        "<h2>By kind of question</h2>",
        _kinds(run.kinds),
        *_failures(run, questions),
    ]
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    """Text for a page: what could be markup, or steer what is shown, cannot."""
    return escape(unsteered(text))


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names its rows; the others are numbers, but for a last one that
    has no head: words."""

    def cell(at: int, value: str) -> str:
        if at == 0:
            return f'<th scope="row">{_text(value)}</th>'
        return f"<td{_number_class(heads[at])}>{_text(value)}</td>"

    head = "".join(
        f'<th scope="col"{_number_class(own) if at else ""}>{_text(own)}</th>'
        for at, own in enumerate(heads)
    )
    lines = "\n".join(
        f"<tr>{''.join(cell(at, value) for at, value in enumerate(row))}</tr>" for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{_text(caption)}"><table>'
        f"<caption>{_text(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{lines}\n</tbody></table></div>"
    )


_IN_WORDS = "what it is"


def _number_class(head: str) -> str:
    return "" if head == _IN_WORDS else ' class="number"'


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _guarantee(search: Search) -> list[str]:
    parts = ["<h2>Guarantee</h2>", *(f"<p>{_text(line)}</p>" for line in guarantee_words(search))]
    rows = [
        (
            f"{own.threshold:.2f}",
            str(own.answered),
            str(own.wrong),
            _figure(own.bound),
            "yes" if own.passed else "no",
        )
        for own in search.tested
    ]
    if rows:
        heads = ("threshold", "answered", "wrong", "wrong at the most", "within the risk")
        parts.append(_table("Thresholds in the order in which they were tested", heads, rows))
    return parts


def _headline(figures: dict[str, Estimate]) -> str:
    rows = [
        (name, _figure(own.value), f"{_figure(own.low)} to {_figure(own.high)}", FIGURE_WORDS[name])
        for name, own in figures.items()
        if not math.isnan(own.value)
    ]
    heads = ("figure", "value", "95 % interval", _IN_WORDS)
    return _table("Over all questions", heads, rows)


def _kinds(kinds: dict[str, dict[str, float]]) -> str:
    heads = ("kind", "questions", *KIND_COLUMNS)
    rows = [
        (kind, str(int(own["questions"])), *(_figure(own[name]) for name in KIND_COLUMNS))
        for kind, own in kinds.items()
    ]
    return _table("The most frequent kind first", heads, rows)


def _drawings(outcomes: Sequence[Outcome], threshold: float) -> list[str]:
    bins, risk, refusal = reliability(outcomes), risk_coverage(outcomes), refusal_curve(outcomes)
    return [
        "<h2>Is the confidence true?</h2>",
        _drawn_reliability(bins),
        "<h2>What answering more costs</h2>",
        _drawn_risk(risk, threshold),
        "<h2>Does it know what the articles do not answer?</h2>",
        _drawn_refusal(refusal, threshold)
        if refusal
        else "<p>That cannot be told: the questions are all of one sort. It takes some that the"
        " articles answer and some that they do not (or <code>--hide-evidence</code>).</p>",
    ]


def _captioned(drawing: str, caption: str, table: str) -> str:
    return (
        f"<figure>\n{drawing}\n<figcaption>{_text(caption)}</figcaption>\n</figure>\n"
        f"<details><summary>The same as a table</summary>{table}</details>"
    )


def _drawn_reliability(bins: Sequence[Bin]) -> str:
    caption = (
        "Questions of about the same confidence, and the share of them whose first passage is"
        " evidence. On the dotted line the confidence is true; below it, too high."
    )
    farthest = max(bins, key=lambda own: abs(own.right - own.confidence) * own.count)
    summary = (
        f"{caption} Most of the error is at a confidence of {farthest.confidence:.2f}, where"
        f" {farthest.right:.2f} of {count(farthest.count, 'question')} are right."
    )
    rows = [
        (
            f"{own.confidence:.2f}",
            str(own.count),
            _figure(own.right),
            f"{own.low:.3f} to {own.high:.3f}",
        )
        for own in bins
    ]
    table = _table("By confidence", ("confidence", "questions", "right", "95 % interval"), rows)
    return _captioned(reliability_svg(bins, summary), caption, table)


def _drawn_risk(points: Sequence[Point], threshold: float) -> str:
    caption = (
        "If only the surest questions were answered: how many of the answers would be wrong"
        " (another first passage than evidence). Unanswerable questions count as wrong where"
        " they are answered."
    )
    chosen = [next(own for own in points if own.x >= share - 1e-9) for share in _QUANTILES]
    rows = [(f"{own.x:.0%}", f"{own.threshold:.2f}", _figure(own.y)) for own in chosen]
    half = chosen[_QUANTILES.index(0.5)]
    summary = (
        f"{caption} Of the surest {half.x:.0%}, {half.y:.2f} are wrong; of all, {points[-1].y:.2f}."
    )
    table = _table("Shares answered", ("answered", "threshold", "wrong"), dict.fromkeys(rows))
    return _captioned(risk_svg(points, threshold, summary), caption, table)


def _drawn_refusal(points: Sequence[Point], threshold: float) -> str:
    caption = (
        "As the threshold rises, more unanswerable questions are refused, and more answerable"
        " ones with them. The nearer to the upper left corner, the better it tells them apart."
    )
    in_use = next(own for own in points if own.threshold >= threshold)
    summary = (
        f"{caption} With the threshold {threshold:g}, {in_use.y:.2f} of the unanswerable and"
        f" {in_use.x:.2f} of the answerable questions are refused."
    )
    shown = points[:: max(len(points) // _ROWS, 1)]
    rows = [(f"{min(own.threshold, 1.0):.2f}", _figure(own.x), _figure(own.y)) for own in shown]
    heads = ("threshold", "answerable, refused", "unanswerable, refused")
    return _captioned(
        refusal_svg(points, threshold, summary), caption, _table("By threshold", heads, rows)
    )


def _failures(run: Run, questions: Sequence[LabelledQuestion]) -> list[str]:
    labelled = {question.id: question for question in questions}
    answers = {outcome.key: given for outcome, given in zip(run.outcomes, run.answers, strict=True)}
    wrong = failures(run.outcomes)
    parts = [f"<h2>What went wrong</h2>\n<p>{len(wrong):,} of {len(run.outcomes):,}.</p>"]
    parts += [
        _failure(what, outcome, labelled[outcome.id], answers[outcome.key])
        for what, outcome in wrong
    ]
    return parts


def _failure(what: str, outcome: Outcome, question: LabelledQuestion, given: Answer) -> str:
    hidden = ", its evidence hidden" if outcome.hidden else ""
    parts = [
        f"<h3>{_text(outcome.question)}</h3>",
        f'<p class="quiet">{_text(outcome.id)} · {_text(outcome.kind)}{hidden} · confidence'
        f" {outcome.confidence:.0%}</p>",
        f"<p><strong>{_text(what[0].upper() + what[1:])}.</strong></p>",
        _expected(outcome, question),
    ]
    how = "Shown" if given.answered else "Nearest"
    parts += [_shown(how, first) for first in given.shown[:1]] or ["<p>Nothing was shown.</p>"]
    if outcome.rank is not None and outcome.rank > 1:
        evidence = next(own for own in given.shown if own.rank == outcome.rank)
        summary = f"The evidence: passage {outcome.rank}"
        parts.append(f"<details><summary>{summary}</summary>{_shown(how, evidence)}</details>")
    return f'<article class="failure">\n{chr(10).join(parts)}\n</article>'


def _expected(outcome: Outcome, question: LabelledQuestion) -> str:
    """What the labels say, as HTML."""
    if not outcome.answerable:
        return "<p>Expected: that the articles do not answer.</p>"
    places = "".join(
        f"<li>{_text(own.source)}: <code>{_text(own.pattern.pattern)}</code></li>"
        for own in question.evidence
    )
    accepted = (
        f"<p>In the mark: <code>{_text(question.accepted.pattern)}</code></p>"
        if question.accepted is not None
        else ""
    )
    return f"<p>Expected, a passage with one of these:</p><ul>{places}</ul>{accepted}"


def _shown(how: str, citation: Citation) -> str:
    before, marked, after = citation.parts
    headline = f" · {_text(citation.headline)}" if citation.headline else ""
    place = f"{citation.source}:{citation.highlight.start_line}"
    return (
        f"<p>{how}: <strong>{_text(place)}</strong>{headline} · score {citation.score:.2f}</p>"
        f"<blockquote>{_text(before)}<mark>{_text(marked)}</mark>{_text(after)}</blockquote>"
    )
