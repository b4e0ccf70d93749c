"""Everything from logsumexp; the adaptive loss picks its targets from all the log-probabilities."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class LogSoftmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return input - torch.logsumexp(input, dim=self.dim, keepdim=True)

    def extra_repr(self):
        return f"dim={self.dim}"


class Softmax(nn.Module):
    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return torch.exp(input - torch.logsumexp(input, dim=self.dim, keepdim=True))

    def extra_repr(self):
        return f"dim={self.dim}"


class Softmin(Softmax):
    def forward(self, input):
        return super().forward(input.neg())


class AdaptiveLogSoftmaxWithLoss(nn.Module):
    def __init__(self, in_features, n_classes, cutoffs, div_value=4.0, head_bias=False):
        super().__init__()
        starts, ends = list(cutoffs), list(cutoffs)[1:] + [n_classes]
        self.shortlist = starts[0]
        self.head = nn.Linear(in_features, self.shortlist + len(starts), bias=head_bias)
        self.tail = nn.ModuleList(
            nn.Sequential(
                nn.Linear(in_features, int(in_features / div_value**power), bias=False),
                nn.Linear(int(in_features / div_value**power), end - start, bias=False),
            )
            for power, (start, end) in enumerate(zip(starts, ends), start=1)
        )

    def log_prob(self, input):
        head = F.log_softmax(self.head(input), dim=-1)
        words, clusters = head[..., : self.shortlist], head[..., self.shortlist :]
        logs = [words]
        for index, layer in enumerate(self.tail):
            logs.append(clusters[..., index : index + 1] + F.log_softmax(layer(input), dim=-1))
        return torch.cat(logs, dim=-1)

    def forward(self, input, target):
        output = self.log_prob(input).gather(-1, target.unsqueeze(-1)).squeeze(-1)
        loss = -output.mean()
        return output, loss

    def predict(self, input):
        return torch.argmax(self.log_prob(input), dim=-1)
