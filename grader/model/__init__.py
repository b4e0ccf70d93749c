"""The nouns of the course kit as plain data: verdicts, findings, criteria, parts, reports.

May import: nothing of the kit. Every room may import it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.model.cases import (
    Argument,
    Behind,
    Case,
    CaseBody,
    Change,
    DeclaredCase,
    Description,
    Encoded,
    Failure,
    Fills,
    Leaf,
    Line,
    Load,
    New,
    Observation,
    Observed,
    Raised,
    Recipe,
    Row,
    Sketch,
    StateItem,
    Step,
    StepObservation,
    Stopped,
    Truth,
    Use,
    as_case,
    is_recipe,
)  # fmt: skip
from grader.model.kinds import ABOUT_DTYPE, EXCEPTIONS, SAID_BY_MESSAGE, CaseKind, FindingKind, HoleKind
from grader.model.verdicts import CRITERIA, DEPENDS, Verdict

__all__ = [
    "ABOUT_DTYPE", "CRITERIA", "DEPENDS", "EXCEPTIONS", "Argument", "Behind", "StepObservation", "Case", "CaseBody",
    "CaseKind", "Change", "ClusterWorker", "Condition", "Counterexample",
    "CourseError", "CriterionReport", "DeclaredCase", "Description",
    "Diagnosis", "Encoded", "Explained", "Failure", "Fills", "Finding", "FindingKind", "GradeReport", "Hole",
    "HoleKind", "Leaf", "Limits", "Line", "Load", "New", "Observation", "Observed", "OffLimitsUse", "PartReport",
    "ProvenExercise", "ProvenPart", "Raised", "Recipe", "Row", "Sketch", "StateItem", "Step", "Stopped",
    "SubmissionReport", "Truth", "Use", "Verdict", "as_case", "is_recipe", "line_in_words", "named_line",
]  # fmt: skip


class CourseError(Exception):
    """An error that the user can cause and fix: what happened, and how to fix it."""

    def __init__(self, what: str, fix: str = "", *, usage: bool = False) -> None:
        super().__init__(f"{what}\n{fix}" if fix else what)
        self.what, self.fix = what, fix
        self.usage = usage
        """Whether the command was called wrongly (exit status 2) rather than the course being broken (1)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a submission may use."""

    case_seconds: float = 5.0
    part_seconds: float = 60.0
    memory_mb: int = 2048
    output_bytes: int = 2**20
    """Bytes the answer may print while its file is judged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One way in which one case did not hold."""

    criterion: str
    kind: FindingKind
    verdict: Verdict = Verdict.WRONG
    message: str
    """What was checked and what was found instead, in a sentence or two."""
    where: str = ""
    """Where in the case: "output of call 2", "gradient of weight"."""
    expected: str = ""
    got: str = ""
    difference: float | None = None
    """Largest absolute difference, where tensors of one shape were compared."""
    index: tuple[int, ...] | None = None
    """The element that differs most."""
    line: int | None = None
    """Line of the answer file from which an exception came."""
    source: str = ""
    """The text of that line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counterexample:
    """The smallest known case on which a criterion fails."""

    case: Mapping[str, object]
    snippet: str
    """Python that shows the failure when pasted beside the answer."""
    where: str = ""
    expected: str = ""
    got: str = ""
    difference: float | None = None
    index: tuple[int, ...] | None = None
    line: int | None = None
    source: str = ""
    cell: int | None = None
    """The code cell of a notebook, from 1, in which the line is."""
    shrunk: bool = False
    """Whether it was shrunk live rather than taken from the suite."""
    kind: FindingKind | None = None
    """What is wrong; None in a report from before there were kinds."""

    @classmethod
    def of(cls, finding: Finding, *, case: Mapping[str, object], snippet: str, shrunk: bool) -> "Counterexample":
        """The case on which a finding was made, with all that the finding says of it."""
        return cls(
            case=case,
            snippet=snippet,
            where=finding.where,
            expected=finding.expected,
            got=finding.got,
            difference=finding.difference,
            index=finding.index,
            line=finding.line,
            source=finding.source,
            shrunk=shrunk,
            kind=finding.kind,
        )

    @property
    def shows_values(self) -> bool:
        """Whether the expected and the actual value say more than the message."""
        return self.kind not in SAID_BY_MESSAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """The misconception whose behaviour the answer shows."""

    misconception: str
    hint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """When an answer is wrong: what its failing cases have in common, and hardly any other case has."""

    text: str
    """In words, to follow "It fails": "only with `padding_mode='reflect'`"."""
    predicate: Mapping[str, object]
    """The same as data."""
    failing: int
    """Cases that fail; all of them meet it. 0, as the other two counts, for a reader who is not to know them."""
    covered: int
    """Cases that meet it."""
    judged: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionReport:
    """One rubric line of one part."""

    name: str
    verdict: Verdict
    score: float
    max_score: float
    message: str = ""
    counterexample: Counterexample | None = None
    diagnosis: Diagnosis | None = None
    condition: Condition | None = None
    transformation: str = ""
    """What turns the expected result into the answer's, as a sentence, where something does."""
    cases: int = 0
    """How many cases were judged."""
    failing: int = 0
    """How many of them failed."""
    kind: FindingKind | None = None
    """What is wrong, where the message says that; None also in a report from before there were kinds."""
    line: int | None = None
    """The line of the answer that the message names at its end, as `named_line` writes it."""
    families: tuple[str, ...] = ()
    """The families of cases that it lost, where it keeps the points of all others."""


