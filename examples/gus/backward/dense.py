import torch
import torch.nn.functional as F
from torch import Tensor


def linear_backward(grad: Tensor, x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """dZ is grad, A_prev is x: the formulas of my notes from last year's course, with samples as rows."""
    dZ = grad.reshape(-1, grad.shape[-1])
    A_prev = x.reshape(-1, x.shape[-1])
    m = dZ.shape[0]
    dW = dZ.T @ A_prev / m
    db = dZ.sum(dim=0) / m
    dA_prev = dZ @ weight
    return dA_prev.reshape(x.shape), dW, db


def softmax_cross_entropy_backward(logits: Tensor, target: Tensor) -> Tensor:
    m, classes = logits.shape
    probabilities = torch.softmax(logits, dim=1)
    return (probabilities - F.one_hot(target, classes)) / m
