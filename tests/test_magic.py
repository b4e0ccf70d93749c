"""``%check`` and ``%hint``: what is cut out of the cells, what is shown of it, and that the kernel stays as it was."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
import torch
from hypothesis import strategies as st
from nbformat import NotebookNode
from torch import nn

from grader.answer.ran import cut, defined_last
from grader.answer.slice import Ran
from grader.case.probe import run_case
from grader.report.heat import Compared, as_text, heat_map
from grader.spec import Part, call, evaluate, layer_case, tensor
from grader.study.differences import differences, in_words
from grader.suite.resolve import resolve_case

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
SHELL = """\
import json, sys, types
from traitlets.config import Config
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(config=Config({"HistoryManager": {"hist_file": ":memory:"}}))
shell.display_pub = CapturingDisplayPublisher(parent=shell)
for line in sys.stdin:
    shell.run_cell(json.loads(line), store_history=True)
print("SHOWN" + json.dumps([output["data"] for output in shell.display_pub.outputs]))
shell.run_line_magic("unload_ext", "grader.magic")
"""
WRONG = """\
class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + scaled(self.bias)
"""
RAISES = WRONG.replace("y = x @", "raise ValueError('<script>alert(1)</script>' * (x.ndim > 1))\n        y = x @")
RIGHT = (ROOT / "solutions/linear/linear/linear.py").read_text(encoding="utf-8")


def ran(*sources: str) -> list[Ran]:
    return [Ran(number, source) for number, source in enumerate(sources, 1)]


# What is cut out


def test_an_answer_is_the_last_definition_and_what_it_uses() -> None:
    piece = cut(
        ran(
            "%load_ext grader.magic\nimport torch\nfrom torch import nn",
            "def scaled(x):\n    return 2 * x",
            "layer = nn.Linear(3, 2)\nclass Base(nn.Module):\n    old = True",
            "%%time\nclass Mine(Base):\n    # one bias\n"
            "    def forward(self, x):\n        layer = 1\n        return scaled(x)",
            "class Base(nn.Module):\n    new = True",
            "def scaled(x):\n    return 3 * x\nMine.more = lambda self: scaled",
            "print(Mine()(torch.ones(2)))",
        ),
        "Mine",
    )
    assert [(cell.index, cell.source) for cell in piece.answer("linear/linear.ipynb").cells] == [
        (1, "\n\nfrom torch import nn"),
        (3, "\nclass Base(nn.Module):\n    old = True"),
        (
            4,
            "\nclass Mine(Base):\n    # one bias\n"
            "    def forward(self, x):\n        layer = 1\n        return scaled(x)",
        ),
        (6, "def scaled(x):\n    return 3 * x\nMine.more = lambda self: scaled"),
    ]


def test_a_cell_that_is_not_python_is_passed_over_and_named() -> None:
    cells = ran("class Mine:\n    one = 1", "class Mine(:\n    one = 2", "x = 1; y = 2\ndef late(): pass")
    assert cut(cells, "Mine").note == "In [2] is not Python yet, so the Mine of In [1] was checked."
    assert "In [2] is not" in cut(cells[1:], "Mine").problem
    assert cut(cells, "Other").problem == "No cell that was run here defines Other."
    assert "imports Mine" in cut(ran("from mine import Mine"), "Mine").problem
    assert defined_last(cells, ["Mine", "late", "Other"]) == "late"
    assert cut(ran("a = 1; b = a; c = b"), "b").answer("b.ipynb").cells[0].source == "a = 1; b = a"


def test_a_map_shows_the_part_around_the_worst() -> None:
    size = 40 * 50
    wrong = [index == 1234 for index in range(size)]
    pair = Compared("the output", (2, 20, 50), [0.0] * size, [float(item) for item in wrong], wrong)
    found = heat_map(pair)
    assert found.worst.at == (1, 4, 34)
    assert not found.is_whole
    assert (1, 4) in found.down
    assert (34,) in found.across
    (square,) = (item for row in found.rows for item in row if item.level)
    assert (square.at, square.level) == ((1, 4, 34), 4)
    assert "around [1, 4, 34]: 1 of 2000 differ" in as_text(found)
    alone = heat_map(Compared("the output", (), [1.0], [float("nan")], [True]))
    assert alone.rows[0][0].level == 4


class DetachedWeight(nn.Linear):
    """Right, but for one gradient, and only in evaluation."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight = self.weight if self.training else self.weight.detach() + 0 * self.weight
        return nn.functional.linear(x, weight, self.bias)


