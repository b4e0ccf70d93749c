"""Three hints for a part, from a nudge to nearly there, made from what the course already says about it."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.kit.outline import Lesson
from grader.model import EXCEPTIONS, CriterionReport, Diagnosis, PartReport, Verdict
from grader.report.screen import first_failure, section_of

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
    "gradients": "The output is right, its gradient is not: something on the way is cut off from the graph, or written "
    "in place. Look for detach(), .data, item(), no_grad and in-place operations.",
    "numerics": "The formula is right, yet digits are lost in float32. Is there a difference of two large numbers, an "
    "exp of a large one, or a dtype written out?",
    "init": "Look at the initial values: which distribution, between which bounds, and on which size do those depend?",
    "errors": "Bad input passes unnoticed. Which arguments make no sense? Raise an exception as early as you can.",
    "vectorized": "There is a Python loop over something that can be large. What does it all at once?",
    "device": "It works on the CPU and in the default dtype alone. Which tensors does it make itself, and do they take "
    "device and dtype from the input?",
}  # fmt: skip

_TOPICS = {
    "interface": ("argument", "default", "extra_repr", "keyword"),
    "parameters": ("parameter", "register", "state_dict", "state dict", "saved"),
    "shapes": ("shape", "reshape", "view", "broadcast", "axis", "axes", "dimension", "padding", "the new size"),
    "state": ("running", "buffer", "eval", "moving", "momentum", "remember", "between calls"),
    "gradients": ("gradient", "detach", "graph", "backward through"),
    "numerics": ("float32", "dtype", "digits", "overflow", "exp("),
    "init": ("initial values", "drawn", "fresh", "reset_parameters", "uniform"),
    "vectorized": ("loop", "at once", "whole tensor"),
    "device": ("device", "new_zeros", ".to("),
}
"""Words that show which criterion an item of a lesson's list is about."""
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
    "device": "Look for torch.zeros, ones, full, arange, tensor and their like. `x.new_zeros(...)`, or "
    "`device=x.device, dtype=x.dtype`, follows the input; `register_buffer` lets what is made in __init__ follow "
    "`.to(...)`.",
}  # fmt: skip
"""Ways to find it, for criteria about which a lesson says nothing."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint: Markdown, and the outline of an answer where it comes to that."""

    text: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.text}\n\n{self.code}" if self.code else self.text

    @property
    def markdown(self) -> str:
        """All of it as Markdown."""
        return f"{self.text}\n\n```python\n{self.code}\n```" if self.code else self.text


def hint(level: int, lesson: Lesson, symbol: str, report: PartReport | None, reference: str) -> Hint:
    """A hint.

    Args:
        level: 1 to 3.
        lesson: The exercise.
        symbol: The part.
        report: What a check has just found; None where nothing is written yet.
        reference: The reference answer as text; nothing where the kit has none.
    """
    failure = first_failure(report) if report and report.verdict is not Verdict.NOT_ATTEMPTED else None
    criterion = failure.name if failure else ""
    message = failure.message if failure else ""
    if level <= 1:
        return Hint(_nudge(failure))
    if level == 2:
        return Hint(_pointed(lesson, criterion, failure.diagnosis if failure else None, message))
    return _nearly(lesson, symbol, reference)


def _nudge(failure: CriterionReport | None) -> str:
    if failure is None:
        return (
            "Nothing is written yet. Read the formula and the worked example in the lesson, then write the smallest "
            "thing that gives the right shape. A check tells you how to go on."
        )
    if failure.kind in EXCEPTIONS:
        return (
            "An exception stops it. Read its last line first, then look at your line that it came from: what are the "
            "shapes and types there?"
        )
    return _NUDGES[failure.name]


def _pointed(lesson: Lesson, criterion: str, diagnosis: Diagnosis | None, message: str) -> str:
    if diagnosis is not None:
        return diagnosis.hint
    if not criterion:
        return section(lesson.text, "The formula") or section(lesson.text, "The formulas") or _first_paragraph(lesson)
    points = _fitting(lesson.text, criterion)
    if points:
        seen = _words(message)
        best = sorted(points, key=lambda point: -len(seen & _words(point)))[:2]
        heading = "One of these may be it:" if len(best) > 1 else "This may be it:"
        return f"{heading}\n\n" + "\n".join(f"- {point}" for point in best)
    where = section_of(lesson.text, criterion)
    passage = (
        section(lesson.text, where[0]) if where and where[0] in ("Parameters", "Names and shapes", "Sizes") else ""
    )
    texts = (section(lesson.text, name) for name in ("The formula", "The formulas"))
    return passage or _POINTERS.get(criterion) or next(filter(None, texts), _first_paragraph(lesson))


