"""The criterion `device`, and grading on the simulated device from the command to the report."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.model import Verdict
from tests.layers import BATCH_NORM, LINEAR, Grader

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def linear() -> Iterator[Grader]:
    with Grader("linear/linear", "Linear", LINEAR) as grader:
        yield grader


@pytest.fixture(scope="module")
def batch_norm() -> Iterator[Grader]:
    with Grader("normalization/batchnorm", "BatchNorm1d", BATCH_NORM) as grader:
        yield grader


LEARNS = """
def learn(self, mean, var):
    self.num_batches_tracked += 1
    share = self.share()
    self.running_mean = (1 - share) * self.running_mean + share * mean
    self.running_var = (1 - share) * self.running_var + share * var
"""
FOLLOWS = {
    "new_zeros": "def forward(self, x):\n    out = x.new_zeros(*x.shape[:-1], self.out_features)\n"
    "    out[...] = self.plain(x)\n    return out\n",
    "device and dtype": "def forward(self, x):\n"
    "    out = torch.zeros(*x.shape[:-1], self.out_features, device=x.device, dtype=x.dtype)\n"
    "    return out + self.plain(x)\n",
    "a scalar": "def forward(self, x):\n    return self.plain(x) * torch.tensor(0.5) * 2\n",
    "an index of the CPU": "def forward(self, x):\n    return self.plain(x)[..., torch.arange(self.out_features)]\n",
    "an index of numbers": "def forward(self, x):\n    return self.plain(x)[..., list(range(self.out_features))]\n",
    "moved at last": "def forward(self, x):\n    return self.plain(x) @ torch.eye(self.out_features).to(x)\n",
}
STAYS = {
    "zeros": ("torch.zeros(*x.shape[:-1], self.out_features) + self.plain(x)", "torch.zeros"),
    "arange": ("self.plain(x) + 0 * torch.arange(self.out_features)", "torch.arange"),
    "a dtype alone": (
        "torch.zeros(*x.shape[:-1], self.out_features, dtype=x.dtype) + self.plain(x)", "torch.zeros",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLLOWS)
def test_what_follows_the_input_gets_full_marks(linear: Grader, name: str) -> None:
    assert linear.lost(FOLLOWS[name]) == {}


@pytest.mark.parametrize("name", STAYS)
def test_what_stays_behind_loses_device_alone_and_says_what_made_it(linear: Grader, name: str) -> None:
    expression, maker = STAYS[name]
    lost = linear.lost(f"def forward(self, x):\n    return {expression}\n")
    assert lost.keys() == {"device"}
    assert maker in lost["device"].message
    assert "device=x.device, dtype=x.dtype" in lost["device"].message
    example = lost["device"].counterexample
    assert example is not None
    assert maker in example.source


def test_a_buffer_that_comes_from_the_cpu_loses_device_alone(batch_norm: Grader) -> None:
    assert batch_norm.lost(LEARNS) == {}
    kept = LEARNS.replace("share * var", "share * var.cpu().to(torch.get_default_dtype()).to(var)")
    assert batch_norm.lost(kept).keys() == {"device"}


def test_a_result_in_double_loses_numerics_and_nothing_else(linear: Grader) -> None:
    assert linear.lost("def forward(self, x):\n    return self.plain(x).double()\n").keys() == {"numerics"}


def test_a_float32_that_is_written_out_is_told_once(linear: Grader) -> None:
    lost = linear.lost("def forward(self, x):\n    return self.plain(x).float()\n")
    assert {name: item.verdict for name, item in lost.items()} == {
        "numerics": Verdict.WRONG,
        "device": Verdict.SKIPPED,
    }


def test_saying_that_it_cannot_be_simulated_is_of_no_use(linear: Grader) -> None:
    lost = linear.lost(
        "def forward(self, x):\n"
        "    if x.device.type != 'cpu':\n"
        "        raise NotImplementedError(\"Could not run 'aten::add' with arguments from the 'simulated' backend\")\n"
        "    return self.plain(x)\n"
    )
    assert {name: item.verdict for name, item in lost.items()} == {"device": Verdict.RAISED}


def test_what_the_simulation_cannot_do_costs_nothing(linear: Grader) -> None:
    forward = "def forward(self, x):\n    x.detach().clone().resize_(x.numel())\n    return self.plain(x)\n"
    assert linear.lost(forward) == {}


GRADED = ("Linear", "GroupNorm", "Unfold", "PixelShuffle", "RNNCell", "NiNBlock", "freeze")
"""A part of every assignment."""


def test_the_whole_path_on_a_device_from_the_command_to_the_report(tmp_path: Path) -> None:
    """What is graded on a GPU, on the simulated device: the references of an exercise of each assignment."""
    for folder in sorted((ROOT / "solutions").glob("*/*")):
        home = tmp_path / "ada" / folder.parent.name / f"{folder.name}.py"
        if folder.is_dir():
            home.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / home.name, home)
    only = [word for symbol in GRADED for word in ("--only", symbol)]
    command = [
        sys.executable, "-m", "cli", "grade", str(tmp_path / "ada"), *only, "--device", "simulated",
        "--format", "json", "--seed", "device", "--store", str(tmp_path / "grades.sqlite"), "--quiet",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=580)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    (submission,) = report["submissions"]
    assert report["device"] == "simulated"
    assert {part["part"] for part in submission["parts"]} == set(GRADED)
    assert {part["part"]: part["verdict"] for part in submission["parts"] if part["score"] < part["max_score"]} == {}
