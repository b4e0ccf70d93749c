"""Hints: each level says more than a check, none speaks of another part or of calls that did not fail."""

import ast
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from grader.authoring import unfinished
from grader.course.declared import DeclaredExercise, declared
from grader.course.pitfalls import Pitfall, mistagged, pitfalls, without_tags
from grader.kit.load import load_course
from grader.kit.outline import Lesson, read_outline
from grader.model import (
    CRITERIA,
    Condition,
    Counterexample,
    CriterionReport,
    Diagnosis,
    FindingKind,
    PartReport,
    Verdict,
    codec,
)
from grader.report.notebook import Context, as_html, as_plain
from grader.report.screen import AnswerPaths, plain_text
from grader.study import watch_screen
from grader.study.given import Call, lines_with
from grader.study.hints import hint
from grader.study.session import GivenHint, Session, find_session
from grader.study.skeleton import skeleton
from grader.study.watch_screen import Screen
from grader.study.watch_state import Checked
from grader.study.workspace import start

ROOT = Path(__file__).parent.parent
COURSE, OUTLINE = load_course(ROOT), read_outline(ROOT)

LESSON = """\
# Gates

## Pitfalls

- The gates of a `LSTM` stand in the order i, f, g, o. <!-- part: LSTM; criterion: values -->
- A stride
  of two. <!-- criterion: shapes, exception; argument: stride, mode=near -->
- Nobody knows. <!-- criterion: values -->

## Bad arguments

- none
"""


def lesson_of(exercise: DeclaredExercise) -> Lesson:
    """The released lesson with the pitfalls as they are declared now."""
    lesson = next(each for each in OUTLINE.lessons if each.slug == exercise.slug)
    lesson.__dict__["pitfalls"] = pitfalls(exercise.tagged_handout)
    return lesson


def exercises() -> Iterator[DeclaredExercise]:
    yield from map(declared, COURSE.exercises)


def failed(
    criterion: str = "values",
    *,
    slug: str = "convolution/conv",
    part: str = "Conv2d",
    condition: str = "",
    kwargs: dict[str, object] | None = None,
    diagnosis: Diagnosis | None = None,
    kind: FindingKind = FindingKind.VALUE,
) -> PartReport:
    """A part on which a criterion fails."""
    case = {"new": {"args": [2, 4, 3], "kwargs": kwargs or {}}, "steps": []}
    item = CriterionReport(
        name=criterion, verdict=Verdict.WRONG, score=0, max_score=1, message="It is wrong.", kind=kind,
        counterexample=Counterexample(case=case, snippet=""), diagnosis=diagnosis,
        condition=Condition(text=condition, predicate={}, failing=1, covered=1, judged=2) if condition else None,
    )  # fmt: skip
    return PartReport(
        part=part, exercise=slug, verdict=Verdict.WRONG, score=0, max_score=1, suite="", criteria=(item,)
    )  # fmt: skip


# Tags


def test_a_tag_says_what_an_item_is_about_and_is_not_read() -> None:
    gates, stride, unknown = pitfalls(LESSON)
    text = "The gates of a `LSTM` stand in the order i, f, g, o."
    assert gates == Pitfall(text=text, criteria=("values",), parts=("LSTM",))
    assert stride == Pitfall(
        text="A stride of two.", criteria=("shapes", "exception"), arguments=("stride", "mode=near")
    )
    assert (unknown.parts, unknown.arguments) == ((), ())
    assert "<!--" not in without_tags(LESSON)
    assert without_tags(LESSON).count("\n") == LESSON.count("\n")
    assert mistagged(LESSON, ["LSTM", "RNN"]) == []


