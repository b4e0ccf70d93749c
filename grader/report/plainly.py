"""The message of a criterion in a learner's words: inputs are called as the example calls them."""

import ast
import re
from collections.abc import Mapping

from grader.model import CriterionReport, PartReport
from grader.model.language import translated

_CALLED = ("layer", "yours", "function")
"""What an example calls, beside a function by its own name."""
_INPUT = re.compile(r"(?:input )?\binput\.(\d+)\b(?!\.\d)")
_ARGUMENT = re.compile(r"\bargument (\d+)\b(?!\[| of the call)")
_INSIDE = re.compile(r"(?:input )?\binput\.(\d+)\b")


def in_plain(message: str, names: Mapping[int, str] | None = None) -> str:
    """A message with inputs as a learner would say them.

    Args:
        message: The judge's, which counts them: ``input.0``.
        names: What the example calls those that it has a name for.
    """
    names = names or {}
    message = _INPUT.sub(lambda match: _said(int(match[1]), names), message)
    message = _INSIDE.sub(lambda match: _said(int(match[1]), {}), message)
    message = re.sub(r"\bthe output\[", "output[", message, flags=re.IGNORECASE)
    return message if message.startswith("output[") else message[:1].upper() + message[1:]


def _said(number: int, names: Mapping[int, str]) -> str:
    return f"`{names[number]}`" if number in names else f"argument {number + 1}"


def said_plainly(part: PartReport, criterion: CriterionReport) -> str:
    """The message of a criterion as a learner would say it, in their language."""
    return translated(in_plain(criterion.message or part.message, _names(part, criterion)), part.exercise)


def transformed_plainly(part: PartReport, criterion: CriterionReport) -> str:
    """The same of what turns the expected result into the answer's."""
    names = _names(part, criterion)
    said = _ARGUMENT.sub(lambda match: _said(int(match[1]) - 1, names), criterion.transformation)
    return translated(said, part.exercise)


def _names(part: PartReport, criterion: CriterionReport) -> Mapping[int, str]:
    return named_inputs(criterion.counterexample.snippet, part.part) if criterion.counterexample else {}


def named_inputs(snippet: str, symbol: str) -> Mapping[int, str]:
    """The names that an example has for what the answer is called with by position; none where calls differ in that.

    Args:
        snippet: The example.
        symbol: The part.
    """
    try:
        tree = ast.parse(snippet)
    except (SyntaxError, ValueError):
        return {}
    found: dict[int, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in (*_CALLED, symbol):
            for number, argument in enumerate(node.args):
                if isinstance(argument, ast.Name):
                    found.setdefault(number, set()).add(argument.id)
    return {number: names.pop() for number, names in found.items() if len(names) == 1}
