"""The language in which things are shown: which one it is, texts said in it, and screens and pages that show them."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from grader.commands.main import main
from grader.course.catalogue import declared_exercises
from grader.course.translations import learn_course, recorded_files, recorded_translation, translation
from grader.kit.outline import read_outline
from grader.model import language
from grader.model.language import catalogue as catalogues
from grader.model.language.catalogue import TEMPLATE, Catalogue, Entry
from grader.model.language.speech import Speech, joined
from grader.report.html import write
from grader.report.screen import AnswerPaths, plain_text
from grader.study.workspace import find_workspace, start
from tests import report_samples as samples
from tests.chinese import english_in

ROOT = Path(__file__).parent.parent
LESSONS = declared_exercises(ROOT)
# A syntax error is told in Python's own words, beside a line of code.
GOLDEN = sorted(path for path in Path(__file__).parent.glob("golden/*.txt") if path.stem != "slip-syntax_error")


@pytest.fixture
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(language.VARIABLE, "zh")
    language.choose("")
    learn_course(ROOT, [(exercise.slug, exercise.folder, None) for exercise in LESSONS])
    yield
    monkeypatch.undo()
    language.choose("")


# Which language.


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "de_DE"}, "zh"),
        ({"COURSE_LANG": "en", "LC_ALL": "zh_CN"}, "en"),
        ({"COURSE_LANG": "zh-Hans", "LANG": "en_GB"}, "zh"),
        ({"COURSE_LANG": "fr", "LANG": "zh_CN"}, "en"),
    ],
)
def test_the_language_is_that_of_the_environment(
    environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (language.VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    language.choose("")
    assert language.language() == expected
    language.choose("")


def test_english_reads_no_catalogue() -> None:
    code = (
        "import sys; from grader.kit.outline import read_outline; from pathlib import Path\n"
        f"outline = read_outline(Path({str(ROOT)!r})); outline.lessons[0].shown, outline.lessons[0].title\n"
        "assert 'grader.model.language.speech' not in sys.modules"
    )
    environment = {**os.environ, "COURSE_LANG": "en"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment)


# Texts that are put together.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "The output is wrong at [0, 1]: expected 2, got 3.",
            "输出在 [0, 1] 处不对：应当是 2，却是 3。",
        ),
        (
            "It fails only with a batch of one and `bias=False`: in 3 of the 4 such cases, and in none of the other 9.",
            "它只在批大小为 1、`bias=False` 时出错：这样的 4 个用例里错了 3 个，其余 9 个都没有错。",
        ),
        (
            "It fails only in training mode with an odd `kernel_size`, when height and width differ: in the one such "
            "case, and not in the other one.",
            "它只在处于训练模式、且 `kernel_size` 为奇数、且高与宽不相等时出错：这样的用例有一个，它就是，"
            "另外一个没有错。",
        ),
        ("It fails whenever the size of axis 0 of `hx` is above 1.", "它只要 `hx` 的轴 0 的大小大于 1 就出错。"),
        (
            "In call 2, the gradient of argument 1 is missing.",
            "第 2 次调用时，缺少第 1 个实参的梯度。",
        ),
        (
            "Constructing it raised TypeError: it is no number. Give one. It should take size, bias and eps.",
            "构造它时抛出了 TypeError: it is no number. Give one。它应当接受 size、bias 和 eps。",
        ),
        (
            "`Linear(2, 3)` lacks the parameter bias and has the parameters a and b, which should not be there.",
            "`Linear(2, 3)` 缺少参数 bias，还多出了参数 a 和 b。",
        ),
        (
            "The number of tensor operations grows with the thing (1, 2): replace the loop over the thing by "
            "operations on whole tensors. A loop over the other is fine.",
            "张量运算的数目随 thing 增长（1, 2）：把对 thing 的循环换成对整个张量的运算。对 other 的循环没有问题。",
        ),
        ("Your gradient of `weight` is the expected one times 1/n, where n is the size of the batch.",
         "你的 `weight` 的梯度是正确值的 1/n（n 是批大小）倍。"),
        ("not judged, because parameters, shapes and state failed",
         "没有判，因为 parameters、shapes 和 state 没有通过"),
        ("It only works in float32: in float64, the output is float32 where float64 is expected.",
         "它只在 float32 下能用：在 float64 下，输出是 float32，应当是 float64。"),
        ("This is not Python yet: invalid syntax (line 9):\nself.bias = x if bias else",
         "这还不是 Python：invalid syntax（第 9 行）：\nself.bias = x if bias else"),
        ("A text that nobody knows: it stays as it is.", "A text that nobody knows: it stays as it is."),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("in_chinese")
def test_a_message_is_said_piece_by_piece(text: str, said: str) -> None:
    assert language.translated(text) == said


def test_a_place_does_not_swallow_a_sentence() -> None:
    speech = Speech.of(
        [
            Catalogue(
                [
                    Entry(text="{0} is wrong.", said="{0} 不对。", flags=frozenset({TEMPLATE})),
                    Entry(text="Try again.", said="再试。"),
                ]
            )
        ]
    )
    assert speech.said("It is wrong. Try again.") == "It 不对。再试。"
    assert speech.said("Nobody knows it.") == "Nobody knows it."


def test_a_hidden_suite_names_other_sizes() -> None:
    entries = [
        Entry(kind="bad", text="An input of 5 where 4 is normalised", said="归一化 4 个、大小为 5 的输入"),
        Entry(kind="bad", text="A window of 3 in 3 by 2", said="3×2 里大小为 3 的窗口"),
    ]
    speech = Speech.of([Catalogue(entries)])
    assert speech.said("An input of 7 where 4 is normalised", "bad") == "归一化 4 个、大小为 7 的输入"
    assert speech.said("A window of 6 in 6 by 2", "bad") == "6×2 里大小为 6 的窗口"
    # Which 3 is the 4 and which the 5 cannot be told.
    assert speech.said("A window of 5 in 4 by 2", "bad") == "A window of 5 in 4 by 2"


def test_chinese_has_its_own_spaces() -> None:
    assert joined(["输出", " ", "不对"]) == "输出不对"
    assert joined(["输出", "`x`", "不对", "：", " 2"]) == "输出 `x` 不对：2"
    assert joined(["a ", "b"]) == "a b"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
@pytest.mark.usefixtures("in_chinese")
def test_no_failure_is_left_in_english(path: Path) -> None:
    slug = _exercise_of(path.stem)
    for text in _messages(path.read_text(encoding="utf-8")):
        said = language.translated(text, slug)
        assert not english_in(said), f"{text}\n{said}"


def _exercise_of(name: str) -> str:
    """The exercise of a golden text."""
    symbol = "Linear" if name.startswith("slip") else name.split("-")[0]
    is_there = re.compile(rf"^(?:class|def) {symbol}\b", re.MULTILINE)
    return next(each.slug for each in LESSONS if is_there.search(each.reference_source))


def _messages(text: str) -> Iterator[str]:
    """What a golden text says in sentences: what is wrong, when, and what turns the one into the other."""
    before, _, after = text.partition("\n\nTo see it, run this beside your answer")
    for block in before.split("\n\n")[1:]:
        block = " ".join(block.split())
        if block.startswith(("lesson ", "stuck?", "✓", "✗", "·", "⊘", "–", "line ")):
            continue
        # What Python says of a line that is not Python, and the line.
        block = re.sub(r"(?<=This is not Python yet: ).* \(line \d+\):.*", "… (line 3):", block)
        said, fails, when = re.sub(r"^\w+: ", "", block).partition(" It fails ")
        yield from (
            [re.sub(r" line \d+: .*", "", said), f"It fails {when}"] if fails else [re.sub(r" line \d+: .*", "", said)]
        )
    for block in after.split("\n\n"):
        if re.match(r"(?:Your|It|In|The|No|What|Where|Gate|Without) \S+ ", block) and "print(" not in block:
            yield " ".join(block.split())


# What is shown.


@pytest.fixture
def translated_course(tmp_path: Path) -> Path:
    """A course of one exercise, released, whose lesson is in Chinese too."""
    root = tmp_path / "course"
    shutil.copytree(ROOT / "assignments" / "linear", root / "assignments" / "linear")
    (root / "course.toml").write_text('title = "Rain"\nassignments = ["linear"]\n', encoding="utf-8")
    shutil.copyfile(ROOT / "assignments" / "road.toml", root / "road.toml")
    said = "# 雨\n\n雨在下。\n\n" + "\n\n".join(f"## 第 {number} 节\n\n雨。" for number in range(12))
    checks = root / "assignments" / "linear" / "checks"
    for path in [*checks.glob("*.po"), *checks.glob("*.zh.md")]:
        path.unlink()
    (checks / "linear.zh.md").write_text(f"<!-- source: {16 * '0'} -->\n{said}\n", encoding="utf-8")
    entries = [Entry(kind="taught", text="a matrix, a vector", said="一个矩阵")]
    (checks / "linear.zh.po").write_text(catalogues.written(Catalogue(entries), "zh_CN"), encoding="utf-8")
    return root


@pytest.mark.usefixtures("in_chinese")
def test_a_workspace_in_chinese_has_the_lesson_and_remembers(translated_course: Path, tmp_path: Path) -> None:
    outline = read_outline(translated_course)
    start(outline, tmp_path / "learn")
    lesson = (tmp_path / "learn" / "linear" / "linear.md").read_text(encoding="utf-8")
    assert lesson.startswith("# 雨\n\n雨在下。")
    assert "source" not in lesson
    assert "在每个练习里都禁用 TorchScript" in lesson
    notebook = json.loads((tmp_path / "learn" / "linear" / "linear.ipynb").read_text(encoding="utf-8"))
    cells = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
    assert cells["linear-lesson"] == lesson.strip()
    stub = (tmp_path / "learn" / "linear" / "linear.py").read_text(encoding="utf-8")
    assert stub == (ROOT / "assignments" / "linear" / "linear.py").read_text(encoding="utf-8")
    readme = (tmp_path / "learn" / "README.md").read_text(encoding="utf-8")
    assert "`linear/linear`：雨（" in readme
    assert "顺序如下" in readme
    assert find_workspace(tmp_path / "learn").language == "zh"


def test_what_a_kit_has_of_a_translation_is_what_was_translated(tmp_path: Path) -> None:
    (tmp_path / "a.zip").touch()
    entries = [Entry(kind="title", text="Rain", said="雨"), Entry(kind="hint", text="none", said="")]
    (tmp_path / "zh.po").write_text(catalogues.written(Catalogue(entries), "zh_CN"), encoding="utf-8")
    (tmp_path / "handout.zh.md").write_text("<!-- source: 0123456789abcdef -->\n# 雨\n", encoding="utf-8")
    for name, text in recorded_files(translation(tmp_path, "zh"), "a").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    again = recorded_translation(tmp_path / "a.zip", "zh")
    assert again.source == "0123456789abcdef"
    assert [entry.said for entry in again.catalogue.entries] == ["雨"]


@pytest.mark.usefixtures("in_chinese")
def test_a_screen_in_chinese_is_sixty_columns_wide() -> None:
    shown = plain_text(samples.wrong(), AnswerPaths("normalization/batchnorm.py"), width=60)
    labels = [line for line in shown.splitlines() if line.startswith(("期望值", "实际值", "最大偏差", "卡住了？"))]
    assert len(labels) >= 3
    assert {cell_len(re.match(r"\S+ +", line)[0]) for line in labels} == {10}
    snippet = samples.wrong().criteria
    code = {line for item in snippet if item.counterexample for line in item.counterexample.snippet.splitlines()}
    assert all(cell_len(line) <= 60 for line in shown.splitlines() if line not in code)


@pytest.mark.usefixtures("in_chinese")
def test_the_report_is_a_page_in_chinese(tmp_path: Path) -> None:
    index = write(samples.report(samples.ana(), samples.evil()), tmp_path, "counterexample")
    page, student = index.read_text(encoding="utf-8"), (tmp_path / "students" / "ana.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page
    assert all(words in page for words in ("最难的判分项", "常见的典型误解", "得分分布", "data-shown="))
    assert all(
        words in student
        for words in ("各题", "看起来像是一个典型误解：<strong>“", "就在你的解答旁边运行", "判分设备 cpu")
    )
    own = r"<(style|script|pre|code|title|article|dl).*?</\1>|<li>.*?</li>"
    plain = re.sub(own, "", page + student, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", "\n", plain))
    # What the samples say in their own words is in no catalogue.
    said = {message for each in samples.ana().parts for item in (each, *each.criteria) if (message := item.message)}
    left = [line for line in text.splitlines() if english_in(line) and not any(words in line for words in said)]
    assert left == ["The course seed was created in .course-seed; keep it. "]


def test_a_folder_remembers_its_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(language.VARIABLE, "")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    language.choose("")

    def course(*words: str, variable: str = "") -> str:
        monkeypatch.setenv(language.VARIABLE, variable)
        language.choose("")
        return CliRunner().invoke(main, ["--root", str(ROOT), *words], catch_exceptions=False).output

    assert "里有 39 个练习，共 121 道题" in course("start", "--lang", "zh", str(tmp_path / "learn"))
    monkeypatch.chdir(tmp_path / "learn")
    assert "0 / 121" in course("progress")
    assert "下一题：Flatten，写在 linear/linear.py（讲义：linear/linear.md）" in course("progress")
    assert "0 of 121" in course("progress", variable="en")
    assert "没有叫 'Lstmm' 的题、练习或作业" in course("run", "Lstmm")
    monkeypatch.undo()
    language.choose("")
