import ast
import sys
from pathlib import Path

import pytest

from grader.answer.attempt import attempted, begun, broken_cell
from grader.answer.load import Answer, Cell
from grader.answer.own_work import own_work
from grader.answer.parse import tree_of
from grader.answer.policy import refused
from grader.model import Verdict
from grader.spec import OffLimits
from tests.off_limits_snippets import DISHONEST, HONEST, MODULES, NORM, layer

ROOT = Path(__file__).parents[1]

ONLY_WHEN_RUN = {
    "getattr with a name spelt at run time",
    "the gradient of unfold on purpose",
    "the gradient of unfold in another thread",
    "the gradient of unfold by torch.func",
    "the gradient of unfold in a gradient of one's own",
    "fold",
    "interpolate by area",
    "grid_sample",
    "flatten of the tensor",
    "a backward pass of autograd",
    "a swallowed backward pass",
    "in another thread",
    "hooks of a module",
    "relu",
    "relu in place",
    "softmax",
}
"""What the text does not tell; tests/test_guard.py shows that the guard sees it."""


def answer(*cells):
    numbered = [Cell(source, 1, index if len(cells) > 1 else 0) for index, source in enumerate(cells, 1)]
    return Answer("normalization/batchnorm.py", "batchnorm", tuple(numbered), "digest")


def used(source, limits=NORM, symbol="Part"):
    return [str(use) for use in own_work(answer(source), symbol, OffLimits(**limits)).uses]


@pytest.mark.parametrize("name", [name for name in DISHONEST if name not in ONLY_WHEN_RUN])
def test_what_is_off_limits_is_found_in_the_text(name):
    limits, source = DISHONEST[name]
    found = own_work(answer(source), "Part", OffLimits(**limits)).uses
    assert found
    lines = source.split("\n")
    for use in found:
        assert use.line is not None
        assert use.source == lines[use.line - 1].strip()[:200]


@pytest.mark.parametrize("name", sorted(ONLY_WHEN_RUN))
def test_what_the_text_does_not_show_is_left_to_the_guard(name):
    assert name in DISHONEST


@pytest.mark.parametrize("name", HONEST)
def test_honest_work_is_left_alone(name):
    limits, source = HONEST[name]
    assert used(source, limits) == []


def test_a_use_has_its_name_its_line_and_its_text():
    source = layer("self.bn = nn.BatchNorm2d(3)", "y = F.layer_norm(x, x.shape)\nreturn self.bn(y)")
    found = own_work(answer(source), "Part", OffLimits(**NORM)).uses
    assert [(use.used, use.line, use.source) for use in found] == [
        ("torch.nn.BatchNorm2d", 7, "self.bn = nn.BatchNorm2d(3)"),
        ("torch.nn.functional.layer_norm", 9, "y = F.layer_norm(x, x.shape)"),
    ]


def test_a_use_in_a_notebook_has_the_line_of_its_cell():
    cells = answer(
        "import torch.nn as nn", "x = 1\ndef helper():\n    return nn.LayerNorm(3)\n", "def Part(): return helper()"
    )
    (use,) = own_work(cells, "Part", OffLimits(**NORM)).uses
    assert (use.used, use.line, use.source) == ("torch.nn.LayerNorm", 3, "return nn.LayerNorm(3)")


def test_the_last_definition_in_a_notebook_counts():
    cells = [
        "from torch import nn\nclass Part(nn.LayerNorm): pass",
        "class Part(nn.Module):\n    def forward(self, x): return x",
    ]
    assert not own_work(answer(*cells), "Part", OffLimits(**NORM)).uses
    assert own_work(answer(cells[0], cells[1], "Part = nn.LayerNorm"), "Part", OffLimits(**NORM)).uses
    assert own_work(answer(*cells, "Part.forward = nn.LayerNorm.forward"), "Part", OffLimits(**NORM)).uses