def _fitting(lesson: str, criterion: str) -> list[str]:
    """The items of a lesson's lists that are about what a criterion judges."""
    if criterion == "errors":
        return bullets(section(lesson, "Bad arguments")) or bullets(section(lesson, "What must raise"))
    points = bullets(section(lesson, "Pitfalls"))
    if criterion == "values":
        # An item that is about nothing else is about the numbers.
        return [point for point in points if not _topics(point) - {"state", "shapes"}]
    return [point for point in points if criterion in _topics(point)]


def _topics(point: str) -> set[str]:
    """The criteria that an item speaks of."""
    text = point.casefold()
    return {name for name, words in _TOPICS.items() if any(word in text for word in words)}


def _nearly(lesson: Lesson, symbol: str, reference: str) -> Hint:
    outline = "\n".join(skeleton(reference, symbol)) if reference else ""
    if outline:
        return Hint("This is how ours goes; the dots are yours:", outline)
    example = section(lesson.text, "A worked example")
    return Hint(example or _first_paragraph(lesson))


def section(lesson: str, name: str) -> str:
    """The text of a section of a lesson; nothing where there is none."""
    match = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", lesson, re.MULTILINE | re.DOTALL)
    return match[1].strip() if match else ""


def bullets(text: str) -> list[str]:
    """The items of a section's list, each on one line."""
    items = re.findall(r"^- (.*?)(?=^- |^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    return [" ".join(item.split()) for item in items]


def _words(text: str) -> set[str]:
    return {word.casefold() for word in re.findall(r"[A-Za-z_]{4,}", text)}


def _first_paragraph(lesson: Lesson) -> str:
    body = lesson.text.split("\n", 1)[-1].strip()
    return body.split("\n\n")[0]


# The reference with its expressions left out


def skeleton(source: str, symbol: str) -> Sequence[str]:
    """A part's reference as its signatures and control flow, every value it computes reduced to the calls it makes."""
    definitions = {
        node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    if symbol not in definitions:
        return []
    lines: list[str] = []
    for node in _family(symbol, definitions):
        lines += [*([""] if lines else []), *_bare(node, "")]
    return lines


def _family(
    symbol: str, definitions: dict[str, ast.ClassDef | ast.FunctionDef]
) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    """A definition and the private ones of its file that it depends on."""
    todo, seen = [symbol], set()
    while todo:
        name = todo.pop(0)
        if name in seen:
            continue
        seen.add(name)
        yield definitions[name]
        used = [node.id for node in ast.walk(definitions[name]) if isinstance(node, ast.Name)]
        todo += [name for name in used if name in definitions and name.startswith("_")]


def _bare(node: ast.stmt, indent: str) -> Iterator[str]:
    inner = indent + "    "
    if isinstance(node, ast.ClassDef):
        yield f"{indent}class {node.name}({', '.join(ast.unparse(base) for base in node.bases)}):"
        for number, line in enumerate(_block(node.body, inner)):
            yield from ("", line) if number and line.startswith(f"{inner}def ") else (line,)
    elif isinstance(node, ast.FunctionDef):
        names = [item.arg for item in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        yield f"{indent}def {node.name}({', '.join(names)}):"
        yield from _block(node.body, inner)
    elif isinstance(node, ast.If):
        yield f"{indent}if {ast.unparse(node.test)}:"
        yield from _block(node.body, inner)
        if node.orelse:
            yield f"{indent}else:"
            yield from _block(node.orelse, inner)
    elif isinstance(node, ast.For):
        yield f"{indent}for {ast.unparse(node.target)} in {_reduced(node.iter)}"
        yield from _block(node.body, inner)
    elif isinstance(node, ast.With):
        yield f"{indent}with {', '.join(ast.unparse(item) for item in node.items)}:"
        yield from _block(node.body, inner)
    elif isinstance(node, ast.Assign):
        yield f"{indent}{' = '.join(ast.unparse(target) for target in node.targets)} = {_reduced(node.value)}"
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield f"{indent}{ast.unparse(node.target)} = {_reduced(node.value)}"
    elif isinstance(node, ast.Return):
        yield f"{indent}return {_reduced(node.value)}"
    elif isinstance(node, ast.Raise):
        yield f"{indent}raise ..."
    elif isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        yield f"{indent}{_reduced(node.value)}"


def _block(body: Sequence[ast.stmt], indent: str) -> Iterator[str]:
    lines = [line for statement in body for line in _bare(statement, indent)]
    yield from lines or [f"{indent}..."]


def _reduced(value: ast.expr | None) -> str:
    """The dots, and the names of what is called to fill them."""
    if value is None:
        return "..."
    if ast.unparse(value) == "super().__init__()":
        return "super().__init__()"
    called = [
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    ]
    names = ", ".join(dict.fromkeys(called))
    return f"...  # with {names}" if names else "..."
