"""Run one case on a namespace of answers and note what happened, in numbers.

The worker runs the student's answer through this; the judge runs the oracle and the misconceptions through the very
same code, so a difference between them never comes from the harness.

A case is plain data::

    {"symbol": "BatchNorm2d", "dtype": "float64", "seed": 3,
     "new": {"args": [3], "kwargs": {"eps": 0.1}},            # absent for a function
     "state": [["weight", {recipe}], ...],                    # loaded by name after construction
     "steps": [{"do": "train"}, {"do": "call", "args": [{recipe}], "cotangent": 5}, ...]}

Steps: ``train``, ``eval``; ``call`` (of the object or the function, or of ``method``); ``run`` (lines of Python, each
answered with its value or its exception). With ``"backward": "last"`` cotangents are pulled back after all steps.
"""

import contextlib
import functools
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from grader.case import recipes
from grader.case.changes import changes
from grader.case.counting import Counter, watch
from grader.case.encode import Members, describe, encode, encode_tensor, tensors
from grader.case.filling import without_large_draws
from grader.case.gradients import pull_back, wanting
from grader.case.lines import run_line
from grader.case.simulated import Simulation, move
from grader.case.simulated_tensor import SIMULATED, is_simulated
from grader.case.state import load_state
from grader.model import (
    Argument,
    Case,
    Failure,
    Observation,
    Raised,
    StateItem,
    Step,
    StepObservation,
    is_recipe,
)

OnStage = Callable[[str, int], None]


def run_case(
    case: Case,
    namespace: Mapping[str, Any],
    *,
    device: str = "cpu",
    plain: bool = False,
    on_stage: OnStage = lambda stage, step: None,
    answer_file: str = "",
    traced: bool = False,
) -> Observation:
    """Run a case and return its observation.

    Args:
        case: The case.
        namespace: Symbol to class or function.
        device: Where tensors and objects live.
        plain: Give every input contiguous (for the oracle).
        on_stage: Called with the stage (`new`, `load`, `mode`, `call`, `backward`, `run`) and step about to begin.
        answer_file: File name under which the answer was compiled, to find its line in a traceback.
        traced: Trace calls that are counted from the start; otherwise a case is run again, traced, where torch's graph
            does not hold all that it did.
    """
    traced = traced or case.get("traced", False)
    device = SIMULATED if device == "cpu" and case.get("elsewhere") else device
    run = _CaseRun(case, namespace, device, plain, on_stage, answer_file, traced)
    again = functools.partial(run_case, namespace=namespace, plain=plain, on_stage=on_stage, answer_file=answer_file)
    if answer_file:
        watch()
    dtype = torch.get_default_dtype()
    unsimulated = ""
    try:
        torch.set_default_dtype(getattr(torch, case.get("default", case.get("dtype", "float64"))))
        _seed(case.get("seed", 0), device)
        with run.simulation.entered() if run.simulation else contextlib.nullcontext():
            run.all()
    except BaseException as error:
        failed = run.observation["error"] = failure(error, answer_file, run.stage, run.step)
        if run.simulation is not None and run.simulation.cannot(error):
            unsimulated = failed["message"] or failed["type"]
    finally:
        torch.set_default_dtype(dtype)
    if unsimulated:
        instead = run.observation if case.get("elsewhere") else again(case, device="cpu", traced=traced)
        return {**instead, "unsimulated": unsimulated}
    if run.left_graph and answer_file and not traced:
        return again(case, device=device, traced=True)
    if run.simulation is not None and run.simulation.culprit is not None:
        run.observation["behind"] = run.simulation.culprit
    return run.observation


def failure(error: BaseException, answer_file: str, stage: str, step: int) -> Failure:
    """An exception that ended a case at some stage of some step."""
    raised = describe_error(error, answer_file)
    return {
        "stage": stage,
        "step": step,
        "type": raised["type"],
        "kinds": raised["kinds"],
        "message": raised["message"],
        "line": raised["line"],
    }


def describe_error(error: BaseException, answer_file: str) -> Raised:
    """An exception as plain data, with the innermost line of the answer that it passed through."""
    line = None
    if isinstance(error, SyntaxError) and error.filename == answer_file:
        line = error.lineno
    frame = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == answer_file:
            line = frame.tb_lineno
        frame = frame.tb_next
    try:
        message = str(error)[:600]
    except BaseException:
        message = ""
    return {
        "type": type(error).__name__,
        "kinds": [kind.__name__ for kind in type(error).__mro__[:-1]],
        "message": message,
        "line": line,
    }


