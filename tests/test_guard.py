"""The guard cannot be undone, so every answer here runs in a fork of one process that has torch imported."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.off_limits_snippets import DISHONEST, HONEST, NORM, layer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]

RUNNER = r"""
import json, os, sys, warnings
warnings.simplefilter("ignore")
import numpy, torch
from torch import nn
import torch.fx.experimental.symbolic_shapes
torch.set_num_threads(1)
from grader.worker import audit, callers, reimplementations, torch_surface
from grader.worker import guard as guards
from grader.case import probe
torch_surface.preload()
reimplementations.preload()
audit.preload()

def tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from tensors(item)

def run(job):
    guard = guards.Guard(job["limits"])
    guard.answer_file = "answer.py"
    guard.arm()
    audit.refuse()
    space = {"__name__": "answer", "given": lambda: None}
    found = {"error": None}
    try:
        exec(compile(job["source"], "answer.py", "exec"), space)
        part = space["Part"]
        guard.check(part)
        if "case" in job:
            found["seen"] = probe.run_case(job["case"], space)
            found["seen"].pop("new", None)
        elif "extra" in job:
            exec(job["extra"], {**space, "guard": guard, "probe": probe, "torch": torch, "nn": nn, "found": found})
        else:
            x = torch.randn(2, 3, 4, 4, dtype=torch.float64, requires_grad=True)
            target = part if "def Part" in job["source"] else part()
            guard.check(target)
            if isinstance(target, nn.Module):
                target.double()
            out = list(tensors(target(x)))
            live = [item for item in out if item.requires_grad]
            if live:
                torch.autograd.grad(live, x, [torch.ones_like(item) for item in live], allow_unused=True)
    except BaseException as error:
        found["error"] = f"{type(error).__name__}: {error}"
    found["found"] = guard.take()
    return found

callers.remember()
results = {}
for job in json.load(sys.stdin):
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reader)
        os.dup2(2, 1)
        os.write(writer, json.dumps(run(job)).encode()[:60000])
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as stream:
        data = stream.read()
    status = os.waitpid(pid, 0)[1]
    results[job["name"]] = json.loads(data) if data else {"error": f"status {status}", "found": []}
json.dump(results, sys.stdout)
"""


def run_all(jobs):
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def ran():
    """What the guard found of every answer."""
    answers = {**DISHONEST, **{f"honest: {name}": answer for name, answer in HONEST.items()}}
    jobs = [{"name": name, "limits": limits, "source": source} for name, (limits, source) in answers.items()]
    return run_all(jobs)


GUARD_ALONE_MISSES = {
    "a redispatch", "jit.script", "a decomposition", "gc", "another library", "the harness",
    "torch for arithmetic", "torch for arithmetic, inside", "a refs re-implementation", "the jacobian",
}  # fmt: skip
"""What only the text shows: it does no harm when run, or cannot be run here."""
SCRATCH = {"a scratch comparison"}
"""Honest ones with code beside the part, which no child is given."""


WITHOUT_A_LINE = {
    "an alias of the class", "a subclass", "a subclass at two removes", "Module",
    "the gradient of unfold in another thread",
}  # fmt: skip
"""Which no line uses: the class, or one of its bases, is off limits, or a thread runs none of the answer's lines."""


@pytest.mark.parametrize("name", [name for name in DISHONEST if name not in GUARD_ALONE_MISSES])
def test_what_is_off_limits_is_refused_while_it_runs(ran, name):
    found = ran[name]["found"]
    assert found, ran[name]
    for finding in found:
        assert finding["used"].startswith(("torch.", "aten::")), finding
        assert finding["line"] is None or 1 <= finding["line"] <= DISHONEST[name][1].count("\n") + 1, finding
    assert any(finding["line"] for finding in found) or name in WITHOUT_A_LINE, found


@pytest.mark.parametrize("name", [name for name in HONEST if name not in SCRATCH])
def test_honest_work_runs_undisturbed(ran, name):
    assert ran[f"honest: {name}"] == {"error": None, "found": []}


