"""What an answer hides from the search through its text, and what published code does that looks like it."""

import pytest

from grader.answer.load import Answer
from grader.answer.own_work import own_work
from grader.answer.parse import tree_of
from grader.answer.reach import uses
from grader.course.catalogue import declared_exercises
from grader.spec import OffLimits
from tests.off_limits_snippets import HIDDEN, LIMITS, PUBLISHED, layer
from tests.test_own_work import ROOT

RNN = LIMITS["RNN"]
TOO_LARGE = "more code than can be searched"


def used(source, limits=RNN, symbol="Part"):
    answer = Answer.from_source("recurrent/cells.py", source)
    return [str(use) for use in own_work(answer, symbol, OffLimits(**limits)).uses]


def names(source, limits=RNN):
    return [item.partition(" (line")[0] for item in used(source, limits)]


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_is_found(name):
    limits, source = HIDDEN[name]
    assert used(source, limits)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_work_is_left_alone(name):
    limits, source = PUBLISHED[name]
    assert used(source, limits) == []


def test_a_hidden_use_has_its_name_and_its_line():
    source = (
        "import torch\nif __name__ != '__main__':\n    torch.K = torch.nn.LSTM\ndef Part(x): return torch.K(2, 3)(x)"
    )
    assert used(source) == ["torch.nn.LSTM (line 3)"]
    assert used("def Part(x, text):\n    return eval(text)") == ["eval of text that cannot be read (line 2)"]
    assert used("def Part(x):\n    return open('x').read()") == ["open of a file (line 2)"]
    assert used("from torch import nn\ndef Part(x): return list(vars(nn))") == ["all that is in torch.nn (line 2)"]


@pytest.mark.parametrize(
    ("condition", "is_found"),
    [
        ("__name__ == '__main__'", False),
        ("'__main__' == __name__", False),
        ("__name__ == '__main__' and print", False),
        ("__name__ == '__main__' or print", True),
        ("__name__ == '__main__' == '__main__'", True),
        ("__name__ != '__main__'", True),
        ("__name__ == 'main'", True),
        ("not __name__ == '__main__'", True),
        ("__name__ in ['__main__']", True),
        ("__name__", True),
        ("False", False),
    ],
)
def test_only_a_test_for_main_sets_a_script_apart(condition, is_found):
    source = f"import torch\nif {condition}:\n    torch.K = torch.nn.LSTM\ndef Part(x): return torch.K(2, 3)(x)"
    assert bool(used(source)) is is_found
    otherwise = (
        f"import torch\nif {condition}: pass\nelse:\n    torch.K = torch.nn.LSTM\ndef Part(x): return torch.K(x)"
    )
    assert used(otherwise)


