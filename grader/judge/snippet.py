"""Write a case as Python that shows the failure when pasted beside the answer file."""

from collections.abc import Sequence

import torch

from grader.judge.case_code import CaseCode, Shown
from grader.judge.case_names import answer_names, names_in
from grader.judge.plain_code import without_dtype
from grader.judge.tensor_code import RAND
from grader.model import Case, DeclaredCase, Observation

_LITERALS = (24, 8, 1)
"""Elements up to which tensors are written out: the first that keeps the text on a screen."""
_SCREEN = 30


def snippet(
    case: Case | DeclaredCase,
    exercise: str,
    symbol: str,
    *,
    criterion: str = "",
    expected: Observation | None = None,
    load: str = "exact",
    shows_inputs: bool = False,
    precise: bool = False,
    in_notebook: bool = False,
    shows: Sequence[str] = (),
    only_last: bool = False,
) -> str:
    """Write a case as Python to paste beside the answer file.

    Args:
        case: The case, in the form that `grader.case.probe.run_case` takes.
        exercise: The answer file's name, with or without its assignment.
        symbol: What the case is about.
        criterion: What to print: "gradients" pulls the case's cotangent back, "state" shows buffers, and so on;
            empty shows the outputs, and the gradients where the case asks for them.
        expected: The oracle's observation of the case, which makes the code plainer where it is known.
        load: How the judge could load the state into the answer: ``exact``, by ``order`` where the answer has names of
            its own, or ``partial``, whatever fits.
        shows_inputs: Print the inputs after each call too, where an answer has changed them.
        precise: Print more digits than torch does, where the difference is small.
        in_notebook: The answer is a notebook, from which nothing can be imported.
        only_last: Of the case's own lines print the value of the last alone.
        shows: Lines that show what the case is about, in place of its outputs and of its own lines.
    """
    shown = Shown(
        criterion=criterion, expected=expected, load=load, inputs=shows_inputs, lines=shows, only_last=only_last
    )
    text = ""
    for literal_up_to in _LITERALS:
        code = CaseCode(case, symbol, shown, literal_up_to)
        module = "" if in_notebook else exercise.rsplit("/", 1)[-1]
        head = _head(code, module, precise=precise or criterion == "numerics")
        text = "\n".join([*head, *code.lines]) + "\n"
        if text.count("\n") <= _SCREEN:
            break
    return text if "new" in case else without_dtype(text)


def _head(code: CaseCode, module: str, *, precise: bool) -> list[str]:
    """What comes above the lines of a case: imports, definitions, and options of torch.

    Args:
        code: The lines.
        module: What the answer is imported from; nothing in a notebook.
        precise: Print more digits than torch does.
    """
    of_lines = names_in(code.case)
    names = sorted({code.symbol} | (of_lines & answer_names(code.case)))
    modules = [
        *sorted(code.imports, key=lambda line: "numpy" in line),
        "import torch",
        *(["from torch import nn"] if "nn" in of_lines else []),
    ]
    if code.counts:
        modules.append("from torch.utils._python_dispatch import TorchDispatchMode")
    lines = [*modules, f"from {module} import {', '.join(names)}"]
    if not module:
        lines = ["# Run this in a cell below your answer.", *modules]
    lines += [*([""] if code.above else []), ""]
    for helper in code.above:
        lines += [*helper.splitlines(), "", ""]
    if "import numpy as np" in code.imports:
        lines.append(RAND)
    # A notebook goes on with what is set here.
    later = "  # put it back later: torch.float32" if not module and code.dtype != torch.float32 else ""
    lines.append(f"torch.set_default_dtype({code.dtype}){later}")
    if precise:
        lines.append("torch.set_printoptions(precision=10)")
    lines.append(f"torch.manual_seed({code.case.get('seed', 0)})")
    return lines
