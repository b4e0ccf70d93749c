"""The child: it loads one answer and runs cases on it, as the judge asks, until it is killed."""

import builtins
import contextlib
import faulthandler
import functools
import gc
import io
import json
import linecache
import os
import random
import socket
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from grader.case import probe, wire
from grader.case.device import exact
from grader.case.whereabouts import Whereabouts
from grader.model import Case, Observation, Recipe
from grader.worker import audit
from grader.worker.guard import Guard
from grader.worker.loading import Loader

_BUILTINS = frozenset(vars(builtins))
_MOST_SYMBOLS = 2000
_BETWEEN_COLLECTIONS = 5_000
"""Objects made between two looks for circles, about as many as two cases make. With Python's 700 a layer is looked at
several times while it is in use, and kept for longer once it is not."""
_HIDDEN: list[object] = []
"""The kit's modules, kept: some are referenced by nothing else."""
_CANNOT_ANSWER = 70
"""Exit status of a child that can no longer encode its reply."""


def serve(
    frames: socket.socket,
    whereabouts: Whereabouts | None,
    layers: Mapping[str, bool | str],
    *,
    device: str,
    guard: Guard | None = None,
) -> None:
    """Answer the judge's requests; never returns.

    Args:
        frames: The judge's socket.
        whereabouts: Where to note what is about to begin; without one, the judge is sent messages.
        layers: What `Sandbox.enter` said, passed on to the judge.
        device: Where cases run.
        guard: The guard that is armed already, where one is.
    """
    _plain_process(device)
    frames.sendall(wire.pack({"ready": dict(layers)}))
    _warm_up(device, guard)
    on_stage = whereabouts.write if whereabouts else _sender(frames.sendall)
    answer: _Answer | None = None
    for request in _requests(frames):
        if request["op"] == "load":
            answer = _Answer(request, device, on_stage, guard)
            answer.prepare()
            frames.sendall(wire.pack({"prepared": True}))
            reply = _packed(answer.load)
        else:
            assert answer is not None, "a case before an answer"
            reply = _packed(functools.partial(answer.run, request["case"]), request["number"])
        frames.sendall(reply)
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    os._exit(0)


def _requests(frames: socket.socket) -> Iterator[dict[str, Any]]:
    splitter = wire.Splitter()
    while data := frames.recv(2**18):
        splitter.feed(data)
        while (frame := splitter.pop()) is not None:
            yield wire.unpack(frame[1])


def _plain_process(device: str) -> None:
    """Make the process one in which every answer starts alike: output by lines, one thread, one seed."""
    sys.argv, sys.orig_argv = ["answer"], ["answer"]
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - stays open as long as the process
    for name, number in (("stdout", 1), ("stderr", 2)):
        raw = io.FileIO(number, "w", closefd=False)
        stream = io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", errors="backslashreplace", line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        faulthandler.enable(2, all_threads=False)
    exact(device)
    gc.set_threshold(_BETWEEN_COLLECTIONS)
    seed()


class _Product(torch.nn.Module):
    """What a child warms up with: nothing of it can be off limits."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(2, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The product with the weight's transpose."""
        return x @ self.weight.T


def _product(guard: Guard | None) -> _Product:
    product = _Product.__new__(_Product)
    if guard is not None:
        guard.give(product)
    product.__init__()  # type: ignore[misc]
    return product


def _warm_up(device: str, guard: Guard | None) -> None:
    """Run what every case runs, once, while the judge is still busy with another answer.

    A page of memory shared with the server is copied at its first use: a fifth of what grading a small part takes. On a
    GPU this makes the context, which takes most of a second and does not count as a case's time.
    """
    recipe: Recipe = {"$fill": "normal", "shape": [2, 3]}
    for dtype in ("float64", "float32"):
        case: Case = {
            "symbol": "product",
            "dtype": dtype,
            "new": {},
            "state": [["weight", recipe]],
            "steps": [{"do": "train"}, {"do": "call", "args": [recipe], "cotangent": 0}],
        }
        observation = probe.run_case(case, {"product": functools.partial(_product, guard)}, device=device)
        if observation["error"]:
            raise RuntimeError(f"nothing runs on {device}: {observation['error']['message']}")
        wire.unpack(wire.pack(observation)[wire.HEAD.size :])
    seed()


def seed() -> None:
    """Put every random generator into the state in which each answer finds it."""
    torch.default_generator.manual_seed(0)  # a GPU's generator is not there yet; the probe seeds both, case by case
    np.random.seed(0)
    random.seed(0)