@pytest.mark.parametrize(
    "source",
    [
        (
            "try:\n"
            "    from fast import norm\n"
            "except ImportError:\n"
            "    from torch.nn.functional import batch_norm as norm\n"
            "def Part(x): return norm(x)"
        ),
        (
            "import torch\n"
            "if torch.cuda.is_available():\n"
            "    norm = torch.batch_norm\n"
            "else:\n"
            "    norm = print\n"
            "def Part(x): return norm(x)"
        ),
        "import torch\nTABLE = {}\nTABLE['n'] = torch.batch_norm\ndef Part(x): return TABLE['n'](x)",
        "import torch\nTABLE = []\nTABLE.append(torch.batch_norm)\ndef Part(x): return TABLE[0](x)",
        "import torch\nfor norm in [torch.batch_norm]: pass\ndef Part(x): return norm(x)",
        "import torch\nnorm, other = torch.batch_norm, 1\ndef Part(x): return norm(x)",
        "import torch\ndef Part(x, *, norm=torch.batch_norm): return norm(x)",
        "import torch as t\ndef Part(x):\n    u = t\n    return u.batch_norm(x)",
        "def Part(x):\n    import torch.nn.functional as G\n    return G.batch_norm(x)",
        (
            "def Part(x):\n"
            "    from torch import nn\n"
            "    def inner():\n"
            "        return nn.functional.batch_norm(x)\n"
            "    return inner()"
        ),
        "import torch\nPart = lambda x: torch.batch_norm(x)",
        "import torch\nif (norm := torch.batch_norm):\n    pass\ndef Part(x): return norm(x)",
        "import torch\nclass Part:\n    norm = staticmethod(torch.batch_norm)\n",
        (
            "import torch\n"
            "class Part:\n"
            "    def _test(self): return torch.batch_norm\n"
            "    def __call__(self, x): return self._test()(x)"
        ),
        (
            "import torch\n"
            "class Part:\n"
            "    def _test(self): return torch.batch_norm\n"
            "    def __call__(self, x): return getattr(self, '_' + 'test')()(x)"
        ),
        "import torch\ndef Part(x): return getattr(torch, 'nope', torch.batch_norm)(x)",
        "import torch\ndef Part(x): return globals()['torch'].batch_norm(x)",
        "import torch\ndef Part(x): return torch.__getattribute__('batch_norm')(x)",
        "import torch\ndef Part(x): return torch.__dict__.get('batch_norm')(x)",
        "import torch\ndef Part(x): return (torch if x else None).batch_norm(x)",
        "import torch\nNAME = 'BATCH' + '_norm'\ndef Part(x): return getattr(torch, NAME.lower())(x)",
        "import builtins, torch\nbuiltins.len = torch.batch_norm\ndef Part(x): return len(x)",
        "import torch\nsetattr(torch, 'foo', torch.batch_norm)\ndef Part(x): return torch.foo(x)",
        "from torch.nn import functional\nwith open(functional.batch_norm) as f: pass\ndef Part(x): return f(x)",
        "import torch\ndef Part(x):\n    match x:\n        case 1:\n            return torch.batch_norm(x)",
        "import torch\nclass A:\n    n = torch.batch_norm\nclass Part(A): pass",
        "def Part(x): return x.__class__.__base__.__subclasses__()",
    ],
)
def test_names_are_followed(source):
    assert used(source)


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ndef Part(torch): return torch.batch_norm(1)",
        "import torch\nclass A:\n    torch = 3\n    def f(self): return 1\ndef Part(x): return A().f()",
        "def Part(x): return x.batch_norm() + x.BatchNorm2d",
        "import torch\ndef unused(): return torch.batch_norm\ndef Part(x):\n    unused = 3\n    return unused",
        "import torch\ndef Part(x):\n    if False:\n        return torch.batch_norm(x)",
        "import torch\nbatch = torch.batch_norm\ndel batch\ndef Part(x): return x",
        (
            "from torch import nn\n"
            "KINDS = {nn.BatchNorm2d: 1}\n"
            "def Part(x): return KINDS.get(type(x), {nn.LayerNorm: 2}[type(x)])"
        ),
        "from torch import nn\ndef Part(x):\n    match x:\n        case nn.BatchNorm2d(): return 1",
        (
            "from torch import nn\n"
            "def Part(x): return [m for m in x.modules() if not isinstance(m, (nn.LayerNorm, nn.GroupNorm))]"
        ),
        (
            "import sys, inspect, warnings\n"
            "def Part(x):\n"
            "    inspect.signature(Part)\n"
            "    return sys.version_info > (3, 11)"
        ),
        "import torch\nlayer = object()\nlayer.norm = torch.batch_norm\ndef Part(x): return x",
        (
            "print(__name__)\n"
            "import torch\n"
            "if '__main__' == __name__:\n"
            "    torch.x = torch.batch_norm\n"
            "def Part(x): return torch.x"
        ),
        "",
        "def Other(x): pass",
    ],
)
def test_what_the_part_does_not_run_is_not_a_use(source):
    assert used(source) == []


