"""Whether an answer is the student's own: free of what is off limits.

Nothing of the answer is run. A use that cannot be determined for certain is left to the guard in the worker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.answer.confined import ask
from grader.answer.policy import refused
from grader.answer.reached import Reached
from grader.answer.text import Answer, Cell
from grader.answer.torch_names import members
from grader.model import OffLimitsUse, codec
from grader.spec import OffLimits

_MAX_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class OwnWork:
    """What the text of an answer says about whose work a part is."""

    uses: Sequence[OffLimitsUse] = ()
    """What it uses although it is off limits, with the line of each use."""
    replaced: str = ""
    """What became of its definition where a later import replaces it, in a sentence."""
    left_out: str = ""
    """The first import that it does without and that finds nothing when graded, in words."""


def own_work(answer: Answer, symbol: str, off_limits: OffLimits) -> OwnWork:
    """What the code of a part uses although it is off limits, and whether it is the student's own at all.

    Only code that the part can come to run counts, with what the top level puts into torch, into other modules or into
    what the part uses; of the judge's machinery, all that is loaded for the part. Scratch cells,
    `if __name__ == "__main__":`, unused imports, annotations and comparisons with types do not.

    Raises:
        TooMuch: where it cannot be told within the limits of reading.
    """
    if not answer.cells:
        return OwnWork()
    reached = _asked({"do": "reached", "answer": answer, "symbol": symbol})
    findings = {
        (cell, line, name)
        for use in reached.uses
        if (name := refused(use.dotted, off_limits))
        for cell, line in use.places
    }
    uses = [_found(answer.cells[cell], line, name) for cell, line, name in sorted(findings)[:_MAX_FINDINGS]]
    return OwnWork(uses, reached.replaced, reached.left_out)


def _found(cell: Cell, line: int, name: str) -> OffLimitsUse:
    return OffLimitsUse(
        used=name, line=line + cell.line - 1, source=_text_of(cell.source, line), cell=cell.index or None
    )


def _asked(request: Mapping[str, Any]) -> Reached:
    found = codec.made(Reached, ask(request))
    if found.stars:
        # The process that reads has no torch, in which to look up what `from torch.nn import *` brings.
        found = codec.made(Reached, ask({**request, "names": {module: members(module) for module in found.stars}}))
    return found


def _text_of(source: str, line: int) -> str:
    lines = source.split("\n")
    return lines[line - 1].strip()[:200] if 0 < line <= len(lines) else ""
