"""Three hints for a part: where to look, why it may be wrong, and the outline of an answer.

A check says what is wrong and when; each hint says more, and none speaks of another part or of calls that did not fail.
"""

import ast
import re
from dataclasses import dataclass

from grader.course.pitfalls import EXCEPTION, Pitfall
from grader.kit.outline import Lesson
from grader.model import EXCEPTIONS, CriterionReport, PartReport, Verdict
from grader.model.language import translated
from grader.model.source import definition
from grader.model.words import is_known_by_text, is_unread
from grader.study.docstring import BEFORE, told
from grader.study.formulas import readable
from grader.study.given import Call, lines_with
from grader.study.skeleton import skeleton
from grader.study.unwritten import docstring, to_mend, waiting

LEVELS = 3
_NUDGES = {
    "own_work": "What you use does the exercise for you. Which of its steps could you write yourself?",
    "interface": "Compare your names, arguments and defaults with the stub, one by one, and what the object says of "
    "itself when printed. Does __init__ begin with super().__init__()?",
    "parameters": "Print [(name, p.shape) for name, p in layer.named_parameters()], and the buffers too, and hold them "
    "against the docstring. Do names, shapes and kinds agree for every choice of arguments?",
    "shapes": "Follow the shape through forward, line by line, on the small example. Where does it first differ from "
    "what the docstring says?",
    "state": "Something that the layer remembers is off. What should change in training, what in evaluation, and by "
    "how much? Work one call out on paper.",
    "values": "The shapes are right, the numbers are not. Work the small example out by hand, and print what you have "
    "after every step: which is the first that differs?",
    "gradients": "The output is right, its gradient is not. Is something on the way cut off from the graph, or written "
    "in place? Look for detach(), .data, item(), no_grad and in-place operations.",
    "numerics": "In exact numbers it would be right, yet digits are lost in float32. Is there a difference of two "
    "large numbers, an exp of a large one, or a dtype written out?",
    "init": "Look at the initial values: which distribution, between which bounds, and on which size do those depend?",
    "errors": "Bad input passes unnoticed. Which line of yours could have noticed it first?",
    "vectorized": "There is a Python loop over something that can be large. What does it all at once?",
    "device": "It works on the CPU and in the default dtype alone. Which tensors does it make itself, and do they take "
    "device and dtype from the input?",
}  # fmt: skip

