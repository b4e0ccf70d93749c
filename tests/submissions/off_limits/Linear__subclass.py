from torch import nn


class Linear(nn.Linear):
    pass
