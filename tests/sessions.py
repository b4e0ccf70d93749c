"""Answers of a few lines, and what they do in a worker."""

import os
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.answer.load import Answer, Cell
from grader.host.session import Child, Server, Stopped, Unread
from grader.model import Limits
from grader.spec import OffLimits, call, layer_case, tensor

LIMITS = Limits(case_seconds=30.0, memory_mb=1024, output_bytes=2**18)
"""Patient, so that a busy machine does not turn one verdict into another."""
HASTY = replace(LIMITS, case_seconds=0.5)

DOUBLE = """
import torch
from torch import nn

class Double(nn.Module):
    def forward(self, x):
        return 2 * x
"""


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def descendants(pid: int, below: int = 1) -> list[int]:
    """The processes below one, from so many generations on."""
    try:
        children = [int(item) for item in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    found = [item for child in children for item in descendants(child, below - 1)]
    return found + (children if below <= 1 else [])


def answer(source: str, name: str = "double") -> Answer:
    return Answer(f"activations/{name}.py", name, (Cell(textwrap.dedent(source)),), "")


def open_child(server: Server, source: str) -> Child:
    child = server.open(answer(source), OffLimits())
    assert isinstance(child, Child), child
    return child


def case(fill: str = "ones", **more: Any) -> dict[str, Any]:
    return layer_case(steps=[call(tensor(2, fill=fill), cotangent=0)], state=None) | {"symbol": "Double"} | more


def run(server: Server, source: str, count: int = 1) -> list[Unread | Stopped]:
    child = open_child(server, source)
    try:
        return list(child.run([case() for _ in range(count)]))
    finally:
        child.close()


def forward(body: str, before: str = "") -> str:
    """An answer whose forward has this body."""
    head = "import torch\nfrom torch import nn\n\nclass Double(nn.Module):\n    def forward(self, x):\n"
    return f"{textwrap.dedent(before)}\n{head}{textwrap.indent(textwrap.dedent(body).strip(), ' ' * 8)}\n"


def stopped(server: Server, source: str, count: int = 1) -> Stopped:
    found = run(server, source, count)[-1]
    assert isinstance(found, Stopped), found
    return found


def error_of(server: Server, source: str) -> dict[str, Any]:
    found = run(server, source)[-1]
    assert isinstance(found, dict)
    assert found["error"], "the answer did what it should not be able to do"
    return dict(found["error"])
