"""Answers are read in a process of its own, which has limits: no file takes the one that asked with it."""

import contextlib
import io
import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.answer.attempt import attempted, begun, broken_cell, compiles, unwritten
from grader.answer.confined import Reader, ReaderFailed, TooMuch
from grader.answer.load import Answer, find_exercise, load_answer, misplaced
from grader.answer.own_work import own_work
from grader.answer.ran import cut, defined_last
from grader.answer.slice import Ran
from grader.answer.text import Unreadable
from grader.classroom.large import cells_of
from grader.model import CourseError, Verdict
from grader.spec import OffLimits
from tests.sessions import descendants

ROOT = Path(__file__).parents[1]
RIGHT = "class Part:\n    def forward(self, x):\n        return x\n"
KB, MB = 2**10, 2**20


def notebook(*sources: str) -> str:
    cells = [{"cell_type": "code", "source": source, "outputs": [{"data": None}]} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def read(folder: Path, text: str, suffix: str = ".py") -> Answer:
    (folder / "a").mkdir(exist_ok=True)
    (folder / "a" / f"part{suffix}").write_text(text, encoding="utf-8")
    return load_answer(folder, "a", "part", ["Part"])


def source(text: str) -> Answer:
    return Answer.from_source("a/part.py", text)


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader(memory_mb=64, seconds=1)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("suffix", "text", "words"),
    [
        (".py", "#" * (256 * KB + 1), "a/part.py has more than 256 KB of code"),
        (".py", "x=1\n" * 500_000, "a/part.py has more than 256 KB of code"),
        (".ipynb", notebook("a\n" * MB), "a/part.ipynb has more than 256 KB of code"),
        (".ipynb", notebook("a\n" * (8 * MB)), "a/part.ipynb has more than 256 KB of code"),
        (".ipynb", notebook(*["x" * 1000] * 300), "a/part.ipynb has more than 256 KB of code"),
        (".ipynb", notebook("é" * (128 * KB + 1)), "a/part.ipynb has more than 256 KB of code"),
        (".ipynb", notebook("%%time\n" + "a\n" * MB), "a/part.ipynb has more than 256 KB of code"),
        (".ipynb", notebook(*["x"] * 100_000), "a/part.ipynb is too large: more than 10,000 cells"),
        (".ipynb", '{"cells": ' + "[" * 200_000, "a/part.ipynb is not a notebook"),
        (".ipynb", '{"cells": [{"outputs": ' + "[" * 200_000 + "]" * 200_000 + "}]}", "a/part.ipynb is not a notebook"),
    ],
)  # fmt: skip
def test_what_is_too_large_is_told_before_it_is_parsed(tmp_path: Path, suffix: str, text: str, words: str) -> None:
    answer = read(tmp_path, text, suffix)
    assert answer.problem.startswith(words)
    assert answer.problem.count("\n") == 0
    assert not answer.cells
    assert not answer.missing
    problem = begun(answer, "Part")
    assert problem == (Verdict.RAISED, answer.problem)


@pytest.mark.parametrize(
    "outputs",
    [
        '{"image/png": "' + "A" * 40_000_000 + '"}',
        '{"values": [' + "1.234567, " * 4_000_000 + "1]}",
        '{"records": [' + '{"x": 1, "y": 2}, ' * 2_000_000 + "{}]}",
        '{"image/png": "' + "A" * 40_000_000 + '", "value": NaN}',
    ],
    ids=["figure", "numbers", "records", "not strictly JSON"],
)
def test_outputs_do_not_count(tmp_path: Path, outputs: str) -> None:
    answer = read(tmp_path, notebook("import torch", RIGHT).replace("null", outputs, 1), ".ipynb")
    assert [cell.source for cell in answer.cells] == ["import torch", RIGHT]
    assert attempted(answer, "Part")


