"""Computing on a GPU as exactly and repeatably as on the CPU: for the child and, since both must agree, the judge."""

import os
import warnings

import torch


def exact(device: str) -> None:
    """Switch torch's shortcuts off: no TF32, no choice of kernels by timing, deterministic ones where there are any."""
    if device != "cuda":
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True, warn_only=True)
    # An operation without a deterministic kernel is not the answer's fault; the tolerances allow for its rounding.
    warnings.filterwarnings("ignore", message=".*does not have a deterministic implementation.*")
