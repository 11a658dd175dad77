"""The three figures of a report, drawn by matplotlib as SVG that stands in a page.

Colours and type are the page's: what is drawn in a stand-in colour is given a variable of its
style sheet, so that a figure is as legible in the dark as in the light. Words stay words.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from bot.evaluation.curves import Bin, Point
from bot.evaluation.measures import BINS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = {"#010101": "--ink", "#020202": "--grid", "#030303": "--line", "#040404": "--point"}
"""Stand-in colour → the variable of the style sheet that takes its place."""
_INK, _GRID, _LINE, _POINT = _COLOURS

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "verbatim",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": _GRID,
    "grid.linewidth": 0.8,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "legend.frameon": False,
}
_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}


def reliability_svg(bins: Sequence[Bin], summary: str) -> str:
    """Confidence against what came true, with the number of questions below."""

    def paint(figure: Figure) -> None:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
        _square(upper)
        upper.plot((0, 1), (0, 1), color=_INK, linestyle=":", label="as it should be")
        centres, shares = [own.confidence for own in bins], [own.right for own in bins]
        below = [own.right - own.low for own in bins]
        above = [own.high - own.right for own in bins]
        measured = "measured, 95 % interval"
        upper.errorbar(
            centres, shares, (below, above), color=_LINE, marker="o", capsize=3, label=measured
        )
        upper.set_ylabel("share that is right")
        figure.legend(loc="outside upper left", ncols=2)
        counts = [own.count for own in bins]
        middles = [own.middle for own in bins]
        bars = lower.bar(middles, counts, width=0.9 / BINS, color=_LINE)
        lower.bar_label(bars, [f"{count:,}" for count in counts], padding=2, fontsize=9)
        lower.set_ylim(0, max(counts) * 1.5)
        lower.set_ylabel("questions")
        lower.set_xlabel("confidence")

    return _drawn(paint, "reliability", "Reliability diagram", summary, height=5.4)


def risk_svg(points: Sequence[Point], threshold: float, summary: str) -> str:
    """What share is wrong of the share that is answered."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        _square(axes)
        shares = [point.x for point in points], [point.y for point in points]
        axes.plot(*shares, color=_LINE)
        answered = [point for point in points if point.threshold >= threshold]
        if answered:
            _point_out(axes, answered[-1], threshold)
            figure.legend(loc="outside upper left")
        axes.set_xlabel("share of the questions that is answered, the surest first")
        axes.set_ylabel("share of these that is wrong")

    return _drawn(paint, "risk", "Risk and coverage", summary)


def refusal_svg(points: Sequence[Point], threshold: float, summary: str) -> str:
    """How the confidence tells unanswerable questions from answerable ones."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        _square(axes)
        axes.plot((0, 1), (0, 1), color=_INK, linestyle=":", label="by chance")
        axes.plot([point.x for point in points], [point.y for point in points], color=_LINE)
        in_use = next(point for point in points if point.threshold >= threshold)
        _point_out(axes, in_use, threshold)
        figure.legend(loc="outside upper left", ncols=2)
        axes.set_xlabel("answerable questions refused")
        axes.set_ylabel("unanswerable questions refused")

    return _drawn(paint, "refusal", "ROC curve of the refusal", summary)


def _square(axes: Axes) -> None:
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.05)


def _point_out(axes: Axes, point: Point, threshold: float) -> None:
    """Where it stands with the threshold in use."""
    label = f"with the threshold {threshold:g}"
    axes.plot(point.x, point.y, color=_POINT, marker="o", markersize=9, linestyle="", label=label)


def _drawn(
    paint: Callable[[Figure], None], name: str, title: str, summary: str, *, height: float = 4.2
) -> str:
    """A figure as an element of a page, with its title and what it says in words."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    written = io.StringIO()
    with rc_context(_STYLE):
        figure = Figure(figsize=(6, height), layout="constrained")
        paint(figure)
        figure.savefig(written, format="svg", transparent=True, metadata=_METADATA)
    svg = written.getvalue()
    opening, drawing = svg[svg.index("<svg") :].split(">", 1)
    for colour, variable in _COLOURS.items():
        drawing = drawing.replace(colour, f"var({variable})")
    drawing = re.sub(r'\bid="', f'id="{name}-', drawing)  # the page has three figures
    drawing = re.sub(r'(url\(|href=")#', rf"\1#{name}-", drawing)
    drawing = re.sub(r"(font: [\d.]+px) [^;\"]*", r"\1 var(--font)", drawing)
    opening = re.sub(r' (?:width|height)="[^"]*"', "", opening)
    return (
        f'{opening} role="img" aria-labelledby="{name}-title {name}-summary">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-summary">{escape(summary)}</desc>{drawing}'
    )
