"""Begin the declaration of a misconception from a student's answer: as edits of the reference, or written out."""

import ast
import builtins
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.authoring.anonymous import Renamed, bare, without, words_of
from grader.authoring.as_edits import as_edits
from grader.course.declared import DeclaredExercise
from grader.model import CourseError, CriterionReport, PartReport, Verdict
from grader.model.files import write_whole
from grader.spec.mistakes import UNNAMED, UNWRITTEN

_MOST_LINES = 40
"""Lines of a counterexample that go into the comment."""
_HINT = f"{UNWRITTEN}: say to the student what seems to be wrong and where to look, not the solution."
_IMPORTED = (
    "abc", "collections", "contextlib", "copy", "dataclasses", "enum", "functools", "itertools", "math", "numbers",
    "numpy", "operator", "torch", "typing", "warnings",
)  # fmt: skip
"""What an answer may import to become part of the course's own files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """An answer that is wrong in a way that nobody has named."""

    student: str
    source: str
    """What of the answer the part depends on, as text."""
    report: PartReport
    alike: int
    """How many students' answers behave like it, its own included."""

    @property
    def failure(self) -> CriterionReport:
        """The first criterion of the rubric that it fails."""
        return next(item for item in self.report.criteria if item.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED))


def declare(exercise: DeclaredExercise, wrong: Wrong, name: str = "", hint: str = "") -> str:
    """Write the declaration of a new misconception into an exercise's ``misconceptions.py``.

    Args:
        exercise: The exercise.
        wrong: The answer.
        name: What the mistake is to be called; without it, it waits for a name.
        hint: What is to be said to those who make it; without it, it waits for that.

    Returns:
        The name under which it was written.

    Raises:
        CourseError: where the name cannot be one, or the answer cannot stand in that file.
    """
    part = wrong.report.part
    known = {item.name for item in (*exercise.misconceptions, *exercise.begun_misconceptions)}
    numbered = (f"{UNNAMED}{number}" for number in range(1, len(known) + 2))
    name = _checked(name, known) if name else next(each for each in numbered if each not in known)
    try:
        answer = bare(wrong.source, wrong.student)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise CourseError(f"The answer cannot be read as Python: {error}.", usage=True) from None
    text = exercise.misconceptions_source or f'"""Known-wrong answers for {exercise.declaration.title}."""\n'
    new = _New(wrong, name, " ".join(hint.split()) or _HINT)
    edits = as_edits(exercise.reference_source, answer, part)
    made = new.as_mistake(text, edits) if edits else ""
    made = made or new.written_out(text, answer, exercise.reference_source)
    path = exercise.folder / "misconceptions.py"
    compile(made, str(path), "exec", dont_inherit=True)
    try:
        write_whole(path, made)
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error}.") from None
    return name


def _checked(name: str, known: set[str]) -> str:
    if not name.isidentifier() or name.startswith(("_", UNNAMED)):
        raise CourseError(
            f"{name!r} cannot be the name of a misconception.", "Write one like ForgetsTheBias.", usage=True
        )
    if name in known:
        raise CourseError(f"There is a misconception {name} already.", "Choose another name.", usage=True)
    return name


