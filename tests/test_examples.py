"""The students of ``examples/``: their mistakes are typical, and the diagnosis names each."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
MISTAKES = {
    "ben": {
        "Linear": ("parameters", "AlwaysHasBias"),
        "Flatten": ("shapes", "KeepsTheBatchOnly"),
        "batch_norm": ("state", "torch_momentum"),
        "BatchNorm1d": ("state", "BiasedRunningVariance"),
        "BatchNorm2d": ("values", "UnbiasedNormalisation"),
        "Dropout": ("values", "ScalesInEvaluation"),
        "Dropout2d": ("values", "ScalesInEvaluation"),
        "Dropout3d": ("values", "ScalesInEvaluation"),
    },
    "chloe": {"Embedding": ("gradients", "PaddingLearns"), "RMSNorm": ("values", "LastAxisOnly")},
    "emil": {
        "LeakyReLU": ("values", "TheLargerOfTheTwo"),
        "Sigmoid": ("gradients", "OverflowsFarBelow"),
        "ELU": ("gradients", "OverflowsWhereItIsNotTaken"),
        "LogSoftmax": ("values", "LogOfTheQuotient"),
    },
    "dan": {"CrossEntropyLoss": ("values", "MeanWithoutWeights")},
    "fay": {
        "pool_output_size": ("values", "stride_of_one"),
        "receptive_field": ("values", "own_stride_too_early"),
        "conv_parameter_count": ("values", "ignores_groups"),
        "Conv2d": ("shapes", "SameForOddKernels"),
        "ConvTranspose2d": ("values", "KernelTurned"),
        "AvgPool2d": ("values", "AlwaysTheWholeWindow"),
        "Upsample": ("values", "HalfPixelForgotten"),
        "PixelShuffle": ("values", "RowsAndColumnsSwapped"),
        "MaxPool2d": ("values", "PlaceInTheWindow"),
        "BasicBlock": ("values", "RectifiedBeforeTheSum"),
        "Bottleneck": ("state", "StrideOnTheFirst"),
    },
    "gus": {
        "Module": ("state", "PrefixGetsADot"),
        "count_parameters": ("values", "counts_buffers"),
        "freeze": ("gradients", "only_names_them"),
        "state_dict_keys": ("values", "relu_takes_no_number"),
        "LSTMCell": ("values", "OutputGateThird"),
        "GRUCell": ("values", "ResetBeforeTheProduct"),
        "RNN": ("values", "LeavesTheOutputsReversedInRNN"),
        "LeNet": ("values", "SoftmaxAtTheEnd"),
        "DenseBlock": ("shapes", "WithoutTheInput"),
        "linear_backward": ("values", "AveragesBoth"),
        "MultiheadAttention": ("values", "ScalesByAllFeatures"),
    },
}
"""A criterion that fails, and the misconception that is recognised there, by student and part."""
RIGHT = {
    "fay": {
        "dilated_kernel_size", "conv_output_size", "conv_transpose_output_size", "same_padding",
        "linear_parameter_count", "MaxUnpool2d",
    },
    "gus": {"optimizer_step", "RNNCell", "TransitionBlock", "softmax_cross_entropy_backward"},
}  # fmt: skip
"""What they got right."""


@pytest.fixture(scope="module")
def students() -> dict[str, dict[str, Any]]:
    """What a student's kit says of them: it holds the public suites, so that nothing is compiled."""
    folders = [str(ROOT / "examples" / name) for name in MISTAKES]
    command = [sys.executable, "-m", "cli", "--root", "assignments", "grade", *folders, "--format", "json"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300, env={**os.environ, "NO_COLOR": "1"}
    )
    return {
        item["student"]: {part["part"]: part for part in item["parts"]}
        for item in json.loads(done.stdout)["submissions"]
    }


@pytest.mark.slow
@pytest.mark.parametrize(("student", "part"), [(name, part) for name, parts in MISTAKES.items() for part in parts])
def test_a_typical_mistake_is_named(student: str, part: str, students: dict[str, dict[str, Any]]) -> None:
    criterion, misconception = MISTAKES[student][part]
    named = {item["name"]: item["diagnosis"] for item in students[student][part]["criteria"] if item["diagnosis"]}
    assert named[criterion]["misconception"] == misconception
    assert {item["misconception"] for item in named.values()} == {misconception}


@pytest.mark.slow
@pytest.mark.parametrize("student", RIGHT)
def test_the_rest_is_right_or_not_written(student: str, students: dict[str, dict[str, Any]]) -> None:
    accepted = {name for name, part in students[student].items() if part["verdict"] == "ACCEPTED"}
    assert accepted == RIGHT[student]
    rest = students[student].keys() - accepted - MISTAKES[student].keys()
    assert {students[student][name]["verdict"] for name in rest} == {"NOT_ATTEMPTED"}