def test_a_kit_has_the_tags_beside_the_lesson(tmp_path: Path) -> None:
    def lesson(**texts: object) -> Lesson:
        path = tmp_path / "gates.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("exercise.json", json.dumps(texts))
        return Lesson(assignment="recurrent", name="gates", stub_path=tmp_path / "gates.py", record_path=path)

    found = pitfalls(LESSON)
    recorded = json.loads(codec.dumps(found))
    assert lesson(handout=without_tags(LESSON), pitfalls=recorded).pitfalls == found
    assert lesson(handout="older").pitfalls == []
    assert lesson(pitfalls=[{"text": 3}]).pitfalls == []


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("It rains.", "has no tag"),
        ("It rains. <!-- soon -->", "has no tag"),
        ("It rains. <!-- part: LSTM -->", "names no criterion"),
        ("It rains. <!-- criterion: weather -->", "names the criterion 'weather'"),
        ("It rains. <!-- part: Cloud; criterion: values -->", "names the part 'Cloud'"),
        ("It rains. <!-- criterion: values; day: today -->", "says 'day'"),
        ("An LSTM rains. <!-- criterion: values -->", "is about LSTM, its tag also RNN"),
    ],
)
def test_verify_names_a_pitfall_whose_tag_is_missing_or_wrong(item: str, said: str) -> None:
    (wrong,) = mistagged(f"# Rain\n\n## Pitfalls\n\n- {item}\n", ["LSTM", "RNN"])
    assert said in wrong


def test_every_pitfall_of_the_course_is_tagged_and_no_student_sees_a_tag() -> None:
    for exercise in exercises():
        assert unfinished.holes(exercise) == [], exercise.slug
        assert "<!--" not in exercise.handout


# What a hint says


def test_no_hint_speaks_of_another_part() -> None:
    for exercise in exercises():
        lesson, symbols = lesson_of(exercise), [part.symbol for part in exercise.parts]
        for item in lesson.pitfalls:
            for symbol in symbols:
                for criterion in {*CRITERIA, "exception"} & {*item.criteria}:
                    kind = FindingKind.RAISED if criterion == "exception" else FindingKind.VALUE
                    name = "values" if criterion == "exception" else criterion
                    report = failed(name, slug=exercise.slug, part=symbol, kind=kind)
                    said = str(hint(2, lesson, symbol, report, ""))
                    named = {each for each in symbols if re.search(rf"\b{each}\b", said) and "- " in said}
                    assert symbol in named or not named, (symbol, criterion, said)


def test_hints_about_what_hangs_speak_of_no_criterion() -> None:
    lesson = lesson_of(declared(COURSE.exercise("convolution/conv")))
    report = failed("interface")
    item = replace(report.criteria[0], verdict=Verdict.TIME_LIMIT, kind=None, counterexample=None)
    first, second = (str(hint(n, lesson, "Conv2d", replace(report, criteria=(item,)), "")) for n in (1, 2))
    assert "Which loop has a condition" in first
    assert "press Ctrl-C" in second


def test_a_function_is_not_asked_for_methods_or_shapes() -> None:
    tools = lesson_of(declared(COURSE.exercise("modules/tools")))
    for part in tools.symbols:
        assert "shape" not in str(hint(1, tools, part, None, ""))
        said = [str(hint(level, tools, part, failed("interface", slug=tools.slug, part=part), "")) for level in (1, 2)]
        assert not any("super()" in text or "print(layer)" in text for text in said)
    linear = lesson_of(declared(COURSE.exercise("linear/linear")))
    assert "right shape" in str(hint(1, linear, "Linear", None, ""))


def test_what_has_not_run_is_hinted_at_by_its_text() -> None:
    def said(level: int, **what: Any) -> str:
        report = failed("interface", slug="linear/linear", part="Linear")
        item = replace(report.criteria[0], verdict=Verdict.RAISED, counterexample=None, **{"kind": None, **what})
        lesson = lesson_of(declared(COURSE.exercise("linear/linear")))
        return str(hint(level, lesson, "Linear", replace(report, criteria=(item,)), ""))

    assert "bracket" in said(1, line=3)
    assert "Put a `#`" in said(2, line=3)
    assert said(1) == said(2) == "The message says why the file cannot be read. Nothing in it has run yet."
    assert "spelt as in the stub" in said(1, kind=FindingKind.NOT_DEFINED)