@dataclass(frozen=True, slots=True)
class _New:
    """The declaration that is written."""

    wrong: Wrong
    name: str
    hint: str

    def _comment(self) -> Iterator[str]:
        """Where it comes from, and the smallest case that shows it; without the name of anybody."""
        failure, alike = self.wrong.failure, self.wrong.alike
        group = "one answer" if alike == 1 else f"{alike} answers that behave alike"
        yield f"# From {group}. The smallest known case on which {failure.name} fails:"
        example = failure.counterexample
        shown = example.snippet.strip().splitlines() if example else [failure.message]
        shown = shown if len(shown) <= _MOST_LINES else [*shown[:_MOST_LINES], "..."]
        if example and example.shows_values:
            said = (("expected", example.expected), ("got", example.got))
            shown += [line for what, value in said if value for line in f"{what} {value}".splitlines()]
        words = words_of(self.wrong.student)
        for line in shown:
            yield f"#     {without(line, words)}".rstrip()

    def as_mistake(self, text: str, edits: Mapping[str, str]) -> str:
        """The file with an item more in its list of edits; nothing where it has no such list."""
        rows = "".join(f"            {_literal(old)}: {_literal(new)},\n" for old, new in edits.items())
        item = "".join(f"    {line}\n" for line in self._comment()) + (
            f"    mistake(\n        {_quoted(self.name)},\n        {_quoted(self.wrong.report.part)},\n"
            f"        {_quoted(self.wrong.failure.name)},\n        {_quoted(self.hint)},\n"
            f"        {{\n{rows}        }},\n    ),\n"
        )
        tree = ast.parse(text)
        found = next((node for node in tree.body if _assigns_mistakes(node)), None)
        if found is None:
            return f"{_imported(text, 'mistake').rstrip()}\n\nmistakes = [\n{item}]\n"
        if not isinstance(found, ast.Assign) or not isinstance(found.value, ast.List):
            return ""
        lines = text.splitlines(keepends=True)
        last, end = lines[: found.value.end_lineno], found.value.end_col_offset or 1
        before = "".join(last[:-1]) + last[-1].encode()[: end - 1].decode()
        after = last[-1].encode()[end - 1 :].decode() + "".join(lines[len(last) :])
        elements = found.value.elts
        comma = "" if not elements or _ends_in_comma(before, elements[-1]) else ","
        return _imported(f"{before.rstrip()}{comma}\n{item}{after}", "mistake")

    def written_out(self, text: str, answer: ast.Module, reference: str) -> str:
        """The file with the answer itself at its end.

        Raises:
            CourseError: where the answer does not consist of definitions.
        """
        part = self.wrong.report.part
        _refuse_foreign(answer)
        definitions = [node for node in answer.body if getattr(node, "name", "") == part]
        if not definitions or not isinstance(definitions[-1], ast.ClassDef | ast.FunctionDef):
            raise _by_hand(f"The answer does not define {part} at its top level")
        taken = _names(ast.parse(text)) | _names(ast.parse(reference)) | set(dir(builtins)) | {self.name}
        own = {name for node in answer.body for name in _bound_by(node)} - {part}
        imports = {name for node in answer.body if isinstance(node, _IMPORT) for name in _bound_by(node)}
        clash = {name: _free(name, taken | own) for name in sorted(own - imports) if name in taken}
        arguments = {each.arg for each in ast.walk(answer) if isinstance(each, ast.arg)}
        if shadowed := sorted(arguments & {*clash, part}):
            raise _by_hand(f"The answer uses {shadowed[0]} for two things, of which one needs another name")
        answer = Renamed({**clash, part: self.name}, attributes=False).visit(answer)
        node = next(
            each
            for each in reversed(answer.body)
            if isinstance(each, ast.ClassDef | ast.FunctionDef) and each.name == self.name
        )
        node.body = [ast.Expr(ast.Constant(self.hint)), *(each for each in node.body if not isinstance(each, ast.Pass))]
        node.decorator_list.insert(0, _decorator(part, self.wrong.failure.name))
        imported = "".join(f"{ast.unparse(each)}\n" for each in answer.body if isinstance(each, _IMPORT))
        rest = [each for each in answer.body if not isinstance(each, _IMPORT)]
        made = "\n\n\n".join(ast.unparse(ast.fix_missing_locations(each)) for each in rest)
        comment = "\n".join(self._comment())
        text = _imported(_with_imports(text, imported), "misconception").rstrip()
        return f"{text}\n\n\n{comment}\n{made}\n"


_IMPORT = ast.Import | ast.ImportFrom


def _quoted(text: str) -> str:
    """A string literal, on as many lines as it takes."""
    if len(literal := _literal(text)) <= 110:
        return literal
    lines = textwrap.wrap(text, 90)
    return "\n        ".join(map(_literal, [*(f"{line} " for line in lines[:-1]), lines[-1]]))