@pytest.mark.parametrize("count", [9, 40, 200])
def test_no_number_of_bindings_hides_one(count):
    for place in (0, count // 2, count - 1):
        lines = [f"if print: name = 'a{i}'" for i in range(count)]
        lines[place] = "if print: name = 'LSTM'"
        source = "\n".join(["from torch import nn", *lines, "def Part(x): return getattr(nn, name)(2, 3)"])
        assert set(names(source)) == {"torch.nn.LSTM"}


@pytest.mark.parametrize("length", [10, 100, 1_000])
def test_no_number_of_aliases_hides_a_module(length):
    chain = "".join(f"a{i + 1} = a{i}\n" for i in range(length))
    found = names(f"import torch as a0\n{chain}def Part(x): return a{length}.nn.LSTM(2, 3)")
    assert found in (["torch.nn.LSTM"], [TOO_LARGE])


@pytest.mark.parametrize(
    "source",
    [
        "def Part(x):\n" + "    x = x + 1\n" * 60_000,
        "from torch import nn\ndef Part(x): return x" + ".a()" * 200,
        "def Part(x): return " + " + ".join(["x"] * 400),
        (
            "def Part(x):\n"
            + "".join(f"    {a} = {' + '.join('abcdefgh')}\n" for a in "abcdefgh") * 100
            + "    return getattr(a, b)"
        ),
    ],
    ids=["statements", "calls", "sums", "circles"],
)
def test_what_is_too_large_to_be_searched_is_refused_or_searched(source):
    assert names(source) in ([], [TOO_LARGE])


@pytest.mark.slow
def test_what_is_too_large_to_be_searched_is_refused():
    long = "def Part(x):\n" + "    x = [x, x, x, x, x, x, x, x]\n" * 40_000
    # The reading process refuses a file of this size; the search has a limit of its own.
    tree = tree_of(Answer.from_source("answer.py", long))
    assert {use.dotted for use in uses(tree, "Part", lambda _: False)} >= {f"?{TOO_LARGE}"}
    deep = "a0 = 1\n" + "".join(f"a{i + 1} = a{i}.b\n" for i in range(2_000)) + "def Part(x): return a2000.c"
    assert names(deep) == [TOO_LARGE]


def test_a_long_answer_is_far_from_too_large():
    helper = "def helper{0}(x, y={0}):\n    z = [x + y for x in range(3)]\n    return helper{1}(z, y=x) if z else y\n"
    helpers = "".join(helper.format(i, i + 1) for i in range(2_000))
    body = "        x = x + self.scale * x.view(-1, 3).mean(0)\n" * 500
    assert used(f"import torch\n{helpers}{layer('pass', 'return helper0(x)')}{body}") == []


@pytest.mark.slow
def test_references_and_right_variants_are_the_students_own():
    everything = ""
    for exercise in declared_exercises(ROOT):
        everything += exercise.reference_source + "\n"
        for text in (exercise.reference_source, *exercise.right.values()):
            answer = Answer.from_source("answer.py", text)
            for part in exercise.declaration.parts:
                assert own_work(answer, part.symbol, part.off_limits).uses == []
    tree = tree_of(Answer.from_source("answer.py", everything))
    assert len(uses(tree, "LSTM", lambda _: False)) > 10
    assert not [use for use in uses(tree, "LSTM", lambda _: False) if use.dotted.startswith(("!", "?"))]


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nfor name, module in list(sys.modules.items()): pass",
        "import sys\nmodules = {**sys.modules}",
        "from sys import modules\nprobe = [modules[name] for name in modules if name.endswith('probe')]",
        "import sys\ndef find(): return sys.modules.values()",
        "import sys\nclass A:\n    t = sys.modules",
        "import sys\nname = input()\nsys.modules[name].run = None",
        "import grader.case.probe\ngrader.case.probe.run_case = None",
        "from grader.case import wire\nwire.pack = None",
        "import importlib\nimportlib.import_module('grader.case.wire').pack = None",
        "__import__('grader.case.wire').case.wire.pack = None",
        "__import__('sys').modules.clear()",
        "import builtins\nbuiltins.__import__('ctypes').string_at(0)",
        "import gc\ngc.get_referrers(print)",
        "import sys\nframe = sys._getframe()",
        "import os\nos.read(3, 100)",
        "from os import write as w\nw(3, b'')",
        "import socket\ns = socket.socket(fileno=3)",
        "s = open(3, 'rb', closefd=False)",
        "t = open('/proc/self/environ').read()",
        "import sys\nm = getattr(sys, 'modules').copy()",
        "import \N{FULLWIDTH LATIN SMALL LETTER S}ys as s\nm = s.modules.copy()",
    ],
)
def test_the_judges_machinery_counts_in_all_that_is_loaded(source):
    inside = "".join(f"    {line}\n" for line in source.splitlines())
    loaded = f"try:\n{inside}    K = 1\nfinally:\n    pass\ndef Part(x): return x * K\n"
    assert used(loaded)
    assert used(loaded, {})
    assert used(f"if __name__ == '__main__':\n{inside}def Part(x): return x") == []
    assert used(f"def scratch():\n{inside}scratch()\ndef Part(x): return x") == []


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nprint('google.colab' in sys.modules, 'x' not in sys.modules.keys())",
        "import sys\nsys.modules.pop('mine', None)\ndel sys.modules['mine']",
        "import sys\nprint(sys.modules['torch'], sys.modules.get('math'), getattr(sys.modules[__name__], 'x', 0))",
        "import gc, ctypes, socket, grader\ngc.collect()\ngc.disable()",
        "import importlib, math\nimportlib.reload(math)",
        "import os, sys\nos.makedirs('out', exist_ok=True)\nsys.path.insert(0, '.')\nsys.setrecursionlimit(5000)",
        "import inspect\nprint(inspect.getsource(print), inspect.currentframe())",
        "import socket\nprint(socket.gethostname())",
        "with open('x') as stream: text = stream.read()\nexec(text)",
        "'see /proc/self'\nprint('a /proc b')",
    ],
)
def test_what_scratch_cells_do_is_left_alone(source):
    inside = "".join(f"    {line}\n" for line in source.splitlines())
    assert used(f"{source}\ndef Part(x): return x\n") == []
    assert used(f"def helper():\n{inside}def Part(x): return helper() or x\n", {}) == []
    assert used(source, {}) == []
