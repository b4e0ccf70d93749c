"""A beginner's answer: shapes first, one-hot rows, softmax from torch."""

import torch
import torch.nn.functional as F


def linear_backward(grad, x, weight):
    out_features, in_features = weight.shape
    # (*, out) x (out, in) -> (*, in)
    dx = torch.matmul(grad, weight)
    # Treat every leading axis as one long batch.
    g = grad.contiguous().view(-1, out_features)
    inp = x.contiguous().view(-1, in_features)
    dw = torch.zeros_like(weight)
    for o in range(out_features):
        dw[o] = (g[:, o : o + 1] * inp).sum(dim=0)
    db = torch.zeros_like(weight[:, 0])
    for o in range(out_features):
        db[o] = g[:, o].sum()
    return dx, dw, db


def softmax_cross_entropy_backward(logits, target):
    N, C = logits.shape
    probs = F.softmax(logits, dim=-1)
    y = F.one_hot(target, num_classes=C)
    return (probs - y) / N
