"""Cells are executed statement by statement; an import that finds nothing costs only what uses it."""

import types
from typing import Any

import pytest
import torch

from grader.worker.loading import Loader


def loaded(*cells: str, notebook: bool = False) -> tuple[dict[str, Any], Loader, list[int]]:
    lines: list[int] = []
    module = types.ModuleType("answer")
    loader = Loader(module, "answer.py", notebook=notebook, on_line=lines.append)
    line = 1
    for index, cell in enumerate(cells, 1):
        loader.load([(cell, line, index)])
        line += cell.count("\n") + 1
    return vars(module), loader, lines


def test_a_future_holds_for_what_follows() -> None:
    names, loader, lines = loaded(
        "from __future__ import annotations\nx = 1", "\ndef f(a: nothing): pass", notebook=True
    )
    assert not loader.errors
    assert names["f"].__annotations__ == {"a": "nothing"}
    assert lines == [1, 2, 4]


def test_a_notebook_goes_on_with_the_next_cell_and_a_file_does_not() -> None:
    cells = ["a = 1\nb = 1 / 0\nc = 1", "d = a"]
    names, loader, _ = loaded(*cells, notebook=True)
    assert "c" not in names
    assert names["d"] == 1
    (error,) = loader.errors
    assert (error["cell"], error["type"], error["line"]) == (1, "ZeroDivisionError", 2)
    names, loader, _ = loaded(cells[0])
    assert "c" not in names
    assert list(loader.symbols) == ["a"]


def test_what_is_missing_may_be_named_but_not_used() -> None:
    names, loader, _ = loaded(
        "import matplotlib_of_mine.pyplot as plt\nfrom jaxtyping_of_mine import Float\nimport torch.no_such_thing\n"
        'plt.rcParams["a"] = 1\nplt.style = 2\n'
        "class Layer:\n    def forward(self, x: Float[torch.Tensor, 'b c'] | None):\n        return x\n"
        "    def show(self): return plt.plot(1)\n    def ask(self): return bool(plt.x)\n"
        "    def take(self): return [*plt]\n    def kind(self): return isinstance(1, Float)\n"
    )
    assert [error["type"] for error in loader.errors] == ["ModuleNotFoundError"] * 3
    assert names["torch"].ones(1) == 1
    layer = names["Layer"]()
    assert layer.forward(1) == 1
    for method, path in ((layer.show, "matplotlib_of_mine.pyplot.plot"), (layer.ask, "matplotlib_of_mine.pyplot.x")):
        with pytest.raises(ModuleNotFoundError, match=f"{path} is not available when graded"):
            method()
    for method in (layer.take, layer.kind):
        with pytest.raises(ModuleNotFoundError, match="is not available when graded"):
            method()
    assert set(loader.symbols) == {"torch", "Layer"}


def test_what_is_missing_is_no_base_of_a_class() -> None:
    names, loader, _ = loaded("import einops_of_mine as e\nclass Layer(e.Layer):\n    pass\nx = 1")
    assert [error["line"] for error in loader.errors] == [1, 2]
    assert "x" not in names
    assert list(loader.symbols) == []


def test_what_only_the_compiler_finds_costs_its_statement() -> None:
    names, loader, _ = loaded("x = 1", "return 5", "y = x", notebook=True)
    assert names["y"] == 1
    assert [error["type"] for error in loader.errors] == ["SyntaxError"]


def test_what_comes_of_what_is_missing_is_missing_too_and_what_follows_is_loaded() -> None:
    names, loader, _ = loaded(
        "from rich_of_mine import Console\nconsole = Console()\nrun, table = console.run(), 1\nlog: int = Console()\n"
        "console.install()\nclass Layer:\n    def show(self): console.print(1)\nlayer = Layer()"
    )
    assert [error["line"] for error in loader.errors] == [1, 2, 3, 4, 5]
    with pytest.raises(ModuleNotFoundError, match=r"rich_of_mine\.Console\.print is not available when graded"):
        names["layer"].show()
    with pytest.raises(TypeError, match=r"rich_of_mine\.Console\.run is not available when graded"):
        torch.mul(torch.ones(1), names["table"])
    assert set(loader.symbols) == {"Layer", "layer"}


def test_the_decorator_that_gives_a_class_its_methods_works_without_its_book() -> None:
    names, loader, _ = loaded(
        "from d2l import torch as d2l\nclass Layer: pass\n@d2l.add_to_class(Layer)\ndef forward(self, x):\n    return x"
    )
    assert names["Layer"]().forward(3) == 3
    assert [error["line"] for error in loader.errors] == [1]


def test_a_definition_does_without_decorators_that_are_missing() -> None:
    names, loader, _ = loaded(
        "from jaxtyping_of_mine import Float, jaxtyped\nfrom beartype_of_mine import beartype as checker\n"
        "@jaxtyped(typechecker=checker)\nclass Layer:\n    @checker\n    def forward(self, x: Float['n']):\n"
        "        return x + 1\n    @staticmethod\n    def twice(x):\n        return 2 * x\n"
        "@checker\ndef double(x):\n    return 2 * x"
    )
    assert names["Layer"]().forward(3) == 4
    assert names["Layer"].twice(3) == names["double"](3) == 6
    assert [error["line"] for error in loader.errors] == [1, 2, 3, 11]


def test_a_definition_that_needs_what_is_missing_for_more_than_a_decorator_is_not_there() -> None:
    names, loader, _ = loaded(
        "from mine import checker, size\n@checker\nclass Layer:\n    width = size()\n    def forward(self, x): return x"
    )
    assert "Layer" not in names
    assert len(loader.errors) == 2