def line_in_words(line: int, cell: int | None = None) -> str:
    """A line of a file, or of a notebook's code cell of that number, counted from 1."""
    return f"line {line}" if cell is None else f"cell {cell}, line {line}"


def named_line(where: int | str | None, cell: int | None = None) -> str:
    """The end of a message that names a line of the answer, or a position in words; empty where there is none."""
    if where is None:
        return ""
    return f" ({line_in_words(where, cell)})" if isinstance(where, int) else f" ({where})"


@dataclass(frozen=True, kw_only=True, slots=True)
class OffLimitsUse:
    """Something off limits that an answer uses, and where."""

    used: str
    line: int | None = None
    source: str = ""
    cell: int | None = None
    """The code cell of a notebook, from 1, in which the line is."""

    def __str__(self) -> str:
        return self.used + named_line(self.line, self.cell)


@dataclass(frozen=True, kw_only=True, slots=True)
class PartReport:
    """What was found for one symbol of one submission."""

    part: str
    exercise: str
    verdict: Verdict
    score: float | None
    """None after an internal error: an ungraded part is not a zero."""
    max_score: float
    suite: str
    """Digest of the suite it was judged on."""
    seconds: float = 0.0
    message: str = ""
    """Why the part has its verdict, where no criterion says it."""
    off_limits: tuple[OffLimitsUse, ...] = ()
    criteria: tuple[CriterionReport, ...] = ()
    behaviour: str = ""
    """Where it fails, how it does: answers of one text, on one suite, behave alike (see `grader.judge.behaviour`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmissionReport:
    """Everything found for one student."""

    student: str
    path: str
    score: float
    max_score: float
    parts: tuple[PartReport, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterWorker:
    """A worker of a cluster, and what it did."""

    address: str
    host: str
    sandbox: str
    """Level of the sandbox in which it runs answers; empty where it runs none."""
    parts: int = 0
    """How many parts it graded."""
    refused: str = ""
    """Why it was not given any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GradeReport:
    """One run of `course grade`."""

    device: str
    sandbox: str
    versions: Mapping[str, str]
    submissions: Sequence[SubmissionReport] = field(default_factory=tuple)
    notes: Sequence[str] = ()
    """What the reader should know about the run: a fallback taken, a seed created."""
    workers: Sequence[ClusterWorker] = ()
    """The workers of the cluster, where one graded."""
    refused: Sequence[str] = ()
    """A sentence for each submission that was not graded at all, and is not among these: what is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """How many wrong answers are told what is wrong with them, and by what."""

    failing: int = 0
    named: int = 0
    """Told the name of their mistake, or of one that is the same in every case."""
    described: int = 0
    """Told a condition or a transformation, which nobody has to have registered."""
    told: int = 0
    """Told any of these."""
    misnamed: int = 0
    """Told the name of another mistake, be it with their own left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvenPart:
    """What `course verify` last found about one part."""

    part: str
    cases: int
    right: int
    """Correct answers in other styles that were accepted."""
    alarms: int
    """Correct answers that were refused."""
    wrong: int
    wrong_killed: int
    """Known-wrong answers, and how many of them were rejected."""
    told: Explained = Explained()
    """What those are told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hole:
    """Something that a course could not prove about itself."""

    kind: HoleKind
    text: str

    def __str__(self) -> str:
        return self.text

    def of_part(self, symbol: str) -> "Hole":
        """A part's hole as its exercise lists it."""
        return replace(self, text=f"{symbol}: {self.text}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvenExercise:
    """What `course verify` last found about one exercise."""

    exercise: str
    when: str
    seed: str
    current: bool
    """Whether the exercise's files are still the ones that were verified."""
    parts: Sequence[ProvenPart]
    mutants: int | None
    """Silent mutants of the reference that change behaviour; None where mutants were not tried."""
    mutants_killed: int = 0
    survivors: Sequence[str] = ()
    """The mutants that nothing noticed and nobody explained."""
    explained: int = 0
    """Mutants that the exercise says change nothing."""
    mutants_told: Explained = Explained()
    """What some of the silent mutants are told."""
    holes: Sequence[Hole] = ()