def test_as_much_code_as_is_allowed_is_read(tmp_path: Path) -> None:
    filled = RIGHT + "#" * (256 * KB - len(RIGHT))
    assert attempted(read(tmp_path, filled), "Part")
    (tmp_path / "a" / "part.py").unlink()
    assert attempted(read(tmp_path, notebook("%%html\n" + "x" * MB, filled), ".ipynb"), "Part")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 100_000,
        "x = " + "-" * 200_000 + "1",
        "x = " + "+".join(["1"] * 100_000),
        "x = a" + ".a" * 100_000,
        "x = " + "[" * 60 + "]" * 60,
        "\n" * 250_000 + "x = 1",
        "if a: b\n" + "elif a: b\n" * 20_000,
        "def f():\n" + "".join(" " * depth + "if x:\n" for depth in range(1, 99)) + " " * 99 + "pass",
    ],
    ids=["brackets", "signs", "sums", "attributes", "lists", "lines", "branches", "blocks"],
)
def test_nesting_ends_neither_the_one_that_asks_nor_the_next_answer(text: str) -> None:
    deep = source(text)
    found = begun(deep, "x")
    said = ("nested", "not written", "cannot be read")
    assert isinstance(found, Answer) or any(words in found[1] for words in said)
    # Either all of it is searched or it is said that it was not.
    with contextlib.suppress(TooMuch):
        assert own_work(deep, "x", OffLimits(kernels=["*norm*"])).uses == []
    assert attempted(source(RIGHT), "Part")


STUB = 'from torch import nn\nclass Part(nn.Module):\n    """To be written."""\n'
ADDED = "def add_to(kind): return lambda made: setattr(kind, made.__name__, made)\n@add_to(Part)\n"


@pytest.mark.parametrize(
    "text",
    [
        STUB + ADDED + "def forward(self, x): return x\n",
        STUB + "def other(self, x): return x\nPart.forward = other\n",
        STUB + "setattr(Part, 'forward', lambda self, x: x)\n",
        (STUB + ADDED).replace("Part", "Base") + "def forward(self, x): return x\nclass Part(Base): pass\n",
        "for n in (1, 2): globals()['Part'] = lambda x: x\n",
        "globals()['Part'] = lambda x: x\n",
        "for n in 'ab': globals()[f'P{n}rt'] = lambda x: x\n",
    ],
)
def test_what_is_given_to_a_class_later_is_written_too(text: str) -> None:
    assert attempted(source(text), "Part")


@pytest.mark.parametrize(
    "text",
    [
        STUB,
        STUB + ADDED + "def forward(self, x): raise NotImplementedError\n",
        STUB + "@add_to(Other)\ndef forward(self, x): return x\nOther.forward = 1\nsetattr(Other, 'a', 1)\n",
        "for n in (1, 2): globals()[f'Other{n}'] = lambda x: x\nvars()['Parts'] = 1\nglobals()[Part] = 1\n",
    ],
)
def test_what_is_given_to_others_is_not_written(text: str) -> None:
    assert not attempted(source(text), "Part")


def test_a_part_that_uses_more_names_than_are_looked_up_is_refused() -> None:
    names = "".join(f"        torch.a{number}\n" for number in range(6_000))
    answer = source("import torch\n" + RIGHT + names)
    with pytest.raises(TooMuch):
        own_work(answer, "Part", OffLimits(kernels=["*norm*"]))
    assert own_work(source("import torch\n" + RIGHT + names[:9_999]), "Part", OffLimits(kernels=["*norm*"])).uses == []


def test_only_so_many_uses_are_reported_and_each_with_its_line() -> None:
    uses = "import torch\n" + RIGHT + "        torch.norm(x)\n" * 1_000
    found = own_work(source(uses), "Part", OffLimits(kernels=["*norm*"])).uses
    assert [use.line for use in found] == [*range(5, 25)]
    assert {use.source for use in found} == {"torch.norm(x)"}


def test_what_a_star_brings_is_what_torch_has() -> None:
    limits = OffLimits(kernels=["*norm*"], classes=["*"])
    head = "from torch.nn import *\nfrom torch import *\nfrom math import *\n"
    assert own_work(source(f"{head}def Part(x): return len(str(x)), ValueError, sqrt(x)"), "Part", limits).uses == []
    found = own_work(source(f"{head}def Part(x): return Linear(norm(x))"), "Part", limits).uses
    assert [use.used for use in found] == ["torch.nn.Linear", "torch.norm"]