def test_a_finding_names_what_people_know_and_where(ran):
    assert ran["the layer itself"]["found"] == [{"used": "torch.nn.BatchNorm2d", "line": 7}]
    assert ran["the functional"]["found"] == [{"used": "torch.nn.functional.batch_norm", "line": 9}]
    assert ran["torch.ops"]["found"] == [{"used": "aten::native_batch_norm", "line": 9}]
    assert ran["the layer itself"]["error"] == "RuntimeError: off limits: torch.nn.BatchNorm2d"
    assert ran["swallowed"]["error"] is None


PLAIN = layer()
EXTRA = {
    "a finding is given once": (
        NORM, PLAIN,
        """
        for _ in range(3):
            try: torch.batch_norm(torch.ones(2, 3), None, None, None, None, True, 0.1, 1e-5, False)
            except RuntimeError: pass
        assert len(guard.take()) == 1
        assert guard.take() == []
        """,
    ),
    "a class is checked by its bases": (
        NORM, "from torch import nn\nclass Part(nn.BatchNorm2d):\n    pass\n",
        "assert guard.take() == [{'used': 'torch.nn.BatchNorm2d', 'line': None}]",
    ),
    "an object is checked by its tree": (
        {"classes": ["LayerNorm"]}, layer() + "class Other(nn.LayerNorm):\n    pass\n",
        """
        inner = nn.Sequential(nn.Linear(2, 2), nn.Module.__new__(Other))
        nn.Module.__init__(inner[1])
        assert guard.take() == []
        guard.check(nn.ModuleList([inner]))
        assert guard.take() == [{'used': 'torch.nn.LayerNorm', 'line': None}]
        guard.check(inner[0]), guard.check(3), guard.check(None)
        assert guard.take() == []
        """,
    ),
    "what the judge does with the answer is the answer's": (
        NORM, "from torch import nn\nPart = nn.LayerNorm\n",
        """
        guard.take()
        seen = probe.run_case({"symbol": "Part", "new": {"args": [4]}, "steps": []}, {"Part": Part})
        assert seen["error"]["message"] == "off limits: torch.nn.LayerNorm"
        assert [found["used"] for found in guard.take()] == ["torch.nn.LayerNorm"]
        """,
    ),
    "the kernels cannot be taken back": (
        NORM, PLAIN,
        """
        import gc, weakref
        from torch.library import Library
        def used():
            try: torch.ops.aten.native_batch_norm(torch.ones(2, 3), None, None, None, None, True, 0.1, 1e-5)
            except RuntimeError as error: return "off limits" in str(error)
        assert used()
        for final in list(weakref.finalize._registry): final()
        gc.collect()
        assert used()
        """,
    ),
    "wrappers look like what they wrap": (
        NORM, PLAIN,
        """
        assert nn.BatchNorm2d.forward.__name__ == "forward"
        assert nn.functional.batch_norm.__module__ == "torch.nn.functional"
        assert not hasattr(nn.functional.batch_norm, "__wrapped__")
        assert issubclass(nn.BatchNorm2d, nn.Module) and isinstance(nn.LayerNorm, type)
        """,
    ),
    "names that are allowed": (
        {"kernels": ["*pool*"], "classes": ["*Pool2d"], "allow": ["max_pool*", "_max_pool*", "MaxPool2d"]}, PLAIN,
        """
        x = torch.ones(1, 1, 4, 4)
        assert nn.MaxPool2d(2)(x).shape == nn.functional.max_pool2d(x, 2).shape
        assert guard.take() == []
        for use in (nn.AvgPool2d, lambda n: torch.nn.functional.avg_pool2d(x, n)):
            try: use(2)
            except RuntimeError: pass
        assert [found["used"] for found in guard.take()] == ["torch.nn.AvgPool2d", "torch.nn.functional.avg_pool2d"]
        """,
    ),
    "nothing off limits, nothing changed": (
        {}, PLAIN, "assert nn.BatchNorm2d(3)(torch.ones(2, 3, 1, 1)).sum() == 0",
    ),
}  # fmt: skip


def test_the_guard_in_detail():
    jobs = [
        {"name": name, "limits": limits, "source": source, "extra": textwrap.dedent(extra)}
        for name, (limits, source, extra) in EXTRA.items()
    ]
    results = run_all(jobs)
    assert {name: result["error"] for name, result in results.items() if result["error"]} == {}
