"""What a process of `bot` ends with. A contract: README.md and `bot --help` list them."""

ANSWERED = 0
"""Answered, or done."""
UNANSWERED = 1
"""The articles do not answer the question."""
USAGE = 2
"""Wrong usage."""
UNUSABLE = 3
"""The articles or the index cannot be used."""
DEFECT = 70
"""A defect of `bot` itself (EX_SOFTWARE of sysexits.h)."""
INTERRUPTED = 130
"""Interrupted (128 + SIGINT, as shells have it)."""
