"""What the layer itself would give if something were otherwise: an argument, a parameter, an input, its mode.

Where that is what the answer gives in every failing case, the answer behaves as if it were otherwise.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import Parameter, signature
from itertools import combinations, permutations
from typing import Any

import torch

from grader.case.recipes import build
from grader.judge.failing import Failing, paired
from grader.model import Case, Observation, Recipe, StateItem, Step, is_recipe
from grader.spec import Part
from grader.suite.oracle import observe_oracle

_GATES = {4: "ifgo", 3: "rzn"}
"""What the blocks of rows are called in torch's recurrent layers."""
_SIGMOIDS = {4: (0, 1, 3), 3: (0, 1)}
"""Which of them go through a sigmoid."""
_MOST_VALUES = 2_000
_MOST_VALUES_OF_ONE = 6

Change = Callable[[Failing], Case | None]
"""The case with something otherwise; None where that is not in it."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """One thing that could be otherwise."""

    said: str
    """How the answer behaves where it fits, as a sentence."""
    change: Change

    def fits(self, case: Failing) -> bool:
        """Whether the layer gives what the answer gave, with this otherwise."""
        changed = self.change(case)
        if changed is None or changed == case.case:
            return False
        observed = observe_oracle(case.part.oracles, without_gradients(changed), "cpu")
        if observed["error"] or observed.get("load", {"how": "exact"})["how"] == "partial":
            return False
        return _is_given(case, observed)


def _is_given(case: Failing, observed: Observation) -> bool:
    given, got = _calls(observed), _calls(case.got)
    if len(given["steps"]) != len(got["steps"]):
        return False
    pairs = paired(case.part, case.criterion, given, got)
    return len(pairs) == len(case.pairs) and all(pair.gives(pair.expected) for pair in pairs)


def without_gradients(case: Case) -> Case:
    """A case in which nothing is pulled back, which takes less than half of the time."""
    steps: list[Step] = []
    for step in case["steps"]:
        kept = step.copy()
        kept.pop("cotangent", None)
        steps.append(kept)
    return {**case, "steps": steps}


def _calls(observation: Observation) -> Observation:
    """What the calls gave, whatever changes of mode stand between them."""
    return {"steps": [step for step in observation["steps"] if step], "error": None}


def reruns(part: Part, first: Failing, values: Mapping[str, Sequence[object]]) -> Iterator[Rerun]:
    """What could be otherwise, the plainest first.

    Args:
        part: The part.
        first: A failing case, of what it has something may be otherwise.
        values: What the suite's cases give to each argument.
    """
    yield from _gates(first)
    yield from _modes(first)
    yield from _arguments(part, first, values)
    yield from _inputs(first)
    yield from _states(first)


# Arguments


def defaults(part: Part) -> dict[str, object]:
    """The oracle's defaults, by argument."""
    oracle = part.oracles.get(part.symbol)
    try:
        parameters = signature(oracle).parameters if callable(oracle) else {}
    except (TypeError, ValueError):
        return {}
    return {name: item.default for name, item in parameters.items() if item.default is not Parameter.empty}


def _arguments(part: Part, first: Failing, values: Mapping[str, Sequence[object]]) -> Iterator[Rerun]:
    own = defaults(part)
    if "new" not in first.case:
        return
    for name in part.arguments:
        tried = [own[name]] if name in own and _is_plain(own[name]) else []
        tried += [value for value in values.get(name, ()) if value not in tried and _is_plain(value)]
        for value in tried[:_MOST_VALUES_OF_ONE]:
            yield Rerun(f"It behaves as if `{name}` were {value!r}.", _given(part, name, partial(_always, value), own))
        for said, to in _OF_SEVERAL.items():
            yield Rerun(said.format(f"`{name}`"), _given(part, name, to, own))
        if type(own.get(name, first.arguments.get(name))) is float:
            yield Rerun(f"It uses 1 - `{name}` where `{name}` belongs.", _given(part, name, _complement, own))
    for one, other in combinations(part.arguments, 2):
        yield Rerun(f"It takes `{one}` for `{other}` and `{other}` for `{one}`.", _exchanged(part, one, other, own))


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _given(part: Part, name: str, to: Callable[[Any], object], own: Mapping[str, object]) -> Change:
    def change(case: Failing) -> Case | None:
        old = case.arguments.get(name, own.get(name))
        value = to(old)
        return None if value is old else constructed(part, case, {**case.arguments, name: value})

    return change


