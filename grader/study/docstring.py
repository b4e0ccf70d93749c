"""What a part's own docstrings say, section by section: nothing of them is about another part."""

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence

from grader.model.source import definition

BEFORE = ""
"""Stands for what comes before the first section: what the part does, and its formula."""
_HEADING = re.compile(r"^(Args|Attributes|Shape|Returns|Raises|Examples?):$", re.MULTILINE)


def told(stub: str, symbol: str, headings: Sequence[str]) -> str:
    """The first of some sections that the docstring of a part or of its methods has; nothing where there is none.

    Args:
        stub: The stub that students start from.
        symbol: The part.
        headings: The sections, the most wanted first.
    """
    docstrings = list(_docstrings(stub, symbol))
    for heading in headings:
        for text in docstrings:
            if section := _sections(text).get(heading, ""):
                return section
    return ""


def _docstrings(stub: str, symbol: str) -> Iterator[str]:
    node = definition(stub, symbol)
    if node is None:
        return
    inside = [each for each in node.body if isinstance(each, ast.FunctionDef)] if isinstance(node, ast.ClassDef) else []
    for each in (node, *inside):
        yield ast.get_docstring(each) or ""


def _sections(text: str) -> dict[str, str]:
    pieces = _HEADING.split(text)
    return {BEFORE: pieces[0].strip()} | {
        heading: textwrap.dedent(body.strip("\n")).strip()
        for heading, body in zip(pieces[1::2], pieces[2::2], strict=True)
    }
