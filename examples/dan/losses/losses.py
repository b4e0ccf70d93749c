import torch
import torch.nn.functional as F
from torch import nn


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        if reduction not in ("none", "mean", "sum"):
            raise ValueError(f"bad reduction: {reduction}")
        self.reduction = reduction

    def forward(self, pred, target):
        error = (pred - target) ** 2
        if self.reduction == "none":
            return error
        return error.mean() if self.reduction == "mean" else error.sum()


class BCELoss(nn.Module):
    def __init__(self, weight=None, reduction="mean"):
        super().__init__()
        if reduction not in ("none", "mean", "sum"):
            raise ValueError(f"bad reduction: {reduction}")
        self.register_buffer("weight", weight)
        self.reduction = reduction

    def forward(self, pred, target):
        if pred.shape != target.shape:
            raise ValueError("pred and target must have the same size")
        # torch bounds the logarithms, so that 0 and 1 give no infinity
        log_p = torch.clamp(torch.log(pred), min=-100)
        log_q = torch.clamp(torch.log(1 - pred), min=-100)
        loss = -(target * log_p + (1 - target) * log_q)
        if self.weight is not None:
            loss = loss * self.weight
        if self.reduction == "none":
            return loss
        return loss.mean() if self.reduction == "mean" else loss.sum()


class CrossEntropyLoss(nn.Module):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__()
        if reduction not in ("none", "mean", "sum"):
            raise ValueError(f"bad reduction: {reduction}")
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(self, logits, target):
        dim = 0 if logits.dim() == 1 else 1
        classes = logits.shape[dim]
        if target.is_floating_point():
            probs = target
            keep = None
        else:
            if target.shape != logits.shape[:dim] + logits.shape[dim + 1 :]:
                raise ValueError("wrong number of targets")
            keep = target != self.ignore_index
            # one_hot complains about classes that do not exist
            probs = F.one_hot(target * keep, classes).to(logits.dtype).movedim(-1, dim)
        probs = (1 - self.label_smoothing) * probs + self.label_smoothing / classes
        if self.weight is not None:
            shape = [1] * logits.dim()
            shape[dim] = classes
            probs = probs * self.weight.view(shape)
        loss = -(probs * F.log_softmax(logits, dim=dim)).sum(dim)
        if keep is not None:
            loss = loss * keep
        if self.reduction == "none":
            return loss
        if self.reduction == "sum":
            return loss.sum()
        # mean: only the targets that are not ignored count
        return loss.sum() / (loss.numel() if keep is None else keep.sum())
