"""Run the cases of a suite on one answer, in as many children as it takes."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from grader.answer.attempt import first_broken
from grader.answer.load import Answer
from grader.answer.places import place
from grader.compare.observation import Malformed, validate
from grader.host.allowance import Allowance
from grader.host.child import KEPT_OUTPUT
from grader.host.session import Child, Server, Stopped, Unread
from grader.judge.loaded import LoadFailure, NotDefined, first_failure, not_defined, not_python
from grader.model import Case, CaseKind, Limits, Observation, Observed, OffLimitsUse, Verdict
from grader.spec import OffLimits
from grader.suite.data import SuiteCase

_SLOW = (Verdict.TIME_LIMIT, Verdict.OUTPUT_LIMIT)
"""Ends that take their time."""
_MOST_SLOW = 3
"""Slow ends after which nothing more of a part is run."""
_MOST_HANGS = {False: 2, True: 3}
"""Slow ends after which the rest of that kind of case is not run, by whether any of them worked."""
_MOST_STOPS = 6
"""The same for ends that come faster."""


class AnswerRun:
    """The observations of one answer."""

    def __init__(
        self,
        server: Server,
        answer: Answer,
        sliced: Answer,
        symbol: str,
        off_limits: OffLimits,
        limits: Limits,
        allowance: Allowance | None = None,
    ) -> None:
        """Have the answer loaded, while the judge looks at its text.

        Args:
            server: Where answers run.
            answer: The answer.
            sliced: What of it is loaded (see `grader.answer.slice`).
            symbol: The part.
            off_limits: What the part may not use.
            limits: What the answer may use.
            allowance: How much it may send.
        """
        self.printed = ""
        """The beginning of what the answer printed, once it is closed."""
        self.uses: list[OffLimitsUse] = []
        """What is off limits and was used while cases ran."""
        self._failed: Sequence[Mapping[str, Any]] = ()
        self._slow: list[Stopped] = []
        self._server, self._answer, self._symbol, self._off_limits = server, answer, symbol, off_limits
        self._sliced = sliced
        self._allowance = allowance or Allowance()
        self._kept = 0
        self._limits, self._spent = limits, 0.0
        self._child: Child | None = None
        self._loading: Child | None = server.begin(sliced, off_limits)

    def close(self) -> None:
        """Close the child."""
        for child in (self._child, self._loading):
            if child is not None:
                self._spent += child.spent
                self.printed = (self.printed + child.output)[:KEPT_OUTPUT]
                child.close()
        self._child = self._loading = None

    def loaded(self) -> Stopped | NotDefined | None:
        """What is wrong once loading has ended: the stop that ended it, or that the part is not there; or nothing."""
        opened = self._open()
        if isinstance(opened, Stopped):
            return opened
        self._failed = opened.loaded["errors"]
        if self._symbol in opened.loaded["symbols"]:
            return None
        stop = "{type}: {message}".format(**self._failed[-1]) if self._failed else ""
        return not_defined(self._answer, self._symbol, self.failed_before(stop))

    def failed_before(self, said: str) -> LoadFailure | None:
        """What failed while the answer was loaded and may be why this is said of it."""
        failed = first_failure(self._answer, self._failed, said)
        if "NameError" in said and (broken := first_broken(self._answer, self._symbol)):
            syntax = not_python(broken)
            return syntax if syntax.is_before(failed) else failed
        return failed

    def observations(self, entries: Sequence[SuiteCase]) -> Iterator[tuple[int, Observed]]:
        """Run cases: the index of each, and what the answer did.

        After a stop others go on in a fresh child, for each kind of case a few times. Nothing more comes once the
        answer has used what is off limits.
        """
        cases = list(enumerate(entries))
        stops: Counter[tuple[CaseKind, Verdict]] = Counter()
        fine: set[CaseKind] = set()
        while cases:
            child = self._open()
            if isinstance(child, Stopped):
                index, entry = cases[0]
                yield index, child
                cases = [pair for pair in cases if pair[1].kind != entry.kind and not self.given_up]
                continue
            ended = None
            answered = zip(cases, child.run([entry.case for _, entry in cases], self._allowance), strict=False)
            for done, ((index, entry), item) in enumerate(answered, 1):  # noqa: B007 - used below
                observed = self._kept_of(self._accept(item), child.weight)
                yield index, observed
                if self.uses:
                    return
                self._server.prepare_next(self._off_limits)
                if isinstance(observed, Stopped):
                    ended = entry.kind, observed.verdict
                    break
                if not observed["error"]:
                    fine.add(entry.kind)
            if ended is None or self.given_up:
                return
            kind, verdict = ended
            stops[ended] += 1
            most = _MOST_HANGS[kind in fine] if verdict in _SLOW else _MOST_STOPS
            alike = [pair for pair in cases[done:] if pair[1].kind == kind]
            if stops[ended] >= most or self._is_used_up():
                alike = []
            # Neighbours are alike: an answer that hangs on one case may well work on those further off.
            random.Random(len(alike)).shuffle(alike)
            cases = alike + [pair for pair in cases[done:] if pair[1].kind != kind]

    def again(self, cases: Iterable[Case]) -> list[Observed]:
        """Run further cases, one observation or stop each."""
        observations: list[Observed] = []
        for case in cases:
            opened = self._slow[-1] if self.given_up else self._open()
            if isinstance(opened, Stopped):
                observations.append(opened)
                continue
            observations += [self._accept(item) for item in opened.run([case], self._allowance)]
        return observations

    def _open(self) -> Child | Stopped:
        if self._child is None:
            child, self._loading = self._loading, None
            if child is None:
                child = self._server.begin(self._sliced, self._off_limits)
            stopped = child.finish()
            if stopped is not None:
                self._spent += child.spent
                return self._noted(stopped)
            # Where the part's time is used up, each kind of case still gets that of one.
            child.limit(max(self._limits.part_seconds - self._spent, self._limits.case_seconds))
            self._child = child
        return self._child

    @property
    def given_up(self) -> Stopped | None:
        """The stop after which nothing more was run, where the answer has taken too long too often."""
        if len(self._slow) < _MOST_SLOW:
            return None
        last = self._slow[-1]
        is_time = all(stopped.verdict is Verdict.TIME_LIMIT for stopped in self._slow)
        did = f"{'ran out of time' if is_time else 'went over a limit'} {_MOST_SLOW} times"
        return replace(last, message=f"{last.message} It {did} and was given up: nothing more of the part was run.")

    def _noted(self, stopped: Stopped) -> Stopped:
        if stopped.verdict in _SLOW:
            self._slow.append(stopped)
        return stopped

    def _is_used_up(self) -> bool:
        """Whether the answer has taken all of the time or room that a part has."""
        return self._spent > self._limits.part_seconds or self._kept > self._allowance.kept

    def _accept(self, item: Unread | Stopped) -> Observed:
        if isinstance(item, Stopped):
            self.close()
            return self._noted(item)
        try:
            observation = validate(item)
        except Malformed as malformed:
            self.close()
            return self._noted(Stopped(malformed.verdict, "new", -1, str(malformed)))
        self._note_uses(observation)
        return observation

    def _kept_of(self, observed: Observed, weight: int) -> Observed:
        """The observation, where there is room for it beside those that the judge has kept."""
        self._kept += weight
        if isinstance(observed, Stopped) or self._kept <= self._allowance.kept:
            return observed
        self.close()
        together = "All cases together gave back more data than any right answer's would."
        return self._noted(Stopped(Verdict.OUTPUT_LIMIT, "new", -1, together))

    def _note_uses(self, observation: Observation) -> None:
        names: list[tuple[str, int | None]] = [(use["used"], use["line"]) for use in observation.get("off_limits", [])]
        limits = self._off_limits
        for seen in observation.get("seen", []):
            base = seen.split(".")[1] if seen.startswith("aten.") else ""
            if any(fnmatchcase(base, pattern) for pattern in limits.kernels) and not any(
                fnmatchcase(base, pattern) for pattern in limits.allow
            ):
                names.append((f"aten::{base}", None))
        lines = self._answer.lines
        for used, line in names[:20]:
            source = lines[line - 1].strip() if line and 0 < line <= len(lines) else ""
            cell, own = place(self._answer, line) if line else (None, line)
            use = OffLimitsUse(used=used[:200], line=own, source=source, cell=cell)
            if use not in self.uses:
                self.uses.append(use)
