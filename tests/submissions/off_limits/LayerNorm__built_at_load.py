import torch
from torch import nn

_layers = {}


def LayerNorm(*args, **kwargs):
    return getattr(torch.nn, "Layer" + "Norm")(*args, **kwargs)
