"""Judge what a call left of the object that was called: its parameters, its buffers, its mode."""

from grader.compare.outcome import Outcome
from grader.model import Change, Finding, FindingKind, StepObservation

_SAID = {
    Change.PARAMETER_GONE: ("parameters", "After the call {name} is no parameter any more."),
    Change.PARAMETER_NEW: (
        "parameters",
        "The call registered {name}, which the layer of torch.nn does not have: its state_dict() has another key now.",
    ),
    Change.PARAMETER_REPLACED: (
        "gradients",
        "The call put another parameter in the place of {name}: an optimizer would go on changing the old one.",
    ),
    Change.BUFFER_GONE: (
        "state",
        "After the call {name} is no buffer any more: state_dict() does not save it, and .to() does not move it.",
    ),
    Change.BUFFER_NEW: (
        "parameters",
        "The call registered the buffer {name}, which the layer of torch.nn does not have: its state_dict() has "
        "another key now.",
    ),
    Change.BUFFER_UNSAVED: ("state", "After the call state_dict() does not save {name} any more."),
    Change.MODE: ("interface", "The call switched between training and evaluation; only train() and eval() may."),
}


def judge_changes(outcome: Outcome, want: StepObservation, have: StepObservation, step: str) -> bool:
    """Judge what a call changed and the oracle's did not; whether it left the buffers alone.

    Names and modes were judged before the call, and held then or did not: what rests on them is still judged.
    """
    allowed = want.get("changed", [])
    still = True
    for change in have.get("changed", []):
        if change in allowed:
            continue
        what, name = Change(change[0]), change[1]
        criterion, said = _SAID[what]
        message = said.format(name=name)
        kind = FindingKind.MODE if what is Change.MODE else FindingKind.NAMES
        outcome.note(Finding(criterion=criterion, kind=kind, message=message, where=f"{name or 'mode'}, {step}"))
        still &= criterion != "state"
    return still