def test_the_first_call_that_differs_is_compared() -> None:
    steps = [call(tensor(2, 3), cotangent=1), evaluate(), call(tensor(4, 3), cotangent=2)]
    part = Part(symbol="Linear", oracle=nn.Linear, cases=st.nothing())
    case = resolve_case(part, {"Linear": nn.Linear}, layer_case((3, 2), {}, steps, state="normal"))
    want, have = (run_case(case, {"Linear": kind}) for kind in (nn.Linear, DetachedWeight))
    found = differences(part, "gradients", case, want, have)
    assert [pair.name for pair in found.differing] == ["the gradient of weight of call 2"]
    assert found.agreeing == [
        "the output of call 2", "the gradient of argument 1 of call 2", "the gradient of bias of call 2",
    ]  # fmt: skip
    assert found.differing[0].got == [0.0] * 6
    assert not differences(part, "init", case, want, have).differing
    assert in_words(case) == "Linear(3, 2) of an input of shape (2, 3)"


# In a shell


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython"))}


@pytest.fixture(scope="module")
def workspace(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learner") / "learn"
    subprocess.run([sys.executable, "-m", "cli", "start", folder], env=environment, cwd=ROOT, check=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def session(environment: dict[str, str]) -> Callable[..., tuple[list[dict[str, str]], str, str]]:
    """Cells run in IPython's shell in a folder: what it displayed, printed and complained of."""

    def run(folder: Path, *cells: str) -> tuple[list[dict[str, str]], str, str]:
        done = subprocess.run(
            [sys.executable, "-c", SHELL], cwd=folder, env=environment, capture_output=True, text=True, timeout=300,
            input="".join(f"{json.dumps(cell)}\n" for cell in cells), check=True,
        )  # fmt: skip
        printed, _, shown = done.stdout.partition("SHOWN")
        return json.loads(shown), printed, done.stderr

    return run


INTERRUPTED = """\
from grader.grading.service import Service
send = Service.send
def sent(*request):
    Service.send = send
    send(*request)
    raise KeyboardInterrupt
Service.send = sent
%check Linear"""


@pytest.mark.slow
def test_checks_and_hints_in_a_workspace(workspace: Path, session: Callable[..., Any]) -> None:
    shown, printed, message = session(
        workspace / "linear",
        "import torch\nfrom torch import nn\ntorch.manual_seed(7); torch.set_default_dtype(torch.float16)",
        "%load_ext grader.magic",
        "%check Linear",
        WRONG,
        # A check that is interrupted once it was sent, and then the ones that follow, which it must not answer.
        INTERRUPTED,
        "def scaled(bias):\n    return bias * 2",
        "nn.Linear = Linear",  # the judge is elsewhere and does not care
        "%check",
        RAISES,
        "%check Linear",
        "%hint Linear",
        RIGHT,
        "%check Linear",
        "%hint Linear",
        "import sys\nprint(torch.rand(1).dtype, torch.initial_seed(), 'hypothesis' in sys.modules)",
    )
    wrong, raises, nudge, right, done = shown
    assert "No cell that was run here defines Linear." in message
    assert "KeyboardInterrupt" in printed
    assert '<table class="ck-map"' in wrong["text/html"], wrong["text/plain"]
    assert "%hint Linear" in wrong["text/plain"]
    assert re.search(r"the output.*, shape \(.*\): \d+ of \d+ differ", wrong["text/plain"])
    assert "&lt;script&gt;alert(1)" in raises["text/html"]
    assert "<script" not in raises["text/html"]
    assert "(In [9], line 8)" in raises["text/html"]
    assert "your line In [9]:8" in raises["text/plain"]
    assert nudge["text/markdown"].startswith("**Hint 1 of 3 for Linear**\n\nAn exception stops it.")
    assert "✓ all" in right["text/html"]
    assert "Next: " in right["text/plain"]
    assert "course solution Linear" in done["text/markdown"]
    assert "torch.float16 7 False" in printed
    records = json.loads((workspace / ".course.json").read_text(encoding="utf-8"))["parts"]
    assert records["linear/linear:Linear"]["passed"] is True
    assert records["linear/linear:Linear"]["hints"] == 1


# In a notebook


@pytest.fixture(scope="module")
def executed(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """The notebook of a kit without solutions, with an answer, a check and a hint, run through nbclient."""
    kit = tmp_path_factory.mktemp("kit")
    shutil.copytree(ROOT / "assignments/linear", kit / "linear")
    settings = (ROOT / "assignments/course.toml").read_text(encoding="utf-8")
    (kit / "course.toml").write_text(re.sub("assignments = .*", 'assignments = ["linear"]', settings), encoding="utf-8")
    notebook = nbformat.read(kit / "linear/linear.ipynb", as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell["id"] == "linear-Linear")
    cell.source = "def scaled(bias):\n    return bias * 2\n\n\n" + WRONG
    for source in ("%load_ext grader.magic", "%check Linear", "%hint Linear 3"):
        notebook.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, kit / "linear/linear.ipynb")
    before = {path.name for path in kit.rglob("*")}
    options = ["--allow-errors", "--timeout=300", "--output=done", "linear.ipynb"]
    ended = subprocess.run(
        [sys.executable, "-c", "from nbclient.cli import main; main()", *options], cwd=kit / "linear",
        env=environment, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    (path,) = (kit / "linear").glob("done*")
    assert {path.name for path in kit.rglob("*")} - before == {path.name}
    return nbformat.read(path, as_version=4)


@pytest.mark.slow
def test_a_notebook_shows_the_page(executed: NotebookNode) -> None:
    checked, hinted = (cell.outputs for cell in executed.cells[-2:])
    assert '<table class="ck-map"' in checked[0].data["text/html"]
    assert checked[0].data["text/plain"].startswith("✗ Linear")
    assert hinted[0].data["text/markdown"].startswith("**Hint 3 of 3 for Linear**")


CONTRAST = """\
() => {
  const parse = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const over = (top, below) => [0, 1, 2].map(i => top[i] * (top[3] ?? 1) + below[i] * (1 - (top[3] ?? 1)));
  const behind = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const light = c => c.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  return [...document.querySelectorAll(".ck p, .ck td, .ck th, .ck span, .ck pre, .ck summary")].map(e => {
    const back = behind(e), front = over(parse(getComputedStyle(e).color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    return (a + .05) / (b + .05);
  });
}"""


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, executed: NotebookNode, tmp_path: Path, browser: "Browser") -> Iterator[Any]:
    """The notebook in JupyterLab's looks."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="lab", theme=request.param, mathjax_url="", require_js_url="")
    path = tmp_path / f"{request.param}.html"
    path.write_text(exporter.from_notebook_node(executed)[0], encoding="utf-8")
    with browser.new_context(viewport={"width": 1000, "height": 900}, offline=True) as context:
        made = context.new_page()
        made.goto(path.as_uri(), wait_until="domcontentloaded")
        yield made


@pytest.mark.slow
@pytest.mark.browser
def test_it_can_be_read_in_either_theme(page: Any, tmp_path: Path) -> None:
    contrasts = page.evaluate(CONTRAST)
    assert len(contrasts) > 30
    assert min(contrasts) >= 4.5
    table = page.locator(".ck-map").first
    assert re.match(r"\d+ of \d+ elements? of the output", table.get_attribute("aria-label") or "")
    worst = table.locator(".ck-level-4").first
    assert "expected" in (worst.get_attribute("title") or "")
    assert worst.inner_text() not in ("", "·")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.querySelector('.ck').scrollWidth <= document.querySelector('.ck').clientWidth + 1")
