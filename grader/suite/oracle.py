"""What the oracle does on a device; that of the simulated one, whose results are the CPU's, runs on the CPU."""

from collections.abc import Mapping

from grader.case.probe import run_case
from grader.case.simulated_tensor import is_simulated
from grader.compare.elsewhere import placed
from grader.model import Case, Observation


def observe_oracle(oracles: Mapping[str, object], case: Case, device: str) -> Observation:
    """Run the oracle on a case.

    Args:
        oracles: It, by the names that the case uses.
        case: The case.
        device: Where the answer runs.
    """
    if not is_simulated(device):
        return run_case(case, oracles, device=device, plain=True)
    return on_simulated(case, run_case(case, oracles, plain=True))


def on_simulated(case: Case, observation: Observation) -> Observation:
    """What the oracle did on the CPU, as it would have been on the simulated device."""
    return observation if "fresh" in case else placed(observation, "simulated")
