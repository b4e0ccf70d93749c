"""Everything is flattened to rows; only the rows that count are looked at; the log-softmax is our own."""

from torch import Tensor, nn


class Reduce:
    """Mixed into the losses."""

    def reduce(self, values: Tensor) -> Tensor:
        match self.reduction:
            case "mean":
                return values.mean()
            case "sum":
                return values.sum()
            case "none":
                return values
        raise KeyError(self.reduction)


class MSELoss(nn.Module, Reduce):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, x, y):
        return self.reduce((x - y).pow(2))


class BCELoss(nn.Module, Reduce):
    def __init__(self, weight=None, reduction="mean"):
        super().__init__()
        self.register_buffer("weight", weight)
        self.reduction = reduction

    def forward(self, x, y):
        if x.size() != y.size():
            raise ValueError(f"{x.size()} against {y.size()}")
        value = y * x.log().clamp_min(-100) + (1 - y) * (1 - x).log().clamp_min(-100)
        return self.reduce(-value if self.weight is None else -self.weight * value)


def log_softmax(x):
    shifted = x - x.amax(-1, keepdim=True).detach()
    return shifted - shifted.exp().sum(-1, keepdim=True).log()


class CrossEntropyLoss(nn.Module, Reduce):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index, self.reduction, self.label_smoothing = ignore_index, reduction, label_smoothing

    def forward(self, x, y):
        if x.dim() == 1:
            return self(x[None], y[None]).squeeze(0) if self.reduction == "none" else self(x[None], y[None])
        s, classes = self.label_smoothing, x.shape[1]
        logp = log_softmax(x.transpose(1, -1) if x.dim() < 4 else x.permute(0, *range(2, x.dim()), 1))
        positions = logp.shape[:-1]
        logp = logp.reshape(-1, classes)
        weighed = logp if self.weight is None else logp * self.weight
        if y.is_floating_point():
            y = y.transpose(1, -1) if x.dim() < 4 else y.permute(0, *range(2, x.dim()), 1)
            y = y.reshape(-1, classes)
            return self.reduce(-((y * (1 - s) + s / classes) * weighed).sum(-1).reshape(positions))
        if y.shape != positions:
            raise ValueError("one class for each position, please")
        y = y.reshape(-1)
        rows = (y != self.ignore_index).nonzero().squeeze(-1)
        y = y[rows]
        if ((y < 0) | (y >= classes)).any():
            raise ValueError("no such class")
        losses = -(1 - s) * weighed[rows, y] - s * weighed[rows].mean(-1)
        if self.reduction == "mean":
            return losses.sum() / (len(rows) if self.weight is None else self.weight[y].sum())
        whole = logp.new_zeros(len(logp)).index_put((rows,), losses)
        return self.reduce(whole.reshape(positions))
