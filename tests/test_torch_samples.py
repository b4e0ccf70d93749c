"""The references on PyTorch's own samples: all that torch gives, they give, but for what the contract leaves out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
_BIAS, _EMPTY = "the argument bias is not asked for", "an empty batch is not asked for"
LEFT_OUT = {
    *((f"BatchNorm{dims}d", why) for dims in (1, 2, 3) for why in (_BIAS, _EMPTY)),
    ("FractionalMaxPool2d", "the argument _random_samples is not asked for"),
    ("GroupNorm", _BIAS),
    ("InstanceNorm2d", _BIAS),
    ("LayerNorm", _EMPTY),
    ("RMSNorm", _EMPTY),
    ("Transformer", _BIAS),
    ("TransformerEncoder", "how the layer among its arguments was made is not known"),
    ("LSTM", "the argument proj_size is not asked for"),
    ("MultiheadAttention", "the argument add_bias_kv is not asked for"),
    ("MultiheadAttention", "the argument add_zero_attn is not asked for"),
    ("TransformerDecoderLayer", _BIAS),
    ("TransformerEncoderLayer", _BIAS),
}
"""All that is left out of torch's samples, and why."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report() -> Any:
    """What the references make of torch's samples; in a process of its own, whose torch has other settings."""
    command = [sys.executable, "-m", "tests.torch_samples", "--compare"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_contract_leaves_out_nothing_else(report: Any) -> None:
    # Earlier versions of torch have fewer samples.
    assert {(symbol, why) for symbol, why in report["left_out"]} <= LEFT_OUT


def test_the_references_give_what_torch_gives(report: Any) -> None:
    assert report["different"] == []
    assert report["compared"]["BatchNorm2d"] == 10
    assert report["compared"]["LSTM"] == 32


def test_what_is_recorded_are_the_samples_of_this_torch(report: Any) -> None:
    assert report["stale"] == [], "run: python -m tests.torch_samples"