def _seed(seed: int, device: str) -> None:
    # Not torch.manual_seed: on a machine without CUDA it formats the stack, which costs more than a small case.
    torch.default_generator.manual_seed(seed)
    if device == "cuda":
        torch.cuda.manual_seed(seed)
    np.random.seed(seed % 2**32)
    random.seed(seed)


class _CaseRun:
    """The state of one case while it runs."""

    def __init__(
        self,
        case: Case,
        namespace: Mapping[str, Any],
        device: str,
        plain: bool,
        on_stage: OnStage,
        answer_file: str,
        traced: bool = False,
    ) -> None:
        self.case, self.namespace, self.device, self.plain, self._on_stage = case, namespace, device, plain, on_stage
        self._traced_file = answer_file if traced else ""
        self.simulation = Simulation(answer_file) if is_simulated(device) else None
        self.left_graph = False
        """Whether a call that is counted did something that torch's graph does not hold."""
        self.dtype: torch.dtype = getattr(torch, case.get("dtype", "float64"))
        self.observation: Observation = {"steps": [], "error": None}
        self.stage, self.step = "new", -1
        self.target: Any = None
        self.parameters: dict[str, torch.Tensor] = {}
        """Those that ask for a gradient before the answer is called."""
        self.members: Members | None = None
        """What the object has, where nothing has happened to it since that was looked up."""
        self.buffers: list[tuple[str, str]] = []
        self.variables: dict[str, Any] | None = None
        self.backward: list[Callable[[], None]] = []

    def enter(self, stage: str) -> None:
        self.stage = stage
        self._on_stage(stage, self.step)

    def all(self) -> None:
        symbol: str = self.case.get("symbol", "")
        if "new" in self.case:
            self.enter("new")
            new, state = self.case["new"], self.case.get("state")
            args, kwargs = self.values(new.get("args", [])), self.values(new.get("kwargs", {}))
            is_replaced = state is not None or self.case.get("undrawn", False)
            with without_large_draws() if is_replaced else contextlib.nullcontext():
                self.target = self.namespace[symbol](*args, **kwargs)
            if isinstance(self.target, nn.Module) and "fresh" not in self.case and not self.is_settled():
                self.target = move(self.target, self.device, self.dtype)
            # Loading a state says whether its keys are correct; only without one are they listed.
            self.observation["new"] = describe(self.target, keys=state is None)
            if state is not None:
                self.enter("load")
                self.load(state)
        elif symbol:
            self.target = self.namespace[symbol]
        for index, step in enumerate(self.case["steps"]):
            self.step = index
            self.observation["steps"].append(getattr(self, "do_" + step["do"])(step))
            self.observation.pop("partial", None)
        for backward in self.backward:
            backward()

    def is_settled(self) -> bool:
        """Whether everything in the object has the case's device and dtype, so that moving it would do nothing."""
        if self.device != "cpu":
            return False
        members = Members(self.target)
        return all(
            item.dtype is self.dtype or not item.is_floating_point()
            for _, item in (*members.parameters, *members.buffers)
        )

    def values(self, value: Argument) -> Any:
        """Make the arguments that plain data describes."""
        if type(value) is list:
            return [self.values(item) for item in value]
        if type(value) is not dict:
            return value
        if is_recipe(value):
            tensor = recipes.build(value, dtype=self.dtype, plain=self.plain).to(self.device)
            wants = tensor.is_floating_point() and value.get("grad", True)
            # detach: a leaf of the graph that keeps its strides.
            return tensor.detach().requires_grad_(wants)
        if "$tuple" in value:
            return tuple(self.values(item) for item in value["$tuple"])
        if "$dict" in value:
            return {key: self.values(item) for key, item in value["$dict"]}
        if "$torch" in value:
            target: Any = torch
            for name in value["$torch"].split("."):
                target = getattr(target, name)
            if "args" not in value and "kwargs" not in value:
                return target
            made = target(*self.values(value.get("args", [])), **self.values(value.get("kwargs", {})))
            return move(made, self.device, self.dtype) if isinstance(made, nn.Module) else made
        return {key: self.values(item) for key, item in value.items()}

    def load(self, state: list[StateItem]) -> None:
        """Load the case's state, and say how it went."""
        loaded = load_state(self.target, state, self.dtype, self.device)
        self.parameters, self.buffers, self.members = wanting(loaded.parameters), loaded.buffers, loaded.members
        self.observation["load"] = {"how": loaded.how, "message": loaded.message}

    def do_train(self, step: Step) -> StepObservation:
        self.enter("mode")
        self.members = None
        self.target.train()
        return {}

    def do_eval(self, step: Step) -> StepObservation:
        self.enter("mode")
        self.members = None
        self.target.eval()
        return {}

    def do_call(self, step: Step) -> StepObservation:
        """Call the object, and where the step has a cotangent pull it back to the inputs and parameters."""
        args, kwargs = self.values(step.get("args", [])), self.values(step.get("kwargs", {}))
        inputs = dict(tensors([*args], "input")) | dict(tensors(kwargs, ""))
        function = getattr(self.target, step["method"]) if "method" in step else self.target
        wanted = wanting(inputs | self.parameters)
        before = self.members or self.look_up()
        counter = Counter(self._traced_file, self.case.get("traced", False)) if step.get("count") else None
        self.enter("call")
        with counter or contextlib.nullcontext(), torch.set_grad_enabled("cotangent" in step):
            out = function(*args, **kwargs)
        outputs = list(tensors(out, "output"))
        # Nothing that a later step does may change what this one gave or was given, so neither is copied.
        observed: StepObservation = {"out": encode(out, copy=False)}
        observed["inputs"] = {name: encode_tensor(tensor, False) for name, tensor in inputs.items()}
        self.note_state(observed, before)
        self.note_left(observed, outputs)
        if "cotangent" in step:
            number = self.step

            def backward() -> None:
                self.step = number
                self.enter("backward")
                with counter or contextlib.nullcontext():
                    observed["grads"] = pull_back(outputs, wanted, step["cotangent"], step.get("loss", ""))
                if self.simulation is not None:
                    self.simulation.settle()

            if counter:
                self.left_graph |= counter.look_at(output for _, output in outputs)
            if self.case.get("backward") == "last":
                self.backward.append(backward)
            else:
                self.observation["partial"] = observed
                backward()
        if counter:
            counter.note(self.observation)
        return observed

    def look_up(self) -> Members | None:
        """What the object has now, where it is a module."""
        return Members(self.target) if isinstance(self.target, nn.Module) else None

    def note_state(self, observed: StepObservation, before: Members | None) -> None:
        """Note the buffers after a call, and what it changed of the object besides."""
        if before is None:
            return
        self.members = now = Members(self.target)
        changed = changes(before, now)
        if changed:
            observed["changed"] = changed
        if self.buffers:
            copy = self.step + 1 < len(self.case["steps"])
            own = dict(now.buffers)
            observed["buffers"] = {name: encode_tensor(own[mine], copy) for name, mine in self.buffers if mine in own}

    def note_left(self, observed: StepObservation, outputs: Sequence[tuple[str, torch.Tensor]]) -> None:
        """Note the outputs and buffers that are not where the case is."""
        if self.device == "cpu":
            return
        own = dict(self.members.buffers) if self.members else {}
        kept = [(f"buffer {name}", own[mine]) for name, mine in self.buffers if mine in own]
        left = [(name, item) for name, item in [*outputs, *kept] if item.device.type != self.device]
        if left:
            observed["left"] = [name for name, _ in left]
            if self.simulation is not None:
                self.simulation.blame(item for _, item in left)

    def do_run(self, step: Step) -> StepObservation:
        """Run lines of Python one by one; each gives its value, None for a statement, or its exception."""
        self.members = None
        if self.variables is None:
            self.variables = {**self.namespace, "torch": torch, "nn": nn, "layer": self.target, "__name__": "case"}
        answers = []
        # Lines are written without a device: what they make belongs beside the object, which was moved.
        moved = self.device != "cpu" and "new" in self.case and "fresh" not in self.case
        for line in step["lines"]:
            self.enter("run")
            with torch.device(self.device) if moved else contextlib.nullcontext():
                answers.append(run_line(line, self.variables))
        return {"lines": answers}