def _sender(send: Callable[[bytes], None]) -> probe.OnStage:
    """Tell the judge what is about to begin, so that it knows where a hang or crash happened."""
    known: dict[tuple[str, int], bytes] = {}

    def on_stage(stage: str, step: int) -> None:
        if (stage, step) not in known:
            known[stage, step] = wire.frame(wire.MARK, json.dumps([stage, step]).encode())
        send(known[stage, step])

    return on_stage


def _packed(work: Callable[[], Mapping[str, object]], number: int | None = None) -> bytes:
    """Do the work and pack its result; where that cannot be packed, pack why."""
    try:
        result = work()
        try:
            return wire.pack({"number": number, **result})
        except Exception as error:
            why = probe.failure(error, "", "answer", -1)
            return wire.pack({"number": number, "steps": [], "error": why, "off_limits": result.get("off_limits", [])})
    except BaseException as error:
        with contextlib.suppress(BaseException):
            os.write(2, f"{type(error).__name__}: {error}\n".encode(errors="replace"))
        os._exit(_CANNOT_ANSWER)


class _Answer:
    """A student's file, compiled and executed under its own name."""

    def __init__(self, request: Mapping[str, Any], device: str, on_stage: probe.OnStage, guard: Guard | None) -> None:
        self._file: str = request["file"]
        self._cells: list[tuple[str, int, int]] = [tuple(cell) for cell in request["cells"]]
        self._device, self._on_stage = device, on_stage
        self._is_armed = guard is not None
        self._guard = guard or Guard(request["off_limits"])
        self._guard.answer_file = self._file
        if self._guard.off_limits != request["off_limits"]:
            raise ValueError("the guard is armed for another part")
        self._is_limited = any(request["off_limits"].values())
        self._module = types.ModuleType(_module_name(request["name"]))
        self._loader = Loader(
            self._module, self._file, notebook=request["kind"] == "ipynb",
            on_line=functools.partial(on_stage, "import"),
        )  # fmt: skip
        self._checked: set[str | None] = set()

    def prepare(self) -> None:
        """Do all that comes before the first line of the answer: what fails here is not its fault."""
        self._module.__file__ = self._file
        sys.modules[self._module.__name__] = self._module
        self._remember_source()
        if not self._is_armed:
            self._guard.arm()
        _hide_kit()
        if self._is_limited:
            audit.refuse()

    def load(self) -> dict[str, object]:
        """Execute the cells."""
        self._loader.load(self._cells)
        return {"symbols": list(self._loader.symbols)[:_MOST_SYMBOLS], "errors": self._loader.errors}

    def _remember_source(self) -> None:
        """Let tracebacks and inspect.getsource find the text, which is in no file here."""
        lines: list[str] = []
        for source, line, _ in self._cells:
            lines += ["\n"] * (line - 1 - len(lines))
            lines += [text + "\n" for text in source.split("\n")]
        linecache.cache[self._file] = (sum(map(len, lines)), None, lines, self._file)

    def run(self, case: Case) -> Observation:
        """Run one case."""
        self._on_stage("new", -1)
        symbol = case.get("symbol")
        if symbol not in self._checked:
            self._checked.add(symbol)
            self._guard.check(vars(self._module).get(str(symbol)))
        observation = probe.run_case(
            case, self._namespace(case), device=self._device, on_stage=self._on_stage, answer_file=self._file
        )
        if self._device == "cuda" and observation["error"]:
            # A kernel that went out of bounds takes the context with it: this raises, and a fresh process goes on.
            torch.cuda.synchronize()
        return {**observation, "off_limits": self._guard.take()}

    def _namespace(self, case: Case) -> dict[str, Any]:
        """What a case sees of the answer: all that can be called, and nothing that hides one of Python's own names.

        The lines of a case call `any` and the like, whatever an answer took ``from torch import *``.
        """
        names = vars(self._module)
        if not any(step["do"] == "run" for step in case["steps"]):
            return names
        own = {name: thing for name, thing in names.items() if callable(thing) and name not in _BUILTINS}
        return {**own, **{name: names[name] for name in [case.get("symbol")] if name in names}}


def _hide_kit() -> None:
    """Take what serves the judge out of the modules that can be imported; it goes on working."""
    for name in [name for name in sys.modules if name.startswith("grader")]:
        _HIDDEN.append(sys.modules.pop(name))
    main = vars(sys.modules["__main__"])
    for name in [name for name in main if not name.startswith("__")]:
        del main[name]


def _module_name(stem: str) -> str:
    """The stem, unless it would hide a module that others import."""
    taken = stem in sys.modules or stem in sys.stdlib_module_names
    return f"{stem}_answer" if taken else stem