def _literal(text: str) -> str:
    """A string literal as this course writes them: in double quotes unless it holds some."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in text and "\\'" not in literal else literal


def _assigns_mistakes(node: ast.stmt) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return any(isinstance(target, ast.Name) and target.id == "mistakes" for target in targets)


def _ends_in_comma(before: str, last: ast.expr) -> bool:
    """Whether a comma stands between the last item of a list and the end of the text."""
    lines = before.encode().splitlines(keepends=True)[(last.end_lineno or 1) - 1 :]
    lines[0] = lines[0][last.end_col_offset or 0 :]
    return any(line.split(b"#")[0].strip().startswith(b",") for line in lines)


def _imported(text: str, name: str) -> str:
    """The text with a name imported from `grader.spec`."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and node.module == "grader.spec":
            if any(alias.name == name for alias in node.names):
                return text
            names = sorted([*(ast.unparse(alias) for alias in node.names), name])
            lines = text.splitlines(keepends=True)
            lines[node.lineno - 1 : node.end_lineno] = [f"from grader.spec import {', '.join(names)}\n"]
            return "".join(lines)
    return _with_imports(text, f"from grader.spec import {name}\n")


def _with_imports(text: str, imports: str) -> str:
    """The text with imports after its own, as far as it does not have them.

    Raises:
        CourseError: where it calls something else by their names.
    """
    tree = ast.parse(text)
    own = [node for node in tree.body if isinstance(node, _IMPORT)]
    have = {_alone(node, alias): name for node in own for alias, name in _pairs(node)}
    lines = []
    for node in ast.parse(imports).body:
        assert isinstance(node, _IMPORT)
        for alias, name in _pairs(node):
            statement = _alone(node, alias)
            if statement in have or statement in lines:
                continue
            if name in have.values() or name in {each for item in tree.body for each in _bound_by(item)}:
                raise _by_hand(f"misconceptions.py has another {name} than the answer imports")
            lines.append(statement)
    if not lines:
        return text
    is_text = bool(tree.body) and isinstance(tree.body[0], ast.Expr)
    place = own[0].lineno - 1 if own else (tree.body[0].end_lineno or 0) if is_text else 0
    kept = text.splitlines(keepends=True)
    block = [f"{line}\n" for line in lines]
    apart = ["\n"] if own and not all(line.startswith("from grader") for line in lines) and _is_spec(own[0]) else []
    return "".join([*kept[:place], *([] if own else ["\n"]), *block, *apart, *kept[place:]])


def _is_spec(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("grader")


def _pairs(node: ast.Import | ast.ImportFrom) -> list[tuple[ast.alias, str]]:
    return [(alias, alias.asname or alias.name.partition(".")[0]) for alias in node.names]


def _alone(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import([alias]))
    return ast.unparse(ast.ImportFrom(node.module, [alias], node.level))


def _refuse_foreign(answer: ast.Module) -> None:
    """Refuse what has no place in the course's own files, which run outside of the sandbox.

    Raises:
        CourseError: where the answer imports more than arithmetic takes.
    """
    for node in ast.walk(answer):
        if isinstance(node, ast.ImportFrom):
            modules = ["." * node.level + (node.module or "")]
        else:
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for module in modules:
            if module.partition(".")[0] not in _IMPORTED:
                raise _by_hand(f"The answer imports {module}")


def _by_hand(why: str) -> CourseError:
    return CourseError(f"{why}.", "Write the misconception by hand: docs/spec.md says how.", usage=True)


def _bound_by(node: ast.stmt) -> list[str]:
    """The names that a statement of the top level gives."""
    if isinstance(node, _IMPORT):
        return [name for _, name in _pairs(node)]
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]


def _names(tree: ast.Module) -> set[str]:
    return {name for node in tree.body for name in _bound_by(node)}


def _free(name: str, taken: set[str]) -> str:
    stem = re.sub(r"_\d+$", "", name)
    return next(each for number in range(2, len(taken) + 3) if (each := f"{stem}_{number}") not in taken)


def _decorator(part: str, criterion: str) -> ast.expr:
    call = ast.parse(f"misconception({part!r}, {criterion!r})", mode="eval").body
    assert isinstance(call, ast.expr)
    return call