def _always(value: object, old: object) -> object:
    return old if type(value) is type(old) and value == old else value


def _complement(old: object) -> object:
    return 1 - old if isinstance(old, float) else old


def _exchanged(part: Part, one: str, other: str, own: Mapping[str, object]) -> Change:
    def change(case: Failing) -> Case | None:
        old = {**{name: own.get(name) for name in (one, other)}, **case.arguments}
        if type(old[one]) is not type(old[other]) or old[one] == old[other]:
            return None
        return constructed(part, case, {**case.arguments, one: old[other], other: old[one]})

    return change


def constructed(part: Part, case: Failing, arguments: Mapping[str, Any]) -> Case | None:
    """The case with these arguments by name, and of its state what such an object has."""
    given = case.case["new"]
    more = len(given.get("args", [])) - len(part.arguments)
    if more > 0 or any(name not in part.arguments for name in given.get("kwargs", {})):
        return None
    names = part.arguments[: len(given.get("args", []))]
    kwargs = {name: value for name, value in arguments.items() if name not in names}
    changed: Case = {**case.case, "new": {"args": [arguments[name] for name in names], "kwargs": kwargs}}
    state = case.case.get("state")
    if not state:
        return changed
    made = observe_oracle(case.part.oracles, {**changed, "steps": [], "state": None}, "cpu")
    if made["error"] or not made["new"]["module"]:
        return None
    shapes = {row[0]: row[1] for row in (*made["new"]["parameters"], *made["new"]["buffers"])}
    kept = [item for item in state if shapes.get(item[0]) == item[1]["shape"]]
    return {**changed, "state": kept} if len(kept) == len(shapes) else None


def _of_several(old: Any, pick: Callable[[list[Any]], list[Any]]) -> object:
    numbers = old.get("$tuple") if isinstance(old, dict) else old
    if not isinstance(numbers, list) or not numbers or pick(numbers) == numbers:
        return old
    return {"$tuple": pick(numbers)} if isinstance(old, dict) else pick(numbers)


_OF_SEVERAL: Mapping[str, Callable[[Any], object]] = {
    "It takes the numbers of {} the other way round.": partial(_of_several, pick=lambda numbers: numbers[::-1]),
    "It takes the first number of {} for all.": partial(_of_several, pick=lambda numbers: numbers[:1] * len(numbers)),
    "It takes the last number of {} for all.": partial(_of_several, pick=lambda numbers: numbers[-1:] * len(numbers)),
}


# Modes


def _modes(first: Failing) -> Iterator[Rerun]:
    if "new" in first.case:
        yield Rerun("In evaluation it does what it should do in training.", partial(_in_mode, old="eval", new="train"))
        yield Rerun("In training it does what it should do in evaluation.", partial(_in_mode, old="train", new="eval"))


def _in_mode(case: Failing, old: str, new: str) -> Case:
    steps: list[Step] = [{**step, "do": new} if step["do"] == old else step for step in case.case["steps"]]
    return {**case.case, "steps": [{"do": "eval"}, *steps] if new == "eval" else steps}


# Inputs


def _inputs(first: Failing) -> Iterator[Rerun]:
    calls = [step for step in first.case["steps"] if step["do"] == "call"]
    count = max((len(step.get("args", [])) for step in calls), default=0)
    for index in range(1, count):
        said = f"It behaves as if argument {index + 1} of the call were zero, or not given."
        yield Rerun(said, partial(_without_input, index=index))


def _without_input(case: Failing, index: int) -> Case:
    """The case with zeros for an argument of every call."""

    def visit(value: Any) -> Any:
        if is_recipe(value):
            return {**value, "$fill": "zeros", "shift": 0.0}
        if isinstance(value, Mapping):
            return {key: visit(item) for key, item in value.items()}
        return [visit(item) for item in value] if isinstance(value, list) else value

    steps: list[Step] = []
    for step in case.case["steps"]:
        args = step.get("args", [])
        if step["do"] == "call" and len(args) > index:
            step = {**step, "args": [*args[:index], visit(args[index]), *args[index + 1 :]]}
        steps.append(step)
    return {**case.case, "steps": steps}


# Parameters and buffers