_BEGIN = (
    "Nothing is written yet. Read the formula and the worked example in the lesson, then write the smallest thing that "
    "gives the right shape. A check tells you how to go on."
)
_BEGIN_WITHOUT_SHAPES = (
    "Nothing is written yet. Read the docstring and the worked example in the lesson, then write the smallest thing "
    "that is right for the simplest call. A check tells you how to go on."
)
"""The first hint, of what gives tensors and of what gives something else."""
_OF_A_FUNCTION = {
    "interface": "Compare its name, its arguments and their defaults with the stub, one by one.",
    "shapes": "Follow the shape through the function, line by line, on the small example. Where does it first differ "
    "from what the docstring says?",
}  # fmt: skip
"""The same of a function, which has no methods."""
_NO_LINE = (
    "None of your own lines raised that exception. Print what each of your calls in the example gives: is it what the "
    "docstring says, and is there a `return` on every way through?"
)
_NOT_SET_UP = (
    "None of your own lines raised that exception, so something is not set up, or an argument is not taken. Is "
    "`super().__init__()` the first line of `__init__`, and does `__init__` take all that the stub's does, by the same "
    "names?"
)
_SYNTAX = (
    "Python cannot read the file yet. Look at the line that the message names, and at the one above it: is a bracket "
    "or a quotation mark not closed, is a colon missing at the end of `def`, `class`, `if`, `else` or `for`, is "
    "something indented too far, or not far enough?",
    "Put a `#` before the line that the message names, and check again. Where the file can be read now, the mistake is "
    "in that line. Where the message moves on to the next line, it is further up: a bracket that is not closed is "
    "noticed only where something comes that cannot stand inside it.",
)
_UNREAD = ("The message says why the file cannot be read. Nothing in it has run yet.",) * 2
_UNDEFINED = (
    "Once the file has run, nothing in it has the part's name. Is the name spelt as in the stub, letter for letter, "
    "does the definition begin at the margin, and does every line above it run?",
    "Run the file by itself. Where one of its lines stops it, Python says which. Where none does, hold the name that "
    "follows `class` or `def` against the stub's.",
)
"""Where nothing of a part has run: the first and the second hint."""
_LINES = (
    "A line of the example gives something else than it should. Work that line out by hand, and print what you have "
    "after every step of yours: which is the first that differs?"
)
"""The nudge about values where lines of Python are compared, which need not give tensors."""
_POINTERS = {
    "own_work": "The message names what is off limits and the line that uses it; the lesson says what else is. "
    "Everything else in PyTorch is yours, tensor operations above all.",
    "interface": "Hold `print(layer)` and `inspect.signature(type(layer))` against the stub: names, their order, "
    "defaults, and what extra_repr shows. Is every argument kept under its own name?",
    "state": "Print the buffers after each call, once in training and once after `eval()`. Which call moves them, "
    "by how much, and does any call move them that should not?",
    "gradients": "Print `.grad_fn` of what you have after every line of forward: where it is None, the graph is cut. "
    "`detach()`, `.data`, `.item()`, `no_grad` and `torch.tensor(...)` of a tensor do that; and an "
    "operation whose name ends in _ writes over what the backward pass needs.",
    "numerics": "Run it on float32 and on the same numbers as float64: after which line do they part? Look there for "
    "a dtype written out, a difference of two large numbers, a square or an exp of a large one.",
    "init": "Make a wide layer and print minimum, maximum, mean and standard deviation of each parameter. Which "
    "bound does the docstring give, and on which of the sizes does it depend?",
    "vectorized": "Give the loop's index a dimension of its own (`unsqueeze`, `unfold`, `reshape`, or an index that is "
    "a whole tensor), let broadcasting pair everything with everything, and reduce over that dimension at "
    "the end.",
    "errors": "Python and PyTorch do not object to everything that makes no sense: broadcasting stretches one to many, "
    "and an attribute takes any value. So test for it yourself, before anything is computed or kept, and raise.",
    "device": "Look for torch.zeros, ones, full, arange, tensor and their like. `x.new_zeros(...)`, or "
    "`device=x.device, dtype=x.dtype`, follows the input; `register_buffer` lets what is made in __init__ follow "
    "`.to(...)`.",
}  # fmt: skip
"""Ways to find it, for criteria about which a lesson says nothing."""
_SECTIONS = {
    "parameters": ("Attributes", BEFORE),
    "shapes": ("Shape", "Returns", "Args"),
    "init": ("Attributes", BEFORE),
}
"""The sections of a docstring that are about a criterion; else what comes before them."""
_FUNCTION_POINTERS = {
    "interface": "Hold `inspect.signature` of it against the stub: names, their order, defaults.",
}
_RAISED = (
    "Run the example, and print the shape and the type of everything in the line that it stops at. Which of them is "
    "not what the docstring says?"
)
_DIGITS = re.compile(r"\d+")
_ENDLESS = (
    "It did not come to an end. Which loop has a condition that nothing in it changes, and which function calls itself "
    "without an end? Print what changes from round to round."
)
_INTERRUPT_IT = (
    "Run it yourself and press Ctrl-C after a few seconds: the end of the traceback is the line where it was."
)
_MOST = 3
"""Pitfalls that are shown at once."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint: Markdown, as plain text without TeX, and the outline of an answer where it comes to that."""

    text: str
    code: str = ""

    def __str__(self) -> str:
        text = readable(self.text)
        return f"{text}\n\n{self.code}" if self.code else text

    @property
    def markdown(self) -> str:
        """All of it as Markdown."""
        return f"{self.text}\n\n```python\n{self.code}\n```" if self.code else self.text


