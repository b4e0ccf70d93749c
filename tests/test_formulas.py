"""Formulas as a terminal shows them."""

import ast
import re

import pytest

from grader.kit.outline import read_outline
from grader.study.formulas import plain, readable
from grader.study.hints import Hint
from tests.test_study_session import ROOT


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (
            r"(*, S_{start}, \dots, S_{end}, *) \to (*, \textstyle\prod_{i=start}^{end} S_i, *)",
            "(*, S_start, ..., S_end, *) → (*, Π_(i=start)^end S_i, *)",
        ),
        (
            r"y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \odot \gamma",
            "y = (x - E[x]) / √(Var[x] + ε) ⊙ γ",
        ),
        (r"L = -\frac{1}{N} \sum_n \log p_{n,t_n}", "L = -(1 / N) Σ_n log p_(n,t_n)"),
        (r"\left\lfloor \frac{H + 2 p}{s} \right\rfloor + 1", "⌊(H + 2 p) / s⌋ + 1"),
        (r"e^{x_i} + e^{-x} + r^2 + W_q^\top", "e^(x_i) + e^(-x) + r² + W_qᵀ"),
        (r"(N, C \, k_h \, k_w, L), \qquad k' = \hat{x}_{t-1}", "(N, C k_h k_w, L),   k' = x̂_(t-1)"),
        (
            "\\begin{aligned}\n  c' &= f \\odot c &\n  h' &= o \\\\\n  g &= \\tanh(c')\n\\end{aligned}",
            "c' = f ⊙ c   h' = o\ng = tanh(c')",
        ),
        (r"\text{in\_features} \ge -\infty", "in_features ≥ -∞"),
        (r"\unheardof{x}", r"\unheardofx"),
        ("x_", "x_"),
    ],
)
def test_a_formula_in_plain_characters(formula: str, shown: str) -> None:
    assert plain(formula) == shown


def test_code_and_prices_are_left_alone() -> None:
    assert readable("`$x_i$` and $x_i$:\n\n```sh\necho $HOME $PATH\n```\n") == (
        "`$x_i$` and x_i:\n\n```sh\necho $HOME $PATH\n```\n"
    )
    assert readable("It costs $5 or $6, not $ 7 $.") == "It costs $5 or $6, not $ 7 $."


def test_no_docstring_of_the_course_shows_tex_in_a_terminal() -> None:
    """And the notebook, which sets formulas, gets them."""
    for lesson in read_outline(ROOT).lessons:
        for node in ast.walk(ast.parse(lesson.stub)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and (said := ast.get_docstring(node)):
                shown = re.sub(r"`[^`\n]+`", "", str(Hint(said)))
                assert not re.search(r"\$|\\[a-zA-Z]", shown), (lesson.slug, node.name)
                assert Hint(said).markdown == said