def test_a_hint_is_about_the_calls_that_fail() -> None:
    lesson = lesson_of(declared(COURSE.exercise("convolution/conv")))

    def why(condition: str = "", **kwargs: object) -> str:
        return str(hint(2, lesson, "Conv2d", failed(condition=condition, kwargs=kwargs), ""))

    assert "groups" in why(groups=2)
    assert "groups" not in why(groups=1)
    assert "padding" not in why()
    assert "padding_mode" in why(padding=1)
    # The condition knows better than one case does.
    both = why("with `groups` > 1", groups=2, padding=1)
    assert "groups" in both
    assert "padding" not in both
    assert "groups" not in why("whatever the input", groups=2)
    # Dilation can stop an answer, too.
    stopped = failed("shapes", kwargs={"dilation": 2}, kind=FindingKind.RAISED)
    assert "spans d(k-1)+1, not d · k." in str(hint(2, lesson, "Conv2d", stopped, ""))


def test_the_first_hint_shows_where_the_answer_uses_what_it_depends_on() -> None:
    lesson = lesson_of(declared(COURSE.exercise("convolution/conv")))
    written = (
        "class Conv2d:\n    def __init__(self, groups=1):\n        self.groups = groups\n\n"
        "    def forward(self, x):\n        return x.chunk(self.groups)\n\n\nclass Conv1d:\n    groups = 3\n"
    )
    said = str(hint(1, lesson, "Conv2d", failed(condition="only with `groups` > 1"), "", written))
    assert "It depends on `groups`" in said
    assert "    self.groups = groups\n    return x.chunk(self.groups)" in said
    assert "groups = 3" not in said
    assert "depends" not in str(hint(1, lesson, "Conv2d", failed(condition="whatever the input"), "", written))
    assert lines_with("groups", "Conv2d", "class Conv2d(") == []


def test_of_a_function_the_arguments_are_those_of_its_call() -> None:
    stub = "def scaled(x, factor=1.0, *, mode='near'):\n    raise NotImplementedError\n"
    case = {"steps": [{"do": "call", "args": [3, 2.0], "kwargs": {}}]}
    item = CriterionReport(
        name="values", verdict=Verdict.WRONG, score=0, max_score=1, counterexample=Counterexample(case=case, snippet="")
    )  # fmt: skip
    call = Call.of(item, stub, "scaled")
    assert call.gives("factor")
    assert call.gives("factor=2.0")
    assert call.gives("mode=near")
    assert not call.gives("mode")
    assert not call.gives("other")


def test_bad_arguments_are_told_in_the_lesson_s_words() -> None:
    lesson = lesson_of(declared(COURSE.exercise("linear/linear")))
    report = failed("errors", slug="linear/linear", part="Linear", kind=FindingKind.NOT_RAISED)
    example = report.criteria[0].counterexample
    assert example is not None
    assert isinstance(example.case, dict)
    example.case["listed"] = "an input that nobody can use"
    assert "among the bad arguments: an input that nobody can use." in str(hint(2, lesson, "Linear", report, ""))


def test_the_fix_waits_for_the_second_hint() -> None:
    lesson = lesson_of(declared(COURSE.exercise("convolution/conv")))
    report = failed(diagnosis=Diagnosis(misconception="SplitsBackwards", hint="Turn the reshape round."))
    html, plain = as_html(report, Context()), as_plain(report, Context())
    for shown in (plain_text(report), html, plain, str(hint(1, lesson, "Conv2d", report, ""))):
        assert "Turn the reshape round" not in shown
    for shown in (plain_text(report), html, plain):
        assert "splits backwards" in shown
    assert str(hint(2, lesson, "Conv2d", report, "")) == "Turn the reshape round."


# The outline


