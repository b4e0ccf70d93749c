"""What a case, a finding, a difference or a hole is about, as data: code never looks at the words of a message."""

from enum import StrEnum


class CaseKind(StrEnum):
    """What a case of a suite is for, which decides how it is judged."""

    MAIN = "main"
    """Values, shapes, gradients and state, against the oracle's."""
    INTERFACE = "interface"
    """Its lines are judged as part of the interface."""
    POSITIONAL = "positional"
    """Another case repeated, with the constructor's arguments by position, or all of them by name."""
    NUMERICS = "numerics"
    """float32, against the truth in float64."""
    ERRORS = "errors"
    """The answer has to raise."""
    PROPERTY = "property"
    """Judged with the others of its group, by what must hold of all of them."""
    GROWTH = "growth"
    """Judged with the others of its group, by how many tensor operations each takes."""
    DEVICE = "device"
    """Another case repeated on a second device, and in another dtype than the default one."""


class FindingKind(StrEnum):
    """What is wrong with one case, or how two leaves differ."""

    STRUCTURE = "structure"
    """Something of another kind, or nested differently."""
    SHAPE = "shape"
    DTYPE = "dtype"
    """Another dtype, where float32 or float64 is one of the two."""
    NUMBERS = "numbers"
    """Another dtype, where neither is: booleans instead of integers, for example."""
    FINITE = "finite"
    """Infinite or not a number where that is not expected, or the reverse."""
    VALUE = "value"
    INPUT_CHANGED = "input_changed"
    """The answer wrote into what it was given."""
    RAISED = "raised"
    """An exception where none is expected."""
    RAISED_ABOUT_DTYPE = "raised_about_dtype"
    """The same, of which torch says that dtypes do not fit."""
    LINE_RAISED = "line_raised"
    """A line of the case raised an exception where a value is expected."""
    LINE_RAISED_ABOUT_DTYPE = "line_raised_about_dtype"
    LINE_VALUE = "line_value"
    """A line of the case gives another value."""
    NOT_RAISED = "not_raised"
    """No exception where one is expected."""
    LINE_NOT_RAISED = "line_not_raised"
    """A line of the case gave a value where an exception is expected."""
    LEFT = "left"
    """It raised something that is not an ordinary exception, such as SystemExit."""
    STOPPED = "stopped"
    """The process ended, or was ended."""
    ENDED_EARLY = "ended_early"
    """It did not get to the end of the case."""
    NOT_A_MODULE = "not_a_module"
    MODE = "mode"
    """Not in training mode when it is new."""
    NAMES = "names"
    """Parameters, buffers or keys of the state dict have other names."""
    DEVICE = "device"
    REQUIRES_GRAD = "requires_grad"
    LOAD = "load"
    """A state dict cannot be loaded."""
    PROPERTY = "property"
    """A property that a random answer must have does not hold."""
    GROWTH = "growth"
    """More tensor operations the larger the input."""
    NOT_DEFINED = "not_defined"
    """The part is not defined after the file has run."""
    OFF_LIMITS = "off_limits"


EXCEPTIONS = frozenset(
    (
        FindingKind.RAISED,
        FindingKind.RAISED_ABOUT_DTYPE,
        FindingKind.LINE_RAISED,
        FindingKind.LINE_RAISED_ABOUT_DTYPE,
    )
)
"""An exception that the answer should not have raised."""
ABOUT_DTYPE = frozenset((FindingKind.DTYPE, FindingKind.RAISED_ABOUT_DTYPE, FindingKind.LINE_RAISED_ABOUT_DTYPE))
"""A dtype written out in the answer could be the reason."""
SAID_BY_MESSAGE = frozenset(
    (
        FindingKind.RAISED,
        FindingKind.RAISED_ABOUT_DTYPE,
        FindingKind.NOT_RAISED,
        FindingKind.LINE_RAISED,
        FindingKind.LINE_RAISED_ABOUT_DTYPE,
        FindingKind.LINE_NOT_RAISED,
        FindingKind.SHAPE,
        FindingKind.DTYPE,
        FindingKind.NUMBERS,
        FindingKind.REQUIRES_GRAD,
        FindingKind.NAMES,
        FindingKind.GROWTH,
    )
)
"""The message says it all: the expected and the actual value need no lines of their own."""


class HoleKind(StrEnum):
    """What a course could not prove about itself."""

    REFUSED = "refused"
    """A correct answer is refused: a false alarm."""
    SURROUNDED = "surrounded"
    """A correct answer means something else with other code around it."""
    FEW_RIGHT = "few_right"
    """There are too few correct answers in other styles."""
    STUB = "stub"
    """The stub is not simply "not attempted"."""
    EDIT = "edit"
    """A misconception no longer fits the reference."""
    ACCEPTED = "accepted"
    """A misconception is accepted."""
    OTHER_CRITERION = "other_criterion"
    """A misconception is caught first by another criterion than it names."""
    FEW_MISCONCEPTIONS = "few_misconceptions"
    UNTOUCHED = "untouched"
    """No misconception fails a criterion."""
    DELEGATE = "delegate"
    """An answer that delegates the work to the oracle is not found off limits."""
    HOLLOW = "hollow"
    """An answer that does nothing earns points."""
    CONSTANT_ARGUMENT = "constant_argument"
    """No case gives an argument a value."""
    BAD_ARGUMENTS = "bad_arguments"
    """The lesson's list of bad arguments is not what `errors` judges."""
    PITFALL = "pitfall"
    """A pitfall of the lesson does not say, or says wrongly, what it is about."""
    LESSON = "lesson"
    """The lesson departs from the template."""
    UNFINISHED = "unfinished"
    """A misconception was begun from a student's answer, and waits for its name or its hint."""
    DIGEST = "digest"
    """Two compilations give two suites."""
    PUBLIC = "public"
    """The public suite is the hidden one."""
    EXPLAINED = "explained"
    """A mutant is explained that does not survive."""
    MUTANTS = "mutants"
    """Too few of the silent mutants are noticed."""
    BROKEN = "broken"
    """The course cannot be compiled."""
    FIGURE = "figure"
    """A lesson's figure cannot be drawn, or not be read by everyone."""
    STALE = "stale"
    """The released files are not what the course would generate now."""
    OTHER = "other"
    """A hole from a file that was written before holes had kinds."""