def hint(level: int, lesson: Lesson, symbol: str, report: PartReport | None, reference: str, written: str = "") -> Hint:
    """A hint.

    Args:
        level: 1 to 3.
        lesson: The exercise.
        symbol: The part.
        report: What a check has just found; None where nothing is written yet.
        reference: The reference answer as text; nothing where the kit has none.
        written: The learner's answer as text.
    """
    failure = to_mend(report, lesson)
    missing = waiting(report, lesson).get(failure.name) if report and failure else None
    if level <= 1:
        return Hint(_to_write(missing) if missing else _where(failure, symbol, lesson, written))
    if level == 2:
        said = docstring(lesson, symbol, missing) if missing else ""
        return Hint(_quoted(said) if said else _why(lesson, symbol, failure))
    return _outline(lesson, symbol, reference)


def about(report: PartReport | None, lesson: Lesson) -> str:
    """What the hints for a part are about: a method to be written, or what fails; nothing where nothing is written.

    One failure is another than the next where the criterion is, what is wrong with it, the known mistake that it looks
    like, when it fails, or the exception: its words without numbers, which any change to the answer changes.
    """
    failure = to_mend(report, lesson)
    if report is None or failure is None:
        # A part that could not be judged criterion by criterion: a file that is not Python, say.
        return _DIGITS.sub("", report.message) if report and report.verdict is not Verdict.NOT_ATTEMPTED else ""
    if missing := waiting(report, lesson).get(failure.name):
        return missing
    return " | ".join(
        [
            failure.name,
            failure.kind.value if failure.kind else "",
            failure.diagnosis.misconception if failure.diagnosis else "",
            failure.condition.text if failure.condition else "",
            _DIGITS.sub("", failure.message) if failure.kind is None or failure.kind in EXCEPTIONS else "",
        ]
    )


def _to_write(method: str) -> str:
    return translated(
        f"`{method}` is not written yet, and the example needs it. Read its docstring, write the least that could be "
        "right, and check again."
    )


def _where(failure: CriterionReport | None, symbol: str, lesson: Lesson, written: str) -> str:
    is_function = _is_function(lesson, symbol)
    if failure is None:
        return translated(_BEGIN_WITHOUT_SHAPES if is_function and not _has_tensors(lesson, symbol) else _BEGIN)
    if is_known_by_text(failure):
        return translated(_without_a_run(failure)[0])
    nudges = {**_NUDGES, **(_OF_A_FUNCTION if is_function else {})}
    example = failure.counterexample
    if failure.verdict is Verdict.TIME_LIMIT:
        return translated(_ENDLESS)
    if failure.kind in EXCEPTIONS and example is not None and not example.line:
        # Nothing can be looked at in a line of the learner's.
        return translated(nudges["interface"] if failure.name == "interface" else _NO_LINE)
    if failure.kind in EXCEPTIONS:
        return translated(
            "An exception stops it. Read its last line first, then look at your line that it came from: what are the "
            "shapes and types there?"
        )
    lines_alone = failure.name == "values" and _is_lines(failure)
    said = [translated(_LINES if lines_alone else nudges[failure.name])]
    for name in Call.of(failure, lesson.stub, symbol).decisive:
        if lines := lines_with(name, symbol, written):
            shown = "\n".join(f"    {line}" for line in lines)
            said.append(f"{translated(f'It depends on `{name}`, which stands in these lines of yours:')}\n\n{shown}")
    return "\n\n".join(said)


def _without_a_run(failure: CriterionReport) -> tuple[str, str]:
    """The first two hints where nothing of the part has run."""
    if not is_unread(failure):
        return _UNDEFINED
    return _UNREAD if failure.line is None else _SYNTAX


def _is_function(lesson: Lesson, symbol: str) -> bool:
    return isinstance(definition(lesson.stub, symbol), ast.FunctionDef)


