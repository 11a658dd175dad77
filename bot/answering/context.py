"""What a question leaves out, from what came before it in its message and in the conversation."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.asked import Asked
from bot.answering.citation import Answer


def in_context(asked: Asked, after: Sequence[Answer]) -> str | None:
    """What to search instead of a question that depends on what came before it; None where it
    stands on its own.

    Args:
        after: the answers of before, newest last. Those that show nothing are to greetings and the
            like, and no part of the conversation.
    """
    earlier = [answer for answer in after if answer.shown]
    if not (earlier or asked.before):
        return None
    from bot.answering.followups import Turn, resolve

    turns = [
        Turn(
            answer.question,
            answer.searched_as,
            answer.citations[0].highlight.text if answer.citations else None,
        )
        for answer in earlier
    ]
    turns += [Turn(sentence, None, None) for sentence in asked.before]
    return resolve(asked.question, turns)