@pytest.mark.slow
def test_memory_that_runs_out_is_one_answer_s_own_problem(tmp_path: Path) -> None:
    answer = read(tmp_path, '{"cells": [' + "[], " * 8_000_000 + "[]]}", ".ipynb")
    assert answer.problem.startswith("a/part.ipynb cannot be read: its code takes more memory or time")
    assert begun(answer, "Part") == (Verdict.RAISED, answer.problem)
    again = read(tmp_path, '{"cells": [' + "[], " * 8_000_000 + "{}]}", ".ipynb")
    assert answer.digest != again.digest
    assert attempted(source(RIGHT), "Part")


def test_a_process_that_runs_out_of_memory_is_followed_by_another(reader: Reader) -> None:
    large = b'{"cells": [' + b"[], " * 2_000_000 + b"[]]}"
    for _ in range(2):
        with pytest.raises(TooMuch):
            reader.ask({"do": "contents", "notebook": True}, io.BytesIO(large), 2**27)
        assert reader.ask({"do": "contents", "notebook": False}, io.BytesIO(RIGHT.encode()), 2**10)["cells"]


@pytest.mark.slow
def test_a_process_that_runs_out_of_time_is_followed_by_another(reader: Reader) -> None:
    ran = [Ran(number, "a = b\n" * 1_000) for number in range(1, 700)]
    with pytest.raises(TooMuch):
        reader.ask({"do": "defined_last", "ran": ran, "symbols": ["a"]})
    assert reader.ask({"do": "defined_last", "ran": ran[:1], "symbols": ["a"]}) == "a"


@pytest.mark.skipif(sys.platform != "linux", reason="children are looked up in /proc")
def test_a_process_that_is_killed_or_ends_by_itself_costs_no_answer(reader: Reader) -> None:
    before = set(descendants(os.getpid()))
    request = {"do": "part_text", "answer": source(RIGHT), "symbol": "Part", "others": []}
    assert reader.ask(request)["is_attempt"]
    for _ in range(2):
        (pid,) = set(descendants(os.getpid())) - before
        os.kill(pid, 9)
        assert reader.ask(request)["is_attempt"]
    reader.close()
    assert set(descendants(os.getpid())) == before
    assert reader.ask(request)["is_attempt"]


FORKED = """
import os, sys
sys.path.insert(0, {root!r})
from grader.answer.attempt import attempted
from grader.answer.text import Answer

answer = Answer.from_source("a/part.py", "def Part(x): return x")
assert attempted(answer, "Part")
child = os.fork()
if not child:
    os._exit(attempted(answer, "Other") or not attempted(answer, "Part"))
assert attempted(answer, "Part")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_asks_a_process_of_its_own() -> None:
    code = FORKED.format(root=str(ROOT))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr


def test_an_internal_error_is_told_as_one(reader: Reader) -> None:
    with pytest.raises(ReaderFailed, match="AttributeError"):
        reader.ask({"do": "something else"})
    assert reader.ask({"do": "defined", "answer": source(RIGHT), "symbols": ["Part", "Other"]}) == ["Part"]


def test_each_thread_gets_its_own_answer(reader: Reader) -> None:
    wrong: list[int] = []

    def ask(number: int) -> None:
        answer = source(f"def part{number}(x): return x")
        for other in range(4):
            text = reader.ask({"do": "part_text", "answer": answer, "symbol": f"part{other}", "others": []})
            wrong.extend([number] if text["is_attempt"] != (number == other) else [])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


ALONE = """
import os, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from grader.answer.load import load_answer
from tests.sessions import descendants

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024

before = peak()
answer = load_answer(Path({folder!r}), "a", "part", ["Part"])
print(answer.problem)
print(peak() - before)
print(*descendants(os.getpid()))
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory and children are looked up in /proc")
def test_the_one_that_asks_stays_small_and_its_process_ends_with_it(tmp_path: Path) -> None:
    read(tmp_path, notebook("a\n" * (8 * MB)), ".ipynb")
    code = textwrap.dedent(ALONE).format(root=str(ROOT), folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    problem, grown, pids = done.stdout.splitlines()
    assert "more than 256 KB of code" in problem
    assert int(grown) < 30
    assert pids
    for pid in pids.split():
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.05)


