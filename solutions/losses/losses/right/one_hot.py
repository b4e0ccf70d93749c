"""Classes become one-hot rows, so that one formula serves classes and probabilities."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super(MSELoss, self).__init__()
        if reduction not in ["none", "mean", "sum"]:
            raise ValueError("reduction must be none, mean or sum")
        self.reduction = reduction

    def forward(self, y_pred, y_true):
        diff = y_pred - y_true
        loss = diff * diff
        if self.reduction == "mean":
            return torch.mean(loss)
        elif self.reduction == "sum":
            return torch.sum(loss)
        return loss


class BCELoss(nn.Module):
    def __init__(self, weight=None, reduction="mean"):
        super(BCELoss, self).__init__()
        assert reduction in ["none", "mean", "sum"]
        self.register_buffer("weight", weight)
        self.reduction = reduction

    def forward(self, y_pred, y_true):
        assert y_pred.size() == y_true.size(), "sizes must match"
        first = y_true * torch.clamp(torch.log(y_pred), min=-100)
        second = (1 - y_true) * torch.clamp(torch.log1p(-y_pred), min=-100)
        loss = -first - second
        if self.weight is not None:
            loss = self.weight * loss
        if self.reduction == "mean":
            return loss.sum() / loss.numel()
        elif self.reduction == "sum":
            return loss.sum()
        return loss


class CrossEntropyLoss(nn.Module):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super(CrossEntropyLoss, self).__init__()
        assert reduction in ["none", "mean", "sum"]
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(self, logits, target):
        axis = 0 if logits.dim() == 1 else 1
        num_classes = logits.size(axis)
        if target.dtype.is_floating_point:
            mask = None
            probs = target
        else:
            if target.size() != logits.select(axis, 0).size():
                raise ValueError("one class for each position")
            mask = target.ne(self.ignore_index)
            # one_hot raises for a class that is negative or too large.
            probs = F.one_hot(torch.where(mask, target, torch.zeros_like(target)), num_classes)
            probs = probs.to(logits.dtype).movedim(-1, axis)
        w = torch.ones(num_classes, dtype=logits.dtype, device=logits.device) if self.weight is None else self.weight
        w = w.view([-1] + [1] * (logits.dim() - axis - 1))
        smooth = probs * (1 - self.label_smoothing) + self.label_smoothing / num_classes
        loss = -(F.log_softmax(logits, dim=axis) * smooth * w).sum(dim=axis)
        if mask is not None:
            loss = loss.masked_fill(~mask, 0)
        if self.reduction == "none":
            return loss
        if self.reduction == "sum":
            return loss.sum()
        if mask is None:
            return loss.sum() / loss.numel()
        total = ((probs * w).sum(dim=axis) * mask).sum()
        return loss.sum() / total
