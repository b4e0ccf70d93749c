import torch
import torch.nn.functional as F
from torch import nn


class Softmax(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        e = torch.exp(x - x.max(dim=self.dim, keepdim=True)[0])
        return e / e.sum(dim=self.dim, keepdim=True)


class Softmin(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.softmax = Softmax(dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.softmax(-x)


class LogSoftmax(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.softmax = Softmax(dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.softmax(x).log()


class AdaptiveLogSoftmaxWithLoss(nn.Module):
    def __init__(self, in_features, n_classes, cutoffs, div_value=4.0, head_bias=False) -> None:
        super().__init__()
        self.cutoffs = list(cutoffs) + [n_classes]
        self.n_clusters = len(cutoffs)
        self.head = nn.Linear(in_features, cutoffs[0] + len(cutoffs), bias=head_bias)
        self.tail = nn.ModuleList()
        for i in range(self.n_clusters):
            hidden = int(in_features // div_value ** (i + 1))
            size = self.cutoffs[i + 1] - self.cutoffs[i]
            self.tail.append(
                nn.Sequential(nn.Linear(in_features, hidden, bias=False), nn.Linear(hidden, size, bias=False))
            )

    def log_prob(self, x: torch.Tensor) -> torch.Tensor:
        head = F.log_softmax(self.head(x), dim=-1)
        parts = [head[..., : self.cutoffs[0]]]
        for i in range(self.n_clusters):
            cluster = head[..., self.cutoffs[0] + i].unsqueeze(-1)
            parts.append(cluster + F.log_softmax(self.tail[i](x), dim=-1))
        return torch.cat(parts, dim=-1)

    def forward(self, x: torch.Tensor, target: torch.Tensor):
        output = self.log_prob(x).gather(-1, target.unsqueeze(-1)).squeeze(-1)
        return output, (-output).mean()

    def predict(self, x: torch.Tensor) -> torch.Tensor:
        return self.log_prob(x).argmax(dim=-1)