def test_an_outline_of_what_is_there() -> None:
    text = (
        'class Part:\n    def a(self): return 1\n    def b(self):\n        raise NotImplementedError("Write Part.b.")\n'
    )
    assert unwritten(source(text), "Part") == ["Part.b"]
    assert unwritten(source(text), "Other") == ["Other"]
    assert unwritten(source(RIGHT), "Part") == []
    assert compiles(source(RIGHT))
    assert not compiles(source("return 1"))
    assert "line 1" in str(broken_cell(source("def Part(x) return x"), "Part"))


@pytest.mark.slow
def test_cells_that_were_run_may_be_too_many_to_be_read(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> None:
    monkeypatch.setattr("grader.answer.ran.ask", reader.ask)
    assert defined_last([Ran(1, RIGHT)], ["Part"]) == "Part"
    ran = [Ran(number, "a = b\n" * 1_000) for number in range(1, 700)]
    with pytest.raises(CourseError, match="more memory or time"):
        cut(ran, "a")


def test_a_whole_notebook_has_its_text_and_no_outputs(tmp_path: Path) -> None:
    cells = [
        {
            "cell_type": "markdown",
            "source": ["# A\n", "b"],
            "metadata": {"nbgrader": {"grade_id": "t", "grade": False}},
        },
        {"cell_type": "code", "source": "%env\nx", "outputs": ["A" * 20 * MB], "metadata": {"nbgrader": [1]}},
        {"cell_type": "code", "source": "x", "metadata": {"nbgrader": {"points": 2, "deep": [[1]], "long": "y" * MB}}},
    ]
    file = tmp_path / "a.ipynb"
    file.write_text(json.dumps({"cells": cells}))
    found = cells_of(file)
    assert [(cell.is_code, cell.source) for cell in found] == [(False, "# A\nb"), (True, "%env\nx"), (True, "x")]
    assert [dict(cell.nbgrader) for cell in found] == [{"grade_id": "t", "grade": 0}, {}, {"points": 2}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (notebook("a\n" * MB), "256 KB of code"),
        (json.dumps({"cells": [{"cell_type": "markdown", "source": "a" * (17 * MB)}]}), "16 MB of text"),
        ("[]", "not a notebook"),
    ],
)
def test_a_whole_notebook_has_limits_too(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "a.ipynb"
    file.write_text(text)
    with pytest.raises(Unreadable, match=words):
        cells_of(file)


def test_a_whole_notebook_is_an_ordinary_file_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    folder.mkdir()
    os.mkfifo(folder / "a.ipynb")
    with pytest.raises(Unreadable, match="not an ordinary file"):
        cells_of(folder / "a.ipynb")
    (tmp_path / "b.ipynb").write_text(notebook(RIGHT))
    (folder / "b.ipynb").symlink_to(tmp_path / "b.ipynb")
    with pytest.raises(Unreadable, match="outside"):
        cells_of(folder / "b.ipynb")
    with pytest.raises(FileNotFoundError):
        cells_of(folder / "c.ipynb")


def test_a_large_single_file_answers_no_exercise_by_its_text(tmp_path: Path) -> None:
    exercises = {("a", "one"): ["Part"], ("a", "two"): ["Other"]}
    file = tmp_path / "mine.py"
    file.write_text(RIGHT)
    assert find_exercise(file, exercises) == ("a", "one")
    file.write_text(RIGHT + "#" * MB)
    assert find_exercise(file, exercises) is None


def test_misplaced_answers_are_looked_for_among_so_many_files(tmp_path: Path) -> None:
    wanted = [("a", "part")]
    (tmp_path / "b" / "c" / "d").mkdir(parents=True)
    (tmp_path / "b" / "c" / "d" / "Part.py").write_text("")
    (tmp_path / "b" / "c" / "d" / "e").mkdir()
    (tmp_path / "b" / "c" / "d" / "e" / "part.py").write_text("")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "part.py").write_text("")
    assert misplaced(tmp_path, wanted) == {"b/c/d/Part.py": "a/part.py"}
    many = tmp_path / "a1"
    many.mkdir()
    for number in range(2_100):
        (many / f"{number}").mkdir()
    assert misplaced(tmp_path, wanted) == {}
