"""The outcome of one case: the criteria that held, and findings in words for those that did not."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.compare.tensors import Difference
from grader.model import Failure, Finding, FindingKind, Observed, Stopped, Verdict

_LAZY = (
    "It has lazy layers (nn.LazyLinear and the like), whose parameters have no shapes before the first call: no state "
    "dict can be loaded into them. Build them with the sizes that the constructor's arguments give."
)
"""In place of what torch raises where the parameters of such a layer are looked at."""


@dataclass(slots=True)
class Outcome:
    """The outcome of one case: criteria that held, and the finding of each that did not."""

    held: set[str] = field(default_factory=set)
    findings: dict[str, Finding] = field(default_factory=dict)

    def check(self, criterion: str, finding: Finding | None) -> bool:
        """Note a criterion's finding, or that it held where it has none yet."""
        if finding is None:
            if criterion not in self.findings:
                self.held.add(criterion)
            return True
        self.findings.setdefault(criterion, finding)
        self.held.discard(criterion)
        return False

    def note(self, finding: Finding) -> None:
        """Note a finding of a criterion that held before, so that what depends on it is judged all the same."""
        self.findings.setdefault(finding.criterion, finding)


def ending(observed: Observed) -> Failure | Stopped | None:
    """How a case ended before its end, if it did."""
    return observed if isinstance(observed, Stopped) else observed["error"]


def stage_of(end: Failure | Stopped) -> str:
    """The stage of the case at which it ended."""
    return end.stage if isinstance(end, Stopped) else end["stage"]


def error_finding(error: Failure | Stopped, criterion: str, source: Sequence[str] = ()) -> Finding:
    """The finding of an exception, or of a stop, at some stage of a case."""
    if isinstance(error, Stopped):
        return Finding(criterion=criterion, kind=FindingKind.STOPPED, verdict=error.verdict, message=error.message)
    line = error["line"]
    if line is not None and not 0 < line <= len(source):
        # The answer's process says it: a number that is no line of the answer could be anything, its input too.
        line = None
    text = "" if line is None else source[line - 1].strip()
    verdict = Verdict.MEMORY_LIMIT if _out_of_memory(error) else Verdict.RAISED
    doing = {
        "new": "Constructing it",
        "load": "Loading a state into it",
        "mode": "Switching between train() and eval()",
        "call": "Calling it",
        "backward": "Going backward through it",
        "run": "Using it",
    }.get(error["stage"], "Running it")
    what = f"{error['type']}: {error['message']}" if error["message"] else error["type"]
    message = f"{doing} raised {what}"
    if error["stage"] in ("new", "load") and "uninitialized parameter" in what:
        message = _LAZY
    return Finding(
        criterion=criterion,
        kind=FindingKind.RAISED_ABOUT_DTYPE if about_dtypes(what) else FindingKind.RAISED,
        verdict=verdict,
        message=message,
        got=what,
        line=line,
        source=text,
        expected="no exception",
    )


def about_dtypes(said: str) -> bool:
    """Whether an exception is about dtypes that do not fit; torch has no exception type for that, only messages."""
    said = said.lower()
    return any(word in said for word in ("dtype", "double", "float32", "float64", "scalar type"))


def _out_of_memory(error: Failure) -> bool:
    message = error["message"].lower()
    return "MemoryError" in error["kinds"] or any(
        text in message
        for text in ("can't allocate memory", "not enough memory", "out of memory", "cannot allocate memory")
    )


def finding_of(criterion: str, difference: Difference | None, call: str) -> Finding | None:
    """The finding of a difference, with the call in which it showed."""
    if difference is None:
        return None
    return Finding(
        criterion=criterion,
        kind=difference.kind,
        message=f"{difference.message[:1].upper()}{difference.message[1:]}",
        where=f"{difference.path}, {call}",
        expected=difference.expected,
        got=difference.got,
        difference=difference.difference,
        index=difference.index,
    )