def test_a_part_without_limits_may_use_anything_but_what_cannot_be_inspected():
    assert used("import gc, torch\ndef Part(x): return torch.conv1d(gc)", {}) == []
    assert used("import gc, torch\ndef Part(x): return torch.jit.script(gc)", {}) == ["torch.jit.script (line 2)"]
    assert used("import gc, torch\ndef Part(x): return gc", {"modules": ["torch"]}) == ["gc (line 2)"]


def test_what_is_allowed_is_taken_out_of_a_pattern():
    source = "from torch import nn\ndef Part(x): return nn.Parameter(x), nn.parameter.Parameter(x), nn.init.zeros_(x)"
    assert used(source, MODULES) == []
    assert used("from torch.nn import *\ndef Part(x): return Linear(Parameter(x))", MODULES) == [
        "torch.nn.Linear (line 2)"
    ]
    limits = {"kernels": ["*pool*"], "allow": ["max_pool2d"]}
    assert used("import torch.nn.functional as F\ndef Part(x): return F.max_pool2d(x)", limits) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("torch.nn.modules.batchnorm.BatchNorm2d.forward", "torch.nn.BatchNorm2d"),
        ("torch.nn.modules.batchnorm._BatchNorm", "torch.nn.modules.batchnorm._BatchNorm"),
        ("torch.nn.modules.conv.F.torch.nn.functional.batch_norm", "torch.nn.functional.batch_norm"),
        ("torch.nn.NewBatchNorm9d", "torch.nn.NewBatchNorm9d"),
        ("torch.Tensor.native_batch_norm", "torch.Tensor.native_batch_norm"),
        ("torch._VF.batch_norm", "torch._VF.batch_norm"),
        ("torch.ops.aten.sin", "torch.ops.aten.sin"),
        ("torch.nn.functional.math.sqrt", ""),
        ("torch.Generator", ""),
        ("torch.linalg.LinAlgError", ""),
        ("torch.autograd.Function", ""),
        ("torch.nn.Module", ""),
        ("torch", ""),
        ("numpy.linalg.norm", ""),
        ("gcd.x", ""),
        ("scipy.stats.zscore", "scipy"),
    ],
)
def test_paths(path, name):
    assert refused(path, OffLimits(**NORM)) == name