def _has_tensors(lesson: Lesson, symbol: str) -> bool:
    """Whether a function gives tensors back, by its stub."""
    node = definition(lesson.stub, symbol)
    return isinstance(node, ast.FunctionDef) and node.returns is not None and "Tensor" in ast.unparse(node.returns)


def _is_lines(failure: CriterionReport) -> bool:
    """Whether the example is lines of Python."""
    steps = failure.counterexample.case.get("steps") if failure.counterexample else None
    return isinstance(steps, list) and bool(steps) and all("lines" in step for step in steps)


def _why(lesson: Lesson, symbol: str, failure: CriterionReport | None) -> str:
    if failure is None:
        return _told(lesson, symbol, "") or _first_paragraph(lesson)
    if is_known_by_text(failure):
        return translated(_without_a_run(failure)[1])
    if failure.diagnosis is not None:
        return translated(failure.diagnosis.hint, lesson.slug, "hint")
    if failure.verdict is Verdict.TIME_LIMIT:
        return translated(_INTERRUPT_IT)
    is_function = _is_function(lesson, symbol)
    example = failure.counterexample
    if failure.kind in EXCEPTIONS and failure.name == "interface" and example and not example.line and not is_function:
        return translated(_NOT_SET_UP)
    points = [f"- {point.text}" for point in _fitting(lesson, symbol, failure)]
    if points:
        lead = "One of these may be it:" if len(points) > 1 else "This may be it:"
        return "\n".join([translated(lead), "", *points])
    if failure.kind in EXCEPTIONS:
        return translated(_RAISED)
    pointers = {**_POINTERS, **(_FUNCTION_POINTERS if is_function else {})}
    said = translated(pointers.get(failure.name, "")) or _told(lesson, symbol, failure.name) or _first_paragraph(lesson)
    listed = failure.counterexample.case.get("listed") if failure.counterexample else None
    if not listed:
        return said
    among = translated(f"The lesson has it among the bad arguments: {listed}.", lesson.slug)
    return f"{among}\n\n{said}"


def _told(lesson: Lesson, symbol: str, criterion: str) -> str:
    """What the part's docstring says about what a criterion judges."""
    said = told(lesson.stub, symbol, _SECTIONS.get(criterion, (BEFORE,)))
    return _quoted(said) if said else ""


def _quoted(docstring: str) -> str:
    """A docstring, which stays English as the stub does."""
    return f"{translated('The docstring says:')}\n\n{docstring}"


def _fitting(lesson: Lesson, symbol: str, failure: CriterionReport) -> list[Pitfall]:
    """The lesson's pitfalls that may explain a failure: what is about calls like those that fail goes first."""
    call = Call.of(failure, lesson.stub, symbol)
    about = EXCEPTION if failure.kind in EXCEPTIONS else failure.name
    found = [
        item
        for item in lesson.pitfalls
        if about in item.criteria
        and (not item.parts or symbol in item.parts)
        and (not item.arguments or any(map(call.gives, item.arguments)))
    ]
    if call.decisive and any(item.arguments for item in found):
        found = [item for item in found if item.arguments]
    return sorted(found, key=lambda item: (not item.arguments, len(item.criteria)))[:_MOST]


def _outline(lesson: Lesson, symbol: str, reference: str) -> Hint:
    outline = "\n".join(skeleton(reference, symbol, lesson.symbols)) if reference else ""
    if outline:
        return Hint(translated("This is how ours goes; the dots are yours:"), outline)
    example = section(lesson.shown, translated("A worked example", kind="heading"))
    return Hint(example or _first_paragraph(lesson))


def section(lesson: str, name: str) -> str:
    """The text of a section of a lesson; nothing where there is none."""
    match = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", lesson, re.MULTILINE | re.DOTALL)
    return match[1].strip() if match else ""


def _first_paragraph(lesson: Lesson) -> str:
    body = lesson.shown.split("\n", 1)[-1].strip()
    return body.split("\n\n")[0]
