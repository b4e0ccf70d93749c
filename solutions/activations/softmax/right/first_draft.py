"""A first draft: the dimension goes to the end, the clusters are masked one by one."""

import torch
from torch import nn


def stable_softmax(x, dim):
    x = x.transpose(dim, -1)
    biggest, _ = torch.max(x, dim=-1, keepdim=True)
    exponentials = torch.exp(x - biggest.detach())
    probabilities = exponentials / torch.sum(exponentials, dim=-1, keepdim=True)
    return probabilities.transpose(dim, -1)


class Softmax(nn.Module):
    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return stable_softmax(x, self.dim)


class Softmin(nn.Module):
    def __init__(self, dim=-1):
        super().__init__()
        self.softmax = Softmax(dim)

    def forward(self, x):
        return self.softmax(-1 * x)


class LogSoftmax(nn.Module):
    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        biggest = x.max(dim=self.dim, keepdim=True)[0]
        log_sum = torch.log(torch.sum(torch.exp(x - biggest), dim=self.dim, keepdim=True))
        return x - biggest - log_sum


class AdaptiveLogSoftmaxWithLoss(nn.Module):
    def __init__(self, in_features, n_classes, cutoffs, div_value=4.0, head_bias=False):
        super().__init__()
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = list(cutoffs) + [n_classes]
        self.n_clusters = len(self.cutoffs) - 1
        self.head = nn.Linear(in_features, self.cutoffs[0] + self.n_clusters, bias=head_bias)
        self.tail = nn.ModuleList([])
        for i in range(self.n_clusters):
            hidden = int(in_features // (div_value ** (i + 1)))
            out = self.cutoffs[i + 1] - self.cutoffs[i]
            self.tail.append(
                nn.Sequential(nn.Linear(in_features, hidden, bias=False), nn.Linear(hidden, out, bias=False))
            )
        self.log_softmax = nn.LogSoftmax(dim=1)

    def forward(self, x, target):
        single = x.dim() == 1
        if single:
            x = x.unsqueeze(0)
            target = target.unsqueeze(0)
        head_logs = self.log_softmax(self.head(x))
        output = torch.zeros(x.shape[0], device=x.device, dtype=x.dtype)

        mask = target < self.cutoffs[0]
        if mask.any():
            output[mask] = head_logs[mask].gather(1, target[mask].view(-1, 1)).view(-1)
        for i in range(self.n_clusters):
            low, high = self.cutoffs[i], self.cutoffs[i + 1]
            mask = (target >= low) & (target < high)
            if not mask.any():
                continue
            cluster_logs = self.log_softmax(self.tail[i](x[mask]))
            picked = cluster_logs.gather(1, (target[mask] - low).view(-1, 1)).view(-1)
            output[mask] = picked + head_logs[mask][:, self.cutoffs[0] + i]

        loss = (-output).mean()
        if single:
            output = output.squeeze(0)
        return output, loss

    def log_prob(self, x):
        head_logs = self.log_softmax(self.head(x))
        result = torch.zeros(x.shape[0], self.n_classes, device=x.device, dtype=x.dtype)
        result[:, : self.cutoffs[0]] = head_logs[:, : self.cutoffs[0]]
        for i in range(self.n_clusters):
            cluster_logs = self.log_softmax(self.tail[i](x))
            cluster = head_logs[:, self.cutoffs[0] + i].view(-1, 1)
            result[:, self.cutoffs[i] : self.cutoffs[i + 1]] = cluster + cluster_logs
        return result

    def predict(self, x):
        # Only rows whose best output of the head is a cluster need the rest.
        best = self.head(x).argmax(dim=1)
        in_tail = best >= self.cutoffs[0]
        if in_tail.any():
            best[in_tail] = self.log_prob(x[in_tail]).argmax(dim=1)
        return best
