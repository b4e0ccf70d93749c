"""What to say about a worker that ended while it should have been answering."""

import signal

from grader.host.process import Ending
from grader.model import Verdict

_CANNOT_ANSWER = 70
"""Exit status of `grader.worker.child` when it can no longer encode its reply."""


_DOING = {
    "import": "Loading the file",
    "new": "Constructing it",
    "load": "Loading a state into it",
    "call": "Calling it",
    "backward": "Going backward through it",
    "run": "A line of Python",
}
"""What an answer was doing, by its stage, when it took too long."""


def explained(ending: Ending, output: str) -> tuple[Verdict, str]:
    """Verdict and message for a process that ended while it should have been answering."""
    status = ending.status
    if status is None or not ending.by_itself:
        return Verdict.CRASHED, "The answer's process closed its connection to the judge."
    if status == -signal.SIGKILL:
        return Verdict.MEMORY_LIMIT, "The system killed the answer's process, as it does when memory runs out."
    if hasattr(signal, "SIGXCPU") and status == -signal.SIGXCPU:
        return Verdict.TIME_LIMIT, "The answer used up its processor time."
    if status == -signal.SIGABRT and ("bad_alloc" in output or "MemoryError" in output):
        return Verdict.MEMORY_LIMIT, "The answer ran out of memory."
    if status < 0:
        return Verdict.CRASHED, f"The answer crashed Python ({signal.strsignal(-status) or f'signal {-status}'})."
    if status == _CANNOT_ANSWER:
        why = (output.strip().splitlines() or ["it does not say how"])[-1][:200]
        return Verdict.CRASHED, f"The answer broke the process that runs it: {why}"
    return Verdict.CRASHED, f"The answer ended the whole process (exit status {status})."


def too_long(stage: str, seconds: float) -> str:
    """The message about an answer that took longer than it may over one thing.

    Args:
        stage: What it was doing (see `grader.case.whereabouts`).
        seconds: How long it may take.
    """
    return f"{_DOING.get(stage, 'One case')} took longer than {seconds:g} s; perhaps a loop does not end."


def size_in_words(count: int) -> str:
    """A count of bytes, for people to read."""
    return f"{count / 2**20:g} MB" if count >= 2**20 else f"{count / 2**10:g} KB"
