"""Messages that both the judge and the renderers of its reports write."""

from collections.abc import Sequence

from grader.model import Condition

_NAMED = 3
"""The most uses of what is off limits that one message names."""


def not_inspected_message(used: Sequence[str]) -> str:
    """The message about an answer that has its work done by TorchScript or by torch's compiler."""
    return (
        "TorchScript and torch.compile are off limits in every exercise, because what they run cannot be inspected; "
        f"the answer uses {'; '.join(used[:_NAMED])}."
    )


def off_limits_message(used: Sequence[str]) -> str:
    """The message about an answer that uses what is off limits; the first few uses are named."""
    return f"This exercise asks you to build it yourself, but the answer uses {'; '.join(used[:_NAMED])}."


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them: "a, b and c"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def with_families(names: Sequence[str]) -> str:
    """What to add to a verdict that holds in some families of cases alone."""
    return f" with {listed(names)}" if names else ""


def only_in_float32(message: str) -> str:
    """What is wrong in float64, where nothing is in float32."""
    return f"It only works in float32: in float64, {message[:1].lower()}{message[1:]}"


def in_families(names: Sequence[str], message: str) -> str:
    """What is wrong, where that shows in some families of cases alone."""
    return f"It fails only with {listed(names)}. {message}" if names else message


def when_it_fails(condition: Condition) -> str:
    """A condition as a sentence, with the counts that show how far it holds."""
    if not condition.judged:
        return f"It fails {condition.text}."
    failing, covered, others = condition.failing, condition.covered, condition.judged - condition.covered
    such = " such" if others else ""
    if failing < covered:
        counts = f"in {failing} of the {covered}{such} cases"
    elif covered == 1:
        counts = "in the one such case"
    else:
        counts = f"in all {covered}{such} cases"
    more = f", and in none of the other {others}" if others > 1 else ", and not in the other one" if others else ""
    return f"It fails {condition.text}: {counts}{more}."
