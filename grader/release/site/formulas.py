"""Formulas as MathML, made when the site is: a page needs no script and no font from elsewhere to show them.

This module is an extension of Python-Markdown, which Zensical loads by its name. ``$…$`` is a formula in a line,
``$$…$$`` one on a line of its own, as GitHub and notebooks have them.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from grader.model import CourseError

_FORMULA = re.compile(
    r"(?P<ticks>(?<!`)`+(?!`)).+?(?<!`)(?P=ticks)(?!`)"
    r"|\\[\\$]"
    r"|\$\$(?P<block>(?:[^$]|\\\$)+?)\$\$"
    r"|\$(?![\s$])(?P<line>(?:[^$\\]|\\.)+?)(?<!\s)\$(?!\d)",
    re.DOTALL,
)
"""A formula; a span of code and an escaped sign come first, for they hold none."""
_NESTED = re.compile(r"\\qquad(?![a-zA-Z])|\\(?:begin|end|left|right)(?![a-zA-Z])|(?<!\\)[{}]")
"""What opens or closes a group in LaTeX, and the gap between formulas."""
_MACROS = {"substack": r"\begin{matrix}#1\end{matrix}"}
_BEFORE_HTML, _NAME = 23, "course-formulas"
"""After fenced code is put away (25), before HTML is (20)."""


def formulas(text: str) -> Iterator[tuple[str, bool]]:
    """The formulas of a text in which fenced code was left out, and whether each stands on a line of its own."""
    for found in _FORMULA.finditer(text):
        if found["block"] or found["line"]:
            yield found["block"] or found["line"], bool(found["block"])


@cache
def mathml(formula: str, block: bool) -> str:
    """A formula in LaTeX as MathML.

    Raises:
        CourseError: where it says something that cannot be converted.
    """
    from math_core import LatexError

    try:
        made = [
            str(_converter().convert_with_local_state(piece, displaystyle=block))
            for piece in (side_by_side(formula) if block else [formula])
        ]
    except LatexError as error:
        raise CourseError(f"The formula ${formula}$ cannot be shown on a page: {error}") from None
    return f'<span class="formula">{"".join(made)}</span>' if block else made[0]


def side_by_side(formula: str) -> list[str]:
    """The formulas that stand beside one another in one, with wide gaps between: a narrow page shows them in lines."""
    pieces, depth, at = [], 0, 0
    for found in _NESTED.finditer(formula):
        if found[0] == r"\qquad":
            if not depth:
                pieces.append(formula[at : found.start()])
                at = found.end()
        else:
            depth += 1 if found[0] in ("{", r"\begin", r"\left") else -1
    pieces.append(formula[at:])
    return [piece for piece in pieces if piece.strip()]


@cache
def _converter() -> Any:
    from math_core import LatexToMathML

    return LatexToMathML(macros=_MACROS, fancy_error=False)


class _Formulas(Preprocessor):  # type: ignore[misc]
    """Puts each formula away as finished HTML, so that nothing in it is taken for Markdown."""

    def run(self, lines: list[str]) -> list[str]:
        """Go over a document."""
        return _FORMULA.sub(self._put_away, "\n".join(lines)).split("\n")

    def _put_away(self, found: re.Match[str]) -> str:
        formula = found["block"] or found["line"]
        if not formula:
            return found[0]
        place = self.md.htmlStash.store(mathml(formula, bool(found["block"])))
        return f"\n\n{place}\n\n" if found["block"] and _stands_alone(found) else place


def _stands_alone(found: re.Match[str]) -> bool:
    """Whether a formula begins a line at the margin: one in a list stays in its item."""
    before = found.string[: found.start()].rpartition("\n")[2]
    return not before


class FormulasExtension(Extension):  # type: ignore[misc]
    """The extension."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Have documents searched for formulas."""
        md.preprocessors.register(_Formulas(md), _NAME, _BEFORE_HTML)


def makeExtension(**options: Any) -> FormulasExtension:
    """What Python-Markdown calls."""
    return FormulasExtension(**options)
