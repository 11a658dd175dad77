from __future__ import annotations

from msgspec import structs

from bot.answering.answer import POOL
from bot.answering.confidence import fitted
from bot.answering.judging import RIVAL, UNRIVALLED, judge
from bot.answering.question import understand
from embeddings.encoding.light import LightEncoder
from embeddings.index.search import Index


def test_every_signal_counts_and_nothing_else_does(
    seeds_search: Index, encoder: LightEncoder
) -> None:
    """One that is not fitted would be computed for nothing; one that is missing is an error."""
    question = understand("How late did the launch start?", encoder)
    found = seeds_search.search(question.query, POOL)
    for verdict in judge(question, found, found.hits[:5], encoder):
        assert verdict.signals.keys() == fitted().without_reader.weights.keys()


def test_the_lead_is_over_the_fifth_best_rival_or_what_any_rival_scores(
    seeds_search: Index, encoder: LightEncoder
) -> None:
    question = understand("How late did the launch start?", encoder)
    found = seeds_search.search(question.query, POOL)
    first = found.hits[0]
    (many,) = judge(question, found, [first], encoder)
    assert many.signals["lead"] == first.score - found.hits[RIVAL].score
    (alone,) = judge(question, found.with_hits(found.hits[:3]), [first], encoder)
    assert alone.signals["lead"] == first.score - UNRIVALLED


def test_the_most_likely_comes_first(seeds_search: Index, encoder: LightEncoder) -> None:
    question = understand("Who moderated the event?", encoder)
    found = seeds_search.search(question.query, POOL)
    chances = [verdict.probability for verdict in judge(question, found, found.hits, encoder)]
    assert chances == sorted(chances, reverse=True)
    assert len(chances) == len(found.hits)


def test_a_row_says_what_its_header_says(seeds_search: Index, encoder: LightEncoder) -> None:
    question = understand("How late did the launch start?", encoder)
    found = seeds_search.search(question.query, POOL)
    hit = found.hits[0]
    headed = structs.replace(hit, passage=structs.replace(hit.passage, header="launch late"))
    (bare,), (below,) = (judge(question, found, [own], encoder) for own in (hit, headed))
    assert below.carried >= bare.carried
    assert min(below.sentences) > min(bare.sentences)
    assert below.signals["words_alike"] >= bare.signals["words_alike"]
    assert below.marked in hit.passage.text
