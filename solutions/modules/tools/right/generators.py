"""Generators, pattern matching and regular expressions."""

import re
from fnmatch import translate

import torch


def count_parameters(module, trainable_only=False):
    parameters = filter(lambda p: p.requires_grad, module.parameters()) if trainable_only else module.parameters()
    return sum(map(torch.numel, parameters))


def freeze(module, *patterns):
    wanted = re.compile("|".join(map(translate, patterns)) if patterns else "(?!)")
    names = [name for name, _ in module.named_parameters() if wanted.match(name)]
    for name in names:
        module.get_parameter(name).requires_grad_(False)
    return tuple(names)


def _keys(spec, path=()):
    match spec:
        case "ReLU":
            return
        case "BatchNorm2d":
            leaves = "weight bias running_mean running_var num_batches_tracked"
        case str() if spec.endswith(":nobias"):
            leaves = "weight"
        case str():
            leaves = "weight bias"
        case list():
            for index, inner in enumerate(spec):
                yield from _keys(inner, (*path, str(index)))
            return
        case {"DataParallel": inner} if len(spec) == 1:
            yield from _keys(inner, (*path, "module"))
            return
        case _:
            for name, inner in spec.items():
                yield from _keys(inner, (*path, name))
            return
    for leaf in leaves.split():
        yield ".".join((*path, leaf))


def state_dict_keys(spec):
    return list(_keys(spec))


@torch.no_grad()
def optimizer_step(module, lr):
    for parameter in module.parameters():
        if parameter.grad is not None:
            parameter.add_(parameter.grad, alpha=-lr)