def test_an_outline_has_the_defaults_and_none_of_the_reference_s_helpers() -> None:
    for exercise in exercises():
        lesson = lesson_of(exercise)
        source = exercise.reference_source
        tree = ast.parse(source)
        private = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name.strip("_") and node.name[0] == "_"
        }
        helpers = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        hidden = {name for name in private | helpers if not name.endswith("__")} - {*lesson.symbols}
        for symbol in lesson.symbols:
            outline = "\n".join(skeleton(source, symbol, lesson.symbols))
            compile(outline, symbol, "exec")
            named = {node.id for node in ast.walk(ast.parse(outline)) if isinstance(node, ast.Name)}
            words = {*re.findall(r"\w+", outline)} if hidden else set()
            assert not hidden & (named | words), symbol
    conv = declared(COURSE.exercise("convolution/conv")).reference_source
    outline = "\n".join(skeleton(conv, "Conv2d", ["Conv1d", "Conv2d", "Conv3d"]))
    assert "class Conv2d(nn.Module):" in outline
    assert "stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros'" in outline
    assert skeleton(conv, "Nothing", []) == []


def test_a_helper_is_written_where_it_is_used() -> None:
    source = """
class _Base(nn.Module):
    def __init__(self, size, bias=True):
        super().__init__()
        self.size = size

    def _walk(self, x):
        for row in x.unbind():
            row = torch.tanh(row)
        return torch.stack(list(x))


def _pair(value):
    return value if isinstance(value, tuple) else (value, value)


class Walker(_Base):
    def __init__(self, size, *, bias: bool = True) -> None:
        super().__init__(size, bias)
        self.pair = _pair(size)

    def forward(self, x):
        while x.dim() < 2:
            x = x.unsqueeze(0)
        if _pair(x):
            raise ValueError
        try:
            out = self._walk(x)
        except IndexError:
            return None
        return out + 1
"""
    assert (
        "\n".join(skeleton(source, "Walker", ["Walker"]))
        == """\
class Walker(nn.Module):
    def __init__(self, size, *, bias=True):
        super().__init__()
        self.size = ...
        self.pair = ...  # with isinstance

    def forward(self, x):
        while x.dim() < 2:
            x = ...  # with unsqueeze
        if ...:
            raise ...
        try:
            for row in ...:  # with unbind
                row = ...  # with tanh
            ...  # with stack, list
            out = ...
        except IndexError:
            return ...
        return ..."""
    )


# In what order they are given


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return find_session(start(find_session(ROOT).outline, tmp_path / "learn").path)


def test_another_failure_begins_with_the_first_hint_again(session: Session) -> None:
    part = session.outline.one("Conv2d")
    headings = [session.hint(*part, failed("values")).heading[:6] for _ in range(2)]
    assert headings == ["Hint 1", "Hint 2"]
    assert session.hint(*part, failed("errors")).heading.startswith("Hint 1")
    assert [session.hint(*part, failed("errors")).is_repeated for _ in range(3)] == [False, False, True]
    assert session.workspace.progress("convolution/conv", "Conv2d").hints == 3


def test_after_the_last_hint_the_failure_stays_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_screen.sys, "stdin", SimpleNamespace(isatty=lambda: True))
    shown = StringIO()
    screen = Screen(Console(file=shown, force_terminal=True, width=80, height=24, no_color=True))
    lesson = lesson_of(declared(COURSE.exercise("convolution/conv")))
    report = failed()
    session: Any = SimpleNamespace(
        show_printed=lambda *what: None, standing=lambda report: "", paths=lambda *what: AnswerPaths()
    )
    screen.checked(Checked(lesson, [report], report, is_done=False), session)
    last = GivenHint("Conv2d", "Hint 3 of 3", hint(3, lesson, "Conv2d", report, ""), is_last=True, is_repeated=True)
    pages = []
    for _ in range(2):
        shown.seek(0)
        shown.truncate()
        screen.all_given(last, session)
        pages.append(shown.getvalue())
    assert pages[0] == pages[1]
    assert pages[0].startswith("\x1b[H\x1b[2J") or pages[0].startswith("\x1b[2J")
    assert "It is wrong." in pages[0]
    said = " ".join(pages[0].split())
    assert "That was the last hint for Conv2d. The whole answer: course solution Conv2d --give-up" in said
    assert "This is how ours goes" not in pages[0]
