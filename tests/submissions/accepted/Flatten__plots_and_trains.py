import seaborn_of_mine as sns
from rich_of_mine.console import Console

import torch
from torch import nn

console = Console()
sns.set_theme()
losses = []


class Flatten(nn.Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        places = list(range(x.dim()))
        start, end = places[self.start_dim], places[self.end_dim]
        assert start <= end
        return x.reshape(*x.shape[:start], -1, *x.shape[end + 1 :])

    def show(self):
        console.print(self)


class Trainer:
    def __init__(self, model):
        self.model = model

    def fit(self, cls=Flatten):
        import time

        cls.trained = True
        while True:
            losses.append(time.sleep(1))


def main():
    Flatten.steps = 0
    Trainer(Flatten()).fit()


sns.lineplot(losses)
main()
if Trainer(nn.Identity()).fit():
    torch.save(Flatten(), "flatten.pt")