def _states(first: Failing) -> Iterator[Rerun]:
    state = [item for item in first.case.get("state") or [] if "dtype" not in item[1]]
    for name, recipe in state:
        for value, word in ((0.0, "zero"), (1.0, "one")):
            said = f"It behaves as if `{name}` were {word}: it is not used."
            yield Rerun(said, _loaded({name}, partial(torch.full_like, fill_value=value)))
        yield Rerun(f"It uses `{name}` twice as large.", _loaded({name}, lambda old: 2 * old))
        yield Rerun(f"It uses `{name}` with the opposite sign.", _loaded({name}, torch.neg))
        if len(recipe["shape"]) > 1:
            said = f"It uses `{name}` with the last two axes exchanged."
            yield Rerun(said, _loaded({name}, lambda old: old.transpose(-1, -2)))
        if len(recipe["shape"]) > 2:
            said = f"It uses `{name}` flipped, as a convolution in mathematics does; torch's layers do not flip."
            yield Rerun(said, _loaded({name}, lambda old: old.flip(list(range(2, old.dim())))))
        if recipe["shape"] and recipe["shape"][0] > 1:
            yield Rerun(f"It uses `{name}` in reverse order.", _loaded({name}, lambda old: old.flip(0)))
    for one, other in combinations([item[0] for item in state], 2):
        said = f"It uses `{one}` for `{other}`, and `{other}` for `{one}`."
        yield Rerun(said, partial(_swapped, one=one, other=other))


def _loaded(names: set[str], change: Callable[[torch.Tensor], torch.Tensor]) -> Change:
    """The case with other values in some items of its state, if it has them all and their shapes stay."""

    def changed(case: Failing) -> Case | None:
        state: list[StateItem] = []
        for name, recipe in case.case.get("state") or []:
            if name in names:
                old = build(recipe, dtype=torch.float64)
                new = change(old)
                if old.numel() > _MOST_VALUES or new.shape != old.shape or torch.equal(new, old):
                    return None
                kept = {key: recipe[key] for key in ("shape", "role", "dtype") if key in recipe}
                recipe = {**kept, "$fill": "values", "values": new.reshape(-1).tolist()}
            state.append([name, recipe])
        return {**case.case, "state": state} if state else None

    return changed


def _swapped(case: Failing, one: str, other: str) -> Case | None:
    recipes: dict[str, Recipe] = {name: recipe for name, recipe in case.case.get("state") or []}
    if one not in recipes or other not in recipes or recipes[one]["shape"] != recipes[other]["shape"]:
        return None
    names = {one: other, other: one}
    return {**case.case, "state": [[name, recipes[names.get(name, name)]] for name in recipes]}


# Gates


def _gates(first: Failing) -> Iterator[Rerun]:
    """The blocks of rows of all parameters in another order, where they have three or four."""
    state = [item for item in first.case.get("state") or [] if item[1].get("role") == "parameter"]
    names = {item[0] for item in state}
    hidden = first.arguments.get("hidden_size")
    sizes = {item[1]["shape"][0] for item in state if item[1]["shape"]}
    if len(sizes) != 1 or type(hidden) is not int or not hidden or not any("weight_hh" in name for name in names):
        return
    blocks = sizes.pop() // hidden
    if blocks not in _GATES:
        return
    letters = _GATES[blocks]
    for order in permutations(range(blocks)):
        if list(order) != [*range(blocks)]:
            # Torch's k-th gate is found in the block of number order[k].
            found = sorted(range(blocks), key=order.__getitem__)
            said = f"Your gates stand in the order {', '.join(letters[gate] for gate in found)}"
            said = f"{said}; torch's is {', '.join(letters)}."
            yield Rerun(said, _reordered(blocks, order))
    for gate in _SIGMOIDS[blocks]:
        said = f"Gate {letters[gate]} is used the other way round, 1 - {letters[gate]} in its place."
        yield Rerun(said, _negated(blocks, gate))


def _reordered(blocks: int, order: Sequence[int]) -> Change:
    def change(old: torch.Tensor) -> torch.Tensor:
        parts = old.chunk(blocks)
        return torch.cat([parts[index] for index in order])

    return lambda case: _loaded({item[0] for item in case.case.get("state") or []}, change)(case)


def _negated(blocks: int, gate: int) -> Change:
    def change(old: torch.Tensor) -> torch.Tensor:
        parts = list(old.chunk(blocks))
        parts[gate] = -parts[gate]
        return torch.cat(parts)

    return lambda case: _loaded({item[0] for item in case.case.get("state") or []}, change)(case)
