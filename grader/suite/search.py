"""Run hypothesis outside a test: draw cases, and find the smallest one that satisfies a condition.

Explicit seeds and no example database: the same strategy and seed give the same cases in every process. Hypothesis
would also mix in constants that it reads from the local modules loaded so far; that is switched off, because then a
part's cases would depend on what else was imported. Nor may it follow each draw with up to five near copies, whose
values repeat one another: that helps to find one bug, where a suite wants cases that differ as much as possible.
"""

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import find as hypothesis_find
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable
from hypothesis.internal.conjecture import engine, providers

from grader.model import CaseBody, CourseError, is_recipe

_PRIVATE = (
    (providers, "_get_local_constants"),
    (providers, "_local_constants"),
    (engine.ConjectureRunner, "generate_mutations_from"),
)
"""What is switched off here has no public option."""


def _check_private_names() -> None:
    """Raise where a version of hypothesis has moved what is switched off: other cases would silently be drawn.

    Raises:
        CourseError: where a name is not there.
    """
    for owner, name in _PRIVATE:
        if not hasattr(owner, name):
            raise CourseError(
                f"hypothesis {hypothesis.__version__} has no {owner.__name__}.{name}, so no suite can be compiled.",
                "Install the version that the kit is tested with: pip install -c constraints.txt hypothesis",
            )


_check_private_names()
setattr(providers, "_get_local_constants", lambda: providers._local_constants)  # noqa: B010

_Case = TypeVar("_Case", bound=CaseBody)


def canonical(value: object) -> str:
    """Plain data as text, the same for equal data."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def seed_from(*words: str) -> int:
    """A 64-bit seed from text."""
    return int.from_bytes(hashlib.sha256("\0".join(words).encode()).digest()[:8], "big")


def _settings(examples: int, *phases: Phase) -> settings:
    return settings(
        max_examples=examples,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )


@contextmanager
def _afresh() -> Iterator[None]:
    """Let hypothesis draw every case independently."""
    mutate = engine.ConjectureRunner.generate_mutations_from
    setattr(engine.ConjectureRunner, "generate_mutations_from", lambda self, data: None)  # noqa: B010
    try:
        yield
    finally:
        setattr(engine.ConjectureRunner, "generate_mutations_from", mutate)  # noqa: B010


def draw(strategy: st.SearchStrategy[_Case], count: int, number: int) -> list[_Case]:
    """Up to ``count`` different cases, in the order drawn."""
    cases: dict[str, _Case] = {}

    # Some draws repeat, the more the smaller the strategy's space.
    @_settings(2 * count, Phase.generate)
    @seed(number)
    @given(strategy)
    def collect(case: _Case) -> None:
        if len(cases) < count:
            cases.setdefault(canonical(case), case)

    with _afresh():
        collect()
    return list(cases.values())


class _OutOfBudget(BaseException):
    """Not an `Exception`, or hypothesis would mistake it for the failure it looks for."""


def smallest(
    strategy: st.SearchStrategy[_Case],
    condition: Callable[[_Case], bool],
    number: int,
    *,
    examples: int = 300,
    enough: float = 0.0,
    stall: int | None = None,
    seconds: float | None = None,
) -> _Case | None:
    """The smallest case found that satisfies a condition, or None.

    Args:
        strategy: Strategy of the cases.
        condition: What the case must satisfy.
        number: The seed.
        examples: Cases to look at before giving up.
        enough: A case of this weight is small enough: the search ends with it.
        stall: Looks after which the search ends if they found none smaller than the best so far; None for no such end.
        seconds: Time limit; when it ends, the best case so far is given. Only for searches whose outcome need not be
            the same on every machine.
    """
    best: _Case | None = None
    deadline = None if seconds is None else time.monotonic() + seconds
    looks = improved = 0

    def watched(case: _Case) -> bool:
        nonlocal best, looks, improved
        looks += 1
        if (deadline is not None and time.monotonic() > deadline) or looks > 2 * examples:
            raise _OutOfBudget
        if best is not None and stall is not None and looks - improved > stall:
            raise _OutOfBudget
        holds = condition(case)
        if holds and (best is None or weight(case) <= weight(best)):
            best, improved = case, looks
            if weight(case)[0] <= enough:
                raise _OutOfBudget
        return holds

    options = _settings(examples, Phase.generate, Phase.shrink)
    with suppress(NoSuchExample, Unsatisfiable, _OutOfBudget):
        hypothesis_find(strategy, watched, settings=options, random=random.Random(number))
    return best


def weight(case: CaseBody) -> tuple[float, str]:
    """How much a person must read to understand a case; ties are settled by its text, the shorter first."""
    elements = 0.0

    def visit(value: object) -> None:
        nonlocal elements
        if isinstance(value, Mapping):
            if is_recipe(value):
                size = 1
                for length in value["shape"]:
                    size *= length
                elements += 2 + size + 3 * ("layout" in value) + 2 * (value.get("scale", 1.0) != 1.0)
            else:
                for item in value.values():
                    visit(item)
        elif isinstance(value, list):
            elements += 0.5
            for item in value:
                visit(item)
        else:
            elements += 0.5

    visit({key: value for key, value in case.items() if key != "state"})
    text = canonical(case)
    return elements + 4 * len(case.get("steps", ())), f"{len(text):08} {text}"
