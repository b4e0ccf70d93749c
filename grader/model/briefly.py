"""What may be said of a failed criterion to those who are not shown the hidden case.

A message quotes what the answer gave back, and an answer can put its input there: as an exception's text or the name of
its class, as a number, a shape, the name of a parameter, the last line it printed. So nothing of the message is used
here: the words are chosen by what is wrong, and beside them stands only what the course itself declares (the names of
tensors, what is wrong with an input), the type of a well-known exception, and the line of the answer.
"""

import builtins
import re
from collections.abc import Iterator, Mapping

from grader.model import Counterexample, CriterionReport, FindingKind, Verdict, as_case, named_line

_EXCEPTIONS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
) | {"OutOfMemoryError", "LinAlgError"}
"""Exceptions that are called by name: what an answer calls its own could hold anything."""

_WORDS = frozenset(
    ("the", "output", "of", "step", "gradient", "buffer", "buffers", "after", "input", "parameters", "state_dict", "in")
)
_TOKEN = re.compile(r"[A-Za-z_][\w.]*")
_INPUT = re.compile(r"input(\.\d+)*")
_OF_A_TENSOR: Mapping[FindingKind | None, str] = {
    FindingKind.STRUCTURE: "is of another kind than expected, or nested otherwise",
    FindingKind.SHAPE: "has another shape than expected",
    FindingKind.DTYPE: "has another dtype than expected",
    FindingKind.NUMBERS: "has another dtype than expected",
    FindingKind.DEVICE: "is on another device than expected",
    FindingKind.REQUIRES_GRAD: "has another requires_grad than expected",
    FindingKind.FINITE: "is infinite or not a number where that is not expected, or the reverse",
    FindingKind.VALUE: "is wrong",
}
_OF_IT: Mapping[FindingKind | None, str] = {
    FindingKind.LINE_VALUE: "A line of Python gives another value than expected",
    FindingKind.LINE_NOT_RAISED: "A line of Python should raise an exception, but does not",
    FindingKind.LEFT: "It left with something that is no ordinary exception",
    FindingKind.ENDED_EARLY: "It stopped before the end",
    FindingKind.NOT_A_MODULE: (
        "It is not a torch.nn.Module, so it has no parameters(), train(), eval() or state_dict()"
    ),
    FindingKind.MODE: "A new layer should be in training mode, with all its children",
    FindingKind.LOAD: "A state dict of torch.nn's layer cannot be loaded into it",
    FindingKind.PROPERTY: "What must hold of every right answer does not hold of it",
}
_RAISING: Mapping[str, str] = {
    "interface": "Constructing it or switching its mode",
    "parameters": "Loading a state into it",
    "gradients": "Going backward through it",
}
"""What was being done when an exception came, by the criterion that it fails."""
_STOPPED: Mapping[Verdict, str] = {
    Verdict.TIME_LIMIT: "It took too long; perhaps a loop does not end",
    Verdict.MEMORY_LIMIT: "It ran out of memory",
    Verdict.OUTPUT_LIMIT: "It printed or gave back more than any right answer would",
    Verdict.CRASHED: "It ended or broke the process that runs it",
}


def briefly(criterion: CriterionReport) -> str:
    """The message of a criterion without anything that came from the case or from the answer's own hands.

    Args:
        criterion: As it was judged. One that failed without a case (while the file was loaded, or because of what its
            text says) keeps its message.
    """
    example = criterion.counterexample
    if example is None:
        return "" if criterion.verdict is Verdict.JUDGE_ERROR else criterion.message
    if criterion.verdict in _STOPPED:
        return f"{_STOPPED[criterion.verdict]}."
    if criterion.name == "numerics" and example.case.get("dtype") == "float64":
        return "It only works in float32."
    said = _said(criterion.name, criterion.kind, example)
    if criterion.name == "gradients" and example.case.get("backward") == "last":
        said += ". The backward passes came after both calls"
    return said + (named_line(example.line) or ".")


def _said(name: str, kind: FindingKind | None, example: Counterexample) -> str:
    what = _where(example)
    if kind in _OF_IT:
        return _OF_IT[kind]
    if kind in _OF_A_TENSOR:
        told = f"{what} {_OF_A_TENSOR[kind]}"
        # Only the same case with its arguments passed otherwise can fail the interface so.
        return f"With its arguments passed by position, or all by name, {told}" if name == "interface" else _first(told)
    if kind is FindingKind.NAMES:
        wanted = "" if what == "state_dict" else f" ({example.expected})"
        return f"Its {what} should have other names{wanted}" if wanted else "Its state_dict() should have other keys"
    if kind is FindingKind.INPUT_CHANGED:
        return f"It changed {what} in place; the caller's tensor must stay as it was"
    if kind is FindingKind.NOT_RAISED:
        return f"{example.case.get('why') or 'A constructor call or input'} should raise an exception, but does not"
    if kind is FindingKind.GROWTH:
        # What grows is the course's own word.
        return f"The number of tensor operations grows with the {example.where}: let tensor operations do the loop"
    if kind in (FindingKind.RAISED, FindingKind.RAISED_ABOUT_DTYPE):
        return f"{_RAISING.get(name, 'Using it')} raised {_exception(example.got)}"
    if kind in (FindingKind.LINE_RAISED, FindingKind.LINE_RAISED_ABOUT_DTYPE):
        return f"A line of Python raised {_exception(example.got)}"
    return "It fails on a hidden case"


def _where(example: Counterexample) -> str:
    """Where it failed, without the step; "it" where that names anything that the case does not."""
    what = example.where.rpartition(", ")[0] or example.where
    known = {*_WORDS, *_names(example)}
    tokens = _TOKEN.findall(what)
    return what if tokens and all(token in known or _INPUT.fullmatch(token) for token in tokens) else "it"


def _names(example: Counterexample) -> Iterator[str]:
    """The names of the case's parameters, buffers and arguments."""
    case = as_case(example.case)
    for item in case.get("state") or ():
        yield str(item[0])
    for step in case.get("steps", ()):
        yield from step.get("kwargs", {})


def _exception(what: str) -> str:
    name = what.partition(":")[0]
    return name if name in _EXCEPTIONS else "an exception of its own"


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
