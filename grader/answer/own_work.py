"""Whether an answer is the student's own: free of what is off limits.

Nothing of the answer is run. A use that cannot be determined for certain is left to the guard in the worker.
"""

from grader.answer.policy import refused
from grader.answer.reach import Use, machinery_uses, uses
from grader.answer.torch_names import exists
from grader.answer.tree import Tree
from grader.model import OffLimitsUse
from grader.spec import OffLimits

_MAX_FINDINGS = 20


def off_limits_uses(tree: Tree, symbol: str, off_limits: OffLimits) -> list[OffLimitsUse]:
    """What the code of a part uses although it is off limits, with the line of each use.

    Only code that the part can come to run counts, with what the top level puts into torch, into other modules or into
    what the part uses. Scratch cells, `if __name__ == "__main__":`, unused imports, annotations and comparisons with
    types do not.
    """
    has_limits = any((off_limits.kernels, off_limits.classes, off_limits.functions, off_limits.modules))
    findings = {}
    for use in uses(tree, symbol, exists) if has_limits else machinery_uses(tree, exists):
        name = refused(use.dotted, off_limits)
        if name:
            findings[name, use.line, use.cell] = _text_of(use)
    order = sorted(findings, key=lambda item: (item[2].index, item[1], item[0]))
    return [
        OffLimitsUse(used=key[0], line=key[1] + key[2].line - 1, source=findings[key], cell=key[2].index or None)
        for key in order[:_MAX_FINDINGS]
    ]


def _text_of(use: Use) -> str:
    lines = use.cell.source.split("\n")
    return lines[use.line - 1].strip()[:200] if 0 < use.line <= len(lines) else ""
