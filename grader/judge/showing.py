"""A failure that is to be shown, and as it was drawn anew."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch

from grader.model import Case, Finding, Observation, Observed, Truth
from grader.spec import Part
from grader.suite.oracle import observe_oracle


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A failure as it was drawn anew."""

    case: Case
    finding: Finding
    code: str
    """Empty where the case is to be written as it is."""
    expected: Observation | None = None
    """What is expected of that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A failure to be shown."""

    part: Part
    criterion: str
    case: Case
    finding: Finding
    expected: Observation | None
    """What is expected of the case, where that is known."""
    got: Observed
    source: Sequence[str]
    """Lines of the answer."""
    module: str
    """What the answer is imported from; nothing in a notebook."""
    again: Callable[[Iterable[Case]], list[Observed]]
    """Runs further cases on the answer."""
    device: str = "cpu"
    """Where they run, and the oracle."""
    truth: Truth | None = None
    """What float32 is judged by, where it is about that."""
    growth: Sequence[Case] = ()
    """Where the work grows: the cases of growing size."""

    @property
    def dtype(self) -> torch.dtype:
        """The default dtype of the case."""
        found: torch.dtype = getattr(torch, self.case.get("dtype", "float64"))
        return found

    def observe(self, case: Case, oracles: Mapping[str, object]) -> Observation:
        """Run a case on what stands in for the answer."""
        return observe_oracle(oracles, case, self.device)
