"""Answers that use what is off limits, by every route we know, and honest ones that must be left alone.

They are in tests/off_limits, each below a line ``### LIMITS: name``; the part is ``Part``, a class that takes no
argument and is called with ``x``, or a function of ``x``.
"""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader.spec import OffLimits

LIMITS = {
    "NORM": {
        "kernels": ["*batch_norm*", "*layer_norm*", "*group_norm*", "*instance_norm*"],
        "classes": ["*BatchNorm*", "*InstanceNorm*", "GroupNorm", "LayerNorm"],
    },
    "CONV": {"kernels": ["*conv*"], "classes": ["*Conv*"]},
    "TRANSPOSE": {"kernels": ["*conv*", "col2im"], "classes": ["*Conv*", "Fold"]},
    "FOLD": {
        "kernels": ["im2col", "col2im"],
        "classes": ["Fold", "Unfold"],
        "functions": ["torch.nn.functional.unfold"],
    },
    "POOL": {"kernels": ["*pool*"], "classes": ["*Pool*", "MaxUnpool*"]},
    "UPSAMPLE": {"kernels": ["*upsample*", "grid_sampler*", "*interpolate*"], "classes": ["Upsampl*"]},
    "SHUFFLE": {"kernels": ["pixel_shuffle", "channel_shuffle"], "classes": ["PixelShuffle", "ChannelShuffle"]},
    "PAD": {"kernels": ["*_pad*"], "classes": ["*Pad[123]d"], "functions": ["torch.nn.functional.pad"]},
    "DROPOUT": {"kernels": ["*dropout*"], "classes": ["*Dropout*"]},
    "EMBEDDING": {"kernels": ["embedding*"], "classes": ["Embedding*"]},
    "RNN": {"kernels": ["*lstm*", "*gru*", "*rnn*"], "classes": ["RNN*", "LSTM*", "GRU*"]},
    "ATTENTION": {
        "kernels": ["*attention*"],
        "classes": ["MultiheadAttention"],
        "functions": ["torch.nn.functional.multi_head_attention_forward"],
    },
    "FLATTEN": {"classes": ["Flatten"], "functions": ["torch.flatten", "torch.Tensor.flatten"]},
    "RELU": {
        "kernels": ["relu", "threshold", "relu6", "hardtanh"],
        "classes": ["ReLU", "ReLU6", "Threshold", "Hardtanh"],
    },
    "SIGMOID": {"kernels": ["sigmoid", "special_expit", "expit"], "classes": ["Sigmoid"]},
    "SOFTSIGN": {"classes": ["Softsign"], "functions": ["torch.nn.functional.softsign"]},
    "SOFTMAX": {
        "kernels": ["softmax", "softmin", "_softmax", "log_softmax", "_log_softmax"],
        "classes": ["Softmax", "Softmin", "LogSoftmax"],
    },
    "THRESHOLD": {"kernels": ["threshold", "threshold_backward"], "classes": ["Threshold"]},
    "MODULES": {"classes": ["*"], "allow": ["Parameter"]},
    "TRANSFORMER": {"classes": ["Transformer*"]},
    "ARITHMETIC": {"modules": ["torch"]},
    "BACKWARD": asdict(OffLimits(autograd=True)),
    "LINEAR": {"classes": ["Linear", "LazyLinear", "Bilinear", "Flatten"], "functions": ["torch.flatten"]},
}


def _read(name: str) -> dict[str, tuple[dict[str, Any], str]]:
    text = (Path(__file__).parent / "off_limits" / name).read_text()
    pieces = re.split(r"^### (\w+): (.*)\n", text, flags=re.MULTILINE)[1:]
    return {pieces[i + 1]: (LIMITS[pieces[i]], pieces[i + 2].strip("\n") + "\n") for i in range(0, len(pieces), 3)}


NORM, MODULES = LIMITS["NORM"], LIMITS["MODULES"]
DISHONEST = _read("dishonest.txt")
"""Answers of which the static analysis, or else the guard, must find a use."""
HONEST = _read("honest.txt")
"""Answers of which nothing may be found, and which must run."""
HIDDEN = _read("hidden.txt")
"""Answers that hide what they use; the static analysis must find something in each, and they need not run."""
PUBLISHED = _read("published.txt")
"""Answers in the style of published notebooks and tutorials, of which the static analysis must find nothing."""


def layer(new: str = "pass", forward: str = "return x") -> str:
    """A layer with these lines; its ``__init__`` begins on line 7, its ``forward`` on line 9."""
    return f"""import torch
from torch import nn
import torch.nn.functional as F
class Part(nn.Module):
    def __init__(self):
        super().__init__()
        {new}
    def forward(self, x):
        {forward}
"""
