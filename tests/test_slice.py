"""What of an answer is loaded for a part, as text: a line that begins with ``-`` here is left out."""

import ast

import pytest

from grader.answer.load import Answer, Cell
from grader.answer.slice import slice_of
from tests.slice_snippets import CALLS, CHANGES, DEFINITIONS, IMPORTS, SCRATCH

ALL = {**DEFINITIONS, **IMPORTS, **CHANGES, **CALLS, **SCRATCH}


def split(marked: str) -> tuple[str, str]:
    """The text without marks, and what should be left of it."""
    lines = marked.strip("\n").split("\n")
    whole = [line.removeprefix("-") for line in lines]
    left = ["" if line.startswith("-") else line for line in lines]
    return "\n".join(whole), "\n".join(left)


def sliced(*sources: str, symbol: str = "Layer") -> list[tuple[int, int, str]]:
    """The cells that are left: number, first line and text."""
    cells = tuple(Cell(source, 1, index if len(sources) > 1 else 0) for index, source in enumerate(sources, 1))
    answer = Answer("a.ipynb" if len(sources) > 1 else "a.py", "a", cells, "digest")
    return [(cell.index, cell.line, cell.source) for cell in slice_of(answer, [symbol]).cells]


@pytest.mark.parametrize("name", ALL)
def test_what_is_left_of_a_file(name: str) -> None:
    source, left = split(ALL[name])
    ast.parse(source)
    ((_, _, text),) = sliced(source)
    assert text == left


@pytest.mark.parametrize("name", ALL)
def test_what_is_left_is_python_and_all_of_it_is_needed(name: str) -> None:
    ((_, _, text),) = sliced(split(ALL[name])[0])
    ast.parse(text)
    assert sliced(text) == [(0, 1, text)]


def test_only_the_names_of_an_import_that_are_used_are_left() -> None:
    ((_, _, text),) = sliced("import torch, matplotlib.pyplot as plt\nclass Layer:\n    x = torch.ones(1)")
    assert text.split("\n")[0] == "import torch"
    ((_, _, text),) = sliced("from a import (\n    one,\n    two as deux,\n)\nclass Layer:\n    x = deux")
    assert text.split("\n")[:4] == ["from a import two as deux", "", "", ""]


def test_statements_on_one_line_are_parted() -> None:
    ((_, _, text),) = sliced("a = 1; b = a; c = (1,\n2); d = c\nclass Layer:\n    x = a, d")
    assert text == "a = 1; c = (1,\n2); d = c\nclass Layer:\n    x = a, d"


def test_a_branch_of_which_nothing_is_left_passes() -> None:
    ((_, _, text),) = sliced(
        "if HOME:\n    print(1)\nelif AWAY:\n    A = 1\nelse:\n    B = 2\nclass Layer:\n    x = A\n"
    )
    assert text == "if HOME:\n    pass\nelif AWAY:\n    A = 1\nelse:\n    pass\nclass Layer:\n    x = A\n"


def test_cells_keep_their_lines_and_numbers() -> None:
    cells = ["import torch\n\nprint(1)", "while True: pass", "class Layer:\n    x = torch.ones(1)\nLayer()", "1 / 0"]
    assert sliced(*cells) == [(1, 1, "import torch\n\n"), (3, 5, "class Layer:\n    x = torch.ones(1)\n")]


def test_a_broken_cell_keeps_what_stands_outside_the_broken_statement() -> None:
    broken = (
        'import torch\nfrom math import (\n    sqrt,\n)\n"""\nimport never\n"""\n'
        "def helper(x):\n    return sqrt(x)\ndef other(x:\n    return x\nx = f(1\n"
        "@torch.no_grad()\ndef last(): return 1"
    )
    ((number, _, text), _) = sliced(
        broken, "class Layer:\n    x = torch\n    def f(self): return helper(last()), other(1)"
    )
    assert number == 1
    assert [line for line in text.split("\n") if line] == [
        "import torch", "from math import (", "    sqrt,", ")", "def helper(x):", "    return sqrt(x)",
        "@torch.no_grad()", "def last(): return 1",
    ]  # fmt: skip


def test_of_a_file_that_is_not_python_nothing_is_loaded() -> None:
    answer = Answer("a.py", "a", (Cell("import torch\nclass Layer: pass\nx = f(1\n"),), "digest")
    assert slice_of(answer, ["Layer"]).cells == ()


def test_a_name_that_is_used_at_once_means_what_it_meant_then() -> None:
    source = (
        "class Base: v = 1\nclass Layer(Base):\n    def f(self): return g()\nclass Base: v = 2\ndef g(): return Base"
    )
    ((_, _, text),) = sliced(source)
    assert text == source
    ((_, _, text),) = sliced("class B: v = 1\nclass Layer(B): pass\nclass B: v = 2")
    assert text == "class B: v = 1\nclass Layer(B): pass\n"


def test_several_parts_are_loaded_together() -> None:
    answer = Answer("a.py", "a", (Cell("def one(): return 1\ndef two(): return 2\ndef three(): return 3"),), "d")
    (cell,) = slice_of(answer, ["one", "three"]).cells
    assert cell.source == "def one(): return 1\n\ndef three(): return 3"


@pytest.mark.parametrize(
    "source",
    [
        "".join(f"def f{n}(): return f{n + 1}()\n" for n in range(300)) + "def f300(): pass\nclass Layer:\n    x = f0",
        "x = 0\n" + "x += 1\n" * 900 + "class Layer:\n    y = x",
        "x = 0\n" + "if x:\n    x = x + 1\n" * 900 + "class Layer:\n    y = x",
        "".join(f"def f{n}(): return {', '.join(f'f{m}' for m in range(0, 60))}\n" for n in range(60))
        + "".join(f"x{n} = f{n}()\n" for n in range(60))
        + f"class Layer:\n    y = {', '.join(f'x{n}' for n in range(60))}",
    ],
    ids=["chain", "sum", "branches", "all call all"],
)  # fmt: skip
def test_a_file_in_which_all_hangs_together_is_loaded_whole(source: str) -> None:
    assert sliced(source) == [(0, 1, source)]


@pytest.mark.parametrize(
    "source",
    [
        "def add(x): return lambda f: setattr(x, 'a', f) or f\nclass C0: pass\n"
        + "".join(f"@add(C{n})\nclass C{n + 1}: pass\n" for n in range(1500)) + "Layer = C0",
        "if X: A0 = 1\n" + "".join(f"elif X == {n}: A{n} = 1\n" for n in range(1, 300)) + "Layer = A299\nX = 1",
        "if X:\n    A0 = 1\n" + "".join(f"elif X == {n}:\n    A{n} = 1\n" for n in range(1, 300)) + "Layer = A9\nX = 1",
        "".join(f"{' ' * n}if X:\n" for n in range(90)) + " " * 90 + "A = 1\nLayer = A\nX = 1",
        "x = 1\nLayer = x" + ".a" * 1500 + "\nx" + ".a" * 1500 + " = 1",
    ],
    ids=["decorators", "branches on one line", "branches", "blocks", "attributes"],
)  # fmt: skip
def test_what_is_deeply_nested_is_read(source: str) -> None:
    ((_, _, text),) = sliced(source)
    ast.parse(text)
    assert "Layer = " in text