STUB = '''
class Part(nn.Module):
    """Docstring."""

    def __init__(self, a):
        """Docstring."""
        raise NotImplementedError("Write Part.__init__.")

    def forward(self, x):
        raise NotImplementedError
'''


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([""], False),
        (["import torch"], False),
        ([STUB], False),
        (["def Part(x):\n    'Doc.'\n    raise NotImplementedError('Write Part.')"], False),
        (["def Part(x): ..."], False),
        (["def Part(x): pass"], False),
        (["class Part: pass"], False),
        (["class Part(nn.Module):\n    raise NotImplementedError('Write Part.')"], False),
        (
            [
                (
                    "class Module:\n"
                    "    def a(self): raise NotImplementedError\n"
                    "class Part(Module):\n"
                    "    def b(self): raise NotImplementedError"
                )
            ],
            False,
        ),
        (
            [
                (
                    "class Module:\n"
                    "    def a(self): return 1\n"
                    "class Part(Module):\n"
                    "    def b(self): raise NotImplementedError"
                )
            ],
            False,
        ),
        (["class Base(nn.Module):\n    def forward(self, x): pass\nclass Part(Base): pass"], False),
        (["class Part(Part): pass"], False),
        (["class Part(abc.ABC, Generic[T]): pass"], False),
        (["def _stub(x): pass\nPart = _stub"], False),
        (["def Other(x): return x"], False),
        (["def f():\n    def Part(x): return x"], False),
        (["class Part(nn.Module):\n    def forward(self, x):\n        return x"], True),
        (
            [
                (
                    "class Part(nn.Module):\n"
                    "    def __init__(self):\n"
                    "        super().__init__()\n"
                    "    def forward(self, x): pass"
                )
            ],
            True,
        ),
        (["def Part(x):\n    x += 1\n    raise NotImplementedError"], True),
        (["Part = lambda x: x"], True),
        (["Part = _make(2)"], True),
        (["Part: type = make()"], True),
        (["from mine import Part"], True),
        (["import mine as Part"], True),
        (["A, Part = make()"], True),
        (["if True:\n    def Part(x): return x"], True),
        (["try:\n    import fast\nexcept ImportError:\n    class Part:\n        def f(self): return 1"], True),
        (["for Part in [1]: pass"], True),
        (["class _Base(nn.Module):\n    def forward(self, x): return x\nclass Part(_Base): pass"], True),
        (
            [
                (
                    "class _Base(nn.Module):\n"
                    "    def forward(self, x): return self._n(x)\n"
                    "class Part(_Base):\n"
                    "    def _check(self, x): pass"
                )
            ],
            True,
        ),
        (["class Part(nn.BatchNorm2d): pass"], True),
        (["def _forward(self, x): return x\nclass Part(nn.Module):\n    forward = _forward"], True),
        ([STUB, "class Part(nn.Module):\n    def forward(self, x): return x"], True),
        (["class Part(nn.Module):\n    def forward(self, x): return x", "def broken(:"], True),
        (["def Part(x): return x\n", STUB], True),
        (["def Part(x) return x"], False),
    ],
)
def test_attempted(cells, expected):
    assert attempted(answer(*cells), "Part") is expected


def test_stubs_that_are_released_are_not_attempted():
    from grader.release.stub import stub

    for reference in sorted(ROOT.glob("solutions/*/*/*.py")):
        if reference.stem != reference.parent.name:
            continue
        source = reference.read_text()
        symbols = [
            node.name
            for node in ast.parse(source).body
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
        ]
        released = answer(stub(source, symbols))
        for symbol in symbols:
            assert not attempted(released, symbol), (reference, symbol)
            assert attempted(answer(source), symbol), (reference, symbol)


def test_text_that_is_not_python_is_reported_where_the_part_is():
    broken = answer("import torch", STUB, "x = 1\nclass Part(nn.Module)\n    def forward(self, x): return x\n")
    message = broken_cell(broken, "Part")
    assert message is not None
    assert "(cell 3, line 2)" in message
    assert message.endswith("\nclass Part(nn.Module)")
    assert broken_cell(broken, "Other") is None
    assert broken_cell(answer("Part = make(\n"), "Part") is not None
    assert "line 1" in str(broken_cell(answer("def Part(x) return x"), "Part"))
    assert broken_cell(answer("PartOther = make(\n"), "Part") is None
    assert broken_cell(answer("def Part(x): return x", "def Part(x) return x"), "Part") is None


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 500,
        "Part = " + "-" * 50_000 + "1",
        "Part = " + "+".join(["1"] * 50_000),
        "def Part(x): return x" + ".a" * 2_000,
        "def Part(x): return x" + ".a()" * 2_500,
        "def Part(x): return " + "f(" * 150 + ")" * 150,
        "a0 = 'x'\n" + "".join(f"a{i + 1} = a{i} + a{i}\n" for i in range(60)) + "def Part(x): return getattr(x, a60)",
        "A = B\nB = A\ndef Part(x): return A.c",
        "class Part(Part): pass",
        "from . import x\nfrom .y import *\ndef Part(): return x.z(w)",
        "def Part(x): return getattr(x, 'a'[::0], 'b'.replace(), ''.join(3))",
        "Part, *_ = *a, b\nPart[0], Part.x = 1, 2\ndel Part\nPart += 1",
        "global Part\nPart = 1\nreturn 3\nawait x\nyield",
        "\N{LATIN SMALL LETTER E WITH ACUTE}Part = 1",
        "def Part(x): return '\\d' + f'{x!r:>{x}}'",
    ],
)
def test_odd_text_is_neither_a_finding_nor_an_error(source):
    made = answer(source)
    assert own_work(made, "Part", OffLimits(**NORM)).uses == []
    assert attempted(made, "Part") in (True, False)
    broken_cell(made, "Part")


