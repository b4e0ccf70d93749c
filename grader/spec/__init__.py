"""What an ``exercise.py`` may import: how exercises, parts, cases and misconceptions are declared.

Everything here is data or builds data. A *case* is one concrete input, written with `layer_case`, `function_case` or
`program`; a *part* says what its symbol is compared with and how its cases are drawn; an *exercise* is the parts that
share an answer file.

May import: case, model.
"""

from grader.model import DeclaredCase as Case
from grader.spec.cases import (
    call,
    evaluate,
    function,
    function_case,
    layer_case,
    listed,
    module,
    program,
    raises,
    reload,
    run,
    tensor,
    train,
    tuple_of,
)
from grader.spec.families import with_argument, with_dims, with_tuples
from grader.spec.mistakes import Misconception, misconception, mistake
from grader.spec.networks import network_case
from grader.spec.parts import POINTS, Exercise, Family, Growth, OffLimits, Part, Property, growth

__all__ = [
    "POINTS", "Case", "Exercise", "Family", "Growth", "Misconception", "OffLimits", "Part", "Property", "call",
    "evaluate", "function", "function_case", "growth", "layer_case", "listed", "misconception", "mistake", "module",
    "network_case", "program", "raises", "reload", "run", "tensor", "train", "tuple_of", "with_argument", "with_dims",
    "with_tuples",
]  # fmt: skip
