"""Messages that both the judge and the renderers of its reports write."""

from collections.abc import Sequence

_NAMED = 3
"""The most uses of what is off limits that one message names."""


def off_limits_message(used: Sequence[str]) -> str:
    """The message about an answer that uses what is off limits; the first few uses are named."""
    return f"This exercise asks you to build it yourself, but the answer uses {'; '.join(used[:_NAMED])}."