def test_the_text_is_never_run(tmp_path):
    trap = tmp_path / "ran"
    source = f"open({str(trap)!r}, 'w')\nclass Part:\n    x = open({str(trap)!r}, 'w')\n"
    attempted(answer(source), "Part")
    assert used(source) == []
    assert not trap.exists()


def test_torch_is_looked_up_without_importing():
    before = set(sys.modules)
    refused("torch._inductor.config.x", OffLimits(**NORM))
    refused("torch.utils.tensorboard.SummaryWriter", OffLimits(**NORM))
    refused("torch.onnx.export", OffLimits(**NORM))
    assert set(sys.modules) == before


WRITTEN = "import torch\nclass {0}(torch.nn.Module):\n    def forward(self, x):\n        return x\n"


@pytest.mark.parametrize(
    "name", ["Batchnorm1d", "BatchNorm_1d", "BatchNrom1d", "BatchNorms1d", "BatchNor1d", "BatchMorm1d"]
)
def test_a_name_that_is_nearly_the_part_is_pointed_out(name):
    verdict, why = begun(answer(WRITTEN.format(name)), "BatchNorm1d")
    assert verdict is Verdict.RAISED
    assert why == f"There is no BatchNorm1d, but {name} (line 2): did you mean BatchNorm1d?"


@pytest.mark.parametrize(
    ("source", "symbol"),
    [
        (WRITTEN.format("BatchNorm2d"), "BatchNorm1d"),
        (WRITTEN.format("GRU"), "RNN"),
        (WRITTEN.format("LayerNorm"), "BatchNorm1d"),
        ("class Conv2D:\n    pass\n", "Conv2d"),
        ("def linear(x):\n    return x\n", "Linear"),
        (WRITTEN.format("ConvTranspose"), "ConvTransposed"),
    ],
)
def test_another_name_is_no_misspelling(source, symbol):
    found = begun(answer(source), symbol, ["ConvTranspose"])
    assert found == (Verdict.NOT_ATTEMPTED, f"{symbol} is not written yet.")


def test_an_import_that_replaces_the_students_class_is_told():
    def said(*cells):
        return own_work(answer(*cells), "Linear", OffLimits()).replaced

    own, stub = WRITTEN.format("Linear"), "class Linear:\n    pass\n"
    assert said(own, "from torch.nn import Conv2d, Linear") == (
        "`from torch.nn import Conv2d, Linear` (cell 2, line 1) replaces your own Linear (cell 1, line 2), "
        "so that is not what runs. Remove that import."
    )
    assert said(own + "from torch.nn import *").startswith("`from torch.nn import *` (line 5) replaces")
    for fine in (
        [own], ["from torch.nn import *", own], [own, "from math import *"], [own, "from torch.nn import Linear", own],
        [own, "from torch.nn import Linear", "Linear = Mine"], [stub, "from torch.nn import Linear"],
        [own, "if FAST:\n    from torch.nn import Linear"], ["from torch.nn import Linear"],
    ):  # fmt: skip
        assert not said(*fine)


def test_what_is_recovered_of_a_broken_cell_is_searched():
    broken = "from torch import nn\ndef norm(x):\n    return nn.LayerNorm(3)(x)\nx = (1,"
    cells = answer(broken, WRITTEN.format("Part"))
    tree = tree_of(cells)
    assert [item.line for item in tree.broken] == [4]
    cells = answer(cells.cells[0].source, cells.cells[1].source.replace("return x", "return norm(x)"))
    (use,) = own_work(cells, "Part", OffLimits(**NORM)).uses
    assert (use.cell, use.line) == (1, 3)
    assert str(use) == "torch.nn.LayerNorm (cell 1, line 3)"
