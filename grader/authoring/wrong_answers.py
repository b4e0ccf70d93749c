"""Answers that are wrong by construction, as files that students would hand in: `course verify` wants them refused."""

import ast

from grader.course.declared import DeclaredExercise
from grader.spec import Misconception

_WITHOUT_VALUES = ("interface", "parameters", "shapes", "state", "init", "errors")


def misconception_source(exercise: DeclaredExercise, item: Misconception) -> str:
    """A known-wrong answer as the file that a student would hand in.

    Raises:
        CourseError: where an edit does not fit the reference.
    """
    if item.edits:
        return exercise.edited_source(item)
    tree = ast.parse(exercise.misconceptions_source)
    body = []
    for node in tree.body:
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and (node.module == exercise.name or node.module.startswith("grader"))
        ):
            continue
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "mistakes":
            # Those are edits of the reference, and not part of this answer.
            continue
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            node.decorator_list = [item for item in node.decorator_list if not _declares_misconception(item)]
        body.append(node)
    tree.body = body
    alias = "" if item.name == item.part else f"\n{item.part} = {item.name}\n"
    return f"{exercise.reference_source}\n\n{ast.unparse(tree)}\n{alias}"


def _declares_misconception(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "misconception"
    )


def delegates(symbol: str) -> dict[str, str]:
    """Answers that delegate the work to the oracle, by how they disguise it."""
    letters = ", ".join(repr(letter) for letter in symbol)
    return {
        "the layer itself": f"from torch.nn import {symbol}\n",
        "a subclass": f"from torch import nn\n\n\nclass {symbol}(nn.{symbol}):\n    pass\n",
        "a wrapper": (
            f"from torch import nn\n\n\nclass {symbol}(nn.Module):\n"
            "    def __init__(self, *args, **kwargs):\n        super().__init__()\n"
            f"        self.inner = nn.{symbol}(*args, **kwargs)\n\n"
            "    def forward(self, *args):\n        return self.inner(*args)\n"
        ),
        "a disguised wrapper": (
            f"import torch\n\n_name = ''.join([{letters}])\n\n\ndef {symbol}(*args, **kwargs):\n"
            "    return vars(torch.nn)[_name](*args, **kwargs)\n"
        ),
    }


def hollow(symbol: str, reference: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Answers that do nothing, each with the criteria it may still earn."""
    raises = "(*args, **kwargs):\n{0}raise ValueError('hollow')\n"
    return {
        "a function that always raises": (f"def {symbol}{raises.format('    ')}", ()),
        "a constructor that always raises": (
            f"class {symbol}:\n    def __init__(self, {raises.format('        ').removeprefix('(')}",
            (),
        ),
        "the right shapes filled with zeros": (f"{reference}{_ZEROED.format(symbol=symbol)}", _WITHOUT_VALUES),
    }


def left_behind(symbol: str, reference: str) -> str:
    """An answer that is correct but for its results, which it copies into tensors of the default dtype on the CPU."""
    return f"{reference}{_LEFT_BEHIND.format(symbol=symbol)}"


_LEFT_BEHIND = """

import torch as _torch


def _copied(out):
    if isinstance(out, (tuple, list)):
        return type(out)(_copied(item) for item in out)
    if hasattr(out, "register_forward_hook"):
        # A function that makes layers.
        out.register_forward_hook(lambda layer, inputs, output: _copied(output))
        return out
    if not isinstance(out, _torch.Tensor) or not out.is_floating_point():
        return out
    canvas = _torch.zeros(out.shape)
    canvas[...] = out
    return canvas


_right = {symbol}

if isinstance(_right, type):

    class {symbol}(_right):
        def forward(self, *args, **kwargs):
            return _copied(super().forward(*args, **kwargs))

else:

    def {symbol}(*args, **kwargs):
        return _copied(_right(*args, **kwargs))
"""


_ZEROED = """

def _zeroed(out):
    if isinstance(out, (tuple, list)):
        return type(out)(_zeroed(item) for item in out)
    if hasattr(out, "register_forward_hook"):
        # A function that makes layers.
        out.register_forward_hook(lambda layer, inputs, output: output * 0)
        return out
    return out * 0 if hasattr(out, "new_zeros") or type(out) in (int, float) else out


_right = {symbol}

if isinstance(_right, type):

    class {symbol}(_right):
        def forward(self, *args, **kwargs):
            return _zeroed(super().forward(*args, **kwargs))

else:

    def {symbol}(*args, **kwargs):
        return _zeroed(_right(*args, **kwargs))
"""
